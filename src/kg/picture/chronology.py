"""The scale of the time line: crowded years get more room than empty ones, so that what happened can be told apart."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta

When = Sequence[str]
"""First and last day of the beginning, first and last day of the end, as ISO days; empty where not known."""
Knot = tuple[str, float]
"""A day and its place from 0 to 1; between two knots time runs evenly."""
_PERIODS = 150
"""More years with something in them than this are taken together by tens or hundreds."""
_MONTHS = 6
"""So many bounds within a year, other than its first and last day, make its months differ in width."""
_EMPTY = 0.5
"""The room of a stretch without any bound, beside 1 for a year with one; its length adds a little."""
_CROWDED = 0.8
"""Twice as many bounds give a year so many times (as a power of two) as much room: less than twice, and more than the same."""


def scale(whens: Iterable[When]) -> list[Knot]:
    """The piecewise linear scale over all known bounds: at least two knots, days and places strictly growing; none without dates.

    It begins with the first day of the first year and ends with the last day of the last. A year gets room by a power of the
    number of bounds in it, months of a crowded year likewise among themselves.
    """
    days = sorted(date.fromisoformat(bound) for when in whens for bound in when if bound)
    if not days:
        return []
    length = next((n for n in (1, 10, 100) if len({day.year // n for day in days}) <= _PERIODS), 1000)
    periods = Counter(day.year // length for day in days)
    inner: dict[int, Counter[int]] = {}
    if length == 1:
        for day in days:
            # The first and the last day of a year nearly always stand for the whole of it.
            if (day.month, day.day) not in ((1, 1), (12, 31)):
                inner.setdefault(day.year, Counter())[day.month] += 1
    parts: list[tuple[date, float]] = []
    before: int | None = None
    for period in sorted(periods):
        if before is not None and period > before + 1:
            gap = (period - before - 1) * length
            parts.append((_first(before + 1, length), _EMPTY * (1 + math.log10(gap))))
        room = periods[period] ** _CROWDED
        months = inner.get(period, Counter())
        if months.total() >= _MONTHS:
            rooms = [(1 + months[month]) ** _CROWDED for month in range(1, 13)]
            parts += [(date(period, n, 1), room * own / sum(rooms)) for n, own in enumerate(rooms, 1)]
        else:
            parts.append((_first(period, length), room))
        before = period
    assert before is not None
    end = _first(before + 1, length) - timedelta(days=1) if (before + 1) * length <= date.max.year else date.max
    whole = math.fsum(room for _, room in parts)
    knots: list[Knot] = []
    place = 0.0
    for day, room in parts:
        knots.append((day.isoformat(), round(place / whole, 6)))
        place += room
    return [*knots, (end.isoformat(), 1.0)]


def _first(period: int, length: int) -> date:
    return date(max(1, period * length), 1, 1)
