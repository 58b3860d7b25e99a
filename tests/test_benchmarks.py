"""The benchmark measures what it says, on a small data set; no time is asserted."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import tiny
from kg.build import build

ROOT = Path(__file__).resolve().parents[1]
STATES = """\
#+ title:  Which states are there?
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?state ?stateLabel WHERE { ?state a kg:State ; rdfs:label ?stateLabel } ORDER BY ?state
"""


def bench(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """One round of the benchmark on a folder."""
    command = [sys.executable, str(ROOT / "benchmarks" / "bench.py"), "--folder", str(folder), "--rounds", "1"]
    return subprocess.run([*command, *options], capture_output=True, text=True, encoding="utf-8", check=False)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small data set, built, with two questions: one that has an answer and one that has another each time."""
    made = tiny.make(tmp_path / "set")
    build(made, check=False)
    queries = made.root / "queries"
    queries.mkdir()
    (queries / "states.rq").write_text(STATES, encoding="utf-8")
    (queries / "dice.rq").write_text("SELECT (RAND() AS ?dice) WHERE { } ORDER BY ?dice\n", encoding="utf-8")
    return made.root


def test_the_report_has_its_rows(folder: Path, tmp_path: Path) -> None:
    report = tmp_path / "report.md"
    done = bench(folder, "--queries", "states", "-o", str(report))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == report.read_text(encoding="utf-8")
    head, _, *lines = done.stdout.splitlines()
    for word in ("kg ", "Python ", "pyoxigraph ", "rdflib ", " triples", " CPUs", "medians of 1 rounds"):
        assert word in head
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [(row[0], row[2]) for row in cells[2:]] == [
        ("`kg ask states`", "pyoxigraph"), ("`kg ask states`", "rdflib"), ("`import kg`", "bare Python"),
        ("`kg build --no-checks`", "rdflib's parse of the result"), ("`kg check`", ""),
    ]
    assert {row[7] for row in cells[2:-1]} <= {"met", "missed"}


def test_peers_that_answer_differently_are_not_measured(folder: Path) -> None:
    done = bench(folder, "--queries", "states,dice")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "bench: kg ask dice: kg and pyoxigraph do not give the same answer, so nothing is measured\n"


def test_a_command_that_fails_is_named(folder: Path) -> None:
    done = bench(folder, "--queries", "no-such-question")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("bench: kg ask no-such-question: kg failed with exit code 4: ")


def test_why_is_measured_beside_its_peers(tmp_path: Path) -> None:
    report = tmp_path / "why.md"
    command = [sys.executable, str(ROOT / "benchmarks" / "why.py"), "--events", "300", "--links", "600", "--rounds", "1", "-o", str(report)]
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src"), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == report.read_text(encoding="utf-8")
    for word in ("300 events, 600 links", "networkx", "igraph", "rustworkx", "turning points", "the whole process"):
        assert word in done.stdout


def test_the_server_is_measured_beside_its_peers(tool: Callable[[str], list[str]], tmp_path: Path) -> None:
    tool("wrk")
    report = tmp_path / "serve.md"
    command = [sys.executable, str(ROOT / "benchmarks" / "serve.py"), "--triples", "3000", "--clients", "1,2", "--rounds", "1"]
    shapes = "a label,path of causes"
    done = subprocess.run([*command, "--shapes", shapes, "-o", str(report)], capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stderr.splitlines() if not line.endswith(" is left out")] == []
    assert done.stdout == report.read_text(encoding="utf-8")
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in done.stdout.splitlines() if line.startswith("|")]
    assert [row[:2] for row in cells[2:]] == [["a label", "1"], ["a label", "2"], ["path of causes", "1"], ["path of causes", "2"]]
    assert all(float(row[3].replace(",", "")) > 0 and float(row[6]) > 0 for row in cells[2:])
    assert re.search(r"\d+ of \d+ aims met", done.stdout)


def test_a_shape_that_is_not_known_is_refused(tool: Callable[[str], list[str]]) -> None:
    tool("wrk")
    command = [sys.executable, str(ROOT / "benchmarks" / "serve.py"), "--shapes", "a circle"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("serve: no shape 'a circle'; known are a label, ")


def test_the_made_up_history_is_the_same_for_the_same_seed(tmp_path: Path) -> None:
    command = [sys.executable, "-B", str(ROOT / "benchmarks" / "network.py")]
    texts = []
    for n, seed in enumerate(("7", "7", "8")):
        subprocess.run([*command, str(tmp_path / str(n)), "--events", "50", "--links", "90", "--seed", seed], check=True)
        texts.append((tmp_path / str(n) / "data" / "triples.ttl").read_text(encoding="utf-8"))
    assert texts[0] == texts[1] != texts[2]
    assert texts[0].count("a kg:Claim") == 90
