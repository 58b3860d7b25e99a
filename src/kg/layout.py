"""Where each thing of a network lies in a picture: time runs downwards, the sides of a conflict stand left and right."""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import networkx as nx

_KG = "https://w3id.org/khalkhin/ontology#"
_CELL = (104.0, 64.0)
"""Width and height of the cell that a thing has for itself, in the picture's units."""
_ROOM = 2.4
"""Cells for each thing: the rest stays empty."""
_WIDER = 1.4
"""The picture's width over its height."""
_SHAPE = 1.8
"""The picture's width over its height in the end, as wide as screens are."""
_STRETCH = 2.2
"""No column is drawn wider than so many times its cell."""
_ACTORS = {"State", "Organization", "Group", "Person", "Side"}
_TIMELESS = {*_ACTORS, "Work", "Place", "Remark"}
_UNSURE_DAYS = 800
"""A thing whose beginning is known no better than this is not bound to a time in the picture."""


@dataclass(frozen=True)
class Layout:
    """Positions by node, and the bands of time behind them as (label, top, bottom)."""

    positions: dict[str, tuple[float, float]]
    bands: tuple[tuple[str, float, float], ...]
    reading: str = "Time runs downwards."
    """How the picture is to be read, in a sentence."""


@dataclass(frozen=True)
class _Frame:
    """The cells in which a node may lie: first and last column, first and last row."""

    left: int
    right: int
    top: int
    bottom: int


def layout(graph: nx.MultiDiGraph[str], seed: int = 1) -> Layout:
    """Positions computed in advance: a force-directed layout within frames, then each thing in a cell of its own.

    What is dated lies in the band of its year (or decade, or century, where there are many); actors of the two sides of
    the conflict that has most members lie left and right, the rest follows what it is joined with. The forces are
    Fruchterman and Reingold's (1991), by igraph. The same graph and seed give the same positions.
    """
    nodes = sorted(graph)
    if not nodes:
        return Layout({}, ())
    columns = max(2, math.ceil(math.sqrt(len(nodes) * _ROOM * _WIDER * _CELL[1] / _CELL[0])))
    rows = max(2, math.ceil(len(nodes) * _ROOM / columns))
    bands = _bands(graph, rows)
    rows = max(rows, bands[-1][2] if bands else 0)
    banded = {node: (top, bottom - 1) for _, top, bottom, members in bands for node in members}
    sides = _sides(graph)
    frames = {}
    for node in nodes:
        top, bottom = banded.get(node, (0, rows - 1))
        left, right = 0, columns - 1
        if sides and node in sides:
            left, right = (0, int(columns * 0.26)) if sides[node] < 0 else (math.ceil(columns * 0.74), columns - 1)
        elif sides and node in banded:
            left, right = int(columns * 0.16), math.ceil(columns * 0.84)
        frames[node] = _Frame(left, min(right, columns - 1), top, bottom)
    wanted = _forces(graph, nodes, frames, seed)
    cells = _cells(sorted(nodes, key=lambda node: (-graph.degree(node), node)), wanted, frames, columns)
    wide, high = ((max(c[n] for c in cells.values()) - min(c[n] for c in cells.values())) * _CELL[n] for n in (0, 1))
    # Where the forces left the outer columns empty, the others get their room: names are wide.
    stretch = min(_STRETCH, max(1.0, _SHAPE * high / wide)) if wide else 1.0
    positions = {node: (round(x * _CELL[0] * stretch, 1), round(y * _CELL[1], 1)) for node, (x, y) in cells.items()}
    return Layout(positions, tuple(
        (label, round((top - 0.5) * _CELL[1], 1), round((bottom - 0.5) * _CELL[1], 1)) for label, top, bottom, _ in bands
    ))


def layered(graph: nx.MultiDiGraph[str], order: nx.DiGraph[str]) -> Layout:
    """Positions for chains of causes: each thing stands right of all that `order` puts before it, as far left as it can.

    The layers are those of Sugiyama, Tagawa and Toda (1981), with their barycentres sorting each layer; what leads to
    itself in a cycle shares a layer. The same graph and order give the same positions.
    """
    import networkx as nx

    whole = nx.condensation(order)
    level: dict[int, int] = {}
    for n in nx.topological_sort(whole):
        level[n] = max((level[before] + 1 for before in whole.predecessors(n)), default=0)
    layers: dict[int, list[str]] = {}
    for n in sorted(level, key=lambda n: min(whole.nodes[n]["members"])):
        layers.setdefault(level[n], []).extend(sorted(whole.nodes[n]["members"]))
    layers.setdefault(0, []).extend(sorted(set(graph) - set(order)))
    place = {node: float(row) for nodes in layers.values() for row, node in enumerate(nodes)}
    for sweep in range(8):
        for column in sorted(layers, reverse=sweep % 2 == 1):
            middle = {}
            for node in layers[column]:
                near = (order.predecessors if sweep % 2 == 0 else order.successors)(node) if node in order else ()
                around = [place[other] for other in near]
                middle[node] = sum(around) / len(around) if around else place[node]
            layers[column] = sorted(layers[column], key=lambda node, at=middle: (at[node], node))  # type: ignore[misc]
            for row, node in enumerate(layers[column]):
                place[node] = row - (len(layers[column]) - 1) / 2
    positions = {
        node: (column * 3 * _CELL[0], round(place[node] * 1.5 * _CELL[1], 1)) for column, nodes in layers.items() for node in nodes
    }
    return Layout(positions, (), "Causes stand left of what they led to.")


