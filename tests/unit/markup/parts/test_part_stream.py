"""A message in pieces ends as the blocks of the whole, whatever its parts and the cuts."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.parts import (
    CitationPart,
    Part,
    PlacedPart,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    joined_pieces,
    placed_parts,
)
from app.markup.document.blocks import Paragraph
from app.markup.parse import parse
from app.markup.parts.reasoning import Thinking
from app.markup.parts.registry import blocks_of, shown_parts
from app.markup.parts.stream import PartStream
from app.markup.parts.tools import ToolUse
from app.markup.text import plain_text
from tests.unit.markup.parts.part_samples import EVERY_PART
from tests.unit.markup.transfer.making import parts as any_part


def pieces(parts: list[Part], size: int) -> list[Part]:
    """The same as they are streamed: texts and reasoning in pieces."""
    found: list[Part] = []
    for part in parts:
        if not isinstance(part, TextPart | ReasoningPart):
            found.append(part)
            continue
        for at in range(0, len(part.text), size):
            piece = replace(part, text=part.text[at : at + size])
            open_ = isinstance(piece, ReasoningPart)
            found.append(replace(piece, closed=False) if open_ else piece)  # type: ignore[call-arg]
        if isinstance(part, ReasoningPart):
            found.append(replace(part, text="", closed=True))
    return found


texts = st.text("ab *`\n#>-[1]:", max_size=30).map(TextPart)
messages = st.lists(texts | any_part, max_size=6)


@settings(deadline=None, max_examples=80)
@given(messages, st.integers(1, 9))
def test_a_message_in_pieces_has_the_blocks_of_the_whole(parts: list[Part], size: int) -> None:
    parts = [
        replace(part, closed=True) if isinstance(part, ReasoningPart) else part for part in parts
    ]
    content, placed = placed_parts(joined_pieces(parts))
    stream = PartStream()
    for piece in pieces(list(joined_pieces(parts)), size):
        stream.take(piece)
    whole: list[int] = []
    assert stream.finish().blocks == blocks_of(shown_parts(content, placed), whole)
    assert stream.starts == whole


def test_a_result_stands_in_the_card_of_its_call_and_another_does_not() -> None:
    call = ToolCallPart("sum", "1 + 1", "a")
    (both,) = blocks_of([call, ToolResultPart("2", "sum", "a")])
    assert isinstance(both, ToolUse)
    assert plain_text(both.children) == "1 + 1\n\nResult\n\n2"
    assert len(blocks_of([call, ToolResultPart("2", "sum", "b")])) == 2
    failed = blocks_of([call, ToolResultPart("no such sum", failed=True)])
    assert isinstance(failed[0], ToolUse)
    assert failed[0].heading() == "Tool: sum \u00b7 failed"


def test_an_empty_piece_has_nothing_redrawn() -> None:
    stream = PartStream()
    tail = stream.feed("Some *words").tail
    update = stream.feed("")
    assert (update.closed, update.tail, update.tail_same) == ((), tail, True)


def test_a_citation_in_the_middle_of_a_sentence_does_not_divide_it() -> None:
    placed = (PlacedPart(7, CitationPart("Book", label="1")),)
    first, *rest = blocks_of(shown_parts("It is so [1], they say.", placed))
    assert first == parse("It is so [1], they say.")[0]
    assert [block.plain() for block in rest] == ["Sources\n[1] Book"]


def test_reasoning_says_how_long_it_took_and_whether_it_was_cut() -> None:
    def label(part: ReasoningPart) -> str:
        (block,) = blocks_of([part])
        assert isinstance(block, Thinking)
        return block.frame(first=True).label(3)

    assert label(ReasoningPart("a b c", 12.4)) == "Thought for 12 s \u00b7 3 words"
    assert label(ReasoningPart("a b c", 125)) == "Thought for 2 min 5 s \u00b7 3 words"
    assert label(ReasoningPart("a b c")) == "Reasoning \u00b7 3 words"
    assert label(ReasoningPart("a b c", closed=False)) == "Thinking ended early \u00b7 3 words"


def test_no_name_of_a_part_commands_a_terminal_or_turns_letters_round() -> None:
    evil = "a\x1b[2J\u202eb\nc\ud800"
    for part in EVERY_PART:
        names = {
            f: evil for f in ("name", "title", "label", "kind", "media_type") if hasattr(part, f)
        }
        for block in blocks_of([replace(part, **names)]):
            shown = block.plain()
            assert not set(shown) & {"\x1b", "\u202e", "\ud800"} or isinstance(block, Paragraph)
