"""What goes with a question, from the composer until the question is stored."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.parts import Part
from app.ui.conversation.input.attachment_bar import AttachmentBar, Waiting
from app.ui.conversation.input.form_choice import ChosenForm, FormChoice


@dataclass(frozen=True, slots=True)
class _Sent:
    """What one question took along."""

    waiting: Waiting
    form: ChosenForm | None


class SentParts:
    """Takes documents and form along with a question, and back if that could not be stored.

    Args:
        attachments: The documents that go with the next message of each chat.
        form: The form that the next message of each chat asks for.
    """

    def __init__(self, attachments: AttachmentBar, form: FormChoice) -> None:
        self._attachments = attachments
        self._form = form
        self._sent: dict[str, _Sent] = {}  # of questions that are not stored yet

    @property
    def none_waiting(self) -> bool:
        """Whether nothing goes with the next message of the chat that is shown."""
        return self._attachments.empty and self._form.empty

    def waiting(self, chat_id: str) -> tuple[Part, ...]:
        """What goes with the next message of a chat."""
        return (*self._attachments.waiting(chat_id).parts, *self._form.parts(chat_id))

    def take(self, chat_id: str) -> None:
        """They were sent: the message after that has none of them."""
        self._sent[chat_id] = _Sent(self._attachments.clear(chat_id), self._form.take(chat_id))

    def on_stored(self, chat_id: str) -> None:
        """They are stored with the question."""
        self._sent.pop(chat_id, None)

    def give_back(self, chat_id: str) -> None:
        """The question could not be stored: they go with the next one again."""
        sent = self._sent.pop(chat_id, None)
        if sent is not None:
            self._attachments.restore(chat_id, sent.waiting)
            self._form.restore(chat_id, sent.form)
