"""Owns what stands in the composer: the draft of the shown chat, or a message that is edited."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.conversation import Message
from app.domain.errors import KnownError
from app.ui.bookmarks import Bookmarks
from app.ui.composer import Composer

_DRAFT_MS = 500


class Drafting(QObject):
    """Keeps the draft of one chat at a time, also while an older message is edited instead.

    Signals:
        paused: Nothing was typed for a moment.
        failed: (KnownError) the draft could not be kept.
        changed: An edit began or ended.

    Attributes:
        editing: Id of the message that is edited; None while a new one is written.
    """

    paused = Signal()
    failed = Signal(object)
    changed = Signal()

    def __init__(self, composer: Composer, bookmarks: Bookmarks, parent: QObject) -> None:
        super().__init__(parent)
        self._composer, self._bookmarks = composer, bookmarks
        self.editing: str | None = None
        self._chat_id = ""
        self._kept = ""  # the draft as it was last kept
        self._set_aside = ""  # the draft while an older message stands in the composer
        self._clock = QTimer(self, singleShot=True, interval=_DRAFT_MS)
        self._clock.timeout.connect(self.save)
        self._clock.timeout.connect(self.paused)
        composer.text_changed.connect(self._on_typed)
        composer.edit_cancelled.connect(self.cancel_edit)

    def open(self, chat_id: str, draft: str) -> None:
        """Another chat is shown."""
        self._chat_id, self._kept = chat_id, draft
        self._composer.set_text(draft)

    def close(self) -> None:
        """The chat is left: an edit is given up, the draft kept."""
        self.cancel_edit()
        self.save()
        self._chat_id = ""

    def save(self) -> None:
        """Keep what is typed and not sent."""
        self._clock.stop()
        if not self._chat_id:
            return
        draft = self._set_aside if self.editing is not None else self._composer.text()
        if draft == self._kept:
            return
        self._kept = draft
        try:
            self._bookmarks.keep_draft(self._chat_id, draft)
        except KnownError as error:
            self.failed.emit(error)

    def sent(self) -> None:
        """What stood in the composer is a message now."""
        self._composer.set_text("")
        self.save()

    def give_back(self, text: str) -> None:
        """What was sent could not be stored: it stands before what was typed since."""
        typed = self._composer.text()
        self._composer.set_text(f"{text}\n{typed}" if typed else text)

    def take(self, prompt: str) -> None:
        """Begin with a text that was chosen."""
        self._composer.set_text(prompt)
        self._composer.setFocus()

    def edit(self, message: Message) -> None:
        """Put a message into the composer, to be sent in other words."""
        if self.editing is None:
            self._set_aside = self._composer.text()
        self.editing = message.id
        self._composer.set_editing(editing=True)
        self.take(message.content)
        self.changed.emit()

    def cancel_edit(self) -> bool:
        """Bring the draft back; tell whether a message was edited."""
        if self.editing is None:
            return False
        self.editing = None
        self._composer.set_editing(editing=False)
        self.take(self._set_aside)
        self._set_aside = ""
        self.changed.emit()
        return True

    def _on_typed(self, text: str) -> None:
        if self._chat_id and self.editing is None and text != self._kept:
            self._clock.start()
