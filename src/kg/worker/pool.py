"""Processes for queries, and one for updates: each answer has a deadline, and whoever misses it is ended and replaced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import NamedTuple

from kg.limits import Limits
from kg.worker import frame
from kg.worker.readers import Readers
from kg.worker.state import State


class Result(NamedTuple):
    """What a process answered: its kind (table, graph, boolean), its format (None: none fits), its rows, its bytes, and
    whether these are compressed."""

    kind: str
    format: str | None
    rows: int
    content: bytes
    gzip: bool = False


class Pool:
    """The processes of one store. `path` is a store on disk, or the folder of a data set.

    Those that answer queries are `kg.worker.readers.Readers`; with `writable` one more makes the updates (`kg.worker.state.State`).
    `reserved` processes beside `limits.workers` are kept for queries of our own making, so that pages are answered whatever others
    ask. Made and used within one event loop.
    """

    def __init__(
        self, path: str, limits: Limits, writable: bool = False, ended: Callable[[str], None] = lambda why: None, reserved: int = 0,
    ) -> None:
        self.path, self.limits = path, limits
        self.ended = ended
        self.note: Callable[[str], None] = lambda line: None
        """Is told what whoever runs the server should know: why no process can be started (once a minute), or none is in memory."""
        self.state = State(path, limits, writable, lambda why: self.ended(why))
        self.readers = Readers(self.state, limits, reserved, lambda why: self.ended(why), lambda line: self.note(line))
        self._closed = False

    @property
    def waiting(self) -> int:
        """How many wait for a process."""
        return self.readers.asked.waiting + self.readers.own.waiting

    @property
    def busy(self) -> int:
        """How many processes are at work."""
        return len(self.readers.all) - len(self.readers.asked.free) - len(self.readers.own.free)

    @property
    def processes(self) -> list[int]:
        """The numbers of the processes that answer and write, as the system counts them."""
        return [worker.pid for worker in (*self.readers.all, *((self.state.writer,) if self.state.writer else ()))]

    @property
    def ready(self) -> bool:
        """Whether there is a process that answers, or will."""
        return not self._closed and bool(self.readers.all)

    @property
    def generation(self) -> int:
        """How often something was written since the start."""
        if not self.state.writable:
            self.state.look()
        return self.state.generation

    @property
    def in_memory(self) -> bool:
        """Whether new processes have the store in memory."""
        return self.readers.holder is not None

    @property
    def confined(self) -> bool:
        """Whether the system itself keeps the processes from the network."""
        return all(worker.confined for worker in self.readers.all)

    async def start(self) -> None:
        """Starts the processes. Raises StoreError, and UsageError for a store that another process writes."""
        await self.state.start()
        await self.readers.start()

    async def close(self) -> None:
        """Ends all processes; the one that writes closes its store first."""
        self._closed = True
        await self.readers.close()
        await self.state.close()
        await self.readers.closed()

    async def query(
        self, text: str, formats: Mapping[str, str | None], *, client: str = "", base: str | None = None,
        default: list[str] | None = None, named: list[str] | None = None, prefixes: Mapping[str, str] | None = None,
        where: str | None = None, added: int = 0, gzip: bool = False, own: bool = False,
    ) -> Result:
        """The answer of a query, in the format wanted for its kind.

        `default` and `named` are the graphs of the dataset, None for both: as the query says. With `gzip` a long answer comes
        compressed, and says so. `own` is for queries of our own making, which do not wait for those of others and may be as long
        as the defaults allow (`kg.limits.own`). Raises BadQuery, OverLimit, TimedOut, Busy, StoreError.
        """
        asked = tuple(formats.items()), base, where, added, gzip, own
        if default is None and named is None and not prefixes:
            head = _usual(*asked)
        else:
            more: frame.Head = {} if default is None and named is None else {"default": default or [], "named": named or []}
            head = frame.written(_head(*asked) | more | {"prefixes": dict(prefixes or {})})
        return _result(*await self.readers.ask(head, text.encode("utf-8", "surrogatepass"), client, own))

    async def graph(
        self, iri: str | None, format: str, prefixes: Mapping[str, str] | None = None, client: str = "", gzip: bool = False
    ) -> Result:
        """One graph of the store, None the default graph. Raises NotFound and as `query`."""
        head: frame.Head = {"do": "graph", "graph": iri, "format": format, "prefixes": dict(prefixes or {}), "gzip": gzip}
        return _result(*await self.readers.ask(head, b"", client))

    async def parse(self, media: str, content_type: str, body: bytes, base: str | None, client: str = "") -> bytes:
        """An uploaded graph as N-Triples. Raises BadData, UsageError and as `query`."""
        head: frame.Head = {"do": "parse", "media": media, "content_type": content_type, "base": base}
        return (await self.readers.ask(head, body, client))[1]

    async def update(
        self, text: str, base: str | None = None, default: list[str] | None = None, named: list[str] | None = None
    ) -> None:
        """Makes an update; returns when it is on the disk. Raises BadQuery, CannotWrite, TimedOut, OverLimit.

        After TimedOut, OverLimit or CannotWrite it may have been made all the same, as their words say.
        """
        head: frame.Head = {"do": "update", "base": base, "default": default or [], "named": named or []}
        await self.state.write(head, text.encode("utf-8", "surrogatepass"))

    async def put(self, iri: str | None, triples: bytes, replace: bool) -> bool:
        """Puts N-Triples into a graph; whether the graph was there before. Raises as `update`."""
        return bool((await self.state.write({"do": "put", "graph": iri, "replace": replace}, triples))["existed"])

    async def delete(self, iri: str | None) -> None:
        """Deletes a graph. Raises NotFound and as `update`."""
        await self.state.write({"do": "delete", "graph": iri}, b"")


def _head(
    formats: tuple[tuple[str, str | None], ...], base: str | None, where: str | None, added: int, gzip: bool, own: bool
) -> frame.Head:
    """What a process is told beside the text of a query."""
    return {"do": "query", "formats": dict(formats), "base": base, "where": where, "added": added, "gzip": gzip, "own": own}


@lru_cache(maxsize=256)
def _usual(
    formats: tuple[tuple[str, str | None], ...], base: str | None, where: str | None, added: int, gzip: bool, own: bool
) -> bytes:
    """The same as bytes: nearly all queries come with one of a few."""
    return frame.written(_head(formats, base, where, added, gzip, own))


def _result(head: frame.Head, content: bytes) -> Result:
    return Result(str(head["kind"]), head["format"], int(head.get("rows", 0)), content, bool(head.get("gzip")))
