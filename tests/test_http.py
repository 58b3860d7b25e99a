"""What HTTP asks of every response of a server: what it varies by, its tags, the names it answers to, and where its links lead."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import quote, urljoin

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


@pytest.fixture(scope="module")
def prefixed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server that the world knows at http://data.example.org/war/, where a proxy takes the prefix off."""
    folder = small.make(tmp_path_factory.mktemp("set"))
    limits = ("--limit", "workers=1", "--limit", "rows=300")
    with served.serving("--folder", str(folder.root), "--base", "http://data.example.org/war", *limits) as server:
        yield server


@pytest.mark.parametrize("path", ["/ask/", "/ask/wars/", "/kinds/", "/ontology/", "/network/", "/editor/", "/limits/", "/health/", "/ask/?a=b%20c"])
def test_a_slash_too_many_leads_to_the_address_without_it(path: str, server: Served, prefixed: Served) -> None:
    for one, above in ((server, "http://localhost"), (prefixed, "http://data.example.org/war")):
        moved = one.ask("GET", path, None, {"Host": "data.example.org" if one is prefixed else "localhost"})
        assert moved.status == 308 and "://" not in moved.headers["Location"]
        assert urljoin(above + path, moved.headers["Location"]) == above + path.replace("/?", "?").rstrip("/")


@pytest.mark.parametrize("path", ["//", "/nothing/", "//evil.example/", "/ask//", "/static/", "/%2f/", "/.well-known/"])
def test_no_slash_leads_out(path: str, server: Served) -> None:
    assert server.ask("GET", path).status == 404


def inside(above: str, path: str, text: str) -> set[str]:
    """Where the links of a page at an address lead, of those to this host."""
    links = {urljoin(above + path, link) for link in re.findall(r'(?:href|src)="([^"#]+)"', text)}
    return {link.partition("?")[0] for link in links if link.startswith("http://data.example.org")}


@pytest.mark.parametrize("path", ["/sparql?query=" + quote("ASK {}"), "/sparql/?query=" + quote("ASK {}"), "/sparql?query=" + quote("SELECT * { ?s ?p ?o . ?a ?b ?c }"),
                                  "/sparql/?query=" + quote("SELECT * { ?s ?p ?o . ?a ?b ?c }"), "/id/a%2Fb.html", "/id/a%2Fb", "/nothing", "/kind/x%2fy.html"])
def test_links_of_pages_stay_behind_the_prefix(path: str, prefixed: Served) -> None:
    page = prefixed.ask("GET", path, None, {"Accept": "text/html", "Host": "data.example.org"})
    above = "http://data.example.org/war"
    leads = inside(above, path, page.text)
    assert leads or page.status == 404 and path in ("/nothing", "/kind/x%2fy.html")
    for link in leads - {above + "/ontology"}:  # the small data set has none
        assert link.startswith(above + "/"), link
        # A proxy takes the prefix off.
        assert prefixed.ask("GET", link.removeprefix(above), None, {"Host": "data.example.org", "Accept": "text/html"}).status == 200, link


def test_the_type_of_a_problem_is_where_the_limits_are_told(server: Served, prefixed: Served) -> None:
    for path in ("/sparql?query=", "/sparql/?query="):
        reply = prefixed.ask("GET", path + quote("SELECT * { ?s ?p ?o . ?a ?b ?c }"), None, {"Host": "data.example.org"})
        assert (reply.status, json.loads(reply.body)["type"]) == (422, "http://data.example.org/war/limits#rows")
        reply = server.ask("GET", path + "x" * 20_000)
        assert reply.status == 414 and urljoin("http://here/war" + path, json.loads(reply.body)["type"]) == "http://here/war/limits#address"


@pytest.mark.parametrize("path", ["/sparql", "/graphs?default", "/graphs/x", "/id/long-war", "/id/long-war.ttl", "/ask/wars", "/ask", "/", "/limits", "/openapi.json",
                                  "/editor", "/static/page.css"])
def test_methods_are_told_and_no_others(path: str, server: Served) -> None:
    reply = server.ask("OPTIONS", path, None, {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "GET"})
    assert (reply.status, reply.body, reply.headers["Access-Control-Allow-Origin"]) == (204, b"", "*")
    allowed = reply.headers["Allow"].split(", ")
    assert {"GET", "HEAD", "OPTIONS"} <= {*allowed} <= {"GET", "HEAD", "OPTIONS", "POST"} and "GET" in reply.headers["Access-Control-Allow-Methods"]
    assert allowed == sorted(allowed)
    for method in ("FOO", "PROPFIND", "TRACE", "LOCK"):
        other = server.ask(method, path)
        assert other.status == 405 and other.headers["Allow"] == reply.headers["Allow"], method
        assert method in json.loads(other.body)["detail"]


@pytest.mark.parametrize("text", ["INSERT DATA { <a:a> <a:b> 1 }", "PREFIX x: <http://x.org/> DELETE WHERE { ?a x:b ?c }", "CLEAR ALL", "# SELECT\nDROP ALL",
                                  "INSERT { ?a <a:b> 2 } WHERE { SELECT ?a { ?a ?b ?c } }"])
def test_an_update_sent_as_a_query_is_told_to_be_one(text: str, server: Served) -> None:
    for reply in (server.query(text), server.post(text)):
        assert reply.status == 400 and "is an update" in json.loads(reply.body)["detail"]


@pytest.mark.parametrize("text", ["SELECT ( 1", "ASK { ?insert ?delete ?add", "SELECT * { <http://x.org/INSERT> 'DELETE'"])
def test_a_broken_query_is_no_update(text: str, server: Served) -> None:
    reply = server.query(text)
    assert reply.status == 400 and "update" not in json.loads(reply.body)["detail"]


def test_what_is_said_fits_who_is_told(server: Served) -> None:
    detail = json.loads(server.ask("GET", "/ask/nothing-near-it").body)["detail"]
    assert "kg ask" not in detail and "no question" in detail
    detail = json.loads(server.ask("GET", "/ontology.xyz").body)["detail"]
    assert detail.endswith("choose one of html, ttl, jsonld, nt, rdf")
