"""The messages of the shown chat, with what of an answer in progress is not stored yet."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from time import monotonic

from app.domain.conversation import BranchMessage, Conversation, Message
from app.domain.generation import Role
from app.services.registry import Services
from app.ui.conversation.live_answer import AnswerGrown, LiveAnswer
from app.ui.conversation.notices.truncation_notice import TruncationNotice
from app.ui.transcript.view import TranscriptView
from app.ui.transcript.viewport.scroll_anchor import ScrollPosition


class ShownBranch:
    """Puts messages into the transcript, and has the answer grow in its place.

    Attributes:
        messages: The branch, as last read.
        live: The answer in progress, in whichever chat.
    """

    def __init__(self, services: Services, transcript: TranscriptView) -> None:
        self._transcript = transcript
        self._left_out = TruncationNotice(services, transcript)
        self._chat: Conversation | None = None
        self.messages: tuple[BranchMessage, ...] = ()
        self.live = LiveAnswer()

    @property
    def left_out(self) -> tuple[str, ...]:
        """Messages that were left out of the last answer's prompt."""
        return self._left_out.ids

    @property
    def growing(self) -> bool:
        """Whether the answer in progress is one of them."""
        return self.message(self.live.id) is not None

    def message(self, message_id: str) -> Message | None:
        """One of them; None where it is elsewhere."""
        return next((b.message for b in self.messages if b.message.id == message_id), None)

    def last(self, role: Role) -> Message | None:
        """The last message of ``role``."""
        return next((b.message for b in reversed(self.messages) if b.message.role is role), None)

    def summary(self) -> tuple[str, str] | None:
        """Message id and text of the summary in force; None where there is none."""
        found = self._left_out.summary(self._chat, self.messages)
        return (self.messages[found[0]].message.id, found[1]) if found else None

    def show(
        self,
        chat: Conversation | None,
        messages: Sequence[BranchMessage],
        anchor: ScrollPosition | None,
    ) -> None:
        """Show the messages of a chat.

        Args:
            chat: It.
            messages: As the store has them.
            anchor: Where the reader is; None for the end.
        """
        self._chat = chat
        self.messages = self.live.merged_into(messages)
        self._transcript.set_branch(self.messages, anchor=anchor)
        if self.growing:
            self._transcript.begin_answer(self.live.id)
        answer = self.last(Role.ASSISTANT)
        self.mark_left_out(answer.left_out if answer else ())

    def update(self, messages: Sequence[BranchMessage]) -> None:
        """The same chat has other messages now."""
        self.messages = self.live.merged_into(messages)
        self._transcript.update_branch(self.messages)
        self.mark_left_out(self.left_out)  # its summary may be another now

    def differs(self, messages: Sequence[BranchMessage]) -> bool:
        """Whether the store has other messages than those that are shown."""
        return self.live.merged_into(messages) != self.messages

    def mark_left_out(self, ids: Sequence[str]) -> None:
        """Dim what the model does not see."""
        self._left_out.show(ids, self._chat, self.messages)

    # --- the answer in progress ---------------------------------------------------------------

    def begin(self, message_id: str, *, here: bool) -> None:
        """An answer has begun, ``here`` or in another chat."""
        self.live.begin(message_id)
        if here:
            self.messages = self.live.merged_into(self.messages)
            self._transcript.update_branch(self.messages)
            self._transcript.begin_answer(message_id)

    def grow(self, event: AnswerGrown, *, here: bool) -> bool:
        """More of it came; whether it was shown."""
        piece = self.live.append(event, monotonic())
        if piece is None or not here:
            return False
        self._transcript.feed(event.message_id, piece)
        return True

    def end(self, message: Message, *, here: bool) -> None:
        """It has ended, and this is how it is stored."""
        as_shown = self.live.end(message)
        if not here:
            return
        self.messages = tuple(
            replace(item, message=message) if item.message.id == message.id else item
            for item in self.messages
        )
        self._transcript.finish(message)
        if not as_shown:
            anchor = self._transcript.scroll_position()
            self._transcript.set_branch(self.messages, anchor=anchor)
        self.mark_left_out(message.left_out)
