"""The HTTP server: Hypercorn's reading and writing of HTTP, with our own hold on connections.

Hypercorn ends a connection whose head is not whole in time. Added here, because it has them not: a most of connections,
of which one without a whole request makes room for a new one, clients that must read on, and a stop that lets what runs end.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from hypercorn.asyncio.tcp_server import TCPServer
from hypercorn.asyncio.worker_context import WorkerContext
from hypercorn.config import Config
from hypercorn.typing import ASGIFramework
from hypercorn.utils import wrap_app
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.errors import StoreError
from kg.limits import Limits

_HEAD = 16 << 10
"""Bytes of the head of a request beside its address."""
_PIECE = 128 << 10
"""Bytes that a client must take within its patience."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens; port 0 takes a free one. Raises StoreError."""
    try:
        both = host == "::" and socket.has_dualstack_ipv6()
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        listening = socket.create_server((host, port), family=family, backlog=1024, dualstack_ipv6=both)
        # asyncio sets it only where the socket names its protocol; without it every answer waits 40 ms for the client's word.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return listening
    except (OSError, OverflowError) as error:
        raise StoreError(f"nothing can listen there ({getattr(error, 'strerror', None) or error})", f"{host}:{port}",
                         "name another --port or --host") from error


class _Connection:
    def __init__(self, writer: asyncio.StreamWriter, client: object) -> None:
        self.writer, self.client = writer, client
        self.active = 0
        """Requests that came whole and are not answered yet."""

    def abort(self) -> None:
        self.writer.transport.abort()


class Server:
    """Serves an application on a socket until it is told to stop."""

    def __init__(self, app: ASGIApp, limits: Limits) -> None:
        self.app, self.limits = app, limits
        self.stop = asyncio.Event()
        self._connections: dict[Any, _Connection] = {}
        self._tasks: set[asyncio.Task[Any]] = set()

    async def run(self, listening: socket.socket, ready: Callable[[], None] = lambda: None) -> None:
        """Serves until `stop` is set, then lets what runs end, within the deadline of a query."""
        config = Config()
        config.keep_alive_timeout = self.limits.patience
        config.h11_max_incomplete_size = self.limits.address + _HEAD
        config.h2_max_header_list_size = self.limits.address + _HEAD
        config.h2_max_concurrent_streams = 20
        config.keep_alive_max_requests = 100_000
        config.include_server_header = False
        config.errorlog = None
        self._config = config
        self._context = WorkerContext(None)
        self._wrapped = wrap_app(_framework(self._shim), config.wsgi_max_body_size, "asgi")
        server = await asyncio.start_server(self._connected, sock=listening, backlog=1024)
        try:
            ready()
            await self.stop.wait()
        finally:
            server.close()
            await self._context.terminated.set()  # idle connections end, the others after their answer
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=self.limits.deadline + self.limits.patience)
            for connection in tuple(self._connections.values()):
                connection.abort()
            if self._tasks:
                await asyncio.wait(self._tasks, timeout=1)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        peer = writer.get_extra_info("peername")
        key = tuple(peer[:2]) if isinstance(peer, tuple) else peer
        if len(self._connections) >= self.limits.connections:
            given_up = self._given_up()
            if given_up is None:
                writer.transport.abort()
                self._tasks.discard(task)
                return
            given_up.abort()
        connection = self._connections[key] = _Connection(writer, key[0] if isinstance(key, tuple) else key)
        try:
            with suppress(ConnectionError, ExceptionGroup):
                await TCPServer(self._wrapped, asyncio.get_running_loop(), self._config, self._context, {}, reader, writer)
        finally:
            if self._connections.get(key) is connection:
                del self._connections[key]
            self._tasks.discard(task)

    def _given_up(self) -> _Connection | None:
        """The connection that makes room for a new one: of those with no whole request, the oldest of the client with most."""
        count = Counter(known.client for known in self._connections.values())
        return max((known for known in self._connections.values() if not known.active), key=lambda known: count[known.client], default=None)

    async def _shim(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Knows which connections are at work, and ends those whose client does not read on."""
        connection = self._connections.get(scope.get("client"))
        if connection is None or scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        whole = False

        def begin() -> None:
            nonlocal whole
            connection.active += not whole
            whole = True

        async def receiving() -> Message:
            message = await receive()
            if not message.get("more_body", False):
                begin()
            return message

        async def patiently(message: Message) -> None:
            begin()  # an answer may come before the end of the body
            content = message.get("body", b"")
            if len(content) <= _PIECE:
                await self._within(connection, send(message))
                return
            for start in range(0, len(content), _PIECE):
                last = start + _PIECE >= len(content)
                piece = {**message, "body": content[start : start + _PIECE], "more_body": message.get("more_body", False) or not last}
                await self._within(connection, send(piece))

        if not any(name == b"transfer-encoding" or (name == b"content-length" and value.strip(b"0")) for name, value in scope["headers"]):
            begin()
        try:
            await self.app(scope, receiving, patiently)
        finally:
            connection.active -= whole

    async def _within(self, connection: _Connection, sending: Awaitable[None]) -> None:
        """Sends, or ends the connection where its client does not read on in time. Raises ConnectionAbortedError."""
        try:
            async with asyncio.timeout(self.limits.patience):  # it cancels what waits for the window of HTTP/2, which no abort wakes
                await sending
        except TimeoutError as error:
            connection.abort()
            raise ConnectionAbortedError("the client does not read on") from error


def _framework(app: Any) -> ASGIFramework:
    return app  # type: ignore[no-any-return]
