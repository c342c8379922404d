"""GitHub's alerts: what is one, how one streams, and what it is elsewhere."""

from __future__ import annotations

import pytest

from app.markup.document.blocks import Paragraph
from app.markup.document.flow import flatten
from app.markup.document.spans import plain_spans
from app.markup.kinds.alert import TONES, Alert, AlertTitle
from app.markup.kinds.quote import Quote
from app.markup.parse import parse
from app.markup.stream import MarkdownStream
from app.markup.text import markdown_of, plain_text, to_rich_html
from app.markup.transfer.writers.html import BrowserRenderer
from app.markup.transfer.writers.html_blocks import HtmlBlocks
from app.markup.transfer.writers.neutral import neutralise
from app.markup.transfer.writers.spelled import spelled
from tests.unit.markup.following import check
from tests.unit.markup.markdown_samples import pieces_of

FULL = """Before.

> [!TIP]
> One **line**
> and another.
>
> - a list
>   with `code`
>
> ```py
> x = 1
> ```
>
> $$
> x^2
> $$

After.
"""


@pytest.mark.parametrize("kind", TONES)
def test_each_of_the_five_is_an_alert_in_any_case_of_letters(kind: str) -> None:
    for sign in (kind, kind.upper(), kind.capitalize()):
        (block,) = parse(f"> [!{sign}]\n> Text.")
        assert isinstance(block, Alert)
        assert block.kind == kind
        assert block.span == (0, len(f"> [!{sign}]\n> Text."))


@pytest.mark.parametrize(
    "text",
    [
        ">[!NOTE]\n>Text.",
        "   > [!NOTE]  \n> Text.",
        "> [!NOTE]\nText.",  # a lazy line
        "> [!NOTE]\n>\n> Text.",
        "A line above\n> [!NOTE]\n> Text.",
        "- a list above\n\n> [!NOTE]\n> Text.",
        "> [!NOTE]\r\n> Text.",
    ],
)
def test_what_github_takes_for_an_alert_is_one(text: str) -> None:
    block = parse(text)[-1]
    assert isinstance(block, Alert)
    assert plain_text(block.children) == "Text."
    check(text, list(text))


@pytest.mark.parametrize(
    "text",
    [
        "> [!FOO]\n> Text.",
        "> [!NOTE] Text.",
        "> **[!NOTE]**\n> Text.",
        "> \\[!NOTE]\n> Text.",
        "> Text.\n> [!NOTE]",
        "> [!NOTE]",
        "> [!NOTE]\n>\n",
        "> [!NOTE]\n\nText.",
        "> > [!NOTE]\n> > Text.",
        "- > [!NOTE]\n  > Text.",
        ">     [!NOTE]\n> Text.",
    ],
)
def test_any_other_quotation_stays_one(text: str) -> None:
    def kinds(block: object) -> set[type]:
        inside = getattr(block, "children", getattr(block, "items", ()))
        return {type(block)}.union(*map(kinds, inside))

    found = set().union(*map(kinds, parse(text)))
    assert Alert not in found
    assert Quote in found
    assert "NOTE]" in plain_text(parse(text)) or "FOO]" in plain_text(parse(text))
    check(text, list(text))


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50])
def test_an_alert_streams_to_what_the_whole_parse_gives_with_all_that_is_in_it(size: int) -> None:
    check(FULL, pieces_of(FULL, size))


def test_every_beginning_of_a_stream_ends_as_the_parse_of_it() -> None:
    for end in range(len(FULL)):
        stream = MarkdownStream()
        for character in FULL[:end]:
            stream.feed(character)
        assert stream.finish().blocks == parse(FULL[:end])


def test_a_sign_alone_becomes_a_link_when_the_text_defines_it_later() -> None:
    text = "> [!NOTE]\n\nText.\n\n[!note]: /there\n"
    check(text, list(text))
    assert "<a" not in to_rich_html(parse("> [!NOTE]\n\nText.\n"))


def test_its_heading_is_a_row_of_its_own_before_what_it_holds() -> None:
    rows = list(flatten(parse("> [!Warning]\n> One.\n>\n> Two.")))
    assert [type(row.leaf) for row in rows] == [AlertTitle, Paragraph, Paragraph]
    assert [row.frames[0].first for row in rows] == [True, False, False]
    assert [row.top for row in rows] == [True, False, False]
    assert rows[0].frames[0].bar == TONES["warning"]


def test_copies_and_exports_name_it() -> None:
    blocks = parse("> [!CAUTION]\n> It **burns**.")
    assert plain_text(blocks) == "> Caution\n> It burns."
    assert to_rich_html(blocks) == (
        "<blockquote><p><strong>Caution</strong></p><p>It <strong>burns</strong>.</p></blockquote>"
    )
    assert spelled("> [!CAUTION]\n> It **burns**.") == "> Caution:\n>\n> It burns."
    page = HtmlBlocks(BrowserRenderer(fold=False), "m1-").html(blocks)
    assert "<strong>Caution</strong></p>" in page
    assert "border-color:var(--error)" in page
    assert "[!" not in page


def test_as_markdown_it_is_what_was_typed() -> None:
    text = "> [!note]  \n> It *holds*."
    assert markdown_of(text, parse(text)[0]) == text
    assert neutralise(FULL).text == FULL


def test_text_goes_on_in_an_open_alert() -> None:
    stream = MarkdownStream()
    stream.feed("> [!NOTE]\n> Some wor")
    tail = stream.feed("ds more").tail
    block = tail[-1].block
    assert isinstance(block, Alert)
    assert isinstance(block.children[-1], Paragraph)
    assert plain_spans(block.children[-1].spans) == "Some words more"
