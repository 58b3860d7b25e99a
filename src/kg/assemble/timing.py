"""The date bounds of things: the first and last day on which each can have begun and ended.

A thing's own datings come first, those of the source of the first rank before those of later ranks, which only fill what
is left open. A thing without any of the first rank takes the bounds of the whole that it is part of, narrowed by what it
answers, follows, is caused by or causes, and by its parts; what a thing's own datings leave open is filled from the same. A
duration then narrows the end.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pyoxigraph

from kg.assemble.facts import KG, RDF, SEM, Facts
from kg.dates import Bounds, DateError, interval, shifted

DATINGS = ("date", "begin", "end")
#: Predicates of claims whose subject cannot begin after their object does. What contributes can come later: it may
#: add to what has begun.
CAUSES = ("causes", "enables", "motivates")
#: Predicates of claims whose object cannot begin after their subject does.
FOLLOWS = ("answers", "after")
#: The rank from which a dating is of a source of a later rank: 3 for each rank of the source, and up to 2 for doubts.
LATER = 6
SLOTS = ("hasEarliestBeginTimeStamp", "hasLatestBeginTimeStamp", "hasEarliestEndTimeStamp", "hasLatestEndTimeStamp")


@dataclass
class Span:
    """The four bounds of one thing; None where nothing is known."""

    begin_first: date | None = None
    begin_last: date | None = None
    end_first: date | None = None
    end_last: date | None = None

    def possible(self) -> bool:
        """Whether no bound contradicts another."""
        def ordered(low: date | None, high: date | None) -> bool:
            return low is None or high is None or low <= high

        return (ordered(self.begin_first, self.begin_last) and ordered(self.end_first, self.end_last)
                and ordered(self.begin_first, self.end_last))

    def close(self) -> None:
        """What is missing and follows from the rest: an end is not before its beginning."""
        if self.end_first is None:
            self.end_first = self.begin_first
        if self.begin_last is None:
            self.begin_last = self.end_last
        if self.end_first and self.begin_first and self.end_first < self.begin_first:
            self.end_first = self.begin_first
        if self.begin_last and self.end_last and self.begin_last > self.end_last:
            self.begin_last = self.end_last

    def offer(self, slot: str, value: date | None) -> bool:
        """Fills an empty slot when that makes no contradiction; whether it did."""
        if value is None or getattr(self, slot) is not None:
            return False
        setattr(self, slot, value)
        if self.possible():
            return True
        setattr(self, slot, None)
        return False

    def narrow(self, slot: str, value: date | None) -> bool:
        """Moves a bound inwards when that makes no contradiction; whether it did."""
        old = getattr(self, slot)
        if value is None or (old is not None and (value <= old if slot.endswith("first") else value >= old)):
            return False
        setattr(self, slot, value)
        if self.possible():
            return True
        setattr(self, slot, old)
        return False

    def stamps(self) -> Iterator[tuple[str, str]]:
        """Property and xsd:date text of each known bound."""
        for name, value in zip(SLOTS, (self.begin_first, self.begin_last, self.end_first, self.end_last), strict=True):
            if value is not None:
                yield SEM + name, value.isoformat()


@dataclass(frozen=True)
class Dating:
    """One claim that dates a thing."""

    claim: str
    begin: Bounds | None
    end: Bounds | None
    rank: int
    account: tuple[str, ...]
    """Whose it is: the source, and who says so there."""


Report = Callable[[str, str, str], None]


def spans(facts: Facts, report: Report) -> dict[str, Span]:
    """The bounds of every thing that has any. `report(iri, what, todo)` is told of what cannot be."""
    own = _datings(facts, report)
    events = {iri for iri, kind in facts.pairs(RDF + "type") if isinstance(kind, pyoxigraph.NamedNode) and kind.value == KG + "Event"}
    found = {thing: _own(thing, own.get(thing, []), facts, report) for thing in sorted(events | own.keys())}
    before, wholes = _relations(facts, found)
    _fill(found, lambda thing: _from_wholes(thing, wholes, found))
    undated = {thing for thing in found if all(dating.rank >= LATER for dating in own.get(thing, []))}
    for span in found.values():
        span.close()
    after = defaultdict(set)
    for thing, earlier in before.items():
        for one in earlier:
            after[one].add(thing)
    parts = defaultdict(set)
    for part, above in wholes.items():
        for whole in above:
            parts[whole].add(part)
    _fill(found, lambda thing: _from_neighbours(thing, before, after, parts, found), undated)
    lengths = _lengths(facts, found, report)
    for thing, length in lengths.items():
        _fit(found[thing], length)
    for span in found.values():
        span.close()
    return {thing: span for thing, span in found.items() if any(True for _ in span.stamps())}


def _datings(facts: Facts, report: Report) -> dict[str, list[Dating]]:
    datings: dict[str, list[Dating]] = defaultdict(list)
    for name in (*DATINGS, "born", "died", "inForceFrom", "dueToExpire"):
        for claim, predicate in facts.pairs(RDF + "predicate"):
            if not isinstance(predicate, pyoxigraph.NamedNode) or predicate.value != KG + name:
                continue
            thing, text = facts.value(claim, RDF + "subject"), facts.value(claim, RDF + "object")
            if thing is None or text is None:
                continue  # the shapes report a claim without its parts
            try:
                begin, end = interval(text)
            except DateError as error:
                report(claim, error.what, error.todo or "give a date that exists")
                continue
            if name not in DATINGS:
                continue
            one = Bounds(begin.earliest, end.latest)
            account = (_source(claim, facts), *facts.values(claim, KG + "accordingTo"))
            rank = 3 * _source_rank(claim, facts)
            if facts.value(claim, KG + "accordingTo"):
                rank += 2
            elif facts.value(claim, KG + "certainty") in (KG + "supposed", KG + "reported"):
                rank += 1
            if name == "date":
                datings[thing].append(Dating(claim, begin, end, rank, account))
            else:
                datings[thing].append(Dating(claim, one if name == "begin" else None, one if name == "end" else None, rank, account))
    for given in datings.values():
        given.sort(key=lambda dating: (len(dating.claim), dating.claim))  # one order, whatever the store's
    return datings


def _source(claim: str, facts: Facts) -> str:
    """The source in which a claim stands, be it under a passage or not."""
    stated = facts.value(claim, KG + "statedIn") or ""
    return facts.value(stated, KG + "inSource") or stated


def _source_rank(claim: str, facts: Facts) -> int:
    """kg:sourceRank of the source in which a claim stands; 1 where none is given."""
    rank = facts.value(_source(claim, facts), KG + "sourceRank")
    return int(rank) if rank is not None and rank.isdigit() else 1


def _lengths(facts: Facts, found: dict[str, Span], report: Report) -> dict[str, str]:
    """The kg:duration of each thing that the source itself gives one; no thing with two."""
    lengths: dict[str, list[str]] = defaultdict(list)
    for claim, predicate in facts.pairs(RDF + "predicate"):
        if not isinstance(predicate, pyoxigraph.NamedNode) or predicate.value != KG + "duration":
            continue
        thing, length = facts.value(claim, RDF + "subject"), facts.value(claim, RDF + "object")
        if thing is None or length is None:
            continue
        try:
            shifted(Bounds(date(2000, 1, 1), date(2000, 1, 1)), length)
        except DateError as error:
            report(claim, error.what, error.todo or "write a duration")
            continue
        if thing in found and facts.has(claim, KG + "certainty", KG + "asserted") and not facts.value(claim, KG + "accordingTo"):
            lengths[thing].append(length)
    return {thing: given[0] for thing, given in sorted(lengths.items()) if len(given) == 1}


def _fit(span: Span, length: str) -> None:
    """Narrows an end to the beginning plus the duration. The day of the beginning may be counted or not."""
    if span.begin_first is None or span.begin_last is None:
        return
    try:
        reached = shifted(Bounds(span.begin_first, span.begin_last), length)
    except DateError:  # beyond the calendar: nothing to narrow
        return
    reached = Bounds(max(span.begin_first, reached.earliest - timedelta(1)), reached.latest)
    meeting = reached & Bounds(span.end_first or reached.earliest, span.end_last or reached.latest)
    if meeting is not None:
        span.end_first, span.end_last = meeting.earliest, meeting.latest


def _own(thing: str, datings: list[Dating], facts: Facts, report: Report) -> Span:
    clashing = {other for dating in datings for other in facts.values(dating.claim, KG + "contradicts")}
    contradicted = {
        d.claim for d in datings if d.claim in clashing or set(facts.values(d.claim, KG + "contradicts")) & {e.claim for e in datings}
    }
    consistent = _each_account(thing, [d for d in datings if d.claim not in contradicted], facts, report)
    span = Span()
    for side in ("begin", "end"):
        given = [(d, b) for d in datings if (b := getattr(d, side)) is not None]
        best = [(d, b) for d, b in given if d.rank == min(d.rank for d, _ in given)]
        meeting: Bounds | None = None
        for _, one in (pair for pair in best if pair[0].claim in contradicted):
            meeting = one if meeting is None else meeting | one
        for dating, one in (pair for pair in best if pair[0].claim not in contradicted):
            both = one if meeting is None else meeting & one
            if both is None:
                report(dating.claim, f"its date and the other dates of {facts.label(thing) or thing} exclude each other",
                       "mend the wrong one, or let the two claims name each other with kg:contradicts")
                continue
            meeting = both
        if meeting is not None:
            setattr(span, f"{side}_first", meeting.earliest)
            setattr(span, f"{side}_last", meeting.latest)
    if not span.possible():
        if consistent:
            report(thing, f"it ends (by {span.end_last}) before it begins (from {span.begin_first})", "mend one of the two")
        return Span()
    return span


def _each_account(thing: str, datings: list[Dating], facts: Facts, report: Report) -> bool:
    """Whoever dates a thing must not let it end before it begins; what others say of it is another matter. Whether all is well."""
    well = True
    for account in sorted({dating.account for dating in datings}):
        begins = [d for d in datings if d.account == account and d.begin is not None and d.end is None]
        ends = [d for d in datings if d.account == account and d.end is not None and d.begin is None]
        for begin, end in ((b, e) for b in begins for e in ends if e.end.latest < b.begin.earliest):  # type: ignore[union-attr]
            said, first = (facts.value(claim, RDF + "object") for claim in (end.claim, begin.claim))
            report(end.claim, f"the end of {facts.label(thing) or thing} ({said}) is before its beginning ({first})", "mend one of the two")
            well = False
    return well


def _relations(facts: Facts, found: dict[str, Span]) -> tuple[dict[str, set[str]], dict[str, set[str]]]:
    """For each thing: what cannot begin after it, and the wholes that it is part of."""
    before: dict[str, set[str]] = defaultdict(set)
    disputed = {term.value for _, term in facts.pairs(KG + "contradicts") if isinstance(term, pyoxigraph.NamedNode)}
    for claim, predicate in facts.pairs(RDF + "predicate"):
        name = predicate.value.removeprefix(KG) if isinstance(predicate, pyoxigraph.NamedNode) else ""
        if name not in CAUSES + FOLLOWS or claim in disputed:
            continue
        if (
            not facts.has(claim, KG + "certainty", KG + "asserted")
            or facts.value(claim, KG + "accordingTo")
            or facts.value(claim, KG + "contradicts")
        ):
            continue
        subject, obj = facts.value(claim, RDF + "subject"), facts.value(claim, RDF + "object")
        if subject in found and obj in found and subject != obj:
            earlier, later = (subject, obj) if name in CAUSES else (obj, subject)
            before[later].add(earlier)
    wholes: dict[str, set[str]] = defaultdict(set)
    for part, whole in facts.pairs(KG + "partOf"):
        if isinstance(whole, pyoxigraph.NamedNode) and part in found and whole.value in found:
            wholes[part].add(whole.value)
    return before, wholes


Offers = list[tuple[str, date | None]]


def _from_wholes(thing: str, wholes: dict[str, set[str]], found: dict[str, Span]) -> Offers:
    above = [found[one] for one in sorted(wholes.get(thing, ()))]
    first = max((span.begin_first for span in above if span.begin_first), default=None)
    last = min((span.end_last for span in above if span.end_last), default=None)
    return [("begin_first", first), ("end_last", last)]


def _from_neighbours(
    thing: str, before: dict[str, set[str]], after: dict[str, set[str]], parts: dict[str, set[str]], found: dict[str, Span],
) -> Offers:
    firsts = [found[one].begin_first for one in before.get(thing, ())]
    lasts = [found[one].begin_last for one in (*after.get(thing, ()), *parts.get(thing, ()))]
    ends = [found[one].end_first for one in parts.get(thing, ())]
    return [
        ("begin_first", max((day for day in firsts if day), default=None)),
        ("begin_last", min((day for day in lasts if day), default=None)),
        ("end_first", max((day for day in ends if day), default=None)),
    ]


def _fill(found: dict[str, Span], offers: Callable[[str], Offers], narrowed: Collection[str] = ()) -> None:
    """Rounds until nothing more is filled; each round sees only the one before, so that order does not matter.

    The bounds of `narrowed` things are moved inwards, those of others only filled where they are empty.
    """
    changed = True
    while changed:
        changed = False
        for thing, given in [(thing, offers(thing)) for thing in sorted(found)]:
            for slot, value in given:
                span = found[thing]
                changed |= span.narrow(slot, value) if thing in narrowed else span.offer(slot, value)
