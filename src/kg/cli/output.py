"""Where answers go: a file, whole or not at all, or standard output."""

from __future__ import annotations

import sys
from pathlib import Path

from kg.errors import CannotWrite
from kg.folder import write_atomically


def columns() -> int:
    """How wide the terminal is."""
    import shutil

    return shutil.get_terminal_size((100, 24)).columns


def write(text: str | bytes, output: str | None = None) -> None:
    """Writes to a file, whole or not at all, or to standard output, always as UTF-8."""
    data = text.encode("utf-8", "backslashreplace") if isinstance(text, str) else text
    if output is not None:
        write_atomically(Path(output), data)
        return
    if sys.stdout is None:
        raise CannotWrite("is closed", "standard output", "leave it open, or name a file with -o")
    try:
        rest = memoryview(data)
        while rest:  # without Python's buffer a write may be a part of it
            rest = rest[sys.stdout.buffer.write(rest) :]
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CannotWrite(f"cannot be written ({error.strerror or error})", "standard output") from error


def count(number: int, noun: str) -> str:
    """A number of things in words: 1 thing, 2 things."""
    return f"{number} {noun}{'' if number == 1 else 's'}"
