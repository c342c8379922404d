"""What is said at the mark of a sum, and of a wrong one the way to ask the model again with it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.language import paragraph, tr
from app.ui.style.dialogs import push_button, text_label
from app.ui.style.theme import SPACE
from app.ui.style.widgets import Popup, StyledLabel
from app.ui.transcript.content.marks import Mark, MarkTone

_WIDTH = 340  # pixels at 100 %; more where the buttons' words need it


class SumPopup(Popup):
    """A small panel at a mark.

    Args:
        parent: The window.
        mark: Of the sum.
        ask: Sends a text, or begins a message with it.
    """

    def __init__(self, parent: QWidget, mark: Mark, ask: Callable[[str], object]) -> None:
        super().__init__(parent, mark.words, _WIDTH)
        self._mark, self._ask = mark, ask
        column = self.column
        column.addWidget(StyledLabel(tr("Computed anew"), "subheading"))
        column.addWidget(text_label(mark.words))
        column.addWidget(StyledLabel(tr("Phial computes this itself, without the model."), "small"))
        if mark.tone is not MarkTone.GOOD:
            self._offer()

    def _offer(self) -> None:
        """What can be done with the right value."""
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addStretch(1)
        copy = push_button(tr("Copy the value"))
        copy.clicked.connect(self._copy)
        again = push_button(tr("Ask again with it"), "accent")
        again.clicked.connect(self._again)
        row.addWidget(copy)
        row.addWidget(again)
        self.column.addLayout(row)
        again.setFocus(Qt.FocusReason.PopupFocusReason)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._mark.chip)
        self.close()

    def _again(self) -> None:
        self.close()
        self._ask(paragraph(tr("Please check these again:"), self._mark.words))
