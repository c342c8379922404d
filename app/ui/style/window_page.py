"""A page of the window: it takes the whole of it, and Back or Esc leads to the chat again."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from app.language import tr
from app.ui.style.theme import SPACE, Theme, Themed
from app.ui.style.widgets import IconButton, StyledLabel


class WindowPage(QWidget):
    """A head with Back and a title, a body, and a foot for messages; deleted when it is closed.

    Attributes:
        tools: The right end of the head.
        body: What the page is for.
        foot: Where the window's messages stand while the page covers the chat.

    Signals:
        closed: It was left.

    Args:
        title: Its name.
        theme: Colours.
    """

    closed = Signal()

    def __init__(self, title: str, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("windowPage")
        self.setAccessibleName(title)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._back = IconButton("back", tr("Back"))
        self._back.set_name(tr("Back"), "Esc")  # not shown: the key
        self._back.clicked.connect(self.close)
        heading = StyledLabel(title, "title")
        heading.setWordWrap(False)
        head = QWidget()
        head.setObjectName("header")
        head.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        line = QHBoxLayout(head)
        line.setContentsMargins(SPACE, SPACE // 2 + 2, SPACE * 2, SPACE // 2 + 2)
        line.setSpacing(SPACE)
        line.addWidget(self._back)
        line.addWidget(heading, 1)
        self.tools = QHBoxLayout()
        self.tools.setSpacing(SPACE)
        line.addLayout(self.tools)
        self.body, self.foot = QVBoxLayout(), QVBoxLayout()
        self.body.setSpacing(0)
        self.foot.setContentsMargins(SPACE * 2, 0, SPACE * 2, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(head)
        column.addLayout(self.body, 1)
        column.addLayout(self.foot)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours, and pass them on to whatever on the page draws with them."""
        for widget in self.findChildren(QWidget):
            if isinstance(widget, Themed):
                widget.set_theme(theme)

    def begin(self) -> None:
        """It is shown: give the focus to where one begins."""
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_to_search(self) -> bool:
        """Go to the page's search; whether it has one."""
        return False

    def finish(self) -> None:
        """It is about to be left: take what is being typed."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc leads back."""
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Leave the page."""
        self.finish()
        super().closeEvent(event)
        self.closed.emit()
