"""What a message has beside its text is told in its place, as an export tells it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from app.cli.chats.rows import chat_lines, message_lines, message_row
from app.domain.conversation import BranchMessage, Version
from app.domain.parts import AttachmentPart, PlacedPart, ReasoningPart, ToolCallPart, ToolResultPart
from tests.support.languages import speaking
from tests.unit.markup.transfer.making import conversation_of


def test_every_kind_of_part_is_told_in_its_place() -> None:
    message = conversation_of("Question", "Before. After.").messages[1]
    placed = (
        PlacedPart(0, ReasoningPart("Let me see.\nYes.")),
        PlacedPart(0, AttachmentPart("report.pdf", size=2048)),
        PlacedPart(8, ToolCallPart("search", '{"query": "salt"}')),
        PlacedPart(8, ToolResultPart("Rivers\x1b[31m bring it.", "search")),
    )
    lines = message_lines(replace(message, placed=placed))
    assert lines[:2] == ["┊ Let me see.", "┊ Yes."]
    told = "\n".join(lines)
    assert "report.pdf" in told
    assert told.index("Before.") < told.index("salt") < told.index("bring it.")
    assert told.index("bring it.") < told.index("After.")
    assert "\x1b" not in told
    assert message_lines(message) == ["Before. After."]


def test_why_an_answer_failed_is_told_behind_what_it_says() -> None:
    message = replace(conversation_of("Question", "So far").messages[1], error="No room.\x1b[2J")
    assert message_lines(message)[:2] == ["So far", ""]
    assert message_lines(message)[2].startswith("┊ No room.")
    assert "\x1b" not in message_lines(message)[2]
    assert message_lines(replace(message, content="", error="No room.")) == ["┊ No room."]
    row = message_row(BranchMessage(replace(message, error="No room."), Version(1, 1)))
    assert row["error"] == "No room."


def test_titles_stand_below_each_other_in_the_longest_month_of_german() -> None:
    chats = [
        replace(
            conversation_of("Q", title="Title").conversation,
            updated_at=datetime(2026, m, 30, tzinfo=UTC),
        )
        for m in (9, 5)
    ]
    with speaking("de"):
        lines = chat_lines(chats)
    assert len({line.index("Title") for line in lines}) == 1
