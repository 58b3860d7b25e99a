"""Pages as text: what stands on them, that they tell all of it, and that markup in the data stays text."""

from __future__ import annotations

import html
import json
import re
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import hostile
import small
from kg import page
from kg.answer import plain
from kg.errors import NotFound, UsageError
from kg.folder import Folder
from kg.names import Names
from kg.page.address import Addresses
from kg.page.claims import Word, claims, pieces
from kg.query import question, questions
from kg.store import Store, open_store

ID, CLAIM, PASSAGE = ("https://w3id.org/khalkhin/" + part for part in ("id/", "claim/", "passage/"))
KHASAN = ID + "battle-of-lake-khasan"


class Read(HTMLParser):
    """The elements of a page, and its text."""

    VOID = {"meta", "link", "input", "br", "img", "hr"}

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.data: list[str] = []
        self.scripts: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == [], "an element is left open"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), f"an attribute stands twice in <{tag}>"
        self.elements.append((tag, dict(attrs)))
        if tag in ("p", "li", "td", "th", "dt", "dd", "h1", "h2", "h3", "option"):
            self.data.append(" ")
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open[-1] == tag, f"</{tag}> closes {self.open[-1:]}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        (self.scripts if self.open and self.open[-1] == "script" else self.data).append(data)

    def links(self) -> list[str]:
        return [attributes["href"] or "" for tag, attributes in self.elements if tag == "a" and "href" in attributes]

    def text(self) -> str:
        return " ".join("".join(self.data).split())


@pytest.fixture(scope="module")
def names(folder: Folder) -> Names:
    return Names.of(folder)


@pytest.fixture(scope="module")
def khasan(store: Store, names: Names, folder: Folder) -> Read:
    return Read(page.thing(store, names, folder, KHASAN))


def test_a_thing_has_all_its_claims_with_passage_who_certainty_and_basis(store: Store, khasan: Read) -> None:
    text = khasan.text()
    every = store.ask(f"""
PREFIX kg: <https://w3id.org/khalkhin/ontology#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT DISTINCT ?claim WHERE {{ ?claim ?any <{KHASAN}> ; rdf:predicate ?predicate }}""").rows
    found = claims(store, [plain(row["claim"]) for row in every])
    assert len(found) == len(every) > 20
    links = khasan.links()
    for claim in found.values():
        assert "../claim/" + claim.iri.removeprefix(CLAIM) + ".html" in links
        assert ("../passage/" if claim.passage.startswith(PASSAGE) else "../id/") + claim.passage.rpartition("/")[2] + ".html" in links
        assert f"{claim.place} ·" in text
        for word in claim.words("accordingTo"):
            assert f"according to {word.text}" in text
    assert "asserted · stated" in text and "asserted · implied" in text


def test_a_claim_tells_the_side_that_its_sentence_does_not(store: Store, names: Names, folder: Folder) -> None:
    every = store.ask("""
PREFIX kg: <https://w3id.org/khalkhin/ontology#> PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
SELECT DISTINCT ?claim ?subject WHERE { ?claim kg:side ?side ; rdf:subject ?subject } ORDER BY ?claim""").rows
    about = {plain(row["claim"]): plain(row["subject"]) for row in every}
    found = claims(store, about)
    others = [claim for claim in found.values() if claim.form != "Figure"]
    assert len(found) == len(about) > len(others) > 100
    assert all([words for _, words in claim.others].count(claim.words("side")) == 1 for claim in others)
    assert not any(claim.words("side") in [words for _, words in claim.others] for claim in found.values() if claim.form == "Figure")
    for claim in others[::40]:
        text = Read(page.thing(store, names, folder, about[claim.iri])).text()
        assert all(f"· {claim.named['side']} {word.text}" in text for word in claim.words("side")[:1]), claim.iri


def test_what_a_page_has_no_room_for_is_told(store: Store, names: Names, folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules["kg.page.thing"], "_MOST", 3)
    text = Read(page.thing(store, names, folder, KHASAN)).text()
    found = re.search(r"Claims (\d+) .*?(\d+) more claims are not on this page", text)
    assert found and int(found[1]) == int(found[2]) + 3 > 20


def test_both_sides_stand_side_by_side(khasan: Read) -> None:
    text = khasan.text()
    figures = text[text.index("Figures, side by side"):text.index("Around it")]
    assert "[Japanese and Manchukuoan side of the border conflicts] [Soviet and Mongolian side of the border conflicts]" in figures
    assert figures.count("heavy") >= 2 and "not stated" in figures


