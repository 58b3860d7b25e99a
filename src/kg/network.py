"""The graph of things and the claims between them."""

from __future__ import annotations

from datetime import date

import networkx as nx

from kg import asof
from kg.answer import Term, plain
from kg.errors import BadQuery, NotFound
from kg.find import labels
from kg.store import Store

_PREFIXES = """
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX sem: <http://semanticweb.cs.vu.nl/2009/11/sem/>
"""
_EDGES = _PREFIXES + """
SELECT ?claim ?source ?target ?predicate ?kind ?passage ?certainty ?basis ?who WHERE {
  ?claim rdf:subject ?source ; rdf:object ?target ; rdf:predicate ?predicate ; kg:statedIn ?passage ;
         kg:certainty ?certainty ; kg:basis ?basis .
  ?predicate rdfs:label ?kind . ?source a kg:Thing . ?target a kg:Thing .
  FILTER NOT EXISTS { ?target a kg:Kind }
  OPTIONAL { ?claim kg:accordingTo ?who }
} ORDER BY ?claim ?who
"""
_NODES = _PREFIXES + """
SELECT ?thing ?class ?kind ?label ?early ?begun ?late WHERE {
  ?thing a kg:Thing ; rdfs:label ?label ; a ?class . ?class rdfs:label ?kind .
  FILTER(LANG(?label) = "en")
  FILTER NOT EXISTS { ?thing a ?narrower . ?narrower rdfs:subClassOf ?class }
  OPTIONAL { ?thing sem:hasEarliestBeginTimeStamp ?early }
  OPTIONAL { ?thing sem:hasLatestBeginTimeStamp ?begun }
  OPTIONAL { ?thing sem:hasLatestEndTimeStamp ?late }
} ORDER BY ?thing ?class
"""
# Only of classes: a path of no length would begin at every term of the graph.
_ABOVE = _PREFIXES + """
PREFIX owl: <http://www.w3.org/2002/07/owl#>
SELECT ?class ?above WHERE { ?class a owl:Class ; rdfs:subClassOf* ?above }
"""
GROUPS = ("State", "Person", "Side", "Organization", "Group", "Place", "Fighting", "Act", "Condition", "Attitude",
          "Outcome", "Treaty", "Work", "Remark")
"""The classes by which things are coloured, the first that fits."""


