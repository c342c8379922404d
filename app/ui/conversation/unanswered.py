"""Messages that have no answer yet: for want of a model, or of room in the context window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.conversation import Message, MessageStatus
from app.domain.errors import EngineDiedError, KnownError, NotFoundError
from app.domain.generation import OverflowPolicy, Role, StopReason
from app.language import tr
from app.services.registry import Services
from app.ui.conversation.chat_pane import ChatPane
from app.ui.conversation.notices.error_actions import MODEL_PROBLEM, REFUSAL, problem_kind

if TYPE_CHECKING:
    from app.ui.conversation.chat_controller import ChatController


class Unanswered:
    """Answers what waited, and carries along what had no room."""

    def __init__(self, services: Services, pane: ChatPane, controller: ChatController) -> None:
        self._services, self._pane, self._controller = services, pane, controller
        self._waiting = ""  # id of an answer that could not begin for want of a model

    def ended(self, message: Message, error: KnownError | None, *, here: bool) -> KnownError | None:
        """An answer ended; give what is to be told over the chat that is shown.

        What became of an answer elsewhere stands there; the want of a model concerns every chat.

        Args:
            message: The answer.
            error: Why it ended, if it failed.
            here: Whether it belongs to the chat that is shown.
        """
        if error is None and message.stop_reason is StopReason.ENGINE_DIED:
            error = EngineDiedError(tr("The engine stopped in the middle of this answer."))
        if error is not None and problem_kind(error) == MODEL_PROBLEM:
            if not message.content:
                self._waiting = message.id
            return error
        return error if here else None

    def model_ready(self) -> None:
        """A model is loaded: the answer that waited for one is written."""
        waiting, self._waiting = self._waiting, ""
        if waiting:
            self._answer(waiting)

    def new_chat(self) -> None:
        """Begin a chat with the message that had no room in this one."""
        typed, before = self._pane.composer.text().strip(), self._controller.chat
        failed, question = self._failed(), self._controller.last(Role.USER)
        if typed:
            self._pane.composer.set_text("")
        elif failed is not None and question is not None:
            typed = question.content  # it was sent before it was known to have no room
        now = self._controller.new_chat()
        if before is not None:
            self._pane.composer.attachments.carry_over(before, now)
        if typed:
            self._controller.drafting.use_prompt(typed)

    def leave_out(self) -> None:
        """Let the oldest messages fall out from now on, and send what had no room."""
        update = self._services.settings.update
        if not self._controller.attempt(lambda: update(overflow=OverflowPolicy.LEAVE_OUT)):
            return
        self._pane.banner.withdraw(REFUSAL)
        self._services.context.forget_refusal()
        typed, failed = self._pane.composer.text(), self._failed()
        if typed.strip():
            self._controller.send(typed)
        elif failed is not None:
            self._answer(failed.id)

    def _failed(self) -> Message | None:
        """The last answer of the shown chat, if it could not begin."""
        last = self._controller.last(Role.ASSISTANT)
        return last if last is not None and last.status is MessageStatus.FAILED else None

    def _answer(self, answer_id: str) -> None:
        try:
            message = self._services.library.chats.message(answer_id)
        except NotFoundError:
            return  # it was deleted meanwhile
        if message.status is not MessageStatus.FAILED or self._controller.answering:
            return
        own = self._services.chat_options.use_own_model
        if self._controller.attempt(lambda: own(message.conversation_id)):  # another is shown
            self._controller.continue_answer(answer_id)
