"""Dates that follow from another: each is worked out again."""

from __future__ import annotations

from collections.abc import Iterator

from kg.assemble import Built, Problem
from kg.assemble.facts import KG, RDF
from kg.dates import DateError, add, follows


def derived_dates(built: Built) -> Iterator[Problem]:
    """A date with kg:derivedFrom and kg:offset must be that claim's date plus the step."""
    facts = built.facts
    for claim, _ in facts.pairs(KG + "offset"):
        base, step, said = facts.value(claim, KG + "derivedFrom"), facts.value(claim, KG + "offset"), facts.value(claim, RDF + "object")
        origin = facts.value(base, RDF + "object") if base is not None else None
        if base is None or step is None or said is None or origin is None:
            continue  # a missing part has a message of its own
        try:
            if follows(origin, step, said):
                continue
            computed = add(origin, step)
        except DateError as error:
            yield built.problem("error", claim, f"its date cannot be worked out: {error.what}", error.todo or "mend the date or the step")
            continue
        yield built.problem(
            "error",
            claim,
            f"{built.names.shorten(base)} ({origin}) plus {step} is {computed}, not {said}",
            "mend the date, the base or the step",
        )


CHECKS = (derived_dates,)
