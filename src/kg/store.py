"""One door to the facts: in memory, on disk, or behind a URL. SPARQL text goes in, an Answer comes out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from kg.answer import Answer, harmless
from kg.errors import BadData, BadQuery, NetworkError, NotFound, StoreError, UsageError
from kg.folder import Folder
from kg.query import Query, refuse_service, undeclared

if TYPE_CHECKING:
    import rdflib


class Store(Protocol):
    """What every store can do."""

    def ask(self, text: str, where: str | None = None, added: int = 0) -> Answer:
        """Answers SPARQL text. Raises BadQuery, StoreError.

        `where` names the text in errors; `added` characters before its first line are not counted there (`Query.added`).
        """
        ...

    def rdflib(self) -> rdflib.Graph:
        """The store for rdflib."""
        ...


REFUSALS = (SyntaxError, RuntimeError, ValueError, OSError)
"""What Oxigraph raises for a query or an update that it does not take."""


def refusal(error: Exception, text: str, where: str | None = None, added: int = 0) -> BadQuery:
    """Says what is wrong with a query or an update for which Oxigraph raised one of REFUSALS. `where` and `added` as in `Store.ask`."""
    if not isinstance(error, SyntaxError):
        return BadQuery(f"cannot be answered: {error}", where)
    message = " ".join(str(error).split())
    place = re.match(r"error at (\d+):(\d+): (.*)", message)
    line = where or "query"
    if place:
        column = int(place[2]) - (added if place[1] == "1" else 0)
        line += f":{place[1]}:{column}"
    if missing := undeclared(text):
        return BadQuery(f"the prefix {missing[0]}: is not declared", line, "add its PREFIX line")
    said = _misread(place[3], text, int(place[1]), int(place[2])) if place else message
    return BadQuery(f"not valid SPARQL: {said}", line, "mend the query")


class EmbeddedStore:
    """A store of Oxigraph in this process, in memory or on disk; read only."""

    def __init__(self, inner: ox.Store) -> None:
        self.inner = inner

    def ask(self, text: str, where: str | None = None, added: int = 0) -> Answer:
        """Answers SPARQL text. Raises BadQuery with line and column, and for SERVICE."""
        refuse_service(text, where)
        try:
            return Answer(self.inner.query(text))
        except REFUSALS as error:
            raise refusal(error, text, where, added) from error

    def rdflib(self) -> rdflib.Graph:
        """A view of the store with rdflib's interface."""
        import oxrdflib
        import rdflib

        return rdflib.Graph(store=oxrdflib.OxigraphStore(store=self.inner), identifier=rdflib.graph.DATASET_DEFAULT_GRAPH_ID)


_STATUS = {"EndPointNotFound": 404, "EndPointInternalError": 500, "Unauthorized": 401, "URITooLong": 414}
"""The status that each of SPARQLWrapper's errors means."""


