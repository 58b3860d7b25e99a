"""docs/ontology.md: its tables are made from the ontology, and what it shows and names is there."""

from __future__ import annotations

import importlib.util
import re
import shutil
import sys
from pathlib import Path
from types import ModuleType

import pyoxigraph as ox
import pytest

from kg.folder import Folder
from kg.names import Names

ROOT = Path(__file__).resolve().parents[1]
PAGE = (ROOT / "docs" / "ontology.md").read_text("utf-8")
NAMES = Names.of(Folder(ROOT))
HEADS = "".join(f"@prefix {prefix}: <{space}> .\n" for prefix, space in NAMES.prefixes.items())


@pytest.fixture(scope="module")
def terms() -> ModuleType:
    spec = importlib.util.spec_from_file_location("terms", ROOT / "docs" / "terms.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def tables(terms: ModuleType) -> dict[str, str]:
    found: dict[str, str] = terms.Terms(ROOT / "ontology").tables()
    return found


@pytest.fixture(scope="module")
def facts() -> set[str]:
    return {str(quad.triple) for quad in ox.parse(path=str(ROOT / "data" / "triples.ttl"), format=ox.RdfFormat.TURTLE)}


def test_the_tables_are_those_of_the_ontology(terms: ModuleType, tables: dict[str, str]) -> None:
    assert terms.renewed(PAGE, tables) == PAGE, "run make docs"
    assert set(re.findall(r"^<!-- table: (\S+) -->$", PAGE, re.M)) == tables.keys()


def test_every_term_stands_in_one_table(terms: ModuleType, tables: dict[str, str]) -> None:
    rows = [row for name, table in tables.items() if name not in ("rules", "checks", "shapes") for row in table.splitlines()[2:]]
    named = [match[1] for row in rows if (match := re.match(r"\| (?:– )*`(\w+)` \|", row))]
    assert len(named) == len(rows)
    assert sorted(named) == sorted(str(term).removeprefix(str(terms.KG)) for term in terms.Terms(ROOT / "ontology").kinds)


def test_a_changed_term_makes_the_page_stale(
    terms: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:
    shutil.copytree(ROOT / "ontology", tmp_path / "ontology")
    (tmp_path / "docs").mkdir()
    page = tmp_path / "docs" / "ontology.md"
    page.write_text(PAGE, "utf-8")
    path = tmp_path / "ontology" / "ontology.ttl"
    path.write_text(path.read_text("utf-8").replace('"Somewhere that events happen."', '"Where a|b is."'), "utf-8")
    monkeypatch.setattr(terms, "ROOT", tmp_path)
    monkeypatch.setattr(terms, "PAGE", page)
    monkeypatch.setattr(sys, "argv", ["terms.py"])
    assert terms.main() == 1 and "ontology.md: a table is stale; run make docs" in capsys.readouterr().out
    monkeypatch.setattr(sys, "argv", ["terms.py", "--write"])
    assert terms.main() == 0 and r"| Where a\|b is. |" in page.read_text("utf-8")
    monkeypatch.setattr(sys, "argv", ["terms.py"])
    assert terms.main() == 0


def test_what_it_shows_stands_in_the_data(facts: set[str]) -> None:
    blocks = re.findall(r"^```turtle\n(.*?)^```$", PAGE, re.M | re.S)
    assert len(blocks) >= 4
    for block in blocks:
        shown = {str(quad.triple) for quad in ox.parse(HEADS + block, format=ox.RdfFormat.TURTLE)}
        assert shown and shown <= facts, sorted(shown - facts)


def test_what_it_names_is_there(facts: set[str]) -> None:
    prose = re.sub(r"^<!-- table: .*?^<!-- end -->$|^```.*?^```$", "", PAGE, flags=re.M | re.S)
    there = {fact.split(" ", 1)[0] for fact in facts} | {fact.split(" ", 2)[1] for fact in facts}
    named = set(re.findall(r"(?:kg|id|claim|passage|sem):[\w-]+", prose))
    assert len(named) > 60
    assert sorted(name for name in named if f"<{NAMES.expand(name)}>" not in there) == []
    for link in re.findall(r"\]\(([^)#]+)\)", prose):
        assert (ROOT / "docs" / link).exists(), link
