"""The page of a passage: where it stands in its source, and what it claims or why it claims nothing."""

from __future__ import annotations

from kg.answer import Term, plain
from kg.folder import Folder
from kg.names import Names
from kg.page.claims import KG, PREFIXES, Word, claims, naming, remark
from kg.page.document import own, triples, written
from kg.page.frame import Frame
from kg.page.thing import remarks
from kg.show import english
from kg.store import Store


def passage(store: Store, names: Names, folder: Folder, iri: str, base: str | None = None) -> str:
    """The page of a passage as HTML. Raises NotFound."""
    frame = Frame(store, names, folder, base, "../")
    about = triples(store, names, iri)
    facts = {property_.rpartition("#")[2]: values for property_, values in own(about, iri).items()}
    found = claims(store, [claim for claim, how in naming(store, iri).items() if KG + "statedIn" in how])
    remark(store, found)
    source = next(iter(facts.get("inSource", [])), None)
    path = (frame.addresses.path(iri) or "").removesuffix(".html")
    return frame.render(
        "passage.html.jinja", title=english(facts.get("label", [])) or names.shorten(iri), iri=iri,
        path=path, alternates=frame.alternates(path), canonical=iri,
        document=written(about, names, "jsonld").decode("utf-8"),
        facts={key: plain(terms[0]) for key, terms in facts.items()}, claims=list(found.values()), source=source,
        told=_told(store, source), beside=_beside(store, iri), remarks=remarks(store, iri, found),
    )


def _told(store: Store, source: Term | None) -> dict[str, list[str]]:
    """What the data say of a source, by the name of the property."""
    found: dict[str, list[str]] = {}
    if source is not None:
        for row in store.ask(f"SELECT ?p ?o WHERE {{ {source} ?p ?o }} ORDER BY ?p STR(?o)").rows:
            found.setdefault(plain(row["p"]).rpartition("#")[2], []).append(plain(row["o"]))
    return found


def _beside(store: Store, iri: str) -> tuple[Word | None, Word | None]:
    """The passages before and after one, in the same source."""
    rows = store.ask(PREFIXES + f"""
SELECT ?passage ?label ?position ?own WHERE {{
  <{iri}> kg:inSource ?source ; kg:position ?own . ?passage kg:inSource ?source ; kg:position ?position ; rdfs:label ?label
}} ORDER BY ?position ?passage""").rows
    every = [Word(row["passage"], plain(row["label"])) for row in rows if row["passage"] is not None]
    here = next((n for n, word in enumerate(every) if plain(word.term) == iri), None)
    if here is None:
        return None, None
    return every[here - 1] if here else None, every[here + 1] if here + 1 < len(every) else None