class RemoteStore:
    """Any SPARQL 1.1 server behind a URL."""

    timeout = 30
    """Seconds to wait for an answer."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, text: str, where: str | None = None, added: int = 0) -> Answer:
        """Sends the text by POST. Raises BadQuery (400), NetworkError."""
        import http.client
        import urllib.error
        from contextlib import closing

        import SPARQLWrapper as sw

        from kg import __version__

        graph = Query.parse(text, where=where).kind == "graph"
        client = sw.SPARQLWrapper(self.url, agent=f"khalkhin-kg/{__version__} (a SPARQL client)")
        client.setMethod(sw.POST)
        client.setTimeout(self.timeout)
        client.setReturnFormat(sw.TURTLE if graph else sw.JSON)
        client.setQuery(text)
        try:
            with closing(client.query().response) as response:
                kind, body = response.headers.get_content_type(), response.read()
        except sw.SPARQLExceptions.QueryBadFormed as error:
            said = next((harmless(line).strip() for line in _said(error).splitlines() if line.strip()), "")
            raise BadQuery(f"{self.url} cannot read it" + (f" ({said[:200]})" if said else ""), where, "mend the query") from error
        except (sw.SPARQLExceptions.SPARQLWrapperException, urllib.error.URLError, http.client.HTTPException, OSError,
                ValueError) as error:
            if isinstance(error, urllib.error.HTTPError):
                error.close()
            status = getattr(error, "code", None) or _STATUS.get(type(error).__name__)
            if status is not None:
                raise NetworkError(f"the server answered with status {status}", self.url, "check the address, or try later") from error
            reason = getattr(error, "reason", None) or type(error).__name__
            if isinstance(error, TimeoutError) or isinstance(reason, TimeoutError):
                reason = f"it took longer than {self.timeout} seconds"
            raise NetworkError(f"no answer ({reason})", self.url, "look whether the server runs, and try again") from error
        try:
            if graph:
                format = ox.RdfFormat.from_media_type(kind)
                if format is None:
                    raise ValueError(kind)
                inner = ox.Store()
                inner.bulk_load(body, format)
                return Answer(inner.query("CONSTRUCT WHERE { ?s ?p ?o }"))
            results = ox.QueryResultsFormat.from_media_type(kind)
            if results is None:
                raise ValueError(kind)
            return Answer(ox.parse_query_results(body, format=results))
        except (ValueError, SyntaxError) as error:
            what = f"answered with {kind}, which is no SPARQL answer" if isinstance(error, ValueError) else f"its answer is no valid {kind}"
            raise NetworkError(what, self.url, "check the address") from error

    def rdflib(self) -> rdflib.Graph:
        """A graph of rdflib that asks the server."""
        import rdflib
        from rdflib.plugins.stores.sparqlstore import SPARQLStore

        return rdflib.Graph(store=SPARQLStore(self.url, method="POST"))


def _misread(message: str, text: str, line: int, column: int) -> str:
    """What is wrong at a place of a query: Oxigraph's own sentence if it has one, else from where on it is not understood."""
    own = re.sub(r'"(?:\\.|[^"\\])*"|\[(?:\'(?:\\.|[^\'])*\'|[^\]\'])*\]', "", message).removeprefix("expected one of ").split(", ")
    sentences = [part.strip() for part in own if re.search(r"[a-z]{3,} [A-Za-z]", part) and not part.startswith("expected")]
    if sentences:
        return sentences[0]
    lines = text.split("\n")
    rest = " ".join(" ".join([lines[line - 1][column - 1 :], *lines[line:]]).split()) if line <= len(lines) else ""
    if not rest:
        return "something is missing or left open before its end"
    return f"it is not understood from “{rest[:40]}{'…' if len(rest) > 40 else ''}” on"


def _said(error: Exception) -> str:
    """What a server said in its refusal; SPARQLWrapper keeps it in a message of its own."""
    from ast import literal_eval

    found = re.search(r"Response:\s*(b(['\"]).*\2)\s*\Z", str(error), re.S)
    return literal_eval(found[1]).decode("utf-8", "replace") if found else ""


_ADDRESS = re.compile(r"[A-Za-z]+://(?:\[[0-9A-Fa-f:.]+\]|[^\s/?#\[\]]+)(?:[/?#]\S*)?\Z")


def open_store(source: Folder | Path | str) -> Store:
    """Opens a folder's built triples in memory, a folder on disk of Oxigraph, or a URL.

    Raises NotFound when nothing was built yet, BadData when the file is not Turtle, StoreError.
    """
    if isinstance(source, str) and (scheme := re.match(r"([A-Za-z][A-Za-z0-9+.-]*)://", source)):
        if scheme[1].lower() not in ("http", "https") or not _ADDRESS.match(source):
            raise UsageError(f"{source!r} is no address of a SPARQL server", None, "write it as https://host/sparql, or name a folder")
        return RemoteStore(source)
    if not isinstance(source, Folder):
        path = Path(source)
        if (path / "data" / "dataset.ttl").is_file():
            source = Folder(path)
        elif path.is_dir():
            try:
                return EmbeddedStore(ox.Store.read_only(str(path)))
            except (OSError, ValueError, RuntimeError) as error:
                why = "it lacks the files of one" if isinstance(error, FileNotFoundError) else " ".join(str(error).split())
                raise StoreError(f"is no store of Oxigraph ({why})", str(path), "name another folder, or a URL") from error
        else:
            raise NotFound("no such store", str(path), "name a folder or a URL")
    inner = ox.Store()
    try:
        inner.bulk_load(path=str(source.triples), format=ox.RdfFormat.TURTLE)
    except SyntaxError as error:
        where = f"{source.triples}:{error.lineno}:{error.offset}"
        raise BadData(f"not valid Turtle: {' '.join(str(error.msg).split())}", where, "run kg build") from error
    except FileNotFoundError as error:
        raise NotFound("the graph is not built yet", str(source.triples), "run kg build") from error
    except OSError as error:
        raise StoreError(f"cannot be read ({error.strerror or error})", str(source.triples)) from error
    if not len(inner):
        raise NotFound("the graph is empty", str(source.triples), "run kg build")
    return EmbeddedStore(inner)
