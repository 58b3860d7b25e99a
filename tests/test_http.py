"""What HTTP asks of every response of a server: what it varies by, its tags, the names it answers to, and where its links lead."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

import served
import small
from served import Reply, Served


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = small.make(tmp_path_factory.mktemp("set"))
    with served.serving("--folder", str(folder.root), "--limit", "workers=1") as server:
        yield server


def raw(server: Served, content: bytes) -> bytes:
    """All that a server says to bytes until it closes the connection."""
    with socket.create_connection((server.host, server.port), timeout=served.WAIT) as connection:
        connection.sendall(content)
        said = b""
        with suppress(ConnectionError):
            while piece := connection.recv(65536):
                said += piece
        return said


def vary(reply: Reply) -> list[str]:
    return [name.strip() for name in (reply.headers["Vary"] or "").split(",")]


@pytest.mark.parametrize("path", ["/", "/ask/wars", "/sparql?query=ASK%7B%7D", "/graphs?default", "/.well-known/void", "/limits", "/static/page.css",
                                  "/id/long-war.ttl", "/ask", "/editor", "/editor/words.json", "/editor/editor.js", "/openapi.json"])
def test_what_may_be_compressed_varies_by_it(path: str, server: Served) -> None:
    plain, packed = server.ask("GET", path), server.ask("GET", path, None, {"Accept-Encoding": "gzip"})
    assert vary(plain).count("Accept-Encoding") == vary(packed).count("Accept-Encoding") == 1
    assert vary(plain) == vary(packed) and len(vary(plain)) == len(set(vary(plain)))
    if tag := packed.headers["ETag"]:
        assert tag != plain.headers["ETag"]
        for one in (tag, "*"):
            again = server.ask("GET", path, None, {"Accept-Encoding": "gzip", "If-None-Match": one})
            assert (again.status, again.body, again.headers["ETag"], vary(again)) == (304, b"", tag, vary(packed))


@pytest.mark.parametrize("smuggled", [
    b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\nContent-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n6\r\nASK {}\r\n0\r\n\r\n",
    b"GET /health HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nContent-Length: 45\r\n\r\n0\r\n\r\n",
])
def test_after_a_request_of_two_lengths_the_connection_is_closed(smuggled: bytes, server: Served) -> None:
    said = raw(server, smuggled + b"GET /limits HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert said.count(b"HTTP/1.1 ") == 1 and said.split()[1] == b"400", said
    assert b"\r\nconnection: close\r\n" in said.lower()
