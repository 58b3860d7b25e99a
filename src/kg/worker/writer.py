"""What the one process does that owns a store and writes to it."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from pathlib import Path

import pyoxigraph as ox

from kg.errors import CannotWrite, NotFound
from kg.limits import refuse_excess
from kg.query import refuse_load, refuse_service
from kg.store import REFUSALS, refusal
from kg.worker import frame
from kg.worker.frame import READERS
from kg.worker.process import Process, graph_name
from kg.worker.update import using


class Writer(Process):
    """A store that is written."""

    def _open(self) -> ox.Store:
        store = ox.Store(self.path)
        shutil.rmtree(Path(self.path) / READERS, ignore_errors=True)  # what a server left that was killed
        return store

    def do_snapshot(self, head: frame.Head, body: bytes) -> tuple[frame.Head, bytes]:
        """Makes a store of its own of what is written so far, by hard links, for others to read. Raises CannotWrite."""
        target = Path(head["to"])
        try:
            target.parent.mkdir(exist_ok=True)
            self.store.backup(str(target))
        except OSError as error:
            shutil.rmtree(target, ignore_errors=True)
            raise CannotWrite(f"cannot be written ({' '.join(str(error).split())})", str(target), "make room") from error
        return {}, b""

    def do_update(self, head: frame.Head, body: bytes) -> tuple[frame.Head, bytes]:
        """Makes an update, whole or not at all, and answers when it is on the disk. Raises BadQuery, CannotWrite."""
        text = body.decode("utf-8")
        refuse_excess(text, self.limits)
        refuse_service(text)
        refuse_load(text)
        text = using(text, head.get("default", ()), head.get("named", ()))
        self._write(text, head.get("base"))
        return {}, b""

    def do_put(self, head: frame.Head, body: bytes) -> tuple[frame.Head, bytes]:
        """Puts triples (N-Triples) into a graph: in the place of what it held, or beside it."""
        graph = graph_name(head["graph"])
        there = self._there(graph)
        name = str(graph)
        data = body.decode("utf-8")
        if isinstance(graph, ox.DefaultGraph):
            lines = ["CLEAR DEFAULT"] if head["replace"] else []
            lines.append(f"INSERT DATA {{\n{data}}}")
        else:
            lines = [f"DROP SILENT GRAPH {name}"] if head["replace"] else []
            lines += [f"CREATE SILENT GRAPH {name}", f"INSERT DATA {{ GRAPH {name} {{\n{data}}} }}"]
        self._write(" ;\n".join(lines), None)
        return {"existed": there}, b""

    def do_delete(self, head: frame.Head, body: bytes) -> tuple[frame.Head, bytes]:
        """Deletes a graph. Raises NotFound."""
        graph = graph_name(head["graph"])
        if not self._there(graph):
            raise NotFound("no such graph", head["graph"])
        self._write("CLEAR DEFAULT" if isinstance(graph, ox.DefaultGraph) else f"DROP GRAPH {graph}", None)
        return {}, b""

    def _write(self, text: str, base: str | None) -> None:
        try:
            try:
                self.store.update(text, base_iri=base)
            except OSError as error:
                raise CannotWrite(f"nothing was written ({_why(error)})", None, "make room, or look at the disk") from error
            try:
                self._sync()
            except OSError as error:
                raise CannotWrite(f"it was written, but may not outlive a loss of power ({_why(error)})", None,
                                  "look at the disk, and whether it is there, before you send it again") from error
        except CannotWrite:
            raise
        except REFUSALS as error:
            raise refusal(error, text) from error

    def _sync(self) -> None:
        """Brings the log of the database to the disk, so that what was acknowledged outlives also a loss of power."""
        for log in Path(self.path).glob("*.log"):
            with suppress(FileNotFoundError), open(log, "rb") as file:
                os.fsync(file.fileno())


def _why(error: OSError) -> str:
    return " ".join(str(error).split())
