"""How much of the sources the claims cover, section by section."""

from __future__ import annotations

from kg.answer import plain
from kg.assemble import Built
from kg.store import EmbeddedStore

_QUERY = """
PREFIX kg: <https://w3id.org/khalkhin/ontology#>
SELECT ?section (COUNT(?passage) AS ?passages) (SUM(IF(?n > 0 || ?excused, 1, 0)) AS ?covered)
       (SUM(IF(?n > 0, 1, 0)) AS ?carryingFacts) (SUM(?n) AS ?claims) (MIN(?position) AS ?first) WHERE {
  { SELECT ?passage (COUNT(?claim) AS ?n) WHERE { ?passage a kg:Passage . OPTIONAL { ?claim kg:statedIn ?passage } } GROUP BY ?passage }
  ?passage kg:section ?section ; kg:position ?position .
  BIND(EXISTS { ?passage kg:carriesNoFact ?why } AS ?excused)
} GROUP BY ?section ORDER BY ?first
"""


def coverage(built: Built) -> list[tuple[str, int, int, int, int]]:
    """For each section, in reading order: its name, its passages, how many are covered (by a claim, or by a reason why
    they carry no fact), how many carry facts, and the claims that stand under them."""
    rows = EmbeddedStore(built.store).ask(_QUERY).rows
    return [
        (plain(row["section"]), *(int(plain(row[name])) for name in ("passages", "covered", "carryingFacts", "claims")))  # type: ignore[misc]
        for row in rows
    ]
