"""The committed graph is what the curated files make, and a bad file leaves it as it was."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyoxigraph
import pytest

import tiny
from kg.assemble import assemble
from kg.build import build
from kg.errors import BadData, CannotWrite, CheckFailed
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


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_the_bytes_do_not_depend_on_the_hash_seed(seed: str, root: Path, tmp_path: Path) -> None:
    folder = tiny.make(tmp_path)
    code = "import sys; from kg.folder import Folder; from kg.build import build; build(Folder(sys.argv[1]))"
    env = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": str(root / "src")}
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=True, env=env)
    assert folder.triples.read_text("utf-8") == assemble(folder).text()


def test_the_file_is_prefixes_and_then_sorted_facts(tmp_path: Path) -> None:
    folder = tiny.make(tmp_path)
    report = build(folder)
    text = folder.triples.read_text("utf-8")
    heads, facts = text.split("\n\n")
    assert all(re.fullmatch(r"@prefix [\w-]+: <\S+> \.", line) for line in heads.splitlines())
    assert heads.splitlines() == sorted(heads.splitlines())
    lines = facts.splitlines()
    assert lines == sorted(set(lines)) and len(lines) == report.triples
    assert "_:" not in text and text.endswith(" .\n")
    assert "claim:one-02-3 a kg:Figure ." in lines and "id:arland owl:sameAs wd:Q1 ." in lines
    assert not [line for line in lines if line.endswith(" wd:Q2 .")], "a refused link is no fact"
    # Read back, it is the graph that was put together.
    read = {quad.triple for quad in pyoxigraph.parse(input=text, format=pyoxigraph.RdfFormat.TURTLE)}
    assert read == {quad.triple for quad in assemble(folder).store}


@pytest.mark.parametrize("label", ['a "quoted" word', "two\nlines", "tab\tand \\\\ stroke", "ノモンハン事件", "Хасан 👍", "\u2028 \x7f"])
def test_any_label_comes_back_as_it_was(label: str, tmp_path: Path) -> None:
    written = str(pyoxigraph.Literal(label, language="en"))
    folder = tiny.make(tmp_path, (tiny.THINGS_FILE, '"Ford"@en', written))
    build(folder, check=False)
    found = [q.object for q in pyoxigraph.parse(path=str(folder.triples)) if q.subject.value.endswith("/id/ford") and q.predicate.value.endswith("#label")]
    assert found == [pyoxigraph.Literal(label, language="en")]


@pytest.mark.parametrize("stroke", [KeyboardInterrupt, OSError(28, "No space left on device"), MemoryError])
def test_an_interrupt_in_mid_write_leaves_the_old_file(stroke: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny.make(tmp_path)
    folder.triples.write_text("old", "utf-8")

    def interrupted(descriptor: int) -> None:
        raise stroke

    monkeypatch.setattr(os, "fsync", interrupted)
    with pytest.raises((KeyboardInterrupt, CannotWrite, MemoryError)):
        build(folder)
    assert folder.triples.read_text("utf-8") == "old"
    assert [path.name for path in folder.triples.parent.iterdir() if path.is_file()].count("triples.ttl") == 1
    assert not [path for path in folder.triples.parent.iterdir() if path.name.startswith(".")]


def test_an_output_that_cannot_be_written(tmp_path: Path) -> None:
    folder = tiny.make(tmp_path)
    with pytest.raises(CannotWrite) as raised:
        build(folder, tmp_path / "nowhere" / "out.ttl")
    assert raised.value.exit_code == 5 and "out.ttl" in str(raised.value)


def test_warnings_do_not_keep_it_from_being_written(tmp_path: Path) -> None:
    folder = tiny.make(tmp_path, (tiny.THINGS_FILE, "", 'id:zedland a kg:State ; rdfs:label "Zedland"@en .\n'))
    report = build(folder)
    assert [warning.iri for warning in report.warnings] == ["id:zedland"]
    assert "id:zedland a kg:State ." in folder.triples.read_text("utf-8")


def test_without_checks_the_mistakes_met_while_reading_still_count(tmp_path: Path) -> None:
    folder = tiny.make(tmp_path, (tiny.CLAIMS_FILE, '"1902-03"', '"1902-13"'))
    with pytest.raises(CheckFailed, match="1902-13"):
        build(folder, check=False)
    assert not folder.triples.exists()


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    folder = tiny.make(tmp_path)
    path = folder.curated / "things" / "all.ttl"
    path.write_bytes(path.read_bytes() + b'id:x rdfs:label "\xff" .')
    with pytest.raises(BadData, match="all.ttl"):
        build(folder)
