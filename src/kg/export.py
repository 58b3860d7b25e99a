"""The built graph in the formats of linked data, and the network for programs that draw networks."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox

from kg.errors import UsageError
from kg.folder import Folder, write_atomically
from kg.names import Names
from kg.store import Store

FORMATS = ("turtle", "ntriples", "rdfxml", "jsonld", "graphml")
_RDF = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
    "jsonld": ox.RdfFormat.JSON_LD,
}
_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def export(store: Store, folder: Folder, format: str) -> bytes:
    """The whole graph in one format, the same bytes on every run. Raises UsageError for an unknown format."""
    if format == "graphml":
        return _graphml(store)
    if format not in _RDF:
        raise UsageError(f"unknown format {format!r}", None, "choose one of " + ", ".join(FORMATS))
    rows = store.ask(_ALL).rows
    triples = sorted((ox.Triple(row["subject"], row["predicate"], row["object"]) for row in rows), key=str)  # type: ignore[arg-type]
    prefixes = None if format == "ntriples" else Names.of(folder).prefixes
    return ox.serialize(triples, format=_RDF[format], prefixes=prefixes) or b""


def write(store: Store, folder: Folder, format: str, output: Path) -> None:
    """Writes `export` to a file, whole or not at all. Raises UsageError, CannotWrite."""
    write_atomically(output, export(store, folder, format))


def _graphml(store: Store) -> bytes:
    import io

    import networkx as nx

    from kg.network import network

    graph = network(store)
    # XML 1.0 has no place for most control characters (§2.2).
    for attributes in [data for _, data in graph.nodes(data=True)] + [data for *_, data in graph.edges(data=True)]:
        for key, value in attributes.items():
            attributes[key] = "".join(c for c in value if c in "\t\n\r" or c >= " ")
    out = io.BytesIO()
    nx.write_graphml(graph, out, named_key_ids=True)
    return out.getvalue()
