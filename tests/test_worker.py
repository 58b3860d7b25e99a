"""Processes that evaluate queries: they are bounded, confined and replaced, and whoever asks next is answered."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import served
import small
from kg.errors import BadQuery, Busy, CannotWrite, KgError, NotFound, OverLimit, StoreError, TimedOut, UsageError
from kg.find import find
from kg.limits import NAMES, SAYS, Limits, _harmless, refuse_excess
from kg.names import Names
from kg.show import show
from kg.store import open_store
from kg.worker import Pool, WorkerStore
from kg.worker.pool import Result
from kg.worker.store import began
from kg.worker.turns import Turns
from kg.worker.update import using
from kg.worker.writer import Writer

KEPT = {"table": "json", "boolean": "json", "graph": "ntriples"}
TURTLE = "".join(f'<http://x.org/{n}> <http://x.org/p> "{n}" .\n' for n in range(2000))
BOMB = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(served.store(tmp_path_factory.mktemp("worker") / "store", TURTLE))


def pooled(path: str, does: Callable[[Pool], Awaitable[None]], writable: bool = False, **limits: float) -> None:
    """Runs something with a pool, which is ended afterwards and leaves no process: over the disk, and then over memory, unless one
    of them is asked for by the limit `resident`."""

    async def run(resident: float) -> None:
        pool = Pool(path, Limits(**{"workers": 1, "deadline": 2.0, **limits, "resident": resident}), writable)  # type: ignore[arg-type]
        try:
            await pool.start()
            assert pool.in_memory == (resident > 0 and not writable)
            await does(pool)
        finally:
            started = [*pool.processes, *([pool.readers.holder.pid] if pool.readers.holder else [])]
            await pool.close()
        assert not [pid for pid in started if Path(f"/proc/{pid}").exists()]

    for resident in [limits["resident"]] if "resident" in limits else [0] if writable else [0, 10_000]:
        asyncio.run(run(resident))


async def answers(pool: Pool) -> None:
    """That the next query is answered."""
    assert (await pool.query("SELECT * { <http://x.org/7> ?p ?o }", KEPT)).rows == 1


def test_answers_of_each_kind(path: str) -> None:
    async def does(pool: Pool) -> None:
        assert pool.confined == (sys.platform == "linux")
        assert await pool.query("ASK {}", KEPT) == Result("boolean", "json", 1, b'{"head":{},"boolean":true}')
        table = await pool.query("SELECT * { ?s ?p ?o }", {"table": "tsv"})
        assert (table.kind, table.rows, table.content.count(b"\n")) == ("table", 2000, 2001)
        assert (await pool.query("CONSTRUCT WHERE { ?s ?p ?o }", KEPT)).rows == 2000
        assert (await pool.query("CONSTRUCT WHERE { ?s ?p ?o }", {"table": "json", "graph": None})).format is None
        with pytest.raises(BadQuery, match="query:1:"):
            await pool.query("SELECT", KEPT)
        with pytest.raises(BadQuery, match="SERVICE"):
            await pool.query("SELECT * { SERVICE <http://x.org/> { ?s ?p ?o } }", KEPT)
        with pytest.raises(NotFound):
            await pool.graph("http://x.org/none", "turtle")
        await answers(pool)

    pooled(path, does)


BOMBS = {
    "time": (BOMB, TimedOut),
    "memory": ("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY RAND()", (OverLimit, TimedOut)),
    "doubling": ('SELECT (STRLEN(?x40) AS ?n) { BIND("abcdefgh" AS ?x0) ' + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(40)) + " }", (OverLimit, TimedOut)),
    "depth": ("ASK { " + "{} UNION " * 30_000 + "{} }", OverLimit),
    "bytes": ("SELECT * { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }", OverLimit),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_ends_its_process_and_the_next_query_is_answered(name: str, path: str) -> None:
    async def does(pool: Pool) -> None:
        ended: list[str] = []
        pool.ended = ended.append
        (before,) = pool.processes
        text, error = BOMBS[name]
        with pytest.raises(error):
            await pool.query(text, KEPT)
        await answers(pool)
        (after,) = pool.processes
        assert (before == after) == (name == "bytes") == (not ended)

    pooled(path, does, answer=1 << 20, chain=1 << 20)  # the chain is let through, so that it ends a process


@pytest.mark.parametrize("format", ["json", "xml", "csv", "tsv", "html"])
def test_rows_over_the_limit_are_refused_and_no_others(format: str, path: str) -> None:
    async def does(pool: Pool) -> None:
        formats = {"table": format, "graph": "turtle"}
        tricky = "SELECT ?x { BIND('},{\\n<result>' AS ?y) ?s ?p ?o BIND(CONCAT(?y, ?y, ?o) AS ?x) } LIMIT 100"
        assert (await pool.query(tricky, formats)).rows == 100
        for text in ("SELECT * { ?s ?p ?o } LIMIT 101", "CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o } LIMIT 101"):
            with pytest.raises(OverLimit) as raised:
                await pool.query(text, formats)
            assert raised.value.limit == "rows"
        await answers(pool)

    pooled(path, does, rows=100)


def test_a_process_that_is_killed_from_outside_is_replaced(path: str) -> None:
    """While it has nothing to do: then nobody is refused for it. At work: whoever asked is told."""

    async def does(pool: Pool) -> None:
        ended: list[str] = []
        pool.ended = ended.append
        for _ in range(3):
            os.kill(pool.processes[0], signal.SIGKILL)
            while not pool.readers.asked.free[0].gone:
                await asyncio.sleep(0.01)
            await answers(pool)
        asking = asyncio.create_task(pool.query(BOMB, KEPT))
        await asyncio.sleep(0.1)
        os.kill(pool.processes[0], signal.SIGKILL)
        with pytest.raises(OverLimit, match="the process that evaluated it ended"):
            await asking
        await answers(pool)
        assert ended == ["crash"] * 4

    pooled(path, does, deadline=30.0)


def test_each_client_has_its_turn_and_the_queue_has_an_end(path: str) -> None:
    async def does(pool: Pool) -> None:
        done: list[str] = []

        async def ask(client: str) -> None:
            await pool.query("SELECT * { ?s ?p ?o }", KEPT, client=client)
            done.append(client)

        many = [asyncio.create_task(ask("many")) for _ in range(20)]
        await asyncio.sleep(0)
        one = asyncio.create_task(ask("one"))
        await asyncio.sleep(0)
        with pytest.raises(Busy):
            await ask("other")
        await asyncio.gather(*many, one)
        assert done.index("one") < 4 and len(done) == 21

    pooled(path, does, queue=20)


def test_queries_of_pages_do_not_wait_for_those_of_others(path: str) -> None:
    async def run() -> None:
        pool = Pool(path, Limits(workers=1, deadline=60.0, waiting=60.0), reserved=1)
        try:
            await pool.start()
            store = WorkerStore(pool, asyncio.get_running_loop())
            long = [asyncio.create_task(pool.query(BOMB, KEPT, client="many")) for _ in range(10)]
            await asyncio.sleep(0.2)
            assert pool.waiting == 9
            assert len(await asyncio.wait_for(asyncio.to_thread(lambda: store.ask("SELECT * { <http://x.org/7> ?p ?o }").rows), 30)) == 1
            assert not any(task.done() for task in long)
            for task in long:
                task.cancel()
            await asyncio.gather(*long, return_exceptions=True)
        finally:
            await pool.close()

    asyncio.run(run())


def test_limits_for_the_public_leave_our_own_queries_whole(path: str) -> None:
    async def does(pool: Pool) -> None:
        store = WorkerStore(pool, asyncio.get_running_loop())
        for text in ("CONSTRUCT WHERE { ?s ?p ?o }", "SELECT * { ?s ?p ?o FILTER(?s IN (" + "<http://x.org/a>, " * 20 + "?s)) VALUES ?x { 1 2 3 } }"):
            for _ in range(2):
                assert len(await asyncio.to_thread(lambda text=text: store.ask(text))) in (2000, 6000)
                with pytest.raises(OverLimit):
                    await pool.query(text, KEPT)

    pooled(path, does, rows=20, answer=1000, values=2)


def test_a_page_has_one_deadline_for_all_its_queries(path: str) -> None:
    async def does(pool: Pool) -> None:
        store = WorkerStore(pool, asyncio.get_running_loop())

        def asking() -> None:
            began.set(time.monotonic())
            with pytest.raises(TimedOut, match="together"):
                for _ in range(1_000_000):
                    store.ask("SELECT (COUNT(*) AS ?n) { ?a ?b ?c }")

        await asyncio.to_thread(asking)
        await answers(pool)

    pooled(path, does, deadline=1.0, waiting=1.0)


def test_a_client_holds_no_more_than_its_part() -> None:
    async def run() -> None:
        turns: Turns[int] = Turns("a thread", 3, 60.0, most=2)
        for number in range(4):
            turns.offer(number)
        assert {await turns.take("many"), await turns.take("many")} == {3, 2} and turns.take_free("many") is None
        waits = [asyncio.create_task(turns.take("many")) for _ in range(3)]
        await asyncio.sleep(0)
        assert await turns.take("one") == 1 and turns.waiting == 3
        with pytest.raises(Busy, match="3 wait for a thread already"):
            await turns.take("many")
        turns.done("one")
        turns.offer(1)
        assert turns.waiting == 3 and turns.free == [0, 1]
        turns.done("many")
        turns.offer(3)
        assert await waits[0] == 3 and turns.waiting == 2
        waits[1].cancel()
        await asyncio.sleep(0)
        assert turns.waiting == 1
        turns.refuse()
        with pytest.raises(asyncio.CancelledError):
            await waits[2]

    asyncio.run(run())


def test_who_gives_up_gives_the_process_back(path: str) -> None:
    async def does(pool: Pool) -> None:
        slow = asyncio.create_task(pool.query(BOMB, KEPT))
        waiting = asyncio.create_task(pool.query("ASK {}", KEPT))
        await asyncio.sleep(0.2)
        waiting.cancel()
        slow.cancel()
        await asyncio.gather(slow, waiting, return_exceptions=True)
        assert pool.waiting == 0
        await answers(pool)
        assert pool.busy == 0

    pooled(path, does, deadline=30.0)


def test_a_process_makes_room_after_many_queries(path: str) -> None:
    async def does(pool: Pool) -> None:
        seen = set()
        for _ in range(12):
            seen.update(pool.processes)
            await answers(pool)
        assert len(seen) >= 3

    pooled(path, does, recycle=4)


def test_updates_are_whole_and_seen_right_after(tmp_path: Path) -> None:
    async def does(pool: Pool) -> None:
        for number in range(10):
            await pool.update(f"INSERT DATA {{ <http://x.org/new> <http://x.org/n> {number} }}")
            assert (await pool.query("SELECT * { <http://x.org/new> ?p ?o }", KEPT)).rows == number + 1
        for wrong, error in (
            ("INSERT DATA { <http://x.org/a> <http://x.org/b> 1 } ; nonsense", BadQuery),
            ("LOAD <file:///etc/passwd>", BadQuery),
            ("INSERT { <http://x.org/bomb> <http://x.org/n> ?n } WHERE { { " + BOMB + " } }", TimedOut),
        ):
            with pytest.raises(error):
                await pool.update(wrong)
            assert (await pool.query("SELECT * { VALUES ?s { <http://x.org/a> <http://x.org/bomb> } ?s ?p ?o }", KEPT)).rows == 0
        await pool.update("DELETE WHERE { <http://x.org/new> ?p ?o }")
        assert (await pool.query("SELECT * { <http://x.org/new> ?p ?o }", KEPT)).rows == 0
        assert await pool.put("http://x.org/g", b"<http://x.org/s> <http://x.org/p> _:b .\n", replace=True) is False
        assert await pool.put("http://x.org/g", b"", replace=True) is True
        assert (await pool.graph("http://x.org/g", "ntriples")).rows == 0
        await pool.delete("http://x.org/g")
        with pytest.raises(NotFound):
            await pool.graph("http://x.org/g", "ntriples")

    pooled(str(served.store(tmp_path / "store", TURTLE)), does, writable=True)


def test_a_store_that_another_process_writes_is_refused(tmp_path: Path) -> None:
    store = str(served.store(tmp_path / "store"))

    async def does(pool: Pool) -> None:
        other = Pool(store, Limits(workers=1), True)
        with pytest.raises(StoreError, match="lock|LOCK"):
            await other.start()
        await other.close()
        reader = Pool(store, Limits(workers=1))
        with pytest.raises(UsageError, match="in use by another process"):
            await reader.start()
        await reader.close()
        await pool.update("INSERT DATA { <http://x.org/s> <http://x.org/p> 1 }")

    pooled(store, does, writable=True)


@pytest.mark.parametrize("late", [True, False])
def test_an_update_whose_answer_does_not_come_may_have_been_made_and_says_so(late: bool, tmp_path: Path) -> None:
    """The answer is held up, or the process ends, between the writing and the answer."""

    async def does(pool: Pool) -> None:
        writer = pool.state.writer
        assert writer is not None
        writer.received = (lambda data: None) if late else (lambda data: writer.lost())  # type: ignore[method-assign]
        with pytest.raises(TimedOut if late else OverLimit, match="whether it was made is not known"):
            await pool.update("INSERT DATA { <http://x.org/s> <http://x.org/p> 1 }")
        assert (await pool.query("ASK { <http://x.org/s> <http://x.org/p> 1 }", KEPT)).content == b'{"head":{},"boolean":true}'

    pooled(str(served.store(tmp_path / "store")), does, writable=True)


def test_what_was_written_but_not_brought_to_the_disk_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer(str(served.store(tmp_path / "store")), Limits())

    def fails(file: int) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(CannotWrite, match="it was written, but may not outlive a loss of power"):
        writer.answer({"do": "update"}, b"INSERT DATA { <http://x.org/s> <http://x.org/p> 1 }")
    assert len(writer.store) == 1


@pytest.mark.parametrize("writable", [False, True])
def test_another_store_in_the_same_place_is_noticed(writable: bool, tmp_path: Path) -> None:
    store = served.store(tmp_path / "store", TURTLE)
    other = served.store(tmp_path / "other", "<http://x.org/s> <http://x.org/p> 1 .")

    async def does(pool: Pool) -> None:
        await answers(pool)
        store.rename(tmp_path / "old")
        other.rename(store)
        files = {file.name for file in store.iterdir()}
        if writable:
            with pytest.raises(StoreError, match="another store has taken its place"):
                await pool.update("INSERT DATA { <http://x.org/s> <http://x.org/p> 2 }")
            with pytest.raises(StoreError, match="another store has taken its place"):
                await answers(pool)
        else:
            assert pool.generation == 1 and (await pool.query("SELECT * { ?s ?p ?o }", KEPT)).rows == 1
        await pool.close()
        assert {file.name for file in store.iterdir()} == files

    pooled(str(store), does, writable=writable, resident=0)
    assert len(open_store(store).ask("SELECT * { ?s ?p ?o }").rows) == 1


def test_why_no_process_can_be_started_is_told(tmp_path: Path) -> None:
    store = served.store(tmp_path / "store", TURTLE)

    async def does(pool: Pool) -> None:
        told: list[str] = []
        pool.note = told.append
        store.rename(tmp_path / "away")
        os.kill(pool.processes[0], signal.SIGKILL)
        with pytest.raises(KgError):
            await pool.query("ASK {}", KEPT)
        while not told:
            await asyncio.sleep(0.05)
        assert not pool.ready
        with pytest.raises(StoreError, match="cannot be opened") as raised:
            await pool.query("ASK {}", KEPT)
        assert raised.value.http_status == 503 and str(tmp_path) not in str(raised.value)
        await asyncio.sleep(1)
        assert len(told) == 1 and told[0].startswith(f"no process can be started: {store}")
        (tmp_path / "away").rename(store)
        while not pool.ready:
            await asyncio.sleep(0.05)
        await answers(pool)

    pooled(str(store), does, resident=0)


def test_a_state_that_cannot_be_opened_is_no_fault_of_the_query(tmp_path: Path) -> None:
    store = served.store(tmp_path / "store", TURTLE)

    async def does(pool: Pool) -> None:
        await pool.update("INSERT DATA { <http://x.org/s> <http://x.org/p> 1 }")
        pool.state._seen = (pool.generation, str(tmp_path / "none"))
        with pytest.raises(StoreError, match="cannot be opened again"):
            await answers(pool)

    pooled(str(store), does, writable=True)


def test_a_store_that_is_none_is_an_error(tmp_path: Path) -> None:
    async def run() -> None:
        pool = Pool(str(tmp_path), Limits())
        try:
            with pytest.raises(KgError, match="no store of Oxigraph"):
                await pool.start()
        finally:
            await pool.close()

    asyncio.run(run())


CONFINED = """
import socket, subprocess, sys, threading
from kg.worker import confine
print(confine.confine())
def tries(name, does):
    try:
        does()
        print(name, 'done')
    except OSError as error:
        print(name, type(error).__name__)
