"""A network as one page of HTML that opens offline: pyvis builds it, our own template and script show it."""

from __future__ import annotations

import base64
import hashlib
import math
from importlib import resources
from typing import TYPE_CHECKING

from kg.layout import layered, layout
from kg.network import GROUPS

if TYPE_CHECKING:
    import networkx as nx

_ROUND = [(math.cos(a * math.pi / 12), math.sin(a * math.pi / 12)) for a in range(24)]
_FIVE = [-math.pi / 2 + n * math.pi / 5 for n in range(10)]
_SHAPES: dict[str, list[tuple[float, float]]] = {
    "flag": [(-1.3, -0.8), (1.3, -0.8), (1.3, 0.8), (-1.3, 0.8)],
    "dot": _ROUND,
    "ring": [(0.75 * x, 0.75 * y) for x, y in _ROUND],
    "shield": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.2), (0, 1.1), (-0.9, 0.2)],
    "square": [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
    "drop": [(-0.95, -0.75), (0.95, -0.75), (0, 1.0)],
    "peak": [(-0.95, 0.75), (0.95, 0.75), (0, -1.0)],
    "star": [((1.15 if n % 2 == 0 else 0.5) * math.cos(a), (1.15 if n % 2 == 0 else 0.5) * math.sin(a)) for n, a in enumerate(_FIVE)],
    "diamond": [(0, -1.1), (0.9, 0), (0, 1.1), (-0.9, 0)],
    "hexagon": [(-0.55, -0.95), (0.55, -0.95), (1.1, 0), (0.55, 0.95), (-0.55, 0.95), (-1.1, 0)],
    "sheet": [(-0.75, -1.1), (0.3, -1.1), (0.75, -0.6), (0.75, 1.1), (-0.75, 1.1)],
    "cross": [(-0.35, -1), (0.35, -1), (0.35, -0.35), (1, -0.35), (1, 0.35), (0.35, 0.35), (0.35, 1), (-0.35, 1), (-0.35, 0.35),
              (-1, 0.35), (-1, -0.35), (-0.35, -0.35)],
}
"""Outlines around a centre, about one unit in radius; the legend and the picture draw the same ones."""
# Okabe and Ito's palette, told apart also by the colour-blind; no two kinds share both colour and shape.
_LOOKS = {
    "State": ("state", "#D55E00", "flag"), "Person": ("person", "#CC79A7", "dot"), "Side": ("side", "#D55E00", "shield"),
    "Organization": ("force or body", "#E69F00", "square"), "Group": ("group", "#E69F00", "ring"),
    "Place": ("place", "#009E73", "drop"), "Fighting": ("fighting", "#0072B2", "star"), "Act": ("act", "#56B4E9", "diamond"),
    "Condition": ("condition", "#999999", "hexagon"), "Attitude": ("attitude", "#CC79A7", "peak"),
    "Outcome": ("outcome", "#0072B2", "hexagon"), "Treaty": ("treaty", "#F0E442", "sheet"), "Work": ("work", "#999999", "sheet"),
    "Remark": ("remark", "#999999", "ring"), "Other": ("other", "#999999", "cross"),
}
_CAUSES = {"causes", "contributesTo", "enables", "motivates", "prevents", "ledTo", "mayHaveLedTo"}


class Page(str):
    """The text of a page of HTML, which a notebook shows as the page."""

    __slots__ = ()

    def __repr__(self) -> str:
        # A notebook keeps this beside the page; the whole text would be there twice.
        return f"<a page of HTML, {len(self)} characters>"

    def _repr_html_(self) -> str:
        from html import escape

        # In an origin of its own: it reaches nothing of the notebook. It may have forms, or its search would not be asked; the
        # page's own policy lets none be sent.
        return ('<iframe sandbox="allow-scripts allow-forms" title="The network" style="width: 100%; height: 720px; border: 0" '
                f'srcdoc="{escape(self)}"></iframe>')


