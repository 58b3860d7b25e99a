"""A network as one page of HTML that opens offline: pyvis builds it, our own template and script show it."""

from __future__ import annotations

import base64
import hashlib
import json
from importlib import resources

import networkx as nx

from kg.network import GROUPS, layout

# Okabe and Ito's palette, told apart also by the colour-blind; shapes differ too.
_COLOURS = {
    "State": ("#D55E00", "box"), "Person": ("#CC79A7", "dot"), "Side": ("#D55E00", "hexagon"),
    "Organization": ("#E69F00", "square"), "Group": ("#E69F00", "dot"), "Place": ("#009E73", "triangleDown"),
    "Fighting": ("#0072B2", "star"), "Act": ("#56B4E9", "diamond"), "Condition": ("#8C8C8C", "square"),
    "Attitude": ("#CC79A7", "triangle"), "Outcome": ("#0072B2", "hexagon"), "Treaty": ("#F0E442", "box"),
    "Work": ("#8C8C8C", "triangle"), "Remark": ("#8C8C8C", "dot"), "Other": ("#8C8C8C", "dot"),
}
_NAMES = {
    "State": "state", "Person": "person", "Side": "side", "Organization": "force or body", "Group": "group",
    "Place": "place", "Fighting": "fighting", "Act": "act", "Condition": "condition", "Attitude": "attitude",
    "Outcome": "outcome", "Treaty": "treaty", "Work": "work", "Remark": "remark", "Other": "other",
}
_SIGNS = {"box": "▭", "dot": "●", "hexagon": "⬢", "square": "■", "triangleDown": "▼", "star": "★", "diamond": "◆", "triangle": "▲"}
_CAUSES = {"causes", "contributesTo", "enables", "motivates", "prevents", "ledTo", "mayHaveLedTo"}


def page(graph: nx.MultiDiGraph, title: str, seed: int = 1) -> str:
    """The network as HTML; the same graph gives the same page. Nothing in it is fetched, nothing in it can run but our script."""
    from jinja2 import Environment
    from markupsafe import Markup
    from pyvis.network import Network

    positions = layout(graph, seed)
    net = Network(directed=True, height="100%", width="100%", cdn_resources="in_line")
    ids = {node: f"n{i}" for i, node in enumerate(sorted(graph))}
    degree = dict(graph.degree())
    for node in sorted(graph):
        data = graph.nodes[node]
        colour, shape = _COLOURS[data["group"]]
        x, y = positions[node]
        net.add_node(
            ids[node], label=_short(data["label"]), title=" ", group=data["group"], shape=shape, x=x, y=y,
            value=min(degree[node], 40) + 1, iri=node, name=data["label"], kind=data["kind"],
            earliest=data["earliest"], latest=data["latest"],
        )
    edges = sorted(graph.edges(keys=True, data=True), key=lambda e: (e[0], e[1], str(e[2])))
    for n, (source, target, _, data) in enumerate(edges):
        predicate = data.get("predicate", "").rpartition("#")[2]
        sure = data.get("certainty", "").endswith("asserted") and not data.get("according_to")
        plain = not data.get("certainty") or (sure and not data.get("basis", "").endswith("implied"))
        net.add_edge(
            ids[source], ids[target], id=f"e{n}", kind=data["label"], dashes=not plain, cause=predicate in _CAUSES,
            claim=_tail(data.get("claim", "")), passage=_tail(data.get("passage", "")),
            certainty=_tail(data.get("certainty", "")), basis=_tail(data.get("basis", "")),
            who=", ".join(map(_tail, data.get("according_to", "").split())),
        )
    groups = [g for g in (*GROUPS, "Other") if any(d["group"] == g for _, d in graph.nodes(data=True))]
    files = resources.files("kg") / "templates"
    script = (files / "picture.js").read_text("utf-8")
    style = (files / "picture.css").read_text("utf-8")
    library = (resources.files("pyvis") / "templates" / "lib" / "vis-9.1.2" / "vis-network.min.js").read_text("utf-8")
    data = json.dumps({"nodes": net.nodes, "edges": net.edges, "groups": {g: _COLOURS[g][0] for g in groups}},
                      ensure_ascii=False, sort_keys=True).replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    rows = {ids[n]: graph.nodes[n] for n in sorted(graph, key=lambda n: (graph.nodes[n]["label"].casefold(), n))}
    return environment.from_string((files / "picture.html.jinja").read_text("utf-8")).render(
        title=title, groups=[(g, _NAMES[g], _COLOURS[g][0], _SIGNS[_COLOURS[g][1]]) for g in groups],
        nodes=rows, edges=[(graph.nodes[s]["label"], d["label"], graph.nodes[t]["label"], _tail(d.get("passage", "")))
                           for s, t, _, d in edges],
        style=Markup(style), library=Markup(library), script=Markup(script), data=Markup(data),
        policy="default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
               f"style-src 'unsafe-inline'; script-src {_hash(library)} {_hash(script)}",
    )


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode() + "'"


def _short(label: str) -> str:
    label = label.strip("[]") if label.startswith("[") else label
    return label if len(label) <= 38 else label[:36].rstrip() + " …"


def _tail(iri: str) -> str:
    return iri.rpartition("#" if "#" in iri else "/")[2]
