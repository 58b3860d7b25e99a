"""One process for queries or for updates, as the server holds it: started, asked, ended."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from contextlib import suppress
from dataclasses import asdict

import kg.errors
from kg.errors import KgError, OverLimit, StoreError
from kg.limits import Limits
from kg.worker import frame
from kg.worker.turns import Turns

GRACE = 5.0
"""Seconds for a process to start, or to end by itself."""


class Gone(Exception):
    """The process ended before it answered."""


class Child:
    """One process."""

    def __init__(self, process: asyncio.subprocess.Process, generation: int) -> None:
        self.process, self.generation = process, generation
        self.answered = 0
        self.confined = False
        self.turns: Turns[Child] = Turns("a process", 0, 0)
        """Where it is given back."""

    @classmethod
    async def start(cls, path: str, writable: bool, limits: Limits, generation: int) -> Child:
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
            async with asyncio.timeout(max(GRACE, limits.deadline) * 6):  # a store may have much to recover
                head, _ = await worker._read()
        except (TimeoutError, Gone) as error:
            await worker.end()
            raise StoreError("no process for it could be started", path, "give it more memory (the limit of that name)") from error
        except BaseException:
            await worker.end()
            raise
        if "error" in head:
            await worker.end()
            raise raised(head)
        worker.confined = bool(head.get("confined"))
        return worker

    async def _read(self) -> tuple[frame.Head, bytes]:
        stream = self.process.stdout
        assert stream is not None
        try:
            head, body = frame.LENGTHS.unpack(await stream.readexactly(frame.LENGTHS.size))
            return frame.unpacked(await stream.readexactly(head)), await stream.readexactly(body) if body else b""
        except (asyncio.IncompleteReadError, ConnectionError, ValueError) as error:
            raise Gone from error

    async def ask(self, head: frame.Head, body: bytes, seconds: float) -> tuple[frame.Head, bytes]:
        """One answer. Raises Gone, TimeoutError; the process is of no more use then."""
        sink = self.process.stdin
        assert sink is not None
        async with asyncio.timeout(seconds):
            try:
                sink.write(frame.packed(head, body))
                if len(body) > 60_000:
                    await sink.drain()
            except (ConnectionError, RuntimeError) as error:
                raise Gone from error
            answer = await self._read()
        self.answered += 1
        return answer

    async def end(self, gently: bool = False) -> None:
        """Ends the process."""
        if gently and self.process.stdin is not None:
            self.process.stdin.close()
            with suppress(TimeoutError):
                async with asyncio.timeout(GRACE):
                    await self.process.wait()
        if self.process.returncode is None:
            # Not Popen.kill, which collects a process that has just ended before asyncio can.
            with suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)
        with suppress(ConnectionError, RuntimeError):
            await self.process.communicate()  # waits for the end, and closes the pipes
        await self.process.wait()


def raised(head: frame.Head) -> KgError:
    """The error that a process told of."""
    kind = getattr(kg.errors, str(head["error"]), StoreError)
    if not (isinstance(kind, type) and issubclass(kind, KgError)):
        kind = StoreError
    error: KgError = kind(str(head["what"]), head.get("where"), head.get("todo"))
    if isinstance(error, OverLimit):
        error.limit = str(head.get("limit") or "")
    return error
