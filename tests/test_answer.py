"""Answers: the W3C's formats come back as they went, ours escape, a table fits its terminal and harms nobody."""

from __future__ import annotations

import csv
import io
import json
import xml.etree.ElementTree as ET
from html.parser import HTMLParser
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

import small
from kg.answer import FORMATS, Answer, fitting, node, plain
from kg.errors import UsageError
from kg.names import Names
from kg.store import EmbeddedStore, open_store
from kg.table import table, width, wrap

TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
PREFIXES = "PREFIX kg: <https://w3id.org/khalkhin/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
WARS = PREFIXES + "SELECT ?war ?warLabel ?dead { ?war a kg:War ; rdfs:label ?warLabel ; kg:dead ?dead } ORDER BY ?war"
BEGINS = PREFIXES + "CONSTRUCT { ?w kg:begins ?b } WHERE { ?w kg:begins ?b }"
EMPTY = EmbeddedStore(ox.Store())
NAMES = Names({})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedStore:
    opened = open_store(small.make(tmp_path_factory.mktemp("small")))
    assert isinstance(opened, EmbeddedStore)
    return opened


def of_literals(rows: list[list[str]]) -> Answer:
    """A table with these texts, given by the engine itself."""
    values = " ".join("(" + " ".join(str(ox.Literal(cell)) for cell in row) + ")" for row in rows)
    head = " ".join(f"?v{n}" for n in range(len(rows[0])))
    return EMPTY.ask(f"SELECT {head} WHERE {{ VALUES ({head}) {{ {values} }} }}")


def test_rows_are_terms_by_column(built: EmbeddedStore) -> None:
    answer = built.ask(WARS)
    assert (answer.kind, answer.variables, len(answer), bool(answer)) == ("table", ("war", "warLabel", "dead"), 2, True)
    assert answer.rows[0]["warLabel"] == ox.Literal("Long War", language="en")
    assert [plain(row["dead"]) for row in answer.rows] == ["1200", "7"]


def test_unbound_is_none_and_empty_text(built: EmbeddedStore) -> None:
    answer = built.ask("SELECT ?a ?b { BIND(1 AS ?a) }")
    assert answer.rows[0]["b"] is None
    assert answer.to_csv().replace("\r\n", "\n") == "a,b\n1,\n"


def test_yes_and_no(built: EmbeddedStore) -> None:
    answer = built.ask(PREFIXES + "ASK { ?x a kg:War }")
    assert (answer.kind, answer.boolean, bool(answer), answer.rows) == ("boolean", True, True, [])
    assert json.loads(answer.to_json())["boolean"] is True
    assert answer.text("markdown") == "yes\n" and answer.text("html") == "<p>yes</p>\n"
    assert not built.ask("ASK { ?x a <urn:none> }")
    assert table(answer, built, NAMES) == "yes\n"


@given(st.lists(st.lists(TEXT, min_size=2, max_size=2), min_size=1, max_size=4))
def test_the_machine_formats_come_back_as_they_went(rows: list[list[str]]) -> None:
    answer = of_literals(rows)
    bindings = json.loads(answer.to_json())["results"]["bindings"]
    assert [[row["v0"]["value"], row["v1"]["value"]] for row in bindings] == rows
    read = ox.parse_query_results(answer.text("tsv").encode(), format=ox.QueryResultsFormat.TSV)
    assert [[row[0].value, row[1].value] for row in read] == rows
    if not any("\r" in cell for row in rows for cell in row):  # Python's csv cannot keep a bare carriage return apart
        assert list(csv.reader(io.StringIO(answer.to_csv(), newline="")))[1:] == rows


def test_xml_is_the_standards_own(built: EmbeddedStore) -> None:
    space = "{http://www.w3.org/2005/sparql-results#}"
    found = ET.fromstring(built.ask(WARS).text("xml"))
    assert found.tag == space + "sparql"
    assert [v.get("name") for v in found.iter(space + "variable")] == ["war", "warLabel", "dead"]