def test_names_links_contradictions_and_what_refers_to_it_are_told(khasan: Read) -> None:
    text, links = khasan.text(), khasan.links()
    assert "Chōkohō Jiken Japanese, in Latin letters (ja-latn)" in text
    assert "http://www.wikidata.org/entity/Q697579" in links
    assert "contradicts" in text and "The Battle of Lake Khasan, a fortnight or its last day" in text
    for heading in ("Names", "Dates", "What led to it", "What is claimed of it", "What refers to it", "Contradictions and other remarks"):
        assert heading in text
    assert ("bdi", {"class": "called", "lang": "ja-latn"}) in khasan.elements


def test_the_picture_has_a_twin_in_words(khasan: Read) -> None:
    drawn = [attributes for tag, attributes in khasan.elements if tag == "polygon"]
    text = khasan.text()
    said = re.search(r"The same in words \((\d+)\)", text)
    more = re.search(r"There was no room for (\d+) more", text)
    assert said and len(drawn) == int(said[1]) - (int(more[1]) if more else 0) + 1
    assert ("svg", ) not in khasan.elements and any(tag == "svg" and a.get("aria-hidden") == "true" for tag, a in khasan.elements)


def test_a_name_that_a_claim_gives_stands_once(store: Store, names: Names, folder: Folder) -> None:
    text = Read(page.thing(store, names, folder, ID + "kanchazu-island-incident")).text()
    assert text[text.index("Names"):text.index("Dates Kanchazu")].count("Kanchazu Island incident English") == 1


def test_the_document_inside_is_the_one_beside(store: Store, names: Names, folder: Folder) -> None:
    for text, iri in (
        (page.thing(store, names, folder, KHASAN), KHASAN), (page.statement(store, names, folder, CLAIM + "lead-06-1"), CLAIM + "lead-06-1"),
        (page.passage(store, names, folder, PASSAGE + "lead-05"), PASSAGE + "lead-05"), (page.ontology(store, names, folder), page.ONTOLOGY),
    ):
        read = Read(text)
        assert json.loads(read.scripts[0]) == json.loads(page.document(store, names, iri, "jsonld"))
        head = [(attributes.get("rel"), attributes.get("type"), attributes.get("href")) for tag, attributes in read.elements if tag == "link"]
        assert ("canonical", None, iri) in head
        media = {type_ for rel, type_, _ in head if rel == "alternate"}
        assert media == {"text/turtle", "application/ld+json", "application/n-triples", "application/rdf+xml"}


def test_a_claim_says_who_how_surely_and_what_refers_to_it(store: Store, names: Names, folder: Folder) -> None:
    text = Read(page.statement(store, names, folder, CLAIM + "prelude-05-1")).text()
    assert "According to" in text and "Certainty" in text and "Basis" in text
    included = store.ask("SELECT ?part ?whole WHERE { ?part <https://w3id.org/khalkhin/ontology#includedIn> ?whole } ORDER BY ?part").rows[0]
    whole = Read(page.statement(store, names, folder, plain(included["whole"])))
    assert "../claim/" + plain(included["part"]).removeprefix(CLAIM) + ".html" in whole.links()


def test_a_passage_tells_its_claims_or_why_it_has_none(store: Store, names: Names, folder: Folder) -> None:
    read = Read(page.passage(store, names, folder, PASSAGE + "lead-05"))
    assert "What it claims (30)" in read.text() and "No public address of the source is known" in read.text()
    assert sum(link.startswith("../claim/lead-05-") for link in read.links()) >= 30
    assert "../passage/lead-04.html" in read.links() and "../passage/lead-06.html" in read.links()
    row = store.ask("SELECT ?passage ?why WHERE { ?passage <https://w3id.org/khalkhin/ontology#carriesNoFact> ?why } ORDER BY ?passage").rows[0]
    assert f"Reason: {plain(row['why'])}." in Read(page.passage(store, names, folder, plain(row["passage"]))).text()


def test_a_source_lists_its_passages(store: Store, names: Names, folder: Folder) -> None:
    read = Read(page.thing(store, names, folder, ID + "border-conflicts-article"))
    count = len(store.ask(f"SELECT ?p WHERE {{ ?p <https://w3id.org/khalkhin/ontology#inSource> <{ID}border-conflicts-article> }}").rows)
    assert len({link for link in read.links() if link.startswith("../passage/")}) == count > 100


def test_the_ontology_has_an_anchor_for_each_term(store: Store, names: Names, folder: Folder) -> None:
    read = Read(page.ontology(store, names, folder))
    anchors = {attributes["id"] for _, attributes in read.elements if "id" in attributes}
    rows = store.ask("SELECT DISTINCT ?t WHERE { ?t a ?c FILTER(STRSTARTS(STR(?t), 'https://w3id.org/khalkhin/ontology#')) }").rows
    terms = {plain(row["t"]).rpartition("#")[2] for row in rows}
    assert terms <= anchors and len(terms) > 200
    assert "claim/lead-06-1.html" in read.links() and "kind/Battle.html" in read.links()


