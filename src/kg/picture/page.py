"""The page itself: what pyvis serialises, the template around it, and the policy under which nothing else can run."""

from __future__ import annotations

import base64
import hashlib
import math
from collections import Counter
from importlib import resources
from typing import TYPE_CHECKING, Any

from kg.layout import Layout, layered, layout
from kg.network import GROUPS
from kg.picture import chronology, land
from kg.picture.looks import FAMILIES, LOOKS, SHAPES, family

if TYPE_CHECKING:
    import networkx as nx

LIMIT = 5000
"""How many things a page holds: what browsers were seen to bear."""
SCRIPTS = (
    "data", "view", "words", "network", "chains", "scale", "timeline", "slider", "map",
    "card", "finder", "twin", "save", "address", "start",
)
"""The scripts of the page in their order; each is a file of `templates/picture`."""
STYLES = ("page", "timeline", "map")
_CAUSES = {"causes", "contributesTo", "enables", "motivates", "prevents", "ledTo", "mayHaveLedTo"}


class Page(str):
    """The text of a page of HTML, which a notebook shows as the page."""

    __slots__ = ()

    def __repr__(self) -> str:
        # A notebook keeps this beside the page; the whole text would be there twice.
        return f"<a page of HTML, {len(self)} characters>"

    def _repr_html_(self) -> str:
        from html import escape

        # In an origin of its own: it reaches nothing of the notebook. It may have forms, or its search would not be asked (the
        # page's own policy lets none be sent), downloads, or its pictures could not be saved, a dialogue to print, windows for links.
        may = "allow-scripts allow-forms allow-downloads allow-modals allow-popups allow-popups-to-escape-sandbox"
        return (f'<iframe sandbox="{may}" title="The network" style="width: 100%; height: 900px; border: 0" '
                f'srcdoc="{escape(self)}"></iframe>')


def fitting(graph: nx.MultiDiGraph[str], limit: int = LIMIT, centre: str | None = None) -> nx.MultiDiGraph[str]:
    """The graph itself if it has no more than `limit` things, else its most connected part with that many.

    The `centre` is always kept; the others are the things of the highest core numbers (Seidman 1983), of these the ones
    with the most neighbours; what is then joined with nothing is left out.
    """
    if len(graph) <= limit:
        return graph
    import networkx as nx

    simple = nx.Graph((s, t) for s, t in graph.edges() if s != t)
    core = nx.core_number(simple)
    kept = sorted(simple, key=lambda node: (node != centre, -core[node], -simple.degree(node), node))[:limit]
    part: nx.MultiDiGraph[str] = graph.subgraph(kept).copy()
    part.remove_nodes_from([node for node in part if not part.degree(node)])
    return part


