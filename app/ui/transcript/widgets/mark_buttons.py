"""The buttons of the marks in a row: for the keyboard and for assistive technology.

They lie over the text and let the pointer through, so a selection can begin at a mark; the pointer
finds marks by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from app.ui.style.theme import qcolour
from app.ui.transcript.content.marks import Mark
from app.ui.transcript.items.mark_drawing import MarkedArea
from app.ui.transcript.items.style import Style
from app.ui.transcript.widgets.buttons import QuietButton

_ROOM = 3  # pixels between a mark and the ring around it


class MarkButton(QuietButton):
    """Stands for one mark; seen only while it has the focus."""

    def __init__(self, parent: QWidget, style: Style, mark: Mark) -> None:
        super().__init__(parent, style, "", mark.words)
        self.mark = mark

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ring."""
        if not self.hasFocus():
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(qcolour(self._style.theme.accent), 2))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 4, 4)


class MarkStrip(QWidget):
    """The buttons of a row's marks.

    Args:
        parent: The message's widget.
        style: How they look.
        marked: Where the marks are drawn, in the row's pixels.
        left: Where the strip begins there.
        top: Likewise.
        pressed: Called with the mark and its button.
    """

    def __init__(
        self,
        parent: QWidget,
        style: Style,
        marked: Sequence[MarkedArea],
        left: int,
        top: int,
        pressed: Callable[[Mark, QWidget], None],
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.buttons: list[MarkButton] = []
        for area in marked:
            button = MarkButton(self, style, area.mark.mark)
            whole = QRectF()
            for rect in area.rects:
                whole = whole.united(rect)
            room = whole.translated(-left, -top).toAlignedRect()
            button.setGeometry(room.adjusted(-_ROOM, 0, _ROOM, 0))
            button.clicked.connect(_presser(pressed, button))
            self.buttons.append(button)


def _presser(pressed: Callable[[Mark, QWidget], None], button: MarkButton) -> Callable[[], None]:
    return lambda: pressed(button.mark, button)
