"""What a page tells of the things that it draws: names, dates, places, links, and every claim about them with its sentence."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, Any

from kg import asof
from kg.answer import node, plain
from kg.find import labels
from kg.names import Names
from kg.show import told
from kg.store import Store

if TYPE_CHECKING:
    import networkx as nx

_PREFIXES = """
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
_CLAIMS = _PREFIXES + """
SELECT ?claim ?subject ?predicate ?object ?label ?rank ?position ?side ?words WHERE {
  { VALUES ?thing { %s } ?claim rdf:subject ?thing } UNION { VALUES ?thing { %s } ?claim rdf:object ?thing }
  ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ; kg:statedIn ?passage .
  ?predicate rdfs:label ?label .
  OPTIONAL { ?passage kg:inSource?/kg:sourceRank ?rank }
  OPTIONAL { ?passage kg:position ?position }
  OPTIONAL { ?claim kg:side ?side }
  OPTIONAL { ?claim kg:inWords ?words }
}
"""
_NAMES = _PREFIXES + """
SELECT ?claim ?thing ?name (LANG(?name) AS ?language) ?user ?since ?until WHERE {
  ?claim rdf:predicate kg:name ; rdf:subject ?thing ; rdf:object ?name ; kg:statedIn ?passage .
  OPTIONAL { ?passage kg:inSource?/kg:sourceRank ?rank }
  OPTIONAL { ?claim kg:usedIn ?user }
  OPTIONAL { ?claim kg:since ?since }
  OPTIONAL { ?claim kg:until ?until }
} ORDER BY ?rank ?claim ?user
"""
_POINTS = _PREFIXES + """
SELECT ?thing ?point ?precision ?source WHERE {
  ?claim rdf:predicate kg:coordinates ; rdf:subject ?thing ; rdf:object ?point ; kg:statedIn ?in . ?in rdfs:label ?source .
  OPTIONAL { ?claim kg:precision ?precision }
  OPTIONAL { ?in kg:inSource?/kg:sourceRank ?rank }
} ORDER BY ?thing ?rank ?claim
"""
_ABOUT = _PREFIXES + """
SELECT ?thing ?about WHERE { ?thing a kg:Thing ; rdfs:comment ?about FILTER(LANG(?about) = "en") } ORDER BY ?thing
"""
_ELSEWHERE = _PREFIXES + """
SELECT ?thing ?how ?item WHERE { VALUES ?how { owl:sameAs skos:exactMatch skos:closeMatch } ?thing a kg:Thing ; ?how ?item }
ORDER BY ?thing ?how ?item
"""
_REMARKS = _PREFIXES + """
SELECT ?remark ?kind ?label ?says ?about WHERE {
  ?remark a kg:Remark ; a ?class ; rdfs:label ?label ; rdfs:comment ?says ; kg:about ?about . ?class rdfs:label ?kind .
  FILTER NOT EXISTS { ?remark a ?narrower . ?narrower rdfs:subClassOf ?class }
} ORDER BY ?label ?remark ?about
"""
_AGAINST = _PREFIXES + "SELECT ?claim ?other WHERE { ?claim kg:contradicts ?other } ORDER BY ?claim ?other"
_PERSPECTIVES = _PREFIXES + """
SELECT ?who ?label ?language WHERE {
  ?set kg:perspective ?who . ?who rdfs:label ?label . OPTIONAL { ?who kg:namesIn ?language }
} ORDER BY ?label
"""
_POINT = re.compile(r"POINT\s*\(\s*(-?[0-9.]+)\s+(-?[0-9.]+)\s*\)")
_HOW = {"sameAs": "the same", "exactMatch": "the same", "closeMatch": "nearly the same"}