def _bands(graph: nx.MultiDiGraph[str], rows: int) -> list[tuple[str, int, int, list[str]]]:
    """Label, first row, row after the last, and the things of each period that has any, in order of time."""
    years = {}
    for node, data in graph.nodes(data=True):
        if data["group"] in _TIMELESS or not data["earliest"] or not data["begun"]:
            continue
        first, last = date.fromisoformat(data["earliest"]), date.fromisoformat(data["begun"])
        if (last - first).days <= _UNSURE_DAYS:
            years[node] = (first + (last - first) / 2).year
    few = ((n, name) for n, name in ((1, "{}"), (10, "{}s")) if len({year // n for year in years.values()}) <= 40)
    length, name = next(few, (100, "from {}"))
    periods = Counter(year // length * length for year in years.values())
    if len(periods) < 2:
        return []
    found, row = [], 0
    for period in sorted(periods):
        height = max(1, round(rows * periods[period] / periods.total()))
        members = sorted(node for node, year in years.items() if year // length * length == period)
        found.append((name.format(period), row, row + height, members))
        row += height
    return found


def _sides(graph: nx.MultiDiGraph[str]) -> dict[str, int]:
    """-1 or 1 for the actors that belong to one of the two sides of the conflict with most members; others are absent."""
    def pairs(name: str) -> list[tuple[str, str]]:
        return sorted({(s, t) for s, t, data in graph.edges(data=True) if data.get("predicate") == _KG + name})

    members = pairs("onSide") + pairs("belongsTo")
    conflicts: dict[str, list[str]] = {}
    for side, conflict in pairs("sideOf"):
        conflicts.setdefault(conflict, []).append(side)
    two = {conflict: sides for conflict, sides in conflicts.items() if len(sides) == 2}
    if not two:
        return {}
    below: dict[str, set[str]] = {}
    for part, whole in members:
        below.setdefault(whole, set()).add(part)

    def size(conflict: str) -> int:
        found, left = set(two[conflict]), list(two[conflict])
        while left:
            more = below.get(left.pop(), set()) - found
            found |= more
            left += more
        return len(found)

    main = max(sorted(two), key=size)
    sign = dict(zip(two[main], (-1, 1), strict=True))
    grown = True
    while grown:
        grown = False
        for part, whole in members:
            # Upwards only from members to the side of another conflict, downwards from a whole to its parts.
            for one, other in ((whole, part), (part, whole)):
                if one in sign and other not in sign and (other == part or graph.nodes[other]["group"] == "Side"):
                    sign[other] = sign[one]
                    grown = True
    return {node: value for node, value in sign.items() if graph.nodes[node]["group"] in _ACTORS}


def _forces(
    graph: nx.MultiDiGraph[str], nodes: list[str], frames: dict[str, _Frame], seed: int,
) -> dict[str, tuple[float, float]]:
    import igraph

    index = {node: i for i, node in enumerate(nodes)}
    pairs = sorted({(min(index[s], index[t]), max(index[s], index[t])) for s, t in graph.edges() if s != t})
    drawn = igraph.Graph(n=len(nodes), edges=pairs)
    degrees = drawn.degree()
    # What joins two hubs says little about where either belongs.
    weights = [1 / math.sqrt(max(1, min(degrees[s], degrees[t]))) for s, t in pairs]
    state = random.Random(seed)
    inner = [frames[node] for node in nodes]
    start = [(state.uniform(f.left, f.right), state.uniform(f.top, f.bottom)) for f in inner]
    igraph.set_random_number_generator(state)
    try:
        points = drawn.layout_fruchterman_reingold(
            weights=weights, niter=600 if len(nodes) < 2000 else 150, seed=start, grid="nogrid" if len(nodes) < 2000 else "grid",
            minx=[f.left for f in inner], maxx=[f.right + 1e-6 for f in inner],
            miny=[f.top for f in inner], maxy=[f.bottom + 1e-6 for f in inner],
        )
    finally:
        igraph.set_random_number_generator(random)
    return {node: (point[0], point[1]) for node, point in zip(nodes, points, strict=True)}


def _cells(
    nodes: list[str], wanted: dict[str, tuple[float, float]], frames: dict[str, _Frame], columns: int,
) -> dict[str, tuple[int, int]]:
    """A free cell for each node, the nearest to where it wants to lie; in its frame while there is one."""
    taken: dict[tuple[int, int], str] = {}
    for node in nodes:
        x, y = wanted[node]
        frame = frames[node]
        wide = _Frame(0, columns - 1, 0, 10**9)
        cell = _nearest(x, y, frame, taken) or _nearest(x, y, wide, taken)
        assert cell is not None  # downwards there is always room
        taken[cell] = node
    return {node: cell for cell, node in taken.items()}


def _nearest(x: float, y: float, frame: _Frame, taken: dict[tuple[int, int], str]) -> tuple[int, int] | None:
    middle = (round(x), round(y))
    best: tuple[float, int, int] | None = None
    reach = max(middle[0] - frame.left, frame.right - middle[0], middle[1] - frame.top, frame.bottom - middle[1])
    for radius in range(min(reach, len(taken) + 2) + 1):
        for cx, cy in _ring(middle, radius):
            if frame.left <= cx <= frame.right and frame.top <= cy <= frame.bottom and (cx, cy) not in taken:
                distance = (cx - x) ** 2 + (cy - y) ** 2
                if best is None or (distance, cx, cy) < best:
                    best = (distance, cx, cy)
        if best is not None:
            return best[1:]
    return None


def _ring(middle: tuple[int, int], radius: int) -> Iterator[tuple[int, int]]:
    """The cells at a Chebyshev distance from one."""
    x, y = middle
    if radius == 0:
        yield middle
        return
    for step in range(-radius, radius + 1):
        yield x + step, y - radius
        yield x + step, y + radius
    for step in range(-radius + 1, radius):
        yield x - radius, y + step
        yield x + radius, y + step
