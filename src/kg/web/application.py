"""The application: every route of the server, in one list."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from functools import partial

from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Match, Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send

from kg.limits import LONG
from kg.web import description
from kg.web.endpoint import Endpoint
from kg.web.graphs import PATH, graphs
from kg.web.guard import Guard
from kg.web.metrics import MEDIA
from kg.web.protocol import sparql
from kg.web.request import path


async def _health(request: Request, endpoint: Endpoint) -> Response:
    """Whether queries are answered."""
    ready = endpoint.pool.ready
    return JSONResponse({"status": "ok" if ready else "unavailable"}, 200 if ready else 503, {"Cache-Control": "no-store"})


async def _metrics(request: Request, endpoint: Endpoint) -> Response:
    """What was counted, for Prometheus."""
    endpoint.metrics.busy.set(endpoint.pool.busy)
    endpoint.metrics.waiting.set(endpoint.pool.waiting)
    endpoint.metrics.in_memory.set(endpoint.pool.in_memory)
    return Response(endpoint.metrics.text(), headers={"Content-Type": MEDIA, "Cache-Control": "no-store"})


def _without_slash(every: Sequence[BaseRoute]) -> ASGIApp:
    """What answers where no route does: a slash too many leads to the address without it, all else is 404.

    The way there is relative: Starlette's own would name the host that was asked, and miss what stands before the path behind a proxy.
    """

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope)
        there = path(request).removesuffix("/").rpartition("/")[2]
        less = {**scope, "path": scope["path"].removesuffix("/")}
        if not there or less["path"] == scope["path"] or all(one.matches(less)[0] == Match.NONE for one in every):
            raise HTTPException(404)
        asked = f"?{request.url.query}" if request.url.query else ""
        await RedirectResponse(f"../{there}{asked}", 308)(scope, receive, send)

    return answer


def application(
    endpoint: Endpoint, hosts: Collection[str] = (), pages: Sequence[BaseRoute] = (), log: Callable[[str], None] | None = None
) -> ASGIApp:
    """The server's application.

    `pages` are routes for people (`kg.web.pages.routes`), matched after those of the protocols; they may raise KgError. `hosts` are the
    names that the server answers to, all if empty. `log` takes a line for each request.
    """

    def route(path: str, does: Callable[..., Awaitable[Response]], every: bool = False) -> Route:
        made = Route(path, partial(does, endpoint=endpoint), methods=["GET", "HEAD"])
        if every:
            made.methods = None  # it says itself which methods it has not
        return made

    every: list[BaseRoute] = [
        route("/sparql", sparql, every=True),
        route("/sparql/", sparql, every=True),
        route(PATH, graphs, every=True),
        route(PATH + "/{name:path}", graphs, every=True),
        route("/.well-known/void", description.void),
        route("/limits", description.limits),
        route("/health", _health),
        route("/metrics", _metrics),
        *pages,
    ]
    router = GZipMiddleware(Router(routes=every, redirect_slashes=False, default=_without_slash(every)), minimum_size=LONG)

    async def first(scope: Scope, receive: Receive, send: Send) -> None:
        """Queries go the short way: past the router, and past what compresses unless an answer is long and is not compressed yet."""
        if scope["type"] != "http" or scope["path"] != "/sparql":
            await router(scope, receive, send)
            return
        scope["route"] = every[0]
        response = await sparql(Request(scope, receive, send), endpoint)
        plain = len(response.body) < LONG or "content-encoding" in response.headers
        await (response if plain else GZipMiddleware(response, minimum_size=LONG))(scope, receive, send)

    return Guard(first, endpoint, hosts, log)
