"""The parameters of a request, against the standard library's reading of them."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.web.problem import BadRequest
from kg.web.request import fields

PIECES = ["%", "4", "1", "=", "&", "+", "a", "_", "\r", "\n", "é", "%41", "%3D", "%26", "%2B", "%25", "%C3%A9", "%C3", "%0A", "%3d", " ", "%00", "~"]


def standard(text: str) -> dict[str, list[str]] | None:
    """What the standard library finds; None where an escape is broken or is no UTF-8, which it is told to refuse or passes over."""
    if re.search("%(?![0-9A-Fa-f]{2})", text):
        return None
    found: dict[str, list[str]] = {}
    try:
        for name, value in parse_qsl(text, keep_blank_values=True, encoding="utf-8", errors="strict"):
            found.setdefault(name, []).append(value)
    except UnicodeDecodeError:
        return None
    return found


@given(st.one_of(st.lists(st.sampled_from(PIECES), max_size=12).map("".join), st.text(st.characters(exclude_categories=["Cs"]), max_size=40)))
@example("%\r=%\n")
@example("query=%2%35")
@example("a=1%2526&b=%%41")
def test_parameters_are_read_as_by_the_standard_library_and_strictly(text: str) -> None:
    wanted = standard(text)
    if wanted is None:
        with pytest.raises(BadRequest) as raised:
            fields(text)
        assert raised.value.status == 400
    else:
        assert fields(text) == wanted


def test_parameters_have_an_end() -> None:
    assert len(fields("&".join(f"a{n}=1" for n in range(1000)))) == 1000
    with pytest.raises(BadRequest, match="more than 1000 parameters"):
        fields("&" * 1000)
