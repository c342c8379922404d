"""Prompts by a slash: a list above the composer, and fields that Tab leads through."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QTextCursor
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.domain.presets.preset import SavedPrompt
from app.language import tr
from app.ui.conversation.input.prompt_fields import filled, matching
from app.ui.style.text_fields import PlainEditor
from app.ui.style.theme import SPACE, zoomed
from app.ui.style.widgets import announce
from app.ui.transcript.content.runs import to_units

_WIDTH = 420  # pixels at 100 %
_MOST = 8  # rows that are seen at once
_SHOWN = 60  # characters of a prompt's text beside its name


class PromptPopup(QFrame):
    """Offers prompts while a slash and a word stand in an editor, and fills the chosen one in.

    Signals:
        managing: The last row was chosen: prompts are to be changed.

    Args:
        editor: Where it is typed; it owns the keys while the list is shown.
        host: What the list floats over.
        prompts: Gives all of them.
        selection: Gives the text that is selected in the conversation.
    """

    managing = Signal()

    def __init__(
        self,
        editor: PlainEditor,
        host: QWidget,
        prompts: Callable[[], Sequence[SavedPrompt]],
        selection: Callable[[], str],
    ) -> None:
        super().__init__(host)
        self._editor, self._host = editor, host
        self._prompts, self._selection = prompts, selection
        self._found: list[SavedPrompt] = []
        self._fields: list[QTextCursor] = []  # Tab goes to the next one; they move with the text
        self._given_up = ""  # what stood there when Esc closed the list
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._list = QListWidget()
        self._list.setAccessibleName(tr("Prompts"))
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setProperty("kind", "bare")
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.itemClicked.connect(self._on_clicked)
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 4, 4, 4)
        column.addWidget(self._list)
        editor.textChanged.connect(self._look)
        editor.installEventFilter(self)
        self.hide()

    def _look(self) -> None:
        text = self._editor.text()
        if text != self._given_up:
            self._given_up = ""
        wanted = text.startswith("/") and self._editor.hasFocus() and not self._given_up
        found = matching(self._prompts(), text) if wanted else []
        if not found:
            self.hide()
            return
        self._show(found)

    def _show(self, found: list[SavedPrompt]) -> None:
        self._found = found
        self._list.clear()
        for prompt in found:
            text = " ".join(prompt.text.split())
            shown = text if len(text) <= _SHOWN else f"{text[: _SHOWN - 1]}…"
            QListWidgetItem(f"/{prompt.name}   {shown}", self._list)
        QListWidgetItem(tr("Change prompts…"), self._list)
        self._list.setCurrentRow(0)
        rows = min(self._list.count(), _MOST)
        height = self._list.sizeHintForRow(0) * rows + 3 * SPACE
        width = min(zoomed(_WIDTH), self._host.width() - 4 * SPACE)
        place = self._editor.mapTo(self._host, QPoint(0, 0))
        self.setGeometry(max(place.x(), SPACE), max(0, place.y() - height - SPACE), width, height)
        if not self.isVisible():
            self.show()
            self.raise_()
        self._say()

    def _say(self) -> None:
        item = self._list.currentItem()
        if item is not None:
            announce(self._editor, item.text())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """While the list is shown its keys choose from it; Tab goes from field to field."""
        match event.type():
            case QEvent.Type.KeyPress if isinstance(event, QKeyEvent):
                return self._on_key(event)
            case QEvent.Type.ShortcutOverride if isinstance(event, QKeyEvent):
                if self.isVisible() and event.key() == Qt.Key.Key_Escape:
                    event.accept()
                    return True
            case QEvent.Type.FocusOut:
                self.hide()
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            return False
        key = event.key()
        if self.isVisible():
            return self._on_list_key(key)
        return key == Qt.Key.Key_Tab and self._go_to_field()

    def _on_list_key(self, key: int) -> bool:
        rows, row = self._list.count(), self._list.currentRow()
        match key:
            case Qt.Key.Key_Down | Qt.Key.Key_Up:
                self._list.setCurrentRow((row + (1 if key == Qt.Key.Key_Down else -1)) % rows)
                self._say()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter | Qt.Key.Key_Tab:
                self._choose(row)
            case Qt.Key.Key_Escape:
                self._given_up = self._editor.text()
                self.hide()
            case _:
                return False
        return True

    def _on_clicked(self, item: QListWidgetItem) -> None:
        self._choose(self._list.row(item))

    def _choose(self, row: int) -> None:
        self.hide()
        if row >= len(self._found):
            self._editor.retype("")
            self.managing.emit()
            return
        known = {
            "clipboard": _as_inserted(QGuiApplication.clipboard().text()),
            "selection": _as_inserted(self._selection()),
        }
        prompt = filled(self._found[row].text, known)
        self._editor.retype(prompt.text)
        self._fields = [self._field(prompt.text, *place) for place in prompt.fields]
        if not self._go_to_field():
            self._editor.moveCursor(QTextCursor.MoveOperation.End)

    def _field(self, text: str, begin: int, end: int) -> QTextCursor:
        cursor = QTextCursor(self._editor.document())
        cursor.setPosition(to_units(text, begin))
        cursor.setPosition(to_units(text, end), QTextCursor.MoveMode.KeepAnchor)
        return cursor

    def _go_to_field(self) -> bool:
        """Select the next field that still stands there; tell whether there is one.

        Each is come to once: after the last, Tab leaves the message as ever.
        """
        while self._fields:
            field = self._fields.pop(0)
            name = field.selectedText()
            if name.startswith("{") and name.endswith("}"):
                self._editor.setTextCursor(field)
                return True
        return False


def _as_inserted(text: str) -> str:
    """What a document makes of a text, so that places in it stay where they are."""
    return text.strip().replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
