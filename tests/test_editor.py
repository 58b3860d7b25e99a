"""The SPARQL editor, in a real browser against a running server: it asks nobody else, completes our words, and serves a keyboard."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

import served
from kg.folder import Folder
from kg.names import Names
from kg.query import questions
from kg.store import Store
from served import Served

HOSTILE = """
<http://x.org/a> <http://x.org/says> "<img src=x onerror='window.broken=1'>", "<script>window.broken=1</script>"@en, "{{ 7 * 7 }}<svg onload='window.broken=1'>",
  "<a href='javascript:window.broken=1'>here</a>", <javascript:window.broken=1>, <data:text/html,broken>, "\\u202Eright to left" .
<http://x.org/a> <http://www.w3.org/2000/01/rdf-schema#label> "<img src=x onerror='window.broken=1'>" .
<https://w3id.org/khalkhin/id/a> <http://www.w3.org/2000/01/rdf-schema#label> "<img src=x onerror='window.broken=1'>" .
"""


@pytest.fixture(scope="module")
def server(root: Path) -> Iterator[Served]:
    with served.serving("--folder", str(root)) as server:
        yield server


class Editor:
    """The editor in the browser, with every request to another server and everything that went wrong."""

    def __init__(self, browser: Browser, server: Served, fragment: str, **options: Any) -> None:
        self.context = browser.new_context(**options)
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(20_000)
        self.foreign: list[str] = []
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page.on("request", lambda request: (self.asked if request.url.startswith(server.address) else self.foreign).append(request.url))
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.goto(f"{server.address}editor{fragment}")
        self.page.wait_for_selector("#editor[data-ready]", state="attached")

    @property
    def text(self) -> str:
        return str(self.page.evaluate("document.querySelector('#query .CodeMirror').CodeMirror.getValue()"))

    @property
    def status(self) -> str:
        return self.page.inner_text("#status")

    def write(self, text: str) -> None:
        """Types into an empty editor."""
        self.page.click("#query .CodeMirror")
        self.page.keyboard.press("Control+A")
        self.page.keyboard.press("Delete")
        self.page.keyboard.type(text)

    def put(self, text: str) -> None:
        self.page.evaluate("(text) => document.querySelector('#query .CodeMirror').CodeMirror.setValue(text)", text)

    def run(self) -> str:
        """Runs the query and returns what is then said of the answer."""
        self.page.click("#run")
        expect(self.page.locator("#run")).to_have_text("Run")
        expect(self.page.locator("#status")).not_to_have_text("Running …")
        return self.status

    def hints(self) -> list[str]:
        self.page.wait_for_selector(".CodeMirror-hints li")
        return [str(text) for text in self.page.locator(".CodeMirror-hints li").all_inner_texts()]

    def quiet(self) -> None:
        """Nothing was asked of another server, and nothing went wrong."""
        assert (self.foreign, self.wrong) == ([], [])


@pytest.fixture
def opened(browser: Browser, server: Served) -> Iterator[Callable[..., Editor]]:
    every: list[Editor] = []

    def open_(fragment: str = "", at: Served = server, **options: Any) -> Editor:
        every.append(Editor(browser, at, fragment, **options))
        return every[-1]

    yield open_
    for one in every:
        one.context.close()


def test_the_page_loads_its_own_files_and_says_so(server: Served) -> None:
    page = server.ask("GET", "/editor")
    assert (page.status, page.media) == (200, "text/html")
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self' 'sha256-") and "unsafe" not in policy
    files = re.findall(r'(?:src|href)="(editor/[^"]+)"', page.text)
    assert len(files) == 4
    for name in files:
        file = server.ask("GET", f"/{name}")
        assert file.status == 200 and "immutable" in file.headers["Cache-Control"]
        assert file.media == ("text/css" if ".css" in name else "text/javascript")
        again = server.ask("GET", f"/{name}", headers={"If-None-Match": file.headers["ETag"]})
        assert (again.status, again.body) == (304, b"")
        assert "immutable" not in server.ask("GET", f"/{name.partition('?')[0]}").headers["Cache-Control"]


@pytest.mark.parametrize("name", ["editor.py", "..%2Fweb%2Feditor.py", "%2e%2e/stamp", "yasgui.style", "%00"])
def test_no_other_file_is_given(server: Served, name: str) -> None:
    assert server.ask("GET", f"/editor/{name}").status == 404


def test_words_are_those_of_the_data(server: Served, folder: Folder) -> None:
    reply = server.ask("GET", "/editor/words.json")
    words = json.loads(reply.text)
    assert words["prefixes"] == Names.of(folder).prefixes
    assert {one["name"]: one["title"] for one in words["questions"]} == {name: query.title for name, query in questions(folder).items()}
    assert [one["name"] for one in words["questions"] if re.search(r"^#\+", one["text"], re.M)] == []
    terms = {(short, kind): (label, names) for short, kind, label, names in words["terms"]}
    assert terms["kg:Battle", "class"][0] == "battle"
    assert ("kg:causes", "property") in terms and ("rdfs:label", "property") in terms and ("rdf:type", "property") in terms
    assert terms["id:tauran-incident", "thing"][0] == "Tauran incident"
    assert "Халхин-Гол" in terms["id:battles-of-khalkhin-gol", "thing"][1]
    assert not [short for short, _ in terms if short.startswith(("claim:", "passage:"))]
    assert server.ask("GET", "/editor/words.json", headers={"If-None-Match": reply.headers["ETag"]}).status == 304


def test_a_question_is_chosen_and_answered(opened: Callable[..., Editor], server: Served, store: Store, folder: Folder) -> None:
    editor = opened()
    editor.page.select_option("#question", "causes-of-event")
    question = questions(folder)["causes-of-event"]
    assert "VALUES ?event" in editor.text and editor.page.inner_text("#about") == question.about
    rows = list(store.ask(question.text).rows)
    assert editor.run().startswith(f"{len(rows)} rows in ")
    assert editor.page.locator(".yasr_results tbody tr").count() == len(rows)
    links = editor.page.evaluate("[...document.querySelectorAll('.yasr_results a.iri')].map((a) => [a.textContent, a.href, a.target])")
    things = [(href, target) for text, href, target in links if text.startswith("id:")]
    assert things and all(re.fullmatch(re.escape(server.address) + r"id/[\w-]+\.html", href) and not target for href, target in things)
    assert editor.page.url == f"{server.address}editor#question=causes-of-event"
    editor.quiet()


def test_each_kind_of_iri_links_to_where_it_is_told_of(opened: Callable[..., Editor], server: Served) -> None:
    editor = opened()
    pages = {
        "https://w3id.org/khalkhin/ontology#causes": "ontology.html#causes",
        "https://w3id.org/khalkhin/id/soviet-union": "id/soviet-union.html",
        "https://w3id.org/khalkhin/passage/china-04": "passage/china-04.html",
        "https://w3id.org/khalkhin/id/../../sparql?query=x": "id/..%2F..%2Fsparql%3Fquery%3Dx.html",
    }
    elsewhere = ["http://www.wikidata.org/entity/Q1", "https://w3id.org/khalkhin/id/"]
    editor.put("SELECT * { VALUES ?iri { " + " ".join(f"<{iri}>" for iri in (*pages, *elsewhere)) + " } }")
    editor.run()
    found = editor.page.evaluate("[...document.querySelectorAll('.yasr_results td a.iri')].map((a) => a.href)")
    assert sorted(found) == sorted([*(server.address + page for page in pages.values()), *elsewhere])
    assert server.ask("GET", "/id/soviet-union.html").status == 200
    editor.quiet()


def test_graphs_and_yes_or_no(opened: Callable[..., Editor]) -> None:
    editor = opened()
    editor.put("CONSTRUCT { ?a <http://x.org/p> ?b } WHERE { VALUES (?a ?b) { (<http://x.org/a> <http://x.org/b>) } }")
    assert editor.run().startswith("1 row")
    editor.put("CONSTRUCT WHERE { ?a <http://x.org/nothing> ?b }")
    assert not editor.run().startswith("Running")
    editor.put("ASK { ?a ?b ?c }")
    editor.run()
    assert "True" in editor.page.inner_text("#results")
    editor.quiet()


def test_what_is_wrong_with_a_query_is_said_in_a_sentence(opened: Callable[..., Editor]) -> None:
    editor = opened()
    editor.put("SELECT ?x WHERE { ?x nothing:here ?y }")
    said = editor.run()
    assert "nothing:" in said and "{" not in said
    assert said in editor.page.inner_text("#results")
    editor.put("INSERT DATA { <http://x.org/a> <http://x.org/b> 1 }")
    assert "read-only" in editor.run()
    assert editor.foreign == []


def test_words_are_completed(opened: Callable[..., Editor]) -> None:
    editor = opened()
    editor.write("SELECT * WHERE { ?x a kg:Batt")
    assert [hint for hint in editor.hints() if hint.startswith("kg:Battle battle")]
    editor.page.keyboard.press("Enter")
    assert editor.text.startswith("PREFIX kg: <https://w3id.org/khalkhin/ontology#>\n") and "?x a kg:Battle" in editor.text
    editor.page.keyboard.type(" . ?y a ")
    editor.page.keyboard.press("Control+Space")
    assert all(re.match(r"kg:[A-Z]", hint) for hint in editor.hints()[:10])
    editor.quiet()


@pytest.mark.parametrize(("name", "found"), [("Tauran", "id:tauran-incident"), ("Халхин", "id:battles-of-khalkhin-gol")])
def test_a_name_in_any_language_becomes_a_thing(opened: Callable[..., Editor], name: str, found: str) -> None:
    editor = opened()
    editor.write(f"SELECT * WHERE {{ ?x kg:partOf {name}")
    editor.page.keyboard.press("Control+Space")
    hints = [hint.split()[0] for hint in editor.hints()]
    assert found in hints
    for _ in range(hints.index(found)):
        editor.page.keyboard.press("ArrowDown")
    editor.page.keyboard.press("Enter")
    assert editor.text.endswith(f"?x kg:partOf {found}") and "PREFIX id: <https://w3id.org/khalkhin/id/>" in editor.text
    editor.quiet()


def test_a_link_holds_the_query_and_cannot_say_where_it_goes(opened: Callable[..., Editor], server: Served) -> None:
    text = "SELECT (1 AS ?one) WHERE {}"
    fragment = "#query=" + quote(text) + "&endpoint=" + quote("http://127.0.0.1:9/sparql", safe="") + "&requestMethod=GET&defaultGraph=http://x.org/"
    editor = opened(fragment)
    assert editor.text == text
    assert [url for url in editor.asked if "/sparql" in url] == [], "a link alone runs nothing"
    assert editor.run().startswith("1 row")
    assert [url for url in editor.asked if "/sparql" in url] == [f"{server.address}sparql"]
    assert "endpoint" not in editor.page.url
    again = opened("#" + editor.page.url.partition("#")[2])
    assert again.text == text
    again.page.evaluate("location.hash = '#question=wars&endpoint=http://127.0.0.1:9/'")
    expect(again.page.locator("#question")).to_have_value("wars")
    assert again.run().split()[1] in ("row", "rows")
    editor.quiet()
    again.quiet()


def test_the_link_is_copied(opened: Callable[..., Editor], server: Served) -> None:
    editor = opened(permissions=["clipboard-read", "clipboard-write"])
    editor.put("ASK {}")
    editor.page.click("#copy")
    expect(editor.page.locator("#status")).to_have_text("The link is copied.")
    assert editor.page.url == f"{server.address}editor#query=ASK+%7B%7D"
    assert editor.page.evaluate("navigator.clipboard.readText()") == editor.page.url


def test_a_query_is_stopped(opened: Callable[..., Editor]) -> None:
    editor = opened()
    editor.page.route("**/sparql", lambda route: None)  # never answered
    editor.page.click("#run")
    expect(editor.page.locator("#run")).to_have_text("Stop")
    editor.page.click("#run")
    expect(editor.page.locator("#status")).to_have_text("Stopped.")
    assert editor.page.inner_text("#run") == "Run"


def test_the_keyboard_reaches_everything_and_is_not_trapped(opened: Callable[..., Editor]) -> None:
    editor = opened("#question=wars")
    page = editor.page
    page.focus("#question")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#query') !== null")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector(".yasr_results tbody tr")
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("(document.activeElement.id || document.activeElement.getAttribute('aria-label') || document.activeElement.textContent).trim()"))
    assert reached[:2] == ["run", "copy"]
    assert {"Shows Table view", "Shows Response view", "Filter query results", "Download Results"} <= set(reached)
    page.focus("#run")
    page.keyboard.press("Shift+Tab")
    assert page.evaluate("document.activeElement.closest('#query') !== null")
    editor.quiet()


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_accessible_and_fits(opened: Callable[..., Editor], width: int, scheme: str) -> None:
    editor = opened("#question=client-states", viewport={"width": width, "height": 800}, color_scheme=scheme)

    def check(when: str) -> None:
        found = Axe().run(editor.page)
        assert found.violations_count == 0, f"{when}: {found.generate_report()}"
        assert editor.page.evaluate("document.documentElement.scrollWidth") <= width, when

    check("at first")
    editor.run()
    check("with an answer")
    editor.page.click(".select_response")
    editor.page.wait_for_selector(".yasr_results .CodeMirror")
    check("with the response")
    editor.write("SELECT * WHERE { ?x a kg:B")
    assert editor.hints()
    check("with words to choose from")
    editor.page.keyboard.press("Escape")
    editor.quiet()
    editor.put("SELECT nonsense")
    editor.run()
    check("with an error")


def test_hostile_values_do_nothing(opened: Callable[..., Editor], tmp_path: Path) -> None:
    with served.serving("--store", str(served.store(tmp_path / "store", HOSTILE))) as server:
        editor = opened(at=server)
        for text in ("SELECT * WHERE { ?s ?p ?o }", "CONSTRUCT WHERE { ?s ?p ?o }"):
            editor.put(text)
            assert editor.run().startswith("9 rows")
            for view in (".select_response", ".select_table"):
                editor.page.click(view)
                editor.page.wait_for_timeout(200)
        addresses = editor.page.evaluate("[...document.querySelectorAll('#results [href], #results [src]')].map((one) => one.href || one.src)")
        assert [address for address in addresses if not address.startswith("http")] == []
        editor.write("SELECT * WHERE { ?x ?y img")
        editor.page.keyboard.press("Control+Space")
        assert "<img src=x" in " ".join(editor.hints())
        assert editor.page.evaluate("window.broken") is None
        assert editor.foreign == []
