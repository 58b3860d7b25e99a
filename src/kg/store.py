"""One door to the facts: in memory, on disk, or behind a URL. SPARQL text goes in, an Answer comes out."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import pyoxigraph as ox

from kg.answer import Answer
from kg.errors import BadData, BadQuery, NetworkError, NotFound, StoreError
from kg.folder import Folder

if TYPE_CHECKING:
    import rdflib


class Store(Protocol):
    """What every store can do."""

    def ask(self, text: str, where: str | None = None) -> Answer:
        """Answers SPARQL text. `where` names it in errors. Raises BadQuery, StoreError."""
        ...

    def rdflib(self) -> rdflib.Graph:
        """The store for rdflib."""
        ...


class EmbeddedStore:
    """A store of Oxigraph in this process, in memory or on disk; read only."""

    def __init__(self, inner: ox.Store) -> None:
        self.inner = inner

    def ask(self, text: str, where: str | None = None) -> Answer:
        """Answers SPARQL text. Raises BadQuery with line and column."""
        try:
            return Answer(self.inner.query(text))  # type: ignore[arg-type]
        except SyntaxError as error:
            message = " ".join(str(error).split())
            place = re.match(r"error at (\d+):(\d+): (.*)", message)
            line = f"{where or 'query'}:{place[1]}:{place[2]}" if place else where or "query"
            raise BadQuery("not valid SPARQL: " + (place[3] if place else message), line, "mend the query") from error
        except (RuntimeError, ValueError, OSError) as error:
            raise BadQuery(f"cannot be answered: {error}", where) from error

    def rdflib(self) -> rdflib.Graph:
        """A view of the store with rdflib's interface."""
        import oxrdflib
        import rdflib

        return rdflib.Graph(store=oxrdflib.OxigraphStore(store=self.inner), identifier=rdflib.URIRef("x-rdflib:default"))


class RemoteStore:
    """Any SPARQL 1.1 server behind a URL."""

    timeout = 30
    """Seconds to wait for an answer."""

    def __init__(self, url: str) -> None:
        self.url = url

    def ask(self, text: str, where: str | None = None) -> Answer:
        """Sends the text by POST. Raises BadQuery (400), NetworkError."""
        import urllib.error

        import SPARQLWrapper as sw

        from kg import __version__
        from kg.query import Query

        form = Query.parse(text).form
        graph = form in ("construct", "describe")
        client = sw.SPARQLWrapper(self.url, agent=f"khalkhin-kg/{__version__} (SPARQL client of the Khalkhin data)")
        client.setMethod(sw.POST)
        client.setTimeout(self.timeout)
        client.setReturnFormat(sw.TURTLE if graph else sw.JSON)
        client.setQuery(text)
        try:
            response = client.query().response
            kind, body = response.headers.get_content_type(), response.read()
        except sw.SPARQLExceptions.QueryBadFormed as error:
            raise BadQuery("the server cannot read the query", where or self.url, "mend the query") from error
        except (sw.SPARQLExceptions.SPARQLWrapperException, urllib.error.URLError, OSError, ValueError) as error:
            reason = getattr(error, "code", None) or getattr(error, "reason", None) or type(error).__name__
            raise NetworkError(f"no answer ({reason})", self.url, "look whether the server runs, and try again") from error
        try:
            if graph:
                format = ox.RdfFormat.from_media_type(kind)
                if format is None:
                    raise ValueError(kind)
                inner = ox.Store()
                inner.bulk_load(body, format)
                return Answer(inner.query("CONSTRUCT WHERE { ?s ?p ?o }"))  # type: ignore[arg-type]
            results = ox.QueryResultsFormat.from_media_type(kind)
            if results is None:
                raise ValueError(kind)
            return Answer(ox.parse_query_results(body, format=results))
        except (ValueError, SyntaxError) as error:
            raise NetworkError(f"answered with {kind}, which is no SPARQL answer", self.url, "check the address") from error

    def rdflib(self) -> rdflib.Graph:
        """A graph of rdflib that asks the server."""
        import rdflib
        from rdflib.plugins.stores.sparqlstore import SPARQLStore

        return rdflib.Graph(store=SPARQLStore(self.url))


def open_store(source: Folder | Path | str) -> Store:
    """Opens a folder's built triples in memory, a folder on disk of Oxigraph, or a URL.

    Raises NotFound when nothing was built yet, BadData when the file is not Turtle, StoreError.
    """
    if isinstance(source, str) and re.match(r"https?://", source):
        return RemoteStore(source)
    if not isinstance(source, Folder):
        path = Path(source)
        if (path / "data" / "dataset.ttl").is_file():
            source = Folder(path)
        elif path.is_dir():
            try:
                return EmbeddedStore(ox.Store.read_only(str(path)))
            except (OSError, ValueError, RuntimeError) as error:
                raise StoreError(f"is no store ({error})", str(path), "name a store made by Oxigraph, or a URL") from error
        else:
            raise NotFound("no such store", str(path), "name a folder or a URL")
    inner = ox.Store()
    try:
        inner.bulk_load(path=str(source.triples), format=ox.RdfFormat.TURTLE)
    except SyntaxError as error:
        where = f"{source.triples}:{error.lineno}:{error.offset}"
        raise BadData(f"not valid Turtle: {error.msg}", where, "run kg build") from error
    except FileNotFoundError as error:
        raise NotFound("the graph is not built yet", str(source.triples), "run kg build") from error
    except OSError as error:
        raise StoreError(f"cannot be read ({error.strerror or error})", str(source.triples)) from error
    return EmbeddedStore(inner)
