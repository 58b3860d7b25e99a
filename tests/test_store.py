"""One door to the facts: a folder, a store on disk, and a server over real HTTP."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs

import pyoxigraph as ox
import pytest

import small
from kg.answer import plain
from kg.errors import BadData, BadQuery, NetworkError, NotFound, StoreError
from kg.store import EmbeddedStore, RemoteStore, open_store

COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
LABELS = "SELECT ?l { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?l } ORDER BY ?l"
GRAPH = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"
Reply = Callable[[str], tuple[int, str, bytes]]


class Server(ThreadingHTTPServer):
    """A SPARQL server on this machine; what it replies and what it was sent can be set and seen."""

    daemon_threads = True

    def __init__(self, reply: Reply) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.reply = reply
        self.requests: list[tuple[str, dict[str, str], dict[str, list[str]]]] = []

    def handle_error(self, request: object, client_address: object) -> None:
        """Says nothing of a client that did not wait."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/sparql"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:  # noqa: N802  (the name that http.server calls)
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.requests.append(("POST", dict(self.headers), form))
        status, media, body = self.server.reply(form["query"][0])
        self.send_response(status)
        self.send_header("Content-Type", media)
        self.send_header("Content-Length", str(len(body) + (10 if media == "cut/short" else 0)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def oxigraph(store: ox.Store) -> Reply:
    """Replies as a server with these facts does."""

    def reply(text: str) -> tuple[int, str, bytes]:
        try:
            result = store.query(text)
        except SyntaxError as error:
            return 400, "text/plain", str(error).encode()
        if isinstance(result, ox.QueryTriples):
            return 200, "text/turtle; charset=utf-8", result.serialize(format=ox.RdfFormat.TURTLE) or b""
        return 200, "application/sparql-results+json", result.serialize(format=ox.QueryResultsFormat.JSON) or b""

    return reply


@pytest.fixture
def serve() -> Iterator[Callable[[Reply], Server]]:
    servers = []

    def start(reply: Reply) -> Server:
        server = Server(reply)
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        servers.append(server)
        return server

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def facts(tmp_path: Path) -> ox.Store:
    store = open_store(small.make(tmp_path / "facts"))
    assert isinstance(store, EmbeddedStore)
    return store.inner


def test_a_folder_is_opened_in_memory(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    rows = [open_store(source).ask(COUNT).to_csv() for source in (folder, folder.root, str(folder.root))]
    assert rows[0] == rows[1] == rows[2] and int(rows[0].split()[1]) > 10


def test_a_store_on_disk_is_opened_read_only_by_many(tmp_path: Path, facts: ox.Store) -> None:
    writer = ox.Store(str(tmp_path / "disk"))
    writer.extend(facts)
    writer.flush()
    del writer
    first, second = open_store(tmp_path / "disk"), open_store(str(tmp_path / "disk"))
    assert first.ask(LABELS).to_csv() == second.ask(LABELS).to_csv() == EmbeddedStore(facts).ask(LABELS).to_csv()
    assert isinstance(first, EmbeddedStore)
    with pytest.raises(RuntimeError):
        first.inner.add(ox.Quad(ox.NamedNode("urn:a"), ox.NamedNode("urn:b"), ox.Literal("c")))


def test_what_is_no_store_is_named_and_left_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is no store of Oxigraph") as caught:
        open_store(tmp_path)
    assert caught.value.exit_code == 5 and list(tmp_path.iterdir()) == []
    with pytest.raises(NotFound, match="nowhere: no such store"):
        open_store(tmp_path / "nowhere")


def test_a_folder_not_yet_built_says_what_to_do(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    folder.triples.unlink()
    with pytest.raises(NotFound, match=r"triples\.ttl: the graph is not built yet; run kg build"):
        open_store(folder)


def test_broken_turtle_is_named_with_line_and_column(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    lines = small.TRIPLES.splitlines()
    folder.triples.write_text("\n".join([*lines[:9], "id:broken a [", *lines[9:]]), encoding="utf-8")
    with pytest.raises(BadData, match=r"triples\.ttl:1\d:\d+: not valid Turtle: ") as caught:
        open_store(folder)
    assert "\n" not in str(caught.value)


def test_a_syntax_error_has_the_askers_line_and_column(facts: ox.Store) -> None:
    store = EmbeddedStore(facts)
    with pytest.raises(BadQuery, match=r"^q\.rq:2:10: not valid SPARQL: .*; mend the query$"):
        store.ask("SELECT * {\n ?s ?p . }", "q.rq")
    with pytest.raises(BadQuery, match=r"^query:1:20: "):
        store.ask("PREFIX a: <urn:a> SELECT * { ?s ?p . }", added=18)
    with pytest.raises(BadQuery, match="the prefix no: is not declared; add its PREFIX line"):
        store.ask("SELECT * { ?s no:p ?o }")


def test_rdflib_asks_the_same_facts(facts: ox.Store) -> None:
    graph = EmbeddedStore(facts).rdflib()
    assert len(graph) == len(facts)
    assert [str(row[0]) for row in graph.query(LABELS)] == [plain(r["l"]) for r in EmbeddedStore(facts).ask(LABELS).rows]


@pytest.mark.parametrize("text", [LABELS, COUNT, "ASK { ?s ?p ?o }", "ASK { ?s <urn:none> ?o }"])
def test_a_server_gives_the_same_answer(text: str, facts: ox.Store, serve: Callable[[Reply], Server]) -> None:
    server = serve(oxigraph(facts))
    store = open_store(server.url)
    assert store.ask(text).to_json() == EmbeddedStore(facts).ask(text).to_json()


def test_a_server_gives_the_same_graph(facts: ox.Store, serve: Callable[[Reply], Server]) -> None:
    store = open_store(serve(oxigraph(facts)).url)
    assert store.ask(GRAPH).text("ntriples") == EmbeddedStore(facts).ask(GRAPH).text("ntriples")


def test_the_question_goes_by_post_with_our_own_name(facts: ox.Store, serve: Callable[[Reply], Server]) -> None:
    server = serve(oxigraph(facts))
    long = LABELS + " #" + "x" * 20_000
    open_store(server.url).ask(long)
    [(method, headers, form)] = server.requests
    assert method == "POST" and form["query"] == [long]
    assert headers["User-Agent"].startswith("khalkhin-kg/")
    assert "application/sparql-results+json" in headers["Accept"]


@pytest.mark.parametrize("media", ["application/sparql-results+xml", "text/csv"])
def test_a_server_may_answer_in_another_of_the_standards_formats(media: str, facts: ox.Store, serve: Callable[[Reply], Server]) -> None:
    format = ox.QueryResultsFormat.from_media_type(media)
    assert format is not None

    def reply(text: str) -> tuple[int, str, bytes]:
        result = facts.query(text)
        assert isinstance(result, ox.QuerySolutions)
        return 200, media, result.serialize(format=format) or b""

    server = serve(reply)
    if media == "text/csv":  # it loses types: Oxigraph does not read it back
        with pytest.raises(NetworkError, match="its answer is no valid text/csv"):
            open_store(server.url).ask(LABELS)
    else:
        assert open_store(server.url).ask(LABELS).rows == EmbeddedStore(facts).ask(LABELS).rows


def test_a_query_that_the_server_refuses_is_bad_and_tells_why(facts: ox.Store, serve: Callable[[Reply], Server]) -> None:
    store = open_store(serve(oxigraph(facts)).url)
    with pytest.raises(BadQuery, match=r"^q\.rq: http.* cannot read it \(error at 1:13: .*\); mend the query$"):
        store.ask("SELECT * { ?", "q.rq")


@pytest.mark.parametrize(("status", "media", "body"), [
    (200, "text/html", b"<p>Welcome</p>"),
    (200, "application/sparql-results+json", b"{"),
    (200, "application/sparql-results+json", b"\xff\xfe"),
    (200, "cut/short", b"abc"),
    (404, "text/plain", b"no"), (401, "text/plain", b"no"), (403, "text/plain", b"no"),
    (429, "text/plain", b"later"), (500, "text/plain", b"oh"), (503, "text/plain", b""),
])
@pytest.mark.parametrize("text", [LABELS, GRAPH])
def test_nonsense_from_a_server_is_one_line(
    status: int, media: str, body: bytes, text: str, serve: Callable[[Reply], Server]
) -> None:
    server = serve(lambda _: (status, media, body))
    with pytest.raises(NetworkError) as caught:
        open_store(server.url).ask(text)
    assert str(caught.value).startswith(server.url) and "\n" not in str(caught.value)
    assert caught.value.exit_code == 5


def test_a_server_that_is_not_there_or_says_nothing(serve: Callable[[Reply], Server], monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(NetworkError, match="no answer"):
        RemoteStore("http://127.0.0.1:1/").ask(COUNT)
    gone = threading.Event()

    def silent(_: str) -> tuple[int, str, bytes]:
        gone.wait(20)  # it is set as soon as the client has given up
        return 500, "text/plain", b""

    assert RemoteStore.timeout == 30
    monkeypatch.setattr(RemoteStore, "timeout", 1)
    try:
        with pytest.raises(NetworkError, match="no answer .it took longer than 1 seconds"):
            open_store(serve(silent).url).ask(COUNT)
    finally:
        gone.set()


def test_an_update_is_not_sent(serve: Callable[[Reply], Server], facts: ox.Store) -> None:
    server = serve(oxigraph(facts))
    with pytest.raises(BadQuery):
        open_store(server.url).ask("CLEAR ALL")
    assert server.requests == []
