"""What a query gives, and the one list of formats that it can be written in."""

from __future__ import annotations

import io
from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

import pyoxigraph as ox

from kg.errors import UsageError

if TYPE_CHECKING:
    import rdflib

    from kg.names import Names

Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
Row = Mapping[str, Term | None]


class Format(NamedTuple):
    """A format: its file suffix, its media type, the kinds of answer that it fits, and Oxigraph's own writer if any."""

    suffix: str
    media: str
    kinds: tuple[str, ...]
    writer: ox.QueryResultsFormat | ox.RdfFormat | None


_TABLE, _BOTH, _GRAPH = ("table",), ("table", "boolean"), ("graph",)
FORMATS: dict[str, Format] = {
    "table": Format("txt", "text/plain", ("table", "boolean", "graph"), None),  # written by kg.table
    "csv": Format("csv", "text/csv", _TABLE, ox.QueryResultsFormat.CSV),
    "tsv": Format("tsv", "text/tab-separated-values", _TABLE, ox.QueryResultsFormat.TSV),
    "json": Format("srj", "application/sparql-results+json", _BOTH, ox.QueryResultsFormat.JSON),
    "xml": Format("srx", "application/sparql-results+xml", _BOTH, ox.QueryResultsFormat.XML),
    "markdown": Format("md", "text/markdown", _BOTH, None),
    "html": Format("html", "text/html", _BOTH, None),
    "turtle": Format("ttl", "text/turtle", _GRAPH, ox.RdfFormat.TURTLE),
    "ntriples": Format("nt", "application/n-triples", _GRAPH, ox.RdfFormat.N_TRIPLES),
    "nquads": Format("nq", "application/n-quads", _GRAPH, ox.RdfFormat.N_QUADS),
    "trig": Format("trig", "application/trig", _GRAPH, ox.RdfFormat.TRIG),
    "rdfxml": Format("rdf", "application/rdf+xml", _GRAPH, ox.RdfFormat.RDF_XML),
    "jsonld": Format("jsonld", "application/ld+json", _GRAPH, ox.RdfFormat.JSON_LD),
}


