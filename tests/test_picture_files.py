"""What leaves the page of a network: paper, SVG and PNG hold what the screen shows; and how the screen draws it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import networkx as nx
import pytest

from browsing import Opened
from kg.names import Names
from kg.network import network
from kg.picture import detailed, page
from kg.store import Store

ID = "https://w3id.org/khalkhin/id/"
GOL, TAURAN, PACT = ID + "battles-of-khalkhin-gol", ID + "tauran-incident", ID + "neutrality-pact-signing"
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def html(store: Store, folder: Any) -> str:
    return page(detailed(network(store), store, Names.of(folder)), "The whole network")


@pytest.fixture(scope="module")
def then(store: Store, folder: Any) -> str:
    """The page of one day."""
    return page(detailed(network(store, day=date(1939, 7, 1)), store, Names.of(folder)), "Then")


@pytest.fixture
def opened(opener: Callable[..., Opened], html: str) -> Callable[..., Opened]:
    return lambda text=html, fragment="", **options: opener(text, fragment, **options)


def small(*kinds: str, title: str = "Two") -> str:
    """A page of two things that links of these kinds join, each from the first to the second."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for name in "ab":
        graph.add_node(f"urn:{name}", label=f"Thing {name}", kind="act", group="Act", earliest="", begun="", latest="")
    for kind in kinds:
        graph.add_edge("urn:a", "urn:b", label=kind, predicate=f"https://example.org/#{kind}", passage="https://example.org/passage/one-01")
    return page(graph, title)


def saved(one: Opened) -> ElementTree.Element:
    one.settle()
    return ElementTree.fromstring(one.page.evaluate("kgPicture.save.asText()"))


def signs(tree: ElementTree.Element) -> dict[str, ElementTree.Element]:
    """The signs of a saved network by the names in them."""
    found = {sign.findtext(f"{SVG}title") or "": sign for sign in tree.iter(f"{SVG}path") if sign.get("class") == "sign"}
    assert found
    return found


def name_of(one: Opened, iri: str) -> str:
    return str(one.page.evaluate("(id) => kgPicture.nameOf(id)", one.number(iri)))


# On paper.


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_gets_the_network_in_light_colours_and_unsqueezed(scheme: str, opened: Callable[..., Opened]) -> None:
    one = opened(color_scheme=scheme, viewport={"width": 1280, "height": 900})
    one.pick(TAURAN)
    box = one.page.locator("#picture").bounding_box()
    one.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    one.page.emulate_media(media="print", color_scheme=scheme)
    assert not one.page.is_visible("#picture"), "the canvas is in the colours of the screen"
    paper = one.page.locator("#network-pane svg.paper")
    fill = paper.locator("> rect").get_attribute("fill")
    bands = set(one.page.eval_on_selector_all("svg.paper svg rect", "rects => rects.map((rect) => rect.getAttribute('fill'))"))
    assert fill == "#ffffff" and bands == {"#f4f4f2"}
    assert one.page.evaluate("getComputedStyle(document.documentElement).colorScheme") == "light"
    printed, canvas = paper.bounding_box(), one.page.evaluate("document.querySelector('svg.paper').viewBox.baseVal.width / document.querySelector('svg.paper > svg').height.baseVal.value")
    assert box and printed and printed["width"] > 300 and canvas == pytest.approx(box["width"] / box["height"], rel=0.02)
    view = one.page.evaluate("(({ width, height }) => width / height)(document.querySelector('svg.paper').viewBox.baseVal)")
    assert printed["width"] / printed["height"] == pytest.approx(view, rel=0.02)
    one.page.evaluate("dispatchEvent(new Event('afterprint'))")
    one.page.emulate_media(media="screen")
    assert one.page.locator("svg.paper").count() == 0 and one.page.is_visible("#picture")
    assert one.wrong == []


def test_the_browser_itself_prints_so(opened: Callable[..., Opened]) -> None:
    one = opened(color_scheme="dark")
    one.page.evaluate("() => { window.printed = null; addEventListener('beforeprint', () => { printed = document.querySelectorAll('svg.paper').length; }); }")
    assert one.page.pdf()[:5] == b"%PDF-"
    assert one.page.evaluate("printed") == 1 and one.page.locator("svg.paper").count() == 0


