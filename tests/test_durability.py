"""What was acknowledged stays, whole, whatever happens to the server; what was not is there whole or not at all."""

from __future__ import annotations

import json
import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pyoxigraph as ox
import pytest

import served
from served import Served
from test_full_disk import disk, fill  # noqa: F401  (a fixture)

SIZE = 100
"""Triples of an update."""


def insert(number: int) -> str:
    return "INSERT DATA { " + " ".join(f"<http://x.org/u{number}> <http://x.org/p> {n} ." for n in range(SIZE)) + " }"


def held(server: Served) -> dict[int, int]:
    """Update → how many of its triples are there."""
    reply = server.query("SELECT ?s (COUNT(*) AS ?n) { ?s <http://x.org/p> ?o } GROUP BY ?s")
    assert reply.status == 200, reply
    rows = json.loads(reply.body)["results"]["bindings"]
    return {int(row["s"]["value"].rpartition("u")[2]): int(row["n"]["value"]) for row in rows}


def arguments(root: Path, *more: str) -> list[str]:
    return ["--store", str(root / "store"), "--writable", "--token-file", str(served.token_file(root / "token")), *more]


@pytest.mark.parametrize("victim", ["server", "writer"])
def test_kill_in_the_middle_of_updates(victim: str, tmp_path: Path) -> None:
    """20 rounds of kill -9: no acknowledged update is lost, none is torn. The writing process alone is replaced by itself."""
    served.store(tmp_path / "store")
    acknowledged: set[int] = set()
    sent = 0
    random.seed(1)
    for _ in range(20 if victim == "server" else 1):
        with served.serving(*arguments(tmp_path)) as server:
            found = held(server)
            assert acknowledged <= found.keys() and set(found.values()) <= {SIZE}
            stop = threading.Event()

            def update(server: Served = server, stop: threading.Event = stop) -> None:
                nonlocal sent
                while not stop.is_set():
                    sent += 1
                    number = sent
                    try:
                        if server.update(insert(number)).status == 204:
                            acknowledged.add(number)
                    except OSError:
                        return

            thread = threading.Thread(target=update)
            thread.start()
            before = len(acknowledged)
            end = time.monotonic() + served.WAIT
            if victim == "server":
                while len(acknowledged) < before + 2 and time.monotonic() < end:
                    time.sleep(0.001)
                time.sleep(random.random() * 0.05)
                processes = server.processes()
                for pid in processes:
                    with suppress(ProcessLookupError):
                        os.kill(pid, signal.SIGKILL)
            else:
                for _ in range(20):
                    before = len(acknowledged)
                    while len(acknowledged) < before + 2 and time.monotonic() < end:
                        time.sleep(0.001)
                    with suppress(ProcessLookupError):
                        os.kill(writer(server, tmp_path / "store"), signal.SIGKILL)
            stop.set()
            thread.join()
    with served.serving(*arguments(tmp_path)) as server:
        found = held(server)
        assert acknowledged <= found.keys() and set(found.values()) == {SIZE}
        assert len(acknowledged) >= 40


def writer(server: Served, store: Path) -> int:
    """The process that holds the store's lock."""
    for pid in server.processes():
        with suppress(OSError):
            for name in os.listdir(f"/proc/{pid}/fd"):
                with suppress(OSError):
                    if os.readlink(f"/proc/{pid}/fd/{name}") == str(store / "LOCK"):
                        return pid
    return 0


def test_a_full_disk_is_an_error_and_loses_nothing(disk: Path, tmp_path: Path) -> None:  # noqa: F811
    served.store(disk / "store", name="data.nt")
    (disk / "token").write_text(served.TOKEN)
    with served.serving("--store", str(disk / "store"), "--writable", "--token-file", str(disk / "token")) as server:
        acknowledged: set[int] = set()
        assert server.update(insert(0)).status == 204
        acknowledged.add(0)
        filler = fill(disk)
        failed = 0
        for number in range(1, 400):
            reply = server.update(insert(number))
            if reply.status == 204:
                acknowledged.add(number)
                continue
            assert reply.status in (500, 503) and reply.media == "application/problem+json", reply
            failed += 1
            found = held(server)
            assert acknowledged <= found.keys() and set(found.values()) == {SIZE}
            if failed == 3:
                break
        assert failed
        filler.unlink()
        end = time.monotonic() + served.WAIT
        while server.update(insert(1000)).status != 204:
            assert time.monotonic() < end
        acknowledged.add(1000)
        found = held(server)
        assert acknowledged <= found.keys() and set(found.values()) == {SIZE}
    store = ox.Store.read_only(str(disk / "store"))
    assert len(store) >= len(acknowledged) * SIZE
    del store


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_graceful_stop_lets_what_runs_end(number: int, tmp_path: Path) -> None:
    turtle = "".join(f"<http://x.org/{n}> <http://x.org/p> {n} .\n" for n in range(1500))
    served.store(tmp_path / "store", turtle)
    slow = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f FILTER(STR(?c) < STR(?f)) }"
    with served.serving("--store", str(tmp_path / "store"), "--limit", "deadline=60") as server, ThreadPoolExecutor(2) as clients:
        answers = [clients.submit(server.query, slow) for _ in range(2)]
        end = time.monotonic() + served.WAIT
        while 'kg_processes_busy 2.0' not in server.ask("GET", "/metrics").text and time.monotonic() < end:
            time.sleep(0.01)
        for pid in server.processes() if number == signal.SIGINT else [server.process.pid]:  # as a terminal sends it
            os.kill(pid, number)
        for answer in answers:
            assert answer.result().status == 200
        assert server.process.wait(timeout=served.WAIT) == 0
        with pytest.raises(OSError):
            server.query("ASK {}")


def test_readers_never_see_half_an_update(tmp_path: Path) -> None:
    served.store(tmp_path / "store")
    with served.serving(*arguments(tmp_path)) as server, ThreadPoolExecutor(3) as clients:
        stop = threading.Event()

        def read() -> int:
            count = 0
            while not stop.is_set():
                assert set(held(server).values()) <= {SIZE}
                count += 1
            return count

        readers = [clients.submit(read) for _ in range(3)]
        try:
            for number in range(60):
                assert server.update(insert(number)).status == 204
                assert number in held(server)
        finally:
            stop.set()
        assert all(reader.result() for reader in readers)
