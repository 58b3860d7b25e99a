"""Questions kept as files: their header, their parameters, and how values are put in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

from kg.answer import Term
from kg.errors import BadQuery, KgError, NotFound, UsageError
from kg.folder import Folder
from kg.names import Names

_HEADER = re.compile(r"^#\+\s*(\w+)\s*:\s*(.*)$", re.M)
_PARAMETER = re.compile(r"^(\s*VALUES\s+\?(\w+)\s*\{)([^}]*)(\}\s*)#\+\s*(.*)$", re.M)
# Strings, IRIs and comments are passed over when a keyword is looked for. An IRI is one only as SPARQL 1.1 §19.8 has it
# (IRIREF), and a quote after a backslash begins no string (PN_LOCAL_ESC): nothing may hide in what is passed over.
_SKIP = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'(?:[^\\]|\\.)*?\'\'\'|"(?:[^"\\\n\r]|\\.)*"|\'(?:[^\'\\\n\r]|\\.)*\''
    r'|<[^<>"{}|^`\\\x00-\x20]*>|#[^\n\r]*|\\.', re.S)


def _keyword(*words: str) -> re.Pattern[str]:
    # Neither a variable, a part of a name, nor a prefix.
    return re.compile(rf"(?<![\w?$:.-])({'|'.join(words)})(?![\w-]*:)\b", re.I)


_FORM = _keyword("SELECT", "CONSTRUCT", "ASK", "DESCRIBE")
_UPDATE = _keyword("INSERT", "DELETE", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "WITH")
_NAMED = re.compile(r"[?$:][\w-]*")
"""Variables and the local part of names, the only places where a keyword's letters are no keyword."""


def refuse_service(text: str, where: str | None = None) -> None:
    """Raises BadQuery where the text holds SERVICE, by which a store would ask any address that the query names.

    Oxigraph reads `1SERVICE` and `SERVICEex:a` as the keyword too, so nothing is asked of what stands around it.
    """
    if "service" in text.lower() and "service" in _NAMED.sub(" ", _SKIP.sub(" ", text)).lower():
        raise BadQuery("SERVICE would send the question to another server and is refused", where, "leave it out")


def refuse_load(text: str, where: str | None = None) -> None:
    """Raises BadQuery where an update holds LOAD, by which a store would read any address that the update names."""
    if "load" in text.lower() and "load" in _NAMED.sub(" ", _SKIP.sub(" ", text)).lower():
        raise BadQuery("LOAD would read from another place and is refused", where, "send the graph itself")


def is_update(text: str) -> bool:
    """Whether a word of an update stands in a text before any of a query."""
    bare = _SKIP.sub(" ", text)
    found = _FORM.search(bare)
    return _UPDATE.search(bare[: found.start()] if found else bare) is not None


def tokens(text: str) -> str:
    """SPARQL text with `_` for each string and IRI, and without comments, so that its brackets and words can be counted."""
    return _SKIP.sub(lambda match: " " if match[0][0] == "#" else " _ ", text)


def passed_over(text: str) -> str:
    """SPARQL text with spaces for its strings, IRIs and comments, as long as before."""
    return _SKIP.sub(lambda match: " " * len(match[0]), text)


def undeclared(text: str) -> list[str]:
    """The prefixes that a query uses but does not declare, in the order of their use."""
    bare = _SKIP.sub(" ", text)
    declared = set(re.findall(r"\bPREFIX\s+([\w.-]*)\s*:", bare, re.I))
    return [p for p in dict.fromkeys(re.findall(r"(?<![\w:?$.-])([A-Za-z][\w.-]*):", bare)) if p not in declared]


class Parameter(NamedTuple):
    """A parameter of a question: its name, its default as SPARQL terms, and what it means."""

    name: str
    default: str
    says: str


