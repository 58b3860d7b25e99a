"""Dates as people write them, their bounds, steps and order."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg import dates
from kg.dates import Bounds, DateError, add, before, bounds, follows, interval, shifted

DAYS = st.dates(date(1000, 1, 1), date(2999, 12, 31))


def span(first: str, last: str) -> Bounds:
    return Bounds(date.fromisoformat(first), date.fromisoformat(last))


@pytest.mark.parametrize("text, first, last", [
    ("1935", "1935-01-01", "1935-12-31"),
    ("1935-01", "1935-01-01", "1935-01-31"),
    ("1936-02", "1936-02-01", "1936-02-29"),
    ("1935-01-08", "1935-01-08", "1935-01-08"),
    ("193X", "1930-01-01", "1939-12-31"),
    ("[1935-01,1935-02]", "1935-01-01", "1935-02-28"),
    ("[1939-08-07..1939-08-20]", "1939-08-07", "1939-08-20"),
    ("1935?", "1935-01-01", "1935-12-31"),
    # The documented margins of an approximate date.
    ("1935~", "1934-01-01", "1936-12-31"),
    ("1935-01~", "1934-12-01", "1935-02-28"),
    ("1935-01-08~", "1935-01-01", "1935-01-15"),
    ("1935-02%", "1935-01-01", "1935-03-31"),
    ("1904/1905", "1904-01-01", "1905-12-31"),
])
def test_bounds(text: str, first: str, last: str) -> None:
    assert bounds(text) == span(first, last)


def test_an_interval_has_bounds_for_its_beginning_and_its_end() -> None:
    assert interval("1918~/1920-05") == (span("1917-01-01", "1919-12-31"), span("1920-05-01", "1920-05-31"))
    assert interval("1939-07") == (span("1939-07-01", "1939-07-31"),) * 2


@pytest.mark.parametrize("text, says", [
    ("1935-02-30", "no date that exists"), ("1935-13", "no date that exists"), ("1935-00-01", "no date that exists"), ("", "no date that exists"),
    ("summer 1935", "no date that exists"), ("0000", "no date that exists"), ("Y17E7", "no date that exists"),
    ("../1935", "open at one end"), ("1935/..", "open at one end"), ("1935/", "open at one end"), ("1/2/3", "open at one end"),
    ("1939-08/1939-07", "ends before it begins"), ("0001~", "edge of the calendar"), ("9999~", "edge of the calendar"),
])
def test_what_is_no_date(text: str, says: str) -> None:
    with pytest.raises(DateError, match=says) as caught:
        bounds(text)
    assert caught.value.exit_code == 3 and caught.value.todo


@given(st.text(max_size=12) | st.text(alphabet="0123456789-/~?%X[].,{}PTYMD", max_size=12))
def test_any_text_is_a_date_or_an_error_of_ours(text: str) -> None:
    try:
        found = bounds(text)
    except DateError as error:
        assert "\n" not in error.what or "\n" in text
    else:
        assert found.earliest <= found.latest


@given(DAYS)
def test_a_finer_date_lies_within_the_coarser(day: date) -> None:
    whole = day.isoformat()
    assert bounds(whole) == Bounds(day, day)
    assert bounds(whole) in bounds(whole[:7]) and bounds(whole[:7]) in bounds(whole[:4])
    for text in (whole, whole[:7], whole[:4]):
        assert bounds(text) in bounds(text + "~")


@given(DAYS, st.integers(-4000, 4000))
def test_days_are_added_as_the_calendar_does(day: date, days: int) -> None:
    step = f"{'-' if days < 0 else ''}P{abs(days)}D"
    assert add(day.isoformat(), step) == (day + timedelta(days)).isoformat()
    assert follows(day.isoformat(), step, (day + timedelta(days)).isoformat())
    assert not follows(day.isoformat(), step, (day + timedelta(days + 1)).isoformat())


@pytest.mark.parametrize("base, step, reached", [
    ("1935-12-19", "P5D", "1935-12-24"), ("1935-12-31", "P1M", "1936-01-31"), ("1936-01-31", "P1M", "1936-02-29"), ("1936-02-29", "P1Y", "1937-02-28"),
    ("1945-04-05", "P4M", "1945-08-05"), ("1937-07", "P2Y", "1939-07"), ("1945-08", "PT0S", "1945-08"), ("[1935-01,1935-02]", "P0D", "[1935-01,1935-02]"),
    ("1938-08-10", "P1D", "1938-08-11"), ("1938-08-10", "PT24H", "1938-08-11"), ("1938-08-10", "-P1D", "1938-08-09"),
    # A step finer than the date gives days.
    ("1936-03", "P5D", "1936-03-06/1936-04-05"), ("1945-08-08", "PT1H", "1945-08-08/1945-08-09"),
])
def test_steps(base: str, step: str, reached: str) -> None:
    assert add(base, step) == reached


@pytest.mark.parametrize("step", ["P", "PT", "5D", "P3W", "P1.5D", "", "P1DT"])
def test_what_is_no_duration(step: str) -> None:
    with pytest.raises(DateError, match="is no duration"):
        add("1935-12-19", step)


def test_a_step_out_of_the_calendar() -> None:
    with pytest.raises(DateError, match="out of the calendar"):
        shifted(bounds("9999"), "P1Y")


@pytest.mark.parametrize("base, step, claimed, holds", [
    ("1945-04-05", "P4M", "1945-08", True),  # said less precisely than it can be worked out
    ("1945-04-05", "P4M", "1945-09", False), ("1945-08", "PT1H", "1945-08", True), ("1936-03", "P5D", "1936-03-20", True), ("1936-03", "P5D", "1936-05-20", False),
])
def test_what_follows_from_a_date(base: str, step: str, claimed: str, holds: bool) -> None:
    assert follows(base, step, claimed) is holds


@pytest.mark.parametrize("one, other, says", [
    ("1904", "1905", "certain"), ("1935-01", "1935", "possible"), ("1935", "1935", "possible"), ("1935-01-08", "1935-01-08", "impossible"),
    ("1939", "1935", "impossible"), ("1935-12-31", "1935", "impossible"),
])
def test_before_has_three_values(one: str, other: str, says: str) -> None:
    assert before(bounds(one), bounds(other)) == says


@given(st.lists(DAYS, min_size=4, max_size=4))
def test_before_and_after_do_not_both_hold(days: list[date]) -> None:
    one, other = Bounds(*sorted(days[:2])), Bounds(*sorted(days[2:]))
    if before(one, other) == "certain":
        assert before(other, one) == "impossible"
        assert (one & other) is None
    both = one & other
    assert both is None or (both in one and both in other)
    assert one in (one | other) and other in (one | other)


def test_the_margins_are_those_that_the_documentation_names() -> None:
    assert dates.MARGINS == {"year": (1, 0, 0), "month": (0, 1, 0), "day": (0, 0, 7)}
