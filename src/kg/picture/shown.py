"""A network that a notebook shows as its page."""

from __future__ import annotations

from typing import Any

import networkx as nx

from kg.names import Names
from kg.picture.details import detailed
from kg.picture.page import fitting, page
from kg.store import Store


class Network(nx.MultiDiGraph):  # type: ignore[type-arg]  # not subscriptable when it runs
    """A networkx.MultiDiGraph of `kg.network`, which displays as the page that `kg draw` writes."""

    title = "Network"
    """The heading of its page."""
    _from: tuple[Store, Names] | None = None

    @classmethod
    def of(cls, graph: nx.MultiDiGraph[str], store: Store, names: Names, title: str) -> Network:
        """The same network, able to show itself."""
        network = cls(graph)
        network._from, network.title = (store, names), title
        return network

    def _repr_html_(self) -> str | None:
        if self._from is None:  # made by an operation of networkx: what the edges themselves say must do
            return page(_described(fitting(self)), self.title)._repr_html_()
        return page(detailed(fitting(nx.MultiDiGraph(self)), *self._from), self.title)._repr_html_()


def _described(graph: nx.MultiDiGraph[str]) -> nx.MultiDiGraph[str]:
    """With what a page needs of each node, where somebody added nodes of their own."""
    bare: dict[str, Any] = {"kind": "thing", "group": "Other", "earliest": "", "begun": "", "latest": ""}
    copy: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    copy.graph.update(graph.graph)
    copy.add_nodes_from((str(node), {**bare, "label": str(node), **data}) for node, data in graph.nodes(data=True))
    copy.add_edges_from((str(s), str(t), {"label": "", **data}) for s, t, data in graph.edges(data=True))
    return copy