def all_of_them():
    tries('socket', lambda: socket.socket())
    tries('program', lambda: subprocess.run(['/bin/true']))
    tries('file', lambda: open(__import__('os').devnull).close())
all_of_them()
thread = threading.Thread(target=all_of_them); thread.start(); thread.join()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the filter of system calls is Linux's")
def test_a_confined_process_has_no_network_and_starts_no_program() -> None:
    done = subprocess.run([sys.executable, "-c", CONFINED], capture_output=True, text=True, env=served.environment(), check=True)
    refused = ["socket PermissionError", "program PermissionError", "file done"]
    assert done.stdout.splitlines() == ["True", *refused, *refused]


def test_a_query_that_reaches_the_engine_with_service_has_no_network(path: str) -> None:
    """The second wall: the refusal by words is taken away, and still nothing is asked."""
    code = f"""
import socket, threading
import pyoxigraph as ox
from kg.worker import confine
listening = socket.create_server(('127.0.0.1', 0))
listening.settimeout(1)
store = ox.Store.read_only({path!r})
assert confine.confine()
try:
    list(store.query('SELECT * {{ SERVICE <http://127.0.0.1:%d/> {{ ?s ?p ?o }} }}' % listening.getsockname()[1]))
except OSError as error:
    print('refused', error)
"""
    if sys.platform != "linux":
        pytest.skip("the filter of system calls is Linux's")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=served.environment(), check=True)
    assert done.stdout.startswith("refused") and "ermitted" in done.stdout or "denied" in done.stdout


