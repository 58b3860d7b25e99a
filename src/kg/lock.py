"""RocksDB's own lock on a store, by which whoever replaces a store, or reads it, knows that another process writes it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kg.errors import UsageError


@contextmanager
def unwritten(store: Path) -> Iterator[None]:
    """Holds the lock of a store, where it is one, so that no other process opens it to write. Raises UsageError when one has.

    The lock is a process's own (fcntl(2), F_SETLK): a process that writes the store itself loses it here and must not ask.
    Systems without such locks have none to ask for.
    """
    try:
        import fcntl

        file = open(store / "LOCK", "r+b")  # noqa: SIM115  (closed below)
    except (ImportError, FileNotFoundError, NotADirectoryError):
        yield
        return
    with file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise UsageError("is in use by another process, which writes it", str(store), "stop that one first") from error
        yield
