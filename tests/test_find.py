"""A thing by any of its names, in any language; what is not found names the nearest."""

from __future__ import annotations

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

import small
from kg.answer import Term
from kg.errors import NotFound, UsageError
from kg.find import find, folded, labels, parameter
from kg.folder import Folder
from kg.names import Names
from kg.store import EmbeddedStore, Store, open_store

ID = "http://example.org/id/"
XSD = "http://www.w3.org/2001/XMLSchema#"


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> tuple[Store, Names]:
    folder = small.make(tmp_path_factory.mktemp("small"))
    return open_store(folder), Names.of(folder)


@pytest.mark.parametrize("name", [
    "long-war", "id:long-war", "<http://example.org/id/long-war>", "http://example.org/id/long-war", " Long War ", "LONG  WAR",
    "long war", "Долгая война", "долгая ВОИНА", "長い戦争", "Q42", "wd:Q42", "http://www.wikidata.org/entity/Q42",
    "<http://www.wikidata.org/entity/Q42>", "https://www.wikidata.org/wiki/Q42",
])
def test_every_name_of_a_thing_finds_it(name: str, at: tuple[Store, Names]) -> None:
    assert find(*at, name) == ID + "long-war"


@pytest.mark.parametrize(("name", "found"), [("Guerre breve", "short-war"), ("guerre BRÈVE", "short-war")])
def test_accents_and_case_do_not_matter(name: str, found: str, at: tuple[Store, Names]) -> None:
    assert find(*at, name) == ID + found


def test_a_term_of_the_ontology_is_found_too(at: tuple[Store, Names]) -> None:
    assert find(*at, "War") == "https://w3id.org/khalkhin/ontology#War"


@pytest.mark.parametrize(("name", "hint"), [
    ("lnog war", r'did you mean "Long War"'),
    ("long-wra", r'did you mean .*"long-war"'),
    ("id:nowhere", "no thing is called 'id:nowhere'"),
    ("Q999999", "no thing is linked with 'Q999999'"),
    ("zzzzzz", "give a slug, an IRI, a Wikidata id or a label"),
    ("", "no thing is called ''"), ("<>", "no thing"), ("http://[x", "no thing"), ("a:b\n}", "no thing"),
    ("Long War lasted", "no thing"),
])
def test_what_is_not_found_names_the_nearest(name: str, hint: str, at: tuple[Store, Names]) -> None:
    with pytest.raises(NotFound, match=hint) as caught:
        find(*at, name)
    assert caught.value.exit_code == 4 and "\n" not in str(caught.value)


def test_a_name_of_several_things_asks_which(at: tuple[Store, Names]) -> None:
    with pytest.raises(UsageError, match="several things; say which: id:ford, id:other-ford"):
        find(*at, "FORD!")
    assert find(*at, "id:other-ford") == ID + "other-ford"


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_any_text_is_found_or_not_found(text: str) -> None:
    store = EmbeddedStore(ox.Store())
    with pytest.raises(NotFound):
        find(store, Names({"id": ID}), text)


@given(st.text())
def test_folding_twice_is_folding_once(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(("text", "default", "term"), [
    ("Long War", "id:ford", ox.NamedNode(ID + "long-war")),
    ("long-war", "", ox.NamedNode(ID + "long-war")),
    ("1939", "", ox.Literal(1939)),
    ("-1.5", "UNDEF", ox.Literal("-1.5", datatype=ox.NamedNode(XSD + "decimal"))),
    ("1939-05-11", "", ox.Literal("1939-05-11", datatype=ox.NamedNode(XSD + "date"))),
    ("1939-05-11", '"1900-01-01"^^xsd:date', ox.Literal("1939-05-11", datatype=ox.NamedNode(XSD + "date"))),
    ("12", "7", ox.Literal(12)),
    ("Long War", '"a label"', ox.Literal("Long War")),
    ("война", '"war"@ru', ox.Literal("война", language="ru")),
    ('"12"', "id:ford", ox.Literal("12")),
    ('"a \\ " b"@en', "id:ford", ox.Literal('a \\ " b', language="en")),
    ('"1"^^xsd:integer', "", ox.Literal(1)),
    ("true", "false", ox.Literal(True)),
])
def test_the_value_of_a_parameter(text: str, default: str, term: Term, at: tuple[Store, Names]) -> None:
    assert parameter(*at, text, default) == term


@pytest.mark.parametrize(("text", "default", "problem"), [
    ("yesterday", '"1900-01-01"^^xsd:date', "'yesterday' is no date"),
    ("1939-02-30", '"1900-01-01"^^xsd:date', "'1939-02-30' is no date"),
    ("many", "7", "'many' is no integer"),
    ('"x"^^no:type', "", "unknown prefix"),
])
def test_a_value_of_the_wrong_type_is_told(text: str, default: str, problem: str, at: tuple[Store, Names]) -> None:
    with pytest.raises(UsageError, match=problem):
        parameter(*at, text, default)


def test_a_number_where_a_thing_is_meant_is_looked_for(at: tuple[Store, Names]) -> None:
    with pytest.raises(NotFound):
        parameter(*at, "1939", "id:ford")


def test_labels_prefer_the_language_and_pass_over_what_is_no_iri(at: tuple[Store, Names]) -> None:
    found = labels(at[0], [ID + "long-war", ID + "nowhere", "several", "12:30", "http://[x", "http://a/> . }"])
    assert found == {ID + "long-war": "Long War"}
    assert labels(at[0], []) == {}
    two = ox.Store()
    two.load(f'<{ID}a> <http://www.w3.org/2000/01/rdf-schema#label> "A"@de, "B"@en, "C"@fr .'.encode(), format=ox.RdfFormat.TURTLE)
    assert labels(EmbeddedStore(two), [ID + "a"]) == {ID + "a": "B"}
    assert labels(EmbeddedStore(two), [ID + "a"], "fr") == {ID + "a": "C"}


def test_every_label_of_the_data_finds_its_thing(folder: Folder, store: Store) -> None:
    names = Names.of(folder)
    rows = store.ask(
        "PREFIX kg: <https://w3id.org/khalkhin/ontology#> PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#> "
        "SELECT ?x ?l { ?x a kg:Event ; rdfs:label ?l } ORDER BY ?x LIMIT 40"
    ).rows
    assert len(rows) == 40
    for row in rows:
        thing, label = row["x"], row["l"]
        assert isinstance(thing, ox.NamedNode) and isinstance(label, ox.Literal)
        assert find(store, names, label.value) == thing.value
