"""Makes a data set with a causal network of any size, the same for the same seed, for measuring `kg why`.

    python benchmarks/network.py DIR [--events N] [--links N] [--seed N]

Events have a beginning; a cause begins before its effect, and mostly not long before it, as in history; some events are
parts of others; claims differ in kind, certainty, basis and claimant. The conflict, its sides and its numbers are made up.
"""

from __future__ import annotations

import argparse
import random
import shutil
import sys
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PREFIXES = """\
@prefix claim: <http://example.org/claim/> .
@prefix id: <http://example.org/id/> .
@prefix kg: <https://w3id.org/khalkhin/ontology#> .
@prefix passage: <http://example.org/passage/> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sem: <http://semanticweb.cs.vu.nl/2009/11/sem/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATASET = """\
@prefix claim: <http://example.org/claim/> .
@prefix id: <http://example.org/id/> .
@prefix kg: <https://w3id.org/khalkhin/ontology#> .
@prefix passage: <http://example.org/passage/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix void: <http://rdfs.org/ns/void#> .
id:dataset a void:Dataset ; rdfs:label "A made-up history"@en ; kg:claimNamespace "http://example.org/claim/" ;
  kg:passageNamespace "http://example.org/passage/" ; kg:thingNamespace "http://example.org/id/" ; kg:openingQuestion "causes-of-event" .
"""
KINDS = ("causes", "causes", "contributesTo", "contributesTo", "enables", "motivates", "prevents")


def links(events: int, count: int, seed: int) -> list[tuple[int, int, str]]:
    """Pairs of events by number, the earlier first, each once, with the kind of their link (`partOf`: the later is a part)."""
    state = random.Random(seed)
    found: dict[tuple[int, int], str] = {}
    while len(found) < count:
        effect = state.randrange(1, events)
        cause = max(0, effect - 1 - int(state.expovariate(1 / (0.02 * events + 1))))
        kind = "partOf" if state.random() < 0.1 else state.choice(KINDS)
        found.setdefault((cause, effect), kind)
    return [(cause, effect, kind) for (cause, effect), kind in sorted(found.items())]


def triples(events: int, count: int, seed: int) -> Iterator[str]:
    """The built graph as lines of Turtle."""
    state = random.Random(seed + 1)
    first = date(1800, 1, 1)
    yield PREFIXES
    yield 'passage:one-01 a kg:Passage ; rdfs:label "One, sentence 1"@en .\n'
    for n in range(events):
        day = first + timedelta(days=7 * n)
        yield (
            f'id:e{n} a kg:Event, kg:Thing ; rdfs:label "Event {n}"@en ; sem:hasEarliestBeginTimeStamp "{day}"^^xsd:date ; '
            f'sem:hasLatestBeginTimeStamp "{day + timedelta(days=3)}"^^xsd:date .\n'
        )
    for n, (cause, effect, kind) in enumerate(links(events, count, seed), 1):
        one, other = (effect, cause) if kind == "partOf" else (cause, effect)
        sure = state.choices(("asserted", "reported", "supposed"), (8, 1, 1))[0]
        basis = state.choices(("stated", "implied"), (6, 4))[0]
        who = f" ; kg:accordingTo id:e{state.randrange(events)}" if state.random() < 0.05 else ""
        types = "kg:Claim" if kind == "partOf" else "kg:Claim, kg:CausalLink"
        yield (
            f"claim:one-01-{n} a {types} ; rdf:subject id:e{one} ; rdf:predicate kg:{kind} ; rdf:object id:e{other} ; "
            f"kg:certainty kg:{sure} ; kg:basis kg:{basis} ; kg:statedIn passage:one-01{who} .\n"
        )


def make(root: Path, events: int = 10_000, count: int = 20_000, seed: int = 1) -> Path:
    """The data set below `root`, built."""
    (root / "data").mkdir(parents=True, exist_ok=True)
    (root / "queries").mkdir(exist_ok=True)
    (root / "data" / "dataset.ttl").write_text(DATASET, encoding="utf-8")
    shutil.copytree(ROOT / "ontology", root / "ontology", dirs_exist_ok=True)
    (root / "data" / "triples.ttl").write_text("".join(triples(events, count, seed)), encoding="utf-8")
    return root


def main(argv: Sequence[str] | None = None) -> int:
    """Makes the data set."""
    parser = argparse.ArgumentParser(description="Makes a data set with a made-up causal network.")
    parser.add_argument("directory", type=Path, metavar="DIR")
    parser.add_argument("--events", type=int, default=10_000, metavar="N")
    parser.add_argument("--links", type=int, default=20_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    options = parser.parse_args(argv)
    make(options.directory, options.events, options.links, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
