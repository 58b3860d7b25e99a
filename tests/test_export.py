"""The whole graph in each format, read back by tools that are not ours, with nothing lost."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import networkx as nx
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import small
from kg.errors import BadData, UsageError
from kg.export import FORMATS, export
from kg.folder import Folder
from kg.network import network
from kg.store import Store, open_store

Tool = Callable[[str], list[str]]
RDF = {"turtle": ("ttl", "turtle", "turtle"), "ntriples": ("nt", "ntriples", "nt"), "rdfxml": ("rdf", "rdfxml", "xml")}


@pytest.fixture(scope="module")
def exported(store: Store, folder: Folder) -> dict[str, bytes]:
    return {format: export(store, folder, format) for format in FORMATS}


def lines(data: bytes, format: ox.RdfFormat = ox.RdfFormat.N_TRIPLES) -> set[str]:
    return {str(quad.triple) for quad in ox.parse(data, format=format)}


@pytest.fixture(scope="module")
def facts(folder: Folder) -> set[str]:
    return lines((Path(folder.root) / "data/triples.ttl").read_bytes(), ox.RdfFormat.TURTLE)


@pytest.mark.parametrize("format", RDF)
def test_raptor_reads_every_triple(format: str, exported: dict[str, bytes], facts: set[str], tool: Tool, tmp_path: Path) -> None:
    path = tmp_path / f"all.{RDF[format][0]}"
    path.write_bytes(exported[format])
    done = subprocess.run([*tool("rapper"), "-q", "-i", RDF[format][1], "-o", "ntriples", str(path)], capture_output=True, check=True)
    assert done.stderr == b""
    assert lines(done.stdout) == facts


@pytest.mark.parametrize("format", [*RDF, "jsonld"])
def test_jena_reads_every_triple(format: str, exported: dict[str, bytes], facts: set[str], tool: Tool, tmp_path: Path) -> None:
    path = tmp_path / f"all.{'jsonld' if format == 'jsonld' else RDF[format][0]}"
    path.write_bytes(exported[format])
    # Debian's Jena lacks the library under its reader of JSON-LD 1.1; the document is plain enough for that of 1.0.
    syntax = ["--syntax=JSON-LD-10"] if format == "jsonld" else []
    done = subprocess.run([*tool("riot"), *syntax, "--output=nt", str(path)], capture_output=True, check=True)
    assert b"ERROR" not in done.stderr and b"WARN" not in done.stderr, done.stderr.decode()
    assert lines(done.stdout) == facts


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # rdflib's own reader of JSON-LD
@pytest.mark.parametrize("format", [*RDF, "jsonld"])
def test_rdflib_reads_as_many_triples(format: str, exported: dict[str, bytes], facts: set[str]) -> None:
    graph = rdflib.Graph().parse(data=exported[format], format="json-ld" if format == "jsonld" else RDF[format][2])
    assert len(graph) == len(facts)


def test_networkx_reads_the_network(exported: dict[str, bytes], store: Store) -> None:
    back = nx.read_graphml(BytesIO(exported["graphml"]), force_multigraph=True)
    drawn = network(store)
    assert dict(back.nodes(data=True)) == dict(drawn.nodes(data=True))
    assert {key: data for *_, key, data in back.edges(keys=True, data=True)} == {key: data for *_, key, data in drawn.edges(keys=True, data=True)}


@pytest.mark.parametrize("format", FORMATS)
def test_the_same_bytes_on_every_run(format: str, exported: dict[str, bytes], folder: Folder) -> None:
    assert export(open_store(folder), folder, format) == exported[format]


def test_an_unknown_format_is_told(store: Store, folder: Folder) -> None:
    with pytest.raises(UsageError, match="unknown format 'xml'.*turtle, ntriples, rdfxml, jsonld, graphml"):
        export(store, folder, "xml")


def labelled(root: Path, text: str) -> Folder:
    """A data set with one thing of that name, joined with itself."""
    folder = small.make(root)
    name = ox.Literal(text, language="en")
    (folder.root / "data/triples.ttl").write_text(
        small.PREFIXES + "@prefix id: <http://example.org/id/> .\n"
        f"id:a a kg:War, kg:Thing ; rdfs:label {name} . kg:War rdfs:label {name} .\n"
        f"id:c rdf:subject id:a ; rdf:object id:a ; rdf:predicate kg:similarTo ; kg:statedIn id:p ; kg:certainty kg:asserted ; kg:basis kg:stated .\n"
        f"kg:similarTo rdfs:label {name} .\n",
        encoding="utf-8",
    )
    return folder


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(min_size=1, alphabet=st.characters(exclude_categories=("Cs",))))
def test_every_text_comes_back_or_is_refused(text: str, tmp_path: Path) -> None:
    folder = labelled(tmp_path, text)
    store = open_store(folder)
    for format, reader in (("turtle", "turtle"), ("ntriples", "nt"), ("rdfxml", "xml"), ("jsonld", "json-ld")):
        try:
            data = export(store, folder, format)
        except BadData as error:
            assert format == "rdfxml" and "cannot hold the character U+" in str(error)
            continue
        said = {str(value) for value in rdflib.Graph().parse(data=data, format=reader).objects(None, rdflib.RDFS.label)}
        assert said == {text}
    try:
        back = nx.read_graphml(BytesIO(export(store, folder, "graphml")))
        assert [data["label"] for _, data in back.nodes(data=True)] == [text]
    except BadData as error:
        assert "cannot hold the character U+" in str(error)


@pytest.mark.parametrize("format", ["rdfxml", "graphml"])
def test_what_xml_has_no_place_for_is_named(format: str, tmp_path: Path) -> None:
    folder = labelled(tmp_path, "bell\a")
    with pytest.raises(BadData, match=r"http://example.org/id/a>?: .*U\+0007.*choose turtle"):
        export(open_store(folder), folder, format)
