"""Every question gives what its header says, and the same on Oxigraph and on rdflib's own engine."""

from __future__ import annotations

from pathlib import Path

import pytest
import rdflib

from kg.answer import plain
from kg.query import Query
from kg.store import Store

FILES = sorted((Path(__file__).resolve().parents[1] / "queries").glob("*.rq"))


@pytest.fixture(scope="session")
def graph(root: Path) -> rdflib.Graph:
    """The built graph in rdflib's own store."""
    return rdflib.Graph().parse(root / "data" / "triples.ttl", format="turtle")


def cells(store: Store, query: Query) -> list[list[str]]:
    return [[plain(row[name]) for name in answer.variables] for answer in [store.ask(query.text)] for row in answer.rows]


def test_there_are_questions() -> None:
    assert len(FILES) >= 20


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_question(path: Path, store: Store, graph: rdflib.Graph) -> None:
    query = Query.load(path)
    assert query.title.endswith("?") and query.about.endswith("."), "title asks, about says"
    assert "ORDER BY" in query.text
    found = cells(store, query)
    assert query.rows == len(found), f"#+ rows: should be {len(found)}"
    said = {cell for row in found for cell in row}
    for words in query.finds:
        assert any(words in cell for cell in said), f"does not find {words!r}"
    for words in query.lacks:
        assert not any(words in cell for cell in said), f"must not find {words!r}"
    other = [["" if term is None else str(term) for term in row] for row in graph.query(query.text)]
    assert sorted(found) == sorted(other)
