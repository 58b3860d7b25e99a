"""The pages in a real browser: nothing runs but ours, nothing is fetched from elsewhere, and everybody can read and use them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route
from starlette.testclient import TestClient

import hostile
from browsing import contrast
from kg.folder import Folder
from kg.store import Store
from served import serving
from test_pages import client

HOME = "http://pages.example"
PATHS = ["/", "/id/battles-of-khalkhin-gol.html", "/claim/lead-06-1.html", "/passage/lead-05.html", "/ontology.html", "/kinds", "/kind/Battle.html",
         "/ask", "/ask/causes-of-event", "/ask/states-on-a-day", "/ask/causal-network", "/ask/losses-denied", "/find?q=khasan", "/id/nothing.html"]
LONG = [[".term ~ .term ~ .term ~ .term"], [".claims > li:nth-child(n+8)"], [".columns > li:nth-child(n+8)"], [".tree .tree .tree .tree"]]
"""What comes after the first of many that are alike: it would only take axe a minute more."""
LEVELS = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
MODES = [(360, "light", LEVELS), (1280, "dark", {"type": "rule", "values": ["color-contrast"]}), (2560, "light", None)]
"""Width, colours, and what axe looks for: all of it once, and in the other colours what depends on them."""


@pytest.fixture(scope="module")
def web(folder: Folder, store: Store) -> TestClient:
    return client(folder, store)


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    return client(hostile.make(tmp_path_factory.mktemp("hostile")))


class Opened:
    """A page in the browser, whose requests a client of the application answers, and everything that went wrong on it."""

    def __init__(self, browser: Browser, web: TestClient, path: str, **options: Any) -> None:
        self.web, self.wrong, self.asked = web, [], []  # type: tuple[TestClient, list[str], list[str]]
        self.context = browser.new_context(**options)
        self.page: Page = self.context.new_page()
        self.page.route("**/*", self._answer)
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.add_init_script("document.addEventListener('securitypolicyviolation', (e) => console.error('policy: ' + e.violatedDirective))")
        self.page.goto(HOME + path)

    def _answer(self, route: Route) -> None:
        url = route.request.url
        if not url.startswith(HOME + "/"):
            self.wrong.append(url)
            route.abort()
            return
        self.asked.append(url.removeprefix(HOME))
        answer = self.web.get(url.removeprefix(HOME), headers={"accept": route.request.headers.get("accept", "*/*"), "accept-encoding": "identity"})
        route.fulfill(status=answer.status_code, headers=dict(answer.headers), body=answer.content)


@pytest.fixture
def opened(browser: Browser, web: TestClient) -> Iterator[Callable[..., Opened]]:
    every: list[Opened] = []

    def open_(path: str, answers: TestClient = web, **options: Any) -> Opened:
        every.append(Opened(browser, answers, path, **options))
        return every[-1]

    yield open_
    for one in every:
        one.context.close()


def said(wrong: list[str]) -> list[str]:
    """What went wrong, without the browser's line on the status of the page itself."""
    return [text for text in wrong if "the server responded with a status of 40" not in text]


@pytest.mark.parametrize("path", PATHS)
def test_it_reads_well_for_all(path: str, opened: Callable[..., Opened]) -> None:
    for width, scheme, rules in MODES:
        one = opened(path, viewport={"width": width, "height": 900}, color_scheme=scheme)
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} at {width} pixels"
        assert said(one.wrong) == []
        if rules:
            found = Axe().run(one.page, context={"exclude": LONG}, options={"runOnly": rules})
            wrong = [(rule["id"], [node["html"][:200] for node in rule["nodes"]][:3]) for rule in found.response["violations"]]
            assert wrong == [], f"{path} {width} {scheme}"
        one.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(scheme: str, opened: Callable[..., Opened]) -> None:
    one = opened("/id/battles-of-khalkhin-gol.html", color_scheme=scheme)
    pairs = one.page.evaluate("""() => {
        const paper = (element) => {
            for (; element; element = element.parentElement) {
                const colour = getComputedStyle(element).backgroundColor;
                if (colour !== "rgba(0, 0, 0, 0)") return colour;
            }
        };
        return ["body", "a", ".cite", ".mark", ".mark.odds", ".kind a", "aside dt", "aside a", "button", "h3 a", "figcaption", "footer", "svg text", "svg .relation"]
            .map((where) => [where, document.querySelector(where)])
            .map(([where, element]) => [where, element.matches("svg *") ? getComputedStyle(element).fill : getComputedStyle(element).color, paper(element)]);
    }""")
    for where, ink, paper in pairs:
        assert contrast(ink, paper) >= 4.5, f"{where}: {ink} on {paper}"


def test_nothing_goes_wrong_on_a_running_server(browser: Browser, folder: Folder) -> None:
    wrong: list[str] = []
    with serving() as server:
        context = browser.new_context()
        shown = context.new_page()
        shown.on("console", lambda message: wrong.append(message.text))
        shown.on("request", lambda request: None if request.url.startswith(server.address) else wrong.append(request.url))
        for path in ("", "id/manchukuo", "ask/causes-of-event", "network", "ontology#Battle"):
            shown.goto(server.address + path)
            shown.wait_for_load_state("networkidle")
            assert shown.inner_text("h1"), path
        context.close()
    assert wrong == []


