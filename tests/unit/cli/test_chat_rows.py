"""What a message has beside its text is told in its place, as an export tells it."""

from __future__ import annotations

from dataclasses import replace

from app.cli.chats.rows import message_lines
from app.domain.parts import AttachmentPart, PlacedPart, ReasoningPart, ToolCallPart, ToolResultPart
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
