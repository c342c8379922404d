"""Single line ends: options, "Name: value" lines, verses and bullets keep theirs, prose flows."""

from __future__ import annotations

import re

import pytest

from app.markup.document.blocks import Block, Paragraph
from app.markup.document.spans import LineBreak, SoftBreak, Spans
from app.markup.parse import parse
from app.markup.stream import MarkdownStream
from app.markup.text import plain_text, to_rich_html
from tests.unit.markup.following import check

KEPT = (
    "Which is right?\nA) one\nB) two\nC) three",
    "Choose:\n(a) the first\n(b) the second",
    "Steps follow here\n2. second\n3. third",
    "**Name:** Ann\n**Age:** 30",
    "**Name**: Ann\n**Age**: 30",
    "Name: Ann\nAge: 30\nA rather long label here: with a value that goes on and on",
    "\u2022 first\n\u2022 second",
    "\u2705 done and well described in many words, so that the line is quite long\n\u274c not done",
    "Two roads diverged in a yellow wood,\nAnd sorry I could not travel both\nAnd be one traveler",
    "Dear Ann,\nthank you.\nBest regards,\nBob",
    "Ingredients:\nflour\nsugar",
    "12 Main Street\nSpringfield",
    "\u6771\u4eac\u90fd\u5343\u4ee3\u7530\u533a\n\u4e38\u306e\u5185",
    "**bold line**\n*slanted line*\n`code line`",
    "x is $x^2$\ny is $y^2$",
    f"Dear Ann,\n{'I write about the order of May. ' * 5}\nBest regards,\nBob",
    f"{'A sentence of its own that has nobody to wrap it ' * 3}\nand the next one",
    f"[one](https://a.example/{'a' * 60})\n[two](https://b.example/{'b' * 60})",
    f"First: https://a.example/{'a' * 60}\n<https://b.example/{'b' * 60}>",
)
FLOWS = (
    (
        "Prose that was wrapped at some seventy columns, as people do who write in an\n"
        "editor that has no other way to end a line, is one paragraph, and flows as it\n"
        "always did, whatever word the next line happens to begin with."
    ),
    (
        "A second paragraph wrapped at sixty or so columns of text by\nsomeone with a narrower "
        "editor window, which also flows on."
    ),
    (
        "The report is of the year that ended with the last of the great floods, in\n"
        "March: nobody had seen water rise so fast, and nobody has since then, they say."
    ),
    (
        f"A line of wrapped prose whose only long word is https://a.example/{'a' * 80}\n"
        "and which goes on in the next line as the lines of prose do."
    ),
)


def ends(text: str) -> list[bool]:
    """Whether each soft line end is kept."""
    (block,) = parse(text)
    assert isinstance(block, Paragraph)
    return [span.kept for span in block.spans if isinstance(span, SoftBreak)]


@pytest.mark.parametrize("text", KEPT)
def test_a_line_end_that_was_meant_is_kept(text: str) -> None:
    assert set(ends(text)) == {True}
    assert plain_text(parse(text)).count("\n") == text.count("\n")
    assert to_rich_html(parse(text)).count("<br>") == text.count("\n")


@pytest.mark.parametrize("text", FLOWS)
def test_wrapped_prose_flows(text: str) -> None:
    assert set(ends(text)) == {False}
    assert "\n" not in plain_text(parse(text))


def test_lines_in_lists_and_quotations_are_decided_alike() -> None:
    for before, rest in (("- ", "  "), ("> ", "> "), ("1. ", "   ")):
        text = before + KEPT[0].replace("\n", f"\n{rest}")
        assert "SoftBreak(kept=True)" in repr(parse(text))
        assert "SoftBreak(kept=False)" not in repr(parse(text))


def spans_of(blocks: tuple[Block, ...]) -> Spans:
    return tuple(span for block in blocks if isinstance(block, Paragraph) for span in block.spans)


@pytest.mark.parametrize("text", [*KEPT, *FLOWS])
def test_wherever_the_text_is_cut_the_end_is_the_whole(text: str) -> None:
    for cut in range(1, len(text)):
        check(text, [text[:cut], text[cut:]])
    check(text, list(text))


@pytest.mark.parametrize("text", [*KEPT, *FLOWS])
def test_a_line_end_is_decided_as_in_the_whole_once_the_next_line_stands(text: str) -> None:
    """While it streams, all ends but the last are as they will be."""
    final = ends(text)
    for cut in (match.end() for match in re.finditer(r"\n[^\n]+(?=\n)", text)):
        markdown = MarkdownStream()
        update = markdown.feed("")
        for char in text[:cut]:
            update = markdown.feed(char)
        seen = spans_of(tuple(part.block for part in (*update.closed, *update.tail)))
        found = [span.kept for span in seen if isinstance(span, SoftBreak)]
        assert found == final[: len(found)]
        assert len(found) == text[:cut].count("\n")


def test_a_hard_break_is_one_as_before() -> None:
    (block,) = parse("a  \nb\\\nc")
    assert isinstance(block, Paragraph)
    assert sum(isinstance(span, LineBreak) for span in block.spans) == 2
