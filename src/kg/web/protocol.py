"""SPARQL 1.1 Protocol: queries, and with a token updates, at one address."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import Response

from kg.errors import BadQuery, OverLimit
from kg.query import is_update
from kg.web import description
from kg.web.endpoint import LONGEST, Endpoint, compressed, sent
from kg.web.negotiate import OFFERS, formats
from kg.web.problem import BadRequest
from kg.web.request import FORM, accepted, body, fields, media_type
from kg.worker import Result

if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any

QUERY, UPDATE = "application/sparql-query", "application/sparql-update"
METHODS = "GET, HEAD, OPTIONS, POST"
_PREFLIGHT = {"Access-Control-Allow-Methods": "GET, HEAD, POST", "Access-Control-Allow-Headers": "Accept, Content-Type",
              "Access-Control-Max-Age": "86400"}
_WORDS = "now", "rand", "uuid", "bnode"
_CHANGING = re.compile(r"\b(?:NOW|RAND|(?:STR)?UUID|BNODE)\s*\(", re.I)
"""Functions that give another value each time (SPARQL 1.1 §17.4); an answer with one of them is not kept."""
_PATIENT = 0.2
"""Seconds after which it is looked whether the client still waits."""


async def sparql(request: Request, endpoint: Endpoint) -> Response:
    """Answers one request. Raises BadRequest, and KgError as the pool does."""
    if request.method == "OPTIONS":
        return Response(status_code=204, headers={"Allow": METHODS, "Accept-Post": f"{FORM}, {QUERY}, {UPDATE}", **_PREFLIGHT})
    if request.method not in ("GET", "HEAD", "POST"):
        raise BadRequest(405, f"{request.method} is not for SPARQL", "use GET or POST", headers={"Allow": METHODS})
    asked = fields(request.scope["query_string"].decode("latin-1"))
    if request.method != "POST":
        if "update" in asked:
            raise BadRequest(400, "an update cannot be made by GET", "send it by POST")
        if "query" not in asked:
            return await description.service(request, endpoint)
        return await _query(request, endpoint, _one(asked, "query"), asked)
    if "query" in asked or "update" in asked:
        raise BadRequest(400, "a query or an update by POST stands in the body, not in the address", "send it in the body")
    kind = media_type(request)
    if kind not in (FORM, QUERY, UPDATE):
        raise BadRequest(415, f"the body is {kind or 'of no type'}", f"send it as {QUERY}, {UPDATE} or {FORM}",
                         headers={"Accept-Post": f"{FORM}, {QUERY}, {UPDATE}"})
    if kind == UPDATE:
        endpoint.refuse_writing(request)
    content = await body(request, "body", endpoint)
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(400, "the body is not UTF-8 text", "send it in UTF-8") from error
    if kind == FORM:
        for name, values in fields(text).items():
            asked.setdefault(name, []).extend(values)
        if "query" in asked and "update" in asked or "query" not in asked and "update" not in asked:
            raise BadRequest(400, "the form has to hold either a query or an update", "send one of them")
        kind = QUERY if "query" in asked else UPDATE
        text = _one(asked, "query" if kind == QUERY else "update")
    if kind == QUERY:
        return await _query(request, endpoint, text, asked)
    endpoint.refuse_writing(request)
    await endpoint.pool.update(text, endpoint.sparql(request), asked.get("using-graph-uri"), asked.get("using-named-graph-uri"))
    return Response(status_code=204)


def _one(asked: dict[str, list[str]], name: str) -> str:
    if len(asked[name]) != 1:
        raise BadRequest(400, f"the parameter {name} is given {len(asked[name])} times", "give it once")
    return asked[name][0]


async def _query(request: Request, endpoint: Endpoint, text: str, asked: dict[str, list[str]]) -> Response:
    request.scope["kg.read"] = True
    chosen = formats(accepted(request))
    if not any(chosen.values()):
        raise _nothing_fits(None)
    html = {kind for kind, one in chosen.items() if one and one[0] == "html"}
    base, default, named = endpoint.sparql(request), asked.get("default-graph-uri"), asked.get("named-graph-uri")
    gzip = not html and compressed(request)
    wanted = {kind: one[0] if one else None for kind, one in chosen.items()}
    # The number is read before the query is sent: what is kept under it is of that state or of a later one, never of an earlier.
    graphs = tuple(default or ()), tuple(named or ()), bool(default or named)
    key = (endpoint.pool.generation, text, base, tuple(wanted.items()), *graphs, gzip)
    result = endpoint.kept.get(key)
    if result is None:
        try:
            result = await while_wanted(request, endpoint.pool.query(
                text, wanted, client=request.scope.get("kg.client", ""), base=base, default=default, named=named,
                prefixes=endpoint.prefixes if chosen["graph"] and chosen["graph"][0] in ("turtle", "trig", "rdfxml", "jsonld") else None,
                gzip=gzip))
        except BadQuery as error:
            if not isinstance(error, OverLimit) and is_update(text[:LONGEST]):
                raise BadRequest(400, "this is an update and was sent as a query", f"send it by POST as {UPDATE}") from error
            raise
        if len(text) <= LONGEST and not _changes(text):
            endpoint.kept.put(key, result)
    else:
        endpoint.metrics.kept.inc()
    endpoint.hold(request.scope, len(result.content))
    fitting = chosen[result.kind]
    if result.format is None or fitting is None:
        raise _nothing_fits(result.kind)
    if result.format == "html":
        page = await endpoint.shown(request, text, result)
        page.headers["Vary"] = "Accept"
        return page
    return sent(result, fitting[1])


def _changes(text: str) -> bool:
    """Whether an answer may be another the next time, though the store is the same."""
    small = text.lower()
    return any(word in small for word in _WORDS) and _CHANGING.search(text) is not None


def _nothing_fits(kind: str | None) -> BadRequest:
    offered = dict.fromkeys(media for k, offers in OFFERS.items() if kind in (None, k) for types in offers.values() for media in types)
    what = {"table": "a table", "graph": "a graph", "boolean": "a yes or no", None: "an answer"}[kind]
    return BadRequest(406, f"{what} cannot be sent in any type that the request accepts", "accept one of " + ", ".join(offered))


async def while_wanted(request: Request, work: Coroutine[Any, Any, Result]) -> Result:
    """The result of some work, which is ended when the client goes away: nothing is computed for nobody.

    Whether it still waits is looked at only after a while, so that short work pays nothing for it.
    """
    own = asyncio.current_task()
    assert own is not None
    watching: list[asyncio.Task[None]] = []
    left = False

    async def watch() -> None:
        nonlocal left
        await _gone(request)
        left = True
        own.cancel()

    later = asyncio.get_running_loop().call_later(_PATIENT, lambda: watching.append(asyncio.ensure_future(watch())))
    try:
        return await work
    except asyncio.CancelledError:
        if left:
            own.uncancel()
            raise BadRequest(499, "the client went away") from None
        raise
    finally:
        later.cancel()
        for task in watching:
            task.cancel()


async def _gone(request: Request) -> None:
    """Returns when the client has gone."""
    while (await request.receive())["type"] != "http.disconnect":
        pass
