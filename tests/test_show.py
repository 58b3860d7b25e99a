"""Everything claimed about a thing: complete, in reading order, each line with its source, in every form."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiny
from kg.build import build
from kg.errors import NotFound
from kg.names import Names
from kg.show import Shown, show
from kg.store import Store, open_store
from kg.table import width


class Library:
    """The tiny data set, built and opened."""

    def __init__(self, root: Path) -> None:
        folder = tiny.make(root)
        build(folder)
        self.names = Names.of(folder)
        self.store = open_store(folder)

    def __call__(self, name: str) -> Shown:
        return show(self.store, self.names, self.names.expand(name))


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return Library(tmp_path_factory.mktemp("tiny") / "data set")


def test_every_claim_about_it_is_shown_in_reading_order(library: Library) -> None:
    claims = [line.split()[0] for line in tiny.CLAIMS.splitlines() if "id:battle-of-ford " in line]
    assert [library.names.shorten(line.claim) for line in library("id:battle-of-ford").lines] == claims


def test_the_tenth_claim_of_a_passage_comes_after_the_ninth(library: Library) -> None:
    shown = [library.names.shorten(line.claim) for line in library("id:long-war").lines]
    assert shown.index("claim:one-01-10") == shown.index("claim:one-01-4") + 3  # 5 and 6 name it, 7 to 9 do not


def test_a_line_tells_passage_claimant_certainty_and_basis(library: Library) -> None:
    line = next(line for line in library("id:fear-borland").lines if line.claim.endswith("one-03-6"))
    assert (line.passage, line.who, line.certainty, line.basis) == ("One, sentence 3 (one-03)", "Arland", "asserted", "stated")
    line = next(line for line in library("id:peace-signing").lines if line.claim.endswith("one-03-2"))
    assert line.basis == "derived"
    assert "derived from [offer of 1903] is dated 1903-06-10" in line.qualifiers and "offset P5D" in line.qualifiers


def test_the_head_tells_kind_names_and_dates(library: Library) -> None:
    shown = library("id:long-war")
    assert (shown.name, shown.kind) == ("id:long-war", "war")
    assert "Langer Krieg (de)" in shown.names
    assert shown.dates == "begins between 1901-01-01 and 1901-12-31; ends between 1903-01-01 and 1903-12-31"
    assert library("id:offer-1903").dates == "begins 1903-06-10; ends 1903-06-10"


def test_remarks_and_links_are_told(library: Library) -> None:
    assert any("does not say whose advisers" in remark for remark in library("id:battle-of-ford").remarks)
    assert library("id:arland").links == ("owl:sameAs http://www.wikidata.org/entity/Q1",)
    assert library("id:borland").links == (), "a refused link is none"


def test_a_claim_and_a_passage_are_shown_too(library: Library) -> None:
    assert [line.claim for line in library("claim:one-02-4").lines] == [library.names.expand("claim:one-02-4")]
    assert len(library("passage:one-02").lines) == tiny.CLAIMS.count("claim:one-02-") - 1  # one names another as its total


def test_what_is_not_there_is_told(library: Library) -> None:
    with pytest.raises(NotFound, match="nothing is known of id:nobody"):
        library("id:nobody")


@given(columns=st.integers(20, 200))
def test_text_fits_the_terminal_and_loses_nothing(columns: int, library: Library) -> None:
    shown = library("id:battle-of-ford")
    text = shown.to_text(columns)
    assert all(width(line) <= columns for line in text.splitlines())
    squeezed = "".join(text.split())
    for line in shown.lines:
        assert "".join(line.text.split()) in squeezed and "".join(line.passage.split()) in squeezed


def test_json_holds_all(library: Library) -> None:
    shown = library("id:battle-of-ford")
    data = json.loads(shown.to_json())
    assert data["iri"] == shown.iri and len(data["lines"]) == len(shown.lines)
    assert data["lines"][0] == {
        "claim": shown.lines[0].claim, "name": "claim:one-02-1", "text": shown.lines[0].text, "passage": shown.lines[0].passage, "who": "",
        "certainty": "asserted", "basis": "stated", "qualifiers": [],
    }


def test_a_notebook_shows_what_markdown_shows(library: Library) -> None:
    shown = library("id:battle-of-ford")
    html = shown._repr_html_()
    assert html.startswith("<h3>Battle of Ford</h3>\n<p>battle · id:battle-of-ford; ") and "<h4>Remarks</h4>" in html
    assert html.count("<li>") == len(shown.lines) + len(shown.remarks) + len(shown.links)
    assert all(f"<li>{escape(line.text)} ({escape(line.passage)}" in html for line in shown.lines)


def test_nothing_in_a_name_becomes_a_tag_in_a_notebook(library: Library) -> None:
    bad = '<script>alert("1")</script>\u202e\x1b'
    line = replace(library("id:ford").lines[0], text=bad, passage=bad, who=bad, qualifiers=(bad,))
    shown = replace(library("id:ford"), title=bad, name=bad, about=bad, kind=bad, names=(bad,), lines=(line,), remarks=(bad,), links=(bad,))
    html = shown._repr_html_()
    assert set(re.findall(r"<(\w+)", html)) == {"h3", "h4", "p", "ul", "li"} and html.count("&lt;script&gt;") == 11
    assert html.replace("\n", "").isprintable()


def test_markdown_is_not_broken_by_names(library: Library) -> None:
    text = library("id:offer-1903").to_markdown()
    assert text.startswith("# \\[offer of 1903\\]\n")
    assert text.count("\n- ") == len(library("id:offer-1903").lines)


def test_every_thing_of_the_project_can_be_shown(store: Store, folder) -> None:  # type: ignore[no-untyped-def]
    names = Names.of(folder)
    things = [row["t"].value for row in store.ask("SELECT ?t { ?t a <https://w3id.org/khalkhin/ontology#Thing> } ORDER BY ?t").rows]  # type: ignore[union-attr]
    for thing in things[::9]:
        shown = show(store, names, thing)
        assert shown.title and shown.kind != "thing", thing
        assert "http" not in shown.to_text(200).split("Links")[0], f"{thing} shows an address where a name should stand"
