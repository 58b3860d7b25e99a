"""The terms: written alike, inside OWL 2, aligned with terms that exist, and never at odds with the data or each other."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib
from owlrl.OWLRL import OWLRL_Semantics
from rdflib.namespace import DCTERMS, FOAF, GEO, ORG, OWL, PROV, RDF, RDFS, SDO, SKOS, TIME, VANN, XSD

from kg.folder import Folder
from kg.names import Names

ROOT = Path(__file__).resolve().parents[1]
FILES = ("ontology", "alignments")
KG = rdflib.Namespace("https://w3id.org/khalkhin/ontology#")
ONTOLOGY = rdflib.URIRef("https://w3id.org/khalkhin/ontology")
NAMES = Names.of(Folder(ROOT))
KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual)
LOGICAL = (RDFS.subClassOf, RDFS.subPropertyOf)
LOOSE = (SKOS.closeMatch, SKOS.exactMatch, SKOS.narrowMatch, SKOS.relatedMatch)


def read(*names: str) -> rdflib.Graph:
    """Files of the ontology as one graph."""
    graph = rdflib.Graph()
    for name in names:
        graph.parse(ROOT / "ontology" / f"{name}.ttl")
    return graph


def short(term: rdflib.term.Node) -> str:
    return NAMES.shorten(str(term))


def long(name: str) -> rdflib.URIRef:
    return rdflib.URIRef(NAMES.expand(name))


CORE, BOTH, ALIGNED = read("ontology"), read(*FILES), read("alignments")
TERMS = sorted({subject for subject in CORE.subjects(RDF.type) if str(subject).startswith(str(KG))}, key=str)


@pytest.fixture(scope="module")
def data() -> rdflib.Graph:
    """The built graph, and the ontology as it stands."""
    return rdflib.Graph().parse(ROOT / "data" / "triples.ttl") + CORE


# How a term is written.


@pytest.mark.parametrize("term", TERMS, ids=short)
def test_a_term_says_what_it_is(term: rdflib.URIRef) -> None:
    kinds = set(CORE.objects(term, RDF.type))
    assert len(kinds & set(KINDS)) == 1, "give it one of " + ", ".join(map(short, KINDS))
    [label] = CORE.objects(term, RDFS.label)
    [comment] = CORE.objects(term, RDFS.comment)
    [_] = CORE.objects(term, SKOS.example)
    assert label.language == comment.language == "en"  # type: ignore[union-attr]
    assert label.strip() == str(label) != "" and not label.endswith(".")  # type: ignore[attr-defined]
    assert re.fullmatch(r"[A-Z](?:(?![.!?] [A-Z]).)*\.", str(comment)), f"“{comment}” is not one sentence"
    assert list(CORE.objects(term, RDFS.isDefinedBy)) == [ONTOLOGY]
    is_class = OWL.Class in kinds
    assert str(term).removeprefix(str(KG))[0].isupper() == is_class, "a class begins with a capital letter, nothing else does"


def fits(example: str, term: rdflib.URIRef, graph: rdflib.Graph) -> str:
    """What is wrong with the example of a term, or nothing.

    An example is a name of the data that bears the term or is its value, or a whole fact (`…` stands for what is left out);
    only for a term that nothing in the data uses it may be in words.
    """
    match = re.fullmatch(r"(\w+:[\w.-]+)(?: (\w+:\w+) (\S.*))?", example, re.DOTALL)
    if match is None:
        used = sorted(short(s) for s in graph.subjects(term) if s not in TERMS) or sorted(
            short(s) for p in graph.predicates(None, term, unique=True) for s in graph.subjects(p, term) if s not in TERMS)
        return f"write one that is there, as {used[0]}" if used else ""
    subject = long(match[1])
    facts = list(graph.predicate_objects(subject))
    if not facts:
        return f"{match[1]} is not there"
    if match[2] is None:
        return "" if any(term in fact for fact in facts) else f"{match[1]} does not show it"
    values = [value for predicate, value in facts if predicate == long(match[2])]
    written = {short(value) if isinstance(value, rdflib.URIRef) else str(value) for value in values}
    said = re.fullmatch(r'"(.*)"(?:@\w+)?|(.*)', match[3].replace('\\"', '"'), re.DOTALL)
    assert said is not None
    pattern = ".*".join(map(re.escape, (said[1] or said[2] or "").split("…")))
    if term not in (long(match[2]), *values):
        return f"{example} does not speak of it"
    return "" if any(re.fullmatch(pattern, value, re.DOTALL) for value in written) else f"{match[2]} is there {sorted(written)}"


@pytest.mark.parametrize("term", TERMS, ids=short)
def test_its_example_is_in_the_data(term: rdflib.URIRef, data: rdflib.Graph) -> None:
    found = fits(str(CORE.value(term, SKOS.example)), term, data)
    assert not found, f"skos:example of {short(term)}: {found}"


@pytest.mark.parametrize("example, says", [
    ("claim:nine-99-1", "is not there"), ("id:manchukuo", "does not show it"), ("somewhere or other", "write one that is there"),
    ("id:tauran-incident kg:place id:moscow", "kg:place is there"), ("id:tauran-incident kg:participant id:soviet-union", "does not speak of it"),
])
def test_an_example_that_does_not_fit_is_told(example: str, says: str, data: rdflib.Graph) -> None:
    assert says in fits(example, KG.place, data)


def test_no_term_without_its_description_is_used(data: rdflib.Graph) -> None:
    used = {term for triple in data for term in triple if isinstance(term, rdflib.URIRef) and term.startswith(str(KG))}
    assert sorted(map(short, used - set(TERMS))) == []


@pytest.mark.parametrize("name", FILES)
def test_the_file_is_in_order(name: str) -> None:
    text = (ROOT / "ontology" / f"{name}.ttl").read_text("utf-8")
    assert text.endswith(" .\n") and "\t" not in text and " \n" not in text
    groups = re.split(r"^#.*\n", text, flags=re.M)
    for group in groups:
        heads = re.findall(r"^(kg:\w+) ", group, re.M)
        assert heads == sorted(heads), "sort the terms by name, capitals first"
    if name == "ontology":
        heads = re.findall(r"^(kg:\w+) ", text, re.M)
        assert heads == [short(term) for term in TERMS], "one block a term"


def test_the_header() -> None:
    assert list(BOTH.subjects(RDF.type, OWL.Ontology)) == [ONTOLOGY]
    version = str(CORE.value(ONTOLOGY, OWL.versionInfo))
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)
    assert str(CORE.value(ONTOLOGY, OWL.versionIRI)) == f"{ONTOLOGY}/{version}"
    for needed in (RDFS.label, DCTERMS.title, DCTERMS.description, DCTERMS.creator, DCTERMS.license):
        assert len(list(CORE.objects(ONTOLOGY, needed))) == 1, short(needed)
    created, modified = CORE.value(ONTOLOGY, DCTERMS.created), CORE.value(ONTOLOGY, DCTERMS.modified)
    assert created.datatype == modified.datatype == XSD.dateTime and str(created) <= str(modified)  # type: ignore[union-attr]
    prefix, space = CORE.value(ONTOLOGY, VANN.preferredNamespacePrefix), CORE.value(ONTOLOGY, VANN.preferredNamespaceUri)
    assert NAMES.prefixes[str(prefix)] == str(space) == str(KG)


def test_nothing_is_imported_and_every_node_has_a_name() -> None:
    assert list(BOTH.triples((None, OWL.imports, None))) == []
    assert [node for node in BOTH.all_nodes() if isinstance(node, rdflib.BNode)] == []


@pytest.mark.parametrize("path", sorted((ROOT / "ontology").glob("*.ttl")), ids=lambda path: path.name)
def test_prefixes_are_those_of_the_one_list(path: Path) -> None:
    parser = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
    list(parser)
    known = NAMES.prefixes | {"shape": "https://w3id.org/khalkhin/shape/"}  # the shapes are no part of the data
    assert dict(parser.prefixes).items() <= known.items()


@pytest.mark.parametrize("name", FILES)
def test_raptor_and_jena_read_it(name: str, tool: Callable[[str], list[str]]) -> None:
    path = str(ROOT / "ontology" / f"{name}.ttl")
    for command in ([*tool("rapper"), "-q", "-c", "-i", "turtle"], [*tool("riot"), "--validate"]):
        done = subprocess.run([*command, path], capture_output=True, text=True, check=False)
        assert done.returncode == 0 and not re.search("ERROR|WARN", done.stdout + done.stderr), done.stdout + done.stderr


# Inside OWL 2 DL.

#: Of OWL 2's own datatypes (§4 of its structural specification) those that the ontology uses.
IN_THE_LIST = {XSD.string, XSD.integer, XSD.decimal, XSD.boolean, XSD.dateTime}


def undeclared(graph: rdflib.Graph) -> Iterator[str]:
    """What OWL 2 DL asks of names: each is declared, once, as what it is used for."""

    def declared(kind: rdflib.URIRef) -> set[rdflib.term.Node]:
        return set(graph.subjects(RDF.type, kind))

    classes, things, values, notes = (declared(kind) for kind in KINDS[:4])
    datatypes = declared(RDFS.Datatype)
    for one, other in combinations((things, values, notes), 2):
        yield from (f"{short(term)} is a property of two kinds" for term in one & other)
    yield from (f"{short(term)} is a class and a datatype" for term in classes & datatypes)
    inside = {RDF.type, RDFS.label, RDFS.comment, RDFS.isDefinedBy, RDFS.domain, RDFS.range, RDFS.subClassOf, RDFS.subPropertyOf,
              OWL.disjointWith, OWL.versionIRI, OWL.versionInfo}
    owl = {*KINDS, RDFS.Datatype, OWL.Ontology, OWL.TransitiveProperty}
    for subject, predicate, value in graph:
        if predicate not in inside | things | values | notes:
            yield f"{short(predicate)} is no declared property"
        if isinstance(value, rdflib.Literal) and value.datatype and value.datatype not in IN_THE_LIST:
            yield f"{short(value.datatype)} is a datatype that OWL 2 does not know"
        if predicate in (RDFS.subClassOf, OWL.disjointWith):
            yield from (f"{short(term)} is no declared class" for term in (subject, value) if term not in classes)
        elif predicate in (RDF.type, RDFS.domain) or predicate == RDFS.range and subject in things:
            if value not in classes | (owl if predicate == RDF.type else set()):
                yield f"{short(value)} is no declared class"
        elif predicate == RDFS.range and subject in values and value not in IN_THE_LIST:
            yield f"{short(value)} is no declared datatype"
        elif predicate == RDFS.subPropertyOf and not any({subject, value} <= kind for kind in (things, values, notes)):
            yield f"{short(subject)} and {short(value)} are not properties of one kind"
        elif predicate in (RDFS.domain, RDFS.range) and subject in notes:
            yield f"{short(subject)} is a note and takes no {short(predicate)}"
        elif isinstance(value, rdflib.Literal) and predicate in things or isinstance(value, rdflib.URIRef) and predicate in values:
            yield f"{short(predicate)} has a value of the other kind"


def test_every_name_is_declared_for_its_use() -> None:
    assert sorted(set(undeclared(BOTH))) == []
    assert sorted(set(undeclared(CORE))) == []


@pytest.mark.parametrize("fact, says", [
    ("kg:War rdfs:subClassOf sem:Conflict .", "sem:Conflict is no declared class"),
    ("kg:dead rdfs:subPropertyOf faro:results .", "not properties of one kind"),
    ("kg:count a owl:ObjectProperty .", "a property of two kinds"),
    ("kg:count rdfs:range xsd:gYear .", "xsd:gYear is no declared datatype"),
    ("kg:War kg:mood kg:heavy .", "kg:mood is no declared property"),
])
def test_a_name_that_is_not_is_told(fact: str, says: str) -> None:
    heads = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in NAMES.prefixes.items())
    assert any(says in found for found in undeclared(BOTH + rdflib.Graph().parse(data=heads + fact)))


# The alignments.

#: The terms of vocabularies that rdflib does not carry, as their own files have them.
OUTSIDE = {
    "crm": {
        "E5_Event", "E7_Activity", "E13_Attribute_Assignment", "E31_Document", "E39_Actor", "E53_Place", "E54_Dimension", "E74_Group",
        "P7_took_place_at", "P11_had_participant", "P14_carried_out_by", "P17i_motivated", "P20_had_specific_purpose", "P67_refers_to",
        "P82a_begin_of_the_begin", "P82b_end_of_the_end",
    },
    "faro": {
        "Condition", "Event", "Relata", "Status", "causes", "contingently_related_to", "enables", "happened", "not_happened", "prevents", "status",
    },
    "sem": {
        "Actor", "Event", "Place", "Role", "Temporary", "accordingTo", "hasActor", "hasPlace", "subEventOf", "hasEarliestBeginTimeStamp",
        "hasEarliestEndTimeStamp", "hasLatestBeginTimeStamp", "hasLatestEndTimeStamp",
    },
}
CARRIED = {"dcterms": DCTERMS, "foaf": FOAF, "geo": GEO, "org": ORG, "prov": PROV, "rdf": RDF, "schema": SDO, "skos": SKOS, "time": TIME}


def exists(name: str) -> bool:
    """Whether a name of another vocabulary is one of its terms, as far as can be told without a network."""
    prefix, _, local = name.partition(":")
    if prefix in ("wd", "wdt"):
        return bool(re.fullmatch(r"Q[1-9]\d*" if prefix == "wd" else r"P[1-9]\d*", local))
    return local in OUTSIDE[prefix] if prefix in OUTSIDE else prefix in CARRIED and local in CARRIED[prefix]


def test_every_alignment_ends_at_a_term_of_another_vocabulary() -> None:
    found = [(s, p, o) for p in (*LOGICAL, *LOOSE) for s, o in ALIGNED.subject_objects(p)]
    assert len(found) > 150
    wrong = [f"{short(s)} {short(p)} {short(o)}" for s, p, o in found if not exists(short(o))]
    assert wrong == []
    unknown = {s for s, _, _ in found} - set(TERMS)
    assert {short(s) for s in unknown} == {"sem:hasEarliestBeginTimeStamp", "sem:hasLatestEndTimeStamp"}


@pytest.mark.parametrize("name", ["sem:hasactor", "faro:Cause", "prov:wasderivedFrom", "schema:Battle", "wdt:Q5", "wd:P710", "kg:War", "lode:Event"])
def test_a_term_that_does_not_exist_is_told(name: str) -> None:
    assert not exists(name)


def test_what_is_declared_is_what_is_used() -> None:
    declared = {short(s) for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty) for s in ALIGNED.subjects(RDF.type, kind)}
    used = {short(o) for p in LOGICAL for o in ALIGNED.objects(None, p)}
    assert declared - used == {name for name in declared if name.startswith("sem:has") and name.endswith("TimeStamp")}
    assert all(exists(name) for name in declared)


def test_wikidata_is_never_more_than_near() -> None:
    strong = [(s, p, o) for s, p, o in ALIGNED if short(o).startswith(("wd:", "wdt:")) and p not in (SKOS.closeMatch, SKOS.narrowMatch, SKOS.relatedMatch)]
    assert strong == []
    assert not set(ALIGNED.predicates()) & {OWL.equivalentClass, OWL.equivalentProperty, OWL.sameAs}


def test_no_alignment_is_said_twice() -> None:
    pairs = [(s, o) for p in LOOSE for s, o in ALIGNED.subject_objects(p)]
    assert len(pairs) == len(set(pairs))
    assert not set(pairs) & {(s, o) for p in LOGICAL for s, o in ALIGNED.subject_objects(p)}


# With the data.


def above(kind: rdflib.URIRef) -> set[rdflib.term.Node]:
    return set(CORE.transitive_objects(kind, RDFS.subClassOf))


def test_disjoint_classes_have_no_common_instance_and_no_common_class(data: rdflib.Graph) -> None:
    pairs = list(CORE.subject_objects(OWL.disjointWith))
    assert len(pairs) >= 30
    kinds: dict[rdflib.term.Node, set[rdflib.term.Node]] = {}
    for thing, kind in data.subject_objects(RDF.type):
        kinds.setdefault(thing, set()).update(above(kind))  # type: ignore[arg-type]
    for term in TERMS:
        if (term, RDF.type, OWL.Class) in CORE:
            kinds[term] = above(term)
    for one, other in pairs:
        both = [short(thing) for thing, found in kinds.items() if one in found and other in found]
        assert both == [], f"{short(one)} and {short(other)}"


def test_main_classes_are_disjoint_two_by_two() -> None:
    """Also those that stand under kg:Thing: a state is never a place; only a treaty may be thought of as a text, and a source is a work."""
    main = sorted({kind for kind in CORE.subjects(RDFS.subClassOf, KG.Thing)} | {KG.Claim, KG.Passage}, key=str)
    said = {frozenset(pair) for pair in CORE.subject_objects(OWL.disjointWith)}
    missing = [f"{short(one)} {short(other)}" for one, other in combinations(main, 2) if frozenset((one, other)) not in said]
    assert missing == [], "add owl:disjointWith"


#: What the vocabularies themselves say of the terms aligned with: their domains, ranges and disjoint classes.
THEIR_OWN = """
sem:accordingTo rdfs:domain sem:View ; rdfs:range sem:Authority . sem:Actor rdfs:subClassOf sem:Authority .
sem:hasActor rdfs:range sem:Actor . sem:hasSubEvent owl:inverseOf sem:subEventOf ; rdfs:domain sem:Event ; rdfs:range sem:Event .
faro:contingently_related_to rdfs:domain faro:Relata ; rdfs:range faro:Relata . faro:status rdfs:domain faro:Relata ; rdfs:range faro:Status .
prov:wasDerivedFrom rdfs:domain prov:Entity ; rdfs:range prov:Entity . prov:wasAttributedTo rdfs:domain prov:Entity ; rdfs:range prov:Agent .
prov:Activity owl:disjointWith prov:Entity . geo:Feature owl:disjointWith geo:Geometry . foaf:Person owl:disjointWith foaf:Organization .
org:Organization owl:equivalentClass foaf:Organization . skos:Concept owl:disjointWith skos:ConceptScheme .
skos:closeMatch rdfs:subPropertyOf skos:semanticRelation . skos:semanticRelation rdfs:domain skos:Concept ; rdfs:range skos:Concept .
"""
SMALL = """
id:arland a kg:State . id:ford a kg:Site . id:battle a kg:Battle . claim:one-01-1 a kg:Claim . passage:one-01 a kg:Passage . id:kind a kg:Kind .
"""
ABOVE = "id:arland a kg:Actor, kg:Thing . id:ford a kg:Place, kg:Thing . id:battle a kg:Fighting, kg:Event, kg:Thing . id:kind a kg:Thing .\n"


def reasoned(graph: rdflib.Graph, facts: str = "") -> tuple[list[str], list[str]]:
    """By the rules of OWL 2 RL: the contradictions, and each class of ours that something of ours would then have as well."""
    heads = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in NAMES.prefixes.items())
    whole = graph + BOTH + rdflib.Graph().parse(data=heads + THEIR_OWN + facts)
    before = set(whole.subject_objects(RDF.type))
    rules = OWLRL_Semantics(whole, axioms=False, daxioms=False, rdfs=False)
    rules.closure()
    ours = tuple(NAMES.prefixes[prefix] for prefix in ("claim", "id", "passage"))
    new = set(whole.subject_objects(RDF.type)) - before
    return [str(message) for message in rules.error_messages], sorted(
        f"{short(thing)} a {short(kind)}" for thing, kind in new if str(thing).startswith(ours) and str(kind).startswith(str(KG)))


def test_no_rule_of_owl_finds_a_contradiction_in_the_data(data: rdflib.Graph) -> None:
    contradictions, kinds = reasoned(data)
    assert contradictions == []
    assert kinds == [], "kg build has not written these classes, which the domains and ranges give"


@pytest.mark.parametrize("fact", [
    "id:arland a kg:Place .", "id:battle kg:place id:arland .", "id:battle kg:participant id:ford .", "claim:one-01-1 a kg:Event .",
    "claim:one-01-1 kg:derivedFrom passage:one-01 .", "id:kind a kg:Work .", "id:arland a foaf:Person .", "id:ford a geo:Geometry .",
    "passage:one-01 a prov:Activity .", "id:kind a skos:ConceptScheme .", "id:arland owl:sameAs wd:Q1 . wd:Q1 a kg:Place .",
])
def test_a_contradiction_is_found(fact: str) -> None:
    assert reasoned(rdflib.Graph(), SMALL + fact)[0] != []


def test_a_class_that_only_follows_is_found() -> None:
    assert reasoned(rdflib.Graph(), SMALL + ABOVE) == ([], [])
    assert reasoned(rdflib.Graph(), SMALL + ABOVE + "id:siege kg:place id:ford .")[1] == ["id:siege a kg:Event", "id:siege a kg:Thing"]
