"""Measures `kg` side by side with bare scripts on the same libraries and prints a table.

    python benchmarks/bench.py [--rounds N] [--queries NAME,…] [--folder DIR] [-o FILE]

All that is measured is a whole process, from its start to its end. In each round every command runs once, and who goes
first changes from round to round, so that a busy machine slows all alike. The table has medians, their ratio, and the
least and greatest ratio in a single round. Before anything is timed, every command runs once: that warms the caches and
shows whether the peers give the same answer; where they do not, nothing is measured.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
QUERIES = "client-states,causes-of-event,losses-by-side,fights-in-time-order,contradictions,wikidata-links"
KG = [sys.executable, "-c", "import sys; from kg.cli import main; sys.exit(main())"]  # as the installed command does


class Unfair(Exception):
    """A command failed, or peers do not give the same answer."""


class Race(NamedTuple):
    """Commands that do the same work by different means, ours first."""

    name: str
    commands: dict[str, list[str]]


class Aim(NamedTuple):
    """What a measure should be, compared with one peer; `ours` over `peer` unless it says otherwise."""

    peer: str
    says: str
    limit: float
    kind: str = "times"
    """`times`: ours over the peer's; `faster`: the peer's over ours; `more`: ours less the peer's, in seconds."""

    def of(self, ours: float, peer: float) -> float:
        """The figure that the limit holds for."""
        return {"times": ours / peer, "faster": peer / ours, "more": ours - peer}[self.kind]

    def met(self, figure: float) -> bool:
        """Whether the figure is as it should be."""
        return figure >= self.limit if self.kind == "faster" else figure <= self.limit

    def text(self, *figures: float) -> str:
        """A figure, or a range of them, for people."""
        forms = {"times": (".2f", 1, "×"), "faster": (".1f", 1, "× faster"), "more": ("+.0f", 1000, " ms")}
        form, scale, unit = forms[self.kind]
        return " to ".join(format(figure * scale, form) for figure in figures) + unit


ASK = (Aim("pyoxigraph", "≤ 2×", 2), Aim("rdflib", "≥ 4× faster", 4, "faster"))
AIMS = {
    "import kg": (Aim("bare Python", "≤ 30 ms more", 0.030, "more"),),
    "kg build --no-checks": (Aim("rdflib's parse of the result", "< 10×", 10),),
    "kg check": (),
}


def races(folder: Path, queries: Sequence[str], built: Path) -> list[Race]:
    """What is measured on a folder; `built` is where the build writes."""
    here = ["--folder", str(folder)]
    found = [
        Race(f"kg ask {name}", {
            "kg": [*KG, "ask", name, "--format", "csv", *here],
            "pyoxigraph": [sys.executable, str(HERE / "with_pyoxigraph.py"), str(folder / "data" / "triples.ttl"),
                           str(folder / "queries" / f"{name}.rq")],
            "rdflib": [sys.executable, str(HERE / "with_rdflib.py"), str(folder / "data" / "triples.ttl"),
                       str(folder / "queries" / f"{name}.rq")],
        })
        for name in queries
    ]
    python = [sys.executable, "-c"]
    return [
        *found,
        Race("import kg", {"kg": [*python, "import kg"], "bare Python": [*python, "pass"]}),
        Race("kg build --no-checks", {
            "kg": [*KG, "build", "--no-checks", "-o", str(built), *here],
            "rdflib's parse of the result": [sys.executable, str(HERE / "with_rdflib.py"), str(built)],
        }),
        Race("kg check", {"kg": [*KG, "check", *here]}),
    ]


def run(command: Sequence[str], environment: dict[str, str]) -> tuple[float, str]:
    """Seconds that a command took, and what it printed. Raises Unfair when it failed."""
    start = perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)
    took = perf_counter() - start
    if done.returncode != 0:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()[-1:] or ["it said nothing"]
        raise Unfair(f"exit code {done.returncode}: {said[0]}")
    return took, done.stdout


def compare(race: Race, environment: dict[str, str]) -> dict[str, str]:
    """What each command of a race printed. Raises Unfair when the answers differ."""
    printed = {}
    for who, command in race.commands.items():
        try:
            printed[who] = run(command, environment)[1]
        except Unfair as error:
            raise Unfair(f"{race.name}: {who} failed with {error}") from error
    first, *others = {who: answer(race.name, text) for who, text in printed.items()}.items()
    for who, other in others:
        if other != first[1]:
            raise Unfair(f"{race.name}: {first[0]} and {who} do not give the same answer, so nothing is measured")
    return printed


