"""From the files written by hand to one graph, with everything that is derived.

The steps: read; accepted links; kg:statedIn; the rules of ontology/rules in the
order of their names, each once, its results added before the next; labels of
claims; date bounds. What cannot be derived is a `Problem`, not an exception:
only text that is not Turtle at all stops the work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pyoxigraph

from kg import links
from kg.assemble import curated as files
from kg.assemble import timing, wording, written
from kg.assemble.curated import Curated
from kg.assemble.facts import KG, RDF, RDFS, XSD, Facts
from kg.assemble.problem import Problem
from kg.errors import BadData, NotFound
from kg.folder import Folder
from kg.names import Names

__all__ = ["Built", "Problem", "assemble"]


@dataclass
class Built:
    """The graph, where each of its subjects is written, and what went wrong on the way."""

    folder: Folder
    names: Names
    store: pyoxigraph.Store
    curated: Curated
    prefixes: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    @cached_property
    def facts(self) -> Facts:
        """An index of the whole graph."""
        return Facts(quad.triple for quad in self.store)

    def problem(self, severity: str, iri: str, what: str, todo: str) -> Problem:
        """A problem about one thing, placed at its block."""
        head = self.curated.place(iri)
        return Problem(
            "warning" if severity == "warning" else "error",
            head.file if head else "data", head.line if head else 0, self.names.shorten(iri), what, todo,
        )

    def text(self) -> str:
        """The text of data/triples.ttl."""
        return written.text((quad.triple for quad in self.store), self.prefixes)


def assemble(folder: Folder) -> Built:
    """Everything in a folder as one graph. Raises BadData where a file is not what it must be."""
    root = Path(folder.root)
    names = Names.of(folder)
    # Files that begin with a dot are an editor's.
    hand = [folder.dataset_file, *sorted(path for path in Path(folder.curated).rglob("*.ttl") if not path.name.startswith("."))]
    ontology = Path(folder.ontology)
    for path, what in ((Path(folder.curated), "the folder of the curated files"), (ontology / "ontology.ttl", "the ontology")):
        if not path.exists():
            raise NotFound(f"{what} is not there", str(path), "put it back, or name the right folder with --folder")
    general = [path for path in (ontology / "ontology.ttl", ontology / "alignments.ttl") if path.exists()]
    prefixes: dict[str, str] = {}
    for path in (ontology / "prefixes.ttl", folder.dataset_file):
        prefixes |= files.read(path, path.name)[1]
    curated = files.gather(root, hand, general, names.shorten)
    store = pyoxigraph.Store()
    built = Built(folder, names, store, curated, prefixes, list(curated.problems))
    _add(store, (t for t in curated.triples if not files.unnamed(t)))  # the files' problems tell of the others
    _add(store, _triples(links.accepted(links.read(Path(folder.links)))))
    _state(built)
    for rule in sorted((ontology / "rules").glob("*.rq")):
        _add(store, list(construct(store, rule)))
    facts = Facts(quad.triple for quad in store)

    def report(iri: str, what: str, todo: str) -> None:
        built.problems.append(built.problem("error", iri, what, todo))

    _add(store, (
        pyoxigraph.Triple(pyoxigraph.NamedNode(claim), pyoxigraph.NamedNode(RDFS + "label"), pyoxigraph.Literal(label, language="en"))
        for claim, label in wording.labels(facts)
    ))
    _add(store, (
        pyoxigraph.Triple(pyoxigraph.NamedNode(claim), pyoxigraph.NamedNode(KG + "inWords"), pyoxigraph.Literal(words, language="en"))
        for claim, words in wording.figures(facts)
    ))
    day = pyoxigraph.NamedNode(XSD + "date")
    _add(store, (
        pyoxigraph.Triple(pyoxigraph.NamedNode(thing), pyoxigraph.NamedNode(stamp), pyoxigraph.Literal(value, datatype=day))
        for thing, span in timing.spans(facts, report).items() for stamp, value in span.stamps()
    ))
    return built


def construct(store: pyoxigraph.Store, path: Path) -> Iterator[pyoxigraph.Triple]:
    """What one rule makes of the graph. Raises BadData with file and line when it is no CONSTRUCT."""
    result = run(store, path)
    if not isinstance(result, pyoxigraph.QueryTriples):
        raise BadData("the rule is no CONSTRUCT query", str(path), "write CONSTRUCT { … } WHERE { … }")
    yield from result


def run(store: pyoxigraph.Store, path: Path) -> pyoxigraph.QuerySolutions | pyoxigraph.QueryTriples | pyoxigraph.QueryBoolean:
    """Runs the query of a file; its header lines begin with #. Raises BadData."""
    try:
        return store.query(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise BadData("the text is not UTF-8", str(path), "save the file as UTF-8") from error
    except SyntaxError as error:
        place = re.search(r"at (\d+):(\d+)", str(error))
        where = f"{path}:{place[1]}:{place[2]}" if place else str(path)
        raise BadData(f"not valid SPARQL: {' '.join(str(error).split())}", where, "mend the query") from error


def _add(store: pyoxigraph.Store, triples: Iterator[pyoxigraph.Triple] | list[pyoxigraph.Triple]) -> None:
    store.extend(pyoxigraph.Quad(t.subject, t.predicate, t.object) for t in triples)


def _triples(found: list[tuple[str, str, str]]) -> Iterator[pyoxigraph.Triple]:
    node = pyoxigraph.NamedNode
    return (pyoxigraph.Triple(node(s), node(p), node(o)) for s, p, o in found)


def _state(built: Built) -> None:
    """kg:statedIn from the name of each claim: the passage, else the source, whose name stands before the last hyphen."""
    setting = built.folder.setting
    claims, passages, things = (setting(f"{kind}Namespace") for kind in ("claim", "passage", "thing"))
    facts = Facts(built.curated.triples)
    stated: list[tuple[str, str, str]] = []
    parts = {iri for name in ("subject", "predicate", "object") for iri, _ in facts.pairs(RDF + name)}
    for claim in sorted(parts | {iri for iri in built.curated.heads if iri.startswith(claims)}):
        match = re.fullmatch(re.escape(claims) + r"(.+)-\d+", claim)
        if match is None:
            built.problems.append(
                built.problem(
                    "error", claim, "the name of a claim must be its passage, a hyphen and a number", "rename it, as claim:lead-05-1"
                )
            )
            continue
        if facts.has(passages + match[1], RDF + "type", KG + "Passage"):
            stated.append((claim, KG + "statedIn", passages + match[1]))
        elif facts.has(things + match[1], RDF + "type", KG + "Source"):
            stated.append((claim, KG + "statedIn", things + match[1]))
        else:
            built.problems.append(built.problem(
                "error", claim, f"there is neither a passage nor a source “{match[1]}”, in which this claim would stand",
                "mend the name of the claim, or add the passage or the source to data/curated/sources.ttl",
            ))
    _add(built.store, _triples(stated))
