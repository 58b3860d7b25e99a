"""The built graph as text: prefixes, an empty line, then one sorted triple a line.

Valid Turtle that grep, git diff and git blame understand; the same bytes on every run.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pyoxigraph

from kg.assemble.facts import RDF, XSD, Term
from kg.names import Names


def text(triples: Iterable[pyoxigraph.Triple], prefixes: Mapping[str, str]) -> str:
    """The whole file. No blank nodes can stand in it: `assemble` has refused them."""
    names = Names(prefixes)
    seen: dict[str, str] = {}

    def iri(value: str) -> str:
        short = seen.get(value)
        if short is None:
            short = seen[value] = names.shorten(value)
        return short

    def term(value: Term) -> str:
        if isinstance(value, pyoxigraph.NamedNode):
            return iri(value.value)
        if isinstance(value, pyoxigraph.Literal) and not value.language and value.datatype.value != XSD + "string":
            return f"{pyoxigraph.Literal(value.value)}^^{iri(value.datatype.value)}"
        return str(value)

    lines = sorted(
        {f"{term(t.subject)} {'a' if t.predicate.value == RDF + 'type' else iri(t.predicate.value)} {term(t.object)} ." for t in triples}
    )
    heads = [f"@prefix {prefix}: <{base}> ." for prefix, base in sorted(prefixes.items())]
    return "\n".join([*heads, "", *lines, ""])
