"""The shapes of ontology/shapes.ttl (SHACL core), run by pyshacl without inference."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pyoxigraph

from kg.assemble import Built, Problem
from kg.assemble.curated import read
from kg.assemble.facts import XSD, Term
from kg.errors import NotFound

if TYPE_CHECKING:
    import rdflib
    from rdflib.term import Node

SH = "http://www.w3.org/ns/shacl#"


def violations(built: Built) -> Iterator[tuple[str, Problem]]:
    """Each violation, with the IRI of the shape that found it. Raises NotFound, BadData when the shapes cannot be read."""
    import rdflib
    from pyshacl import validate

    path = Path(built.folder.ontology) / "shapes.ttl"
    if not path.exists():
        raise NotFound("the shapes are not there", str(path), "put the file back")
    read(path, str(path))  # its errors name line and column
    shapes = rdflib.Graph().parse(path, format="turtle")
    _, report, _ = validate(graph(built), shacl_graph=shapes, inference="none", advanced=False, js=False, meta_shacl=False)
    assert isinstance(report, rdflib.Graph)
    sh = rdflib.Namespace(SH)
    for result in sorted(report.subjects(rdflib.RDF.type, sh.ValidationResult), key=str):
        focus, shape, value = (report.value(result, sh[name]) for name in ("focusNode", "sourceShape", "value"))
        message = str(report.value(result, sh.resultMessage))
        what, _, todo = message.partition(";")
        component = str(report.value(result, sh.sourceConstraintComponent)).removeprefix(SH)
        if component in ("MinCountConstraintComponent", "QualifiedMinCountConstraintComponent"):
            what = f"{what} (here: none)"
        elif component in ("MaxCountConstraintComponent", "QualifiedMaxCountConstraintComponent"):
            what = f"{what} (here: several)"
        elif value is not None and value != focus:
            said = built.names.shorten(str(value)) if isinstance(value, rdflib.URIRef) else f"“{value}”"
            what = f"{what} (here: {said})"
        yield str(shape), built.problem("error", str(focus), what, todo.strip())


def graph(built: Built) -> rdflib.Graph:
    """The built graph as an rdflib graph."""
    import rdflib

    found = rdflib.Graph()
    seen: dict[Term, Node] = {}

    def node(term: Term) -> Node:
        known = seen.get(term)
        if known is None:
            if isinstance(term, pyoxigraph.Literal):
                kind = None if term.language or term.datatype.value == XSD + "string" else rdflib.URIRef(term.datatype.value)
                known = rdflib.Literal(term.value, lang=term.language, datatype=kind)
            else:
                assert isinstance(term, pyoxigraph.NamedNode)  # `build` refuses nodes without a name
                known = rdflib.URIRef(term.value)
            seen[term] = known
        return known

    for quad in built.store:
        found.add((node(quad.subject), node(quad.predicate), node(quad.object)))
    return found
