"""What a server and its processes say to each other: a head in JSON and a body of bytes, each with its length before it.

Nothing that a process says is ever unpickled or evaluated, for a process may have been taken over by a query.
"""

from __future__ import annotations

import json
import struct
from typing import IO, Any

LENGTHS = struct.Struct(">II")
READERS = "readers"
"""The folder within a store that is written, where the states lie that others read."""
Head = dict[str, Any]


def packed(head: Head, body: bytes = b"") -> bytes:
    """One frame as bytes."""
    said = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return LENGTHS.pack(len(said), len(body)) + said + body


def unpacked(said: bytes) -> Head:
    """The head of a frame. Raises ValueError when it is none."""
    head = json.loads(said.decode("utf-8", "surrogatepass"))
    if not isinstance(head, dict):
        raise ValueError("not a head")
    return head


def read(stream: IO[bytes]) -> tuple[Head, bytes] | None:
    """The next frame, None at the end."""
    lengths = stream.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head, body = LENGTHS.unpack(lengths)
    return unpacked(stream.read(head)), stream.read(body)
