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


@pytest.mark.parametrize("path", ["/sparql?query=ASK%7B%7D", "/sparql", "/.well-known/void", "/", "/health", "/nothing-here"])
@pytest.mark.parametrize("host", ["127.0.0.1:abc", "127.0.0.1:99999999", "localhost:65536", "localhost:-1", "localhost: 80", "localhost:80:80", "[::1]x", "a>b",
                                  "localhost:\xb2"])
def test_a_host_with_no_port_is_refused(path: str, host: str, server: Served) -> None:
    said = raw(server, f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert said.split()[1] == b"400" and host.encode() not in said


def test_ports_are_no_part_of_the_name(server: Served) -> None:
    for host in ("localhost:", "localhost:1", "[::1]:65535", "LocalHost.", f"127.0.0.1:{server.port}"):
        said = raw(server, f"GET /.well-known/void HTTP/1.1\r\nHost: {host}\r\nAccept: text/turtle\r\nConnection: close\r\n\r\n".encode())
        assert said.split()[1] == b"200" and f"<http://{host}/sparql>".encode() in said, said


@pytest.mark.parametrize("path", ["/health", "", "?", "/sparql?query=ASK%7B%7D", "/id/long-war.ttl", "/graphs/%C3%A4"])
def test_the_absolute_form_is_accepted(path: str, server: Served) -> None:
    plain = server.ask("GET", path if path.startswith("/") else "/")
    for whole in (f"http://127.0.0.1:{server.port}{path}", f"HTTP://localhost{path}"):
        said = raw(server, f"GET {whole} HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nConnection: close\r\n\r\n".encode())
        assert int(said.split()[1]) == plain.status in (200, 404), said
        assert plain.status == 404 or said.partition(b"\r\n\r\n")[2] == plain.body


def test_the_authority_of_the_absolute_form_stands_for_the_host(server: Served) -> None:
    for whole, status in (("http://evil.example/health", b"421"), ("http://me@localhost/health", b"400"), ("http:///health", b"400"),
                          ("http://localhost:x/health", b"400"), ("ftp://localhost/health", b"404")):
        said = raw(server, f"GET {whole} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
        assert said.split()[1] == status, (whole, said)
    said = raw(server, b"GET http://localhost:81/.well-known/void HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/turtle\r\nConnection: close\r\n\r\n")
    assert b"<http://localhost:81/sparql>" in said and b"127.0.0.1" not in said
