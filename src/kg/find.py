"""A thing by any of its names, and the labels of things. Only SPARQL goes to the store."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kg.answer import Term, literal, node, plain
from kg.errors import BadData, NotFound, UsageError
from kg.names import Names
from kg.store import Store

_PREFIXES = """
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
# The labels of claims are their sentences, no names.
_NAMES = _PREFIXES + """
SELECT ?thing ?name ?rank ?last WHERE {
  { ?thing rdfs:label ?name BIND(0 AS ?rank) } UNION { ?thing skos:altLabel ?name BIND(1 AS ?rank) }
  FILTER NOT EXISTS { ?thing rdf:subject ?any }
  BIND(EXISTS { ?thing kg:inSource ?source } || EXISTS { ?thing a kg:Remark } AS ?last)
} ORDER BY ?rank ?thing STR(?name)
"""
_ITEM = re.compile(r"(?:wd:|<?https?://www\.wikidata\.org/(?:entity|wiki)/)?(Q[1-9]\d*)>?\Z", re.I)
_SLUG = re.compile(r"[\w.-]+\Z")
_QUOTED = re.compile(r'"(.*)"(?:@([A-Za-z]+(?:-[A-Za-z0-9]+)*)|\^\^(\S+))?\Z', re.S)
_XSD = "http://www.w3.org/2001/XMLSchema#"
_LEXICAL = {
    "integer": re.compile(r"[+-]?\d+\Z"),
    "decimal": re.compile(r"[+-]?\d+(\.\d+)?\Z"),
    "boolean": re.compile(r"(true|false)\Z"),
    "date": re.compile(r"\d{4}-\d\d-\d\d\Z"),
}


def folded(text: str) -> str:
    """The name without case, accents and punctuation, by which names are compared."""
    import unicodedata

    marks = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    kept = "".join(c if c.isalnum() else " " for c in marks if not unicodedata.combining(c))
    return " ".join(kept.split())


def find(store: Store, names: Names, text: str) -> str:
    """The IRI of a thing from its slug, CURIE, IRI, Wikidata identifier, or label in any language.

    Raises NotFound with the nearest names, UsageError when several things bear the name.
    """
    text = text.strip()
    if item := _ITEM.match(text):
        if found := _linked(store, "http://www.wikidata.org/entity/" + item[1].upper()):
            return found
        raise NotFound(f"no thing is linked with {text!r}", None, "give its label instead")
    if ":" in text:
        try:
            iri = names.expand(text)
        except BadData:  # a label may have a colon too
            iri = ""
        if found := _first(store, [iri]) or _linked(store, iri):
            return found
    if _SLUG.match(text) and (found := _first(store, _spaces(names, text))):
        return found
    return _called(store, names, text)


def _spaces(names: Names, slug: str) -> list[str]:
    """The slug in each namespace; the things of the data come before the terms of the ontology."""
    return sorted((space + slug for space in names.prefixes.values()), key=lambda iri: ("#" in iri, iri))


def _first(store: Store, iris: list[str]) -> str | None:
    """The first of the IRIs that the store says something about."""
    values = " ".join(str(term) for iri in iris if (term := node(iri)))
    if not values:
        return None
    rows = store.ask(f"SELECT DISTINCT ?thing WHERE {{ VALUES ?thing {{ {values} }} ?thing ?p ?o }}").rows
    known = {plain(row["thing"]) for row in rows}
    return next((iri for iri in iris if iri in known), None)


def _linked(store: Store, iri: str) -> str | None:
    """The thing that is the same as something elsewhere, by an accepted link."""
    if (term := node(iri)) is None:
        return None
    rows = store.ask(_PREFIXES + f"SELECT ?thing WHERE {{ ?thing owl:sameAs|skos:exactMatch {term} }} ORDER BY ?thing").rows
    return plain(rows[0]["thing"]) if rows else None


def _called(store: Store, names: Names, text: str) -> str:
    """The thing whose label, or else whose other name, is the text. Raises NotFound, UsageError."""
    wanted = folded(text)
    rows = [{name: plain(term) for name, term in row.items()} for row in store.ask(_NAMES).rows]
    folds = [(folded(row["name"]), row) for row in rows]
    for rank in ("0", "1"):
        hits = list(dict.fromkeys(row["thing"] for fold, row in folds if fold == wanted and row["rank"] == rank))
        if len(hits) == 1:
            return hits[0]
        if hits:
            raise UsageError(f"{text!r} is the name of several things", None, "say which: " + ", ".join(map(names.shorten, hits)))
    raise NotFound(f"no thing is called {text!r}", None, _hint(wanted, folds, names))


