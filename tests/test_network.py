"""The network of things and claims: what is a node, what an edge, what lies around a thing, what a question draws."""

from __future__ import annotations

import pytest

from kg.errors import BadQuery, NotFound
from kg.folder import Folder
from kg.network import GROUPS, network
from kg.query import question
from kg.store import Store

ID = "https://w3id.org/khalkhin/id/"


def test_every_claim_between_two_things_is_one_edge(store: Store) -> None:
    graph = network(store)
    claims = store.ask("""
        PREFIX kg: <https://w3id.org/khalkhin/ontology#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
        SELECT ?c ?s ?o { ?c rdf:subject ?s ; rdf:object ?o . ?s a kg:Thing . ?o a kg:Thing FILTER NOT EXISTS { ?o a kg:Kind } }
        ORDER BY ?c""").rows
    assert {(row["s"].value, row["o"].value, row["c"].value) for row in claims} == set(graph.edges(keys=True))  # type: ignore[union-attr]
    assert len(claims) > 500


def test_nodes_and_edges_say_what_they_are(store: Store) -> None:
    graph = network(store)
    for node, data in graph.nodes(data=True):
        assert data["label"] and data["kind"], node
        assert data["group"] in (*GROUPS, "Other")
    for *_, data in graph.edges(data=True):
        assert data["label"] and data["passage"] and data["certainty"] and data["basis"]
    assert graph.nodes[ID + "empire-of-japan"]["group"] == "State"
    assert graph.nodes[ID + "battle-of-lake-khasan"]["group"] == "Fighting"
    assert graph.nodes[ID + "battle-of-lake-khasan"]["earliest"].startswith("1938")


def test_around_a_thing_grows_with_depth(store: Store) -> None:
    near, far = (network(store, around=ID + "manchukuo", depth=depth) for depth in (1, 2))
    assert set(near) < set(far) < set(network(store))
    whole = network(store)
    assert set(near) == {ID + "manchukuo", *whole.predecessors(ID + "manchukuo"), *whole.successors(ID + "manchukuo")}
    assert set(network(store, around=ID + "manchukuo", depth=0)) == {ID + "manchukuo"}


def test_nothing_around_what_no_claim_joins(store: Store) -> None:
    with pytest.raises(NotFound, match="nothing is drawn around it"):
        network(store, around=ID + "nowhere")


def test_a_question_is_drawn(store: Store, folder: Folder) -> None:
    graph = network(store, query=question(folder, "direct-causes").text)
    rows = store.ask(question(folder, "direct-causes").text).rows
    assert graph.number_of_edges() == len(rows) > 10
    assert {data["label"] for *_, data in graph.edges(data=True)} >= {"causes", "contributes to"}
    for row in rows:
        assert graph.has_edge(row["source"].value, row["target"].value)  # type: ignore[union-attr]


def test_a_graph_is_drawn(store: Store) -> None:
    graph = network(store, query=f"CONSTRUCT WHERE {{ <{ID}battle-of-lake-khasan> ?p ?o }}")
    assert ID + "battle-of-lake-khasan" in graph and graph.number_of_edges() > 1


def test_an_answer_without_ends_cannot_be_drawn(store: Store) -> None:
    with pytest.raises(BadQuery, match=r"cannot be drawn.*\?source, \?target and \?kind"):
        network(store, query="SELECT ?s { ?s ?p ?o } LIMIT 1")
