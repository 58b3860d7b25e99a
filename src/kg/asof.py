"""What stood on a day: things by their date bounds, claims by what they join and by their own dates. Only SPARQL goes to the store.

The answer is one of four words. Where the bounds leave it open whether something had begun, or still lasted, it is
`uncertain`: what the sources do not settle is not settled here. Only what lasts (a power, a treaty, a condition, a war)
can be `over`; what happened has happened ever after.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from kg.answer import Term, literal, node, plain
from kg.dates import interval
from kg.errors import BadData, UsageError
from kg.folder import Folder
from kg.query import Query, questions
from kg.store import Store

Standing = Literal["certain", "uncertain", "over", "not yet"]
ORDER: tuple[Standing, ...] = ("certain", "uncertain", "over", "not yet")
"""From what surely stands to what does not; of several conditions the last in this order counts."""
PARAMETER = "asOf"
"""The parameter by which a question takes part."""
_DATE = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")
_KG = "https://w3id.org/khalkhin/ontology#"
_PREFIXES = """
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX sem: <http://semanticweb.cs.vu.nl/2009/11/sem/>
"""
_LASTING = ("Actor", "Place", "Treaty", "Condition", "Attitude", "Conflict", "War", "Phase", "Occupation")
_CLASSES = _PREFIXES + f"""
SELECT ?thing ?class WHERE {{
  %s
  {{ VALUES ?class {{ kg:Thing kg:Event {" ".join("kg:" + name for name in _LASTING)} }} ?thing a ?class }}
  UNION {{ VALUES ?class {{ kg:notHappened }} ?thing kg:status ?class }}
}}
"""
# A treaty without dates of its own begins when it is signed; a side lives as long as its conflict.
_BOUNDS = _PREFIXES + """
SELECT ?thing ?bound ?day WHERE {
  %s
  { VALUES ?bound { sem:hasEarliestBeginTimeStamp sem:hasLatestBeginTimeStamp sem:hasEarliestEndTimeStamp sem:hasLatestEndTimeStamp }
    ?thing ?bound ?day }
  UNION
  { VALUES ?bound { sem:hasEarliestBeginTimeStamp sem:hasLatestBeginTimeStamp }
    ?signing kg:signingOf ?thing ; ?bound ?day FILTER NOT EXISTS { ?thing sem:hasEarliestBeginTimeStamp ?own } }
  UNION
  { VALUES ?bound { sem:hasEarliestBeginTimeStamp sem:hasLatestBeginTimeStamp sem:hasEarliestEndTimeStamp sem:hasLatestEndTimeStamp }
    ?thing kg:sideOf ?conflict . ?conflict ?bound ?day FILTER NOT EXISTS { ?thing sem:hasEarliestBeginTimeStamp ?own } }
}
"""
_CLAIMS = _PREFIXES + """
SELECT ?claim ?subject ?predicate ?object ?class ?since ?until ?during WHERE {
  %s
  ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object .
  OPTIONAL { VALUES ?class { kg:Dating kg:Figure } ?claim a ?class }
  OPTIONAL { ?claim kg:since ?since } OPTIONAL { ?claim kg:until ?until } OPTIONAL { ?claim kg:during ?during }
}
"""
_IN_FORCE = {"clientOf", "ledBy", "office", "onSide", "belongsTo", "claimedBy", "territoryOf", "borders", "rank"}
"""Predicates of relations: they hold only while both ends last, and are over with what they held `during`."""
_AT_THE_END = {"wonBy", "lostBy", "outcome", "duration"}
"""Predicates of what is known only when it is over."""


@dataclass(frozen=True)
class Lifetime:
    """The first and last day on which a thing can have begun and ended, as far as known, and what sort of thing it is."""

    begin_first: date | None = None
    begin_last: date | None = None
    end_first: date | None = None
    end_last: date | None = None
    event: bool = False
    lasting: bool = False
    happened: bool = True
    """Not so of what was prevented; its dates are those on which it would have been."""

    @property
    def dated(self) -> bool:
        """Whether any bound is known."""
        return any((self.begin_first, self.begin_last, self.end_first, self.end_last))

    def begun(self, day: date) -> Standing:
        """Whether it had begun. What is no event and has no dates is timeless."""
        if not self.dated:
            return "uncertain" if self.event else "certain"
        if self.begin_first and self.begin_first > day:
            return "not yet"
        return "certain" if any(last and last <= day for last in (self.begin_last, self.end_last)) else "uncertain"

    def going_on(self, day: date) -> Standing:
        """Whether it had begun and not ended. Of what is no event no end is expected where none is known."""
        begun = self.begun(day)
        if begun == "not yet" or not self.dated:
            return begun
        if self.end_last and self.end_last < day:
            return "over"
        ends = (self.end_last or self.event) and self.end_first and self.end_first < day
        return "uncertain" if ends else begun

    def ended(self, day: date) -> Standing:
        """Whether it had ended, or ended on that day."""
        if self.begun(day) == "not yet" or (self.end_first and self.end_first > day):
            return "not yet"
        return "certain" if self.end_last and self.end_last <= day else "uncertain"

    def standing(self, day: date) -> Standing:
        """How it stood on the day: what lasts must not be over, what happens must have begun."""
        return self.going_on(day) if self.lasting else self.begun(day)

    def told(self, day: date) -> str:
        """The same in words."""
        if not self.dated:
            return "no dates of it are known"
        if not self.happened and self.begun(day) != "not yet":
            return "it did not happen"
        last = self.lasting
        match self.standing(day):
            case "certain":
                return "it existed" if last else "it had happened" if self.ended(day) == "certain" else "it had begun"
            case "uncertain":
                return "whether it existed is uncertain" if last else "whether it had begun is uncertain"
            case "over":
                return "it was over"
        return "it did not exist yet" if last and not self.event else "it had not begun yet"


def day(text: str) -> date:
    """The day that a date means: a day, or the last day of a month or a year. Raises UsageError.

    >>> day("1939-09-16").isoformat(), day("1939-02").isoformat(), day("1939").isoformat()
    ('1939-09-16', '1939-02-28', '1939-12-31')
    """
    found = _DATE.fullmatch(text)
    try:
        if found:
            year, month = int(found[1]), int(found[2] or 12)
            return date(year, month, int(found[3]) if found[3] else calendar.monthrange(year, month)[1])
    except ValueError:
        pass
    raise UsageError(f"{text!r} is no date", None, "write a day, a month or a year that exists: 1939-09-16, 1939-09 or 1939")


def value(query: Query, on: date, folder: Folder) -> dict[str, Term]:
    """The day as a value of the question's parameter. Raises UsageError, which names questions that have one."""
    if any(parameter.name == PARAMETER for parameter in query.parameters):
        return {PARAMETER: _term(on)}
    raise UsageError(f"the question {query.name} is not about a day: it has no parameter {PARAMETER}", None, having(folder))


