"""How kinds of things and kinds of relations look in pictures: shapes, colours and the words of the legend."""

from __future__ import annotations

import math

_ROUND = [(math.cos(a * math.pi / 12), math.sin(a * math.pi / 12)) for a in range(24)]
_FIVE = [-math.pi / 2 + n * math.pi / 5 for n in range(10)]
SHAPES: dict[str, list[tuple[float, float]]] = {
    "flag": [(-1.3, -0.8), (1.3, -0.8), (1.3, 0.8), (-1.3, 0.8)],
    "dot": _ROUND,
    "ring": [(0.75 * x, 0.75 * y) for x, y in _ROUND],
    "shield": [(-0.9, -0.9), (0.9, -0.9), (0.9, 0.2), (0, 1.1), (-0.9, 0.2)],
    "square": [(-0.85, -0.85), (0.85, -0.85), (0.85, 0.85), (-0.85, 0.85)],
    "drop": [(-0.95, -0.75), (0.95, -0.75), (0, 1.0)],
    "peak": [(-0.95, 0.75), (0.95, 0.75), (0, -1.0)],
    "star": [((1.15 if n % 2 == 0 else 0.5) * math.cos(a), (1.15 if n % 2 == 0 else 0.5) * math.sin(a)) for n, a in enumerate(_FIVE)],
    "diamond": [(0, -1.1), (0.9, 0), (0, 1.1), (-0.9, 0)],
    "hexagon": [(-0.55, -0.95), (0.55, -0.95), (1.1, 0), (0.55, 0.95), (-0.55, 0.95), (-1.1, 0)],
    "sheet": [(-0.75, -1.1), (0.3, -1.1), (0.75, -0.6), (0.75, 1.1), (-0.75, 1.1)],
    "cross": [(-0.35, -1), (0.35, -1), (0.35, -0.35), (1, -0.35), (1, 0.35), (0.35, 0.35), (0.35, 1), (-0.35, 1), (-0.35, 0.35),
              (-1, 0.35), (-1, -0.35), (-0.35, -0.35)],
}
"""Outlines around a centre, about one unit in radius; the legend and the picture draw the same ones."""
LOOKS = {
    "State": ("states", "#D55E00", "flag"), "Person": ("persons", "#CC79A7", "dot"), "Side": ("sides", "#D55E00", "shield"),
    "Organization": ("forces and bodies", "#E69F00", "square"), "Group": ("groups", "#E69F00", "ring"),
    "Place": ("places", "#009E73", "drop"), "Fighting": ("fighting", "#0072B2", "star"), "Act": ("acts", "#56B4E9", "diamond"),
    "Condition": ("conditions", "#999999", "hexagon"), "Attitude": ("attitudes", "#CC79A7", "peak"),
    "Outcome": ("outcomes", "#0072B2", "hexagon"), "Treaty": ("treaties", "#F0E442", "sheet"), "Work": ("works", "#999999", "sheet"),
    "Remark": ("remarks", "#999999", "ring"), "Other": ("other things", "#999999", "cross"),
}
"""Words, colour and shape by group: Okabe and Ito's palette, told apart also by the colour-blind; no two groups share both."""
_FAMILIES = {
    "cause": ("causes, motives, preventions", "causes contributesTo enables motivates prevents ledTo mayHaveLedTo"),
    "part": ("who took part", "participant initiator target addressee signatory commander wonBy lostBy holder supporter party"),
    "figure": ("forces, losses, supplies", "dead wounded captured casualties engaged used destroyed damaged supplied number"),
    "whole": ("wholes and parts", "partOf outcome"),
    "belonging": ("alliances and belonging", "belongsTo onSide sideOf clientOf ledBy office rank"),
    "order": ("one after the other", "after answers"),
    "place": ("places", "place locatedIn territoryOf borders claimedBy route"),
    "other": ("other relations", ""),
}
FAMILIES = {family: words for family, (words, _) in _FAMILIES.items()}
"""Words of the legend by family of relations."""
_FAMILY = {predicate: family for family, (_, predicates) in _FAMILIES.items() for predicate in predicates.split()}


def family(predicate: str) -> str:
    """The family of a predicate, given by its local name; `other` where none is known."""
    return _FAMILY.get(predicate, "other")
