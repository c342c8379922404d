"""Fields for the user's words, which give them back as typed, composed ones included."""

from __future__ import annotations

import re
from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QObject, Signal
from PySide6.QtGui import (
    QGuiApplication,
    QInputMethodEvent,
    QKeyEvent,
    QKeySequence,
    QTextCursor,
    QTextDocumentFragment,
)
from PySide6.QtWidgets import QComboBox, QLineEdit, QPlainTextEdit, QWidget

from app.language import trn

_LINE_ENDS = ("\u2029", "\u2028", "\ufdd0", "\ufdd1")  # of blocks, lines and frames in a document

_NEXT_CELL = re.compile(r"</t[dh]\s*>\s*(?=<t[dh][\s>])", re.IGNORECASE)
_CELL, _PICTURE = "\ufdd2", "\ufffc"  # the end of a cell, where another follows; Qt's own

LONGEST_TITLE = 200
"""Characters of a chat's title that can be typed."""


def as_typed(raw: str) -> str:
    """A document's raw text with line breaks as they were typed.

    ``QTextDocument.toPlainText`` does the same, and makes a blank of every no-break space.
    """
    for end in _LINE_ENDS:
        raw = raw.replace(end, "\n")
    return raw


def plain_text(data: QMimeData) -> str:
    """The text of a clipboard or a drag, also where it is there as HTML only.

    Of HTML the cells of a table stand in one line with tabs between them, and pictures are left
    out.
    """
    if data.hasText():
        return data.text()
    if not data.hasHtml():
        return ""
    html = _NEXT_CELL.sub(rf"{_CELL}\g<0>", data.html())
    text = QTextDocumentFragment.fromHtml(html).toPlainText()
    return text.replace(f"{_CELL}\n", "\t").replace(_PICTURE, "").strip("\n")


class UndoElsewhere(QObject):
    """Leaves the keys of Undo to the window where a field has nothing to undo.

    A text field takes them whenever it has the focus, also to do nothing with them.

    Args:
        field: A field; it owns this.
    """

    def __init__(self, field: QLineEdit | QPlainTextEdit) -> None:
        super().__init__(field)
        self._field = field
        field.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the shortcut through."""
        if (
            event.type() == QEvent.Type.ShortcutOverride
            and isinstance(event, QKeyEvent)
            and event.matches(QKeySequence.StandardKey.Undo)
            and not self._can_undo()
        ):
            event.ignore()
            return True
        return super().eventFilter(watched, event)

    def _can_undo(self) -> bool:
        if isinstance(self._field, QLineEdit):
            return self._field.isUndoAvailable()
        return self._field.document().isUndoAvailable()


class Composing(QObject):
    """The word that an input method composes in a field and has not committed (its preedit text).

    Qt knows no way to ask for it: it is what the last event said. ``QInputMethod.commit`` asks
    the input method for it, and some (ibus) do nothing then; so the field takes it itself.

    Args:
        field: Takes input method events.

    Signals:
        changed: There is another word, or none any more.

    Attributes:
        word: The preedit text.
    """

    changed = Signal()

    def __init__(self, field: QWidget) -> None:
        super().__init__(field)
        self._field = field
        self.word = ""
        self._taken = ""  # the field took it; an input method may still bring it
        field.installEventFilter(self)

    def finish(self) -> None:
        """Let the word become text."""
        if self.word:
            QGuiApplication.inputMethod().commit()
        self._take()

    def drop(self) -> None:
        """Let the word go: the text it belongs to makes room for another."""
        if self.word:
            self._end("", self.word)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the input method; a field that loses the focus keeps the word."""
        match event.type():
            case QEvent.Type.InputMethod if isinstance(event, QInputMethodEvent):
                return self._on_input(event)
            case QEvent.Type.FocusOut:
                self._take()
            case QEvent.Type.KeyPress:
                self._taken = ""
        return super().eventFilter(watched, event)

    def _take(self) -> None:
        if self.word:
            self._end(self.word, self.word)

    def _end(self, commit: str, taken: str) -> None:
        ending = QInputMethodEvent("", [])
        ending.setCommitString(commit)
        QCoreApplication.sendEvent(self._field, ending)
        QGuiApplication.inputMethod().reset()
        self._taken = taken

    def _on_input(self, event: QInputMethodEvent) -> bool:
        word, commit = event.preeditString(), event.commitString()
        if word or commit:
            taken, self._taken = self._taken, ""
            if not word and commit == taken:
                return True  # it is in the text already
        if word != self.word:
            self.word = word
            self.changed.emit()
        return False


class PlainEditor(QPlainTextEdit):
    """Several lines of plain text.

    Attributes:
        composing: The word an input method has not committed.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.composing = Composing(self)
        UndoElsewhere(self)

    def text(self) -> str:
        """What is typed, verbatim, the word that is being composed included."""
        if not self.composing.word:
            return as_typed(self.document().toRawText())
        before, after = QTextCursor(self.document()), QTextCursor(self.document())
        position = self.textCursor().position()
        before.setPosition(position, QTextCursor.MoveMode.KeepAnchor)
        after.setPosition(position)
        after.movePosition(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
        return as_typed(before.selectedText() + self.composing.word + after.selectedText())

    def show_text(self, text: str) -> None:
        """Replace what is typed; the cursor goes to its end."""
        self.composing.drop()
        self.setPlainText(text)
        self.moveCursor(QTextCursor.MoveOperation.End)

    def retype(self, text: str) -> None:
        """Replace what is typed as a person does: Undo brings it back."""
        cursor = self.textCursor()
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)
        self.setTextCursor(cursor)

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        """HTML is taken too: its text."""
        return source.hasHtml() or super().canInsertFromMimeData(source)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """Insert text, whatever form it has."""
        text = plain_text(source)
        if text:
            self.insertPlainText(text)
            self.ensureCursorVisible()

    def createMimeDataFromSelection(self) -> QMimeData:
        """What is copied is what was typed."""
        data = QMimeData()
        data.setText(as_typed(self.textCursor().selectedText()))
        return data


class LineField(QLineEdit):
    """One line of text; :meth:`finished_text` is for whoever keeps it.

    Args:
        parent: Qt's parent.
        most: Characters it takes.

    Signals:
        too_long: (sentence) something typed or pasted was longer than that.
    """

    too_long = Signal(str)

    def __init__(self, parent: QWidget | None = None, most: int = 32_767) -> None:
        super().__init__(parent)
        self.setMaxLength(most)
        self.inputRejected.connect(
            lambda: self.too_long.emit(
                trn("At most {n} character fits here.", "At most {n} characters fit here.", most)
            )
        )
        self._composing = Composing(self)
        UndoElsewhere(self)

    def finished_text(self) -> str:
        """What is typed; a word that is being composed belongs to it."""
        self._composing.finish()
        return self.text()


class ChoosingField(QComboBox):
    """One line of text, typed or chosen; :meth:`finished_text` is for whoever keeps it.

    Nothing is completed: Qt's own completion makes another word of one that a choice begins with,
    or that differs from it in capitals only.

    Args:
        choices: What can be chosen.
        name: What assistive technology calls it.
    """

    def __init__(self, choices: Sequence[str], name: str) -> None:
        super().__init__()
        line = QLineEdit()
        line.setAccessibleName(name)
        self.setLineEdit(line)
        self.setCompleter(None)  # type: ignore[arg-type]  # Qt takes none
        self.addItems(list(choices))
        self._composing = Composing(self)  # input methods speak to this, not to the line in it

    def finished_text(self) -> str:
        """What is typed; a word that is being composed belongs to it."""
        self._composing.finish()
        return self.currentText()
