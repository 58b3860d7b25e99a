"""The questions of the folder: each can be read and asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg.assemble import Built, Problem
from kg.errors import KgError
from kg.query import Query
from kg.store import EmbeddedStore


def can_be_asked(built: Built) -> Iterator[Problem]:
    """A question that cannot be read, or that the engine refuses."""
    store = EmbeddedStore(built.store)
    for path in sorted(Path(built.folder.queries).glob("*.rq")):
        try:
            query = Query.load(path)
            store.ask(query.text, str(path))
        except KgError as error:
            where = (error.where or "").removeprefix(str(path)).strip(":").partition(":")[0]
            name = path.relative_to(built.folder.root).as_posix()
            yield Problem("error", name, int(where) if where.isdigit() else 0, "", error.what, error.todo or "mend the query")


CHECKS = (can_be_asked,)
