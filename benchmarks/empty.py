"""A handler that does nothing, on the HTTP server of `kg serve`: what the server alone costs. Prints its address."""

from __future__ import annotations

import asyncio
import signal

from starlette.types import Receive, Scope, Send

from kg.limits import Limits
from kg.web.server import Server, listen

BODY = b'{"head":{"vars":[]},"results":{"bindings":[]}}'
HEADERS = [(b"content-type", b"application/sparql-results+json"), (b"content-length", str(len(BODY)).encode())]


async def empty(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers every request with the same few bytes."""
    if scope["type"] == "http":
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        await send({"type": "http.response.body", "body": BODY})


async def main() -> None:
    with listen("127.0.0.1", 0) as listening:
        server = Server(empty, Limits())
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.stop.set)
        port = listening.getsockname()[1]
        await server.run(listening, lambda: print(f"http://127.0.0.1:{port}/", flush=True))


if __name__ == "__main__":
    asyncio.run(main())