def test_kinds_and_what_is_of_them(store: Store, names: Names, folder: Folder) -> None:
    read = Read(page.kinds(store, names, folder))
    assert "battle 4" in read.text() or re.search(r"battle \d", read.text())
    read = Read(page.kind(store, names, folder, "Battle"))
    assert "../id/battle-of-lake-khasan.html" in read.links()
    for name in ("Nothing", "", "a b", "x> ?p ?o } #"):
        with pytest.raises(NotFound):
            page.kind(store, names, folder, name)


def test_a_question_has_a_form_an_answer_and_every_format(store: Store, names: Names, folder: Folder) -> None:
    query = question(folder, "causes-of-event")
    read = Read(page.question(store, names, folder, query, {"event": "Battle of Lake Khasan"}))
    field = next(attributes for tag, attributes in read.elements if tag == "input" and attributes.get("name") == "event")
    assert field["value"] == "Battle of Lake Khasan" and field["placeholder"] == "Signing of the Soviet–Japanese Neutrality Pact"
    assert sum(tag == "option" for tag, _ in read.elements) > 100
    rows = page.ask(query, page.values(query, {"event": "Battle of Lake Khasan"}, store, names), store).rows
    assert sum(tag == "tr" for tag, _ in read.elements) == len(rows) + 1 == 3
    assert {f"../ask/causes-of-event.{suffix}?event=Battle+of+Lake+Khasan" for suffix in ("csv", "tsv", "srj", "srx", "md")} <= set(read.links())
    assert "VALUES ?event { <https://w3id.org/khalkhin/id/battle-of-lake-khasan> }" in read.text()
    dated = Read(page.question(store, names, folder, question(folder, "states-on-a-day"), {}))
    assert any(tag == "input" and a.get("type") == "date" and a.get("value") for tag, a in dated.elements)
    with pytest.raises(UsageError, match="has no parameter"):
        page.question(store, names, folder, query, {"other": "x"})


def test_every_question_has_a_page(store: Store, names: Names, folder: Folder) -> None:
    every = questions(folder)
    listed = Read(page.listed(store, names, folder, every))
    for query in every.values():
        assert f"ask/{query.name}" in listed.links()
        read = Read(page.question(store, names, folder, query, {}))
        rows = len(store.ask(query.text).rows)
        assert sum(tag == "tr" for tag, _ in read.elements) == (rows + 1 if rows else 0)


def test_search_knows_any_name_without_case_and_accents(store: Store, names: Names, folder: Folder) -> None:
    for text in ("chokoho JIKEN", "Q697579", "id:battle-of-lake-khasan"):
        links = Read(page.search(store, names, folder, text)).links()
        assert "id/battle-of-lake-khasan.html" in links, text
    for text in ("chokoho jiken", "Q697579", "wd:Q697579", "id:battle-of-lake-khasan", "battle-of-lake-khasan", KHASAN):
        assert "exactly this" in (shown := Read(page.search(store, names, folder, text)).text()) or "It names id:battle-of-lake-khasan" in shown, text
    assert "No thing has these words" in Read(page.search(store, names, folder, "qqqq")).text()
    assert any(link.startswith("claim/") for link in Read(page.search(store, names, folder, "client state")).links())
    for odd in ("", " ", "?", ")(", "[", "\\", '"', "a" * 5000, "\x00", "\u202e"):
        Read(page.search(store, names, folder, odd))


def test_suggestions_are_of_the_kind_and_can_be_sent(store: Store, names: Names) -> None:
    some = page.among(store, names, "khasan", "event")
    assert "Battle of Lake Khasan" in [one.value for one in some] and "Lake Khasan" not in [one.value for one in some]
    assert "Lake Khasan" in [one.value for one in page.among(store, names, "khasan")]
    assert page.among(store, names, "khasan", "no such kind") == []


