"""The causal network: what the claims say led to what, and what is part of what."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import networkx as nx

from kg.answer import plain
from kg.store import Store

KG = "https://w3id.org/khalkhin/ontology#"
PART = "partOf"
"""The kind of a link from a whole to its part: whatever a part led to, the whole led to through it."""
Node = TypeVar("Node")
MOTIVES = frozenset({"motivates"})
QUERY = """
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT ?claim ?kind ?from ?to ?certainty ?basis ?passage ?strength ?who ?against ?note WHERE {
  { ?claim a kg:CausalLink ; rdf:predicate ?kind ; rdf:subject ?from ; rdf:object ?to }
  UNION { ?claim rdf:predicate kg:partOf ; rdf:subject ?to ; rdf:object ?from . BIND(kg:partOf AS ?kind) }
  ?claim kg:certainty ?certainty ; kg:basis ?basis ; kg:statedIn ?passage .
  OPTIONAL { ?claim kg:strength ?strength }
  OPTIONAL { ?claim kg:accordingTo ?who }
  OPTIONAL { ?claim kg:note ?note }
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
    note: str = ""
    """What a reader must know of how the sentence was read."""
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


def reached(graph: nx.DiGraph[Node], starts: Iterable[Node]) -> set[Node]:
    """The starts and all that can be reached from any of them, in one walk."""
    found = set(starts)
    left = list(found)
    while left:
        for after in graph.adj[left.pop()]:
            if after not in found:
                found.add(after)
                left.append(after)
    return found


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
        inside = set(within)
        found = set()
        for members in nx.strongly_connected_components(self.graph.subgraph(inside).copy()):
            leading = [event for event in members if any(after in inside for after in self._led_to.get(event, ()))]
            if leading and not any(cause in inside and cause not in members for cause in self._caused(members)):
                found.add(min(leading))
        return found

    @cached_property
    def _led_to(self) -> dict[str, list[str]]:
        """What each event led to by a causal link."""
        found: dict[str, list[str]] = {}
        for cause, effect in self.graph.edges:
            if self.causal(cause, effect):
                found.setdefault(cause, []).append(effect)
        return found

    @cached_property
    def _causes_of(self) -> dict[str, list[str]]:
        """What led to each event by a causal link."""
        found: dict[str, list[str]] = {}
        for cause, effects in self._led_to.items():
            for effect in effects:
                found.setdefault(effect, []).append(cause)
        return found

    def _caused(self, events: Collection[str]) -> Iterator[str]:
        """The causes of any of these events, or of a whole of theirs."""
        for event in events:
            for one in self.wholes(event):
                yield from self._causes_of.get(one, ())

    def begins(self, events: Collection[str]) -> bool:
        """Whether nothing else led to any of these events, nor to a whole of theirs."""
        return all(cause in events for cause in self._caused(events))

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
    """The causal network of a store, by one query.

    A part counts as one where the source itself asserts it and nothing contradicts it, as for its direct triple.
    """
    rows: dict[str, dict[str, str]] = {}
    who: dict[str, set[str]] = {}
    for row in store.ask(QUERY).rows:
        cells = {name: plain(term) for name, term in row.items()}
        known = rows.setdefault(cells["claim"], cells)
        known["against"] = known["against"] or cells["against"]
        if cells["who"]:
            who.setdefault(cells["claim"], set()).add(cells["who"])
    links = [
        Link(
            claim=claim, kind=_short(cells["kind"]), cause=cells["from"], effect=cells["to"], certainty=_short(cells["certainty"]),
            basis=_short(cells["basis"]), passage=cells["passage"], strength=_short(cells["strength"]),
            who=tuple(sorted(who.get(claim, ()))), contradicted=bool(cells["against"]),
            note=cells["note"],
        )
        for claim, cells in sorted(rows.items())
    ]
    return Causes([
        link for link in links if link.kind != PART or (link.certainty == "asserted" and not link.who and not link.contradicted)
    ])


def _short(iri: str) -> str:
    return iri.removeprefix(KG)
