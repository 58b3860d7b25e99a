"""Processes for queries, and one for updates: each answer has a deadline, and whoever misses it is ended and replaced."""

from __future__ import annotations

import asyncio
import math
import os
import shutil
import time
from collections.abc import Callable, Coroutine, Mapping
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from kg.errors import Busy, KgError, OverLimit, StoreError, TimedOut
from kg.limits import Limits
from kg.lock import unwritten
from kg.worker import frame
from kg.worker.child import GRACE, Child, Gone, Started, raised
from kg.worker.frame import READERS
from kg.worker.holder import POSSIBLE, Holder
from kg.worker.turns import Turns

_UNKNOWN = "whether it was made is not known: look before you send it again, and do less at a time"
"""What is to be said when the process that writes ends before it answers: it may have written just before."""


_MINUTE = 60.0
_SOON = 1.5
"""Seconds within which a store has to be in memory for the first processes to wait for it."""


class Result(NamedTuple):
    """What a process answered: its kind (table, graph, boolean), its format (None: none fits), its rows, its bytes, and
    whether these are compressed."""

    kind: str
    format: str | None
    rows: int
    content: bytes
    gzip: bool = False


class Pool:
    """The processes of one store. `path` is a store on disk, or the folder of a data set.

    Where nobody writes it, one process brings it into memory (up to `limits.resident` triples), and those that answer are forked
    from that: they share what it holds, evaluate several times faster than from the disk, and are replaced in milliseconds. Until
    it is there, and where this system cannot fork, each opens the store itself.

    With `writable` one more process owns the store and makes the updates, one after the other. The others never open what is
    written, which Oxigraph leaves undefined: before the first answer after an update, the state so far becomes a store of its
    own (hard links, nothing is copied), and each opens that one before it answers. `reserved` processes beside
    `limits.workers` are kept for queries of our own making, so that pages are answered whatever others ask. Made and used
    within one event loop.
    """

    def __init__(
        self, path: str, limits: Limits, writable: bool = False, ended: Callable[[str], None] = lambda why: None, reserved: int = 0,
    ) -> None:
        self.path, self.limits, self.writable = path, limits, writable
        self.ended, self.reserved = ended, reserved
        self.note: Callable[[str], None] = lambda line: None
        """Is told, once a minute, why no process can be started."""
        self._failed = False  # whether the last start did
        self._noted = -math.inf
        self._all: set[Child] = set()
        self._asked: Turns[Child] = Turns("a process", limits.queue, limits.waiting)
        self._own: Turns[Child] = Turns("a process", limits.queue, limits.waiting)
        self._unread: set[str] = set()  # states that are to be removed when no process has them open
        self._tasks: set[asyncio.Task[None]] = set()
        self._writer: Child | None = None
        self._held = -1  # the generation that was brought into memory, or for which that was tried
        self._unheld = ""  # why it was not, to be told when it can be read from the disk
        self._holding: asyncio.Task[None] | None = None
        self._holder: Holder | None = None
        """Has the store in memory, and makes the processes, where nobody writes it."""
        self._still = asyncio.Lock()  # no process opens the store while it is written
        self._generation = 0  # how often something was written
        self._state = (-1, path)  # the generation that others may see, and where it lies
        self._place = _identity(path)
        self._stopping = asyncio.Event()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many wait for a process."""
        return self._asked.waiting + self._own.waiting

    @property
    def busy(self) -> int:
        """How many processes are at work."""
        return len(self._all) - len(self._asked.free) - len(self._own.free)

    @property
    def processes(self) -> list[int]:
        """The numbers of the processes, as the system counts them."""
        return [worker.pid for worker in (*self._all, *((self._writer,) if self._writer else ()))]

    @property
    def ready(self) -> bool:
        """Whether there is a process that answers, or will."""
        return not self._closed and bool(self._all)

    @property
    def generation(self) -> int:
        """How often something was written since the start."""
        if not self.writable:
            self._look()
        return self._generation

    @property
    def in_memory(self) -> bool:
        """Whether new processes have the store in memory."""
        return self._holder is not None

    @property
    def confined(self) -> bool:
        """Whether the system itself keeps the processes from the network."""
        return all(worker.confined for worker in self._all)

    async def start(self) -> None:
        """Starts the processes. Raises StoreError, and UsageError for a store that another process writes."""
        if self.writable:
            self._writer = await Started.start(self.path, True, self.limits, 0)
        else:
            with suppress(OSError), unwritten(Path(self.path)):  # OSError: where nothing may be written, nobody can be asked
                pass
            await self._hold(_SOON)
        for _ in range(self.limits.workers):
            self._asked.offer(await self._spawn(self._asked))
        for _ in range(self.reserved):
            self._own.offer(await self._spawn(self._own))
        if self._unheld:
            self.note(self._unheld)

    async def close(self) -> None:
        """Ends all processes; the one that writes closes its store first."""
        self._closed = True
        self._stopping.set()
        self._asked.refuse()
        self._own.refuse()
        if self._holding is not None:
            self._holding.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(worker.end() for worker in self._all))
        async with self._still:
            if self._writer:
                same = _identity(self.path) == self._place
                if same:
                    await asyncio.to_thread(shutil.rmtree, os.path.join(self.path, READERS), True)
                await self._writer.end(gently=same)  # who closes a store tidies up by its name, also in another's
                self._writer = None
        while self._tasks:  # of queries that ran
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._holder is not None:
            await self._holder.end()
        self._all.clear()
        self._asked.free.clear()
        self._own.free.clear()

    async def query(
        self, text: str, formats: Mapping[str, str | None], *, client: str = "", base: str | None = None,
        default: list[str] | None = None, named: list[str] | None = None, prefixes: Mapping[str, str] | None = None,
        where: str | None = None, added: int = 0, gzip: bool = False, own: bool = False,
    ) -> Result:
        """The answer of a query, in the format wanted for its kind.

        `default` and `named` are the graphs of the dataset, None for both: as the query says. With `gzip` a long answer comes
        compressed, and says so. `own` is for queries of our own making, which do not wait for those of others and may be as long
        as the defaults allow (`kg.limits.own`). Raises BadQuery, OverLimit, TimedOut, Busy, StoreError.
        """
        asked = tuple(formats.items()), base, where, added, gzip, own
        if default is None and named is None and not prefixes:
            head = _usual(*asked)
        else:
            more: frame.Head = {} if default is None and named is None else {"default": default or [], "named": named or []}
            head = frame.written(_head(*asked) | more | {"prefixes": dict(prefixes or {})})
        return _result(*await self._ask(head, text.encode("utf-8", "surrogatepass"), client, own))

    async def graph(
        self, iri: str | None, format: str, prefixes: Mapping[str, str] | None = None, client: str = "", gzip: bool = False
    ) -> Result:
        """One graph of the store, None the default graph. Raises NotFound and as `query`."""
        head: frame.Head = {"do": "graph", "graph": iri, "format": format, "prefixes": dict(prefixes or {}), "gzip": gzip}
        return _result(*await self._ask(head, b"", client))

    async def parse(self, media: str, content_type: str, body: bytes, base: str | None, client: str = "") -> bytes:
        """An uploaded graph as N-Triples. Raises BadData, UsageError and as `query`."""
        head: frame.Head = {"do": "parse", "media": media, "content_type": content_type, "base": base}
        return (await self._ask(head, body, client))[1]

    async def update(
        self, text: str, base: str | None = None, default: list[str] | None = None, named: list[str] | None = None
    ) -> None:
        """Makes an update; returns when it is on the disk. Raises BadQuery, CannotWrite, TimedOut, OverLimit.

        After TimedOut, OverLimit or CannotWrite it may have been made all the same, as their words say.
        """
        head: frame.Head = {"do": "update", "base": base, "default": default or [], "named": named or []}
        await self._write(head, text.encode("utf-8", "surrogatepass"))

    async def put(self, iri: str | None, triples: bytes, replace: bool) -> bool:
        """Puts N-Triples into a graph; whether the graph was there before. Raises as `update`."""
        return bool((await self._write({"do": "put", "graph": iri, "replace": replace}, triples))["existed"])

    async def delete(self, iri: str | None) -> None:
        """Deletes a graph. Raises NotFound and as `update`."""
        await self._write({"do": "delete", "graph": iri}, b"")

    def _look(self) -> None:
        """Sees that the place still holds the store that was there at the start: what another put there is a new state for who
        reads, and nothing to write to. Raises StoreError."""
        if self._place != (now := _identity(self.path)) and now is not None:
            if self.writable:
                raise StoreError("another store has taken its place", self.path, "start the server again")
            self._place = now
            self._generation += 1

    async def _hold(self, soon: float = 0) -> None:
        """Brings the state of now into memory in the background, where that can be done and is not done or tried already; then all
        processes are replaced. Waits for it no longer than `soon` seconds."""
        if self.writable or self._closed or self._held == self._generation or not (POSSIBLE and self.limits.resident):
            return
        self._held = self._generation
        self._drop()

        async def hold() -> None:
            generation = self._generation
            try:
                holder = await Holder.hold(self.path, self.limits, generation)
            except (KgError, OSError) as error:
                why = f"the store is read from the disk: {error}"
                if self._all:
                    self.note(why)
                else:
                    self._unheld = why
                return
            if holder is None:
                return
            if self._closed or generation != self._generation:
                await holder.end()
                return
            self._holder = holder
            for worker in [one for one in self._all if not one.held or one.generation != generation]:
                if worker in worker.turns.free:
                    worker.turns.free.remove(worker)
                    self._later(worker)
                else:
                    worker.answered = self.limits.recycle  # it is replaced after its answer

        self._holding = self._background(hold())
        await asyncio.wait([self._holding], timeout=soon)

    def _drop(self) -> None:
        """Lets go of the process that holds the store; it ends when those that were forked from it have."""
        if self._holder is not None:
            self._background(self._holder.retire())
            self._holder = None

    async def _spawn(self, turns: Turns[Child]) -> Child:
        async with self._still:
            self._look()
            await self._hold()
            worker = await self._forked() or await Started.start(await self._readable(), False, self.limits, self._generation)
            if not worker.held and (forked := await self._forked()) is not None:  # it came into memory meanwhile
                self._background(worker.end())
                worker = forked
            worker.turns = turns
            self._all.add(worker)
        return worker

    async def _forked(self) -> Child | None:
        """A process with the store in memory, where one holds it."""
        if self._holder is None:
            return None
        try:
            return await self._holder.fork(self.limits)
        except (StoreError, OSError):  # it has ended, or has no room
            self._held = -1
            await self._hold()
            return None

    async def _readable(self) -> str:
        """Where the state of now lies for others to read. To be called while nothing is written."""
        if self.writable and self._state[0] != self._generation:
            before, place = self._state[1], os.path.join(self.path, READERS, str(self._generation))
            try:
                answer, _ = await (await self._writing()).ask({"do": "snapshot", "to": place}, b"", self.limits.deadline)
            except (TimeoutError, Gone, StoreError):
                answer = {"error": "StoreError"}
            if "error" in answer:  # no room: then nobody writes, and what is there can be read itself
                await self._stop_writer("disk")
                place = self.path
            self._state = (self._generation, place)
            self._unread.add(before)
        return self._state[1]

    async def _renewed(self, worker: Child) -> Child:
        """A process that sees the state of now, in the place of one that saw another. Raises Gone, TimeoutError, StoreError."""
        if worker.held:
            fresh = await self._spawn(worker.turns)
            self._all.discard(worker)
            self._background(worker.end())
            return fresh
        await self._renew(worker)
        return worker

    async def _renew(self, worker: Child) -> None:
        """Lets a process that reads from the disk see the state of now. Raises Gone, TimeoutError, StoreError."""
        async with self._still:
            answer, _ = await worker.ask({"do": "reopen", "path": await self._readable()}, b"", self.limits.deadline)
            if "error" in answer:
                raise StoreError("the store cannot be opened again", None, "try again in a moment")
            worker.generation = self._generation
            for idle in [one for one in self._own.free if one.generation != self._generation]:
                self._own.free.remove(idle)  # else it would hold a state that nobody asks for
                if idle.held:
                    self._later(idle)
                    continue
                try:
                    answer, _ = await idle.ask({"do": "reopen", "path": self._state[1]}, b"", self.limits.deadline)
                except (Gone, TimeoutError):
                    answer = {"error": "StoreError"}
                if "error" in answer:
                    self._later(idle)
                else:
                    idle.generation = self._generation
                    self._own.offer(idle)
            if all(other.generation == self._generation for other in self._all):
                gone, self._unread = self._unread - {self.path, self._state[1]}, set()
                for place in gone:
                    await asyncio.to_thread(shutil.rmtree, place, True)

    async def _writing(self) -> Child:
        """The process that writes, started if it has ended. Raises StoreError."""
        if self._writer is None:
            self._writer = await Started.start(self.path, True, self.limits, 0)
        return self._writer

    def _later(self, worker: Child) -> None:
        """Replaces a process that has ended, or must, in the background."""

        async def replace() -> None:
            await worker.end()
            pause = 0.1
            while not self._closed:
                try:
                    started = await self._spawn(worker.turns)
                    self._failed = False
                    worker.turns.offer(started)
                    return
                except (KgError, OSError) as error:
                    self._failed = True
                    if time.monotonic() - self._noted >= _MINUTE:
                        self._noted = time.monotonic()
                        self.note(f"no process can be started: {error}")
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), pause)
                    pause = min(pause * 2, GRACE)

        self._all.discard(worker)
        self._background(replace())

    def _background(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _take(self, client: str, own: bool) -> Child:
        """A process for a query; for one of our own the one that is kept for these, where another is not free."""
        if self._closed:
            raise Busy("the server is stopping", None, "try again later")
        if self._failed and not self._all:
            raise StoreError("the store cannot be opened", None, "try again in a moment")
        if own and self.reserved:
            worker = self._own.take_free(client) or self._asked.take_free(client)
            return worker or await self._taken(self._own, client)
        return await self._taken(self._asked, client)

    async def _taken(self, turns: Turns[Child], client: str) -> Child:
        try:
            return await turns.take(client)
        except asyncio.CancelledError:
            if self._closed:
                raise Busy("the server is stopping", None, "try again later") from None
            raise

    async def _ask(self, head: frame.Head | bytes, body: bytes, client: str, own: bool = False) -> tuple[frame.Head, bytes]:
        self._look()
        worker = await self._take(client, own)
        while worker.gone:  # it ended while it had nothing to do, which is no fault of who asks now
            self.ended("crash")
            worker.turns.done(client)
            self._later(worker)
            worker = await self._take(client, own)
        whole = False
        try:
            if worker.generation != self._generation:
                await self._hold()
                worker = await self._renewed(worker)
            answer = await worker.ask(head, body, self.limits.deadline)
            whole = True
        except TimeoutError:
            self.ended("deadline")
            raise TimedOut(f"it took longer than {self.limits.deadline:g} seconds", None, "ask for less at a time") from None
        except Gone:
            self.ended("crash")
            raise OverLimit("the process that evaluated it ended: it needs more memory or depth than allowed", None,
                            "ask for less at a time", limit="memory") from None
        finally:
            worker.turns.done(client)
            if whole and worker.answered < self.limits.recycle and not self._closed:
                worker.turns.offer(worker)
            else:
                self._later(worker)
        if "error" in answer[0]:
            raise raised(answer[0])
        return answer

    async def _write(self, head: frame.Head, body: bytes) -> frame.Head:
        async with self._still:
            if self._closed or not self.writable:
                raise Busy("nothing can be written", None, "try again later")
            self._look()
            try:
                answer, _ = await (await self._writing()).ask(head, body, self.limits.deadline)
            except TimeoutError:
                await self._stop_writer("deadline")
                raise TimedOut(f"it took longer than {self.limits.deadline:g} seconds", None,
                               _UNKNOWN) from None
            except Gone:
                await self._stop_writer("crash")
                raise OverLimit("the process that made it ended: it needs more memory or depth than allowed", None,
                                _UNKNOWN, limit="memory") from None
            except asyncio.CancelledError:
                await self._stop_writer("cancelled")
                raise
            finally:
                self._generation += 1
            if answer.get("error") == "CannotWrite":
                await self._stop_writer("disk")
        if "error" in answer:
            raise raised(answer)
        return answer

    async def _stop_writer(self, why: str) -> None:
        self.ended(why)
        if self._writer is not None:
            await self._writer.end()
            self._writer = None


def _identity(path: str) -> tuple[int, int] | None:
    """Which folder lies at a path; None while there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _head(
    formats: tuple[tuple[str, str | None], ...], base: str | None, where: str | None, added: int, gzip: bool, own: bool
) -> frame.Head:
    """What a process is told beside the text of a query."""
    return {"do": "query", "formats": dict(formats), "base": base, "where": where, "added": added, "gzip": gzip, "own": own}


@lru_cache(maxsize=256)
def _usual(
    formats: tuple[tuple[str, str | None], ...], base: str | None, where: str | None, added: int, gzip: bool, own: bool
) -> bytes:
    """The same as bytes: nearly all queries come with one of a few."""
    return frame.written(_head(formats, base, where, added, gzip, own))


def _result(head: frame.Head, content: bytes) -> Result:
    return Result(str(head["kind"]), head["format"], int(head.get("rows", 0)), content, bool(head.get("gzip")))
