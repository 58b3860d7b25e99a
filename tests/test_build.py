"""The committed graph is what the curated files make, and a bad file leaves it as it was."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from kg.build import build
from kg.errors import BadData, CheckFailed
from kg.folder import Folder


@pytest.fixture
def copy(root: Path, tmp_path: Path) -> Folder:
    """A copy of the data set that a test may spoil."""
    for name in ("data", "ontology"):
        shutil.copytree(root / name, tmp_path / name)
    return Folder(tmp_path)


def test_committed_graph_is_what_build_makes(folder: Folder, tmp_path: Path) -> None:
    for name in ("first.ttl", "second.ttl"):
        build(folder, tmp_path / name, check=False)
    built = (tmp_path / "first.ttl").read_bytes()
    assert built == (tmp_path / "second.ttl").read_bytes()
    assert built == folder.triples.read_bytes(), "data/triples.ttl is stale: run kg build and commit it"


def test_real_data_check_without_errors(folder: Folder, tmp_path: Path) -> None:
    report = build(folder, tmp_path / "out.ttl")
    assert report.claims >= 250
    assert not [warning for warning in report.warnings if warning.severity == "error"]


def spoil(folder: Folder, name: str, text: str) -> None:
    path = folder.curated / name
    path.write_text(path.read_text("utf-8") + text, "utf-8")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("claim:lead-05-900 rdf:subject id:manchukuo ; rdf:predicate kg:clientOf .\n", "claim:lead-05-900"),
        ("claim:lead-05-1 rdf:subject id:manchukuo ; rdf:predicate kg:clientOf ; rdf:object id:soviet-union .\n", "claim:lead-05-1"),
        ("claim:lead-99-1 rdf:subject id:manchukuo ; rdf:predicate kg:clientOf ; rdf:object id:soviet-union .\n", "lead-99"),
        ("claim:lead-05-900 rdf:subject id:manchukuo ; rdf:predicate kg:knows ; rdf:object id:soviet-union .\n", "knows"),
        ("claim:lead-05-900 rdf:subject id:manchukuo ; rdf:predicate kg:clientOf ; rdf:object id:soviet-union ; kg:mood 1 .\n", "mood"),
        ('claim:lead-05-900 rdf:subject id:war-of-1939 ; rdf:predicate kg:date ; rdf:object "1939-13"^^edtf:EDTF .\n', "1939-13"),
        ("claim:lead-05-900 rdf:subject id:manchukuo ; rdf:predicate kg:clientOf ; rdf:object id:atlantis .\n", "atlantis"),
    ],
)
def test_bad_claim_is_told_and_nothing_is_written(copy: Folder, text: str, words: str) -> None:
    before = copy.triples.read_bytes()
    spoil(copy, "claims/lead.ttl", text)
    with pytest.raises(CheckFailed) as raised:
        build(copy)
    assert any(words in line and "lead.ttl:" in line for line in str(raised.value).splitlines()), str(raised.value)
    assert copy.triples.read_bytes() == before


def test_turtle_error_names_file_line_and_column(copy: Folder) -> None:
    before = copy.triples.read_bytes()
    spoil(copy, "claims/lead.ttl", "claim:lead-05-900 rdf:subject\n")
    with pytest.raises(BadData, match=r"lead\.ttl:\d+:\d+"):
        build(copy)
    assert copy.triples.read_bytes() == before
