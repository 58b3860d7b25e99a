"""Where things lie: time downwards, sides apart, no two in one place, the same on every run."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.layout import layout
from kg.network import network
from kg.store import Store

KG = "https://w3id.org/khalkhin/ontology#"


def thing(group: str = "Act", year: int | None = None) -> dict[str, str]:
    day = f"{year:04}-06-01" if year else ""
    return {"label": "", "kind": "", "group": group, "earliest": day, "begun": day, "latest": day}


def test_an_empty_network_has_no_positions() -> None:
    assert layout(nx.MultiDiGraph()).positions == {}


@settings(max_examples=60, deadline=None)
@given(
    years=st.lists(st.none() | st.integers(1, 2100), min_size=1, max_size=40),
    ends=st.lists(st.tuples(st.integers(0, 39), st.integers(0, 39)), max_size=60),
)
def test_no_two_things_share_a_place_and_later_is_lower(years: list[int | None], ends: list[tuple[int, int]]) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for n, year in enumerate(years):
        graph.add_node(f"n{n}", **thing(year=year))
    for source, target in ends:
        if source < len(years) and target < len(years):
            graph.add_edge(f"n{source}", f"n{target}", predicate=KG + "causes")
    laid = layout(graph)
    assert laid == layout(graph)
    assert len(set(laid.positions.values())) == len(laid.positions) == len(graph)
    bounds = [(top, bottom) for _, top, bottom in laid.bands]
    assert all(a[1] == b[0] for a, b in zip(bounds, bounds[1:], strict=False)), "bands follow each other"


def test_what_is_dated_lies_in_its_band(store: Store) -> None:
    graph = network(store)
    laid = layout(graph)
    bands = {label: (top, bottom) for label, top, bottom in laid.bands}
    banded = 0
    for node, data in graph.nodes(data=True):
        if data["group"] == "Fighting" and data["earliest"] and data["earliest"][:4] == data["begun"][:4]:
            top, bottom = bands[data["earliest"][:4]]
            assert top <= laid.positions[node][1] <= bottom, node
            banded += 1
    assert banded > 20


def test_sides_stand_left_and_right(store: Store) -> None:
    graph = network(store)
    laid = layout(graph).positions
    middle = (min(x for x, _ in laid.values()) + max(x for x, _ in laid.values())) / 2
    side: dict[str, list[float]] = {}
    for member, whole, data in graph.edges(data=True):
        if data["predicate"] == KG + "belongsTo" and graph.nodes[whole]["group"] == "State":
            side.setdefault(whole, []).append(laid[member][0] - middle)
    large = [where for where in side.values() if len(where) >= 5]
    assert len(large) >= 2
    assert all(max(where) < 0 or min(where) > 0 for where in large), "the forces of one state stand on one side"
    assert {where[0] > 0 for where in large} == {True, False}


@pytest.mark.parametrize("step, label", [(1, "1900"), (5, "1900s"), (100, "from 1900")])
def test_bands_widen_where_there_are_many_years(step: int, label: str) -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for n in range(40 if step < 100 else 60):
        graph.add_node(f"n{n}", **thing(year=1900 + n * step))
    graph.add_node("much later", **thing(year=1900 + 45 * step) if step > 1 else thing())
    labels = [name for name, _, _ in layout(graph).bands]
    assert labels[0] == label and len(labels) == len(set(labels))


def test_another_seed_gives_another_picture() -> None:
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for n in range(30):
        graph.add_node(f"n{n}", **thing())
        graph.add_edge(f"n{n}", f"n{n * 7 % 30}", predicate=KG + "causes")
    for node in list(graph):
        graph.nodes[node].update(thing())
    assert layout(graph, 1) != layout(graph, 2)
