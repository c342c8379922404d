"""Messages in waiting: written while an answer is, shown above the composer, sent one by one."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from app.domain.conversation import Conversation, MessageStatus
from app.language import tr
from app.services.chat.chat_options import ChatOptionsService
from app.services.chat.chat_service import ChatService
from app.services.core.events import AnswerEnded, Asked, Event, LibraryChanged, SendFailed
from app.ui.conversation.composer import Composer
from app.ui.style.dialogs import push_button
from app.ui.style.theme import SPACE
from app.ui.style.widgets import ElidedLabel, StyledLabel, announce

_SHARE = 0.17  # of the window's height, at most


class QueuedRow(QWidget):
    """One message in waiting; it stays what it is while others come and go, and keeps the focus.

    Attributes:
        words: The message.
        send, edit, remove: Buttons; the first is there where nothing else sends it.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.words = text
        self.send = push_button(tr("Send now"), "link")
        self.edit = push_button(tr("Edit"), "link")
        self.remove = push_button(tr("Remove"), "link")
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(ElidedLabel(text), 1)
        for button in (self.send, self.edit, self.remove):
            button.setAccessibleDescription(text)
            line.addWidget(button)

    def offer_sending(self, *, offered: bool) -> None:
        """Whether it can be sent by hand."""
        self.send.setVisible(offered)


