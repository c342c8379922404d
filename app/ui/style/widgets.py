"""Small controls the shell is made of; each takes its colours from the theme it is given."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QFont,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from app.language import paragraph, tr, trn
from app.services.core import formatting
from app.ui.style import icons
from app.ui.style.theme import Theme, zoomed
from app.ui.style.typography import DISPLAY, READING, SMALL, TITLE


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property the style sheet looks at, and let it look again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader say something that no control says."""
    QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))


ZOOMED = QEvent.Type.StyleChange
"""What widgets are told when the application's font has another size: Qt passes a new font on to
widgets with a style sheet only when the sheet is set again (see ``AppearanceController.apply``)."""

# How large and how heavy each role of text is, against the application's font.
_ROLES = {
    "display": (DISPLAY, QFont.Weight.DemiBold),
    "heading": (TITLE, QFont.Weight.DemiBold),
    "title": (READING, QFont.Weight.DemiBold),
    "subheading": (1.0, QFont.Weight.DemiBold),
    "small": (SMALL, QFont.Weight.Normal),
}


class StyledLabel(QLabel):
    """Plain text in one of the style sheet's roles; its size follows the application's zoom."""

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setText(text)
        self._role = role
        self.setProperty("role", role)
        self._size_font()

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom: the size is worked out anew."""
        super().changeEvent(event)
        if event.type() == ZOOMED:
            self._size_font()

    def _size_font(self) -> None:
        scale, weight = _ROLES.get(self._role, (1.0, QFont.Weight.Normal))
        if self._role in _ROLES:
            font = QFont()
            if scale != 1:
                font.setPointSizeF(QApplication.font().pointSizeF() * scale)
            font.setWeight(weight)
            self.setFont(font)


def open_below(button: QWidget, menu: QMenu) -> None:
    """Open a button's menu without waiting for its end.

    For `clicked`, so that a screen reader's press does it too: Qt offers none for a button with a
    menu of its own that opens at once, and its `showMenu` and `exec` come back only when the menu
    is closed, which an assistive client does not wait for.
    """
    menu.setAttribute(Qt.WidgetAttribute.WA_NoMouseReplay)  # a press on the button closes it only
    menu.popup(button.mapToGlobal(button.rect().bottomLeft()))


class IconButton(QToolButton):
    """A button that shows an icon, says its name to screen readers and in its tool tip.

    Args:
        icon: The picture's name.
        name: What it is called.
        parent: Qt's parent.
        side: Of a button of a fixed size, pixels at 100 %; 0 for as large as its style wants.
    """

    def __init__(
        self, icon: str, name: str, parent: QWidget | None = None, *, side: int = 0
    ) -> None:
        super().__init__(parent)
        self._icon, self._side = icon, side
        self._colours: tuple[str, str] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # the pointer leaves it where one types
        self.set_name(name)
        self._scale()

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom: the picture grows with the text."""
        super().changeEvent(event)
        if event.type() == ZOOMED:
            self._scale()

    def _scale(self) -> None:
        size = zoomed(icons.SIZE)
        if self.iconSize().width() == size:
            return
        self.setIconSize(QSize(size, size))
        if self._side:
            side = zoomed(self._side)
            self.setFixedSize(side, side)
            self.setStyleSheet(f"border-radius: {side // 2}px;")  # more than half draws a square
        if self._colours:
            self.set_colours(*self._colours)

    def set_name(self, name: str, keys: str = "") -> None:
        """Name the button; ``keys`` are shown behind it in the tool tip."""
        self.setAccessibleName(name)
        self.setToolTip(f"{name} ({keys})" if keys else name)

    def set_icon(self, icon: str) -> None:
        """Show another icon."""
        if icon == self._icon:
            return
        self._icon = icon
        if self._colours:
            self.set_colours(*self._colours)

    def set_colours(self, normal: str, disabled: str) -> None:
        """Draw the icon in these colours."""
        self._colours = (normal, disabled)
        self.setIcon(icons.icon(self._icon, normal, disabled, size=zoomed(icons.SIZE)))

    def set_theme(self, theme: Theme) -> None:
        """Draw the icon in the theme's text colour."""
        self.set_colours(theme.muted, theme.faint)


