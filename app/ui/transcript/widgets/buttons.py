"""The labels and the frameless buttons inside a message."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QLabel, QStyle, QToolButton, QWidget

from app.ui.style.theme import qcolour
from app.ui.style.transcript_icons import icon
from app.ui.transcript.items.style import Style

ICON, BUTTON = 16, 28
"""Sides at 100 %, pixels."""
_TURNED = {"previous": "next", "next": "previous", "closed": "previous"}  # not shown: pictures
"""What points along the lines, in a window from right to left."""


class QuietLabel(QLabel):
    """A label in its own colour, whatever the window's style sheet says of labels."""

    def __init__(self, parent: QWidget, style: Style, text: str) -> None:
        super().__init__(text, parent)
        self._style = style
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(style.fonts.small)

    @property
    def text_width(self) -> int:
        """Width of the text, pixels."""
        return int(self._style.small_metrics.horizontalAdvance(self.text())) + 2

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the text."""
        painter = QPainter(self)
        painter.setFont(self._style.fonts.small)
        painter.setPen(qcolour(self._style.theme.muted))
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(self.rect(), align | Qt.TextFlag.TextWordWrap, self.text())


class ButtonRow(QWidget):
    """A widget whose buttons stand side by side; they are placed anew when its size changes."""

    def __init__(self, parent: QWidget, style: Style) -> None:
        super().__init__(parent)
        self._style = style

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Place label and buttons."""
        self._place()

    def _place(self) -> None:
        raise NotImplementedError

    def _put(self, widget: QWidget, x: int, width: int) -> None:
        """Give a widget the height of a button, in the middle of the row."""
        tall = min(self._style.px(BUTTON), self.height())
        self._stand(widget, QRect(x, (self.height() - tall) // 2, width, tall))

    def _stand(self, widget: QWidget, place: QRect) -> None:
        """Give a widget its place, told from the side where the window's lines begin."""
        widget.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), place))


class QuietButton(QToolButton):
    """A button without a frame; it can stay unpainted until its message is pointed at."""

    focused = Signal(bool)

    def __init__(
        self, parent: QWidget, style: Style, name: str, label: str, text: str = ""
    ) -> None:
        super().__init__(parent)
        self._style, self._name = style, name
        self.shown = True
        self.quiet = False  # whether its words are of the second rank
        self.wordless = False  # whether there is room for its picture alone
        self.setText(text)
        self.setAccessibleName(label)
        self.setToolTip(label)
        self.setFont(style.fonts.small)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setIconSize(QSize(style.px(ICON), style.px(ICON)))

    def set_icon(self, name: str) -> None:
        """Show another picture."""
        self._name = name
        self.update()

    @property
    def _words(self) -> str:
        return "" if self.wordless else self.text()

    def wanted_width(self) -> int:
        """The size of the picture and the text."""
        style = self._style
        if not self._words:
            return style.px(BUTTON)
        words = int(style.small_metrics.horizontalAdvance(self._words))
        return words + style.px(16) + (style.px(ICON + 6) if self._name else 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ground under the pointer, the picture, the text and the focus."""
        if not self.shown and not self.hasFocus():
            return
        style, theme = self._style, self._style.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = self.rect().adjusted(1, 1, -1, -1)
        if (self.underMouse() or self.isDown()) and self.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(qcolour(theme.hover))
            painter.drawRoundedRect(area, style.px(6), style.px(6))
        if self.hasFocus():
            painter.setPen(QPen(qcolour(theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area, style.px(6), style.px(6))
        lively = self.underMouse() or self.hasFocus() or (self._words and not self.quiet)
        colour = theme.text if lively and self.isEnabled() else theme.muted
        if not self.isEnabled():
            colour = theme.disabled
        side, turned = style.px(ICON), self.layoutDirection()
        x = style.px(8) if self._words else (self.width() - side) // 2
        if self._name:
            name = self._name
            if turned is Qt.LayoutDirection.RightToLeft:
                name = _TURNED.get(name, name)
            place = QRect(x, (self.height() - side) // 2, side, side)
            place = QStyle.visualRect(turned, self.rect(), place)
            icon(name, colour, side, self.devicePixelRatioF()).paint(painter, place)
            x += side + style.px(6)
        if self._words:
            painter.setPen(qcolour(colour))
            painter.setFont(self.font())
            rest = QStyle.visualRect(turned, self.rect(), self.rect().adjusted(x, 0, 0, 0))
            painter.drawText(
                rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self._words
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Up and down are the transcript's; Qt takes them for Tab."""
        if event.key() in {Qt.Key.Key_Up, Qt.Key.Key_Down}:
            event.ignore()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell the message that a button has the focus."""
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell the message that the focus is gone."""
        super().focusOutEvent(event)
        self.focused.emit(False)
