"""An answer as a table for people: labels instead of IRIs, as wide as the terminal."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection

import pyoxigraph as ox

from kg.answer import Answer, Row, Term, harmless, plain
from kg.find import claims, labels
from kg.names import Names
from kg.store import Store

_NUMBERS = re.compile(r".*#(integer|decimal|double|float|int|long|nonNegativeInteger)\Z")
_NARROWEST = 8
"""The fewest columns that a cell is squeezed into; where even that is too much, each row becomes a list."""
_WORD = 18
"""Words up to this width are not broken while there is another way."""


def width(text: str) -> int:
    """Columns that a text takes in a terminal: two for wide characters, none for combining ones (Unicode TR 11)."""
    return sum(
        0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text
    )


def wrap(text: str, columns: int) -> list[str]:
    """Breaks a text at spaces and after dashes, and inside a word only where it is wider than the column."""
    lines, line = [], ""
    for word in _pieces(text):
        while word:
            if width(line + word.rstrip(" ")) <= columns:
                line, word = line + word, ""
            elif line:
                lines.append(line.rstrip(" "))
                line = ""
            else:
                cut = next((n for n in range(min(len(word), columns), 0, -1) if width(word[:n]) <= columns), 1)
                lines.append(word[:cut])
                word = word[cut:]
    return [*lines, line.rstrip(" ")] if line.rstrip(" ") or not lines else lines


def _pieces(text: str) -> list[str]:
    """Between what pieces a line may break: each ends with a space or a dash, which belongs to it."""
    return re.findall(r"[^ –—-]*(?:[ –—-]+|\Z)", text)


def table(answer: Answer, store: Store, names: Names, columns: int = 80) -> str:
    """The answer as text of at most `columns` columns (never fewer than 20)."""
    if answer.boolean is not None:
        return "yes\n" if answer.boolean else "no\n"
    columns = max(columns, 20)
    shown = [v for v in answer.variables if not (v.endswith("Label") and v[:-5] in answer.variables)]
    head = [re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower() for name in shown]
    body = _words(answer, shown, store, names)
    numbers = [i for i, n in enumerate(shown) if body and all(_numeric(row[n]) for row in answer.rows)]
    count = len(body)
    last = f"({count} row{'' if count == 1 else 's'})" if count else "(no rows)"
    return "\n".join([*lines(head, body, columns, numbers), last]) + "\n"


def lines(head: list[str], body: list[list[str]], columns: int, numbers: Collection[int] = ()) -> list[str]:
    """The lines of a table with a head; the columns in `numbers` stand at the right. Rows become lists where the table
    does not fit."""
    if not head:
        return []
    wide = _widths([head, *body], max(columns, 20))
    if wide is None:
        return _list(head, body, max(columns, 20))
    right = [n in numbers for n in range(len(head))]
    out = [*_line(head, wide, right), "  ".join("─" * w for w in wide)]
    for row in body:
        out += _line(row, wide, right)
    return out


def _words(answer: Answer, shown: list[str], store: Store, names: Names) -> list[list[str]]:
    """The cells as text; an IRI by the label in its own row, else by that of the store, else in short; a claim by its name."""
    iris = {t.value for row in answer.rows for t in row.values() if isinstance(t, ox.NamedNode)}
    known, cited = labels(store, iris), claims(store, iris)

    def cell(row: Row, name: str) -> str:
        term = row[name]
        text = plain(term)
        if isinstance(term, ox.NamedNode):
            # A claim is cited by its name; its sentence has a column of its own where a question wants it.
            label = "" if text in cited else known.get(text)
            text = plain(row.get(name + "Label")) or label or names.shorten(text)
        return " ".join(harmless(text).split())

    return [[cell(row, name) for name in shown] for row in answer.rows]


def _widths(rows: list[list[str]], columns: int) -> list[int] | None:
    """A width for each column so that the line fits: the widest yields first, and words are broken last.

    None where no such widths are.
    """
    every = range(len(rows[0]))
    wide = [max(1, min(columns, max(width(row[i]) for row in rows))) for i in every]
    words = [min(_WORD, max(width(word) for row in rows for word in (piece.rstrip(" ") for piece in _pieces(row[i])))) for i in every]
    room = columns - 2 * (len(wide) - 1)
    for floors in (words, [0] * len(words)):
        floors = [max(_NARROWEST, floor) for floor in floors]
        while sum(wide) > room and (open_ := [i for i in every if wide[i] > floors[i]]):
            wide[max(open_, key=wide.__getitem__)] -= 1
    return wide if sum(wide) <= room else None


def _line(cells: list[str], wide: list[int], right: list[bool]) -> list[str]:
    parts = [wrap(text, w) for text, w in zip(cells, wide, strict=True)]
    lines = []
    for n in range(max(map(len, parts))):
        texts = [part[n] if n < len(part) else "" for part in parts]
        gaps = [" " * (w - width(text)) for text, w in zip(texts, wide, strict=True)]
        lines.append("  ".join(g + t if r else t + g for t, g, r in zip(texts, gaps, right, strict=True)).rstrip(" "))
    return lines


def _list(head: list[str], body: list[list[str]], columns: int) -> list[str]:
    """Each row as lines of `name: value`, the rows apart by an empty line."""
    lines = []
    for row in body:
        for name, text in zip(head, row, strict=True):
            first, *rest = wrap(f"{name}: {text}".rstrip(" "), columns - 2)
            lines += [first, *("  " + part for part in rest)]
        lines.append("")
    return lines


def _numeric(term: Term | None) -> bool:
    return term is None or isinstance(term, ox.Literal) and bool(_NUMBERS.match(term.datatype.value))