def test_a_process_ends_with_its_server(path: str, tmp_path: Path) -> None:
    with served.serving("--store", path) as server:
        children = server.processes()[1:]
        assert len(children) == 4  # one holds the store, three answer
        server.process.kill()
        server.process.wait()
        end = time.monotonic() + served.WAIT
        while time.monotonic() < end and any(Path(f"/proc/{pid}").exists() for pid in children):
            time.sleep(0.02)
        assert not any(Path(f"/proc/{pid}").exists() for pid in children)


def test_everything_above_the_store_works_over_processes(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    names = Names.of(folder)

    async def does(pool: Pool) -> None:
        store, here = WorkerStore(pool, asyncio.get_running_loop()), open_store(folder)

        def asking() -> None:
            iri = find(store, names, "short war")
            assert show(store, names, iri).to_json() == show(here, names, iri).to_json()
            text = "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o"
            assert store.ask(text).to_csv() == here.ask(text).to_csv()
            construct = "CONSTRUCT WHERE { ?s ?p ?o }"
            assert store.ask(construct).text("turtle") == here.ask(construct).text("turtle")
            assert store.ask("ASK {}").boolean is True and len(store.rdflib()) == len(here.ask(construct))
            with pytest.raises(BadQuery, match=r"^here:1:\d+: not valid SPARQL"):
                store.ask("nonsense", "here")

        await asyncio.gather(*(asyncio.to_thread(asking) for _ in range(4)))

    pooled(str(folder.root), does)


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("SELECT * { ?s ?p (" + "<http://x.org/a> " * 61 + ") }", "items"),
        ("SELECT * { ?s ?p (" + "?a$b" * 31 + ") }", "items"),
        ("ASK { FILTER" + "(" * 201 + "1" + ")" * 201 + " }", "nesting"),
        ("ASK { FILTER(" + "!" * 201 + "?x) }", "nesting"),
        ("ASK { FILTER(" + "- " * 201 + "1) }", "nesting"),
        ("ASK { VALUES ?x { " + "1 " * 5001 + "} }", "values"),
        ("ASK { VALUES (?x ?y) { " + "(1 'a') " * 2600 + "} }", "values"),
    ],
)
def test_what_can_be_counted_is_refused_before_it_is_read(text: str, limit: str) -> None:
    with pytest.raises(OverLimit) as raised:
        refuse_excess(text, Limits())
    assert raised.value.limit == limit


