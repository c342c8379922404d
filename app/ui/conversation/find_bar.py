"""Find in chat: a field, the number of matches, next and previous."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QWidget

from app.language import tr, trn
from app.services.core import formatting
from app.ui.style.text_fields import UndoElsewhere
from app.ui.style.theme import SPACE, Theme
from app.ui.style.widgets import IconButton, StyledLabel, announce
from app.ui.transcript.widgets.signals import FindState

SETTLED_MS = 400
"""After the last change until readers are told."""


class FindBar(QFrame):
    """The strip below the header while something is looked for.

    Attributes:
        count: How many matches there are, and which one is shown.

    Signals:
        search_requested: (text) typed.
        next_wanted, previous_wanted.
        opened, closed: it takes room now, or leaves it.
    """

    search_requested = Signal(str)
    next_requested = Signal()
    previous_requested = Signal()
    opened = Signal()
    closed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("findBar")
        self._field = QLineEdit(placeholderText=tr("Find in this chat"))
        self._field.setAccessibleName(tr("Find in this chat"))
        UndoElsewhere(self._field)
        self._field.textChanged.connect(self.search_requested)
        self._field.installEventFilter(self)
        self.count = StyledLabel("", "small")
        self.count.setWordWrap(False)
        self._said = ""  # what readers heard last, or hear in a moment
        self._speaking = QTimer(self, singleShot=True, interval=SETTLED_MS)
        self._speaking.timeout.connect(lambda: announce(self, self._said))
        self._previous = IconButton("chevron-up", tr("Previous match"))
        self._next = IconButton("chevron-down", tr("Next match"))
        self._close = IconButton("close", tr("Close find"))
        self._previous.clicked.connect(self.previous_requested)
        self._next.clicked.connect(self.next_requested)
        self._close.clicked.connect(self.close_bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE * 2, SPACE // 2, SPACE, SPACE // 2)
        row.setSpacing(SPACE // 2)
        row.addWidget(self._field, 1)
        row.addWidget(self.count)
        for button in (self._previous, self._next, self._close):
            row.addWidget(button)
        self.hide()
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        for button in (self._previous, self._next, self._close):
            button.set_theme(theme)

    def open_bar(self, text: str = "") -> None:
        """Show the bar and go to its field."""
        if self.isHidden():
            self.show()
            self.opened.emit()
        if text and text != self._field.text():
            self._field.setText(text)  # which is looked for at once
        elif self._field.text():
            self.search_requested.emit(self._field.text())
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self._field.selectAll()

    def close_bar(self) -> bool:
        """Hide the bar; return whether it was shown."""
        if self.isHidden():
            return False
        self.hide()
        self.closed.emit()
        return True

    def search_again(self) -> None:
        """Another chat is shown: look for the same in it."""
        if not self.isHidden():
            self.search_requested.emit(self._field.text())

    def text(self) -> str:
        """What is looked for."""
        return self._field.text()

    def set_state(self, state: FindState) -> None:
        """Which match is shown of how many; a long chat takes some moments.

        Readers hear it too where the bar is hidden: then it is what a search over all chats found.
        """
        asked = bool(self._field.text()) and not self.isHidden()
        none = tr("No match") if state.complete else tr("Searching…")
        amount = trn("{n} match", "{n} matches", state.total) if state.total else none
        found = amount
        if state.current:
            found = tr("{current} of {total}", current=state.current, total=state.total)
        self.count.setText(found if asked else "")
        self.count.setAccessibleName(amount)
        if state.current or (asked and state.complete):
            said = formatting.join(found, state.words)
            if said != self._said:
                self._said = said
                self._speaking.start()  # once it is settled: letters are typed, and messages read
        else:
            self._said = ""
            self._speaking.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter goes to the next match, Shift+Enter to the one before."""
        if (
            event.type() == QEvent.Type.KeyPress
            and isinstance(event, QKeyEvent)
            and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        ):
            back = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.previous_requested if back else self.next_requested).emit()
            return True
        return super().eventFilter(watched, event)
