"""What was used last, below the cards of an empty chat: a line of documents and one of presets."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from app.language import tr
from app.ui.style import icons
from app.ui.style.scrolling_page import clear_layout
from app.ui.style.stacking_row import StackingRow
from app.ui.style.theme import SPACE, Theme, zoomed
from app.ui.style.widgets import ZOOMED, StyledLabel

_WIDEST = 200  # of a name, pixels at 100 %; a longer one is cut in the middle
_SIGN = 16  # side of the picture before a name, pixels at 100 %


Names = tuple[tuple[str, str], ...]
"""Ids with what people call them, used last first."""


class UseAgainButton(QToolButton):
    """The name of something that was used, to be used in this chat.

    Args:
        icon: The picture before the name.
        name: Of the document or the preset.
        spoken: What pressing it does, for assistive technology.
    """

    def __init__(self, icon: str, name: str, spoken: str) -> None:
        super().__init__()
        self._icon = icon
        self._name = "".join(c if c.isprintable() else " " for c in name)
        self.setProperty("kind", "chip")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(spoken)
        self.setToolTip(self._name)

    def set_theme(self, theme: Theme) -> None:
        """Draw the picture in the theme's colours, and as much of the name as there is room for."""
        size = zoomed(_SIGN)
        self.setIconSize(QSize(size, size))
        self.setIcon(icons.icon(self._icon, theme.muted, theme.disabled, size=size))
        middle = Qt.TextElideMode.ElideMiddle
        cut = self.fontMetrics().elidedText(self._name, middle, zoomed(_WIDEST))
        self.setText(cut.replace("&", "&&"))  # it is no sign for a key


class UsedLastRows(QWidget):
    """The two lines; each is there where something was used.

    Args:
        theme: Colours.

    Signals:
        document_chosen: (id) A document is to be asked about.
        preset_chosen: (id) The chat is to be answered in that way.
    """

    document_chosen = Signal(str)
    preset_chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._used: tuple[Names, Names] = ((), ())
        self._buttons: list[UseAgainButton] = []
        self._lines: list[StackingRow] = []
        self._labels: list[StyledLabel] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(SPACE)

    def show_used(self, documents: Names, presets: Names) -> None:
        """Show these in place of those before."""
        if (documents, presets) == self._used:
            return
        self._used = documents, presets
        clear_layout(self._column)
        self._buttons, self._lines, self._labels = [], [], []
        asked = [(id_, name, tr("Ask about {name}", name=name)) for id_, name in documents]
        answered = [(id_, name, tr("Answer as {name}", name=name)) for id_, name in presets]
        self._put(tr("Documents used last"), "text", asked, self.document_chosen.emit)
        self._put(tr("Presets used last"), "preset", answered, self.preset_chosen.emit)
        self.set_theme(self._theme)

    def _put(
        self,
        title: str,
        icon: str,
        entries: Sequence[tuple[str, str, str]],
        chosen: Callable[[str], object],
    ) -> None:
        if not entries:
            return
        label = StyledLabel(title, "small")
        label.setWordWrap(False)
        self._labels.append(label)
        line = StackingRow(label)
        line.setAccessibleName(title)
        for id_, name, spoken in entries:
            button = UseAgainButton(icon, name, spoken)
            button.clicked.connect(lambda _checked, id_=id_: chosen(id_))
            line.add(button)
            self._buttons.append(button)
        self._lines.append(line)
        self._column.addWidget(line)
        line.show()

    def set_theme(self, theme: Theme) -> None:
        """Draw the pictures in the theme's colours; names begin below one another."""
        self._theme = theme
        for button in self._buttons:
            button.set_theme(theme)
        widest = max((label.sizeHint().width() for label in self._labels), default=0)
        for label in self._labels:
            label.setMinimumWidth(widest)

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom: pictures and names grow with the text."""
        super().changeEvent(event)
        if event.type() == ZOOMED:
            self.set_theme(self._theme)

    def height_in(self, width: int) -> int:
        """Pixels that it needs in a column of so many; 0 where there is nothing to show."""
        tall = [
            layout.heightForWidth(width) + SPACE
            for line in self._lines
            if (layout := line.layout()) is not None
        ]
        return sum(tall)
