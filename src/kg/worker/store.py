"""The pool as a store, for everything that asks in SPARQL and knows nothing of processes."""

from __future__ import annotations

import asyncio
import math
import time
from contextvars import ContextVar
from typing import TYPE_CHECKING

from kg.answer import Answer
from kg.errors import Busy, TimedOut
from kg.limits import Limits
from kg.worker.pool import Pool

if TYPE_CHECKING:
    import rdflib

client: ContextVar[str] = ContextVar("client", default="")
"""Who asks, for the turns in the queue."""

began: ContextVar[float] = ContextVar("began", default=math.inf)
"""When the making of a page began (time.monotonic): all its queries together may take as long as one may wait and run."""

_KEPT = {"table": "json", "boolean": "json", "graph": "ntriples"}


def _late(limits: Limits) -> TimedOut:
    return TimedOut(f"its queries took longer than {limits.waiting + limits.deadline:g} seconds together", None, "try again in a moment")


class WorkerStore:
    """A store whose queries run in the processes of a pool. To be asked from any thread but that of the pool's event loop."""

    def __init__(self, pool: Pool, loop: asyncio.AbstractEventLoop) -> None:
        self.pool, self.loop = pool, loop

    def ask(self, text: str, where: str | None = None, added: int = 0) -> Answer:
        """Answers SPARQL text. Raises BadQuery, OverLimit, TimedOut, Busy, StoreError."""
        limits = self.pool.limits
        left = None if (start := began.get()) == math.inf else start + limits.waiting + limits.deadline - time.monotonic()
        if left is not None and left <= 0:
            raise _late(limits)
        asked = self.pool.query(text, _KEPT, client=client.get(), where=where, added=added, own=True)
        try:
            future = asyncio.run_coroutine_threadsafe(asked, self.loop)
        except RuntimeError as error:  # the loop has ended
            asked.close()
            raise Busy("the server is stopping", None, "try again later") from error
        try:
            result = future.result(left)
        except TimeoutError:
            future.cancel()
            raise _late(limits) from None
        return Answer.kept(result.kind, result.content)

    def rdflib(self) -> rdflib.Graph:
        """A copy of the default graph for rdflib."""
        import rdflib

        return rdflib.Graph().parse(data=self.ask("CONSTRUCT WHERE { ?s ?p ?o }").text("ntriples"), format="nt")
