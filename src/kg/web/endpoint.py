"""What all routes share: the pool, the limits, the address, and who may write."""

from __future__ import annotations

import hmac
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from kg.errors import Busy
from kg.limits import Limits
from kg.web.kept import Kept
from kg.web.metrics import Metrics
from kg.web.negotiate import content_type
from kg.web.problem import BadRequest, page
from kg.worker import Pool, Result

LONGEST = 4_000
"""Characters of a query up to which its answer is kept."""
Shown = Callable[[Request, str, Result], Awaitable[Response]]


async def plain_page(request: Request, text: str, result: Result) -> Response:
    """A page with the answer of a query and nothing else. `result` holds a fragment of HTML."""
    count = {"boolean": "", "table": f"<p>{result.rows} rows</p>\n", "graph": f"<p>{result.rows} triples</p>\n"}[result.kind]
    return Response(page("Answer", count + result.content.decode("utf-8")), media_type="text/html")


@dataclass
class Endpoint:
    """One store as it is served."""

    pool: Pool
    limits: Limits
    prefixes: Mapping[str, str]
    """Prefixes for what is written as Turtle or JSON-LD."""
    base: str | None = None
    """The public address of the server, without a slash at its end; without one, the address that was asked."""
    token: str | None = None
    """Who has it may write; None: nobody."""
    metrics: Metrics = field(default_factory=Metrics)
    shown: Shown = plain_page
    """Makes the page of a query's answer; its Result is a fragment of HTML."""

    _held: int = 0

    def __post_init__(self) -> None:
        self.kept: Kept[Result] = Kept(self.limits.kept, lambda result: len(result.content) + LONGEST)
        """The answers that were asked for last. The store is the same while its generation is, so they are as good as new."""

    def hold(self, scope: Scope, size: int) -> None:
        """Counts bytes that are kept until a request is answered. Raises Busy when there are too many of all requests."""
        if self._held + size > self.limits.held:
            raise Busy("the server holds as many bytes for others as it may", None, "try again in a moment")
        self._held += size
        scope["kg.held"] = scope.get("kg.held", 0) + size

    def release(self, scope: Scope) -> None:
        """Counts the bytes of a request no more."""
        self._held -= scope.pop("kg.held", 0)

    def address(self, request: Request) -> str:
        """The public address of the server."""
        return self.base or f"{request.scope['scheme']}://{request.headers.get('host', 'localhost')}"

    def sparql(self, request: Request) -> str:
        """The public address of the SPARQL endpoint, which is also the base IRI of queries and updates."""
        return self.address(request) + "/sparql"

    def refuse_writing(self, request: Request) -> None:
        """Raises BadRequest where the server is read-only (403) or the token is missing or wrong (401)."""
        if self.token is None:
            raise BadRequest(403, "this server is read-only")
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), self.token.encode()):
            raise BadRequest(401, "writing needs the token of this server", "send it as Authorization: Bearer TOKEN",
                             headers={"WWW-Authenticate": 'Bearer realm="kg"'})


def sent(result: Result, media: str, headers: Mapping[str, str] | None = None) -> Response:
    """A response with the whole of a result."""
    said = {"Content-Type": content_type(media), "Vary": "Accept", **(headers or {})}
    if result.gzip:
        said["Content-Encoding"] = "gzip"
    return Response(result.content, headers=said)


def compressed(request: Request) -> bool:
    """Whether the client takes gzip."""
    return _GZIP.search(request.headers.get("accept-encoding", "")) is not None


_GZIP = re.compile(r"(?:^|,)\s*gzip\s*(?:,|$|;\s*q=(?!0(?:\.0*)?\s*(?:,|$)))", re.I)