def test_axe_would_tell(opened: Callable[..., Opened]) -> None:
    one = opened("/kinds")
    one.page.evaluate("() => { const link = document.querySelector('main a'); link.style.color = '#bbb'; document.documentElement.removeAttribute('lang'); }")
    found = {rule["id"] for _, _, rules in MODES[:2] for rule in Axe().run(one.page, options={"runOnly": rules}).response["violations"]}
    assert {"color-contrast", "html-has-lang"} <= found


def test_it_works_from_the_keyboard(opened: Callable[..., Opened]) -> None:
    one = opened("/")
    one.page.keyboard.press("Tab")
    assert one.page.evaluate("document.activeElement.className") == "skip"
    one.page.keyboard.press("Enter")
    assert one.page.evaluate("document.activeElement.id") == "main"
    one.page.focus("#q")
    width = one.page.evaluate("parseFloat(getComputedStyle(document.activeElement).outlineWidth)")
    one.page.keyboard.type("khasan")
    assert width >= 2, "who uses keys sees where they are"
    one.page.keyboard.press("Enter")
    one.page.wait_for_url("**/find?q=khasan")
    one.page.get_by_role("link", name="Battle of Lake Khasan", exact=True).first.click()
    one.page.wait_for_url("**/id/battle-of-lake-khasan.html")
    assert one.page.inner_text("h1") == "Battle of Lake Khasan" and one.wrong == []


def test_a_form_suggests_and_asks(opened: Callable[..., Opened]) -> None:
    one = opened("/ask/causes-of-event")
    field = one.page.get_by_label("an event", exact=True)
    field.fill("")
    with one.page.expect_response("**/suggest?q=chokoho*"):
        field.type("chokoho")
    # At first the field offers all events; then those that have what is typed in a name.
    one.page.wait_for_selector("#l-event option:only-child[value='Battle of Lake Khasan']", state="attached")
    field.fill("Battle of Lake Khasan")
    one.page.get_by_role("button", name="Ask").click()
    one.page.wait_for_url("**/ask/causes-of-event?event=Battle+of+Lake+Khasan")
    assert "Battle of Lake Khasan" in one.page.inner_text("tbody") and one.page.input_value("#p-event") == "Battle of Lake Khasan"
    assert one.wrong == [] and any(path.startswith("/suggest?") for path in one.asked)


def test_it_works_without_scripts(opened: Callable[..., Opened]) -> None:
    one = opened("/ask/causes-of-event", java_script_enabled=False)
    one.page.get_by_label("an event", exact=True).fill("Battle of Lake Khasan")
    one.page.get_by_role("button", name="Ask").click()
    one.page.wait_for_url("**/ask/causes-of-event?event=Battle+of+Lake+Khasan")
    assert "Battle of Lake Khasan" in one.page.inner_text("tbody")


def test_an_iri_leads_a_person_to_its_page(opened: Callable[..., Opened]) -> None:
    one = opened("/id/manchukuo.html")
    one.page.get_by_role("link", name="Empire of Japan").first.click()
    one.page.wait_for_url("**/id/empire-of-japan.html")
    one.page.goto(HOME + "/ontology.html#ClientRelation")
    assert one.page.evaluate("document.querySelector(':target h3').textContent").startswith("client relation")
    assert one.wrong == []


def test_the_network_runs_under_its_policy(opened: Callable[..., Opened]) -> None:
    one = opened("/network")
    one.page.wait_for_selector("body[data-ready]", state="attached")
    assert one.wrong == []


def test_it_can_be_printed(opened: Callable[..., Opened]) -> None:
    one = opened("/id/battle-of-lake-khasan.html", color_scheme="dark")
    one.page.emulate_media(media="print")
    assert one.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"
    assert not one.page.is_visible("nav[aria-label=Main]") and one.page.is_visible("h1")


@pytest.mark.parametrize("path", hostile.paths())
def test_hostile_data_runs_nowhere(path: str, opened: Callable[..., Opened], odd: TestClient) -> None:
    one = opened(path, odd, viewport={"width": 360, "height": 800})
    assert one.page.evaluate("window.broken") is None
    assert said(one.wrong) == []
    scripts = one.page.eval_on_selector_all("script:not([type])", "scripts => scripts.map((script) => script.src)")
    assert [re.sub(r"\?.*", "", script) for script in scripts] == [f"{HOME}/static/page.js"]
    assert one.page.evaluate("document.querySelectorAll('img, iframe, object, embed, style, [onload], [onerror], [onmouseover]').length") == 0
    assert one.page.evaluate("[...document.querySelectorAll('[href]')].filter((e) => !/^https?:/.test(e.href.baseVal ? new URL(e.href.baseVal, location) : e.href)).length") == 0
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_the_browser_would_tell_of_a_script_that_is_not_ours(opened: Callable[..., Opened]) -> None:
    one = opened("/kinds")
    one.page.evaluate("""() => {
        const script = document.createElement("script");
        script.textContent = "window.broken = 1";
        document.body.append(script);
    }""")
    assert one.page.evaluate("window.broken") is None and any("policy: script-src" in text for text in one.wrong)
