"""Reading the Turtle files by hand: their triples, and the line where each thing's block begins.

A block begins at the start of a line with the name of its subject, so that
every thing can be found, reported and blamed by line.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph

from kg.assemble.problem import Problem
from kg.errors import BadData

_HEAD = re.compile(r"(?:<(?P<iri>[^<>\s]+)>|(?P<prefix>[A-Za-z][\w-]*):(?P<local>[\w.%-]*))(?=\s|$)")


@dataclass(frozen=True)
class Head:
    """Where a block begins; `file` is relative to the folder's root."""

    file: str
    line: int


@dataclass
class Curated:
    """What the files hold.

    `heads` maps each subject's IRI to every place where a block of it begins;
    `prefixes` each file written by hand to the prefixes that it declares.
    """

    triples: list[pyoxigraph.Triple] = field(default_factory=list)
    heads: dict[str, list[Head]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    prefixes: dict[str, dict[str, str]] = field(default_factory=dict)

    def place(self, iri: str) -> Head | None:
        """The first place where a block of this thing begins."""
        found = self.heads.get(iri)
        return found[0] if found else None


def read(path: Path, name: str) -> tuple[list[pyoxigraph.Triple], dict[str, str]]:
    """The triples and prefixes of one Turtle file. Raises BadData with file, line and column."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise BadData(f"the file cannot be read ({error.strerror})", name, "check that it exists and that you may read it") from error
    parser = pyoxigraph.parse(input=data.removeprefix(codecs.BOM_UTF8), format=pyoxigraph.RdfFormat.TURTLE)
    try:
        triples = [quad.triple for quad in parser]
    except SyntaxError as error:
        where = f"{name}:{error.lineno}:{error.offset}" if error.lineno else name
        what, todo = said(error)
        raise BadData(f"not valid Turtle: {what}", where, todo) from error
    return triples, dict(parser.prefixes)


def said(error: SyntaxError) -> tuple[str, str]:
    """What the parser says without the place, which stands before it, and what to do."""
    what = re.sub(r"^Parser error (?:at|between) line .*?: ", "", " ".join(str(error.msg).split()))
    if "has not been declared" in what:
        return what, "add its @prefix line at the top of the file, or mend its name"
    if "Invalid UTF-8" in what:
        return "the text is not UTF-8", "save the file as UTF-8"
    return what, "mend the punctuation here or on the line before"


def unnamed(triple: pyoxigraph.Triple) -> bool:
    """Whether a node of the triple has no IRI to be cited by."""
    return not isinstance(triple.subject, pyoxigraph.NamedNode) or isinstance(triple.object, pyoxigraph.BlankNode | pyoxigraph.Triple)


def gather(root: Path, hand: Iterable[Path], general: Iterable[Path], shorten: Callable[[str], str]) -> Curated:
    """All files: those of the data (`hand`, where one subject has one block) and the general ones."""
    curated = Curated()
    for paths, strict in ((hand, True), (general, False)):
        for path in paths:
            name = _relative(path, root)
            triples, prefixes = read(path, name)
            curated.triples += triples
            if strict:
                curated.prefixes[name] = prefixes
            _locate(path.read_text(encoding="utf-8-sig"), name, triples, prefixes, strict, curated, shorten)
    return curated


def _relative(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _locate(
    text: str, name: str, triples: list[pyoxigraph.Triple], prefixes: dict[str, str],
    strict: bool, curated: Curated, shorten: Callable[[str], str],
) -> None:
    subjects = {t.subject.value for t in triples if isinstance(t.subject, pyoxigraph.NamedNode)}
    here = {}
    within = False  # a text in three quotation marks may run over lines
    for number, line in enumerate(text.split("\n"), 1):  # splitlines() would also cut at marks inside a text
        match = None if within else _HEAD.match(line)
        within ^= line.count('"""') % 2 == 1
        if match is None:
            continue
        iri = match["iri"] or prefixes.get(match["prefix"], "") + match["local"]
        if iri not in subjects:
            continue  # a continued line, not a head
        known = curated.heads.setdefault(iri, [])
        if strict and known:
            first = known[0]
            curated.problems.append(
                Problem(
                    "error",
                    name,
                    number,
                    shorten(iri),
                    f"a second block under this name (the first is at {first.file}:{first.line}); the two would merge silently",
                    "give this one a name of its own, or join the two blocks",
                )
            )
        known.append(Head(name, number))
        here[iri] = number
    if not strict:
        return
    for iri in sorted(subjects - here.keys()):
        curated.problems.append(
            Problem(
                "error",
                name,
                0,
                shorten(iri),
                "its block does not begin at the start of a line",
                "begin the block at the left margin with the name",
            )
        )
    if any(map(unnamed, triples)):
        curated.problems.append(
            Problem(
                "error", name, 0, "", "the file holds a node without a name ([] or _:x or a list) or a triple within a triple",
                "give each thing a name",
            )
        )
