"""The table of links: every column read, every bad row told by file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

import tiny
from kg import links
from kg.errors import BadData

ID, WD = "http://example.org/id/", "http://www.wikidata.org/entity/"
ROW = {
    "subject_id": "id:ford", "subject_label": "Ford", "predicate_id": "skos:closeMatch", "predicate_modifier": "", "object_id": "wd:Q3", "object_label": "Ford",
    "mapping_justification": "semapv:ManualMappingCuration", "confidence": "0.5", "mapping_date": "2026-01-01", "comment": "",
}


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "wikidata.sssom.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def row(**changes: str) -> str:
    return "\t".join((ROW | changes).values()) + "\n"


def test_rows_are_read_with_full_names_and_their_line(tmp_path: Path) -> None:
    path = table(tmp_path, tiny.LINKS + "\n" + row())
    first, refused, third = links.read(path)
    assert (first.subject, first.predicate, first.object) == (ID + "arland", links.OWL_SAME_AS, WD + "Q1")
    assert (first.confidence, first.negated, first.line, first.file) == (0.9, False, 8, path)
    assert refused.negated and refused.comment == "a town"
    assert (third.line, third.predicate, third.subject_label) == (11, links.SKOS + "closeMatch", "Ford")


def test_refused_links_become_no_triple(tmp_path: Path) -> None:
    rows = links.read(table(tmp_path, tiny.LINKS + row() + row()))
    assert links.accepted(rows) == [(ID + "arland", links.OWL_SAME_AS, WD + "Q1"), (ID + "ford", links.SKOS + "closeMatch", WD + "Q3")]


@pytest.mark.parametrize("change, says", [
    ({"subject_id": "xx:ford"}, "subject_id “xx:ford” is no known name"),
    ({"subject_id": "id:"}, "is no known name"),
    ({"object_id": "Q3"}, "object_id “Q3” is no known name"),
    ({"object_id": "wd:Q3>"}, "is no known name"),
    ({"predicate_id": "skos:related"}, "is no link"),
    ({"predicate_modifier": "not"}, "predicate_modifier “not” is unknown"),
    ({"mapping_justification": ""}, "no justification"),
    ({"confidence": "high"}, "no number from 0 to 1"),
    ({"confidence": "1.1"}, "no number from 0 to 1"),
    ({"confidence": "nan"}, "no number from 0 to 1"),
    ({"comment": "one\ttwo"}, "11 cells for 10 columns"),
])
def test_a_bad_row_is_told_by_its_line(change: dict[str, str], says: str, tmp_path: Path) -> None:
    path = table(tmp_path, tiny.LINKS + row(**change))
    with pytest.raises(BadData) as caught:
        links.read(path)
    assert str(caught.value).startswith(f"{path}:10: ") and says in str(caught.value) and caught.value.todo


def test_a_missing_column(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="no column confidence") as caught:
        links.read(table(tmp_path, tiny.LINKS.replace("\tconfidence\t", "\tsureness\t")))
    assert str(caught.value.where).endswith(":7")


def test_no_table_an_empty_table_and_a_directory(tmp_path: Path) -> None:
    assert links.read(tmp_path / "nowhere.tsv") == []
    assert links.read(table(tmp_path, "#license: https://creativecommons.org/publicdomain/zero/1.0/\n")) == []
    table(tmp_path, tiny.LINKS)
    assert len(links.read(tmp_path)) == 2


def test_a_table_that_is_not_text(tmp_path: Path) -> None:
    path = tmp_path / "wikidata.sssom.tsv"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(BadData, match="cannot be read"):
        links.read(path)


def test_the_projects_own_table(folder) -> None:  # type: ignore[no-untyped-def]
    rows = links.read(folder.links)
    assert len(links.accepted(rows)) >= 50
    assert any(link.negated for link in rows), "the refusals are recorded, too"
