"""Prefixes: the short and the long form of a name."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cached_property

from kg.errors import BadData, NotFound
from kg.folder import Folder

_LOCAL = re.compile(r"[A-Za-z0-9_](?:[\w.-]*[\w-])?\Z", re.ASCII)
"""Local names that stand in Turtle and SPARQL without escapes (a subset of PN_LOCAL, SPARQL 1.1 §19.8)."""


class Names:
    """Prefix → namespace, one prefix for each namespace."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = dict(sorted(prefixes.items()))

    @classmethod
    def of(cls, folder: Folder) -> Names:
        """The general prefixes of `ontology/prefixes.ttl` and the data's own of `data/dataset.ttl`. Raises BadData."""
        import pyoxigraph

        prefixes: dict[str, str] = {}
        for path in (folder.prefixes, folder.dataset_file):
            try:
                parser = pyoxigraph.parse(path=str(path), format=pyoxigraph.RdfFormat.TURTLE)
                for _ in parser:
                    pass
            except SyntaxError as error:
                raise BadData(f"not valid Turtle: {error.msg}", f"{path}:{error.lineno}:{error.offset}", "mend it there") from error
            except OSError as error:
                raise NotFound(f"cannot be read ({error.strerror or error})", str(path)) from error
            prefixes.update(parser.prefixes)
        return cls(prefixes)

    @cached_property
    def _longest_first(self) -> list[tuple[str, str]]:
        return sorted(((namespace, prefix) for prefix, namespace in self.prefixes.items()), key=lambda p: (-len(p[0]), p))

    def expand(self, text: str) -> str:
        """`id:battle` or `<https://…>` or an IRI → the IRI. Raises BadData for an unknown prefix."""
        if text.startswith("<") and text.endswith(">"):
            return text[1:-1]
        prefix, colon, local = text.partition(":")
        if colon and prefix in self.prefixes:
            return self.prefixes[prefix] + local
        if colon and (local.startswith("//") or prefix in {"urn", "mailto"}):
            return text
        raise BadData(f"unknown prefix in {text!r}", None, "known are " + ", ".join(p + ":" for p in self.prefixes))

    def shorten(self, iri: str) -> str:
        """The IRI as `prefix:local` where Turtle allows it without escapes, else `<IRI>`."""
        for namespace, prefix in self._longest_first:
            if iri.startswith(namespace) and _LOCAL.match(local := iri[len(namespace):]):
                return f"{prefix}:{local}"
        return f"<{iri}>"

    def slug(self, iri: str) -> str:
        """The last part of an IRI, by which people know it."""
        return re.split(r"[/#]", iri.rstrip("/#"))[-1]
