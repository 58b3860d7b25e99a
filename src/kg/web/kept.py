"""What was made once and is asked for again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Kept(Generic[Value]):
    """The values that were asked for last, up to `room` bytes, of which each takes `size`. Safe among threads."""

    def __init__(self, room: int, size: Callable[[Value], int]) -> None:
        self.room, self.taken = room, 0
        self._size = size
        self._kept: OrderedDict[Hashable, Value] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable) -> Value | None:
        """The value of a key, if it is still there."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, value: Value) -> None:
        """Keeps a value, and lets go of those that were asked for longest ago."""
        with self._lock:
            before = self._kept.pop(key, None)
            if before is not None:
                self.taken -= self._size(before)
            self._kept[key] = value
            self.taken += self._size(value)
            while self.taken > self.room and self._kept:
                _, gone = self._kept.popitem(last=False)
                self.taken -= self._size(gone)
