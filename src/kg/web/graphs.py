"""SPARQL 1.1 Graph Store HTTP Protocol: one graph, named by a parameter or by the address itself."""

from __future__ import annotations

import uuid

from starlette.requests import Request
from starlette.responses import Response

from kg.answer import node
from kg.web.endpoint import Endpoint, compressed, plain_page, sent
from kg.web.negotiate import OFFERS, formats
from kg.web.problem import BadRequest
from kg.web.protocol import while_wanted
from kg.web.request import accepted, body, fields, media_type, path

PATH = "/graphs"
_READING, _WRITING = ("GET", "HEAD"), ("PUT", "POST", "DELETE")
METHODS = "GET, HEAD, OPTIONS, PUT, POST, DELETE"
_TYPES = ("text/turtle", "application/n-triples", "application/rdf+xml", "application/ld+json")


async def graphs(request: Request, endpoint: Endpoint) -> Response:
    """Answers one request. Raises BadRequest, and KgError as the pool does."""
    methods = METHODS if endpoint.token is not None else "GET, HEAD, OPTIONS"
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": methods, "Accept-Post": ", ".join(_TYPES), "Accept-Put": ", ".join(_TYPES),
                                                  "Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Allow-Headers": "Accept"})
    if request.method in _READING:
        return await _read(request, endpoint, _named(request, endpoint))
    if request.method not in _WRITING:
        raise BadRequest(405, f"{request.method} is not for graphs", f"use one of {methods}", headers={"Allow": methods})
    endpoint.refuse_writing(request)
    iri = _named(request, endpoint, new=request.method == "POST")
    if request.method == "DELETE":
        await endpoint.pool.delete(iri)
        return Response(status_code=204)
    return await _write(request, endpoint, iri)


_NEW = "\n"  # no IRI has one


def _named(request: Request, endpoint: Endpoint, new: bool = False) -> str | None:
    """The IRI of the graph, None for the default graph (§4.1, §4.2). Raises BadRequest (400)."""
    asked = fields(request.scope["query_string"].decode("latin-1"))
    beyond = path(request).removeprefix(PATH).removeprefix("/")
    if "graph" in asked and "default" in asked or len(asked.get("graph", ())) > 1 or (beyond and ("graph" in asked or "default" in asked)):
        raise BadRequest(400, "more than one graph is named", "name one")
    if "default" in asked:
        return None
    if "graph" in asked:
        iri = asked["graph"][0]
    elif beyond:
        iri = endpoint.address(request) + path(request)
    elif new:
        return _NEW
    else:
        raise BadRequest(400, "no graph is named", f"add ?default or ?graph=IRI to {PATH}")
    if node(iri) is None:
        raise BadRequest(400, f"{iri[:200]!r} is no absolute IRI", "give the whole IRI of the graph")
    return iri


async def _read(request: Request, endpoint: Endpoint, iri: str | None) -> Response:
    request.scope["kg.read"] = True
    chosen = formats(accepted(request))["graph"]
    if chosen is None:
        raise BadRequest(406, "a graph cannot be sent in any type that the request accepts",
                         "accept one of " + ", ".join(media for types in OFFERS["graph"].values() for media in types))
    result = await while_wanted(request, endpoint.pool.graph(
        iri, chosen[0], endpoint.prefixes, request.scope.get("kg.client", ""), chosen[0] != "html" and compressed(request)))
    endpoint.hold(request.scope, len(result.content))
    return await plain_page(request, "", result) if chosen[0] == "html" else sent(result, chosen[1])


async def _write(request: Request, endpoint: Endpoint, iri: str | None) -> Response:
    media = media_type(request)
    if media not in (*_TYPES, "multipart/form-data"):
        raise BadRequest(415, f"the body is {media or 'of no type'}", "send it as one of " + ", ".join(_TYPES),
                         headers={"Accept-Post": ", ".join(_TYPES)})
    content = await body(request, "upload", endpoint)
    made = iri == _NEW
    if made:
        iri = f"{endpoint.address(request)}{PATH}/{uuid.uuid4()}"
    client = request.scope.get("kg.client", "")
    triples = await endpoint.pool.parse(media, request.headers.get("content-type", ""), content, iri or endpoint.sparql(request), client)
    existed = await endpoint.pool.put(iri, triples, replace=request.method == "PUT")
    if existed:
        return Response(status_code=204)
    return Response(status_code=201, headers={"Location": iri} if made and iri else {})
