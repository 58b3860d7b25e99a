"""Dates as people write them (EDTF), as bounds that can be compared.

The strict bounds come from the ``edtf`` package. Where a date is approximate
(``~``) they are widened by `MARGINS`, because the package's own fuzzy bounds
grow with the century. Open intervals are refused: they have no bound to compare.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

from kg.errors import BadData

#: What ``~`` adds on either side: (years, months, days), by the precision of the date.
MARGINS = {"year": (1, 0, 0), "month": (0, 1, 0), "day": (0, 0, 7)}

_DURATION = re.compile(
    r"(?P<sign>-?)P(?=.)(?:(?P<Y>\d+)Y)?(?:(?P<M>\d+)M)?(?:(?P<D>\d+)D)?"
    r"(?:T(?=.)(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+(?:\.\d+)?)S)?)?"
)
_PLAIN = re.compile(r"\d{4}(-\d\d)?(-\d\d)?")


class DateError(BadData):
    """A date or a duration that cannot be read or does not exist."""


@dataclass(frozen=True)
class Bounds:
    """The first and the last day on which something can have been."""

    earliest: date
    latest: date

    def __and__(self, other: Bounds) -> Bounds | None:
        """What both allow; None when they exclude each other."""
        first, last = max(self.earliest, other.earliest), min(self.latest, other.latest)
        return Bounds(first, last) if first <= last else None

    def __or__(self, other: Bounds) -> Bounds:
        """The span from the first to the last day that either allows."""
        return Bounds(min(self.earliest, other.earliest), max(self.latest, other.latest))

    def __contains__(self, other: Bounds) -> bool:
        return self.earliest <= other.earliest and other.latest <= self.latest


def bounds(text: str) -> Bounds:
    """The bounds of one EDTF date, set or interval. Raises DateError."""
    first, last = interval(text)
    return Bounds(first.earliest, last.latest)


@lru_cache(maxsize=4096)
def interval(text: str) -> tuple[Bounds, Bounds]:
    """The bounds of the beginning and of the end that an EDTF text gives.

    A date that is no interval gives the same bounds twice: all that happened
    then, began and ended within it. Raises DateError.
    """
    if "/" not in text:
        only = _single(text)
        return only, only
    parts = text.split("/")
    if len(parts) != 2 or any(part in ("", "..", "open", "unknown") for part in parts):
        raise DateError(
            f"the interval “{text}” is open at one end",
            todo="say what is known with kg:begin or kg:end, each with a date of its own",
        )
    begin, end = _single(parts[0]), _single(parts[1])
    if end.latest < begin.earliest:
        raise DateError(f"the interval “{text}” ends before it begins", todo="put the earlier date first")
    return begin, end


def _single(text: str) -> Bounds:
    import edtf  # heavy: its grammar is compiled when it is imported

    if text != text.strip():
        raise DateError(f"“{text}” has a space at its edge", todo="take the space out")
    try:
        parsed = edtf.parse_edtf(text)
        low, high = parsed.lower_strict(), parsed.upper_strict()
        found = Bounds(date(*low[:3]), date(*high[:3]))
    except (edtf.EDTFParseException, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise DateError(
            f"“{text}” is no date that exists in EDTF",
            todo="write a year, a month or a day (1936, 1936-03, 1936-03-29), with ~ for about or [a,b] for one of several",
        ) from error
    if found.latest < found.earliest:
        raise DateError(f"“{text}” ends before it begins", todo="put the earlier date first")
    return _widened(found, text) if re.search(r"[~%]", text) else found


def _widened(found: Bounds, text: str) -> Bounds:
    bare = re.sub(r"[~%?\[\]{}]", "", re.split(r",|\.\.", text)[0])
    years, months, days = MARGINS[("year", "month", "day")[min(bare.count("-"), 2)]]
    try:
        first = _step(found.earliest, -years, -months) - timedelta(days)
        # The last day of a month stays the last day of a month.
        last = _step(found.latest + timedelta(1), years, months) - timedelta(1) + timedelta(days)
    except (ValueError, OverflowError) as error:
        raise DateError(f"“{text}” lies at the edge of the calendar", todo="give the date without ~") from error
    return Bounds(first, last)


def _step(day: date, years: int, months: int) -> date:
    """The day so many years and months on; the 31st becomes the last of a shorter month."""
    index = day.year * 12 + day.month - 1 + years * 12 + months
    year, month = divmod(index, 12)
    if not 1 <= year <= 9999:
        raise OverflowError("year out of range")
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _parts(duration: str) -> tuple[int, int, int, bool]:
    match = _DURATION.fullmatch(duration)
    if match is None:
        raise DateError(f"“{duration}” is no duration", todo="write it like P5D, P2Y or PT1H (three weeks are P21D)")
    sign = -1 if match["sign"] else 1
    value = {unit: float(match[unit] or 0) for unit in "YMDhms"}
    hours = value["h"] + value["m"] / 60 + value["s"] / 3600
    whole_days, rest = divmod(hours, 24)
    days = int(value["D"] + whole_days)
    return sign * int(value["Y"]), sign * int(value["M"]), sign * days, rest > 0


def shifted(base: Bounds, duration: str) -> Bounds:
    """The bounds so long after (with ``-`` before) others. Hours may run into the next day. Raises DateError."""
    years, months, days, hours = _parts(duration)
    extra = timedelta(1) if hours else timedelta(0)
    back = duration.startswith("-")
    try:
        first = _step(base.earliest, years, months) + timedelta(days) - (extra if back else timedelta(0))
        last = _step(base.latest, years, months) + timedelta(days) + (timedelta(0) if back else extra)
    except (OverflowError, ValueError) as error:
        raise DateError(f"“{duration}” leads out of the calendar", todo="give a shorter step") from error
    return Bounds(first, last)


def add(text: str, duration: str) -> str:
    """The EDTF text so long after another, as precise as both allow.

    >>> add("1935-12-19", "P5D"), add("1937-07", "P2Y"), add("[1935-01,1935-02]", "P0D")
    ('1935-12-24', '1939-07', '[1935-01,1935-02]')

    A step finer than the date gives an interval of days. Raises DateError.
    """
    years, months, days, hours = _parts(duration)
    base = bounds(text)
    if not (years or months or days or hours):
        return text
    if _PLAIN.fullmatch(text):
        precision = text.count("-")
        exact = (precision == 2) or (precision == 1 and not days) or (precision == 0 and not days and not months)
        if exact and not hours:
            day = shifted(Bounds(base.earliest, base.earliest), duration).earliest
            return day.isoformat()[: (4, 7, 10)[precision]]
    moved = shifted(base, duration)
    first, last = moved.earliest.isoformat(), moved.latest.isoformat()
    return first if first == last else f"{first}/{last}"


def follows(base: str, duration: str, claimed: str) -> bool:
    """Whether a claimed date can be the base plus the step. Raises DateError.

    Equal texts agree; a claimed date less precise than the computed one must
    contain it; so must a base less precise than the step be met by the claim.
    """
    computed = add(base, duration)
    if computed == claimed:
        return True
    reached, said = bounds(computed), bounds(claimed)
    if reached in said:
        return True
    # The base is vaguer than the step (a month plus five days): the claim may be the more exact one.
    vague = reached.earliest != reached.latest
    return vague and "/" in computed and (reached & said) is not None


def before(one: Bounds, other: Bounds) -> Literal["certain", "possible", "impossible"]:
    """Whether the first lies before the second: certainly, possibly or not at all."""
    if one.latest < other.earliest:
        return "certain"
    return "possible" if one.earliest < other.latest else "impossible"