@pytest.mark.parametrize("format", [name for name, spec in FORMATS.items() if isinstance(spec.writer, ox.RdfFormat)])
def test_a_graph_in_every_format_holds_the_same_triples(format: str, built: EmbeddedStore) -> None:
    answer = built.ask(BEGINS)
    spec = FORMATS[format]
    assert isinstance(spec.writer, ox.RdfFormat)
    read = ox.parse(answer.text(format, {"kg": "https://w3id.org/khalkhin/ontology#"}), format=spec.writer)
    assert {str(quad.triple) for quad in read} == {
        str(ox.Triple(r["subject"], r["predicate"], r["object"])) for r in answer.rows  # type: ignore[arg-type]
    }
    assert len(answer) == 2
    assert answer.text(format) == built.ask(BEGINS).text(format)


def test_turtle_uses_the_prefixes(built: EmbeddedStore) -> None:
    assert " kg:begins " in built.ask(BEGINS).text("turtle", {"kg": "https://w3id.org/khalkhin/ontology#"})


@pytest.mark.parametrize("format", FORMATS)
def test_a_format_that_does_not_fit_names_those_that_do(format: str, built: EmbeddedStore) -> None:
    for kind in ("table", "boolean", "graph"):
        if kind not in FORMATS[format].kinds:
            with pytest.raises(UsageError, match="cannot be written as .*; choose one of table"):
                fitting(format, kind)
    with pytest.raises(UsageError, match="unknown format 'pdf'"):
        built.ask(WARS).text("pdf")


