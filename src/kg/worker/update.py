"""The dataset of an update as the protocol gives it (SPARQL 1.1 Protocol §2.2.3): put into its text as USING."""

from __future__ import annotations

import re
from collections.abc import Sequence

from kg.answer import node
from kg.errors import BadQuery, UsageError
from kg.query import passed_over

_WORD = re.compile(r"[{};]|(?<![\w?$:.-])[A-Za-z]+(?![\w-]*:)\b")


def using(text: str, default: Sequence[str], named: Sequence[str]) -> str:
    """The update with USING for each graph, in every operation that has a WHERE.

    Oxigraph takes no dataset for an update. Raises BadQuery when the update names graphs by USING or WITH itself,
    UsageError when a graph is no absolute IRI.
    """
    if not default and not named:
        return text
    if wrong := [iri for iri in (*default, *named) if node(iri) is None]:
        raise UsageError(f"{wrong[0]!r} is no absolute IRI", None, "give the whole IRI of the graph")
    clauses = "".join(f" USING <{iri}>" for iri in default) + "".join(f" USING NAMED <{iri}>" for iri in named) + " "
    masked = passed_over(text)
    out, last, depth, before = "", 0, 0, ""
    for match in _WORD.finditer(masked):
        word = match[0].upper()
        depth += (word == "{") - (word == "}")
        if depth == 0 and word in ("USING", "WITH"):
            raise BadQuery(f"the update names its graphs by {word} as well as by the request", None, "name them in one place")
        if depth == 0 and word == "WHERE":
            if before == "DELETE":  # the short form, which takes no USING: its pattern is also what it deletes
                pattern = text[match.end() : _end(masked, match.end())]
                out += text[last : match.start()] + pattern + clauses
            else:
                out += text[last : match.start()] + clauses
            last = match.start()
        before = word
    return out + text[last:]


def _end(masked: str, start: int) -> int:
    """Where the group that begins after `start` ends."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(masked, start):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.end()
    return len(masked)