class Answer:
    """A table (SELECT), a graph (CONSTRUCT, DESCRIBE) or yes or no (ASK).

    The answer of the engine is kept in the standard's own form, JSON or N-Triples, and read from there as often as
    it is asked for.
    """

    names: Names | None = None
    """The prefixes by which a notebook shows IRIs in short, if they are known."""

    def __init__(self, result: ox.QuerySolutions | ox.QueryTriples | ox.QueryBoolean) -> None:
        if isinstance(result, ox.QueryTriples):
            self.kind = "graph"
            self._kept = result.serialize(format=ox.RdfFormat.N_TRIPLES) or b""
        else:
            self.kind = "boolean" if isinstance(result, ox.QueryBoolean) else "table"
            self._kept = result.serialize(format=ox.QueryResultsFormat.JSON) or b""

    @classmethod
    def kept(cls, kind: str, content: bytes) -> Answer:
        """An answer from what another process kept of it: a graph as N-Triples, anything else as SPARQL's JSON."""
        answer = cls.__new__(cls)
        answer.kind, answer._kept = kind, content
        return answer

    def _read(self) -> ox.QuerySolutions | ox.QueryBoolean:
        return ox.parse_query_results(io.BytesIO(self._kept), format=ox.QueryResultsFormat.JSON)

    @cached_property
    def variables(self) -> tuple[str, ...]:
        """The names of the columns; a graph has subject, predicate and object."""
        if self.kind == "graph":
            return ("subject", "predicate", "object")
        read = self._read()
        return () if isinstance(read, ox.QueryBoolean) else tuple(v.value for v in read.variables)

    @cached_property
    def rows(self) -> list[Row]:
        """The rows, each a mapping from column to term, None where unbound."""
        if self.kind == "graph":
            return [
                {"subject": t.subject, "predicate": t.predicate, "object": t.object}
                for t in ox.parse(self._kept, format=ox.RdfFormat.N_TRIPLES)
            ]
        read = self._read()
        if isinstance(read, ox.QueryBoolean):
            return []
        return [{name: solution[name] for name in self.variables} for solution in read]

    @property
    def boolean(self) -> bool | None:
        """Yes or no of an ASK, else None."""
        read = self._read() if self.kind == "boolean" else None
        return bool(read) if isinstance(read, ox.QueryBoolean) else None

    def __bool__(self) -> bool:
        return bool(self.rows) if self.boolean is None else self.boolean

    def __len__(self) -> int:
        return len(self.rows)

    def text(self, format: str, prefixes: Mapping[str, str] | None = None) -> str:
        """The answer in one of FORMATS (not `table`, which needs labels: `kg.table`). Raises UsageError."""
        spec = fitting(format, self.kind)
        if isinstance(spec.writer, ox.QueryResultsFormat):
            return (self._read().serialize(format=spec.writer) or b"").decode("utf-8")
        if isinstance(spec.writer, ox.RdfFormat):
            triples = sorted(ox.parse(self._kept, format=ox.RdfFormat.N_TRIPLES), key=str)
            return (ox.serialize(triples, format=spec.writer, prefixes=dict(prefixes or {})) or b"").decode("utf-8")
        if format == "table":
            raise UsageError("a table for people needs the labels of a store", None, "use kg.table.table")
        return self._html() if format == "html" else self._markdown()

    def to_csv(self) -> str:
        """SPARQL 1.1 Query Results CSV."""
        return self.text("csv")

    def to_json(self) -> str:
        """SPARQL 1.1 Query Results JSON."""
        return self.text("json")

    def to_rdflib(self) -> rdflib.Graph | rdflib.query.Result:
        """A graph as rdflib's Graph, a table or yes/no as its Result."""
        import rdflib
        import rdflib.query

        if self.kind == "graph":
            return rdflib.Graph().parse(data=self._kept, format="nt")
        return rdflib.query.Result.parse(io.BytesIO(self._kept), format="json")

    def _cells(self) -> list[list[str]]:
        return [[harmless(plain(row[name])) for name in self.variables] for row in self.rows]

    def _html(self) -> str:
        from html import escape

        if self.boolean is not None:
            return f"<p>{'yes' if self.boolean else 'no'}</p>\n"
        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in self.variables)
        body = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in cells) + "</tr>\n" for cells in self._cells())
        return f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n</table>\n"

    def _markdown(self) -> str:
        if self.boolean is not None:
            return "yes\n" if self.boolean else "no\n"

        def cell(text: str) -> str:
            for sign in "\\`*_[]<>|&~":
                text = text.replace(sign, "\\" + sign)
            return " ".join(text.split())

        lines = [list(self.variables), ["---"] * len(self.variables), *self._cells()]
        lines = [line if n == 1 else [cell(c) for c in line] for n, line in enumerate(lines)]
        return "".join("| " + " | ".join(line) + " |\n" for line in lines)

    def _repr_html_(self) -> str:
        """What a notebook shows: at most 50 rows, an IRI by the label in its own row, else in short, with all of it as a hint."""
        from html import escape

        if self.boolean is not None:
            return self._html()
        shown = [v for v in self.variables if not (v.endswith("Label") and v[:-5] in self.variables)]
        rows = sorted(self.rows, key=lambda row: str([*row.values()])) if self.kind == "graph" else self.rows

        def cell(row: Row, name: str) -> str:
            term, hint = row[name], ""
            text = plain(term)
            if isinstance(term, ox.NamedNode):
                hint = f' title="{escape(harmless(text))}"'
                text = plain(row.get(name + "Label")) or (self.names.shorten(text) if self.names else text)
            elif isinstance(term, ox.Literal) and term.language:
                hint = f' lang="{escape(term.language)}"'
            return f"<td{hint}>{escape(harmless(text))}</td>"

        head = "".join(f'<th scope="col">{escape(name)}</th>' for name in shown)
        body = "".join("<tr>" + "".join(cell(row, name) for name in shown) + "</tr>\n" for row in rows[:_FEW])
        noun = "triple" if self.kind == "graph" else "row"
        count = f"{len(rows)} {noun}{'' if len(rows) == 1 else 's'}" if rows else f"no {noun}s"
        last = f"… and {len(rows) - _FEW} more" if len(rows) > _FEW else count
        return (f'<div style="overflow-x: auto; max-width: 100%">\n<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody>\n'
                f"</table>\n</div>\n<p>{last}</p>\n")


def fitting(format: str, kind: str) -> Format:
    """The format of that name, if it fits the kind of answer. Raises UsageError, which names those that fit."""
    spec = FORMATS.get(format)
    if spec is None or kind not in spec.kinds:
        said = "unknown format" if spec is None else f"{_SAID[kind]} cannot be written as"
        fit = ", ".join(name for name, other in FORMATS.items() if kind in other.kinds)
        raise UsageError(f"{said} {format!r}", None, f"choose one of {fit}")
    return spec


_FEW = 50
"""Rows that a notebook shows."""
_SAID = {"table": "a table", "graph": "a graph", "boolean": "a yes or no"}


def node(iri: str) -> ox.NamedNode | None:
    """The IRI as a term, None when it is no absolute IRI (RFC 3987)."""
    try:
        return ox.NamedNode(iri)
    except ValueError:
        return None


def literal(text: str, datatype: str | None = None, language: str | None = None) -> ox.Literal:
    """A literal: plain, typed by an IRI, or tagged with a language. Raises ValueError for a bad IRI or tag (BCP 47)."""
    if language:
        return ox.Literal(text, language=language)
    return ox.Literal(text, datatype=ox.NamedNode(datatype) if datatype else None)


def harmless(text: str) -> str:
    """The text with a space for each character that could steer a terminal or cannot be seen."""
    return "".join(c if c.isprintable() else " " for c in text)


def plain(term: Term | None) -> str:
    """A term as bare text: the IRI, the lexical form, nothing for unbound."""
    if term is None:
        return ""
    return term.value if not isinstance(term, ox.Triple) else str(term)
