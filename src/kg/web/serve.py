"""A folder or a store, served: the pool, the application and the server put together."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import UsageError
from kg.folder import Folder
from kg.limits import Limits
from kg.names import Names
from kg.web import editor
from kg.web.application import application
from kg.web.endpoint import Endpoint
from kg.web.pages import routes, shown
from kg.web.server import Server, listen
from kg.worker import Pool, WorkerStore


@dataclass(frozen=True)
class Settings:
    """How a server is started."""

    host: str = "127.0.0.1"
    port: int = 8000
    base: str | None = None
    """The public address, where it is another than the one that is asked."""
    store: Path | None = None
    """A store on disk in the place of the folder's triples."""
    token: str | None = None
    """Who has it may write to the store; None: nobody."""
    hosts: Sequence[str] = ()
    """More names that the server answers to."""
    limits: Limits = field(default_factory=Limits)
    log: Callable[[str], None] | None = None
    reload: bool = False
    """Whether the questions are read anew for each request."""
    note: Callable[[str], None] = lambda line: None
    """Is told what whoever runs the server should know."""


def names(settings: Settings) -> set[str]:
    """The hosts that the server answers to: where it listens, this machine, its public address, and what was added."""
    from urllib.parse import urlsplit

    found = {settings.host, "localhost", "127.0.0.1", "::1", *settings.hosts}
    if settings.base:
        found.add(urlsplit(settings.base).hostname or "")
    if settings.host in ("0.0.0.0", "::", ""):
        found |= {socket.gethostname(), socket.getfqdn()}
    return found - {"", "0.0.0.0", "::"}


async def serve(folder: Folder, settings: Settings, ready: Callable[[str], None]) -> None:
    """Serves until the process is asked to stop (SIGINT, SIGTERM); `ready` is told the address. Raises StoreError, NotFound."""
    if settings.token is not None and settings.store is None:
        raise UsageError("only a store on disk can be written", None, "name one with --store DIR")
    known = Names.of(folder)
    _more_files(settings.limits.connections)
    listening = listen(settings.host, settings.port)
    with listening:
        pool = Pool(str(settings.store or folder.root), settings.limits, settings.token is not None, reserved=1)
        endpoint = Endpoint(pool, settings.limits, known.prefixes, settings.base, settings.token)
        pool.ended = lambda why: endpoint.metrics.ended.labels(why).inc()
        pool.note = settings.note
        try:
            await pool.start()
            if not pool.confined:
                settings.note("this system has no filter for system calls: SERVICE and LOAD are refused by their words alone")
            store = WorkerStore(pool, asyncio.get_running_loop())
            endpoint.shown = shown(store, folder, known, settings.base)
            pages = [
                *routes(store, folder, known, settings.base, settings.reload, lambda: pool.generation, settings.note),
                *editor.routes(store, folder, known, settings.base, lambda: pool.generation),
            ]
            app = application(endpoint, names(settings), pages, settings.log)
            server = Server(app, settings.limits)
            _on_signal(server.stop.set)
            host, port = listening.getsockname()[:2]
            await server.run(listening, lambda: ready(f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"))
        finally:
            await pool.close()


def _on_signal(does: Callable[[], None]) -> None:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, does)
        except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the first thread
            with suppress(ValueError):
                signal.signal(number, lambda *_: loop.call_soon_threadsafe(does))


def _more_files(connections: int) -> None:
    """Lets the process have as many files open as it may have connections."""
    with suppress(ImportError, OSError, ValueError):
        import resource

        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        wanted = connections + 256
        if soft < wanted and (hard == resource.RLIM_INFINITY or hard > soft):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted if hard == resource.RLIM_INFINITY else min(wanted, hard), hard))


def opens_browser(terminal: bool) -> bool:
    """Whether there is somebody to show a page to, and a browser to show it with."""
    if not terminal or os.environ.get("SSH_CONNECTION"):
        return False
    import webbrowser

    try:
        found = webbrowser.get()
    except webbrowser.Error:
        return False
    return not isinstance(found, webbrowser.GenericBrowser) or isinstance(found, webbrowser.BackgroundBrowser)