def network(
    store: Store, around: str | None = None, depth: int = 1, query: str | None = None, day: date | None = None,
) -> nx.MultiDiGraph[str]:
    """Things as nodes, claims as directed edges.

    A node has `label`, `kind`, `group`, and as ISO dates or empty `earliest`, `begun`, `latest`; an edge `predicate`,
    `label`, `claim`, `passage`, `certainty`, `basis`, `according_to`. `around` keeps what lies within `depth` steps of a
    thing. `query` is SPARQL text whose answer has ?source, ?target and ?kind. With a `day` there is only what stood then;
    nodes and edges bear `as_of`, certain, uncertain or (nodes) over, and the graph the day. Raises NotFound, BadQuery.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    claims = [{name: plain(term) for name, term in row.items()} for row in store.ask(_EDGES).rows]
    merged: dict[str, dict[str, str]] = {}
    for edge in claims:
        if edge["claim"] in merged:
            merged[edge["claim"]]["who"] += " " + edge["who"]
        else:
            merged[edge["claim"]] = edge
    if query is not None:
        answer = store.ask(query)
        ends = ("subject", "object", "predicate") if answer.kind == "graph" else ("source", "target", "kind")
        if not set(ends) <= set(answer.variables):
            raise BadQuery("the question cannot be drawn", None, "it must give ?source, ?target and ?kind, or a graph")
        known = labels(store, [plain(row[ends[2]]) for row in answer.rows])
        # What the answer does not say of a link, the claim behind it does: by its name, else by its ends and kind.
        behind = {
            (edge["source"], edge["target"], name): edge
            for edge in reversed(merged.values()) for name in (edge["kind"], edge["predicate"])
        }
        for row in answer.rows:
            source, target, kind = (plain(row[name]) for name in ends)
            if source and target and type(row[ends[1]]).__name__ == "NamedNode":
                edge = merged.get(plain(row.get("claim"))) or behind.get((source, target, kind), {})
                graph.add_edge(
                    source, target, label=known.get(kind, kind), predicate=edge.get("predicate", kind),
                    claim=plain(row.get("claim")) or edge.get("claim", ""), passage=plain(row.get("passage")) or edge.get("passage", ""),
                    certainty=edge.get("certainty", ""), basis=edge.get("basis", ""), according_to=edge.get("who", ""),
                )
    else:
        for edge in merged.values():
            graph.add_edge(
                edge["source"], edge["target"], key=edge["claim"], label=edge["kind"], predicate=edge["predicate"],
                claim=edge["claim"], passage=edge["passage"], certainty=edge["certainty"], basis=edge["basis"],
                according_to=edge["who"],
            )
    _describe(graph, store)
    begun = _keep(graph, store, day) if day is not None else {}
    if around is not None:
        if around not in graph:
            then = f" as of {day}" if day else ""
            raise NotFound("nothing is drawn around it", around, f"no claim joins it with another thing{then}")
        graph = nx.ego_graph(graph, around, radius=depth, undirected=True)
    if day is not None:
        graph.graph["as_of"] = day.isoformat()
        standing = asof.things(store, day, graph)
        for node, data in graph.nodes(data=True):
            data["as_of"] = max(standing[node], begun[node], key=asof.ORDER.index)
            data["latest"] = data["latest"] if data["latest"] <= day.isoformat() else ""
    return graph


def _keep(graph: nx.MultiDiGraph[str], store: Store, day: date) -> dict[str, asof.Standing]:
    """Takes away the edges that did not stand on the day, and the nodes that nothing joins then; whether each node had begun.

    Where a question names no claim, its edge stands when both its ends had begun. A body or a person without dates is not
    there before the first of its events that has one: a force of 1939 does not stand in 1930 because its state did.
    """
    named = {data["claim"] for *_, data in graph.edges(data=True) if data["claim"]}
    stood = asof.claims(store, day, named)
    lives = asof.lifetimes(store, graph)
    begun: dict[str, asof.Standing] = {iri: life.begun(day) for iri, life in lives.items()}
    for node, life in lives.items():
        own = [begun[other] for pair in (graph.successors(node), graph.predecessors(node)) for other in pair
               if lives[other].event and lives[other].dated]
        if own and not life.dated and not life.event and graph.nodes[node]["group"] not in ("State", "Place"):
            begun[node] = min(own, key=asof.ORDER.index)
    for source, target, key, data in list(graph.edges(keys=True, data=True)):
        data["as_of"] = max(stood.get(data["claim"], "certain"), begun[source], begun[target], key=asof.ORDER.index)
        if data["as_of"] not in ("certain", "uncertain"):
            graph.remove_edge(source, target, key)
    graph.remove_nodes_from([node for node in graph if not graph.degree(node)])
    return begun


def _describe(graph: nx.MultiDiGraph[str], store: Store) -> None:
    above: dict[str, set[str]] = {}
    for row in store.ask(_ABOVE).rows:
        above.setdefault(plain(row["class"]), set()).add(plain(row["above"]).rpartition("#")[2])
    rows: dict[str, dict[str, Term | None]] = {plain(row["thing"]): dict(row) for row in store.ask(_NODES).rows}
    rest = labels(store, [node for node in graph if node not in rows])
    for node, data in graph.nodes(data=True):
        row = rows.get(node, {})
        classes = above.get(plain(row.get("class")), set())
        data.update(
            label=plain(row.get("label")) or rest.get(node, node),
            kind=plain(row.get("kind")) or "thing",
            group=next((group for group in GROUPS if group in classes), "Other"),
            earliest=plain(row.get("early")),
            begun=plain(row.get("begun")),
            latest=plain(row.get("late")),
        )
