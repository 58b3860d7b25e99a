"""What a thing is joined with, as a small picture drawn in Python: what leads to it on the left, what it leads to on the right."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from kg.answer import Term, harmless, node, plain
from kg.page.claims import KG, PREFIXES, Claim, Word
from kg.store import Store

_MOST = 9
"""Things on each side of the picture; all of them stand in words beside it."""
_ROW, _TOP, _WIDE, _REACH = 34, 24, 760, 118
_LETTERS = 34
"""Letters of a name that fit beside its mark."""
_CAUSES = ("causes", "contributesTo", "enables", "motivates", "prevents")


@dataclass(frozen=True)
class Neighbour:
    """A thing that claims join with the one in the middle: how, whether it is the subject of these, and how to draw it."""

    word: Word
    relations: tuple[str, ...]
    before: bool
    cause: bool
    sure: bool
    group: str = "Other"


@dataclass(frozen=True)
class Mark:
    """A neighbour in the picture: its outline, its colour, where its name begins and how it is joined with the middle."""

    neighbour: Neighbour
    points: str
    colour: str
    name: str
    x: float
    y: float
    text: float
    anchor: str
    line: str
    relation: str


@dataclass(frozen=True)
class Neighbourhood:
    """The picture: its size, the mark of the thing in the middle, those around, and how many there was no room for."""

    width: int
    height: int
    middle: Mark
    marks: tuple[Mark, ...]
    more: int
    every: tuple[Neighbour, ...]


def neighbourhood(store: Store, thing: Word, claims: Iterable[Claim]) -> Neighbourhood | None:
    """The picture of what `claims` join with a thing; None where they join it with nothing."""
    from kg.network import GROUPS

    joined: dict[tuple[Term, bool], list[Claim]] = {}
    for claim in claims:
        before = claim.object.term == thing.term
        other = claim.subject if before else claim.object
        if other.term != thing.term and type(other.term).__name__ == "NamedNode" and thing.term in (claim.subject.term, claim.object.term):
            joined.setdefault((other.term, before), []).append(claim)
    classes = _classes(store, [thing.term, *(term for term, _ in joined)])
    # Only things are drawn: neither the terms of the ontology nor the kinds of what is counted.
    every = [
        Neighbour(
            some[0].subject if before else some[0].object, tuple(dict.fromkeys(c.predicate.text for c in some)), before,
            any(plain(c.predicate.term).removeprefix(KG) in _CAUSES for c in some),
            any(c.one("certainty") == "asserted" and c.one("basis") == "stated" and not c.words("accordingTo") for c in some),
            next((group for group in GROUPS if group in classes[term]), "Other"),
        )
        for (term, before), some in joined.items() if "Thing" in classes[term] and "Kind" not in classes[term]
    ]
    if not every:
        return None
    every.sort(key=lambda n: (not n.before, not n.cause, not n.sure))
    sides = [[n for n in every if n.before][:_MOST], [n for n in every if not n.before][:_MOST]]
    height = 2 * _TOP + _ROW * max(2, *map(len, sides))
    group = next((group for group in GROUPS if group in classes[thing.term]), "Other")
    middle = _mark(Neighbour(thing, (), False, False, True, group), _WIDE / 2, height / 2, 13, (_WIDE / 2, height / 2))
    marks = []
    for side, x in zip(sides, (_WIDE / 2 - _REACH, _WIDE / 2 + _REACH), strict=True):
        for n, neighbour in enumerate(side):
            y = height / 2 + (n - (len(side) - 1) / 2) * _ROW
            marks.append(_mark(neighbour, x, y, 8, (_WIDE / 2, height / 2)))
    return Neighbourhood(_WIDE, height, middle, tuple(marks), len(every) - len(marks), tuple(every))


def _mark(neighbour: Neighbour, x: float, y: float, size: float, middle: tuple[float, float]) -> Mark:
    from kg.picture.looks import LOOKS, SHAPES

    _, colour, shape = LOOKS[neighbour.group]
    out = -1 if x < middle[0] else 1
    near, far = (x - out * 12, y), (middle[0] + out * 20, middle[1] + (y - middle[1]) * 0.12)
    start, end = (near, far) if neighbour.before else (far, near)
    bend = (start[0] + end[0]) / 2
    text = harmless(neighbour.word.text)
    relation = ", ".join(neighbour.relations)
    return Mark(
        neighbour, " ".join(f"{x + px * size:.1f},{y + py * size:.1f}" for px, py in SHAPES[shape]), colour,
        _short(text, _LETTERS), x, y, x + out * 14, "end" if out < 0 else "start",
        f"M{start[0]:.1f} {start[1]:.1f}C{bend:.1f} {start[1]:.1f} {bend:.1f} {end[1]:.1f} {end[0]:.1f} {end[1]:.1f}",
        _short(harmless(relation), _LETTERS),
    )


def _short(text: str, letters: int) -> str:
    return text if len(text) <= letters else text[: letters - 1].rstrip() + "…"


def _classes(store: Store, terms: list[Term]) -> dict[Term, set[str]]:
    found: dict[Term, set[str]] = {term: set() for term in terms}
    asked = list(dict.fromkeys(str(term) for term in terms if node(plain(term))))
    for start in range(0, len(asked), 500):
        some = " ".join(asked[start : start + 500])
        for row in store.ask(PREFIXES + f"SELECT ?thing ?class WHERE {{ VALUES ?thing {{ {some} }} ?thing a ?class }}").rows:
            if (term := row["thing"]) is not None:
                found[term].add(plain(row["class"]).removeprefix(KG))
    return found
