"""A sentence of the source beside the claims that stand under it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from itertools import zip_longest

from kg.answer import harmless, plain
from kg.errors import NotFound, UsageError
from kg.find import find
from kg.names import Names
from kg.show import ShownLine, show
from kg.source.compare import held
from kg.store import Store
from kg.table import width, wrap

_WIDE = 100
"""From so many columns on, the sentence stands at the left and its claims at the right."""


@dataclass(frozen=True)
class Beside:
    """A passage by its name and label, the line of the copy in which its sentence begins, the sentence, and the claims."""

    passage: str
    label: str
    line: int
    sentence: str
    claims: tuple[ShownLine, ...]

    def to_json(self) -> str:
        """All of it as JSON."""
        return json.dumps(asdict(self), ensure_ascii=False, indent=2) + "\n"

    def to_markdown(self) -> str:
        """The sentence as a quotation, the claims as bullets."""
        said = "".join(f"- {line.text} ({line.name}; {line.how()})\n" for line in self.claims)
        return f"## {self.label} ({self.passage})\n\n> {self.sentence}\n\n{said}"

    def to_text(self, columns: int = 80) -> str:
        """The same for a terminal: side by side where it is wide enough, else one below the other."""
        columns = max(20, columns)
        head = f"{self.label} ({self.passage}), line {self.line}"
        left = columns * 2 // 5 if columns >= _WIDE else columns
        right = columns - left - 3 if columns >= _WIDE else columns
        sentence = wrap(harmless(self.sentence), left)
        claims: list[str] = []
        for line in self.claims:
            how = wrap(harmless(f"{line.name} · {line.how()}"), right - 2)
            claims += [*wrap(harmless(line.text), right), *("  " + part for part in how), ""]
        count = f"({len(self.claims)} claim{'' if len(self.claims) == 1 else 's'})"
        if columns < _WIDE:
            body = [*sentence, "", *claims]
        else:
            body = [f"{a}{' ' * (left - width(a))} │ {b}".rstrip() for a, b in zip_longest(sentence, claims[:-1], fillvalue="")] + [""]
        return "\n".join([*wrap(head, columns), "", *body, count]) + "\n"


def beside(store: Store, names: Names, text: str, name: str) -> Beside:
    """A passage of the copy `text` with its claims, or the passage of a claim with that claim alone.

    `name` is a slug, a CURIE or an IRI. Raises NotFound, UsageError.
    """
    iri = find(store, names, name)
    where = store.ask(
        f"SELECT ?passage WHERE {{ <{iri}> <https://w3id.org/khalkhin/ontology#statedIn> ?passage }}"
    ).rows
    passage = plain(where[0]["passage"]) if where else iri
    facts = store.ask(
        f"ASK {{ <{passage}> <https://w3id.org/khalkhin/ontology#fingerprint> ?digest }}"
    )
    if not facts.boolean:
        raise UsageError(f"{names.shorten(passage)} is no passage", None, "name a passage or a claim that stands under one")
    found = held(store, text).get(passage)
    if found is None:
        raise NotFound(f"the text does not hold the sentence of {names.shorten(passage)}", None, "take another copy of the source")
    shown = show(store, names, passage)
    lines = tuple(line for line in shown.lines if not where or line.claim == iri)
    return Beside(names.shorten(passage), shown.title, found.line, found.text, lines)
