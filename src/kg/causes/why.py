"""Why: the chains, turning points and what-ifs of an event, in words, with everything that a reader needs to judge them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from itertools import islice

import networkx as nx

from kg.answer import plain
from kg.causes.chains import Chain, chains
from kg.causes.links import MOTIVES, PART, Causes, Link, causes
from kg.causes.turning import turning_points, without
from kg.causes.words import Event, Step, Told, Why
from kg.dates import Bounds, before
from kg.errors import NotFound, UsageError
from kg.find import labels
from kg.names import Names
from kg.store import Store

KG = "https://w3id.org/khalkhin/ontology#"
_PREFIXES = """
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX sem: <http://semanticweb.cs.vu.nl/2009/11/sem/>
"""
_STAMPS = _PREFIXES + """
SELECT ?thing ?begin ?begun ?ended ?end WHERE {
  VALUES ?thing { %s }
  ?thing rdf:type ?any .
  OPTIONAL { ?thing sem:hasEarliestBeginTimeStamp ?begin } OPTIONAL { ?thing sem:hasLatestBeginTimeStamp ?begun }
  OPTIONAL { ?thing sem:hasEarliestEndTimeStamp ?ended } OPTIONAL { ?thing sem:hasLatestEndTimeStamp ?end }
}
"""


class Teller:
    """Puts what the causal network says into words, with the labels and dates of a store."""

    def __init__(self, store: Store, names: Names, network: Causes) -> None:
        self.store, self.names, self.network = store, names, network
        self.notes: list[str] = []
        """What was taken for what, to be told with the answer."""
        self._events: dict[str, Event] = {}
        self._labels: dict[str, str] = {}

    def event(self, iri: str) -> Event:
        """The event that a thing stands for in the causal network: a treaty for its signing. Raises UsageError."""
        rows = self.store.ask(_PREFIXES + f"""
