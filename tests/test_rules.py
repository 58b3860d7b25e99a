"""What `kg build` derives, rule by rule, on a data set small enough to read: what must follow, and what must not."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

import tiny
from kg.assemble import assemble
from kg.errors import BadData
from tiny import CLAIMS_FILE, THINGS_FILE

Change = tuple[str, str, str]


@pytest.fixture
def lines(tmp_path: Path) -> Callable[..., set[str]]:
    """The built triples of the small data set with some changes, one a line."""

    def build(*changes: Change) -> set[str]:
        built = assemble(tiny.make(tmp_path, *changes))
        assert built.problems == []
        return set(built.text().splitlines())

    return build


def spoil(claim: str, qualifier: str) -> Change:
    """A change that gives a claim one more qualifier."""
    whole = next(line for line in tiny.CLAIMS.splitlines() if line.startswith(claim + " "))
    return (CLAIMS_FILE, whole, f"{whole.removesuffix(' .')} ; {qualifier} .")


#: For each rule: what it derives from the valid data set, and then a change after which that is gone.
RULES: dict[str, tuple[str, list[Change]]] = {
    "10-claim-class": ("claim:one-02-3 a kg:Figure .", [(CLAIMS_FILE, "kg:dead ; rdf:object id:arland-army", "kg:outcome ; rdf:object id:arland-army")]),
    "20-certainty": ("claim:one-02-1 kg:certainty kg:asserted .", [spoil("claim:one-02-1", "kg:certainty kg:supposed")]),
    "21-basis": ("claim:one-02-1 kg:basis kg:stated .", [spoil("claim:one-02-1", "kg:basis kg:implied")]),
    "30-direct": ("id:battle-of-ford kg:place id:ford .", [spoil("claim:one-02-6", "kg:accordingTo id:arland")]),
    "40-participant": ("id:long-war kg:participant id:arland .", [spoil("claim:one-01-3", "kg:certainty kg:reported")]),
    "50-names": ('id:long-war skos:altLabel "Langer Krieg"@de .', [(CLAIMS_FILE, "kg:name ;", "kg:describedAs ;")]),
    "60-not-happened": ("id:war-goes-on kg:status kg:notHappened .", [spoil("claim:one-03-9", "kg:certainty kg:supposed")]),
    "70-led-to": ("id:battle-of-ford kg:ledTo id:peace-signing .", [spoil("claim:one-03-5", "kg:basis kg:implied")]),
    "71-may-have-led-to": (
        "id:fear-borland kg:mayHaveLedTo id:offer-1903 .", [(CLAIMS_FILE, "rdf:predicate kg:motivates", "rdf:predicate kg:prevents")]),
    "80-side-of-party": ("claim:one-02-3 kg:side id:arland-side .", [spoil("claim:one-01-9", "kg:accordingTo id:borland")]),
    "81-side-itself": ("claim:one-02-5 kg:side id:borland-side .", [spoil("claim:one-01-6", "kg:accordingTo id:arland")]),
    "90-superclasses": ("id:ford a kg:Place .", [(THINGS_FILE, "kg:Settlement", "kg:Kind")]),
}


@pytest.mark.parametrize("name", RULES)
def test_rule_derives(name: str, lines: Callable[..., set[str]]) -> None:
    assert RULES[name][0] in lines()


@pytest.mark.parametrize("name", RULES)
def test_rule_does_not_derive(name: str, tmp_path: Path) -> None:
    triple, changes = RULES[name]
    assert triple not in assemble(tiny.make(tmp_path, *changes)).text().splitlines()


def test_every_rule_has_its_example() -> None:
    paths = list((tiny.ROOT / "ontology" / "rules").glob("*.rq"))
    assert {path.stem for path in paths} == RULES.keys()
    for path in paths:
        assert re.match(r"#\+ title: \S.*\n#\+ about: \S.*\n", path.read_text(encoding="utf-8")), path


@pytest.mark.parametrize("name, qualifiers", [
    ("according to someone", "kg:accordingTo id:borland"), ("reported", "kg:certainty kg:reported"), ("supposed", "kg:certainty kg:supposed"),
    ("in a contradiction", "kg:contradicts claim:one-01-3"),
])
@pytest.mark.parametrize("claim, triple", [
    ("claim:one-02-6", "id:battle-of-ford kg:place id:ford ."), ("claim:one-03-5", "id:battle-of-ford kg:ledTo id:peace-signing ."),
    ("claim:one-03-9", "id:war-goes-on kg:status kg:notHappened ."),
])
def test_what_the_source_does_not_assert_is_no_plain_fact(
    name: str, qualifiers: str, claim: str, triple: str, lines: Callable[..., set[str]],
) -> None:
    assert triple not in lines(spoil(claim, qualifiers))


def test_a_contradicted_claim_is_no_plain_fact_either(lines: Callable[..., set[str]]) -> None:
    assert "id:battle-of-ford kg:place id:ford ." not in lines(spoil("claim:one-01-3", "kg:contradicts claim:one-02-6"))


def test_what_is_implied_gets_its_direct_triple(lines: Callable[..., set[str]]) -> None:
    found = lines(spoil("claim:one-02-6", "kg:basis kg:implied"))
    assert {"id:battle-of-ford kg:place id:ford .", "claim:one-02-6 kg:basis kg:implied ."} <= found
    assert "claim:one-02-6 kg:basis kg:stated ." not in found


def test_causes_figures_and_unnamed_parties_get_no_direct_triple(lines: Callable[..., set[str]]) -> None:
    text = "\n".join(lines())
    assert "id:battle-of-ford kg:contributesTo" not in text
    assert "id:battle-of-ford kg:dead" not in text
    assert "id:battle-of-ford kg:target" not in text and "kg:participant kg:unstated" not in text
    assert "id:peace-signing kg:ledTo" not in text and "id:peace-signing kg:mayHaveLedTo" not in text


def test_an_accusation_may_have_led_to_something(lines: Callable[..., set[str]]) -> None:
    found = lines()
    assert "id:fear-borland kg:mayHaveLedTo id:offer-1903 ." in found
    assert "id:fear-borland kg:ledTo id:offer-1903 ." not in found


@pytest.mark.parametrize("relation, stands", [("near", False), ("northOf", False), ("at", True), ("insideOf", True)])
def test_what_lies_near_a_place_does_not_lie_there(relation: str, stands: bool, lines: Callable[..., set[str]]) -> None:
    found = lines((CLAIMS_FILE, "rdf:object id:ford .", f"rdf:object id:ford ; kg:relation kg:{relation} ."))
    assert ("id:battle-of-ford kg:place id:ford ." in found) is stands


def test_sides_are_those_of_the_events_own_conflict(lines: Callable[..., set[str]]) -> None:
    other = [
        (THINGS_FILE, "", 'id:other-war a kg:War ; rdfs:label "Other War"@en .\nid:other-side a kg:Side ; rdfs:label "[other side]"@en .\n'),
        (CLAIMS_FILE, "", 'claim:one-01-11 rdf:subject id:other-side ; rdf:predicate kg:sideOf ; rdf:object id:other-war .\n'
         'claim:one-01-12 rdf:subject id:arland ; rdf:predicate kg:onSide ; rdf:object id:other-side .\n'),
    ]
    found = {line for line in lines(*other) if line.startswith("claim:one-02-3 kg:side ")}
    assert found == {"claim:one-02-3 kg:side id:arland-side ."}


def test_a_side_written_by_hand_stays_alone(lines: Callable[..., set[str]]) -> None:
    found = {line for line in lines(spoil("claim:one-02-3", "kg:side id:borland-side")) if line.startswith("claim:one-02-3 kg:side ")}
    assert found == {"claim:one-02-3 kg:side id:borland-side ."}


def test_each_claim_stands_in_its_passage_or_source(lines: Callable[..., set[str]]) -> None:
    found = lines((CLAIMS_FILE, "", 'claim:chronicle-1 rdf:subject id:long-war ; rdf:predicate kg:name ; rdf:object "War"@en .\n'))
    assert {"claim:one-01-10 kg:statedIn passage:one-01 .", "claim:chronicle-1 kg:statedIn id:chronicle ."} <= found


@pytest.mark.parametrize("query, says", [("CONSTRUCT { ?x ?y", "not valid SPARQL"), ("SELECT ?x WHERE { ?x ?y ?z }", "no CONSTRUCT query")])
def test_a_rule_is_a_construct(query: str, says: str, tmp_path: Path) -> None:
    from kg.assemble import construct

    path = tmp_path / "99-wrong.rq"
    path.write_text(query, encoding="utf-8")
    with pytest.raises(BadData, match=says) as caught:
        list(construct(assemble(tiny.make(tmp_path / "data-set")).store, path))
    assert str(path) in str(caught.value)


# Labels of claims.


@pytest.mark.parametrize("change, label", [
    ([], "50 soldiers"),
    ([(CLAIMS_FILE, "kg:count 50 ", "kg:count 1 ")], "1 soldier"),
    ([(CLAIMS_FILE, "kg:count 50 ", "kg:count 14000 ")], "14,000 soldiers"),
    ([(CLAIMS_FILE, "kg:count 50 ", "kg:count 0 ")], "no soldiers"),
    ([(CLAIMS_FILE, "kg:count 50 ", "kg:approximation kg:dozens ")], "dozens of soldiers"),
    ([(CLAIMS_FILE, "kg:count 50 ", "kg:approximation kg:over ; kg:atLeast 50 ")], "over 50 soldiers"),
    ([(CLAIMS_FILE, "kg:count 50 ", "kg:atLeast 50 ; kg:atMost 60 ")], "50 to 60 soldiers"),
    ([(CLAIMS_FILE, "kg:count 50 ", "kg:quantity kg:unknown ")], "an unknown number of soldiers"),
    ([(CLAIMS_FILE, "kg:count 50 ", "kg:degree kg:heavy ")], "heavy soldiers"),
    ([(CLAIMS_FILE, "kg:count 50 ", "kg:comparedTo id:borland ; kg:ratio 3.0 ; kg:approximation kg:nearly ")], "nearly 3 times that of Borland"),
])
def test_a_figure_says_its_quantity_in_words(change: list[Change], label: str, lines: Callable[..., set[str]]) -> None:
    [found] = [line for line in lines(*change) if line.startswith("claim:one-02-3 rdfs:label ")]
    assert label in found and "Battle of Ford" in found and "Army of Arland" in found and "{" not in found


def test_a_label_written_by_hand_wins(lines: Callable[..., set[str]]) -> None:
    found = {line for line in lines(spoil("claim:one-02-3", 'rdfs:label "Fifty men of Arland fell at Ford"@en')) if line.startswith("claim:one-02-3 rdfs:label ")}
    assert found == {'claim:one-02-3 rdfs:label "Fifty men of Arland fell at Ford"@en .'}


def test_every_claim_has_a_label(lines: Callable[..., set[str]]) -> None:
    found = lines()
    claims = {line.split()[0] for line in found if line.endswith(" a kg:Claim .")}
    assert len(claims) == len(tiny.CLAIMS.splitlines())
    assert {line.split()[0] for line in found if line.startswith("claim:") and " rdfs:label " in line} == claims


# Bounds.


def stamps(lines: set[str], thing: str) -> list[str | None]:
    """Earliest and latest begin, earliest and latest end."""
    names = ("hasEarliestBegin", "hasLatestBegin", "hasEarliestEnd", "hasLatestEnd")
    found = [re.search(rf'^{thing} sem:{name}TimeStamp "([\d-]+)"\^\^xsd:date \.$', "\n".join(sorted(lines)), re.MULTILINE) for name in names]
    return [match[1] if match else None for match in found]


def dated(thing: str, predicate: str, value: str, number: int, more: str = "") -> Change:
    """A change that adds a dating."""
    kind = "xsd:duration" if predicate == "duration" else "edtf:EDTF"
    return (CLAIMS_FILE, "", f'claim:one-03-{number} rdf:subject id:{thing} ; rdf:predicate kg:{predicate} ; rdf:object "{value}"^^{kind}{more} .\n')


#: Takes the battle its date and the war that it is part of.
UNDATED: list[Change] = [(CLAIMS_FILE, tiny.CLAIMS.splitlines()[n] + "\n", "") for n in (10, 11)]


@pytest.mark.parametrize("changes, thing, expected", [
    # Its own beginning and end; its own date.
    ([], "id:long-war", ["1901-01-01", "1901-12-31", "1903-01-01", "1903-12-31"]),
    ([], "id:battle-of-ford", ["1902-03-01", "1902-03-31", "1902-03-01", "1902-03-31"]),
    # An interval gives a beginning and an end.
    ([(CLAIMS_FILE, '"1902-03"', '"1902-03/1902-05"')], "id:battle-of-ford", ["1902-03-01", "1902-03-31", "1902-05-01", "1902-05-31"]),
    # Several datings: what all of them allow.
    ([dated("battle-of-ford", "date", "1902-03-12", 11)], "id:battle-of-ford", ["1902-03-12"] * 4),
    ([dated("battle-of-ford", "begin", "1902-03-12", 11)], "id:battle-of-ford", ["1902-03-12", "1902-03-12", "1902-03-12", "1902-03-31"]),
    # Where they contradict: from the first to the last.
    ([dated("battle-of-ford", "date", "1902-05", 11, " ; kg:contradicts claim:one-02-1")], "id:battle-of-ford", ["1902-03-01", "1902-05-31"] * 2),
    # What someone says counts only where the source has no date of its own.
    ([dated("battle-of-ford", "date", "1902-05", 11, " ; kg:accordingTo id:arland")], "id:battle-of-ford", ["1902-03-01", "1902-03-31"] * 2),
    # None of its own: the whole's.
    ([], "id:fear-borland", ["1901-01-01", "1903-12-31", "1901-01-01", "1903-12-31"]),
    # Neither: after what it answers.
    ([(CLAIMS_FILE, tiny.CLAIMS.splitlines()[18] + "\n", "")], "id:peace-signing", ["1903-06-10", None, "1903-06-10", None]),
    # Only an effect is known: not begun after it; but what contributes may add to what has begun.
    ([*UNDATED, (CLAIMS_FILE, "kg:contributesTo", "kg:enables")], "id:battle-of-ford", [None, "1903-06-15", None, None]),
    (UNDATED, "id:battle-of-ford", [None] * 4),
    # A duration narrows the end.
    ([dated("battle-of-ford", "begin", "1902-03-12", 11), dated("battle-of-ford", "duration", "P3D", 12)],
     "id:battle-of-ford", ["1902-03-12", "1902-03-12", "1902-03-14", "1902-03-15"]),
])
def test_bounds(changes: list[Change], thing: str, expected: list[str | None], lines: Callable[..., set[str]]) -> None:
    if changes and changes[0][2] == "":  # the passage's other claims keep their names
        assert changes[0][1].startswith("claim:")
    assert stamps(lines(*changes), thing) == expected


def test_a_source_of_a_later_rank_fills_only_what_is_open(lines: Callable[..., set[str]]) -> None:
    found = lines(
        (tiny.SOURCES_FILE, "", 'id:almanac a kg:Source ; rdfs:label "An Almanac"@en ; kg:sourceRank 2 .\n'),
        (CLAIMS_FILE, "", 'claim:almanac-1 rdf:subject id:battle-of-ford ; rdf:predicate kg:date ; rdf:object "1902-03-12"^^edtf:EDTF .\n'),
        (CLAIMS_FILE, "", 'claim:almanac-2 rdf:subject id:arland ; rdf:predicate kg:begin ; rdf:object "1850"^^edtf:EDTF .\n'),
    )
    assert stamps(found, "id:battle-of-ford") == ["1902-03-01", "1902-03-31"] * 2
    assert stamps(found, "id:arland")[:2] == ["1850-01-01", "1850-12-31"]


def test_what_only_a_source_of_a_later_rank_dates_is_narrowed_by_its_neighbours(lines: Callable[..., set[str]]) -> None:
    found = lines(
        (CLAIMS_FILE, tiny.CLAIMS.splitlines()[18] + "\n", ""),
        (tiny.SOURCES_FILE, "", 'id:almanac a kg:Source ; rdfs:label "An Almanac"@en ; kg:sourceRank 2 .\n'),
        (CLAIMS_FILE, "", 'claim:almanac-1 rdf:subject id:peace-signing ; rdf:predicate kg:date ; rdf:object "1903"^^edtf:EDTF .\n'),
    )
    assert stamps(found, "id:peace-signing") == ["1903-06-10", "1903-12-31"] * 2


def test_a_whole_without_dates_holds_its_parts(lines: Callable[..., set[str]]) -> None:
    found = lines(*((CLAIMS_FILE, line + "\n", "") for line in tiny.CLAIMS.splitlines()[:2]))
    # The battle of March 1902 is part of it.
    assert stamps(found, "id:long-war") == [None, "1902-03-31", "1902-03-01", None]


def test_no_bound_of_the_project_contradicts_another(folder) -> None:  # type: ignore[no-untyped-def]
    built = assemble(folder)
    found = "\n".join(built.text().splitlines())
    things = set(re.findall(r"^(id:\S+) sem:has\w+TimeStamp", found, re.MULTILINE))
    days: dict[str, dict[str, str]] = {}
    for thing, name, day in re.findall(r'^(id:\S+) sem:has(\w+)TimeStamp "([\d-]+)"', found, re.MULTILINE):
        assert name not in days.setdefault(thing, {}), f"{thing} has two bounds of one kind"
        days[thing][name] = day
    assert len(things) > 100
    for thing, one in days.items():
        for low, high in (("EarliestBegin", "LatestBegin"), ("EarliestEnd", "LatestEnd"), ("EarliestBegin", "LatestEnd")):
            assert one.get(low, "0") <= one.get(high, "9"), thing