def test_things_of_one_name_are_suggested_by_their_short_iris(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    values = [one.value for one in page.among(open_store(folder), Names.of(folder), "ford")]
    assert sorted(values) == ["id:ford", "id:other-ford"]


def test_what_is_not_there_is_not_found(store: Store, names: Names, folder: Folder) -> None:
    for make in (page.thing, page.statement, page.passage):
        with pytest.raises(NotFound):
            make(store, names, folder, ID + "nothing")
    with pytest.raises(NotFound, match="is no claim"):
        page.statement(store, names, folder, KHASAN)


def test_pieces_lose_nothing() -> None:
    words = [Word(1, "Lake Khasan"), Word(2, "Battle of Lake Khasan"), Word(3, ""), Word(4, "no")]  # type: ignore[arg-type]
    cut = pieces("Battle of Lake Khasan was at Lake Khasan", words)
    assert cut == [("Battle of Lake Khasan", 2), (" was at ", None), ("Lake Khasan", 1)]


@pytest.mark.parametrize(("iri", "link"), [
    (ID + "a", "../id/a.html"), (CLAIM + "a-1", "../claim/a-1.html"), (PASSAGE + "a", "../passage/a.html"),
    (page.ONTOLOGY, "../ontology.html"), (page.ONTOLOGY + "#Battle", "../ontology.html#Battle"),
    (ID + "a/b", "../id/a%2Fb.html"), (ID + "a?b#c", "../id/a%3Fb%23c.html"), (ID + "..", "../id/...html"), (ID + "é", "../id/%C3%A9.html"),
    (ID, ID), ("https://example.org/", "https://example.org/"), ("http://example.org", "http://example.org"),
    ("javascript:alert(1)", None), ("JavaScript://example.org/%0Aalert(1)", None), ("data:text/html,x", None), ("file:///etc/passwd", None),
    ("urn:x:y", None), ("https://user@example.org/", None), ("https://", None),
])
def test_links_go_to_our_pages_and_to_the_web_only(iri: str, link: str | None, names: Names, folder: Folder) -> None:
    from kg.answer import node

    assert Addresses(names, folder).href(node(iri), "../") == link


def test_a_question_of_a_folder_without_namespaces_has_a_page(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    store, names = open_store(folder), Names.of(folder)
    read = Read(page.question(store, names, folder, question(folder, "wars"), {}))
    assert "../id/long-war.html" in read.links()
    assert "Long War" in Read(page.thing(store, names, folder, "http://example.org/id/long-war")).text()


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Names, Folder]:
    folder = hostile.make(tmp_path_factory.mktemp("hostile"))
    return open_store(folder), Names.of(folder), folder


def every_page(odd: tuple[Store, Names, Folder]) -> list[str]:
    query = question(odd[2], "odd")
    found = [page.thing(*odd, f"{hostile.ID}t{n}") for n in range(len(hostile.HOSTILE))]
    found += [page.passage(*odd, f"{hostile.PASSAGE}p{n}") for n in range(len(hostile.HOSTILE))]
    found += [page.statement(*odd, f"{hostile.CLAIM}p{n}-{m}") for n in range(len(hostile.HOSTILE)) for m in range(1, 7)]
    found += [page.thing(*odd, hostile.ID + "source"), page.thing(*odd, hostile.ID + "remark0"), page.ontology(*odd), page.kinds(*odd)]
    found += [page.kind(*odd, "Odd"), page.listed(*odd, {"odd": query}), page.question(*odd, query, {}), page.start(*odd, {"odd": query})]
    found += [page.search(*odd, text) for text in hostile.HOSTILE]
    found += [page.problem(*odd, 404, text, text, text) for text in hostile.HOSTILE]
    return found


def test_markup_in_the_data_stays_text(odd: tuple[Store, Names, Folder]) -> None:
    for text in every_page(odd):
        read = Read(text)  # every element closed by its own end: nothing broke out
        assert {tag for tag, _ in read.elements} & {"img", "iframe", "object", "embed", "style", "base"} == set()
        scripts = [attributes for tag, attributes in read.elements if tag == "script"]
        assert all(set(a) <= {"src", "defer"} and (a["src"] or "").lstrip("./").startswith("static/") or a == {"type": "application/ld+json"} for a in scripts)
        assert not any(name.startswith("on") or name == "style" for _, attributes in read.elements for name in attributes)
        for link in read.links():
            assert not re.match(r"[a-z]+:", link, re.I) or link.startswith(("http://", "https://")), link
            assert "user@" not in link
        assert not any(c in text for c in "\x00\x1b\x7f\u202e\u2028\u2029")
        for inside in read.scripts:
            json.loads(inside)
        assert html.escape(hostile.HOSTILE[0])[:20] in text  # the title of the data set, on every page


def test_hostile_texts_are_shown_whole(odd: tuple[Store, Names, Folder]) -> None:
    text = Read(page.thing(*odd, hostile.ID + "t0")).text()
    assert hostile.HOSTILE[0] in text
    assert "x" * 10_000 in Read(page.thing(*odd, hostile.ID + "t6")).text()


def test_the_answer_to_any_query_has_a_page(odd: tuple[Store, Names, Folder]) -> None:
    for text in ("SELECT ?o WHERE { ?s ?p ?o }", "ASK { ?s ?p '<script>' }", "SELECT ?x WHERE { FILTER(false) }"):
        read = Read(page.answered(*odd, odd[0].ask(text).text("html"), text))
        assert text in read.text() and not any(tag in ("img", "svg") for tag, _ in read.elements)
        assert [set(attributes) for tag, attributes in read.elements if tag == "script"] == [{"src", "defer"}]
