"""The SPARQL editor: YASGUI's editor and result view with our prefixes, our words and our questions."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from functools import cache
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kg.answer import literal, plain
from kg.errors import NotFound, StoreError
from kg.folder import Folder
from kg.names import Names
from kg.page.address import ONTOLOGY
from kg.page.frame import Frame
from kg.query import questions
from kg.store import Store
from kg.web.fresh import Fresh

FILES = {
    "editor.css": ("static", "text/css"),
    "editor.js": ("static", "text/javascript"),
    "yasgui.min.css": ("assets", "text/css"),
    "yasgui.min.js": ("assets", "text/javascript"),
}
"""The files that the page loads: name → the package's folder that holds it, media type. `assets` come from npm (hatch_build.py)."""
_HEADER = re.compile(r"^#\+.*\n", re.M)
"""The lines by which a question is told and tested, of no use to who asks it."""
_PREFIXES = """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
# What is used as a class or a property counts as one, declared or not.
_TERMS = _PREFIXES + """
SELECT ?term ?kind (SAMPLE(?name) AS ?label) WHERE {
  { SELECT DISTINCT ?term ("class" AS ?kind) WHERE { { ?any a ?term } UNION { ?term a owl:Class } } }
  UNION
  { SELECT DISTINCT ?term ("property" AS ?kind) WHERE {
    { ?any ?term ?thing } UNION { VALUES ?type { owl:ObjectProperty owl:DatatypeProperty } ?term a ?type }
  } }
  OPTIONAL { ?term rdfs:label ?name FILTER(LANG(?name) IN ("", "en")) }
  FILTER(ISIRI(?term))
} GROUP BY ?term ?kind ORDER BY ?kind ?term LIMIT 5000
"""
_THINGS = _PREFIXES + """
SELECT ?term ?name WHERE {
  { ?term rdfs:label ?name BIND(0 AS ?rank) } UNION { ?term skos:altLabel ?name BIND(1 AS ?rank) }
  FILTER(STRSTARTS(STR(?term), %s))
} ORDER BY ?term ?rank STR(?name) LIMIT 20000
"""


class Term(NamedTuple):
    """A word that the editor completes: as it stands in a query, class, property or thing, its label, its other names."""

    short: str
    kind: str
    label: str
    names: str


def routes(
    store: Store, folder: Folder, names: Names, base: str | None = None, generation: Callable[[], object] = lambda: 0
) -> list[BaseRoute]:
    """The routes of the editor: `/editor`, the files that it loads, and `/editor/words.json`.

    `generation` gives a value that is another after each change of the store, whose words are then looked up again.
    """
    frame = Frame(store, names, folder, base)
    fresh = Fresh(folder, False, generation)
    known: dict[object, list[Term]] = {}

    # Plain functions, which Starlette calls in threads: they ask the store and wait.
    def page(request: Request) -> Response:
        marks = {name: f"editor/{name}?{_mark(name)}" for name in FILES}
        html = frame.render("editor.html.jinja", title="SPARQL editor", files=marks)
        return Response(html, media_type="text/html", headers={"Content-Security-Policy": policy(), "Cache-Control": "no-cache"})

    def file(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in FILES:
            raise NotFound("the editor has no such file", name)
        # An address with the mark of the content never gives another content.
        kept = "public, max-age=31536000, immutable" if request.url.query == _mark(name) else "no-cache"
        where, media = FILES[name]
        return fresh.response(request, _content(name), media, {"Cache-Control": kept}, Path(str(resources.files("kg") / where / name)))

    def words(request: Request) -> Response:
        state = generation()
        if (found := known.get(state)) is None:
            found = list(terms(names, store, frame.addresses.spaces.get("id", "")))
            known.clear()
            known[state] = found
        every = questions(folder, lambda path, error: None).values()  # whoever serves is told of it by the pages
        asked = [{"name": q.name, "title": q.title, "about": q.about, "text": _HEADER.sub("", q.text)} for q in every]
        # Namespace → what stands before and after the rest of an IRI in the address of its page.
        pages = {ONTOLOGY + "#": ("ontology.html#", "")}
        pages |= {space: (f"{kind}/", ".html") for kind, space in frame.addresses.spaces.items()}
        content = {
            "prefixes": names.prefixes,
            "pages": pages,
            "questions": asked,
            "terms": found,
        }
        files = [q.path for q in every if q.path]
        text = json.dumps(content, ensure_ascii=False)
        return fresh.response(request, text, "application/json", {"Cache-Control": "no-cache"}, *files)

    return [
        Route("/editor", page),
        Route("/editor/words.json", words),
        Route("/editor/{name}", file),
    ]


def terms(names: Names, store: Store, space: str) -> Iterator[Term]:
    """The classes and properties in use, and what has names in the namespace `space`, with all of them."""
    for row in store.ask(_TERMS).rows:
        yield Term(names.shorten(plain(row["term"])), plain(row["kind"]), plain(row["label"]) if row["label"] else "", "")
    found: dict[str, list[str]] = {}
    for row in store.ask(_THINGS % literal(space)).rows:
        found.setdefault(plain(row["term"]), []).append(plain(row["name"]))
    for iri, (label, *others) in found.items():
        yield Term(names.shorten(iri), "thing", label, " · ".join(others))


def policy() -> str:
    """The Content-Security-Policy of the page: its own files, and the one style that the editor's script adds."""
    style = _read("assets", "yasgui.style").decode("ascii").strip()
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self' '{style}'; img-src 'self' data:; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )


@cache
def _read(folder: str, name: str) -> bytes:
    """A file of the package. Raises StoreError where browser code was not brought in when the package was installed."""
    try:
        return (resources.files("kg") / folder / name).read_bytes()
    except OSError as error:
        where, what = f"{folder}/{name}", "install the package again, with a network"
        raise StoreError("the browser code of the editor is missing", where, what) from error


def _content(name: str) -> bytes:
    return _read(FILES[name][0], name)


@cache
def _mark(name: str) -> str:
    """A mark of a file's content, so that a browser keeps it until it changes."""
    return hashlib.sha256(_content(name)).hexdigest()[:12]
