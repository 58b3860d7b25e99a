"""What stood on a day: the four words at each bound, what a claim needs to stand, and that what has begun stays begun."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import kg
import tiny
from kg import asof
from kg.asof import Lifetime
from kg.build import build
from kg.errors import BadData, UsageError
from kg.folder import Folder
from kg.query import Query, question
from kg.store import Store

ID = "https://w3id.org/khalkhin/id/"
MORE = """\
claim:one-01-11 rdf:subject id:borland ; rdf:predicate kg:clientOf ; rdf:object id:arland ; kg:since "1901-06"^^edtf:EDTF ; kg:until "1902"^^edtf:EDTF .
claim:one-01-12 rdf:subject id:arland-army ; rdf:predicate kg:ledBy ; rdf:object id:general-a ; kg:during id:battle-of-ford .
claim:one-01-13 rdf:subject id:long-war ; rdf:predicate kg:wonBy ; rdf:object id:arland .
claim:one-01-14 rdf:subject id:peace ; rdf:predicate kg:dueToExpire ; rdf:object "1999"^^edtf:EDTF .
claim:one-01-15 rdf:subject id:arland ; rdf:predicate kg:name ; rdf:object "Altland"@de ; kg:until "1902-01"^^edtf:EDTF .
"""


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> kg.Graph:
    folder = tiny.make(tmp_path_factory.mktemp("tiny") / "data set", (tiny.CLAIMS_FILE, "", MORE),
                       (tiny.THINGS_FILE, "", 'id:general-a a kg:Person ; rdfs:label "General A"@en .\n'))
    build(folder)
    return kg.open(folder.root)


def d(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(("text", "means"), [
    ("1939-09-16", "1939-09-16"), ("1939-09", "1939-09-30"), ("1936-02", "1936-02-29"), ("1939-12", "1939-12-31"), ("1939", "1939-12-31"),
])
def test_a_month_or_a_year_means_its_last_day(text: str, means: str) -> None:
    assert asof.day(text) == d(means)


@pytest.mark.parametrize("text", ["", "soon", "39", "1939-13", "1939-02-30", "1939-21", "0000", "1939-9-1", "1939~", "1939/1940", "1939-09-16 ",
                                  "1939-09-16\n", "１９３９"])
def test_what_is_no_day_month_or_year_is_told(text: str) -> None:
    with pytest.raises(UsageError, match="is no date; write a day, a month or a year"):
        asof.day(text)


WAR = Lifetime(d("1901-01-01"), d("1901-12-31"), d("1903-01-01"), d("1903-12-31"), event=True, lasting=True)


@pytest.mark.parametrize(("on", "standing", "words"), [
    ("1900-12-31", "not yet", "it had not begun yet"), ("1901-01-01", "uncertain", "whether it existed is uncertain"),
    ("1901-12-30", "uncertain", "whether it existed is uncertain"), ("1901-12-31", "certain", "it existed"),
    ("1903-01-01", "certain", "it existed"), ("1903-01-02", "uncertain", "whether it existed is uncertain"),
    ("1903-12-31", "uncertain", "whether it existed is uncertain"), ("1904-01-01", "over", "it was over"),
])
def test_what_lasts_at_each_of_its_bounds(on: str, standing: str, words: str) -> None:
    assert (WAR.standing(d(on)), WAR.told(d(on))) == (standing, words)


def test_what_happened_is_never_over() -> None:
    battle = Lifetime(d("1902-03-01"), d("1902-03-31"), d("1902-03-01"), d("1902-03-31"), event=True)
    assert [battle.standing(d(on)) for on in ("1902-02-28", "1902-03-30", "1902-03-31", "1999-01-01")] == ["not yet", "uncertain", "certain", "certain"]
    assert battle.told(d("1999-01-01")) == "it had happened"


def test_missing_bounds() -> None:
    on = d("1939-01-01")
    assert Lifetime().standing(on) == Lifetime(lasting=True).standing(on) == "certain", "timeless"
    assert Lifetime(event=True).standing(on) == "uncertain", "an event without dates has happened some day"
    assert Lifetime(begin_last=on, event=True).standing(on - timedelta(1)) == "uncertain"
    assert Lifetime(begin_first=on, event=True).standing(on + timedelta(999)) == "uncertain"
    assert Lifetime(end_last=on, event=True).standing(on) == "certain", "what has ended has begun"
    power = Lifetime(on, on, on, None, lasting=True)
    assert power.standing(d("1950-01-01")) == "certain", "no source says that it ended"
    condition = Lifetime(on, on, on, None, event=True, lasting=True)
    assert [condition.standing(on), condition.standing(on + timedelta(1))] == ["certain", "uncertain"]


days = st.dates(date(1890, 1, 1), date(1960, 12, 31))


@st.composite
def lifetimes(draw: st.DrawFn) -> Lifetime:
    """Any bounds that a build can give: none contradicts another."""
    first, last = sorted((draw(days), draw(days)))
    end_first, end_last = sorted((max(first, draw(days)), max(last, draw(days))))
    four = [draw(st.sampled_from((bound, None))) for bound in (first, last, end_first, end_last)]
    return Lifetime(*four, event=draw(st.booleans()), lasting=draw(st.booleans()))


@given(life=lifetimes(), one=days, other=days)
def test_what_stands_certainly_has_begun_ever_after(life: Lifetime, one: date, other: date) -> None:
    earlier, later = sorted((one, other))
    if life.standing(earlier) == "certain":
        assert life.begun(later) == "certain" and life.standing(later) != "not yet"
    if life.standing(earlier) == "over":
        assert life.standing(later) == "over"
    if life.ended(earlier) == "certain":
        assert life.ended(later) == "certain" and life.begun(later) == "certain"
    assert (life.standing(later) == "not yet") <= (life.standing(earlier) == "not yet")


@settings(max_examples=20, deadline=None)
@given(one=st.dates(date(1890, 1, 1), date(1950, 12, 31)), other=st.dates(date(1890, 1, 1), date(1950, 12, 31)))
def test_claims_and_things_of_the_project_stay_begun(one: date, other: date, store: Store) -> None:
    earlier, later = sorted((one, other))
    for of in (asof.claims, asof.things):
        before, after = of(store, earlier), of(store, later)
        assert before.keys() == after.keys()
        for iri, standing in before.items():
            if standing in ("certain", "over"):
                assert after[iri] != "not yet", iri
            if standing == "over":
                assert after[iri] == "over", iri


@pytest.mark.parametrize(("claim", "on", "standing"), [
    ("01-1", "1900", "not yet"), ("01-1", "1901-06", "uncertain"), ("01-1", "1901", "certain"),  # the war begins in 1901
    ("01-2", "1902", "not yet"), ("01-2", "1903-06", "uncertain"), ("01-2", "1903", "certain"),  # it ends in 1903
    ("02-2", "1902-02", "not yet"), ("02-2", "1902-03-15", "uncertain"), ("02-2", "1902-03", "certain"),  # the battle, part of it
    ("02-3", "1902-03-15", "uncertain"), ("02-3", "1902-03", "certain"),  # its dead
    ("03-5", "1903-06-14", "not yet"), ("03-5", "1903-06-15", "certain"),  # the battle contributed to the peace
    ("01-11", "1901-05", "not yet"), ("01-11", "1901-06-15", "uncertain"), ("01-11", "1901-06", "certain"),  # since
    ("01-11", "1902-01-01", "certain"), ("01-11", "1902-06", "uncertain"), ("01-11", "1903", "over"),  # until
    ("01-12", "1902-02", "not yet"), ("01-12", "1902-03-15", "uncertain"), ("01-12", "1902-04", "over"),  # during the battle
    ("01-13", "1902", "not yet"), ("01-13", "1903-06", "uncertain"), ("01-13", "1903", "certain"),  # who won it
    ("01-14", "1903-06-14", "not yet"), ("01-14", "1903-06-15", "certain"),  # due to expire, from its signing on
    ("01-7", "1900", "not yet"), ("01-7", "1902", "certain"), ("01-7", "1904", "over"),  # on a side of the war
    ("01-9", "1800", "certain"),  # an army belongs to a state, both without dates
    ("01-15", "1901", "certain"), ("01-15", "1903", "over"),  # a name borne until
])
def test_what_a_claim_needs_to_stand(claim: str, on: str, standing: str, graph: kg.Graph) -> None:
    iri = f"http://example.org/claim/one-{claim}"
    assert asof.claims(graph.store, asof.day(on), [iri]) == {iri: standing}
    assert asof.claims(graph.store, asof.day(on))[iri] == standing


def test_what_was_prevented_did_not_happen(graph: kg.Graph) -> None:
    assert graph.show("war-goes-on", as_of="1902").then == "it had not begun yet"
    assert graph.show("war-goes-on", as_of="1904").then == "it did not happen"


def test_nothing_asked_is_nothing_told(graph: kg.Graph) -> None:
    assert asof.claims(graph.store, d("1902-01-01"), []) == asof.things(graph.store, d("1902-01-01"), []) == {}


def test_a_day_that_cannot_be_compared_is_told(graph: kg.Graph) -> None:
    class Odd:
        def ask(self, text: str, where: str | None = None, added: int = 0) -> kg.Answer:
            return graph.store.ask(text.replace("?thing ?bound ?day }", '?thing ?bound ?any BIND("once" AS ?day) }'), where, added)

        def rdflib(self) -> object:
            raise NotImplementedError

    with pytest.raises(BadData, match="'once' is no day that can be compared"):
        asof.things(Odd(), d("1902-01-01"))  # type: ignore[arg-type]


def test_show_leaves_out_what_was_to_come(graph: kg.Graph) -> None:
    def names(on: str) -> list[str]:
        return [line.name.removeprefix("claim:one-") for line in graph.show("long-war", as_of=on).lines]

    assert names("1900") == []
    assert "01-2" not in names("1902") and "01-13" not in names("1902") and {"01-1", "01-3", "02-2"} <= set(names("1902"))
    assert sorted(names("1950")) == sorted(
        line.name.removeprefix("claim:one-") for line in graph.show("long-war").lines if not re.search("one-01-[78]$", line.name))
    shown = graph.show("long-war", as_of="1901-06")
    assert (shown.as_of, shown.standing, shown.then) == ("1901-06-30", "uncertain", "whether it existed is uncertain")
    assert shown.dates == "begins between 1901-01-01 and 1901-12-31", "its end is still to come"
    assert "(uncertain on 1901-06-30)" in shown.to_text() and "(uncertain on 1901\\-06" not in shown.to_markdown()
    assert "as of 1901-06-30: whether it existed is uncertain" in shown.to_markdown()
    assert graph.show("arland", as_of="1901").names == ("Altland (de)",) and graph.show("arland", as_of="1903").names == ()


def test_a_remark_about_what_was_to_come_is_left_out(graph: kg.Graph) -> None:
    assert graph.show("battle-of-ford", as_of="1901").remarks == ()
    assert graph.show("battle-of-ford", as_of="1902").remarks == graph.show("battle-of-ford").remarks != ()


def test_json_tells_the_day(graph: kg.Graph) -> None:
    data = json.loads(graph.show("long-war", as_of="1901-06").to_json())
    assert (data["as_of"], data["standing"]) == ("1901-06-30", "uncertain")
    assert {line["standing"] for line in data["lines"]} == {"uncertain"}
    data = json.loads(graph.show("long-war").to_json())
    assert "as_of" not in data and "standing" not in data["lines"][0]


def test_a_claim_and_a_passage_are_shown_as_of_a_day(graph: kg.Graph) -> None:
    shown = graph.show("claim:one-03-5", as_of="1903-05")
    assert (shown.then, shown.lines) == ("it did not stand yet", ())
    assert graph.show("claim:one-03-5", as_of="1903").then == "it stood"
    assert 0 < len(graph.show("passage:one-01", as_of="1902").lines) < len(graph.show("passage:one-01").lines)
    assert graph.show("passage:one-01", as_of="1902").then == ""


def test_the_network_of_a_day(graph: kg.Graph) -> None:
    whole, then = graph.network(), graph.network(as_of="1902-03-15")
    assert then.graph["as_of"] == "1902-03-15" and "as_of" not in whole.graph
    assert set(then.edges(keys=True)) < set(whole.edges(keys=True))
    stood = asof.claims(graph.store, d("1902-03-15"), [key for *_, key in whole.edges(keys=True)])
    assert {key: data["as_of"] for *_, key, data in then.edges(keys=True, data=True)} == {
        claim: standing for claim, standing in stood.items() if standing in ("certain", "uncertain")
    } | {"http://example.org/claim/one-01-9": "uncertain"}, "of the army's battle, all that dates it, it is open whether it had begun"
    assert all(then.degree(node) for node in then)
    assert then.nodes["http://example.org/id/battle-of-ford"]["as_of"] == "uncertain"
    assert then.nodes["http://example.org/id/long-war"] == whole.nodes["http://example.org/id/long-war"] | {"as_of": "certain", "latest": ""}
    assert graph.network(as_of="1904").nodes["http://example.org/id/long-war"]["as_of"] == "over", "still joined with what happened in it"
    with pytest.raises(kg.KgError, match="no claim joins it with another thing as of 1850-12-31"):
        graph.network(around="long-war", as_of="1850")


def test_a_drawn_question_keeps_what_stood(store: Store, folder: Folder) -> None:
    from kg.network import network

    text = question(folder, "direct-causes").text
    then, whole = network(store, query=text, day=d("1938-12-31")), network(store, query=text)
    assert 0 < then.number_of_edges() < whole.number_of_edges()
    bare = f"SELECT ?source ?target ?kind {{ VALUES ?kind {{ <{ID}../ontology#causes> }} ?c <http://www.w3.org/1999/02/22-rdf-syntax-ns#subject> ?source ; " \
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#predicate> <https://w3id.org/khalkhin/ontology#causes> ; " \
        "<http://www.w3.org/1999/02/22-rdf-syntax-ns#object> ?target }"
    begun = {iri: life.begun(d("1938-12-31")) for iri, life in asof.lifetimes(store).items()}
    drawn = network(store, query=bare, day=d("1938-12-31"))
    assert drawn.number_of_edges() and all("not yet" not in (begun[s], begun[t]) for s, t in drawn.edges())


def test_a_question_takes_part_by_its_parameter(graph: kg.Graph, folder: Folder) -> None:
    real = kg.open(folder.root)
    day, year = real.ask("states-on-a-day", as_of="1932-12-31"), real.ask("states-on-a-day", as_of="1932")
    assert day.to_csv() == year.to_csv() != real.ask("states-on-a-day").to_csv()
    assert day.to_csv() == real.ask("states-on-a-day", asOf="1932-12-31").to_csv()
    with pytest.raises(UsageError, match=r"wars is not about a day: it has no parameter asOf; these have it: .*client-states-on-a-day"):
        real.ask("wars", as_of="1932")
    text = 'SELECT ?asOf {\nVALUES ?asOf { "1900-01-01"^^xsd:date } #+ a day\n}'
    assert graph.ask(text, as_of="1939-02").to_csv().splitlines() == ["asOf", "1939-02-28"]
    query = Query.parse(text)
    assert asof.drawn(query, None) == text and '"1939-02-28"' in asof.drawn(query, d("1939-02-28"))


DAYS = ("1904-06-01", "1931-12-31", "1932-06-01", "1937-07-07", "1939-05-20", "1939-09-16", "1945-06-01", "1946", "1992-06", "1993")


@pytest.mark.parametrize("on", DAYS)
def test_questions_and_module_agree(on: str, folder: Folder) -> None:
    graph = kg.open(folder.root)
    day = asof.day(on)
    things = asof.things(graph.store, day)
    claims = asof.claims(graph.store, day)
    relations = graph.ask("SELECT ?claim ?client ?passage { ?claim a kg:ClientRelation ; rdf:subject ?client ; kg:statedIn ?passage } ORDER BY ?claim")
    stood = {(r["client"], r["passage"], claims[r["claim"].value]) for r in relations.rows}  # type: ignore[union-attr]
    found = {(r["client"], r["passage"], r["held"].value) for r in graph.ask("client-states-on-a-day", as_of=on).rows}  # type: ignore[union-attr]
    assert found == {row for row in stood if row[2] in ("certain", "uncertain")}
    for row in graph.ask("states-on-a-day", as_of=on).rows:
        assert things[row["state"].value] == {"certain": "certain", "possible": "uncertain"}[row["existed"].value]  # type: ignore[union-attr]
    fights = graph.ask("SELECT DISTINCT ?f { ?f a kg:Fighting ; kg:partOf+ id:soviet-japanese-border-conflicts } ORDER BY ?f").rows
    lives = asof.lifetimes(graph.store, [row["f"].value for row in fights])  # type: ignore[union-attr]
    assert {(r["fight"].value, r["begun"].value, r["ended"].value) for r in graph.ask("fights-begun-by-a-day", as_of=on).rows} == {  # type: ignore[union-attr]
        (iri, life.begun(day), life.ended(day)) for iri, life in lives.items() if life.begun(day) != "not yet"}


def test_what_the_project_knew_in_1937(folder: Folder) -> None:
    """Read against the article: what was still to come is in no line, and Manchukuo stood."""
    graph = kg.open(folder.root)
    then = graph.network(as_of="1937-06")
    assert not {ID + "battle-of-lake-khasan", ID + "battles-of-khalkhin-gol", ID + "neutrality-pact-signing", ID + "world-war-ii"} & set(then)
    assert {ID + "tauran-incident", ID + "manchukuo", ID + "russo-japanese-war"} <= set(then)
    assert graph.show("manchukuo", as_of="1931").lines == () and graph.show("manchukuo", as_of="1931").then == "it did not exist yet"
    shown = graph.show("manchukuo", as_of="1937-06")
    assert shown.then == "it existed" and not any(re.search(r"19(38|39|4\d)", line.text) for line in shown.lines if line.standing == "certain"
                                                  and "1935 to" not in line.text)


def test_every_thing_can_be_shown_as_of_a_day(folder: Folder, store: Store, root: Path) -> None:
    graph = kg.open(root)
    things = sorted(asof.things(store, d("1939-07-01")))
    for thing in things[::23]:
        shown = graph.show(thing, as_of="1939-07-01")
        assert shown.as_of == "1939-07-01" and shown.then, thing
        assert {line.standing for line in shown.lines} <= {"certain", "uncertain"}
