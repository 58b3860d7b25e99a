"""What a server and its processes say to each other: a head in JSON and a body of bytes, each with its length before it.

Nothing that a process says is ever unpickled or evaluated, for a process may have been taken over by a query.
"""

from __future__ import annotations

import json
import struct
from functools import lru_cache
from typing import IO, Any

LENGTHS = struct.Struct(">II")
READERS = "readers"
"""The folder within a store that is written, where the states lie that others read."""
Head = dict[str, Any]


_MOST = 1 << 30
"""Bytes of a frame that a process can be believed to send."""
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False).encode


def packed(head: Head | bytes, body: bytes = b"") -> bytes:
    """One frame as bytes; the head may be written already."""
    said = head if isinstance(head, bytes) else written(head)
    return LENGTHS.pack(len(said), len(body)) + said + body


def written(head: Head) -> bytes:
    """A head as bytes."""
    return _encode(head).encode("utf-8", "surrogatepass")


def size(begun: bytes) -> int | None:
    """The bytes of the frame that begins so, None where that is not known yet. Raises ValueError when it is none."""
    if len(begun) < LENGTHS.size:
        return None
    head, body = LENGTHS.unpack_from(begun)
    whole: int = LENGTHS.size + head + body
    if whole > _MOST:
        raise ValueError("not a frame")
    return whole


def parts(whole: bytes) -> tuple[Head, bytes]:
    """The head and the body of a whole frame. Raises ValueError when it is none."""
    head, body = LENGTHS.unpack_from(whole)
    start = LENGTHS.size + head
    if len(whole) != start + body:
        raise ValueError("more than a frame")
    return unpacked(whole[LENGTHS.size : start]), whole[start:]


def unpacked(said: bytes) -> Head:
    """The head of a frame, not to be changed: many are the same, and a short one is read once. Raises ValueError when it is none."""
    return _known(said) if len(said) < _SHORT else _parsed(said)


def _parsed(said: bytes) -> Head:
    head = json.loads(said.decode("utf-8", "surrogatepass"))
    if not isinstance(head, dict):
        raise ValueError("not a head")
    return head


_known = lru_cache(maxsize=512)(_parsed)
_SHORT = 1_000
"""Bytes of a head up to which it is kept."""


def read(stream: IO[bytes]) -> tuple[Head, bytes] | None:
    """The next frame, None at the end."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head, body = LENGTHS.unpack(lengths)
    return unpacked(stream.read(head)), stream.read(body)
