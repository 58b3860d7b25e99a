"""Events through which chains pass, and what would lose its causes without one of them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import networkx as nx

from kg.causes.links import Causes, reached


@dataclass(frozen=True)
class TurningPoint:
    """An event (or the events of a cycle, which stand together) with the share of chains through it."""

    events: tuple[str, ...]
    share: float
    every: bool
    """Whether every chain passes through it: it dominates the effect."""


@dataclass(frozen=True)
class TurningPoints:
    """What chains to an effect pass through, the effect's own dominators first, and how many chains there are."""

    points: tuple[TurningPoint, ...]
    chains: int
    cyclic: bool
    """Whether cycles were drawn together, so that a chain through one counts once."""


def turning_points(network: Causes, effect: str) -> TurningPoints:
    """The events on the chains from where nothing leads to, to the effect.

    Dominators are those of Cooper, Harvey and Kennedy (2001), from a virtual root above all beginnings. Shares are
    counted over the condensation, in which the events of a cycle are one: the number of ways through it over all ways.
    """
    if effect not in network.graph:
        return TurningPoints((), 0, False)
    within = {effect} | nx.ancestors(network.graph, effect)
    graph = network.graph.subgraph(within).copy()
    # A chain begins with a causal link. So each beginning stands twice: as a start, with its causal links alone, and as
    # what a chain may pass through.
    ways: nx.DiGraph[tuple[str, bool]] = nx.DiGraph()
    ways.add_node((effect, False))
    ways.add_edges_from(
        ((cause, False), (after, False)) for cause, after in graph.edges if after != effect or network.causal(cause, after)
    )
    starts = [(event, True) for event in sorted(network.beginnings(within) - {effect})]
    ways.add_edges_from(
        (start, (after, False)) for start in starts for after in graph.successors(start[0]) if network.causal(start[0], after)
    )
    passed = reached(ways, starts) if starts else set()
    if (effect, False) not in passed:
        return TurningPoints((), 0, False)
    whole = nx.condensation(ways.subgraph(passed).copy())
    end = whole.graph["mapping"][effect, False]
    first = {whole.graph["mapping"][start] for start in starts}
    towards = {end} | nx.ancestors(whole, end)
    order = [n for n in nx.topological_sort(whole) if n in towards]
    ways_to = {n: int(n in first) for n in order}
    for n in order:
        for after in set(whole.successors(n)) & ways_to.keys():
            ways_to[after] += ways_to[n]
    ways_from = {n: int(n == end) for n in order}
    for n in reversed(order):
        ways_from[n] += sum(ways_from[after] for after in whole.successors(n) if after in ways_from)
    root = -1
    rooted: nx.DiGraph[int] = nx.DiGraph(whole.subgraph(order).edges)
    rooted.add_edges_from((root, n) for n in first & ways_to.keys())
    above = nx.immediate_dominators(rooted, root)
    every, n = set(), end
    while n != root:
        every.add(n)
        n = above[n]
    total = ways_to[end]
    # An event may be a start and be passed through: its ways add up.
    through: dict[tuple[str, ...], tuple[int, bool]] = {}
    for n in order:
        if n != end:
            events = tuple(sorted({event for event, _ in whole.nodes[n]["members"]}))
            known, all_ = through.get(events, (0, False))
            through[events] = (known + ways_to[n] * ways_from[n], all_ or n in every)
    points = [TurningPoint(events, count / total, all_ or count == total) for events, (count, all_) in through.items()]
    points.sort(key=lambda point: (not point.every, -point.share, point.events))
    return TurningPoints(tuple(points), total, any(len(point.events) > 1 for point in points))


@dataclass(frozen=True)
class Consequences:
    """What follows from an event: what would lose all its causes without it, and what keeps others."""

    lost: tuple[str, ...]
    kept: tuple[str, ...]


def without(network: Causes, events: Collection[str]) -> Consequences:
    """What the claims leave of an event's consequences if it and its parts had not been.

    A consequence keeps a cause when one of the causes of it, or of a whole of it, is left: begins a chain itself, or has
    kept a cause in turn. A property of the claims, not of history.
    """
    graph = network.graph
    gone = {part for event in events for part in network.parts(event)} & set(graph)
    after = reached(graph, gone) - gone
    left: set[str] = set()
    for members in nx.strongly_connected_components(graph):
        if not members & gone and network.begins(members):
            left |= members
    kept: set[str] = set()
    queue = sorted(left)
    while queue:
        event = queue.pop()
        for effect in graph.successors(event):
            passes = network.causal(event, effect) or event in kept
            if passes and effect not in gone and effect not in kept:
                kept.add(effect)
                queue.append(effect)
    return Consequences(tuple(sorted(after - kept)), tuple(sorted(after & kept)))
