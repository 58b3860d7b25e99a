"""Every question gives what its header says, the answer kept beside it, and the same on Oxigraph and on rdflib's own engine."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib

from kg.answer import FORMATS, plain
from kg.query import Query
from kg.store import Store

QUERIES = Path(__file__).resolve().parents[1] / "queries"
FILES = sorted(QUERIES.glob("*.rq"))
KEPT = {"table": "csv", "boolean": "json", "graph": "ntriples"}
"""The format in which an answer is kept, by its kind."""


@pytest.fixture(scope="session")
def graph(root: Path) -> rdflib.Graph:
    """The built graph in rdflib's own store."""
    return rdflib.Graph().parse(root / "data" / "triples.ttl", format="turtle")


def cells(store: Store, query: Query) -> list[list[str]]:
    return [[plain(row[name]) for name in answer.variables] for answer in [store.ask(query.text)] for row in answer.rows]


def kept(query: Query) -> Path:
    """The file beside a question that holds its answer."""
    assert query.path is not None
    return query.path.with_suffix("." + FORMATS[KEPT[query.kind]].suffix)


def test_there_are_questions_of_every_kind() -> None:
    queries = [Query.load(path) for path in FILES]
    assert len(queries) >= 50
    assert {query.kind for query in queries} == {"table", "boolean", "graph"}
    assert sum(bool(query.parameters) for query in queries) >= 20
    assert {path for path in QUERIES.iterdir() if path.suffix != ".rq"} == {kept(query) for query in queries}, "an answer without its question"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_question(path: Path, store: Store, graph: rdflib.Graph) -> None:
    query = Query.load(path)
    assert query.title.endswith("?") and query.about.endswith("."), "title asks, about says"
    answer = store.ask(query.text)
    expected = kept(query).read_text(encoding="utf-8")
    assert answer.text(KEPT[query.kind]).replace("\r\n", "\n") == expected, (
        f"the answer is not that of {kept(query).name}; read both against the source, then kg ask {query.name} "
        f"--format {KEPT[query.kind]} -o queries/{kept(query).name}"
    )
    other = graph.query(query.text)
    if query.kind == "boolean":
        assert answer.boolean is other.askAnswer
        return
    found = cells(store, query)
    assert query.rows == len(found), f"#+ rows: should be {len(found)}"
    said = {cell for row in found for cell in row}
    for words in query.finds:
        assert any(words in cell for cell in said), f"does not find {words!r}"
    for words in query.lacks:
        assert not any(words in cell for cell in said), f"must not find {words!r}"
    assert sorted(found) == sorted(["" if term is None else str(term) for term in row] for row in other)
    assert query.kind == "graph" or "ORDER BY" in query.text
