"""The W3C's test manifests, read from beside the project."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import rdflib
from rdflib.collection import Collection
from rdflib.namespace import RDF, Namespace

W3C = Path(__file__).resolve().parents[2] / "shared" / "w3c"
BASE = "https://w3c.github.io/rdf-tests/sparql/sparql11/"
MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
UT = Namespace("http://www.w3.org/2009/sparql/tests/test-update#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
_CODES = {"OK": "200", "Created": "201", "NoContent": "204", "NotFound": "404"}


class Request(NamedTuple):
    """One request of a test, and what is expected of its answer."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes | None
    statuses: list[str]
    """Such as 201 or 2xx."""
    boolean: bool | None
    format: str | None
    location: str | None
    expected_headers: dict[str, str]
    expected_body: str | None


def manifest(path: str) -> rdflib.Graph:
    """A manifest as a graph."""
    folder, name = path.split("/")
    return rdflib.Graph().parse(W3C / folder / name, publicID=f"{BASE}{folder}/{name}")


def cases(path: str, kind: rdflib.URIRef) -> list[str]:
    """The names of a manifest's tests, in order; none where the manifests are not."""
    if not (W3C / path).is_file():
        return ["none"]
    graph = manifest(path)
    return sorted(str(test).rpartition("#")[2] for test in graph.subjects(RDF.type, kind))


def _headers(graph: rdflib.Graph, node: rdflib.term.Node) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in graph.objects(node, HT.headers):
        for header in Collection(graph, one):
            found[str(graph.value(header, HT.fieldName))] = str(graph.value(header, HT.fieldValue))
    return found


def requests(path: str, name: str) -> tuple[list[tuple[str, str]], list[Request]]:
    """The graphs that a test begins with (file, IRI), and its requests."""
    graph = manifest(path)
    test = next(test for test in graph.subjects(MF.name, None) if str(test).rpartition("#")[2] == name)
    given = [
        (str(graph.value(data, UT.graph)).rpartition("/")[2], str(graph.value(data, rdflib.RDFS.label)))
        for data in graph.objects(test, UT.graphData)
    ]
    found = []
    for request in Collection(graph, graph.value(graph.value(test, MF.action), HT.requests)):
        response, body = graph.value(request, HT.resp), graph.value(request, HT.body)
        encoding = str(graph.value(body, CNT.characterEncoding) or "UTF-8") if body else "UTF-8"
        boolean, answer = graph.value(response, MF.expectedBoolean), graph.value(response, HT.body)
        found.append(Request(
            method=str(graph.value(request, HT.methodName)), path=str(graph.value(request, HT.absolutePath)), headers=_headers(graph, request),
            body=str(graph.value(body, CNT.chars)).encode(encoding) if body else None,
            statuses=[_CODES.get(s := str(status).rpartition("#")[2], s.removeprefix("StatusCode")) for status in graph.objects(response, MF.expectedStatus)],
            boolean=bool(boolean.toPython()) if boolean is not None else None,  # type: ignore[attr-defined]
            format=str(one) if (one := graph.value(response, MF.expectedFormat)) is not None else None,
            location=str(one) if (one := graph.value(response, MF.expectedLocation)) is not None else None,
            expected_headers=_headers(graph, response),
            expected_body=str(graph.value(answer, CNT.chars)) if answer is not None else None,
        ))
    return given, found
