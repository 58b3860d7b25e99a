"""One process for queries or for updates, as the server holds it: started, asked, ended."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import asdict
from typing import cast

import kg.errors
from kg.errors import KgError, OverLimit, StoreError
from kg.limits import Limits
from kg.worker import frame
from kg.worker.turns import Turns

GRACE = 5.0
"""Seconds for a process to start, or to end by itself."""


class Gone(Exception):
    """The process ended before it answered."""


class Child(ABC):
    """One process, which answers one question at a time."""

    pid: int
    held = False
    """Whether it was made with its store in memory, and can open no other."""

    def __init__(self, generation: int) -> None:
        self.generation = generation
        self.answered = 0
        self.confined = False
        self.turns: Turns[Child] = Turns("a process", 0, 0)
        """Where it is given back."""
        self.gone = False
        """Whether it has ended, or cannot be understood any more."""
        self._parts: list[bytes] = []
        """The beginning of an answer that is not whole yet, and how many bytes it lacks at least."""
        self._lacks = 0
        self._first: tuple[frame.Head, bytes] | None = None
        """What it said by itself, that it has begun; nothing else may come unasked."""
        self._heard = False
        self._answer: asyncio.Future[tuple[frame.Head, bytes]] | None = None

    @abstractmethod
    def write(self, data: bytes) -> None:
        """Sends bytes to the process. May raise ConnectionError or RuntimeError when it has ended."""

    @abstractmethod
    async def end(self, gently: bool = False) -> None:
        """Ends the process, and returns when it has ended; `gently` lets it close its store."""

    def received(self, data: bytes) -> None:
        """Takes bytes that the process wrote."""
        nobody_asks = self._answer is None or self._answer.done()
        if self.gone or (nobody_asks and (self._heard or self._first)):
            self.lost()
            return
        self._parts.append(data)
        self._lacks -= len(data)
        if self._lacks > 0:
            return
        whole = b"".join(self._parts) if len(self._parts) > 1 else data
        try:
            size = frame.size(whole)
            if size is None or size > len(whole):
                self._parts, self._lacks = [whole], (frame.LENGTHS.size if size is None else size) - len(whole)
                return
            said = frame.parts(whole)
        except ValueError:  # a query may have taken it over
            self.lost()
            return
        self._parts, self._lacks = [], 0
        if self._answer is None:
            self._first = said
        elif not self._answer.done():
            self._answer.set_result(said)

    def lost(self) -> None:
        """Takes note that nothing more will come."""
        self.gone = True
        self._parts.clear()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(Gone())

    async def begun(self, path: str, limits: Limits) -> None:
        """Waits until the process has opened the store. Raises StoreError when it does not; then it has ended."""
        try:
            head, _ = await self.hear(max(GRACE, limits.deadline) * 6)  # a store may have much to recover
        except (TimeoutError, Gone) as error:
            await self.end()
            raise StoreError("no process for it could be started", path, "give it more memory (the limit of that name)") from error
        except BaseException:
            await self.end()
            raise
        if "error" in head:
            await self.end()
            raise raised(head)
        self.confined = bool(head.get("confined"))

    async def hear(self, seconds: float, asked: bytes = b"") -> tuple[frame.Head, bytes]:
        """What the process says next, or when it is asked. Raises Gone, TimeoutError; the process is of no more use then."""
        if self.gone:
            raise Gone
        self._heard = True
        if self._first is not None and not asked:
            return self._first
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[tuple[frame.Head, bytes]] = loop.create_future()
        self._answer = answer
        # A timer of its own costs a third of asyncio.timeout.
        timer = loop.call_later(seconds, _late, answer)
        try:
            if asked:
                self.write(asked)
            return await answer
        except (ConnectionError, RuntimeError) as error:
            raise Gone from error
        finally:
            timer.cancel()
            self._answer = None

    async def ask(self, head: frame.Head | bytes, body: bytes, seconds: float) -> tuple[frame.Head, bytes]:
        """One answer. Raises as `hear`."""
        answer = await self.hear(seconds, frame.packed(head, body))
        self.answered += 1
        return answer


class Started(Child, asyncio.SubprocessProtocol):
    """A process that was started as a program of its own."""

    def __init__(self, generation: int) -> None:
        super().__init__(generation)
        self._exited = asyncio.Event()
        self._process: asyncio.SubprocessTransport

    @classmethod
    async def start(cls, path: str, writable: bool, limits: Limits, generation: int) -> Started:
        """Starts a process. Raises StoreError when it cannot open the store."""
        head: frame.Head = {"path": path, "writable": writable, "parent": os.getpid(), "limits": asdict(limits)}
        _, worker = await asyncio.get_running_loop().subprocess_exec(
            lambda: cls(generation), *program(head),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL, start_new_session=True,
            env=environment(),
        )
        await worker.begun(path, limits)
        return worker

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._process = cast(asyncio.SubprocessTransport, transport)
        self.pid = self._process.get_pid()

    def pipe_data_received(self, fd: int, data: bytes | str) -> None:
        self.received(cast(bytes, data))

    def pipe_connection_lost(self, fd: int, exc: Exception | None) -> None:
        self.lost()

    def process_exited(self) -> None:
        self.lost()
        self._exited.set()

    def write(self, data: bytes) -> None:
        self._input().write(data)

    def _input(self) -> asyncio.WriteTransport:
        return cast(asyncio.WriteTransport, self._process.get_pipe_transport(0))

    async def end(self, gently: bool = False) -> None:
        if gently:
            self._input().close()
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE):
                    await self._exited.wait()
        self.kill()
        await self._exited.wait()
        self._process.close()

    def kill(self) -> None:
        """Ends the process without waiting for its end."""
        if self._process.get_returncode() is None:
            # Not the transport's kill, which collects a process that has just ended before asyncio can.
            with suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)


def _late(answer: asyncio.Future[tuple[frame.Head, bytes]]) -> None:
    if not answer.done():
        answer.set_exception(TimeoutError())


def program(head: frame.Head) -> list[str]:
    """The command of a process that is told that much."""
    return [sys.executable, "-m", "kg.worker", frame.packed(head)[frame.LENGTHS.size :].decode()]


def environment() -> dict[str, str]:
    """The environment of such a process."""
    return {**os.environ, "MALLOC_ARENA_MAX": "1"}  # glibc takes 64 MB of address space for each thread's own heap


def raised(head: frame.Head) -> KgError:
    """The error that a process told of."""
    kind = getattr(kg.errors, str(head["error"]), StoreError)
    if not (isinstance(kind, type) and issubclass(kind, KgError)):
        kind = StoreError
    error: KgError = kind(str(head["what"]), head.get("where"), head.get("todo"))
    if isinstance(error, OverLimit):
        error.limit = str(head.get("limit") or "")
    return error
