"""A made-up history of any size in our ontology, and the shapes of queries that servers are measured with.

    python benchmarks/shapes.py FILE [--triples N] [--seed N]

The same seed gives the same file, in N-Triples. A shape is known by a name; what it asks for grows with the history or not.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

KG, ID, SEM = "https://w3id.org/khalkhin/ontology#", "http://example.org/id/", "http://semanticweb.cs.vu.nl/2009/11/sem/"
RDF, RDFS, XSD = "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/2000/01/rdf-schema#", "http://www.w3.org/2001/XMLSchema#"
_HEAD = f"PREFIX kg: <{KG}> PREFIX id: <{ID}> PREFIX sem: <{SEM}> PREFIX rdf: <{RDF}> PREFIX rdfs: <{RDFS}> PREFIX xsd: <{XSD}> "
SHAPES = {name: _HEAD + " ".join(text.split()) for name, text in {
    "a label": "SELECT ?label { id:e42 rdfs:label ?label }",
    "neighbours with labels": "SELECT ?relation ?other ?label { id:e42 ?relation ?other . ?other rdfs:label ?label }",
    "join with a date": """SELECT ?event ?label ?placeLabel {
      ?event a kg:Battle ; sem:hasEarliestBeginTimeStamp ?day ; kg:place ?place ; rdfs:label ?label . ?place rdfs:label ?placeLabel
      FILTER(?day >= "1900-02-01"^^xsd:date && ?day < "1900-03-01"^^xsd:date && LANG(?label) = "en") }""",
    "group and count": "SELECT ?party (COUNT(?event) AS ?count) { ?event kg:participant ?party } GROUP BY ?party",
    "path of causes": "SELECT ?cause { ?cause kg:causes+ id:e142 }",
    "card of optionals": """SELECT * { id:e42 a ?kind ; rdfs:label ?label OPTIONAL { id:e42 kg:place ?place . ?place rdfs:label ?where }
      OPTIONAL { id:e42 sem:hasEarliestBeginTimeStamp ?day } OPTIONAL { id:e42 kg:partOf ?whole } OPTIONAL { id:e42 kg:causes ?effect }
      OPTIONAL { ?cause kg:causes id:e42 } OPTIONAL { ?claim rdf:subject id:e42 ; kg:certainty ?certainty }
      OPTIONAL { id:e42 kg:wonBy ?victor } }""",
    "regular expression": 'SELECT ?event ?label { ?event rdfs:label ?label FILTER(REGEX(?label, "4.?2$", "i")) } LIMIT 50',
    "top 20 by degree": "SELECT ?thing (COUNT(?other) AS ?degree) { ?thing kg:participant|kg:causes|kg:place ?other } GROUP BY ?thing "
                        "ORDER BY DESC(?degree) ?thing LIMIT 20",
    "large result": "SELECT ?event ?label { ?event rdfs:label ?label } LIMIT 5000",
}.items()}
_PER_EVENT = 18
"""Triples that an event adds, about."""


def triples(count: int, seed: int = 1) -> Iterator[str]:
    """About so many triples as lines of N-Triples."""
    state = random.Random(seed)
    events = max(200, count // _PER_EVENT)
    places, parties, first = events // 10, events // 20, date(1900, 1, 1)

    def line(subject: str, predicate: str, value: str) -> str:
        return f"<{ID}{subject}> <{predicate}> {value} .\n"

    def thing(name: str) -> str:
        return f"<{ID}{name}>"

    for kind, total in (("Settlement", places), ("ArmedForce", parties)):
        for n in range(total):
            name = f"{kind[0].lower()}{n}"
            yield line(name, RDF + "type", f"<{KG}{kind}>")
            yield line(name, RDFS + "label", f'"{kind} {n}"@en')
    for n in range(events):
        name, day = f"e{n}", first + timedelta(days=n % 14_600)
        yield line(name, RDF + "type", f"<{KG}Event>")
        yield line(name, RDF + "type", f"<{KG}{state.choice(('Battle', 'Raid', 'Negotiation'))}>")
        yield line(name, RDFS + "label", f'"Event {n}"@en')
        yield line(name, RDFS + "label", f'"Событие {n}"@ru')
        yield line(name, SEM + "hasEarliestBeginTimeStamp", f'"{day}"^^<{XSD}date>')
        yield line(name, KG + "place", thing(f"s{state.randrange(places)}"))
        for party in state.sample(range(parties), 2):
            yield line(name, KG + "participant", thing(f"a{party}"))
        if not n:
            continue
        yield line(name, KG + "partOf", thing(f"e{n // 10}"))
        cause = max(0, n - 1 - int(state.expovariate(0.05)))
        yield line(f"e{cause}", KG + "causes", thing(name))
        claim = f"claim-{n}"
        yield line(claim, RDF + "type", f"<{KG}Claim>")
        yield line(claim, RDF + "subject", thing(f"e{cause}"))
        yield line(claim, RDF + "predicate", f"<{KG}causes>")
        yield line(claim, RDF + "object", thing(name))
        yield line(claim, KG + "certainty", f"<{KG}{state.choice(('asserted', 'reported', 'supposed'))}>")
        yield line(claim, KG + "basis", f"<{KG}{state.choice(('stated', 'implied'))}>")
        yield line(claim, KG + "statedIn", thing(f"passage-{n // 3}"))


def make(path: Path, count: int, seed: int = 1) -> Path:
    """Writes the history to a file."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.writelines(triples(count, seed))
    return path


def main() -> int:
    parser = argparse.ArgumentParser(description="Writes a made-up history in N-Triples.")
    parser.add_argument("file", type=Path)
    parser.add_argument("--triples", type=int, default=10_000, metavar="N")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    options = parser.parse_args()
    make(options.file, options.triples, options.seed)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
