"""The server about itself: SPARQL 1.1 Service Description, VoID, and its limits."""

from __future__ import annotations

import pyoxigraph as ox
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from kg.answer import FORMATS
from kg.limits import NAMES, SAYS
from kg.web.endpoint import Endpoint, compressed, sent
from kg.web.negotiate import OFFERS, content_type, formats
from kg.web.problem import BadRequest, page
from kg.web.request import accepted

_SD = "http://www.w3.org/ns/sparql-service-description#"
_VOID = "http://rdfs.org/ns/void#"
_FORMATS = "http://www.w3.org/ns/formats/"
_TYPE = ox.NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_PREFIXES = {"sd": _SD, "void": _VOID, "formats": _FORMATS}
_RESULTS = {"SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV", "Turtle", "N-Triples", "RDF_XML",
            "JSON-LD", "N-Quads", "TriG"}
"""What https://www.w3.org/ns/formats/ calls the formats of answers."""


async def service(request: Request, endpoint: Endpoint) -> Response:
    """What the endpoint offers, in any format of RDF (Service Description §2: on a GET of the endpoint)."""
    request.scope["kg.read"] = True
    chosen = formats(accepted(request))["graph"]
    if chosen is None:
        raise BadRequest(406, "the description of the service cannot be sent in any type that the request accepts",
                         "accept one of " + ", ".join(media for types in OFFERS["graph"].values() for media in types))
    name, media = chosen
    address = endpoint.sparql(request)
    headers = {"Vary": "Accept"}
    if name == "html":
        return Response(page("SPARQL endpoint", _said(address)), media_type="text/html", headers=headers)
    writer = FORMATS[name].writer
    assert isinstance(writer, ox.RdfFormat)
    content = ox.serialize(_triples(address, endpoint.token is not None), format=writer, prefixes=_PREFIXES) or b""
    return Response(content, headers=headers | {"Content-Type": content_type(media)})


def _said(address: str) -> str:
    from html import escape

    where = escape(address)
    return (f"<p>Send a query by GET or POST to <code>{where}</code> (SPARQL 1.1 Protocol).</p>\n"
            f'<form action="{where}"><p><textarea name="query" rows="12" cols="80" aria-label="SPARQL query">'
            "SELECT * WHERE { ?s ?p ?o } LIMIT 10</textarea></p><p><button>Ask</button></p></form>\n")


def _triples(address: str, writable: bool) -> list[ox.Triple]:
    """The description as triples. The service is the endpoint's own IRI."""
    service, dataset, graph = (ox.NamedNode(address + part) for part in ("", "#dataset", "#default-graph"))

    def sd(name: str) -> ox.NamedNode:
        return ox.NamedNode(_SD + name)

    languages = ["SPARQL11Query", *(["SPARQL11Update"] if writable else [])]
    return [
        ox.Triple(service, _TYPE, sd("Service")),
        ox.Triple(service, sd("endpoint"), service),
        *(ox.Triple(service, sd("supportedLanguage"), sd(language)) for language in languages),
        *(ox.Triple(service, sd("resultFormat"), ox.NamedNode(_FORMATS + name)) for name in sorted(_RESULTS)),
        ox.Triple(service, sd("defaultDataset"), dataset),
        ox.Triple(dataset, _TYPE, sd("Dataset")),
        ox.Triple(dataset, sd("defaultGraph"), graph),
        ox.Triple(graph, _TYPE, sd("Graph")),
    ]


_DATASET = """
PREFIX void: <http://rdfs.org/ns/void#>
PREFIX dcterms: <http://purl.org/dc/terms/>
CONSTRUCT {{
  ?set ?property ?value .
  {root} a void:Dataset ; void:sparqlEndpoint {address} ; void:triples ?triples ; void:distinctSubjects ?subjects ;
    void:properties ?properties ; void:classes ?classes ; dcterms:source ?set .
}} WHERE {{
  {{ ?set a void:Dataset ; ?property ?value FILTER(!isBlank(?value)) }}
  UNION {{ SELECT (COUNT(*) AS ?triples) (COUNT(DISTINCT ?s) AS ?subjects) (COUNT(DISTINCT ?p) AS ?properties) {{ ?s ?p ?o }} }}
  UNION {{ SELECT (COUNT(DISTINCT ?class) AS ?classes) {{ ?any a ?class }} }}
}}
"""


async def void(request: Request, endpoint: Endpoint) -> Response:
    """The data set as VoID describes data sets (VoID §7.2), with what the data says of itself and what can be counted."""
    request.scope["kg.read"] = True
    chosen = formats(accepted(request), html=False)["graph"]
    if chosen is None:
        raise BadRequest(406, "the description of the data cannot be sent in any type that the request accepts", "accept text/turtle")
    address = endpoint.address(request)
    text = _DATASET.format(root=ox.NamedNode(f"{address}/.well-known/void#dataset"), address=ox.NamedNode(f"{address}/sparql"))
    result = await endpoint.pool.query(text, {"graph": chosen[0]}, client=request.scope.get("kg.client", ""),
                                       prefixes={**endpoint.prefixes, "void": _VOID}, gzip=compressed(request))
    return sent(result, chosen[1], {"Cache-Control": "max-age=60"})


async def limits(request: Request, endpoint: Endpoint) -> Response:
    """All limits, with what each bounds."""
    from html import escape

    request.scope["kg.read"] = True
    values = {name: {"value": getattr(endpoint.limits, name), "meaning": SAYS[name]} for name in NAMES}
    chosen = formats(accepted(request))["table"]
    if chosen and chosen[0] == "html":
        rows = "".join(f'<tr id="{name}"><th scope="row">{name}</th><td>{getattr(endpoint.limits, name):,}</td>'
                       f"<td>{escape(SAYS[name])}</td></tr>\n" for name in NAMES)
        return Response(page("Limits", f"<table>\n{rows}</table>\n"), media_type="text/html", headers={"Vary": "Accept"})
    return JSONResponse(values, headers={"Vary": "Accept"})


