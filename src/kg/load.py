"""A store on disk, made of files: as a whole, or not at all."""

from __future__ import annotations

import ctypes
import glob
import gzip
import os
import shutil
import sys
import time
import zlib
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, TextIO

import pyoxigraph as ox

from kg.errors import BadData, CannotWrite, NotFound, UsageError
from kg.lock import unwritten

FORMATS = {
    ".ttl": ox.RdfFormat.TURTLE, ".nt": ox.RdfFormat.N_TRIPLES, ".nq": ox.RdfFormat.N_QUADS, ".trig": ox.RdfFormat.TRIG,
    ".rdf": ox.RdfFormat.RDF_XML, ".xml": ox.RdfFormat.RDF_XML, ".owl": ox.RdfFormat.RDF_XML, ".jsonld": ox.RdfFormat.JSON_LD,
}
"""Suffix → format; each also with .gz behind it."""
_BOM = b"\xef\xbb\xbf"


def format_of(path: Path) -> ox.RdfFormat:
    """The format of a file by its suffix. Raises UsageError."""
    suffix = Path(path.stem).suffix if path.suffix.lower() == ".gz" else path.suffix
    try:
        return FORMATS[suffix.lower()]
    except KeyError:
        raise UsageError("its suffix names no format of RDF", str(path), "use one of " + " ".join(FORMATS) + ", also with .gz") from None


class _Progress:
    """How much of all files is read, as a line that renews itself."""

    def __init__(self, total: int, stream: TextIO | None) -> None:
        self.total, self.stream = total, stream
        self.done, self.shown = 0, 0.0

    def add(self, count: int) -> None:
        self.done += count
        now = time.monotonic()
        if self.stream is not None and now - self.shown > 0.1:
            self.shown = now
            part = min(self.done / self.total, 1.0) if self.total else 1.0
            self.stream.write(f"\r[{'#' * int(part * 40):<40}] {part:4.0%} of {self.total / 1e6:.1f} MB")
            self.stream.flush()

    def end(self) -> None:
        if self.stream is not None and self.shown:
            self.stream.write("\r\x1b[K")
            self.stream.flush()


class _Source:
    """A file as it is read: unpacked, without a byte order mark, its bytes on disk counted."""

    def __init__(self, path: Path, file: IO[bytes], progress: _Progress) -> None:
        self.file, self.progress = file, progress
        self.raw = file
        self.at = 0
        self.stream: IO[bytes] = gzip.GzipFile(fileobj=file) if path.suffix.lower() == ".gz" else file  # type: ignore[assignment]
        self.start = True

    def read(self, size: int = -1) -> bytes:
        data = self.stream.read(max(size, len(_BOM)) if self.start and size >= 0 else size)
        at = self.raw.tell()
        self.progress.add(at - self.at)
        self.at = at
        if self.start:
            self.start = False
            if data.startswith(_BOM):
                return data[len(_BOM):] or self.read(size)
        return data


def load(files: Sequence[Path], store: Path, replace: bool = False, progress: TextIO | None = None) -> int:
    """Makes a store of files and puts it in its place when it is whole; the number of its triples.

    What stood there is refused unless it is a store that nobody writes and `replace` is given; it stays until the new one is
    whole. `progress` is where a bar is drawn. Raises NotFound, UsageError, BadData with file and line, CannotWrite.
    """
    formats = [format_of(path) for path in files]
    _refuse_place(store, replace)
    store = store.resolve()  # what a link leads to may lie on another disk, where the new one is made then too
    total = 0
    for path in files:
        try:
            total += os.stat(path).st_size
        except OSError as error:
            raise NotFound(f"cannot be read ({error.strerror or error})", str(path)) from error
    _sweep(store)
    beside = store.parent / f"{_beside(store)}{os.getpid()}-{os.urandom(6).hex()}.part"
    bar = _Progress(total, progress)
    try:
        try:
            inner = ox.Store(str(beside))
            for path, format in zip(files, formats, strict=True):
                _read(inner, path, format, bar)
            inner.optimize()
            inner.flush()
            count = len(inner)
            del inner
            _sync(beside)
            _put(beside, store)
        except OSError as error:
            why = error.strerror or " ".join(str(error).split())
            raise CannotWrite(f"cannot be written ({why})", str(store), "choose another place") from error
    finally:
        bar.end()
        shutil.rmtree(beside, ignore_errors=True)
    return count


