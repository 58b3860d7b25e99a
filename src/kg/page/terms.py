"""The page of the ontology, where each term has its place, and the pages of what is of a kind."""

from __future__ import annotations

from dataclasses import dataclass

import pyoxigraph as ox

from kg.answer import Term, node, plain
from kg.errors import NotFound
from kg.folder import Folder
from kg.names import Names
from kg.page.address import ONTOLOGY
from kg.page.claims import KG, PREFIXES, Word, texts
from kg.page.document import triples, written
from kg.page.frame import Frame
from kg.store import Store

_OWL = "http://www.w3.org/2002/07/owl#"
_RDFS = "http://www.w3.org/2000/01/rdf-schema#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_EXAMPLE = "http://www.w3.org/2004/02/skos/core#example"
_PARTS = (
    ("classes", "Classes", _OWL + "Class"), ("relations", "Properties between things", _OWL + "ObjectProperty"),
    ("values", "Properties with a value", _OWL + "DatatypeProperty"), ("annotations", "Annotations", _OWL + "AnnotationProperty"),
    ("individuals", "Individuals", _OWL + "NamedIndividual"),
)
_SAID = {_RDFS + "subClassOf": "under", _RDFS + "subPropertyOf": "under", _RDFS + "domain": "of", _RDFS + "range": "gives",
         _OWL + "disjointWith": "never also"}
"""How the page says what the vocabularies say of a term; other properties are named by their last part."""
_FEW = 2000
"""Things that a page lists."""


@dataclass(frozen=True)
class Entry:
    """A term of the ontology: its local name (the anchor), label, comment, examples, how many things are of it, what else is said."""

    name: str
    term: Term
    label: str
    comment: str
    examples: tuple[Word, ...]
    count: int
    facts: tuple[tuple[str, tuple[Word, ...]], ...]


def ontology(store: Store, names: Names, folder: Folder, base: str | None = None) -> str:
    """The page of the whole ontology as HTML; the anchor of a term is its local name. Raises NotFound."""
    frame = Frame(store, names, folder, base)
    about = triples(store, names, ONTOLOGY)
    facts: dict[str, dict[str, list[Term]]] = {}
    for t in about:
        if isinstance(t.subject, ox.NamedNode):
            facts.setdefault(t.subject.value, {}).setdefault(t.predicate.value, []).append(t.object)
    known = texts(store, [value for own in facts.values() for some in own.values() for value in some])
    counts = _counts(store)
    entries = {iri: _entry(iri, own, known, counts, names) for iri, own in facts.items() if iri != ONTOLOGY}
    parts = [
        (anchor, heading, sorted((entries[iri] for iri in entries if _is(facts[iri], kind)), key=lambda e: (e.label.casefold(), e.name)))
        for anchor, heading, kind in _PARTS
    ]
    own = facts[ONTOLOGY]
    return frame.render(
        "ontology.html.jinja", title=_one(own, _RDFS + "label") or "Ontology", iri=ONTOLOGY, sections=[part for part in parts if part[2]],
        about=_one(own, "http://purl.org/dc/terms/description"), version=_one(own, _OWL + "versionInfo"),
        alternates=frame.alternates("ontology"), canonical=ONTOLOGY, document=written(about, names, "jsonld").decode("utf-8"),
    )


def _is(own: dict[str, list[Term]], kind: str) -> bool:
    return any(plain(value) == kind for value in own.get(_TYPE, []))


def _one(own: dict[str, list[Term]], property_: str) -> str:
    return plain(own[property_][0]) if own.get(property_) else ""


def _entry(iri: str, own: dict[str, list[Term]], known: dict[Term, str], counts: dict[str, int], names: Names) -> Entry:
    def word(value: Term) -> Word:
        text = known[value]
        return Word(value, names.shorten(text) if text == plain(value) and type(value).__name__ == "NamedNode" else text)

    told = {_RDFS + "label", _RDFS + "comment", _RDFS + "isDefinedBy", _EXAMPLE}
    facts = []
    for property_, values in own.items():
        if property_ == _TYPE:
            values = [value for value in values if not plain(value).startswith(_OWL)]
        if values and property_ not in told:
            said = "is a" if property_ == _TYPE else _SAID.get(property_, property_.replace("#", "/").rpartition("/")[2])
            facts.append((said, tuple(word(value) for value in values)))
    examples = []
    for value in own.get(_EXAMPLE, []):
        iri_ = names.prefixes.get(plain(value).partition(":")[0], "") + plain(value).partition(":")[2]
        examples.append(Word((node(iri_) if ":" in plain(value) and "://" in iri_ else None) or value, plain(value)))
    term = node(iri)
    assert term is not None  # it came from the store
    return Entry(iri.removeprefix(KG), term, _one(own, _RDFS + "label") or iri, _one(own, _RDFS + "comment"), tuple(examples),
                 counts.get(iri, 0), tuple(facts))


