"""Things by a part of any of their names, for the search and for what a form suggests. Only SPARQL goes to the store."""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import NamedTuple

from kg.answer import Term, literal, node, plain
from kg.errors import BadData, NotFound
from kg.find import find, folded
from kg.folder import Folder
from kg.names import Names
from kg.page.claims import PREFIXES, Word
from kg.page.frame import Frame
from kg.store import Store

_ITEM = re.compile(r"(?:wd:)?Q[1-9]\d*\Z")
_MOST = 100
"""Things, and claims, that a page of results shows."""
_LONGEST = 80
"""Letters of what one looks for; more are left out, since the engine's time for an expression grows with it."""
_NAMES = PREFIXES + """
SELECT DISTINCT ?thing ?name ?label ?last WHERE {
  %(kind)s
  ?thing rdfs:label|skos:altLabel ?name .
  FILTER NOT EXISTS { ?thing rdf:subject ?any }
  %(filter)s
  OPTIONAL { ?thing rdfs:label ?label FILTER(LANG(?label) = "en") }
  BIND(IF(EXISTS { ?thing kg:inSource ?source }, 2, IF(EXISTS { ?thing a kg:Remark }, 1, 0)) AS ?last)
} ORDER BY ?last STRLEN(STR(?name)) STR(?name) ?thing ?label LIMIT %(limit)d
"""
"""Things come before remarks, and these before passages; of each sort the shortest name first."""
_CLAIMS = PREFIXES + """
SELECT ?claim ?sentence WHERE { ?claim rdf:subject ?any ; rdfs:label ?sentence %s } ORDER BY STRLEN(?sentence) ?claim LIMIT %d
"""
_KINDS = PREFIXES + """
SELECT ?thing ?kind WHERE {
  VALUES ?thing { %s } ?thing a ?class . ?class rdfs:label ?kind
  FILTER NOT EXISTS { ?thing a ?narrower . ?narrower rdfs:subClassOf ?class }
} ORDER BY ?thing ?kind
"""


class Suggestion(NamedTuple):
    """A thing that is suggested: its IRI, what a form sends for it, and how it is told from others."""

    iri: str
    value: str
    hint: str


def among(store: Store, names: Names, text: str, kind: str = "", limit: int = 20) -> list[Suggestion]:
    """Things whose label or other name has the words of `text` (all, where it is empty), of the class with the label `kind` if given."""
    seen: dict[str, tuple[str, str]] = {}
    for row in _named(store, text, kind, limit * 2):
        seen.setdefault(plain(row[0]), (row[1], row[2]))
    own = [label or name for name, label in seen.values()]
    found = []
    for iri, (name, label) in list(seen.items())[:limit]:
        title = label or name
        # A label that several bear would be asked back: the short form of the IRI tells them apart.
        value = title if own.count(title) == 1 else names.shorten(iri)
        found.append(Suggestion(iri, value, name if name != value else ""))
    return found


def search(store: Store, names: Names, folder: Folder, text: str, base: str | None = None) -> str:
    """The page of what is found for a text: the thing that it names exactly, things that have it in a name, and claims."""
    frame = Frame(store, names, folder, base)
    text = text[:_LONGEST].strip()
    exact = ""
    things: dict[Term, tuple[Word, str]] = {}
    claims: list[Word] = []
    if text:
        for term, name, label in _named(store, text, "", _MOST + 1):
            things.setdefault(term, (Word(term, label or name), name if name != label else ""))
            exact = exact or (plain(term) if folded(name) == folded(text) else "")
        exact = _identified(store, names, frame, text) or exact
        rows = store.ask(_CLAIMS % (_filter("sentence", text), _MOST + 1)).rows
        claims = [Word(row["claim"], plain(row["sentence"])) for row in rows if row["claim"] is not None]
    first = sorted(things.values(), key=lambda one: plain(one[0].term) != exact)
    kinds: dict[str, str] = {}
    if things:
        for row in store.ask(_KINDS % " ".join(map(str, things))).rows:
            kinds.setdefault(plain(row["thing"]), plain(row["kind"]))
    return frame.render(
        "search.html.jinja", title=f"Search: {text}" if text else "Search", text=text, exact=exact, things=first[:_MOST], kinds=kinds,
        claims=claims[:_MOST], more=len(things) > _MOST or len(claims) > _MOST, canonical=None,
    )


def _identified(store: Store, names: Names, frame: Frame, text: str) -> str:
    """The IRI that a text is, in short or whole, or names by its slug or its item of Wikidata; empty where it is none of these."""
    if _ITEM.match(text):
        try:
            return find(store, names, text)
        except NotFound:
            return ""
    try:
        iri = names.expand(text) if ":" in text else frame.addresses.iri("id", text) or ""
    except BadData:  # a label may have a colon too
        return ""
    term = node(iri)
    return iri if term is not None and store.ask(f"ASK {{ {term} ?p ?o }}") else ""


def _named(store: Store, text: str, kind: str, limit: int) -> list[tuple[Term, str, str]]:
    of = f"?kind a owl:Class ; rdfs:label {literal(kind, None, 'en')} . ?thing a ?kind ." if kind else ""
    rows = store.ask(_NAMES % {"kind": of, "filter": _filter("name", text), "limit": limit}).rows
    return [(row["thing"], plain(row["name"]), plain(row["label"])) for row in rows if row["thing"] is not None]


def _filter(variable: str, text: str) -> str:
    """SPARQL that keeps what has all the words; case, accents and punctuation make no difference."""
    words = unicodedata.normalize("NFC", folded(text[:_LONGEST])).split()
    return " ".join(f'FILTER(REGEX(STR(?{variable}), {literal(_pattern(word))}, "i"))' for word in words)


def _pattern(word: str) -> str:
    """The word as a regular expression in which each plain letter stands for itself with any accent."""
    return "".join(f"[{letter}{_accented()[letter]}]" if letter in _accented() else re.escape(letter) for letter in word)


@cache
def _accented() -> dict[str, str]:
    """Each letter with those that are it with an accent (Latin, Greek, Cyrillic and the kana in Unicode)."""
    found: dict[str, str] = {}
    for number in [*range(0x00C0, 0x0530), *range(0x1E00, 0x2000), *range(0x3040, 0x3100)]:
        letters = unicodedata.normalize("NFKD", chr(number)).casefold()
        first, marks = letters[:1], letters[1:]
        if marks and first.isalpha() and all(map(unicodedata.combining, marks)):
            found[first] = found.get(first, "") + chr(number)
    return found
