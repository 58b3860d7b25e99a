"""A data set as it is shown to people and served to machines, and what the handlers of its routes share."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from kg import page
from kg.answer import FORMATS
from kg.errors import BadQuery, KgError, OverLimit
from kg.folder import Folder
from kg.names import Names
from kg.query import Query, questions
from kg.store import Store
from kg.web.fresh import Fresh
from kg.web.negotiate import preferred
from kg.web.problem import BadRequest, refused
from kg.web.problem import problem as told
from kg.web.request import accepted, root

_DOCUMENTS = {FORMATS[name].suffix: name for name in page.DOCUMENTS}
"""Suffix → format of the document about a resource."""
_MEDIA = {"text/html": "html", **{FORMATS[name].media: FORMATS[name].suffix for name in page.DOCUMENTS}, "application/json": "jsonld",
          "application/xml": "rdf", "text/xml": "rdf", "text/plain": "nt"}
"""Media type → suffix, in the server's own order."""
PAGE = {"Content-Security-Policy": page.POLICY}
_TITLES = {400: "That cannot be asked", 404: "Not found", 406: "Not acceptable"}


Does = Callable[[Request, "Site"], Response]
"""A handler: it asks the store, so it runs in a thread. Raises KgError."""


@dataclass
class Site:
    """One data set as it is shown: the store, what describes it, and what is kept of it."""

    store: Store
    names: Names
    folder: Folder
    base: str | None
    fresh: Fresh
    note: Callable[[str], None] = lambda line: None
    """Is told what whoever runs the server should know."""
    broken: dict[str, BadQuery] = field(default_factory=dict)
    """The questions whose files cannot be used, by name, with what is wrong."""
    _questions: dict[str, Query] | None = None
    _drawn: tuple[object, str] | None = None
    _drawing: Lock = field(default_factory=Lock)

    def questions(self) -> dict[str, Query]:
        """The questions of the folder; with `reload` as they are now. What cannot be read is left out, and noted once."""
        if self._questions is None or self.fresh.reload:
            broken: dict[str, BadQuery] = {}

            def leave(path: Path, error: KgError) -> None:
                broken[path.stem] = BadQuery(error.what, path.name, error.todo)

            self._questions = questions(self.folder, leave)
            for name, error in broken.items():
                if str(self.broken.get(name)) != str(error):
                    self.note(f"the question {error}; until then it is left out")
            self.broken = broken
        return self._questions

    def network(self) -> str:
        """The page of the network, made once for each state of the store. Raises StoreError."""
        from kg.network import network
        from kg.picture import detailed, fitting
        from kg.picture import page as picture

        with self._drawing:  # who asks meanwhile waits, and finds it made
            now = self.fresh.generation()
            if self._drawn is None or self._drawn[0] != now:
                graph = detailed(fitting(network(self.store)), self.store, self.names)
                self._drawn = (now, picture(graph, self.folder.setting_or("pictureTitle", "Network")))
            return self._drawn[1]


def problem(request: Request, site: Site, error: KgError) -> Response:
    """What went wrong: a problem document (RFC 9457), or the page of it where the client prefers HTML."""
    if isinstance(error, BadQuery) and not isinstance(error, OverLimit):  # all queries of pages are ours, and nobody else's fault
        error = BadRequest(500, f"{Path(error.where).name}: {error.what}" if error.where else error.what, error.todo)
    up = f"{site.base.rstrip('/')}/" if site.base else root(request)
    if isinstance(error, BadRequest):
        response = told(error.status, str(error), accepted(request), error.headers, error.limit, up)
    else:
        response = refused(error, accepted(request), up)
    response.headers["Vary"] = "Accept"
    if response.headers["content-type"].startswith("text/html"):
        title = _TITLES.get(response.status_code, "That did not work")
        text = page.problem(
            site.store, site.names, site.folder, response.status_code, title, _told(error), error.todo or "", root(request), site.base)
        return Response(text, response.status_code, {**_without(response.headers), **PAGE}, "text/html")
    return response


def _told(error: KgError) -> str:
    return f"{error.where}: {error.what}" if error.where else error.what


def _without(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name.lower() not in ("content-length", "content-type")}


def html(request: Request, site: Site, make: Callable[[], str], headers: Mapping[str, str] | None = None) -> Response:
    """A page, made where it is not at hand."""
    return site.fresh.kept(request, make, "text/html", {**PAGE, **(headers or {})})


def chosen(request: Request, offers: Sequence[str]) -> str:
    """The media type of `offers` that the client prefers. Raises BadRequest (406)."""
    media = preferred(accepted(request), offers)
    if media is None:
        raise BadRequest(406, "it cannot be sent in any type that the request accepts", "accept one of " + ", ".join(dict.fromkeys(offers)))
    return media


def document(request: Request) -> str:
    """The suffix of the representation that the client prefers: html, ttl, jsonld, nt, rdf. Raises BadRequest (406)."""
    return _MEDIA[chosen(request, list(_MEDIA))]


def known(suffix: str) -> str | None:
    """The format of a document by its suffix."""
    return _DOCUMENTS.get(suffix)


def other(request: Request, path: str) -> Response:
    """303 to another path of this server, relative to the one that was asked, so that it holds behind a prefix too (RFC 9110 §10.2.2)."""
    there = (root(request) or "./") + quote(path, safe="/%#")
    return RedirectResponse(there, 303, {"Vary": "Accept", "Cache-Control": "public, max-age=60"})
