"""The widgets inside a message (code bar, scroll bar, fold line), and the one to the end."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QScrollBar, QStyle, QToolButton, QWidget

from app.language import tr
from app.markup.code.highlighter import language_label
from app.ui.style.theme import qcolour
from app.ui.style.transcript_icons import icon
from app.ui.transcript.content.rows import FoldRow
from app.ui.transcript.content.wide_blocks import CodeState, HorizontalScrollState
from app.ui.transcript.items.style import Style
from app.ui.transcript.widgets.buttons import BUTTON, ICON, ButtonRow, QuietButton, QuietLabel

COPIED_SHOWN = 1600
"""Milliseconds that a button says that it has copied."""


class CodeHead(ButtonRow):
    """The bar above code: language, Wrap, Copy."""

    copy_clicked = Signal()
    wrap_clicked = Signal()

    def __init__(self, parent: QWidget, style: Style, state: CodeState) -> None:
        super().__init__(parent, style)
        self._label = QuietLabel(self, style, language_label(state.language) or tr("Code"))
        self.wrap = QuietButton(self, style, "wrap", tr("Wrap long lines"))
        self.wrap.setCheckable(True)
        wrapped = style.wrap_code if state.wrap is None else state.wrap
        self.wrap.setChecked(wrapped)
        self.wrap.setToolTip(tr("Scroll long lines") if wrapped else tr("Wrap long lines"))
        self.copy = QuietButton(self, style, "copy", tr("Copy code"), tr("Copy"))
        self.wrap.clicked.connect(self.wrap_clicked)
        self.copy.clicked.connect(self._copied)

    def _copied(self) -> None:
        self.copy.set_icon("done")
        self.copy.setText(tr("Copied"))
        self._place()
        self.copy_clicked.emit()
        QTimer.singleShot(COPIED_SHOWN, self, self._as_before)

    def _as_before(self) -> None:
        self.copy.set_icon("copy")
        self.copy.setText(tr("Copy"))
        self._place()

    def _place(self) -> None:
        style = self._style
        wide, square = self.copy.wanted_width(), style.px(BUTTON)
        x = self.width() - style.px(6) - wide
        self._put(self.copy, x, wide)
        x -= square + style.px(2)
        self._put(self.wrap, x, square)
        self._stand(self._label, QRect(style.px(12), 0, max(10, x - style.px(16)), self.height()))


class HorizontalScrollBar(QScrollBar):
    """Scrolls a wide block sideways."""

    def __init__(
        self, parent: QWidget, style: Style, state: HorizontalScrollState, room: int
    ) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._style = style
        # What it shows is counted from the left, whatever the window's direction is.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setAccessibleName(tr("Scroll sideways"))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setRange(0, max(0, state.content_width - room))
        self.setPageStep(max(1, room))
        self.setSingleStep(style.px(30))
        self.setValue(state.offset)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw a quiet thumb; the accent tells the focus."""
        style, theme = self._style, self._style.theme
        room = self.maximum() - self.minimum() + self.pageStep()
        if room <= 0:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        lively = self.hasFocus() or self.underMouse() or self.isSliderDown()
        painter.setBrush(qcolour(theme.accent if lively else theme.thumb))
        inset, thick = style.px(8), style.px(6)
        track = self.width() - 2 * inset
        long = max(style.px(36), track * self.pageStep() / room)
        spare = self.maximum() - self.minimum()
        x = inset + (track - long) * (self.value() / spare if spare else 0)
        y = (self.height() - thick) / 2
        painter.drawRoundedRect(QRectF(x, y, long, thick), thick / 2, thick / 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go sideways; up and down is the transcript's.

        Not left to Qt: a scroll bar's controls are inverted, so that its Right key goes left.
        """
        match event.key():
            case Qt.Key.Key_Right:
                self.setValue(self.value() + self.singleStep())
            case Qt.Key.Key_Left:
                self.setValue(self.value() - self.singleStep())
            case Qt.Key.Key_Home | Qt.Key.Key_End:
                super().keyPressEvent(event)
            case _:
                event.ignore()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Take what goes sideways; up and down is the transcript's."""
        if abs(event.angleDelta().x()) > abs(event.angleDelta().y()):
            super().wheelEvent(event)
        else:
            event.ignore()


class FoldToggle(QuietButton):
    """Folds and unfolds a part of a message.

    Attributes:
        row: The line that it is on.
    """

    def __init__(self, parent: QWidget, style: Style, row: FoldRow) -> None:
        super().__init__(parent, style, "open" if row.open else "closed", row.label, row.label)
        self.setObjectName("fold")
        self.quiet = True
        self.set_row(row)

    def set_row(self, row: FoldRow) -> None:
        """Say how much is in it by now."""
        self.row = row
        self.setText(row.label)
        self.setToolTip(row.frame.hint(opened=row.open))
        self.setAccessibleName(f"{row.label}. {self.toolTip()}")
        self.set_icon("open" if row.open else "closed")


class ScrollToEndButton(QToolButton):
    """Floats above the end of the view and leads there."""

    def __init__(self, parent: QWidget, style: Style) -> None:
        super().__init__(parent)
        self._style = style
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hide()
        self.set_style(style)
        self.show_text("")

    def set_style(self, style: Style) -> None:
        """Take another theme or zoom."""
        self._style = style
        self.setFont(style.fonts.small)
        self.update()

    def show_text(self, text: str) -> None:
        """Show ``text`` beside the arrow."""
        self.setText(text)
        end = tr("Go to the end")
        self.setAccessibleName(tr("{text}, go to the end", text=text) if text else end)
        self.setToolTip(end)

    def place(self, area: QRect) -> None:
        """Stand at the foot of the view."""
        style = self._style
        tall = style.px(32)
        words = int(style.small_metrics.horizontalAdvance(self.text()))
        width = words + style.px(44) if self.text() else tall
        x = area.x() + (area.width() - width) // 2
        self.setGeometry(x, area.bottom() - tall - style.px(12), width, tall)
        self.raise_()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the pill."""
        style, theme = self._style, self._style.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lively = self.underMouse() or self.hasFocus()
        painter.setPen(QPen(qcolour(theme.accent if lively else theme.border), 1.5))
        painter.setBrush(qcolour(theme.raised))
        area = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        painter.drawRoundedRect(area, area.height() / 2, area.height() / 2)
        side = style.px(ICON)
        x = style.px(12) if self.text() else (self.width() - side) // 2
        turned, whole = self.layoutDirection(), self.rect()
        made = icon("down", theme.text, side, self.devicePixelRatioF())
        place = QRect(x, (self.height() - side) // 2, side, side)
        made.paint(painter, QStyle.visualRect(turned, whole, place))
        if self.text():
            painter.setPen(qcolour(theme.text))
            rest = whole.adjusted(x + side + style.px(6), 0, 0, 0)
            rest = QStyle.visualRect(turned, whole, rest)
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, self.text())
