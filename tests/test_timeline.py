"""The time line and its slider in a real browser: every dated thing, honest about what is uncertain, by pointer and by keyboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import Any

import networkx as nx
import pytest
from axe_playwright_python.sync_playwright import Axe
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from browsing import HOSTILE, Opened, contrast
from kg.picture import page
from kg.picture.chronology import scale

ID = "https://w3id.org/khalkhin/id/"
KHASAN, TAURAN, WAR = ID + "battle-of-lake-khasan", ID + "tauran-incident", ID + "world-war-ii"


@pytest.fixture
def opened(opener: Callable[..., Opened], html: str) -> Callable[..., Opened]:
    return lambda text=html, fragment="", **options: opener(text, fragment, **options)


def whens(graph: nx.MultiDiGraph[str]) -> dict[str, list[str]]:
    """The bounds of all dated things."""
    return {iri: thing["when"] for iri, thing in graph.graph["details"]["things"].items() if any(thing["when"])}


def made(dates: dict[str, list[str]], group: str = "Act", label: str = "Thing") -> nx.MultiDiGraph[str]:
    """A network of things with these bounds, each joined with the first."""
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for name in dates:
        graph.add_node(f"urn:{name}", label=f"{label} {name}", kind="act", group=group, earliest="", begun="", latest="")
    for name in list(dates)[1:]:
        graph.add_edge(f"urn:{next(iter(dates))}", f"urn:{name}", label="causes", predicate="https://example.org/#causes")
    things = {f"urn:{name}": {"when": when, "event": True} for name, when in dates.items()}
    graph.graph["details"] = {"things": things, "claims": [], "remarks": [], "figures": {}, "perspectives": []}
    return graph


def state(one: Opened, key: str) -> Any:
    one.settle()
    return one.page.evaluate("(key) => kgPicture.view.state[key]", key)


def point(one: Opened, iri: str) -> tuple[float, float]:
    """Where a sign lies in the window, scrolled into sight."""
    one.page.locator("#strip").scroll_into_view_if_needed()
    x, y = one.page.evaluate("""(id) => { const mark = timeline.marks.get(id);
        timeline.strip.scrollTop = mark.y - 60; timeline.strip.scrollLeft = mark.x - 300;
        const { left, top } = document.getElementById("marks").getBoundingClientRect(); return [left + mark.x, top + mark.y]; }""", one.number(iri))
    return x, y


def until(one: Opened, script: str) -> None:
    """Waits until a script gives a true value; the page's policy forbids Playwright's own way."""
    for _ in range(400):
        if one.page.evaluate(script):
            return
        one.page.wait_for_timeout(50)
    raise AssertionError(f"never true: {script}")


def handle(one: Opened, side: str) -> tuple[float, float]:
    one.page.locator("#track").scroll_into_view_if_needed()
    box = one.page.locator(f"#track .handle.{side}").bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_every_dated_thing_but_sides_has_a_mark(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    expected = {iri for iri in whens(graph) if graph.nodes[iri]["group"] != "Side"}
    assert one.iris("timeline.marks.keys()") == expected and len(expected) > 150
    assert one.page.locator("#marks [role=option]").count() == len(expected)
    assert one.wrong == []


def test_the_page_counts_as_python_does(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    knots = scale(whens(graph).values())
    assert one.page.evaluate("kgPicture.looks.scale") == [list(knot) for knot in knots]
    for (day, place), (after, to) in pairwise(knots):
        first, last = date.fromisoformat(day), date.fromisoformat(after)
        middle = first + (last - first) / 2
        expected = place + (to - place) * (middle - first).days / (last - first).days
        told = one.page.evaluate("(day) => [scale.place(scale.number(day)), scale.day(scale.at(scale.place(scale.number(day))))]", middle.isoformat())
        assert told[0] == pytest.approx(expected) and told[1] == middle.isoformat()


def test_days_months_and_years_are_counted_by_the_calendar(opened: Callable[..., Opened]) -> None:
    one = opened()

    # One page for all the examples.
    @settings(suppress_health_check=list(HealthCheck), deadline=None, max_examples=60)
    @given(st.dates(), st.sampled_from([-12, -1, 1, 12]))
    def counted(day: date, months: int) -> None:
        number, back, later = one.page.evaluate(
            "([day, months]) => { const n = scale.number(day); return [n, scale.day(n), scale.day(scale.later(n, months))]; }", [day.isoformat(), months])
        assert number == (day - date(1970, 1, 1)).days and back == day.isoformat()
        month = day.year * 12 + day.month - 1 + months
        if 12 <= month < 120_000:
            assert later.startswith(f"{month // 12:04}-{month % 12 + 1:02}-") and int(later[8:]) <= day.day

    counted()


def test_marks_lie_on_their_days(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened(viewport={"width": 2560, "height": 1300})
    drawn = one.page.evaluate("""() => [...timeline.marks.values()].map(({ thing, sign, x }) => {
        const { x: left, width } = sign.getBBox(); return { iri: thing.iri, long: sign.classList.contains("long"), x, left, right: left + width }; })""")
    width = one.page.evaluate("timeline.width")
    at = one.page.evaluate("(days) => Object.fromEntries(days.map((day) => [day, scale.place(scale.number(day))]))",
                           sorted({day for when in whens(graph).values() for day in when if day}))
    bars = 0
    for mark in drawn:
        first, last, end_first, end_last = whens(graph)[mark["iri"]]
        if mark["long"]:
            bars += 1
            assert last <= end_first or not (last and end_first)
            assert mark["left"] == pytest.approx(at[last or end_first] * width, abs=1)
        elif first and end_last:
            assert at[first] * width - 8 <= mark["x"] <= at[end_last] * width + 25
    assert bars > 15


def test_what_is_uncertain_is_drawn_so_and_not_by_colour_alone(opened: Callable[..., Opened]) -> None:
    dates = {
        "day": ["1939-05-11"] * 4,
        "months": ["1939-02-01", "1939-02-28", "1939-08-01", "1939-08-31"],
        "month": ["1939-06-01", "1939-06-30", "1939-06-01", "1939-06-30"],
        "begun": ["1939-03-04", "1939-03-04", "1939-03-04", ""],
        "ended": ["", "1939-10-04", "1939-10-04", "1939-10-04"],
    }
    one = opened(page(made(dates), "Some"))
    look = {}
    for name in dates:
        look[name] = one.page.evaluate("""(id) => { const { sign, paper } = timeline.marks.get(id);
            const [hatched, rim] = [paper.querySelector(".hatched"), paper.querySelector(".rim")];
            return { long: sign.classList.contains("long"), hatched: hatched && hatched.getAttribute("fill"), dashed: rim && getComputedStyle(rim).strokeDasharray,
                     open: rim && !rim.getAttribute("d").endsWith("Z"), wide: sign.getBBox().width, whole: paper.getBBox().width }; }""", one.number(f"urn:{name}"))
    assert look["day"]["hatched"] is None and look["day"]["dashed"] is None
    for name in ("months", "month", "begun", "ended"):
        assert look[name]["hatched"] == "url(#hatch-Act)" and look[name]["dashed"] not in (None, "none")
    assert look["months"]["long"] and look["months"]["wide"] < look["months"]["whole"]
    assert not look["month"]["long"]
    assert [look[name]["open"] for name in ("months", "month", "begun", "ended")] == [False, False, True, True]
    assert "crowded years are drawn wider" in one.page.inner_text("#time").lower()


@pytest.mark.parametrize("width", [360, 1280, 2560])
def test_no_sign_hides_another(width: int, opened: Callable[..., Opened]) -> None:
    one = opened(viewport={"width": width, "height": 800})
    signs = one.page.evaluate("[...timeline.marks.values()].filter((mark) => timeline.events.includes(mark.thing)).map(({ x, y }) => [x, y])")
    near = [(a, b) for n, a in enumerate(signs) for b in signs[n + 1:] if abs(a[0] - b[0]) < 9 and abs(a[1] - b[1]) < 9]
    assert near == []


def test_a_pointer_tells_the_name_and_chooses(opened: Callable[..., Opened]) -> None:
    one = opened()
    x, y = point(one, KHASAN)
    assert not one.page.is_visible("#time-label")
    one.page.mouse.move(x, y)
    assert "Battle of Lake Khasan" in one.page.inner_text("#time-label") and "29 July 1938" in one.page.inner_text("#time-label")
    one.page.mouse.click(x, y)
    assert state(one, "id") == one.number(KHASAN)
    assert one.page.get_attribute(f"#time-{one.number(KHASAN)}", "data-look") == "chosen"
    assert "Battle of Lake Khasan" in one.page.inner_text("#card")
    one.page.mouse.move(5, 5)
    assert not one.page.is_visible("#time-label")
    assert one.wrong == []


def test_the_keyboard_goes_along_the_line_and_chooses(opened: Callable[..., Opened]) -> None:
    one = opened()
    order = one.page.evaluate("timeline.all.map(({ id }) => id)")
    one.page.focus("#track .handle.to")
    one.page.keyboard.press("Tab")
    assert one.page.evaluate("document.activeElement.id") == "marks"
    assert one.page.is_visible("#time-label") and one.page.get_attribute("#marks", "aria-activedescendant") == f"time-{order[0]}"
    for _ in range(12):
        one.page.keyboard.press("ArrowRight")
    one.page.keyboard.press("ArrowLeft")
    assert one.page.get_attribute("#marks", "aria-activedescendant") == f"time-{order[11]}"
    name = one.page.evaluate("(id) => kgPicture.things.get(id).name", order[11])
    assert name in one.page.inner_text("#time-label") and name in (one.page.get_attribute(f"#time-{order[11]}", "aria-label") or "")
    one.page.keyboard.press("Enter")
    assert state(one, "id") == order[11]
    assert one.page.get_attribute(f"#time-{order[11]}", "aria-selected") == "true"
    one.page.keyboard.press("End")
    assert one.page.get_attribute("#marks", "aria-activedescendant") == f"time-{order[-1]}"
    one.page.keyboard.press("Escape")
    assert not one.page.is_visible("#time-label")


def test_what_is_chosen_elsewhere_is_brought_into_sight(opened: Callable[..., Opened]) -> None:
    one = opened(viewport={"width": 400, "height": 800})
    for iri in (WAR, TAURAN):
        one.pick(iri)
        mark, strip = one.page.locator(f"#time-{one.number(iri)}").bounding_box(), one.page.locator("#strip").bounding_box()
        assert mark and strip
        assert mark["x"] < strip["x"] + strip["width"] and mark["x"] + mark["width"] > strip["x"]
        assert strip["y"] - 1 < mark["y"] < strip["y"] + strip["height"]
        looks = dict(one.page.evaluate("[...timeline.marks.values()].map((mark) => [mark.thing.iri, mark.sign.dataset.look])"))
        assert [own for own, look in looks.items() if look == "chosen"] == [iri]
        near = one.iris("kgPicture.view.focus")
        assert {own for own, look in looks.items() if look == "near"} == (near & set(looks)) - {iri}
        assert {own for own, look in looks.items() if look == "far"} == set(looks) - near


def test_marks_follow_the_window_and_the_legend(opened: Callable[..., Opened]) -> None:
    one = opened()
    for changes in ({"to": "1937-06-15"}, {"from": "1936-02-01", "to": "1936-03-15"}, {"from": "", "to": ""}):
        one.set(**changes)
        away = one.iris("[...timeline.marks.values()].filter((mark) => mark.sign.dataset.look === 'away').map((mark) => mark.thing.id)")
        assert away == one.iris("[...timeline.marks.keys()].filter((id) => !kgPicture.view.shows(id))")
        assert bool(away) == bool(changes["to"])
    one.page.uncheck("input[data-group=Fighting]")
    one.settle()
    away = one.iris("[...timeline.marks.values()].filter((mark) => mark.sign.dataset.look === 'away').map((mark) => mark.thing.id)")
    assert away == one.iris("[...timeline.marks.values()].filter((mark) => mark.thing.group === 'Fighting').map((mark) => mark.thing.id)") != set()


def test_the_handle_moves_by_keys(opened: Callable[..., Opened]) -> None:
    one = opened()
    to = one.page.locator("#track .handle.to")
    assert to.get_attribute("role") == "slider" and "open, to the end" in (to.get_attribute("aria-valuetext") or "")
    to.focus()
    for key, expected in (
        ("ArrowLeft", "2013-12-30"), ("PageDown", "2012-12-30"), ("Shift+ArrowLeft", "2012-11-30"), ("ArrowDown", "2012-11-29"),
        ("ArrowRight", "2012-11-30"), ("Shift+ArrowRight", "2012-12-30"), ("PageUp", "2013-12-30"), ("End", ""), ("Home", "1237-01-01"),
    ):
        one.page.keyboard.press(key)
        assert state(one, "to") == expected, key
    assert to.get_attribute("aria-valuetext") == "1 January 1237" and to.get_attribute("aria-valuenow") == "0"
    assert one.page.inner_text("#time .told").startswith("Shown: up to 1 January 1237")


def test_the_handles_of_a_window_do_not_pass_each_other(opened: Callable[..., Opened]) -> None:
    one = opened(fragment="#from=1939-08-01&to=1939-08-03")
    assert one.page.is_checked("input[name=time-mode] >> nth=1")
    one.page.focus("#track .handle.from")
    for _ in range(4):
        one.page.keyboard.press("ArrowRight")
    assert state(one, "from") == "1939-08-03"
    one.page.focus("#track .handle.to")
    one.page.keyboard.press("PageDown")
    assert state(one, "to") == "1939-08-03"
    assert one.page.inner_text("#time .told").startswith("Shown: on 3 August 1939")
    one.page.focus("#track .handle.from")
    one.page.keyboard.press("Home")
    assert state(one, "from") == "" and one.page.is_visible("#track .handle.from")


def test_the_handle_is_dragged(opened: Callable[..., Opened]) -> None:
    one = opened()
    x, y = handle(one, "to")
    one.page.mouse.move(x, y)
    one.page.mouse.down()
    box = one.page.locator("#track").bounding_box()
    assert box
    seen = []
    for day in ("1941-06-22", "1939-08-20", "1936-03-10"):
        place = one.page.evaluate("(day) => scale.place(scale.number(day) + 0.5)", day)
        one.page.mouse.move(box["x"] + place * box["width"], y + 60)
        seen.append(state(one, "to"))
    one.page.mouse.up()
    one.page.mouse.move(box["x"] + 40, y)
    assert all(abs((date.fromisoformat(a) - date.fromisoformat(b)).days) <= 2 for a, b in zip(seen, ("1941-06-22", "1939-08-20", "1936-03-10"), strict=True))
    assert state(one, "to") == seen[-1]
    curtain = one.page.locator(".curtain").nth(1).bounding_box()
    assert curtain and curtain["x"] == pytest.approx(handle(one, "to")[0], abs=1.5)


def test_both_handles_are_dragged_and_the_track_is_touched(opened: Callable[..., Opened]) -> None:
    one = opened(fragment="#from=1936-01-01&to=1940-01-01", has_touch=True)
    box = one.page.locator("#track").bounding_box()
    assert box
    x, y = handle(one, "from")
    one.page.mouse.move(x, y)
    one.page.mouse.down()
    one.page.mouse.move(box["x"] + box["width"], y)
    one.page.mouse.up()
    assert state(one, "from") == state(one, "to") == "1940-01-01"
    place = one.page.evaluate("scale.place(scale.number('1935-06-15'))")
    x, y = handle(one, "to")
    one.page.touchscreen.tap(box["x"] + place * box["width"], y)
    assert state(one, "from")[:7] == "1935-06" and state(one, "to") == "1940-01-01"


def test_days_are_typed(opened: Callable[..., Opened]) -> None:
    one = opened()
    assert not one.page.is_visible("#time-from")
    one.page.fill("#time-to", "1939-09-16")
    assert state(one, "to") == "1939-09-16"
    assert one.page.inner_text("#time .told").startswith("Shown: up to 16 September 1939")
    one.page.check("input[name=time-mode] >> nth=1")
    assert state(one, "from") == "1938-09-16" and one.page.input_value("#time-from") == "1938-09-16"
    one.page.fill("#time-from", "1939-12-24")
    assert "end before it begins" in one.page.inner_text("#time .hint") and state(one, "from") == "1938-09-16"
    one.page.fill("#time-from", "1100-01-01")
    assert "1237" in one.page.inner_text("#time .hint") and state(one, "from") == "1938-09-16"
    one.page.focus("#time-to")
    assert one.page.input_value("#time-from") == "1938-09-16" and one.page.inner_text("#time .hint") == ""
    one.page.click("text=All time")
    assert state(one, "from") == state(one, "to") == "" and not one.page.is_visible("#time-from")
    assert one.page.input_value("#time-to") == ""
    until(one, "document.querySelector('#time [role=status]').textContent.startsWith('Shown: all time')")


def test_it_follows_the_address(opened: Callable[..., Opened]) -> None:
    one = opened(fragment="#from=1935-01-08&to=1939-09-16")
    assert one.page.get_attribute("#track .handle.from", "aria-valuetext") == "8 January 1935"
    assert one.page.get_attribute("#track .handle.to", "aria-valuetext") == "16 September 1939"
    assert one.page.input_value("#time-from") == "1935-01-08" and one.page.input_value("#time-to") == "1939-09-16"
    one.set(**{"from": "", "to": "1938-01-01"})
    assert one.page.get_attribute("#track .handle.to", "aria-valuetext") == "1 January 1938"


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_play_goes_through_the_moments(motion: str, opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened(reduced_motion=motion)
    one.page.select_option("#time select", label="fast")
    one.page.evaluate("() => { window.days = []; kgPicture.view.on(() => { if (days.at(-1) !== kgPicture.view.state.to) days.push(kgPicture.view.state.to); }); }")
    play = one.page.locator("#time button").first
    play.focus()
    one.page.keyboard.press("Enter")
    assert "Pause" in play.inner_text()
    until(one, "days.length >= 4")
    assert (one.page.locator("#sheet.playing").count() == 1) == (motion == "no-preference")
    play.click()
    assert "Play" in play.inner_text()
    days = one.page.evaluate("days")
    begins = {next(day for day in when if day) for iri, when in whens(graph).items()}
    assert days == sorted(days) and set(days) <= begins and days[0] == "1860-01-01"
    one.page.wait_for_timeout(700)
    assert one.page.evaluate("days.length") <= len(days) + 1
    now = one.page.evaluate("kgPicture.view.state.to")
    one.page.click("[aria-label='On to the next moment']")
    after = state(one, "to")
    assert after > now
    one.page.click("[aria-label='Back to the moment before']")
    assert state(one, "to") == now and one.wrong == []


def test_play_begins_where_the_window_begins_and_ends_at_the_end(opened: Callable[..., Opened]) -> None:
    one = opened(fragment="#from=1945-08-08&to=1945-08-08")
    one.page.select_option("#time select", label="fast")
    play = one.page.locator("#time button").first
    play.click()
    until(one, "kgPicture.view.state.to > '2013-01-01'")
    until(one, "document.querySelector('#time button').textContent.includes('Play')")
    assert state(one, "from") == state(one, "to"), "it is as wide as before"


def test_the_line_is_made_wider(opened: Callable[..., Opened]) -> None:
    one = opened()
    before = one.page.locator("#marks").bounding_box()
    one.page.click("[aria-label='Wider time line']")
    after = one.page.locator("#marks").bounding_box()
    assert before and after and after["width"] > 1.5 * before["width"]
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    one.set(to="1236-01-01")
    one.set(to="2013-05-07")
    assert one.page.evaluate("(() => { const { scrollLeft, clientWidth } = timeline.strip; return scrollLeft + clientWidth > timeline.width * 0.95; })()")
    one.page.click("[aria-label='Narrower time line']")
    assert one.page.locator("#marks").bounding_box() == before


@pytest.mark.parametrize("width", [360, 2560])
def test_it_fits_the_window(width: int, opened: Callable[..., Opened]) -> None:
    one = opened(viewport={"width": width, "height": 800})
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
    strip = one.page.locator("#strip").bounding_box()
    assert strip and strip["x"] >= 0 and strip["x"] + strip["width"] <= width
    small = one.page.evaluate("""[...document.querySelectorAll("#time button, #time select, #time input[type=date], #track .handle")]
        .filter((one) => one.offsetParent && Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height) < 24).length""")
    assert small == 0


def test_it_is_drawn_anew_when_the_window_changes_its_width(opened: Callable[..., Opened]) -> None:
    one = opened(viewport={"width": 1280, "height": 800})
    one.pick(KHASAN)
    one.page.set_viewport_size({"width": 1700, "height": 800})
    until(one, "document.getElementById('sheet').offsetWidth === timeline.strip.clientWidth - 28")
    assert one.page.get_attribute(f"#time-{one.number(KHASAN)}", "data-look") == "chosen"


def test_names_change_with_the_perspective(opened: Callable[..., Opened]) -> None:
    one = opened()
    before = one.page.get_attribute(f"#time-{one.number(KHASAN)}", "aria-label")
    one.set(language="ja")
    after = one.page.get_attribute(f"#time-{one.number(KHASAN)}", "aria-label")
    expected = one.page.evaluate("(id) => kgPicture.nameOf(id)", one.number(KHASAN))
    assert after and after != before and after.startswith(expected)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_and_words_stand_out(scheme: str, opened: Callable[..., Opened]) -> None:
    one = opened(color_scheme=scheme)
    paper = one.page.evaluate("getComputedStyle(document.body).backgroundColor")
    style = "(selector, name) => getComputedStyle(document.querySelector(selector))[name]"
    for selector, name, least in (
        ("#marks .mark", "stroke", 3), ("#marks .rim", "stroke", 3), ("#marks .year", "fill", 4.5), ("#marks .month", "fill", 4.5),
        ("#time .told", "color", 4.5), ("#time .quiet", "color", 4.5), ("#time .hint", "color", 4.5), ("#track .chosen", "backgroundColor", 3), ("#strip", "borderTopColor", 3),
    ):
        colour = one.page.evaluate(f"([selector, name]) => ({style})(selector, name)", [selector, name])
        assert contrast(colour, paper) >= least, selector
    one.pick(KHASAN)
    mark = one.page.evaluate("getComputedStyle(document.querySelector('#marks path[data-look=chosen]')).stroke")
    assert contrast(mark, paper) >= 3
    x, y = point(one, KHASAN)
    one.page.mouse.move(x, y)
    text, ground = one.page.evaluate("(() => { const style = getComputedStyle(document.getElementById('time-label')); return [style.color, style.backgroundColor]; })()")
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("fragment", ["", "#from=1939-05-01&to=1939-09-16&id=battle-of-lake-khasan"])
def test_axe_finds_nothing(fragment: str, opened: Callable[..., Opened]) -> None:
    one = opened(fragment=fragment)
    found = Axe().run(one.page, context="#time", options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
    assert found.violations_count == 0, found.generate_report()


def test_without_dates_it_says_so(opened: Callable[..., Opened]) -> None:
    one = opened(page(made({"a": [""] * 4, "b": [""] * 4}), "None"))
    assert "Nothing that is drawn here has a date" in one.page.inner_text("#time")
    one.set(to="1939-01-01")
    assert one.wrong == [] and one.page.locator("#time [role=slider]").count() == 0


def test_one_day_is_a_time_line_too(opened: Callable[..., Opened]) -> None:
    one = opened(page(made({"a": ["1939-05-11"] * 4}), "One"))
    assert one.page.locator("#marks [role=option]").count() == 1
    one.page.locator("#time button").first.click()
    until(one, "kgPicture.view.state.to === '1939-05-11'")
    assert one.wrong == []


def test_hostile_names_stay_text(opened: Callable[..., Opened]) -> None:
    graph = made({str(n): [f"1939-05-{n + 1:02}"] * 4 for n in range(len(HOSTILE))})
    for n, label in enumerate(HOSTILE):
        graph.nodes[f"urn:{n}"]["label"] = label
    one = opened(page(graph, "Hostile"), viewport={"width": 800, "height": 700})
    one.page.focus("#marks")
    for _ in HOSTILE:
        one.page.keyboard.press("ArrowRight")
        box = one.page.locator("#time-label").bounding_box()
        assert box and box["width"] <= 800
    one.page.keyboard.press("Enter")
    one.settle()
    assert one.page.evaluate("window.broken") is None and one.wrong == []
    assert one.page.locator("#time img, #time a, #time script").count() == 0
    assert one.page.evaluate("document.documentElement.scrollWidth") <= 800


def test_five_thousand_things_are_drawn_and_a_move_touches_few(opened: Callable[..., Opened]) -> None:
    day = lambda n: date.fromordinal(date(1931, 1, 1).toordinal() + n).isoformat()  # noqa: E731
    one = opened(page(made({str(n): [day(n), day(n), day(n + n % 40), day(n + n % 40)] for n in range(5000)}), "Many"))
    assert one.page.locator("#marks [role=option]").count() == 5000
    one.set(to=day(3000))
    one.page.evaluate("""() => { window.changes = 0; new MutationObserver((list) => { changes += list.length; }).observe(document.getElementById("marks"), { subtree: true, attributes: true, childList: true }); }""")
    one.set(to=day(3010))
    one.settle()
    assert 10 <= one.page.evaluate("changes") <= 40
    assert one.wrong == []


def ax_options(one: Opened) -> set[str]:
    """What a screen reader is offered in the list of the time line."""
    nodes = one.context.new_cdp_session(one.page).send("Accessibility.getFullAXTree")["nodes"]
    lists = [node for node in nodes if node.get("role", {}).get("value") == "listbox" and node["name"]["value"].startswith("Time line")]
    assert len(lists) == 1
    own = {node["nodeId"]: node for node in nodes}
    found, left = set(), list(lists[0]["childIds"])
    while left:
        node = own.get(left.pop())
        if node and node.get("role", {}).get("value") == "option" and not node["ignored"]:
            found.add(node["name"]["value"])
        left += node.get("childIds", []) if node else []
    return found


def test_a_screen_reader_is_offered_only_what_is_shown(opened: Callable[..., Opened]) -> None:
    one = opened()
    shown = "timeline.all.filter(({ id }) => kgPicture.view.shows(id)).map(({ id }) => timeline.marks.get(id).sign.getAttribute('aria-label'))"
    for changes in ({"from": "1936-02-01", "to": "1936-03-15"}, {"from": "", "to": ""}):
        one.set(**changes)
        expected = set(one.page.evaluate(shown))
        assert ax_options(one) == expected
        assert (len(expected) < 100) == bool(changes["to"])


def chosen_mode(one: Opened) -> list[bool]:
    one.settle()
    return [one.page.is_checked(f"input[name=time-mode] >> nth={n}") for n in (0, 1)]


def test_the_mode_follows_what_others_set(opened: Callable[..., Opened]) -> None:
    one = opened()
    window = one.page.locator("input[name=time-mode] >> nth=1")
    window.check()
    assert chosen_mode(one) == [False, True]
    one.page.click("#reset")
    assert chosen_mode(one) == [True, False] and not one.page.is_visible("#track .handle.from")
    assert state(one, "from") == state(one, "to") == ""
    window.check()
    one.settle()
    one.page.evaluate("location.hash = 'to=1939-09-16'")
    one.page.wait_for_timeout(100)
    assert chosen_mode(one) == [True, False] and state(one, "to") == "1939-09-16"
    # A window that was opened at both ends by hand is one still, until it is reset.
    window.check()
    for side, key in (("from", "Home"), ("to", "End")):
        one.page.focus(f"#track .handle.{side}")
        one.page.keyboard.press(key)
    assert state(one, "from") == state(one, "to") == "" and chosen_mode(one) == [False, True]
    one.page.click("[aria-label='Wider time line']")
    assert chosen_mode(one) == [False, True]
    one.page.click("#reset")
    assert chosen_mode(one) == [True, False]


def test_a_window_begins_where_most_begins_or_around_what_is_chosen(opened: Callable[..., Opened], graph: nx.MultiDiGraph[str]) -> None:
    one = opened()
    one.page.check("input[name=time-mode] >> nth=1")
    first, last = date.fromisoformat(state(one, "from")), date.fromisoformat(state(one, "to"))
    assert 364 <= (last - first).days <= 366
    begins = sorted(date.fromisoformat(next(day for day in when if day)) for when in (
        thing["when"] for iri, thing in graph.graph["details"]["things"].items()
        if any(thing["when"]) and graph.nodes[iri]["group"] not in {"Side", "State", "Organization", "Group", "Person", "Place"}))
    inside = sum(first <= day <= last for day in begins)
    assert inside == max(sum(0 <= (day - begin).days <= (last - first).days for day in begins) for begin in begins)
    other = opened()
    other.pick(KHASAN)
    other.page.check("input[name=time-mode] >> nth=1")
    assert state(other, "from") < "1938-07-29" and "1938-08-11" < state(other, "to") < "1939-06-01"
    third = opened()
    third.pick(WAR)
    third.page.check("input[name=time-mode] >> nth=1")
    assert state(third, "from") == "1939-09-01" and state(third, "to") == "1945-09-02"


def test_play_moves_a_window_on_as_wide_as_it_is(opened: Callable[..., Opened]) -> None:
    one = opened(fragment="#from=1939-01-01&to=1939-03-31")
    one.page.select_option("#time select", label="fast")
    one.page.evaluate("() => { window.seen = []; kgPicture.view.on(() => { const { from, to } = kgPicture.view.state; seen.push([from, to]); }); }")
    one.page.locator("#time button").first.click()
    until(one, "seen.length >= 4")
    one.page.locator("#time button").first.click()
    seen = one.page.evaluate("seen")
    assert seen[0] > ["1939-01-01", "1939-03-31"] and seen == sorted(seen) and len({to for _, to in seen}) >= 4
    assert {(date.fromisoformat(to) - date.fromisoformat(begin)).days for begin, to in seen} == {89}
    one.page.click("[aria-label='Back to the moment before']")
    begin, to = state(one, "from"), state(one, "to")
    assert to < seen[-1][1] and (date.fromisoformat(to) - date.fromisoformat(begin)).days == 89
    assert one.wrong == []


def test_play_moves_a_window_without_an_end(opened: Callable[..., Opened]) -> None:
    one = opened(fragment="#from=1939-01-01")
    one.page.locator("#time button").first.click()
    assert state(one, "from") == "1939-01-01" and state(one, "to") == "1939-12-31"


def test_who_types_a_day_is_not_played_over(opened: Callable[..., Opened]) -> None:
    one = opened()
    one.page.select_option("#time select", label="fast")
    play = one.page.locator("#time button").first
    for typed in (lambda: one.page.fill("#time-to", "1939-09-16"), lambda: one.page.locator("#time-to").press("1")):
        play.click()
        assert "Pause" in play.inner_text()
        typed()
        assert "Play" in play.inner_text()
        now = state(one, "to")
        one.page.wait_for_timeout(700)
        assert state(one, "to") == now
    assert one.wrong == []
