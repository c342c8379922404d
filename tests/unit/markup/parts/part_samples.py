"""A message with a part of every kind."""

from __future__ import annotations

from app.domain.parts import (
    AttachmentPart,
    CitationPart,
    FormPart,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
)

EVERY_PART = (
    ReasoningPart("First *this*.\n\n```\nopen", 12.5),
    TextPart("Let me look.\n\n```py\nx = 1\n```\n"),
    ToolCallPart("sum", '{"a": 1}', "t1"),
    ToolResultPart("2 </details> ```", "sum", "t1"),
    TextPart("It is 2, as the page says [1]"),
    CitationPart("A [page]", "https://e.example/(a)", "two", 3, "1", "found"),
    TextPart(", and so on."),
    AttachmentPart("notes *of* me.pdf", "application/pdf", 1234, "ab" * 32),
    FormPart("table", "{}", valid=True),
)
