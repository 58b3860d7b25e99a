"""Dates that follow from another, each worked out again, and the time for which a claim holds."""

from __future__ import annotations

from collections.abc import Iterator

from kg.assemble import Built, Problem
from kg.assemble.facts import KG, RDF
from kg.dates import Bounds, DateError, add, bounds, follows


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


def times_of_holding(built: Built) -> Iterator[Problem]:
    """kg:since and kg:until of a claim must be dates that exist, and none may cease to hold before it began."""
    facts = built.facts
    for claim in sorted({claim for name in ("since", "until") for claim, _ in facts.pairs(KG + name)}):
        spans: dict[str, Bounds] = {}
        for name in ("since", "until"):
            for text in facts.values(claim, KG + name):
                try:
                    spans[name] = bounds(text)
                except DateError as error:
                    yield built.problem("error", claim, f"kg:{name}: {error.what}", error.todo or "give a date that exists")
        if len(spans) == 2 and spans["until"].latest < spans["since"].earliest:
            yield built.problem("error", claim, "it ceases to hold (kg:until) before it begins (kg:since)", "mend one of the two dates")


CHECKS = (derived_dates, times_of_holding)
