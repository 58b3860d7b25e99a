"""What is done to servers on the open internet: each is refused or ended, while somebody else is answered.

The attacks are those that broke other SPARQL servers. During each, a good query from a second client (another address) is
answered, and all processes of the server together stay under `MOST` bytes of memory.
"""

from __future__ import annotations

import http.client
import http.server
import json
import re
import socket
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

import pytest

import served
from served import Reply, Served

PROCESS = 512 << 20
MOST = 2 * PROCESS + (400 << 20)
"""Two processes at their limit, and the server."""
TURTLE = "".join(f"<http://x.org/{n}> <http://x.org/knows> <http://x.org/{(n * 7) % 3000}>, <http://x.org/{(n * 13) % 3000}> .\n" for n in range(3000))
GOOD = "SELECT ?o { <http://x.org/7> <http://x.org/knows> ?o }"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="memory is counted, and clients have several addresses, as Linux has it")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    store = served.store(tmp_path_factory.mktemp("abuse") / "store", TURTLE)
    limits = ["--limit", "deadline=2", "--limit", f"memory={PROCESS}", "--limit", "patience=3"]
    with served.serving("--store", str(store), *limits) as server:
        yield server


@pytest.fixture(scope="module")
def writable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("abuse-writable")
    token = served.token_file(root / "token")
    limits = ["--limit", "deadline=3", "--limit", f"memory={PROCESS}"]
    with served.serving("--store", str(served.store(root / "store", TURTLE)), "--writable", "--token-file", str(token), *limits) as server:
        yield server


def good(server: Served, timeout: float = served.WAIT) -> None:
    """A good query from a second client is answered."""
    reply = server.query(GOOD, source="127.0.0.2", timeout=timeout)
    assert reply.status == 200 and len(json.loads(reply.body)["results"]["bindings"]) == 2


@contextmanager
def others_are_served(server: Served) -> Iterator[None]:
    """Somebody else asks again and again meanwhile; every answer is right, and the memory of all processes stays bounded."""
    stop, failed, count, most = threading.Event(), list[BaseException](), 0, 0

    def ask() -> None:
        nonlocal count, most
        while not stop.is_set():
            try:
                good(server)
                count += 1
            except BaseException as error:  # told of below
                failed.append(error)
                return
            most = max(most, server.memory())
            stop.wait(0.02)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
        deadline = time.monotonic() + served.WAIT
        while not count and not failed and time.monotonic() < deadline:
            time.sleep(0.01)
    finally:
        stop.set()
        thread.join()
    assert not failed and count, failed
    assert most < MOST
    good(server)


def refused(reply: Reply, *statuses: int) -> None:
    """A clear refusal: a problem document, never something that looks like an answer."""
    assert reply.status in statuses, reply
    assert reply.media == "application/problem+json"
    assert json.loads(reply.body)["status"] == reply.status


