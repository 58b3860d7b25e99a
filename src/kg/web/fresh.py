"""Responses that a client may keep, and ask about again (RFC 9110 §8.8, §13; RFC 9111)."""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Callable, Mapping
from email.utils import formatdate, parsedate_to_datetime
from importlib import resources
from pathlib import Path

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


class Fresh:
    """When what is served was last changed, and how long it may be kept without asking.

    `generation` gives a value that is another after each change of the store; `reload` lets nothing be kept unasked.
    """

    def __init__(self, folder: Folder, reload: bool, generation: Callable[[], object]) -> None:
        self.reload, self.generation = reload, generation
        self._known = generation()
        self._contents = Kept[bytes](_ROOM, lambda content: len(content) + _KEY)
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
        """As `response`, with content that is made once for each address and media type while the store is the same."""
        key = (self.generation(), request.scope["path"], request.scope["query_string"], media)
        content = None if self.reload else self._contents.get(key)
        if content is None:
            made = make()
            content = made.encode("utf-8") if isinstance(made, str) else made
            if not self.reload:
                self._contents.put(key, content)
        return self.response(request, content, media, headers, *files)

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
