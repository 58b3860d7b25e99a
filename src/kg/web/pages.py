"""The routes for people, and for machines that follow the IRIs of the data."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg import page
from kg.answer import FORMATS
from kg.errors import KgError, NotFound
from kg.folder import Folder
from kg.names import Names
from kg.store import Store
from kg.web import linked
from kg.web import questions as asking
from kg.web.endpoint import Shown
from kg.web.fresh import Fresh
from kg.web.request import root
from kg.web.site import PAGE, Does, Site, html, problem
from kg.worker import Result, client
from kg.worker.store import began
from kg.worker.turns import Turns

_STATIC = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_EXPORTS = (("turtle", "ttl"), ("jsonld", "jsonld"), ("ntriples", "nt"), ("rdfxml", "rdf"), ("graphml", "graphml"))
"""The formats of the whole graph, with their suffixes."""
_META = re.compile(r'http-equiv="Content-Security-Policy" content="([^"]+)"')


_ALL_THREADS, _THREADS = 32, 4
"""How many make pages at a time, and how many of them for one client."""
_QUEUE, _WAITING = 1_000, 30.0
"""How many pages may wait to be made, and for how many seconds."""


def routes(
    store: Store, folder: Folder, names: Names, base: str | None = None, reload: bool = False,
    generation: Callable[[], object] = lambda: 0, note: Callable[[str], None] = lambda line: None,
) -> list[BaseRoute]:
    """The routes of all pages. Whatever asks the store does so in a thread, never in the event loop.

    `base` is the address under which the world knows the server; `reload` reads the questions anew for each request;
    `generation` gives a value that is another after each change of the store; `note` is told of
    files that cannot be used.
    """
    site = Site(store, names, folder, base, Fresh(folder, reload, generation), note)
    with suppress(KgError, OSError, SyntaxError):  # read once, so that it is known when the file goes away
        page.Addresses(names, folder, base)
        page.title(folder)

    threads = Turns[int]("a thread", _QUEUE, _WAITING, most=_THREADS)
    for number in range(_ALL_THREADS):
        threads.offer(number)

    def route(path: str, does: Does, asks: bool = False, stored: bool = True) -> Route:
        return Route(path, _handler(site, does, threads, asks, stored), methods=["GET"])

    return [
        route("/", _start),
        route("/static/{name}", _static, stored=False),
        route("/favicon.ico", _icon, stored=False),
        route("/network", _network),
        route("/graph.{suffix}", _graph),
        route("/ontology", linked.ontology),
        route("/ontology.{suffix}", linked.ontology),
        route("/kinds", linked.kinds),
        route("/kind/{name}.html", linked.kind),
        route("/kind/{name}", linked.kind_moved),
        *(route(f"/{kind}/{{slug:path}}", linked.resource(kind)) for kind in page.KINDS),
        route("/ask", asking.listed),
        route("/ask/{name}", asking.asked, asks=True),
        route("/find", asking.found, asks=True),
        route("/suggest", asking.suggested, asks=True),
        route("/openapi.json", asking.openapi),
    ]


def shown(store: Store, folder: Folder, names: Names, base: str | None = None) -> Shown:
    """What makes the page of the answer to a query (`Endpoint.shown`). The store is not asked for it."""

    async def show(request: Request, text: str, result: Result) -> Response:
        fragment = result.content.decode("utf-8")
        made = await run_in_threadpool(page.answered, store, names, folder, fragment, text, base, root(request))
        return Response(made, headers={**PAGE, "Vary": "Accept"}, media_type="text/html")

    return show


def _handler(site: Site, does: Does, threads: Turns[int], asks: bool, stored: bool) -> Callable[[Request], Awaitable[Response]]:
    """Runs a handler in a thread; what goes wrong becomes a page for people, or is raised for who tells it to machines.

    A thread waits for the store, so each client has few of them at a time; what needs no store (`stored`), or is made already,
    takes none. `asks` is whether the route has parameters. The handler returned raises Busy.
    """

    def safely(request: Request) -> Response:
        try:
            return does(request, site)
        except KgError as error:
            return problem(request, site, error)

    async def handle(request: Request) -> Response:
        request.scope["kg.asks"] = asks
        if not stored:
            with suppress(KgError):  # the page that tells of it asks the store
                return does(request, site)
        if (response := site.fresh.at_hand(request)) is not None:
            return response
        who = client.get()
        number = await threads.take(who)
        try:
            began.set(time.monotonic())
            return await run_in_threadpool(safely, request)
        finally:
            threads.done(who)
            threads.offer(number)

    return handle


def _start(request: Request, site: Site) -> Response:
    downloads = [(f"graph.{suffix}", "GraphML" if name == "graphml" else FORMATS[name].suffix) for name, suffix in _EXPORTS]
    return html(request, site, lambda: page.start(site.store, site.names, site.folder, site.questions(), downloads, site.base))


def _static(request: Request, site: Site) -> Response:
    name = request.path_params["name"]
    if name not in page.STATIC:
        raise NotFound(f"no file {name!r}", None, "look at the start page")
    return site.fresh.response(request, page.static(name), _STATIC[name.rpartition(".")[2]], keep=86400)


def _icon(request: Request, site: Site) -> Response:
    """What browsers ask for beside pages that name no icon."""
    return site.fresh.response(request, page.static("icon.svg"), _STATIC["svg"], keep=86400)


def _network(request: Request, site: Site) -> Response:
    text = site.network()
    found = _META.search(text)
    # The page's own policy names its scripts by their fingerprints; a header with another would forbid them.
    policy = (found[1].replace("&#39;", "'") if found else page.POLICY) + "; frame-ancestors 'none'"
    return site.fresh.response(request, text, "text/html", {"Content-Security-Policy": policy})


def _graph(request: Request, site: Site) -> Response:
    from kg.export import export

    format = next((name for name, suffix in _EXPORTS if suffix == request.path_params["suffix"]), None)
    if format is None:
        raise NotFound("the graph is not kept in that format", None, "choose one of " + ", ".join(suffix for _, suffix in _EXPORTS))
    media = "application/graphml+xml" if format == "graphml" else FORMATS[format].media
    return site.fresh.kept(request, lambda: export(site.store, site.folder, format), media)
