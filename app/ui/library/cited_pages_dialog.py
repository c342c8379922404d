"""The pages that an answer cites: each sentence, what was found, and the page it stands on."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable, Sequence

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap, QTextCursor
from PySide6.QtWidgets import (
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QScrollArea,
    QStackedWidget,
    QTextEdit,
    QWidget,
)

from app.domain.documents import PagePicture
from app.domain.errors import KnownError
from app.domain.parts import CitationPart
from app.language import paragraph, tr
from app.services.documents.attached import CitedPage
from app.services.documents.checked_answer import StoredCitation
from app.ui.core.operations import Operations
from app.ui.style.dialogs import Dialog, push_button, text_label

_WIDTH = 760  # pixels at 100 %
_PAGE_WIDTH = 690
_MARK = QColor(255, 214, 0, 110)  # over what stands there; pages are white in every theme
_DOUBT = QColor(255, 120, 0, 110)

PageSource = Callable[[CitationPart, int], CitedPage]


class CitedPagesDialog(Dialog):
    """Shows cited sentences, and the page of the one that is chosen.

    Args:
        parent: The window.
        citations: Sentences and what was found of them; at least one.
        page_of: Gives the page of a citation, drawn so wide; blocks meanwhile.
        operations: A thread for that.
        first: The number of the sentence that is shown first, from 0.
    """

    def __init__(
        self,
        parent: QWidget,
        citations: Sequence[StoredCitation],
        page_of: PageSource,
        operations: Operations,
        first: int = 0,
    ) -> None:
        super().__init__(parent, tr("Pages that the answer cites"), _WIDTH)
        self._citations, self._page_of, self._operations = citations, page_of, operations
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Cited sentences"))
        self.list.setWordWrap(True)
        self.list.setMaximumHeight(150)
        for one in citations:
            sign = "⚠ " if one.is_doubtful else ""
            self.list.addItem(QListWidgetItem(f"{sign}{one.sentence}\n{one.told}"))
        self.column.addWidget(self.list)
        self.told = text_label("", "muted")
        self.column.addWidget(self.told)
        self.picture = QLabel()
        self.picture.setAccessibleName(tr("The page"))
        self._scroll = QScrollArea()
        self._scroll.setWidget(self.picture)
        self._scroll.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.text = QPlainTextEdit(readOnly=True)
        self.text.setAccessibleName(tr("The page's text"))
        self._pages = QStackedWidget()
        self._pages.addWidget(self._scroll)
        self._pages.addWidget(self.text)
        self._pages.setMinimumHeight(320)
        self.column.addWidget(self._pages, 1)
        close = push_button(tr("Close"))
        close.clicked.connect(self.accept)
        self.add_buttons(close)
        self.list.currentRowChanged.connect(self._load)
        self.list.setCurrentRow(first)

    def _load(self, row: int) -> None:
        part = self._citations[row].part
        if not part.target:
            self._refuse_words(tr("There is no passage of that number."))
            return
        doubtful = self._citations[row].is_doubtful

        def show(found: CitedPage) -> None:
            if self.list.currentRow() == row:
                self._show(found, _DOUBT if doubtful else _MARK)

        self._operations.run(
            self, lambda _task: self._page_of(part, _PAGE_WIDTH), show, self._refuse
        )

    def _show(self, found: CitedPage, colour: QColor) -> None:
        self.told.setText(
            tr("{name}, p. {page}", name=found.document.name, page=str(found.page.number))
        )
        if found.picture is not None:
            self.picture.setPixmap(_marked(found.picture, colour))
            self.picture.adjustSize()  # at once, so that it can be scrolled
            self._pages.setCurrentWidget(self._scroll)
            for boxes in found.picture.boxes:
                for box in boxes[:1]:
                    self._scroll.ensureVisible(round(box.left), round(box.top), 0, 160)
            return
        self.text.setPlainText(found.page.text)
        self._pages.setCurrentWidget(self.text)
        self._mark_text(found, colour)

    def _mark_text(self, found: CitedPage, colour: QColor) -> None:
        marks = []
        for start, end in found.ranges:
            mark = QTextEdit.ExtraSelection()
            mark.format.setBackground(colour)
            cursor = QTextCursor(self.text.document())
            cursor.setPosition(_qt_length(found.page.text[:start]))
            cursor.setPosition(_qt_length(found.page.text[:end]), QTextCursor.MoveMode.KeepAnchor)
            mark.cursor = cursor
            marks.append(mark)
            cursor.setPosition(cursor.selectionStart())
            self.text.setTextCursor(cursor)
        self.text.setExtraSelections(marks)

    def _refuse(self, error: KnownError) -> None:
        self._refuse_words(paragraph(error.what, error.action))

    def _refuse_words(self, words: str) -> None:
        self.told.setText(words)
        self.picture.clear()
        self.picture.adjustSize()
        self._pages.setCurrentWidget(self._scroll)


def _marked(picture: PagePicture, colour: QColor) -> QPixmap:
    """A page with what is cited marked."""
    pixels = zlib.decompress(base64.b64decode(picture.pixels))
    image = QImage(
        pixels, picture.width, picture.height, picture.width * 4, QImage.Format.Format_RGB32
    )
    pixmap = QPixmap.fromImage(image)
    painter = QPainter(pixmap)
    for boxes in picture.boxes:
        for box in boxes:
            left, top = round(box.left) - 1, round(box.top) - 1
            width, height = round(box.right) - left + 1, round(box.bottom) - top + 1
            painter.fillRect(QRect(left, top, width, height), colour)
    painter.end()
    return pixmap


def _qt_length(text: str) -> int:
    """Characters as Qt counts them: one outside the first plane is two."""
    return len(text) + sum(ord(character) > 0xFFFF for character in text)
