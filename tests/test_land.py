"""The base map: every point on it, land where land is, no band across it, no more bytes than allowed."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import NotFound
from kg.picture import land

Point = tuple[float, float]
GOL = (47.73, 118.59)
SETS: dict[str, list[Point]] = {
    "Eurasia": [GOL, (47.9, 117.84), (34.39, 132.44), (55.75, 37.61), (32.76, 129.89), (52.52, 13.4)],
    "one river": [GOL, (47.9, 117.84)],
    "one point": [GOL],
    "both sides of the antimeridian": [(64.0, -170.0), (66.0, 175.0), (52.0, -175.0)],
    "the whole world": [(40.0, -100.0), (-30.0, 150.0), (51.0, 0.0)],
    "south of the equator": [(-33.0, 18.0), (-26.0, 28.0)],
    "on the equator": [(1.0, 103.0), (-6.0, 106.0)],
    "near the pole": [(89.0, 10.0), (78.0, 15.0)],
    "Antarctica": [(-77.8, 166.7), (-69.0, 39.6)],
}
KNOWN = [  # whether it is land
    (True, (46.0, 105.0)), (True, (40.0, 116.0)), (True, (36.0, 138.0)), (True, (62.0, 90.0)), (True, (40.0, -100.0)),
    (True, (-25.0, 135.0)), (True, (-28.0, 24.0)), (True, (65.5, 179.0)), (True, (66.5, -178.5)), (True, (-82.0, 60.0)),
    (False, (40.0, 135.0)), (False, (35.0, 123.0)), (False, (55.0, 150.0)), (False, (42.0, 50.5)), (False, (58.0, 179.0)),
    (False, (-5.0, 108.0)), (True, (0.0, 102.0)), (False, (85.0, 0.0)), (True, (79.2, 16.5)), (True, (-75.0, 120.0)),
    (False, (58.0, -179.0)), (False, (-45.0, 80.0)), (False, (75.0, 0.0)), (False, (30.0, -50.0)),
]


def rings(path: str) -> list[list[tuple[int, int]]]:
    """The rings of a path that land.py has written."""
    found = []
    for part in path.split("M")[1:]:
        assert part.endswith("z")
        numbers = [int(number) for number in re.findall(r"-?\d+", part)]
        x, y = numbers[:2]
        ring = [(x, y)]
        for dx, dy in zip(numbers[2::2], numbers[3::2], strict=True):
            x, y = x + dx, y + dy
            ring.append((x, y))
        found.append(ring)
    return found


def inside(point: tuple[float, float], drawn: list[list[tuple[int, int]]]) -> bool:
    """By the even-odd rule."""
    x, y = point
    odd = False
    for ring in drawn:
        for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]):
            if (ay > y) != (by > y) and x < ax + (y - ay) / (by - ay) * (bx - ax):
                odd = not odd
    return odd


def placed(project: land.Projection, latitude: float, longitude: float) -> tuple[float, float]:
    return project(project.middle + (longitude - project.middle + 180) % 360 - 180, latitude)


@pytest.mark.parametrize("name", SETS)
def test_land_lies_where_land_is(name: str) -> None:
    drawn, project = land.outline(SETS[name]), land.fitted(SETS[name])
    left, top, right, bottom = drawn["around"]
    shapes = rings(drawn["land"])
    tried = 0
    for is_land, (latitude, longitude) in KNOWN:
        x, y = placed(project, latitude, longitude)
        if left + 1 < x < right - 1 and top + 1 < y < bottom - 1:
            tried += 1
            assert inside((x, y), shapes) == is_land, (latitude, longitude)
    assert tried


@pytest.mark.parametrize("name", SETS)
def test_no_band_runs_across_the_map(name: str) -> None:
    drawn = land.outline(SETS[name])
    left, top, right, bottom = drawn["around"]
    for ring in rings(drawn["land"]):
        assert len(ring) >= 3
        for (ax, ay), (bx, by) in pairwise([*ring, ring[0]]):
            assert left - 1 <= ax <= right + 1 and top - 1 <= ay <= bottom + 1
            on_the_edge = (ax == bx and ax in (left, right)) or (ay == by and ay in (top, bottom))
            # Antarctica ends with a straight line at the pole.
            at_the_pole = name == "the whole world" and ay == by
            assert on_the_edge or at_the_pole or abs(ax - bx) < (right - left) / 3


@pytest.mark.parametrize("name", SETS)
def test_the_outlines_are_small_and_the_same_every_time(name: str) -> None:
    drawn = land.outline(SETS[name])
    assert len(drawn["land"]) <= land.LARGEST and len(drawn["seams"]) < 4000
    assert land.outline(list(reversed(SETS[name]))) == drawn
    assert drawn["about"]


def test_a_smaller_limit_makes_coarser_outlines(monkeypatch: pytest.MonkeyPatch) -> None:
    fine = land.outline(SETS["Eurasia"])
    monkeypatch.setattr(land, "LARGEST", 9000)
    coarse = land.outline(SETS["Eurasia"])
    assert 3000 < len(coarse["land"]) <= 9000 < len(fine["land"])
    assert inside(land.fitted(SETS["Eurasia"])(105.0, 46.0), rings(coarse["land"]))


points = st.tuples(st.floats(-90, 90), st.floats(-180, 180))
near = st.tuples(st.floats(30, 60), st.floats(100, 140))


@given(st.lists(points, min_size=1, max_size=8) | st.lists(near, min_size=1, max_size=8))
def test_every_point_is_in_the_frame(some: list[Point]) -> None:
    project = land.fitted(some)
    for latitude, longitude in some:
        x, y = placed(project, latitude, longitude)
        assert -1e-6 <= x <= land.WIDTH + 1e-6 and -1e-6 <= y <= land.HEIGHT + 1e-6


@given(st.floats(35, 60), st.floats(90, 140))
def test_north_is_up_and_a_degree_of_latitude_is_as_long_everywhere(latitude: float, longitude: float) -> None:
    project = land.fitted(SETS["Eurasia"])
    (x, y), (to_x, to_y) = project(longitude, latitude), project(longitude, latitude + 1)
    assert to_y < y
    assert ((x - to_x) ** 2 + (y - to_y) ** 2) ** 0.5 == pytest.approx(project.scale)


def test_without_the_outlines_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    land._land.cache_clear()
    monkeypatch.setattr(land.resources, "files", lambda package: tmp_path)
    with pytest.raises(NotFound, match="run make setup"):
        land.outline([GOL])