@pytest.fixture
def bait() -> Iterator[tuple[str, list[str]]]:
    """A server inside, which must never be asked, and what it was asked."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_error(404)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as inside:
        thread = threading.Thread(target=inside.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{inside.server_port}/inside", asked
        inside.shutdown()
        thread.join()


SERVICES = [
    "SELECT * { SERVICE <%s> { ?s ?p ?o } }", "SELECT * { SERVICE SILENT <%s> { ?s ?p ?o } }", "SELECT * { service <%s> { ?s ?p ?o } }",
    "SELECT * { BIND(<%s> AS ?x) SERVICE ?x { ?s ?p ?o } }", "PREFIX e: <%s> SELECT * { BIND(1 AS ?y)SERVICE e: { ?s ?p ?o } }",
    "SELECT * { \\u0053ERVICE <%s> { ?s ?p ?o } }", "SELECT * { # '\nSERVICE <%s> { ?s ?p ?o } # '\n }",
]


@pytest.mark.parametrize("text", SERVICES)
def test_request_forgery_by_service(text: str, server: Served, bait: tuple[str, list[str]]) -> None:
    address, asked = bait
    with others_are_served(server):
        refused(server.post(text % address), 400)
    assert asked == []


@pytest.mark.parametrize("iri", ["file:///etc/passwd", "file:///x.ttl", "BAIT"])
def test_files_and_addresses_in_from_are_only_names(iri: str, server: Served, bait: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = bait
    if iri.endswith("x.ttl"):
        (tmp_path / "x.ttl").write_text("<http://x.org/secret> <http://x.org/p> 1 .")
        iri = (tmp_path / "x.ttl").as_uri()
    iri = iri.replace("BAIT", address)
    for text in (f"SELECT * FROM <{iri}> {{ ?s ?p ?o }}", f"SELECT * FROM NAMED <{iri}> {{ GRAPH ?g {{ ?s ?p ?o }} }}"):
        reply = server.query(text)
        assert reply.status == 200 and json.loads(reply.body)["results"]["bindings"] == []
    reply = server.ask("GET", f"/sparql?query={quote('SELECT * { ?s ?p ?o }')}&default-graph-uri={quote(iri, safe='')}")
    assert reply.status == 200 and json.loads(reply.body)["results"]["bindings"] == []
    refused(server.ask("GET", "/graphs?graph=" + quote(iri, safe="")), 404)
    assert asked == []


@pytest.mark.parametrize("text", ["LOAD <%s>", "LOAD SILENT <%s> INTO GRAPH <http://x.org/g>", "load<%s>", "INSERT DATA {} ; LOAD <%s>",
                                  "INSERT { ?s ?p ?o } WHERE { SERVICE <%s> { ?s ?p ?o } }"])
def test_request_forgery_and_file_reading_by_update(text: str, writable: Served, bait: tuple[str, list[str]], tmp_path: Path) -> None:
    address, asked = bait
    (tmp_path / "x.ttl").write_text("<http://x.org/secret> <http://x.org/p> 1 .")
    with others_are_served(writable):
        for iri in (address, (tmp_path / "x.ttl").as_uri()):
            refused(writable.update(text % iri), 400)
    assert asked == [] and json.loads(writable.query("ASK { { <http://x.org/secret> ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }").body)["boolean"] is False


def test_uploads_fetch_nothing(writable: Served, bait: tuple[str, list[str]]) -> None:
    address, asked = bait
    bearer = {"Authorization": f"Bearer {served.TOKEN}"}
    uploads = {
        "application/ld+json": json.dumps({"@context": address, "@id": "http://x.org/a", "name": "x"}),
        "application/rdf+xml": f'<!DOCTYPE r [<!ENTITY x SYSTEM "{address}">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="http://x.org/a"><rdf:value>&x;</rdf:value></rdf:Description></rdf:RDF>',
        "text/turtle": "@import <" + address + "> .",
    }
    for media, body in uploads.items():
        refused(writable.ask("PUT", "/graphs?default", body.encode(), {"Content-Type": media, **bearer}), 422)
    assert asked == []
    good(writable)


LAUGHS = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a0 "lol">' + "".join(f'<!ENTITY a{n + 1} "{f"&a{n};" * 10}">' for n in range(12)) + (
    ']><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="http://x.org/a"><rdf:value>&a12;</rdf:value></rdf:Description></rdf:RDF>')


@pytest.mark.parametrize(
    ("media", "body"),
    [
        ("application/rdf+xml", LAUGHS),
        ("application/ld+json", '{"http://x.org/p":' * 10_000 + "1" + "}" * 10_000),
        ("text/turtle", "<http://x.org/a> <http://x.org/p> " + "(" * 50_000),
        ("text/turtle", "<http://x.org/a> <http://x.org/p> " + "[ <http://x.org/p> " * 50_000),
        ("application/n-triples", '<http://x.org/a> <http://x.org/p> "' + "x" * (17 << 20) + '" .'),
    ],
)
def test_uploads_that_would_end_a_parser(media: str, body: str, writable: Served) -> None:
    with others_are_served(writable):
        refused(writable.ask("POST", "/graphs?default", body.encode(), {"Content-Type": media, "Authorization": f"Bearer {served.TOKEN}"}), 413, 422, 504)


def test_updates_on_a_server_that_only_reads(server: Served) -> None:
    refused(server.update("DROP ALL"), 403)
    refused(server.ask("POST", "/sparql", b"update=DROP+ALL", FORM), 403)
    refused(server.ask("GET", "/sparql?update=DROP%20ALL"), 400)
    refused(server.ask("POST", "/sparql?update=DROP%20ALL", b"", FORM), 400)
    refused(server.ask("POST", "/sparql?update=DROP%20ALL"), 400)
    refused(server.query("DROP ALL"), 400)
    refused(server.query("INSERT DATA { <http://x.org/a> <http://x.org/b> 1 }"), 400)
    for method in ("PUT", "POST", "DELETE"):
        refused(server.ask(method, "/graphs?default", b"", {"Content-Type": "text/turtle"}), 403)
    refused(server.ask("PATCH", "/graphs?default", b"", {"Content-Type": "text/turtle"}), 405)
    good(server)


BOMBS = {
    "cartesian product": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }",
    "cartesian product, sent": "SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l . ?m ?n ?o }",
    "path of paths": "SELECT (COUNT(*) AS ?n) { ?a (<http://x.org/knows>*)* ?b . ?b (<http://x.org/knows>*)* ?c . ?c <http://x.org/knows>* ?d }",
    "GROUP_CONCAT": "SELECT (GROUP_CONCAT(?c) AS ?x) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "doubling": 'SELECT ?x40 { BIND("abcdefgh" AS ?x0) ' + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40)) + " }",
    "ORDER BY RAND()": "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY RAND()",
    "VALUES": "SELECT (COUNT(*) AS ?n) { " + " ".join(f"VALUES ?v{n} {{ {' '.join(map(str, range(1200)))} }}" for n in range(4)) + " }",
    "DISTINCT": "SELECT DISTINCT ?a ?d ?g { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "CONSTRUCT": "CONSTRUCT { ?a ?e ?i } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }",
    "MINUS": "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f MINUS { ?a ?x ?y . ?d ?z ?w . ?q ?r ?t } }",
}


@pytest.mark.parametrize("name", BOMBS)
def test_bombs(name: str, server: Served) -> None:
    with others_are_served(server):
        reply = server.post(BOMBS[name], "application/sparql-results+json, text/turtle")
        refused(reply, 422, 504)


def test_many_bombs_at_once_hold_up_nobody_else(server: Served) -> None:
    with others_are_served(server), ThreadPoolExecutor(8) as clients:
        for reply in clients.map(lambda _: server.post(BOMBS["cartesian product"]), range(8)):
            refused(reply, 503, 504)


@pytest.mark.parametrize("expression", [r"^(a+)+$", r"(a|aa)+$", r"(.*a){20}", r"((a{1,50}){1,50}){1,50}", "(" * 150 + "a" + ")" * 150])
def test_catastrophic_regular_expressions(expression: str, server: Served) -> None:
    with others_are_served(server):
        reply = server.post(f'ASK {{ FILTER(REGEX("{"a" * 5000}b", "{expression}")) }}')
        if reply.status == 200:
            assert json.loads(reply.body)["boolean"] in (True, False)
        else:
            refused(reply, 400, 422, 504)


DEEP = {
    "brackets": "ASK { FILTER(" + "(" * 20_000 + "1" + ")" * 20_000 + ") }",
    "open brackets": "ASK { FILTER(" + "(" * 20_000,
    "groups": "ASK " + "{" * 20_000 + "}" * 20_000,
    "OPTIONAL": "ASK { " + "OPTIONAL { ?a ?b ?c " * 20_000 + "}" * 20_001,
    "not": "ASK { FILTER(" + "!" * 20_000 + "true) }",
    "minus": "ASK { FILTER(" + "-" * 20_000 + "1) }",
    "plus": "ASK { FILTER(1" + "+1" * 20_000 + ") }",
    "and": "ASK { FILTER(true" + " && true" * 20_000 + ") }",
    "UNION": "ASK { {}" + " UNION {}" * 20_000 + " }",
    "path": "ASK { ?a " + "(" * 20_000 + "<http://x.org/p>" + ")*" * 20_000 + " ?b }",
    "list": "ASK { ?a ?b " + "(" * 20_000 + ")" * 20_000 + " }",
    "blank nodes": "ASK { ?a ?b " + "[ ?p " * 20_000 + "1" + " ]" * 20_000 + " }",
    "long list": "ASK { ?a ?b (" + " 1" * 300 + ") }",
    "subqueries": "SELECT * { { " * 20_000 + "} }" * 20_000,
    "quoted triples": "ASK { " + "<< " * 20_000 + "?a ?b ?c" + " >>" * 20_000 + " ?p ?o }",
    "functions": "ASK { FILTER(" + "STR(" * 20_000 + "1" + ")" * 20_000 + ") }",
}


@pytest.mark.parametrize("name", DEEP)
def test_nesting_20000_deep(name: str, server: Served) -> None:
    with others_are_served(server):
        refused(server.post(DEEP[name]), 400, 422, 504)


def test_nesting_in_updates(writable: Served) -> None:
    with others_are_served(writable):
        refused(writable.update("INSERT DATA { <http://x.org/a> <http://x.org/b> " + "(" * 20_000 + ")" * 20_000 + " }"), 422)
        refused(writable.update("DELETE { ?a ?b ?c } WHERE { " + "{} UNION " * 30_000 + "{} }"), 422)
        refused(writable.update("INSERT { ?a ?b ?c } WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"), 422, 504)
    assert writable.update("INSERT DATA { <http://x.org/after> <http://x.org/b> 1 }").status == 204


@pytest.mark.parametrize("kind", ["application/sparql-query", "application/x-www-form-urlencoded", "application/sparql-query, chunked"])
def test_bodies_of_100_megabytes(kind: str, server: Served) -> None:
    size, piece = 100 << 20, b"#" * (1 << 20)
    media, _, chunked = kind.partition(", ")
    with others_are_served(server):
        connection = http.client.HTTPConnection(server.host, server.port, timeout=served.WAIT)
        connection.putrequest("POST", "/sparql")
        connection.putheader("Content-Type", media)
        connection.putheader(*(("Transfer-Encoding", "chunked") if chunked else ("Content-Length", str(size))))
        connection.endheaders()
        with suppress(BrokenPipeError, ConnectionResetError):
            for _ in range(100):
                connection.send(b"%x\r\n%s\r\n" % (len(piece), piece) if chunked else piece)
        with suppress(ConnectionError, http.client.BadStatusLine):
            assert connection.getresponse().status == 413
        connection.close()
    refused(server.ask("POST", "/sparql", b"ASK {}" + b" " * (2 << 20), {"Content-Type": "application/sparql-query"}), 413)


def test_long_addresses(server: Served) -> None:
    refused(server.query("ASK {} #" + "x" * 20_000), 414)
    with suppress(ConnectionError):
        assert server.query("ASK {} #" + "x" * 70_000).status in (400, 414, 431)
    with suppress(ConnectionError):
        assert server.ask("GET", "/health", None, {"X-Long": "x" * 100_000}).status in (400, 431)
    good(server)


@pytest.mark.parametrize(
    ("body", "media"),
    [
        (b"query=%ZZ", FORM["Content-Type"]), (b"query=ASK%7B%7D%", FORM["Content-Type"]), (b"query=%FF%FE", FORM["Content-Type"]),
        (b"query=\xff", FORM["Content-Type"]), (b"\xff\xfeA\x00S\x00K\x00", "application/sparql-query"), (b"ASK { \xc3 }", "application/sparql-query"),
        (b"query=ASK%7B%7D&" + b"&".join(b"a=%d" % n for n in range(5000)), FORM["Content-Type"]), (b"", "application/sparql-query"),
        (b"ASK {}\x00", "application/sparql-query"), (b'ASK { FILTER(?x = "\xed\xa0\x80") }', "application/sparql-query"),
        (b'ASK { FILTER(?x = "\\uD800") }', "application/sparql-query"),
    ],
)
def test_broken_encodings(body: bytes, media: str, server: Served) -> None:
    refused(server.ask("POST", "/sparql", body, {"Content-Type": media}), 400)
    good(server)


@pytest.mark.parametrize("query", ["query=%ZZ", "query=%FF", "query=ASK%7B%7D&default-graph-uri=%C3%28", "query=" + "%F0%9F", "query=ASK%7B%7D%00"])
def test_broken_encodings_in_the_address(query: str, server: Served) -> None:
    refused(server.ask("GET", "/sparql?" + query), 400)
    good(server)


def raw(server: Served, content: bytes, timeout: float = served.WAIT) -> bytes:
    """What the server says to bytes."""
    with socket.create_connection((server.host, server.port), timeout=timeout) as connection:
        connection.sendall(content)
        said = b""
        with suppress(ConnectionError):
            while piece := connection.recv(65536):
                said += piece
                if b"\r\n\r\n" in said:
                    break
        return said


@pytest.mark.parametrize(
    "content",
    [
        b"nonsense\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"GET /\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", b"\x00" * 1000 + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef",
        b"GET / HTTP/1.1\r\nHost : localhost\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\n X: folded\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip\r\n\r\n", b"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
    ],
)
def test_what_is_no_http(content: bytes, server: Served) -> None:
    said = raw(server, content)
    assert said == b"" or said.split()[1][:1] in (b"4", b"5"), said
    good(server)


@pytest.mark.parametrize(
    "host",
    ["evil.example", "localhost.evil.example", "127.0.0.1@evil.example", "evil.example#localhost", "", "[::1", "localhost/evil", "a" * 5000,
     "localhost\\evil.example", "169.254.169.254"],
)
def test_hostile_hosts(host: str, server: Served) -> None:
    said = raw(server, f"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
    assert said.split()[1] in (b"400", b"421"), said
    said = raw(server, b"GET /health HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\nConnection: close\r\n\r\n")
    assert said.split()[1] == b"400"
    for name in (f"localhost:{server.port}", "LOCALHOST", "[::1]", "127.0.0.1"):
        assert raw(server, f"GET /health HTTP/1.1\r\nHost: {name}\r\nConnection: close\r\n\r\n".encode()).split()[1] == b"200"


@pytest.mark.parametrize(
    "accept",
    [",".join(["a/b;q=0.5"] * 1500), "*/*;q=nonsense", ";;;;,,,,", "text/" + "x" * 9000, "application/json;q=1.0000000000001", "a" * 9000, "\xe9/\xe9",
     "*/*;q=1e999", "image/png", "text/html;q=0.9;q=0.1;" + ";" * 5000, '*/*; x="' + "\\" * 5000],
)
def test_hostile_accept_headers(accept: str, server: Served) -> None:
    with others_are_served(server):
        reply = server.query("ASK {}", accept)
        assert reply.status in (200, 406)
        assert reply.status == 406 or b"true" in reply.body or b"yes" in reply.body


@pytest.mark.parametrize(
    "path",
    ["/../../../../etc/passwd", "/static/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc%2fpasswd", "/graphs/../../etc/passwd", "//etc/passwd",
     "/id/..%2f..%2f..%2fetc%2fpasswd", "/ask/..%2f..%2fdata%2ftriples.ttl", "/%00", "/graphs/%00", "/.git/config", "/\\..\\..\\etc\\passwd", "/%c0%ae%c0%ae/etc/passwd"],
)
def test_path_traversal(path: str, server: Served) -> None:
    reply = server.ask("GET", path)
    assert reply.status in (400, 404) and b"root:" not in reply.body and b"prefix" not in reply.body
    good(server)


def test_slow_clients_are_ended_and_others_served(server: Served) -> None:
    """300 connections that send their head, or their body, byte by byte, or nothing, or do not read."""
    big = "SELECT * { ?a ?b ?c . ?d ?e ?f } LIMIT 100000"
    beginnings = [b"", b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: localhost\r\n", b"POST /sparql HTTP/1.1\r\nHost: localhost\r\n"
                  b"Content-Type: application/sparql-query\r\nContent-Length: 100000\r\n\r\nASK {",
                  f"GET /sparql?query={quote(big)} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()]
    connections: list[socket.socket] = []
    try:
        with others_are_served(server):
            for number in range(300):
                connection = socket.socket()
                if number % 4 == 3:
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
                connection.connect((server.host, server.port))
                connections.append(connection)
                connection.sendall(beginnings[number % 4] if number % 4 < 3 or number < 40 else b"")
            ended, end = set[int](), time.monotonic() + served.WAIT
            while len(ended) < 300 and time.monotonic() < end:
                for number, connection in enumerate(connections):
                    if number not in ended and number % 4 in (1, 2):
                        try:
                            connection.send(b"X")
                        except OSError:
                            ended.add(number)
                    elif number not in ended and number % 4 == 0:
                        connection.setblocking(False)
                        with suppress(BlockingIOError):
                            try:
                                if connection.recv(1) == b"":
                                    ended.add(number)
                            except ConnectionError:
                                ended.add(number)
                    elif number % 4 == 3:
                        ended.add(number)  # looked at below
                time.sleep(0.2)
            assert len(ended) == 300
            for connection in connections[3:40:4]:  # those that asked for much and did not read it
                connection.settimeout(served.WAIT)
                said = b""
                with suppress(ConnectionError):
                    while piece := connection.recv(1 << 20):
                        said += piece
                head, _, content = said.partition(b"\r\n\r\n")
                if b" 200 " in head[:20]:
                    length = int(next(line for line in head.lower().splitlines() if line.startswith(b"content-length:")).split()[1])
                    assert len(content) < length
    finally:
        for connection in connections:
            connection.close()


def test_500_clients_at_once(server: Served) -> None:
    def ask(number: int) -> int:
        return server.query(GOOD, source=f"127.0.1.{number % 250 + 1}").status

    with others_are_served(server), ThreadPoolExecutor(500) as clients:
        statuses = list(clients.map(ask, range(2000)))
    assert statuses.count(200) == 2000


def test_a_client_that_goes_away_ends_its_query(server: Served) -> None:
    def busy() -> float:
        return float(next(line for line in server.ask("GET", "/metrics").text.splitlines() if line.startswith("kg_processes_busy ")).split()[1])

    with socket.create_connection((server.host, server.port)) as connection:
        connection.sendall(f"GET /sparql?query={quote(BOMBS['cartesian product'])} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        end = time.monotonic() + served.WAIT
        while not busy() and time.monotonic() < end:
            time.sleep(0.01)
    while busy() and time.monotonic() < end:
        time.sleep(0.01)
    assert busy() == 0
    good(server)


def test_an_answer_over_a_limit_is_never_half_an_answer(server: Served) -> None:
    for accept in ("application/sparql-results+json", "application/sparql-results+xml", "text/csv", "text/tab-separated-values", "text/html"):
        reply = server.query("SELECT * { ?a ?b ?c . ?d ?e ?f }", accept)
        assert reply.status in (422, 504) and reply.media == ("text/html" if accept == "text/html" else "application/problem+json")


HOSTILE = '</script><img src=x onerror=alert(1)>\u202e"\' javascript:alert(1) <b>'


def test_hostile_values_in_pages(server: Served) -> None:
    text = f"SELECT ?x ?y ?z {{ BIND({json.dumps(HOSTILE)} AS ?x) BIND(<javascript:alert(1)> AS ?y) BIND(STRLANG('<i>', 'en') AS ?z) }}"
    page = server.query(text, "text/html")
    graph = server.query(f"CONSTRUCT {{ <javascript:alert(1)> <http://x.org/p> {json.dumps(HOSTILE)} }} WHERE {{}}", "text/html")
    for reply in (page, graph, server.ask("GET", "/<script>alert(1)</script>".replace("<", "%3C").replace(">", "%3E"), None, {"Accept": "text/html"}),
                  server.query("SELECT <script>alert(1)</script>", "text/html"), server.ask("GET", "/graphs?graph=%3Cscript%3E", None, {"Accept": "text/html"})):
        ours = re.sub(r'<script src="[\w./?-]*" defer></script>', "", reply.text)  # none of it is what was sent
        assert "<img" not in ours and "<script" not in ours and 'href="javascript' not in ours and "<i>" not in ours
        assert "'unsafe-inline'" not in reply.headers["Content-Security-Policy"]


def test_more_connections_than_there_may_be(tmp_path: Path) -> None:
    """The oldest that is idle makes room; whoever asks is not idle."""
    store = served.store(tmp_path / "store", TURTLE)
    connections: list[socket.socket] = []
    with served.serving("--store", str(store), "--limit", "connections=30", "--limit", "patience=60", "--limit", "workers=1") as server:
        try:
            for number in range(200):
                connections.append(socket.create_connection((server.host, server.port), timeout=served.WAIT))
                if number % 20 == 0:
                    good(server)
            good(server)
            with suppress(ConnectionResetError):
                assert connections[0].recv(1) == b""
        finally:
            for connection in connections:
                connection.close()
        good(server)


@pytest.mark.parametrize("length", ["Content-Length: 1000\r\n\r\nASK", "Transfer-Encoding: chunked\r\n\r\n3\r\nASK\r\n"])
def test_bodies_that_never_end_shut_nobody_out(length: str, tmp_path: Path) -> None:
    """As many as there may be connections: those whose request is not whole make room, and first those of who has most."""
    store = served.store(tmp_path / "store", TURTLE)
    begun = f"POST /sparql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/sparql-query\r\n{length}".encode()
    connections: list[socket.socket] = []
    with served.serving("--store", str(store), "--limit", "connections=20", "--limit", "patience=60", "--limit", "workers=1") as server:
        waiting = socket.create_connection((server.host, server.port), timeout=served.WAIT, source_address=("127.0.0.3", 0))
        try:
            waiting.sendall(begun.replace(b"Content-Length: 1000", b"Content-Length: 6"))
            time.sleep(0.5)
            for _ in range(40):
                connection = socket.create_connection((server.host, server.port), timeout=served.WAIT)
                connections.append(connection)
                with suppress(ConnectionError):
                    connection.sendall(begun)
                time.sleep(0.05)  # until the server has its head
            for _ in range(5):
                good(server)
            waiting.sendall(b"3\r\n {}\r\n0\r\n\r\n" if b"chunked" in begun else b" {}")
            assert waiting.recv(1 << 16).startswith(b"HTTP/1.1 200 ")
        finally:
            for connection in (*connections, waiting):
                connection.close()