SELECT ?signing ?event ?treaty WHERE {{
  {{ ?signing kg:signingOf <{iri}> }} UNION {{ <{iri}> a kg:Event . BIND(<{iri}> AS ?event) }}
  UNION {{ <{iri}> a kg:Treaty . BIND(<{iri}> AS ?treaty) }}
}} ORDER BY ?signing""").rows
        signings = [plain(row["signing"]) for row in rows if row["signing"]]
        [thing] = self.events((iri,))
        if signings:
            [signing] = self.events(signings[:1])
            self.notes.append(f"{thing.label} stands for its signing: causes and effects hold of that.")
            return signing
        if any(row["treaty"] for row in rows):
            raise UsageError(f"no signing of {thing.label} is known, of which causes and effects would hold")
        if not rows:
            raise UsageError(f"{thing.label} is no event", None, "name an event, or a treaty")
        return thing

    def events(self, iris: Collection[str]) -> list[Event]:
        """The events with their labels and dates, in the order given."""
        new = [iri for iri in dict.fromkeys(iris) if iri not in self._events]
        if new:
            known = labels(self.store, new)
            rows = {plain(r["thing"]): r for r in self.store.ask(_STAMPS % " ".join(f"<{iri}>" for iri in new)).rows}
            for iri in new:
                stamps = {name: plain(rows[iri][name]) for name in ("begin", "begun", "ended", "end")} if iri in rows else {}
                self._events[iri] = Event(iri, self.names.shorten(iri), known.get(iri, self.names.shorten(iri)), **stamps)
        return [self._events[iri] for iri in iris]

    def _label(self, iris: Collection[str]) -> dict[str, str]:
        new = [iri for iri in iris if iri not in self._labels]
        if new:
            self._labels |= {iri: self.names.slug(iri) for iri in new} | labels(self.store, new)
        return self._labels

    def step(self, link: Link) -> Step:
        """A link in words."""
        cause, effect = self.events((link.cause, link.effect))
        known = self._label((link.passage, *link.who, KG + link.kind))
        return Step(
            cause, effect, PART if link.kind == PART else known[KG + link.kind], self.names.shorten(link.claim), link.strength,
            link.certainty, link.basis, tuple(known[who] for who in link.who), known[link.passage], link.contradicted, link.doubt,
            link.note, link.uncertain_on,
        )

    def chain(self, chain: Chain) -> Told:
        """A chain in words."""
        return Told(tuple(map(self.step, chain.links)), chain.doubt)

    def prevented(self, about: Collection[str]) -> tuple[str, ...]:
        """What was prevented by, or prevented, any of these events."""
        steps = map(self.step, (link for link in self.network.preventions if link.cause in about or link.effect in about))
        return tuple(
            f"{step.cause.text()} → {step.effect.label}: {step.how().removeprefix('→ ')}" for step in steps
        )


def why(teller: Teller, effect: Collection[str], cause: Collection[str] | None = None, limit: int | None = 20) -> Why:
    """The best chains to an effect, from a cause or from where nothing leads to. Both may be several events, of which any will do.

    Where no chain leads from the cause: what both have in common, and their order in time.
    """
    ends = teller.events(sorted(effect))
    if cause is not None and set(cause) & set(effect):
        raise UsageError(f"{ends[0].label} is both the cause and the effect", None, "name two events")
    title = "Why: " + " or ".join(event.label for event in ends)
    if cause is not None:
        starts = teller.events(sorted(cause))
        title = f"How {' or '.join(event.label for event in starts)} led to {' or '.join(event.label for event in ends)}"
    found = chains(teller.network, effect, cause)
    first = next(found, None)
    if first is None:
        if cause is None:
            kept_off = any(link.effect in effect for link in teller.network.preventions)
            notes = ["Nothing led to it: it was prevented." if kept_off else "No claim that is asked gives it a cause."]
            wholes = {whole for event in effect for whole in teller.network.wholes(event)} - set(effect)
            led_to = [whole for whole in sorted(wholes) if next(chains(teller.network, {whole}), None) is not None]
            if led_to:
                notes.append("What it is part of has causes: " + "; ".join(event.label for event in teller.events(led_to)) + ".")
            return Why(title, tuple(notes), preventions=teller.prevented(effect))
        return common(teller, sorted(cause)[0], sorted(effect)[0])
    seen: set[str] = set(effect) | set(cause or ())

    def told() -> Iterator[Told]:
        rest = found if limit is None else islice(found, limit - 1)
        for chain in (c for part in ((first,), rest) for c in part):
            seen.update(chain.events)
            yield teller.chain(chain)

    if limit is None:
        prevented: list[str] = []

        def streamed() -> Iterator[Told]:
            yield from told()
            prevented.extend(teller.prevented(seen))

        return Why(title, told=streamed(), preventions=prevented)
    every = tuple(told())
    said = []
    if next(found, None) is not None:
        which = f"{len(every)} surest and shortest chains" if len(every) > 1 else "surest and shortest chain"
        said.append(f"The {which}; there are more (--all).")
    if any(step.kind in MOTIVES for one in every for step in one.steps):
        said.append("⇢ marks a motive: what moved somebody to act, apart from what made something happen.")
    return Why(title, tuple(said), every, teller.prevented(seen))


def common(teller: Teller, one: str, other: str) -> Why:
    """Two events that no chain joins: what both have in common, and their order in time."""
    network, graph = teller.network, teller.network.graph
    first, second = teller.events((one, other))

    def around(event: str, how: str) -> set[str]:
        if event not in graph:
            return set()
        return set(nx.ancestors(graph, event) if how == "before" else nx.descendants(graph, event))

    parties = _PREFIXES + f"""
