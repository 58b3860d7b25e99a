"""Passages found in a copy of their source, which itself is no part of the data.

A passage is known by its fingerprint: the SHA-256 of its words (``\\w+``, in lower case, joined by single spaces). A copy
may have sentences of another source between the words of a sentence, as first sentences of other articles behind its
links. So the sources are looked for one after the other, those of the last rank first, and what is found of one is taken
out before the next is looked for.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

_WORD = re.compile(r"\w+")


class Fingerprint(NamedTuple):
    """A passage by its name, the rank of its source, its place there, its number of words and their SHA-256."""

    passage: str
    rank: int
    position: int
    size: int
    digest: str


class Sentence(NamedTuple):
    """A passage as it stands in a copy: its text without what interrupts it, its words in lower case, and its first line."""

    text: str
    words: tuple[str, ...]
    line: int


def fingerprint(words: Sequence[str]) -> str:
    """The SHA-256 of words, joined by single spaces."""
    return hashlib.sha256(" ".join(words).encode()).hexdigest()


def sentences(text: str, passages: Iterable[Fingerprint]) -> dict[str, Sentence]:
    """The passages, by name, that stand in a text; those that do not are absent.

    A passage that stands at several places is taken from that which keeps the order of its source, if there is one.
    """
    marks = list(_WORD.finditer(text))
    lower = [mark[0].lower() for mark in marks]
    ranks: dict[int, list[Fingerprint]] = defaultdict(list)
    for one in passages:
        ranks[one.rank].append(one)
    found: dict[str, Sentence] = {}
    left = list(range(len(marks)))
    for rank in sorted(ranks, reverse=True):
        places = _places([lower[n] for n in left], ranks[rank])
        taken: set[int] = set()
        after = 0
        for one in sorted(ranks[rank], key=lambda p: (p.position, p.passage)):
            starts = places.get((one.size, one.digest), [])
            if not starts:
                continue
            start = next((start for start in starts if start >= after), starts[0])
            after = start + one.size
            run = left[start:after]
            line = text.count("\n", 0, marks[run[0]].start()) + 1
            found[one.passage] = Sentence(_text(text, marks, run), tuple(lower[n] for n in run), line)
            for start in starts:
                taken.update(left[start : start + one.size])
        left = [n for n in left if n not in taken]
    return found


def _places(words: list[str], passages: Iterable[Fingerprint]) -> dict[tuple[int, str], list[int]]:
    """Where each wanted number of words with its fingerprint stands."""
    wanted: dict[int, set[str]] = defaultdict(set)
    for one in passages:
        wanted[one.size].add(one.digest)
    found: dict[tuple[int, str], list[int]] = defaultdict(list)
    for size, digests in wanted.items():
        for at in range(len(words) - size + 1):
            digest = fingerprint(words[at : at + size])
            if digest in digests:
                found[size, digest].append(at)
    return found


def _text(text: str, marks: list[re.Match[str]], run: list[int]) -> str:
    """The words of a run as they stand in the text, with their punctuation, and without what stands between.

    What was taken out ends with its line; the signs after it belong to the run.
    """
    first, last = marks[run[0]], marks[run[-1]]
    opening = re.search(r"[^\s\w]*\Z", text[: first.start()])
    closing = re.match(r"[^\s\w]*", text[last.end() :])
    pieces = [opening[0] if opening else ""]
    for at, after in zip(run, run[1:], strict=False):
        gap = text[marks[after - 1].end() : marks[after].start()]
        pieces.append(marks[at][0] + (gap if after == at + 1 else " " + gap.partition("\n")[2]))
    return " ".join("".join([*pieces, last[0], closing[0] if closing else ""]).split())