def _hint(wanted: str, folds: list[tuple[str, dict[str, str]]], names: Names) -> str:
    """The nearest names: first those that hold all the words, the shortest first, then those spelled alike.

    Things come before remarks, passages and the terms of an ontology.
    """
    from difflib import get_close_matches

    known: dict[str, tuple[bool, str]] = {}
    for fold, row in folds:
        later = "#" in row["thing"] or row["last"] == "true"
        for key, name in ((fold, row["name"]), (names.slug(row["thing"]), names.slug(row["thing"]))):
            known[key] = min(known.get(key, (True, name)), (later, name))
    words = set(wanted.split())
    near = [key for key in sorted(known, key=lambda k: (known[k][0], len(k), k)) if words and words <= set(key.split())]
    near += sorted(get_close_matches(wanted, list(known), n=5, cutoff=0.5), key=lambda key: known[key][0])
    found = list(dict.fromkeys(known[key][1] for key in near))[:3]
    return "did you mean " + " or ".join(f'"{n}"' for n in found) + "?" if found else "give a slug, an IRI, a Wikidata id or a label"


def parameter(store: Store, names: Names, text: str, default: str = "", says: str = "") -> Term:
    """The value of a question's parameter.

    Quoted (`"…"`, `"…"@en`, `"…"^^xsd:date`) it is a literal. Else the parameter's `default` tells: a literal of the
    same type, or the thing of that name; without a default a number or a date is a literal. Where what the parameter
    `says` is a class of the ontology ("a place"), the thing must be of it. Raises NotFound, UsageError.
    """
    example = _QUOTED.match(default)
    given = _QUOTED.match(text)
    try:
        if given and (given[2] or given[3]):
            return _literal(given[1], names.expand(given[3]) if given[3] else None, given[2])
        if example:
            return _literal(given[1] if given else text, names.expand(example[3]) if example[3] else None, example[2])
        if given:
            return _literal(given[1], None, None)
        bare = next((kind for kind, form in _LEXICAL.items() if form.match(default)), None)
        guess = next((kind for kind, form in _LEXICAL.items() if form.match(text)), None)
        if kind := bare or (guess if default in ("", "UNDEF") else None):
            return _literal(text, _XSD + kind, None)
    except BadData as error:
        raise UsageError(error.what, None, error.todo) from error
    thing = node(find(store, names, text))
    assert thing is not None, "the store knows only IRIs"
    _of_its_kind(store, names, text, thing, says)
    return thing


def _of_its_kind(store: Store, names: Names, text: str, thing: Term, says: str) -> None:
    """Raises UsageError where a parameter names a class, and the thing is of another."""
    wanted = re.sub(r"^(?:an?|the) ", "", says).strip()
    rows = store.ask(_PREFIXES + f"""
SELECT ?wanted (SAMPLE(?label) AS ?own) (SAMPLE(?kind) AS ?is) (MAX(?fits) AS ?fitting) WHERE {{
  ?wanted a owl:Class ; rdfs:label {literal(wanted, None, "en")} .
  {thing} a ?class . BIND(?class = ?wanted AS ?fits)
  OPTIONAL {{ {thing} rdfs:label ?label FILTER(LANG(?label) = "en") }}
  OPTIONAL {{ ?class rdfs:label ?kind FILTER NOT EXISTS {{ {thing} a ?narrower . ?narrower rdfs:subClassOf ?class }} }}
}} GROUP BY ?wanted""").rows
    if rows and plain(rows[0]["fitting"]) == "false":
        what = f"{text!r} is {plain(rows[0]['own']) or names.shorten(plain(thing))}, a {plain(rows[0]['is']) or 'thing'} and no {wanted}"
        raise UsageError(what, None, f"name {says}")


def _literal(text: str, datatype: str | None, language: str | None) -> Term:
    form = _LEXICAL.get((datatype or "").removeprefix(_XSD))
    kind = (datatype or "").rpartition("#")[2]
    how = {"integer": "1", "decimal": "1.5", "boolean": "true", "date": "1939-05-11"}.get(kind, "its kind demands")
    wrong = UsageError(f"{text!r} is no {kind}", None, f"write it as {how}")
    if form is not None and not form.match(text):
        raise wrong
    if datatype == _XSD + "date":
        from datetime import date

        try:
            date.fromisoformat(text)
        except ValueError as error:
            raise wrong from error
    try:
        return literal(text, datatype, language)
    except ValueError as error:
        raise UsageError(f"{datatype or language!r} is no datatype or language", None, None) from error


def claims(store: Store, iris: Iterable[str]) -> set[str]:
    """Those of the IRIs that are claims."""
    values = " ".join(str(term) for iri in sorted(set(iris)) if (term := node(iri)))
    if not values:
        return set()
    rows = store.ask(_PREFIXES + f"SELECT DISTINCT ?claim WHERE {{ VALUES ?claim {{ {values} }} ?claim rdf:predicate ?any }}").rows
    return {plain(row["claim"]) for row in rows}


def labels(store: Store, iris: Iterable[str], language: str = "en") -> dict[str, str]:
    """The label of each IRI that has one, in the language asked for if there is one; what is no IRI is passed over."""
    values = " ".join(str(term) for iri in sorted(set(iris)) if (term := node(iri)))
    if not values:
        return {}
    rows = store.ask(
        _PREFIXES + f"SELECT ?thing ?label WHERE {{ VALUES ?thing {{ {values} }} ?thing rdfs:label ?label }} "
        f'ORDER BY ?thing DESC(LANG(?label) = "{language}") STR(?label)'
    ).rows
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(plain(row["thing"]), plain(row["label"]))
    return found
