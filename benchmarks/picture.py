"""Measures the page of a network in headless Chromium beside what pyvis makes of the same network.

    python benchmarks/picture.py [--rounds N] [--sizes N,…] [--folder DIR]

The peers are a page of pyvis as it comes (its physics looks for places), and one with the places that ours has and no
physics: the same network without what we add. Each page is opened in a fresh tab with the network cut; in each round
every page is opened once, and who goes first changes. The first still frame is the first that is drawn while nothing
moves, counted from the beginning of the navigation. Redraws and a step of the slider are timed on our page.
Beside the data set's own network made-up ones of other sizes are drawn.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from shutil import which
from statistics import median
from time import monotonic
from typing import TYPE_CHECKING

sys.path[:0] = [str(Path(__file__).resolve().parent), str(Path(__file__).resolve().parents[1] / "src")]

from bench import ROOT, markdown, seconds  # noqa: E402  (beside this file)

if TYPE_CHECKING:
    import networkx as nx
    from playwright.sync_api import Browser

WATCH = """
(() => {
  const times = { first: null, still: null };
  window.watched = times;
  let value;
  const watch = (Network) => function (...given) {
    const network = new Network(...given);
    network.on("afterDrawing", () => {
      times.first ??= performance.now();
      if (!network.physics.physicsEnabled || network.physics.stabilized) times.still ??= performance.now();
    });
    network.on("stabilized", () => { times.still ??= performance.now(); });
    window.drawn = network;
    return network;
  };
  Object.defineProperty(window, "vis", { configurable: true, get: () => value, set(given) {
    value = given;
    let held = given.Network && watch(given.Network);
    Object.defineProperty(given, "Network", { configurable: true, enumerable: true, get: () => held, set(one) { held = watch(one); } });
  } });
})();
"""
PATIENCE = 60_000
"""How long physics may take, in milliseconds; whoever moves still then is counted with so many."""


def made_up(size: int) -> nx.MultiDiGraph[str]:
    """Dated events with three links each; the same on every run."""
    import networkx as nx

    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for n in range(size):
        year = 1900 + n * 40 // size
        graph.add_node(f"urn:e{n}", label=f"Event {n}", kind="event", group=("Fighting", "Act", "Outcome")[n % 3],
                       earliest=f"{year}-01-01", begun=f"{year}-12-31", latest=f"{year}-12-31")
    for source, target in nx.barabasi_albert_graph(size, 3, seed=1).edges():
        graph.add_edge(f"urn:e{source}", f"urn:e{target}", label="causes", predicate="https://example.org/#causes")
    return graph


def plain(graph: nx.MultiDiGraph[str], laid: bool) -> str:
    """The network as pyvis writes it: with its physics, or with our places and none."""
    from pyvis.network import Network

    from kg.layout import layout

    net = Network(directed=True, cdn_resources="in_line", height="600px")
    places = layout(graph).positions if laid else {}
    for node, data in graph.nodes(data=True):
        x, y = places.get(node, (None, None))
        net.add_node(node, label=data["label"], shape="dot", size=10, **({"x": x, "y": y} if laid else {}))
    for source, target, data in graph.edges(data=True):
        net.add_edge(source, target, title=data["label"])
    if laid:
        net.toggle_physics(False)
    return net.generate_html()


def opened(browser: Browser, path: Path, ours: bool) -> dict[str, float]:
    """Milliseconds until the first frame and the first still one; on our page also of a redraw and a step of the slider."""
    context = browser.new_context(offline=True, viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.add_init_script(WATCH)
    page.goto(path.as_uri(), wait_until="commit")
    end = monotonic() + PATIENCE / 1000
    while page.evaluate("window.watched ? watched.still : null") is None:  # waiting in the page would need eval, which the policy forbids
        if monotonic() > end:
            context.close()
            return {"first": PATIENCE, "still": PATIENCE}
        page.wait_for_timeout(20)
    times: dict[str, float] = page.evaluate("watched")
    if ours:
        page.wait_for_selector("body[data-ready]", state="attached")
        times["ready"] = page.evaluate("performance.now()")
        times["redraw"] = page.evaluate("""(() => { const t = performance.now(); for (let n = 0; n < 5; n += 1) drawn.redraw();
            return (performance.now() - t) / 5 })()""")
        times["slide"] = page.evaluate("""(() => { const t = performance.now(); const days = kgPicture.looks.scale.map((knot) => knot[0]);
            const some = [0.3, 0.5, 0.7].map((part) => days[Math.floor(part * (days.length - 1))]);
            for (const day of some) { kgPicture.view.set({ to: day }); kgPicture.view.now(); }
            return (performance.now() - t) / some.length })()""")
    context.close()
    return times


def measure(browser: Browser, graph: nx.MultiDiGraph[str], html: str, rounds: int, physics: bool) -> list[list[str]]:
    """Rows of the table for one network."""
    pages = {"kg": html, "pyvis, placed": plain(graph, laid=True)} | ({"pyvis": plain(graph, laid=False)} if physics else {})
    found: dict[str, list[dict[str, float]]] = {who: [] for who in pages}
    with tempfile.TemporaryDirectory() as scratch:
        for n, text in enumerate(pages.values()):
            Path(scratch, f"{n}.html").write_text(text, encoding="utf-8")
        order = list(pages)
        for n in range(rounds + 1):
            for who in order[n % len(order):] + order[: n % len(order)]:
                if who == "pyvis" and n > 2:  # minutes, and no other figure than before
                    continue
                times = opened(browser, Path(scratch, f"{order.index(who)}.html"), who == "kg")
                if n:  # the first opening warms the browser
                    found[who].append(times)
    ours = median(one["still"] for one in found["kg"])
    size = f"{len(graph)} things, {graph.number_of_edges()} links"
    rows = []
    for who in order:
        still = median(one["still"] for one in found[who])
        aim = {"pyvis": "≥ 5× sooner", "pyvis, placed": "≤ 1.5×"}.get(who, "")
        ratio = {"pyvis": still / ours, "pyvis, placed": ours / still}.get(who)
        met = "" if ratio is None else "met" if (ratio >= 5 if who == "pyvis" else ratio <= 1.5) else "missed"
        says = "" if ratio is None else f"kg {ratio:.1f}× sooner" if who == "pyvis" else f"kg takes {ratio:.2f}×"
        more = ""
        if who == "kg":
            more = ", ".join(f"{key} {seconds(median(one[key] for one in found[who]) / 1000)}" for key in ("ready", "redraw", "slide"))
        rows.append([size, who, f"{len(pages[who].encode()) / 1e6:.2f} MB", seconds(still / 1000), says, aim, met or more])
    return rows


def main(argv: Sequence[str] | None = None) -> int:
    """Measures and prints the report."""
    parser = argparse.ArgumentParser(description="Measures the page of a network in headless Chromium beside pyvis.")
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="how often each page is opened (default 5)")
    parser.add_argument("--sizes", default="1000,5000", metavar="N,…", help="things of made-up networks (default 1000,5000)")
    parser.add_argument("--folder", type=Path, default=ROOT, metavar="DIR", help="the data set (default: the project's)")
    options = parser.parse_args(argv)
    chromium = which("chromium")
    if chromium is None:
        print("picture: chromium is not installed (Debian: chromium)", file=sys.stderr)
        return 1
    from playwright.sync_api import sync_playwright

    import kg
    from kg.picture import page

    graph = kg.open(options.folder)
    network = graph.network()
    rows = [["network", "page", "size", "first still frame", "so", "aim", ""]]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium)
        rows += measure(browser, network, graph.draw(), options.rounds, physics=True)
        for size in filter(None, options.sizes.split(",")):
            some = made_up(int(size))
            # Physics takes minutes above a thousand things: it is left out there.
            rows += measure(browser, some, page(some, "Made up"), options.rounds, physics=int(size) <= 1000)
        print(f"Chromium {browser.version}, medians of {options.rounds} rounds\n")
        browser.close()
    print(markdown(rows), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