def test_on_paper_the_map_and_the_time_line_keep_light_colours_and_fit(opened: Callable[..., Opened]) -> None:
    one = opened(fragment="#pane=map&from=1939-01-01&to=1939-12-31", color_scheme="dark", viewport={"width": 1280, "height": 900})
    one.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert one.page.locator("svg.paper").count() == 0
    one.page.set_viewport_size({"width": 700, "height": 900})
    one.page.emulate_media(media="print", color_scheme="dark")
    assert one.page.evaluate("getComputedStyle(document.querySelector('#map .land')).fill") == "rgb(239, 236, 226)"
    line, sheet = (one.page.locator(where).bounding_box() for where in ("#time", "#marks"))
    assert line and sheet and sheet["x"] + sheet["width"] <= line["x"] + line["width"] + 1
    assert sheet["width"] / sheet["height"] == pytest.approx(one.page.evaluate("(({ width, height }) => width / height)(document.getElementById('marks').viewBox.baseVal)"), rel=0.02)


# As a file.


def test_a_file_tells_cause_from_effect(opened: Callable[..., Opened]) -> None:
    one = opened(small("causes"))
    tree = saved(one)
    heads = [path for path in tree.iter(f"{SVG}path") if path.get("class") == "head"]
    assert len(heads) == 1
    x, y = (float(n) for n in (heads[0].get("d") or "").removeprefix("M").split("L")[0].split())
    a, b = (one.page.evaluate("(id) => { const { x, y } = kgPicture.things.get(id); return [x, y, kgPicture.picture.sizeOf(kgPicture.things.get(id))]; }", one.number(f"urn:{name}")) for name in "ab")
    assert ((x - b[0]) ** 2 + (y - b[1]) ** 2) ** 0.5 == pytest.approx(b[2] + 1, abs=0.3), "it touches the effect"
    assert ((x - a[0]) ** 2 + (y - a[1]) ** 2) ** 0.5 > a[2] * 2


def test_every_line_of_the_screen_has_its_arrowheads_in_a_file(opened: Callable[..., Opened]) -> None:
    one = opened()
    tree = saved(one)
    lines = [group for group in tree.iter(f"{SVG}g") if group.get("class") == "link"]
    assert len(lines) == one.page.evaluate("kgPicture.picture.edges.length") > 300
    heads = sum(path.get("class") == "head" for path in tree.iter(f"{SVG}path"))
    ends = one.page.evaluate("kgPicture.picture.edges.get().reduce((n, { arrows }) => n + arrows.to + arrows.from, 0)")
    assert ends * 0.97 < heads <= ends, "only where two signs touch there is no room for one"


def test_an_opened_bundle_is_open_in_a_file(opened: Callable[..., Opened]) -> None:
    one = opened(small("causes", "answers", "precedes"))
    assert sum(group.get("class") == "link" for group in saved(one).iter(f"{SVG}g")) == 1
    one.page.evaluate("([a, b]) => { kgPicture.view.pickPair(a, b); kgPicture.view.now(); }", [one.number("urn:a"), one.number("urn:b")])
    tree = saved(one)
    lines = [group for group in tree.iter(f"{SVG}g") if group.get("class") == "link"]
    assert sorted(line.findtext(f"{SVG}text") or "" for line in lines) == ["answers", "causes", "precedes"]
    assert len({line.find(f"{SVG}path").get("d") for line in lines}) == 3  # type: ignore[union-attr]


def test_what_is_chosen_has_its_ring_in_a_file(opened: Callable[..., Opened]) -> None:
    one = opened()
    mark = one.page.evaluate("tones().mark")
    one.page.evaluate("([cause, effect]) => kgPicture.view.set({ cause, effect })", [one.number(GOL), one.number(PACT)])
    one.pick(TAURAN)
    ringed = {name for name, sign in signs(saved(one)).items() if sign.get("stroke") == mark and float(sign.get("stroke-width") or 0) >= 4}
    assert ringed == {name_of(one, iri) for iri in (GOL, PACT, TAURAN)}


def test_how_it_stood_on_the_day_is_seen_on_the_screen_and_in_a_file(then: str, opened: Callable[..., Opened]) -> None:
    one = opened(then)
    drawn = signs(saved(one))
    stood = dict(one.page.evaluate("[...kgPicture.things.values()].map((thing) => [kgPicture.nameOf(thing.id), thing.then])"))
    looks = {word: {(sign.get("stroke-dasharray"), sign.get("fill-opacity"), sign.get("stroke-opacity")) for name, sign in drawn.items() if stood[name] == word}
             for word in ("certain", "uncertain", "over")}
    assert all(len(look) == 1 for look in looks.values()), looks
    (certain,), (uncertain,), (over,) = looks.values()
    assert certain == (None, "1", "1") and uncertain == ("4 3", "1", "1")
    assert over[0] == "1.5 2.5" and float(over[1] or 1) < 0.7 and float(over[2] or 1) < 0.7
    dashes = one.page.evaluate("""() => { const seen = []; const own = CanvasRenderingContext2D.prototype.setLineDash;
        CanvasRenderingContext2D.prototype.setLineDash = function (dash) { seen.push(dash.join(" ")); return own.call(this, dash); };
        kgPicture.picture.network.redraw(); CanvasRenderingContext2D.prototype.setLineDash = own; return seen; }""")
    count = list(stood.values()).count
    assert dashes.count("1.5 2.5") == count("over") > 0 and dashes.count("4 3") == count("uncertain") > 0


