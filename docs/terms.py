"""Keeps the tables of docs/ontology.md equal with the ontology, its alignments, rules, checks and shapes.

    python docs/terms.py            compare, exit 1 where a table is stale
    python docs/terms.py --write    renew

A table stands between `<!-- table: NAME -->` and `<!-- end -->`.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import rdflib
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "ontology.md"
KG = rdflib.Namespace("https://w3id.org/khalkhin/ontology#")
#: How a term lies to one of another vocabulary.
TIES = {
    RDFS.subClassOf: "under", RDFS.subPropertyOf: "under", SKOS.exactMatch: "same as", SKOS.closeMatch: "near",
    SKOS.narrowMatch: "over", SKOS.relatedMatch: "beside",
}
_TABLE = re.compile(r"(<!-- table: (\S+) -->\n).*?(<!-- end -->)", re.S)


class Terms:
    """The ontology with its alignments, and the tables made from them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.core = rdflib.Graph().parse(folder / "ontology.ttl")
        self.aligned = rdflib.Graph().parse(folder / "alignments.ttl")
        prefixes = rdflib.Graph(bind_namespaces="none").parse(folder / "prefixes.ttl")
        self.prefixes = {str(space): prefix for prefix, space in prefixes.namespaces()}
        kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.NamedIndividual)
        self.kinds = {term: kind for kind in kinds for term in self.core.subjects(RDF.type, kind) if str(term).startswith(KG)}

    def short(self, term: rdflib.term.Node) -> str:
        """The name with its prefix, as code."""
        space = max((space for space in self.prefixes if str(term).startswith(space)), key=len)
        return f"`{self.prefixes[space]}:{str(term).removeprefix(space)}`"

    def link(self, term: rdflib.term.Node | None) -> str:
        """The name of a term of ours without its prefix, or one of another vocabulary with it."""
        if term is None:
            return "anything"
        return f"`{str(term).removeprefix(KG)}`" if str(term).startswith(KG) else self.short(term)

    def elsewhere(self, term: rdflib.term.Node) -> str:
        """The terms of other vocabularies and how this one lies to them."""
        found: list[str] = []
        for tie in dict.fromkeys(TIES.values()):
            others = {other for predicate, name in TIES.items() if name == tie for other in self.aligned.objects(term, predicate)}
            found += [f"{tie} {name}" for name in sorted(map(self.short, others))]
        return ", ".join(found)

    def says(self, term: rdflib.term.Node) -> str:
        """Its comment."""
        return str(self.core.value(term, RDFS.comment))

    def example(self, term: rdflib.term.Node) -> str:
        """Its example, as code where it is not words."""
        text = str(self.core.value(term, SKOS.example))
        return f"`{text}`" if re.match(r"\w+:\S", text) else text

    def under(self, top: rdflib.URIRef) -> list[tuple[rdflib.term.Node, int]]:
        """A class and all those under it with their depth, each before those under it."""
        found: list[tuple[rdflib.term.Node, int]] = []

        def go(term: rdflib.term.Node, depth: int) -> None:
            found.append((term, depth))
            for below in sorted(self.core.subjects(RDFS.subClassOf, term)):
                go(below, depth + 1)

        go(top, 0)
        return found

    def tree(self, tops: Iterable[rdflib.URIRef]) -> str:
        """Classes with those under them."""
        rows = [("class", "says", "example", "elsewhere")]
        for top in tops:
            for term, depth in self.under(top):
                rows.append((f"{'– ' * depth}{self.link(term)}", self.says(term), self.example(term), self.elsewhere(term)))
        return markdown(rows)

    def properties(self, chosen: Callable[[rdflib.term.Node], bool]) -> list[rdflib.term.Node]:
        """The properties that pass, by name."""
        kinds = (OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
        return sorted(term for term, kind in self.kinds.items() if kind in kinds and chosen(term))

    def is_predicate(self, term: rdflib.term.Node) -> bool:
        """Whether claims have it as their predicate."""
        return (term, KG.claimClass, None) in self.core

    def is_qualifier(self, term: rdflib.term.Node) -> bool:
        """Whether claims bear it. Two qualifiers also say what a vague word implies and have no domain."""
        return (term, RDFS.domain, KG.Claim) in self.core or term in (KG.atLeast, KG.atMost)

    def value_of(self, term: rdflib.term.Node) -> rdflib.term.Node | None:
        """The class or datatype of a property's values."""
        return self.core.value(term, RDFS.range) or self.core.value(term, KG.literalType)

    def predicates(self) -> str:
        """The predicates of claims."""
        rows = [("predicate", "from → to", "claim", "plain", "says", "example", "elsewhere")]
        for term in self.properties(self.is_predicate):
            ends = f"{self.link(self.core.value(term, RDFS.domain))} → {self.link(self.value_of(term))}"
            plain = "yes" if self.core.value(term, KG.standsAlone) else ""
            made = self.link(self.core.value(term, KG.claimClass))
            rows.append((self.link(term), ends, made, plain, self.says(term), self.example(term), self.elsewhere(term)))
        return markdown(rows)

    def qualifiers(self) -> str:
        """The qualifiers of claims."""
        rows = [("qualifier", "value", "says", "example", "elsewhere")]
        for term in self.properties(self.is_qualifier):
            value = self.link(self.value_of(term))
            rows.append((self.link(term), value, self.says(term), self.example(term), self.elsewhere(term)))
        return markdown(rows)

    def values(self) -> str:
        """The named values of qualifiers, class by class."""
        rows = [("value", "is a", "says", "example", "elsewhere")]
        found = []
        for term in (term for term, kind in self.kinds.items() if kind == OWL.NamedIndividual):
            [kind] = [kind for kind in self.core.objects(term, RDF.type) if kind != OWL.NamedIndividual]
            found.append((self.link(kind), self.link(term), term))
        for kind_name, name, term in sorted(found):
            rows.append((name, kind_name, self.says(term), self.example(term), self.elsewhere(term)))
        return markdown(rows)

    def others(self) -> str:
        """The properties that are no part of a claim."""
        rows = [("property", "from → to", "says", "example", "elsewhere")]
        for term in self.properties(lambda term: not self.is_predicate(term) and not self.is_qualifier(term)):
            note = self.kinds[term] == OWL.AnnotationProperty
            ends = "a note" if note else f"{self.link(self.core.value(term, RDFS.domain))} → {self.link(self.value_of(term))}"
            rows.append((self.link(term), ends, self.says(term), self.example(term), self.elsewhere(term)))
        return markdown(rows)

    def value_classes(self) -> list[rdflib.URIRef]:
        """The classes that stand beside things, claims and passages: those of the values."""
        tops = {term for term, kind in self.kinds.items() if kind == OWL.Class and (term, RDFS.subClassOf, None) not in self.core}
        return sorted(tops - {KG.Thing, KG.Claim, KG.Passage})  # type: ignore[arg-type]

    def rules(self) -> str:
        """What `kg build` derives, from the headers of the rules."""
        rows = [("rule", "derives", "how")]
        for path in sorted((self.folder / "rules").glob("*.rq")):
            head = header(path)
            rows.append((f"`{path.stem}`", head["title"], head["about"]))
        return markdown(rows)

    def checks(self) -> str:
        """The checks across things, from their headers."""
        rows = [("check", "holds", "else")]
        for path in sorted((self.folder / "checks").glob("*.rq")):
            head = header(path)
            rows.append((f"`{path.stem}`", head["title"], head["severity"]))
        return markdown(rows)

    def shapes(self) -> str:
        """The shapes, by what they demand."""
        graph = rdflib.Graph().parse(self.folder / "shapes.ttl")
        rows = [("shape", "demands")]
        for shape, message in sorted(graph.subject_objects(SH.message)):
            rows.append((f"`{str(shape).rpartition('/')[2]}`", str(message).partition(";")[0]))
        return markdown(rows)

    def tables(self) -> dict[str, str]:
        """All tables by name."""
        return {
            "things": self.tree([KG.Thing]), "claims": self.tree([KG.Claim, KG.Passage]), "predicates": self.predicates(),
            "qualifiers": self.qualifiers(), "values": self.values(), "value-classes": self.tree(self.value_classes()),
            "others": self.others(), "rules": self.rules(), "checks": self.checks(), "shapes": self.shapes(),
        }


def header(path: Path) -> dict[str, str]:
    """The `#+ name: text` lines of a query."""
    return dict(re.findall(r"^#\+ (\w+):\s*(.*)$", path.read_text("utf-8"), re.M))


def markdown(rows: list[tuple[str, ...]]) -> str:
    """A table; its first row is the head."""
    cells = [[cell.replace("|", "\\|").replace("\n", " ") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |".replace("  |", " |") for row in cells]
    return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]]) + "\n"


def renewed(text: str, tables: dict[str, str]) -> str:
    """The page with each table as it is now. Raises KeyError for a table that does not exist."""
    return _TABLE.sub(lambda match: match[1] + tables[match[2]] + match[3], text)


def main() -> int:
    """Compares or renews the page."""
    old = PAGE.read_text("utf-8")
    new = renewed(old, Terms(ROOT / "ontology").tables())
    if new == old:
        return 0
    if "--write" in sys.argv:
        PAGE.write_text(new, "utf-8")
        return 0
    print(f"{PAGE.relative_to(ROOT)}: a table is stale; run make docs")
    return 1


if __name__ == "__main__":
    sys.exit(main())
