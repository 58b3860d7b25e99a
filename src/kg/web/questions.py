"""The questions of the folder over HTTP: pages, every format of their answers, and what describes them to programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from kg import page
from kg.answer import FORMATS, harmless
from kg.errors import NotFound, UsageError
from kg.query import Query, question
from kg.web.negotiate import OFFERS
from kg.web.site import PAGE, Site, chosen, html

_SUFFIXES = {**{name: name for name in FORMATS}, **{spec.suffix: name for name, spec in FORMATS.items()}}
"""What may follow the dot of an address: a format's suffix, or its name."""
_MOST = 20
"""Names that are suggested at a time."""


def listed(request: Request, site: Site) -> Response:
    """The list of questions: a page, or JSON for programs."""
    found = site.questions()
    if chosen(request, ("text/html", "application/json")) == "text/html":
        return html(request, site, lambda: page.listed(site.store, site.names, site.folder, found, site.base), {"Vary": "Accept"})
    told = [
        {"name": q.name, "title": q.title, "about": q.about, "kind": q.kind,
         "parameters": [{"name": p.name, "default": p.default, "says": p.says} for p in q.parameters]}
        for q in found.values()
    ]
    return site.fresh.response(request, json.dumps(told, ensure_ascii=False, indent=1) + "\n", "application/json", {"Vary": "Accept"})


def asked(request: Request, site: Site) -> Response:
    """The answer to a question in the format of the suffix, else in the one that the client prefers."""
    name, format = request.path_params["name"], None
    stem, _, suffix = name.rpartition(".")
    if stem and suffix in _SUFFIXES and name not in site.questions():
        name, format = stem, _SUFFIXES[suffix]
    query = _question(site, name)
    given = _given(request)
    vary = {} if format else {"Vary": "Accept"}
    if format is None:
        types = _types(query)
        # What a client that takes anything gets is the page; else the type that it asked for by name, also where the format has several.
        media = chosen(request, ["text/html", *(media for media in types if media != "text/html")])
        format = types[media]
    else:
        media = FORMATS[format].media
    files = (query.path,) if query.path else ()
    if format == "html":
        return site.fresh.kept(
            request, lambda: page.question(site.store, site.names, site.folder, query, given, site.base), media, {**PAGE, **vary}, *files)
    if query.kind not in FORMATS[format].kinds:
        fit = ", ".join(spec.suffix for spec in FORMATS.values() if query.kind in spec.kinds)
        raise NotFound(f"the answer to {query.name} is not to be had as {suffix}", None, f"choose one of {fit}")
    return site.fresh.kept(request, lambda: _written(site, query, given, format), media, vary, *files)


def _written(site: Site, query: Query, given: Mapping[str, str], format: str) -> str:
    answer = page.ask(query, page.values(query, given, site.store, site.names), site.store)
    if format == "table":
        from kg.table import table

        return table(answer, site.store, site.names, 120)
    return answer.text(format, site.names.prefixes)


def _question(site: Site, name: str) -> Query:
    """The question of that name. Raises NotFound with the nearest names, as the command line does, and BadQuery where it is broken."""
    found = site.questions().get(name)
    if name in site.broken:
        raise site.broken[name]
    return found if found is not None else question(site.folder, harmless(name[:100]), "the page of the questions lists all")


def _given(request: Request) -> dict[str, str]:
    """The values in the address, each once. Raises UsageError."""
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise UsageError(f"the parameter {name[:100]!r} is given twice", None, "give it once")
        given[name] = value
    return given


def _types(query: Query) -> dict[str, str]:
    """The media types of a question's answer, each with its format: those of the SPARQL endpoint, and Markdown."""
    offered = {**OFFERS[query.kind], "markdown": (FORMATS["markdown"].media,)}
    # Every question has a page; a table has formats in which there is no yes or no.
    return {media: name for name, some in offered.items() if name == "html" or query.kind in FORMATS[name].kinds for media in some}


def found(request: Request, site: Site) -> Response:
    """What is found for a text."""
    text = page.search(site.store, site.names, site.folder, request.query_params.get("q", ""), site.base)
    return site.fresh.response(request, text, "text/html", PAGE)


def suggested(request: Request, site: Site) -> Response:
    """Names of things that have what was typed in them, as JSON: what a form sends, and how it is told from others."""
    text, kind = request.query_params.get("q", ""), request.query_params.get("kind", "")
    some = page.among(site.store, site.names, text, kind, _MOST)
    told = [{"value": harmless(one.value), "label": harmless(one.hint), "iri": one.iri} for one in some]
    return site.fresh.response(request, json.dumps(told, ensure_ascii=False) + "\n", "application/json")


def openapi(request: Request, site: Site) -> Response:
    """All questions for programs, as OpenAPI 3.1 describes them."""
    text = json.dumps(description(site), ensure_ascii=False, indent=1) + "\n"
    files = [query.path for query in site.questions().values() if query.path]
    return site.fresh.response(request, text, "application/json", None, *files)


def description(site: Site) -> dict[str, Any]:
    """The OpenAPI document: a path for each question, and one with the format as a suffix."""
    from kg import __version__

    paths: dict[str, Any] = {}
    for name, query in site.questions().items():
        suffixes = [spec.suffix for one, spec in FORMATS.items() if query.kind in spec.kinds and one != "table"]
        media = [spec.media for one, spec in FORMATS.items() if query.kind in spec.kinds and one != "table"]
        format = {"name": "format", "in": "path", "required": True, "schema": {"type": "string", "enum": suffixes}}
        paths[f"/ask/{name}"] = {"get": _operation(query, name, sorted(_types(query)), [])}
        paths[f"/ask/{name}.{{format}}"] = {"get": _operation(query, f"{name}.format", media, [format])}
    texts = ("type", "title", "detail")
    return {
        "openapi": "3.1.0",
        "info": {"title": page.title(site.folder), "version": __version__, "description": "Questions kept as SPARQL files.",
                 "license": {"name": "CC0 1.0", "identifier": "CC0-1.0"}},
        "servers": [{"url": site.base.rstrip("/") if site.base else "."}],
        "paths": paths,
        "components": {"schemas": {"Problem": {
            "type": "object", "description": "A problem document (RFC 9457).",
            "properties": {**{text: {"type": "string"} for text in texts}, "status": {"type": "integer"}},
        }}},
    }


def _operation(query: Query, identifier: str, media: list[str], parameters: list[dict[str, Any]]) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    problem = {"description": "What is wrong, and what to do.", "content": {"application/problem+json": {"schema": schema}}}
    own = [
        {"name": p.name, "in": "query", "required": False, "schema": {"type": "string"}, "example": p.default,
         "description": f"{p.says or p.name}: a label in any language, a slug, a CURIE, an IRI, a Wikidata identifier, or a value. "
                        f"Without it: {p.default or 'anything'}."}
        for p in query.parameters
    ]
    content = {one: {"schema": {"type": ["object", "array"] if one.endswith("json") else "string"}} for one in media}
    return {
        "operationId": identifier, "summary": query.title or query.name, "description": query.about, "tags": [query.kind],
        "parameters": [*parameters, *own],
        "responses": {
            "200": {"description": f"The answer, a {query.kind}.", "content": content},
            **{status: problem for status in ("400", "404", "503", "504")},
        },
    }
