"""What each command does: it takes the options apart, calls the module that owns the noun, and writes the answer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kg.cli import serving
from kg.cli.output import columns, count, write
from kg.errors import BadQuery, NotFound, UsageError
from kg.folder import Folder

if TYPE_CHECKING:
    from kg.answer import Term
    from kg.names import Names
    from kg.query import Query
    from kg.store import Store


def _build(options: argparse.Namespace, folder: Folder) -> int:
    from kg.build import build

    report = build(folder, Path(options.output) if options.output else None, check=not options.no_checks)
    for warning in report.warnings:
        print(warning, file=sys.stderr)
    write(f"{report.output}: {report.triples} triples, {report.claims} claims, {report.things} things\n")
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
        write("\n".join(lines(["section", "passages", "covered", "carrying facts", "claims"], body, columns(), (1, 2, 3, 4))) + "\n\n")
    write("".join(f"{problem}\n" for problem in found) + f"{count(errors, 'error')}, {count(len(found) - errors, 'warning')}\n")
    return 1 if errors else 0


def _list(folder: Folder, output: str | None) -> int:
    from kg.query import questions

    found = questions(folder)
    wide = max(map(len, found), default=0)
    write("".join(f"{name:<{wide}}  {query.title}".rstrip() + "\n" for name, query in found.items()), output)
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
        write("\n".join(line for line in lines if line) + "\n", options.output)
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
        write(head + table(answer, store, names, columns()), options.output)
    else:
        write(answer.text(format, names.prefixes), options.output)
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
    text = {"json": shown.to_json, "markdown": shown.to_markdown}.get(options.format, lambda: shown.to_text(columns()))()
    write(text, options.output)
    return 0


def _draw(options: argparse.Namespace, folder: Folder) -> int:
    from kg.asof import day, drawn
    from kg.find import find
    from kg.names import Names
    from kg.network import network
    from kg.picture import LIMIT, detailed, fitting, page
    from kg.query import question
    from kg.store import open_store

    if options.depth < 0:
        raise UsageError("--depth must be 0 or more")
    if options.limit is not None and options.limit < 1:
        raise UsageError("--limit must be 1 or more")
    on = day(options.as_of) if options.as_of else None
    store, names = open_store(options.store or folder), Names.of(folder)
    around = find(store, names, options.around) if options.around else None
    query = drawn(question(folder, options.query), on) if options.query else None
    graph = network(store, around=around, depth=options.depth, query=query, day=on)
    order = None
    if options.why:
        from kg.causes import drawing

        graph, order = drawing(store, names, [find(store, names, thing) for thing in options.why], graph)
        title = graph.graph["title"]
    elif around:
        title = str(graph.nodes[around]["label"])
    else:
        title = question(folder, options.query).title if options.query else folder.setting_or("pictureTitle", "The whole network")
    part = fitting(graph, LIMIT if options.limit is None else options.limit, around)
    if len(part) < len(graph):
        print(f"{options.output}: {count(len(graph), 'thing')} are more than a browser bears; here are the {len(part)} most connected. "
              "kg draw --around THING draws another part, --limit N more or fewer.", file=sys.stderr)
    if order is not None:
        order = order.subgraph(part)
    write(page(detailed(part, store, names), title, order=order), options.output)
    write(f"{options.output}: {count(part.number_of_nodes(), 'thing')}, {count(part.number_of_edges(), 'link')}\n")
    return 0


def _export(options: argparse.Namespace, folder: Folder) -> int:
    from kg.export import export
    from kg.store import open_store

    write(export(open_store(options.store or folder), folder, options.format), options.output)
    return 0


def _source(options: argparse.Namespace, folder: Folder) -> int:
    from kg.names import Names
    from kg.source import Report, beside, read, report
    from kg.store import open_store

    store, names, text = open_store(options.store or folder), Names.of(folder), read(Path(options.file))
    found = report(store, names, text) if options.name is None else beside(store, names, text, options.name)
    write({"json": found.to_json, "markdown": found.to_markdown}.get(options.format, lambda: found.to_text(columns()))(), options.output)
    return 1 if isinstance(found, Report) and found.errors else 0


def _why(options: argparse.Namespace, folder: Folder) -> int:
    from kg import asof
    from kg.causes import Teller, causes, turning, what_if, why
    from kg.find import find
    from kg.names import Names
    from kg.store import open_store

    if len(options.things) > 2:
        raise UsageError("more than a cause and an effect", None, "put labels of several words in quotation marks")
    if options.limit is not None and options.limit < 1:
        raise UsageError("--limit must be 1 or more")
    if (options.turning_points or options.without) and (options.limit is not None or options.all):
        raise UsageError("--limit and --all are for chains", None, "leave them out with --turning-points and --without")
    store, names = open_store(options.store or folder), Names.of(folder)
    on = asof.day(options.as_of) if options.as_of else None
    network = causes(store).only(
        options.stated_only, [find(store, names, who) for who in options.according_to],
        [find(store, names, who) for who in options.not_according_to], asof.claims(store, on) if on else None, str(on),
    )
    teller = Teller(store, names, network)
    if on:
        teller.notes.append(f"As of {on}: without what had not begun by then.")
    if options.stated_only:
        teller.notes.append("Only what is stated in so many words.")
    if options.according_to:
        teller.notes.append(f"Only on the word of the source and of {', '.join(options.according_to)}.")
    if options.not_according_to:
        teller.notes.append(f"Without what is according to {', '.join(options.not_according_to)}.")
    *cause, effect = [teller.event(find(store, names, thing)) for thing in options.things]
    if options.turning_points:
        if cause:
            raise UsageError("--turning-points asks about one event", None, "name the effect alone")
        answer = turning(teller, effect.iri)
    elif options.without:
        answer = what_if(teller, teller.event(find(store, names, options.without)).iri, effect.iri)
    else:
        answer = why(teller, {effect.iri}, {one.iri for one in cause} or None, None if options.all else options.limit or 20)
    answer = answer.noting(dict.fromkeys(teller.notes))
    if options.format == "table" and options.all and options.output is None:
        for piece in answer.text(columns()):
            write(piece)
        return 0
    as_text = {"json": answer.to_json, "markdown": answer.to_markdown}.get(options.format, lambda: answer.to_text(columns()))
    write(as_text(), options.output)
    return 0


COMMANDS = {"build": _build, "check": _check, "ask": _ask, "show": _show, "draw": _draw, "source": _source, "why": _why,
            "export": _export, "load": serving.load, "serve": serving.serve}
