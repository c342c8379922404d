"""The answer in progress, in whichever chat: its text so far and its activity."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from app.domain.conversation import BranchMessage
from app.services.chat.activity import IDLE, STARTED, Activity
from app.services.core.events import AnswerStep, AnswerTextAdded


class LiveAnswer:
    """Follows one answer at a time from its start to its end.

    Attributes:
        id: The message that is being written; empty when there is none.
        activity: What the status line says of it.
    """

    def __init__(self) -> None:
        self.id = ""
        self.activity: Activity = IDLE
        self._pieces: list[str] = []
        # What an answer said before it was continued. The store may be ahead of the events that
        # are still on their way here, so it cannot be asked: text would be shown twice.
        self._resumed: dict[str, str] = {}

    @property
    def text(self) -> str:
        """All of it that has arrived."""
        if len(self._pieces) > 1:
            self._pieces = ["".join(self._pieces)]
        return self._pieces[0] if self._pieces else ""

    def resume(self, message_id: str, said: str) -> None:
        """An answer that says ``said`` already is about to be continued."""
        self._resumed[message_id] = said

    def begin(self, message_id: str) -> None:
        """An answer has been started."""
        self.id = message_id
        self._pieces = [self._resumed.pop(message_id, "")]
        self.activity = STARTED

    def step(self, step: AnswerStep) -> None:
        """Something other than text happened."""
        self.activity = self.activity.after_step(step)

    def append(self, event: AnswerTextAdded, now: float) -> bool:
        """Take more text, at ``now`` seconds; return whether it belongs to this answer."""
        if event.message_id != self.id:
            return False
        self._pieces.append(event.text)
        self.activity = self.activity.after_text(event.tokens, now)
        return True

    def end(self) -> str:
        """Forget the answer; give its text as it was shown."""
        text = self.text
        self.id, self._pieces, self.activity = "", [], IDLE
        return text

    def clear_activity(self) -> None:
        """Nothing came of what was started."""
        self.activity = IDLE

    def merged_into(self, branch: Iterable[BranchMessage]) -> tuple[BranchMessage, ...]:
        """The stored branch, with the text that is not stored yet."""
        return tuple(
            replace(item, message=replace(item.message, content=self.text))
            if item.message.id == self.id
            else item
            for item in branch
        )