def drawn(query: Query, on: date | None) -> str:
    """The text of a question that is drawn: with the day where one is given and the question takes it."""
    has = on is not None and any(parameter.name == PARAMETER for parameter in query.parameters)
    return query.bind({PARAMETER: _term(on)}) if on is not None and has else query.text


def having(folder: Folder) -> str:
    """Which questions of a folder take part."""
    some = [name for name, query in questions(folder).items() if any(p.name == PARAMETER for p in query.parameters)]
    return "these have it: " + ", ".join(some) if some else "no question here has it"


def lifetimes(store: Store, iris: Iterable[str] | None = None) -> dict[str, Lifetime]:
    """The lifetime of each thing asked for, or of all."""
    asked = None if iris is None else sorted(set(iris))
    if asked == []:
        return {}
    only = _only("thing", asked)
    classes: dict[str, set[str]] = {iri: set() for iri in asked or ()}
    for row in store.ask(_CLASSES % only).rows:
        classes.setdefault(plain(row["thing"]), set()).add(plain(row["class"]).removeprefix(_KG))
    bounds: dict[str, dict[str, date]] = {}
    for row in store.ask(_BOUNDS % only).rows:
        slot = _SLOTS[plain(row["bound"]).rpartition("/")[2]]
        known, bound = bounds.setdefault(plain(row["thing"]), {}), _date(row["day"])
        # More than one, where a treaty is signed twice or a side is one of two conflicts: the widest.
        known[slot] = (min if slot.endswith("first") else max)(known.get(slot, bound), bound)
    return {
        iri: Lifetime(**bounds.get(iri, {}), event="Event" in names, lasting=bool(names & set(_LASTING)),
                      happened="notHappened" not in names)
        for iri, names in classes.items()
    }


def things(store: Store, on: date, iris: Iterable[str] | None = None) -> dict[str, Standing]:
    """How each thing asked for, or each of all, stood on the day."""
    return {iri: life.standing(on) for iri, life in lifetimes(store, iris).items()}