def _counts(store: Store) -> dict[str, int]:
    """How many things each class has, its narrower classes' among them."""
    rows = store.ask(PREFIXES + "SELECT ?class (COUNT(DISTINCT ?thing) AS ?n) WHERE { ?thing a ?class } GROUP BY ?class").rows
    return {plain(row["class"]): int(plain(row["n"])) for row in rows}


@dataclass(frozen=True)
class Kind:
    """A class with how many things are of it, and the classes under it."""

    name: str
    label: str
    count: int
    narrower: tuple[Kind, ...]


def kinds(store: Store, names: Names, folder: Folder, base: str | None = None) -> str:
    """The page that lists the classes of things, each under its broader one, as HTML."""
    frame = Frame(store, names, folder, base)
    counts = _counts(store)
    rows = store.ask(PREFIXES + """
SELECT ?class ?label ?above WHERE {
  ?class a owl:Class ; rdfs:label ?label OPTIONAL { ?class rdfs:subClassOf ?above }
} ORDER BY ?label ?class""").rows
    label = {plain(row["class"]): plain(row["label"]) for row in rows}
    below: dict[str, list[str]] = {}
    for row in rows:
        below.setdefault(plain(row["above"]), []).append(plain(row["class"]))

    def kind(iri: str, above: frozenset[str]) -> Kind:
        under = [kind(one, above | {iri}) for one in below.get(iri, []) if one not in above and counts.get(one)]
        return Kind(iri.removeprefix(KG), label[iri], counts.get(iri, 0), tuple(under))

    tops = [iri for iri in label if counts.get(iri) and not any(iri in below.get(other, []) for other in label)]
    found = [kind(iri, frozenset()) for iri in tops]
    return frame.render("kinds.html.jinja", title="What there is, by kind", kinds=found, canonical=frame.addresses.public("kinds"))


def kind(store: Store, names: Names, folder: Folder, name: str, base: str | None = None) -> str:
    """The page that lists what is of a class, by the local name of the class, as HTML. Raises NotFound."""
    frame = Frame(store, names, folder, base, "../")
    term = node(KG + name)
    about = store.ask(PREFIXES + f"""
SELECT ?label ?says WHERE {{ {term} a owl:Class ; rdfs:label ?label OPTIONAL {{ {term} rdfs:comment ?says }} }}""").rows if term else []
    if not about:
        raise NotFound(f"no kind of thing is called {name!r}", None, "the ontology lists them")
    rows = store.ask(PREFIXES + f"""
SELECT ?thing (SAMPLE(?label) AS ?name) (SAMPLE(?first) AS ?day) WHERE {{
  ?thing a {term} . OPTIONAL {{ ?thing rdfs:label ?label FILTER(LANG(?label) IN ("en", "")) }}
  OPTIONAL {{ ?thing <http://semanticweb.cs.vu.nl/2009/11/sem/hasEarliestBeginTimeStamp> ?first }}
}} GROUP BY ?thing ORDER BY ?name ?thing LIMIT {_FEW + 1}""").rows
    found = [
        (Word(row["thing"], plain(row["name"]) or names.shorten(plain(row["thing"]))), plain(row["day"])[:4])
        for row in rows[:_FEW] if row["thing"] is not None
    ]
    # Names in brackets stand where they would stand without.
    found.sort(key=lambda one: (one[0].text.strip("[]").casefold(), plain(one[0].term)))
    return frame.render(
        "kind.html.jinja", title=plain(about[0]["label"]), says=plain(about[0]["says"]), things=found, term=term,
        more=_counts(store).get(plain(term), 0) - len(found), canonical=frame.addresses.public(f"kind/{name}.html"),
    )
