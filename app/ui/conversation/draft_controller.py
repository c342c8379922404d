"""What stands in the composer: the draft of the shown chat, or a message that is edited."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.conversation import Conversation, Edit, Message
from app.domain.errors import KnownError
from app.language import tr
from app.services.core.events import Asked
from app.ui.conversation.composer import Composer
from app.ui.conversation.view_state import ViewStates

SAVE_MS = 500
"""At most so long after a key press what was typed is on its way to the disk, milliseconds."""
_PAUSE_MS = 500
_STEADY_MS = 1_500
"""Between two looks at a text that is typed without a pause, milliseconds: about a word."""
_KEPT = tr("What you typed is kept. Edit the message again to go on with it.")


class DraftController(QObject):
    """Keeps what is typed, both the draft of a chat and the edits of its messages.

    An edit that is left by switching chats, by closing the window or by a crash is there again
    with its chat. One that is given up (Esc) makes room for the draft; it waits for its message
    to be edited again.

    Signals:
        paused: Nothing was typed for a moment.
        went_on: More was typed, without a pause yet.
        failed: (KnownError) what is typed could not be kept.
        changed: An edit began or ended.
        told: (sentence) what became of an edit.
    """

    paused = Signal()
    went_on = Signal()
    failed = Signal(KnownError)
    changed = Signal()
    told = Signal(str)

    def __init__(self, composer: Composer, bookmarks: ViewStates, parent: QObject) -> None:
        super().__init__(parent)
        self._composer, self._bookmarks = composer, bookmarks
        self._edited: Message | None = None
        self._chat_id = ""
        # What was typed, as it was last kept: the edit while there is one. None: not yet at all.
        self._kept: str | None = ""
        self._set_aside = ""  # the draft while an older message stands in the composer
        # The one runs on while keys are pressed, or a long sentence would be nowhere until its end.
        self._clock = QTimer(self, singleShot=True, interval=SAVE_MS)
        self._clock.timeout.connect(self.save)
        self._pause = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._pause.timeout.connect(self.paused)
        self._steady = QTimer(self, singleShot=True, interval=_STEADY_MS)
        self._steady.timeout.connect(self.went_on)
        composer.text_changed.connect(self._on_typed)
        composer.edit_cancelled.connect(self.cancel_edit)

    @property
    def editing(self) -> str | None:
        """Id of the message that is edited; None while a new one is written."""
        return None if self._edited is None else self._edited.id

    def open(self, chat: Conversation) -> None:
        """Another chat is shown: its draft, or the edit that was left open in it."""
        self._chat_id, self._kept = chat.id, self._bookmarks.draft_of(chat)
        draft = self._kept
        self._composer.set_text(draft)
        found = self._bookmarks.open_edit(chat.id)
        if found is not None:
            self._set_aside = draft
            self._show_edit(*found)

    def close(self) -> None:
        """The chat is left; what is typed is kept with it."""
        self.save()
        self.release()

    def release(self) -> str:
        """Let go of the chat, keeping nothing; gives what was typed."""
        typed = _joined(self._set_aside, self._composer.text())
        self._clock.stop()
        self._pause.stop()
        self._steady.stop()
        self._chat_id = self._set_aside = ""
        if self._edited is not None:
            self._end_edit("")
        return typed

    def save(self) -> None:
        """Keep what is typed and not sent."""
        self._clock.stop()
        text = self._composer.text()
        if not self._chat_id or (text == self._kept and self._bookmarks.safe(self._chat_id)):
            return
        self._kept = text
        try:
            if self._edited is None:
                self._bookmarks.keep_draft(self._chat_id, text)
            else:
                self._bookmarks.keep_edit(self._chat_id, Edit(self._edited.id, text, open=True))
        except KnownError as error:
            self.failed.emit(error)

    def on_sent(self) -> None:
        """What stood in the composer is a message now, and its edit or draft is done."""
        if self._edited is None:
            self._composer.set_text("")
            self.save()
        else:
            self._bookmarks.edit_sent(self._edited.id)
            self._end_edit(self._set_aside)
            self._composer.setFocus()

    def restore_unsent(self, chat_id: str, asked: Asked) -> None:
        """What was sent could not be stored: it stands before what was typed since.

        Raises:
            KnownError: It cannot be kept in a chat that is not shown.
        """
        if chat_id != self._chat_id or (asked.edited and self._edited):
            self._bookmarks.give_back(chat_id, asked)
        elif asked.edited:
            self.save()
            self._set_aside = self._composer.text()
            self._show_edit(self._bookmarks.message(asked.edited), asked.text)
            self._kept = None
        elif self._edited is not None:
            self._set_aside = _joined(asked.text, self._set_aside)
            self._bookmarks.keep_draft(chat_id, self._set_aside)
        else:
            self._composer.set_text(_joined(asked.text, self._composer.text()))
        self.save()

    def use_prompt(self, prompt: str) -> None:
        """Begin with a text that was chosen; what is typed stays above it."""
        self._composer.set_text(_joined(self._composer.text(), prompt))
        self._composer.setFocus()

    def edit(self, message: Message) -> None:
        """Put a message into the composer, to be sent in other words."""
        if self.editing != message.id:
            if self._edited is not None:
                self._put_away(self._edited)
            else:
                self.save()
                self._set_aside = self._composer.text()
            kept = self._bookmarks.edit_of(self._chat_id, message.id)
            self._show_edit(message, message.content if kept is None else kept.text)
            self._kept = None
            self.save()
        self._composer.setFocus()

    def cancel_edit(self) -> bool:
        """Bring the draft back; return whether a message was edited."""
        if self._edited is None:
            return False
        if self._put_away(self._edited):
            self.told.emit(_KEPT)
        self._end_edit(self._set_aside)
        self._composer.setFocus()
        return True

    def _show_edit(self, message: Message, text: str) -> None:
        self._edited, self._kept = message, text
        again = text != message.content
        self._composer.set_text(message.content)
        if again:
            self._composer.editor.retype(text)
        self._composer.set_editing(editing=True, again=again)
        self.changed.emit()

    def _put_away(self, message: Message) -> bool:
        """Keep the edit with its message; return whether anything was changed in it."""
        self._clock.stop()
        text = self._composer.text()
        changed = text != message.content
        try:
            if changed:
                self._bookmarks.keep_edit(self._chat_id, Edit(message.id, text, open=False))
            else:
                self._bookmarks.forget_edit(self._chat_id, message.id)
        except KnownError as error:
            self.failed.emit(error)
        return changed

    def _end_edit(self, draft: str) -> None:
        self._edited = None
        self._kept, self._set_aside = draft, ""
        self._composer.set_editing(editing=False)
        self._composer.set_text(draft)
        self.changed.emit()

    def _on_typed(self, text: str) -> None:
        if not self._chat_id or text == self._kept:
            return
        if not self._clock.isActive():
            self._clock.start()
        if self._edited is None:
            self._pause.start()
            if not self._steady.isActive():
                self._steady.start()


def _joined(first: str, then: str) -> str:
    return f"{first}\n{then}" if first and then else first or then
