"""The routes of the pages: every IRI of the data dereferences, in every format, and can be asked about again."""

from __future__ import annotations

import asyncio
import csv
import gzip
import io
import json
import re
import shutil
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from openapi_spec_validator import validate
from starlette.applications import Starlette
from starlette.routing import Router
from starlette.testclient import TestClient
from starlette.types import Message

import hostile
import small
from kg import page
from kg.answer import FORMATS, Answer, plain
from kg.folder import Folder
from kg.names import Names
from kg.page.address import Addresses
from kg.query import questions
from kg.store import Store, open_store
from kg.web.kept import Kept
from kg.web.pages import routes
from kg.worker import client as who
from served import serving, token_file
from served import store as store_on_disk

BASE = "https://w3id.org/khalkhin/"
KG = BASE + "ontology#"
RDF = {"ttl": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD, "nt": ox.RdfFormat.N_TRIPLES, "rdf": ox.RdfFormat.RDF_XML}
MEDIA = {"ttl": "text/turtle", "jsonld": "application/ld+json", "nt": "application/n-triples", "rdf": "application/rdf+xml"}


def client(folder: Folder, store: Store | None = None, **options: Any) -> TestClient:
    made = routes(store or open_store(folder), folder, Names.of(folder), **options)
    return TestClient(Starlette(routes=made), base_url="http://localhost", follow_redirects=False)


@pytest.fixture(scope="module")
def web(folder: Folder, store: Store) -> Iterator[TestClient]:
    with client(folder, store) as one:
        yield one


@pytest.fixture(scope="module")
def iris(store: Store) -> list[str]:
    """Every thing, claim, passage and term of the data."""
    rows = store.ask(f"SELECT DISTINCT ?iri WHERE {{ ?iri a ?kind FILTER(STRSTARTS(STR(?iri), '{BASE}')) }} ORDER BY ?iri").rows
    return [plain(row["iri"]) for row in rows if not plain(row["iri"]).startswith(BASE + "ontology/")]


def parsed(data: bytes, suffix: str) -> set[str]:
    """The triples of a document as text; blank nodes would make two readings differ, so there must be none."""
    found = [quad.triple for quad in ox.parse(data, format=RDF[suffix])]
    assert not any(isinstance(term, ox.BlankNode) for triple in found for term in (triple.subject, triple.object))
    return set(map(str, found))


def subjects(data: bytes, suffix: str) -> set[str]:
    return {quad.subject.value for quad in ox.parse(data, format=RDF[suffix]) if isinstance(quad.subject, ox.NamedNode)}


def embedded(text: str) -> Any:
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', text, re.S)
    assert found
    return json.loads(found[1])


def test_the_iris_of_the_data_dereference(web: TestClient, iris: list[str]) -> None:
    assert len(iris) > 2500
    ontology = subjects(web.get("/ontology", headers={"accept": "text/turtle"}).content, "ttl")
    # Of the claims every third: they are all alike.
    claims = [iri for iri in iris if iri.startswith(BASE + "claim/")]
    for iri in [*sorted({*iris} - {*claims}), *claims[::3]]:
        path = iri.removeprefix(BASE).partition("#")[0]
        if path == "ontology":
            assert iri in ontology
            continue
        moved = web.get(f"/{path}", headers={"accept": "text/turtle"})
        assert (moved.status_code, moved.headers["vary"]) == (303, "Accept"), iri
        there = web.get(f"/{path.partition('/')[0]}/{moved.headers['location']}")
        assert there.status_code == 200 and iri in subjects(there.content, "ttl"), iri
        assert there.headers["link"] == f'<{iri}>; rel="canonical"'


