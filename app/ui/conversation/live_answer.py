"""The answer in progress, in whichever chat: its parts so far and its activity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TypeAlias

from app.domain.conversation import BranchMessage, Message
from app.domain.parts import Part, PlacedPart, ReasoningPart, TextPart, joined_pieces, placed_parts
from app.services.chat.activity import IDLE, STARTED, Activity
from app.services.core.events import (
    AnswerPartAdded,
    AnswerReasoningAdded,
    AnswerReasoningEnded,
    AnswerStep,
    AnswerTextAdded,
)

AnswerGrown: TypeAlias = (
    AnswerTextAdded | AnswerReasoningAdded | AnswerReasoningEnded | AnswerPartAdded
)


class LiveAnswer:
    """Follows one answer at a time from its start to its end.

    Attributes:
        id: The message that is being written; empty when there is none.
        activity: What is done for it.
    """

    def __init__(self) -> None:
        self.id = ""
        self.activity: Activity = IDLE
        self._pieces: list[Part] = []
        # What an answer said before it was continued. The store may be ahead of the events that
        # are still on their way here, so it cannot be asked: text would be shown twice.
        self._resumed: dict[str, tuple[Part, ...]] = {}

    def _said(self) -> tuple[str, tuple[PlacedPart, ...]]:
        """All of it that has arrived: the text, and the other parts in it."""
        self._pieces = list(joined_pieces(self._pieces))
        return placed_parts(self._pieces)

    def resume(self, message: Message) -> None:
        """An answer that says something already is about to be continued."""
        self._resumed[message.id] = message.parts

    def begin(self, message_id: str) -> None:
        """An answer has been started."""
        self.id = message_id
        self._pieces = [*self._resumed.pop(message_id, ())]
        self.activity = STARTED

    def step(self, step: AnswerStep) -> None:
        """Something other than text happened."""
        self.activity = self.activity.after_step(step)

    def append(self, event: AnswerGrown, now: float) -> Part | None:
        """Take more of the answer, at ``now`` seconds; what it is, None for another answer's."""
        if event.message_id != self.id:
            return None
        piece = _piece(event)
        self._pieces.append(piece)
        if isinstance(event, AnswerTextAdded | AnswerReasoningAdded):
            self.activity = self.activity.after_text(event.tokens, now)
        return piece

    def end(self, message: Message) -> bool:
        """Forget the answer; whether it was shown as it is stored."""
        same = _words(*self._said()) == _words(message.content, message.placed)
        self.id, self._pieces, self.activity = "", [], IDLE
        return same

    def clear_activity(self) -> None:
        """Nothing came of what was started."""
        self.activity = IDLE

    def merged_into(self, branch: Iterable[BranchMessage]) -> tuple[BranchMessage, ...]:
        """The stored branch, with what of the answer is not stored yet."""
        content, placed = self._said()
        return tuple(
            replace(item, message=replace(item.message, content=content, placed=placed))
            if item.message.id == self.id
            else item
            for item in branch
        )


def _piece(event: AnswerGrown) -> Part:
    match event:
        case AnswerTextAdded():
            return TextPart(event.text)
        case AnswerReasoningAdded():
            return ReasoningPart(event.text, closed=False)
        case AnswerReasoningEnded():
            return ReasoningPart("", event.seconds)
        case AnswerPartAdded():
            return event.part


def _words(content: str, placed: tuple[PlacedPart, ...]) -> tuple[str, list[object]]:
    """What is read of a message; how long its reasoning took is not."""
    parts = (one.part for one in placed)
    return content, [part.text if isinstance(part, ReasoningPart) else part for part in parts]
