"""The page of a thing: what is claimed of it, by whom and how surely, and what refers to it."""

from __future__ import annotations

from dataclasses import dataclass

from kg.answer import Term, node, plain
from kg.folder import Folder
from kg.names import Names
from kg.page.claims import KG, PREFIXES, Claim, Word, claims, naming, remark, texts
from kg.page.document import own, triples, written
from kg.page.frame import Frame
from kg.page.neighbourhood import neighbourhood
from kg.show import bounds, english
from kg.store import Store

_RDF = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_SEM = "http://semanticweb.cs.vu.nl/2009/11/sem/"
_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_COMMENT = "http://www.w3.org/2000/01/rdf-schema#comment"
_OTHER = "http://www.w3.org/2004/02/skos/core#altLabel"
_LINKS = {
    "http://www.w3.org/2002/07/owl#sameAs": "the same as",
    "http://www.w3.org/2004/02/skos/core#exactMatch": "exactly matches",
    "http://www.w3.org/2004/02/skos/core#closeMatch": "closely matches",
}
_MOST = 2000
"""Claims that a page shows; the document about the thing has all."""
_APART = ("Naming", "Dating", "Figure", "CausalLink")
"""The forms of claims that have a part of the page for themselves."""


@dataclass(frozen=True)
class Figures:
    """Figures side by side: a column for each side, a row for each thing that is counted, and the claims in each cell."""

    columns: tuple[Word | None, ...]
    rows: tuple[tuple[Word, tuple[tuple[Claim, ...], ...]], ...]


@dataclass(frozen=True)
class Name:
    """A name of a thing with its language, who uses it, and the claim that gives it (None where no claim does)."""

    text: str
    language: str
    claim: Claim | None


def thing(store: Store, names: Names, folder: Folder, iri: str, base: str | None = None) -> str:
    """The page of a thing as HTML. Raises NotFound."""
    frame = Frame(store, names, folder, base, "../")
    about = triples(store, names, iri)
    facts = own(about, iri)
    term = node(iri)
    assert term is not None  # it has triples
    roles = naming(store, iri)
    # What is said of it comes before what only names it, where there is more than a page holds.
    every = claims(store, sorted(roles, key=lambda claim: (_RDF + "subject" not in roles[claim], claim))[:_MOST])
    remark(store, every)
    title = english(facts.get(_LABEL, [])) or names.shorten(iri)
    subject = [c for c in every.values() if c.subject.term == term]
    object_ = [c for c in every.values() if c.object.term == term and c.subject.term != term]
    named = [c for c in every.values() if term not in (c.subject.term, c.object.term)]
    causal = [c for c in every.values() if c.form == "CausalLink"]
    passages = _passages(store, iri)
    path = (frame.addresses.path(iri) or "").removesuffix(".html")
    return frame.render(
        "thing.html.jinja", title=title, comment=english(facts.get(_COMMENT, [])), dated=_dates(facts), iri=iri,
        path=path, kinds=kinds(store, iri),
        alternates=frame.alternates(path), canonical=iri, document=written(about, names, "jsonld").decode("utf-8"),
        picture=neighbourhood(store, Word(term, title), [*subject, *object_]),
        names=_names(facts, subject), dates=[c for c in subject if c.form == "Dating"],
        figures=_figures([c for c in subject if c.form == "Figure"]),
        led_to=[c for c in causal if c.object.term == term], leads_to=[c for c in causal if c.subject.term == term],
        said=_by_predicate([c for c in subject if c.form not in _APART]),
        incoming=_by_predicate([c for c in object_ if c.form != "CausalLink"]), named=by_role(named, roles, store),
        remarks=remarks(store, iri, every), about=_about(store, iri), passages=passages, count=len(roles), more=len(roles) - len(every),
        elsewhere=_elsewhere(facts), source=_source(facts),
    )


def kinds(store: Store, iri: str) -> list[Word]:
    """The most specific classes of a thing."""
    rows = store.ask(PREFIXES + f"""
SELECT ?kind ?label WHERE {{
  <{iri}> a ?kind . ?kind rdfs:label ?label
  FILTER NOT EXISTS {{ <{iri}> a ?narrower . ?narrower rdfs:subClassOf ?kind }}
}} ORDER BY ?label ?kind""").rows
    return [Word(row["kind"], plain(row["label"])) for row in rows if row["kind"] is not None]


def _dates(facts: dict[str, list[Term]]) -> str:
    """The bounds of its beginning and end, in words."""
    return bounds({property_.rpartition("/")[2]: plain(values[0]) for property_, values in facts.items() if property_.startswith(_SEM)})


