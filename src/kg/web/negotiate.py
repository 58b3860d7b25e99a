"""Which of several representations a client would rather have (RFC 9110 §12.5.1)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

_RANGE = re.compile(r"\s*([\w!#$&^.+*-]+)/([\w!#$&^.+*-]+)\s*((?:;[^,]*)?)\Z")
_WEIGHT = re.compile(r";\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*(?:;|\Z)", re.I)

OFFERS: dict[str, Mapping[str, tuple[str, ...]]] = {
    "table": {
        "json": ("application/sparql-results+json", "application/json"),
        "xml": ("application/sparql-results+xml", "application/xml", "text/xml"),
        "csv": ("text/csv",),
        "tsv": ("text/tab-separated-values",),
        "html": ("text/html",),
    },
    "boolean": {
        "json": ("application/sparql-results+json", "application/json"),
        "xml": ("application/sparql-results+xml", "application/xml", "text/xml"),
        "csv": ("text/csv",),
        "tsv": ("text/tab-separated-values",),
        "html": ("text/html",),
    },
    "graph": {
        "turtle": ("text/turtle", "application/x-turtle"),
        "ntriples": ("application/n-triples", "text/plain"),
        "rdfxml": ("application/rdf+xml", "application/xml", "text/xml"),
        "jsonld": ("application/ld+json", "application/json"),
        "nquads": ("application/n-quads",),
        "trig": ("application/trig",),
        "html": ("text/html",),
    },
}
"""Kind of answer → format (a name of kg.answer.FORMATS) → its media types, each list in the server's own order."""


def preferred(accept: str | None, offers: Sequence[str]) -> str | None:
    """The media type of `offers` that an Accept header prefers, the earlier of equals; None when it takes none.

    A range counts by its most specific match, and a weight of 0 refuses. Ranges that are malformed are passed over; a
    header that is absent or empty takes anything.
    """
    if accept is None or not accept.strip():
        return offers[0] if offers else None
    ranges: dict[tuple[str, str], float] = {}
    for part in accept.split(","):
        if match := _RANGE.match(part.lower()):
            weight = _WEIGHT.search(match[3])
            if weight or not re.search(r";\s*q\s*=", match[3]):
                ranges[match[1], match[2]] = float(weight[1]) if weight else 1.0
    best, most = None, 0.0
    for offer in offers:
        main, _, sub = offer.partition("/")
        weight_of = next((ranges[key] for key in ((main, sub), (main, "*"), ("*", "*")) if key in ranges), 0.0)
        if weight_of > most:
            best, most = offer, weight_of
    return best


@lru_cache(maxsize=512)
def formats(accept: str | None, html: bool = True) -> dict[str, tuple[str, str] | None]:
    """For each kind of answer the format and the media type that an Accept header prefers, or None."""
    chosen: dict[str, tuple[str, str] | None] = {}
    for kind, offers in OFFERS.items():
        names = {media: name for name, types in offers.items() for media in types if html or name != "html"}
        # The first type of each format before the other names that a format has.
        order = sorted(names, key=lambda media: offers[names[media]].index(media) > 0)
        media = preferred(accept, order)
        chosen[kind] = (names[media], media) if media else None
    return chosen


def content_type(media: str) -> str:
    """A media type as a Content-Type: text is always UTF-8."""
    return f"{media}; charset=utf-8" if media.startswith("text/") else media