def page(graph: nx.MultiDiGraph[str], title: str, seed: int = 1, order: nx.DiGraph[str] | None = None) -> Page:
    """The network as HTML; the same graph gives the same page. Nothing in it is fetched, nothing in it can run but our script.

    With an `order`, an edge of which leads from a cause to an effect, causes stand left of their effects.
    """
    from jinja2 import Environment, PackageLoader
    from markupsafe import Markup
    from pyvis.network import Network

    day = graph.graph.get("as_of", "")
    title = f"{title}, as of {day}" if day else title
    laid = layout(graph, seed) if order is None else layered(graph, order)
    net = Network(directed=True)
    nodes = sorted(graph, key=lambda n: (graph.nodes[n]["label"].strip("[]").casefold(), n))
    ids = {node: f"n{i}" for i, node in enumerate(nodes)}
    degree = dict(graph.degree())
    rank = {node: n for n, node in enumerate(sorted(nodes, key=lambda n: (graph.nodes[n]["group"] == "Other", -degree[n], n)))}
    for node in nodes:
        data = graph.nodes[node]
        x, y = laid.positions[node]
        net.add_node(
            ids[node], label=data["label"], shape="custom", group=data["group"], x=x, y=y, rank=rank[node],
            size=round(9 + 2.2 * math.sqrt(min(degree[node], 60)), 1), iri=node, kind=data["kind"],
            earliest=data["earliest"], latest=data["latest"],
            **_then(data),
        )
    edges = sorted(graph.edges(keys=True, data=True), key=lambda e: (rank[e[0]], rank[e[1]], str(e[2])))
    for n, (source, target, _, data) in enumerate(edges):
        predicate = data.get("predicate", "").rpartition("#")[2]
        sure = data.get("certainty", "").endswith("asserted") and not data.get("according_to")
        plain = not data.get("certainty") or (sure and not data.get("basis", "").endswith("implied"))
        net.add_edge(
            ids[source], ids[target], id=f"e{n}", kind=data["label"], cause=predicate in _CAUSES,
            dashes=not plain or data.get("as_of") == "uncertain",
            claim=_tail(data.get("claim", "")), passage=_tail(data.get("passage", "")),
            certainty=_tail(data.get("certainty", "")), basis=_tail(data.get("basis", "")),
            who=", ".join(map(_tail, data.get("according_to", "").split())),
            **_then(data),
        )
    present = {data["group"] for _, data in graph.nodes(data=True)}
    groups = [(group, *_LOOKS[group]) for group in (*GROUPS, "Other") if group in present]
    templates = resources.files("kg") / "templates"
    script = (templates / "picture.js").read_text("utf-8")
    style = (templates / "picture.css").read_text("utf-8")
    library = (resources.files("pyvis") / "templates" / "lib" / "vis-9.1.2" / "vis-network.min.js").read_text("utf-8")
    # pyvis's own template fetches style sheets and does not escape; ours goes through its renderer all the same.
    net.templateEnv = Environment(loader=PackageLoader("kg"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    net.path = "picture.html.jinja"
    net.templateEnv.globals.update(
        title=title, day=day, groups=groups, rows=[(ids[node], graph.nodes[node]) for node in nodes],
        links=[(ids[s], graph.nodes[s]["label"], d["label"], ids[t], graph.nodes[t]["label"], _tail(d.get("passage", "")),
                d.get("as_of", ""))
               for s, t, _, d in edges],
        outlines={shape: " ".join(f"{x:.2f},{y:.2f}" for x, y in points) for shape, points in _SHAPES.items()},
        looks={"groups": {group: {"colour": colour, "shape": shape} for group, _, colour, shape in groups},
               "shapes": {shape: [[round(x, 2), round(y, 2)] for x, y in points] for shape, points in _SHAPES.items()},
               "bands": laid.bands},
        reading=laid.reading,
        style=Markup(style), library=Markup(library), script=Markup(script),
        policy="default-src 'none'; base-uri 'none'; form-action 'none'; "
               f"style-src {_hash(style)}; script-src {_hash(library)} {_hash(script)}",
    )
    return Page(net.generate_html("network.html"))


def _then(data: dict[str, str]) -> dict[str, str]:
    """How it stood on the day, if the network is one of a day."""
    return {"then": data["as_of"]} if data.get("as_of") else {}


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode() + "'"


def _tail(iri: str) -> str:
    return iri.rpartition("#" if "#" in iri else "/")[2]