class Query(NamedTuple):
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
    path: Path | None = None
    added: int = 0
    """Characters put before the first line by `parse`, so that an error can name the asker's own column."""

    @property
    def kind(self) -> str:
        """The kind of its answer: table, graph or boolean."""
        return {"select": "table", "ask": "boolean"}.get(self.form, "graph")

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
    def parse(
        cls, text: str, name: str = "query", names: Names | None = None, path: Path | None = None, where: str | None = None
    ) -> Query:
        """Reads a query's text; with `names`, prefixes that it uses but does not declare are added before its first line.

        `where` names the text in errors (default: its path). Raises BadQuery for an update and for what is no query.
        """
        bare = _SKIP.sub(" ", text)
        found = _FORM.search(bare)
        where = where or (str(path) if path else None)
        if is_update(text):
            raise BadQuery("an update is not a question", where, "ask with SELECT, CONSTRUCT, ASK or DESCRIBE")
        if found is None:
            raise BadQuery("is no query", where, "begin with SELECT, CONSTRUCT, ASK or DESCRIBE")
        header: dict[str, list[str]] = {}
        for key, value in _HEADER.findall(text):
            header.setdefault(key.lower(), []).append(value.strip())
        rows = header.get("rows", [None])[0]
        if rows is not None and not rows.isdigit():
            raise BadQuery(f"#+ rows: {rows!r} is no number", where, "write the number of rows")
        added = ""
        if names is not None:
            missing = [p for p in undeclared(text) if p in names.prefixes]
            # On one line, so that the lines of an error stay the asker's.
            added = "".join(f"PREFIX {p}: <{names.prefixes[p]}> " for p in missing)
        return cls(
            name=name,
            text=added + text,
            title=" ".join(header.get("title", [])),
            about=" ".join(header.get("about", [])),
            finds=tuple(header.get("finds", ())),
            lacks=tuple(header.get("lacks", ())),
            rows=int(rows) if rows is not None else None,
            parameters=tuple({m[2]: Parameter(m[2], m[3].strip(), m[5].strip()) for m in _PARAMETER.finditer(text)}.values()),
            form=found[1].lower(),
            path=path,
            added=len(added),
        )

    def parameter(self, name: str) -> Parameter:
        """The parameter of that name. Raises UsageError, which names those that the question has."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        has = "it has " + ", ".join(p.name for p in self.parameters) if self.parameters else "it has none"
        raise UsageError(f"the question {self.name} has no parameter {name!r}", None, has)

    def bind(self, values: Mapping[str, Term]) -> str:
        """The text with other values for its parameters, each an RDF term, so that no value can change the question.

        Raises UsageError for a parameter that the question does not have.
        """
        for name, value in values.items():
            self.parameter(name)
            if isinstance(value, str):
                raise TypeError(f"the value of {name} must be an RDF term, not text")

        def put(match: re.Match[str]) -> str:
            if match[2] not in values:
                return match[0]
            return f"{match[1]} {values[match[2]]} {match[4]}#+ {match[5]}"

        return _PARAMETER.sub(put, self.text)


def questions(folder: Folder, broken: Callable[[Path, KgError], None] | None = None) -> dict[str, Query]:
    """All questions of a folder, by name. `broken` is told of files that are none, which are then left out.

    Raises BadQuery and NotFound where nobody is told.
    """
    found = {}
    for path in sorted(folder.queries.glob("*.rq")):
        try:
            found[path.stem] = Query.load(path)
        except KgError as error:
            if broken is None:
                raise
            broken(path, error)
    return found


def question(folder: Folder, name: str, todo: str = "kg ask lists the questions") -> Query:
    """One question by its name. Raises NotFound with the nearest names, or with what to do where none is near."""
    path = folder.queries / f"{name}.rq"
    if "/" not in name and path.is_file():
        return Query.load(path)
    from difflib import get_close_matches

    near = get_close_matches(name, [p.stem for p in folder.queries.glob("*.rq")], n=3, cutoff=0.4)
    hint = "did you mean " + ", ".join(near) + "?" if near else todo
    raise NotFound(f"no question {name!r}", None, hint)
