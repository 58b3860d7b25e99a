"""The scale of the time line: whole, in order, the same every time, and wide where much happened."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kg import asof
from kg.network import network
from kg.picture.chronology import scale
from kg.store import Store

days = st.dates().map(date.isoformat) | st.dates(date(1931, 1, 1), date(1946, 12, 31)).map(date.isoformat) | st.just("")
whens = st.lists(st.tuples(days, days, days, days), max_size=60)


def room(knots: list[tuple[str, float]], first: str, last: str) -> float:
    """The share of the scale between two of its own days."""
    places = dict(knots)
    return places[last] - places[first]


@given(whens)
def test_days_and_places_grow_from_end_to_end(some: list[tuple[str, str, str, str]]) -> None:
    knots = scale(some)
    known = [day for when in some for day in when if day]
    if not known:
        assert knots == []
        return
    assert knots[0][1] == 0 and knots[-1][1] == 1
    assert all(one[0] < other[0] and one[1] < other[1] for one, other in pairwise(knots))
    assert knots[0][0] <= min(known) and max(known) <= knots[-1][0]
    assert all(date.fromisoformat(day) for day, _ in knots)
    assert knots[0][0].endswith("-01-01") and knots[-1][0].endswith("-12-31")


@given(whens, st.randoms(use_true_random=False))
def test_the_order_of_things_changes_nothing(some: list[tuple[str, str, str, str]], random: object) -> None:
    other = list(some)
    random.shuffle(other)  # type: ignore[attr-defined]
    assert scale(other) == scale(some)


@given(whens)
def test_it_stays_small(some: list[tuple[str, str, str, str]]) -> None:
    assert len(scale(some * 3)) <= 2 * 151 + 12 * 60


def test_a_crowded_year_and_a_crowded_month_get_more_room() -> None:
    crowd = [(f"1939-08-{day:02}", f"1939-08-{day:02}", "", "") for day in range(1, 29)]
    knots = scale([*crowd, ("1938-05-05", "", "", "")])
    assert room(knots, "1939-01-01", "1939-12-31") > 3 * room(knots, "1938-01-01", "1939-01-01")
    assert room(knots, "1939-08-01", "1939-09-01") > 5 * room(knots, "1939-07-01", "1939-08-01")


def test_an_empty_stretch_gets_little_however_long_it_is() -> None:
    knots = scale([("1237-03-04",) * 4, ("1931-03-04",) * 4, ("1932-03-04",) * 4])
    assert knots[1][0] == "1238-01-01" and knots[2][0] == "1931-01-01"
    assert room(knots, "1238-01-01", "1931-01-01") < 2 * room(knots, "1237-01-01", "1238-01-01")


def test_one_day_has_its_whole_year() -> None:
    assert scale([("1939-09-16", "", "", "")]) == [("1939-01-01", 0.0), ("1939-12-31", 1.0)]


def test_most_of_the_strip_belongs_to_the_years_of_the_conflict(store: Store) -> None:
    lives = asof.lifetimes(store, network(store))
    knots = scale([
        [day.isoformat() if day else "" for day in (life.begin_first, life.begin_last, life.end_first, life.end_last)]
        for life in lives.values()
    ])
    assert knots[0][0][:4] == "1237" and knots[-1][0][:4] == "2013"
    assert room(knots, "1931-01-01", "1947-01-01") > 0.6