@pytest.mark.parametrize("width", [360, 1280])
def test_years_are_not_cut_and_not_upon_each_other(width: int, opened: Callable[..., Opened]) -> None:
    one = opened(viewport={"width": width, "height": 800})
    drawn = one.page.evaluate("""() => { const seen = []; const own = CanvasRenderingContext2D.prototype;
        const { fillText, fillRect } = own; const years = new Set(kgPicture.looks.bands.map(([label]) => label));
        own.fillText = function (...all) { if (years.has(all[0])) seen.push(all[0]); return fillText.apply(this, all); };
        own.fillRect = function (...all) { seen.push(null); return fillRect.apply(this, all); };
        kgPicture.picture.network.redraw(); Object.assign(own, { fillText, fillRect }); return seen; }""")
    first = next(n for n, label in enumerate(drawn) if label)
    assert None in drawn[:first] and None not in drawn[first:], "a band over a year"
    labels = [text for text in saved(one).iter(f"{SVG}text") if text.get("class") == "year"]
    assert [label.text for label in labels] == drawn[first:]
    tops = [float(label.get("y") or 0) for label in labels]
    assert all(b - a >= float(labels[0].get("font-size") or 0) for a, b in zip(tops, tops[1:], strict=False))
    inner = saved(one).find(f"{SVG}svg")
    assert inner is not None
    order = [child.tag for child in inner]
    assert order.index(f"{SVG}text") > max(n for n, tag in enumerate(order) if tag == f"{SVG}rect")


@pytest.mark.parametrize("width", [360, 1280])
def test_the_file_of_the_map_tells_what_it_shows_and_whose_land_it_is(width: int, opened: Callable[..., Opened]) -> None:
    one = opened(fragment="#pane=map&to=1939-09-16", viewport={"width": width, "height": 800})
    tree = saved(one)
    foot = " ".join(text.text or "" for text in tree.findall(f"{SVG}text"))
    assert foot.startswith("The whole network, up to 16 September 1939: ") and "things" in foot and "Natural Earth" in foot
    fits = one.page.evaluate("""() => { document.body.insertAdjacentHTML("beforeend", kgPicture.save.asText()); const image = document.body.lastElementChild;
        return [...image.children].filter((e) => e.tagName === "text").every((e) => { const b = e.getBBox(); return b.x >= 0 && b.x + b.width <= image.width.baseVal.value && b.y + b.height <= image.height.baseVal.value; }); }""")
    assert fits and len(list(tree.iter(f"{SVG}path"))) > 15


@pytest.mark.parametrize(("title", "name"), [
    ("The whole network, as of 1939-07-01", "the-whole-network-as-of-1939-07-01"),
    ("Халхын гол / ノモンハン", "халхын-гол-ノモンハン"),
    ("?!", "network"),
    ("Word " * 40, ("word-" * 12)[:60].rstrip("-")),
])
def test_a_file_is_called_as_the_page(title: str, name: str, opened: Callable[..., Opened]) -> None:
    one = opened(small("causes", title=title))
    with one.page.expect_download() as waiting:
        one.page.click("#save-svg")
    assert waiting.value.suggested_filename == f"{name}.svg"
    assert Path(waiting.value.path()).stat().st_size > 500


# On the screen.


def test_few_lines_are_seen_well_and_many_do_not_vanish(opened: Callable[..., Opened]) -> None:
    opacities = """(() => { const cause = new Set(kgPicture.links.filter((link) => link.cause).flatMap(({ from, to }) => [`${from} ${to}`, `${to} ${from}`]));
        return kgPicture.picture.edges.get().filter(({ from, to }) => !cause.has(`${from} ${to}`)).map((edge) => edge.color.opacity); })()"""
    one = opened()
    assert 0.35 <= min(one.page.evaluate(opacities)) < 0.7
    one.set(to="1930-12-31")
    assert one.page.evaluate("kgPicture.view.shownLinks.length") < 200
    assert min(one.page.evaluate(opacities)) == 0.9
    one.set(to="")
    one.pick(PACT)
    one.set(follow="back")
    chain = one.page.evaluate("kgPicture.picture.edges.get().filter((e) => kgPicture.view.focus.has(e.from) && kgPicture.view.focus.has(e.to)).map((e) => e.color.opacity)")
    assert len(chain) > 3 and set(chain) == {1}
    one.set(follow="", only=True)
    assert min(one.page.evaluate(opacities)) >= 0.35, "nothing is left behind which it would fade"


