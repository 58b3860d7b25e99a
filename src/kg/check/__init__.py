"""`kg check`: everything that can be found wrong without reading the source as a person does."""

from __future__ import annotations

from pathlib import Path

from kg.assemble import Built, Problem, assemble
from kg.check import derived, files, reading, rules, shapes, table, terms
from kg.check.coverage import coverage
from kg.folder import Folder

__all__ = ["Problem", "assemble", "check", "coverage", "problems"]


def check(folder: Folder, source: Path | None = None) -> list[Problem]:
    """All problems of a folder, sorted, each once.

    With `source`, a copy of the source's text, also the numbers of claims
    against their passages. Raises BadData when a file cannot be read at all.
    """
    return problems(assemble(folder), source)


def problems(built: Built, source: Path | None = None) -> list[Problem]:
    """All problems of a graph already assembled."""
    found = set(built.problems)
    for one in (*files.CHECKS, *terms.CHECKS, *derived.CHECKS, *table.CHECKS):
        found.update(one(built))
    found.update(rules.run_all(built))
    found.update(problem for _, problem in shapes.violations(built))
    if source is not None:
        found.update(reading.against(built, source))
    return sorted(found)
