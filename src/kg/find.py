"""A thing by any of its names, and the labels of things. Only SPARQL goes to the store."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kg.answer import plain
from kg.errors import BadData, NotFound, UsageError
from kg.names import Names
from kg.store import Store

_NAMES = """
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
SELECT ?thing ?name ?rank WHERE {
  { ?thing rdfs:label ?name BIND(0 AS ?rank) } UNION { ?thing skos:altLabel ?name BIND(1 AS ?rank) }
  FILTER(!STRSTARTS(STR(?thing), "%s"))
} ORDER BY ?rank ?thing ?name
"""
_SAFE_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*\Z")


def folded(text: str) -> str:
    """The name without case, accents and punctuation, by which names are compared."""
    import unicodedata

    marks = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(c if c.isalnum() else " " for c in marks if not unicodedata.combining(c))
    return " ".join(kept.split())


def _known(store: Store, iri: str) -> bool:
    return bool(_SAFE_IRI.match(iri)) and bool(store.ask(f"ASK {{ <{iri}> ?p ?o }}"))


def find(store: Store, names: Names, text: str) -> str:
    """The IRI of a thing from its slug, CURIE, IRI, Wikidata identifier, or label in any language.

    Raises NotFound with the nearest names, UsageError when several things bear the name.
    """
    text = text.strip()
    if re.fullmatch(r"(?:wd:)?Q[1-9]\d*", text):
        item = "http://www.wikidata.org/entity/" + text.removeprefix("wd:")
        found = store.ask(
            "PREFIX owl: <http://www.w3.org/2002/07/owl#> PREFIX skos: <http://www.w3.org/2004/02/skos/core#> "
            f"SELECT ?thing WHERE {{ ?thing owl:sameAs|skos:exactMatch <{item}> }} ORDER BY ?thing LIMIT 1"
        ).rows
        if found:
            return plain(found[0]["thing"])
        raise NotFound(f"no thing is linked with {text}", None, "kg ask lists the questions on links")
    if text.startswith("<") or ":" in text:
        try:
            iri = names.expand(text)
        except BadData:
            iri = ""
        if iri and _known(store, iri):
            return iri
    for prefix in ("id", "kg", "passage", "claim"):
        namespace = names.prefixes.get(prefix)
        if namespace and re.fullmatch(r"[\w.-]+", text) and _known(store, namespace + text):
            return namespace + text
    wanted = folded(text)
    rows = store.ask(_NAMES % names.prefixes.get("claim", "claim:")).rows
    for rank in ("0", "1"):
        hits = dict.fromkeys(plain(r["thing"]) for r in rows if plain(r["rank"]) == rank and folded(plain(r["name"])) == wanted)
        if len(hits) == 1:
            return next(iter(hits))
        if hits:
            raise UsageError(f"{text!r} is the name of several things", None, "say which: " + ", ".join(map(names.shorten, hits)))
    from difflib import get_close_matches

    folds: dict[str, str] = {}
    for row in rows:
        folds.setdefault(folded(plain(row["name"])), plain(row["name"]))
    near = get_close_matches(wanted, list(folds), n=3, cutoff=0.5) or [f for f in folds if wanted and wanted in f][:3]
    hint = "did you mean " + ", ".join(f'"{folds[n]}"' for n in near) + "?" if near else "give a slug, an IRI, a Wikidata id or a label"
    raise NotFound(f"no thing is called {text!r}", None, hint)


def parameter(store: Store, names: Names, text: str) -> str:
    """A value for a question's parameter as one SPARQL term: a quoted text or a number as a literal, else a thing.

    Raises NotFound, UsageError.
    """
    if re.fullmatch(r"[+-]?\d+(\.\d+)?", text):
        return text
    if len(text) > 1 and text[0] == text[-1] == '"':
        body = text[1:-1].replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
        return f'"{body}"'
    return f"<{find(store, names, text)}>"


def labels(store: Store, iris: Iterable[str], language: str = "en") -> dict[str, str]:
    """The label of each IRI that has one, in the language asked for if there is one."""
    wanted = sorted({iri for iri in iris if _SAFE_IRI.match(iri)})
    if not wanted:
        return {}
    values = " ".join(f"<{iri}>" for iri in wanted)
    rows = store.ask(
        "PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        f"SELECT ?thing ?label WHERE {{ VALUES ?thing {{ {values} }} ?thing rdfs:label ?label }} "
        f'ORDER BY ?thing DESC(LANG(?label) = "{language}") ?label'
    ).rows
    found: dict[str, str] = {}
    for row in rows:
        found.setdefault(plain(row["thing"]), plain(row["label"]))
    return found
