"""The frame of every page: the template engine with escaping on, and what each page needs to know of the others."""

from __future__ import annotations

import hashlib
import json
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kg.answer import FORMATS, Term, harmless, plain
from kg.folder import Folder
from kg.names import Names
from kg.page.address import Addresses
from kg.store import Store

if TYPE_CHECKING:
    from jinja2 import Environment

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; script-src 'self'; connect-src 'self'; form-action 'self'; "
    "base-uri 'none'; frame-ancestors 'none'"
)
"""The Content-Security-Policy of every page: what is not ours is neither fetched nor run, and no markup but ours counts.

`connect-src 'self'` is for the names that a form suggests. What is embedded as application/ld+json is data and runs nowhere.
"""
DOCUMENTS = ("turtle", "jsonld", "ntriples", "rdfxml")
"""The formats of the document about a thing, in the order in which a page names them."""
SAID = {"turtle": "Turtle", "jsonld": "JSON-LD", "ntriples": "N-Triples", "rdfxml": "RDF/XML", "csv": "CSV", "tsv": "TSV",
        "json": "JSON", "xml": "XML", "markdown": "Markdown", "html": "HTML", "nquads": "N-Quads", "trig": "TriG", "table": "text"}
"""The formats by their common names."""
STATIC = ("page.css", "page.js", "icon.svg")


class Frame:
    """What all pages of one data set share. `root` leads from the page to the root of the pages ("", "../" …)."""

    def __init__(self, store: Store, names: Names, folder: Folder, base: str | None = None, root: str = "") -> None:
        self.store = store
        self.names = names
        self.folder = folder
        self.root = root
        self.addresses = Addresses(names, folder, base)

    def href(self, term: Term | str | None) -> str | None:
        """The link to the page of an IRI, or to the IRI itself if it is of http or https; else None."""
        return self.addresses.href(term, self.root)

    def render(self, template: str, **values: Any) -> str:
        """The page that a template makes. Everything in it is escaped, and what cannot be seen becomes a space."""
        return _environment().get_template(f"page/{template}").render(
            root=self.root, href=self.href, short=self.names.shorten, site=title(self.folder), assets=_assets(),
            newline="\n", **values,
        )

    def alternates(self, path: str) -> list[tuple[str, str, str]]:
        """The document at `path` (without a suffix) in each format: link, media type, name."""
        return [(f"{self.root}{path}.{FORMATS[name].suffix}", FORMATS[name].media, SAID[name]) for name in DOCUMENTS]


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader("kg"), autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined,
        finalize=_seen,
    )
    made.filters["embedded"] = embedded
    made.filters["language"] = language
    return made


def _seen(value: object) -> object:
    """A text without what cannot be seen; markup of our own stays."""
    from markupsafe import Markup

    return harmless(value) if isinstance(value, str) and not isinstance(value, Markup) and value != "\n" else value


_LANGUAGES = {"de": "German", "en": "English", "es": "Spanish", "fr": "French", "it": "Italian", "ja": "Japanese", "ko": "Korean",
              "mn": "Mongolian", "pl": "Polish", "ru": "Russian", "uk": "Ukrainian", "zh": "Chinese"}


def language(tag: str) -> str:
    """A language tag for people: `Japanese, in Latin letters (ja-latn)`; a language without a name here is told by its tag."""
    main, *rest = tag.lower().split("-")
    name = _LANGUAGES.get(main, "")
    return (f"{name}{', in Latin letters' if 'latn' in rest else ''} ({tag})" if name else tag) if tag else ""


def embedded(text: str) -> Any:
    """JSON for the inside of a script element: the same JSON, with no sign that could end the element, begin another or be unseen."""
    from markupsafe import Markup

    kept = (c if c == "\n" or c.isprintable() and c not in "<>&" else _escaped(c) for c in text)
    return Markup("".join(kept))  # noqa: S704  (nothing is left in it that HTML gives a meaning)


def _escaped(sign: str) -> str:
    """A character as JSON names it by its numbers in UTF-16 (RFC 8259 §7)."""
    units = sign.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[n : n + 4]}" for n in range(0, len(units), 4))


def static(name: str) -> bytes:
    """One of the files that all pages load (STATIC)."""
    return (resources.files("kg") / "static" / name).read_bytes()


@cache
def _assets() -> dict[str, str]:
    """Each of these files with a mark of its content, so that a browser keeps it until it changes."""
    return {name: f"static/{name}?{hashlib.sha256(static(name)).hexdigest()[:12]}" for name in STATIC}


def title(folder: Folder) -> str:
    """The title of the data set, of its own description."""
    return described(folder).get("http://purl.org/dc/terms/title", ["Conflicts as linked data"])[0]


def described(folder: Folder) -> dict[str, list[str]]:
    """What `data/dataset.ttl` says of the data set: property → values; while it cannot be read, what it said last."""
    path = folder.dataset_file
    try:
        _last[path] = _described(path, path.stat().st_mtime_ns)
    except (OSError, SyntaxError):
        if path not in _last:
            raise
    return _last[path]


_last: dict[Path, dict[str, list[str]]] = {}


@lru_cache(maxsize=8)
def _described(path: Path, _: int) -> dict[str, list[str]]:
    import pyoxigraph as ox

    quads = list(ox.parse(path=str(path), format=ox.RdfFormat.TURTLE))
    sets = {q.subject for q in quads if plain(q.object) == "http://rdfs.org/ns/void#Dataset"}
    found: dict[str, list[str]] = {}
    for quad in quads:
        if quad.subject in sets:
            found.setdefault(quad.predicate.value, []).append(plain(quad.object))
    return found


def script(value: object) -> str:
    """A value as JSON in one line."""
    return json.dumps(value, ensure_ascii=False)
