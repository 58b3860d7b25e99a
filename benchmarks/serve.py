"""Measures `kg serve` in one run beside Oxigraph's own server, rdflib-endpoint and an empty handler on the same HTTP server.

    python benchmarks/serve.py [--triples N,…] [--clients N,…] [--seconds N] [--rounds N] [--shapes NAME,…] [-o FILE]

It needs wrk (Debian: wrk) and, for the peers, the Python packages `oxigraph` and `rdflib-endpoint[cli]`, beside this Python
or on the path; a peer that is not installed is left out. All servers run at once on the same made-up history, each from
a store or file of its own; wrk asks them in turn, and who goes first changes from round to round. Before that each answers
once: where the numbers of rows differ, nothing is measured. The tables have medians of rounds. Each query differs from the last by a
comment, so that all evaluate it anew; beside that stands how many answers `kg serve`, which keeps the last ones, gives to whoever asks
just the same again, as wrk does by itself. `kg serve` is measured when it has the store in memory, which takes it some seconds.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import re
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from statistics import median
from time import monotonic, perf_counter, sleep
from typing import NamedTuple
from urllib.parse import quote
from urllib.request import Request, urlopen

from bench import Unfair, markdown
from shapes import SHAPES, make

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
JSON = "application/sparql-results+json"
OURS, OXIGRAPH, RDFLIB, EMPTY = "kg serve", "Oxigraph's server", "rdflib-endpoint", "an empty handler"
SLOW = 60.0
"""Seconds that a peer may take for one answer."""


class Load(NamedTuple):
    """What wrk saw: answers a second, and the median of their times in milliseconds."""

    rate: float
    milliseconds: float


class Cell(NamedTuple):
    """One shape under one number of clients: its rows, what each server did, and milliseconds of pyoxigraph in process."""

    shape: str
    clients: int
    rows: int
    loads: dict[str, Load]
    inside: float
    again: Load


def middle(loads: Sequence[Load]) -> Load:
    """The medians of several measurements."""
    return Load(median(load.rate for load in loads), median(load.milliseconds for load in loads))


def tool(name: str) -> str | None:
    """The command of that name beside this Python, or on the path."""
    beside = Path(sys.executable).parent / name
    return str(beside) if beside.is_file() else shutil.which(name)


def address(server: str, text: str) -> str:
    return f"{server}?query={quote(text, safe='')}"


def rows(server: str, text: str) -> tuple[int, float]:
    """The number of rows of an answer, and the seconds that it took. Raises Unfair where there is none in time."""
    start = perf_counter()
    try:
        with urlopen(Request(address(server, text), headers={"Accept": JSON}), timeout=SLOW) as response:
            found = json.load(response)
    except (OSError, ValueError) as error:
        raise Unfair(f"{server} gives no answer: {error}") from error
    return len(found["results"]["bindings"]), perf_counter() - start


def wrk(server: str, text: str, clients: int, seconds: float, anew: bool = True) -> Load:
    """Load by so many clients, each with one request at a time. Raises Unfair where an answer is no answer."""
    how = ["-t1", f"-c{clients}", f"-d{max(1, round(seconds))}s", "--latency", f"--timeout={SLOW:.0f}s", "-H", f"Accept: {JSON}"]
    if anew:
        how += ["-s", str(HERE / "anew.lua")]
    done = subprocess.run(["wrk", *how, address(server, text)], capture_output=True, text=True, check=False)
    rate, middle = re.search(r"Requests/sec:\s+([\d.]+)", done.stdout), re.search(r"50%\s+([\d.]+)(us|ms|s|m)\b", done.stdout)
    if done.returncode or not rate or not middle or "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise Unfair(f"wrk at {server}: {(done.stdout + done.stderr).strip().splitlines()[-3:]}")
    return Load(float(rate[1]), float(middle[1]) * {"us": 0.001, "ms": 1, "s": 1000, "m": 60_000}[middle[2]])


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def process(command: Sequence[str], tells: bool = False) -> Iterator[subprocess.Popen[str]]:
    """A server for as long as it is needed; one that `tells` prints its address and no more."""
    environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    said = subprocess.PIPE if tells else subprocess.DEVNULL
    running = subprocess.Popen(command, stdout=said, stderr=subprocess.DEVNULL, text=True, env=environment)
    try:
        yield running
    finally:
        running.terminate()
        try:
            running.wait(timeout=30)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def told(running: subprocess.Popen[str]) -> str:
    """The address that a server of ours prints."""
    assert running.stdout is not None
    line = running.stdout.readline().strip()
    if not line:
        raise Unfair("a server of ours does not start")
    return line + "sparql"


def in_memory(server: str) -> None:
    """Waits until a server of ours has its store in memory. Raises Unfair."""
    end = monotonic() + 600
    while monotonic() < end:
        with urlopen(server.replace("/sparql", "/metrics"), timeout=SLOW) as response:
            if b"\nkg_store_in_memory 1.0" in response.read():
                return
        sleep(0.2)
    raise Unfair(f"{server} does not come into memory")


def until_it_answers(server: str, running: subprocess.Popen[str]) -> str:
    """The address of a peer, as soon as it answers."""
    end = monotonic() + 600
    while monotonic() < end and running.poll() is None:
        try:
            rows(server, "SELECT * { ?s ?p ?o } LIMIT 1")
            return server
        except Unfair:
            sleep(0.2)
    raise Unfair(f"{server} does not start")


def start(history: Path, scratch: Path, with_rdflib: bool, stack: ExitStack) -> dict[str, str]:
    """Starts every server that is at hand on a history: name → address."""
    python, servers = sys.executable, {}

    def load(*command: str) -> None:
        environment = os.environ | {"PYTHONPATH": str(ROOT / "src")}
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=environment)

    load(python, "-m", "kg", "load", str(history), "--store", str(scratch / "ours"))
    ours = [python, "-m", "kg", "serve", "--store", str(scratch / "ours"), "--port", "0", "--no-browser", "--limit", f"deadline={SLOW:.0f}"]
    servers[OURS] = told(stack.enter_context(process(ours, True)))
    in_memory(servers[OURS])
    servers[EMPTY] = told(stack.enter_context(process([python, str(HERE / "empty.py")], True)))
    if oxigraph := tool("oxigraph"):
        load(oxigraph, "load", "--location", str(scratch / "theirs"), "--file", str(history))
        bind = f"127.0.0.1:{free_port()}"
        running = stack.enter_context(process([oxigraph, "serve-read-only", "--location", str(scratch / "theirs"), "--bind", bind]))
        servers[OXIGRAPH] = until_it_answers(f"http://{bind}/query", running)
    if with_rdflib and (endpoint := tool("rdflib-endpoint")):
        port = free_port()
        running = stack.enter_context(process([endpoint, "serve", "--host", "127.0.0.1", "--port", str(port), str(history)]))
        servers[RDFLIB] = until_it_answers(f"http://127.0.0.1:{port}/", running)
    for name in {OXIGRAPH, RDFLIB} - servers.keys():
        print(f"serve: {name} is left out", file=sys.stderr)
    return servers


def in_process(store: Path, text: str) -> float:
    """The median of milliseconds that pyoxigraph takes for the same bytes without a server."""
    import pyoxigraph as ox

    inner, times = ox.Store.read_only(str(store)), []
    end = monotonic() + 1
    while not times or monotonic() < end:
        begin = perf_counter()
        inner.query(text).serialize(format=ox.QueryResultsFormat.JSON)  # type: ignore[union-attr]
        times.append(perf_counter() - begin)
    return median(times) * 1000


def measure(
    servers: dict[str, str], store: Path, shapes: Sequence[str], clients: Sequence[int], seconds: float, rounds: int
) -> Iterator[Cell]:
    """Every shape under every number of clients. Raises Unfair where servers do not give the same number of rows."""
    for shape in shapes:
        text, took, counts = SHAPES[shape], {}, {}
        for name, server in servers.items():
            if name != EMPTY:
                counts[name], took[name] = rows(server, text)
        if len(set(counts.values())) != 1:
            raise Unfair(f"{shape}: the servers do not give the same number of rows: {counts}")
        inside = in_process(store, text)
        for count in clients:
            seen: dict[str, list[Load]] = {name: [] for name in servers}
            repeated: list[Load] = []
            for n in range(rounds):
                order = list(servers)
                for name in order[n % len(order):] + order[: n % len(order)]:
                    # Long enough for some answers of a slow one.
                    enough = max(seconds, min(SLOW, 3 * took.get(name, 0) * count))
                    seen[name].append(wrk(servers[name], text, count, enough))
                repeated.append(wrk(servers[OURS], text, count, seconds, anew=False))
            yield Cell(shape, count, counts[OURS], {name: middle(found) for name, found in seen.items()}, inside, middle(repeated))


def report(cells: Sequence[Cell]) -> str:
    """The table, and whether the aims are met. What takes a peer long is what it takes one client long to get."""
    head = ["shape", "clients", "rows", "kg answers/s", f"× {OXIGRAPH}", f"× {RDFLIB}", "of the empty handler", "kg, median", "in process",
            "asked again", "of the empty handler"]
    lines, missed, aims = [head], [], 0

    def aim(met: bool, what: str) -> None:
        nonlocal aims
        aims += 1
        if not met:
            missed.append(what)

    for shape, clients, count, loads, inside, again in cells:
        ours = loads[OURS]
        times = {name: ours.rate / load.rate if load.rate else float("inf") for name, load in loads.items()}
        lines.append([
            shape, str(clients), str(count), f"{ours.rate:,.0f}",
            *(f"{times[name]:.2f}" if name in times else "" for name in (OXIGRAPH, RDFLIB)),
            f"{times[EMPTY]:.2f}", f"{ours.milliseconds:.2f} ms", f"{inside:.2f} ms",
            f"{again.rate:,.0f}", f"{again.rate / loads[EMPTY].rate:.2f}",
        ])
        where = f"{shape}, {clients} clients"
        alone = next(cell.loads for cell in cells if cell.shape == shape)
        if shape == next(iter(SHAPES)):
            aim(times[EMPTY] >= 0.5, f"{where}: {times[EMPTY]:.2f} of the empty handler's throughput, not 0.5")
            share = again.rate / loads[EMPTY].rate
            aim(share >= 0.5, f"{where}, asked again: {share:.2f} of the empty handler's throughput, not 0.5")
        if OXIGRAPH in loads and alone[OXIGRAPH].milliseconds > 5:
            aim(times[OXIGRAPH] >= 1, f"{where}: {times[OXIGRAPH]:.2f} of {OXIGRAPH}'s throughput, not 1")
        if RDFLIB in loads and alone[RDFLIB].milliseconds > 10:
            aim(times[RDFLIB] >= 10, f"{where}: {times[RDFLIB]:.1f} times rdflib-endpoint's throughput, not 10")
        if clients == 1:
            more = ours.milliseconds - inside
            aim(more < 2, f"{where}: {more:.1f} ms more than in process, not under 2")
    return markdown(lines) + f"\n{aims - len(missed)} of {aims} aims met" + "".join(f"\n- missed: {one}" for one in missed) + "\n"


def main(argv: Sequence[str] | None = None) -> int:
    """Measures, prints the report, and gives the exit code: 1 when servers do not do the same work, 2 without wrk."""
    parser = argparse.ArgumentParser(description="Measures kg serve beside other servers.")
    add = parser.add_argument
    add("--triples", default="10000,1000000", metavar="N,…", help="sizes of the history (default 10000,1000000)")
    add("--clients", default="1,16", metavar="N,…", help="clients at a time (default 1,16)")
    add("--seconds", type=float, default=1, metavar="N", help="seconds for each server in a round (default 1)")
    add("--rounds", type=int, default=3, metavar="N", help="rounds (default 3)")
    add("--shapes", default=",".join(SHAPES), metavar="NAME,…", help="the shapes of queries (default: all)")
    add("--rdflib-most", type=int, default=100_000, metavar="N", help="triples above which rdflib-endpoint is left out (default 100000)")
    add("-o", "--output", type=Path, metavar="FILE", help="write the report there, too")
    options = parser.parse_args(argv)
    if not tool("wrk"):
        print("serve: wrk is not installed (Debian: wrk)", file=sys.stderr)
        return 2
    if unknown := [shape for shape in options.shapes.split(",") if shape not in SHAPES]:
        print(f"serve: no shape {unknown[0]!r}; known are {', '.join(SHAPES)}", file=sys.stderr)
        return 2
    parts = [f"Python {platform.python_version()} · {os.cpu_count()} CPUs · medians of {options.rounds} rounds"]
    for size in map(int, options.triples.split(",")):
        with tempfile.TemporaryDirectory() as place, ExitStack() as stack:
            scratch = Path(place)
            history = make(scratch / "history.nt", size)
            try:
                servers = start(history, scratch, size <= options.rdflib_most, stack)
                shapes, clients = options.shapes.split(","), [int(n) for n in options.clients.split(",")]
                cells = list(measure(servers, scratch / "ours", shapes, clients, options.seconds, max(1, options.rounds)))
            except (Unfair, subprocess.CalledProcessError) as error:
                print(f"serve: {error}", file=sys.stderr)
                return 1
            with open(history, encoding="utf-8") as file:
                parts.append(f"## {sum(1 for _ in file):,} triples\n\n{report(cells)}")
    text = "\n\n".join(parts)
    print(text, end="")
    if options.output:
        options.output.write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
