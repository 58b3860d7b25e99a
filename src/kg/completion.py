"""What the shell offers when TAB is pressed. Loaded only when the shell asks, or for its start file."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from argcomplete.completers import BaseCompleter
from argcomplete.finders import CompletionFinder
from argcomplete.shell_integration import shellcode

from kg.answer import FORMATS, harmless, plain
from kg.export import FORMATS as EXPORTS
from kg.folder import Folder
from kg.names import Names
from kg.query import Query, question, questions
from kg.store import open_store

_PREFIXES = "PREFIX kg: <https://w3id.org/khalkhin/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
_ENGLISH = 'FILTER(LANG(?label) IN ("en", "")) '
_THINGS = _PREFIXES + "SELECT ?iri ?label { ?iri a kg:Thing ; rdfs:label ?label " + _ENGLISH + "} ORDER BY ?iri"
_PASSAGES = _PREFIXES + "SELECT ?iri ?label { ?iri a kg:Passage ; rdfs:label ?label " + _ENGLISH + "} ORDER BY ?iri"

Offer = Mapping[str, str]
"""Words, each with what the shell may show beside it."""


def code(shell: str) -> str:
    """The lines that the start file of a shell (bash, zsh or fish) evaluates."""
    # Not readline's own file names: where a file is meant they are offered here, elsewhere they would mislead.
    lines = shellcode(["kg"], shell=shell, complete_arguments=["-o nospace", "-o bashdefault"])
    if shell == "zsh":
        lines = "(( $+functions[compdef] )) || { autoload -Uz compinit && compinit; }\n" + lines
    return "".join(line + "\n" for line in lines.splitlines() if line.strip() and not line.lstrip().startswith("#"))


def complete(parser: argparse.ArgumentParser) -> None:
    """Gives the shell what fits the line that it holds, then ends the process. Whatever goes wrong, nothing is said."""
    try:
        _Finder()(parser, default_completer=_Values())
    except Exception:
        os._exit(1)


class _Finder(CompletionFinder):
    """Offers options where one is begun, or where there is nothing else: they would bury the questions and things."""

    def collect_completions(
        self, active_parsers: list[argparse.ArgumentParser], parsed_args: argparse.Namespace, cword_prefix: str
    ) -> list[str]:
        found: list[str] = []
        for self.always_complete_options in (False, "long"):
            found = found or super().collect_completions(active_parsers, parsed_args, cword_prefix)
        return found


class _Values(BaseCompleter):
    """Offers the values of an option or an argument by its name and command."""

    def __call__(
        self, *, prefix: str, action: argparse.Action, parser: argparse.ArgumentParser, parsed_args: argparse.Namespace
    ) -> Offer:
        command = parser.prog.rpartition(" ")[2]
        offer = _OFFERS.get(f"{command} {action.dest}") or _OFFERS.get(action.dest)
        try:
            found = offer(prefix, parsed_args) if offer else {}
        except Exception:  # no data set here, not built, a broken file: TAB is no place to say so
            return {}
        return {word: harmless(says) for word, says in found.items() if word.startswith(prefix) and word.isprintable()}


def _folder(options: argparse.Namespace) -> Folder:
    return Folder.find(getattr(options, "folder", None))


def _files(prefix: str, options: argparse.Namespace, only_folders: bool = False) -> Offer:
    head, tail = os.path.split(prefix)
    found = {}
    with os.scandir(os.path.expanduser(head) or ".") as entries:
        for entry in entries:
            if entry.name.startswith(tail) and (tail or not entry.name.startswith(".")) and (entry.is_dir() or not only_folders):
                found[os.path.join(head, entry.name) + ("/" if entry.is_dir() else "")] = ""
    return dict(sorted(found.items()))


def _folders(prefix: str, options: argparse.Namespace) -> Offer:
    return _files(prefix, options, only_folders=True)


def _named(text: str, prefix: str, options: argparse.Namespace) -> Offer:
    """The IRIs and labels that SPARQL text gives, as slugs, or as CURIEs once a colon is written. No server is asked."""
    place = getattr(options, "store", None)
    if place and "://" in place:
        return {}
    folder = _folder(options)
    names, rows = Names.of(folder), open_store(place or folder).ask(text).rows
    short: Callable[[str], str] = names.shorten if ":" in prefix else names.slug
    return {short(plain(row["iri"])): plain(row["label"]) for row in rows}


def _things(prefix: str, options: argparse.Namespace) -> Offer:
    return _named(_THINGS, prefix, options)


def _passages(prefix: str, options: argparse.Namespace) -> Offer:
    return _named(_PASSAGES, prefix, options)


def _questions(prefix: str, options: argparse.Namespace) -> Offer:
    if any(_asked_elsewhere(options)):
        return _parameters(prefix, options)
    return {name: query.title for name, query in questions(_folder(options)).items()}


def _drawable(prefix: str, options: argparse.Namespace) -> Offer:
    found = questions(_folder(options))
    ends = ("?source", "?target", "?kind")
    return {name: query.title for name, query in found.items() if query.kind == "graph" or all(end in query.text for end in ends)}


def _asked_elsewhere(options: argparse.Namespace) -> tuple[object, ...]:
    return tuple(getattr(options, name, None) for name in ("file", "sparql", "opening"))


def _query(options: argparse.Namespace) -> Query | None:
    """The query that the line names so far."""
    file, sparql, opening = _asked_elsewhere(options)
    if file and file != "-":
        return Query.load(Path(str(file)))
    if sparql:
        return Query.parse(str(sparql))
    folder = _folder(options)
    name = folder.setting("openingQuestion") if opening else getattr(options, "name", None)
    return question(folder, name) if name else None


def _parameters(prefix: str, options: argparse.Namespace) -> Offer:
    """`name=` for each parameter, and after the sign the things or passages that it can be."""
    query = _query(options)
    if query is None:
        return {}
    name, equals, value = prefix.partition("=")
    if not equals:
        given = {one.partition("=")[0] for one in getattr(options, "parameters", None) or ()}
        return {f"{p.name}=": p.says for p in query.parameters if p.name not in given}
    parameter = query.parameter(name)
    default = parameter.default
    if default.startswith(('"', "'")) or default[:1].isdigit():
        return {}
    found = (_passages if "passage" in parameter.says.split() else _things)(value, options)
    return {f"{name}={word}": says for word, says in found.items()}


def _formats(prefix: str, options: argparse.Namespace) -> Offer:
    try:
        query = _query(options)
    except Exception:  # as for no question: all of them
        query = None
    return {name: spec.media for name, spec in FORMATS.items() if query is None or query.kind in spec.kinds}


def _exports(prefix: str, options: argparse.Namespace) -> Offer:
    return dict.fromkeys(EXPORTS, "")


def _limits(prefix: str, options: argparse.Namespace) -> Offer:
    from kg.limits import SAYS

    return {f"{name}=": says for name, says in SAYS.items()}


_OFFERS: dict[str, Callable[[str, argparse.Namespace], Offer]] = {
    "folder": _folders, "store": _folders, "output": _files, "file": _files, "check source": _files,
    "ask name": _questions, "ask parameters": _parameters, "ask format": _formats,
    "show thing": _things, "why things": _things, "why without": _things, "why according_to": _things,
    "why not_according_to": _things, "draw why": _things, "draw around": _things, "draw query": _drawable, "source name": _passages,
    "export format": _exports, "load files": _files, "serve token_file": _files, "serve log": _files, "serve limit": _limits,
}
