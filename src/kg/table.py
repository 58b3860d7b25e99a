"""An answer as a table for people: labels instead of IRIs, as wide as the terminal."""

from __future__ import annotations

import re
import unicodedata

import pyoxigraph as ox

from kg.answer import Answer, Term, plain
from kg.find import labels
from kg.names import Names
from kg.store import Store

_NUMBERS = re.compile(r".*#(integer|decimal|double|float|int|long|nonNegativeInteger)\Z")


def width(text: str) -> int:
    """Columns that a text takes in a terminal: two for wide characters, none for combining ones (Unicode TR 11)."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def wrap(text: str, columns: int) -> list[str]:
    """Breaks a text at spaces, and inside a word only where it is wider than the column."""
    lines, line = [], ""
    for word in text.split(" "):
        while word:
            candidate = f"{line} {word}" if line else word
            if width(candidate) <= columns:
                line, word = candidate, ""
            elif line:
                lines.append(line)
                line = ""
            else:
                cut = next((n for n in range(len(word), 0, -1) if width(word[:n]) <= columns), 1)
                lines.append(word[:cut])
                word = word[cut:]
    return [*lines, line] if line or not lines else lines


def table(answer: Answer, store: Store, names: Names, columns: int = 80) -> str:
    """The answer as text of at most `columns` columns where its own columns allow it."""
    if answer.boolean is not None:
        return "yes\n" if answer.boolean else "no\n"
    shown = [v for v in answer.variables if not (v.endswith("Label") and v[:-5] in answer.variables)]
    iris = {t.value for row in answer.rows for t in row.values() if isinstance(t, ox.NamedNode)}
    known = labels(store, iris)

    def cell(name: str, term: Term | None) -> str:
        text = known.get(term.value) or names.shorten(term.value) if isinstance(term, ox.NamedNode) else plain(term)
        # Nothing in the data may steer the terminal.
        return "".join(c if c.isprintable() else " " for c in text).strip()

    head = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower() for name in shown]
    body = [[cell(name, row[name]) for name in shown] for row in answer.rows]
    right = [
        bool(body) and all(row[n] is None or _numeric(row[n]) for row in answer.rows) for n in shown
    ]
    wide = [max([width(h), *(width(r[i]) for r in body)]) for i, h in enumerate(head)]
    room = max(columns, 20) - 2 * (len(head) - 1)
    while sum(wide) > room:
        widest = max(range(len(wide)), key=wide.__getitem__)
        floor = max(8, room // max(1, 2 * len(wide)))
        if wide[widest] <= floor:
            break
        wide[widest] -= 1
    lines: list[str] = []

    def add(cells: list[str], aligned: bool) -> None:
        parts = [wrap(text, wide[i]) for i, text in enumerate(cells)]
        for n in range(max(map(len, parts), default=0)):
            line = []
            for i, part in enumerate(parts):
                text = part[n] if n < len(part) else ""
                gap = " " * (wide[i] - width(text))
                line.append(gap + text if aligned and right[i] else text + gap)
            lines.append("  ".join(line).rstrip())

    if head:
        add(head, True)
        lines.append("  ".join("─" * w for w in wide))
    for row in body:
        add(row, True)
    count = len(body)
    lines.append(f"({count} row{'' if count == 1 else 's'})" if count else "(no rows)")
    return "\n".join(lines) + "\n"


def _numeric(term: Term | None) -> bool:
    return isinstance(term, ox.Literal) and bool(_NUMBERS.match(term.datatype.value))