def claims(store: Store, on: date, iris: Iterable[str] | None = None) -> dict[str, Standing]:
    """How each claim asked for, or each of all, stood on the day.

    It stands when its subject and its object had begun and its own dates allow it: what dates something, says how it ended
    or counts its losses cannot be known before; a relation in force ends with either end, with `kg:until`, and with what it
    held `kg:during`. Raises BadData for a date that cannot be read.
    """
    asked = None if iris is None else sorted(set(iris))
    if asked == []:
        return {}
    rows = [{name: plain(term) for name, term in row.items()} for row in store.ask(_CLAIMS % _only("claim", asked)).rows]
    named = {row[name] for row in rows for name in ("subject", "object", "during") if row[name]}
    lives = lifetimes(store, named if asked is not None else None)
    found: dict[str, Standing] = {}
    for row in rows:
        found[row["claim"]] = _worst((found.get(row["claim"], "certain"), *_conditions(row, lives, on)))
    return found


def known_at(predicate: str, figure: bool) -> Literal["end", "sum", ""]:
    """When what a claim says is known: at the `end` of its subject, as a `sum` that is open until then, or with the subject."""
    return "end" if predicate.removeprefix(_KG) in _AT_THE_END else "sum" if figure else ""


def held(store: Store, iris: Iterable[str]) -> dict[str, Lifetime]:
    """The time of each claim that has one of its own, by `kg:since`, `kg:until` and `kg:during`; the others are absent.

    Raises BadData for a date that cannot be read.
    """
    asked = sorted(set(iris))
    rows = [{name: plain(term) for name, term in row.items()} for row in store.ask(_CLAIMS % _only("claim", asked)).rows] if asked else []
    lives = lifetimes(store, {row["during"] for row in rows if row["during"]})
    found: dict[str, Lifetime] = {}
    for row in rows:
        if not (row["since"] or row["until"] or row["during"]):
            continue
        while_ = lives.get(row["during"], Lifetime())
        ends = while_ if row["predicate"].removeprefix(_KG) in _IN_FORCE else Lifetime()
        begin = interval(row["since"])[0] if row["since"] else None
        end = interval(row["until"])[1] if row["until"] else None
        found[row["claim"]] = Lifetime(
            begin.earliest if begin else while_.begin_first, begin.latest if begin else while_.begin_last,
            end.earliest if end else ends.end_first, end.latest if end else ends.end_last, lasting=True,
        )
    return found


def _conditions(row: dict[str, str], lives: dict[str, Lifetime], on: date) -> Iterator[Standing]:
    predicate = row["predicate"].removeprefix(_KG)
    timeless = Lifetime()
    subject, other = lives.get(row["subject"], timeless), lives.get(row["object"], timeless)
    for end in (subject, other):
        yield end.begun(on)
        if predicate in _IN_FORCE and end.lasting:
            yield end.going_on(on)
    if predicate in _AT_THE_END:
        yield subject.ended(on)
    elif row["class"].endswith("#Figure"):
        # While it goes on, the sum at its end is not reached, but some of it may be.
        yield "certain" if subject.ended(on) == "certain" else "uncertain"
    elif row["class"].endswith("#Dating") and predicate != "dueToExpire":
        begin, end_ = interval(row["object"])
        # Other datings may say more exactly than this one that it is past.
        known = subject.begin_last if predicate == "begin" else subject.end_last if predicate in ("date", "end") else None
        yield _past(begin.earliest, min(end_.latest, known or end_.latest), on)
    if row["since"]:
        begin, _ = interval(row["since"])
        yield _past(begin.earliest, begin.latest, on)
    if row["until"]:
        _, end_ = interval(row["until"])
        yield "over" if end_.latest < on else "certain" if on <= end_.earliest else "uncertain"
    if row["during"]:
        while_ = lives.get(row["during"], timeless)
        yield while_.going_on(on) if predicate in _IN_FORCE else while_.begun(on)


def _past(first: date, last: date, on: date) -> Standing:
    return "not yet" if first > on else "certain" if last <= on else "uncertain"


def _worst(standings: Iterable[Standing]) -> Standing:
    return max(standings, key=ORDER.index)


_SLOTS = {"hasEarliestBeginTimeStamp": "begin_first", "hasLatestBeginTimeStamp": "begin_last",
          "hasEarliestEndTimeStamp": "end_first", "hasLatestEndTimeStamp": "end_last"}


def _only(name: str, iris: Collection[str] | None) -> str:
    if iris is None:
        return ""
    return f"VALUES ?{name} {{ {' '.join(str(term) for iri in iris if (term := node(iri)))} }}"


def _term(on: date) -> Term:
    return literal(on.isoformat(), "http://www.w3.org/2001/XMLSchema#date")


def _date(term: Term | None) -> date:
    try:
        return date.fromisoformat(plain(term))
    except ValueError as error:
        raise BadData(f"{plain(term)!r} is no day that can be compared", None, "run kg build") from error
