"""A calm panel above the composer: what went wrong with the model or the data, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.language import paragraph, tr
from app.ui.style import icons
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE, Theme
from app.ui.style.widgets import IconButton, StyledLabel, announce


@dataclass(frozen=True, slots=True)
class BannerAction:
    """A button of the banner: its words and what it does."""

    text: str
    run: Callable[[], object]


class Banner(QFrame):
    """One message at a time; it can be closed, and says nothing by colour alone."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self._theme = theme
        self._kind = ""
        self._mark = QLabel()
        self._what, self._rest = StyledLabel(), StyledLabel("", "muted")
        for label in (self._what, self._rest):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._buttons = StackingRow()
        close = IconButton("close", tr("Close this message"))
        close.clicked.connect(self.hide)
        self._close = close
        middle = QVBoxLayout()
        middle.setSpacing(SPACE // 2)
        middle.addWidget(self._what)
        middle.addWidget(self._rest)
        middle.addWidget(self._buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(SPACE + 4, SPACE, SPACE // 2, SPACE)
        row.setSpacing(SPACE)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(middle, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        self.hide()
        self.set_theme(theme)

    @property
    def kind(self) -> str:
        """What the banner is about while it is shown; empty otherwise."""
        return self._kind if not self.isHidden() else ""

    def set_theme(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self._theme = theme
        self._close.set_theme(theme)
        self._draw_mark("warning")

    def show_message(
        self, kind: str, what: str, rest: str, offers: Sequence[BannerAction] = ()
    ) -> None:
        """Show a message; ``kind`` names it so that the end of its cause can withdraw it."""
        self._kind = kind
        self._what.setText(what)
        self._rest.setText(rest)
        self._rest.setVisible(bool(rest))
        said = paragraph(what, rest)
        self.setAccessibleName(tr("Message from Phial: {text}", text=said))
        self._buttons.clear()
        for offer in offers:
            button = QPushButton(offer.text)
            button.setProperty("kind", "plain")
            button.setAccessibleName(offer.text)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _checked, do=offer.run: do())
            self._buttons.add(button)
        self._buttons.setVisible(bool(offers))
        self._draw_mark("info" if kind == "report" else "warning")
        self.show()
        announce(self, said)

    def withdraw(self, kind: str) -> None:
        """Hide the banner if it is about ``kind``."""
        if self._kind == kind:
            self.hide()

    def _draw_mark(self, name: str) -> None:
        colour = self._theme.warning if name == "warning" else self._theme.accent
        self._mark.setPixmap(icons.pixmap(name, colour, 20, self.devicePixelRatioF()))
