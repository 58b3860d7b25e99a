"""The process that holds a store in memory, and those forked from it, as the server holds them."""

from __future__ import annotations

import asyncio
import os
import socket
from contextlib import suppress
from dataclasses import asdict
from typing import cast

from kg.errors import StoreError
from kg.limits import Limits
from kg.worker import frame
from kg.worker.child import GRACE, Child, Gone, Started, environment, program

_LOADING = 600.0
"""Seconds that a store may take to come into memory; the processes read it from the disk meanwhile."""
POSSIBLE = hasattr(os, "fork") and hasattr(socket, "send_fds")
"""Whether this system has what it takes."""


class Holder(Started):
    """A process that holds a store in memory, and forks."""

    _control: socket.socket

    def __init__(self, generation: int) -> None:
        super().__init__(generation)
        self.children: set[Forked] = set()
        self._passed: socket.socket | None = None
        self._turn = asyncio.Lock()
        self._retired = False

    @classmethod
    async def hold(cls, path: str, limits: Limits, generation: int) -> Holder | None:
        """A process that has the store in memory; None where that is larger than `limits.resident`. Raises StoreError."""
        ours, theirs = socket.socketpair()
        with theirs:
            head: frame.Head = {"path": path, "holds": theirs.fileno(), "parent": os.getpid(), "limits": asdict(limits)}
            # Large pages, where the system grants them, make large stores a tenth faster.
            tuned = {"GLIBC_TUNABLES": "glibc.malloc.hugetlb=1", **environment()}
            try:
                _, holder = await asyncio.get_running_loop().subprocess_exec(
                    lambda: cls(generation), *program(head), stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL,
                    stderr=asyncio.subprocess.DEVNULL, pass_fds=[theirs.fileno()], start_new_session=True, env=tuned,
                )
            except BaseException:
                ours.close()
                raise
        ours.setblocking(False)
        holder._control = ours
        asyncio.get_running_loop().add_reader(ours.fileno(), holder._readable)
        try:
            answer, _ = await holder.hear(_LOADING)
        except (TimeoutError, Gone) as error:
            await holder.end()
            raise StoreError("cannot be held in memory", path, "give it less, or set the limit `resident` to 0") from error
        except BaseException:
            await holder.end()
            raise
        if answer.get("held"):
            return holder
        await holder.end()
        if "error" in answer:
            raise StoreError(str(answer["what"]), path)
        return None

    def _readable(self) -> None:
        try:
            data = self._control.recv(1 << 16)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if data:
            self.received(data)
        else:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self.lost()

    def write(self, data: bytes) -> None:
        try:
            if self._passed is None:
                self._control.sendall(data)
            else:
                socket.send_fds(self._control, [data], [self._passed.fileno()])
        except OSError as error:
            raise ConnectionError from error

    async def _told(self, head: frame.Head, passed: socket.socket | None = None) -> frame.Head:
        """What it answers. Raises Gone, TimeoutError; then nothing that it says is believed any more."""
        async with self._turn:
            self._passed = passed
            try:
                return (await self.ask(head, b"", GRACE))[0]
            except BaseException:
                self.lost()
                self.kill()  # and so, where the system ties them to it, all that were forked: it can end none of them any more
                raise
            finally:
                self._passed = None

    async def fork(self, limits: Limits) -> Forked:
        """A new process with the store. Raises StoreError."""
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                try:
                    answer = await self._told({"do": "fork"}, theirs)
                except (TimeoutError, Gone) as error:
                    raise StoreError("no process for it could be started", None, "try again in a moment") from error
            if "error" in answer:
                raise StoreError(str(answer["what"]), None, "try again in a moment")
            ours.setblocking(False)
            _, child = await asyncio.get_running_loop().create_unix_connection(lambda: Forked(self, int(answer["pid"])), sock=ours)
        except BaseException:
            ours.close()
            raise
        self.children.add(child)
        await child.begun("", limits)
        return child

    async def ended(self, child: Forked) -> None:
        """Ends a process that was forked, and itself when it was the last of one that has retired."""
        with suppress(TimeoutError, Gone):
            await self._told({"do": "end", "pid": child.pid})
        self.children.discard(child)
        if self._retired and not self.children:
            await self.end()

    async def retire(self) -> None:
        """Lets it end as soon as no process needs it any more."""
        self._retired = True
        if not self.children:
            await self.end()

    async def end(self, gently: bool = False) -> None:
        """Ends it, and with it, where the system ties them to it, all that were forked."""
        if self._control.fileno() >= 0:
            asyncio.get_running_loop().remove_reader(self._control.fileno())
            self._control.close()
        await super().end()


class Forked(Child, asyncio.Protocol):
    """A process that was forked from one that holds the store."""

    held = True

    def __init__(self, holder: Holder, pid: int) -> None:
        super().__init__(holder.generation)
        self.holder, self.pid = holder, pid

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self.received(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost()

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    async def end(self, gently: bool = False) -> None:
        await self.holder.ended(self)
        self._transport.abort()
