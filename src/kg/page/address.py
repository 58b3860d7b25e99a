"""Where the page of an IRI lies, and when a page may link to an IRI at all."""

from __future__ import annotations

import re
from urllib.parse import quote

from kg.answer import Term, node, plain
from kg.folder import Folder
from kg.names import Names

ONTOLOGY = "https://w3id.org/khalkhin/ontology"
KINDS = ("id", "claim", "passage")
"""The folders of pages, each with a namespace of the data: things, claims, passages."""
_SETTINGS = {"id": "thingNamespace", "claim": "claimNamespace", "passage": "passageNamespace"}
_WEB = re.compile(r"https?://[^\s/?#\\@]+(?:[/?#][^\s\\]*)?\Z", re.I)
"""Addresses that a page links to; with a user's name before the host an address could pose as another."""


class Addresses:
    """IRI ↔ path of its page below the root of the pages.

    Paths are relative, so that the same page works on a server, behind a prefix and in a folder. `base` is the address
    under which the root is known to the world, if that is another one than where the server listens.
    """

    def __init__(self, names: Names, folder: Folder, base: str | None = None) -> None:
        self.names = names
        self.base = base if base is None or base.endswith("/") else base + "/"
        own = {kind: folder.setting_or(setting, "") or names.prefixes.get(kind, "") for kind, setting in _SETTINGS.items()}
        self.spaces = {kind: space for kind, space in own.items() if space}

    def iri(self, kind: str, slug: str) -> str | None:
        """The IRI of a thing, a claim or a passage (`kind` one of KINDS) by the last part of its path; None where there is none."""
        space = self.spaces.get(kind)
        return space + slug if space and slug and node(space + slug) else None

    def path(self, iri: str) -> str | None:
        """The path of the page that is about an IRI of the data or of the ontology; None for what has none here."""
        if iri == ONTOLOGY:
            return "ontology.html"
        if iri.startswith(ONTOLOGY + "#"):
            return "ontology.html#" + quote(iri.removeprefix(ONTOLOGY + "#"), safe="")
        for kind, space in sorted(self.spaces.items(), key=lambda item: -len(item[1])):
            if iri.startswith(space) and len(iri) > len(space):
                return f"{kind}/{quote(iri.removeprefix(space), safe='')}.html"
        return None

    def href(self, term: Term | str | None, root: str) -> str | None:
        """What a page whose root is `root` ("", "../" …) links to: our own page, or the IRI itself if it is of http or https."""
        text = term if isinstance(term, str) else plain(term)
        if not isinstance(term, str) and type(term).__name__ != "NamedNode":
            return None
        path = self.path(text)
        return root + path if path is not None else text if _WEB.match(text) else None

    def public(self, path: str) -> str | None:
        """The address of a page for the world, where one is known."""
        return self.base + path if self.base else None
