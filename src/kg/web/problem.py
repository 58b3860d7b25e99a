"""What went wrong, as a problem document (RFC 9457), or as a short page for people."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from http import HTTPStatus

from starlette.responses import Response

from kg.errors import Busy, KgError, OverLimit, TimedOut
from kg.web.negotiate import preferred

_MEDIA = ("application/problem+json", "application/json", "text/html")


class BadRequest(KgError):
    """A request that is refused with a status of its own."""

    def __init__(self, status: int, what: str, todo: str | None = None, limit: str = "", headers: dict[str, str] | None = None) -> None:
        super().__init__(what, None, todo)
        self.status, self.limit, self.headers = status, limit, headers or {}


def problem(
    status: int, detail: str, accept: str | None = None, headers: Mapping[str, str] | None = None, limit: str = "", root: str = "/",
) -> Response:
    """A response that says what went wrong and what to do. `limit` names the limit that was hit; `root` leads to the server's root."""
    try:
        title = HTTPStatus(status).phrase
    except ValueError:
        title = "Error"
    sent = {"Cache-Control": "no-store", **(headers or {})}
    if accept and preferred(accept, _MEDIA) == "text/html":
        about = f'<p><a href="{escape(root)}limits">The limits</a>: {escape(limit)}</p>\n' if limit else ""
        return Response(page(f"{status} {title}", f"<p>{escape(detail)}</p>\n{about}"), status, sent, "text/html")
    kind = f"{root}limits#{limit}" if limit else "about:blank"
    document: dict[str, object] = {"type": kind, "title": title, "status": status, "detail": detail}
    if limit:
        document["limit"] = limit
    return Response(json.dumps(document, ensure_ascii=False) + "\n", status, sent, "application/problem+json")


def refused(error: KgError, accept: str | None = None, root: str = "/") -> Response:
    """The response that an error of the program means."""
    headers = {"Retry-After": "5"} if isinstance(error, Busy) else {}
    timed = "deadline" if isinstance(error, TimedOut) else "queue" if isinstance(error, Busy) else ""
    limit = error.limit if isinstance(error, OverLimit) else timed
    return problem(error.http_status, str(error), accept, headers, limit, root)


def page(title: str, body: str) -> str:
    """A plain page. `title` is text, `body` is HTML."""
    return (f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>\n'
            '<meta name="viewport" content="width=device-width, initial-scale=1">\n</head>\n<body>\n'
            f"<h1>{escape(title)}</h1>\n{body}</body>\n</html>\n")
