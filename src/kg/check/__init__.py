"""`kg check`: everything that can be found wrong without reading the source as a person does."""

from __future__ import annotations

from kg.assemble import Built, Problem, assemble
from kg.check import rules
from kg.folder import Folder

__all__ = ["Problem", "check", "problems"]


def check(folder: Folder) -> list[Problem]:
    """All problems of a folder, sorted, each once. Raises BadData when a file cannot be read at all."""
    return problems(assemble(folder))


def problems(built: Built) -> list[Problem]:
    """All problems of a graph already assembled."""
    found = [*built.problems, *rules.run_all(built)]
    return sorted(set(found))