class Cells(HTMLParser):
    """The tags and the texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)
        if tag == "td":
            self.texts.append("")

    def handle_data(self, data: str) -> None:
        if self.texts:
            self.texts[-1] += data


@given(TEXT)
def test_html_holds_no_tag_but_its_own(text: str) -> None:
    html = of_literals([[f"<script>{text}</script>"]]).text("html")
    cells = Cells()
    cells.feed(html)
    assert cells.tags == {"table", "thead", "tr", "th", "tbody", "td"}
    shown = "".join(c if c.isprintable() else " " for c in text)
    assert cells.texts[0].rstrip("\n") == f"<script>{shown}</script>"


@given(st.lists(TEXT, min_size=3, max_size=3))
def test_markdown_keeps_its_columns(row: list[str]) -> None:
    head, rule, line = of_literals([row]).text("markdown").splitlines()
    assert head == "| v0 | v1 | v2 |" and rule == "| --- | --- | --- |"
    bare = line.replace("\\\\", "").replace("\\|", "")
    assert bare.count("|") == 4 and line.isprintable()


def test_rdflib_reads_every_kind(built: EmbeddedStore) -> None:
    assert len(built.ask(BEGINS).to_rdflib()) == 2
    result = built.ask(WARS).to_rdflib()
    assert isinstance(result, rdflib.query.Result) and len(list(result)) == 2
    yes = built.ask("ASK {}").to_rdflib()
    assert isinstance(yes, rdflib.query.Result) and yes.askAnswer is True


def test_a_notebook_shows_a_table_with_labels(built: EmbeddedStore) -> None:
    html = built.ask(WARS)._repr_html_()
    assert '<th scope="col">war</th><th scope="col">dead</th>' in html
    assert '<td title="http://example.org/id/long-war">Long War</td><td>1200</td>' in html
    assert html.startswith('<div style="overflow-x: auto') and html.endswith("<p>2 rows</p>\n")
    assert '<td lang="en">Ford</td>' in built.ask(PREFIXES + 'SELECT ?x { VALUES ?x { "Ford"@en } }')._repr_html_()
    assert "<p>no rows</p>" in built.ask("SELECT ?x { ?x a <urn:none> }")._repr_html_()


def test_a_notebook_shows_a_graph_and_a_yes(built: EmbeddedStore) -> None:
    html = built.ask(BEGINS)._repr_html_()
    assert html.count("<tr>") == 3 and html.endswith("<p>2 triples</p>\n") and html.index("long-war") < html.index("short-war")
    assert built.ask(PREFIXES + "ASK { ?x a kg:War }")._repr_html_() == "<p>yes</p>\n"
    assert built.ask("ASK { ?x a <urn:none> }")._repr_html_() == "<p>no</p>\n"


def test_a_notebook_shows_iris_in_short_where_prefixes_are_known(built: EmbeddedStore) -> None:
    answer = built.ask(BEGINS)
    assert ">http://example.org/id/long-war</td>" in answer._repr_html_()
    answer.names = Names({"id": "http://example.org/id/"})
    assert '<td title="http://example.org/id/long-war">id:long-war</td>' in answer._repr_html_()
    assert ">&lt;https://w3id.org/khalkhin/ontology#begins&gt;</td>" in answer._repr_html_()


@pytest.mark.parametrize(("rows", "last"), [(1, "1 row"), (50, "50 rows"), (51, "… and 1 more"), (1234, "… and 1184 more")])
def test_a_notebook_shows_fifty_rows_and_counts_the_rest(rows: int, last: str) -> None:
    html = of_literals([[str(n)] for n in range(rows)])._repr_html_()
    assert html.count("<td>") == min(rows, 50) and html.endswith(f"<p>{last}</p>\n")


@settings(deadline=None)
@given(TEXT)
def test_nothing_in_the_data_becomes_a_tag_in_a_notebook(text: str) -> None:
    term = ox.Literal(f'"><script>{text}</script>')
    for query in (f"SELECT ?x ?xLabel {{ VALUES (?x ?xLabel) {{ (<urn:x> {term}) }} }}", f"CONSTRUCT {{ <urn:x> <urn:y'&%22> {term} }} WHERE {{}}"):
        cells = Cells()
        cells.feed(EMPTY.ask(query)._repr_html_())
        assert cells.tags == {"div", "table", "thead", "tr", "th", "tbody", "td", "p"}


def test_the_table_for_people(built: EmbeddedStore) -> None:
    assert table(built.ask(WARS), built, NAMES) == (
        "war        dead\n"
        "─────────  ────\n"
        "Long War   1200\n"
        "Short War     7\n"
        "(2 rows)\n"
    )


def test_an_iri_without_a_label_is_short_and_nothing_is_said_to_be_nothing(built: EmbeddedStore) -> None:
    names = Names({"id": "http://example.org/id/"})
    assert "id:nowhere\n(1 row)" in table(built.ask("SELECT ?x { VALUES ?x { <http://example.org/id/nowhere> } }"), built, names)
    assert table(built.ask("SELECT ?x { ?x a <urn:none> }"), built, names).endswith("(no rows)\n")


def test_nothing_in_the_data_steers_the_terminal(built: EmbeddedStore) -> None:
    text = table(built.ask("SELECT ?x ?y { VALUES ?x { <http://example.org/id/odd> } ?x ?p ?y }"), built, NAMES, 200)
    assert "[31mred" in text
    assert all(line.isprintable() for line in text.splitlines())


@given(st.lists(st.lists(TEXT, min_size=4, max_size=4), min_size=1, max_size=3), st.integers(20, 120))
def test_a_table_is_never_wider_than_its_terminal(rows: list[list[str]], columns: int) -> None:
    assert max(map(width, table(of_literals(rows), EMPTY, NAMES, columns).splitlines())) <= columns


def test_where_columns_cannot_fit_each_row_becomes_a_list() -> None:
    text = table(of_literals([["a" * 30, "戦" * 20, "b" * 30, "c"]]), EMPTY, NAMES, 30)
    assert text.startswith("v0: aaaa") or text.startswith("v0:\n")
    assert "v3: c\n" in text and text.endswith("\n\n(1 row)\n")


@given(TEXT, st.integers(2, 20))
def test_wrapping_loses_nothing_but_spaces(text: str, columns: int) -> None:
    lines = wrap(text, columns)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(width(line) <= columns for line in lines)


@pytest.mark.parametrize(("text", "known"), [("http://a/b", True), ("urn:x", True), ("b", False), ("http://a/ b", False),
                                             ("http://a/}", False), ("http://[a", False), ("12:30", False)])
def test_only_an_iri_becomes_a_node(text: str, known: bool) -> None:
    assert (node(text) is not None) is known


def test_an_answer_can_be_written_twice(built: EmbeddedStore, tmp_path: Path) -> None:
    answer = built.ask(WARS)
    assert answer.to_csv() == answer.to_csv() and answer.rows == answer.rows
