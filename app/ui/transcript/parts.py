"""Owns the widgets inside a message: buttons, the code bar, the footer, the sideways bar."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAction,
    QFocusEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLabel, QMenu, QScrollBar, QSizePolicy, QToolButton, QWidget

from app.domain.conversation import Message, MessageStatus, Version
from app.domain.generation import Role
from app.markup.code import language_label
from app.ui.theme import qcolour
from app.ui.transcript.icons import icon
from app.ui.transcript.model import status_words
from app.ui.transcript.rows import CodeState, Sideways, ThinkRow
from app.ui.transcript.signals import ActionKind
from app.ui.transcript.style import Style

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint

ICON, BUTTON = 16, 28
"""Sides at 100 %, pixels."""

OVERHANG = 6
"""How far a footer begins left of the text, so that its first picture stands under the text."""

COPIED_SHOWN = 1600
"""Milliseconds that a button says that it has copied."""


class Words(QLabel):
    """A label in its own colour, whatever the window's style sheet says of labels."""

    def __init__(self, parent: QWidget, style: Style, text: str) -> None:
        super().__init__(text, parent)
        self._style = style
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setFont(style.fonts.small)

    @property
    def wide(self) -> int:
        """Width of the text, pixels."""
        return int(self._style.small_metrics.horizontalAdvance(self.text())) + 2

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the text."""
        painter = QPainter(self)
        painter.setFont(self._style.fonts.small)
        painter.setPen(qcolour(self._style.theme.muted))
        align = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft
        painter.drawText(self.rect(), align, self.text())


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

    def wanted_width(self) -> int:
        """Of the picture and the text."""
        style = self._style
        if not self.text():
            return style.px(BUTTON)
        words = int(style.small_metrics.horizontalAdvance(self.text()))
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
        lively = self.underMouse() or self.hasFocus() or (self.text() and not self.quiet)
        colour = theme.text if lively and self.isEnabled() else theme.muted
        if not self.isEnabled():
            colour = theme.border
        side = style.px(ICON)
        x = style.px(8) if self.text() else (self.width() - side) // 2
        if self._name:
            made = icon(self._name, colour, side, self.devicePixelRatioF())
            made.paint(painter, x, (self.height() - side) // 2, side, side)
            x += side + style.px(6)
        if self.text():
            painter.setPen(qcolour(colour))
            painter.setFont(self.font())
            rest = self.rect().adjusted(x, 0, 0, 0)
            painter.drawText(
                rest, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text()
            )

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Tell the message that a button has the focus."""
        super().focusInEvent(event)
        self.focused.emit(True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Tell the message that the focus is gone."""
        super().focusOutEvent(event)
        self.focused.emit(False)


class CodeHead(QWidget):
    """The bar above code: language, Wrap, Copy."""

    copy_clicked = Signal()
    wrap_clicked = Signal()

    def __init__(self, parent: QWidget, style: Style, state: CodeState) -> None:
        super().__init__(parent)
        self._style = style
        self._label = Words(self, style, language_label(state.language) or "Code")
        self.wrap = QuietButton(self, style, "wrap", "Wrap long lines")
        self.wrap.setCheckable(True)
        wrapped = style.wrap_code if state.wrap is None else state.wrap
        self.wrap.setChecked(wrapped)
        self.wrap.setToolTip("Scroll long lines" if wrapped else "Wrap long lines")
        self.copy = QuietButton(self, style, "copy", "Copy code", "Copy")
        self.wrap.clicked.connect(self.wrap_clicked)
        self.copy.clicked.connect(self._copied)

    def _copied(self) -> None:
        self.copy.set_icon("done")
        self.copy.setText("Copied")
        self._place()
        self.copy_clicked.emit()
        QTimer.singleShot(COPIED_SHOWN, self, self._as_before)

    def _as_before(self) -> None:
        self.copy.set_icon("copy")
        self.copy.setText("Copy")
        self._place()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Place label and buttons."""
        self._place()

    def _place(self) -> None:
        style = self._style
        tall = style.px(BUTTON)
        y = (self.height() - tall) // 2
        x = self.width() - style.px(6) - self.copy.wanted_width()
        self.copy.setGeometry(x, y, self.copy.wanted_width(), tall)
        x -= style.px(BUTTON) + style.px(2)
        self.wrap.setGeometry(x, y, style.px(BUTTON), tall)
        self._label.setGeometry(style.px(12), 0, max(10, x - style.px(16)), self.height())


class SideBar(QScrollBar):
    """Scrolls a wide block sideways."""

    def __init__(self, parent: QWidget, style: Style, state: Sideways, room: int) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._style = style
        self.setAccessibleName("Scroll sideways")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setRange(0, max(0, state.natural - room))
        self.setPageStep(max(1, room))
        self.setSingleStep(style.px(30))
        self.setValue(state.x)

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
        painter.setBrush(qcolour(theme.accent if lively else theme.border))
        inset, thick = style.px(8), style.px(6)
        track = self.width() - 2 * inset
        long = max(style.px(36), track * self.pageStep() / room)
        spare = self.maximum() - self.minimum()
        x = inset + (track - long) * (self.value() / spare if spare else 0)
        y = (self.height() - thick) / 2
        painter.drawRoundedRect(QRectF(x, y, long, thick), thick / 2, thick / 2)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Take what goes sideways; up and down is the transcript's."""
        if abs(event.angleDelta().x()) > abs(event.angleDelta().y()):
            super().wheelEvent(event)
        else:
            event.ignore()


def think_words(row: ThinkRow) -> str:
    """What the line above the reasoning says."""
    if not row.closed:
        return f"Thinking\u2026 {row.words:,} words"
    if row.seconds is not None:
        whole = max(1, round(row.seconds))
        time = f"{whole} s" if whole < 60 else f"{whole // 60} min {whole % 60} s"
        return f"Thought for {time} \u00b7 {row.words:,} words"
    return f"Reasoning \u00b7 {row.words:,} words"


class ThinkToggle(QuietButton):
    """Folds and unfolds the reasoning."""

    def __init__(self, parent: QWidget, style: Style, row: ThinkRow) -> None:
        name = "open" if row.open else "closed"
        super().__init__(parent, style, name, think_words(row), think_words(row))
        self.setObjectName("thinking")
        self.quiet = True
        self.set_row(row)

    def set_row(self, row: ThinkRow) -> None:
        """Say how long the reasoning is by now."""
        words = think_words(row)
        self.setText(words)
        self.setToolTip("Hide the reasoning" if row.open else "Show the reasoning")
        self.setAccessibleName(f"{words}. {self.toolTip()}")
        self.set_icon("open" if row.open else "closed")


class Footer(QWidget):
    """Actions under a message and what is to be said about it."""

    acted = Signal(str, str)  # kind, payload

    def __init__(
        self, parent: QWidget, style: Style, message: Message, version: Version, *, busy: bool
    ) -> None:
        super().__init__(parent)
        self._style, self._message = style, message
        self._buttons: list[QuietButton] = []
        self._revealed = False
        self._count: Words | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        streaming = message.status is MessageStatus.STREAMING
        user = message.role is Role.USER
        self._always: set[QuietButton] = set()
        if message.status.can_continue and not user and not busy:
            button = self._add("continue", "Continue this answer", ActionKind.CONTINUE, "Continue")
            self._always.add(button)
        if not streaming:
            self._add("copy", "Copy message", ActionKind.COPY)
            if not busy:
                if user:
                    self._add("edit", "Edit message", ActionKind.EDIT)
                else:
                    self._add("regenerate", "Regenerate answer", ActionKind.REGENERATE)
        if version.count > 1 and not streaming:
            self._add_versions(version, busy=busy)
        if not streaming:
            more = self._add("more", "More actions", None)
            more.clicked.connect(lambda: self._menu(more, busy=busy).exec(self._below(more)))
        self._status = Words(self, style, self._words())
        self._figures = Words(self, style, self._rate())
        self.reveal(False)

    @property
    def words(self) -> tuple[Words, ...]:
        """What is said beside the buttons."""
        return self._status, self._figures

    @property
    def buttons(self) -> list[QuietButton]:
        """From first to last."""
        return self._buttons

    def _words(self) -> str:
        return status_words(self._message)

    def _rate(self) -> str:
        timings = self._message.timings
        writing = self._message.status is MessageStatus.STREAMING
        if timings is None or writing or not timings.tokens_per_second:
            return ""
        made_by = self._message.model
        name = f"{made_by.name} {made_by.quantization}".strip() if made_by else ""
        speed = (
            f"{timings.completion_tokens:,} tokens \u00b7 {timings.tokens_per_second:.1f} tokens/s"
        )
        return f"{name} \u00b7 {speed}" if name else speed

    def _add(
        self, name: str, label: str, kind: ActionKind | None, text: str = "", payload: str = ""
    ) -> QuietButton:
        button = QuietButton(self, self._style, name, label, text)
        if kind is not None:
            button.clicked.connect(self._emitter(kind, payload))
        self._buttons.append(button)
        return button

    def _emitter(self, kind: ActionKind, payload: str) -> Callable[[], None]:
        def emit() -> None:
            if kind is ActionKind.COPY:
                self._buttons_copied()
            self.acted.emit(kind.value, payload)

        return emit

    def _buttons_copied(self) -> None:
        for button in self._buttons:
            if button.accessibleName() == "Copy message":
                button.set_icon("done")

    def _add_versions(self, version: Version, *, busy: bool) -> None:
        before = self._add("previous", "Previous version", ActionKind.VERSION, payload="previous")
        before.setEnabled(version.index > 1 and not busy)
        self._count = Words(self, self._style, f"{version.index}/{version.count}")
        self._count.setAccessibleName(f"Version {version.index} of {version.count}")
        after = self._add("next", "Next version", ActionKind.VERSION, payload="next")
        after.setEnabled(version.index < version.count and not busy)
        self._always |= {before, after}

    def _menu(self, button: QuietButton, *, busy: bool) -> QMenu:
        menu = QMenu(button)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        rows: list[tuple[str, ActionKind, str]] = [
            ("Copy as Markdown", ActionKind.COPY, "markdown"),
            ("Copy as plain text", ActionKind.COPY, "plain"),
            ("Copy as rich text", ActionKind.COPY, "rich"),
        ]
        if not busy:
            if self._message.role is not Role.USER:
                rows.append(("Answer again with\u2026", ActionKind.ANSWER_AGAIN, ""))
                if self._count is not None:
                    rows.append(("Compare versions\u2026", ActionKind.COMPARE, ""))
            rows.append(("New chat from here", ActionKind.BRANCH, ""))
            rows.append(("Delete\u2026", ActionKind.DELETE, ""))
        for text, kind, payload in rows:
            action = QAction(text, menu)
            action.triggered.connect(self._emitter(kind, payload))
            menu.addAction(action)
        return menu

    @staticmethod
    def _below(button: QuietButton) -> QPoint:
        return button.mapToGlobal(button.rect().bottomLeft())

    def reveal(self, shown: bool) -> None:
        """Show the actions, or only what has to be seen always."""
        self._revealed = shown
        for button in self._buttons:
            button.shown = shown or button in self._always
            button.update()
        self._figures.setVisible(shown and bool(self._figures.text()))
        self._place()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Lay out."""
        self._place()

    def _place(self) -> None:
        style = self._style
        tall = style.px(BUTTON)
        y = (self.height() - tall) // 2
        widths = [button.wanted_width() for button in self._buttons]
        count = self._count
        count_width = count.wide + style.px(4) if count is not None else 0
        right = self._message.role is Role.USER
        x = self.width() - sum(widths) - count_width if right else 0
        for button, width in zip(self._buttons, widths, strict=True):
            button.setGeometry(x, y, width, tall)
            x += width
            if button.accessibleName() == "Previous version" and count is not None:
                count.setGeometry(x, y, count_width, tall)
                x += count_width
        x += style.px(10)
        for label in (self._status, self._figures):
            if label.text():
                label.setGeometry(x, y, label.wide, tall)
                x += label.width() + style.px(12)


class Pill(QToolButton):
    """Floats above the end of the view and leads there."""

    def __init__(self, parent: QWidget, style: Style) -> None:
        super().__init__(parent)
        self._style = style
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.hide()
        self.set_style(style)
        self.say("")

    def set_style(self, style: Style) -> None:
        """Take another theme or zoom."""
        self._style = style
        self.setFont(style.fonts.small)
        self.update()

    def say(self, text: str) -> None:
        """Show ``text`` beside the arrow."""
        self.setText(text)
        self.setAccessibleName(f"{text}, go to the end" if text else "Go to the end")
        self.setToolTip("Go to the end")

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
        made = icon("down", theme.text, side, self.devicePixelRatioF())
        made.paint(painter, x, (self.height() - side) // 2, side, side)
        if self.text():
            painter.setPen(qcolour(theme.text))
            rest = self.rect().adjusted(x + side + style.px(6), 0, 0, 0)
            painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, self.text())