def test_a_sample_in_every_format_says_the_same(web: TestClient, iris: list[str], store: Store) -> None:
    sample = [iri for iri in iris if "#" not in iri and iri != BASE + "ontology"][::60]
    for iri in sample:
        path = "/" + iri.removeprefix(BASE)
        read = {suffix: web.get(f"{path}.{suffix}") for suffix in RDF}
        triples = {suffix: parsed(answer.content, suffix) for suffix, answer in read.items()}
        assert triples["ttl"] == triples["jsonld"] == triples["nt"] == triples["rdf"], iri
        own = {str(ox.Triple(ox.NamedNode(iri), row["p"], row["o"])) for row in store.ask(f"SELECT ?p ?o {{ <{iri}> ?p ?o }}").rows}  # type: ignore[arg-type]
        pointing = {str(ox.Triple(row["s"], row["p"], ox.NamedNode(iri))) for row in store.ask(f"SELECT ?s ?p {{ ?s ?p <{iri}> }}").rows}  # type: ignore[arg-type]
        assert own | pointing <= triples["nt"]
        for suffix, answer in read.items():
            assert answer.headers["content-type"].partition(";")[0] == MEDIA[suffix]
        shown = web.get(f"{path}.html")
        assert shown.status_code == 200 and embedded(shown.text) == read["jsonld"].json()


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning")  # rdflib's own reader of JSON-LD
def test_other_parsers_read_the_documents(web: TestClient) -> None:
    import rdflib

    counts = set()
    for suffix, format in (("ttl", "turtle"), ("jsonld", "json-ld"), ("nt", "nt"), ("rdf", "xml")):
        counts.add(len(rdflib.Graph().parse(data=web.get(f"/id/battle-of-lake-khasan.{suffix}").content, format=format)))
    assert len(counts) == 1 and counts.pop() > 200


@pytest.mark.parametrize(("accept", "suffix"), [
    ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "html"), ("*/*", "html"), (None, "html"), ("text/turtle", "ttl"),
    ("application/ld+json", "jsonld"), ("application/json", "jsonld"), ("application/rdf+xml", "rdf"), ("application/n-triples", "nt"),
    ("text/html;q=0.1, text/turtle;q=0.9", "ttl"), ("application/*;q=0.5, text/turtle;q=0.2", "jsonld"), ("text/html;q=0, */*", "ttl"),
])
def test_accept_decides(web: TestClient, accept: str | None, suffix: str) -> None:
    headers = {"accept": accept} if accept is not None else {"accept": ""}
    moved = web.get("/id/manchukuo", headers=headers)
    assert (moved.status_code, moved.headers["location"], moved.headers["vary"]) == (303, f"../id/manchukuo.{suffix}", "Accept")
    ontology = web.get("/ontology", headers=headers)
    assert ontology.headers["content-type"].partition(";")[0] == {**MEDIA, "html": "text/html"}[suffix] and ontology.headers["vary"] == "Accept"


@pytest.mark.parametrize("path", [
    "/id/nothing", "/id/nothing.html", "/id/nothing.ttl", "/claim/x", "/passage/x.rdf", "/id/", "/id/.html", "/id/..%2F..%2Fetc%2Fpasswd", "/id/a%20b.ttl",
    "/id/%3Cscript%3E.html", "/id/x%3E%20%3Fp%20%3Fo%20%7D%20%23.ttl", "/id/x%00", "/id/manchukuo.exe", "/claim/manchukuo.html", "/kind/x.html",
    "/ontology.exe", "/graph.exe", "/static/picture.js", "/ask/nothing", "/ask/causal-network.csv",
])
def test_what_is_not_there_is_told_to_people_and_machines(web: TestClient, path: str) -> None:
    told = web.get(path)
    assert (told.status_code, told.headers["content-type"]) == (404, "application/problem+json"), told.text
    document = told.json()
    assert document["status"] == 404 and document["title"] == "Not Found" and document["detail"] and "Traceback" not in told.text
    shown = web.get(path, headers={"accept": "text/html"})
    assert shown.status_code == 404 and shown.headers["content-type"] == "text/html; charset=utf-8" and "<h1>Not found</h1>" in shown.text
    assert shown.headers["content-security-policy"] == page.POLICY and shown.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/static/..%2Ftemplates%2Fpicture.js", "/static/%2e%2e/page/frame.py", "/ask/..%2F..%2FREADME", "/id/x%0Ay", "/ask/%2e%2e"])
