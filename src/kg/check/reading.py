"""Claims against the source's own text, where a copy of it is at hand."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg.assemble import Built, Problem
from kg.source import read, unread
from kg.store import EmbeddedStore


def against(built: Built, source: Path) -> Iterator[Problem]:
    """Passages that the text does not hold, and numbers and dates that their passage does not. Raises BadData."""
    for found in unread(EmbeddedStore(built.store), read(source)):
        yield built.problem(found.severity, found.iri, found.what, found.todo)
