"""How one event led to another: chains of claims, turning points, and what would lose its causes."""

from kg.causes.chains import Chain, chains
from kg.causes.links import PART, Causes, Link, causes
from kg.causes.turning import Consequences, TurningPoint, TurningPoints, turning_points, without
from kg.causes.why import Teller, common, drawing, turning, what_if, why
from kg.causes.words import Why

__all__ = [
    "PART", "Causes", "Chain", "Consequences", "Link", "Teller", "TurningPoint", "TurningPoints", "Why",
    "causes", "chains", "common", "drawing", "turning", "turning_points", "what_if", "why", "without",
]
