"""Every check seen failing: one small mistake each in a valid data set, and the line and words that report it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

import tiny
from kg.assemble import Problem, assemble
from kg.check import check, derived, files, problems, questions, reading, rules, shapes, table, terms
from kg.errors import BadData
from kg.folder import Folder
from tiny import CLAIMS_FILE, LINKS_FILE, REMARKS_FILE, SOURCES_FILE, THINGS_FILE

PARTS = "rdf:subject id:battle-of-ford ; rdf:predicate kg:dead ; rdf:object"


class Case(NamedTuple):
    """A mistake, the name whose block is reported, and words of the message."""

    changes: list[tuple[str, str, str]]
    head: str
    says: str
    file: str = CLAIMS_FILE


def claim(text: str) -> tuple[str, str, str]:
    """A change that adds a claim."""
    return (CLAIMS_FILE, "", text + "\n")


def qualifier(text: str) -> tuple[str, str, str]:
    """A change that gives one claim of the data set a further qualifier."""
    return (CLAIMS_FILE, "rdf:object id:ford .", f"rdf:object id:ford ; {text} .")


def passage(old: str, new: str) -> tuple[str, str, str]:
    """A change in the block of the first passage."""
    first = next(block for block in tiny.sources().splitlines() if block.startswith("passage:one-01"))
    assert old in first
    return (SOURCES_FILE, first, first.replace(old, new))


SPARE = (SOURCES_FILE, "", (
    'passage:one-04 a kg:Passage ; rdfs:label "One, heading"@en ; kg:inSource id:chronicle ; kg:section "one" ; kg:passageKind "framing" ; '
    f'kg:position 4 ; kg:startsAt 0 ; kg:wordCount 2 ; kg:fingerprint "{"0" * 64}" .\n'))
"""A change that adds a passage."""

RULES: dict[str, Case] = {
    "01-unknown-predicate": Case([(CLAIMS_FILE, "kg:place ;", "kg:scene ;")], "claim:one-02-6", "kg:scene is no predicate"),
    "02-unknown-qualifier": Case([qualifier('kg:mood "bad"')], "claim:one-02-6", "kg:mood is no qualifier"),
    "03-subject-of-the-right-kind": Case(
        [(CLAIMS_FILE, "rdf:subject id:peace-signing ; rdf:predicate kg:signingOf", "rdf:subject id:arland ; rdf:predicate kg:signingOf")],
        "claim:one-03-3", "id:arland is no kg:Event"),
    "04-object-of-the-right-kind": Case([(CLAIMS_FILE, "rdf:object id:ford", "rdf:object id:arland")], "claim:one-02-6", "id:arland is no kg:Place"),
    "05-literal-of-the-right-kind": Case(
        [(CLAIMS_FILE, '"1902-03"^^edtf:EDTF', '"1902-03"')], "claim:one-02-1", "must be a text or date of the kind edtf:EDTF"),
    "06-duplicate-label": Case([(THINGS_FILE, '"Borland"@en', '"Arland"@en')], "id:borland", "is also that of id:arland", THINGS_FILE),
    "07-coordinates": Case(
        [claim('claim:one-02-9 rdf:subject id:ford ; rdf:predicate kg:coordinates ; rdf:object "POINT(97.5 -90.5)"^^geo:wktLiteral .')],
        "claim:one-02-9", "POINT(97.5 -90.5) is no point on the earth"),
    "10-one-quantity": Case([(CLAIMS_FILE, "kg:count 50", "kg:count 50 ; kg:degree kg:heavy")], "claim:one-02-3", "2"),
    "11-part-within-total": Case([(CLAIMS_FILE, "kg:count 3 ", "kg:count 51 ")], "claim:one-02-4", "it counts 51, more than the 50"),
    "12-part-of-the-same-count": Case(
        [(CLAIMS_FILE, f"{PARTS} id:arland-advisers", f"{PARTS.replace('dead', 'wounded')} id:arland-advisers")],
        "claim:one-02-4", "counts something else"),
    "13-counted-twice": Case(
        [claim(f"claim:one-02-9 {PARTS} id:arland-army ; kg:what id:soldier ; kg:count 20 .")], "claim:one-02-9", "is counted here as in claim:one-02-3"),
    "20-effect-before-cause": Case([(CLAIMS_FILE, '"1902-03"', '"1903-08"')], "claim:one-03-5", "certainly begins (by 1903-06-15) before id:battle-of-ford (from 1903-08-01)"),
    "21-answer-before-question": Case([(CLAIMS_FILE, '"1903-06-10"', '"1903-06-16"')], "claim:one-03-4", "which it would answer or follow"),
    "22-part-outside-whole": Case([(CLAIMS_FILE, '"1902-03"', '"1900-03"')], "claim:one-02-2", "certainly does not lie within the time of id:long-war"),
    "23-cause-and-part": Case(
        [claim("claim:one-03-11 rdf:subject id:long-war ; rdf:predicate kg:causes ; rdf:object id:battle-of-ford .")],
        "claim:one-03-11", "as cause and effect and as part and whole"),
    "24-part-of-itself": Case(
        [claim("claim:one-03-11 rdf:subject id:long-war ; rdf:predicate kg:partOf ; rdf:object id:battle-of-ford .")],
        "id:battle-of-ford", "leads back to it", THINGS_FILE),
    "25-cause-may-follow": Case(
        [(CLAIMS_FILE, '"1902-03"', '"1902-03/1903-06-20"'), (CLAIMS_FILE, "kg:contributesTo", "kg:causes"),
         (CLAIMS_FILE, "id:battle-of-ford ; rdf:predicate kg:date", "id:battle-of-ford ; rdf:predicate kg:begin")],
        "claim:one-03-5", "may begin (until 1903-06-20) after id:peace-signing (by 1903-06-15)"),
    "30-event-without-kind": Case([(THINGS_FILE, "kg:Outcome", "kg:Event")], "id:war-goes-on", "it is only an event", THINGS_FILE),
    "31-event-without-date": Case(
        [(CLAIMS_FILE, "rdf:subject id:fear-borland ; rdf:predicate kg:partOf", "rdf:subject id:offer-1903 ; rdf:predicate kg:partOf")],
        "id:fear-borland", "nothing says when it was", THINGS_FILE),
    "32-step-without-base": Case([(CLAIMS_FILE, "kg:derivedFrom claim:one-03-1 ; ", "")], "claim:one-03-2", "no kg:derivedFrom"),
    "33-one-place": Case([passage("kg:position 1", "kg:position 2")], "passage:one-02", "at the same kg:position as passage:one-01", SOURCES_FILE),
    "34-passage-without-claim": Case([SPARE], "passage:one-04", "no claim stands under it", SOURCES_FILE),
    "35-passage-with-and-without": Case(
        [passage("kg:position 1", 'kg:position 1 ; kg:carriesNoFact "a heading"@en')], "passage:one-01", "claim:one-01-1 stands under it", SOURCES_FILE),
    "40-used-nowhere": Case([(THINGS_FILE, "", 'id:zedland a kg:State ; rdfs:label "Zedland"@en .\n')], "id:zedland", "speaks of it", THINGS_FILE),
}

QUALIFIER = "claim:one-02-6"
SHAPES: dict[str, Case] = {
    "claim-subject": Case([(CLAIMS_FILE, "rdf:subject id:battle-of-ford ; rdf:predicate kg:place", "rdf:predicate kg:place")], QUALIFIER, "exactly one rdf:subject"),
    "claim-predicate": Case([(CLAIMS_FILE, "rdf:predicate kg:place", "rdf:predicate kg:place, kg:route")], QUALIFIER, "exactly one rdf:predicate"),
    "claim-object": Case([(CLAIMS_FILE, " ; rdf:object id:ford", "")], QUALIFIER, "exactly one rdf:object"),
    "certainty": Case([qualifier("kg:certainty kg:stated")], QUALIFIER, "kg:asserted, kg:reported or kg:supposed"),
    "basis": Case([qualifier("kg:basis kg:implied, kg:derived")], QUALIFIER, "kg:stated, kg:implied or kg:derived"),
    "strength": Case([qualifier("kg:strength kg:heavy")], QUALIFIER, "kg:decisive, kg:major or kg:contributing"),
    "approximation": Case([qualifier("kg:approximation kg:heavy")], QUALIFIER, "a kg:Approximation"),
    "degree": Case([qualifier("kg:degree kg:over")], QUALIFIER, "a kg:Degree"),
    "quantity": Case([qualifier("kg:quantity 5")], QUALIFIER, "kg:unknown or kg:unnumbered"),
    "relation": Case([qualifier('kg:relation "near"')], QUALIFIER, "a kg:Relation"),
    "count": Case([(CLAIMS_FILE, "kg:count 50", "kg:count 50.0")], "claim:one-02-3", "kg:count is one whole number"),
    "at-least": Case([qualifier("kg:atLeast -1")], QUALIFIER, "kg:atLeast is one whole number, not below 0"),
    "at-most": Case([qualifier("kg:atMost 4, 5")], QUALIFIER, "kg:atMost is one whole number"),
    "ratio": Case([qualifier("kg:ratio 0.0")], QUALIFIER, "kg:ratio is one decimal number above 0"),
    "distance": Case([qualifier("kg:distance 20")], QUALIFIER, "kg:distance is one decimal number"),
    "according-to": Case([qualifier('kg:accordingTo "Arland"')], QUALIFIER, "names who says so"),
    "what": Case([qualifier("kg:what id:arland")], QUALIFIER, "names one kind of thing counted"),
    "side": Case([qualifier("kg:side id:arland")], QUALIFIER, "names a side of a conflict"),
    "included-in": Case([qualifier("kg:includedIn id:battle-of-ford")], QUALIFIER, "names one claim, the total"),
    "restates": Case([qualifier("kg:restates passage:one-01")], QUALIFIER, "the claim that is said again"),
    "contradicts": Case([qualifier("kg:contradicts id:arland")], QUALIFIER, "at odds with this one"),
    "derived-from": Case([qualifier("kg:derivedFrom passage:one-01")], QUALIFIER, "the one claim that this one follows from"),
    "offset": Case([qualifier('kg:offset "P5D"')], QUALIFIER, "kg:offset is one duration"),
    "cited-work": Case([qualifier("kg:citedWork id:arland")], QUALIFIER, "names a work"),
    "compared-to": Case([qualifier("kg:comparedTo 3")], QUALIFIER, "the one party compared with"),
    "since": Case([qualifier('kg:since "1901"')], QUALIFIER, "kg:since is one date"),
    "until": Case([qualifier('kg:until "1901"^^edtf:EDTF, "1902"^^edtf:EDTF')], QUALIFIER, "kg:until is one date"),
    "precision": Case([qualifier("kg:precision 1")], QUALIFIER, "kg:precision is one decimal number"),
    "thing-label": Case([(THINGS_FILE, '"Borland"@en', '"Borland"@en, "Bor Land"@en')], "id:borland", "exactly one English rdfs:label", THINGS_FILE),
    "remark-about": Case([(REMARKS_FILE, " ;\n  kg:about claim:one-02-4", "")], "id:gap-one", "names what it is about", REMARKS_FILE),
    "remark-comment": Case(
        [(REMARKS_FILE, 'rdfs:comment "The sentence does not say whose advisers they were."@en ;', "")], "id:gap-one", "what is at odds", REMARKS_FILE),
    "source-rank": Case(
        [(SOURCES_FILE, '"A Chronicle"@en', '"A Chronicle"@en ; kg:sourceRank 0')], "id:chronicle", "kg:sourceRank is one whole number", SOURCES_FILE),
    "passage-source": Case([passage(" kg:inSource id:chronicle ;", "")], "passage:one-01", "exactly one source", SOURCES_FILE),
    "passage-label": Case([passage(' rdfs:label "One, sentence 1"@en ;', "")], "passage:one-01", "a passage has a label", SOURCES_FILE),
    "passage-kind": Case([passage('"fact"', '"rumour"')], "passage:one-01", "“rumour”", SOURCES_FILE),
    "passage-position": Case([passage("kg:position 1", "kg:position 0")], "passage:one-01", "one kg:position", SOURCES_FILE),
    "passage-words": Case([passage("kg:wordCount 11", 'kg:wordCount "11"')], "passage:one-01", "one kg:wordCount", SOURCES_FILE),
    "passage-fingerprint": Case([passage('kg:fingerprint "', 'kg:fingerprint "x')], "passage:one-01", "64 hexadecimal digits", SOURCES_FILE),
    "passage-reason": Case(
        [(SPARE[0], SPARE[1], SPARE[2].replace(" .\n", ' ; kg:carriesNoFact "a heading" .\n'))], "passage:one-04", "kg:carriesNoFact is one reason", SOURCES_FILE),
}

ROW = "id:ford\tFord\towl:sameAs\t\twd:Q1\tFord\tsemapv:ManualMappingCuration\t0.9\t2026-01-01\t\n"
PROGRAM: dict[Callable[..., Iterator[Problem]], Case] = {
    files.prefixes_agree: Case([(REMARKS_FILE, "http://example.org/claim/", "http://example.org/other/")], "", "the prefix claim: is <http://example.org/other/> here", REMARKS_FILE),
    files.claims_in_their_section: Case(
        [("data/curated/claims/two.ttl", "", tiny.PREFIXES + "claim:one-03-11 rdf:subject id:long-war ; rdf:predicate kg:place ; rdf:object id:ford .\n")],
        "claim:one-03-11", "the section “one”", "data/curated/claims/two.ttl"),
    terms.dangling: Case([(CLAIMS_FILE, "rdf:object id:ford", "rdf:object id:fjord")], "claim:one-02-6", "rdf:object names id:fjord, which stands nowhere"),
    terms.unknown_classes: Case([(THINGS_FILE, "kg:Settlement", "kg:Town")], "id:ford", "kg:Town is no class", THINGS_FILE),
    terms.unknown_properties: Case([(THINGS_FILE, '"Ford"@en', '"Ford"@en ; kg:mayor id:arland')], "id:ford", "kg:mayor is no property", THINGS_FILE),
    terms.one_kind: Case([(THINGS_FILE, "kg:Settlement", "kg:Settlement, kg:Island")], "id:ford", "this one has kg:Island and kg:Settlement", THINGS_FILE),
    terms.texts: Case([(THINGS_FILE, '"Borland"@en', '"Bor\\u202Eland"@en')], "id:borland", "its rdfs:label holds the character U+202E", THINGS_FILE),
    terms.same_claim_twice: Case(
        [claim("claim:one-02-8 rdf:subject id:battle-of-ford ; rdf:predicate kg:place ; rdf:object id:ford .")], "claim:one-02-8", "says the same as claim:one-02-6"),
    derived.derived_dates: Case([(CLAIMS_FILE, '"P5D"', '"P6D"')], "claim:one-03-2", "plus P6D is 1903-06-16, not 1903-06-15"),
    derived.times_of_holding: Case(
        [qualifier('kg:since "1902"^^edtf:EDTF ; kg:until "1901-12"^^edtf:EDTF')], "claim:one-02-6", "it ceases to hold (kg:until) before it begins"),
    table.unknown_subject: Case([(LINKS_FILE, "", ROW.replace("id:ford", "id:fjord"))], "id:fjord", "stands nowhere", LINKS_FILE),
    table.accepted_and_refused: Case(
        [(LINKS_FILE, "", ROW.replace("id:ford", "id:borland").replace("Q1", "Q2"))], "id:borland", "the link is refused in line 9", LINKS_FILE),
    table.said_twice: Case([(LINKS_FILE, "", tiny.LINKS.splitlines()[-1] + "\n")], "id:borland", "the row says again what line 9 says", LINKS_FILE),
    table.two_items_for_one: Case(
        [(LINKS_FILE, "", ROW.replace("id:ford\tFord", "id:arland\tArland").replace("Q1", "Q4").replace("owl:sameAs", "skos:exactMatch"))],
        "id:arland", "it is said to be exactly wd:Q1 too (line 8)", LINKS_FILE),
    table.label_of_another: Case([(LINKS_FILE, "\tArland\towl:sameAs", "\tOrland\towl:sameAs")], "id:arland", "subject_label “Orland” is not its label", LINKS_FILE),
    questions.can_be_asked: Case(
        [("queries/broken.rq", "", "SELECT ?x WHERE {\n  ?x ?y }\n")], "", "not valid SPARQL", "queries/broken.rq"),
    table.one_item_twice: Case([(LINKS_FILE, "", ROW)], "id:ford", "said to be the same as id:arland too", LINKS_FILE),
}

#: Mistakes that are met while the graph is put together.
ASSEMBLY: dict[str, Case] = {
    "two claims under one name": Case(
        [claim("claim:one-02-6 rdf:subject id:battle-of-ford ; rdf:predicate kg:place ; rdf:object id:ford .")],
        "claim:one-02-6", "a second block under this name"),
    "a block that is not at the margin": Case([claim("  claim:one-02-9 rdf:subject id:long-war ; rdf:predicate kg:place ; rdf:object id:ford .")], "", "claim:one-02-9: its block does not begin"),
    "a node without a name": Case([qualifier("kg:note [ ]")], "", "a node without a name"),
    "a claim with another name": Case(
        [claim("claim:one-03 rdf:subject id:long-war ; rdf:predicate kg:place ; rdf:object id:ford .")], "claim:one-03", "neither a passage nor a source “one”"),
    "a claim without a number": Case([claim("claim:x rdf:subject id:long-war ; rdf:predicate kg:place ; rdf:object id:ford .")], "claim:x", "a hyphen and a number"),
    "a passage that does not exist": Case(
        [claim("claim:nine-01-1 rdf:subject id:long-war ; rdf:predicate kg:place ; rdf:object id:ford .")], "claim:nine-01-1", "neither a passage nor a source “nine-01”"),
    "a day that does not exist": Case([(CLAIMS_FILE, '"1903-06-10"', '"1903-06-31"')], "claim:one-03-1", "“1903-06-31” is no date"),
    "an open interval": Case([(CLAIMS_FILE, '"1902-03"', '"1902/.."')], "claim:one-02-1", "open at one end"),
    "a duration in weeks": Case(
        [claim('claim:one-03-11 rdf:subject id:long-war ; rdf:predicate kg:duration ; rdf:object "P3W"^^xsd:duration .')], "claim:one-03-11", "“P3W” is no duration"),
    "an end before its beginning": Case([(CLAIMS_FILE, '"1903"^^edtf:EDTF .\nclaim:one-01-3', '"1900"^^edtf:EDTF .\nclaim:one-01-3')], "claim:one-01-2", "the end of Long War (1900) is before its beginning (1901)"),
    "an end before its beginning, by two accounts": Case(
        [(CLAIMS_FILE, tiny.CLAIMS.splitlines()[1] + "\n", ""), (tiny.SOURCES_FILE, "", 'id:almanac a kg:Source ; rdfs:label "An Almanac"@en .\n'),
         claim('claim:almanac-1 rdf:subject id:long-war ; rdf:predicate kg:end ; rdf:object "1900"^^edtf:EDTF .')],
        "id:long-war", "it ends (by 1900-12-31) before it begins (from 1901-01-01)", THINGS_FILE),
    "an end before its beginning, both somebody's word": Case(
        [claim('claim:one-03-11 rdf:subject id:fear-borland ; rdf:predicate kg:begin ; rdf:object "1902-05"^^edtf:EDTF ; kg:accordingTo id:arland .'),
         claim('claim:one-03-12 rdf:subject id:fear-borland ; rdf:predicate kg:end ; rdf:object "1902-01"^^edtf:EDTF ; kg:accordingTo id:arland .')],
        "claim:one-03-12", "the end of [fear in Borland] (1902-01) is before its beginning (1902-05)"),
    "dates that exclude each other": Case(
        [claim('claim:one-03-11 rdf:subject id:battle-of-ford ; rdf:predicate kg:date ; rdf:object "1902-05"^^edtf:EDTF .')],
        "claim:one-03-11", "exclude each other"),
}


def cases(table: dict[str, Case]) -> list[object]:
    """The table as parameters with readable names."""
    return [pytest.param(key, case, id=key) for key, case in table.items()]


def matching(found: list[Problem], case: Case, folder: Folder) -> Problem:
    """The problem that a case expects; it stands at the line of its block and says what to do."""
    told = [problem for problem in found if case.says in str(problem)]
    assert told, "\n".join(map(str, found)) or "nothing was found"
    problem = told[0]
    assert problem.todo and "\n" not in str(problem)
    if case.head:
        assert problem.iri == case.head
        assert problem.file == case.file
        lines = (Path(folder.root) / case.file).read_text(encoding="utf-8").splitlines()
        assert re.match(re.escape(case.head) + r"\s", lines[problem.line - 1])
    return problem


def test_the_valid_data_set_has_no_problem(tmp_path: Path) -> None:
    text = tmp_path / "text.txt"
    text.write_text(tiny.TEXT, encoding="utf-8")
    assert check(tiny.make(tmp_path / "data-set"), text) == []


@pytest.mark.parametrize("name, case", cases(RULES))
def test_rule(name: str, case: Case, tmp_path: Path) -> None:
    folder = tiny.make(tmp_path, *case.changes)
    rule = rules.load(tiny.ROOT / "ontology" / "checks" / f"{name}.rq")
    problem = matching(list(rules.violations(rule, assemble(folder))), case, folder)
    assert problem.severity == rule.severity
    assert "{" not in str(problem), "a slot of “says” was left empty"


@pytest.mark.parametrize("name, case", cases(SHAPES))
def test_shape(name: str, case: Case, tmp_path: Path) -> None:
    folder = tiny.make(tmp_path, *case.changes)
    found = [problem for shape, problem in shapes.violations(assemble(folder)) if shape == f"https://w3id.org/khalkhin/shape/{name}"]
    matching(found, case, folder)


@pytest.mark.parametrize("one, case", [pytest.param(one, case, id=one.__name__) for one, case in PROGRAM.items()])
def test_check_in_the_program(one: Callable[..., Iterator[Problem]], case: Case, tmp_path: Path) -> None:
    folder = tiny.make(tmp_path, *case.changes)
    matching(list(one(assemble(folder))), case, folder)


@pytest.mark.parametrize("name, case", cases(ASSEMBLY))
def test_mistake_met_in_assembly(name: str, case: Case, tmp_path: Path) -> None:
    folder = tiny.make(tmp_path, *case.changes)
    found = problems(assemble(folder))
    assert matching(found, case, folder).severity == "error"
    assert found == sorted(set(found))


def test_lines_are_counted_as_editors_count_them(tmp_path: Path) -> None:
    note = '"""one\u2028two\nclaim:one-02-1 looks like a block\nthree"""@en'
    folder = tiny.make(tmp_path, (CLAIMS_FILE, "rdf:object id:ford .", f"rdf:object id:ford ; kg:note {note} ."), (CLAIMS_FILE, "kg:count 3 ", "kg:count 51 "))
    [problem] = [problem for problem in problems(assemble(folder)) if problem.severity == "error"]
    text = (tmp_path / CLAIMS_FILE).read_text(encoding="utf-8").split("\n")
    assert problem.iri == "claim:one-02-4" and text[problem.line - 1].startswith("claim:one-02-4 ")


def test_no_check_is_without_its_failing_example() -> None:
    ontology = tiny.ROOT / "ontology"
    assert {path.stem for path in (ontology / "checks").glob("*.rq")} == RULES.keys()
    text = (ontology / "shapes.ttl").read_text(encoding="utf-8")
    assert set(re.findall(r"^shape:([\w-]+) sh:path", text, re.MULTILINE)) == SHAPES.keys()
    assert text.count("sh:path ") == len(SHAPES)
    assert {*files.CHECKS, *terms.CHECKS, *derived.CHECKS, *table.CHECKS, *questions.CHECKS} == PROGRAM.keys()


@pytest.mark.parametrize("rule", ["20-effect-before-cause", "21-answer-before-question", "22-part-outside-whole"])
def test_a_claim_known_to_be_at_odds_is_no_mistake(rule: str, tmp_path: Path) -> None:
    case = RULES[rule]
    content = tiny.files()[CLAIMS_FILE]
    wrong = next(line for line in content.splitlines() if line.startswith(case.head + " "))
    known = (CLAIMS_FILE, wrong, wrong.removesuffix(" .") + " ; kg:contradicts claim:one-01-1 .")
    assert [one for one in check(tiny.make(tmp_path / "a", *case.changes)) if one.iri == case.head] != []
    assert [one for one in check(tiny.make(tmp_path / "b", *case.changes, known)) if one.iri == case.head] == []


def test_messages_of_shapes_say_what_to_do() -> None:
    text = (tiny.ROOT / "ontology" / "shapes.ttl").read_text(encoding="utf-8")
    messages = re.findall(r'sh:message "(.*)" \.$', text, re.MULTILINE)
    assert len(messages) == len(SHAPES)
    assert [message for message in messages if ";" not in message] == []


@pytest.mark.parametrize("header, says", [
    ("#+ title: x\n#+ severity: error\n", "no line “#+ says:”"),
    ("#+ title: x\n#+ severity: grave\n#+ says: {x} is wrong; mend it\n", "severity “grave” is unknown"),
    ("#+ title: x\n#+ severity: error\n#+ says: {x} is wrong\n", "what to do"),
])
def test_a_rule_needs_its_header(header: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "x.rq"
    path.write_text(header + "SELECT ?x WHERE { ?x ?y ?z }", encoding="utf-8")
    with pytest.raises(BadData, match=re.escape(says)):
        rules.load(path)


@pytest.mark.parametrize("query, says", [("SELECT ?x WHERE { ?x ?y", "not valid SPARQL"), ("ASK { ?x ?y ?z }", "no SELECT query")])
def test_a_rule_is_a_select(query: str, says: str, tmp_path: Path) -> None:
    path = tmp_path / "x.rq"
    path.write_text("#+ title: x\n#+ severity: error\n#+ says: {x} is wrong; mend it\n" + query, encoding="utf-8")
    with pytest.raises(BadData, match=says) as caught:
        list(rules.violations(rules.load(path), assemble(tiny.make(tmp_path / "data-set"))))
    assert str(path) in str(caught.value)


# The project's own data.


def test_the_project_has_no_problem(folder) -> None:  # type: ignore[no-untyped-def]
    assert list(map(str, check(folder))) == []


def test_the_project_agrees_with_its_source(folder, shared: Path) -> None:  # type: ignore[no-untyped-def]
    built = assemble(folder)
    assert list(map(str, reading.against(built, shared / "source" / "article.txt"))) == []
