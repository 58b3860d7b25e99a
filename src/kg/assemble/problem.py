"""A problem in the curated data: what is wrong, where, and what to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, order=True)
class Problem:
    """`file` is relative to the folder's root; `line` counts from 1 (0: the whole file); `iri` is shortened for people."""

    severity: Severity
    file: str
    line: int
    iri: str
    what: str
    todo: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        about = f" {self.iri}:" if self.iri else ""
        text = f"{self.severity} {place}:{about} {self.what}; {self.todo}"
        return " ".join(text.split())
