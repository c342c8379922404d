"""Small controls the shell is made of; each takes its colours from the theme it is given."""

from __future__ import annotations

from textwrap import wrap

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QColor,
    QFont,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QFrame,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.ui.style import icons
from app.ui.style.theme import SPACE, Theme, zoomed
from app.ui.style.typography import DISPLAY, READING, SMALL, TITLE


def restyle(widget: QWidget, name: str, value: object) -> None:
    """Set a property the style sheet looks at, and let it look again."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)


def fit_words(box: QCheckBox, room: int) -> None:
    """Break the words of a check box, which Qt leaves in one line, where they have no room.

    Args:
        box: The check box.
        room: Pixels that it has.
    """
    words, needed = box.text(), box.sizeHint().width()
    if needed > room:
        box.setAccessibleName(box.accessibleName() or words)
        box.setText("\n".join(wrap(words, max(1, len(words) * room // needed - 4))))


def announce(widget: QWidget, text: str) -> None:
    """Let a screen reader say something that no control says."""
    if QGuiApplication.platformName() not in _AT_SPI:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(widget, text))
    elif QAccessible.isActive():
        Notification(widget.window(), text)


_AT_SPI = {"xcb", "wayland"}  # not shown: windows of Linux, whose readers listen there
_NOTIFIED_MS = 10_000


class Notification(QWidget):
    """A sentence that is told to readers on Linux by coming into view, which nobody sees.

    Of an event of announcement Orca 43 knows nothing; every version speaks the name of what has
    this role when it is shown. Each sentence is one of its own, so that none takes another's place
    before it was read.

    Args:
        window: In which it is told.
        text: The sentence.
    """

    def __init__(self, window: QWidget, text: str) -> None:
        super().__init__(window)
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setGeometry(0, 0, 1, 1)
        self.show()
        QTimer.singleShot(_NOTIFIED_MS, self, self.deleteLater)


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
        self._side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self.setAlignment(self._side)

    def setAlignment(self, alignment: Qt.AlignmentFlag) -> None:
        """Where the text stands; left is where reading begins.

        Resolved here: Qt turns it round twice for plain text in windows that read from the right
        (6.11, QLabel::paintEvent), and so draws that at the left.
        """
        self._side = alignment
        super().setAlignment(QStyle.visualAlignment(self.layoutDirection(), alignment))

    def changeEvent(self, event: QEvent) -> None:
        """Another zoom: the size is worked out anew. Another direction: so is the side."""
        super().changeEvent(event)
        if event.type() == ZOOMED:
            self._size_font()
        elif event.type() == QEvent.Type.LayoutDirectionChange:
            self.setAlignment(self._side)

    def _size_font(self) -> None:
        scale, weight = _ROLES.get(self._role, (1.0, QFont.Weight.Normal))
        if self._role in _ROLES:
            font = QFont()
            if scale != 1:
                font.setPointSizeF(QApplication.font().pointSizeF() * scale)
            font.setWeight(weight)
            self.setFont(font)


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

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw it; one on the accent's ground shows its focus by a ring inside."""
        super().paintEvent(event)
        if self._side and self._colours and self.hasFocus():
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(self._colours[0]), 2))
            painter.drawEllipse(self.rect().adjusted(4, 4, -4, -4))

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
        self.set_colours(theme.muted, theme.disabled)


class SidebarButton(QPushButton):
    """A full-width button with an icon and a text, as at the sidebar's head and foot."""

    def __init__(self, icon: str, text: str, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._icon, self._full = icon, text
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
        self.setIcon(icons.icon(self._icon, theme.muted, theme.disabled, size=size))
        self._elide()

    def setText(self, text: str) -> None:
        """Say something else."""
        self._full = text
        self._elide()

    def sizeHint(self) -> QSize:
        """Room for the whole text."""
        hint = super().sizeHint()
        return QSize(self._frame() + self._wide(self._full), hint.height())

    def minimumSizeHint(self) -> QSize:
        """Room for an ellipsis; the text gives way."""
        return QSize(self._frame() + self._wide("…"), super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Shorten anew."""
        super().resizeEvent(event)
        self._elide()

    def _elide(self) -> None:
        room = self.width() - self._frame() + SPACE  # it may stand in the space at the end
        shown = self.fontMetrics().elidedText(self._full, Qt.TextElideMode.ElideRight, room)
        if shown != self.text():
            super().setText(shown)
            self.setToolTip(self._full if shown != self._full else "")

    def _frame(self) -> int:
        """Width of everything but the text, pixels."""
        return super().sizeHint().width() - self._wide(self.text())

    def _wide(self, text: str) -> int:
        return self.fontMetrics().horizontalAdvance(text)


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


def painter_on_ground(button: QToolButton) -> QStylePainter:
    """A painter for what stands on a button, whose ground the style has drawn without its text."""
    option = QStyleOptionToolButton()
    button.initStyleOption(option)
    option.text = ""
    painter = QStylePainter(button)
    painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    return painter


class Popup(QFrame):
    """A small panel at a place; Esc or a click elsewhere closes it, and the focus goes back.

    Args:
        parent: The window.
        name: What screen readers call it.
        width: Pixels at 100 %; more where a row of buttons needs it.
    """

    def __init__(self, parent: QWidget, name: str, width: int) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self._width = width
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setObjectName("popup")
        self.setAccessibleName(name)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(SPACE * 2, SPACE * 2, SPACE * 2, SPACE + 4)
        self.column.setSpacing(SPACE)

    def show_at(self, area: QRect, within: QWidget | None = None) -> None:
        """Show it below a place on the screen, or above where there is no room.

        Args:
            area: The place.
            within: What it keeps inside of from side to side, and is no wider than; None for the
                screen.
        """
        self.ensurePolished()  # it has an edge then
        for button in self.findChildren(QPushButton):
            button.ensurePolished()  # its style gives it more room
        edges = self.column.contentsMargins() + self.contentsMargins()
        items = (self.column.itemAt(at) for at in range(self.column.count()))
        rows = [row for item in items if item is not None and (row := item.layout()) is not None]
        widest = max((row.sizeHint().width() for row in rows), default=0)
        screen = QGuiApplication.screenAt(area.center()) or self.screen()
        room = screen.availableGeometry()
        if within is not None:
            sides = QRect(within.mapToGlobal(QPoint(0, 0)), within.size())
            room.setLeft(max(room.left(), sides.left() + SPACE))
            room.setRight(min(room.right(), sides.right() - SPACE))
        wanted = min(zoomed(self._width), room.width())
        self.setFixedWidth(max(wanted, widest + edges.left() + edges.right()))
        self.adjustSize()
        x = max(room.left(), min(area.left() - SPACE, room.right() - self.width()))
        y = area.bottom() + SPACE // 2
        if y + self.height() > room.bottom():
            y = area.top() - SPACE // 2 - self.height()
        self.move(QPoint(x, max(room.top(), y)))
        self.show()
