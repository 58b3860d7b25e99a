"""A store in memory, and the processes that are forked from the one that holds it."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

import served
import small
from kg.errors import BadQuery, OverLimit, StoreError, TimedOut
from kg.limits import Limits
from kg.load import load
from kg.worker import Pool, frame, holder, readers
from kg.worker.child import Child, Gone
from kg.worker.held import in_memory
from kg.worker.holder import Holder

if not holder.POSSIBLE:
    pytest.skip("this system cannot fork", allow_module_level=True)

KEPT = {"table": "json", "boolean": "json", "graph": "ntriples"}
COUNT = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
QUADS = """
<http://x.org/a> <http://x.org/p> _:b .
_:b <http://x.org/p> "\\u044F"@ru .
_:b <http://x.org/q> "1"^^<http://www.w3.org/2001/XMLSchema#integer> .
<http://x.org/a> <http://x.org/p> "01"^^<http://www.w3.org/2001/XMLSchema#integer> <http://x.org/g> .
<http://x.org/a> <http://x.org/q> <http://x.org/a> <http://x.org/h> .
"""


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    turtle = "".join(f'<http://x.org/{n}> <http://x.org/p> "{n}" .\n' for n in range(500))
    return str(served.store(tmp_path_factory.mktemp("held") / "store", turtle))


def pooled(path: str, does: Callable[[Pool], Awaitable[None]], reserved: int = 1, **limits: float) -> None:
    """Runs something with a pool, which leaves no process."""

    async def run() -> None:
        pool = Pool(path, Limits(**{"workers": 2, "deadline": 2.0, **limits}), reserved=reserved)  # type: ignore[arg-type]
        seen: set[int] = set()
        try:
            await pool.start()
            seen |= everyone(pool)
            await does(pool)
        finally:
            seen |= everyone(pool)
            await pool.close()
        await until(lambda: not [pid for pid in seen if Path(f"/proc/{pid}").exists()])  # orphans are collected by the system

    asyncio.run(run())


def everyone(pool: Pool) -> set[int]:
    return {*pool.processes, *([pool.readers.holder.pid] if pool.readers.holder else [])}


async def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + served.WAIT
    while not true():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def count(pool: Pool) -> int:
    answer = await pool.query(COUNT, {"table": "csv"})
    return int(answer.content.split()[1])


def test_what_is_in_memory_is_what_is_on_the_disk(tmp_path: Path) -> None:
    (tmp_path / "data.nq").write_text(QUADS, encoding="utf-8")
    load([tmp_path / "data.nq"], tmp_path / "store")
    with_empty = ox.Store(str(tmp_path / "store"))
    with_empty.update("CREATE GRAPH <http://x.org/empty>")
    there, graphs = set(with_empty), set(with_empty.named_graphs())
    del with_empty
    held = in_memory(str(tmp_path / "store"), 5)
    assert held is not None and len(there) == 5 and len(graphs) == 3
    assert set(held) == there and set(held.named_graphs()) == graphs
    assert in_memory(str(tmp_path / "store"), 4) is None


def test_a_folder_is_held_as_its_triples(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    held = in_memory(str(folder.root), 1)  # it is in memory in any case
    assert held is not None and len(held) == sum(1 for _ in ox.parse(path=str(folder.triples), format=ox.RdfFormat.TURTLE))


def test_who_answers_is_forked_bounded_and_confined(path: str) -> None:
    async def does(pool: Pool) -> None:
        assert pool.in_memory and pool.readers.holder is not None and all(worker.held for worker in pool.readers.all)
        parents = {int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]) for pid in pool.processes}
        assert parents == {pool.readers.holder.pid} and len(pool.processes) == 3
        assert pool.confined == (sys.platform == "linux")
        with pytest.raises(BadQuery, match="SERVICE"):
            await pool.query("SELECT * { SERVICE <http://x.org/> { ?s ?p ?o } }", KEPT)
        with pytest.raises((OverLimit, TimedOut)):
            await pool.query("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } ORDER BY RAND()", KEPT)
        assert await count(pool) == 500

    if not Path("/proc/self/stat").exists():
        pytest.skip("what is looked at is Linux's")
    pooled(path, does, deadline=10.0, memory=512 << 20)


@pytest.mark.parametrize("text", ["SELECT (UUID() AS ?x) {}", "SELECT (STRUUID() AS ?x) {}", "SELECT (RAND() AS ?x) {}", "SELECT (BNODE() AS ?x) {}"])
def test_no_two_forks_draw_the_same_numbers(text: str, tmp_path: Path) -> None:
    """Numbers were drawn before they were forked: for the blank nodes of the file."""
    folder = small.make(tmp_path)
    with open(folder.triples, "a", encoding="utf-8") as file:
        file.write("[] <http://x.org/p> [] .\n")

    async def does(pool: Pool) -> None:
        seen = set()
        for _ in range(3):
            asked = [pool.query(text, {"table": "csv"}), pool.query(text, {"table": "csv"}), pool.query(text, {"table": "csv"}, own=True)]
            seen.update(answer.content for answer in await asyncio.gather(*asked))
            killed = pool.readers.asked.free[-1]
            os.kill(killed.pid, signal.SIGKILL)
            await until(lambda gone=killed: gone.gone)  # type: ignore[misc]
            await pool.query("ASK {}", KEPT)
            await until(lambda: len(pool.readers.asked.free) == 2)
        assert len(seen) == 9

    pooled(str(folder.root), does)


def test_who_is_killed_is_replaced_by_another_fork(path: str) -> None:
    async def does(pool: Pool) -> None:
        assert pool.readers.holder is not None
        first, holder = set(pool.processes), pool.readers.holder.pid
        for pid in first:
            os.kill(pid, signal.SIGKILL)
        await until(lambda: all(worker.gone for worker in pool.readers.all))
        assert [await count(pool) for _ in range(4)] == [500] * 4
        assert (await pool.query(COUNT, {"table": "csv"}, own=True)).rows == 1
        await until(lambda: not set(pool.processes) & first)
        assert pool.readers.holder.pid == holder and all(worker.held for worker in pool.readers.all)

    pooled(path, does)


def test_when_the_holder_ends_others_answer_from_the_disk_until_there_is_a_new_one(path: str) -> None:
    async def does(pool: Pool) -> None:
        assert pool.readers.holder is not None
        before = pool.readers.holder
        os.kill(before.pid, signal.SIGKILL)
        await until(lambda: all(worker.gone for worker in pool.readers.all))
        while pool.readers.holder is before:
            assert await count(pool) == 500
        await until(lambda: pool.in_memory and all(worker.held for worker in pool.readers.all) and len(pool.readers.all) == 3)
        assert await count(pool) == 500

    pooled(path, does)


def test_a_store_in_the_place_of_another_is_seen_and_brought_into_memory(tmp_path: Path) -> None:
    store, other = served.store(tmp_path / "store", "<x:a> <x:b> 1 ."), served.store(tmp_path / "other", "<x:a> <x:b> 1, 2 .")

    async def does(pool: Pool) -> None:
        assert pool.readers.holder is not None and await count(pool) == 1
        before = everyone(pool)
        store.rename(tmp_path / "old")
        other.rename(store)
        assert [await count(pool) for _ in range(4)] == [2] * 4
        await until(lambda: pool.in_memory and pool.readers.holder is not None and pool.readers.holder.pid not in before)
        assert (await pool.query(COUNT, KEPT, own=True)).content == (await pool.query(COUNT, KEPT)).content
        await until(lambda: not [pid for pid in before if Path(f"/proc/{pid}").exists()])
        assert await count(pool) == 2

    pooled(str(store), does)


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """Lets no store come into memory until something is put into the list."""
    told: list[None] = []
    hold = Holder.hold

    async def waits(path: str, limits: Limits, generation: int) -> Holder | None:
        held = await hold(path, limits, generation)
        while not told:
            await asyncio.sleep(0.01)
        return held

    monkeypatch.setattr(Holder, "hold", waits)
    monkeypatch.setattr(readers, "_SOON", 0)
    return told


def test_a_store_that_is_replaced_twice_is_not_taken_for_the_first(tmp_path: Path) -> None:
    """A file system gives the number of a folder that is gone to the next one."""
    (tmp_path / "data.nt").write_text("<x:a> <x:b> 1 .".replace("1", '"1"'), encoding="utf-8")
    store = tmp_path / "store"
    load([tmp_path / "data.nt"], store)

    async def does(pool: Pool) -> None:
        for n in range(2, 6):
            for last in (n, n * 10):
                (tmp_path / "data.nt").write_text("".join(f'<x:a> <x:b> "{m}" .\n' for m in range(last)), encoding="utf-8")
                load([tmp_path / "data.nt"], store, replace=True)
            assert await count(pool) == n * 10

    pooled(str(store), does)


def test_a_larger_store_in_the_place_of_one_in_memory_leaves_nothing_of_it(tmp_path: Path) -> None:
    store, other = served.store(tmp_path / "store", "<x:a> <x:b> 1 ."), served.store(tmp_path / "other", "<x:a> <x:b> 1, 2, 3 .")

    async def does(pool: Pool) -> None:
        before = everyone(pool)
        assert pool.in_memory
        store.rename(tmp_path / "old")
        other.rename(store)
        assert await count(pool) == 3
        await until(lambda: not [pid for pid in before if Path(f"/proc/{pid}").exists()])
        assert not pool.in_memory and await count(pool) == 3

    pooled(str(store), does, resident=2)


def test_a_store_of_long_texts_stays_on_the_disk(tmp_path: Path) -> None:
    """What is held is bounded in bytes too: the process that would hold more ends."""
    with open(tmp_path / "data.nt", "w", encoding="utf-8") as file:
        file.writelines(f'<x:{n}> <x:b> "{n:0>1000000}" .\n' for n in range(400))
    load([tmp_path / "data.nt"], tmp_path / "store")

    async def run() -> None:
        told: list[str] = []
        pool = Pool(str(tmp_path / "store"), Limits(workers=1, memory=320 << 20, resident=1000))
        pool.note = told.append
        try:
            await pool.start()
            assert not pool.in_memory and told and "cannot be held in memory" in told[0]
        finally:
            await pool.close()

    if sys.platform != "linux":
        pytest.skip("the limit of address space is kept on Linux alone")
    asyncio.run(run())


def test_an_empty_store_is_held_too(tmp_path: Path) -> None:
    async def does(pool: Pool) -> None:
        assert pool.in_memory and await count(pool) == 0
        if Path("/proc/self/fd").exists():
            opened = [os.readlink(file) for file in Path(f"/proc/{pool.readers.asked.free[0].pid}/fd").iterdir()]
            assert not [file for file in opened if str(tmp_path) in file]

    pooled(str(served.store(tmp_path / "store")), does)


@pytest.mark.skipif(sys.platform != "linux", reason="the limits of a process are read from Linux")
def test_a_fork_has_so_much_memory_beside_the_store(path: str) -> None:
    async def does(pool: Pool) -> None:
        said = Path(f"/proc/{pool.readers.asked.free[0].pid}/limits").read_text()
        soft, hard = next(line for line in said.splitlines() if line.startswith("Max address space")).split()[3:5]
        assert soft == hard and 256 << 20 <= int(soft) < 320 << 20
        assert "Max core file size        0                    0 " in said

    pooled(path, does, memory=256 << 20)


def test_what_comes_late_into_memory_is_read_from_the_disk_meanwhile(path: str, late: list[None]) -> None:
    async def does(pool: Pool) -> None:
        assert not pool.in_memory and not any(worker.held for worker in pool.readers.all)
        slow = asyncio.create_task(pool.query("SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", KEPT))
        assert await count(pool) == 500
        late.append(None)
        while not pool.in_memory:
            assert await count(pool) == 500
        await asyncio.gather(slow, return_exceptions=True)  # who is at work then is not disturbed: it ends at its deadline, as ever
        assert isinstance(slow.exception(), TimedOut)
        await until(lambda: len(pool.readers.all) == 3 and all(worker.held for worker in pool.readers.all))
        assert await count(pool) == 500

    pooled(path, does)


@pytest.mark.parametrize("resident", [0, 499])
def test_what_is_larger_than_the_limit_stays_on_the_disk(resident: int, path: str) -> None:
    async def does(pool: Pool) -> None:
        if pool.readers.holding:
            await pool.readers.holding
        assert not pool.in_memory and await count(pool) == 500

    pooled(path, does, resident=resident)


def test_who_cannot_be_held_is_told_of_and_read_from_the_disk(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async def none(path: str, limits: Limits, generation: int) -> Holder | None:
        raise StoreError("cannot be held in memory", path)

    monkeypatch.setattr(Holder, "hold", none)

    async def run() -> None:
        told: list[str] = []
        pool = Pool(path, Limits(workers=1))
        pool.note = told.append
        try:
            await pool.start()
            assert await count(pool) == 500 and told == [f"the store is read from the disk: {path}: cannot be held in memory"]
        finally:
            await pool.close()

    asyncio.run(run())


def test_a_pool_that_is_closed_while_a_store_comes_into_memory_leaves_nothing(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    if not children.exists():
        pytest.skip("what is looked at is Linux's")
    monkeypatch.setattr(readers, "_SOON", 0)
    before = children.read_text().split()

    async def run() -> None:
        pool = Pool(path, Limits(workers=1))
        await pool.readers.hold()
        await asyncio.sleep(0.05)  # its process has begun, and is not ready
        assert not pool.in_memory and children.read_text().split() != before
        await pool.close()

    asyncio.run(run())
    assert children.read_text().split() == before


class Silent(Child):
    """A process that says what the test says."""

    async def end(self, gently: bool = False) -> None: ...

    def write(self, data: bytes) -> None: ...


@given(st.binary(max_size=300), st.lists(st.integers(0, 400), max_size=6))
def test_a_frame_is_whole_however_it_is_cut(body: bytes, cuts: list[int]) -> None:
    async def hears() -> None:
        child = Silent(0)
        hearing = asyncio.create_task(child.hear(served.WAIT))
        await asyncio.sleep(0)
        whole = frame.packed({"kind": "table"}, body)
        ends = sorted({min(cut, len(whole)) for cut in cuts} | {0, len(whole)})
        for start, end in zip(ends, ends[1:], strict=False):
            child.received(whole[start:end])
        assert await hearing == ({"kind": "table"}, body)

    asyncio.run(hears())


def test_what_a_process_says_unasked_is_not_kept() -> None:
    async def hears() -> None:
        child = Silent(0)
        child.received(frame.packed({"confined": True}))  # that it has begun may come before anybody listens
        assert (await child.hear(served.WAIT))[0] == {"confined": True}
        child.received(frame.LENGTHS.pack(0, 1 << 30) + b"x" * 1000)
        assert child.gone and not child._parts
        child.received(b"x" * 1000)
        assert not child._parts

    asyncio.run(hears())


@pytest.mark.parametrize("said", [b"\xff" * 8, frame.LENGTHS.pack(2, 0) + b"[]", frame.LENGTHS.pack(1, 0) + b"{}", frame.packed({}) * 2])
def test_what_is_no_frame_ends_the_talk(said: bytes) -> None:
    """A query may have taken a process over, so that nothing it says is believed."""

    async def hears() -> None:
        child = Silent(0)
        hearing = asyncio.create_task(child.hear(served.WAIT))
        await asyncio.sleep(0)
        child.received(said)
        with pytest.raises(Gone):
            await hearing
        with pytest.raises(Gone):
            await child.hear(served.WAIT)

    asyncio.run(hears())