SELECT DISTINCT ?party WHERE {{ <{one}> kg:participant ?party . <{other}> kg:participant ?party }} ORDER BY ?party"""
    shared = {
        "Causes of both": around(one, "before") & around(other, "before") - network.wholes(one) - network.wholes(other),
        "Consequences of both": around(one, "after") & around(other, "after"),
        "Both are part of": network.wholes(one) & network.wholes(other) - {one, other},
        "Parties of both": {plain(row["party"]) for row in teller.store.ask(parties).rows},
    }
    notes = [f"No chain of claims leads from {first.label} to {second.label}."]
    back = next(chains(network, {one}, {other}), None)
    if back is not None:
        notes.append("One leads the other way: ask with the two changed round.")
    notes.append(_order(first, second))
    lists = tuple((title, tuple(event.text() for event in teller.events(sorted(iris)))) for title, iris in shared.items() if iris)
    return Why(f"{first.label} and {second.label}", tuple(notes), preventions=teller.prevented((one, other)), lists=lists)


def _order(first: Event, second: Event) -> str:
    begin, other = (
        Bounds(date.fromisoformat(e.begin), date.fromisoformat(e.begun)) if e.begin and e.begun else None for e in (first, second)
    )
    if begin is None or other is None:
        return "Their order in time is not known."
    for a, b, x, y in ((begin, other, first, second), (other, begin, second, first)):
        if before(a, b) == "certain":
            return f"{x.label} certainly began before {y.label}."
    return "Which of them began first is open: their dates do not tell."


def turning(teller: Teller, effect: str) -> Why:
    """The events on the chains to an effect, with the share of chains through each."""
    found = turning_points(teller.network, effect)
    [event] = teller.events((effect,))
    title = f"Turning points on the way to {event.label}"
    if not found.chains:
        return Why(title, ("No claim that is asked gives it a cause.",))
    notes = [f"{found.chains} chain{'' if found.chains == 1 else 's'} lead{'s' if found.chains == 1 else ''} to it."]
    if found.chains == 1:
        notes.append("With a single chain, every event on it is passed.")
    if found.cyclic:
        notes.append("Events that lead to each other in a cycle are counted as one.")

    def line(events: tuple[str, ...], share: float) -> str:
        much = f"{round(share * found.chains)} of {found.chains}" if found.chains <= 1000 else f"{share:.0%}"
        return f"{much}: {' and '.join(e.text() for e in teller.events(events))}"

    every = tuple(line(point.events, point.share) for point in found.points if point.every)
    others = tuple(line(point.events, point.share) for point in found.points if not point.every)
    data = {"chainCount": found.chains, "cyclic": found.cyclic,
            "points": [{"events": p.events, "share": p.share, "every": p.every} for p in found.points]}
    return Why(title, tuple(notes), lists=(("Every chain passes through", every), ("Some chains pass through", others)), data=data)


def what_if(teller: Teller, event: str, effect: str | None = None) -> Why:
    """What the claims leave of an event's consequences without it."""
    [gone] = teller.events((event,))
    found = without(teller.network, {event})
    notes = ["This tells what the claims hold together, not what history would have been."]
    if effect is not None:
        [asked] = teller.events((effect,))
        said = ("would lose all the causes that the claims give it" if effect in found.lost
                else "would keep other causes" if effect in found.kept else "does not follow from it, by the claims")
        notes.insert(0, f"{asked.label} {said}.")
    lists = tuple(
        (title, tuple(one.text() for one in teller.events(iris))) for title, iris in
        (("Would lose all their causes", found.lost), ("Would keep other causes", found.kept))
    )
    return Why(f"Without {gone.label}", tuple(notes), lists=lists, data={"lost": found.lost, "kept": found.kept})


def drawing(
    store: Store, names: Names, things: Sequence[str], graph: nx.MultiDiGraph[str], limit: int = 20,
) -> tuple[nx.MultiDiGraph[str], nx.DiGraph[str]]:
    """What of a network tells the best chains to an effect (or from a cause to it), and which of its events come before which.

    `graph` is that of `kg.network.network`, whose edges are the claims. Raises NotFound where no chain leads to it.
    """
    if len(things) > 2:
        raise UsageError("more than a cause and an effect", None, "put labels of several words in quotation marks")
    within = {data["claim"] for *_, data in graph.edges(data=True)}
    network = causes(store)
    network = network.only(standing={link.claim: "not yet" for *_, data in network.graph.edges(data=True) for link in data["links"]
                                     if link.claim not in within})
    teller = Teller(store, names, network)
    *cause, effect = [teller.event(thing) for thing in things]
    found = list(islice(chains(network, {effect.iri}, {one.iri for one in cause} or None), limit))
    if not found:
        raise NotFound("no chain of claims leads to it", effect.label, "kg why tells what the events have in common")
    claims = {link.claim for chain in found for link in chain.links}
    order: nx.DiGraph[str] = nx.DiGraph((link.cause, link.effect) for chain in found for link in chain.links)
    told: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    told.graph.update(graph.graph, title=" → ".join(one.label for one in (*cause, effect)))
    told.add_nodes_from((node, graph.nodes[node]) for node in sorted(order))
    for source, target, key, data in graph.edges(keys=True, data=True):
        if data["claim"] in claims:
            told.add_edge(source, target, key=key, **data)
    return told, order
