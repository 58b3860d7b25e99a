"""The processes that answer: held in memory where that can be done, taken in turns, and replaced when they miss a deadline or end."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

from kg.errors import Busy, KgError, OverLimit, StoreError, TimedOut
from kg.limits import Limits
from kg.worker import frame
from kg.worker.child import GRACE, Child, Gone, Started, raised
from kg.worker.holder import POSSIBLE, Holder
from kg.worker.state import State
from kg.worker.turns import Turns

Done = TypeVar("Done")
_MINUTE = 60.0
_SOON = 1.5
"""Seconds within which a store has to be in memory for the first processes to wait for it."""


class Readers:
    """The processes that answer queries of one store.

    Where nobody writes it, one process brings it into memory (up to `limits.resident` triples), and those that answer are forked
    from that: they share what it holds, evaluate several times faster than from the disk, and are replaced in milliseconds. Until
    it is there, and where this system cannot fork, each opens the store itself.

    `reserved` processes beside `limits.workers` are kept for queries of our own making. `ended` is told why a process was ended,
    `note` what whoever runs the server should know.
    """

    def __init__(self, state: State, limits: Limits, reserved: int, ended: Callable[[str], None], note: Callable[[str], None]) -> None:
        self.state, self.limits, self.reserved = state, limits, reserved
        self.ended, self.note = ended, note
        self.all: set[Child] = set()
        self.asked: Turns[Child] = Turns("a process", limits.queue, limits.waiting)
        self.own: Turns[Child] = Turns("a process", limits.queue, limits.waiting)
        self.holder: Holder | None = None
        """Has the store in memory, and makes the processes, where nobody writes it."""
        self.holding: asyncio.Task[None] | None = None
        """Brings the store into memory."""
        self._held = -1  # the generation that was brought into memory, or for which that was tried
        self._unheld = ""  # why it was not, to be told when it can be read from the disk
        self._failed = False  # whether the last start did
        self._noted = -math.inf  # when that was told
        self._tasks: set[asyncio.Task[Any]] = set()
        self._started = False
        self._stopping = asyncio.Event()

    async def start(self) -> None:
        """Starts the processes. Raises StoreError."""
        await self.hold(_SOON)
        for turns, count in ((self.asked, self.limits.workers), (self.own, self.reserved)):
            for _ in range(count):
                turns.offer(await self._spawn(turns))
        self._started = True
        if self._unheld:
            self.note(self._unheld)

    async def close(self) -> None:
        """Ends the processes; who waits for one is refused."""
        self._stopping.set()
        self.asked.refuse()
        self.own.refuse()
        if self.holding is not None:
            self.holding.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(worker.end() for worker in self.all))

    async def closed(self) -> None:
        """Returns when everything has ended, also what queries left that ran at the time of `close`."""
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        if self.holder is not None:
            await self.holder.end()
        self.all.clear()
        self.asked.free.clear()
        self.own.free.clear()

    async def hold(self, soon: float = 0) -> None:
        """Brings the state of now into memory in the background, where that can be done and is not done or tried already; then all
        processes are replaced. Waits for it no longer than `soon` seconds."""
        generation = self.state.generation
        if self.state.writable or self._stopping.is_set() or self._held == generation or not (POSSIBLE and self.limits.resident):
            return
        self._held = generation
        self._drop()
        if self.holding is not None:
            self.holding.cancel()
        self.holding = self._background(self._bring(generation))
        await asyncio.wait([self.holding], timeout=soon)

    async def _bring(self, generation: int) -> None:
        try:
            holder = await Holder.hold(self.state.path, self.limits, generation)
        except (KgError, OSError) as error:
            holder = None
            why = f"the store is read from the disk: {error}"
            if self._started:
                self.note(why)
            else:
                self._unheld = why
            asyncio.get_running_loop().call_later(_MINUTE, self._try_again, generation)
        if self._stopping.is_set() or generation != self.state.generation:
            if holder is not None:
                await holder.end()
            return
        self.holder = holder
        for worker in [one for one in self.all if one.generation != generation or (holder is not None and not one.held)]:
            if worker in worker.turns.free:
                worker.turns.free.remove(worker)
                self._later(worker)
            else:
                worker.answered = self.limits.recycle  # it is replaced after its answer

    def _try_again(self, generation: int) -> None:
        """Lets the next process that is started try to bring the store into memory again."""
        if self._held == generation:
            self._held = -1

    def _drop(self) -> None:
        """Lets go of the process that holds the store; it ends when those that were forked from it have."""
        if self.holder is not None:
            self._background(self.holder.retire())
            self.holder = None

    async def _spawn(self, turns: Turns[Child]) -> Child:
        async with self.state.still:
            self.state.look()
            await self.hold()
            worker = await self._forked() or await Started.start(await self.state.readable(), False, self.limits, self.state.generation)
            worker.turns = turns
            self.all.add(worker)
            if not worker.held and (forked := await self._forked()) is not None:  # it came into memory meanwhile
                self.all.discard(worker)
                self._background(worker.end())
                worker = forked
                worker.turns = turns
                self.all.add(worker)
        return worker

    async def _forked(self) -> Child | None:
        """A process with the store in memory, where one holds it."""
        if self.holder is None:
            return None
        try:
            return await self.holder.fork(self.limits)
        except (StoreError, OSError):  # it has no room for one more now, or has ended
            if self.holder is not None and self.holder.gone:
                self._held = -1
                await self.hold()
            return None

    async def _renewed(self, worker: Child) -> Child:
        """A process that sees the state of now, in the place of one that saw another. Raises Gone, TimeoutError, StoreError."""
        if worker.held:
            spawning = self._background(self._spawn(worker.turns))
            try:
                fresh = await asyncio.shield(spawning)
            except asyncio.CancelledError:
                spawning.add_done_callback(self._unwanted)
                raise
            self.all.discard(worker)
            self._background(worker.end())
            return fresh
        await self._renew(worker)
        return worker

    def _unwanted(self, spawning: asyncio.Task[Child]) -> None:
        """Ends a process that was made for one who went away meanwhile."""
        if not spawning.cancelled() and spawning.exception() is None:
            self.all.discard(spawning.result())
            self._background(spawning.result().end())

    async def _renew(self, worker: Child) -> None:
        """Lets a process that reads from the disk see the state of now. Raises Gone, TimeoutError, StoreError."""
        async with self.state.still:
            answer, _ = await worker.ask({"do": "reopen", "path": await self.state.readable()}, b"", self.limits.deadline)
            if "error" in answer:
                raise StoreError("the store cannot be opened again", None, "try again in a moment")
            worker.generation = self.state.generation
            for idle in [one for one in self.own.free if one.generation != self.state.generation]:
                self.own.free.remove(idle)  # else it would hold a state that nobody asks for
                if idle.held:
                    self._later(idle)
                    continue
                try:
                    answer, _ = await idle.ask({"do": "reopen", "path": await self.state.readable()}, b"", self.limits.deadline)
                except (Gone, TimeoutError):
                    answer = {"error": "StoreError"}
                if "error" in answer:
                    self._later(idle)
                else:
                    idle.generation = self.state.generation
                    self.own.offer(idle)
            if all(other.generation == self.state.generation for other in self.all):
                await self.state.tidy()

    def _later(self, worker: Child) -> None:
        """Replaces a process that has ended, or must, in the background."""

        async def replace() -> None:
            await worker.end()
            pause = 0.1
            while not self._stopping.is_set():
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

        self.all.discard(worker)
        self._background(replace())

    def _background(self, work: Coroutine[Any, Any, Done]) -> asyncio.Task[Done]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _take(self, client: str, own: bool) -> Child:
        """A process for a query; for one of our own the one that is kept for these, where another is not free."""
        if self._stopping.is_set():
            raise Busy("the server is stopping", None, "try again later")
        if self._failed and not self.all:
            raise StoreError("the store cannot be opened", None, "try again in a moment")
        if own and self.reserved:
            worker = self.own.take_free(client) or self.asked.take_free(client)
            return worker or await self._taken(self.own, client)
        return await self._taken(self.asked, client)

    async def _taken(self, turns: Turns[Child], client: str) -> Child:
        try:
            return await turns.take(client)
        except asyncio.CancelledError:
            if self._stopping.is_set():
                raise Busy("the server is stopping", None, "try again later") from None
            raise

    async def ask(self, head: frame.Head | bytes, body: bytes, client: str, own: bool = False) -> tuple[frame.Head, bytes]:
        """What a process answers. Raises as `Pool.query`."""
        self.state.look()
        worker = await self._take(client, own)
        while worker.gone:  # it ended while it had nothing to do, which is no fault of who asks now
            self.ended("crash")
            worker.turns.done(client)
            self._later(worker)
            worker = await self._take(client, own)
        whole = False
        try:
            if worker.generation != self.state.generation:
                await self.hold()
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
            if whole and worker.answered < self.limits.recycle and not self._stopping.is_set():
                worker.turns.offer(worker)
            else:
                self._later(worker)
        if "error" in answer[0]:
            raise raised(answer[0])
        return answer
