"""The claims of a store against a copy of the text that they are taken from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from kg.answer import plain
from kg.errors import BadData
from kg.source.finding import Fingerprint, Sentence, sentences
from kg.source.numbers import dated, stands
from kg.store import Store

_PREFIXES = """
PREFIX edtf: <http://id.loc.gov/datatypes/edtf/>
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
"""
_PASSAGES = _PREFIXES + """
SELECT ?passage ?rank ?position ?size ?digest WHERE {
  ?passage kg:fingerprint ?digest ; kg:wordCount ?size .
  OPTIONAL { ?passage kg:position ?position } OPTIONAL { ?passage kg:inSource/kg:sourceRank ?rank }
} ORDER BY ?position ?passage
"""
# Implied and derived claims are excused: their numbers stand elsewhere.
_STATED = _PREFIXES + """
SELECT ?claim ?passage ?section ?property ?number WHERE {
  { VALUES ?property { kg:count kg:atLeast kg:atMost kg:ratio kg:distance } ?claim ?property ?number }
  UNION { ?claim a kg:Dating ; rdf:predicate ?property ; rdf:object ?number }
  UNION { VALUES ?property { kg:since kg:until } ?claim ?property ?number }
  ?claim kg:statedIn ?passage ; kg:basis kg:stated . ?passage kg:section ?section
} ORDER BY ?claim ?property ?number
"""
SECTIONS = _PREFIXES + """
SELECT ?passage ?section ?source WHERE { ?passage kg:section ?section ; kg:inSource ?source ; kg:position ?n } ORDER BY ?n
"""


class Finding(NamedTuple):
    """Something at odds between the claims and the text: about what, how bad, what is wrong and what to do."""

    iri: str
    severity: str
    what: str
    todo: str


def read(path: Path) -> str:
    """The text of a copy. Raises BadData."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise BadData("the source's text is not UTF-8", str(path), "name a text file in UTF-8") from error
    except OSError as error:
        raise BadData(f"the source's text cannot be read ({error.strerror or error})", str(path), "name a text file in UTF-8") from error


def held(store: Store, text: str) -> dict[str, Sentence]:
    """The passages of the store that stand in a text, by IRI, in reading order."""
    marks = []
    for row in store.ask(_PASSAGES).rows:
        rank, place, size = (plain(row[name]) for name in ("rank", "position", "size"))
        if size.isdigit():  # the shapes tell of the others
            marks.append(Fingerprint(plain(row["passage"]), int(rank or 1), int(place or 0), int(size), plain(row["digest"])))
    found = sentences(text, marks)
    return {one.passage: found[one.passage] for one in marks if one.passage in found}


def unread(store: Store, text: str, found: dict[str, Sentence] | None = None) -> Iterator[Finding]:
    """Passages that the text does not hold, and numbers and dates of claims that their sentence does not.

    A source of which the text holds nothing or hardly anything is told of once. The year of a date may stand in another
    sentence of the section, its heading above all.
    """
    found = held(store, text) if found is None else found
    names: dict[str, list[str]] = defaultdict(list)
    years: dict[str, set[str]] = defaultdict(set)
    for row in store.ask(SECTIONS).rows:
        passage, section = plain(row["passage"]), plain(row["section"])
        names[plain(row["source"])].append(passage)
        if passage in found:
            years[section].update(word for word in found[passage].words if len(word) == 4 and word.isdigit())
    for source, passages in sorted(names.items()):
        here = len(found.keys() & set(passages))
        if here < len(passages) / 10:
            said = f"the text holds {here} of its {len(passages)} passages; the claims of the others are not compared"
            yield Finding(source, "error" if here or not found else "warning", said, "name a copy of the text that has them")
            continue
        for passage in sorted(set(passages) - found.keys()):
            yield Finding(passage, "error", "the text does not hold the words of this passage",
                          "mend its fingerprint and word count, or take the right copy of the text")
    for row in store.ask(_STATED).rows:
        claim, passage, number = plain(row["claim"]), plain(row["passage"]), plain(row["number"])
        if passage not in found:
            continue
        name, words = plain(row["property"]).rpartition("#")[2], found[passage].words
        if name in ("count", "atLeast", "atMost", "ratio", "distance"):
            if not stands(number, words):
                denied = number.strip("+-0.") == ""
                reason = "and no word there denies it" if denied else "which does not stand in its passage"
                yield Finding(claim, "error", f"kg:{name} is {number}, {reason}",
                              "mend the number or the passage, or say kg:basis kg:implied")
        elif not dated(number, words, years[plain(row["section"])]):
            yield Finding(claim, "error", f"kg:{name} is {number}, which does not stand in its passage",
                          "mend the date or the passage, or say kg:basis kg:implied or kg:derived")
