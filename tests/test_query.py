"""Questions kept as files: header, parameters, values as terms, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
from kg.answer import literal
from kg.errors import BadQuery, NotFound, UsageError
from kg.names import Names
from kg.query import Parameter, Query, question, questions, refuse_service
from kg.store import EmbeddedStore

NAMES = Names({"id": "http://example.org/id/", "kg": "http://example.org/kg#", "ask": "http://example.org/ask/"})


def test_the_header_and_the_parameters_are_read(tmp_path: Path) -> None:
    found = questions(small.make(tmp_path))
    assert list(found) == ["beginnings", "of-war", "wars"]
    wars = found["wars"]
    assert (wars.title, wars.about, wars.rows, wars.finds, wars.lacks, wars.kind) == (
        "Which wars are there?", "Every war with its dead.", 2, ("Long War",), ("Ford",), "table",
    )
    assert found["beginnings"].kind == "graph"
    assert found["of-war"].parameters == (
        Parameter("war", "id:long-war", "a war"), Parameter("since", '"1900-01-01"^^xsd:date', "a date"),
    )


def test_lines_of_windows_are_read_too() -> None:
    query = Query.parse(small.OF_WAR.replace("\n", "\r\n"))
    assert query.title == "What is said of a war?"
    assert [p.says for p in query.parameters] == ["a war", "a date"]


def test_a_question_that_is_not_there_names_the_nearest(tmp_path: Path) -> None:
    folder = small.make(tmp_path)
    with pytest.raises(NotFound, match=r"no question 'warz'; did you mean wars"):
        question(folder, "warz")
    with pytest.raises(NotFound):
        question(folder, "../queries/wars")


def test_binding_replaces_only_what_is_given() -> None:
    query = Query.parse(small.OF_WAR)
    bound = query.bind({"war": ox.NamedNode("http://example.org/id/short-war")})
    assert "VALUES ?war { <http://example.org/id/short-war> }   #+ a war" in bound
    assert '"1900-01-01"^^xsd:date' in bound
    assert query.bind({}) == small.OF_WAR


def test_an_unknown_parameter_names_the_known() -> None:
    with pytest.raises(UsageError, match="no parameter 'wer'; it has war, since"):
        Query.parse(small.OF_WAR).bind({"wer": ox.NamedNode("urn:x")})
    with pytest.raises(UsageError, match="it has none"):
        Query.parse(small.WARS).bind({"war": ox.NamedNode("urn:x")})


def test_text_is_never_put_in() -> None:
    with pytest.raises(TypeError):
        Query.parse(small.OF_WAR).bind({"war": "} SELECT"})  # type: ignore[dict-item]


@given(st.text(st.characters(codec="utf-8")))
def test_no_value_can_change_the_question(text: str) -> None:
    query = Query.parse("SELECT ?x WHERE {\n  VALUES ?x { 1 }   #+ anything\n}")
    rows = EmbeddedStore(ox.Store()).ask(query.bind({"x": literal(text)})).rows
    assert [row["x"] for row in rows] == [ox.Literal(text)]


@pytest.mark.parametrize(("text", "form"), [
    ("SELECT * {}", "select"), ("ask {}", "ask"), ("PREFIX ask: <urn:x> CONSTRUCT {} {}", "construct"),
    ("# SELECT\nDESCRIBE <urn:SELECT>", "describe"), ("BASE <http://a/'> SELECT * {}", "select"),
    ("PREFIX add: <urn:x> SELECT * {}", "select"), ("SELECT ?insert { ?insert ?p 'DELETE' }", "select"),
])
def test_the_form_of_a_query(text: str, form: str) -> None:
    assert Query.parse(text).form == form


@pytest.mark.parametrize("text", ["INSERT DATA { <urn:a> <urn:b> 1 }", "DELETE WHERE { ?s ?p ?o }", "LOAD <http://a/>", "drop all",
                                  "PREFIX a: <urn:a> WITH a:g DELETE { ?s ?p ?o } WHERE { SELECT * { ?s ?p ?o } }"])
def test_an_update_is_refused(text: str) -> None:
    with pytest.raises(BadQuery, match="an update is not a question"):
        Query.parse(text)


@pytest.mark.parametrize("text", ["", "   ", "# SELECT", "what?"])
def test_what_is_no_query_is_refused(text: str) -> None:
    with pytest.raises(BadQuery, match="here: is no query"):
        Query.parse(text, where="here")


@pytest.mark.parametrize("text", [
    "SELECT * { SERVICE <http://a/> { ?s ?p ?o } }",
    "SELECT * { service silent <http://a/> { ?s ?p ?o } }",
    "SELECT * { SERVICE:x { ?s ?p ?o } }",
    "SELECT * { SERVICEex:x { ?s ?p ?o } }",
    "SELECT * { ?s ?p 1SERVICE ex:x { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o.SERVICE ex:x { ?s ?p ?o } }",
    "SELECT * { ?s ?p ?o FILTER(?s<?b){SERVICE?u{?s?p?o}}FILTER(?c>?d) }",
    "SELECT * { ?s ?p ex:a\\' . SERVICE ex:x { ?a ?b ?c } ?s ?p 'b' }",
    "SELECT * { ?s ?p ?o #a\rSERVICE ex:x { ?a ?b ?c }\n }",
    "SELECT * { ?s ?p '''it's''' . SERVICE ex:x { ?a ?b ?c } ?s ?p 'b' }",
])
def test_service_is_refused_wherever_it_hides(text: str) -> None:
    with pytest.raises(BadQuery, match="SERVICE would send the question to another server"):
        EmbeddedStore(ox.Store()).ask("PREFIX ex: <http://127.0.0.1:9/> PREFIX : <http://127.0.0.1:9/> " + text)


@pytest.mark.parametrize("text", ["SELECT ?service { ?service <urn:service> 'SERVICE' } # SERVICE", "ASK { ?x ex:service 1 }",
                                  'ASK { ?x ?y """a "SERVICE" \\""" }""" }'])
def test_the_word_service_elsewhere_is_no_harm(text: str) -> None:
    refuse_service(text)


def test_missing_prefixes_are_added_on_the_first_line() -> None:
    query = Query.parse("SELECT * {\n ?s a kg:War ; id:x ?kg }", names=NAMES)
    assert query.text.startswith("PREFIX kg: <http://example.org/kg#> PREFIX id: <http://example.org/id/> SELECT * {\n")
    assert query.text[query.added:] == "SELECT * {\n ?s a kg:War ; id:x ?kg }"


def test_declared_and_unknown_prefixes_are_left_alone() -> None:
    text = "PREFIX kg: <urn:mine> SELECT * { ?s a kg:War, <id:x>, 'id:x', zz:y }"
    assert Query.parse(text, names=NAMES).text == text
    assert Query.parse("SELECT * { ?s kg:a 1 }").added == 0


@pytest.mark.parametrize(("content", "problem"), [
    (b"\xff\xfe", "is not UTF-8 text"), (b"#+ rows: many\nASK {}", "rows: 'many' is no number"),
])
def test_a_bad_file_is_named(content: bytes, problem: str, tmp_path: Path) -> None:
    path = tmp_path / "bad.rq"
    path.write_bytes(content)
    with pytest.raises(BadQuery, match=rf"bad\.rq: .*{problem}"):
        Query.load(path)
    with pytest.raises(NotFound, match=r"none\.rq: cannot be read"):
        Query.load(tmp_path / "none.rq")
