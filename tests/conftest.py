"""What every test may ask for: the project's folder, its built store, outside tools, and the source beside the project."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from glob import glob
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


def _missing(what: str) -> None:
    """Skip with a reason, or fail where the environment promises that every tool is there."""
    if os.environ.get("KG_REQUIRE_TOOLS") == "1":
        pytest.fail(f"{what} is not installed, but KG_REQUIRE_TOOLS=1 promises it")
    pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return ROOT


@pytest.fixture(scope="session")
def tool() -> Callable[[str], list[str]]:
    """The command of an outside tool: `rapper` and `chromium` by name, `riot` as Java with Debian's Jena."""

    def command(name: str) -> list[str]:
        if name == "riot":
            java = shutil.which("java")
            jars = sorted(glob("/usr/share/java/*.jar")) if os.path.exists("/usr/share/java/jena-arq.jar") else []
            if not java or not jars:
                _missing("Apache Jena (Debian: libapache-jena-java, default-jre-headless)")
            return [str(java), "-cp", ":".join(jars), "riotcmd.riot"]
        path = shutil.which(name)
        if not path:
            _missing(name)
        return [str(path)]

    return command


@pytest.fixture(scope="session")
def shared() -> Path:
    """The folder with the source's text, which never enters the project."""
    path = ROOT.parent / "shared"
    if not (path / "source").is_dir():
        pytest.skip("the source's text is not beside the project")
    return path


@pytest.fixture(scope="session")
def folder():  # type: ignore[no-untyped-def]
    """The project's folder as the program sees it."""
    from kg.folder import Folder

    return Folder(ROOT)


@pytest.fixture(scope="session")
def store(folder):  # type: ignore[no-untyped-def]
    """The built graph, loaded once."""
    from kg.store import open_store

    return open_store(folder)
