"""Conflicts as citable linked data: ask, show, draw and export a graph of sourced claims.

    >>> import kg
    >>> graph = kg.open()       # doctest: +SKIP
    >>> print(graph.ask("SELECT ?war WHERE { ?war a kg:War }").to_csv())        # doctest: +SKIP

`import kg` loads nothing heavy; each part comes when it is first used.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as type checkers know it; importing typing for it would take as long as all the rest
if TYPE_CHECKING:
    from typing import Any

    from kg.answer import Answer
    from kg.errors import KgError
    from kg.graph import Graph, draw, open

__version__ = "0.1.0"
__all__ = ["Answer", "Graph", "KgError", "__version__", "draw", "open"]

_HOMES = {
    "Answer": "kg.answer",
    "KgError": "kg.errors",
    "Graph": "kg.graph",
    "draw": "kg.graph",
    "open": "kg.graph",
}


def __getattr__(name: str) -> Any:
    """Loads a public name from its module when it is first used (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module 'kg' has no attribute {name!r}")
    import importlib

    value = getattr(importlib.import_module(_HOMES[name]), name)
    globals()[name] = value
    return value
