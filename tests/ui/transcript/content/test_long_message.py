"""A long message is read and settled between frames, and ends as if it had been read at once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.conversation import MessageStatus
from app.markup.parse import parse
from app.ui.transcript.content import message_model as model_module
from app.ui.transcript.content.message_model import PARSED_AT_ONCE, MessageModel
from app.ui.transcript.content.row import Measures
from tests.ui.transcript.making import MIXED, entry, thought

MEASURES = Measures(column=700, char_width=7.0, line=20.0, code_line=18.0, zoom=1.0)
LONG = MIXED * 60
ITEMS = "".join("  " * (i % 5) + f"- item **{i}** with text\n" for i in range(1500))


@pytest.fixture(autouse=True)
def no_time_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each turn does the least it can, so that there are as many as possible."""
    monkeypatch.setattr(model_module, "SLICE_SECONDS", -1.0)


def turns(model: MessageModel) -> int:
    """Read to the end; how many turns of the event loop it took."""
    count = 0
    while model.has_unparsed:
        model.parse_slice(MEASURES)
        count += 1
        assert count < 10_000
    return count


@pytest.mark.parametrize("text", [LONG, ITEMS, "[a]\n\n" * 2000 + "[a]: http://x.y\n"])
def test_it_takes_many_short_turns_and_ends_as_the_whole_parse(text: str) -> None:
    assert len(text) > PARSED_AT_ONCE
    model = MessageModel(entry(1, text), left_out=False)
    model.open(MEASURES)
    assert model.has_unparsed
    assert turns(model) > len(text) // 1000
    assert model.blocks == parse(text)
    assert model.stream is None
    assert len(model.heights) == len(model.rows)


def test_the_end_of_a_long_stream_is_settled_later_and_shows_no_less_meanwhile() -> None:
    streaming = entry(1, "", status=MessageStatus.STREAMING)
    model = MessageModel(streaming, left_out=False)
    model.open(MEASURES)
    for start in range(0, len(ITEMS), 97):
        model.feed(ITEMS[start : start + 97], MEASURES)
    before = len(model.rows)
    done = replace(streaming.message, content=ITEMS, status=MessageStatus.COMPLETE)
    model.finish(done, MEASURES)
    assert model.has_unparsed
    assert len(model.rows) >= before
    assert turns(model) > 5
    assert model.blocks == parse(ITEMS)


def test_a_message_that_is_being_settled_may_be_folded_and_fed_again() -> None:
    model = MessageModel(thought(1, "hm", LONG), left_out=False)
    model.open(MEASURES)
    while model.unparsed_characters:
        model.parse_slice(MEASURES)
    assert model.has_unparsed  # all is read, the end is not settled
    model.refold(0, MEASURES)
    turns(model)
    assert model.blocks is not None
    assert model.blocks[1:] == parse(LONG)
    model.feed(" more", MEASURES)
    assert model.stream is not None


def test_a_short_answer_is_settled_at_once() -> None:
    streaming = entry(1, "", status=MessageStatus.STREAMING)
    model = MessageModel(streaming, left_out=False)
    model.open(MEASURES)
    model.feed(MIXED, MEASURES)
    model.finish(replace(streaming.message, content=MIXED, status=MessageStatus.COMPLETE), MEASURES)
    assert not model.has_unparsed
    assert model.blocks == parse(MIXED)
