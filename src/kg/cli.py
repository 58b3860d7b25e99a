"""The commands, each a few lines."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from kg import __version__
from kg.errors import BadQuery, CannotWrite, CheckFailed, KgError, NotFound, UsageError
from kg.folder import Folder, write_atomically

if TYPE_CHECKING:
    from kg.answer import Term
    from kg.names import Names
    from kg.query import Query
    from kg.store import Store

_EPILOG = """\
examples:
  kg ask                               the questions, one a line
  kg ask NAME --about                  what a question asks, and its parameters
  kg ask NAME event="a label"          the answer, here for another event
  kg ask --sparql 'SELECT ?war WHERE { ?war a kg:War }' --format csv
  kg show THING                        everything claimed about a thing, with its sentences
  kg why EFFECT                        the surest chains of causes that lead to it
  kg draw --around THING --depth 1 -o around.html
  kg export jsonld -o all.jsonld
  kg COMMAND --help                    the options of one command

A THING is a slug (the-battle), a CURIE (id:the-battle), an IRI, a Wikidata id (Q362) or a label in any language.

exit codes: 0 done, 1 the checks found errors, 2 wrong usage, 3 bad data or query, 4 not found,
            5 store or network, 130 interrupted
"""
_EPILOGS = {
    "build": "examples:\n  kg build                   write data/triples.ttl\n  kg build -o other.ttl      write elsewhere",
    "check": "examples:\n  kg check                   exit code 1 when there are errors; warnings alone are 0",
    "ask": """\
examples:
  kg ask                               the questions, one a line
  kg ask NAME --about                  what a question asks, and its parameters
  kg ask NAME event="a label"          the answer, here for another event
  kg ask NAME since=1939-05-11         a date or a number where the parameter is one
  kg ask NAME --as-of 1939-09          as of a day; a question takes part by its parameter asOf
  kg ask --sparql 'ASK { id:x a kg:War }'
  kg ask --file my.rq --format json -o answer.json
""",
    "show": "examples:\n  kg show THING\n  kg show Q362 --format markdown -o thing.md\n"
            "  kg show THING --as-of 1939-09-16      what stood on that day",
    "draw": "examples:\n  kg draw -o all.html\n  kg draw --around THING --depth 2 -o around.html\n"
            "  kg draw --query NAME -o answer.html\n"
            "  kg draw --why CAUSE EFFECT -o why.html\n"
            "  kg draw --as-of 1937 -o then.html     what stood at the end of that year",
    "why": "examples:\n  kg why EFFECT                        the surest chains that lead to it\n"
           "  kg why CAUSE EFFECT --stated-only    only what the source states in so many words\n"
           "  kg why EFFECT --turning-points       through what every chain passes\n"
           "  kg why EFFECT --without EVENT        what would lose all its causes",
    "source": "examples:\n  kg source copy.txt                    find every passage, compare every number and date\n"
              "  kg source copy.txt PASSAGE            a sentence beside its claims\n"
              "  kg source copy.txt CLAIM              a claim beside its sentence",
    "export": "examples:\n  kg export ntriples | wc -l\n  kg export graphml -o network.graphml",
}


def _text(value: str) -> str:
    """A value of an option: some text."""
    if not value.strip():
        raise argparse.ArgumentTypeError("must not be empty")
    return value


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Wrong usage, like every other error, is one line."""
        raise UsageError(message, None, f"see {self.prog} --help")


