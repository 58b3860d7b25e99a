"""The table of links to other datasets (SSSOM: tab-separated, with a YAML header behind ``#``).

A row whose ``predicate_modifier`` is ``Not`` records that a link was looked at
and refused; it never becomes a triple. Format: https://mapping-commons.github.io/sssom/
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from kg.errors import BadData

OWL_SAME_AS = "http://www.w3.org/2002/07/owl#sameAs"
SKOS = "http://www.w3.org/2004/02/skos/core#"
#: The relations that a row may claim. owl:sameAs is for individuals, the others for classes and concepts.
PREDICATES = frozenset({OWL_SAME_AS, SKOS + "exactMatch", SKOS + "closeMatch"})
REQUIRED = ("subject_id", "predicate_id", "predicate_modifier", "object_id", "mapping_justification", "confidence")
JUSTIFICATIONS = frozenset(
    f"semapv:{name}" for name in (
        "ManualMappingCuration", "MappingReview", "MappingChaining", "MappingInversion", "LexicalMatching", "CompositeMatching",
        "LogicalReasoning", "SemanticSimilarityThresholdMatching", "BackgroundKnowledgeBasedMatching",
        "LexicalSimilarityThresholdMatching", "StructuralMatching", "InstanceBasedMatching", "UnspecifiedMatching",
    )
)
"""The justifications of SSSOM (https://w3id.org/semapv/vocab/)."""
_ENTITY = "http://www.wikidata.org/entity/"


@dataclass(frozen=True)
class Link:
    """One row; the IRIs are full, `file` and `line` say where it stands."""

    subject: str
    predicate: str
    object: str
    negated: bool
    justification: str
    confidence: float
    file: Path
    line: int
    subject_label: str = ""
    object_label: str = ""
    comment: str = ""


def read(path: Path) -> list[Link]:
    """All rows, refusals too, of a table or of every ``*.sssom.tsv`` of a directory; none where nothing is.

    Raises BadData with file and line.
    """
    if path.is_dir():
        return [link for table in sorted(path.glob("*.sssom.tsv")) for link in read(table)]
    if not path.exists():
        return []
    try:
        lines = path.read_text(encoding="utf-8-sig").removesuffix("\n").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadData("the table of links cannot be read", str(path), "save it as UTF-8 text") from error
    start = next((n for n, line in enumerate(lines) if not line.startswith("#")), len(lines))
    prefixes = _curie_map(lines[:start])
    if start == len(lines):
        return []
    columns = lines[start].split("\t")
    missing = [name for name in REQUIRED if name not in columns]
    if missing:
        raise BadData(f"the table of links has no column {', '.join(missing)}", f"{path}:{start + 1}", "add it to the line of column names")
    links = []
    for number, line in enumerate(lines[start + 1 :], start + 2):
        if line.strip():
            links.append(_link(line, columns, prefixes, path, number))
    return links


def accepted(links: Iterable[Link]) -> list[tuple[str, str, str]]:
    """The triples (full IRIs) of the rows that were not refused, sorted."""
    return sorted({(link.subject, link.predicate, link.object) for link in links if not link.negated})


def _curie_map(header: list[str]) -> dict[str, str]:
    """The prefixes of the header: the indented ``name: IRI`` lines (quoted or not) below ``curie_map:``."""
    prefixes: dict[str, str] = {}
    inside = False
    for line in (raw[1:] for raw in header):
        if re.match(r" ?curie_map:\s*$", line):
            inside = True
        elif inside:
            match = re.fullmatch(r"\s{2,}([\w-]+):\s*[\"']?(\S+?)[\"']?\s*", line)
            if match is None:
                inside = False
            else:
                prefixes[match[1]] = match[2]
    return prefixes


def _link(line: str, columns: list[str], prefixes: dict[str, str], path: Path, number: int) -> Link:
    where = f"{path}:{number}"
    cells = next(csv.reader([line], delimiter="\t", quoting=csv.QUOTE_NONE))
    if len(cells) != len(columns):
        todo = "take out the extra tab" if len(cells) > len(columns) else "add the missing ones, empty where there is nothing to say"
        raise BadData(f"the row has {len(cells)} cells for {len(columns)} columns", where, todo)
    row = dict(zip(columns, cells, strict=True))

    def iri(column: str) -> str:
        prefix, _, rest = row[column].partition(":")
        if prefix not in prefixes or not rest or re.search(r"[\s<>\"{}|\\^`]", rest):
            raise BadData(f"{column} “{row[column]}” is no known name", where, "write prefix:name with a prefix of the curie_map above")
        return prefixes[prefix] + rest

    target = iri("object_id")
    if target.startswith(_ENTITY) and not re.fullmatch(r"[QPL][1-9]\d*", target.removeprefix(_ENTITY)):
        raise BadData(f"object_id “{row['object_id']}” is no identifier of Wikidata", where, "write it like wd:Q42")
    predicate = iri("predicate_id")
    if predicate not in PREDICATES:
        raise BadData(f"predicate_id “{row['predicate_id']}” is no link", where, "use owl:sameAs, skos:exactMatch or skos:closeMatch")
    if row["predicate_modifier"] not in ("", "Not"):
        raise BadData(
            f"predicate_modifier “{row['predicate_modifier']}” is unknown", where, "leave it empty, or write Not for a refused link"
        )
    if row["mapping_justification"] not in JUSTIFICATIONS:
        given = row["mapping_justification"]
        what = f"mapping_justification “{given}” is unknown" if given else "the link has no justification"
        raise BadData(what, where, "write one of the semapv: terms, as semapv:ManualMappingCuration")
    try:
        confidence = float(row["confidence"])
    except ValueError:
        confidence = -1.0
    if not 0 <= confidence <= 1:
        raise BadData(f"confidence “{row['confidence']}” is no number from 0 to 1", where, "write a number like 0.95")
    return Link(
        iri("subject_id"), predicate, target, row["predicate_modifier"] == "Not", row["mapping_justification"],
        confidence, path, number, row.get("subject_label", ""), row.get("object_label", ""), row.get("comment", ""),
    )
