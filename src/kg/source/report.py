"""What a comparison of the claims with a copy of their source finds, section by section."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass

from kg.answer import harmless, plain
from kg.names import Names
from kg.source.compare import SECTIONS, Finding, held, unread
from kg.store import Store
from kg.table import lines


@dataclass(frozen=True)
class Report:
    """For each section its passages and how many of them the copy holds; and what is at odds."""

    sections: tuple[tuple[str, int, int], ...]
    findings: tuple[Finding, ...]

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(found.severity == "error" for found in self.findings)

    def to_json(self) -> str:
        """All of it as JSON."""
        sections = [{"section": name, "passages": all_, "found": here} for name, all_, here in self.sections]
        return json.dumps({"sections": sections, "findings": [f._asdict() for f in self.findings]}, ensure_ascii=False, indent=2) + "\n"

    def to_markdown(self) -> str:
        """A table of the sections and a list of the findings."""
        rows = "".join(f"| {name} | {all_} | {here} |\n" for name, all_, here in self.sections)
        said = "".join(f"- {f.severity}: {f.iri}: {f.what}; {f.todo}\n" for f in self.findings)
        return f"| section | passages | found |\n|---|---|---|\n{rows}" + (f"\n{said}" if said else "")

    def to_text(self, columns: int = 80) -> str:
        """The same for a terminal."""
        body = [[name, str(all_), str(here)] for name, all_, here in self.sections]
        out = lines(["section", "passages", "found"], body, columns, numbers=(1, 2))
        out += ["", *(harmless(f"{f.severity} {f.iri}: {f.what}; {f.todo}") for f in self.findings)]
        warnings = len(self.findings) - self.errors
        out.append(f"{self.errors} error{'' if self.errors == 1 else 's'}, {warnings} warning{'' if warnings == 1 else 's'}")
        return "\n".join(out) + "\n"


def report(store: Store, names: Names, text: str) -> Report:
    """Finds every passage of the store in a copy and compares every number and date of its claims."""
    found = held(store, text)
    every, here = Counter[str](), Counter[str]()
    for row in store.ask(SECTIONS).rows:
        section = plain(row["section"])
        every[section] += 1
        here[section] += plain(row["passage"]) in found
    findings = tuple(f._replace(iri=names.shorten(f.iri)) for f in unread(store, text, found))
    return Report(tuple((name, count, here[name]) for name, count in every.items()), findings)
