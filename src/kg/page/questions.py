"""The pages of the questions: the list, and each with its form, its answer and its text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from kg.answer import FORMATS, Answer, Row, Term, plain
from kg.errors import UsageError
from kg.find import claims, labels, parameter
from kg.folder import Folder
from kg.names import Names
from kg.page.claims import PREFIXES, texts
from kg.page.frame import SAID, Frame
from kg.page.search import among
from kg.query import Parameter, Query
from kg.store import Store

_NUMBER = re.compile(r".*#(integer|decimal|double|float|int|long|nonNegativeInteger)\Z")
_FEW = 2000
"""Rows that a page shows; the other formats have all."""
_CHOICES = 300
"""Names that a field offers before one types."""


@dataclass(frozen=True)
class Field:
    """A field of a form: the parameter, what it means, what stands in it, and the kind of things that it takes (None: no thing)."""

    name: str
    says: str
    type: str
    value: str
    placeholder: str
    kind: str | None
    suggestions: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Cell:
    """A cell of a table: its text, where it links to, the language of the text, and whether it is a number."""

    text: str
    link: str | None
    language: str
    number: bool


@dataclass(frozen=True)
class Table:
    """An answer for people: heads, rows of cells, and how many rows the page leaves out."""

    heads: tuple[tuple[str, bool], ...]
    rows: tuple[tuple[Cell, ...], ...]
    more: int
    noun: str


def values(query: Query, given: Mapping[str, str], store: Store, names: Names) -> dict[str, Term]:
    """The values of a question's parameters from text; an empty one leaves the default. Raises UsageError, NotFound."""
    return {
        name: parameter(store, names, text, query.parameter(name).default, query.parameter(name).says)
        for name, text in given.items() if query.parameter(name) and text.strip()
    }


def ask(query: Query, bound: Mapping[str, Term], store: Store) -> Answer:
    """The answer to a question. Raises BadQuery, StoreError."""
    return store.ask(query.bind(bound), f"{query.name}.rq", query.added)


def listed(store: Store, names: Names, folder: Folder, found: Mapping[str, Query], base: str | None = None) -> str:
    """The page that lists the questions as HTML."""
    frame = Frame(store, names, folder, base)
    return frame.render("questions.html.jinja", title="Questions", questions=list(found.values()), canonical=frame.addresses.public("ask"))


def question(
    store: Store, names: Names, folder: Folder, query: Query, given: Mapping[str, str], base: str | None = None,
) -> str:
    """The page of a question with the values given as text: form, answer, every other format, and the query's text.

    Raises UsageError, NotFound, BadQuery, StoreError.
    """
    from urllib.parse import urlencode

    frame = Frame(store, names, folder, base, "../")
    bound = values(query, given, store, names)
    answer = ask(query, bound, store)
    said = urlencode({name: text for name, text in given.items() if name in bound})
    path = f"ask/{query.name}"
    formats = [
        (f"{frame.root}{path}.{spec.suffix}{'?' if said else ''}{said}", spec.media, SAID[name])
        for name, spec in FORMATS.items() if answer.kind in spec.kinds and name not in ("table", "html")
    ]
    return frame.render(
        "question.html.jinja", title=query.title or query.name, query=query, fields=_fields(query, bound, given, store, names),
        answer=answer, table=_table(answer, frame), formats=formats, alternates=formats, text=query.bind(bound)[query.added:],
        canonical=frame.addresses.public(path), changed=bool(bound),
    )


def answered(store: Store, names: Names, folder: Folder, fragment: str, text: str, base: str | None = None, root: str = "") -> str:
    """The page of the answer to any query as HTML; `root` leads from its address to the root of the pages.

    `fragment` is HTML that `Answer.text("html")` wrote, and goes in as it is; the query's `text` is escaped.
    """
    from markupsafe import Markup

    frame = Frame(store, names, folder, base, root)
    return frame.render("answer.html.jinja", title="Answer", fragment=Markup(fragment), text=text)  # noqa: S704  (escaped by who wrote it)


def _fields(query: Query, bound: Mapping[str, Term], given: Mapping[str, str], store: Store, names: Names) -> list[Field]:
    defaults = {p.name: _default(p, store, names) for p in query.parameters}
    known = texts(store, [term for term in [*defaults.values(), *bound.values()] if term is not None])
    found = []
    for p in query.parameters:
        default = defaults[p.name]
        thing = default is None or type(default).__name__ == "NamedNode"
        kind = _kind(p.says, store) if thing else None
        placeholder = known[default] if default is not None else ""
        date = getattr(getattr(default, "datatype", None), "value", "").endswith("#date")
        choices = tuple((one.value, one.hint) for one in among(store, names, "", kind, _CHOICES)) if kind is not None else ()
        value = given.get(p.name, "").strip() if p.name in bound else placeholder
        found.append(Field(p.name, p.says or p.name, "date" if date else "text", value, placeholder, kind, choices))
    return found


def _default(p: Parameter, store: Store, names: Names) -> Term | None:
    if p.default in ("", "UNDEF"):
        return None
    try:
        return parameter(store, names, p.default, p.default)
    except UsageError:
        return None


def _kind(says: str, store: Store) -> str:
    """The class that a parameter names ("an event"), empty where it names none."""
    from kg.answer import literal

    wanted = re.sub(r"^(?:an?|the) ", "", says).strip()
    rows = store.ask(PREFIXES + f"SELECT ?class WHERE {{ ?class a owl:Class ; rdfs:label {literal(wanted, None, 'en')} }} LIMIT 1").rows
    return wanted if rows else ""


def _table(answer: Answer, frame: Frame) -> Table:
    """The rows for people: labels instead of IRIs, each linked; a claim is cited by its name, as in a terminal."""
    shown = [v for v in answer.variables if not (v.endswith("Label") and v[:-5] in answer.variables)]
    rows = answer.rows[:_FEW]
    iris = {plain(term) for row in rows for term in row.values() if type(term).__name__ == "NamedNode"}
    known, cited = labels(frame.store, iris), claims(frame.store, iris)

    def cell(row: Row, name: str) -> Cell:
        term = row[name]
        text = plain(term)
        if term is None:
            return Cell("", None, "", False)
        if type(term).__name__ == "NamedNode":
            label = "" if text in cited else known.get(text)
            return Cell(plain(row.get(name + "Label")) or label or frame.names.shorten(text), frame.href(term), "", False)
        number = bool(_NUMBER.match(getattr(getattr(term, "datatype", None), "value", "")))
        return Cell(text, None, getattr(term, "language", None) or "", number)

    body = tuple(tuple(cell(row, name) for name in shown) for row in rows)
    heads = tuple(
        (re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower(),
         any(row[n].number for row in body) and all(row[n].number or not row[n].text for row in body))
        for n, name in enumerate(shown)
    )
    return Table(heads, body, len(answer.rows) - len(rows), "triple" if answer.kind == "graph" else "row")