def test_lines_are_never_too_thin_to_be_seen(opened: Callable[..., Opened]) -> None:
    one = opened()
    thinnest = "Math.min(...kgPicture.picture.edges.get().map((edge) => edge.width)) * kgPicture.picture.network.getScale()"
    assert one.page.evaluate("kgPicture.picture.network.getScale()") < 0.5 and one.page.evaluate(thinnest) > 0.7
    one.page.evaluate("kgPicture.picture.network.moveTo({ scale: 0.12 })")
    one.page.wait_for_timeout(500)
    assert 0.7 < one.page.evaluate(thinnest) < 1.5
    one.page.evaluate("kgPicture.picture.network.moveTo({ scale: 1 })")
    one.page.wait_for_timeout(500)
    assert 0.7 < one.page.evaluate(thinnest) < 1.5


def test_the_network_is_one_stop_with_a_name_and_keys(opened: Callable[..., Opened]) -> None:
    one = opened()
    stops = one.page.evaluate("""[...document.querySelectorAll("#network-pane *")].filter((e) => e.tabIndex >= 0)
        .map((e) => [e.getAttribute("role"), e.getAttribute("aria-label"), e.className])""")
    assert len(stops) == 1 and stops[0][0] and "network" in stops[0][1]
    one.page.focus(f"#network-pane .{stops[0][2].split()[0]}")
    where = "(() => { const n = kgPicture.picture.network; const { x, y } = n.getViewPosition(); return [x, y, n.getScale()]; })()"
    begin = one.page.evaluate(where)
    one.page.keyboard.press("ArrowRight")
    one.page.keyboard.press("ArrowDown")
    moved = one.page.evaluate(where)
    assert moved[0] > begin[0] and moved[1] > begin[1] and moved[2] == begin[2]
    for key, bigger in (("+", True), ("-", False)):
        before = one.page.evaluate(where)[2]
        one.page.keyboard.press(key)
        assert (one.page.evaluate(where)[2] > before) == bigger, key
    assert one.page.evaluate("scrollY") == 0, "the arrows move the network, not the page"
    tree = one.context.new_cdp_session(one.page).send("Accessibility.getFullAXTree")["nodes"]
    named = [node["role"]["value"] for node in tree if "The network as a picture" in node.get("name", {}).get("value", "")]
    assert len(named) == 1


# By the address.


@pytest.mark.parametrize(("fragment", "days"), [
    ("#to=1939-02-30", ["", ""]),
    ("#from=1939-04-31&to=1940-02-29", ["", "1940-02-29"]),
    ("#from=1940-01-01&to=1930-01-01", ["", ""]),
    ("#from=1939-13-01&to=1939-00-10", ["", ""]),
    ("#from=1939-05-11&to=1939-05-11", ["1939-05-11", "1939-05-11"]),
])
def test_days_that_do_not_exist_are_passed_over(fragment: str, days: list[str], opened: Callable[..., Opened]) -> None:
    one = opened(fragment=fragment)
    assert one.page.evaluate("[kgPicture.view.state.from, kgPicture.view.state.to]") == days
    assert [one.page.input_value(f"#time-{side}") for side in ("from", "to")] == days
    assert one.wrong == []


def test_a_language_that_no_name_has_is_passed_over(opened: Callable[..., Opened]) -> None:
    one = opened(fragment="#language=zz")
    assert one.page.evaluate("kgPicture.view.state.language") == "" and one.page.evaluate("document.getElementById('language').selectedIndex") == 0
    assert opened(fragment="#language=ru").page.input_value("#language") == "ru"


def test_a_pair_that_nothing_joins_is_passed_over(opened: Callable[..., Opened]) -> None:
    assert opened(fragment="#pair=tauran-incident%20neutrality-pact-signing").page.evaluate("kgPicture.view.state.pair") is None
    one = opened()
    link = one.page.evaluate("(({ from, to }) => [from, to].map((id) => kgPicture.things.get(id).slug))(kgPicture.links[0])")
    assert opened(fragment=f"#pair={'%20'.join(link)}").page.evaluate("kgPicture.view.state.pair") is not None