PARTS = ["(", ")", "{", "}", "[", "]", "?a", "$b", "1", "<>", '""', "ex:a", ".", ";", ",", "!", "-", "+", "*", "||", "&&", "VALUES", "FILTER", "UNION", " ", "\n"]


@given(st.lists(st.sampled_from(PARTS), max_size=40).map("".join))
@example("?s ?p (" + '""1' * 6 + ")")
@example("(" + "?a" * 13 + ")")
def test_what_is_let_through_for_its_shortness_is_let_through_by_count(text: str) -> None:
    bounds = Limits(nesting=6, chain=40, items=12, values=35)
    if _harmless(text, bounds):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("kg.limits._harmless", lambda text, limits: False)
            refuse_excess(text, bounds)



@pytest.mark.parametrize(
    ("text", "link"),
    [
        *(("ASK { FILTER(1%s) }", link) for link in ("||1", " && 1", "+1", " * 1", "/1", " - ?x", "-1", "-<http://x.org/f>(1)", "||(1)")),
        *(("ASK { ?s <http://x.org/p>%s ?o }", link) for link in ("/<http://x.org/p>", "|<http://x.org/p>")),
        *(("ASK { %s }", link) for link in ("OPTIONAL {}", "MINUS {} . ", "{} UNION ", "{}", "FILTER(1) . ", "BIND(1 AS ?x)", "VALUES ?x { 1 }",
                                            "FILTER EXISTS {}", "GRAPH ?g {}", "?s ?p ?o . ", "?s ?p ?o; ?q ?r.", "?s ?p 1, 2 .")),
        ("SELECT %s {}", "(1 AS ?x) "), ("SELECT * {} ORDER BY%s", " (1)"), ("SELECT * { { SELECT * {} GROUP BY%s } }", " (1)"),
        ("INSERT {} WHERE { %s }", "?s ?p ?o . "),
    ],
)
def test_a_chain_is_refused_before_it_is_read(text: str, link: str) -> None:
    with pytest.raises(OverLimit) as raised:
        refuse_excess(text % (link * 10_000), Limits(items=1 << 20, values=1 << 20))
    assert raised.value.limit == "chain"


