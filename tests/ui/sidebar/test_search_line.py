"""What the one line below a search hit's title shows."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from app.domain.conversation import SearchHit
from app.domain.generation import Role
from app.ui.sidebar.search_results import _fitted


def line_of(snippet: str, found: str, width: int) -> tuple[str, list[str]]:
    start = snippet.index(found)
    place, then = (start, len(found)), datetime(2026, 1, 2, tzinfo=UTC)
    hit = SearchHit("c", "m", "Title", snippet, (place,), then, Role.USER)
    text, marks = _fitted(hit, "You", len, width)
    return text, [text[begin : begin + length] for begin, length in marks]


@pytest.mark.parametrize(
    ("snippet", "found", "width", "shown", "marked"),
    [
        ("the chat as Markdown", "chat", 30, "You: the chat as Markdown", ["chat"]),
        ("the chat as Markdown that reads", "chat", 20, "You: the chat as Ma…", ["chat"]),
        ("one two three four five", "four", 18, "You: …three four…", ["four"]),
        ("Donaudampfschiff", "Donaudampfschiff", 12, "You: Donaud…", ["Donaud…"]),
    ],
)
def test_a_line_that_is_too_long_ends_in_dots(
    snippet: str, found: str, width: int, shown: str, marked: list[str]
) -> None:
    assert line_of(snippet, found, width) == (shown, marked)
