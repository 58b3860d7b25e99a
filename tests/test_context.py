"""The JSON-LD context: it has every term, and what is written with it is what stands in the graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib
from rdflib.namespace import OWL, RDF, RDFS, XSD

from kg.folder import Folder
from kg.names import Names

ROOT = Path(__file__).resolve().parents[1]
KG = "https://w3id.org/khalkhin/ontology#"
NAMES = Names.of(Folder(ROOT))
CONTEXT: dict[str, Any] = json.loads((ROOT / "ontology" / "context.jsonld").read_text("utf-8"))["@context"]
TERMS: dict[str, dict[str, str]] = {name: value for name, value in CONTEXT.items() if isinstance(value, dict)}
ONTOLOGY = rdflib.Graph().parse(ROOT / "ontology" / "ontology.ttl")
Triples = list[ox.Triple]


@pytest.fixture(scope="module")
def graph() -> dict[str, Triples]:
    """The built graph: the short name of each subject, and what is said of it."""
    found: dict[str, Triples] = {}
    for quad in ox.parse(path=str(ROOT / "data" / "triples.ttl"), format=ox.RdfFormat.TURTLE):
        found.setdefault(NAMES.shorten(str(quad.subject.value)), []).append(quad.triple)  # type: ignore[union-attr]
    return found


def entry(property: rdflib.URIRef) -> dict[str, str]:
    """The entry that a property of the ontology must have in the context."""
    name = str(property).removeprefix(KG)
    range_ = ONTOLOGY.value(property, RDFS.range) or ONTOLOGY.value(property, KG_TERMS.literalType)
    if (property, RDF.type, OWL.ObjectProperty) in ONTOLOGY:
        return {"@id": f"kg:{name}", "@type": "@id"}
    if range_ == RDF.langString:
        return {"@id": f"kg:{name}", "@container": "@language"}
    if range_ in (None, XSD.string):  # a string bears no type: rdflib holds "a" and "a"^^xsd:string apart
        return {"@id": f"kg:{name}"}
    return {"@id": f"kg:{name}", "@type": NAMES.shorten(str(range_))}


KG_TERMS = rdflib.Namespace(KG)
KINDS = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
PROPERTIES = sorted(one for kind in KINDS for one in ONTOLOGY.subjects(RDF.type, kind) if str(one).startswith(KG))


@pytest.mark.parametrize("property", PROPERTIES, ids=lambda one: one.removeprefix(KG))
def test_every_property_has_its_entry(property: rdflib.URIRef) -> None:
    name, needed = str(property).removeprefix(KG), entry(property)
    found = TERMS.get(name, {})
    if (property, RDF.type, OWL.AnnotationProperty) in ONTOLOGY:  # the ontology gives notes no range
        found = {"@id": found.get("@id", "")}
    assert found == needed, f'ontology/context.jsonld needs "{name}": {json.dumps(needed)}'


def test_it_has_nothing_else_of_ours_and_is_sorted() -> None:
    ours = [name for name, value in TERMS.items() if value["@id"].startswith("kg:")]
    assert sorted(f"{KG}{name}" for name in ours) == [str(one) for one in PROPERTIES], "take out what the ontology has not"
    assert ours == sorted(ours)
    assert all(value["@id"] == f"kg:{name}" for name, value in TERMS.items() if name in ours)


def test_its_prefixes_are_those_of_the_project() -> None:
    assert {name: value for name, value in CONTEXT.items() if isinstance(value, str)} == NAMES.prefixes
    assert CONTEXT["@version"] == 1.1
    assert {value["@id"].partition(":")[0] for value in TERMS.values()} <= NAMES.prefixes.keys()


def node(subject: str, triples: Triples) -> dict[str, Any]:
    """What is said of a subject as a JSON object that keeps to the context: its names, its datatypes, its languages."""
    short = {NAMES.expand(value["@id"]): name for name, value in TERMS.items()}
    found: dict[str, Any] = {"@id": subject}
    for triple in triples:
        predicate, value = triple.predicate.value, triple.object
        assert not isinstance(value, ox.BlankNode | ox.Triple)
        name = short.get(predicate, NAMES.shorten(predicate))
        says = TERMS.get(name, {})
        if predicate == str(RDF.type):
            found.setdefault("@type", []).append(NAMES.shorten(value.value))
        elif isinstance(value, ox.NamedNode):
            named = NAMES.shorten(value.value).strip("<>")
            found.setdefault(name, []).append(named if says.get("@type") == "@id" else {"@id": named})
        elif value.language and says.get("@container") == "@language":
            found.setdefault(name, {}).setdefault(value.language, []).append(value.value)
        elif value.language:
            found.setdefault(name, []).append({"@value": value.value, "@language": value.language})
        elif (datatype := NAMES.shorten(value.datatype.value)) == says.get("@type", "xsd:string"):
            plain = int(value.value) if datatype == "xsd:integer" else value.value
            found.setdefault(name, []).append(plain)
        else:
            found.setdefault(name, []).append({"@value": value.value, "@type": datatype})
    return {name: value[0] if isinstance(value, list) and len(value) == 1 else value for name, value in found.items()}


def samples(graph: dict[str, Triples]) -> dict[str, Triples]:
    """A subject for each property that the data use and for each kind of object that a claim has."""
    found: dict[str, Triples] = {}
    seen: set[str] = set()
    for subject, triples in graph.items():
        if subject.startswith(("claim:", "id:", "passage:")):
            signs = {triple.predicate.value for triple in triples}
            signs |= {t.object.datatype.value for t in triples if isinstance(t.object, ox.Literal) and t.predicate.value == str(RDF.object)}
            signs |= {f"kind of {t.object.value}" for t in triples if t.predicate.value == str(RDF.type)}  # type: ignore[union-attr]
            if signs - seen:
                seen |= signs
                found[subject] = triples
    return found


def document(graph: dict[str, Triples]) -> str:
    return json.dumps({"@context": CONTEXT, "@graph": [node(*one) for one in graph.items()]}, ensure_ascii=False)


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own reader of JSON-LD
def test_what_is_written_with_it_is_what_stands_in_the_graph(graph: dict[str, Triples]) -> None:
    chosen = samples(graph) | {name: graph[name] for name in ("claim:lead-05-1", "claim:1936-12-4", "id:tauran-incident", "passage:lead-05")}
    assert len(chosen) > 60
    beside = {name for subject, triples in chosen.items() if subject != "id:dataset" for name in node(subject, triples) if ":" in name}
    assert beside == set(), "give it a name in ontology/context.jsonld"
    text, expected = document(chosen), {str(triple) for triples in chosen.values() for triple in triples}
    assert {str(quad.triple) for quad in ox.parse(text, format=ox.RdfFormat.JSON_LD)} == expected
    turtle = "".join(f"{triple} .\n" for triples in chosen.values() for triple in triples)
    assert set(rdflib.Graph().parse(data=text, format="json-ld")) == set(rdflib.Graph().parse(data=turtle, format="turtle"))


def test_a_claim_reads_like_this(graph: dict[str, Triples]) -> None:
    claim = node("claim:1936-12-5", graph["claim:1936-12-5"])
    assert claim["subject"] == "id:tauran-incident" and claim["predicate"] == "kg:dead"
    assert isinstance(claim["count"], int) and claim["statedIn"] == "passage:1936-12"
    assert set(claim["@type"]) == {"kg:Claim", "kg:Figure"} and "en" in claim["label"]
    assert not [name for name in claim if ":" in name], "a claim needs no name with a prefix"
