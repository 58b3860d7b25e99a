"""Rules that look across things: each a SELECT that must find nothing.

The header of a file in ontology/checks says what a row means::

    #+ title: The rule's name
    #+ severity: error
    #+ says: {claim} counts more than {total}; mend one of the numbers

The first variable is the thing whose place is reported; `{name}` in `says`
stands for a variable's value; the words after the last `;` say what to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pyoxigraph

from kg.assemble import Built, Problem, run
from kg.errors import BadData


@dataclass(frozen=True)
class Rule:
    """One file of ontology/checks."""

    path: Path
    title: str
    severity: str
    says: str


def load(path: Path) -> Rule:
    """Reads the header of a rule. Raises BadData when a line of it is missing."""
    try:
        header = dict(re.findall(r"^#\+ (\w+): (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE))
    except UnicodeDecodeError as error:
        raise BadData("the text is not UTF-8", str(path), "save the file as UTF-8") from error
    for name in ("title", "severity", "says"):
        if name not in header:
            raise BadData(f"the check has no line “#+ {name}:”", str(path), "add it at the top of the file")
    if header["severity"] not in ("error", "warning"):
        raise BadData(f"severity “{header['severity']}” is unknown", str(path), "write error or warning")
    if ";" not in header["says"]:
        raise BadData("the line “#+ says:” does not tell what to do", str(path), "add it after a semicolon")
    return Rule(path, header["title"], header["severity"], header["says"])


def rules(directory: Path) -> list[Rule]:
    """All rules of a directory, in the order of their names."""
    return [load(path) for path in sorted(directory.glob("*.rq"))]


def run_all(built: Built) -> Iterator[Problem]:
    """What the rules of ontology/checks find."""
    for rule in rules(Path(built.folder.ontology) / "checks"):
        yield from violations(rule, built)


def violations(rule: Rule, built: Built) -> Iterator[Problem]:
    """What one rule finds. Raises BadData when it is no SELECT."""
    result = run(built.store, rule.path)
    if not isinstance(result, pyoxigraph.QuerySolutions):
        raise BadData("the check is no SELECT query", str(rule.path), "write SELECT ?thing … WHERE { … }")
    variables = [variable.value for variable in result.variables]
    for row in result:
        terms = dict(zip(variables, row, strict=True))
        focus = terms[variables[0]]
        if not isinstance(focus, pyoxigraph.NamedNode):
            continue
        words = {name: _words(term, built) for name, term in terms.items()}
        what, todo = _filled(rule.says, words).rsplit(";", 1)
        what = what.strip().removeprefix(words[variables[0]]).lstrip(" :")
        yield built.problem(rule.severity, focus.value, what, todo.strip())


def _filled(text: str, words: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda match: words.get(match[1], match[0]), text)


def _words(term: object, built: Built) -> str:
    if isinstance(term, pyoxigraph.NamedNode):
        return built.names.shorten(term.value)
    return term.value if isinstance(term, pyoxigraph.Literal) else "nothing"