def page(graph: nx.MultiDiGraph[str], title: str, seed: int = 1, order: nx.DiGraph[str] | None = None) -> Page:
    """The network as HTML; the same graph gives the same page. Nothing in it is fetched, nothing in it can run but our scripts.

    With an `order`, an edge of which leads from a cause to an effect, causes stand left of their effects. What the cards
    tell beside the graph's own edges is in `graph.graph["details"]` (`kg.picture.detailed`), if it is there.
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
    details = graph.graph.get("details") or {"things": {}, "claims": [], "remarks": [], "figures": {}, "perspectives": []}
    degree = dict(graph.degree())
    rank = {node: n for n, node in enumerate(sorted(nodes, key=lambda n: (graph.nodes[n]["group"] == "Other", -degree[n], n)))}
    for node in nodes:
        data = graph.nodes[node]
        x, y = laid.positions[node]
        net.add_node(
            ids[node], label=data["label"], shape="custom", group=data["group"], x=x, y=y, rank=rank[node],
            size=round(9 + 2.2 * math.sqrt(min(degree[node], 60)), 1), iri=node, slug=_tail(node), kind=data["kind"],
            **_own(details["things"].get(node, {}), data),
        )
    passages: dict[str, int] = {}
    claims = _told(details["claims"], ids, passages)
    number = {claim["iri"]: n for n, claim in enumerate(details["claims"])}
    edges = sorted(graph.edges(keys=True, data=True), key=lambda e: (rank[e[0]], rank[e[1]], str(e[2])))
    for n, (source, target, _, data) in enumerate(edges):
        predicate = data.get("predicate", "").rpartition("#")[2]
        known = data.get("claim", "") in number
        if not known:  # what the graph says of its edge is all that can be told of it
            number[data["claim"] if data.get("claim") else f" {n}"] = len(claims)
            claims.append(_said(graph, source, target, data, ids, passages))
        sure = data.get("certainty", "").endswith("asserted") and not data.get("according_to")
        plain = not data.get("certainty") or (sure and not data.get("basis", "").endswith("implied"))
        net.add_edge(
            ids[source], ids[target], id=f"e{n}", kind=data["label"], predicate=predicate, family=family(predicate),
            cause=predicate in _CAUSES,
            dashes=not plain or data.get("as_of") == "uncertain", claim=number[data.get("claim") or f" {n}"], **_then(data),
        )
    present = {data["group"] for _, data in graph.nodes(data=True)}
    kinds: dict[str, Counter[str]] = {}
    for edge in net.edges:
        kinds.setdefault(edge["family"], Counter())[edge["kind"]] += 1
    told = {
        "claims": claims, "passages": list(passages),
        "remarks": [
            {**remark, "things": [ids[iri] for iri in remark.get("things", ()) if iri in ids]} for remark in details["remarks"]
        ],
        "figures": {ids[iri]: figures for iri, figures in details["figures"].items() if iri in ids},
        "sides": {ids[iri]: sides for iri, sides in details.get("sides", {}).items() if iri in ids},
        "perspectives": details["perspectives"],
    }
    return _html(net, graph, title, laid, told, {
        "rows": [(ids[node], graph.nodes[node]) for node in nodes],
        "links": [(edge["id"], edge["from"], edge["to"], graph.nodes[s]["label"], d["label"], graph.nodes[t]["label"],
                   claims[edge["claim"]], d.get("as_of", ""))
                  for edge, (s, t, _, d) in zip(net.edges, edges, strict=True)],
        "groups": [(group, *LOOKS[group]) for group in (*GROUPS, "Other") if group in present],
        "families": [(key, words, sorted(kinds[key].items())) for key, words in FAMILIES.items() if key in kinds],
        "passages": list(passages), "day": day,
        "perspectives": told["perspectives"],
        "languages": sorted({name["language"].split("-")[0] for one in details["things"].values() for name in one.get("names", ())
                             if name["language"]}),
    }, Markup, Environment(loader=PackageLoader("kg"), autoescape=True, trim_blocks=True, lstrip_blocks=True))


def _html(
    net: Any, graph: nx.MultiDiGraph[str], title: str, laid: Layout, told: dict[str, Any], words: dict[str, Any],
    safe: type[str], environment: Any,
) -> Page:
    """The template filled by pyvis, with the hash of each script and style in the policy."""
    templates = resources.files("kg") / "templates" / "picture"
    scripts = [(templates / f"{name}.js").read_text("utf-8") for name in SCRIPTS]
    style = "\n".join((templates / f"{name}.css").read_text("utf-8") for name in STYLES)
    library = (resources.files("pyvis") / "templates" / "lib" / "vis-9.1.2" / "vis-network.min.js").read_text("utf-8")
    points = [(node["at"][0], node["at"][1]) for node in net.nodes if node.get("at")]
    # pyvis's own template fetches style sheets and does not escape; ours goes through its renderer all the same.
    net.templateEnv = environment
    net.path = "picture/page.html.jinja"
    environment.globals.update(
        words, title=title, reading=laid.reading, told=told,
        outlines={shape: " ".join(f"{x:.2f},{y:.2f}" for x, y in points) for shape, points in SHAPES.items()},
        looks={"groups": {group: {"label": label, "colour": colour, "shape": shape} for group, label, colour, shape in words["groups"]},
               "shapes": {shape: [[round(x, 2), round(y, 2)] for x, y in points] for shape, points in SHAPES.items()},
               "families": {key: label for key, label, _ in words["families"]},
               "bands": laid.bands, "scale": chronology.scale([node["when"] for node in net.nodes if any(node["when"])]),
               "map": land.outline(points) if points else None},
        style=safe(style), library=safe(library), scripts=[safe(script) for script in scripts],
        policy="default-src 'none'; base-uri 'none'; form-action 'none'; img-src data: blob:; "
               f"style-src {_hash(style)}; script-src {' '.join(map(_hash, (library, *scripts)))}",
    )
    return Page(net.generate_html("network.html"))


def _own(thing: dict[str, Any], data: dict[str, str]) -> dict[str, Any]:
    """What a node carries beside its looks; the graph's own dates where nothing more is known."""
    when = [data.get("earliest", ""), data.get("begun", ""), "", data.get("latest", "")]
    return {"when": when, **thing, **_then(data)}


def _told(claims: list[dict[str, Any]], ids: dict[str, str], passages: dict[str, int]) -> list[dict[str, Any]]:
    """The claims as the page holds them: passages by number, and the ends that are drawn."""
    return [
        {"name": claim["name"], "text": claim["text"], "passage": passages.setdefault(claim["passage"], len(passages)),
         "how": [claim["who"], claim["certainty"], claim["basis"]],
         **({"ends": ends} if (ends := [ids[end] for end in claim["ends"] if end in ids]) else {}),
         **{key: claim[key] for key in ("rest", "against", "when", "known", "then") if key in claim}}
        for claim in claims
    ]


def _said(
    graph: nx.MultiDiGraph[str], source: str, target: str, data: dict[str, str], ids: dict[str, str], passages: dict[str, int],
) -> dict[str, Any]:
    """A claim out of an edge alone."""
    who = ", ".join(map(_tail, data.get("according_to", "").split()))
    return {
        "name": _tail(data.get("claim", "")), "passage": passages.setdefault(_tail(data.get("passage", "")), len(passages)),
        "text": f"{graph.nodes[source]['label']} — {data['label']} — {graph.nodes[target]['label']}",
        "how": [who, _tail(data.get("certainty", "")), _tail(data.get("basis", ""))], "ends": [ids[source], ids[target]],
    }


def _then(data: dict[str, str]) -> dict[str, str]:
    """How it stood on the day, if the network is one of a day."""
    return {"then": data["as_of"]} if data.get("as_of") else {}


def _hash(text: str) -> str:
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode() + "'"


def _tail(iri: str) -> str:
    return iri.rpartition("#" if "#" in iri else "/")[2]
