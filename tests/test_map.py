"""The map in a real browser: places where somebody puts them, the others listed, by pointer and by keyboard, in light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import networkx as nx
import pytest
from axe_playwright_python.sync_playwright import Axe

from browsing import HOSTILE, Opened, contrast
from kg.picture import land, page

ID = "https://w3id.org/khalkhin/id/"
HIROSHIMA, MOSCOW, FIELD = ID + "hiroshima", ID + "moscow", ID + "battlefield-khalkhin-gol"
BOMBING, BATTLES = ID + "hiroshima-bombing", ID + "battles-of-khalkhin-gol"


@pytest.fixture
def opened(opener: Callable[..., Opened], html: str) -> Callable[..., Opened]:
    return lambda text=html, fragment="#pane=map", **options: opener(text, fragment, **options)


def points(graph: nx.MultiDiGraph[str]) -> dict[str, list[Any]]:
    return {iri: thing["at"] for iri, thing in graph.graph["details"]["things"].items() if thing.get("at")}


def made(places: dict[str, list[Any] | None], label: str = "Place {}") -> nx.MultiDiGraph[str]:
    """Places, and an event at each of them."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for n, name in enumerate(places):
        graph.add_node(f"urn:{name}", label=label.format(name), kind="place", group="Place", earliest="", begun="", latest="")
        graph.add_node(f"urn:at-{name}", label=f"Event {n}", kind="act", group="Act", earliest="", begun="", latest="")
        graph.add_edge(f"urn:at-{name}", f"urn:{name}", label="place", predicate="https://example.org/#place")
    things: dict[str, dict[str, Any]] = {f"urn:{name}": {"when": [""] * 4, "lasting": True, **({"at": at} if at else {})} for name, at in places.items()}
    things |= {f"urn:at-{name}": {"when": ["1939-05-11"] * 4, "event": True} for name in places}
    graph.graph["details"] = {"things": things, "claims": [], "remarks": [], "figures": {}, "perspectives": []}
    return graph


def sign(one: Opened, iri: str) -> tuple[float, float]:
    """Where the middle of a sign lies in the window."""
    one.page.locator("#map").scroll_into_view_if_needed()
    x, y = one.page.evaluate("""(id) => { const { left, top } = document.getElementById("map-image").getBoundingClientRect();
        const [x, y] = map.markers.get(id).at; return [left + x, top + y]; }""", one.number(iri))
    return x, y


def scale_of(one: Opened) -> float:
    """Pixels for a unit of the map."""
    return float(one.page.evaluate("document.querySelector('#map-image > g').getAttribute('transform').match(/scale\\((.*)\\)/)[1]"))


