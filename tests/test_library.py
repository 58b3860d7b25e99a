"""The library: open a graph, ask it, show a thing, draw it; the public names are exact and typed."""

from __future__ import annotations

import importlib.resources
from html.parser import HTMLParser
from pathlib import Path

import pytest
from IPython.core.formatters import DisplayFormatter

import kg
import small
from kg.errors import BadQuery, NotFound, StoreError, UsageError
from kg.store import open_store


@pytest.fixture
def graph(tmp_path: Path) -> kg.Graph:
    return kg.open(small.make(tmp_path / "small").root)


def test_the_public_names_are_exact() -> None:
    assert kg.__all__ == ["Answer", "Graph", "KgError", "__version__", "draw", "open"]
    assert all(getattr(kg, name) is not None for name in kg.__all__)
    with pytest.raises(AttributeError, match="module 'kg' has no attribute 'close'"):
        kg.close  # type: ignore[attr-defined]  # noqa: B018


def test_the_package_says_that_it_is_typed() -> None:
    assert (importlib.resources.files("kg") / "py.typed").is_file()


def test_a_question_and_text_are_asked(graph: kg.Graph) -> None:
    answer = graph.ask("wars")
    assert isinstance(answer, kg.Answer) and len(answer.rows) == 2
    assert graph.ask("SELECT ?w { ?w a kg:War } ORDER BY ?w").to_csv().splitlines()[1] == "http://example.org/id/long-war"


def test_parameters_are_things_by_any_name_or_literals(graph: kg.Graph) -> None:
    rows = graph.ask("of-war", war="Guerre brève", since="1902-01-01").rows
    assert rows and {row["war"].value for row in rows} == {"http://example.org/id/short-war"}  # type: ignore[union-attr]
    assert not graph.ask("of-war", since="1902-01-01")
    with pytest.raises(UsageError, match="no parameter 'wer'"):
        graph.ask("of-war", wer="x")


def test_errors_name_the_file_and_the_askers_column(graph: kg.Graph) -> None:
    (graph.folder.queries / "bad.rq").write_text("SELECT * {\n ?s ?p . }")
    with pytest.raises(BadQuery, match=r"bad\.rq:2:10: "):
        graph.ask("bad")
    with pytest.raises(BadQuery, match=r"^query:1:21: "):
        graph.ask("SELECT * { ?s kg:p . }")
    with pytest.raises(NotFound, match="no question 'none'"):
        graph.ask("none")


def test_every_error_is_a_kg_error(tmp_path: Path) -> None:
    with pytest.raises(kg.KgError):
        kg.open(tmp_path / "nowhere")
    with pytest.raises(StoreError):
        kg.open(tmp_path)


def test_without_an_argument_the_data_here_is_opened(graph: kg.Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(graph.folder.root)
    assert len(kg.open().ask("wars")) == 2


def test_rdflib_sees_the_same_facts(graph: kg.Graph) -> None:
    assert {str(row[0]) for row in graph.rdflib().query("SELECT ?w { ?w a <https://w3id.org/khalkhin/ontology#War> }")} == {
        "http://example.org/id/long-war", "http://example.org/id/short-war",
    }


def test_a_notebook_says_what_a_graph_is(graph: kg.Graph) -> None:
    assert graph._repr_html_() == f"<p><b>kg.Graph</b>: {len(graph.store.inner)} triples; 3 questions</p>\n"  # type: ignore[attr-defined]
    graph.folder.triples.write_text('<urn:a> a <http://rdfs.org/ns/void#Dataset> ; '
                                    '<http://purl.org/dc/terms/title> "<script>1</script>\\u001B"@en .\n', encoding="utf-8")
    assert kg.open(graph.folder.root)._repr_html_() == "<p><b>&lt;script&gt;1&lt;/script&gt; </b>: 2 triples; 3 questions</p>\n"


def test_a_notebook_tells_no_password_of_a_server(graph: kg.Graph) -> None:
    remote = kg.Graph(graph.folder, open_store("http://me:secret@127.0.0.1:1/sparql?key=secret"))
    assert remote._repr_html_() == "<p><b>kg.Graph</b>: a SPARQL server at 127.0.0.1; 3 questions</p>\n"


def test_an_answer_knows_the_prefixes_of_its_graph(graph: kg.Graph) -> None:
    assert ">id:long-war</td>" in graph.ask("SELECT ?w { ?w a kg:War }")._repr_html_()


def test_a_drawn_network_is_text_and_a_frame_in_a_notebook(root: Path) -> None:
    graph = kg.open(root)
    page = graph.draw(around="manchukuo")
    assert isinstance(page, str) and page == kg.draw(graph, around="manchukuo") and page.startswith("<!DOCTYPE html>")
    shown, kept = DisplayFormatter().format(page, include={"text/html", "text/plain"})[0], f"<a page of HTML, {len(page)} characters>"
    assert shown["text/plain"] == kept and shown["text/html"].startswith('<iframe sandbox="allow-scripts allow-forms allow-downloads allow-modals ')

    class Frames(HTMLParser):
        found: list[tuple[str, dict[str, str | None]]] = []

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found.append((tag, dict(attrs)))

    frames = Frames()
    frames.feed(shown["text/html"])
    ((tag, attributes),) = frames.found
    assert (tag, attributes["srcdoc"]) == ("iframe", page) and "allow-same-origin" not in str(attributes["sandbox"])


def test_the_real_graph_is_shown_and_drawn(folder: object, root: Path, tmp_path: Path) -> None:
    graph = kg.open(root)
    battle = graph.ask("SELECT ?b { ?b a kg:Battle . ?c rdf:subject ?b } ORDER BY ?b LIMIT 1").rows[0]["b"]
    assert battle is not None
    shown = graph.show(battle.value)  # type: ignore[union-attr]
    assert shown.lines and all(line.passage for line in shown.lines)
    around = graph.network(around=battle.value)  # type: ignore[union-attr]
    assert 1 < around.number_of_nodes() < graph.network().number_of_nodes()
    html = kg.draw(graph, tmp_path / "page.html", around=battle.value)  # type: ignore[union-attr]
    assert (tmp_path / "page.html").read_text(encoding="utf-8") == html
