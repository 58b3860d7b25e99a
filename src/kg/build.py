"""`kg build`: checks the folder and writes its one file of triples."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from kg.assemble import Built, Problem, assemble
from kg.assemble.facts import KG, RDF
from kg.check import problems
from kg.errors import CheckFailed
from kg.folder import Folder, refuse_unwritable, write_atomically

__all__ = ["Built", "Report", "assemble", "build"]


@dataclass(frozen=True)
class Report:
    """What was written: where, how many triples, claims and things, and the warnings."""

    output: Path
    triples: int
    claims: int
    things: int
    warnings: tuple[Problem, ...]


def build(folder: Folder, output: Path | None = None, check: bool = True) -> Report:
    """Builds the graph and writes it (default: the folder's triples.ttl), all or nothing.

    `check=False` leaves out the shapes and rules, never the problems met while
    reading. Raises CheckFailed (its text has every problem on a line of its own)
    when there is an error, and then writes nothing; BadData; CannotWrite.
    """
    target = Path(output) if output is not None else Path(folder.triples)
    refuse_unwritable(target)
    built = assemble(folder)
    found = problems(built) if check else sorted(set(built.problems))
    errors = [problem for problem in found if problem.severity == "error"]
    if errors:
        raise CheckFailed(
            "\n".join(map(str, found)) + f"\n{len(errors)} error{'s' if len(errors) != 1 else ''}: nothing was written",
        )
    write_atomically(target, built.text().encode("utf-8"))
    kinds = Counter(str(kind) for _, kind in built.facts.pairs(RDF + "type"))
    return Report(
        target, len(built.store), kinds[f"<{KG}Claim>"], kinds[f"<{KG}Thing>"],
        tuple(p for p in found if p.severity == "warning"),
    )