def detailed(graph: nx.MultiDiGraph[str], store: Store, names: Names) -> nx.MultiDiGraph[str]:
    """The same graph with `graph.graph["details"]`: what `page` puts into its cards, as JSON would have it.

    Things are told by IRI; claims, remarks and sides by their number in the lists beside them.
    """
    drawn = set(graph)
    claims, figures, sides = _claims(store, names, drawn)
    number = {claim["iri"]: n for n, claim in enumerate(claims)}
    things: dict[str, dict[str, Any]] = {iri: {} for iri in sorted(drawn)}
    for n, claim in enumerate(claims):
        for iri in dict.fromkeys(claim["ends"]):
            if iri in things:
                things[iri].setdefault("claims", []).append(n)
    for row in _rows(store, _NAMES):
        if row["thing"] in things:
            named = things[row["thing"]].setdefault("names", [])
            spoken = {key: row[key] for key in ("user", "since", "until") if row[key]}
            if not any(one["name"] == row["name"] and one.get("user") == spoken.get("user") for one in named):
                named.append({"name": row["name"], "language": row["language"], **spoken})
    for row in _rows(store, _POINTS):
        if row["thing"] in things and "at" not in things[row["thing"]] and (found := _POINT.search(row["point"])):
            things[row["thing"]]["at"] = [float(found[2]), float(found[1]), row["precision"], row["source"]]
    for row in _rows(store, _ABOUT):
        if row["thing"] in things:
            things[row["thing"]]["about"] = row["about"]
    for row in _rows(store, _ELSEWHERE):
        if row["thing"] in things:
            things[row["thing"]].setdefault("elsewhere", []).append([_HOW[names.slug(row["how"])], row["item"]])
    remarks: dict[str, dict[str, Any]] = {}
    for row in _rows(store, _REMARKS):
        if row["about"] in number or row["about"] in things:
            remark = remarks.setdefault(row["remark"], {"kind": row["kind"], "label": row["label"], "says": row["says"], "claims": []})
            if row["about"] in number:
                remark["claims"].append(number[row["about"]])
            else:
                remark.setdefault("things", []).append(row["about"])
    for row in _rows(store, _AGAINST):
        for one, other in ((row["claim"], row["other"]), (row["other"], row["claim"])):
            if one in number and other in number:
                claims[number[one]].setdefault("against", []).append(number[other])
    day = graph.graph.get("as_of", "")
    for held, life in asof.held(store, number).items():
        claims[number[held]]["when"] = _days(life)
    for iri, life in asof.lifetimes(store, drawn).items():
        # What was still to come is not told on the page of a day.
        things[iri]["when"] = [bound if not day or bound <= day else "" for bound in _days(life)]
        things[iri] |= {key: True for key in ("event", "lasting") if getattr(life, key)}
        if not life.happened:
            things[iri]["prevented"] = True
    if day:
        for known, standing in asof.claims(store, date.fromisoformat(day), number).items():
            claims[number[known]]["then"] = standing
    graph.graph["details"] = {
        "things": things, "claims": claims, "remarks": list(remarks.values()), "figures": figures, "sides": sides,
        "perspectives": [[row["who"], row["label"], row["language"]] for row in _rows(store, _PERSPECTIVES)],
    }
    return graph


def _claims(
    store: Store, names: Names, drawn: set[str],
) -> tuple[list[dict[str, Any]], dict[str, list[dict[str, Any]]], dict[str, list[str]]]:
    """Every claim that has a drawn thing at an end, in reading order; the figures of each event; the sides that took part in it."""
    values = " ".join(str(term) for iri in sorted(drawn) if (term := node(iri)))
    rows: dict[str, dict[str, str]] = {}
    sides: dict[str, list[str]] = {}
    for row in _rows(store, _CLAIMS % (values, values)) if values else []:
        rows.setdefault(row["claim"], row)
        if row["side"] and row["side"] not in sides.setdefault(row["claim"], []):
            sides[row["claim"]].append(row["side"])

    def reading(claim: str) -> tuple[int, int, str, int]:
        stem, _, last = claim.rpartition("-")
        row = rows[claim]
        return int(row["rank"] or 9), int(row["position"] or 10**9), stem, int(last) if last.isdigit() else 0

    order = sorted(rows, key=reading)
    known = labels(store, {side for some in sides.values() for side in some} | {rows[claim]["object"] for claim in order})
    found: list[dict[str, Any]] = []
    figures: dict[str, list[dict[str, Any]]] = {}
    taking: dict[str, list[str]] = {}
    for n, (line, claim) in enumerate(zip(told(store, names, order), order, strict=True)):
        row = rows[claim]
        entry: dict[str, Any] = {
            "iri": claim, "name": line.name, "text": line.text, "passage": line.passage, "who": line.who,
            "certainty": line.certainty, "basis": line.basis, "ends": [row["subject"], row["object"]],
        }
        if line.qualifiers:
            entry["rest"] = list(line.qualifiers)
        if known_at := asof.known_at(row["predicate"], bool(row["words"])):
            entry["known"] = known_at
        found.append(entry)
        for side in sides.get(claim, []):
            if (name := known.get(side, side)) not in taking.setdefault(row["subject"], []):
                taking[row["subject"]].append(name)
        if row["words"]:
            figures.setdefault(row["subject"], []).append({
                "claim": n, "what": row["label"], "party": known.get(row["object"], ""), "words": row["words"],
                "sides": [known.get(side, side) for side in sides.get(claim, [])],
            })
    return found, figures, taking


def _days(life: asof.Lifetime) -> list[str]:
    """The first and the last day of its begin and of its end; empty where unknown."""
    return [day.isoformat() if day else "" for day in (life.begin_first, life.begin_last, life.end_first, life.end_last)]


def _rows(store: Store, query: str) -> list[dict[str, str]]:
    return [{name: plain(term) for name, term in row.items()} for row in store.ask(query).rows]