def test_no_path_leads_out(web: TestClient, path: str) -> None:
    assert web.get(path).status_code == 404


def test_a_type_that_is_not_offered_is_not_acceptable(web: TestClient) -> None:
    for path in ("/id/manchukuo", "/ontology", "/ask/wars", "/ask"):
        assert web.get(path, headers={"accept": "image/png"}).status_code == 406
    assert web.get("/ask/causal-network", headers={"accept": "text/csv"}).status_code == 406


def test_only_reading_is_allowed(web: TestClient) -> None:
    for path in ("/", "/id/manchukuo", "/ask/wars", "/openapi.json"):
        assert web.post(path).status_code == 405
        assert web.head(path, headers={"accept": "text/html"}).status_code == web.get(path, headers={"accept": "text/html"}).status_code


PATHS = ["/", "/id/manchukuo.html", "/id/manchukuo.ttl", "/claim/lead-06-1.jsonld", "/passage/lead-05.html", "/ontology.html", "/ontology.rdf", "/kinds",
         "/kind/Battle.html", "/ask", "/ask/wars", "/ask/wars.csv", "/openapi.json", "/network", "/find?q=lake", "/suggest?q=lake", "/static/page.css", "/graph.nt", "/favicon.ico"]


@pytest.mark.parametrize("path", PATHS)
def test_what_a_client_has_is_not_sent_again(web: TestClient, path: str) -> None:
    first = web.get(path, headers={"accept-encoding": "identity"})
    assert first.status_code == 200 and re.fullmatch(r'"[0-9a-f]{32}"', first.headers["etag"])
    assert "max-age=" in first.headers["cache-control"]
    tag = first.headers["etag"]
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*", tag[:-1] + '-gzip"'):
        again = web.get(path, headers={"if-none-match": given, "accept-encoding": "identity"})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag), given
    assert web.get(path, headers={"if-none-match": '"other"', "if-modified-since": first.headers["last-modified"]}).status_code == 200
    assert web.get(path, headers={"if-modified-since": first.headers["last-modified"]}).status_code == 304
    for since in (formatdate(0, usegmt=True), "yesterday", "Tue, 99 Foo 2026 00:00:00 GMT", ""):
        assert web.get(path, headers={"if-modified-since": since}).status_code == 200
    packed = web.get(path, headers={"accept-encoding": "gzip"})
    assert packed.headers["etag"] == tag[:-1] + '-gzip"'


def test_pages_have_a_strict_policy(web: TestClient) -> None:
    for path in PATHS:
        answer = web.get(path, headers={"accept": "text/html"})
        if answer.headers["content-type"].startswith("text/html"):
            policy = answer.headers["content-security-policy"]
            assert policy.startswith("default-src 'none'") and "unsafe" not in policy and "frame-ancestors 'none'" in policy, path
            if path != "/network":
                assert policy == page.POLICY


