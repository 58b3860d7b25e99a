"""Whether the number or the date of a claim stands among the words of a sentence. The words are English."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

_SPELLED = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)
_ALSO = {1: {"a", "an", "once", "single", "first"}, 2: {"both", "twice", "pair", "second"}, 3: {"thrice", "third", "triple"}, 12: {"dozen"}}
"""Words beside the numeral that say a number, too."""
DENIALS = frozenset({"no", "not", "none", "never", "failed", "without", "any", "neither", "nor", "nothing", "zero"})
"""Words beside which a figure may be 0."""
_MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
)
_PART = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")


def stands(number: str, words: Sequence[str]) -> bool:
    """Whether a number stands among the words of a passage; 0 stands where a word denies.

    >>> stands("14000", ["over", "14", "000", "guns"]), stands("3", ["three", "men"]), stands("0", ["no", "losses"])
    (True, True, True)
    """
    if re.fullmatch(r"[+-]?0+(\.0*)?", number):
        return not DENIALS.isdisjoint(words)
    try:
        value = float(number)
    except ValueError:
        return False
    if not value.is_integer():
        return _run(number.rstrip("0").split("."), words)
    whole = int(value)
    if _run(f"{whole:,}".split(","), words) or str(whole) in words:  # "14,000" is read as the words 14 and 000
        return True
    spelled = {_SPELLED[whole]} if whole < len(_SPELLED) else set()
    return not (spelled | _ALSO.get(whole, set())).isdisjoint(words)


def _run(wanted: list[str], words: Sequence[str]) -> bool:
    return any(list(words[at : at + len(wanted)]) == wanted for at in range(len(words)))


def dated(date: str, words: Sequence[str], years: Collection[str] = ()) -> bool:
    """Whether every day, month and year of an EDTF date stands among the words; a year may stand in `years` instead.

    A day is a number from 1 to 31, a month its name or the first three letters of it, a year four digits.

    >>> dated("1938-07-29/1938-08-11", ["july", "29", "1938", "august", "11", "1938"]), dated("1936-02-12", ["on", "february", "12"])
    (True, False)
    """
    near = set(words)
    for year, month, day in _PART.findall(date):
        if year not in near and year not in years:
            return False
        if month and near.isdisjoint((_MONTHS[int(month) - 1], _MONTHS[int(month) - 1][:3])):
            return False
        if day and near.isdisjoint((day, *(f"{int(day)}{end}" for end in ("", "st", "nd", "rd", "th")))):
            return False
    return True
