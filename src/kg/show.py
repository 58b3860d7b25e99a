"""Everything claimed about a thing, in the order in which the source says it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

from kg import asof
from kg.answer import Term, harmless, plain
from kg.errors import NotFound
from kg.find import labels
from kg.names import Names
from kg.store import Store
from kg.table import wrap

_PREFIXES = """
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX sem: <http://semanticweb.cs.vu.nl/2009/11/sem/>
"""
_CLAIMS = """
SELECT ?claim ?position WHERE {
  { ?claim rdf:subject <%(iri)s> } UNION { ?claim rdf:object <%(iri)s> } UNION { ?claim kg:statedIn <%(iri)s> }
  UNION { ?claim rdf:subject ?any FILTER(?claim = <%(iri)s>) }
  ?claim kg:statedIn ?passage .
  OPTIONAL { ?passage kg:position ?position }
} ORDER BY ?position ?claim
"""
_SENTENCES = """
SELECT ?claim ?sentence ?passage ?place WHERE {
  VALUES ?claim { %s }
  ?claim rdfs:label ?sentence ; kg:statedIn ?passage . ?passage rdfs:label ?place
}
"""
_QUALIFIERS = """
SELECT ?claim ?property ?name ?value WHERE {
  VALUES ?claim { %s }
  ?claim ?property ?value . ?property rdfs:domain kg:Claim ; rdfs:label ?name
} ORDER BY ?claim ?name STR(?value)
"""
_IN_SENTENCE = {"statedIn", "certainty", "basis", "accordingTo", "count", "atLeast", "atMost", "approximation", "degree",
                "quantity", "ratio", "comparedTo", "what", "inWords"}
"""Qualifiers that have a column of their own, or that the claim's sentence already tells."""

_STOOD = {"certain": "it stood", "uncertain": "whether it stood is uncertain", "over": "it stood no longer",
          "not yet": "it did not stand yet"}


@dataclass(frozen=True)
class ShownLine:
    """One claim: its IRI and short name, its sentence, the passage, who says it, how surely, on what basis, its other
    qualifiers, and, where a day is asked for, how it stood then."""

    claim: str
    name: str
    text: str
    passage: str
    who: str
    certainty: str
    basis: str
    qualifiers: tuple[str, ...]
    standing: str = ""

    def how(self) -> str:
        """Who says it, how surely, on what basis, and its other qualifiers, in one line."""
        parts = [f"according to {self.who}" if self.who else "", self.certainty, self.basis, *self.qualifiers]
        return " · ".join(part for part in parts if part)


@dataclass(frozen=True)
class Shown:
    """A thing with everything claimed about it."""

    iri: str
    name: str
    title: str
    kind: str
    about: str
    names: tuple[str, ...]
    dates: str
    lines: tuple[ShownLine, ...]
    remarks: tuple[str, ...]
    links: tuple[str, ...]
    as_of: str = ""
    """The day as of which it is shown; empty for all that is claimed."""
    standing: str = ""
    """How the thing stood on that day, by `kg.asof`; empty where it is no thing or no day is asked for."""
    then: str = ""
    """The same in words."""

    def to_json(self) -> str:
        """All of it as JSON; what tells of a day is there only where one is asked for."""
        day = ("as_of", "standing", "then")
        told = asdict(self, dict_factory=lambda items: {key: text for key, text in items if self.as_of or key not in day})
        return json.dumps(told, ensure_ascii=False, indent=2) + "\n"

    def to_markdown(self) -> str:
        """A document with one bullet for each claim."""
        def safe(text: str) -> str:
            for sign in "\\`*_[]<>":
                text = text.replace(sign, "\\" + sign)
            return text

        out = [f"# {safe(self.title)}", "", "; ".join(map(safe, self._head())), ""]
        out += [f"- {safe(self._marked(line))} ({safe(_source(line))})" for line in self.lines]
        for title, rows in (("Remarks", self.remarks), ("Links", self.links)):
            if rows:
                out += ["", f"## {title}", "", *(f"- {safe(row)}" for row in rows)]
        return "\n".join(out) + "\n"

    def _repr_html_(self) -> str:
        """What a notebook shows: the same as `to_markdown`."""
        from html import escape

        def safe(text: str) -> str:
            return escape(harmless(text))

        def bullets(texts: list[str]) -> str:
            return "<ul>\n" + "".join(f"<li>{safe(text)}</li>\n" for text in texts) + "</ul>\n" if texts else ""

        out = f"<h3>{safe(self.title)}</h3>\n<p>{safe('; '.join(self._head()))}</p>\n"
        out += bullets([f"{line.text} ({_source(line)})" for line in self.lines])
        for title, rows in (("Remarks", self.remarks), ("Links", self.links)):
            out += f"<h4>{title}</h4>\n{bullets(list(rows))}" if rows else ""
        return out

    def to_text(self, columns: int = 80) -> str:
        """The same for a terminal of `columns` columns (never fewer than 20)."""
        columns = max(20, columns)

        def block(text: str, indent: int = 0) -> list[str]:
            return [" " * indent + part for part in wrap(text, columns - indent)]

        out = [*block(self.title), *(part for head in self._head() for part in block(head, 2))]
        for line in self.lines:
            out += ["", *block(self._marked(line)), *block(_source(line), 4)]
        for title, rows in (("Remarks", self.remarks), ("Links", self.links)):
            if rows:
                out += ["", title, *(part for row in rows for part in block(row, 2))]
        out += ["", f"({len(self.lines)} claim{'' if len(self.lines) == 1 else 's'})"]
        return "\n".join("".join(c if c.isprintable() else " " for c in line) for line in out) + "\n"

    def _head(self) -> list[str]:
        head = [f"{self.kind} · {self.name}"]
        head += [f"as of {self.as_of}" + (f": {self.then}" if self.then else "")] if self.as_of else []
        head += [self.about] if self.about else []
        head += ["also called " + ", ".join(self.names)] if self.names else []
        return head + ([self.dates] if self.dates else [])

    def _marked(self, line: ShownLine) -> str:
        return line.text + (f" (uncertain on {self.as_of})" if line.standing == "uncertain" else "")


