"""The document about a resource: the triples that its page is made of, in the formats of linked data."""

from __future__ import annotations

from collections.abc import Iterable

import pyoxigraph as ox

from kg.answer import FORMATS, Term, node
from kg.errors import NotFound
from kg.export import fits_xml
from kg.names import Names
from kg.page.address import ONTOLOGY
from kg.store import Store

# What is said of it, what points to it, and all of the claims and remarks that do.
_ABOUT = """
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
CONSTRUCT { %(iri)s ?p ?o . ?s ?q %(iri)s . ?teller ?r ?v } WHERE {
  { %(iri)s ?p ?o } UNION { ?s ?q %(iri)s }
  UNION { ?teller ?any %(iri)s ; rdf:predicate ?predicate . ?teller ?r ?v }
  UNION { ?teller kg:about %(iri)s ; ?r ?v }
}
"""
_TERMS = """
CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o FILTER(STR(?s) = "%(iri)s" || STRSTARTS(STR(?s), "%(iri)s#")) }
"""


def document(store: Store, names: Names, iri: str, format: str) -> bytes:
    """What the data say of an IRI, in one of the formats of a graph; the same bytes on every run. Raises NotFound, BadData.

    For the IRI of the ontology, and for that of each of its terms, it is the whole ontology: a term's IRI ends in a
    fragment, which no server is told.
    """
    return written(triples(store, names, iri), names, format)


def triples(store: Store, names: Names, iri: str) -> list[ox.Triple]:
    """The same as triples, sorted. Raises NotFound."""
    ontology = iri.partition("#")[0] == ONTOLOGY
    term = node(iri)
    if term is not None:
        rows = store.ask((_TERMS if ontology else _ABOUT) % {"iri": ONTOLOGY if ontology else term}).rows
        found = [ox.Triple(row["subject"], row["predicate"], row["object"]) for row in rows]  # type: ignore[arg-type]
        if any(triple.subject == term for triple in found):
            return sorted(found, key=str)
    raise NotFound(f"nothing is known of {names.shorten(iri)}", None, "look for it by its name")


def own(found: Iterable[ox.Triple], iri: str) -> dict[str, list[Term]]:
    """What triples say of an IRI itself: the IRI of a property → its values."""
    facts: dict[str, list[Term]] = {}
    for triple in found:
        if isinstance(triple.subject, ox.NamedNode) and triple.subject.value == iri:
            facts.setdefault(triple.predicate.value, []).append(triple.object)
    return facts


def written(found: Iterable[ox.Triple], names: Names, format: str) -> bytes:
    """Triples in one of the formats of a graph. Raises BadData for a text that RDF/XML cannot hold."""
    found = list(found)
    if format == "rdfxml":
        for triple in found:
            fits_xml(format, str(triple.subject), triple.object.value if isinstance(triple.object, ox.Literal) else str(triple.object))
    text = "\n".join(map(str, found))
    prefixes = None if format == "ntriples" else {p: space for p, space in names.prefixes.items() if f"<{space}" in text}
    writer = FORMATS[format].writer
    assert isinstance(writer, ox.RdfFormat)
    return ox.serialize(found, format=writer, prefixes=prefixes) or b""
