"""Where a page is looked at: its picture to scroll and zoom, or its text to select in."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QPixmap, QResizeEvent, QTextCursor, QWheelEvent
from PySide6.QtWidgets import (
    QLabel,
    QPlainTextEdit,
    QScrollArea,
    QStackedWidget,
    QTextEdit,
    QWidget,
)

from app.language import tr
from app.ui.conversation.marks.page_picture import HIT, PageImage

LEAST, MOST, STEP = 0.5, 4.0, 1.25
_EDGE = 14  # pixels beside the picture, for the scroll bar


class PageCanvas(QStackedWidget):
    """A picture or a text of one page.

    Attributes:
        zoom: Against a picture as wide as the canvas.
        text: The page's text.
        picture: The page's picture.

    Signals:
        resized: The picture should be drawn anew: there is more or less room, or another zoom.
    """

    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.zoom = 1.0
        self.picture = QLabel()
        self.picture.setAccessibleName(tr("The page"))
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.picture)
        self._scroll.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._scroll.setAccessibleName(tr("The page"))
        self._scroll.viewport().installEventFilter(self)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName(tr("The page's text"))
        self.text.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.addWidget(self._scroll)
        self.addWidget(self.text)

    @property
    def wanted_width(self) -> int:
        """Of a picture, in pixels of the screen."""
        room = max(self.width() - _EDGE, 100)
        return round(room * self.zoom * self.devicePixelRatioF())

    def zoom_by(self, factor: float) -> None:
        """Make the page larger or smaller."""
        zoom = min(max(self.zoom * factor, LEAST), MOST)
        if zoom != self.zoom:
            self.zoom = zoom
            self.resized.emit()

    def show_words(self, words: str) -> None:
        """Say why there is no page."""
        self.picture.setPixmap(QPixmap())
        self.picture.setText(words)
        self.picture.setWordWrap(True)
        self.picture.setFixedWidth(max(self.width() - 2 * _EDGE, 100))
        self.picture.adjustSize()
        self.setCurrentWidget(self._scroll)

    def show_page(self, page: PageImage, colours: Sequence[QColor], *, as_text: bool) -> None:
        """Show a page, and bring its first mark into view."""
        shown = page.shown
        self.text.setPlainText(shown.page.text)
        self._mark_text(page, colours)
        if page.image is None or as_text:
            self.setCurrentWidget(self.text)
            return
        pixmap = QPixmap.fromImage(page.image)
        ratio = self.devicePixelRatioF()
        pixmap.setDevicePixelRatio(ratio)
        self.picture.setText("")
        self.picture.setPixmap(pixmap)
        self.picture.setFixedSize(pixmap.deviceIndependentSize().toSize())
        self.setCurrentWidget(self._scroll)
        if page.first is not None:
            middle = page.first.center()
            x, y = round(middle.x() / ratio), round(middle.y() / ratio)
            self._scroll.ensureVisible(x, y, 60, self.height() // 3)

    def _mark_text(self, page: PageImage, colours: Sequence[QColor]) -> None:
        shown, marks = page.shown, []
        placed = [(one, c) for one, c in zip(shown.ranges, colours, strict=True) if one is not None]
        placed += [(one, HIT) for one in shown.hits]
        for (start, end), colour in placed:
            mark = QTextEdit.ExtraSelection()
            ground = QColor(colour)
            mark.format.setBackground(ground)
            cursor = QTextCursor(self.text.document())
            cursor.setPosition(_qt_length(shown.page.text[:start]))
            cursor.setPosition(_qt_length(shown.page.text[:end]), QTextCursor.MoveMode.KeepAnchor)
            mark.cursor = cursor
            marks.append(mark)
        self.text.setExtraSelections(marks)
        if marks:
            first = QTextCursor(self.text.document())
            first.setPosition(marks[0].cursor.selectionStart())
            self.text.setTextCursor(first)
            self.text.centerCursor()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width: the picture fits it."""
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self.resized.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Ctrl and the wheel zoom."""
        if (
            event.type() == QEvent.Type.Wheel
            and isinstance(event, QWheelEvent)
            and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        ):
            self.zoom_by(STEP if event.angleDelta().y() > 0 else 1 / STEP)
            return True
        return super().eventFilter(watched, event)


def _qt_length(text: str) -> int:
    """Characters as Qt counts them: one outside the first plane is two."""
    return len(text) + sum(ord(character) > 0xFFFF for character in text)
