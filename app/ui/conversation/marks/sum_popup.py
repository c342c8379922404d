"""What is said at the mark of a wrong sum, and the way to ask the model again with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from app.language import paragraph, tr
from app.ui.style.dialogs import push_button, text_label
from app.ui.style.theme import SPACE, zoomed
from app.ui.style.widgets import StyledLabel
from app.ui.transcript.content.marks import Mark

_WIDTH = 340  # pixels at 100 %; more where the buttons' words need it


class SumPopup(QFrame):
    """A small panel at a mark; Esc or a click elsewhere closes it, and the focus goes back.

    Args:
        parent: The window.
        mark: Of the sum.
        ask: Sends a text, or begins a message with it.
    """

    def __init__(self, parent: QWidget, mark: Mark, ask: Callable[[str], object]) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("popup")
        self.setAccessibleName(mark.words)
        self._mark, self._ask = mark, ask
        column = QVBoxLayout(self)
        column.setContentsMargins(SPACE * 2, SPACE * 2, SPACE * 2, SPACE + 4)
        column.setSpacing(SPACE)
        column.addWidget(StyledLabel(tr("Computed anew"), "subheading"))
        column.addWidget(text_label(mark.words))
        column.addWidget(StyledLabel(tr("Phial computes this itself, without the model."), "small"))
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addStretch(1)
        copy = push_button(tr("Copy the value"))
        copy.clicked.connect(self._copy)
        again = push_button(tr("Ask again with it"), "accent")
        again.clicked.connect(self._again)
        row.addWidget(copy)
        row.addWidget(again)
        column.addLayout(row)
        self._column, self._buttons = column, row
        again.setFocus(Qt.FocusReason.PopupFocusReason)

    def show_at(self, area: QRect) -> None:
        """Show it below a place on the screen, or above where there is no room."""
        self.ensurePolished()  # it has an edge then
        for button in self.findChildren(QPushButton):
            button.ensurePolished()  # its style gives it more room
        edges = self._column.contentsMargins() + self.contentsMargins()
        wide = self._buttons.sizeHint().width() + edges.left() + edges.right()
        self.setFixedWidth(max(zoomed(_WIDTH), wide))
        self.adjustSize()
        screen = QGuiApplication.screenAt(area.center()) or self.screen()
        room = screen.availableGeometry()
        x = min(max(room.left(), area.left() - SPACE), room.right() - self.width())
        y = area.bottom() + SPACE // 2
        if y + self.height() > room.bottom():
            y = area.top() - SPACE // 2 - self.height()
        self.move(QPoint(x, max(room.top(), y)))
        self.show()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._mark.chip)
        self.close()

    def _again(self) -> None:
        self.close()
        self._ask(paragraph(tr("Please check these again:"), self._mark.words))
