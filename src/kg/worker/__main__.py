"""`python -m kg.worker`, as the server starts it: reads frames from standard input and answers each, or holds a store for others."""

import signal
import socket
import sys
from dataclasses import fields

from kg.errors import KgError
from kg.limits import Limits
from kg.worker import confine, frame
from kg.worker.held import hold
from kg.worker.process import Process, serve, told_of
from kg.worker.writer import Writer


def main(argument: str) -> None:
    """Answers until there is nobody to answer. `argument` is a frame's head: path, parent, limits, and writable or holds."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes; the server lets what runs end
    asked = frame.unpacked(argument.encode("utf-8"))
    limits = Limits(**{field.name: asked["limits"][field.name] for field in fields(Limits)})
    if "holds" in asked:
        confine.tie()
        if not confine.orphaned(asked["parent"]):
            with socket.socket(fileno=asked["holds"]) as control:
                hold(asked["path"], limits, control)
        return
    confine.bound(limits.memory)
    confined = confine.confine()
    if confine.orphaned(asked["parent"]):
        return
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    try:
        process = (Writer if asked["writable"] else Process)(asked["path"], limits)
    except (KgError, OSError, RuntimeError, ValueError) as error:
        sink.write(frame.packed(told_of(error, asked["path"])))
        sink.flush()
        return
    serve(process, source, sink, confined)


if __name__ == "__main__":
    main(sys.argv[1])
