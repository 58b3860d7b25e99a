"""The chains that lead to an event, the surest first."""

from __future__ import annotations

import heapq
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from kg.causes.links import PART, Causes, Link, reached


@dataclass(frozen=True)
class Chain:
    """Links from a first event to a last one; none of its events comes twice."""

    links: tuple[Link, ...]

    @cached_property
    def doubt(self) -> int:
        """The doubts about its weakest step."""
        return max(link.doubt for link in self.links)

    @cached_property
    def events(self) -> tuple[str, ...]:
        """Its events, in order."""
        return (self.links[0].cause, *(link.effect for link in self.links))

    @cached_property
    def steps(self) -> int:
        """How many of its links are causal."""
        return sum(link.kind != PART for link in self.links)


def chains(network: Causes, effects: Collection[str], starts: Collection[str] | None = None) -> Iterator[Chain]:
    """The chains from any start to any effect, by the doubts about their weakest step, then by their length.

    Each ends with a causal link: what led to a whole did not lead to each of its parts. Without starts they begin where
    nothing leads to (`Causes.beginnings`), with a causal link. The search is A* (Hart, Nilsson and Raphael 1968) with the
    exact distance to the effect as its bound, in two layers: before and after a step of just the wanted doubt; so each
    round walks only on ways that end in a chain of that doubt. They come one by one: take as many as wanted.
    """
    graph = network.graph
    ends = {event for event in effects if event in graph}
    near = reached(graph.reverse(copy=False), ends)
    begin = (network.beginnings(near) if starts is None else near.intersection(starts)) - ends
    if not begin:
        return
    within = reached(graph, begin) & near
    links = {
        event: [network.best(event, after) for after in sorted(graph.successors(event)) if after in within] for event in sorted(within)
    }
    causal = {link.doubt for some in links.values() for link in some if link.kind != PART}
    for doubt in sorted(causal):
        yield from _of_doubt(doubt, links, sorted(begin), ends, starts is None)


def _of_doubt(
    doubt: int, links: dict[str, list[Link]], begin: Iterable[str], ends: set[str], causal_first: bool,
) -> Iterator[Chain]:
    """The chains whose weakest causal step has just this doubt, the shortest first.

    `causal_first`: none begins with the step from a whole to its part, which would only put a longer name before it.
    """
    after, before = _distances(doubt, links, ends)
    # A chain is (links so far plus the least that are still needed, its claims, its links, the event, whether it has the step).
    queue: list[tuple[int, tuple[str, ...], tuple[Link, ...], str, bool]] = [
        (before[event], (), (), event, False) for event in begin if event in before
    ]
    heapq.heapify(queue)
    while queue:
        _, claims, so_far, event, done = heapq.heappop(queue)
        if event in ends and so_far:
            if done:
                yield Chain(so_far)
            continue  # an effect ends every chain that reaches it
        passed = {so_far[0].cause, *(link.effect for link in so_far)} if so_far else {event}
        for link in links[event]:
            if link.kind == PART and link.effect in ends:
                continue  # what led to a whole did not lead to each of its parts
            if link.doubt > doubt or link.effect in passed or (causal_first and not so_far and link.kind == PART):
                continue
            has = done or (link.kind != PART and link.doubt == doubt)
            left = (after if has else before).get(link.effect)
            if left is not None:
                entry = (len(so_far) + 1 + left, (*claims, link.claim), (*so_far, link), link.effect, has)
                heapq.heappush(queue, entry)


def _distances(doubt: int, links: dict[str, list[Link]], ends: set[str]) -> tuple[dict[str, int], dict[str, int]]:
    """For each event the fewest links to an effect over links of no more doubt: any, and with one of just this doubt."""
    towards: dict[str, list[Link]] = {}
    for some in links.values():
        for link in some:
            if link.doubt <= doubt:
                towards.setdefault(link.effect, []).append(link)
    after = {end: 0 for end in sorted(ends)}
    level = list(after)
    while level:
        more = []
        for event in level:
            for link in towards.get(event, ()):
                if link.kind == PART and event in ends:
                    continue
                if link.cause not in after and link.cause not in ends:
                    after[link.cause] = after[event] + 1
                    more.append(link.cause)
        level = more
    before: dict[str, int] = {}
    queue = sorted(
        (after[link.effect] + 1, link.cause)
        for some in towards.values() for link in some if link.kind != PART and link.doubt == doubt and link.effect in after
    )
    while queue:
        far, event = heapq.heappop(queue)
        if event in before or event in ends:
            continue
        before[event] = far
        for link in towards.get(event, ()):
            if link.cause not in before:
                heapq.heappush(queue, (far + 1, link.cause))
    return after, before