def test_what_makes_no_tree_is_no_chain() -> None:
    limits = Limits(items=1 << 20)
    for text, link in (
        ("INSERT DATA { %s }", "<http://x.org/my-s> ex:my-p -1, '-'@en-us ; ex:q 'a'^^ex:t . "), ("INSERT DATA { GRAPH ex:g { %s } }", "ex:s ex:p (1 2) ."),
        ("%s", "INSERT DATA { ex:s ex:p 1 } ; "), ("%s", "INSERT { ?s ex:p 1 } WHERE { ?s ?p ?o } ; "),
        ("ASK { FILTER(?x IN (%s 1)) }", "-1, "), ("ASK { VALUES (?x) { %s } }", "(-1) "),
    ):
        refuse_excess(text % (link * 4000), limits)


def test_what_only_looks_like_too_much_is_not() -> None:
    brackets = "'" + "(" * 500 + "'"
    refuse_excess("SELECT * { FILTER(?x IN (" + ", ".join(["<http://x.org/((((>"] * 300) + ")) }", Limits())
    refuse_excess(f"SELECT * {{ ?s ?p {brackets} }} # " + "{" * 500, Limits())
    refuse_excess("SELECT * { FILTER(" + " && ".join(["?x = 1"] * 300) + ") }", Limits())
    refuse_excess("SELECT * { " + "OPTIONAL { ?s ?p ?o } " * 300 + "}", Limits())
    refuse_excess("SELECT * { ?s (" + "|".join(["<http://x.org/p>"] * 100) + ") ?o }", Limits())


