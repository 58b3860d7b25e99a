"""How the files written by hand are laid out: one list of prefixes, and each claim in the file of its section."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

import pyoxigraph

from kg.assemble import Built, Problem
from kg.assemble.facts import KG


def prefixes_agree(built: Built) -> Iterator[Problem]:
    """A prefix means the same in every file: what ontology/prefixes.ttl or data/dataset.ttl say."""
    for file, prefixes in built.curated.prefixes.items():
        for prefix, base in sorted(prefixes.items()):
            known = built.prefixes.get(prefix)
            if known is None:
                yield Problem(
                    "error",
                    file,
                    0,
                    "",
                    f"the prefix {prefix}: stands in no list of prefixes",
                    "add it to ontology/prefixes.ttl, or take its line out",
                )
            elif known != base:
                yield Problem(
                    "error",
                    file,
                    0,
                    "",
                    f"the prefix {prefix}: is <{base}> here and <{known}> elsewhere",
                    "give it the IRI that it has elsewhere",
                )


def claims_in_their_section(built: Built) -> Iterator[Problem]:
    """A claim of a passage stands in claims/<section>.ttl, so that one finds it where one reads the source."""
    facts = built.facts
    for claim, passage in facts.pairs(KG + "statedIn"):
        head = built.curated.place(claim)
        section = facts.value(passage.value, KG + "section") if isinstance(passage, pyoxigraph.NamedNode) else None
        if head is not None and section is not None and PurePosixPath(head.file).stem != section:
            yield built.problem(
                "error", claim, f"its passage is of the section “{section}”, and this is another file", f"move it to {section}.ttl"
            )


CHECKS = (prefixes_agree, claims_in_their_section)
