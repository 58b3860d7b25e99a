"""The table of links: each row joins a thing that exists to one item, and none is both accepted and refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from kg import links
from kg.assemble import Built, Problem


def _at(built: Built, link: links.Link, what: str, todo: str) -> Problem:
    path, root = link.file, Path(built.folder.root)
    name = path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()
    return Problem("error", name, link.line, built.names.shorten(link.subject), what, todo)


def unknown_subject(built: Built) -> Iterator[Problem]:
    """A link of a thing that stands nowhere."""
    for link in links.read(Path(built.folder.links)):
        if link.subject not in built.curated.heads:
            yield _at(built, link, "the link is of a thing that stands nowhere", "mend subject_id, or add the thing")


def accepted_and_refused(built: Built) -> Iterator[Problem]:
    """A row that another row refuses."""
    rows = links.read(Path(built.folder.links))
    refused = {(link.subject, link.object): link.line for link in rows if link.negated}
    for link in rows:
        if not link.negated and (link.subject, link.object) in refused:
            yield _at(built, link, f"the link is refused in line {refused[link.subject, link.object]}", "take out one of the two rows")


def one_item_twice(built: Built) -> Iterator[Problem]:
    """Two of our things said to be the same as one item: they would be one thing."""
    first: dict[str, links.Link] = {}
    for link in links.read(Path(built.folder.links)):
        if link.negated or link.predicate != links.OWL_SAME_AS:
            continue
        other = first.setdefault(link.object, link)
        if other.subject != link.subject:
            yield _at(
                built,
                link,
                f"{built.names.shorten(link.object)} is said to be the same as {built.names.shorten(other.subject)} too",
                "keep owl:sameAs for one of them; make the other skos:closeMatch, or refuse it with Not",
            )


def said_twice(built: Built) -> Iterator[Problem]:
    """A row that says again what another one says."""
    first: dict[tuple[str, str, str, bool], links.Link] = {}
    for link in links.read(Path(built.folder.links)):
        other = first.setdefault((link.subject, link.predicate, link.object, link.negated), link)
        if other is not link:
            yield _at(built, link, f"the row says again what line {other.line} says", "take it out")


def two_items_for_one(built: Built) -> Iterator[Problem]:
    """A thing said to be exactly two items."""
    first: dict[str, links.Link] = {}
    for link in links.read(Path(built.folder.links)):
        if link.negated or link.predicate == links.SKOS + "closeMatch":
            continue
        other = first.setdefault(link.subject, link)
        if other.object != link.object:
            what = f"it is said to be exactly {built.names.shorten(other.object)} too (line {other.line})"
            yield _at(built, link, what, "keep the right one; make the other skos:closeMatch, or refuse it with Not")


def label_of_another(built: Built) -> Iterator[Problem]:
    """A row whose subject_label is not the thing's own."""
    for link in links.read(Path(built.folder.links)):
        label = built.facts.label(link.subject)
        if link.subject_label and label is not None and link.subject_label != label:
            yield _at(built, link, f"subject_label “{link.subject_label}” is not its label “{label}”", "write its own label")


CHECKS = (unknown_subject, said_twice, two_items_for_one, label_of_another, accepted_and_refused, one_item_twice)
