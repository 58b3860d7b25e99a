"""A built data set of a few facts, written without building it: what the parts above the store are tried on."""

from __future__ import annotations

from pathlib import Path

from kg.folder import Folder

PREFIXES = """\
@prefix kg: <https://w3id.org/khalkhin/ontology#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix wd: <http://www.wikidata.org/entity/> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
DATASET = """\
@prefix id: <http://example.org/id/> .
@prefix kg: <https://w3id.org/khalkhin/ontology#> .
@prefix void: <http://rdfs.org/ns/void#> .
id:dataset a void:Dataset ; kg:openingQuestion "wars" .
"""
TRIPLES = PREFIXES + """\
@prefix id: <http://example.org/id/> .
kg:War rdfs:label "war"@en .
id:long-war a kg:War ; rdfs:label "Long War"@en ; skos:altLabel "Долгая война"@ru, "長い戦争"@ja ;
  kg:begins "1901-02-03"^^xsd:date ; kg:dead 1200 ; owl:sameAs wd:Q42 .
id:short-war a kg:War ; rdfs:label "Short War"@en ; skos:altLabel "Guerre brève"@fr ;
  kg:begins "1905-01-01"^^xsd:date ; kg:dead 7 .
id:ford a kg:Settlement ; rdfs:label "Ford"@en .
id:other-ford a kg:Settlement ; rdfs:label "Ford"@en .
id:odd a kg:Settlement ; rdfs:label "a|b <script>alert(1)</script> *c* \\u001B[31mred\\u0007 \\u202Eleft"@en .
id:claim-1 rdf:subject id:long-war ; rdfs:label "Long War lasted"@en .
"""
WARS = """\
#+ title:  Which wars are there?
#+ about:  Every war with its dead.
#+ finds:  Long War
#+ lacks:  Ford
#+ rows:   2
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?war ?warLabel ?dead WHERE { ?war a kg:War ; rdfs:label ?warLabel ; kg:dead ?dead } ORDER BY ?war
"""
OF_WAR = """\
#+ title:  What is said of a war?
PREFIX id: <http://example.org/id/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
SELECT ?war ?property ?value WHERE {
  VALUES ?war { id:long-war }   #+ a war
  VALUES ?since { "1900-01-01"^^xsd:date }   #+ a date
  ?war ?property ?value ; kg:begins ?begins . FILTER(?begins >= ?since)
} ORDER BY ?property ?value
"""
GRAPH = """\
#+ title:  The wars and their beginnings
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
CONSTRUCT { ?war kg:begins ?begins } WHERE { ?war kg:begins ?begins }
"""


def make(root: Path) -> Folder:
    """The data set below `root`."""
    content = {
        "data/dataset.ttl": DATASET,
        "data/triples.ttl": TRIPLES,
        "ontology/prefixes.ttl": PREFIXES,
        "queries/wars.rq": WARS,
        "queries/of-war.rq": OF_WAR,
        "queries/beginnings.rq": GRAPH,
    }
    for name, text in content.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Folder(root)
