"""What is handed out: pinned requirements, a wheel and a source archive that hold what they should, and one version."""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import kg

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


@pytest.fixture(scope="module")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Path], Path]:
    """Builds a wheel or an sdist of a folder, each time into a new place, without a network."""

    def run(target: str, source: Path) -> Path:
        place = tmp_path_factory.mktemp(target)
        command = [sys.executable, "-m", "hatchling", "build", "-t", target, "-d", str(place)]
        done = subprocess.run(command, cwd=source, capture_output=True, text=True, check=False)
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
