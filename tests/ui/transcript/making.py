"""Chats for the transcript's tests, and waiting until they stand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from pytestqt.qtbot import QtBot

from app.domain.conversation import BranchMessage, Message, MessageStatus, Version
from app.domain.generation import Role, Timings
from app.domain.parts import Part, PlacedPart, ReasoningPart
from app.ui.transcript.view import TranscriptView

QUESTION = "Question %d: how is this done?"

MIXED = """## Steps

First some *emphasis*, **strength**, `code` and a [link](https://example.org/a).

- one item
- another with $x^2$ inside
  1. nested

```python
def square(x: int) -> int:
    return x * x
```

| Name | Value |
|------|------:|
| a    | 1     |
| b    | 22    |

> A quotation, and $$\\frac{1}{2}$$

Done.
"""


def entry(
    number: int,
    text: str,
    *,
    user: bool | None = None,
    status: MessageStatus = MessageStatus.COMPLETE,
    versions: tuple[int, int] = (1, 1),
    error: str = "",
    timings: Timings | None = None,
    parts: Sequence[Part] = (),
) -> BranchMessage:
    """A message; even ones are the user's unless told otherwise.

    ``parts`` stand before the text.
    """
    by_user = number % 2 == 0 if user is None else user
    message = Message(
        id=f"{number:032x}",
        conversation_id="c" * 32,
        parent_id=f"{number - 1:032x}" if number else None,
        role=Role.USER if by_user else Role.ASSISTANT,
        content=text,
        status=status,
        created_at=datetime(2026, 11, 21, tzinfo=UTC),
        error=error,
        timings=timings,
        placed=tuple(PlacedPart(0, part) for part in parts),
    )
    return BranchMessage(message, Version(*versions))


def thought(number: int, reasoning: str, text: str) -> BranchMessage:
    """An answer with the reasoning before it."""
    return entry(number, text, parts=[ReasoningPart(reasoning)])


def chat_of(texts: Sequence[str]) -> list[BranchMessage]:
    """A chat of the given texts, beginning with the user's."""
    return [entry(number, text) for number, text in enumerate(texts)]


def long_chat(count: int) -> list[BranchMessage]:
    """Questions and mixed answers."""
    return chat_of([f"Answer {i}.\n\n{MIXED}" if i % 2 else QUESTION % i for i in range(count)])


def settle(view: TranscriptView, qtbot: QtBot) -> None:
    """Until late formulas and colours are there."""
    qtbot.waitUntil(lambda: view.idle, timeout=30_000)