def _source(line: ShownLine) -> str:
    return " · ".join(part for part in (line.passage, line.how()) if part)


def show(store: Store, names: Names, iri: str, day: date | None = None) -> Shown:
    """Everything that the store claims about `iri`: a thing, a claim or a passage. With a day only what stood then.

    Raises NotFound.
    """
    facts = store.ask(_PREFIXES + f"""
SELECT ?property ?value WHERE {{ <{iri}> ?property ?value }} ORDER BY ?property STR(?value)""").rows
    if not facts:
        raise NotFound(f"nothing is known of {names.shorten(iri)}", None, "kg ask lists the questions")
    values: dict[str, list[Term]] = {}
    for fact in facts:
        if (value := fact["value"]) is not None:
            values.setdefault(names.slug(plain(fact["property"])), []).append(value)
    rows = store.ask(_PREFIXES + _CLAIMS % {"iri": iri}).rows
    claims = list(dict.fromkeys(plain(row["claim"]) for row in rows))
    claims.sort(key=lambda c: next(
        (int(plain(r["position"]) or 10**9), int(c.rpartition("-")[2]) if c.rpartition("-")[2].isdigit() else 0)
        for r in rows if plain(r["claim"]) == c
    ))
    stood = asof.claims(store, day, claims) if day else {}
    claims = [claim for claim in claims if stood.get(claim) in (None, "certain", "uncertain")]
    lines = told(store, names, claims, stood)
    remarks = store.ask(_PREFIXES + f"""
SELECT ?remark ?label ?says ?claim WHERE {{
  {{ ?remark kg:about <{iri}> }} UNION {{ ?claim rdf:subject|rdf:object <{iri}> . ?remark kg:about ?claim }}
  ?remark a kg:Remark ; rdfs:label ?label ; rdfs:comment ?says
}} ORDER BY ?label ?remark""").rows
    # One about claims alone speaks of a day only if one of them stood then.
    kept = dict.fromkeys(
        f"{plain(r['label'])}: {plain(r['says'])}" for r in remarks if r["claim"] is None or not day or plain(r["claim"]) in claims
    )
    links = store.ask(_PREFIXES + f"""
SELECT ?how ?item WHERE {{
  VALUES ?how {{ owl:sameAs skos:exactMatch skos:closeMatch }} <{iri}> ?how ?item
}} ORDER BY ?how ?item""").rows
    stamps = {key: plain(v[0]) for key, v in values.items()}
    called = values.get("altLabel", [])
    standing = then = ""
    if day:
        stamps = _known(stamps, day)
        called = _borne(store, iri, called, stood)
        life = asof.lifetimes(store, [iri])[iri]
        if iri in stood or "inSource" in values:  # a claim or a passage is no thing
            standing = stood.get(iri, "")
            then = _STOOD.get(standing, "")
        else:
            standing, then = life.standing(day), life.told(day)
    return Shown(
        iri=iri,
        name=names.shorten(iri),
        title=english(values.get("label", [])) or names.shorten(iri),
        kind=_kind(store, iri),
        about=english(values.get("comment", [])),
        names=tuple(map(_named, called)),
        dates=bounds(stamps),
        lines=lines,
        remarks=tuple(kept),
        links=tuple(f"{names.shorten(plain(r['how']))} {plain(r['item'])}" for r in links),
        as_of=day.isoformat() if day else "",
        standing=standing,
        then=then,
    )


