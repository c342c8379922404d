"""The command of the quick question, for the desktop's own keyboard settings."""

from __future__ import annotations

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from app.language import tr
from app.ui.style.dialogs import push_button
from app.ui.style.theme import SPACE
from app.ui.style.widgets import StyledLabel, announce


class QuickPanel(QFrame):
    """The line that opens the quick question, with a button that copies it.

    Args:
        line: The command.
    """

    def __init__(self, line: str) -> None:
        super().__init__()
        self._line = QLineEdit(line, readOnly=True)
        self._line.setAccessibleName(tr("Command of the quick question"))
        self._line.setCursorPosition(0)
        copy = push_button(tr("Copy command"))
        copy.clicked.connect(lambda _checked: self._copy())
        row = QHBoxLayout()
        row.setSpacing(SPACE)
        row.addWidget(self._line, 1)
        row.addWidget(copy)
        said = StyledLabel(
            tr(
                "A quick question is asked in a small window of its own. To open it by a key from "
                "anywhere, give this command a shortcut in your desktop's keyboard settings."
            ),
            "muted",
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, SPACE, 0, SPACE)
        column.setSpacing(SPACE // 2)
        column.addWidget(StyledLabel(tr("Quick question"), "subheading"))
        column.addWidget(said)
        column.addLayout(row)
        self._told = StyledLabel("", "small")
        self._told.hide()
        column.addWidget(self._told)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self._line.text())
        self._told.setText(tr("The command is copied."))
        self._told.show()
        announce(self._told, self._told.text())
