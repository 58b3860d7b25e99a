"""The application: every route of the server, in one list."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import BaseRoute


def application(pages: Sequence[BaseRoute] = ()) -> Starlette:
    """The server's application. `pages` are routes for people, matched before any other (`kg.web.pages.routes`)."""
    return Starlette(routes=[*pages])
