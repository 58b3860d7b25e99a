"""What every test may ask for: the project's folder, its built store, outside tools, and the source beside the project."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Callable, Iterator
from functools import cache
from glob import glob
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

# A shell lets what it runs in the background pass over interrupts, and children inherit that; the tests interrupt theirs.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes is no matter of a test.
settings.register_profile("kg", deadline=None)
settings.load_profile("kg")

ROOT = Path(__file__).resolve().parents[1]
OFFLINE = ("EAI_AGAIN", "ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ENETUNREACH", "ETIMEDOUT", "EIDLETIMEOUT", "ERR_SOCKET_TIMEOUT")
"""npm's codes where there is no network, or no registry on it."""


def missing(what: str) -> None:
    """Skip with a reason, or fail where the environment promises that every tool is there."""
    if os.environ.get("KG_REQUIRE_TOOLS") == "1":
        pytest.fail(f"{what} is not installed, but KG_REQUIRE_TOOLS=1 promises it")
    pytest.skip(f"{what} is not installed")


@pytest.fixture(scope="session")
def root() -> Path:
    """The project's own folder."""
    return ROOT


_JENA = {"riot": "riotcmd.riot", "rsparql": "arq.rsparql", "rupdate": "arq.rupdate"}


@pytest.fixture(scope="session")
def tool(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], list[str]]:
    """The command of an outside tool: `rapper` and `chromium` by name, those of Jena as Java with Debian's jars."""

    @cache
    def jena() -> str:
        """The class path, which Debian does not give. Two of the loggers that lie there refuse to run together, and
        the messages of the package's own Xerces lie in another folder than the one where its classes look for them."""
        loggers = ("log4j-over-slf4j", "slf4j-log4j12", "slf4j-jdk14", "slf4j-jcl", "slf4j-nop", "maven", "jul-to-slf4j")
        jars = [jar for jar in sorted(glob("/usr/share/java/*.jar")) if not os.path.basename(jar).startswith(loggers)]
        messages = tmp_path_factory.mktemp("jena")
        with ZipFile("/usr/share/java/jena-core.jar") as core:
            for name in core.namelist():
                if name.startswith(away := "org/apache/jena/ext/") and name.endswith(".properties"):
                    path = messages / name.removeprefix(away)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(core.read(name))
        return ":".join([str(messages), *jars])

    def command(name: str) -> list[str]:
        if name in _JENA:
            java = shutil.which("java")
            if not java or not os.path.exists("/usr/share/java/jena-arq.jar"):
                missing("Apache Jena (Debian: libapache-jena-java, default-jre-headless)")
            return [str(java), "-cp", jena(), _JENA[name]]
        path = shutil.which(name)
        if not path:
            missing(name)
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


@pytest.fixture(scope="session")
def graph(store, folder):  # type: ignore[no-untyped-def]
    """The whole network with what its page tells, made once; no test changes it."""
    from kg.names import Names
    from kg.network import network
    from kg.picture import detailed

    return detailed(network(store), store, Names.of(folder))


@pytest.fixture(scope="session")
def html(graph):  # type: ignore[no-untyped-def]
    """The page of the whole network."""
    from kg.picture import page

    return page(graph, "The whole network")


# Of one module only: while it runs, no other loop of asyncio can run in this thread.
@pytest.fixture(scope="module")
def browser(tool: Callable[[str], list[str]]) -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    path = tool("chromium")[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path)
        yield browser
        browser.close()


@pytest.fixture
def opener(browser: Browser, tmp_path: Path) -> Iterator[Callable[..., Any]]:
    """Opens the text of a page in the browser, offline: `opener(text, fragment, **options of the context)` gives a `browsing.Opened`."""
    from browsing import Opened

    every: list[Opened] = []

    def open_(text: str, fragment: str = "", **options: Any) -> Opened:
        path = tmp_path / f"page{len(every)}.html"
        path.write_text(text, encoding="utf-8")
        every.append(Opened(browser, path, fragment, **options))
        return every[-1]

    yield open_
    for one in every:
        one.context.close()
