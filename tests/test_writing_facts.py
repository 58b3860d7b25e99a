"""The guide to writing facts shows claims that stand in the data, and code that runs."""

from __future__ import annotations

import doctest
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
GUIDE = ROOT / "docs" / "writing-facts.md"


def test_its_examples_stand_in_the_data() -> None:
    written = {line for path in (ROOT / "data" / "curated" / "claims").glob("*.ttl") for line in path.read_text(encoding="utf-8").splitlines()}
    shown = [line for block in re.findall(r"^```turtle\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.M | re.S) for line in block.splitlines()]
    assert len(shown) >= 30
    assert [line for line in shown if line not in written] == [], "copy the line as it stands in data/curated/claims"


def test_its_code_runs() -> None:
    failed, tried = doctest.testfile(str(GUIDE), module_relative=False)
    assert (failed, tried) == (0, 4)


def test_its_terms_are_those_of_the_ontology() -> None:
    ontology = (ROOT / "ontology" / "ontology.ttl").read_text(encoding="utf-8")
    named = set(re.findall(r"\bkg:[A-Za-z]+", GUIDE.read_text(encoding="utf-8")))
    assert sorted(term for term in named if not re.search(rf"^{term} a ", ontology, re.M)) == []