class SidebarButton(QPushButton):
    """A full-width button with an icon and a text, as at the sidebar's head and foot."""

    def __init__(self, icon: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon = icon
        self.setProperty("kind", "side")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(text)
        self._theme: Theme | None = None

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom: the picture grows with the text."""
        super().changeEvent(event)
        if event.type() == ZOOMED and self._theme is not None:
            self.set_theme(self._theme)

    def set_theme(self, theme: Theme) -> None:
        """Draw the icon in the theme's colour."""
        self._theme, size = theme, zoomed(icons.SIZE)
        self.setIconSize(QSize(size, size))
        self.setIcon(icons.icon(self._icon, theme.muted, theme.faint, size=size))


class ElidedLabel(StyledLabel):
    """One line of text that ends in an ellipsis where there is no room."""

    double_clicked = Signal()

    def __init__(self, text: str = "", role: str = "", parent: QWidget | None = None) -> None:
        super().__init__("", role, parent)
        self._full = ""
        self.setWordWrap(False)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.set_full_text(text)

    def set_full_text(self, text: str) -> None:
        """Show ``text``, which stays whole for screen readers and in the tool tip."""
        self._full = " ".join(text.split())
        self.setAccessibleName(self._full)
        self._elide()

    def full_text(self) -> str:
        """The text before it was shortened."""
        return self._full

    def minimumSizeHint(self) -> QSize:
        """Room for an ellipsis; the text gives way."""
        return QSize(self.fontMetrics().horizontalAdvance("…"), super().minimumSizeHint().height())

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        width = self.fontMetrics().horizontalAdvance(self._full) + 2
        return QSize(width, super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._elide()

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        """Tell whoever renames by double click."""
        self.double_clicked.emit()

    def _elide(self) -> None:
        metrics = self.fontMetrics()
        shown = metrics.elidedText(self._full, Qt.TextElideMode.ElideRight, self.width())
        self.setText(shown)
        self.setToolTip(self._full if shown != self._full else "")


BAR = 40
"""Width of the context meter's bar, pixels."""
UNKNOWN = "?"  # in place of a number that nobody tells


class ContextMeter(QWidget):
    """How full the context window is: a bar, a number, and the details in the tool tip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tokens = 0
        self._size = 0
        self._note = ""
        self._theme: Theme | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Context"))
        self.hide()

    def set_use(self, tokens: int, context_size: int, note: str = "") -> None:
        """Show ``tokens`` of ``context_size``.

        Args:
            tokens: How many are in use.
            context_size: Of how many; 0 where nobody knows, which hides the meter but for a note.
            note: What people should know of these figures, as a sentence.
        """
        if (tokens, context_size, note) == (self._tokens, self._size, self._note):
            return
        drawn, shown = self._drawn(), bool(self._size or self._note)
        self._tokens, self._size, self._note = tokens, context_size, note
        if context_size:
            line = formatting.context_line(tokens, context_size)
            self.setAccessibleDescription(formatting.join(line, note))
            told = tr(
                "Context: {line}. What does not fit is left out of what the model reads, "
                "oldest first, and marked.",
                line=line,
            )
            self.setToolTip(paragraph(told, note) if note else told)
        elif note:
            used = trn("{n} token was read so far.", "{n} tokens were read so far.", tokens)
            self.setAccessibleDescription(paragraph(note, used))
            self.setToolTip(paragraph(note, used))
        if shown != bool(context_size or note):
            self.setVisible(not shown)
            self.updateGeometry()
        if drawn != self._drawn():  # most tokens of an answer change neither
            self.update()

    def _drawn(self) -> tuple[int, str]:
        """What is seen of it: pixels of the bar, and the number."""
        share = min(self._tokens / self._size, 1.0) if self._size else 0.0
        number = formatting.percent(share) if self._size else UNKNOWN
        return round(share * BAR * self.devicePixelRatioF()), number

    def set_theme(self, theme: Theme) -> None:
        """Draw in the theme's colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """A short bar with a percentage beside it."""
        metrics = self.fontMetrics()
        return QSize(BAR + 4 + metrics.horizontalAdvance(" 100 %") + 4, metrics.height() + 8)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the bar and the percentage."""
        if self._theme is None:
            return
        theme, share = self._theme, min(self._tokens / self._size, 1.0) if self._size else 0.0
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bar = QRectF(0.5, self.height() / 2 - 3.5, BAR, 7)
        track = QPainterPath()
        track.addRoundedRect(bar, 3.5, 3.5)
        # Cut off by the track's end, as the fill of a glass is: a share of nothing shows nothing.
        filled = QPainterPath()
        filled.addRect(bar.adjusted(0, 0, bar.width() * (share - 1), 0))
        colour = theme.warning if share > 0.85 else theme.accent
        painter.fillPath(track.intersected(filled), QColor(colour))
        painter.strokePath(track, QPen(QColor(theme.edge), 1))
        painter.setPen(QColor(theme.muted))
        text = self.rect().adjusted(48, 0, 0, 0)
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, self._drawn()[1])
