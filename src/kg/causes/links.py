"""The causal network: what the claims say led to what, and what is part of what."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import networkx as nx

from kg.answer import plain
from kg.store import Store

KG = "https://w3id.org/khalkhin/ontology#"
PART = "partOf"
"""The kind of a link from a whole to its part: whatever a part led to, the whole led to through it."""
MOTIVES = frozenset({"motivates"})
_QUERY = """
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT ?claim ?kind ?from ?to ?certainty ?basis ?passage ?strength ?who ?against WHERE {
  { ?claim a kg:CausalLink ; rdf:predicate ?kind ; rdf:subject ?from ; rdf:object ?to }
  UNION { ?claim rdf:predicate kg:partOf ; rdf:subject ?to ; rdf:object ?from . BIND(kg:partOf AS ?kind) }
  ?claim kg:certainty ?certainty ; kg:basis ?basis ; kg:statedIn ?passage .
  OPTIONAL { ?claim kg:strength ?strength }
  OPTIONAL { ?claim kg:accordingTo ?who }
  OPTIONAL { ?claim kg:contradicts|^kg:contradicts ?against }
}
"""
_CERTAINTY = {"asserted": 0, "reported": 1, "supposed": 2}
_STRENGTH = {"decisive": 0, "major": 1, "contributing": 2, "": 3}


@dataclass(frozen=True)
class Link:
    """One claim that leads from a cause to its effect, or (`PART`) from a whole to its part. IRIs are full, values short."""

    claim: str
    kind: str
    cause: str
    effect: str
    certainty: str
    basis: str
    passage: str
    strength: str = ""
    who: tuple[str, ...] = ()
    contradicted: bool = False
    uncertain_on: str = ""
    """The day on which it is open whether it stood yet, where one was asked about."""

    @cached_property
    def doubt(self) -> int:
        """How many doubts there are about it: 0 where the source itself asserts and states it and nothing contradicts.

        A report adds 1 and a supposition 2; that it is not stated in so many words, 1; that somebody else says it, 1;
        that another claim contradicts it, 1. That a part belongs to its whole is no step of an explanation: 0.
        """
        if self.kind == PART:
            return 0
        return _CERTAINTY.get(self.certainty, 2) + (self.basis != "stated") + bool(self.who) + self.contradicted

    @cached_property
    def rank(self) -> tuple[bool, int, int, str]:
        """The order among links that join the same two events: causes before parts, then the surest, then the strongest."""
        return self.kind == PART, self.doubt, _STRENGTH.get(self.strength, 3), self.claim


class Causes:
    """The links of a store, as a directed graph, and the preventions, which break chains and are told apart.

    `graph` has the events as nodes; an edge joins a cause with its effect and has the attribute `links`, the claims that
    say so, the best first.
    """

    def __init__(self, links: Collection[Link]) -> None:
        self.preventions = sorted((link for link in links if link.kind == "prevents"), key=lambda link: link.rank)
        self.graph: nx.DiGraph[str] = nx.DiGraph()
        joined: dict[tuple[str, str], list[Link]] = {}
        for link in links:
            if link.kind != "prevents" and link.cause != link.effect:
                joined.setdefault((link.cause, link.effect), []).append(link)
        for (cause, effect), same in sorted(joined.items()):
            self.graph.add_edge(cause, effect, links=sorted(same, key=lambda link: link.rank))

    def best(self, cause: str, effect: str) -> Link:
        """The best claim that joins two events. Raises KeyError."""
        links: list[Link] = self.graph.edges[cause, effect]["links"]
        return links[0]

    def causal(self, cause: str, effect: str) -> bool:
        """Whether a claim says that the one led to the other, and not only that it is its whole."""
        return any(link.kind != PART for link in self.graph.edges[cause, effect]["links"])

    def beginnings(self, within: Collection[str]) -> set[str]:
        """The events of `within` to which nothing in it leads, neither to them nor to a whole of theirs, and which led to
        something in it. Of events that lead to each other in a cycle to which nothing else leads, the first by name."""
        graph = self.graph.subgraph(within)
        found = set()
        for members in nx.strongly_connected_components(graph):
            wholes = {whole for event in members for whole in self.wholes(event)} & set(graph)
            caused = any(cause not in members and self.causal(cause, one) for one in wholes for cause in graph.predecessors(one))
            leading = [event for event in members if any(self.causal(event, after) for after in graph.successors(event))]
            if leading and not caused:
                found.add(min(leading))
        return found

    def only(
        self, stated: bool = False, according_to: Collection[str] = (), not_according_to: Collection[str] = (),
        standing: Mapping[str, str] | None = None, day: str = "",
    ) -> Causes:
        """The network from a point of view.

        `stated` leaves out causal links that are implied or derived; `not_according_to` those that one of these asserts;
        `according_to` keeps what one of these asserts beside what the source itself does. Parts stay parts. With `standing`
        (`kg.asof.claims`), what did not stand yet on the `day` is left out, and what may have is marked.
        """
        def kept(link: Link) -> bool:
            if link.kind == PART:
                return True
            if stated and link.basis != "stated":
                return False
            if set(link.who) & set(not_according_to):
                return False
            return not according_to or not link.who or bool(set(link.who) & set(according_to))

        joined: list[Link] = [link for *_, data in self.graph.edges(data=True) for link in data["links"]]
        links = [link for link in joined + self.preventions if kept(link)]
        if standing is not None:
            links = [
                replace(link, uncertain_on=day if standing.get(link.claim) == "uncertain" else "")
                for link in links if standing.get(link.claim) != "not yet"
            ]
        return Causes(links)

    @cached_property
    def _parts(self) -> nx.DiGraph[str]:
        parts: nx.DiGraph[str] = nx.DiGraph()
        parts.add_edges_from((c, e) for c, e, data in self.graph.edges(data=True) if any(link.kind == PART for link in data["links"]))
        return parts

    def parts(self, event: str) -> set[str]:
        """The event and all that is part of it, through all steps."""
        return {event} | (nx.descendants(self._parts, event) if event in self._parts else set())

    def wholes(self, event: str) -> set[str]:
        """The event and all that it is part of, through all steps."""
        return {event} | (nx.ancestors(self._parts, event) if event in self._parts else set())


def causes(store: Store) -> Causes:
    """The causal network of a store, by one query."""
    rows: dict[str, dict[str, str]] = {}
    who: dict[str, set[str]] = {}
    for row in store.ask(_QUERY).rows:
        cells = {name: plain(term) for name, term in row.items()}
        known = rows.setdefault(cells["claim"], cells)
        known["against"] = known["against"] or cells["against"]
        if cells["who"]:
            who.setdefault(cells["claim"], set()).add(cells["who"])
    return Causes([
        Link(
            claim=claim, kind=_short(cells["kind"]), cause=cells["from"], effect=cells["to"], certainty=_short(cells["certainty"]),
            basis=_short(cells["basis"]), passage=cells["passage"], strength=_short(cells["strength"]),
            who=tuple(sorted(who.get(claim, ()))), contradicted=bool(cells["against"]),
        )
        for claim, cells in sorted(rows.items())
    ])


def _short(iri: str) -> str:
    return iri.removeprefix(KG)
