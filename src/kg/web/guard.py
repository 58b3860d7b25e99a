"""What stands before every route: who may be asked for, how long an address may be, and what every response says."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Collection, Iterable
from functools import lru_cache
from urllib.parse import unquote, urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.errors import KgError
from kg.web.endpoint import Endpoint, compressed
from kg.web.problem import BadRequest, problem, refused
from kg.web.request import accepted, root
from kg.worker import client

_ALWAYS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"strict-origin-when-cross-origin"),
    (b"cross-origin-resource-policy", b"cross-origin"),
    (b"x-frame-options", b"DENY"),
]
_POLICY = (b"default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none'; "
           b"frame-ancestors 'none'; form-action 'self'")
_NO_PAGE = b"default-src 'none'; frame-ancestors 'none'"
_READABLE = [(b"access-control-allow-origin", b"*"), (b"access-control-expose-headers", b"KG-Limits, Link, Retry-After")]
_AUTHORITY = re.compile(r"(?:\[[0-9a-f:.]+\]|[\w.-]+)(?::\d{0,5})?", re.I | re.A)
_WHOLE = re.compile(rb"https?://([^/]*)", re.I)


class Guard:
    """Wraps the application. `hosts` are the names it answers to; `log` takes one record for each request."""

    def __init__(self, app: ASGIApp, endpoint: Endpoint, hosts: Collection[str], log: Callable[[str], None] | None = None) -> None:
        self.app, self.endpoint, self.log = app, endpoint, log
        self.hosts = frozenset(host.lower() for host in hosts)
        limits = endpoint.limits
        said = f"deadline={limits.deadline:g}, rows={limits.rows}, answer={limits.answer}, body={limits.body}"
        self._always = [*_ALWAYS, (b"kg-limits", said.encode())]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1000})
                return
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status, size = 0, 0
        scope["kg.client"] = (scope.get("client") or ("",))[0]
        client.set(scope["kg.client"])

        async def sending(message: Message) -> None:
            nonlocal status, size
            if message["type"] == "http.response.start":
                status = message["status"]
                readable = scope["method"] in ("GET", "HEAD", "OPTIONS") or bool(scope.get("kg.read"))
                message["headers"] = self._headers(message.get("headers", ()), readable)
            elif message["type"] == "http.response.body":
                size += len(message.get("body", b""))
            await send(message)

        try:
            try:
                self._refuse(scope)
                scope["app"] = self.app  # so that what no route takes is raised, and told of below
                await self.app(scope, receive, sending)
            except Exception as error:
                await self._late(self._answer(error, scope), status, scope, receive, sending)
        finally:
            took = time.perf_counter() - began
            self.endpoint.release(scope)
            route = getattr(scope.get("route"), "path", "none")
            metrics = self.endpoint.metrics
            method = scope["method"] if scope["method"] in ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS") else "other"
            metrics.answered(route, method, status, took)
            if self.log is not None:
                self._say({"client": scope["kg.client"], "method": scope["method"][:20], "path": scope["path"][:500], "status": status,
                           "bytes": size, "ms": round(took * 1000, 2)})

    def _headers(self, given: Iterable[tuple[bytes, bytes]], readable: bool) -> list[tuple[bytes, bytes]]:
        """The headers of a response, with those that every one has. `readable` is for what pages elsewhere may read."""
        headers, vary, page, policy, there = [], list[bytes](), False, False, set[bytes]()
        for pair in given:
            name, value = pair
            if name == b"vary":
                vary.append(value)
                continue
            there.add(name)
            page = page or (name == b"content-type" and value.startswith(b"text/html"))
            policy = policy or name == b"content-security-policy"
            headers.append(pair)
        headers += [pair for pair in self._always if pair[0] not in there]
        headers.append((b"vary", _varied(tuple(vary))))
        if not policy:
            headers.append((b"content-security-policy", _POLICY if page else _NO_PAGE))
        if readable:
            headers += _READABLE
        return headers

    def _answer(self, error: Exception, scope: Scope) -> Response:
        """What is said of an error."""
        accept = accepted(Request(scope))
        if isinstance(error, BadRequest):
            return problem(error.status, str(error), accept, error.headers, error.limit, self._root(scope))
        if isinstance(error, KgError):
            return refused(error, accept, self._root(scope))
        if isinstance(error, HTTPException):
            if error.status_code == 405:
                return _no_method(scope["method"], (error.headers or {}).get("Allow", ""), accept)
            return problem(error.status_code, str(error.detail), accept, error.headers)
        self._say({"error": f"{type(error).__name__}: {error}"[:500]})
        return problem(500, "something went wrong in the server; it is not your fault", accept)

    async def _late(self, response: Response, status: int, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends a refusal, unless a response has begun; then the connection is broken off, so that nothing half looks whole."""
        if status:
            raise ConnectionAbortedError("the response failed after it began")
        await response(scope, receive, send)

    def _root(self, scope: Scope) -> str:
        """What leads to the root of the server: its public address if that is known."""
        return f"{self.endpoint.base}/" if self.endpoint.base else root(Request(scope))

    def _refuse(self, scope: Scope) -> None:
        """Raises BadRequest for another host's name (which a page elsewhere may have been made to point here) and a long address."""
        given, lengths, encodings = list[bytes](), 0, False
        for name, value in scope["headers"]:
            if name == b"host":
                given.append(value)
            elif name == b"transfer-encoding":
                lengths |= 1
            elif name == b"content-length":
                lengths |= 2
            elif name == b"accept-encoding":
                encodings = True
        if encodings and not compressed(Request(scope)):  # the middleware that compresses knows no weights
            scope["headers"] = [header for header in scope["headers"] if header[0] != b"accept-encoding"]
        if lengths == 3:  # who stands before us may see another end
            raise BadRequest(400, "the request has both Content-Length and Transfer-Encoding (RFC 9112 §6.1)", "send one of them",
                             headers={"Connection": "close"})
        if len(given) != 1:
            raise BadRequest(400, "one Host header is needed", "name the host")
        authority = _absolute(scope)
        host = _name(given[0].decode("latin-1") if authority is None else authority)
        if host is None:
            raise BadRequest(400, "the host is no name or address with a port", "name the host as in Host: data.example.org:8000")
        if self.hosts and host.rstrip(".") not in self.hosts:
            raise BadRequest(421, "this server does not answer to that name", "start it with --host-name NAME to allow a name")
        if len(scope.get("raw_path", b"")) + len(scope["query_string"]) > self.endpoint.limits.address:
            raise BadRequest(414, f"the address is longer than {self.endpoint.limits.address} characters", "send the query by POST",
                             "address")

    def _say(self, record: dict[str, object]) -> None:
        if self.log is not None:
            self.log(json.dumps({"time": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **record}, ensure_ascii=True))


