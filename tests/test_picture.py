"""The page of a network, in a real browser: offline, safe, complete, and of use without a mouse and without a picture."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from playwright.sync_api import Browser, Page, sync_playwright

import kg
from kg.layout import layout
from kg.network import network
from kg.picture import page
from kg.store import Store

HOSTILE = [
    "</script><script>window.broken = 1</script>",
    '<img src="x" onerror="window.broken = 1">',
    '<a href="javascript:window.broken=1">href</a>',
    "{{ 7 * 7 }} ${7 * 7} <!-- ]]> &amp; \u2028 \u2029",
    "\u202eright to left\u202c",
    "',\"`\\\\ \x00 \x1b[31m",
    "x" * 10_000,
    "戦争 война мандал",
]


@pytest.fixture(scope="module")
def browser(tool: Callable[[str], list[str]]) -> Iterator[Browser]:
    path = tool("chromium")[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


class Opened:
    """A page in the browser with the network cut, and everything that went wrong on it."""

    def __init__(self, browser: Browser, path: Path, **options: Any) -> None:
        self.context = browser.new_context(offline=True, **options)
        self.page: Page = self.context.new_page()
        self.wrong: list[str] = []
        self.page.on("request", lambda request: None if request.url == path.as_uri() else self.wrong.append(request.url))
        self.page.on("console", lambda message: self.wrong.append(message.text))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.add_init_script("document.addEventListener('securitypolicyviolation', (e) => console.error('policy: ' + e.violatedDirective))")
        self.page.goto(path.as_uri())
        self.page.wait_for_selector("body[data-ready]", state="attached")

    def shown(self, rows: str) -> int:
        return int(self.page.evaluate("(rows) => [...document.querySelectorAll(rows)].filter((row) => !row.hidden).length", rows))


@pytest.fixture(scope="module")
def graph(store: Store) -> nx.MultiDiGraph[str]:
    return network(store)


@pytest.fixture(scope="module")
def html(graph: nx.MultiDiGraph[str]) -> str:
    return page(graph, "The whole network")


@pytest.fixture
def opened(browser: Browser, html: str, tmp_path: Path) -> Iterator[Callable[..., Opened]]:
    every: list[Opened] = []

    def open_(text: str = html, **options: Any) -> Opened:
        path = tmp_path / f"page{len(every)}.html"
        path.write_text(text, encoding="utf-8")
        every.append(Opened(browser, path, **options))
        return every[-1]

    yield open_
    for one in every:
        one.context.close()


def test_the_same_graph_gives_the_same_page(graph: nx.MultiDiGraph[str], html: str) -> None:
    assert page(graph, "The whole network") == html
    assert page(graph, "The whole network", seed=2) != html


def test_nothing_is_fetched_and_nothing_goes_wrong(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.page.wait_for_timeout(300)
    assert one.wrong == []


def test_the_policy_lets_only_our_scripts_run(html: str, opened: Callable[..., Opened]) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy and "default-src 'none'" in policy[1].replace("&#39;", "'") and "unsafe" not in policy[1]
    other = opened(html.replace("</body>", "<script>window.broken = 1</script></body>"))
    assert other.page.evaluate("window.broken") is None
    assert other.wrong  # the browser tells of what it did not run


def test_picture_and_tables_hold_the_network(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    drawn = one.page.evaluate("kgPicture.nodes.get().map((n) => [n.iri, n.name, n.x, n.y])")
    laid = layout(graph).positions
    assert {iri: (x, y) for iri, _, x, y in drawn} == {iri: (pytest.approx(x), pytest.approx(y)) for iri, (x, y) in laid.items()}
    links = one.page.evaluate(
        "kgPicture.edges.get().map((e) => [kgPicture.nodes.get(e.from).iri, e.kind, kgPicture.nodes.get(e.to).iri, e.arrows])")
    assert sorted(links) == sorted([s, d["label"], t, "to"] for s, t, d in graph.edges(data=True))
    assert one.page.evaluate("kgPicture.network.physics.physicsEnabled") is False
    rows = one.page.eval_on_selector_all("tr[data-id]", "rows => rows.map((row) => [...row.cells].map((cell) => cell.textContent))")
    assert sorted(rows) == sorted([d["label"], d["kind"], d["earliest"], d["latest"]] for _, d in graph.nodes(data=True))
    rows = one.page.eval_on_selector_all("tr[data-from]", "rows => rows.map((row) => [...row.cells].slice(0, 3).map((cell) => cell.textContent))")
    assert sorted(rows) == sorted(
        [graph.nodes[s]["label"], d["label"], graph.nodes[t]["label"]] for s, t, d in graph.edges(data=True))


def test_the_picture_of_a_day_marks_what_is_uncertain(opened: Callable[..., Opened], store: Store) -> None:
    graph = network(store, day=date(1939, 7, 1))
    one = opened(page(graph, "Then"))
    assert one.wrong == [] and one.page.title() == one.page.inner_text("h1") == "Then, as of 1939-07-01"
    heads = one.page.eval_on_selector_all("thead tr", "rows => rows.map((row) => row.lastElementChild.textContent)")
    assert heads == ["On 1939-07-01", "On 1939-07-01"]
    rows = one.page.eval_on_selector_all("tr[data-id]", "rows => rows.map((row) => [row.cells[0].textContent, row.cells[4].textContent])")
    assert sorted(rows) == sorted([d["label"], d["as_of"]] for _, d in graph.nodes(data=True))
    assert {word for _, word in rows} == {"certain", "uncertain", "over"}
    rows = one.page.eval_on_selector_all("tr[data-from]", "rows => rows.map((row) => row.cells[4].textContent)")
    assert sorted(rows) == sorted(d["as_of"] for *_, d in graph.edges(data=True)) and set(rows) == {"certain", "uncertain"}
    dashed = one.page.evaluate("kgPicture.edges.get().filter((e) => e.then === 'uncertain').map((e) => e.dashes)")
    assert len(dashed) == rows.count("uncertain") and all(dashed)
    node = one.page.evaluate("kgPicture.nodes.get().find((n) => n.then === 'uncertain').id")
    one.page.evaluate("(id) => kgPicture.pick(id)", node)
    assert "uncertain that day" in one.page.inner_text("#card")


def test_names_show_at_first_sight_and_more_when_enlarged(opened: Callable[..., Opened]) -> None:
    one = opened(viewport={"width": 1280, "height": 800})
    first = int(one.page.get_attribute("#picture", "data-names") or 0)
    assert 20 < first < 150
    for _ in range(3):
        one.page.click("#closer")
    one.page.wait_for_timeout(200)
    scale = one.page.evaluate("kgPicture.network.getScale()")
    one.page.click("#whole")
    one.page.wait_for_timeout(200)
    assert one.page.evaluate("kgPicture.network.getScale()") < scale


def test_the_legend_filters_picture_and_tables(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    places = {node for node, data in graph.nodes(data=True) if data["group"] == "Place"}
    assert places
    one.page.uncheck('input[data-group="Place"]')
    assert one.page.evaluate("kgPicture.nodes.get().filter((n) => n.hidden).map((n) => n.iri)").__len__() == len(places)
    assert one.shown("tr[data-id]") == len(graph) - len(places)
    kept = sum(s not in places and t not in places for s, t in graph.edges())
    assert one.shown("tr[data-from]") == kept
    assert one.page.inner_text("#count") == f"{len(graph) - len(places)} things, {kept} links"
    one.page.check('input[data-group="Place"]')
    assert one.shown("tr[data-id]") == len(graph)


def test_a_thing_is_found_and_its_links_are_told(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    node = "https://w3id.org/khalkhin/id/battle-of-lake-khasan"
    one.page.fill("#find", "BATTLE of lake khásan")
    one.page.press("#find", "Enter")
    assert one.page.inner_text("#card h2") == "Battle of Lake Khasan"
    lines = one.page.eval_on_selector_all("#card li", "items => items.map((item) => item.textContent)")
    assert len(lines) == graph.in_degree(node) + graph.out_degree(node)
    passages = {d["passage"].rpartition("/")[2] for *_, d in [*graph.in_edges(node, data=True), *graph.out_edges(node, data=True)]}
    assert all(any(passage in line for line in lines) for passage in passages)
    named = one.page.evaluate("kgPicture.edges.get().filter((e) => e.label).length")
    assert named == len(lines), "its links, and only they, bear their names"
    one.page.fill("#find", "no such thing")
    one.page.press("#find", "Enter")
    assert "Nothing of that name" in one.page.inner_text("#card")


def test_the_tables_drive_the_picture_from_the_keyboard(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.page.keyboard.press("Tab")
    assert one.page.evaluate("document.activeElement.className") == "skip"
    one.page.locator("summary").first.focus()
    one.page.keyboard.press("Enter")
    button = one.page.locator("button[data-node]").first
    button.focus()
    one.page.keyboard.press("Enter")
    assert one.page.inner_text("#card h2") == button.inner_text()
    assert one.page.evaluate("kgPicture.network.getSelectedNodes().length") == 1


def test_a_click_on_a_link_tells_what_it_says(opened: Callable[..., Opened]) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for name in "ab":
        graph.add_node(name, label=f"Thing {name}", kind="act", group="Act", earliest="", begun="", latest="")
    graph.add_edge("a", "b", label="causes", predicate="https://example.org/#causes", passage="https://example.org/passage/one-01")
    graph.add_edge("b", "a", label="answers", predicate="https://example.org/#answers", passage="https://example.org/passage/one-02")
    one = opened(page(graph, "Two"))
    spot = one.page.evaluate("""() => {
        const [a, b] = kgPicture.nodes.getIds().map((id) => kgPicture.network.canvasToDOM(kgPicture.network.getPosition(id)));
        const box = document.getElementById("picture").getBoundingClientRect();
        return [box.x + (a.x + b.x) / 2, box.y + (a.y + b.y) / 2];
    }""")
    one.page.mouse.click(*spot)
    one.page.wait_for_selector("#card li")
    lines = one.page.eval_on_selector_all("#card li", "items => items.map((item) => item.textContent)")
    assert sorted(lines) == ["Thing a — causes — Thing b one-01", "Thing b — answers — Thing a one-02"]


def test_markup_in_names_stays_text(opened: Callable[..., Opened]) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for n, name in enumerate(HOSTILE):
        iri = "javascript:window.broken=1" if n == 0 else f"https://example.org/{n}"
        graph.add_node(iri, label=name, kind=name, group="Act", earliest="", begun="", latest="")
    nodes = list(graph)
    for n, name in enumerate(HOSTILE):
        graph.add_edge(nodes[n], nodes[n - 1], label=name, predicate=name, claim=name, passage=name, certainty=name, basis=name, according_to=name)
    one = opened(page(graph, HOSTILE[0]))
    names = one.page.evaluate("kgPicture.nodes.get().map((n) => n.name)")
    assert sorted(names) == sorted(HOSTILE)
    for n in range(len(HOSTILE)):
        one.page.evaluate("(n) => kgPicture.pick('n' + n)", n)
        one.page.wait_for_timeout(20)
    assert one.page.evaluate("window.broken") is None
    assert one.page.evaluate("document.querySelectorAll('img, a:not(.skip), iframe, #card script').length") == 0
    assert one.page.inner_text("h1") == HOSTILE[0]
    assert one.wrong == []
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [360, 1280, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_every_screen(width: int, scheme: str, opened: Callable[..., Opened]) -> None:
    one = opened(viewport={"width": width, "height": 800}, color_scheme=scheme)
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
    box = one.page.locator("#picture").bounding_box()
    assert box and box["width"] > width * 0.5 and box["height"] > 300
    assert one.wrong == []


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2, definition of it) of a colour as rgb(r, g, b)."""
    parts = [int(n) / 255 for n in re.findall(r"\d+", colour)[:3]]
    red, green, blue = (n / 12.92 if n <= 0.04045 else ((n + 0.055) / 1.055) ** 2.4 for n in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(scheme: str, opened: Callable[..., Opened]) -> None:
    one = opened(color_scheme=scheme)
    paper = one.page.evaluate("getComputedStyle(document.body).backgroundColor")
    for where in ("body", "#count", "#legend p", "#card p", "button", "input"):
        ink = one.page.evaluate("(where) => getComputedStyle(document.querySelector(where)).color", where)
        light, dark = sorted((luminance(ink), luminance(paper)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, f"{where}: {ink} on {paper}"


def test_every_control_has_a_name(opened: Callable[..., Opened]) -> None:
    one = opened()
    unnamed = one.page.evaluate("""() => [...document.querySelectorAll("button, input, summary, [role=region], [role=group]")]
        .filter((e) => !(e.getAttribute("aria-label") || e.textContent.trim() || (e.labels && e.labels.length))).map((e) => e.outerHTML)""")
    assert unnamed == []
    assert one.page.evaluate("document.documentElement.lang") == "en"
    assert one.page.title() == "The whole network"


def test_an_empty_network_is_a_page(opened: Callable[..., Opened]) -> None:
    one = opened(page(nx.MultiDiGraph(), "Nothing"))
    assert one.page.inner_text("#count") == "0 things, 0 links"
    assert one.wrong == []


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(browser: Browser, tmp_path: Path) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for n, label in enumerate(HOSTILE):
        graph.add_node(f"urn:{n}", label=label, kind=label, group="Other", earliest="", begun="", latest="")
        graph.add_edge(f"urn:{n}", "urn:0", label=label, predicate="urn:p")
    graph.add_node("urn:ford", label="Ford", kind="place", group="Place", earliest="", begun="", latest="")
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f'<!DOCTYPE html><meta charset="utf-8"><body>{page(graph, HOSTILE[0])._repr_html_()}<p id="after">after</p>', encoding="utf-8")
    context = browser.new_context(offline=True)
    shown, wrong = context.new_page(), []
    shown.on("request", lambda request: None if request.url == notebook.as_uri() else wrong.append(request.url))
    shown.on("console", lambda message: wrong.append(message.text))
    shown.on("pageerror", lambda error: wrong.append(str(error)))
    shown.goto(notebook.as_uri())
    frame = shown.frames[1]
    frame.wait_for_selector("body[data-ready]", state="attached")
    frame.fill("#find", "Ford")
    frame.press("#find", "Enter")
    frame.wait_for_selector("#card h2:text-is('Ford')")
    assert [shown.inner_text("#after"), frame.inner_text("h1")] == ["after", HOSTILE[0]]
    assert [f.evaluate("window.broken") for f in shown.frames] == [None, None]
    assert frame.evaluate("(() => { try { return parent.document.title } catch (error) { return error.name } })()") == "SecurityError"
    assert (len(shown.frames), wrong) == (2, [])
    context.close()


def test_what_lies_around_a_thing_and_a_question_are_drawn(root: Path, opened: Callable[..., Opened]) -> None:
    graph = kg.open(root)
    for options in ({"around": "manchukuo", "depth": 1}, {"query": "direct-causes"}):
        expected = graph.network(**options)  # type: ignore[arg-type]
        one = opened(kg.draw(graph, **options))
        assert one.page.evaluate("kgPicture.nodes.length") == len(expected) > 5
        assert one.wrong == []
