"""Hostile text costs no more than honest text, and never raises."""

from __future__ import annotations

import os
import sys

import pytest

from app.markup.parse import parse
from app.markup.spans.inline_bounds import MAX_IMAGES
from app.markup.stream import HEAD_START, MarkdownStream
from app.markup.text import plain_text, to_rich_html
from tests.unit.markup.fuzzing import UNITS
from tests.unit.markup.markdown_samples import pieces_of

SIZE = 5_000 if "PHIAL_FUZZ" not in os.environ else 200_000


@pytest.mark.parametrize("unit", UNITS)
def test_a_text_of_one_thing_over_and_over_is_parsed_in_linear_work(unit: str) -> None:
    text = (unit * (SIZE // len(unit) + 1))[:SIZE]
    blocks = parse(text)
    assert isinstance(plain_text(blocks), str)
    assert isinstance(to_rich_html(blocks), str)
    assert isinstance(repr(blocks), str)
    assert isinstance(hash(blocks), int)
    markdown = MarkdownStream()
    for piece in pieces_of(text, 64):
        markdown.feed(piece)
    assert markdown.finish().blocks == blocks
    assert markdown.characters_parsed < 14 * len(text) + HEAD_START


@pytest.mark.parametrize(
    "text",
    [
        "> " * 1000 + "deep",
        "- " * 1000 + "deep",
        "".join("  " * depth + "- a\n" for depth in range(500)),
        "[" * 1000 + "a" + "](b)" * 1000,
        "![" * 1000 + "a" + "](b)" * 1000,
        "*" * 1000 + "a" + "*" * 1000,
        "*a " * 1000 + "a* " * 1000,
        "<think>" * 1000,
    ],
)
def test_nesting_a_thousand_deep_needs_no_deep_stack(text: str) -> None:
    before = sys.getrecursionlimit()
    blocks = parse(text)
    assert repr(blocks)
    assert hash(blocks) == hash(parse(text))
    assert isinstance(plain_text(blocks), str)
    assert sys.getrecursionlimit() == before


def test_images_in_descriptions_of_images_are_read_so_far_and_no_further() -> None:
    def described(levels: int) -> str:
        return str(parse("![" * levels + "a" + "](b)" * levels))

    assert "alt='a'" in described(MAX_IMAGES)
    assert "alt='a'" not in described(MAX_IMAGES + 2)


def test_short_rows_cannot_blow_a_wide_table_up() -> None:
    columns = 256
    text = "|" + "a|" * columns + "\n|" + "-|" * columns + "\n" + "b\n" * 5000
    cells = sum(len(row) for block in parse(text) for row in getattr(block, "rows", ()))
    assert cells < 80_000
