"""Claims against the source's own text, where a copy of it is at hand.

The text itself is no part of the data. A passage is found in it by its
fingerprint: the SHA-256 of its words (``\\w+``, in lower case, joined by single
spaces). Then every number of a claim must stand in its passage, as digits or as
a word, and a 0 only beside a word of denial. Claims that are implied or derived
are excused: their numbers stand elsewhere.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

from kg.assemble import Built, Problem
from kg.assemble.facts import KG
from kg.errors import BadData

NUMBERS = ("count", "atLeast", "atMost", "ratio", "distance")
_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
    "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty",
)
#: Words beside the numeral that say a number, too.
_ALSO = {1: {"a", "an", "once", "single", "first"}, 2: {"both", "twice", "pair", "second"}, 3: {"thrice", "third", "triple"}, 12: {"dozen"}}
DENIALS = frozenset({"no", "not", "none", "never", "failed", "without", "any", "neither", "nor", "nothing", "zero"})


def unread(built: Built, source: Path) -> Iterator[Problem]:
    """Passages that the text does not hold, and numbers that their passage does not. Raises BadData."""
    try:
        text = source.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadData("the source's text cannot be read", str(source), "name a text file in UTF-8") from error
    yield from against(built, text)


def against(built: Built, text: str) -> Iterator[Problem]:
    """The same for a text in memory."""
    facts = built.facts
    words = [word.lower() for word in re.findall(r"\w+", text)]
    # Thousands are one number, however they are grouped: "14,000" gives the words 14 and 000.
    passages = {}
    for passage, _ in facts.pairs(KG + "fingerprint"):
        size, print_ = facts.value(passage, KG + "wordCount"), facts.value(passage, KG + "fingerprint")
        if size is not None and size.isdigit() and print_ is not None:
            passages[passage] = (int(size), print_)
    found = _find(words, set(passages.values()))
    claims = {claim: where for claim, _ in facts.pairs(KG + "statedIn") if (where := facts.value(claim, KG + "statedIn"))}
    for passage in sorted(set(claims.values()) & passages.keys()):
        if passages[passage] not in found:
            yield built.problem(
                "error",
                passage,
                "the text does not hold the words of this passage",
                "mend its fingerprint and word count, or take the right copy of the text",
            )
    for claim in sorted(claims):
        passage = claims[claim]
        if passages.get(passage) not in found or not facts.has(claim, KG + "basis", KG + "stated"):
            continue
        said = found[passages[passage]]
        for name in NUMBERS:
            for number in facts.values(claim, KG + name):
                if not stands(number, said):
                    reason = "and no word there denies it" if _is_zero(number) else "which does not stand in its passage"
                    yield built.problem(
                        "error", claim, f"kg:{name} is {number}, {reason}", "mend the number or the passage, or say kg:basis kg:implied"
                    )


def stands(number: str, words: list[str]) -> bool:
    """Whether a number stands among the words of a passage; 0 stands where a word denies.

    >>> stands("14000", ["over", "14", "000", "guns"]), stands("3", ["three", "men"]), stands("0", ["no", "losses"])
    (True, True, True)
    """
    if _is_zero(number):
        return not DENIALS.isdisjoint(words)
    try:
        value = float(number)
    except ValueError:
        return False
    if not value.is_integer():
        digits = number.rstrip("0").split(".")
        return any(words[at : at + 2] == digits for at in range(len(words)))
    whole = int(value)
    grouped = f"{whole:,}".split(",")
    if any(words[at : at + len(grouped)] == grouped for at in range(len(words))) or str(whole) in words:
        return True
    spelled = {_WORDS[whole]} if whole < len(_WORDS) else set()
    return not (spelled | _ALSO.get(whole, set())).isdisjoint(words)


def _is_zero(number: str) -> bool:
    return re.fullmatch(r"[+-]?0+(\.0*)?", number) is not None


def _find(words: list[str], wanted: set[tuple[int, str]]) -> dict[tuple[int, str], list[str]]:
    """Each wanted passage (size, fingerprint) that stands in the text, with its words."""
    found: dict[tuple[int, str], list[str]] = {}
    for size in sorted({size for size, _ in wanted}):
        prints = {print_ for length, print_ in wanted if length == size}
        for at in range(len(words) - size + 1):
            piece = words[at : at + size]
            print_ = hashlib.sha256(" ".join(piece).encode()).hexdigest()
            if print_ in prints:
                found[size, print_] = piece
                prints.discard(print_)
                if not prints:
                    break
    return found
