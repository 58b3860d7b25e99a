"""The base map: a projection that fits the points, and the land in it, simplified to what its size needs.

Land is Natural Earth's (public domain), which the build takes from the npm package world-atlas: closed rings of longitude and
latitude, cut at the antimeridian. The projection is the equidistant conic (Snyder, Map Projections: A Working Manual, 1987,
section 16), or the equirectangular one where a cone would not do.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import pairwise
from typing import Any

from kg.errors import NotFound

Point = tuple[float, float]
WIDTH, HEIGHT = 3000, 1900
"""The frame around the points, in units of the map."""
LARGEST = 80_000
"""Bytes that the outlines may take."""
_ROUND_ABOUT = (1.3, 2.4)
"""The land reaches further than the frame, in width and height, for windows of another shape."""
_LEAST = 30.0
"""The frame shows at least so many degrees from left to right."""
_MARGIN = 1.3
_STEP = 2.0
"""Edges longer than this (degrees) are bent as the projection bends them."""


@dataclass(frozen=True)
class Projection:
    """Longitude and latitude to units of the map, downwards as in SVG. `cone` is 0 for the equirectangular one."""

    middle: float
    cone: float
    apex: float
    squeeze: float
    scale: float = 1.0
    left: float = 0.0
    top: float = 0.0

    def __call__(self, longitude: float, latitude: float) -> Point:
        """The place of a point; the longitude is one within half a turn of the middle."""
        if self.cone:
            radius, angle = self.apex - latitude, math.radians(self.cone * (longitude - self.middle))
            x, y = radius * math.sin(angle), radius * math.cos(angle)
        else:
            x, y = (longitude - self.middle) * self.squeeze, -latitude
        return (x - self.left) * self.scale, (y - self.top) * self.scale


def outline(points: Iterable[Point]) -> dict[str, Any]:
    """The base map for points (latitude, longitude), as the page's script takes it.

    `width` and `height` of the frame, `around` the box [left, top, right, bottom] that is drawn, the numbers of `projection`,
    `land` as an SVG path (even-odd), `seams` a path over its edges that are no coast, `about` for the credits. Raises NotFound
    where the outlines of land are missing.
    """
    about, rings = _land()
    project = fitted(list(points))
    around = (-WIDTH * (_ROUND_ABOUT[0] - 1) / 2, -HEIGHT * (_ROUND_ABOUT[1] - 1) / 2,
              WIDTH * (_ROUND_ABOUT[0] + 1) / 2, HEIGHT * (_ROUND_ABOUT[1] + 1) / 2)
    drawn: list[list[Point]] = []
    seams: list[list[Point]] = []
    for ring in rings:
        for turn in (-360.0, 0.0, 360.0):
            piece = [(longitude + turn, latitude) for longitude, latitude in ring]
            low, high = min(x for x, _ in piece), max(x for x, _ in piece)
            if high <= project.middle - 180 or low >= project.middle + 180:
                continue
            piece = _cut(_cut(piece, 0, project.middle - 180, 1), 0, project.middle + 180, -1)
            flat = [project(*point) for point in _bent(piece)]
            if not _meets(flat, around):
                continue
            drawn.append(flat)
            seams += [[project(*point) for point in _bent([a, b], closed=False)] for a, b in pairwise([*piece, *piece[:1]]) if _seam(a, b)]
    tolerance = 1.0
    while True:
        path = "".join(_path(_boxed(_simple(ring, tolerance), around), tolerance) for ring in drawn)
        if len(path) <= LARGEST:
            break
        tolerance *= 1.4
    return {
        "width": WIDTH, "height": HEIGHT, "around": [round(edge) for edge in around], "land": path,
        "seams": "".join(_line(line) for line in seams if _meets(line, around)), "about": about,
        "projection": {name: round(getattr(project, name), 6) for name in Projection.__dataclass_fields__},
    }


def fitted(points: Sequence[Point]) -> Projection:
    """The projection whose frame holds all the points (latitude, longitude) with a margin. At least one point."""
    latitudes = sorted(latitude for latitude, _ in points)
    longitudes = sorted({(longitude + 180) % 360 - 180 for _, longitude in points})
    # The frame leaves out the widest stretch without a point, wherever on the globe it lies.
    gaps = [(after - own, after) for own, after in zip(longitudes, [*longitudes[1:], longitudes[0] + 360], strict=True)]
    gap, start = max(gaps)
    span = 360 - gap
    middle = (start + span / 2 + 180) % 360 - 180
    south, north = latitudes[0], latitudes[-1]
    centre, reach = (south + north) / 2, max((north - south) / 3, 3.0)
    first, second = math.radians(max(-80, centre - reach)), math.radians(min(80, centre + reach))
    cone = (math.cos(first) - math.cos(second)) / (second - first)
    if abs(cone) < 0.2 or span > 200 or south * north < 0:
        plain = Projection(middle, 0.0, 0.0, max(0.2, math.cos(math.radians(centre))))
    else:
        plain = Projection(middle, cone, math.degrees(math.cos(first) / cone + first), 1.0)
    # The longest way east and west is not always at the northernmost or southernmost point: the points themselves tell.
    flat = [plain(middle + (longitude - middle + 180) % 360 - 180, latitude) for latitude, longitude in points]
    left, right = min(x for x, _ in flat), max(x for x, _ in flat)
    top, bottom = min(y for _, y in flat), max(y for _, y in flat)
    width = max((right - left) * _MARGIN, (bottom - top) * _MARGIN * WIDTH / HEIGHT, _LEAST)
    height = width * HEIGHT / WIDTH
    return Projection(plain.middle, plain.cone, plain.apex, plain.squeeze, WIDTH / width,
                      (left + right - width) / 2, (top + bottom - height) / 2)


@cache
def _land() -> tuple[str, list[list[Point]]]:
    file = resources.files("kg") / "assets" / "land.json"
    try:
        data = json.loads(file.read_text("utf-8"))
    except OSError as error:
        raise NotFound("the outlines of land for the map are missing", "kg/assets/land.json", "run make setup") from error
    return data["about"], [[(float(x), float(y)) for x, y in ring] for ring in data["rings"]]


def _seam(one: Point, other: Point) -> bool:
    """Whether an edge is none of a coast: it lies on the antimeridian, or closes Antarctica at the pole."""
    return (one[0] == other[0] and one[0] % 360 == 180) or one[1] == other[1] == -90


def _bent(points: list[Point], closed: bool = True) -> list[Point]:
    """The points with others put between those that lie far apart."""
    found: list[Point] = []
    for (x, y), (to_x, to_y) in pairwise([*points, *points[:1]] if closed else points):
        steps = max(1, math.ceil(max(abs(to_x - x), abs(to_y - y)) / _STEP))
        found += [(x + (to_x - x) * n / steps, y + (to_y - y) * n / steps) for n in range(steps)]
    return found if closed else [*found, points[-1]]


def _meets(points: list[Point], box: tuple[float, float, float, float]) -> bool:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return bool(points) and max(xs) > box[0] and min(xs) < box[2] and max(ys) > box[1] and min(ys) < box[3]


def _boxed(ring: list[Point], box: tuple[float, float, float, float]) -> list[Point]:
    for axis, edge, sign in ((0, box[0], 1), (1, box[1], 1), (0, box[2], -1), (1, box[3], -1)):
        ring = _cut(ring, axis, edge, sign)
    return ring


def _cut(ring: list[Point], axis: int, edge: float, sign: int) -> list[Point]:
    """What of a ring lies on one side of a line along an axis (Sutherland and Hodgman 1974)."""
    found: list[Point] = []
    for one, other in pairwise([*ring, *ring[:1]]):
        inside, follows = sign * (one[axis] - edge) >= 0, sign * (other[axis] - edge) >= 0
        if inside:
            found.append(one)
        if inside != follows:
            share = (edge - one[axis]) / (other[axis] - one[axis])
            across = one[1 - axis] + (other[1 - axis] - one[1 - axis]) * share
            found.append((edge, across) if axis == 0 else (across, edge))
    return found


def _simple(ring: list[Point], tolerance: float) -> list[Point]:
    """The ring without points that lie nearer than the tolerance to the line without them (Douglas and Peucker 1973)."""
    if len(ring) < 4:
        return ring
    far = max(range(len(ring)), key=lambda n: (ring[n][0] - ring[0][0]) ** 2 + (ring[n][1] - ring[0][1]) ** 2)
    closed = [*ring, ring[0]]
    kept = {0, far}
    left = [(0, far), (far, len(ring))]
    while left:
        start, end = left.pop()
        (ax, ay), (bx, by) = closed[start], closed[end]
        length = math.hypot(bx - ax, by - ay)
        best, at = tolerance, -1
        for n in range(start + 1, end):
            x, y = closed[n]
            away = abs((bx - ax) * (ay - y) - (ax - x) * (by - ay)) / length if length else math.hypot(x - ax, y - ay)
            if away > best:
                best, at = away, n
        if at > 0:
            kept.add(at)
            left += [(start, at), (at, end)]
    return [ring[n] for n in sorted(kept)]


def _path(ring: list[Point], tolerance: float) -> str:
    """A ring as a closed SVG path in whole units; nothing where it is smaller than can be seen."""
    points = [(round(x), round(y)) for x, y in ring]
    area = abs(sum(x * to_y - to_x * y for (x, y), (to_x, to_y) in pairwise([*points, *points[:1]]))) / 2
    return "" if area < 4 * tolerance**2 else _line(ring) + "z"


def _line(points: list[Point]) -> str:
    whole = [(round(x), round(y)) for x, y in points]
    steps = [(x - to_x, y - to_y) for (to_x, to_y), (x, y) in pairwise(whole) if (x, y) != (to_x, to_y)]
    return f"M{whole[0][0]} {whole[0][1]}" + ("l" + " ".join(f"{x} {y}" for x, y in steps) if steps else "")
