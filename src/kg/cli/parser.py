"""The commands and their options, and what help says of them."""

from __future__ import annotations

import argparse
from typing import NoReturn

from kg import __version__
from kg.cli.output import write
from kg.errors import UsageError

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
    "load": "examples:\n  kg load data.ttl more.nt.gz --store DIR\n  kg load data.ttl --store DIR --replace\n  kg serve --store DIR",
    "serve": "examples:\n  kg serve                              the folder's own graph, read only\n"
             "  kg serve --port 0 --no-browser\n  kg serve --store DIR --writable --token-file FILE\n"
             "  kg serve --base https://data.example.org/ --limit deadline=5 --limit rows=10000\n"
             "the limits and their meanings stand at /limits",
    "export": "examples:\n  kg export ntriples | wc -l\n  kg export graphml -o network.graphml",
}


def _text(value: str) -> str:
    """A value of an option: some text."""
    if not value.strip():
        raise argparse.ArgumentTypeError("must not be empty")
    return value


def _port(value: str) -> int:
    """A port."""
    if not value.isdecimal() or not 0 <= int(value) < 1 << 16:
        raise argparse.ArgumentTypeError(f"{value!r} is no port")
    return int(value)


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

        write(code(str(values)))
        parser.exit()


def command_line() -> argparse.ArgumentParser:
    """The parser of the whole command line."""
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
    draw.add_argument("--limit", type=int, metavar="N", help="at most N things, the most connected (default 5000)")
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
    many.add_argument("--limit", type=int, metavar="N", help="how many chains (default 20)")
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
    load = command("load", "make a store on disk of files of RDF, as a whole or not at all", store=False)
    load.add_argument("files", type=_text, nargs="+", metavar="FILE", help="Turtle, N-Triples, N-Quads, TriG, RDF/XML or JSON-LD by its "
                      "suffix, also with .gz")
    load.add_argument("--store", type=_text, metavar="DIR", required=True, help="where the store is made")
    load.add_argument("--replace", action="store_true", help="in the place of a store that is there")
    serve = command("serve", "a SPARQL endpoint, and pages for people, on one port")
    serve.add_argument("--host", type=_text, default="127.0.0.1", help="the address to listen on (default: only this machine)")
    serve.add_argument("--port", type=_port, default=8000, help="the port (default 8000; 0: a free one)")
    serve.add_argument("--no-browser", action="store_true", help="open no browser")
    serve.add_argument("--reload", action="store_true", help="read the questions anew for each request")
    serve.add_argument("--base", type=_text, metavar="IRI", help="the public address, where it is another one")
    serve.add_argument("--host-name", type=_text, action="append", default=[], metavar="NAME", help="one more name to answer to")
    serve.add_argument("--writable", action="store_true", help="let who has the token write to the store")
    serve.add_argument("--token-file", type=_text, metavar="FILE", help="the token for writing (default: made and shown at the start)")
    serve.add_argument("--limit", type=_text, action="append", default=[], metavar="NAME=VALUE", help="a limit other than the default")
    serve.add_argument("--log", type=_text, metavar="FILE", help="a line of JSON for each request; - for standard error")
    return parser
