"""Processes for queries, and one for updates: each answer has a deadline, and whoever misses it is ended and replaced."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from typing import NamedTuple

import kg.errors
from kg.errors import Busy, KgError, OverLimit, StoreError, TimedOut
from kg.limits import Limits
from kg.worker import frame
from kg.worker.frame import READERS

_GRACE = 5.0
"""Seconds for a process to start, or to end by itself."""


class Result(NamedTuple):
    """What a process answered: its kind (table, graph, boolean), its format (None: none fits), its rows, its bytes, and
    whether these are compressed."""

    kind: str
    format: str | None
    rows: int
    content: bytes
    gzip: bool = False


class _Gone(Exception):
    """The process ended before it answered."""


class _Worker:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process, generation: int) -> None:
        self.process, self.generation = process, generation
        self.answered = 0
        self.confined = False

    @classmethod
    async def start(cls, path: str, writable: bool, limits: Limits, generation: int) -> _Worker:
        """Starts a process. Raises StoreError when it cannot open the store."""
        head: frame.Head = {"path": path, "writable": writable, "parent": os.getpid(), "limits": asdict(limits)}
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "kg.worker", frame.packed(head)[frame.LENGTHS.size :].decode(),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, limit=1 << 20,
            start_new_session=True,
            env={**os.environ, "MALLOC_ARENA_MAX": "1"},  # glibc takes 64 MB of address space for each thread's own heap
        )
        worker = cls(process, generation)
        try:
            async with asyncio.timeout(max(_GRACE, limits.deadline) * 6):  # a store may have much to recover
                head, _ = await worker._read()
        except (TimeoutError, _Gone) as error:
            await worker.end()
            raise StoreError("no process for it could be started", path, "give it more memory (the limit of that name)") from error
        except BaseException:
            await worker.end()
            raise
        if "error" in head:
            await worker.end()
            raise _raised(head)
        worker.confined = bool(head.get("confined"))
        return worker

    async def _read(self) -> tuple[frame.Head, bytes]:
        stream = self.process.stdout
        assert stream is not None
        try:
            head, body = frame.LENGTHS.unpack(await stream.readexactly(frame.LENGTHS.size))
            return frame.unpacked(await stream.readexactly(head)), await stream.readexactly(body) if body else b""
        except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
            raise _Gone from error

    async def ask(self, head: frame.Head, body: bytes, seconds: float) -> tuple[frame.Head, bytes]:
        """One answer. Raises _Gone, TimeoutError; the process is of no more use then."""
        sink = self.process.stdin
        assert sink is not None
        async with asyncio.timeout(seconds):
            try:
                sink.write(frame.packed(head, body))
                if len(body) > 60_000:
                    await sink.drain()
            except (ConnectionError, RuntimeError) as error:
                raise _Gone from error
            answer = await self._read()
        self.answered += 1
        return answer

    async def end(self, gently: bool = False) -> None:
        """Ends the process."""
        if gently and self.process.stdin is not None:
            self.process.stdin.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(_GRACE):
                    await self.process.wait()
        if self.process.returncode is None:
            # Not Popen.kill, which collects a process that has just ended before asyncio can.
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        with suppress(ConnectionError, RuntimeError):
            await self.process.communicate()  # waits for the end, and closes the pipes
        await self.process.wait()


class Pool:
    """The processes of one store. `path` is a store on disk, or the folder of a data set, which each process holds in memory.

    With `writable` one more process owns the store and makes the updates, one after the other. The others never open what is
    written, which Oxigraph leaves undefined: before the first answer after an update, the state so far becomes a store of its
    own (hard links, nothing is copied), and each opens that one before it answers. Made and used within one event loop.
    """

    def __init__(self, path: str, limits: Limits, writable: bool = False, ended: Callable[[str], None] = lambda why: None) -> None:
        self.path, self.limits, self.writable = path, limits, writable
        self.ended = ended
        self._free: list[_Worker] = []
        self._all: set[_Worker] = set()
        self._waiting: OrderedDict[str, deque[asyncio.Future[_Worker]]] = OrderedDict()
        self._unread: set[str] = set()  # states that are to be removed when no process has them open
        self._tasks: set[asyncio.Task[None]] = set()
        self._writer: _Worker | None = None
        self._still = asyncio.Lock()  # no process opens the store while it is written
        self._generation = 0  # how often something was written
        self._state = (-1, path)  # the generation that others may see, and where it lies
        self._stopping = asyncio.Event()
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many wait for a process."""
        return sum(map(len, self._waiting.values()))

    @property
    def busy(self) -> int:
        """How many processes are at work."""
        return len(self._all) - len(self._free)

    @property
    def processes(self) -> list[int]:
        """The numbers of the processes, as the system counts them."""
        return [worker.process.pid for worker in (*self._all, *((self._writer,) if self._writer else ()))]

    @property
    def ready(self) -> bool:
        """Whether there is a process that answers, or will."""
        return not self._closed and bool(self._all)

    @property
    def generation(self) -> int:
        """How often something was written since the start."""
        return self._generation

    @property
    def confined(self) -> bool:
        """Whether the system itself keeps the processes from the network."""
        return all(worker.confined for worker in self._all)

    async def start(self) -> None:
        """Starts the processes. Raises StoreError."""
        if self.writable:
            self._writer = await _Worker.start(self.path, True, self.limits, 0)
        for _ in range(self.limits.workers):
            self._offer(await self._spawn())

    async def close(self) -> None:
        """Ends all processes; the one that writes closes its store first."""
        self._closed = True
        self._stopping.set()
        for waiting in self._waiting.values():
            for future in waiting:
                future.cancel()
        self._waiting.clear()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(worker.end() for worker in self._all))
        async with self._still:
            if self._writer:
                await asyncio.to_thread(shutil.rmtree, os.path.join(self.path, READERS), True)
                await self._writer.end(gently=True)
                self._writer = None
        while self._tasks:  # of queries that ran
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self._all.clear()
        self._free.clear()

    async def query(
        self, text: str, formats: Mapping[str, str | None], *, client: str = "", base: str | None = None,
        default: list[str] | None = None, named: list[str] | None = None, prefixes: Mapping[str, str] | None = None,
        where: str | None = None, added: int = 0, gzip: bool = False,
    ) -> Result:
        """The answer of a query, in the format wanted for its kind.

        `default` and `named` are the graphs of the dataset, None for both: as the query says. With `gzip` a long answer comes
        compressed, and says so. Raises BadQuery, OverLimit,
        TimedOut, Busy, StoreError.
        """
        head: frame.Head = {"do": "query", "formats": dict(formats), "base": base, "where": where, "added": added}
        if default is not None or named is not None:
            head |= {"default": default or [], "named": named or []}
        if prefixes:
            head["prefixes"] = dict(prefixes)
        if gzip:
            head["gzip"] = True
        return _result(*await self._ask(head, text.encode("utf-8", "surrogatepass"), client))

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
        """Makes an update; returns when it is on the disk. Raises BadQuery, CannotWrite, TimedOut."""
        head: frame.Head = {"do": "update", "base": base, "default": default or [], "named": named or []}
        await self._write(head, text.encode("utf-8", "surrogatepass"))

    async def put(self, iri: str | None, triples: bytes, replace: bool) -> bool:
        """Puts N-Triples into a graph; whether the graph was there before. Raises as `update`."""
        return bool((await self._write({"do": "put", "graph": iri, "replace": replace}, triples))["existed"])

    async def delete(self, iri: str | None) -> None:
        """Deletes a graph. Raises NotFound and as `update`."""
        await self._write({"do": "delete", "graph": iri}, b"")

    async def _spawn(self) -> _Worker:
        async with self._still:
            worker = await _Worker.start(await self._readable(), False, self.limits, self._generation)
            self._all.add(worker)
        return worker

    async def _readable(self) -> str:
        """Where the state of now lies for others to read. To be called while nothing is written."""
        if self.writable and self._state[0] != self._generation:
            before, place = self._state[1], os.path.join(self.path, READERS, str(self._generation))
            try:
                answer, _ = await (await self._writing()).ask({"do": "snapshot", "to": place}, b"", self.limits.deadline)
            except (TimeoutError, _Gone, StoreError):
                answer = {"error": "StoreError"}
            if "error" in answer:  # no room: then nobody writes, and what is there can be read itself
                await self._stop_writer("disk")
                place = self.path
            self._state = (self._generation, place)
            self._unread.add(before)
        return self._state[1]

    async def _renew(self, worker: _Worker) -> None:
        """Lets a process see the state of now. Raises _Gone, TimeoutError."""
        async with self._still:
            answer, _ = await worker.ask({"do": "reopen", "path": await self._readable()}, b"", self.limits.deadline)
            if "error" in answer:
                raise _Gone
            worker.generation = self._generation
            if all(other.generation == self._generation for other in self._all):
                gone, self._unread = self._unread - {self.path, self._state[1]}, set()
                for place in gone:
                    await asyncio.to_thread(shutil.rmtree, place, True)

    async def _writing(self) -> _Worker:
        """The process that writes, started if it has ended. Raises StoreError."""
        if self._writer is None:
            self._writer = await _Worker.start(self.path, True, self.limits, 0)
        return self._writer

    def _later(self, worker: _Worker | None) -> None:
        """Replaces a process that has ended, or must, in the background."""

        async def replace() -> None:
            if worker is not None:
                await worker.end()
            pause = 0.1
            while not self._closed:
                try:
                    self._offer(await self._spawn())
                    return
                except (KgError, OSError):
                    with suppress(TimeoutError):
                        await asyncio.wait_for(self._stopping.wait(), pause)
                    pause = min(pause * 2, _GRACE)

        if worker is not None:
            self._all.discard(worker)
        task = asyncio.get_running_loop().create_task(replace())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _offer(self, worker: _Worker) -> None:
        """Gives a process to the next who waits: each client in turn, so that one with many queries holds up no other."""
        while self._waiting:
            client, waiting = self._waiting.popitem(last=False)
            future = waiting.popleft()
            if waiting:
                self._waiting[client] = waiting
            if not future.done():
                future.set_result(worker)
                return
        self._free.append(worker)

    async def _take(self, client: str) -> _Worker:
        if self._closed:
            raise Busy("the server is stopping", None, "try again later")
        if self._free:
            return self._free.pop()
        if self.waiting >= self.limits.queue:
            raise Busy(f"{self.limits.queue} queries wait already", None, "try again in a moment")
        future: asyncio.Future[_Worker] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(future)
        try:
            async with asyncio.timeout(self.limits.waiting):
                return await future
        except TimeoutError:
            if future.done() and not future.cancelled():
                return future.result()
            self._forget(client, future)
            raise Busy("no process was free in time", None, "try again in a moment") from None
        except asyncio.CancelledError:
            self._forget(client, future)
            if future.done() and not future.cancelled():
                self._offer(future.result())
            elif self._closed:
                raise Busy("the server is stopping", None, "try again later") from None
            raise

    def _forget(self, client: str, future: asyncio.Future[_Worker]) -> None:
        """Takes one who waited no longer out of the queue."""
        waiting = self._waiting.get(client)
        if waiting is not None and future in waiting:
            waiting.remove(future)
            if not waiting:
                del self._waiting[client]

    async def _ask(self, head: frame.Head, body: bytes, client: str) -> tuple[frame.Head, bytes]:
        worker = await self._take(client)
        whole = False
        try:
            if worker.generation != self._generation:
                await self._renew(worker)
            answer = await worker.ask(head, body, self.limits.deadline)
            whole = True
        except TimeoutError:
            self.ended("deadline")
            raise TimedOut(f"it took longer than {self.limits.deadline:g} seconds", None, "ask for less at a time") from None
        except _Gone:
            self.ended("crash")
            raise OverLimit("the process that evaluated it ended: it needs more memory or depth than allowed", None,
                            "ask for less at a time", limit="memory") from None
        finally:
            if whole and worker.answered < self.limits.recycle and not self._closed:
                self._offer(worker)
            else:
                self._later(worker)
        if "error" in answer[0]:
            raise _raised(answer[0])
        return answer

    async def _write(self, head: frame.Head, body: bytes) -> frame.Head:
        async with self._still:
            if self._closed or not self.writable:
                raise Busy("nothing can be written", None, "try again later")
            try:
                answer, _ = await (await self._writing()).ask(head, body, self.limits.deadline)
            except TimeoutError:
                await self._stop_writer("deadline")
                raise TimedOut(f"it took longer than {self.limits.deadline:g} seconds", None,
                               "nothing was changed; do less at a time") from None
            except _Gone:
                await self._stop_writer("crash")
                raise OverLimit("the process that made it ended: it needs more memory or depth than allowed", None,
                                "nothing was changed; do less at a time", limit="memory") from None
            except asyncio.CancelledError:
                await self._stop_writer("cancelled")
                raise
            finally:
                self._generation += 1
            if answer.get("error") == "CannotWrite":
                await self._stop_writer("disk")
        if "error" in answer:
            raise _raised(answer)
        return answer

    async def _stop_writer(self, why: str) -> None:
        self.ended(why)
        if self._writer is not None:
            await self._writer.end()
            self._writer = None


def _result(head: frame.Head, content: bytes) -> Result:
    return Result(str(head["kind"]), head["format"], int(head.get("rows", 0)), content, bool(head.get("gzip")))


def _raised(head: frame.Head) -> KgError:
    """The error that a process told of."""
    kind = getattr(kg.errors, str(head["error"]), StoreError)
    if not (isinstance(kind, type) and issubclass(kind, KgError)):
        kind = StoreError
    error: KgError = kind(str(head["what"]), head.get("where"), head.get("todo"))
    if isinstance(error, OverLimit):
        error.limit = str(head.get("limit") or "")
    return error
