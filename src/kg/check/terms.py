"""Names in the files written by hand: each is known, and each thing has one kind.

These look at the curated triples alone, since what is derived from them would
only repeat the same mistake.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pyoxigraph

from kg.assemble import Built, Problem
from kg.assemble.facts import KG, RDF


def dangling(built: Built) -> Iterator[Problem]:
    """Names of our own namespaces that are spoken of and stand nowhere."""
    setting = built.folder.setting
    ours = (KG, *(setting(f"{kind}Namespace") for kind in ("claim", "passage", "thing")))
    known = {t.subject.value for t in built.curated.triples if isinstance(t.subject, pyoxigraph.NamedNode)}
    for triple in built.curated.triples:
        subject, value = triple.subject, triple.object
        if not isinstance(value, pyoxigraph.NamedNode) or not isinstance(subject, pyoxigraph.NamedNode):
            continue
        # An unknown predicate or class has a message of its own.
        if triple.predicate.value in (RDF + "type", RDF + "predicate") and value.value.startswith(KG):
            continue
        if value.value.startswith(ours) and value.value not in known and value.value + "#" not in ours:
            name, verb = built.names.shorten(value.value), built.names.shorten(triple.predicate.value)
            yield built.problem("error", subject.value, f"{verb} names {name}, which stands nowhere", "mend the name, or add the thing")


def unknown_classes(built: Built) -> Iterator[Problem]:
    """Classes and properties of our ontology that it does not have."""
    known = {
        t.subject.value for t in built.curated.triples if isinstance(t.subject, pyoxigraph.NamedNode) and t.predicate.value == RDF + "type"
    }
    for triple in built.curated.triples:
        if not isinstance(triple.subject, pyoxigraph.NamedNode):
            continue
        kind, verb = triple.object, triple.predicate.value
        if verb == RDF + "type" and isinstance(kind, pyoxigraph.NamedNode) and kind.value.startswith(KG) and kind.value not in known:
            yield built.problem(
                "error",
                triple.subject.value,
                f"{built.names.shorten(kind.value)} is no class of the ontology",
                "mend its name, or add the class",
            )


def unknown_properties(built: Built) -> Iterator[Problem]:
    """Properties of our ontology, used on things or passages, that it does not have (claims have a rule of their own)."""
    triples = built.curated.triples
    known = {t.subject.value for t in triples if isinstance(t.subject, pyoxigraph.NamedNode)}
    claims = {t.subject for t in triples if t.predicate.value == RDF + "subject"}
    for triple in triples:
        verb = triple.predicate.value
        if verb.startswith(KG) and verb not in known and triple.subject not in claims and isinstance(triple.subject, pyoxigraph.NamedNode):
            yield built.problem(
                "error",
                triple.subject.value,
                f"{built.names.shorten(verb)} is no property of the ontology",
                "mend its name, or add the property",
            )


def one_kind(built: Built) -> Iterator[Problem]:
    """Each thing has one rdf:type, the narrowest."""
    things = built.folder.setting("thingNamespace")
    kinds: dict[str, set[str]] = defaultdict(set)
    for triple in built.curated.triples:
        if isinstance(triple.subject, pyoxigraph.NamedNode) and triple.subject.value.startswith(things):
            kinds[triple.subject.value]  # a thing without any class is told of, too
            if triple.predicate.value == RDF + "type" and isinstance(triple.object, pyoxigraph.NamedNode):
                kinds[triple.subject.value].add(triple.object.value)
    for thing, found in sorted(kinds.items()):
        if len(found) != 1:
            said = " and ".join(built.names.shorten(kind) for kind in sorted(found)) or "none"
            yield built.problem(
                "error", thing, f"a thing has exactly one class, and this one has {said}", "keep or add the narrowest one that fits"
            )


def texts(built: Built) -> Iterator[Problem]:
    """A text is not blank and holds no character that cannot be seen or steers what shows it."""
    for triple in built.curated.triples:
        value = triple.object
        if not isinstance(value, pyoxigraph.Literal) or not isinstance(triple.subject, pyoxigraph.NamedNode):
            continue
        verb = built.names.shorten(triple.predicate.value)
        bad = next((c for c in value.value if not c.isprintable() and c not in "\n\u2028\u2029"), None)
        if not value.value.strip():
            yield built.problem("error", triple.subject.value, f"its {verb} is blank", "write it, or take it out")
        elif bad is not None:
            what = f"its {verb} holds the character U+{ord(bad):04X}, which cannot be seen"
            yield built.problem("error", triple.subject.value, what, "take it out")


def same_claim_twice(built: Built) -> Iterator[Problem]:
    """Two claims of one passage that say the same."""
    said: dict[str, set[str]] = defaultdict(set)
    for triple in built.curated.triples:
        if isinstance(triple.subject, pyoxigraph.NamedNode):
            said[triple.subject.value].add(f"{triple.predicate} {triple.object}")
    claims = {iri for iri, _ in built.facts.pairs(RDF + "object")}
    first: dict[tuple[str, frozenset[str]], str] = {}
    for claim in sorted(claims, key=lambda name: (len(name), name)):
        other = first.setdefault((claim.rpartition("-")[0], frozenset(said[claim])), claim)
        if other != claim:
            yield built.problem("error", claim, f"it says the same as {built.names.shorten(other)}", "take it out")


CHECKS = (dangling, unknown_classes, unknown_properties, one_kind, texts, same_claim_twice)