class _Completion(argparse.Action):
    """Prints the lines for a shell and ends, as --version does."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, values: object, option_string: str | None = None
    ) -> None:
        from kg.completion import code

        _write(code(str(values)))
        parser.exit()


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="kg", description="Conflicts as citable linked data: every claim with its sentence.",
        epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"kg {__version__}")
    parser.add_argument("--completion", choices=["bash", "zsh", "fish"], action=_Completion, help="print what a shell's start file "
                        "evaluates, so that TAB completes")
    parser.add_argument("--folder", type=_text, metavar="DIR", help="the data set (default: the current folder, else the package's own)")
    # prog is given, because argparse would load a formatter to find it.
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND", prog="kg")

    def command(name: str, does: str, store: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(
            name, help=does, description=does[0].upper() + does[1:] + ".", epilog=_EPILOGS[name],
            formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False,
        )
        sub.add_argument("--folder", type=_text, metavar="DIR", default=argparse.SUPPRESS, help="the data set")
        if store:
            sub.add_argument("--store", type=_text, metavar="DIR|URL", help="a store on disk or a SPARQL server instead of the folder")
        return sub

    def as_of(sub: argparse.ArgumentParser, does: str) -> None:
        sub.add_argument("--as-of", type=_text, metavar="DATE", help=f"{does}; of a month or a year its last day "
                         "(1939-09-16, 1939-09, 1939)")

    build = command("build", "check the curated files and write data/triples.ttl", store=False)
    build.add_argument("-o", "--output", type=_text, metavar="FILE", help="write there instead")
    build.add_argument("--no-checks", action="store_true", help="leave out the shapes and rules (for measuring)")
    check = command("check", "say what is wrong in the curated files", store=False)
    check.add_argument("--source", type=_text, metavar="FILE", help="a copy of the source's text: check every number against its sentence")
    ask = command("ask", "ask a question; without a name, list the questions")
    ask.add_argument("name", type=_text, nargs="?", help="the name of a question")
    ask.add_argument("parameters", nargs="*", metavar="param=value", help="a parameter, and a THING or a literal for it")
    ask.add_argument("--about", action="store_true", help="say what the question asks and which parameters it has")
    ask.add_argument("--opening", action="store_true", help="ask the question that the data set shows first")
    ask.add_argument("--file", type=_text, metavar="FILE", help="a file with a SPARQL query; - for standard input")
    ask.add_argument("--sparql", type=_text, metavar="TEXT", help="a SPARQL query; known prefixes need no declaration")
    as_of(ask, "the answer as of a day, for questions with a parameter asOf")
    ask.add_argument("--format", type=_text, metavar="FORMAT", help="table csv tsv json xml markdown html, or for graphs turtle "
                     "ntriples nquads trig rdfxml jsonld (default: table on a terminal, csv or turtle in a pipe)")
    ask.add_argument("-o", "--output", type=_text, metavar="FILE", help="write the answer to a file")
    show = command("show", "everything claimed about a thing, in reading order")
    show.add_argument("thing", type=_text, metavar="THING")
    as_of(show, "only what stood on a day, what is uncertain marked")
    show.add_argument("--format", choices=["text", "markdown", "json"], default="text")
    show.add_argument("-o", "--output", type=_text, metavar="FILE", help="write to a file")
    draw = command("draw", "the network as one page of HTML that opens offline")
    what = draw.add_mutually_exclusive_group()
    what.add_argument("--around", type=_text, metavar="THING", help="only what lies around a thing")
    what.add_argument("--query", type=_text, metavar="NAME", help="the answer of a question with ?source ?target ?kind")
    what.add_argument("--why", type=_text, nargs="+", metavar="THING", help="the chains to an effect, or from a cause to an effect")
    draw.add_argument("--depth", type=int, default=1, metavar="N", help="steps around the thing (default 1)")
    as_of(draw, "only what stood on a day, what is uncertain dashed")
    draw.add_argument("-o", "--output", type=_text, metavar="FILE", required=True)
    source = command("source", "the claims against a copy of the source's text, or a sentence beside its claims")
    source.add_argument("file", type=_text, metavar="FILE", help="the copy, a text file in UTF-8")
    source.add_argument("name", type=_text, nargs="?", metavar="PASSAGE|CLAIM",
                        help="a passage beside its claims, or a claim beside its sentence")
    source.add_argument("--format", choices=["text", "markdown", "json"], default="text")
    source.add_argument("-o", "--output", type=_text, metavar="FILE", help="write to a file")
    why = command("why", "how one event led to another, or what led to it: the surest chains of causes, each step with its source")
    why.add_argument("things", type=_text, nargs="+", metavar="[CAUSE] EFFECT",
                     help="an effect, or a cause and an effect; a treaty stands for its signing")
    many = why.add_mutually_exclusive_group()
    many.add_argument("--limit", type=int, default=20, metavar="N", help="how many chains (default 20)")
    many.add_argument("--all", action="store_true", help="all chains, as they are found")
    other = why.add_mutually_exclusive_group()
    other.add_argument("--turning-points", action="store_true", help="the events through which the chains to EFFECT pass")
    other.add_argument("--without", type=_text, metavar="EVENT", help="what would lose all its causes, and what keeps others")
    as_of(why, "only what had begun by a day, what is uncertain marked")
    why.add_argument("--stated-only", action="store_true", help="leave out causal links that are implied or derived")
    why.add_argument("--according-to", type=_text, action="append", default=[], metavar="WHO", help="beside the source, only on WHO's word")
    why.add_argument("--not-according-to", type=_text, action="append", default=[], metavar="WHO", help="leave out what WHO says")
    why.add_argument("--format", choices=["table", "markdown", "json"], default="table")
    why.add_argument("-o", "--output", type=_text, metavar="FILE", help="write to a file")
    export = command("export", "the whole graph in one format")
    export.add_argument("format", metavar="FORMAT", help="turtle ntriples rdfxml jsonld graphml")
    export.add_argument("-o", "--output", type=_text, metavar="FILE", help="write to a file (default: standard output)")
    return parser


def _columns() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def _write(text: str | bytes, output: str | None = None) -> None:
    """Writes to a file, whole or not at all, or to standard output, always as UTF-8."""
    data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
    if output is not None:
        write_atomically(Path(output), data)
        return
    if sys.stdout is None:
        raise CannotWrite("is closed", "standard output", "leave it open, or name a file with -o")
    try:
        rest = memoryview(data)
        while rest:  # without Python's buffer a write may be a part of it
            rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CannotWrite(f"cannot be written ({error.strerror or error})", "standard output") from error


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _build(options: argparse.Namespace, folder: Folder) -> int:
    from kg.build import build

    report = build(folder, Path(options.output) if options.output else None, check=not options.no_checks)
    for warning in report.warnings:
        print(warning, file=sys.stderr)
    _write(f"{report.output}: {report.triples} triples, {report.claims} claims, {report.things} things\n")
    return 0


def _check(options: argparse.Namespace, folder: Folder) -> int:
    from kg.check import STATED, assemble, coverage, problems
    from kg.table import lines

    built = assemble(folder)
    found = problems(built, Path(options.source) if options.source else None)
    errors = sum(problem.severity == "error" for problem in found)
    sections = coverage(built)
    if sections:
        body = [[str(cell) for cell in row] for row in sections]
        if beside := len(built.facts.pairs(STATED)) - sum(row[4] for row in sections):
            body.append(["no passage", "", "", "", str(beside)])
        body.append(["all", *(str(sum(row[n] for row in sections)) for n in (1, 2, 3)), str(len(built.facts.pairs(STATED)))])  # type: ignore[misc]
        _write("\n".join(lines(["section", "passages", "covered", "carrying facts", "claims"], body, _columns(), (1, 2, 3, 4))) + "\n\n")
    _write("".join(f"{problem}\n" for problem in found) + f"{_count(errors, 'error')}, {_count(len(found) - errors, 'warning')}\n")
    return 1 if errors else 0


def _list(folder: Folder, output: str | None) -> int:
    from kg.query import questions

    found = questions(folder)
    wide = max(map(len, found), default=0)
    _write("".join(f"{name:<{wide}}  {query.title}".rstrip() + "\n" for name, query in found.items()), output)
    return 0


def _query(options: argparse.Namespace, folder: Folder, names: Names) -> tuple[Query, str]:
    """The query that the options mean, and how errors name it."""
    from kg.query import Query, question

    if options.sparql is not None:
        return Query.parse(options.sparql, names=names, where="--sparql"), "--sparql"
    if options.file == "-":
        if sys.stdin is None:
            raise NotFound("is closed", "standard input", "leave it open, or name a file")
        try:
            return Query.parse(sys.stdin.buffer.read().decode("utf-8"), where="standard input"), "standard input"
        except UnicodeDecodeError as error:
            raise BadQuery("is not UTF-8 text", "standard input") from error
    if options.file is not None:
        query = Query.load(Path(options.file))
    else:
        query = question(folder, options.name or folder.setting("openingQuestion"))
    return query, str(query.path)


def _values(given: Sequence[str], query: Query, store: Store, names: Names) -> dict[str, Term]:
    from kg.find import parameter

    values: dict[str, Term] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not equals:
            raise UsageError(f"{one!r} is no parameter", None, "write it as name=value")
        if name in values:
            raise UsageError(f"the parameter {name!r} is given twice")
        values[name] = parameter(store, names, value, query.parameter(name).default, query.parameter(name).says)
    return values


def _ask(options: argparse.Namespace, folder: Folder) -> int:
    from kg.answer import fitting
    from kg.asof import PARAMETER, day, having, value
    from kg.names import Names
    from kg.store import open_store

    on = day(options.as_of) if options.as_of else None
    elsewhere = [option for option in ("file", "sparql", "opening") if getattr(options, option) not in (None, False)]
    if elsewhere and options.name and "=" in options.name:
        options.parameters.insert(0, options.name)
        options.name = None
    if len(elsewhere) + bool(options.name) > 1:
        raise UsageError("more than one question", None, "give a name, or --file, or --sparql, or --opening")
    if not elsewhere and not options.name:
        if on:
            raise UsageError("--as-of needs a question", None, having(folder))
        return _list(folder, options.output)
    names = Names.of(folder)
    query, where = _query(options, folder, names)
    then = value(query, on, folder) if on else {}
    if options.about:
        lines = [query.title, query.about, *(f"  {p.name} = {p.default}  ({p.says})" for p in query.parameters)]
        _write("\n".join(line for line in lines if line) + "\n", options.output)
        return 0
    terminal = sys.stdout.isatty() and options.output is None
    bare = {"graph": "turtle", "boolean": "json"}.get(query.kind, "csv")
    format = options.format or ("table" if terminal or options.opening else bare)
    fitting(format, query.kind)
    store = open_store(options.store or folder)
    values = _values(options.parameters, query, store, names) if options.parameters else {}
    if values.keys() & then.keys():
        raise UsageError(f"the parameter {PARAMETER!r} is given twice", None, "--as-of is the same")
    answer = store.ask(query.bind(values | then), where, query.added)
    if format == "table":
        from kg.table import table

        head = f"{query.title}\n{query.about}\n\n" if options.opening else ""
        _write(head + table(answer, store, names, _columns()), options.output)
    else:
        _write(answer.text(format, names.prefixes), options.output)
    return 0


def _show(options: argparse.Namespace, folder: Folder) -> int:
    from kg.asof import day
    from kg.find import find
    from kg.names import Names
    from kg.show import show
    from kg.store import open_store

    on = day(options.as_of) if options.as_of else None
    store, names = open_store(options.store or folder), Names.of(folder)
    shown = show(store, names, find(store, names, options.thing), on)
    text = {"json": shown.to_json, "markdown": shown.to_markdown}.get(options.format, lambda: shown.to_text(_columns()))()
    _write(text, options.output)
    return 0


def _draw(options: argparse.Namespace, folder: Folder) -> int:
    from kg.asof import day, drawn
    from kg.find import find
    from kg.names import Names
    from kg.network import network
    from kg.picture import page
    from kg.query import question
    from kg.store import open_store

    if options.depth < 0:
        raise UsageError("--depth must be 0 or more")
    on = day(options.as_of) if options.as_of else None
    store, names = open_store(options.store or folder), Names.of(folder)
    around = find(store, names, options.around) if options.around else None
    query = drawn(question(folder, options.query), on) if options.query else None
    graph = network(store, around=around, depth=options.depth, query=query, day=on)
    if options.why:
        from kg.causes import drawing

        told, order = drawing(store, names, [find(store, names, thing) for thing in options.why], graph)
        _write(page(told, told.graph["title"], order=order), options.output)
        _write(f"{options.output}: {_count(told.number_of_nodes(), 'thing')}, {_count(told.number_of_edges(), 'link')}\n")
        return 0
    if around:
        title = str(graph.nodes[around]["label"])
    else:
        title = question(folder, options.query).title if options.query else folder.setting_or("pictureTitle", "The whole network")
    _write(page(graph, title), options.output)
    _write(f"{options.output}: {_count(graph.number_of_nodes(), 'thing')}, {_count(graph.number_of_edges(), 'link')}\n")
    return 0


def _export(options: argparse.Namespace, folder: Folder) -> int:
    from kg.export import export
    from kg.store import open_store

    _write(export(open_store(options.store or folder), folder, options.format), options.output)
    return 0


def _source(options: argparse.Namespace, folder: Folder) -> int:
    from kg.names import Names
    from kg.source import Report, beside, read, report
    from kg.store import open_store

    store, names, text = open_store(options.store or folder), Names.of(folder), read(Path(options.file))
    found = report(store, names, text) if options.name is None else beside(store, names, text, options.name)
    _write({"json": found.to_json, "markdown": found.to_markdown}.get(options.format, lambda: found.to_text(_columns()))(), options.output)
    return 1 if isinstance(found, Report) and found.errors else 0


def _why(options: argparse.Namespace, folder: Folder) -> int:
    from kg import asof
    from kg.causes import Teller, causes, turning, what_if, why
    from kg.find import find
    from kg.names import Names
    from kg.store import open_store

    if len(options.things) > 2:
        raise UsageError("more than a cause and an effect", None, "put labels of several words in quotation marks")
    if options.limit < 1:
        raise UsageError("--limit must be 1 or more")
    store, names = open_store(options.store or folder), Names.of(folder)
    on = asof.day(options.as_of) if options.as_of else None
    network = causes(store).only(
        options.stated_only, [find(store, names, who) for who in options.according_to],
        [find(store, names, who) for who in options.not_according_to], asof.claims(store, on) if on else None, str(on),
    )
    teller = Teller(store, names, network)
    if on:
        teller.notes.append(f"As of {on}: without what had not begun by then.")
    *cause, effect = [teller.event(find(store, names, thing)) for thing in options.things]
    if options.turning_points:
        if cause:
            raise UsageError("--turning-points asks about one event", None, "name the effect alone")
        answer = turning(teller, effect.iri)
    elif options.without:
        answer = what_if(teller, teller.event(find(store, names, options.without)).iri, effect.iri)
    else:
        answer = why(teller, {effect.iri}, {one.iri for one in cause} or None, None if options.all else options.limit)
    answer = answer.noting(teller.notes)
    if options.format == "table" and options.all and options.output is None:
        for piece in answer.text(_columns()):
            _write(piece)
        return 0
    as_text = {"json": answer.to_json, "markdown": answer.to_markdown}.get(options.format, lambda: answer.to_text(_columns()))
    _write(as_text(), options.output)
    return 0


_COMMANDS = {"build": _build, "check": _check, "ask": _ask, "show": _show, "draw": _draw, "source": _source, "why": _why,
             "export": _export}


class _Terminated(BaseException):
    """Somebody asked the process to end; what is half done is undone on the way out."""


def _terminate(*_: object) -> NoReturn:
    raise _Terminated


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code. No traceback reaches the user unless KG_DEBUG=1 asks for it."""
    with suppress(ValueError):  # only the first thread of a process may say what a signal does
        signal.signal(signal.SIGTERM, _terminate)
    try:
        try:
            parser = _parser()
            if "_ARGCOMPLETE" in os.environ and "COMP_LINE" in os.environ:
                from kg.completion import complete

                complete(parser)
            options = parser.parse_args(argv)
        except SystemExit as stop:  # --help, --version and --completion
            sys.stdout.flush()
            return int(stop.code or 0)
        return _COMMANDS[options.command](options, Folder.find(options.folder))
    except KgError as error:
        print(error if isinstance(error, CheckFailed) else f"kg: {' '.join(str(error).split())}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("kg: interrupted", file=sys.stderr)
        return 130
    except _Terminated:
        print("kg: ended from outside", file=sys.stderr)
        return 143
    except BrokenPipeError:
        # The reader has gone; nothing more is said, also not when Python empties its buffers at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("KG_DEBUG") == "1":
            raise
        print(f"kg: internal error ({type(error).__name__}: {error}); please report it; KG_DEBUG=1 shows more", file=sys.stderr)
        return 70