class QueueStrip(QFrame):
    """The messages in waiting of one chat, each with what can be done with it.

    Signals:
        edited, removed: (index) of a message.
        send_requested: The first is to be sent now.
    """

    edited = Signal(int)
    removed = Signal(int)
    send_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setAccessibleName(tr("Messages in waiting"))
        self._rows: list[QueuedRow] = []
        self._shown: tuple[tuple[str, ...], bool] = ((), False)
        self._said = StyledLabel("", "small")
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(SPACE + 4, 4, SPACE, 4)
        self._column.setSpacing(2)
        self._column.addWidget(self._said)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QFrame.Shape.NoFrame)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setWidget(inside)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._area)
        self.hide()

    def show_messages(self, texts: tuple[str, ...], *, waits: bool) -> None:
        """Show them.

        Args:
            texts: In the order in which they are sent.
            waits: Whether an answer is being written, after which the first is sent by itself.
        """
        self.setVisible(bool(texts))
        if (texts, waits) == self._shown:
            return
        self._shown = (texts, waits)
        said = tr("Sent when this answer has ended:") if waits else tr("Not sent yet:")
        self._said.setText(said)
        before, self._rows = self._rows, []
        for text in texts:
            kept = next((row for row in before if row.words == text), None)
            if kept is not None:
                before.remove(kept)
            self._rows.append(kept or self._make_row(text))
        for row in before:
            row.hide()
            row.deleteLater()
        for at, row in enumerate(self._rows):
            row.offer_sending(offered=at == 0 and not waits)
            if self._column.indexOf(row) != at + 1:
                self._column.removeWidget(row)
                self._column.insertWidget(at + 1, row)  # below the line that says what waits
        self._grow()

    def _grow(self) -> None:
        """As high as its rows, and no higher than a part of the window: the rest is scrolled to."""
        items = [self._column.itemAt(at) for at in range(self._column.count())]
        widgets = [item.widget() for item in items if item is not None]  # some not shown yet
        rows = [widget.sizeHint().height() for widget in widgets if widget is not None]
        margins = self._column.contentsMargins()
        gaps = margins.top() + margins.bottom() + self._column.spacing() * (len(rows) - 1)
        most = min(gaps + sum(rows), round(self.window().height() * _SHARE))
        self.setMinimumHeight(min(most, rows[0]))
        self.setMaximumHeight(most)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another window has another height to share."""
        super().resizeEvent(event)
        if not self.isHidden():
            self._grow()

    def _make_row(self, text: str) -> QueuedRow:
        row = QueuedRow(text)
        row.edit.clicked.connect(lambda: self.edited.emit(self._rows.index(row)))
        row.remove.clicked.connect(lambda: self.removed.emit(self._rows.index(row)))
        row.send.clicked.connect(self.send_requested)
        return row


class QueuedMessages(QObject):
    """Keeps what is sent while an answer is written, and sends it when that has ended.

    It is stored with the chat, so that a kill takes nothing. After a start, or an answer that was
    stopped or failed, nothing is sent by itself: the user looks first.

    Args:
        chats: Sends.
        options: Stores.
        composer: Where it is typed, and edited again.
        shown: Gives the chat that is shown.
        attempt: Does something, shows a known error, and tells whether it worked.
        back: Brings a call back to this thread, see :meth:`Operations.back`.
        restore: Gives words that could not be kept back to the chat they were typed in.
    """

    def __init__(
        self,
        chats: ChatService,
        options: ChatOptionsService,
        composer: Composer,
        shown: Callable[[], Conversation | None],
        attempt: Callable[[Callable[[], object]], bool],
        back: Callable[[QObject, Callable[[Asked], object]], Callable[[Asked], None]],
        restore: Callable[[str, Asked], object],
    ) -> None:
        super().__init__(composer)
        self._chats, self._options, self._composer = chats, options, composer
        self._shown, self._attempt, self._back = shown, attempt, back
        self._restore = restore
        self.strip = QueueStrip()
        self.strip.edited.connect(self._edit)
        self.strip.removed.connect(self._remove)
        self.strip.send_requested.connect(self._send_now)
        composer.queue_requested.connect(self._add)

    def show(self) -> None:
        """Show what waits in the chat that is shown."""
        chat = self._shown()
        texts = self._texts(chat.id) if chat is not None else ()
        self.strip.show_messages(texts, waits=self._chats.active is not None)

    def on_event(self, event: Event) -> None:
        """An answer has ended: the next message of its chat, or of the shown one, is sent."""
        match event:
            case AnswerEnded(message):
                if message.status is MessageStatus.COMPLETE:
                    shown = self._shown()
                    self._send_next(message.conversation_id) or (
                        shown is not None and self._send_next(shown.id)
                    )
                self.show()
            case SendFailed():
                self._use_shown()
            case LibraryChanged():
                self.show()

    def _texts(self, conversation_id: str) -> tuple[str, ...]:
        return self._options.queued(conversation_id)

    def _add(self, text: str) -> None:
        chat = self._shown()
        if chat is None:
            return
        queued = (*self._texts(chat.id), text)
        lost = partial(self._back(self._composer, partial(self._restore, chat.id)), Asked(text))
        if self._attempt(lambda: self._options.set_queued(chat.id, queued, lost)):
            self._composer.set_text("")
            self.strip.show_messages(queued, waits=self._chats.active is not None)
            announce(self.strip, tr("It is sent when this answer has ended."))

    def _give_back(self, text: str) -> None:
        """It stands where it was typed, before what was typed since; an edit there is put aside."""
        if self._composer.editing:
            self._composer.edit_cancelled.emit()
        typed = self._composer.text()
        self._composer.set_text(f"{text}\n{typed}" if typed else text)

    def _without(self, index: int) -> str:
        """Take a message out of those that wait; empty where it is not there any more."""
        chat = self._shown()
        queued = self._texts(chat.id) if chat is not None else ()
        if chat is None or not 0 <= index < len(queued):
            return ""
        rest = queued[:index] + queued[index + 1 :]
        if not self._attempt(lambda: self._options.set_queued(chat.id, rest)):
            return ""
        self.strip.show_messages(rest, waits=self._chats.active is not None)
        return queued[index]

    def _edit(self, index: int) -> None:
        text = self._without(index)
        if text:
            self._give_back(text)
        self._composer.setFocus()

    def _remove(self, index: int) -> None:
        self._without(index)
        self._composer.setFocus()

    def _send_now(self) -> None:
        chat = self._shown()
        if chat is not None:
            self._send_next(chat.id)
        self._composer.setFocus()

    def _send_next(self, conversation_id: str) -> bool:
        """Send the first message that waits in a chat; tell whether there was one."""
        queued = self._texts(conversation_id)
        if not queued or self._chats.active is not None:
            return False

        def send() -> None:
            self._options.use_own_model(conversation_id)  # not that of the chat that is shown
            self._chats.send(conversation_id, queued[0])

        # Stored first: a kill between the two asks twice rather than never.
        if self._attempt(send):
            self._attempt(lambda: self._options.set_queued(conversation_id, queued[1:]))
        else:
            self._use_shown()
        return True

    def _use_shown(self) -> None:
        """The shown chat's model is in use again, after a message of another could not be sent."""
        chat = self._shown()
        if chat is not None and self._chats.active is None:
            self._attempt(lambda: self._options.use_own_model(chat.id))
