"""The page of a claim: who says so, how surely, on what basis, and what refers to it."""

from __future__ import annotations

from kg.errors import NotFound
from kg.folder import Folder
from kg.names import Names
from kg.page.claims import claims, naming, remark
from kg.page.document import triples, written
from kg.page.frame import Frame
from kg.page.thing import by_role, kinds
from kg.store import Store


def statement(store: Store, names: Names, folder: Folder, iri: str, base: str | None = None) -> str:
    """The page of a claim as HTML. Raises NotFound."""
    frame = Frame(store, names, folder, base, "../")
    about = triples(store, names, iri)
    found = claims(store, [iri])
    if iri not in found:
        raise NotFound(f"{names.shorten(iri)} is no claim", None, "look for it by its name")
    remark(store, found)
    roles = naming(store, iri)
    others = claims(store, roles)
    path = (frame.addresses.path(iri) or "").removesuffix(".html")
    return frame.render(
        "claim.html.jinja", title=found[iri].sentence, claim=found[iri], iri=iri, path=path, alternates=frame.alternates(path),
        canonical=iri, document=written(about, names, "jsonld").decode("utf-8"), kinds=kinds(store, iri),
        incoming=by_role(list(others.values()), roles, store),
    )
