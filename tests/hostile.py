"""A data set in which every text and many IRIs try to be more than text."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from kg.folder import Folder

ROOT = Path(__file__).resolve().parents[1]
HOSTILE = [
    "</script><script>window.broken = 1</script>",
    '<img src="x" onerror="window.broken = 1">',
    '"><svg onload="window.broken = 1"><a href="javascript:window.broken=1">href</a>',
    "{{ 7 * 7 }} ${7 * 7} {% raw %} <!-- ]]> &amp; \u2028 \u2029",
    "\u202eright to left\u202c",
    "',\"`\\\\ \x1b[31m \x7f",
    "x" * 10_000,
    "戦争 война мандал",
]
IRIS = [
    "javascript:window.broken=1", "data:text/html,%3Cscript%3Ewindow.broken=1%3C/script%3E", "https://user@example.org/",
    "file:///etc/passwd", "https://example.org/'onmouseover='window.broken=1", "urn:uuid:0", "https://w3id.org.example.org/khalkhin/id/x",
]
KG = "https://w3id.org/khalkhin/ontology#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SKOS = "http://www.w3.org/2004/02/skos/core#"
OWL = "http://www.w3.org/2002/07/owl#"
ID, CLAIM, PASSAGE = ("http://example.org/" + part for part in ("id/", "claim/", "passage/"))
DATASET = """\
@prefix claim: <http://example.org/claim/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix id: <http://example.org/id/> .
@prefix kg: <https://w3id.org/khalkhin/ontology#> .
@prefix passage: <http://example.org/passage/> .
@prefix void: <http://rdfs.org/ns/void#> .
id:dataset a void:Dataset ; dcterms:title %s ; dcterms:description %s ; kg:openingQuestion "odd" ;
  kg:thingNamespace "http://example.org/id/" ; kg:claimNamespace "http://example.org/claim/" ; kg:passageNamespace "http://example.org/passage/" .
"""
QUERY = """\
#+ title:  </script><script>window.broken = 1</script>
#+ about:  <img src="x" onerror="window.broken = 1"> \u202e
PREFIX id: <http://example.org/id/>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?thing ?name ?other WHERE {
  VALUES ?thing { id:t0 }   #+ a </label><script>window.broken = 1</script>
  ?thing rdfs:label ?name . ?any ?property ?other
} ORDER BY ?name STR(?other) LIMIT 60
"""


def triples() -> list[ox.Triple]:
    """The ontology, and a few things that are joined by claims of every form."""
    node = ox.NamedNode
    found = [quad.triple for quad in ox.parse(path=str(ROOT / "ontology" / "ontology.ttl"), format=ox.RdfFormat.TURTLE)]

    def say(subject: str, property_: str, value: ox.NamedNode | ox.Literal) -> None:
        found.append(ox.Triple(node(subject), node(property_), value))

    def text(n: int) -> ox.Literal:
        return ox.Literal(HOSTILE[n % len(HOSTILE)], language="en")

    say(KG + "Odd", RDF + "type", node(OWL + "Class"))
    say(KG + "Odd", RDFS + "label", text(0))
    say(KG + "Odd", RDFS + "comment", text(1))
    for n in range(len(HOSTILE)):
        thing, passage = f"{ID}t{n}", f"{PASSAGE}p{n}"
        for kind in ("Thing", "Event", "Battle", "Odd"):
            say(thing, RDF + "type", node(KG + kind))
        say(thing, RDFS + "label", text(n))
        say(thing, RDFS + "comment", text(n + 1))
        say(thing, SKOS + "altLabel", ox.Literal(HOSTILE[n], language="de"))
        for iri in IRIS:
            say(thing, OWL + "sameAs", node(iri))
        say(passage, RDF + "type", node(KG + "Passage"))
        say(passage, RDFS + "label", text(n + 2))
        say(passage, KG + "inSource", node(ID + "source"))
        say(passage, KG + "section", text(n))
        say(passage, KG + "position", ox.Literal(n))
        remark = f"{ID}remark{n}"
        say(remark, RDF + "type", node(KG + "Remark"))
        say(remark, RDF + "type", node(KG + "Contradiction"))
        say(remark, RDFS + "label", text(n + 3))
        say(remark, RDFS + "comment", text(n + 4))
        say(remark, KG + "about", node(f"{CLAIM}p{n}-1"))
        forms: list[tuple[str, ox.NamedNode | ox.Literal]] = [
            ("causes", node(f"{ID}t{(n + 1) % len(HOSTILE)}")), ("name", ox.Literal(HOSTILE[n], language="ja")), ("content", text(n)),
            ("dead", node(f"{ID}t{(n + 2) % len(HOSTILE)}")), ("partOf", node(IRIS[n % len(IRIS)])), ("date", text(n + 1)),
        ]
        for number, (predicate, value) in enumerate(forms, 1):
            claim = f"{CLAIM}p{n}-{number}"
            say(claim, RDF + "type", node(KG + "Claim"))
            say(claim, RDF + "subject", node(thing))
            say(claim, RDF + "predicate", node(KG + predicate))
            say(claim, RDF + "object", value)
            say(claim, RDFS + "label", ox.Literal(f"{HOSTILE[n]} {predicate} {HOSTILE[(n + 1) % len(HOSTILE)]}", language="en"))
            say(claim, KG + "statedIn", node(passage))
            say(claim, KG + "certainty", node(KG + "asserted"))
            say(claim, KG + "basis", node(KG + "stated"))
            say(claim, KG + "accordingTo", node(IRIS[n % len(IRIS)]))
            say(claim, KG + "note", text(n))
            say(claim, KG + "contradicts", node(f"{CLAIM}p{n}-{number % len(forms) + 1}"))
            say(claim, KG + "side", node(f"{ID}t{n}"))
    say(ID + "source", RDF + "type", node(KG + "Source"))
    say(ID + "source", RDF + "type", node(KG + "Thing"))
    say(ID + "source", RDFS + "label", text(0))
    for iri in IRIS:
        say(ID + "source", KG + "address", ox.Literal(iri))
    say(ID + "source", KG + "title", text(2))
    return found


def make(root: Path) -> Folder:
    """The data set below `root`, built."""
    content = {
        "data/dataset.ttl": DATASET % (ox.Literal(HOSTILE[0]), ox.Literal(HOSTILE[1])),
        "queries/odd.rq": QUERY,
    }
    for name, text in content.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (root / "data" / "triples.ttl").write_bytes(ox.serialize(triples(), format=ox.RdfFormat.TURTLE) or b"")
    (root / "ontology").symlink_to(ROOT / "ontology", target_is_directory=True)
    return Folder(root)


def paths() -> list[str]:
    """The path of every page of it."""
    things = [f"/id/t{n}.html" for n in range(len(HOSTILE))]
    claims = [f"/claim/p{n}-{number}.html" for n in range(len(HOSTILE)) for number in (1, 2, 4, 5)]
    passages = [f"/passage/p{n}.html" for n in range(len(HOSTILE))]
    return [
        "/", *things, *claims, *passages, "/id/source.html", "/id/remark0.html", "/kinds", "/kind/Odd.html", "/kind/Claim.html", "/ontology.html",
        "/ask", "/ask/odd", "/ask/odd?thing=id:t6", "/find?q=script", "/find?q=%3Cscript%3Ewindow.broken%3D1%3C/script%3E", "/id/none.html",
        "/ask/%3Cscript%3E", "/ask/odd?thing=%3Cscript%3Ewindow.broken%3D1%3C%2Fscript%3E", "/ask/odd?%3Cscript%3E=1",
    ]
