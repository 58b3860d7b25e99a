"""`kg check`: everything that can be found wrong without reading the source as a person does."""

from __future__ import annotations

from pathlib import Path

from kg.assemble import Built, Problem, assemble
from kg.assemble.facts import KG
from kg.check import derived, files, questions, reading, rules, shapes, table, terms
from kg.check.coverage import coverage
from kg.folder import Folder

STATED = KG + "statedIn"
"""By which every claim has the passage or the source that it stands in."""

__all__ = ["STATED", "Problem", "assemble", "check", "coverage", "problems"]


def check(folder: Folder, source: Path | None = None) -> list[Problem]:
    """All problems of a folder, sorted, each once.

    With `source`, a copy of the source's text, also the numbers of claims
    against their passages. Raises BadData when a file cannot be read at all.
    """
    return problems(assemble(folder), source)


def problems(built: Built, source: Path | None = None) -> list[Problem]:
    """All problems of a graph already assembled.

    Where names or dates cannot be read, only these are told: shapes and rules wait until they are mended.
    """
    found = set(built.problems)
    for one in (*files.CHECKS, *terms.CHECKS):
        found.update(one(built))
    if any(problem.severity == "error" for problem in found):
        return sorted(found)  # what follows from these would only be said again, and hide them
    for one in (*derived.CHECKS, *table.CHECKS, *questions.CHECKS):
        found.update(one(built))
    found.update(rules.run_all(built))
    found.update(problem for _, problem in shapes.violations(built))
    if source is not None:
        found.update(reading.against(built, source))
    return sorted(found)
