"""The commands, each a few lines."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from kg import __version__
from kg.errors import KgError, UsageError
from kg.folder import Folder

_EPILOG = """\
examples:
  kg ask                                        the questions, one a line
  kg ask causes-of-event event="Tauran incident"
  kg ask --sparql 'SELECT ?war WHERE { ?war a kg:War }' --format csv
  kg show "Battles of Khalkhin Gol"             everything claimed about a thing, with its sentences
  kg draw --around manchukuo --depth 1 -o manchukuo.html
  kg export jsonld -o khalkhin.jsonld

A THING is a slug (manchukuo), a CURIE (id:manchukuo), an IRI, a Wikidata id (Q30623) or a label in any language.

exit codes: 0 done, 1 the checks found errors, 2 wrong usage, 3 bad data or query, 4 not found,
            5 store or network, 130 interrupted
"""


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kg", description="Conflicts as citable linked data: every claim with its sentence.",
        epilog=_EPILOG, formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"kg {__version__}")
    parser.add_argument("--folder", metavar="DIR", help="the data set (default: the current folder, else the package's own)")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def command(name: str, does: str, store: bool = True) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=does, description=does[0].upper() + does[1:] + ".")
        sub.add_argument("--folder", metavar="DIR", default=argparse.SUPPRESS, help="the data set")
        if store:
            sub.add_argument("--store", metavar="DIR|URL", help="a store on disk or a SPARQL server instead of the folder")
        return sub

    build = command("build", "check the curated files and write data/triples.ttl", store=False)
    build.add_argument("-o", "--output", metavar="FILE", help="write there instead")
    build.add_argument("--no-checks", action="store_true", help="leave out the shapes and rules (for measuring)")
    check = command("check", "say what is wrong in the curated files", store=False)
    check.add_argument("--source", metavar="FILE", help="a copy of the source's text: check every number against its sentence")
    ask = command("ask", "ask a question; without a name, list the questions")
    ask.add_argument("name", nargs="?", help="the name of a question")
    ask.add_argument("parameters", nargs="*", metavar="param=value", help="a parameter and a THING for it")
    ask.add_argument("--about", action="store_true", help="say what the question asks and which parameters it has")
    ask.add_argument("--opening", action="store_true", help="ask the question that the data set shows first")
    ask.add_argument("--file", metavar="FILE", help="a file with a SPARQL query; - for standard input")
    ask.add_argument("--sparql", metavar="TEXT", help="a SPARQL query; known prefixes need no declaration")
    ask.add_argument("--format", metavar="FORMAT", help="table csv tsv json xml markdown html, or for graphs turtle "
                     "ntriples nquads trig rdfxml jsonld (default: table on a terminal, csv or turtle in a pipe)")
    ask.add_argument("-o", "--output", metavar="FILE", help="write the answer to a file")
    show = command("show", "everything claimed about a thing, in reading order")
    show.add_argument("thing", metavar="THING")
    show.add_argument("--format", choices=["text", "markdown", "json"], default="text")
    show.add_argument("-o", "--output", metavar="FILE", help="write to a file")
    draw = command("draw", "the network as one page of HTML that opens offline")
    what = draw.add_mutually_exclusive_group()
    what.add_argument("--around", metavar="THING", help="only what lies around a thing")
    what.add_argument("--query", metavar="NAME", help="the answer of a question with ?source ?target ?kind")
    draw.add_argument("--depth", type=int, default=1, metavar="N", help="steps around the thing (default 1)")
    draw.add_argument("-o", "--output", metavar="FILE", required=True)
    export = command("export", "the whole graph in one format")
    export.add_argument("format", metavar="FORMAT", help="turtle ntriples rdfxml jsonld graphml")
    export.add_argument("-o", "--output", metavar="FILE", help="write to a file (default: standard output)")
    return parser


def _columns() -> int:
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def _write(text: str | bytes, output: str | None) -> None:
    data = text.encode("utf-8") if isinstance(text, str) else text
    if output:
        from kg.folder import write_atomically

        write_atomically(Path(output), data)
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


def _build(options: argparse.Namespace, folder: Folder) -> int:
    from kg.build import build

    report = build(folder, Path(options.output) if options.output else None, check=not options.no_checks)
    for warning in report.warnings:
        print(warning, file=sys.stderr)
    print(f"{report.output}: {report.triples} triples, {report.claims} claims, {report.things} things")
    return 0


def _check(options: argparse.Namespace, folder: Folder) -> int:
    from kg.check import check

    found = check(folder, Path(options.source) if options.source else None)
    for problem in found:
        print(problem)
    errors = sum(problem.severity == "error" for problem in found)
    print(f"{errors} error{'' if errors == 1 else 's'}, {len(found) - errors} warning{'' if len(found) - errors == 1 else 's'}")
    return 1 if errors else 0


def _ask(options: argparse.Namespace, folder: Folder) -> int:
    from kg.names import Names
    from kg.query import Query, question, questions
    from kg.store import open_store

    if sum(map(bool, (options.name, options.file, options.sparql, options.opening))) > 1:
        raise UsageError("name one question, or give --file, --sparql or --opening")
    if not (options.name or options.file or options.sparql or options.opening):
        found = questions(folder)
        wide = max(map(len, found), default=0)
        _write("".join(f"{name:<{wide}}  {query.title}\n" for name, query in found.items()), options.output)
        return 0
    names = Names.of(folder)
    if options.sparql:
        query, where = Query.parse(options.sparql, names=names), "--sparql"
    elif options.file:
        where = "standard input" if options.file == "-" else options.file
        query = Query.parse(sys.stdin.read()) if options.file == "-" else Query.load(Path(options.file))
    else:
        query = question(folder, options.name or folder.setting("openingQuestion"))
        where = str(query.path)
    if options.about:
        lines = [query.title, query.about, *(f"  {p.name} = {p.default}  ({p.says})" for p in query.parameters)]
        _write("\n".join(line for line in lines if line) + "\n", options.output)
        return 0
    store = open_store(options.store or folder)
    values = {}
    for given in options.parameters:
        name, equals, value = given.partition("=")
        if not equals:
            raise UsageError(f"{given!r} is no parameter", None, "write it as name=value")
        from kg.find import parameter

        query.bind({name: ""})  # an unknown name is told before its value is looked up
        values[name] = parameter(store, names, value)
    if options.opening:
        _write(f"{query.title}\n{query.about}\n\n", None)
    answer = store.ask(query.bind(values), where)
    terminal = sys.stdout.isatty() and not options.output
    format = options.format or ("table" if terminal or options.opening else
                                {"graph": "turtle", "boolean": "json"}.get(answer.kind, "csv"))
    if format == "table":
        from kg.table import table

        _write(table(answer, store, names, _columns()), options.output)
    else:
        _write(answer.text(format, names.prefixes), options.output)
    return 0


def _show(options: argparse.Namespace, folder: Folder) -> int:
    from kg.find import find
    from kg.names import Names
    from kg.show import show
    from kg.store import open_store

    store, names = open_store(options.store or folder), Names.of(folder)
    shown = show(store, names, find(store, names, options.thing))
    text = {"json": shown.to_json, "markdown": shown.to_markdown}.get(options.format, lambda: shown.to_text(_columns()))()
    _write(text, options.output)
    return 0


def _draw(options: argparse.Namespace, folder: Folder) -> int:
    from kg.find import find
    from kg.names import Names
    from kg.network import network
    from kg.picture import page
    from kg.query import question
    from kg.store import open_store

    if options.depth < 0:
        raise UsageError("--depth must be 0 or more")
    store, names = open_store(options.store or folder), Names.of(folder)
    around = find(store, names, options.around) if options.around else None
    query = question(folder, options.query).text if options.query else None
    graph = network(store, around=around, depth=options.depth, query=query)
    title = options.around or options.query or folder.setting_or("pictureTitle", "The whole network")
    _write(page(graph, title), options.output)
    print(f"{options.output}: {graph.number_of_nodes()} things, {graph.number_of_edges()} links")
    return 0


def _export(options: argparse.Namespace, folder: Folder) -> int:
    from kg.export import export
    from kg.store import open_store

    _write(export(open_store(options.store or folder), folder, options.format), options.output)
    return 0


_COMMANDS = {"build": _build, "check": _check, "ask": _ask, "show": _show, "draw": _draw, "export": _export}


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code. No traceback reaches the user unless KG_DEBUG=1 asks for it."""
    try:
        options = _parser().parse_args(argv)
        return _COMMANDS[options.command](options, Folder.find(options.folder))
    except KgError as error:
        print(error if "\n" in str(error) else f"kg: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("kg: interrupted", file=sys.stderr)
        return 130
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 0
    except Exception as error:
        if os.environ.get("KG_DEBUG") == "1":
            raise
        print(f"kg: internal error ({type(error).__name__}: {error}); please report it; KG_DEBUG=1 shows more", file=sys.stderr)
        return 70