def test_every_limit_has_a_meaning() -> None:
    assert set(SAYS) == set(NAMES) and all(SAYS.values())


def test_using_is_put_where_sparql_wants_it() -> None:
    given = (["http://x.org/a"], ["http://x.org/b"])
    clause = "USING <http://x.org/a> USING NAMED <http://x.org/b>"
    assert using("INSERT DATA { <http://x.org/where> a 'WHERE {' }", *given) == "INSERT DATA { <http://x.org/where> a 'WHERE {' }"
    assert " ".join(using("INSERT { ?s ?p 1 } WHERE { ?s ?p ?o }", *given).split()) == f"INSERT {{ ?s ?p 1 }} {clause} WHERE {{ ?s ?p ?o }}"
    short = " ".join(using("DELETE WHERE { ?s ?p ?o } ; DROP ALL", *given).split())
    assert short == f"DELETE {{ ?s ?p ?o }} {clause} WHERE {{ ?s ?p ?o }} ; DROP ALL"
    for text in ("WITH <http://x.org/g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }", "DELETE { ?s ?p ?o } USING <http://x.org/g> WHERE { ?s ?p ?o }"):
        with pytest.raises(BadQuery, match="one place"):
            using(text, *given)
        assert using(text, [], []) == text


def test_a_stopped_loop_is_told_to_threads(path: str) -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    pool = Pool(path, Limits(workers=1))
    asyncio.run_coroutine_threadsafe(pool.start(), loop).result()
    store = WorkerStore(pool, loop)
    assert store.ask("ASK {}").boolean is True
    asyncio.run_coroutine_threadsafe(pool.close(), loop).result()
    with pytest.raises(Busy):
        store.ask("ASK {}")
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
    with pytest.raises(Busy):
        store.ask("ASK {}")
