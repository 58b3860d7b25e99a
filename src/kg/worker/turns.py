"""Who gets what there is too little of: each client in turn, so that one who asks much holds up no other."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from typing import Generic, TypeVar

from kg.errors import Busy

Thing = TypeVar("Thing")


class Turns(Generic[Thing]):
    """Things that are taken and given back. `what` names one in errors; at most `queue` wait, for `waiting` seconds each, and a
    client holds at most `most` at a time (0: as many as there are). Used within one event loop."""

    def __init__(self, what: str, queue: int, waiting: float, most: int = 0) -> None:
        self.what, self.queue, self.patience, self.most = what, queue, waiting, most
        self.free: list[Thing] = []
        self._held: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[asyncio.Future[Thing]]] = OrderedDict()

    @property
    def waiting(self) -> int:
        """How many wait."""
        return sum(map(len, self._waiting.values()))

    def take_free(self, client: str) -> Thing | None:
        """One that is free and that the client may have, None where there is none. Whoever takes one gives it back by `done`."""
        if not self.free or not self._may(client):
            return None
        self._held[client] += 1
        return self.free.pop()

    async def take(self, client: str) -> Thing:
        """One, when it is the client's turn. Raises Busy."""
        if (one := self.take_free(client)) is not None:
            return one
        if self.waiting >= self.queue:
            raise Busy(f"{self.queue} wait for {self.what} already", None, "try again in a moment")
        loop = asyncio.get_running_loop()
        future: asyncio.Future[Thing] = loop.create_future()
        self._waiting.setdefault(client, deque()).append(future)
        timer = loop.call_later(self.patience, self._late, client, future)
        try:
            return await future
        except asyncio.CancelledError:
            self._forget(client, future)
            if future.done() and not future.cancelled() and future.exception() is None:
                self.done(client)
                self.offer(future.result())
            raise
        finally:
            timer.cancel()

    def _late(self, client: str, future: asyncio.Future[Thing]) -> None:
        """Sends away one who has waited too long."""
        if not future.done():
            self._forget(client, future)
            future.set_exception(Busy(f"{self.what} was not free in time", None, "try again in a moment"))

    def done(self, client: str) -> None:
        """The client holds one less. What it held is given to the next by `offer`, or is no more."""
        self._held[client] -= 1
        if self._held[client] <= 0:
            del self._held[client]

    def offer(self, thing: Thing) -> None:
        """Gives a thing to the next who waits and may have it."""
        for client in tuple(self._waiting):
            if not self._may(client):
                continue
            waiting = self._waiting.pop(client)
            while waiting:
                future = waiting.popleft()
                if not future.done():
                    if waiting:
                        self._waiting[client] = waiting  # behind all others
                    self._held[client] += 1
                    future.set_result(thing)
                    return
        self.free.append(thing)

    def refuse(self) -> None:
        """Lets nobody wait any more: their waiting is cancelled."""
        for waiting in self._waiting.values():
            for future in waiting:
                future.cancel()
        self._waiting.clear()

    def _may(self, client: str) -> bool:
        return not self.most or self._held[client] < self.most

    def _forget(self, client: str, future: asyncio.Future[Thing]) -> None:
        """Takes one who waited no longer out of the queue."""
        waiting = self._waiting.get(client)
        if waiting is not None and future in waiting:
            waiting.remove(future)
            if not waiting:
                del self._waiting[client]
