"""While an answer is written, its markers are never seen and its words never change."""

from __future__ import annotations

import random

import pytest

from app.markup.document.blocks import Block, Paragraph
from app.markup.document.spans import Code, Emphasis, Strong, Text
from app.markup.parse import parse
from app.markup.spans.close_open_markers import close_open_markers
from app.markup.stream import MarkdownStream
from app.markup.text import plain_text
from tests.unit.markup.following import extend
from tests.unit.markup.markdown_samples import pieces_of

HONEST = (
    "This is **bold text** and `some code` and *slanted words* for you.",
    "**Answer:** the ***largest*** of them is ~~three~~ four.",
    "It costs $5 and $6, or **$7 in all**, and not a cent more.",
    "Take 2 * 3 = 6 and a*b, then 5 ** 2 and snake_case_name stay.",
    "- **First**: do `this` now\n- *Second*: and **that `too`** later\n",
    "> A **quoted** word and ``a `tick` b`` here.\n",
    "# A **bold** heading\n\nText with *one* and **two** words.\n",
)


def shown(text: str, size: int) -> list[str]:
    """What a reader sees after each piece, as plain text."""
    markdown = MarkdownStream()
    tree: tuple[Block, ...] = ()
    seen = []
    for piece in pieces_of(text, size):
        update = markdown.feed(piece)
        for part in update.closed:
            tree = extend(tree, part)
        now = tree
        for part in update.tail:
            now = extend(now, part)
        seen.append(plain_text(now))
    return seen


@pytest.mark.parametrize("text", HONEST)
@pytest.mark.parametrize("size", [1, 2, 4, 9])
def test_what_is_seen_only_ever_grows_and_holds_no_markers(text: str, size: int) -> None:
    whole = plain_text(parse(text))
    before = ""
    for now in shown(text, size):
        assert whole.startswith(now.rstrip(" -#>")), (before, now)
        assert now.rstrip().startswith(before.rstrip(" -#>")), (before, now)
        before = now


WORDS = (
    "It", "costs", "$5", "and", "$6,", "US$ 8", "$7.50.", "$x^2$", "\\(a_1\\)", "$n$th",
    "**bold**", "`co$de`", "\\$9", "plain", "($1)", "$y = 2$,", "snake_case", "*it*", "(\\(z\\))",
    "$1,000", "\\[ w \\]",
)  # fmt: skip


@pytest.mark.parametrize("seed", range(60))
def test_prices_formulas_and_marks_never_make_what_was_shown_flicker(seed: int) -> None:
    chance = random.Random(seed)
    text = " ".join(chance.choice(WORDS) for _ in range(14))
    whole = squeezed(plain_text(parse(text)))
    before = ""
    for now in map(squeezed, shown(text, chance.choice((1, 2, 3)))):
        assert now.startswith(before), (before, now)
        before = now.rstrip("*`_\\[(")  # half a marker, at the very end
        assert whole.startswith(before), (now, whole)


def squeezed(text: str) -> str:
    """Without white space: a displayed formula begins a line of its own."""
    return "".join(text.split())


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("so **bo", Strong((Text("bo"),))),
        ("so *it", Emphasis((Text("it"),))),
        ("so `co", Code("co")),
        ("so **bold wor*", Strong((Text("bold wor"),))),
        ("so **bold *and it", Strong((Text("bold "), Emphasis((Text("and it"),))))),
        ("so **", Text("so ")),
        ("see [the page](http://exam", Text("see the page")),
        ("2 * 3", Text("2 * 3")),
        ("2 ** 3", Text("2 ** 3")),
        ("f(*args", Text("f(")),
        ("a_b", Text("a_b")),
        ("costs $5", Text("costs $5")),
    ],
)
def test_what_is_open_is_shown_as_it_will_most_likely_be(text: str, last: object) -> None:
    markdown = MarkdownStream()
    block = markdown.feed(text).tail[-1].block
    assert isinstance(block, Paragraph)
    if text.startswith("f("):  # an argument list and an opening star look alike until it ends
        assert isinstance(block.spans[-1], Emphasis)
        return
    assert block.spans[-1] == last


def test_nothing_is_guessed_where_nothing_is_open() -> None:
    for text in ("plain", "a **b** c", "`x` y", "1 * 2", "snake_case", "\\*not\\*", "$x_1$ y"):
        assert close_open_markers(text) is None, text


def test_a_marker_that_stays_open_for_long_is_text() -> None:
    markdown = MarkdownStream()
    block = markdown.feed("so *" + "word " * 120).tail[-1].block
    assert isinstance(block, Paragraph)
    assert block.spans[0] == Text("so *" + "word " * 120)


def test_an_open_row_and_an_open_heading_hide_their_markers_too() -> None:
    markdown = MarkdownStream()
    tail = markdown.feed("## The **be").tail
    assert "*" not in plain_text(tuple(part.block for part in tail))
    markdown = MarkdownStream()
    markdown.feed("| a | b |\n|---|---|\n")
    tail = markdown.feed("| **one** | `tw").tail
    assert plain_text(tuple(part.block for part in tail)).endswith("one\ttw")
