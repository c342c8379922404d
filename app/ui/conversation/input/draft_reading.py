"""What the model does with a draft before it is sent: it measures it, and reads it ahead."""

from __future__ import annotations

from collections.abc import Callable

from app.domain.conversation import Conversation
from app.services.registry import Services
from app.ui.conversation.composer import Composer


class DraftReading:
    """Has the draft of the shown chat measured, and what stands already read.

    Args:
        services: Do both; what they find arrives as events.
        composer: Has the draft and its documents.
        shown: Gives the chat that is shown; None while an answer is shown as being written.
        editing: Whether a message that was sent before is in the composer.
    """

    def __init__(
        self,
        services: Services,
        composer: Composer,
        shown: Callable[[], Conversation | None],
        editing: Callable[[], bool],
    ) -> None:
        self._services, self._composer = services, composer
        self._shown, self._editing = shown, editing

    def measure(self) -> None:
        """Ask how full the context is with what is typed, then read ahead."""
        chat = self._shown()
        if chat is not None:
            self._services.context.measure(chat.id, self._composer.text())
            self.read_ahead()

    def read_ahead(self) -> None:
        """Have the model read what stands already; it comes last of all that it is asked."""
        chat = self._shown()
        if chat is not None:
            draft = "" if self._editing() else self._composer.text()
            given = self._composer.attachments.waiting(chat.id).parts
            self._services.ahead.wish(chat.id, draft, given)