class Links(HTMLParser):
    """What a page links to or loads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name in ("href", "src", "action")]


def test_no_link_of_ours_is_dead(web: TestClient) -> None:
    found: dict[str, list[str]] = {}
    for path in ("/", "/id/kanchazu-island-incident.html", "/claim/lead-06-1.html", "/passage/lead-06.html", "/kinds", "/find?q=khasan", "/ask/client-states"):
        answer = web.get(path, headers={"accept": "text/html"})
        for link in Links(answer.text).found:
            if "://" not in link and not link.startswith("#"):
                url = answer.url.join(link)
                found.setdefault(re.sub(r"[^/]+$", "", url.path), []).append(str(url).partition("#")[0])
    assert {"/", "/id/", "/claim/", "/passage/", "/kind/", "/ask/", "/static/"} <= set(found)
    # Of each sort of page some; that each thing, claim and passage dereferences is tried above.
    some = {url for urls in found.values() for url in list(dict.fromkeys(urls))[:12] if not url.endswith(("/sparql", "/editor"))}
    assert {url for url in some if web.get(url, headers={"accept": "text/html"}).status_code != 200} == set()


def test_anchors_of_the_ontology_that_pages_link_to_exist(web: TestClient) -> None:
    anchors = set(re.findall(r' id="([^"]+)"', web.get("/ontology.html").text))
    links = [link for path in ("/claim/lead-06-1.html", "/id/manchukuo.html", "/ontology.html") for link in Links(web.get(path).text).found]
    wanted = {link.partition("#")[2] for link in links if "ontology.html#" in link or link.startswith("#")} - {"main"}
    assert wanted - anchors == set() and len(wanted) > 50


@pytest.mark.parametrize("base", ["https://conflicts.example.org/kg", "https://conflicts.example.org/kg/"])
def test_with_a_base_no_page_names_the_machine(folder: Folder, store: Store, base: str) -> None:
    one = client(folder, store, base=base)
    for path in PATHS:
        answer = one.get(path, headers={"accept": "text/html"})
        assert "localhost" not in answer.text and "127.0.0.1" not in answer.text and "localhost" not in str(answer.headers), path
    assert '<link rel="canonical" href="https://conflicts.example.org/kg/ask">' in one.get("/ask").text
    assert '<link rel="canonical" href="https://w3id.org/khalkhin/id/manchukuo">' in one.get("/id/manchukuo.html").text
    assert one.get("/openapi.json").json()["servers"] == [{"url": "https://conflicts.example.org/kg"}]
    assert one.get("/id/manchukuo").headers["location"] == "../id/manchukuo.html"


@pytest.mark.parametrize("name", ["causes-of-event", "causal-network", "losses-denied"])
def test_an_answer_comes_in_every_format(web: TestClient, name: str, folder: Folder, store: Store) -> None:
    query = questions(folder)[name]
    answer = store.ask(query.text)
    for format, spec in FORMATS.items():
        if answer.kind not in spec.kinds:
            continue
        got = web.get(f"/ask/{name}.{spec.suffix}")
        assert (got.status_code, got.headers["content-type"].partition(";")[0]) == (200, spec.media)
        assert web.get(f"/ask/{name}.{format}").content == got.content
        if format not in ("table", "html"):
            assert got.text == answer.text(format, Names.of(folder).prefixes)
            if spec.media in ("text/csv", "application/sparql-results+json", "text/turtle", "application/rdf+xml"):
                by_accept = web.get(f"/ask/{name}", headers={"accept": spec.media})
                assert by_accept.content == got.content and by_accept.headers["vary"] == "Accept"


@pytest.mark.parametrize("name", ["causes-of-event", "causal-network", "losses-denied"])
def test_what_a_question_promises_is_sent_as_it_was_asked_for(web: TestClient, name: str) -> None:
    operation = web.get("/openapi.json").json()["paths"][f"/ask/{name}"]["get"]
    promised = list(operation["responses"]["200"]["content"])
    assert "text/html" in promised and "application/json" in promised and len(promised) > 5
    for media in promised:
        got = web.get(f"/ask/{name}", headers={"accept": media})
        assert (got.status_code, got.headers["content-type"].partition(";")[0]) == (200, media)
    others = {"text/csv", "text/tab-separated-values", "text/markdown", "text/turtle"} - {*promised}
    for media in others:
        refused = web.get(f"/ask/{name}", headers={"accept": media})
        named = refused.json()["detail"].partition("accept one of ")[2].split(", ")
        assert refused.status_code == 406 and {*named} == {*promised}
    assert bool(others) and ("text/csv" in others) == (name != "causes-of-event")


def test_values_are_bound_as_terms(web: TestClient) -> None:
    for text in ("Battle of Lake Khasan", "battle-of-lake-khasan", "id:battle-of-lake-khasan", "Q697579", BASE + "id/battle-of-lake-khasan"):
        rows = list(csv.DictReader(io.StringIO(web.get("/ask/causes-of-event.csv", params={"event": text}).text)))
        assert {row["effectLabel"] for row in rows} == {"Battle of Lake Khasan"}, text
    default = web.get("/ask/causes-of-event.csv").text
    assert web.get("/ask/causes-of-event.csv", params={"event": ""}).text == default != ""
    dated = web.get("/ask/states-on-a-day.csv", params={"asOf": "1925-01-01"})
    assert dated.status_code == 200 and "Manchukuo" not in dated.text
    for wrong, status in (({"event": "no such thing at all"}, 404), ({"other": "1"}, 400), ({"event": ["a", "b"]}, 400), ({"event": "Manchukuo"}, 400),
                          ({"event": "} INSERT"}, 404), ({"event": 'x" } #'}, 404)):
        assert web.get("/ask/causes-of-event.csv", params=wrong).status_code == status, wrong
    assert web.get("/ask/states-on-a-day.csv", params={"asOf": "1925-13-01"}).status_code == 400


def test_openapi_describes_every_question(web: TestClient, folder: Folder) -> None:
    described = web.get("/openapi.json").json()
    validate(described)
    for name, query in questions(folder).items():
        operation = described["paths"][f"/ask/{name}"]["get"]
        assert [p["name"] for p in operation["parameters"]] == [p.name for p in query.parameters]
        formats = described["paths"][f"/ask/{name}.{{format}}"]["get"]["parameters"][0]["schema"]["enum"]
        assert formats == [spec.suffix for one, spec in FORMATS.items() if query.kind in spec.kinds and one != "table"]
    name = "causes-of-event"
    for media in described["paths"][f"/ask/{name}"]["get"]["responses"]["200"]["content"]:
        assert web.get(f"/ask/{name}", headers={"accept": media}).status_code == 200, media
    assert [q["name"] for q in web.get("/ask", headers={"accept": "application/json"}).json()] == list(questions(folder))


def test_a_new_question_is_everywhere_at_once_with_reload(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    one, still = client(folder, reload=True), client(folder)
    assert one.get("/ask/new.csv").status_code == 404 and still.get("/ask").status_code == 200
    shutil.copy(folder.queries / "wars.rq", folder.queries / "new.rq")
    assert one.get("/ask/new.csv").text.startswith("war,warLabel,dead")
    assert 'href="ask/new"' in one.get("/ask").text and "/ask/new" in one.get("/openapi.json").json()["paths"]
    assert one.get("/ask").headers["cache-control"] == "no-cache"
    assert 'href="ask/new"' not in still.get("/ask").text


def test_a_broken_question_is_told(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    (folder.queries / "broken.rq").write_text("SELECT ?x WHERE { ?x ex:p }", encoding="utf-8")
    told = client(folder).get("/ask/broken.csv")
    # Its author's fault, not that of who asks.
    assert (told.status_code, told.headers["content-type"]) == (500, "application/problem+json") and "ex:" in told.json()["detail"]
    assert "/ask/broken" not in told.json()["detail"] and str(tmp_path) not in told.text


@pytest.mark.parametrize("content", [b"no query at all", b"SELECT \xff", b"#+ rows: many\nASK {}", b"DROP ALL"])
def test_a_file_that_is_no_question_is_left_out_and_noted(content: bytes, tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    for reload in (True, False):
        noted: list[str] = []
        one = client(folder, reload=reload, note=noted.append)
        (folder.queries / "broken.rq").write_bytes(content)
        for path in ("/", "/ask", "/openapi.json", "/ask/wars.csv", "/id/long-war.html"):
            assert one.get(path).status_code == 200, path
        assert [line.count("broken.rq") for line in noted] == [1] and str(tmp_path) not in noted[0]
        for accept in ("text/html", "*/*"):
            told = one.get("/ask/broken", headers={"accept": accept})
            assert told.status_code == 500 and "broken.rq: " in told.text and str(tmp_path) not in told.text
        (folder.queries / "broken.rq").write_text("ASK {}", encoding="utf-8")
        assert one.get("/ask/broken.srj").status_code == (200 if reload else 500)
        (folder.queries / "broken.rq").unlink()
        assert one.get("/ask/broken").status_code == (404 if reload else 500) and len(noted) == 1


def test_the_editor_has_the_other_questions_where_one_is_broken(tmp_path: Path) -> None:
    from kg.web import editor

    folder = small.make(tmp_path)
    (folder.queries / "broken.rq").write_text("no query", encoding="utf-8")
    with TestClient(Starlette(routes=editor.routes(open_store(folder), folder, Names.of(folder)))) as one:
        assert [q["name"] for q in one.get("/editor/words.json").json()["questions"]] == ["beginnings", "of-war", "wars"]


@pytest.mark.parametrize("content", [None, "<nonsense"])
def test_pages_outlive_the_description_of_the_data_set(content: str | None, tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    text = small.DATASET.replace("void:Dataset ;", 'void:Dataset ; <http://purl.org/dc/terms/title> "A title of its own" ;')
    folder.dataset_file.write_text(text, encoding="utf-8")
    one = client(folder)
    folder.dataset_file.unlink()
    if content is not None:
        folder.dataset_file.write_text(content, encoding="utf-8")
    for path in ("/", "/id/long-war.html", "/ask", "/openapi.json"):
        got = one.get(path, headers={"accept": "text/html"} if path != "/openapi.json" else {})
        assert got.status_code == 200 and "A title of its own" in got.text, path


def test_the_files_of_the_pages_are_served(web: TestClient) -> None:
    types = {"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml"}
    for name in page.STATIC:
        got = web.get(f"/static/{name}")
        assert (got.status_code, got.headers["content-type"], got.content) == (200, types[name], page.static(name))
    assert web.get("/favicon.ico").headers["content-type"] == "image/svg+xml"


def test_suggestions_are_json(web: TestClient) -> None:
    some = web.get("/suggest", params={"q": "khas", "kind": "event"}).json()
    assert {"value": "Battle of Lake Khasan", "label": "", "iri": BASE + "id/battle-of-lake-khasan"} in some and len(some) <= 20
    assert web.get("/suggest", params={"q": "x" * 3000, "kind": '"} #'}).json() == []


def test_the_whole_graph_can_be_had(web: TestClient, store: Store) -> None:
    triples = len(store.ask("CONSTRUCT WHERE { ?s ?p ?o }"))
    for suffix in RDF:
        assert len(parsed(web.get(f"/graph.{suffix}").content, suffix)) == triples


def test_the_network_is_made_once_for_each_state(folder: Folder, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    import kg.network

    made, real, state = [], kg.network.network, [0]
    monkeypatch.setattr(kg.network, "network", lambda store: made.append(1) or real(store))
    one = client(folder, store, generation=lambda: state[0])
    first = one.get("/network")
    assert first.text == one.get("/network").text and len(made) == 1
    assert "script-src 'sha256-" in first.headers["content-security-policy"]
    state[0] = 1
    one.get("/network")
    assert len(made) == 2


class Counting:
    """A store that counts what it is asked."""

    def __init__(self, inner: Store) -> None:
        self.inner, self.asked = inner, 0

    def ask(self, text: str, where: str | None = None, added: int = 0) -> Answer:
        self.asked += 1
        return self.inner.ask(text, where, added)

    def rdflib(self) -> Any:
        raise AssertionError


def test_what_many_ask_for_at_once_is_made_once(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []

    def slowly(*of: object) -> str:
        made.append("")
        time.sleep(0.3)
        return "<html></html>"

    monkeypatch.setattr("kg.page.kinds", slowly)
    monkeypatch.setattr("kg.network.network", slowly)
    monkeypatch.setattr("kg.picture.fitting", lambda graph: graph)
    monkeypatch.setattr("kg.picture.detailed", lambda graph, *more: graph)
    monkeypatch.setattr("kg.picture.page", lambda graph, title: graph)
    with client(folder) as one, ThreadPoolExecutor() as many:
        for path in ("kinds", "network"):
            made.clear()
            assert [reply.status_code for reply in many.map(one.get, [f"/{path}"] * 4)] == [200] * 4
            assert len(made) == 1


def test_what_a_route_takes_no_notice_of_makes_no_page_anew(folder: Folder, store: Store) -> None:
    counted = Counting(store)
    one = client(folder, counted)
    first = one.get("/kinds")
    asked = counted.asked
    assert one.get("/kinds?x=1").text == one.get("/kinds?x=2").text == first.text and counted.asked == asked
    assert one.get("/find?q=tank").text != one.get("/find?q=river").text


def test_a_client_whose_pages_wait_holds_up_no_other(folder: Folder, store: Store) -> None:
    """Its requests wait for their turn; what others ask for, and what needs no store or is made already, comes meanwhile."""
    free = threading.Event()

    class Slow:
        def ask(self, text: str, where: str | None = None, added: int = 0) -> Answer:
            if who.get() == "many":
                free.wait()
            return store.ask(text, where, added)

        def rdflib(self) -> Any:
            return store.rdflib()

    pages = Router(routes=routes(Slow(), folder, Names.of(folder)))

    async def ask(address: str, path: str) -> int:
        who.set(address)
        status: list[int] = []

        async def receive() -> Message:
            return {"type": "http.request"}

        async def send(message: Message) -> None:
            status.append(message.get("status", 0))

        await pages({"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}, receive, send)
        return status[0]

    async def run() -> None:
        many = [asyncio.create_task(ask("many", f"/kind/{n}.html")) for n in range(100)]
        try:
            await asyncio.sleep(0.1)
            async with asyncio.timeout(60):
                assert await ask("one", "/kinds") == 200
                assert await ask("many", "/kinds") == await ask("many", "/static/page.css") == await ask("many", "/favicon.ico") == 200
            assert not any(task.done() for task in many)
        finally:
            free.set()
            await asyncio.gather(*many, return_exceptions=True)

    asyncio.run(run())


def test_a_page_is_made_once_while_nothing_changes(folder: Folder, store: Store) -> None:
    state = [0]
    for reload in (False, True):
        counting = Counting(store)
        one = client(folder, counting, reload=reload, generation=lambda: state[0])
        for path in ("/id/manchukuo.html", "/id/manchukuo.ttl", "/ask/wars", "/ask/wars.csv", "/ask/wars?"):
            first = one.get(path)
            before = counting.asked
            assert before > 0 and one.get(path).content == first.content
            assert (counting.asked > before) is reload
            state[0] += 1
            one.get(path)
            assert counting.asked > before
        assert one.get("/ask/wars", headers={"accept": "text/csv"}).text.startswith("war,"), "what is kept is kept by its media type"


def test_what_is_kept_has_a_bound() -> None:
    kept = Kept[bytes](10, len)
    for name, size in (("a", 4), ("b", 4), ("a", 4), ("c", 4)):
        kept.put(name, bytes(size))
    assert (kept.get("a"), kept.get("b"), kept.get("c"), kept.taken) == (bytes(4), None, bytes(4), 8)
    kept.put("d", bytes(11))
    assert (kept.get("d"), kept.taken) == (None, 0)


def test_a_server_shows_the_state_after_an_update(tmp_path: Path) -> None:
    where = store_on_disk(tmp_path / "store", f'<{BASE}id/x> <http://www.w3.org/2000/01/rdf-schema#label> "before"@en .')
    with serving("--store", str(where), "--writable", "--token-file", str(token_file(tmp_path / "token"))) as server:
        first = server.ask("GET", "/id/x.html", headers={"Accept-Encoding": "gzip"})
        assert first.status == 200 and first.headers["Content-Encoding"] == "gzip" and b"<h1><bdi>before</bdi></h1>" in gzip.decompress(first.body)
        tag = first.headers["ETag"]
        assert tag.endswith('-gzip"')
        again = server.ask("GET", "/id/x.html", headers={"Accept-Encoding": "gzip", "If-None-Match": tag})
        assert (again.status, again.body) == (304, b"")
        head = server.ask("HEAD", "/id/x.html")
        assert (head.status, head.body, head.headers["Content-Security-Policy"]) == (200, b"", page.POLICY)
        done = server.update(f'DELETE DATA {{ <{BASE}id/x> rdfs:label "before"@en }} ; INSERT DATA {{ <{BASE}id/x> rdfs:label "after"@en }}'
                             .replace("rdfs:label", "<http://www.w3.org/2000/01/rdf-schema#label>"))
        assert done.status in (200, 204)
        later = server.ask("GET", "/id/x.html", headers={"If-None-Match": tag})
        assert later.status == 200 and b"<h1><bdi>after</bdi></h1>" in later.body
        shown = server.query("SELECT ?l WHERE { ?s ?p ?l }", "text/html")
        assert shown.status == 200 and "<td>after</td>" in shown.text and shown.headers["Content-Security-Policy"] == page.POLICY
        assert server.ask("GET", "/ask/wars.csv").text.startswith("war,")


@pytest.mark.parametrize("path", hostile.paths())
def test_hostile_data_makes_no_page_fail(path: str, odd: TestClient) -> None:
    answer = odd.get(path, headers={"accept": "text/html"})
    assert answer.status_code in (200, 400, 404) and "<script>window" not in answer.text and "<img" not in answer.text
    assert answer.headers["content-security-policy"] == page.POLICY


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    return client(hostile.make(tmp_path_factory.mktemp("hostile")))


def test_hostile_data_comes_in_every_format_or_is_refused(odd: TestClient) -> None:
    for n in range(len(hostile.HOSTILE)):
        read = {suffix: odd.get(f"/id/t{n}.{suffix}") for suffix in RDF}
        assert parsed(read["ttl"].content, "ttl") == parsed(read["nt"].content, "nt") == parsed(read["jsonld"].content, "jsonld")
        # XML has no place for some characters, not even escaped: then that is said.
        assert read["rdf"].status_code in (200, 422)
    assert {odd.get(f"/id/t{n}.rdf").status_code for n in range(len(hostile.HOSTILE))} == {200, 422}


def test_things_with_odd_names_are_reached(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    odd = ["a.b", "a.ttl", "a/b", "é", "日本", "a;b", "a?b", "a#b", "a'b", "..", "a+b", "a&b"]
    with open(folder.triples, "a", encoding="utf-8") as file:
        file.writelines(f'<http://example.org/id/{name}> rdfs:label "{n}"@en .\n' for n, name in enumerate(odd))
    store, names = open_store(folder), Names.of(folder)
    one = client(folder, store)
    addresses = Addresses(names, folder)
    for n, name in enumerate(odd):
        iri = "http://example.org/id/" + name
        path = addresses.path(iri)
        assert path is not None
        answer = one.get("/" + path)
        assert answer.status_code == 200 and f"<h1><bdi>{n}</bdi></h1>" in answer.text, (name, path, answer.status_code)


def test_a_name_that_ends_like_a_document_dereferences(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    with open(folder.triples, "a", encoding="utf-8") as file:
        file.writelines(f'<http://example.org/id/{name}> rdfs:label "{name}"@en .\n' for name in ("a.ttl", "page.html", "long-war.html", "b.html.ttl"))
    one = client(folder)
    for name in ("a.ttl", "page.html", "b.html.ttl"):
        for accept, suffix in (("text/html", "html"), ("text/turtle", "ttl")):
            moved = one.get(f"/id/{name}", headers={"accept": accept})
            assert (moved.status_code, moved.headers["location"]) == (303, f"../id/{name}.{suffix}"), name
        assert one.get(f"/id/{name}.ttl").status_code == one.get(f"/id/{name}.html").status_code == 200
    # Where there is such a document, the address is that of the document.
    assert "<h1><bdi>Long War</bdi></h1>" in one.get("/id/long-war.html").text
    assert one.get("/id/nothing.html").status_code == 404
