"""Chains, turning points and what-ifs: against brute force on random networks with and without cycles, and on the real data."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import networkx as nx
import pytest
import rdflib
from hypothesis import given
from hypothesis import strategies as st

import tiny
from kg.build import build
from kg.causes import PART, Causes, Link, Teller, causes, chains, turning_points, why, without
from kg.causes.links import QUERY
from kg.cli import main
from kg.errors import UsageError
from kg.folder import Folder
from kg.layout import layered
from kg.names import Names
from kg.store import Store, open_store

EVENTS = "abcdefg"


def link(cause: str, effect: str, doubt: int = 0, kind: str = "causes", n: int = 0) -> Link:
    """A link with a number of doubts."""
    certainty, basis = {0: ("asserted", "stated"), 1: ("asserted", "implied"), 2: ("supposed", "stated"), 3: ("supposed", "implied")}[doubt]
    return Link(f"{cause}{effect}{kind}{n}", kind, cause, effect, certainty, basis, "passage")


@st.composite
def networks(draw: st.DrawFn, cycles: bool) -> Causes:
    """A random network of at most seven events; parts are only ever of a whole that comes before them in the alphabet."""
    links = []
    for n in range(draw(st.integers(1, 12))):
        one, other = draw(st.sampled_from(EVENTS)), draw(st.sampled_from(EVENTS))
        if one == other:
            continue
        if draw(st.integers(0, 5)) == 0:
            links.append(link(min(one, other), max(one, other), kind=PART, n=n))
        else:
            cause, effect = (one, other) if cycles else (min(one, other), max(one, other))
            links.append(link(cause, effect, draw(st.integers(0, 3)), n=n))
    return Causes(links)


def brute(network: Causes, effect: str, starts: set[str] | None) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    """Every simple way by trying all: doubts of its weakest step, its length, its events."""
    begin = network.beginnings({effect} | nx.ancestors(network.graph, effect)) if starts is None else starts
    for start in begin - {effect}:
        if start not in network.graph or effect not in network.graph:
            continue
        for events in nx.all_simple_paths(network.graph, start, effect):
            links = [network.best(a, b) for a, b in zip(events, events[1:], strict=False)]
            if links[-1].kind == PART or (starts is None and links[0].kind == PART):
                continue
            yield max(one.doubt for one in links), len(links), tuple(events)


@pytest.mark.parametrize("cycles", [False, True])
@pytest.mark.parametrize("from_a", [False, True])
def test_chains_are_all_there_and_in_order(cycles: bool, from_a: bool) -> None:
    @given(networks(cycles), st.sampled_from(EVENTS))
    def check(network: Causes, effect: str) -> None:
        if effect not in network.graph:
            assert list(chains(network, {effect})) == []
            return
        starts = {"a"} if from_a else None
        found = [(chain.doubt, len(chain.links), chain.events) for chain in chains(network, {effect}, starts)]
        assert [one[:2] for one in found] == sorted(one[:2] for one in found), "the surest first, then the shortest"
        assert sorted(found) == sorted(brute(network, effect, starts))

    check()


@given(networks(cycles=False), st.sampled_from(EVENTS))
def test_turning_points_are_on_every_chain(network: Causes, effect: str) -> None:
    ways = list(brute(network, effect, None)) if effect in network.graph else []
    found = turning_points(network, effect)
    assert found.chains == len(ways) and not found.cyclic
    for point in found.points:
        through = sum(point.events[0] in events for *_, events in ways)
        assert point.share == pytest.approx(through / len(ways))
        assert point.every == (through == len(ways))
    assert {event for *_, events in ways for event in events} - {effect} == {point.events[0] for point in found.points}


@given(networks(cycles=True), st.sampled_from(EVENTS))
def test_cycles_end_and_are_told(network: Causes, effect: str) -> None:
    found = turning_points(network, effect)
    assert all(0 < point.share <= 1 for point in found.points)
    assert found.cyclic == any(len(point.events) > 1 for point in found.points)


@given(networks(cycles=False), st.sampled_from(EVENTS))
def test_without_an_event_its_consequences_lose_or_keep_their_causes(network: Causes, event: str) -> None:
    found = without(network, {event})
    gone = network.parts(event)
    if event not in network.graph:
        assert found.lost == found.kept == ()
        return
    after = set().union(*(nx.descendants(network.graph, one) for one in gone if one in network.graph)) - gone
    assert set(found.lost) | set(found.kept) == after and not set(found.lost) & set(found.kept)

    def causes_of(one: str) -> set[str]:
        return {c for whole in network.wholes(one) if whole in network.graph for c in network.graph.predecessors(whole) if network.causal(c, whole)}

    def kept(one: str) -> bool:  # without cycles this ends
        return any(c not in gone and (not causes_of(c) or kept(c)) for c in causes_of(one))

    assert set(found.kept) == {one for one in after if kept(one)}


def test_the_surest_claim_of_a_link_is_taken_and_parts_raise_no_doubt() -> None:
    network = Causes([link("a", "b", 2, n=1), link("a", "b", 1, n=2), link("b", "c", kind=PART), link("c", "d", 0)])
    [chain] = chains(network, {"d"})
    assert [one.claim for one in chain.links] == ["abcauses2", "bcpartOf0", "cdcauses0"]
    assert (chain.doubt, chain.steps, chain.events) == (1, 2, ("a", "b", "c", "d"))


def test_a_prevention_is_no_link() -> None:
    network = Causes([link("a", "b", kind="prevents"), link("b", "c")])
    assert [chain.events for chain in chains(network, {"c"})] == [("b", "c")]
    assert [one.effect for one in network.preventions] == ["b"]


def test_points_of_view() -> None:
    by_a = Link("1", "causes", "a", "z", "asserted", "stated", "p", who=("A",))
    by_b = Link("2", "causes", "b", "z", "asserted", "stated", "p", who=("B",))
    own = Link("3", "causes", "c", "z", "asserted", "implied", "p")
    network = Causes([by_a, by_b, own])

    def starts(one: Causes) -> set[str]:
        return {chain.events[0] for chain in chains(one, {"z"})}

    assert starts(network) == {"a", "b", "c"}
    assert starts(network.only(stated=True)) == {"a", "b"}
    assert starts(network.only(not_according_to=["A"])) == {"b", "c"}
    assert starts(network.only(according_to=["A"])) == {"a", "c"}


def test_chains_come_one_by_one() -> None:
    """Of a network with more chains than anyone could wait for, the first come at once."""
    links = [link(f"{n}{x}", f"{n + 1}{y}") for n in range(40) for x in "ab" for y in "ab"]
    assert len(list(islice(chains(Causes(links), {"40a"}), 5))) == 5
    assert turning_points(Causes(links), "40a").chains == 2**40


# In words.


@pytest.fixture
def teller(tmp_path: object) -> Teller:
    folder = tiny.make(tmp_path / "set")  # type: ignore[operator]
    build(folder)
    store = open_store(folder)
    return Teller(store, Names.of(folder), causes(store))


SIGNING, FORD = "http://example.org/id/peace-signing", "http://example.org/id/battle-of-ford"


def test_a_treaty_stands_for_its_signing(teller: Teller) -> None:
    assert teller.event("http://example.org/id/peace").iri == SIGNING
    assert teller.notes == ["Peace of Ford stands for its signing: causes and effects hold of that."]
    with pytest.raises(UsageError, match="Ford is no event"):
        teller.event("http://example.org/id/ford")


def test_each_step_tells_its_source(teller: Teller) -> None:
    text = why(teller, {SIGNING}).to_text(120)
    assert "Battle of Ford (1902-03-01 to 1902-03-31)" in text
    assert "→ contributes to · major · asserted · stated · One, sentence 3 · claim:one-03-5" in text
    assert "Prevented, by or of what is named above" in text and "→ [the war goes on after 1903]: prevents · asserted · implied" in text
    data = json.loads(why(teller, {SIGNING}).to_json())
    assert data["chains"][0]["steps"][0]["claim"] == "claim:one-03-5" and data["chains"][0]["doubts"] == 0
    assert "**Battle of Ford" in why(teller, {SIGNING}).to_markdown()
    for columns in (20, 60, 200):
        assert max(map(len, why(teller, {SIGNING}).to_text(columns).splitlines())) <= columns


def test_where_no_chain_leads_what_both_share_is_told(teller: Teller) -> None:
    text = why(teller, {FORD}, {SIGNING}).to_text(200)
    assert "No chain of claims leads from Signing of the Peace of Ford to Battle of Ford." in text
    assert "One leads the other way" in text
    assert "Battle of Ford certainly began before Signing of the Peace of Ford." in text


# On the real data.

ID = "https://w3id.org/khalkhin/id/"


def test_a_part_that_is_at_odds_with_something_is_none(store: Store) -> None:
    network = causes(store)
    assert ID + "soviet-japanese-border-conflicts" in network.wholes(ID + "battle-of-lake-khasan")
    assert ID + "world-war-ii" not in network.wholes(ID + "soviet-japanese-border-conflicts")


def test_one_query_gives_the_network_on_both_engines(store: Store, root: Path) -> None:
    graph = rdflib.Graph().parse(root / "data" / "triples.ttl", format="turtle")
    ours = sorted(sorted("" if term is None else term.value for term in row.values()) for row in store.ask(QUERY).rows)  # type: ignore[union-attr]
    theirs = sorted(sorted("" if term is None else str(term) for term in row) for row in graph.query(QUERY))
    assert ours == theirs and len(ours) > 100


@pytest.mark.parametrize("cause, effect", [
    ("expansion-japan-northeast-china", "tension-soviet-japanese"),
    ("soviet-japanese-border-conflicts", "neutrality-pact-signing"),
    ("battles-of-khalkhin-gol", "neutrality-pact-signing"),
    ("battles-of-khalkhin-gol", "decision-japan-1941"),
    ("battles-of-khalkhin-gol", "press-into-southeast-asia"),
    ("cease-fire-1939-09-15", "soviet-invasion-of-poland"),
    ("japanese-invasion-of-china-1937", "soviet-aid-to-china"),
    ("soviet-aid-to-china", "tension-soviet-japanese"),
    ("reinforcement-japanese-1936-03", "soviet-repulse-1936-03"),
    ("reinforcement-outposts-1936-01", "failure-of-attempts-1936-01"),
])
def test_the_article_is_explained(cause: str, effect: str, store: Store) -> None:
    network = causes(store)
    assert {ID + cause, ID + effect} <= set(network.graph)
    assert next(chains(network, {ID + effect}, {ID + cause}), None) is not None


def test_the_command(folder: Folder, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")

    def kg(*arguments: str) -> tuple[int, str, str]:
        code = main(["why", *arguments, "--folder", str(folder.root)])
        return code, *capfd.readouterr()

    code, out, err = kg("Soviet–Japanese Neutrality Pact")
    assert (code, err) == (0, "") and "stands for its signing" in out and "claim:lead-06-1" in out
    everything = kg("Soviet–Japanese Neutrality Pact", "--all")[1]
    assert everything.rstrip("\n") == out.rstrip("\n")
    assert "claim:pact-01-5" not in kg("neutrality-pact-signing", "--stated-only")[1]
    assert "chains lead to it" in kg("neutrality-pact-signing", "--turning-points")[1]
    assert "would keep other causes" in kg("neutrality-pact-signing", "--without", "victory-khalkhin-gol")[1]
    assert json.loads(kg("neutrality-pact-signing", "--format", "json")[1])["chains"]
    assert kg("tauran-incident", "--limit", "0")[0] == 2
    assert kg("a", "b", "c")[0] == 2
    assert kg("tauran-incident", "tauran-incident")[0] == 2
    assert kg("neutrality-pact-signing", "--turning-points", "--limit", "3")[0] == 2
    assert "note: the sentence only says after" in " ".join(kg("neutrality-pact-signing")[1].split())
    assert "it was prevented" in kg("japan-joining-germany-1941")[1]
    assert "What it is part of has causes: [Soviet aid to China, from 1937]" in " ".join(kg("end-of-large-scale-aid")[1].split())
    assert kg("no such thing")[0] == 4
    assert kg("Suifenho")[0] == 2
    assert kg("tauran-incident", "neutrality-pact-signing", "--turning-points")[0] == 2


# As of a day, and drawn.


def test_as_of_a_day_what_had_not_begun_is_left_out(folder: Folder, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")

    def said(day: str) -> str:
        assert main(["why", "battles-of-khalkhin-gol", "decision-japan-1941", "--as-of", day, "--folder", str(folder.root)]) == 0
        return capfd.readouterr()[0]

    assert "No chain of claims leads" in said("1940") and "As of 1940-12-31" in said("1940")
    assert "claim:pact-04-1" in said("1941-12-31")
    assert main(["why", "decision-japan-1941", "--as-of", "1941-13", "--folder", str(folder.root)]) == 2


@pytest.mark.parametrize("cycles", [False, True])
def test_causes_stand_left_of_their_effects(cycles: bool) -> None:
    @given(networks(cycles))
    def check(network: Causes) -> None:
        order = nx.DiGraph(network.graph.edges)
        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(order)
        laid = layered(graph, order)
        assert laid.positions.keys() == set(graph) and len(set(laid.positions.values())) == len(graph)
        for cause, effect in order.edges:
            together = cycles and nx.has_path(order, effect, cause)
            assert laid.positions[cause][0] < laid.positions[effect][0] or together
        assert layered(graph, order) == laid

    check()


def test_the_chains_are_drawn(folder: Folder, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "why.html"
    assert main(["draw", "--why", "neutrality-pact-signing", "-o", str(page), "--folder", str(folder.root)]) == 0
    html = page.read_text(encoding="utf-8")
    assert "Causes stand left of what they led to." in html and "Signing of the Soviet–Japanese Neutrality Pact</h1>" in html
    assert main(["draw", "--why", "neutrality-pact-signing", "tauran-incident", "-o", str(page), "--folder", str(folder.root)]) == 4
    assert "no chain of claims leads to it" in capfd.readouterr()[1] and page.read_text(encoding="utf-8") == html
