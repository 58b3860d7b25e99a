"""The IRIs of the data, dereferenced: things, claims, passages and the terms of the ontology.

An IRI names what the data are about, which no server can send, so it answers 303 with the page or the document about it
(https://www.w3.org/TR/cooluris/, §4.2).
"""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from kg import page
from kg.answer import FORMATS
from kg.errors import NotFound
from kg.web.site import Does, Site, document, html, known, other

_PAGES = {"id": page.thing, "claim": page.statement, "passage": page.passage}
_SAID = {"id": "thing", "claim": "claim", "passage": "passage"}


def resource(kind: str) -> Does:
    """The handler of things, claims or passages (`kind` one of kg.page.KINDS)."""

    def there(request: Request, site: Site, addresses: page.Addresses) -> Response | None:
        """The way to the document about what has this IRI, None where nothing has."""
        iri = addresses.iri(kind, request.path_params["slug"])
        path = addresses.path(iri) if iri else None
        if iri is None or path is None or not site.store.ask(f"ASK {{ <{iri}> ?p ?o }}"):
            return None
        return other(request, path.removesuffix("html") + document(request))

    def handle(request: Request, site: Site) -> Response:
        name, _, suffix = request.path_params["slug"].rpartition(".")
        addresses = page.Addresses(site.names, site.folder, site.base)
        if not name or (suffix != "html" and known(suffix) is None):
            moved = there(request, site, addresses)
            if moved is None:
                raise NotFound(f"no {_SAID[kind]} {request.path_params['slug'][:100]!r}", None, "look for it by its name")
            return moved
        iri = addresses.iri(kind, name)
        if iri is None:
            raise NotFound(f"no {_SAID[kind]} {name[:100]!r}", None, "look for it by its name")
        links = {"Link": f'<{_ascii(iri)}>; rel="canonical"'}
        try:
            if suffix == "html":
                return html(request, site, lambda: _PAGES[kind](site.store, site.names, site.folder, iri, site.base), links)
            format = known(suffix) or "turtle"
            return site.fresh.kept(request, lambda: page.document(site.store, site.names, iri, format), FORMATS[format].media, links)
        except NotFound:
            if (moved := there(request, site, addresses)) is None:
                raise
            return moved  # the name of the thing itself ends like an address of a document

    return handle


def ontology(request: Request, site: Site) -> Response:
    """The page or the document of the ontology; at `/ontology` itself by what the client prefers, since `#` reaches no server."""
    asked = request.path_params.get("suffix")
    suffix = asked or document(request)
    vary = {} if asked else {"Vary": "Accept"}
    if suffix == "html":
        return html(request, site, lambda: page.ontology(site.store, site.names, site.folder, site.base), vary)
    format = known(suffix)
    if format is None:
        suffixes = ["html", *(FORMATS[one].suffix for one in page.DOCUMENTS)]
        raise NotFound("the ontology is not kept in that format", None, "choose one of " + ", ".join(suffixes))
    return site.fresh.kept(request, lambda: page.document(site.store, site.names, page.ONTOLOGY, format), FORMATS[format].media, vary)


def kinds(request: Request, site: Site) -> Response:
    """The list of kinds."""
    return html(request, site, lambda: page.kinds(site.store, site.names, site.folder, site.base))


def kind(request: Request, site: Site) -> Response:
    """What is of a kind."""
    return html(request, site, lambda: page.kind(site.store, site.names, site.folder, request.path_params["name"], site.base))


def kind_moved(request: Request, site: Site) -> Response:
    """The page of a kind, by its name alone."""
    return other(request, f"kind/{request.path_params['name']}.html")


def _ascii(iri: str) -> str:
    """The IRI as a URI (RFC 3987 §3.1), which a header can hold."""
    from urllib.parse import quote

    return quote(iri, safe="/:?#[]@!$&'()*+,;=%~")
