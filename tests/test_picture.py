"""The page of a network, in a real browser: offline, safe, complete, and of use without a mouse and without a picture."""

from __future__ import annotations

import io
import re
import zlib
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

import kg
from browsing import HOSTILE, Opened, contrast
from kg import asof
from kg.causes import causes
from kg.causes.chains import chains
from kg.layout import layout
from kg.names import Names
from kg.network import network
from kg.picture import LIMIT, detailed, fitting, page
from kg.show import show
from kg.store import Store

ID = "https://w3id.org/khalkhin/id/"
GOL, TAURAN, PACT = ID + "battles-of-khalkhin-gol", ID + "tauran-incident", ID + "neutrality-pact-signing"


@pytest.fixture(scope="module")
def names(folder: Any) -> Names:
    return Names.of(folder)


@pytest.fixture(scope="module")
def around(store: Store, names: Names) -> str:
    """The page of what lies around one incident."""
    return page(detailed(network(store, around=TAURAN), store, names), "Tauran incident")


@pytest.fixture
def opened(opener: Callable[..., Opened], html: str) -> Callable[..., Opened]:
    return lambda text=html, fragment="", **options: opener(text, fragment, **options)


def bare(label: str, group: str = "Act", **data: str) -> dict[str, str]:
    """A node of a network as small as can be."""
    return {"label": label, "kind": "act", "group": group, "earliest": "", "begun": "", "latest": "", **data}


