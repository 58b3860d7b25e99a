"""The start page, and the page that tells what went wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from kg.answer import plain
from kg.folder import Folder
from kg.names import Names
from kg.page.claims import PREFIXES, Word
from kg.page.frame import Frame, described
from kg.query import Query
from kg.store import Store

_COUNTS = PREFIXES + """
SELECT ?kind (COUNT(DISTINCT ?thing) AS ?n) WHERE { VALUES ?kind { kg:Thing kg:Claim kg:Passage kg:Remark } ?thing a ?kind } GROUP BY ?kind
"""
_OFTEN = PREFIXES + """
SELECT ?thing (SAMPLE(?name) AS ?label) (COUNT(?claim) AS ?n) WHERE {
  ?claim rdf:subject ?thing . ?thing a kg:Event ; rdfs:label ?name FILTER(LANG(?name) = "en")
} GROUP BY ?thing ORDER BY DESC(?n) ?thing LIMIT 12
"""


def start(
    store: Store, names: Names, folder: Folder, found: Mapping[str, Query], downloads: Sequence[tuple[str, str]] = (),
    base: str | None = None,
) -> str:
    """The start page as HTML. `downloads` are the files of the whole graph: path and name."""
    frame = Frame(store, names, folder, base)
    about = described(folder)
    counts = {plain(row["kind"]).rpartition("#")[2]: int(plain(row["n"])) for row in store.ask(_COUNTS).rows}
    often = [Word(row["thing"], plain(row["label"])) for row in store.ask(_OFTEN).rows if row["thing"] is not None]
    opening = folder.setting_or("openingQuestion", "")
    first = sorted(found.values(), key=lambda query: query.name != opening)
    return frame.render(
        "start.html.jinja", title=(about.get("http://purl.org/dc/terms/title") or ["Conflicts as linked data"])[0],
        says=" ".join(about.get("http://purl.org/dc/terms/description", [])), counts=counts, often=often, questions=first,
        downloads=downloads, space=frame.addresses.spaces.get("id", ""), canonical=frame.addresses.public(""),
    )


def problem(
    store: Store, names: Names, folder: Folder, status: int, title: str, detail: str, todo: str = "", root: str = "",
    base: str | None = None,
) -> str:
    """The page for people of what went wrong; the store is not asked for it."""
    frame = Frame(store, names, folder, base, root)
    return frame.render("problem.html.jinja", title=title, status=status, detail=detail, todo=todo, canonical=None)