def test_every_place_with_coordinates_lies_where_python_puts_it(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    known = points(graph)
    assert one.iris("map.markers.keys()") == set(known) and len(known) >= 6
    project = land.fitted([(at[0], at[1]) for at in known.values()])
    for iri, (latitude, longitude, *_) in known.items():
        expected = project(project.middle + (longitude - project.middle + 180) % 360 - 180, latitude)
        assert one.page.evaluate("([a, b]) => map.project(a, b)", [latitude, longitude]) == pytest.approx(expected, abs=0.05)
        assert one.page.evaluate("([a, b]) => map.unproject(...map.project(a, b))", [latitude, longitude]) == pytest.approx([latitude, longitude])
        # The tip of the sign stands on the point.
        x, y = sign(one, iri)
        image = one.page.locator("#map-image").bounding_box()
        radius = one.page.evaluate("(id) => map.markers.get(id).radius", one.number(iri))
        assert image
        by = scale_of(one)
        assert x - image["x"] == pytest.approx((expected[0] - land.WIDTH / 2) * by + image["width"] / 2, abs=1)
        assert y + radius - image["y"] == pytest.approx((expected[1] - land.HEIGHT / 2) * by + image["height"] / 2, abs=1)
    assert one.wrong == []


@pytest.mark.parametrize("some", [[(1.0, 103.0), (-6.0, 106.0)], [(-33.0, 18.0), (-26.0, 28.0)], [(64.0, -170.0), (66.0, 175.0)], [(47.7, 118.6)]])
def test_the_page_projects_as_python_does(some: list[tuple[float, float]], opened: Callable[..., Opened]) -> None:
    one = opened(page(made({str(n): [*at, "1", ""] for n, at in enumerate(some)}), "Some"))
    project = land.fitted(some)
    for latitude, longitude in some:
        expected = project(project.middle + (longitude - project.middle + 180) % 360 - 180, latitude)
        assert one.page.evaluate("([a, b]) => map.project(a, b)", [latitude, longitude]) == pytest.approx(expected, abs=0.05)
        told = one.page.evaluate("([a, b]) => map.unproject(...map.project(a, b))", [latitude, longitude])
        assert told[0] == pytest.approx(latitude) and (told[1] - longitude + 180) % 360 == pytest.approx(180)
    assert one.wrong == [] and one.page.locator("#map-image .degree").count() >= 4


def test_places_without_coordinates_are_listed_and_chosen(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    things = graph.graph["details"]["things"]
    expected = {iri for iri, data in graph.nodes(data=True) if data["group"] == "Place" and not things[iri].get("at")}
    assert one.iris("[...document.querySelectorAll('#map-words [data-without]')].map((item) => item.dataset.without)") == expected and expected
    assert f"({len(expected)})" in one.page.inner_text("#map-words h2")
    here = {target: set() for target in expected}  # type: ignore[var-annotated]
    for source, target, data in graph.edges(data=True):
        if data["predicate"].endswith("#place") and target in here and things[source].get("event"):
            here[target].add(source)
    told = one.page.evaluate("""() => [...document.querySelectorAll("#map-words [data-without]")].map((item) =>
        [item.dataset.without, [...item.querySelectorAll("ul [data-pick]")].map((one) => one.dataset.pick)].map((ids) => [ids].flat().map((id) => kgPicture.things.get(id).iri)))""")
    listed = {place[0]: set(events) for place, events in told}
    for place, events in here.items():
        assert listed[place] >= events
    one.page.click(".map-note button")
    assert one.page.evaluate("document.activeElement.getAttribute('aria-label')") == "Places without coordinates"
    place = next(iter(sorted(expected)))
    item = one.page.locator(f"[data-without={one.number(place)}] button").first
    item.focus()
    one.page.keyboard.press("Enter")
    one.settle()
    assert one.page.evaluate("kgPicture.view.state.id") == one.number(place)


def test_a_pointer_tells_and_chooses(opened: Callable[..., Opened]) -> None:
    one = opened()
    x, y = sign(one, MOSCOW)
    one.page.mouse.move(x, y)
    tip = one.page.inner_text("#map-tip")
    assert "Moscow" in tip and "55.75411° N, 37.61358° E" in tip and "given to 0.00001° (about 1 m)" in tip
    one.page.mouse.click(x, y)
    one.settle()
    assert one.page.evaluate("kgPicture.view.state.id") == one.number(MOSCOW)
    assert one.page.get_attribute(f"#map-{one.number(MOSCOW)}", "data-look") == "chosen"
    assert "Moscow" in one.page.inner_text("#card")
    box = one.page.locator("#map").bounding_box()
    assert box
    one.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 8)
    one.settle()
    assert one.page.evaluate("kgPicture.view.state.id") is None
    assert one.wrong == []


def test_the_keyboard_goes_from_place_to_place(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.page.focus("#map-image")
    one.page.keyboard.press("Tab")
    order = one.page.evaluate("map.places.map(({ id }) => id)")
    across = one.page.evaluate("map.places.map(({ id }) => map.markers.get(id).at[0])")
    assert across == sorted(across)
    for n in range(3):
        one.page.keyboard.press("ArrowRight")
        assert one.page.get_attribute("#map-image [role=listbox]", "aria-activedescendant") == f"map-{order[n]}"
        name = one.page.evaluate("(id) => kgPicture.things.get(id).name", order[n])
        assert name in one.page.inner_text("#map-tip") and name in (one.page.get_attribute(f"#map-{order[n]}", "aria-label") or "")
    one.page.keyboard.press("Enter")
    one.settle()
    assert one.page.evaluate("kgPicture.view.state.id") == order[2]
    assert one.page.get_attribute(f"#map-{order[2]}", "aria-selected") == "true"
    one.page.keyboard.press("Escape")
    assert not one.page.is_visible("#map-tip")


def test_it_is_zoomed_and_moved_by_every_means(opened: Callable[..., Opened]) -> None:
    one = opened()
    whole = scale_of(one)
    x, y = sign(one, HIROSHIMA)
    one.page.mouse.move(x, y + 10)
    one.page.mouse.wheel(0, -900)
    one.settle()
    closer = scale_of(one)
    assert closer > 3 * whole
    assert sign(one, HIROSHIMA) == pytest.approx((x, y), abs=45)  # what is under the pointer stays there
    x, y = sign(one, HIROSHIMA)
    one.page.mouse.move(x - 60, y - 60)
    one.page.mouse.down()
    one.page.mouse.move(x - 100, y - 40, steps=4)
    one.page.mouse.up()
    assert sign(one, HIROSHIMA) == pytest.approx((x - 40, y + 20), abs=1)
    assert one.page.evaluate("kgPicture.view.state.id") is None  # to drag is not to choose
    one.page.focus("#map-image")
    x, y = sign(one, HIROSHIMA)
    one.page.keyboard.press("ArrowLeft")
    assert sign(one, HIROSHIMA)[0] > x + 40
    for key, grows in (("+", True), ("-", False)):
        before = scale_of(one)
        one.page.keyboard.press(key)
        assert (scale_of(one) > before) == grows
    one.page.keyboard.press("0")
    assert scale_of(one) == pytest.approx(whole)
    one.page.click("[aria-label='Map closer']")
    assert scale_of(one) > whole
    one.page.click("[aria-label='Map wider']")
    assert scale_of(one) == pytest.approx(whole)
    one.page.click("[aria-label='Map closer']")
    one.page.click("[aria-label='The whole map']")
    assert scale_of(one) == pytest.approx(whole)
    one.page.focus("#map-image")
    for _ in range(40):
        one.page.keyboard.press("+")
    assert scale_of(one) == pytest.approx(40 * whole)
    assert one.wrong == []


def test_an_event_shows_its_places(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    expected = {t for s, t, data in graph.edges(data=True) if s == BATTLES and data["predicate"].endswith("#place") and t in points(graph)}
    one.pick(BATTLES)
    looks = dict(one.page.evaluate("[...map.markers.values()].map(({ thing, sign }) => [thing.iri, sign.dataset.look])"))
    assert {iri for iri, look in looks.items() if look == "chosen"} == expected and FIELD in expected
    assert looks[MOSCOW] == "far"


def test_what_is_chosen_elsewhere_comes_into_sight(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.page.focus("#map-image")
    for _ in range(6):
        one.page.keyboard.press("+")
    for iri in (HIROSHIMA, MOSCOW):
        one.pick(iri)
        box = one.page.locator("#map").bounding_box()
        x, y = sign(one, iri)
        assert box and box["x"] < x < box["x"] + box["width"] and box["y"] < y < box["y"] + box["height"]


@pytest.mark.parametrize("changes", [{"to": "1900-01-01"}, {"from": "1939-05-01", "to": "1939-09-16"}])
def test_the_window_of_time_and_the_legend_apply(changes: dict[str, str], opened: Callable[..., Opened]) -> None:
    one = opened()
    one.set(**changes)
    seen = one.iris("[...map.markers.values()].filter(({ sign }) => getComputedStyle(sign).display !== 'none').map(({ thing }) => thing.id)")
    assert seen == one.iris("map.places.filter(({ id }) => kgPicture.view.shows(id)).map(({ id }) => id)") and len(seen) <= 6
    listed = one.iris("[...document.querySelectorAll('#map-words [data-without]')].map((item) => item.dataset.without)")
    assert listed == one.iris("map.without.filter(({ id }) => kgPicture.view.shows(id)).map(({ id }) => id)")
    one.set(**{"from": "", "to": ""})
    one.page.uncheck("input[data-group=Place]")
    one.settle()
    assert one.iris("[...map.markers.values()].filter(({ sign }) => getComputedStyle(sign).display !== 'none').map(({ thing }) => thing.id)") == set()
    assert one.page.locator("#map-words [data-without], #map-words [data-place]").count() == 0


def test_the_more_happened_the_larger_the_sign(opened: Callable[..., Opened]) -> None:
    one = opened()
    size = one.page.evaluate("Object.fromEntries([...map.markers.values()].map(({ thing, radius }) => [thing.iri, radius]))")
    one.set(to="1930-01-01")
    one.set(to="")
    assert size[MOSCOW] > size[ID + "berlin"]


def test_the_table_says_the_same(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    one.page.click("#map-words summary")
    rows = one.page.eval_on_selector_all("[data-place]", "rows => rows.map((row) => [...row.cells].map((cell) => cell.innerText))")
    assert len(rows) == len(points(graph))
    told = {row[0]: row for row in rows}
    assert told["Hiroshima"][1] == "34.38978° N, 132.44097° E" and told["Hiroshima"][4] == points(graph)[HIROSHIMA][3]
    assert "Hiroshima" in told["Hiroshima"][3]
    one.page.click("[data-place] button")
    one.settle()
    assert one.page.evaluate("kgPicture.view.state.id") is not None
    one.page.check("input[value=network]")
    one.settle()
    assert not one.page.is_visible("#map-words")


@pytest.mark.parametrize(("step", "words"), [
    ("1", "given to 1° (about 100 km)"), ("0.01", "given to 0.01° (about 1 km)"), ("0.1", "given to 0.1° (about 10 km)"),
    ("0.00001", "given to 0.00001° (about 1 m)"), ("", "precision not told"),
])
def test_precision_in_words_and_as_a_circle(step: str, words: str, opened: Callable[..., Opened]) -> None:
    one = opened(page(made({"a": [47.7, 118.6, step, "somebody"]}), "One"))
    assert words in (one.page.get_attribute("#map-image [role=option]", "aria-label") or "")
    circles = one.page.locator("#map-image .precision")
    if step == "1":
        project = land.fitted([(47.7, 118.6)])
        assert float(circles.get_attribute("r") or 0) == pytest.approx(project.scale * scale_of(one), abs=0.1)
    else:
        assert circles.count() == 0
        one.page.focus("#map-image")
        for _ in range(4):
            one.page.keyboard.press("+")
        assert circles.count() == (1 if step == "0.1" else 0)


def test_south_and_west_are_named(opened: Callable[..., Opened]) -> None:
    one = opened(page(made({"a": [-33.5, -70.25, "0.01", ""]}), "One"))
    assert "33.5° S, 70.25° W" in (one.page.get_attribute("#map-image [role=option]", "aria-label") or "")


@pytest.mark.parametrize("width", [360, 1280, 2560])
def test_names_do_not_overlap_and_it_fits_the_window(width: int, opened: Callable[..., Opened]) -> None:
    one = opened(viewport={"width": width, "height": 800})
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = one.page.eval_on_selector_all("#map-image .place-name", "all => all.map((one) => { const { x, y, width, height } = one.getBBox(); return [x, y, x + width, y + height]; })")
    assert len(boxes) >= 3
    for n, a in enumerate(boxes):
        assert a[0] >= 0 and a[2] <= width
        for b in boxes[n + 1:]:
            assert a[2] <= b[0] + 1 or b[2] <= a[0] + 1 or a[3] <= b[1] + 2 or b[3] <= a[1] + 2


def test_the_grid_is_labelled_in_degrees(opened: Callable[..., Opened]) -> None:
    one = opened()
    labels = one.page.eval_on_selector_all("#map-image .degree", "all => all.map((one) => one.textContent)")
    assert any(re.fullmatch(r"\d+° N", text) for text in labels) and any(re.fullmatch(r"\d+° E", text) for text in labels)
    one.page.focus("#map-image")
    for _ in range(8):
        one.page.keyboard.press("+")
    after = one.page.eval_on_selector_all("#map-image .degree", "all => all.map((one) => one.textContent)")
    assert len(after) >= 2 and set(after) != set(labels)
    assert "km" in (one.page.text_content("#map-image .bar") or "")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_land_sea_and_signs_stand_out(scheme: str, opened: Callable[..., Opened]) -> None:
    one = opened(color_scheme=scheme)
    style = one.page.evaluate("""() => { const of = (selector, name) => getComputedStyle(document.querySelector(selector))[name];
        return { land: of("#map-image .land", "fill"), sea: of("#map-image .sea", "fill"), coast: of("#map-image .land", "stroke"), rim: of("#map-image .mark", "stroke"),
                 text: of("#map-image text", "fill"), halo: of("#map-image text", "stroke"), point: of("#map-image .point", "fill"), quiet: of("#map-words .quiet", "color"), paper: of("body", "backgroundColor") }; }""")
    assert style["land"] != style["sea"]
    for ground in (style["land"], style["sea"]):
        assert contrast(style["coast"], ground) >= 3
        assert contrast(style["rim"], ground) >= 3 and contrast(style["point"], ground) >= 3
        assert contrast(style["text"], ground) >= 4.5
    assert contrast(style["text"], style["halo"]) >= 4.5 and contrast(style["quiet"], style["paper"]) >= 4.5
    one.pick(MOSCOW)
    chosen = one.page.evaluate("getComputedStyle(document.querySelector('#map-image .mark[data-look=chosen]')).stroke")
    assert min(contrast(chosen, style["land"]), contrast(chosen, style["sea"])) >= 3


@pytest.mark.parametrize("fragment", ["#pane=map", "#pane=map&id=moscow"])
def test_axe_finds_nothing(fragment: str, opened: Callable[..., Opened]) -> None:
    one = opened(fragment=fragment)
    found = Axe().run(one.page, context={"include": [["#map-pane"], ["#map-words"]]}, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
    assert found.violations_count == 0, found.generate_report()


def test_without_any_point_it_says_so(opened: Callable[..., Opened]) -> None:
    one = opened(page(made({"a": None, "b": None}), "None"))
    assert "Nothing that is drawn here has coordinates" in one.page.inner_text("#map")
    assert one.page.locator("[data-without]").count() == 2 and "Event 0" in one.page.inner_text("[data-without]")
    assert one.wrong == []


def test_hostile_names_stay_text(opened: Callable[..., Opened]) -> None:
    places: dict[str, list[Any] | None] = {str(n): [40.0 + n, 110.0 + 3 * n, "0.1", label] for n, label in enumerate(HOSTILE)}
    places |= {f"no{n}": None for n in range(len(HOSTILE))}
    graph = made(places)
    for n, label in enumerate(HOSTILE):
        for name in (str(n), f"no{n}", f"at-{n}"):
            graph.nodes[f"urn:{name}"]["label"] = label
    one = opened(page(graph, "Hostile"), viewport={"width": 800, "height": 700})
    one.page.click("#map-words summary")
    one.page.focus("#map-image")
    one.page.keyboard.press("Tab")
    for _ in HOSTILE:
        one.page.keyboard.press("ArrowRight")
        box = one.page.locator("#map-tip").bounding_box()
        assert box and box["width"] <= 800
    one.page.keyboard.press("Enter")
    one.settle()
    assert one.page.evaluate("window.broken") is None and one.wrong == []
    assert one.page.locator("#left img, #left a, #left script").count() == 0
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 800


def test_the_outlines_stay_small(html: str, opened: Callable[..., Opened]) -> None:
    one = opened()
    assert one.page.evaluate("JSON.stringify(kgPicture.looks.map).length") <= 85_000
