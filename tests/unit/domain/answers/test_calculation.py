"""What an answer asks to have computed, however its text comes in pieces."""

from __future__ import annotations

import pytest

from app.domain.answers.calculation import (
    MOST_ASKED,
    CallFilter,
    equation,
    spelled,
    with_calculations,
)
from app.domain.parts import PlacedPart, ToolCallPart, ToolResultPart

ASKED = {
    "It is <calc>17*23</calc>": ("It is ", "17*23"),
    "It is <calc> 17*23 = 400</calc>.": ("It is ", "17*23"),
    "<calc>9.11 >= 9.9</calc>": ("", "9.11 >= 9.9"),
    "<<calc>1+1=": ("<", "1+1"),
    '<calc>[{"name": "c", "parameters": {"x": "2^10 = ?"}}]</calc>': ("", "2^10 = ?"),
    '<calc>{"function": {"name": "c", "arguments": {"x": "1+1"}}}</calc>': ("", "1+1"),
    '<calc>{"name": "calc", "arguments": "3*3"}</calc>': ("", "3*3"),
    "<calc></calc> <calc>2+2</calc>": ("<calc></calc> ", "2+2"),
    "<calc>one\ntwo <calc>2+2</calc>": ("<calc>one\ntwo ", "2+2"),
}
NOTHING = [
    "a <cal> b <calculator> c </calc> d",
    "<calc>\n\n</calc> <calc>{broken</calc>",
    f"<calc>{'1' * (MOST_ASKED + 1)}</calc>",
    "if (a < calc) x <",
    "<calc>" + "[" * 200 + "</calc>",
]


def fed(text: str, step: int) -> tuple[str, str | None]:
    """What is told until something is asked, and that."""
    filter_, told = CallFilter(), ""
    for at in range(0, len(text), step):
        piece, asked = filter_.feed(text[at : at + step])
        told += piece
        if asked is not None:
            return told, asked.expression
    return told + filter_.end(cut=False), None


@pytest.mark.parametrize("step", [1, 2, 3, 7, 1000])
def test_any_cuts_ask_the_same(step: int) -> None:
    assert {text: fed(text, step) for text in ASKED} == ASKED
    assert [fed(text, step) for text in NOTHING] == [(text, None) for text in NOTHING]


def test_a_half_is_kept_where_the_model_ended_and_dropped_where_it_was_cut() -> None:
    for cut, left in ((True, ""), (False, "<calc>17*")):
        filter_ = CallFilter()
        assert filter_.feed("So <calc>17*") == ("So ", None)
        assert (filter_.end(cut=cut), filter_.half) == (left, cut)


def test_a_model_reads_and_people_see_what_was_computed() -> None:
    parts = [
        ToolResultPart("391", "calc", asked="17*23"),
        ToolResultPart("\N{ALMOST EQUAL TO} 0.333", "calc", asked="1/3"),
        ToolResultPart("false: 9.11 < 9.9", "calc", asked="9.11 > 9.9"),
        ToolResultPart("Nothing can be divided by zero.", "calc", failed=True, asked="1/0"),
    ]
    placed = (PlacedPart(1, ToolCallPart("other", "x")), *(PlacedPart(1, one) for one in parts))
    assert with_calculations("a b", placed) == f"a{''.join(map(spelled, parts))} b"
    assert [spelled(one) for one in parts] == [
        "<calc>17*23 = 391</calc>",
        "<calc>1/3 \N{ALMOST EQUAL TO} 0.333</calc>",
        "<calc>9.11 > 9.9 = false: 9.11 < 9.9</calc>",
        "<calc>1/0 = error: Nothing can be divided by zero.</calc>",
    ]
    assert [equation(one) for one in parts] == [
        "17 \N{MULTIPLICATION SIGN} 23 = 391",
        "1/3 \N{ALMOST EQUAL TO} 0.333",
        "9.11 > 9.9 \N{RIGHTWARDS ARROW} false: 9.11 < 9.9",
        "1/0: Nothing can be divided by zero.",
    ]
