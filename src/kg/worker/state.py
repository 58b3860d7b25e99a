"""The state of a store: where it lies for those that read it, and the process that writes it."""

from __future__ import annotations

import asyncio
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from kg.errors import Busy, OverLimit, StoreError, TimedOut
from kg.limits import Limits
from kg.lock import unwritten
from kg.worker import frame
from kg.worker.child import Child, Gone, Started, raised
from kg.worker.frame import READERS

_UNKNOWN = "whether it was made is not known: look before you send it again, and do less at a time"
"""What is to be said when the process that writes ends before it answers: it may have written just before."""


class State:
    """What a store holds, as it changes.

    With `writable` one process owns the store and makes the updates, one after the other. Those that read never open what is
    written, which Oxigraph leaves undefined: when one of them is to see an update, the state so far becomes a store of its own
    (hard links, nothing is copied), and it opens that one. `ended` is told why the process that writes was ended.
    """

    def __init__(self, path: str, limits: Limits, writable: bool, ended: Callable[[str], None]) -> None:
        self.path, self.limits, self.writable, self.ended = path, limits, writable, ended
        self.still = asyncio.Lock()
        """Is held while the store is written, and while a process opens it."""
        self.generation = 0
        """How often something was written, or another store was seen in its place."""
        self.writer: Child | None = None
        self._seen = (-1, path)  # the generation that others may see, and where it lies
        self._unread: set[str] = set()  # states that are to be removed when no process has them open
        self._place = _identity(path)
        self._pin = _opened(path)  # while it is open, no other folder can have its number
        self._closed = False

    async def start(self) -> None:
        """Starts the process that writes. Raises StoreError, and UsageError for a store that another process writes."""
        if self.writable:
            self.writer = await Started.start(self.path, True, self.limits, 0)
        else:
            with suppress(OSError), unwritten(Path(self.path)):  # OSError: where nothing may be written, nobody can be asked
                pass

    async def close(self) -> None:
        """Ends the process that writes, which closes the store first."""
        self._closed = True
        if self._pin is not None:
            os.close(self._pin)
            self._pin = None
        async with self.still:
            if self.writer:
                same = _identity(self.path) == self._place
                if same:
                    await asyncio.to_thread(shutil.rmtree, os.path.join(self.path, READERS), True)
                await self.writer.end(gently=same)  # who closes a store tidies up by its name, also in another's
                self.writer = None

    def look(self) -> None:
        """Sees that the place still holds the store that was there at the start: what another put there is a new state for who
        reads, and nothing to write to. Raises StoreError."""
        if self._place != (now := _identity(self.path)) and now is not None:
            if self.writable:
                raise StoreError("another store has taken its place", self.path, "start the server again")
            before, self._pin = self._pin, _opened(self.path)
            self._place = now
            self.generation += 1
            if before is not None:
                os.close(before)

    async def readable(self) -> str:
        """Where the state of now lies for others to read. To be called while nothing is written."""
        if self.writable and self._seen[0] != self.generation:
            before, place = self._seen[1], os.path.join(self.path, READERS, str(self.generation))
            try:
                answer, _ = await (await self._writing()).ask({"do": "snapshot", "to": place}, b"", self.limits.deadline)
            except (TimeoutError, Gone, StoreError):
                answer = {"error": "StoreError"}
            if "error" in answer:  # no room: then nobody writes, and what is there can be read itself
                await self._stop_writer("disk")
                place = self.path
            self._seen = (self.generation, place)
            self._unread.add(before)
        return self._seen[1]

    async def tidy(self) -> None:
        """Removes the states before this one. To be called when no process has them open."""
        gone, self._unread = self._unread - {self.path, self._seen[1]}, set()
        for place in gone:
            await asyncio.to_thread(shutil.rmtree, place, True)

    async def write(self, head: frame.Head, body: bytes) -> frame.Head:
        """What the process that writes answers. Raises as `Pool.update`."""
        async with self.still:
            if self._closed or not self.writable:
                raise Busy("nothing can be written", None, "try again later")
            self.look()
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
                self.generation += 1
            if answer.get("error") == "CannotWrite":
                await self._stop_writer("disk")
        if "error" in answer:
            raise raised(answer)
        return answer

    async def _stop_writer(self, why: str) -> None:
        self.ended(why)
        if self.writer is not None:
            await self.writer.end()
            self.writer = None

    async def _writing(self) -> Child:
        """The process that writes, started if it has ended. Raises StoreError."""
        if self.writer is None:
            self.writer = await Started.start(self.path, True, self.limits, 0)
        return self.writer


def _identity(path: str) -> tuple[int, int] | None:
    """Which folder lies at a path; None while there is none."""
    try:
        found = os.stat(path)
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _opened(path: str) -> int | None:
    """A descriptor of a folder; None where there is none, or this system opens no folders."""
    try:
        return os.open(path, os.O_RDONLY)
    except OSError:
        return None
