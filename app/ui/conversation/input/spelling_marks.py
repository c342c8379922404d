"""Marks below words that the dictionary does not know, and what can be done about one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QTimer
from PySide6.QtGui import (
    QAction,
    QColor,
    QContextMenuEvent,
    QTextBlock,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QMenu, QTextEdit

from app.domain.errors import KnownError
from app.language import tr
from app.services.spelling import Spelling, SpellingService
from app.spelling.words import is_fence, words_in
from app.ui.style.text_fields import PlainEditor

_PAUSE_MS = 350
_MOST = 200  # marks; a text with more is in a language that no dictionary has
_LONG = 20_000  # characters; of a longer text what is seen is looked at
_UNDERLINE = QTextCharFormat.UnderlineStyle.SpellCheckUnderline


class Back(Protocol):
    """Brings a call back to the GUI thread; see :meth:`app.ui.core.operations.Operations.back`."""

    def __call__(self, owner: QObject, callback: Callable[..., object], /) -> Callable[..., None]:
        """Give a function for other threads that calls ``callback`` over here."""


class SpellingMarks(QObject):
    """Marks misspelt words of a field in pauses of typing.

    Args:
        editor: The field; it owns this.
        spelling: Knows the words.
        wanted: Whether the user wants marks.
        colour: Of the marks.
        back: Brings a call back to this thread.
        failed: Shows why something could not be done.
    """

    def __init__(
        self,
        editor: PlainEditor,
        spelling: SpellingService,
        wanted: Callable[[], bool],
        colour: Callable[[], str],
        back: Back,
        failed: Callable[[KnownError], object],
    ) -> None:
        super().__init__(editor)
        self._editor, self._spelling = editor, spelling
        self._wanted, self._colour = wanted, colour
        self._told = back(self, self._take)
        self._back = back
        self._refused = back(self, failed)
        self._language = ""
        self._right, self._wrong = set[str](), set[str]()
        self._marked: list[QTextCursor] = []
        self._clock = QTimer(self, singleShot=True, interval=_PAUSE_MS)
        self._clock.timeout.connect(self.look)
        editor.textChanged.connect(self._clock.start)
        editor.cursorPositionChanged.connect(self._clock.start)
        editor.verticalScrollBar().valueChanged.connect(lambda _value: self._clock.start())
        editor.installEventFilter(self)
        editor.viewport().installEventFilter(self)
        self._clock.start()

    def look(self) -> None:
        """Mark what is known to be wrong, and ask about words that are new."""
        if not self._wanted() or not self._spelling.dictionaries:
            self._show([])
            return
        found = list(self._words())
        self._show([cursor for cursor, word in found if word in self._wrong])
        new = sorted({word for _, word in found} - self._right - self._wrong)
        if new:
            text = self._editor.text()
            self._spelling.check(new, text, self._told, self._refused)

    def _words(self) -> Iterator[tuple[QTextCursor, str]]:
        """The words that are looked at, but for the one that is being typed."""
        document, at = self._editor.document(), self._editor.textCursor().position()
        block, code = document.firstBlock(), False
        while block.isValid():
            line = block.text()
            if is_fence(line):
                code = not code
            elif not code and self._is_looked_at(block):
                yield from self._words_of(block, line, at)
            block = block.next()

    def _is_looked_at(self, block: QTextBlock) -> bool:
        if self._editor.document().characterCount() <= _LONG:
            return True
        place = self._editor.blockBoundingGeometry(block).translated(self._editor.contentOffset())
        return place.bottom() >= 0 and place.top() <= self._editor.viewport().height()

    def _words_of(self, block: QTextBlock, line: str, at: int) -> Iterator[tuple[QTextCursor, str]]:
        for word in words_in(line):
            start, end = (
                block.position() + _units(line, place) for place in (word.start, word.end)
            )
            if at == end and self._editor.hasFocus():
                continue
            cursor = QTextCursor(block)
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            yield cursor, word.text

    def _take(self, spelling: Spelling) -> None:
        if spelling.language != self._language:  # the text is of another language by now
            self._language = spelling.language
            self._right.clear()
            self._wrong.clear()
            self._clock.start()  # words that were looked up in the other one are asked anew
        self._right |= spelling.right
        self._wrong |= spelling.wrong
        self._show([cursor for cursor, word in self._words() if word in self._wrong])

    def _show(self, cursors: list[QTextCursor]) -> None:
        if not cursors and not self._marked:
            return
        self._marked = cursors[:_MOST]
        style = QTextCharFormat()
        style.setUnderlineStyle(_UNDERLINE)
        style.setUnderlineColor(QColor(self._colour()))
        selections = []
        for cursor in self._marked:
            selection = QTextEdit.ExtraSelection()
            selection.cursor, selection.format = cursor, style
            selections.append(selection)
        self._editor.setExtraSelections(selections)

    # --- what can be done about one -----------------------------------------------------------

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The menu of a marked word begins with what was meant."""
        if isinstance(event, QContextMenuEvent) and event.type() is QEvent.Type.ContextMenu:
            keyboard = event.reason() is QContextMenuEvent.Reason.Keyboard
            editor = self._editor
            if keyboard:
                at = editor.textCursor().position()
            elif watched is editor.viewport():
                at = editor.cursorForPosition(event.pos()).position()
            else:
                return super().eventFilter(watched, event)
            marked = self._at(at)
            if marked is not None:
                below = editor.viewport().mapToGlobal(editor.cursorRect(marked).bottomLeft())
                self._open_menu(marked, below if keyboard else event.globalPos())
                return True
        return super().eventFilter(watched, event)

    def _at(self, position: int) -> QTextCursor | None:
        """The marked word there, if it is as it was when it was marked."""
        for cursor in self._marked:
            inside = cursor.selectionStart() <= position <= cursor.selectionEnd()
            if inside and cursor.selectedText() in self._wrong:
                return cursor
        return None

    def _open_menu(self, marked: QTextCursor, place: QPoint) -> None:
        word = marked.selectedText()
        menu = self._editor.createStandardContextMenu()
        first = menu.actions()[0]
        looking = QAction(tr("Looking for suggestions…"), menu)
        looking.setEnabled(False)
        add = QAction(tr("Add “{word}” to the dictionary", word=word), menu)
        add.triggered.connect(lambda _checked: self._add(word))
        menu.insertActions(first, [looking, add])
        menu.insertSeparator(first)
        menu.aboutToHide.connect(menu.deleteLater)
        told = self._back(menu, partial(self._offer, menu, marked, looking))
        self._spelling.suggest(word, self._language, told)
        menu.popup(place)

    def _offer(
        self, menu: QMenu, marked: QTextCursor, looking: QAction, suggestions: tuple[str, ...]
    ) -> None:
        """What may have been meant is known: it stands in the menu that is open."""
        for suggestion in suggestions:
            action = QAction(suggestion.replace("&", "&&"), menu)
            action.triggered.connect(partial(self._replace, marked, suggestion))
            menu.insertAction(looking, action)
        if suggestions:
            menu.removeAction(looking)
            seen = menu.screen().availableGeometry()  # it has grown since it was placed
            lowest = seen.bottom() + 1 - menu.sizeHint().height()
            menu.move(menu.x(), max(min(menu.y(), lowest), seen.top()))
        else:
            looking.setText(tr("No suggestions"))

    def _replace(self, marked: QTextCursor, suggestion: str, *_checked: bool) -> None:
        """Write what was meant in the word's place, which Undo takes back."""
        QTextCursor(marked).insertText(suggestion)
        self._editor.setFocus()

    def _add(self, word: str) -> None:
        self._wrong.discard(word)
        self._right.add(word)
        self.look()
        self._spelling.add(word, self._refused)


def _units(line: str, place: int) -> int:
    """Where a character of a line stands in a document, which counts in UTF-16."""
    return place if line.isascii() else len(line[:place].encode("utf-16-le", "surrogatepass")) // 2
