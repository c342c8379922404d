"""A dollar may begin a formula, a price, or a variable's name; what is shown never flips."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import pytest

from app.markup.document.blocks import MathBlock
from app.markup.document.spans import Math
from app.markup.parse import parse
from app.markup.stream import MarkdownStream
from tests.unit.markup.following import check
from tests.unit.markup.spans.dollar_lines import MIXED, PLAIN

LINES = (*((line, ()) for line in PLAIN), *MIXED)
CELL = "| a | b |\n|---|---|\n| c | "


def formulas(value: object) -> Iterator[str]:
    """The sources of all formulas in blocks or parts."""
    if isinstance(value, Math | MathBlock):
        yield value.source
    elif isinstance(value, tuple):
        for entry in value:
            yield from formulas(entry)
    elif is_dataclass(value):
        for field in fields(value):
            yield from formulas(getattr(value, field.name))


@pytest.mark.parametrize("line", PLAIN)
def test_prices_and_variables_are_text(line: str) -> None:
    assert tuple(formulas(parse(line))) == ()


@pytest.mark.parametrize(("line", "found"), MIXED)
def test_formulas_among_prices_and_variables_are_formulas(
    line: str, found: tuple[str, ...]
) -> None:
    assert tuple(formulas(parse(line))) == found


@pytest.mark.parametrize("line", [line for line, _ in LINES])
def test_wherever_a_line_with_dollars_is_cut_the_end_is_the_whole(line: str) -> None:
    for cut in range(1, len(line)):
        check(line, [line[:cut], line[cut:]])
    check(line, list(line))


@pytest.mark.parametrize("before", ["", "# ", "- ", "Some words before it: ", CELL])
def test_nothing_is_shown_as_a_formula_that_turns_out_to_be_text(before: str) -> None:
    for line, _ in LINES:
        text = before + line
        final = set(formulas(parse(text)))
        markdown = MarkdownStream()
        for char in text:
            update = markdown.feed(char)
            assert {*formulas(update.tail), *formulas(update.closed)} <= final, text


def test_a_formula_is_shown_with_the_first_character_behind_it() -> None:
    markdown = MarkdownStream()
    assert tuple(formulas(markdown.feed("where $x_1$").tail)) == ()
    assert tuple(formulas(markdown.feed(" is").tail)) == ("x_1",)
