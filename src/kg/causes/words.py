"""An answer to why, in words and numbers, and how it is written."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace

from kg.answer import harmless
from kg.causes.links import PART
from kg.table import wrap

_ARROWS = {PART: "⊃ has the part", "motivates": "⇢ motivates"}


@dataclass(frozen=True)
class Event:
    """An event by IRI, short name and label, with the bounds of its beginning and end as ISO dates (or empty)."""

    iri: str
    name: str
    label: str
    begin: str = ""
    begun: str = ""
    ended: str = ""
    end: str = ""

    def when(self) -> str:
        """Its bounds in words, empty where nothing is known."""
        first, last = self.begin, self.end or self.begun
        if first and last:
            return first if first == last else f"{first} to {last}"
        return f"from {first}" if first else f"by {last}" if last else ""

    def text(self) -> str:
        """Label and bounds."""
        return f"{self.label} ({self.when()})" if self.when() else self.label


@dataclass(frozen=True)
class Step:
    """A link of a chain in words."""

    cause: Event
    effect: Event
    kind: str
    claim: str
    strength: str
    certainty: str
    basis: str
    according_to: tuple[str, ...]
    passage: str
    contradicted: bool
    doubts: int
    note: str
    uncertain_on: str

    def how(self) -> str:
        """What kind of link it is, who says so, how surely, on what basis, and where."""
        open_ = f"uncertain on {self.uncertain_on}" if self.uncertain_on else ""
        if self.kind == PART:
            return " · ".join(part for part in (_ARROWS[PART], self.basis, open_, self.passage, self.claim) if part)
        who = f"according to {', '.join(self.according_to)}" if self.according_to else ""
        parts = [
            _ARROWS.get(self.kind, f"→ {self.kind}"), self.strength, who, self.certainty, self.basis,
            "contradicted" if self.contradicted else "", open_, self.passage, self.claim,
            f"note: {self.note}" if self.note else "",
        ]
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True)
class Told:
    """A chain in words: its steps and how many doubts there are about the weakest of them."""

    steps: tuple[Step, ...]
    doubts: int

    def lines(self, number: int, columns: int) -> list[str]:
        """The chain for a terminal."""
        out = wrap(f"{number}. {_doubts(self.doubts)}", columns)
        out += _indented(self.steps[0].cause.text(), 3, columns)
        for step in self.steps:
            out += _indented(step.how(), 5, columns) + _indented(step.effect.text(), 3, columns)
        return [*out, ""]


@dataclass(frozen=True)
class Why:
    """An answer to why: headline, notes, chains one by one, preventions, and lists (of common things, turning points …).

    `told` may be read once, and before `preventions`; `lists` are titles with their lines.
    """

    title: str
    notes: tuple[str, ...] = ()
    told: Iterable[Told] = ()
    preventions: Sequence[str] = ()
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    data: dict[str, object] = field(default_factory=dict)

    def text(self, columns: int = 80) -> Iterator[str]:
        """The answer for a terminal, piece by piece, as the chains are found."""
        columns = max(20, columns)
        notes = (line for note in self.notes for line in _indented(note, 2, columns))
        yield "\n".join([*wrap(harmless(self.title), columns), *notes, "", ""])
        for number, one in enumerate(self.told, 1):
            yield "\n".join(one.lines(number, columns)) + "\n"
        for title, lines in self._lists():
            yield "\n".join([*wrap(title, columns), *(line for said in lines for line in _indented(said, 2, columns)), "", ""])

    def to_text(self, columns: int = 80) -> str:
        """The whole of it."""
        return "".join(self.text(columns)).rstrip("\n") + "\n"

    def to_markdown(self) -> str:
        """A document with a numbered list for each chain."""
        out = [f"# {_safe(self.title)}", "", *(f"{_safe(note)}\n" for note in self.notes)]
        for number, one in enumerate(self.told, 1):
            out += [f"## Chain {number}: {_doubts(one.doubts)}", "", f"- **{_safe(one.steps[0].cause.text())}**"]
            out += [f"- {_safe(step.how())}: **{_safe(step.effect.text())}**" for step in one.steps] + [""]
        for title, lines in self._lists():
            out += [f"## {title}", "", *(f"- {_safe(line)}" for line in lines), ""]
        return "\n".join(out).rstrip("\n") + "\n"

    def to_json(self) -> str:
        """All of it as JSON."""
        whole = {"title": self.title, "notes": self.notes, "chains": [asdict(one) for one in self.told], "preventions": self.preventions,
                 "lists": dict(self.lists), **self.data}
        return json.dumps(whole, ensure_ascii=False, indent=2) + "\n"

    def noting(self, notes: Iterable[str]) -> Why:
        """The same with notes before its own."""
        return replace(self, notes=(*notes, *self.notes))

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(self.to_text(100))}</pre>"

    def _lists(self) -> list[tuple[str, Sequence[str]]]:
        more = [("Prevented, by or of what is named above", self.preventions)] if self.preventions else []
        return [*more, *((title, lines or ("nothing",)) for title, lines in self.lists)]


def _doubts(number: int) -> str:
    if number == 0:
        return "every causal step is the source's own and stated"
    return f"{number} doubt{'' if number == 1 else 's'} about the weakest step"


def _indented(text: str, indent: int, columns: int) -> list[str]:
    whole = harmless(text).replace("-", "\u2011")  # names and dates stay in one piece
    return [" " * indent + part.replace("\u2011", "-") for part in wrap(whole, max(8, columns - indent))]


def _safe(text: str) -> str:
    for sign in "\\`*_[]<>|":
        text = text.replace(sign, "\\" + sign)
    return " ".join(text.split())
