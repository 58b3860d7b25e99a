"""Claims with all that a page tells of them. Only SPARQL goes to the store."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from kg.answer import Term, node, plain
from kg.find import labels
from kg.page.address import ONTOLOGY
from kg.store import Store

KG = ONTOLOGY + "#"
PREFIXES = """
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
"""
_STATEMENTS = PREFIXES + """
SELECT ?claim ?subject ?predicate ?object ?sentence ?passage ?place ?position ?class WHERE {
  VALUES ?claim { %s }
  ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object .
  OPTIONAL { ?claim rdfs:label ?sentence }
  OPTIONAL { ?claim kg:statedIn ?passage OPTIONAL { ?passage rdfs:label ?place } OPTIONAL { ?passage kg:position ?position } }
  OPTIONAL { ?predicate kg:claimClass ?class }
} ORDER BY ?claim ?passage ?place ?sentence
"""
_QUALIFIERS = PREFIXES + """
SELECT ?claim ?property ?value WHERE {
  VALUES ?claim { %s }
  ?claim ?property ?value . ?property rdfs:domain kg:Claim
} ORDER BY ?claim ?property STR(?value)
"""
# Whatever a claim says of the thing, as its subject, its object or in a qualifier.
_NAMING = PREFIXES + "SELECT DISTINCT ?claim ?role WHERE { ?claim ?role %s ; rdf:predicate ?any } ORDER BY ?claim ?role"
_AT_ONCE = 500
"""Claims asked for in one question, so that its text stays within what a server takes."""
_APART = {"statedIn", "certainty", "basis", "accordingTo", "contradicts"}
"""Qualifiers that a page shows in a place of their own."""
_WORDED = {"count", "atLeast", "atMost", "approximation", "degree", "quantity", "ratio", "comparedTo", "what", "side"}
"""Qualifiers that the sentence of a claim already tells, or that decide where it stands."""


class Word(NamedTuple):
    """A term with the text by which people know it."""

    term: Term
    text: str


@dataclass
class Claim:
    """A claim; `sentence` is its label, `place` that of its passage, `position` where the passage stands in its source."""

    iri: str
    sentence: str
    subject: Word
    predicate: Word
    object: Word
    form: str
    """The class that its predicate gives it: Figure, Dating, Naming, CausalLink, Participation …, else Claim."""
    passage: str
    place: str
    position: int
    qualifiers: dict[str, list[Word]] = field(default_factory=dict)
    """By the name of the property in the ontology, such as `certainty`."""
    named: dict[str, str] = field(default_factory=dict)
    """The label of each of these properties."""
    remarks: list[tuple[Word, str, str]] = field(default_factory=list)
    """The remark that is made of it: the remark, its kind and what it says."""

    def one(self, name: str) -> str:
        """The text of a qualifier, empty where there is none."""
        return ", ".join(word.text for word in self.qualifiers.get(name, ()))

    def words(self, name: str) -> list[Word]:
        """The values of a qualifier."""
        return self.qualifiers.get(name, [])

    @property
    def term(self) -> Term | None:
        """The claim itself as a term."""
        return node(self.iri)

    @property
    def passage_term(self) -> Term | None:
        """Its passage as a term."""
        return node(self.passage)

    @property
    def others(self) -> list[tuple[str, list[Word]]]:
        """The qualifiers that neither the sentence nor another place of the page tells, each with the label of its property."""
        told = _APART | _WORDED if self.form == "Figure" else _APART | (_WORDED - {"side"})  # a figure names whose it is
        return [(self.named[name], words) for name, words in self.qualifiers.items() if name not in told]

    @property
    def parts(self) -> list[tuple[str, Term | None]]:
        """The sentence in pieces: where it names a thing the piece has the term of it, so that a page can link it."""
        known = [self.subject, self.object, *(word for name in ("what", "comparedTo") for word in self.words(name))]
        return pieces(self.sentence, [word for word in known if type(word.term).__name__ == "NamedNode"])

    @property
    def amount(self) -> list[tuple[str, Term | None]]:
        """What the sentence of a figure tells after the words that name its event, in pieces; empty where it is put otherwise."""
        said = self.sentence.partition(self.subject.text)[2].partition(": ")[2] if self.form == "Figure" and self.subject.text else ""
        things = [word for name in ("what", "comparedTo") for word in self.words(name) if type(word.term).__name__ == "NamedNode"]
        return pieces(said, things) if said else []


def pieces(text: str, words: Iterable[Word]) -> list[tuple[str, Term | None]]:
    """The text cut where it has the text of a word, the longest first, each at its first place; nothing is lost."""
    out: list[tuple[str, Term | None]] = [(text, None)]
    for word in sorted({word.text: word for word in words if word.text}.values(), key=lambda w: (-len(w.text), w.text)):
        for n, (piece, term) in enumerate(out):
            if term is None and word.text in piece:
                before, _, after = piece.partition(word.text)
                out[n : n + 1] = [(t, k) for t, k in ((before, None), (word.text, word.term), (after, None)) if t]
                break
    return out


def naming(store: Store, iri: str) -> dict[str, list[str]]:
    """The claims in which an IRI stands, with the properties by which: rdf:subject, rdf:object or a qualifier."""
    found: dict[str, list[str]] = {}
    for row in store.ask(_NAMING % node(iri)).rows:
        found.setdefault(plain(row["claim"]), []).append(plain(row["role"]))
    return found


def claims(store: Store, iris: Iterable[str]) -> dict[str, Claim]:
    """Claims by their IRI, in the order of the source and of their numbers; what is no claim is left out."""
    asked = [str(term) for iri in sorted(set(iris)) if (term := node(iri))]
    found: dict[str, Claim] = {}
    terms: list[Term] = []
    for start in range(0, len(asked), _AT_ONCE):
        some = " ".join(asked[start : start + _AT_ONCE])
        for row in store.ask(_STATEMENTS % some).rows:
            iri = plain(row["claim"])
            subject, predicate, object_ = row["subject"], row["predicate"], row["object"]
            assert subject is not None and predicate is not None and object_ is not None  # the pattern binds them
            if iri in found:
                continue
            terms += [subject, predicate, object_]
            found[iri] = Claim(
                iri, plain(row["sentence"]), Word(subject, ""), Word(predicate, ""), Word(object_, ""),
                plain(row["class"]).removeprefix(KG) or "Claim", plain(row["passage"]), plain(row["place"]),
                int(plain(row["position"])) if plain(row["position"]).isdigit() else 10**9,
            )
        for row in store.ask(_QUALIFIERS % some).rows:
            value, property_ = row["value"], row["property"]
            if (claim := found.get(plain(row["claim"]))) and value is not None and property_ is not None:
                name = plain(property_).removeprefix(KG)
                claim.qualifiers.setdefault(name, []).append(Word(value, ""))
                claim.named[name] = plain(property_)
                terms += [value, property_]
    known = texts(store, terms)
    for claim in found.values():
        claim.subject, claim.predicate, claim.object = (
            Word(word.term, known[word.term]) for word in (claim.subject, claim.predicate, claim.object))
        claim.qualifiers = {name: [Word(w.term, known[w.term]) for w in words] for name, words in claim.qualifiers.items()}
        claim.named = {name: _label(known, property_) for name, property_ in claim.named.items()}
        claim.sentence = claim.sentence or f"{claim.subject.text} {claim.predicate.text} {claim.object.text}"
    return dict(sorted(found.items(), key=lambda item: (item[1].position, item[1].passage, _number(item[0]), item[0])))


def texts(store: Store, terms: Iterable[Term]) -> dict[Term, str]:
    """The text of each term: a literal's own, an IRI's label, else its last part."""
    every = list(dict.fromkeys(terms))
    iris = [plain(term) for term in every if type(term).__name__ == "NamedNode"]
    known: dict[str, str] = {}
    for start in range(0, len(iris), _AT_ONCE):
        known |= labels(store, iris[start : start + _AT_ONCE])
    return {
        term: (known.get(plain(term)) or plain(term)) if type(term).__name__ == "NamedNode" else plain(term) for term in every
    }


def remark(store: Store, found: dict[str, Claim]) -> None:
    """Adds to each claim what is remarked of it."""
    asked = [str(term) for iri in found if (term := node(iri))]
    for start in range(0, len(asked), _AT_ONCE):
        rows = store.ask(PREFIXES + f"""
SELECT ?claim ?remark ?label ?says ?kind WHERE {{
  VALUES ?claim {{ {" ".join(asked[start : start + _AT_ONCE])} }}
  ?remark kg:about ?claim ; a kg:Remark ; rdfs:label ?label .
  OPTIONAL {{ ?remark rdfs:comment ?says }}
  OPTIONAL {{ ?remark a ?class . ?class rdfs:subClassOf kg:Remark ; rdfs:label ?kind }}
}} ORDER BY ?claim ?remark ?label ?says ?kind""").rows
        for row in rows:
            if (about := row["remark"]) is not None:
                one = (Word(about, plain(row["label"])), plain(row["kind"]) or "remark", plain(row["says"]))
                if one not in (known := found[plain(row["claim"])].remarks):
                    known.append(one)


def _label(known: dict[Term, str], iri: str) -> str:
    term = node(iri)
    return known[term] if term is not None else iri


def _number(iri: str) -> int:
    tail = iri.rpartition("-")[2]
    return int(tail) if tail.isdecimal() and tail.isascii() and len(tail) < 10 else 0
