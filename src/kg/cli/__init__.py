"""The command line: runs one command, and turns whatever goes wrong into one line and an exit code."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from typing import NoReturn

from kg.cli.commands import COMMANDS
from kg.cli.parser import command_line
from kg.errors import CheckFailed, KgError
from kg.folder import Folder

__all__ = ["main"]


class _Terminated(BaseException):
    """Somebody asked the process to end; what is half done is undone on the way out."""


def _terminate(*_: object) -> NoReturn:
    raise _Terminated


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command and gives its exit code. No traceback reaches the user unless KG_DEBUG=1 asks for it."""
    before = None
    with suppress(ValueError):  # only the first thread of a process may say what a signal does
        before = signal.signal(signal.SIGTERM, _terminate)
    try:
        try:
            parser = command_line()
            if "_ARGCOMPLETE" in os.environ and "COMP_LINE" in os.environ:
                from kg.completion import complete

                complete(parser)
            options = parser.parse_args(argv)
        except SystemExit as stop:  # --help, --version and --completion
            sys.stdout.flush()
            return int(stop.code or 0)
        return COMMANDS[options.command](options, Folder.find(options.folder))
    except KgError as error:
        print(error if isinstance(error, CheckFailed) else f"kg: {' '.join(str(error).split())}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("kg: interrupted", file=sys.stderr)
        return 130
    except _Terminated:
        print("kg: ended from outside", file=sys.stderr)
        return 143
    except BrokenPipeError:
        # The reader has gone; nothing more is said, also not when Python empties its buffers at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if os.environ.get("KG_DEBUG") == "1":
            raise
        print(f"kg: internal error ({type(error).__name__}: {error}); please report it; KG_DEBUG=1 shows more", file=sys.stderr)
        return 70
    finally:
        if before is not None:
            signal.signal(signal.SIGTERM, before)
