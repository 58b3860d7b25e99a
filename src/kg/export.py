"""The built graph in the formats of linked data, and the network for programs that draw networks."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox

from kg.errors import BadData, UsageError
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
_NOT_XML = re.compile("[^\t\n -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML 1.0 has no place for, not even escaped (§2.2), and the carriage return, which readers take for a line feed (§2.11)."""
_ALL = "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }"


def export(store: Store, folder: Folder, format: str) -> bytes:
    """The whole graph in one format, the same bytes on every run.

    Raises UsageError for an unknown format, BadData for a text that the format cannot hold.
    """
    if format == "graphml":
        return _graphml(store)
    if format not in _RDF:
        raise UsageError(f"unknown format {format!r}", None, "choose one of " + ", ".join(FORMATS))
    rows = store.ask(_ALL).rows
    triples = sorted((ox.Triple(row["subject"], row["predicate"], row["object"]) for row in rows), key=str)  # type: ignore[arg-type]
    if format == "rdfxml":
        for triple in triples:
            fits_xml(format, str(triple.subject), triple.object.value if isinstance(triple.object, ox.Literal) else str(triple.object))
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
    for node, data in graph.nodes(data=True):
        fits_xml("graphml", node, "".join(data.values()))
    for source, _, data in graph.edges(data=True):
        fits_xml("graphml", source, "".join(data.values()))
    out = io.BytesIO()
    nx.write_graphml(graph, out, named_key_ids=True)
    return out.getvalue()


def fits_xml(format: str, where: str, text: str) -> None:
    """Raises BadData, which names `where`, for a text that no XML can hold."""
    if (bad := _NOT_XML.search(text)) is not None:
        what = f"{format} cannot hold the character U+{ord(bad[0]):04X}"
        raise BadData(what, where, "mend the text, or choose turtle, ntriples or jsonld")