def _no_method(method: str, allowed: str, accept: str | None) -> Response:
    """What is said to a method that a route has not; to OPTIONS, which all have, what it has."""
    allow = ", ".join(sorted({*allowed.replace(" ", "").split(","), "OPTIONS"} - {""}))
    if method == "OPTIONS":
        said = {"Allow": allow, "Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Allow-Headers": "Accept"}
        return Response(status_code=204, headers=said)
    return problem(405, f"{method[:20]} is not for this address; use one of {allow}", accept, {"Allow": allow})


@lru_cache(maxsize=256)
def _varied(given: tuple[bytes, ...]) -> bytes:
    """A Vary header. Any answer may be compressed, and a 304 varies as the answer that it stands for (RFC 9110 §12.5.5, §15.4.5)."""
    names = [name.strip() for value in given for name in value.split(b",")]
    return b", ".join(dict.fromkeys([*names, b"Accept-Encoding"]))


@lru_cache(maxsize=256)
def _name(authority: str) -> str | None:
    """The name of a host, in small letters; None where it has a port that is none, or is no host at all (RFC 9110 §7.2)."""
    try:
        parts = urlsplit(f"//{authority}") if _AUTHORITY.fullmatch(authority) else None
        return parts.hostname if parts and (parts.port or 0) >= 0 else None  # asked for its port, it raises where that is none
    except ValueError:
        return None


def _absolute(scope: Scope) -> str | None:
    """Makes a request for a whole address one for its path, as RFC 9112 §3.2.2 demands; its authority then stands for the Host."""
    found = _WHOLE.match(scope.get("raw_path", b""))
    if found is None:
        return None
    scope["raw_path"] = scope["raw_path"][found.end():] or b"/"
    scope["path"] = unquote(scope["raw_path"].decode("latin-1"))
    scope["headers"] = [(b"host", found[1]) if name == b"host" else (name, value) for name, value in scope["headers"]]
    return found[1].decode("latin-1")
