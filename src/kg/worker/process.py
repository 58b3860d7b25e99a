"""What a process does that evaluates queries and reads uploads: each `do_…` answers one kind of frame.

Whatever a query does to it, only this process ends; `kg.worker.readers` starts the next.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any, cast

import pyoxigraph as ox

from kg.answer import FORMATS, Answer
from kg.errors import BadData, BadQuery, KgError, NotFound, OverLimit, StoreError, UsageError
from kg.limits import LONG, Limits, own, refuse_excess
from kg.query import refuse_service
from kg.store import REFUSALS, EmbeddedStore, open_store, refusal
from kg.worker import confine, frame

_READABLE = {FORMATS[name].media: FORMATS[name].writer for name in ("turtle", "ntriples", "rdfxml", "jsonld")}


_KINDS = {ox.QueryTriples: "graph", ox.QueryBoolean: "boolean", ox.QuerySolutions: "table"}


class _Bounded(io.RawIOBase):
    """Takes an answer up to so many bytes."""

    def __init__(self, most: int) -> None:
        self.most, self.size = most, 0
        self.parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        piece = bytes(data)
        self.size += len(piece)
        if self.size > self.most:
            raise OverLimit(f"the answer is over the limit of {self.most} bytes", None, "ask for less, with LIMIT", limit="answer")
        self.parts.append(piece)
        return len(piece)


class Process:
    """A store and the limits under which it answers."""

    def __init__(self, path: str, limits: Limits, store: ox.Store | None = None) -> None:
        self.path, self.limits = path, limits
        self._limits = {False: limits, True: own(limits)}
        self.store = self._open() if store is None else store  # an empty one is false

    def _open(self) -> ox.Store:
        opened = open_store(Path(self.path))
        assert isinstance(opened, EmbeddedStore)
        return opened.inner

    def answer(self, head: frame.Head, body: bytes) -> tuple[frame.Head, bytes]:
        """Does what a head asks for. Raises KgError."""
        self.limits = self._limits[bool(head.get("own"))]
        return getattr(self, f"do_{head['do']}")(head, body)  # type: ignore[no-any-return]

    def do_reopen(self, head: frame.Head, body: bytes) -> tuple[frame.Head, bytes]:
        """Opens another state of the store."""
        self.path = str(head["path"])
        self.store = self._open()
        return {}, b""

    def do_query(self, head: frame.Head, body: bytes) -> tuple[frame.Head, bytes]:
        """Evaluates a query and writes its answer in the format that is wanted for its kind."""
        text = body.decode("utf-8")
        where, added = head.get("where"), head.get("added", 0)
        refuse_excess(text, self.limits)
        given: dict[str, Any] = {}
        if "default" in head or "named" in head:  # SPARQL 1.1 Protocol §2.1.4: it takes the place of the query's own
            given = {"default_graph": [_node(iri) for iri in head.get("default", ())],
                     "named_graphs": [_node(iri) for iri in head.get("named", ())]}
        refuse_service(text, where)
        try:
            result = self.store.query(text, base_iri=head.get("base"), **given)
            kind = _KINDS[type(result)]
            name = head["formats"].get(kind)
            if name is None:
                return {"kind": kind, "format": None}, b""
            out = _Bounded(self.limits.answer)
            if isinstance(result, ox.QueryTriples):
                rows = self._graph(result, name, out, head.get("prefixes"))
            else:
                written = "json" if name == "html" else name
                result.serialize(out, FORMATS[written].writer)  # type: ignore[arg-type]
                rows = 1 if kind == "boolean" else self._rows(written, out)
        except OSError as error:  # no fault of the query
            raise StoreError(f"the store cannot be read ({' '.join(str(error).split())})", None, "try again in a moment") from error
        except REFUSALS as error:
            raise refusal(error, text, where, added) from error
        if name == "html" and kind != "graph":
            page = Answer.kept(kind, b"".join(out.parts)).text("html")
            out = _Bounded(self.limits.answer)
            out.write(page.encode("utf-8"))
        return _sent(head, kind, name, rows, out)

    def _graph(self, triples: Iterable[ox.Triple], name: str, out: _Bounded, prefixes: dict[str, str] | None) -> int:
        count = 0

        def counted() -> Iterator[ox.Triple]:
            nonlocal count
            for triple in triples:
                count += 1
                if count > self.limits.rows:
                    raise self._many()
                yield triple

        if name == "html":
            from html import escape

            names = "".join(f'<th scope="col">{name}</th>' for name in ("subject", "predicate", "object"))
            out.write(f"<table>\n<thead><tr>{names}</tr></thead>\n<tbody>\n".encode())
            for triple in counted():
                cells = "".join(f"<td>{escape(str(term))}</td>" for term in (triple.subject, triple.predicate, triple.object))
                out.write(f"<tr>{cells}</tr>\n".encode())
            out.write(b"</tbody>\n</table>\n")
        else:
            writer = FORMATS[name].writer
            assert isinstance(writer, ox.RdfFormat)
            ox.serialize(counted(), cast(IO[bytes], out), writer, prefixes=prefixes)
        return count

    def _rows(self, name: str, out: _Bounded) -> int:
        """How many rows were written; the sign between two rows may also stand in a literal, then they are counted one by one."""
        sign, beside = {"csv": (b"\n", -1), "tsv": (b"\n", -1), "xml": (b"<result>", 0), "json": (b"},{", 1)}[name]
        content = b"".join(out.parts)
        rows = 0 if content.endswith(b'"bindings":[]}}') else content.count(sign) + beside
        if rows > self.limits.rows and name in ("csv", "json"):
            if name == "csv":
                import csv

                rows = sum(1 for _ in csv.reader(io.StringIO(content.decode("utf-8")))) - 1
            else:
                rows = sum(1 for _ in ox.parse_query_results(content, format=ox.QueryResultsFormat.JSON))  # type: ignore[misc, union-attr]
        if rows > self.limits.rows:
            raise self._many()
        return max(rows, 0)

    def _many(self) -> OverLimit:
        return OverLimit(f"the answer has more than {self.limits.rows} rows", None, "ask for less, with LIMIT", limit="rows")

    def _there(self, graph: ox.NamedNode | ox.DefaultGraph) -> bool:
        return isinstance(graph, ox.DefaultGraph) or self.store.contains_named_graph(graph)

    def do_graph(self, head: frame.Head, body: bytes) -> tuple[frame.Head, bytes]:
        """Writes one graph of the store (None: the default graph). Raises NotFound."""
        graph = graph_name(head["graph"])
        if not self._there(graph):
            raise NotFound("no such graph", head["graph"])
        out = _Bounded(self.limits.answer)
        triples = (quad.triple for quad in self.store.quads_for_pattern(None, None, None, graph))
        rows = self._graph(triples, head["format"], out, head.get("prefixes"))
        return _sent(head, "graph", head["format"], rows, out)

    def do_parse(self, head: frame.Head, body: bytes) -> tuple[frame.Head, bytes]:
        """Reads an uploaded graph, or several in a form, into N-Triples. Raises BadData, UsageError."""
        media = str(head["media"])
        parts = [(media, body)]
        if media.startswith("multipart/form-data"):
            from email import message_from_bytes

            message = message_from_bytes(b"Content-Type: " + head["content_type"].encode("latin-1") + b"\r\n\r\n" + body)
            if not message.is_multipart():
                raise BadData("is no valid multipart/form-data", "the body", "mend it")
            parts = [(part.get_content_type(), part.get_payload(decode=True)) for part in message.walk() if not part.is_multipart()]  # type: ignore[misc]
        triples: list[ox.Triple] = []
        for media, content in parts:
            format = _READABLE.get(media)
            if not isinstance(format, ox.RdfFormat):
                raise UsageError(f"{media} cannot be read", None, "send one of " + ", ".join(_READABLE))
            try:
                content = content.removeprefix(b"\xef\xbb\xbf")
                for quad in ox.parse(content, format, base_iri=head.get("base"), without_named_graphs=True, rename_blank_nodes=True):
                    triples.append(quad.triple)
            except SyntaxError as error:
                place = f":{error.lineno}:{error.offset}" if error.lineno else ""
                raise BadData(f"not valid {media}: {' '.join(str(error.msg).split())}", f"the body{place}", "mend it") from error
            except ValueError as error:
                raise BadData(f"not valid {media}: {error}", "the body", "mend it") from error
        return {"rows": len(triples)}, ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""


def _sent(head: frame.Head, kind: str, format: str, rows: int, out: _Bounded) -> tuple[frame.Head, bytes]:
    """An answer, compressed where that is wanted and pays."""
    content = b"".join(out.parts)
    said = {"kind": kind, "format": format, "rows": rows}
    if head.get("gzip") and len(content) > LONG:
        import gzip

        return said | {"gzip": True}, gzip.compress(content, 1, mtime=0)
    return said, content


def _node(iri: str) -> ox.NamedNode:
    try:
        return ox.NamedNode(iri)
    except ValueError as error:
        raise UsageError(f"{iri!r} is no absolute IRI", None, "give the whole IRI of the graph") from error


def graph_name(iri: str | None) -> ox.NamedNode | ox.DefaultGraph:
    return ox.DefaultGraph() if iri is None else _node(iri)


def serve(process: Process, source: IO[bytes], sink: IO[bytes], confined: bool) -> None:
    """Says that it has begun, and answers frames until there are no more."""
    sink.write(frame.packed({"confined": confined}))
    sink.flush()
    while (said := frame.read(source)) is not None:
        confine.seconds(process.limits.deadline * 2)
        try:
            head, body = process.answer(*said)
        except KgError as error:
            head, body = told(error), b""
        except MemoryError:
            head, body = told(OverLimit("it needs more memory than allowed", None, "ask for less at a time", limit="memory")), b""
        except UnicodeDecodeError:
            head, body = told(BadQuery("is not UTF-8 text", None, "send it as UTF-8")), b""
        sink.write(frame.packed(head, body))
        sink.flush()


def told(error: KgError) -> frame.Head:
    """An error as the head of a frame."""
    return {"error": type(error).__name__, "what": error.what, "where": error.where, "todo": error.todo,
            "limit": getattr(error, "limit", "")}


def told_of(error: Exception, path: str) -> frame.Head:
    """What is told of a store that cannot be opened."""
    return told(error if isinstance(error, KgError) else StoreError(f"cannot be opened ({' '.join(str(error).split())})", path))
