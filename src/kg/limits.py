"""How much anybody may ask for, in one place; what can be counted is refused before it costs anything."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, fields, replace
from typing import Any

from kg.errors import OverLimit
from kg.query import tokens

LONG = 1400
"""Bytes of an answer from which on compression pays: what fits into one packet is sent as it is."""


def _limit(default: Any, says: str, least: float = 1e-9) -> Any:
    return field(default=default, metadata={"says": says, "least": least})


@dataclass(frozen=True, slots=True)
class Limits:
    """All limits of a server. Each is an option of `kg serve`, and stands at `/limits`."""

    workers: int = _limit(2, "processes in which queries are evaluated, beside one for the queries of pages")
    deadline: float = _limit(10.0, "seconds for a query or an update")
    queue: int = _limit(1_000, "queries that may wait for a process")
    waiting: float = _limit(30.0, "seconds that a query may wait for a process")
    memory: int = _limit(1 << 30, "bytes of address space of a process for queries, beside a store that it has in memory")
    resident: int = _limit(2_000_000, "triples up to which an unwritten store is held in memory, in 1 kB each at most; 0 for none", least=0)
    rows: int = _limit(200_000, "rows or triples of an answer")
    answer: int = _limit(32 << 20, "bytes of an answer")
    address: int = _limit(16_000, "characters of a request's address with its query")
    body: int = _limit(1 << 20, "bytes of a query or an update")
    upload: int = _limit(8 << 20, "bytes of a graph that is sent to be stored")
    held: int = _limit(256 << 20, "bytes of bodies and answers that the server holds at a time")
    kept: int = _limit(32 << 20, "bytes of answers that are kept for whoever asks the same again, 0 for none", least=0)
    nesting: int = _limit(200, "brackets, or signs such as ! and -, within each other in a query")
    chain: int = _limit(2_000, "operators, expressions, clauses or patterns after each other in a query")
    items: int = _limit(60, "items of a list in a query")
    values: int = _limit(5_000, "terms in the VALUES of a query")
    connections: int = _limit(2_000, "connections at a time")
    patience: float = _limit(10.0, "seconds for the head of a request, for its body, and for a client to read on")
    recycle: int = _limit(20_000, "queries after which a process makes room for a new one")


NAMES = tuple(one.name for one in fields(Limits))
SAYS = {one.name: str(one.metadata["says"]) for one in fields(Limits)}
"""What each limit bounds."""

LEAST = {one.name: float(one.metadata["least"]) for one in fields(Limits)}
"""The least that each may be set to."""

_COUNTED = ("rows", "answer", "nesting", "chain", "items", "values")


def own(limits: Limits) -> Limits:
    """The limits of our own queries: what is counted is never less than the defaults, which every page of the site keeps."""
    standard = Limits()
    return replace(limits, **{name: max(getattr(limits, name), getattr(standard, name)) for name in _COUNTED})


_RUN = re.compile(r"[!+-](?:\s*[!+-])*")
_TOKEN = re.compile(r"[()\[\]{}]|[,=<>!&|+*/^;]|[?$]?[^\s()\[\]{},=<>!&|+*/^;?$]+")


def refuse_excess(text: str, limits: Limits) -> None:
    """Raises OverLimit for a query that is nested deeper, or has longer lists or chains, than the limits allow.

    Oxigraph's parser recurses on brackets and signs, its planner on the tree that it makes of a chain of operators or clauses,
    and it needs more than linear time for the items of a list (`( … )` in the place of a term), so that a few kilobytes could
    end its process or hold it.
    """
    if _harmless(text, limits):
        return
    plain = tokens(text)
    deepest = max((len("".join(run[0].split())) for run in _RUN.finditer(plain)), default=0)
    inside: list[tuple[str, int]] = [("", 0)]
    values, before = 0, ""
    found = _TOKEN.findall(plain)
    for token in found:
        kind, count = inside[-1]
        if token in "([{":
            inside[-1] = (kind, count + 1)
            inside.append(("values" if "values" in (before, kind) else token, 0))
            deepest = max(deepest, len(inside) - 1)
        elif token in ")]}":
            if len(inside) > 1:
                inside.pop()
                if kind == "(" and count > limits.items:
                    raise _over("items", limits, f"a list of {count} items")
        elif token in ",=<>!&|+*/^;-":  # arguments, an expression or a path, not a list
            inside[-1] = (kind if kind == "values" else token, count)
        else:
            inside[-1] = (kind, count + 1)
            values += kind == "values"
        before = "values" if token.lower() == "values" or (before == "values" and token[0] in "?$()") else ""
    if deepest > limits.nesting:
        raise _over("nesting", limits, f"{deepest} brackets or signs within each other")
    if values > limits.values:
        raise _over("values", limits, f"{values} terms in VALUES")
    if (longest := _longest(found)) > limits.chain:
        raise _over("chain", limits, f"{longest} operators, expressions, clauses or patterns after each other")


def _harmless(text: str, limits: Limits) -> bool:
    """Whether a text is so short, or has so few brackets and signs, that it can exceed none of the limits."""
    size = len(text)
    if size > min(limits.chain, limits.values) or sum(map(text.count, "([{!+-")) > limits.nesting:
        return False
    start = text.find("(")
    return start < 0 or size - start <= limits.items  # an item takes a sign at least


@dataclass(slots=True)
class _Level:
    """What stands between two brackets: how much follows each other in an expression, and in a group."""

    bracket: str = ""
    data: bool = False
    row: int = 0
    clauses: int = 0


def _longest(found: list[str]) -> int:
    """The most that follows each other in one place; the triples of INSERT DATA and the rows of VALUES, which make no tree, are
    not counted."""
    stack, longest, data, before = [_Level()], 0, False, ""
    for token in found:
        level, word = stack[-1], token.lower()
        if token in "([{":
            level.row += token == "(" and not level.data
            level.clauses += token == "{"
            stack.append(_Level(token, level.data or (data and token == "{")))
            data = data and token != "{"
        elif token in ")]}":
            if len(stack) > 1:
                stack.pop()
        elif token in ";," or token[-1] == ".":
            if level.bracket != "(" or token == ",":
                level.row = 0
            level.clauses += level.bracket == "{" and not level.data
            if len(stack) == 1:  # the next operation of an update
                level.clauses = 0
        elif word in ("values", "data"):
            data = True
            level.clauses += 1
        elif word in ("filter", "bind"):
            level.clauses += 1
        elif not level.data:
            level.row += token in "+*/|&" and (token in "+*/" or before != token)
            level.row += token.partition(":")[0].count("-")
        longest = max(longest, level.row, level.clauses)
        before = token
    return longest


def _over(name: str, limits: Limits, what: str) -> OverLimit:
    return OverLimit(f"{what}: over the limit of {getattr(limits, name)}", None, "ask for less at a time", limit=name)