def told(store: Store, names: Names, claims: Sequence[str], stood: Mapping[str, str] | None = None) -> tuple[ShownLine, ...]:
    """Each of the claims in words, in their order; with how each `stood` on a day, where that is asked for."""
    if not claims:
        return ()
    these = " ".join(f"<{claim}>" for claim in claims)
    sentences = {
        plain(r["claim"]): (plain(r["sentence"]), f"{plain(r['place'])} ({names.slug(plain(r['passage']))})")
        for r in store.ask(_PREFIXES + _SENTENCES % these).rows
    }
    qualifiers: dict[str, list[tuple[str, str, Term]]] = {claim: [] for claim in claims}
    for row in store.ask(_PREFIXES + _QUALIFIERS % these).rows:
        if (value := row["value"]) is not None:
            qualifiers[plain(row["claim"])].append((names.slug(plain(row["property"])), plain(row["name"]), value))
    known = labels(store, [plain(v) for some in qualifiers.values() for _, _, v in some])

    def word(term: Term) -> str:
        text = plain(term)
        return names.shorten(text) if text in sentences else known.get(text, text)

    lines = []
    for claim in claims:
        own = {slug: ", ".join(word(v) for s, _, v in qualifiers[claim] if s == slug) for slug, _, _ in qualifiers[claim]}
        rest = dict.fromkeys(f"{name} {word(v)}" for slug, name, v in qualifiers[claim] if slug not in _IN_SENTENCE)
        sentence, passage = sentences[claim]
        lines.append(ShownLine(
            claim=claim, name=names.shorten(claim), text=sentence, passage=passage, who=own.get("accordingTo", ""),
            certainty=own.get("certainty", ""), basis=own.get("basis", ""), qualifiers=tuple(rest),
            standing=(stood or {}).get(claim, ""),
        ))
    return tuple(lines)


def english(terms: list[Term]) -> str:
    """The English one of several labels or comments, else the first; empty where there is none."""
    return next((plain(t) for t in terms if getattr(t, "language", None) == "en"), plain(terms[0]) if terms else "")


def _named(term: Term) -> str:
    language = getattr(term, "language", None)
    return f"{plain(term)} ({language})" if language else plain(term)


def _kind(store: Store, iri: str) -> str:
    # The most specific class: the one that no other class of the thing lies under.
    rows = store.ask(_PREFIXES + f"""
SELECT ?label WHERE {{
  <{iri}> a ?kind . ?kind rdfs:label ?label
  FILTER NOT EXISTS {{ <{iri}> a ?narrower . ?narrower rdfs:subClassOf ?kind }}
}} ORDER BY ?label""").rows
    return ", ".join(plain(row["label"]) for row in rows) or "thing"


def _known(stamps: dict[str, str], day: date) -> dict[str, str]:
    """Without the dates of a beginning or an end that was still to come."""
    coming = [name for name in ("Begin", "End") if (first := stamps.get(f"hasEarliest{name}TimeStamp")) and first > day.isoformat()]
    return {key: text for key, text in stamps.items() if not any(key.endswith(f"{name}TimeStamp") for name in coming)}


def _borne(store: Store, iri: str, called: list[Term], stood: Mapping[str, str]) -> list[Term]:
    """The names without those that only claims give which did not stand."""
    rows = store.ask(_PREFIXES + f"""
SELECT ?claim ?name WHERE {{ ?claim rdf:subject <{iri}> ; rdf:predicate kg:name ; rdf:object ?name }}""").rows
    given = {row["name"] for row in rows}
    then = {row["name"] for row in rows if stood.get(plain(row["claim"])) in ("certain", "uncertain")}
    return [name for name in called if name not in given or name in then]


def bounds(values: Mapping[str, str]) -> str:
    """The bounds of a beginning and an end in words, from the local names of their properties and their days."""
    def part(word: str, name: str) -> str:
        early, late = values.get(f"hasEarliest{name}TimeStamp", ""), values.get(f"hasLatest{name}TimeStamp", "")
        if early and late:
            return f"{word} {early}" if early == late else f"{word} between {early} and {late}"
        return f"{word} not before {early}" if early else f"{word} not after {late}" if late else ""

    return "; ".join(text for text in (part("begins", "Begin"), part("ends", "End")) if text)
