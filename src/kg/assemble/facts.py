"""An index of the triples in memory, for what Python must derive because SPARQL cannot."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import TypeAlias

import pyoxigraph

Term: TypeAlias = pyoxigraph.NamedNode | pyoxigraph.BlankNode | pyoxigraph.Literal | pyoxigraph.Triple

KG = "https://w3id.org/khalkhin/ontology#"
RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS = "http://www.w3.org/2000/01/rdf-schema#"
SEM = "http://semanticweb.cs.vu.nl/2009/11/sem/"
XSD = "http://www.w3.org/2001/XMLSchema#"


class Facts:
    """Triples by subject and predicate; IRIs are strings, values keep their order of first sight."""

    def __init__(self, triples: Iterable[pyoxigraph.Triple]) -> None:
        self._by_subject: dict[str, dict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        self._by_predicate: dict[str, list[tuple[str, Term]]] = defaultdict(list)
        for triple in triples:
            if isinstance(triple.subject, pyoxigraph.NamedNode):
                self._by_subject[triple.subject.value][triple.predicate.value].append(triple.object)
                self._by_predicate[triple.predicate.value].append((triple.subject.value, triple.object))

    def objects(self, subject: str, predicate: str) -> list[Term]:
        """All values, sorted by their text."""
        found = self._by_subject.get(subject)
        return sorted(found.get(predicate, ()), key=str) if found else []

    def values(self, subject: str, predicate: str) -> list[str]:
        """The text or IRI of all values, sorted."""
        return [term.value for term in self.objects(subject, predicate) if not isinstance(term, pyoxigraph.Triple)]

    def value(self, subject: str, predicate: str) -> str | None:
        """The text or IRI of the first value."""
        found = self.values(subject, predicate)
        return found[0] if found else None

    def pairs(self, predicate: str) -> list[tuple[str, Term]]:
        """Every subject and value of a predicate."""
        return self._by_predicate.get(predicate, [])

    def has(self, subject: str, predicate: str, value: str) -> bool:
        """Whether this triple stands."""
        return value in self.values(subject, predicate)

    def subjects(self) -> list[str]:
        """Every subject."""
        return sorted(self._by_subject)

    def label(self, iri: str) -> str | None:
        """The English rdfs:label."""
        for term in self.objects(iri, RDFS + "label"):
            if isinstance(term, pyoxigraph.Literal) and (term.language or "en") == "en":
                return term.value
        return None
