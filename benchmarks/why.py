"""Measures `kg why` on a made-up history, beside igraph and rustworkx on the same graph, and prints a table.

    python benchmarks/why.py [--events N] [--links N] [--rounds N] [-o FILE]

Within one process: what the algorithms take, on networkx (as the program does), igraph and rustworkx. Where peers do not
give the same answer nothing is measured. Then the command as a whole process.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from statistics import median
from time import perf_counter

import igraph
import network
import networkx as nx
import rustworkx
from bench import markdown

from kg.causes import Causes, Link, causes, chains, turning_points
from kg.folder import Folder
from kg.store import open_store

HERE = Path(__file__).resolve().parent


def sure(found: Causes) -> Causes:
    """The same network without doubts, parts and parallel claims, on which the best chains are the shortest ways."""
    return Causes([
        Link(f"{n}", "causes", cause, effect, "asserted", "stated", "") for n, (cause, effect) in enumerate(sorted(found.graph.edges))
    ])


def tasks(found: Causes, cause: str, effect: str) -> dict[str, dict[str, Callable[[], object]]]:
    """Task → library → what it does; the first is what the program uses. All must give the same."""
    graph = found.graph
    names = sorted(graph)
    index = {name: n for n, name in enumerate(names)}
    edges = [(index[a], index[b]) for a, b in sorted(graph.edges)]
    ig = igraph.Graph(n=len(names), edges=edges, directed=True)
    rx = rustworkx.PyDiGraph()
    rx.add_nodes_from(names)
    rx.add_edges_from_no_data(edges)
    root, end = index[cause], index[effect]

    def dominators(above: Callable[[int], int]) -> list[str]:
        chain, n = [], end
        while n != root:
            n = above(n)
            chain.append(names[n])
        return chain

    def by_networkx() -> list[str]:
        above = nx.immediate_dominators(graph, cause)
        return dominators(lambda n: index[above[names[n]]])

    def by_igraph() -> list[str]:
        above = ig.dominator(root, mode="out")
        return dominators(lambda n: above[n])

    def by_rustworkx() -> list[str]:
        above = rustworkx.immediate_dominators(rx, root)
        return dominators(lambda n: above[n])

    return {
        "everything that led to an event": {
            "networkx": lambda: set(nx.ancestors(graph, effect)),
            "igraph": lambda: {names[n] for n in ig.subcomponent(end, mode="in")} - {effect},
            "rustworkx": lambda: {names[n] for n in rustworkx.ancestors(rx, end)},
        },
        "the events that every way passes": {"networkx": by_networkx, "igraph": by_igraph, "rustworkx": by_rustworkx},
        "the 20 shortest ways (kg: the 20 surest chains)": {
            "kg": lambda: [len(chain.links) for chain in islice(chains(found, {effect}, {cause}), 20)],
            "igraph": lambda: [len(way) - 1 for way in ig.get_k_shortest_paths(root, end, k=20, mode="out", output="vpath")],
        },
    }


def measure(do: Callable[[], object], rounds: int) -> float:
    """The median of some rounds, in seconds."""
    times = []
    for _ in range(rounds):
        start = perf_counter()
        do()
        times.append(perf_counter() - start)
    return median(times)


def main(argv: Sequence[str] | None = None) -> int:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description="Measures kg why beside igraph and rustworkx.")
    parser.add_argument("--events", type=int, default=10_000, metavar="N")
    parser.add_argument("--links", type=int, default=20_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=5, metavar="N")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as scratch:
        root = network.make(Path(scratch), options.events, options.links)
        store = open_store(Folder(root))
        real = causes(store)
        plain = sure(real)
        effect = f"http://example.org/id/e{options.events - 1}"
        cause = min(plain.beginnings({effect} | nx.ancestors(plain.graph, effect)))
        rows = [("what", "with", "takes", "so the first takes")]
        for task, ways in tasks(plain, cause, effect).items():
            answers = {who: do() for who, do in ways.items()}
            first, *others = answers
            for other in others:
                if answers[other] != answers[first]:
                    print(f"why: {task}: {first} and {other} do not give the same answer, so nothing is measured", file=sys.stderr)
                    return 1
            ours = measure(ways[first], options.rounds)
            rows.append((task, first, f"{ours * 1000:.1f} ms", ""))
            for other in others:
                took = measure(ways[other], options.rounds)
                rows.append(("", other, f"{took * 1000:.1f} ms", f"{ours / took:.1f}×"))
        for what, do in {
            "the causal network from the store": lambda: causes(store),
            "the 20 surest chains, with doubts": lambda: list(islice(chains(real, {effect}), 20)),
            "turning points": lambda: turning_points(real, effect),
        }.items():
            rows.append((what, "kg", f"{measure(do, options.rounds) * 1000:.0f} ms", ""))
        environment = os.environ | {"PYTHONPATH": str(HERE.parent / "src")}
        command = [sys.executable, "-m", "kg", "why", effect, "--folder", str(root), "-o", os.devnull]
        took = measure(lambda: subprocess.run(command, env=environment, check=True, capture_output=True), options.rounds)
        rows.append(("`kg why EFFECT`, the whole process", "kg", f"{took:.2f} s", ""))
    report = f"{options.events} events, {options.links} links, medians of {options.rounds} rounds\n\n" + markdown(rows)
    print(report, end="")
    if options.output:
        options.output.write_text(report, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
