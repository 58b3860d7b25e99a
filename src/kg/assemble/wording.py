"""The label of a claim: one short sentence made from its parts by its predicate's template."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pyoxigraph

from kg.assemble.facts import KG, RDF, RDFS, Facts, Term

#: Vague numbers that are nouns ("dozens of tanks").
_NOUNS = frozenset({"dozens", "hundreds"})


def labels(facts: Facts) -> Iterator[tuple[str, str]]:
    """Each claim that has no label written by hand, with its English label."""
    for claim, predicate in sorted(facts.pairs(RDF + "predicate"), key=lambda pair: pair[0]):
        if not isinstance(predicate, pyoxigraph.NamedNode) or facts.value(claim, RDFS + "label"):
            continue
        template = facts.value(predicate.value, KG + "template")
        subject, obj = facts.objects(claim, RDF + "subject"), facts.objects(claim, RDF + "object")
        if template is None or not subject or not obj:
            continue
        if (relation := facts.value(claim, KG + "relation")) is not None:
            template = re.sub(r"\b(?:at|in) (?={object})", _relation(claim, relation, facts), template)
        name = predicate.value == KG + "name"  # only what the source itself says stands between quotation marks
        text = template.replace("{subject}", _words(subject[0], facts)).replace("{object}", _words(obj[0], facts, name))
        if "{quantity}" in text:
            text = text.replace("{quantity}", quantity(claim, facts))
        yield claim, " ".join(text.split())


def figures(facts: Facts) -> Iterator[tuple[str, str]]:
    """Each figure with its quantity in English words."""
    for claim, kind in sorted(facts.pairs(RDF + "type"), key=lambda pair: pair[0]):
        if kind == pyoxigraph.NamedNode(KG + "Figure"):
            yield claim, quantity(claim, facts)


def _relation(claim: str, relation: str, facts: Facts) -> str:
    """How something lies to a place, in words: "about 20 km north of "."""
    far, unit = facts.value(claim, KG + "distance"), facts.value(claim, KG + "unit")
    vague = facts.value(claim, KG + "approximation") if far is not None else None
    number = far.rstrip("0").rstrip(".") if far is not None and "." in far else far
    parts = [_name(vague, facts) if vague else None, number, unit if far is not None else None, _name(relation, facts)]
    return " ".join(part for part in parts if part) + " "


def quantity(claim: str, facts: Facts) -> str:
    """The quantity of a figure in words, with the kind of thing counted: "about 20 tanks"."""
    what = facts.value(claim, KG + "what")
    count = facts.value(claim, KG + "count")
    noun = ""
    if what is not None:
        noun = _name(what, facts) if count == "1" else _plural(what, facts)
    if (plain := facts.value(claim, KG + "quantity")) is not None:
        if plain == KG + "unknown":
            return _of("an unknown number", noun)
        return noun or "an unstated number"
    compared = facts.value(claim, KG + "comparedTo")
    if compared is not None:
        return _compared(claim, compared, noun, facts)
    if (degree := facts.value(claim, KG + "degree")) is not None:
        return f"{_name(degree, facts)} {noun}".strip()
    return _number(claim, noun, facts)


def _number(claim: str, noun: str, facts: Facts) -> str:
    count, least, most = (_digits(facts.value(claim, KG + name)) for name in ("count", "atLeast", "atMost"))
    vague = facts.value(claim, KG + "approximation")
    if vague is not None:
        word = _name(vague, facts)
        number = count or (f"{least} to {most}" if least and most else least or most)
        if not number and vague.removeprefix(KG) in _NOUNS:
            return _of(word, noun)
        return f"{word} {number} {noun}".replace("  ", " ").strip()
    if least and most:
        number = least if least == most else f"{least} to {most}"
    else:
        number = count or (f"at least {least}" if least else f"at most {most}" if most else "an unstated number")
    if number == "0":
        number = "no" if noun else "none"
    return f"{number} {noun}".strip()


def _compared(claim: str, compared: str, noun: str, facts: Facts) -> str:
    # comparedTo names another claim or a party.
    other = facts.value(compared, RDF + "object") or compared
    than = f"that of {_name(other, facts)}"
    vague, ratio = facts.value(claim, KG + "approximation"), facts.value(claim, KG + "ratio")
    word = _name(vague, facts) if vague is not None else ""
    if ratio is not None:
        number = ratio.rstrip("0").rstrip(".") if "." in ratio else ratio
        return " ".join(f"{word} {number} times {than} {'in ' + noun if noun else ''}".split())
    degree = facts.value(claim, KG + "degree")
    return " ".join(f"{_name(degree, facts) if degree else word} {noun} compared with {than}".split())


def _digits(text: str | None) -> str:
    if text is None:
        return ""
    return f"{int(text):,}" if text.lstrip("+-").isdigit() else text


def _of(number: str, noun: str) -> str:
    return f"{number} of {noun}" if noun else number


def _words(term: Term, facts: Facts, name: bool = False) -> str:
    if isinstance(term, pyoxigraph.NamedNode):
        return _name(term.value, facts)
    if isinstance(term, pyoxigraph.Literal):
        return f"“{term.value}”" if name else _date(term.value) if term.datatype.value.endswith("/EDTF") else term.value
    return ""


def _date(text: str) -> str:
    """An EDTF date as people write it: square brackets are for labels of ours."""
    if match := re.fullmatch(r"\[([^\[\]]+)\]", text):
        return match[1].replace("..", " to ").replace(",", " or ")
    spoken = re.sub(r"(\d[\d-]*)~", r"about \1", text)
    return spoken.replace("/", " to ").replace("?", " (?)")


def _name(iri: str, facts: Facts) -> str:
    return facts.label(iri) or iri.replace("#", "/").rsplit("/", 1)[-1].replace("-", " ")


def _plural(iri: str, facts: Facts) -> str:
    """kg:plural where the kind has one; else the label with an s."""
    given = facts.value(iri, KG + "plural")
    if given is not None:
        return given
    name = _name(iri, facts)
    return name if not name or not name[-1].isalpha() or name[-1] in "sy" else name + "s"
