"""Responses that a client may keep, and ask about again (RFC 9110 §8.8, §13; RFC 9111)."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from email.utils import formatdate, parsedate_to_datetime
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

from kg.folder import Folder
from kg.web.kept import Kept
from kg.web.negotiate import content_type

_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_GZIP = "-gzip"
"""The end of the tag of what is sent compressed: a strong tag names the bytes that are sent."""


_ROOM = 64 << 20
"""Bytes of content that are kept."""
_KEY = 500
"""Bytes that each takes beside its content."""


_WAYS = 4 << 20
"""Bytes of requests of which it is known what answers them."""


class _Way(NamedTuple):
    """How a request was answered: what `Fresh.kept` was told, and how many bytes it takes to know it."""

    media: str
    headers: Mapping[str, str] | None
    files: tuple[Path, ...]
    size: int


class Fresh:
    """When what is served was last changed, and how long it may be kept without asking.

    `generation` gives a value that is another after each change of the store; `reload` lets nothing be kept unasked.
    """

    def __init__(self, folder: Folder, reload: bool, generation: Callable[[], object]) -> None:
        self.reload, self.generation = reload, generation
        self._known = generation()
        self._contents = Kept[bytes](_ROOM, lambda content: len(content) + _KEY)
        self._ways = Kept[_Way](_WAYS, lambda way: way.size)
        self._making: dict[Hashable, list[Lock]] = {}
        self._lock = Lock()
        templates = resources.files("kg") / "templates" / "page"
        files = [folder.triples, folder.dataset_file, *(Path(str(file)) for file in templates.iterdir())]
        self._changed = int(max((file.stat().st_mtime for file in files if file.is_file()), default=time.time()))

    def changed(self, *files: Path) -> int:
        """Seconds since 1970 at which the store, or one of the files, last changed."""
        if (now := self.generation()) != self._known:
            self._known, self._changed = now, int(time.time())
        return max([self._changed, *(int(file.stat().st_mtime) for file in files if file.is_file())])

    def kept(
        self, request: Request, make: Callable[[], str | bytes], media: str, headers: Mapping[str, str] | None = None, *files: Path,
    ) -> Response:
        """As `response`, with content that is made once for each address and media type while the store is the same.

        The rest of what is said here may depend on the path, the parameters and the Accept header alone (`at_hand`).
        """
        way = _Way(media, headers, files, _KEY + len(request.scope["path"]) + len(_asked(request)) + len(_accepted(request)))
        key = self._key(request, media)
        if self.reload:
            content = _bytes(make())
        elif (kept := self._contents.get(key)) is not None:
            content = kept
        else:
            with self._alone(key):  # who asks for the same meanwhile waits, and finds it made
                again = self._contents.get(key)
                content = _bytes(make()) if again is None else again
                self._contents.put(key, content)
        self._ways.put((request.scope["path"], _asked(request), _accepted(request)), way)
        return self.response(request, content, media, headers, *files)

    def at_hand(self, request: Request) -> Response | None:
        """What `kept` would answer to the same request, where it is made already; the store is not asked for it."""
        way = None if self.reload else self._ways.get((request.scope["path"], _asked(request), _accepted(request)))
        content = self._contents.get(self._key(request, way.media)) if way else None
        return self.response(request, content, way.media, way.headers, *way.files) if way and content is not None else None

    def _key(self, request: Request, media: str) -> Hashable:
        return self.generation(), request.scope["path"], _asked(request), media

    @contextmanager
    def _alone(self, key: Hashable) -> Iterator[None]:
        """Lets one at a time make what belongs to a key."""
        with self._lock:
            waiting = self._making.setdefault(key, [])
            lock = waiting[0] if waiting else Lock()
            waiting.append(lock)
        try:
            with lock:
                yield
        finally:
            with self._lock:
                waiting.pop()
                if not waiting:
                    del self._making[key]

    def response(
        self, request: Request, content: str | bytes, media: str, headers: Mapping[str, str] | None = None, *files: Path, keep: int = 60,
    ) -> Response:
        """The content, or 304 where the client has it already. `keep` is for how many seconds it may be kept unasked."""
        data = content.encode("utf-8") if isinstance(content, str) else content
        tag = hashlib.sha256(data).hexdigest()[:32] + (_GZIP if "gzip" in request.headers.get("accept-encoding", "") else "")
        changed = self.changed(*files)
        said = {
            "ETag": f'"{tag}"', "Last-Modified": formatdate(changed, usegmt=True),
            "Cache-Control": "no-cache" if self.reload else f"public, max-age={keep}, must-revalidate", **(headers or {}),
        }
        if _has(request, tag, changed):
            return Response(status_code=304, headers=said)
        return Response(data, headers={"Content-Type": content_type(media), **said})


def _asked(request: Request) -> bytes:
    """The parameters of a request; none where its route takes none, whatever stands in the address."""
    return request.scope["query_string"] if request.scope.get("kg.asks", True) else b""


def _accepted(request: Request) -> str:
    return ", ".join(request.headers.getlist("accept"))


def _bytes(made: str | bytes) -> bytes:
    return made.encode("utf-8") if isinstance(made, str) else made


def _has(request: Request, tag: str, changed: int) -> bool:
    """Whether the client has it: If-None-Match decides where it stands, else If-Modified-Since (RFC 9110 §13.2.2)."""
    if given := request.headers.getlist("if-none-match"):
        text = ", ".join(given)
        return text.strip() == "*" or any(one.removesuffix(_GZIP) == tag.removesuffix(_GZIP) for one in _TAG.findall(text))
    if since := request.headers.get("if-modified-since"):
        try:
            return changed <= parsedate_to_datetime(since).timestamp()
        except (TypeError, ValueError, OverflowError):
            return False
    return False
