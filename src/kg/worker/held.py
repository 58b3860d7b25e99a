"""A store held in memory by one process, from which those that answer are forked: they share its memory and are there at once.

What the server says comes as frames on a socket, one at a time; a file descriptor that comes with one is the new process's end of
its own socket. Queries never reach this process.
"""

from __future__ import annotations

import gc
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from threading import Thread, stack_size

import pyoxigraph as ox

from kg.errors import StoreError
from kg.limits import Limits
from kg.store import EmbeddedStore, open_store
from kg.worker import confine, frame
from kg.worker.process import Process, serve, told, told_of

_PREDICATES = "SELECT DISTINCT ?p { { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
_EACH = 1_000
"""Bytes that a triple may take in memory, on an average; without long texts it takes 400."""
_STACK = 8 << 20
"""Bytes of stack for queries, as a process has by itself on most systems."""
_MOST = 1 << 16
"""Bytes of a frame of the server."""


def in_memory(path: str, most: int) -> ox.Store | None:
    """A store as a copy in memory, None where it has more triples than `most`. Raises KgError as `open_store`."""
    opened = open_store(Path(path))
    assert isinstance(opened, EmbeddedStore)
    inner = opened.inner
    if Path(path, "data", "dataset.ttl").is_file():
        return inner
    if len(inner) > most:
        return None
    predicates = [row[0] for row in inner.query(_PREDICATES)]  # type: ignore[union-attr]
    held = ox.Store()

    def quads() -> Iterator[ox.Quad]:
        # Predicate by predicate: then what a scan of one reads lies together, which makes it up to twice as fast.
        for predicate in predicates:
            yield from inner.quads_for_pattern(None, predicate, None, None)

    held.bulk_extend(quads())
    for graph in inner.named_graphs():
        held.add_graph(graph)
    return held


def hold(path: str, limits: Limits, control: socket.socket) -> None:
    """Holds a store and forks when told to, until the server closes its end."""
    before = confine.address_space()
    # When it needs more, Oxigraph ends this process, and the store is read from the disk. A folder has to come into memory anyway.
    confine.bound(before + max(limits.memory, limits.resident * _EACH) if before else 0, for_good=False)
    try:
        store = in_memory(path, limits.resident)
    except Exception as error:
        control.sendall(frame.packed(told_of(error, path)))
        return
    confine.bound(0, for_good=False)
    taken = confine.address_space()
    bounded = limits.memory + max(0, taken - before) if limits.memory else 0
    if store is not None and bounded and bounded < taken:
        control.sendall(frame.packed(told(StoreError("it leaves a process no memory", path))))
        return
    control.sendall(frame.packed({"held": store is not None}))
    if store is None:
        return
    gc.collect()
    gc.freeze()  # else a collection in a fork writes to, and so copies, what it shares
    children: set[int] = set()
    own = os.getpid()
    while True:
        try:
            said, given, _, _ = socket.recv_fds(control, _MOST, 1)
        except ConnectionError:
            return
        if not said:
            return
        head, _ = frame.parts(said)
        if head["do"] == "end":
            if head["pid"] in children:
                children.discard(head["pid"])
                os.kill(head["pid"], signal.SIGKILL)
                os.waitpid(head["pid"], 0)
            control.sendall(frame.packed({}))
            continue
        try:
            pid = os.fork()
        except OSError as error:
            os.close(given[0])
            control.sendall(frame.packed(told_of(error, path)))
            continue
        if pid == 0:
            control.close()
            _answer(path, limits, store, given[0], bounded, own)
        os.close(given[0])
        children.add(pid)
        control.sendall(frame.packed({"pid": pid}))


def _answer(path: str, limits: Limits, store: ox.Store, descriptor: int, memory: int, parent: int) -> None:
    """What a fork does: answers until the server closes its end, and ends."""

    def answers() -> None:
        with open(descriptor, "rb") as source, open(descriptor, "wb", closefd=False) as sink:
            serve(Process(path, limits, store), source, sink, confined)

    with suppress(BaseException):
        os.setsid()
        confine.bound(memory)
        confined = confine.confine()
        if not confine.orphaned(parent):
            # Oxigraph's random numbers are a thread's own; those of the thread that forks would be the same in each fork.
            stack_size(_STACK)
            answering = Thread(target=answers)
            answering.start()
            answering.join()
    os._exit(0)