def _read(inner: ox.Store, path: Path, format: ox.RdfFormat, bar: _Progress) -> None:
    try:
        file = open(path, "rb")  # noqa: SIM115  (closed below; its own errors are told apart)
    except OSError as error:
        raise NotFound(f"cannot be read ({error.strerror or error})", str(path)) from error
    with file:
        try:
            base = path.absolute().as_uri()
            inner.bulk_load(_Source(path, file, bar), format, base_iri=base)  # type: ignore[arg-type]
        except SyntaxError as error:
            place = f"{path}:{error.lineno}:{error.offset}" if error.lineno else str(path)
            raise BadData(f"not valid {format.name}: {' '.join(str(error.msg).split())}", place, "mend it there") from error
        except (gzip.BadGzipFile, zlib.error, EOFError) as error:
            raise BadData(f"cannot be unpacked ({error})", str(path), "pack it again") from error
        except (ValueError, MemoryError) as error:
            raise BadData(f"cannot be read as {format.name} ({' '.join(str(error).split())})", str(path), "mend it") from error


def _refuse_place(store: Path, replace: bool) -> None:
    try:
        held = [entry.name for entry in os.scandir(store)]
    except FileNotFoundError:
        if not store.absolute().parent.is_dir():
            raise CannotWrite("cannot be written (its folder does not exist)", str(store), "choose another place") from None
        return
    except OSError as error:
        raise CannotWrite(f"cannot be written ({error.strerror or error})", str(store), "choose another place") from error
    if held and "CURRENT" not in held:
        raise UsageError("holds something else than a store", str(store), "name another folder")
    if held and not replace:
        raise UsageError("holds a store already", str(store), "add --replace, or name another folder")
    try:
        with unwritten(store):  # asked again when the new store takes its place; here before the long work
            pass
    except OSError as error:
        raise CannotWrite(f"cannot be written ({error.strerror or error})", str(store), "choose another place") from error


def _sync(folder: Path) -> None:
    """Brings the files of a new store to the disk, before its name says that it is there."""
    for path in (*folder.iterdir(), folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _beside(store: Path) -> str:
    """How the names begin of what lies beside a store while it is made or replaced."""
    return f".{store.name[:100]}."


def _sweep(store: Path) -> None:
    """Removes what loads left that were killed: nobody writes it, and its process is no more."""
    for path in store.parent.glob(glob.escape(_beside(store)) + "*.part"):
        process = path.name.removeprefix(_beside(store)).partition("-")[0]
        if process.isdigit() and not _runs(int(process)):
            with suppress(UsageError, OSError), unwritten(path):
                shutil.rmtree(path, ignore_errors=True)


def _runs(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):  # it is another's; or it cannot be asked for
        pass
    return True


def _put(beside: Path, store: Path) -> None:
    """Gives the new store its name. Raises UsageError, OSError.

    Where the system can exchange two names, the old one has it until that moment; else the old one is moved away first, and back if
    the second step fails. Nobody may open the old one to write meanwhile: they would write, and delete files, in the new one, by
    their names.
    """
    old = beside.with_name(beside.name.removesuffix(".part") + ".old")
    there = store.exists()
    with unwritten(store):
        if there and _exchanged(beside, store):
            return  # the old one has the name of the new one now, and is removed with it
        if there:
            os.rename(store, old)
        try:
            os.rename(beside, store)
        except OSError:
            if there:
                os.rename(old, store)
            raise
    if there:
        shutil.rmtree(old, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    """Exchanges two names at once; False where the system or the file system cannot (renameat2(2), RENAME_EXCHANGE)."""
    if sys.platform != "linux":
        return False
    rename = getattr(ctypes.CDLL(None), "renameat2", None)
    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    return rename is not None and rename(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0
