"""Clients that people use, unchanged, against a running server: SPARQLWrapper, rdflib's stores and Apache Jena."""

from __future__ import annotations

import csv
import json
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import rdflib
import SPARQLWrapper as sw
from rdflib.plugins.stores.sparqlstore import SPARQLStore, SPARQLUpdateStore

import served
from kg.store import open_store
from served import Served

TURTLE = """\
@prefix x: <http://x.org/> .
x:a x:p "ü"@de, 1 ; a x:C .
x:b x:p x:a .
"""
SELECT = "PREFIX x: <http://x.org/> SELECT ?s ?o { ?s x:p ?o } ORDER BY ?s ?o"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("clients")
    token = served.token_file(root / "token")
    with served.serving("--store", str(served.store(root / "store", TURTLE)), "--writable", "--token-file", str(token)) as server:
        yield server


def endpoint(server: Served) -> str:
    return server.address + "sparql"


@pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated")  # which SPARQLWrapper makes
@pytest.mark.parametrize(("method", "request_method"), [(sw.GET, sw.URLENCODED), (sw.POST, sw.URLENCODED), (sw.POST, sw.POSTDIRECTLY)])
def test_sparqlwrapper(method: str, request_method: str, server: Served) -> None:
    def ask(text: str, format: str) -> object:
        client = sw.SPARQLWrapper(endpoint(server))
        client.setMethod(method)
        client.setRequestMethod(request_method)
        client.setReturnFormat(format)
        client.setQuery(text)
        return client.queryAndConvert()

    rows = ask(SELECT, sw.JSON)["results"]["bindings"]  # type: ignore[index]
    assert {row["o"]["value"] for row in rows} == {"1", "ü", "http://x.org/a"}
    assert ask("ASK {}", sw.JSON)["boolean"] is True  # type: ignore[index]
    assert "ü" in ask(SELECT, sw.XML).toxml()  # type: ignore[attr-defined]
    assert len(list(csv.reader(ask(SELECT, sw.CSV).decode().splitlines()))) == 4  # type: ignore[attr-defined]
    assert ask(SELECT, sw.TSV).decode().startswith("?s\t?o")  # type: ignore[attr-defined]
    for format in (sw.TURTLE, sw.N3, sw.RDFXML):
        graph = ask("CONSTRUCT WHERE { ?s ?p ?o }", format)
        graph = graph if isinstance(graph, rdflib.Graph) else rdflib.Graph().parse(data=graph, format="turtle")  # type: ignore[arg-type]
        assert len(graph) == 4
    with pytest.raises(sw.SPARQLExceptions.QueryBadFormed, match="not valid SPARQL"):
        ask("SELECT", sw.JSON)


def test_sparqlwrapper_updates(server: Served) -> None:
    client = sw.SPARQLWrapper(endpoint(server))
    client.setMethod(sw.POST)
    client.setQuery("INSERT DATA { GRAPH <http://x.org/g> { <http://x.org/n> <http://x.org/p> 3 } }")
    with pytest.raises(sw.SPARQLExceptions.Unauthorized):
        client.query()
    client.addCustomHttpHeader("Authorization", f"Bearer {served.TOKEN}")
    client.query()
    assert json.loads(server.query("ASK { GRAPH <http://x.org/g> { ?s ?p 3 } }").body)["boolean"] is True


def test_rdflib_stores(server: Served) -> None:
    for method in ("GET", "POST"):
        graph = rdflib.Graph(SPARQLStore(endpoint(server), method=method))
        assert len(list(graph.query(SELECT))) == 3
        assert rdflib.Literal("ü", lang="de") in set(graph.objects(rdflib.URIRef("http://x.org/a"), rdflib.URIRef("http://x.org/p")))
        assert len(graph) == 4
        assert bool(graph.query("ASK {}")) is True
        assert len(graph.query("CONSTRUCT WHERE { ?s ?p ?o }").graph) == 4  # type: ignore[arg-type]
    store = SPARQLUpdateStore(endpoint(server), endpoint(server), headers={"Authorization": f"Bearer {served.TOKEN}"})
    graph = rdflib.Graph(store, identifier=rdflib.URIRef("http://x.org/rdflib"))
    triple = (rdflib.URIRef("http://x.org/r"), rdflib.URIRef("http://x.org/p"), rdflib.Literal("é"))
    graph.add(triple)
    assert triple in graph and len(graph) == 1
    graph.remove(triple)
    assert len(graph) == 0


def test_our_own_store(server: Served) -> None:
    store = open_store(endpoint(server))
    assert len(store.ask(SELECT).rows) == 3
    assert store.ask("ASK {}").boolean is True
    assert len(store.ask("CONSTRUCT WHERE { ?s ?p ?o }").rows) == 4


@pytest.mark.parametrize("results", ["JSON", "XML", "CSV", "TSV"])
def test_jena(results: str, server: Served, tool: Callable[[str], list[str]]) -> None:
    command = [*tool("rsparql"), "--service", endpoint(server), "--results", results, SELECT]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0 and "ü" in done.stdout, done.stderr


def test_jena_graphs_and_updates(server: Served, tool: Callable[[str], list[str]], tmp_path: Path) -> None:
    command = [*tool("rsparql"), "--service", endpoint(server), "--results", "N-TRIPLES", "CONSTRUCT WHERE { ?s ?p ?o }"]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0 and len(done.stdout.splitlines()) == 4, done.stderr
    done = subprocess.run([*tool("rupdate"), f"--service={endpoint(server)}", "DROP ALL"], capture_output=True, text=True, check=False)
    assert done.returncode != 0 and "401" in done.stderr + done.stdout
    assert len(open_store(endpoint(server)).ask(SELECT).rows) == 3