def two() -> nx.MultiDiGraph[str]:
    """Two things and two links between them."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for name in "ab":
        graph.add_node(f"urn:{name}", **bare(f"Thing {name}"))
    graph.add_edge("urn:a", "urn:b", label="causes", predicate="https://example.org/#causes", passage="https://example.org/passage/one-01")
    graph.add_edge("urn:b", "urn:a", label="answers", predicate="https://example.org/#answers", passage="https://example.org/passage/one-02")
    return graph


def on_chains(store: Store, effect: str, cause: str | None = None) -> set[str]:
    """All events on any chain that `kg why --all` would tell."""
    found = chains(causes(store), {effect}, {cause} if cause else None)
    return {end for chain in found for link in chain.links for end in (link.cause, link.effect)}


def test_the_same_graph_gives_the_same_page(graph: nx.MultiDiGraph[str], html: str) -> None:
    assert page(graph, "The whole network") == html
    assert page(graph, "The whole network", seed=2) != html


def test_the_whole_knowledge_graph_stays_small(html: str) -> None:
    assert len(html.encode()) < 2_000_000


def test_nothing_is_fetched_and_nothing_goes_wrong(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.page.wait_for_timeout(300)
    one.page.click("#whole")
    one.page.check("input[value=map]")
    one.page.wait_for_timeout(100)
    assert one.wrong == []


def test_the_policy_lets_only_our_scripts_run(html: str, opened: Callable[..., Opened]) -> None:
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', html)
    assert policy and "default-src 'none'" in policy[1].replace("&#39;", "'") and "unsafe" not in policy[1]
    other = opened(html.replace("</body>", "<script>window.broken = 1</script></body>"))
    assert other.page.evaluate("window.broken") is None
    assert other.wrong  # the browser tells of what it did not run


def test_picture_and_tables_hold_the_network(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    drawn = one.page.evaluate("kgPicture.picture.nodes.get().map((n) => [kgPicture.things.get(n.id).iri, kgPicture.things.get(n.id).name, n.x, n.y])")
    laid = layout(graph).positions
    assert {iri: name for iri, name, _, _ in drawn} == {iri: d["label"] for iri, d in graph.nodes(data=True)}
    assert {iri: (x, y) for iri, _, x, y in drawn} == {iri: (pytest.approx(x), pytest.approx(y)) for iri, (x, y) in laid.items()}
    bundles = one.page.evaluate("[...kgPicture.picture.bundles.values()].flat().map((e) => [kgPicture.things.get(e.from).iri, e.kind, kgPicture.things.get(e.to).iri])")
    assert sorted(bundles) == sorted([s, d["label"], t] for s, t, d in graph.edges(data=True))
    assert one.page.evaluate("kgPicture.picture.edges.length") == len({frozenset(pair) for pair in graph.edges()})
    assert one.page.evaluate("kgPicture.picture.network.physics.physicsEnabled") is False
    rows = one.page.eval_on_selector_all("tr[data-id]", "rows => rows.map((row) => [...row.cells].slice(0, 2).map((cell) => cell.textContent))")
    told = graph.graph["details"]["things"]
    called = {node: d["label"] + (" (did not happen)" if told[node].get("prevented") else "") for node, d in graph.nodes(data=True)}
    assert sorted(rows) == sorted([called[node], d["kind"]] for node, d in graph.nodes(data=True))
    assert len([name for name in called.values() if name.endswith("(did not happen)")]) > 3
    rows = one.page.eval_on_selector_all("tr[data-link]", "rows => rows.map((row) => [...row.cells].slice(0, 3).map((cell) => cell.textContent))")
    assert sorted(rows) == sorted([called[s], d["label"], called[t]] for s, t, d in graph.edges(data=True))
    cells = dict(one.page.eval_on_selector_all("tr[data-id]", "rows => rows.map((row) => [row.dataset.id, [row.cells[2].textContent, row.cells[3].textContent]])"))
    assert cells[one.number(GOL)] == ["May 1939", "between 1 August 1939 and 30 September 1939"]
    one.equal()


def test_the_picture_of_a_day_marks_what_is_uncertain(opened: Callable[..., Opened], store: Store, names: Names) -> None:
    graph = detailed(network(store, day=date(1939, 7, 1)), store, names)
    one = opened(page(graph, "Then"))
    assert one.wrong == [] and one.page.title() == one.page.inner_text("h1") == "Then, as of 1939-07-01"
    heads = one.page.eval_on_selector_all("#twin thead tr", "rows => rows.map((row) => row.lastElementChild.textContent)")
    assert heads == ["On 1939-07-01", "On 1939-07-01"]
    rows = one.page.eval_on_selector_all("tr[data-id]", "rows => rows.map((row) => [row.cells[0].textContent, row.cells[4].textContent])")
    assert sorted(rows) == sorted([d["label"] + (" (did not happen)" if graph.graph["details"]["things"][node].get("prevented") else ""), d["as_of"]]
                                  for node, d in graph.nodes(data=True))
    assert {word for _, word in rows} == {"certain", "uncertain", "over"}
    rows = one.page.eval_on_selector_all("tr[data-link]", "rows => rows.map((row) => row.cells[4].textContent)")
    assert sorted(rows) == sorted(d["as_of"] for *_, d in graph.edges(data=True)) and set(rows) == {"certain", "uncertain"}
    dashed = one.page.evaluate("kgPicture.links.filter((e) => e.then === 'uncertain').map((e) => e.dashes)")
    assert len(dashed) == rows.count("uncertain") and all(dashed)
    node = one.page.evaluate("[...kgPicture.things.values()].find((n) => n.then === 'uncertain').iri")
    one.pick(node)
    assert "uncertain that day" in one.page.inner_text("#card")
    one.pick(GOL)
    stood = asof.claims(store, date(1939, 7, 1))
    apart = one.page.locator("#card details .claims > li").evaluate_all("all => all.map((li) => li.dataset.claim)")
    before = one.page.locator("#card > .claims > li").evaluate_all("all => all.map((li) => li.dataset.claim)")
    of = lambda name: stood["https://w3id.org/khalkhin/claim/" + name.removeprefix("claim:")]  # noqa: E731
    assert apart and before and {of(name) for name in apart} <= {"not yet", "over"} and {of(name) for name in before} <= {"certain", "uncertain"}
    assert "August 1939" not in one.page.inner_text("#card .kind")


def test_names_show_at_first_sight_and_more_when_enlarged(opened: Callable[..., Opened]) -> None:
    one = opened(viewport={"width": 1280, "height": 800})
    first = int(one.page.get_attribute("#picture", "data-names") or 0)
    assert 20 < first < 150
    boxes = one.page.evaluate("kgPicture.picture.names(kgPicture.picture.network.getScale(), ...kgPicture.picture.corners()).map((n) => n.rect)")
    assert len(boxes) == first
    over = [(a, b) for n, a in enumerate(boxes) for b in boxes[:n]
            if not (a["right"] < b["left"] or a["left"] > b["right"] or a["bottom"] < b["top"] or a["top"] > b["bottom"])]
    assert over == []
    for _ in range(3):
        one.page.click("#closer")
    one.page.wait_for_timeout(200)
    scale = one.page.evaluate("kgPicture.picture.network.getScale()")
    within = """() => { const { things, view, picture } = kgPicture; const [from, to] = picture.corners();
        const inside = [...things.values()].filter((t) => t.x > from.x && t.x < to.x && t.y > from.y && t.y < to.y).length;
        return +picture.box.dataset.names / inside }"""
    assert one.page.evaluate(within) > first / 328
    one.page.click("#whole")
    one.page.wait_for_timeout(200)
    assert one.page.evaluate("kgPicture.picture.network.getScale()") < scale


def test_nothing_lies_far_away(graph: nx.MultiDiGraph[str]) -> None:
    xs, ys = (sorted(values) for values in zip(*layout(graph).positions.values(), strict=True))
    for values in (xs, ys):
        assert max(b - a for a, b in pairwise(values)) < 0.15 * (values[-1] - values[0])


def test_the_legend_filters_by_kind_of_thing(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    places = {node for node, data in graph.nodes(data=True) if data["group"] == "Place"}
    assert places
    one.page.uncheck('input[data-group="Place"]')
    one.settle()
    assert one.iris("[...kgPicture.things.keys()].filter((id) => !kgPicture.view.shows(id))") == places
    kept = sum(s not in places and t not in places for s, t in graph.edges())
    assert one.page.inner_text("#count") == f"{len(graph) - len(places)} things, {kept} links"
    one.equal()
    one.page.check('input[data-group="Place"]')
    one.settle()
    assert one.shown("tr[data-id]") == len(graph)


def test_the_legend_filters_by_kind_of_relation(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    causal = {"causes", "contributes to", "enables", "motivates", "prevents"}
    one.page.uncheck('input[data-family="cause"]')
    one.settle()
    assert one.shown("tr[data-link]") == sum(d["label"] not in causal for *_, d in graph.edges(data=True))
    one.equal()
    one.page.locator("summary[aria-label^='causes']").click()
    one.page.check('input[data-kind="causes"]')
    one.settle()
    assert one.shown("tr[data-link]") == sum(d["label"] not in causal - {"causes"} for *_, d in graph.edges(data=True))
    assert one.page.evaluate("document.querySelector('input[data-family=cause]').indeterminate")
    one.equal()
    one.page.click("#reset")
    one.settle()
    assert one.shown("tr[data-link]") == graph.number_of_edges()


@pytest.mark.parametrize("typed", ["BATTLES of khálkhin gol", "Khalkhin-Gol", "nomonhan", "ノモンハン事件", "Халхин-Голе", "诺门坎", "battles-of-khalkhin-gol"])
def test_a_thing_is_found_by_any_name_in_any_script(typed: str, opened: Callable[..., Opened]) -> None:
    one = opened()
    one.page.focus("#find")
    one.page.keyboard.insert_text(typed)
    one.page.wait_for_selector("#found li")
    assert one.page.get_attribute("#find", "aria-expanded") == "true"
    ids = one.page.evaluate("kgPicture.finder.search(document.getElementById('find').value).map((hit) => kgPicture.things.get(hit.id).iri)")
    place = ids.index(GOL)
    for _ in range(place + 1):
        one.page.keyboard.press("ArrowDown")
    assert one.page.locator("#found [aria-selected=true]").get_attribute("id") == one.page.get_attribute("#find", "aria-activedescendant")
    one.page.keyboard.press("Enter")
    one.settle()
    assert one.page.inner_text("#card h2") == "Battles of Khalkhin Gol"
    assert one.page.get_attribute("#find", "aria-expanded") == "false"


def test_what_is_not_there_is_said_and_what_is_hidden_comes_back(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.page.fill("#find", "no such thing")
    one.page.press("#find", "Enter")
    assert "Nothing of that name" in one.page.inner_text("#found-status")
    one.page.uncheck('input[data-group="Fighting"]')
    one.set(to="1900-01-01")
    one.page.fill("#find", "Tauran incident")
    one.page.press("#find", "Enter")
    one.settle()
    assert one.page.inner_text("#card h2") == "Tauran incident"
    assert one.iris("[kgPicture.view.state.id].filter(kgPicture.view.shows)") == {TAURAN}
    one.equal()


@pytest.mark.parametrize("iri", [GOL, TAURAN, ID + "soviet-union", ID + "joseph-stalin"])
def test_a_card_tells_every_claim_with_its_source(iri: str, opened: Callable[..., Opened], store: Store, names: Names) -> None:
    one = opened()
    one.pick(iri)
    shown = show(store, names, iri)
    items = one.page.eval_on_selector_all("#card .claims > li", "items => items.map((item) => [item.dataset.claim, item.firstElementChild.textContent, item.querySelector('small').textContent])")
    assert sorted(name for name, _, _ in items) == sorted(line.name for line in shown.lines)
    told = {line.name: line for line in shown.lines}
    for name, text, how in items:
        line = told[name]
        assert text == line.text and how.startswith(line.passage)
        assert all(part in how for part in (line.certainty, line.basis, line.who))
    assert one.page.inner_text("#card h2") == shown.title
    hrefs = one.page.eval_on_selector_all("#card a", "all => all.map((a) => a.href)")
    assert hrefs == [link.rpartition(" ")[2].replace("http://www.wikidata.org/entity/", "https://www.wikidata.org/wiki/") for link in shown.links]


def test_figures_of_both_sides_stand_side_by_side(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    one.pick(TAURAN)
    heads = one.page.eval_on_selector_all("#card thead th", "all => all.map((th) => th.textContent)")
    assert len(heads) == 2 and any("Japanese" in head for head in heads) and any("Soviet" in head for head in heads)
    dead = one.page.evaluate("""() => [...document.querySelectorAll("#card .kinds")].find((row) => row.textContent === "dead")
        .nextElementSibling.cells.length && [...[...document.querySelectorAll("#card .kinds")].find((row) => row.textContent === "dead").nextElementSibling.cells]
        .map((cell) => [...cell.querySelectorAll("strong")].map((e) => e.textContent))""")
    assert dict(zip(heads, dead, strict=True)) == {head: ["27"] if "Japanese" in head else ["56 soldiers", "3"] for head in heads}
    advisers = one.page.locator("#card table td > div", has_text="Soviet advisers at Tauran").filter(has=one.page.locator("strong", has_text="3"))
    assert "included in claim:1936-12-4" in advisers.first.inner_text(), "three of the 56, not three more"
    cells = one.page.inner_text("#card table")
    assert all(figure["words"] in cells for figure in graph.graph["details"]["figures"][TAURAN])


def test_figures_of_parts_stand_with_the_whole(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    parts = {GOL}
    while more := {s for s, t, d in graph.edges(data=True) if d["predicate"].endswith("#partOf") and t in parts} - parts:
        parts |= more
    figures = graph.graph["details"]["figures"]
    assert len(parts & set(figures)) > 1
    one = opened()
    one.pick(GOL)
    told = one.page.eval_on_selector_all("#card table strong", "all => all.map((e) => e.textContent)")
    assert sorted(set(told)) == sorted({figure["words"] for part in parts for figure in figures.get(part, [])})
    assert "must not be added" in one.page.inner_text("#card")


def test_a_side_that_took_part_has_its_column_without_figures(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.pick(GOL)
    heads = one.page.eval_on_selector_all("#card thead th", "all => all.map((th) => th.textContent)")
    assert any("Japanese" in head for head in heads) and any("Soviet" in head for head in heads)
    assert "no claim" in one.page.inner_text("#card table")


def test_a_note_stands_with_its_figure(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    details = graph.graph["details"]
    event, figure = next((event, one) for event, some in details["figures"].items() for one in some
                         if any(rest.startswith("note ") for rest in details["claims"][one["claim"]].get("rest", ())))
    note = next(rest for rest in details["claims"][figure["claim"]]["rest"] if rest.startswith("note "))
    one = opened()
    one.pick(event)
    assert note in one.page.inner_text("#card table")


def test_what_is_hidden_says_so_and_can_be_shown(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.set(to="1930-01-01")
    one.pick(TAURAN)
    assert "Not in the picture now" in one.page.inner_text("#card")
    assert one.page.evaluate("kgPicture.view.focus") is None, "nothing is faded for what is not there"
    one.page.click("text=Show it")
    one.settle()
    assert one.iris("[kgPicture.view.state.id].filter(kgPicture.view.shows)") == {TAURAN}


def test_a_card_of_a_line_holds_what_is_shown(opened: Callable[..., Opened]) -> None:
    one = opened()
    pair = one.page.evaluate("[...kgPicture.picture.bundles].find(([, some]) => new Set(some.map((l) => l.kind)).size > 2)[0]")
    kinds = one.page.evaluate("(pair) => kgPicture.picture.bundles.get(pair).map((l) => l.kind)", pair)
    one.page.evaluate("([pair, kind]) => { kgPicture.view.set({ pair, kinds: new Set([kind]) }); kgPicture.view.now() }", [pair, kinds[0]])
    assert one.page.locator("#card .claims > li").count() == len([kind for kind in kinds if kind != kinds[0]])
    assert f"{kinds.count(kinds[0])} more are filtered" in one.page.inner_text("#card")


def test_a_treaty_stands_for_its_signing(opened: Callable[..., Opened], store: Store, graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    one.pick(ID + "soviet-japanese-neutrality-pact")
    assert "hold of its signing" in one.page.inner_text("#card")
    one.page.click("text=What led to it")
    one.settle()
    assert one.iris("kgPicture.view.focus") - {ID + "soviet-japanese-neutrality-pact"} == on_chains(store, PACT) & set(graph)


def test_where_nothing_led_to_it_the_card_says_so(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.pick(GOL)
    assert one.page.is_disabled("text=What led to it") and "gives it a cause" in one.page.inner_text("#card")


def test_the_skip_link_leaves_the_view_as_it_is(opened: Callable[..., Opened], html: str) -> None:
    one = opened(html, "#id=tauran-incident&to=1939-08-01")
    one.page.focus(".skip")
    one.page.keyboard.press("Enter")
    one.settle()
    assert one.page.evaluate("document.activeElement.id") == "twin"
    assert one.page.evaluate("location.hash") == "#id=tauran-incident&to=1939-08-01"


def test_the_focus_stays_in_the_card(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.pick(TAURAN)
    one.page.locator("#card .jump").first.focus()
    one.page.keyboard.press("Enter")
    one.settle()
    assert one.page.evaluate("document.getElementById('card').contains(document.activeElement)")


def test_contradictions_are_marked(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    claims = graph.graph["details"]["claims"]
    number = next(n for n, claim in enumerate(claims) if claim.get("against"))
    thing = next(end for end in claims[number]["ends"] if end in graph)
    one = opened()
    one.pick(thing)
    item = one.page.locator(f'#card li[data-claim="{claims[number]["name"]}"]')
    assert item.locator(".odds").count() >= 1
    for other in claims[number]["against"]:
        assert claims[other]["text"] in item.inner_text()


def test_the_tables_drive_the_picture_from_the_keyboard(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.page.keyboard.press("Tab")
    assert one.page.evaluate("document.activeElement.className") == "skip"
    one.page.locator("#twin summary").first.focus()
    one.page.keyboard.press("Enter")
    button = one.page.locator("tr[data-id] button").first
    button.focus()
    one.page.keyboard.press("Enter")
    one.settle()
    assert one.page.inner_text("#card h2") == button.inner_text()
    assert one.page.evaluate("kgPicture.picture.network.getSelectedNodes().length") == 1
    one.page.locator("#twin summary").nth(1).focus()
    one.page.keyboard.press("Enter")
    row = one.page.locator("tr[data-link]").first
    row.locator("button").focus()
    one.page.keyboard.press("Enter")
    one.settle()
    assert row.locator("td").nth(0).inner_text() in one.page.inner_text("#card h2")
    assert row.locator("td").nth(2).inner_text() in one.page.inner_text("#card h2")


def test_every_control_is_reached_by_the_tab_key(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.pick(TAURAN)
    wanted = one.page.evaluate("""() => { const all = [...document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']")]
        .filter((e) => e.checkVisibility({ contentVisibilityAuto: true, visibilityProperty: true }) && !e.disabled && e.tabIndex >= 0);
        all.forEach((e, n) => { e.dataset.stop = n }); return all.length }""")
    assert wanted > 30
    reached = set()
    for _ in range(wanted + 10):
        one.page.keyboard.press("Tab")
        reached.add(one.page.evaluate("document.activeElement.dataset?.stop ?? null"))
    left = one.page.evaluate("(reached) => [...document.querySelectorAll('[data-stop]')].filter((e) => !reached.includes(e.dataset.stop) && !(e.type === 'radio' && !e.checked)).map((e) => e.outerHTML.slice(0, 120))", list(reached))
    assert left == []


def test_a_click_on_a_line_opens_it_and_tells_why_it_is_there(opened: Callable[..., Opened]) -> None:
    one = opened(page(two(), "Two"))
    assert one.page.evaluate("kgPicture.picture.edges.length") == 1, "parallel links are one line"
    spot = one.page.evaluate("""() => {
        const [a, b] = [...kgPicture.things.keys()].map((id) => kgPicture.picture.network.canvasToDOM(kgPicture.picture.network.getPosition(id)));
        const box = document.getElementById("picture").getBoundingClientRect();
        return [box.x + (a.x + b.x) / 2, box.y + (a.y + b.y) / 2];
    }""")
    one.page.mouse.click(*spot)
    one.page.wait_for_selector("#card li")
    lines = one.page.eval_on_selector_all("#card li", "items => items.map((item) => item.textContent)")
    assert sorted(lines) == ["Thing a — causes — Thing bone-01", "Thing b — answers — Thing aone-02"]
    opened_ = one.page.evaluate("kgPicture.picture.edges.get().map((e) => [e.label, e.arrows])")
    assert sorted(opened_) == [["answers", "to"], ["causes", "to"]]
    one.page.click("text=Show all again")
    one.settle()
    assert one.page.evaluate("kgPicture.picture.edges.length") == 1


@pytest.mark.parametrize("effect", [PACT, ID + "victory-khalkhin-gol", ID + "changed-course-of-world-war-ii"])
def test_causes_are_followed_backwards(effect: str, opened: Callable[..., Opened], store: Store, graph: nx.MultiDiGraph[str]) -> None:
    expected = on_chains(store, effect)
    assert expected
    one = opened()
    one.pick(effect)
    one.page.click("text=What led to it")
    one.settle()
    assert one.iris("kgPicture.view.focus") == expected & set(graph)
    one.page.click("text=Hide the rest")
    one.settle()
    assert one.iris("[...kgPicture.things.keys()].filter(kgPicture.view.shows)") == expected & set(graph)
    one.equal()
    one.page.click("text=Show all again")
    one.settle()
    assert one.shown("tr[data-id]") == len(graph)


def test_causes_are_followed_forwards(opened: Callable[..., Opened], store: Store, graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    one.pick(GOL)
    one.page.click("text=What it led to")
    one.settle()
    effects = {node for node in graph if graph.nodes[node]["group"] != "Place" and node != GOL and on_chains(store, node, GOL)}
    expected = set().union(*(on_chains(store, effect, GOL) for effect in effects))
    assert len(expected) > 3 and one.iris("kgPicture.view.focus") == expected & set(graph)


def test_all_chains_between_two_events_are_highlighted(opened: Callable[..., Opened], store: Store, graph: nx.MultiDiGraph[str]) -> None:
    expected = on_chains(store, PACT, GOL)
    assert expected
    one = opened()
    one.pick(GOL)
    one.page.click("text=Chains from here")
    one.pick(PACT)
    one.page.click("text=Chains to here")
    one.settle()
    assert one.iris("kgPicture.view.focus") == expected & set(graph)
    told = one.page.eval_on_selector_all("#card .chain li button", "all => all.map((e) => e.textContent)")
    assert sorted(told) == sorted(graph.nodes[node]["label"] for node in expected)
    bright = one.page.evaluate("kgPicture.picture.edges.get().filter((e) => e.color.opacity === 1).map((e) => [e.from, e.to])")
    assert bright and all(one.iris(f"{pair!r}") <= expected for pair in bright)
    one.page.click("text=Hide the rest")
    one.settle()
    one.equal()
    assert one.shown("tr[data-id]") == len(expected & set(graph))


def test_the_address_restores_the_view(opened: Callable[..., Opened], html: str) -> None:
    one = opened()
    one.page.uncheck('input[data-group="Place"]')
    one.page.uncheck('input[data-family="cause"]')
    one.pick(TAURAN)
    one.page.select_option("#as", label="Empire of Japan")
    one.page.select_option("#language", "ru")
    one.set(**{"from": "1936-01-01", "to": "1939-09-16"})
    one.page.check("input[value=map]")
    one.settle()
    fragment = one.page.evaluate("location.hash")
    assert "id=tauran-incident" in fragment and "from=1936-01-01" in fragment and "to=1939-09-16" in fragment
    state = "JSON.stringify({ ...kgPicture.view.state, groups: [...kgPicture.view.state.groups], kinds: [...kgPicture.view.state.kinds].sort() })"
    other = opened(html, fragment)
    assert other.page.evaluate(state) == one.page.evaluate(state)
    assert other.page.inner_text("#card") == one.page.inner_text("#card")
    assert other.page.inner_text("#count") == one.page.inner_text("#count")
    assert other.wrong == []
    other.equal()
    other.page.evaluate("location.hash = 'id=battles-of-khalkhin-gol'")
    other.page.wait_for_timeout(100)
    other.settle()
    assert GOL in other.iris("[kgPicture.view.state.id]") and "Nomonhan" not in other.page.inner_text("#card h2")


def test_a_chain_is_in_the_address_and_nonsense_is_passed_over(opened: Callable[..., Opened], html: str) -> None:
    one = opened(html, "#from=battles-of-khalkhin-gol&to=neutrality-pact-signing")
    assert one.iris("[kgPicture.view.state.cause, kgPicture.view.state.effect]") == {GOL, PACT}
    other = opened(html, "#id=%3Cscript%3E&from=1939-99-99&to=x&pair=a%20b&follow=up&without=Nothing&as=nobody&pane=moon&language=%3C")
    assert other.page.evaluate("[kgPicture.view.state.id, kgPicture.view.state.from, kgPicture.view.state.to, kgPicture.view.state.pair]") == [None, "", "", None]
    assert other.wrong == []
    other.equal()


def test_names_change_with_the_perspective_and_the_language(opened: Callable[..., Opened]) -> None:
    one = opened()
    names = {"Empire of Japan": "Nomonhan Incident", "Soviet Union": "Бои на Халхин-Голе", "Mongolian People's Republic": "Халхын голын байлдаан",
             "Republic of China": "诺门坎事件"}
    one.page.evaluate("kgPicture.view.set({ as: kgPicture.told.perspectives.find((p) => p[1] === 'Empire of Japan')[0], language: 'ja' })")
    one.pick(GOL)
    assert one.page.inner_text("#card h2") == "ノモンハン事件"
    one.page.select_option("#language", "")
    one.pick(GOL)
    for who, name in names.items():
        one.page.select_option("#as", label=who)
        one.settle()
        assert one.page.inner_text("#card h2") == name
        assert name in one.page.eval_on_selector_all("tr[data-id] button", "all => all.map((b) => b.textContent)")
        assert name in one.page.evaluate("kgPicture.picture.names(1, { x: -1e5, y: -1e5 }, { x: 1e5, y: 1e5 }).map((n) => n.text)")
        assert "Battles of Khalkhin Gol" in one.page.inner_text("#card")
    one.page.select_option("#as", "")
    one.page.select_option("#language", "ja")
    one.settle()
    assert one.page.inner_text("#card h2") == "ノモンハン事件"
    one.equal()


@pytest.mark.parametrize("day", ["1905-01-01", "1935-12-19", "1936-03-31", "1938-08-01", "1939-07-01", "1945-08-09"])
def test_up_to_a_day_stands_what_python_says_had_begun(day: str, opened: Callable[..., Opened], store: Store, graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    one.set(to=day)
    shown = one.page.evaluate("[...kgPicture.things.values()].map((t) => [t.iri, kgPicture.view.shows(t.id), kgPicture.view.standing(t.id) ?? null])")
    lives = asof.lifetimes(store, graph)
    for iri, visible, standing in shown:
        begun = lives[iri].begun(date.fromisoformat(day))
        if begun == "not yet":
            assert not visible
        elif lives[iri].dated:
            assert visible and standing == begun
    one.equal()


@pytest.mark.parametrize("day", ["1930-01-01", "1936-03-01", "1939-06-15"])
def test_a_body_without_dates_is_not_there_before_its_events(day: str, opened: Callable[..., Opened], store: Store, graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    one.set(to=day)
    on, lives = date.fromisoformat(day), asof.lifetimes(store, graph)
    drawn = network(store, day=on)
    shown = dict(one.page.evaluate("[...kgPicture.things.values()].filter((t) => kgPicture.view.shows(t.id)).map((t) => [t.iri, kgPicture.view.standing(t.id)])"))
    early = 0
    for iri, life in lives.items():
        own = [lives[other].begun(on) for other in {*graph.successors(iri), *graph.predecessors(iri)} if lives[other].event and lives[other].dated]
        if life.dated or life.event or not own or graph.nodes[iri]["group"] in ("State", "Place"):
            continue
        if set(own) == {"not yet"}:
            early += 1
            assert iri not in shown and iri not in drawn, f"{iri} on {day}"
        elif "certain" not in own:
            assert shown.get(iri, "uncertain") == "uncertain" and (iri not in drawn or drawn.nodes[iri]["as_of"] == "uncertain")
    assert early > 5


def test_what_came_of_it_is_not_told_before_it_is_over(opened: Callable[..., Opened], store: Store) -> None:
    one = opened()
    told = "kgPicture.view.shownLinks.filter((l) => kgPicture.things.get(l.from).iri === '" + GOL + "').map((l) => [l.predicate, kgPicture.view.linkStanding(l.id)])"
    one.set(to="1939-06-15")
    links = one.page.evaluate(told)
    assert links and not {"wonBy", "lostBy"} & {predicate for predicate, _ in links}
    one.set(to="1939-08-15")
    assert ["wonBy", "uncertain"] in one.page.evaluate(told)
    one.set(to="1940-01-01")
    assert ["wonBy", "certain"] in one.page.evaluate(told)
    for day in ("1936-03-31", "1939-07-01"):
        one.set(to=day)
        on = date.fromisoformat(day)
        seen = dict(one.page.evaluate("kgPicture.view.shownLinks.map((l) => [kgPicture.told.claims[l.claim].name, kgPicture.view.linkStanding(l.id)])"))
        stood = {claim.replace("https://w3id.org/khalkhin/claim/", "claim:"): how for claim, how in asof.claims(store, on).items()}
        assert not [name for name in seen if stood[name] == "not yet"]


@pytest.mark.parametrize(("iri", "first", "last", "standing"), [
    ("soviet-aid-to-china", "1938-01-01", "1938-12-31", "uncertain"),  # an event whose end is open
    ("expansion-japan-northeast-china", "1932-01-01", "1932-12-31", "certain"),  # it ended no earlier than that day
    ("berlin", "1941-01-01", "1941-12-31", "certain"),
    ("united-states", "1941-01-01", "1941-12-31", "certain"),
])
def test_what_lasts_stays_until_an_end_is_known(iri: str, first: str, last: str, standing: str, opened: Callable[..., Opened]) -> None:
    one = opened()
    one.set(**{"from": first, "to": last})
    assert one.page.evaluate("(id) => kgPicture.view.standing(id) ?? null", one.number(ID + iri)) == standing


def test_a_window_of_time_holds_what_overlaps_it(opened: Callable[..., Opened], store: Store, graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    one.set(**{"from": "1939-05-01", "to": "1939-09-30"})
    shown = one.iris("[...kgPicture.things.keys()].filter(kgPicture.view.shows)")
    assert GOL in shown and ID + "soviet-union" in shown
    assert not {TAURAN, ID + "battle-of-lake-khasan", ID + "russian-empire", PACT} & shown
    lives = asof.lifetimes(store, graph)
    first, last = date(1939, 5, 1), date(1939, 9, 30)
    for iri in shown:
        life = lives[iri]
        assert not life.begin_first or life.begin_first <= last
        assert not life.end_last or life.end_last >= first
    one.equal()


def test_the_outline_holds_what_is_visible(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.page.locator("#twin summary").nth(2).click()
    one.set(**{"from": "1939-01-01", "to": "1939-12-31"})
    things, links = one.page.evaluate("[document.querySelectorAll('#outline > ul > li').length, document.querySelectorAll('#outline > ul > li > ul > li').length]")
    assert one.page.inner_text("#count") == f"{things} things, {links} links" and things > 20


def test_the_view_is_saved_as_svg_and_png(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.set(**{"from": "1939-01-01", "to": "1939-12-31"})
    with one.page.expect_download() as waiting:
        one.page.click("#save-svg")
    assert waiting.value.suggested_filename.endswith(".svg")
    tree = ElementTree.fromstring(Path(waiting.value.path()).read_text("utf-8"))
    titles = [e.text for e in tree.iter("{http://www.w3.org/2000/svg}title")]
    assert len(titles) - 1 == one.page.evaluate("kgPicture.view.count")
    texts = [e.text for e in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert "Battles of Khalkhin Gol" in texts and any("1 January 1939" in (text or "") for text in texts)
    with one.page.expect_download() as waiting:
        one.page.click("#save-png")
    data = Path(waiting.value.path()).read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    wide, high = (int.from_bytes(data[n : n + 4], "big") for n in (16, 20))
    box = one.page.locator("#picture").bounding_box()
    assert box and wide == pytest.approx(box["width"] * 2, abs=8) and high > box["height"]
    assert len(colours(data)) > 20, "something is drawn"
    assert one.wrong == []


def colours(png: bytes) -> set[bytes]:
    """Some of the different bytes of a PNG's lines: one only, if nothing is drawn."""
    at, body = 8, io.BytesIO()
    while at < len(png):
        length, kind = int.from_bytes(png[at : at + 4], "big"), png[at + 4 : at + 8]
        if kind == b"IDAT":
            body.write(png[at + 8 : at + 8 + length])
        at += 12 + length
    raw = zlib.decompress(body.getvalue())
    return {raw[n : n + 1] for n in range(0, len(raw), 97)}


def test_on_paper_the_tables_are_open_and_the_controls_are_gone(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.pick(TAURAN)
    one.set(**{"from": "1936-01-01", "to": "1936-12-31"})
    one.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    one.page.emulate_media(media="print")
    assert one.page.evaluate("[...document.querySelectorAll('#twin details')].every((e) => e.open)")
    assert not one.page.is_visible("#finder") and not one.page.is_visible("#bar") and one.page.is_visible("#card")
    assert one.page.locator("#outline li").count() > 20
    assert len(one.page.pdf()) > 20_000
    one.page.evaluate("dispatchEvent(new Event('afterprint'))")
    one.settle()
    assert not one.page.evaluate("[...document.querySelectorAll('#twin details')].some((e) => e.open)")


def test_markup_in_names_stays_text(opened: Callable[..., Opened]) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for n, name in enumerate(HOSTILE):
        iri = "javascript:window.broken=1" if n == 0 else f"https://example.org/{n}"
        graph.add_node(iri, **bare(name, kind=name))
    nodes = list(graph)
    claims = []
    for n, name in enumerate(HOSTILE):
        graph.add_edge(nodes[n], nodes[n - 1], label=name, predicate=name, claim=name, passage=name, certainty=name, basis=name, according_to=name)
        claims.append({"iri": name, "name": name, "text": name, "passage": name, "who": name, "certainty": name, "basis": name,
                       "ends": [nodes[n], nodes[n - 1]], "rest": [name], "against": [n]})
    graph.graph["details"] = {
        "things": {node: {"claims": [n], "about": HOSTILE[n], "when": [HOSTILE[n], "", "", ""], "at": [47.5, 118.5, HOSTILE[n], HOSTILE[n]],
                          "names": [{"name": HOSTILE[n], "language": "en", "user": HOSTILE[n], "since": HOSTILE[n]}],
                          "elsewhere": [[HOSTILE[n], HOSTILE[n]], ["the same", "javascript:window.broken=1"]]} for n, node in enumerate(nodes)},
        "claims": claims, "remarks": [{"kind": name, "label": name, "says": name, "claims": [n], "things": [nodes[n]]} for n, name in enumerate(HOSTILE)],
        "figures": {node: [{"claim": n, "what": HOSTILE[n], "party": HOSTILE[n], "words": HOSTILE[n], "sides": [HOSTILE[n]]}] for n, node in enumerate(nodes)},
        "perspectives": [[name, name, name] for name in HOSTILE],
    }
    for data in graph.graph["details"]["things"].values():
        data["when"] = ["1939-05-01", "1939-05-31", "", ""]
    one = opened(page(graph, HOSTILE[0]))
    names = one.page.evaluate("[...kgPicture.things.values()].map((n) => n.name)")
    assert sorted(names) == sorted(HOSTILE)
    for node in nodes:
        one.pick(node)
        one.page.wait_for_timeout(20)
    one.page.check("input[value=map]")
    one.page.fill("#find", "img")
    one.page.locator("#twin summary").nth(2).click()
    one.page.evaluate("kgPicture.save.asText()")
    assert one.page.evaluate("window.broken") is None
    assert one.page.evaluate("document.querySelectorAll('img, a:not(.skip), iframe, #card script').length") == 0
    assert one.page.inner_text("h1") == HOSTILE[0]
    assert one.wrong == []
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [360, 1280, 2560])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_every_screen(width: int, scheme: str, opened: Callable[..., Opened]) -> None:
    one = opened(viewport={"width": width, "height": 800}, color_scheme=scheme)
    one.pick(TAURAN)
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
    box = one.page.locator("#picture").bounding_box()
    assert box and box["width"] > width * 0.5 and box["height"] > 300
    small = one.page.evaluate("""() => [...document.querySelectorAll("button, input, select, summary")].filter((e) => e.checkVisibility())
        .map((e) => [e.getBoundingClientRect(), e]).filter(([r, e]) => r.height < 16 && !e.closest("table")).map(([r, e]) => e.outerHTML.slice(0, 90))""")
    assert small == []
    assert one.wrong == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_and_signs_stand_out(scheme: str, opened: Callable[..., Opened]) -> None:
    one = opened(color_scheme=scheme)
    one.pick(GOL)
    one.page.click("text=Hide the rest")
    one.settle()
    paper = one.page.evaluate("getComputedStyle(document.body).backgroundColor")
    for where in ("body", "#count", "#legend p", "#card .kind", "#card small", "#card a", "button", "input", "select", "#finder label"):
        ink = one.page.evaluate("(where) => getComputedStyle(document.querySelector(where)).color", where)
        assert contrast(ink, paper) >= 4.5, f"{where}: {ink} on {paper}"
    pressed = one.page.evaluate("(() => { const s = getComputedStyle(document.querySelector('[aria-pressed=true]')); return [s.color, s.backgroundColor] })()")
    assert contrast(*pressed) >= 4.5
    tone = one.page.evaluate("tones()")
    for ink in ("ink", "quiet"):
        assert min(contrast(tone[ink], tone[behind]) for behind in ("paper", "band")) >= 4.5
    for line in ("line", "cause", "mark", "ink"):
        assert min(contrast(tone[line], tone[behind]) for behind in ("paper", "band")) >= 3, f"{line} in the picture"


def test_kinds_differ_in_more_than_colour(html: str, opened: Callable[..., Opened]) -> None:
    groups = opened().page.evaluate("kgPicture.looks.groups")
    looks = [(look["colour"], look["shape"]) for look in groups.values()]
    assert len(set(looks)) == len(looks)
    # Those that share a shape differ in lightness as much as a page's text from its rule does.
    for colour, shape in looks:
        for other, same in looks:
            assert shape != same or colour == other or contrast(colour, other) >= 1.3


RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def faults(one: Opened) -> list[tuple[str, list[str]]]:
    """What axe finds, with the first places of each. It comes through the debugger, for which the page's policy does not hold."""
    found = Axe().run(one.page, options={"runOnly": RULES})
    return [(v["id"], [node["html"][:120] for node in v["nodes"][:3]]) for v in found.response["violations"]]


@pytest.mark.parametrize("fragment", ["", "#id=tauran-incident&follow=back", "#pane=map&id=tauran", "#from=1936-01-01&to=1936-03-31&pair=tauran-incident%20tauran"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(fragment: str, scheme: str, opened: Callable[..., Opened], around: str) -> None:
    one = opened(around, fragment, color_scheme=scheme)
    one.page.evaluate("document.querySelectorAll('details').forEach((e) => { e.open = true })")
    assert faults(one) == []


def test_axe_finds_nothing_in_the_whole(opened: Callable[..., Opened]) -> None:
    assert faults(opened()) == []


def test_every_control_has_a_name(opened: Callable[..., Opened]) -> None:
    one = opened()
    unnamed = one.page.evaluate("""() => [...document.querySelectorAll("button, input, select, summary, [role=region], [role=group], [role=slider], section")]
        .filter((e) => !(e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || e.textContent.trim() || (e.labels && e.labels.length))).map((e) => e.outerHTML)""")
    assert unnamed == []
    assert one.page.evaluate("document.documentElement.lang") == "en"
    assert one.page.title() == "The whole network"


def test_an_empty_network_is_a_page(opened: Callable[..., Opened]) -> None:
    one = opened(page(nx.MultiDiGraph(), "Nothing"))
    assert one.page.inner_text("#count") == "0 things, 0 links"
    assert one.wrong == []


def test_above_what_a_browser_bears_the_most_connected_part_is_drawn(opened: Callable[..., Opened]) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(nx.barabasi_albert_graph(LIMIT + 400, 3, seed=4).to_directed())
    graph = nx.relabel_nodes(graph, {n: f"urn:{n}" for n in graph})
    part = fitting(graph)
    assert fitting(part) is part and LIMIT * 0.9 < len(part) <= LIMIT
    gone = set(graph) - set(part)
    assert max(graph.degree(node) for node in gone) <= min(sorted((graph.degree(node) for node in part), reverse=True)[:100])
    assert all(part.degree(node) for node in part)
    lonely = min(gone)
    assert lonely in fitting(graph, centre=lonely)


def test_the_command_says_so(root: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from kg.cli import main

    out = tmp_path / "part.html"
    assert main(["--folder", str(root), "draw", "--limit", "40", "-o", str(out)]) == 0
    told = capsys.readouterr()
    assert "328 things are more than a browser bears" in told.err and "--around" in told.err
    assert re.search(r": (3\d|40) things", told.out)
    assert main(["--folder", str(root), "draw", "--limit", "0", "-o", str(out)]) == 2


def test_five_thousand_things_stay_of_use(opened: Callable[..., Opened]) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for n in range(5000):
        graph.add_node(f"urn:{n}", **bare(f"Event {n}", earliest=f"{1900 + n // 50}-01-01", begun=f"{1900 + n // 50}-12-31"))
    for n in range(1, 5000):
        graph.add_edge(f"urn:{n // 2}", f"urn:{n}", label="causes", predicate="https://example.org/#causes")
    one = opened(page(graph, "Many"))
    one.set(to="1950-06-01")
    assert one.page.evaluate("kgPicture.view.count") == 51 * 50
    one.page.fill("#find", "Event 77")
    one.page.press("#find", "Enter")
    one.settle()
    assert one.page.inner_text("#card h2") == "Event 77"
    one.equal()
    assert one.wrong == []


def test_a_notebook_shows_the_page_in_a_frame_of_its_own(browser: Browser, tmp_path: Path) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for n, label in enumerate(HOSTILE):
        graph.add_node(f"urn:{n}", **bare(label, "Other", kind=label))
        graph.add_edge(f"urn:{n}", "urn:0", label=label, predicate="urn:p")
    graph.add_node("urn:ford", **bare("Ford", "Place"))
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


def test_a_network_displays_as_its_page(root: Path, opened: Callable[..., Opened]) -> None:
    graph = kg.open(root)
    small = graph.network(around="tauran-incident")
    shown = small._repr_html_()
    assert shown == graph.draw(around="tauran-incident")._repr_html_()
    copy = small.copy()
    copy.add_edge("mine", "yours")
    frame = copy._repr_html_()
    assert frame and "mine" in frame and frame.startswith("<iframe sandbox=")


def test_what_lies_around_a_thing_and_a_question_are_drawn(root: Path, opened: Callable[..., Opened]) -> None:
    graph = kg.open(root)
    for options in ({"around": "manchukuo", "depth": 1}, {"query": "direct-causes"}):
        expected = graph.network(**options)  # type: ignore[arg-type]
        one = opened(kg.draw(graph, **options))
        assert one.page.evaluate("kgPicture.things.size") == len(expected) > 5
        assert one.wrong == []
        one.equal()
