"""A running `kg serve` for tests, and a client that says exactly what it is told to say."""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, NamedTuple
from urllib.parse import quote, urlsplit

ROOT = Path(__file__).resolve().parents[1]
TOKEN = "a-token-of-the-tests-0123456789"
WAIT = 60.0


class Reply(NamedTuple):
    """A response."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def media(self) -> str:
        return self.headers.get_content_type()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


class Served:
    """A server in a process of its own."""

    def __init__(self, process: subprocess.Popen[str], address: str) -> None:
        self.process, self.address = process, address
        parts = urlsplit(address)
        self.host, self.port = str(parts.hostname), int(parts.port or 80)

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None, source: str | None = None,
        timeout: float = WAIT,
    ) -> Reply:
        """One request on a connection of its own; `source` is the address that it comes from."""
        connection = http.client.HTTPConnection(self.host, self.port, timeout=timeout, source_address=(source, 0) if source else None)
        try:
            connection.request(method, path, body, dict(headers or {}))
            with connection.getresponse() as response:
                return Reply(response.status, response.headers, response.read())
        finally:
            connection.close()

    def query(self, text: str, accept: str = "application/sparql-results+json", **more: str | float) -> Reply:
        """A query by GET."""
        return self.ask("GET", "/sparql?query=" + quote(text, safe=""), None, {"Accept": accept}, **more)  # type: ignore[arg-type]

    def post(self, text: str, accept: str = "application/sparql-results+json", **more: str | float) -> Reply:
        """A query by POST."""
        return self.ask("POST", "/sparql", text.encode(), {"Accept": accept, "Content-Type": "application/sparql-query"}, **more)  # type: ignore[arg-type]

    def update(self, text: str, token: str | None = TOKEN, timeout: float = WAIT) -> Reply:
        """An update."""
        headers = {"Content-Type": "application/sparql-update"} | ({"Authorization": f"Bearer {token}"} if token else {})
        return self.ask("POST", "/sparql", text.encode(), headers, timeout=timeout)

    def processes(self) -> list[int]:
        """The numbers of the server and all that it started."""
        found = [self.process.pid]
        for pid in found:
            for task in Path(f"/proc/{pid}/task").glob("*"):
                with suppress(OSError):  # a thread may have ended meanwhile
                    found += map(int, (task / "children").read_text().split())
        return found

    def memory(self) -> int:
        """Bytes of memory that the server and all that it started hold."""
        total = 0
        for pid in self.processes():
            try:
                status = Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            total += sum(int(line.split()[1]) * 1024 for line in status.splitlines() if line.startswith("VmRSS:"))
        return total


def command(*arguments: str) -> list[str]:
    """`kg serve` on a free port."""
    return [sys.executable, "-m", "kg", "serve", "--port", "0", "--no-browser", *arguments]


def environment() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT / "src")}


def start(*arguments: str, errors: IO[str] | None = None) -> Served:
    """Starts a server and waits until it listens."""
    process = subprocess.Popen(command(*arguments), stdout=subprocess.PIPE, stderr=errors or subprocess.PIPE, text=True, env=environment())
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    if not address:
        _, said = process.communicate(timeout=WAIT)
        if errors is not None:
            errors.seek(0)
            said = errors.read()
        raise AssertionError(f"the server did not start: {said}")
    return Served(process, address)


@contextmanager
def serving(*arguments: str) -> Iterator[Served]:
    """A server for as long as it is needed."""
    with TemporaryFile("w+") as errors:
        server = start(*arguments, errors=errors)
        try:
            yield server
        finally:
            server.process.send_signal(signal.SIGTERM)
            try:
                server.process.wait(timeout=WAIT)
            finally:
                server.process.kill()
                server.process.wait()
                if server.process.stdout is not None:
                    server.process.stdout.close()


def store(path: Path, turtle: str = "", name: str = "data.ttl") -> Path:
    """A store on disk with some triples."""
    from kg.load import load

    source = path.parent / name
    source.write_text(turtle, encoding="utf-8")
    load([source], path)
    return path


def token_file(path: Path) -> Path:
    path.write_text(TOKEN + "\n", encoding="utf-8")
    return path
