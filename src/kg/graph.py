"""The library's front door: a graph that can be asked, shown and drawn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kg.answer import harmless, plain
from kg.asof import day, drawn, value
from kg.find import find, parameter
from kg.folder import Folder
from kg.names import Names
from kg.query import Query, question
from kg.store import EmbeddedStore, Store, open_store

if TYPE_CHECKING:
    import rdflib

    from kg.answer import Answer
    from kg.causes import Why
    from kg.picture import Page
    from kg.picture.shown import Network
    from kg.show import Shown

_TITLE = """
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX void: <http://rdfs.org/ns/void#>
SELECT ?title WHERE { ?set a void:Dataset ; dcterms:title ?title } ORDER BY ?set ?title LIMIT 1
"""


class Graph:
    """A built graph: in memory from a folder, on disk, or behind a URL."""

    def __init__(self, folder: Folder, store: Store) -> None:
        self.folder = folder
        self.store = store
        self.names = Names.of(folder)

    def ask(self, query: str, as_of: str | None = None, **parameters: str) -> Answer:
        """The answer to a question of the folder (by its name) or to SPARQL text.

        Parameters are things in any form that `find` knows. `as_of` (a day, month or year) is the value of the parameter
        `asOf`, without which a question does not take part. Raises NotFound, BadQuery, UsageError, StoreError.
        """
        named = not any(sign in query for sign in "{ \n")
        asked = question(self.folder, query) if named else Query.parse(query, names=self.names)
        values = {n: parameter(self.store, self.names, v, *asked.parameter(n)[1:]) for n, v in parameters.items()}
        if as_of is not None:
            values |= value(asked, day(as_of), self.folder)
        answer = self.store.ask(asked.bind(values), str(asked.path or "query"), asked.added)
        answer.names = self.names
        return answer

    def show(self, thing: str, as_of: str | None = None) -> Shown:
        """Everything claimed about a thing, in reading order; with `as_of` what stood on that day. Raises NotFound."""
        from kg.show import show

        return show(self.store, self.names, find(self.store, self.names, thing), day(as_of) if as_of is not None else None)

    def why(self, effect: str, cause: str | None = None, limit: int | None = 20) -> Why:
        """The surest chains of causes that lead to an effect, from a cause or from where nothing leads to. Raises NotFound, UsageError.

        `limit` None gives all, as they are found. For points of view, turning points and what-ifs: `kg.causes`.
        """
        from kg.causes import Teller, causes, why

        teller = Teller(self.store, self.names, causes(self.store))
        ends = {teller.event(find(self.store, self.names, effect)).iri}
        starts = {teller.event(find(self.store, self.names, cause)).iri} if cause is not None else None
        return why(teller, ends, starts, limit).noting(teller.notes)

    def network(
        self, around: str | None = None, depth: int = 1, query: str | None = None, as_of: str | None = None,
    ) -> Network:
        """The things as nodes and the claims between them as directed edges; with `as_of` those that stood on that day.

        A networkx.MultiDiGraph, which a notebook shows as the page that `draw` gives.

        Raises NotFound.
        """
        from kg.network import network
        from kg.picture.shown import Network

        centre = find(self.store, self.names, around) if around else None
        on = day(as_of) if as_of is not None else None
        asked = question(self.folder, query) if query else None
        found = network(self.store, around=centre, depth=depth, query=drawn(asked, on) if asked else None, day=on)
        if centre is not None:
            title = str(found.nodes[centre]["label"])
        else:
            title = asked.title if asked else self.folder.setting_or("pictureTitle", "The whole network")
        return Network.of(found, self.store, self.names, title)

    def draw(self, around: str | None = None, depth: int = 1, query: str | None = None) -> Page:
        """The network as one page of HTML, which a notebook shows. Raises NotFound."""
        return draw(self, around=around, depth=depth, query=query)

    def rdflib(self) -> rdflib.Graph:
        """The graph for rdflib."""
        return self.store.rdflib()

    def _repr_html_(self) -> str:
        """What a notebook shows: one line on what this is. No server is asked for it."""
        from html import escape
        from urllib.parse import urlsplit

        title = "kg.Graph"
        if isinstance(self.store, EmbeddedStore):
            what = f"{len(self.store.inner)} triples"
            title = next((plain(row["title"]) for row in self.store.ask(_TITLE).rows), title)
        else:  # only the host: a notebook is passed on, and an address may hold a password
            what = f"a SPARQL server at {urlsplit(getattr(self.store, 'url', '')).hostname}"
        count = sum(1 for _ in self.folder.queries.glob("*.rq"))
        return f"<p><b>{escape(harmless(title))}</b>: {escape(what)}; {count} question{'' if count == 1 else 's'}</p>\n"


def open(folder_or_url: str | Path | None = None) -> Graph:  # noqa: A001  (the name that the library promises)
    """Opens a folder, a store on disk or a SPARQL server; without an argument the data here, or the package's own."""
    if folder_or_url is None or (Path(folder_or_url) / "data" / "dataset.ttl").is_file():
        folder = Folder.find(folder_or_url)
        return Graph(folder, open_store(folder))
    return Graph(Folder.find(), open_store(folder_or_url))


def draw(graph: Graph, output: str | Path | None = None, **options: object) -> Page:
    """The network as one page of HTML, a text that a notebook shows as the page, also written to `output` if given.

    Options are those of `Graph.network`.
    """
    from kg.folder import write_atomically
    from kg.picture import detailed, fitting, page

    network = graph.network(**options)  # type: ignore[arg-type]
    around = options.get("around")
    centre = find(graph.store, graph.names, str(around)) if around else None
    html = page(detailed(fitting(network, centre=centre), graph.store, graph.names), network.title)
    if output is not None:
        write_atomically(Path(output), html.encode("utf-8"))
    return html