def _names(facts: dict[str, list[Term]], subject: list[Claim]) -> list[Name]:
    """Every name: the labels, then the names that claims give, then other names that none gives."""
    given = [claim for claim in subject if claim.form == "Naming"]
    borne = {claim.object.term for claim in given}
    return [
        *(Name(plain(term), _language(term), None) for term in facts.get(_LABEL, []) if term not in borne),
        *(Name(claim.object.text, _language(claim.object.term), claim) for claim in given),
        *(Name(plain(term), _language(term), None) for term in facts.get(_OTHER, []) if term not in borne),
    ]


def _language(term: Term) -> str:
    return getattr(term, "language", None) or ""


def _figures(some: list[Claim]) -> Figures | None:
    """Figures by what is counted and by side; a figure of no side has a column of its own."""
    if not some:
        return None
    # A party can stand on the sides of several conflicts; its figure then has a column that names them all.
    sides = sorted({tuple(c.words("side")) for c in some}, key=lambda words: (not words, [w.text for w in words]))
    columns = [Word(words[0].term, " · ".join(w.text for w in words)) if words else None for words in sides]
    predicates = list(dict.fromkeys(claim.predicate for claim in some))
    rows = tuple(
        (predicate, tuple(tuple(c for c in some if c.predicate == predicate and tuple(c.words("side")) == side) for side in sides))
        for predicate in predicates
    )
    return Figures(tuple(columns), rows)


def _by_predicate(some: list[Claim]) -> list[tuple[Word, list[Claim]]]:
    found: dict[Word, list[Claim]] = {}
    for claim in some:
        found.setdefault(claim.predicate, []).append(claim)
    return list(found.items())


def by_role(some: list[Claim], roles: dict[str, list[str]], store: Store) -> list[tuple[Word, list[Claim]]]:
    """Claims that name a thing beside their subject and object, by how they do."""
    found: dict[str, list[Claim]] = {}
    for claim in some:
        for role in roles[claim.iri]:
            if not role.startswith(_RDF):
                found.setdefault(role, []).append(claim)
    terms = {role: node(role) for role in found}
    known = texts(store, [term for term in terms.values() if term is not None])
    return [(Word(term, known[term]), found[role]) for role, term in terms.items() if term is not None]


def remarks(store: Store, iri: str, every: dict[str, Claim]) -> list[tuple[Word, str, str]]:
    """What is remarked of the thing itself, then of claims about it: the remark, its kind, what it says."""
    rows = store.ask(PREFIXES + f"""
SELECT ?remark ?label ?says ?kind WHERE {{
  ?remark kg:about <{iri}> ; a kg:Remark ; rdfs:label ?label .
  OPTIONAL {{ ?remark rdfs:comment ?says }}
  OPTIONAL {{ ?remark a ?class . ?class rdfs:subClassOf kg:Remark ; rdfs:label ?kind }}
}} ORDER BY ?label ?remark ?says ?kind""").rows
    own = [(Word(row["remark"], plain(row["label"])), plain(row["kind"]) or "remark", plain(row["says"]))
           for row in rows if row["remark"] is not None]
    return list(dict.fromkeys([*own, *(one for claim in every.values() for one in claim.remarks)]))


def _about(store: Store, iri: str) -> list[Word]:
    """What a remark is about, if the thing is one."""
    rows = store.ask(PREFIXES + f"""
SELECT ?thing ?label WHERE {{
  <{iri}> a kg:Remark ; kg:about ?thing OPTIONAL {{ ?thing rdfs:label ?label }}
}} ORDER BY ?thing ?label""").rows
    found: dict[Term, Word] = {}
    for row in rows:
        if (term := row["thing"]) is not None:
            found.setdefault(term, Word(term, plain(row["label"]) or plain(term)))
    return list(found.values())


def _passages(store: Store, iri: str) -> list[tuple[str, list[Word]]]:
    """The passages of a source by section, in its order, if the thing is one."""
    rows = store.ask(PREFIXES + f"""
SELECT ?passage ?label ?section WHERE {{
  ?passage kg:inSource <{iri}> ; rdfs:label ?label .
  OPTIONAL {{ ?passage kg:section ?section }} OPTIONAL {{ ?passage kg:position ?position }}
}} ORDER BY ?position ?passage""").rows
    found: dict[str, list[Word]] = {}
    for row in rows:
        if (term := row["passage"]) is not None:
            found.setdefault(plain(row["section"]), []).append(Word(term, plain(row["label"])))
    return list(found.items())


def _elsewhere(facts: dict[str, list[Term]]) -> list[tuple[str, str]]:
    """The accepted links: how, and the IRI elsewhere."""
    return [(said, plain(item)) for how, said in _LINKS.items() for item in facts.get(how, [])]


def _source(facts: dict[str, list[Term]]) -> list[tuple[str, str]]:
    """Title, address and rank of a source, as far as they are known."""
    said = {"title": "Title", "address": "Address", "sourceRank": "Rank among the sources"}
    return [(word, plain(value)) for name, word in said.items() for value in facts.get(KG + name, [])]
