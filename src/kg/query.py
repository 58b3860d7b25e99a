"""Questions kept as files: their header, their parameters, and how values are put in."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from kg.errors import BadQuery, NotFound, UsageError
from kg.folder import Folder
from kg.names import Names

_HEADER = re.compile(r"^#\+\s*(\w+)\s*:\s*(.*)$", re.M)
_PARAMETER = re.compile(r"^(\s*VALUES\s+\?(\w+)\s*\{)([^}]*)(\}\s*)#\+\s*(.*)$", re.M)
# Strings, IRIs and comments are passed over when the form of a query is looked for.
_SKIP = re.compile(r'"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\'|<[^<>\s]*>|#[^\n]*', re.S)
_UPDATE = re.compile(r"\b(INSERT|DELETE|LOAD|CLEAR|DROP|CREATE|ADD|MOVE|COPY)\b", re.I)


@dataclass(frozen=True)
class Parameter:
    """A parameter of a question: its name, its default as SPARQL terms, and what it means."""

    name: str
    default: str
    says: str


@dataclass(frozen=True)
class Query:
    """A SPARQL query with what its header says of it."""

    name: str
    text: str
    title: str = ""
    about: str = ""
    finds: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    rows: int | None = None
    parameters: tuple[Parameter, ...] = ()
    form: str = "select"
    path: Path | None = field(default=None, compare=False)

    @classmethod
    def load(cls, path: Path) -> Query:
        """Reads a .rq file. Raises NotFound, BadQuery."""
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise BadQuery("is not UTF-8 text", str(path), "save it as UTF-8") from error
        except OSError as error:
            raise NotFound(f"cannot be read ({error.strerror or error})", str(path)) from error
        return cls.parse(text, path.stem, path=path)

    @classmethod
    def parse(cls, text: str, name: str = "query", names: Names | None = None, path: Path | None = None) -> Query:
        """Reads a query's text; with `names`, prefixes that it uses but does not declare are added before its first line.

        Raises BadQuery for an update, and for SERVICE, which would send the question elsewhere.
        """
        bare = _SKIP.sub(" ", text)
        found = re.search(r"\b(SELECT|CONSTRUCT|ASK|DESCRIBE)\b", bare, re.I)
        where = str(path) if path else None
        if _UPDATE.search(bare[: found.start()] if found else bare):
            raise BadQuery("an update is not a question", where, "ask with SELECT, CONSTRUCT, ASK or DESCRIBE")
        if found is None:
            raise BadQuery("is no query", where, "begin with SELECT, CONSTRUCT, ASK or DESCRIBE")
        if re.search(r"\bSERVICE\b", bare, re.I):
            raise BadQuery("SERVICE would send the question to another server and is refused", where, "leave it out")
        header: dict[str, list[str]] = {}
        for key, value in _HEADER.findall(text):
            header.setdefault(key.lower(), []).append(value.strip())
        rows = header.get("rows", [None])[0]
        if rows is not None and not rows.isdigit():
            raise BadQuery(f"#+ rows: {rows!r} is no number", where, "write the number of rows")
        if names is not None:
            declared = {p.lower() for p in re.findall(r"\bPREFIX\s+([\w-]*)\s*:", bare, re.I)}
            used = dict.fromkeys(re.findall(r"(?<![\w:?$])([A-Za-z][\w-]*):", bare))
            missing = [p for p in used if p in names.prefixes and p.lower() not in declared]
            # On one line, so that the lines of an error stay the asker's.
            text = "".join(f"PREFIX {p}: <{names.prefixes[p]}> " for p in missing) + text
        return cls(
            name=name,
            text=text,
            title=" ".join(header.get("title", [])),
            about=" ".join(header.get("about", [])),
            finds=tuple(header.get("finds", ())),
            lacks=tuple(header.get("lacks", ())),
            rows=int(rows) if rows is not None else None,
            parameters=tuple(Parameter(m[2], m[3].strip(), m[5].strip()) for m in _PARAMETER.finditer(text)),
            form=found[1].lower(),
            path=path,
        )

    def bind(self, values: Mapping[str, str]) -> str:
        """The text with other values for its parameters: name → one SPARQL term, already serialised.

        Raises UsageError for a parameter that the question does not have.
        """
        known = [p.name for p in self.parameters]
        for name in values:
            if name not in known:
                has = "it has " + ", ".join(known) if known else "it has none"
                raise UsageError(f"the question {self.name} has no parameter {name!r}", None, has)

        def put(match: re.Match[str]) -> str:
            if match[2] not in values:
                return match[0]
            return f"{match[1]} {values[match[2]]} {match[4]}#+ {match[5]}"

        return _PARAMETER.sub(put, self.text)


def questions(folder: Folder) -> dict[str, Query]:
    """All questions of a folder, by name. Raises BadQuery."""
    return {path.stem: Query.load(path) for path in sorted(folder.queries.glob("*.rq"))}


def question(folder: Folder, name: str) -> Query:
    """One question by its name. Raises NotFound with the nearest names."""
    path = folder.queries / f"{name}.rq"
    if "/" not in name and path.is_file():
        return Query.load(path)
    from difflib import get_close_matches

    near = get_close_matches(name, [p.stem for p in folder.queries.glob("*.rq")], n=3, cutoff=0.4)
    hint = "did you mean " + ", ".join(near) + "?" if near else "kg ask lists the questions"
    raise NotFound(f"no question {name!r}", None, hint)
