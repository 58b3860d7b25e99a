"""What a request says: its parameters and its body, read strictly and within limits."""

from __future__ import annotations

import asyncio
from binascii import a2b_qp

from starlette.requests import Request

from kg.web.endpoint import Endpoint
from kg.web.problem import BadRequest

FORM = "application/x-www-form-urlencoded"
_FIELDS = 1_000
_DRAINED = 64 << 20
"""Bytes of a body over its limit that are still read and thrown away, so that the client sees the refusal."""


def accepted(request: Request) -> str | None:
    """The Accept header; several count as one (RFC 9110 §5.3)."""
    given = request.headers.getlist("accept")
    return ", ".join(given) if given else None


def path(request: Request) -> str:
    """The path as it was sent, where a slash in a name is still `%2F`."""
    raw: bytes = request.scope.get("raw_path") or request.scope["path"].encode()
    return raw.decode("latin-1").partition("?")[0]


def root(request: Request) -> str:
    """What leads from the address that was asked to the root of the server ("", "../" …), so that links hold behind a prefix too."""
    return "../" * (path(request).count("/") - 1)


def media_type(request: Request) -> str:
    """The media type of the body, without parameters. Raises BadRequest (415) for another encoding than UTF-8."""
    main, *parameters = request.headers.get("content-type", "").split(";")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip().lower() == "charset" and value.strip().strip("\"'").lower() not in ("utf-8", "utf8", "us-ascii"):
            raise BadRequest(415, f"the body is in {value.strip()[:40]}", "send it in UTF-8")
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise BadRequest(415, "the body is compressed", "send it as it is", headers={"Accept-Encoding": "identity"})
    return main.strip().lower()


def fields(text: str) -> dict[str, list[str]]:
    """The fields of a query string or a form. Raises BadRequest (400) where it is not percent-encoded UTF-8."""
    if text.count("&") >= _FIELDS:
        raise BadRequest(400, f"more than {_FIELDS} parameters")
    found: dict[str, list[str]] = {}
    for pair in text.replace("+", " ").split("&"):
        name, _, value = pair.partition("=")
        if pair:
            found.setdefault(_decoded(name), []).append(_decoded(value))
    return found


def _decoded(text: str) -> str:
    """Percent-encoded text. Raises BadRequest (400) where it is none."""
    if "%" not in text:
        return text
    # Quoted-printable is the same with another sign for %, and with a meaning of line ends; its decoder is written in C. What is no
    # escape it leaves, so that more comes out.
    data = text.encode("utf-8").replace(b"\r", b"%0D").replace(b"\n", b"%0A")
    plain = a2b_qp(data.replace(b"=", b"=3D").replace(b"%", b"="))
    if len(plain) != len(data) - 2 * data.count(b"%"):
        raise BadRequest(400, "a % in the parameters is not followed by two hexadecimal digits", "percent-encode the parameters")
    try:
        return plain.decode("utf-8")
    except UnicodeDecodeError as error:
        raise BadRequest(400, "the parameters are not UTF-8 text", "percent-encode them as UTF-8") from error


async def body(request: Request, name: str, endpoint: Endpoint) -> bytes:
    """The whole body. Raises BadRequest: 413 over the limit of that name, 408 when it does not come in time."""
    most = getattr(endpoint.limits, name)
    declared = request.headers.get("content-length", "")
    size, parts = 0, list[bytes]()
    over = declared.isdigit() and (len(declared) > 18 or int(declared) > most)
    try:
        async with asyncio.timeout(endpoint.limits.patience):
            more = not (over and "expect" in request.headers)
            while more:
                message = await request.receive()
                if message["type"] == "http.disconnect":
                    raise BadRequest(400, "the body ended too early")
                piece = message.get("body", b"")
                size += len(piece)
                over = over or size > most
                if over:
                    parts.clear()
                    if size > _DRAINED:
                        break
                else:
                    endpoint.hold(request.scope, len(piece))
                    parts.append(piece)
                more = message.get("more_body", False)
    except TimeoutError as error:
        if not over:
            raise BadRequest(408, f"the body did not come within {endpoint.limits.patience:g} seconds", None, "patience",
                             {"Connection": "close"}) from error
    if over:
        raise BadRequest(413, f"the body is over the limit of {most} bytes", "send less at a time", name, {"Connection": "close"})
    return b"".join(parts)
