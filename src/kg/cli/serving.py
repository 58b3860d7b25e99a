"""`kg load` and `kg serve`: a store made on disk, and a folder or a store served."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kg.cli.output import write
from kg.errors import NotFound, UsageError
from kg.folder import Folder

if TYPE_CHECKING:
    from kg.limits import Limits

_HOST = re.compile(r"[A-Za-z0-9_.-]+|[0-9A-Fa-f:.]+")
"""A name or an address as a request's Host can give it; names of other letters come as xn--…"""


def load(options: argparse.Namespace, folder: Folder) -> int:
    """Makes a store of files."""
    from kg.load import load as make

    count = make([Path(file) for file in options.files], Path(options.store), options.replace, sys.stderr if sys.stderr.isatty() else None)
    write(f"{options.store}: {count} triples\n")
    return 0


def serve(options: argparse.Namespace, folder: Folder) -> int:
    """Serves until it is asked to stop."""
    import asyncio

    from kg.web.serve import Settings, opens_browser
    from kg.web.serve import serve as run

    store = _store(options.store)
    if options.writable and store is None:
        raise UsageError("--writable needs a store on disk", None, "name one with --store DIR (kg load makes one)")
    if options.token_file and not options.writable:
        raise UsageError("--token-file is for writing", None, "add --writable")
    settings = Settings(
        host=options.host, port=options.port, base=_base(options.base), store=store,
        token=_token(options.token_file) if options.writable else None, hosts=[_host(name) for name in options.host_name],
        limits=_limits(options.limit), log=_log(options.log), reload=options.reload,
        note=lambda line: print(f"kg: note: {line}", file=sys.stderr),
    )

    def ready(address: str) -> None:
        write(f"{address}\n")
        if not options.no_browser and opens_browser(sys.stdout.isatty()):
            import webbrowser

            webbrowser.open(address)

    asyncio.run(run(folder, settings, ready))
    return 0


def _store(given: str | None) -> Path | None:
    if given is None:
        return None
    if "://" in given:
        raise UsageError("a SPARQL server is served already", given, "name a folder")
    return Path(given)


def _base(given: str | None) -> str | None:
    if given is None:
        return None
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(given)
        whole = (parts.scheme in ("http", "https") and parts.hostname and parts.username is None and parts.port != 0
                 and not parts.query and not parts.fragment and given.isprintable())
    except ValueError:
        whole = False
    if not whole or set(given) & set(' <>"{}|\\^`'):
        raise UsageError(f"{given!r} is no address of a site", None, "write it as https://host/")
    return given.rstrip("/")


def _host(given: str) -> str:
    if not _HOST.fullmatch(given):
        raise UsageError(f"{given!r} is no name of a host", None, "write it as data.example.org, without a port")
    return given


def _token(file: str | None) -> str:
    if file is None:
        import secrets

        token = secrets.token_urlsafe(32)
        print(f"token for writing (shown once): {token}", file=sys.stderr)
        return token
    try:
        token = Path(file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise NotFound(f"cannot be read ({getattr(error, 'strerror', None) or 'not UTF-8 text'})", file) from error
    if len(token) < 16 or not token.isascii() or not token.isprintable() or " " in token:
        raise UsageError("holds no token", file, "write 16 or more letters and digits into it")
    return token


def _limits(given: Sequence[str]) -> Limits:
    from dataclasses import replace

    from kg.limits import LEAST, NAMES, Limits

    limits, values = Limits(), {}
    for one in given:
        name, equals, value = one.partition("=")
        if name not in NAMES or not equals:
            raise UsageError(f"{one!r} is no limit", None, "write NAME=VALUE, with a name of " + ", ".join(NAMES))
        try:
            number = type(getattr(limits, name))(value)
        except ValueError as error:
            raise UsageError(f"{value!r} is no number for {name}") from error
        if not LEAST[name] <= number < 1 << 48:
            raise UsageError(f"{name} must be {'0 or more' if LEAST[name] == 0 else 'more than 0'}")
        values[name] = number
    return replace(limits, **values)


def _log(given: str | None) -> Callable[[str], None] | None:
    if given is None:
        return None
    if given == "-":
        return lambda line: print(line, file=sys.stderr, flush=True)
    try:
        file = open(given, "a", encoding="utf-8", buffering=1)  # noqa: SIM115  (it stays open as long as the server runs)
    except OSError as error:
        raise UsageError(f"cannot be written ({error.strerror or error})", given, "name another file with --log") from error
    return lambda line: print(line, file=file)