def answer(name: str, printed: str) -> object:
    """What must be the same among peers: the rows of an answer in any order, or the number of triples."""
    if name.startswith("kg ask"):
        head, *rows = csv.reader(printed.splitlines())
        return head, sorted(rows)
    if name.startswith("kg build"):
        found = re.search(r"(\d+) triples", printed)
        return found and found[1]
    return None


def measure(found: list[Race], rounds: int, environment: dict[str, str]) -> dict[str, dict[str, list[float]]]:
    """Seconds by race and command, one figure a round."""
    times: dict[str, dict[str, list[float]]] = {race.name: {who: [] for who in race.commands} for race in found}
    for n in range(rounds):
        for race in found:
            order = list(race.commands)
            first = n % len(order)
            for who in order[first:] + order[:first]:
                times[race.name][who].append(run(race.commands[who], environment)[0])
    return times


def table(times: dict[str, dict[str, list[float]]]) -> str:
    """The measures as a table of Markdown that is readable as it stands."""
    head = ["measure", "kg", "beside", "takes", "so kg takes", "in single rounds", "aim", ""]
    rows = []
    for name, by in times.items():
        ours = by["kg"]
        aims = ASK if name.startswith("kg ask") else AIMS[name]
        for aim in aims:
            peer = by[aim.peer]
            figure = aim.of(median(ours), median(peer))
            each = sorted(aim.of(a, b) for a, b in zip(ours, peer, strict=True))
            rows.append([
                f"`{name}`", seconds(median(ours)), aim.peer, seconds(median(peer)), aim.text(figure),
                aim.text(each[0], each[-1]), aim.says, "met" if aim.met(figure) else "missed",
            ])
        if not aims:
            spread = f"{seconds(min(ours))} to {seconds(max(ours))}"
            rows.append([f"`{name}`", seconds(median(ours)), "", "", "", spread, "", ""])
    return markdown([head, *rows])


def markdown(rows: Sequence[Sequence[str]]) -> str:
    """Rows as a table of Markdown, the first of them its head, that is readable as it stands."""
    wide = [max(len(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = [rows[0], ["-" * w for w in wide], *rows[1:]]
    return "".join("| " + " | ".join(cell.ljust(w) for cell, w in zip(line, wide, strict=True)) + " |\n" for line in lines)


def seconds(value: float) -> str:
    """A time for people."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.2f} s"


def main(argv: Sequence[str] | None = None) -> int:
    """Measures, prints the report, and gives the exit code: 1 when the peers do not do the same work."""
    parser = argparse.ArgumentParser(description="Measures kg side by side with bare scripts on the same libraries.")
    add = parser.add_argument
    add("--rounds", type=int, default=9, metavar="N", help="how often each command is timed (default 9)")
    add("--queries", default=QUERIES, metavar="NAME,…", help=f"the questions to ask (default {QUERIES})")
    add("--folder", type=Path, default=ROOT, metavar="DIR", help="the data set (default: the project's)")
    add("-o", "--output", type=Path, metavar="FILE", help="write the report there, too")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as scratch:
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")])),
            "PYTHONPYCACHEPREFIX": str(Path(scratch, "compiled")),  # all are compiled once, and nothing is left behind
        }
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        found = races(options.folder.resolve(), options.queries.split(","), Path(scratch, "built.ttl"))
        try:
            printed = {race.name: compare(race, environment) for race in found}
            times = measure(found, max(1, options.rounds), environment)
        except Unfair as error:
            print(f"bench: {error}", file=sys.stderr)
            return 1
        kg = run([*KG, "--version"], environment)[1].strip()
    triples = answer("kg build", printed["kg build --no-checks"]["kg"])
    report = " · ".join([
        kg, f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in ("pyoxigraph", "rdflib")),
        f"{triples} triples", f"{os.cpu_count()} CPUs", f"medians of {max(1, options.rounds)} rounds",
    ]) + "\n\n" + table(times)
    print(report, end="")
    if options.output:
        options.output.write_text(report, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
