"""The claims beside a copy of their source: sentences found, numbers and dates compared, and what the command shows."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tiny
from kg.assemble import assemble
from kg.build import build
from kg.check import reading
from kg.cli import main
from kg.errors import BadData, KgError, NotFound, UsageError
from kg.folder import Folder
from kg.names import Names
from kg.source import Fingerprint, beside, dated, fingerprint, held, read, report, sentences, stands, unread
from kg.store import EmbeddedStore, Store, open_store
from test_check import claim, passage
from tiny import CLAIMS_FILE


def mark(name: str, sentence: str, rank: int = 1, position: int = 1) -> Fingerprint:
    """The fingerprint of a sentence."""
    words = tiny.words(sentence)
    return Fingerprint(name, rank, position, len(words), fingerprint(words))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    folder = tiny.make(tmp_path)
    build(folder)
    return open_store(folder)


@pytest.fixture
def names(tmp_path: Path) -> Names:
    return Names.of(tiny.make(tmp_path / "names"))


# Finding.


def test_a_sentence_is_found_in_its_line_with_its_signs() -> None:
    text = "A title\n\nBefore (that). “So it was”, he said\nto no one!  And then more.\n"
    found = sentences(text, [mark("a", "So it was, he said to no one")])
    assert found["a"] == ("“So it was”, he said to no one!", tuple(["so", "it", "was", "he", "said", "to", "no", "one"]), 3)


def test_what_stands_between_is_taken_out() -> None:
    gloss = "The Long War, also known as the War, was fought by Arland and"
    text = f"Then came the\nLong War {gloss} ...\n, which ended, and\nArland Arland is a land in the north of ...\n(a state) won.\n"
    passages = [
        mark("whole", "Then came the Long War which ended and Arland a state won"),
        mark("war", gloss, 2), mark("land", "Arland is a land in the north of", 2, 2),
    ]
    found = sentences(text, passages)
    assert found["whole"].text == "Then came the Long War , which ended, and Arland (a state) won."
    assert (found["war"].text, found["war"].line) == (gloss, 2)
    assert sentences(text, passages[:1]) == {}  # without the glosses' own fingerprints nothing says what to take out


def test_a_sentence_that_stands_twice_is_found_in_order() -> None:
    text = "1935\nOne fight.\n1936\nTwo fights.\n1936\n"
    passages = [mark("a", "1935", 1, 1), mark("one", "One fight", 1, 2), mark("b", "1936", 1, 3), mark("two", "Two fights", 1, 4), mark("c", "1936", 1, 5)]
    found = sentences(text, passages)
    assert [found[name].line for name in ("a", "one", "b", "two", "c")] == [1, 2, 3, 4, 5]


@given(st.lists(st.lists(st.from_regex(r"[A-Za-zé0-9]{1,6}", fullmatch=True), min_size=1, max_size=6), min_size=1, max_size=6), st.data())
def test_all_sentences_are_found_whatever_stands_around_them(words: list[list[str]], data: st.DataObject) -> None:
    gap = st.sampled_from([" ", "\n", ", ", ". ", "\n\n— "])
    text = "".join(word + data.draw(gap) for sentence in words for word in sentence)
    passages = [mark(str(n), " ".join(sentence), 1, n) for n, sentence in enumerate(words)]
    found = sentences(text, passages)
    assert {name: list(one.words) for name, one in found.items()} == {str(n): [w.lower() for w in s] for n, s in enumerate(words)}


# Numbers and dates.


@pytest.mark.parametrize("number, text, is_so", [
    ("14000", "over 14,000 machine guns", True), ("14000", "over 14 machine guns", False), ("3", "three officers", True),
    ("12", "a dozen men", True), ("3.0", "nearly three times", True), ("2.5", "2.5 times", True), ("2.5", "2 times, 5 men", False),
    ("0", "no casualties", True), ("0", "56 casualties", False), ("56", "156 men", False), ("1", "an armoured train", True),
    ("x", "x", False),
])
def test_a_number_stands_in_a_text(number: str, text: str, is_so: bool) -> None:
    assert stands(number, tiny.words(text)) is is_so


@pytest.mark.parametrize("date, text, years, is_so", [
    ("1938-07-29/1938-08-11", "(July 29, 1938 – August 11, 1938)", (), True), ("1936-02-12", "On February 12", ("1936",), True),
    ("1936-02-12", "On February 12", (), False), ("1936-02-12", "On February 13, 1936", (), False), ("1936-02", "In March 1936", (), False),
    ("1983-10", "(Oct., 1983)", (), True), ("2013-05-07", "MAY 07 2013", (), True), ("1902-03-02", "on the 2nd of March 1902", (), True),
    ("[1935-01,1935-02]", "in early 1935 around January or February", (), True), ("[1935-01,1935-02]", "in January 1935", (), False),
])
def test_a_date_stands_in_a_text(date: str, text: str, years: tuple[str, ...], is_so: bool) -> None:
    assert dated(date, tiny.words(text), years) is is_so


@pytest.mark.parametrize("changes, head, says", [
    ([(CLAIMS_FILE, "kg:count 50", "kg:count 60")], "claim:one-02-3", "kg:count is 60, which does not stand in its passage"),
    ([(CLAIMS_FILE, "kg:count 3 ", "kg:count 4 ")], "claim:one-02-4", "kg:count is 4"),
    ([claim("claim:one-01-11 rdf:subject id:long-war ; rdf:predicate kg:dead ; rdf:object id:borland ; kg:count 0 .")], "claim:one-01-11", "no word there denies it"),
    ([(CLAIMS_FILE, '"1902-03"', '"1902-04"')], "claim:one-02-1", "kg:date is 1902-04"),
    ([(CLAIMS_FILE, "rdf:object id:ford .", 'rdf:object id:ford ; kg:since "1899"^^edtf:EDTF .')], "claim:one-02-6", "kg:since is 1899"),
    ([passage("kg:wordCount 11", "kg:wordCount 10")], "passage:one-01", "does not hold the words of this passage"),
])
def test_claims_against_the_text(changes: list[tuple[str, str, str]], head: str, says: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.txt"
    copy.write_text(tiny.TEXT, encoding="utf-8")
    found = list(reading.against(assemble(tiny.make(tmp_path / "set", *changes)), copy))
    assert [problem.iri for problem in found] == [head]
    assert says in found[0].what and found[0].line > 0


@pytest.mark.parametrize("basis", ["implied", "derived"])
def test_what_is_implied_or_derived_need_not_stand_in_the_text(basis: str, tmp_path: Path) -> None:
    built = assemble(tiny.make(tmp_path, (CLAIMS_FILE, "kg:count 50", f"kg:count 60 ; kg:basis kg:{basis}")))
    assert list(unread(EmbeddedStore(built.store), tiny.TEXT)) == []


def test_passages_are_found_wherever_they_stand(store: Store) -> None:
    assert list(unread(store, "Some words before.\n" * 40 + tiny.TEXT.replace(" ", "\n").upper())) == []


def test_another_text_is_told_of_once(store: Store) -> None:
    found = list(unread(store, "Another text."))
    assert [(one.severity, one.iri) for one in found] == [("error", "http://example.org/id/chronicle")]
    assert "the text holds 0 of its 3 passages" in found[0].what


@pytest.mark.parametrize("content, says", [(None, "cannot be read"), (b"\xff\xfe", "is not UTF-8")])
def test_a_text_that_cannot_be_read(content: bytes | None, says: str, tmp_path: Path) -> None:
    copy = tmp_path / "copy.txt"
    if content is not None:
        copy.write_bytes(content)
    with pytest.raises(BadData, match=says):
        read(copy)


# Side by side, and the command.


def test_a_sentence_beside_its_claims(store: Store, names: Names) -> None:
    found = beside(store, names, tiny.TEXT, "passage:one-02")
    assert (found.passage, found.sentence, found.line) == ("passage:one-02", tiny.SENTENCES["one-02"], 4)
    assert [line.name for line in found.claims] == [f"claim:one-02-{n}" for n in range(1, 8)]
    assert json.loads(found.to_json())["claims"][2]["text"] == found.claims[2].text
    for columns in (20, 60, 120, 200):
        text = found.to_text(columns)
        assert max(map(len, text.splitlines())) <= columns
        assert all(part in text for part in ("one-02", "(7 claims)"))
    wide = found.to_text(120).splitlines()
    assert any(re.search(r"At Ford .* │ Battle of Ford is dated 1902-03", line) for line in wide)
    assert f"> {tiny.SENTENCES['one-02']}" in found.to_markdown() and "claim:one-02-3" in found.to_markdown()


def test_a_claim_beside_its_sentence(store: Store, names: Names) -> None:
    found = beside(store, names, tiny.TEXT, "claim:one-02-3")
    assert (found.sentence, [line.name for line in found.claims]) == (tiny.SENTENCES["one-02"], ["claim:one-02-3"])


@pytest.mark.parametrize("name, text, error", [
    ("passage:one-09", tiny.TEXT, NotFound), ("id:ford", tiny.TEXT, UsageError), ("passage:one-01", "Nothing of it.", NotFound),
])
def test_what_has_no_sentence(name: str, text: str, error: type[KgError], store: Store, names: Names) -> None:
    with pytest.raises(error):
        beside(store, names, text, name)


def test_the_report_counts_by_section(store: Store, names: Names) -> None:
    found = report(store, names, tiny.TEXT.replace("Borland lost none", "Borland lost one"))
    assert found.sections == (("one", 3, 2),)
    assert [(one.severity, one.iri) for one in found.findings] == [("error", "passage:one-02")]
    assert "one" in found.to_text(60) and "1 error, 0 warnings" in found.to_text(60)
    assert json.loads(found.to_json())["sections"] == [{"section": "one", "passages": 3, "found": 2}]
    assert "| one | 3 | 2 |" in found.to_markdown()


def test_the_command(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tiny.make(tmp_path / "set")
    build(folder)
    copy = tmp_path / "copy.txt"
    copy.write_text(tiny.TEXT, encoding="utf-8")
    monkeypatch.setenv("COLUMNS", "80")

    def kg(*more: str) -> tuple[int, str, str]:
        code = main(["source", str(copy), *more, "--folder", str(folder.root)])
        return code, *capfd.readouterr()

    code, out, err = kg()
    assert (code, err) == (0, "") and out.endswith("0 errors, 0 warnings\n")
    code, out, err = kg("one-03", "--format", "markdown")
    assert (code, err) == (0, "") and tiny.SENTENCES["one-03"] in out
    code, out, err = kg("one-99")
    assert (code, out) == (4, "") and err.count("\n") == 1
    copy.write_text(tiny.TEXT.replace("three advisers", "four advisers"), encoding="utf-8")
    code, out, err = kg()
    assert (code, err) == (1, "") and "passage:one-02" in out
    copy.unlink()
    assert kg()[0] == 3


# The project's own source.


@pytest.mark.parametrize("name, glosses", [("article.txt", 80), ("article-without-glosses.txt", 0)])
def test_every_passage_is_found_in_either_copy(name: str, glosses: int, folder: Folder, shared: Path) -> None:
    found = held(open_store(folder), read(shared / "source" / name))
    kinds = [iri.rpartition("/")[2].startswith("gloss-") for iri in found]
    assert (sum(kinds), len(kinds) - sum(kinds)) == (glosses, 133)
