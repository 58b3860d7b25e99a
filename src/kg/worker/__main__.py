"""`python -m kg.worker`, as `kg.worker.child` starts it: reads frames from standard input and answers each."""

import signal
import sys
from dataclasses import fields

from kg.errors import BadQuery, KgError, OverLimit, StoreError
from kg.limits import Limits
from kg.worker import confine, frame
from kg.worker.process import Process, told
from kg.worker.writer import Writer


def main(argument: str) -> None:
    """Answers frames until standard input ends. `argument` is a frame's head: path, writable, parent, limits."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all processes; the server lets what runs end
    asked = frame.unpacked(argument.encode("utf-8"))
    limits = Limits(**{field.name: asked["limits"][field.name] for field in fields(Limits)})
    source, sink = sys.stdin.buffer, sys.stdout.buffer
    confine.bound(limits.memory)
    confined = confine.confine()
    if confine.orphaned(asked["parent"]):
        return
    try:
        process = (Writer if asked["writable"] else Process)(asked["path"], limits)
    except (KgError, OSError, RuntimeError, ValueError) as error:
        why = error if isinstance(error, KgError) else StoreError(f"cannot be opened ({' '.join(str(error).split())})", asked["path"])
        sink.write(frame.packed(told(why)))
        sink.flush()
        return
    sink.write(frame.packed({"confined": confined}))
    sink.flush()
    while (said := frame.read(source)) is not None:
        confine.seconds(limits.deadline * 2)
        try:
            head, body = process.answer(*said)
        except KgError as error:
            head, body = told(error), b""
        except MemoryError:
            head, body = told(OverLimit("it needs more memory than allowed", None, "ask for less at a time", limit="memory")), b""
        except UnicodeDecodeError:
            head, body = told(BadQuery("is not UTF-8 text", None, "send it as UTF-8")), b""
        sink.write(frame.packed(head, body))
        sink.flush()


if __name__ == "__main__":
    main(sys.argv[1])
