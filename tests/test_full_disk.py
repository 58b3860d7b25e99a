"""A disk that is full: each command that writes a file says so in one line, and leaves what was there."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import tiny
from kg.build import build

OLD = b"what was there\n" * 1000
COMMANDS = {
    "build": ["build", "--no-checks"],
    "export": ["export", "turtle"],
    "export graphml": ["export", "graphml"],
    "draw": ["draw"],
    "ask": ["ask", "--sparql", "SELECT * { ?s ?p ?o }"],
    "ask of one row": ["ask", "--sparql", "ASK {}", "--format", "json"],
    "show": ["show", "long-war"],
}


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set on another disk, built."""
    folder = tiny.make(tmp_path_factory.mktemp("tiny") / "set")
    build(folder, check=False)
    return Path(folder.root)


@pytest.fixture
def disk(tmp_path: Path, tool: Callable[[str], list[str]]) -> Iterator[Path]:
    """A small disk of its own, empty. Needs root, and a machine that lets it mount."""
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("only root can mount a small disk")
    place = tmp_path / "disk"
    place.mkdir()
    command = [*tool("mount"), "-t", "tmpfs", "-o", "size=4m", "kg-test", str(place)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip(f"this machine lets nothing be mounted ({' '.join(done.stderr.split())})")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill(disk: Path) -> Path:
    """Fills a disk to its last byte."""
    filler = disk / "filler"
    with open(filler, "wb", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(b"\0" * size):
                    pass
            except OSError as error:
                assert error.errno == errno.ENOSPC
    return filler


@pytest.mark.parametrize("name", COMMANDS)
def test_a_full_disk_is_one_line_and_changes_nothing(name: str, root: Path, disk: Path) -> None:
    output = disk / "output"
    output.write_bytes(OLD)
    output.chmod(0o640)
    filler = fill(disk)
    command = [sys.executable, "-m", "kg", *COMMANDS[name], "-o", str(output), "--folder", str(root)]

    def run() -> subprocess.CompletedProcess[str]:
        environment = os.environ | {"PYTHONPATH": str(tiny.ROOT / "src")}
        return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", env=environment, check=False)

    done = run()
    assert (done.returncode, done.stdout) == (5, "")
    assert done.stderr == f"kg: {output}: cannot be written (No space left on device); choose another place\n"
    assert output.read_bytes() == OLD and output.stat().st_mode & 0o777 == 0o640
    assert sorted(path.name for path in disk.iterdir()) == ["filler", "output"]

    filler.unlink()  # with room the same command writes: it was the disk
    assert run().returncode == 0
    assert output.read_bytes() not in (OLD, b"") and [path.name for path in disk.iterdir()] == ["output"]


def test_a_new_file_on_a_full_disk_is_not_begun(root: Path, disk: Path) -> None:
    fill(disk)
    command = [sys.executable, "-m", "kg", "export", "ntriples", "-o", str(disk / "new.nt"), "--folder", str(root)]
    done = subprocess.run(command, capture_output=True, env=os.environ | {"PYTHONPATH": str(tiny.ROOT / "src")}, check=False)
    assert done.returncode == 5 and [path.name for path in disk.iterdir()] == ["filler"]
