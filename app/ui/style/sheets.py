"""Sheets: dialogs without a title bar that stand over their window, which is dimmed meanwhile."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QHideEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPalette,
    QPen,
    QRegion,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QCheckBox,
    QDialog,
    QFrame,
    QLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.ui.style.widgets import fit_words

if TYPE_CHECKING:
    from app.ui.style.motion import Rise

_RADIUS = 12  # of the corners, pixels
_CUT = {"xcb", "windows"}  # Qt's platforms where a window can have round corners this way
_DIM = 96  # how dark the window becomes, of 255
_LEAST_AREA = 80  # height of a list where the screen is low, pixels
_LEFT = 16  # of the screen on each side of a sheet that would fill it, pixels


class _Dim(QWidget):
    """Darkens a window as long as a sheet stands over it."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setGeometry(window.rect())
        from app.ui.style.motion import Fading  # not before there is a sheet

        self._shade = Fading(self, 0.0, float(_DIM))

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the shade."""
        QPainter(self).fillRect(self.rect(), QColor(0, 0, 0, round(self._shade.now)))


class Sheet(QDialog):
    """A dialog in the middle of its window; one without a window has a title bar as any other.

    Args:
        parent: A widget of the window that it belongs to; None where there is none.

    Attributes:
        bottom: What is seen also where the rest has to be scrolled; None for nothing.
    """

    def __init__(self, parent: QWidget | None) -> None:
        super().__init__(parent)
        self._under = parent.window() if parent is not None else None
        self._dim: _Dim | None = None
        self._rise: Rise | None = None
        self.bottom: QWidget | None = None
        if self._under is not None:
            self.setWindowFlags(Qt.WindowType.Dialog | Qt.WindowType.FramelessWindowHint)

    def adjustSize(self) -> None:
        """As large as its content wants, where the screen has room.

        Qt's own stops at two thirds of the screen, and what is below that is cut off.
        """
        self.resize(self.sizeHint().boundedTo(self.room()))
        self.setAttribute(Qt.WidgetAttribute.WA_Resized, False)

    def event(self, event: QEvent) -> bool:
        """Something on it is shown or says more: it becomes as high as that needs at least.

        Qt asks a window's layout for its minimum without what wrapped texts need at its width.
        """
        handled = super().event(event)
        layout = self.layout() if event.type() == QEvent.Type.LayoutRequest else None
        if layout is not None and layout.hasHeightForWidth() and self.isVisible():
            least = layout.totalMinimumHeightForWidth(self.width())
            if least > self.room().height():
                self._give_way()
                return handled
            if self.height() < (height := min(least, self.room().height())):
                self.resize(self.width(), height)
        return handled

    def _give_way(self) -> None:
        """On a low screen, what scrolls by itself is lower than it would like to be."""
        layout = self.layout()
        if layout is None:
            return
        edges = layout.contentsMargins()
        for box in self.findChildren(QCheckBox):
            fit_words(box, self.room().width() - 2 * (edges.left() + edges.right()))
        wide = max(layout.minimumSize().width(), min(self.sizeHint().width(), self.room().width()))
        over = layout.totalMinimumHeightForWidth(wide) if layout.hasHeightForWidth() else 0
        over = max(over, layout.totalMinimumSize().height()) - self.room().height()
        for area in self.findChildren(QAbstractScrollArea):
            least = area.minimumHeight()
            if over > 0 and least > _LEAST_AREA:
                area.setMinimumHeight(max(_LEAST_AREA, least - over))
                over -= least - area.minimumHeight()
        if over > 0:
            self._scroll(layout)
        if (now := self.layout()) is not None:
            now.activate()  # what the sheet itself may be at least is told by this

    def _scroll(self, layout: QLayout) -> None:
        """Let what has no room be scrolled; the buttons at the bottom stay where they are."""
        held, inside, area = self.focusWidget(), QWidget(), QScrollArea()
        inside.setLayout(layout)  # which leaves the sheet for it, with all that it places
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        around = QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(area)
        if self.bottom is not None:
            edges = layout.contentsMargins()
            layout.removeWidget(self.bottom)
            self.bottom.setContentsMargins(edges.left(), 0, edges.right(), edges.bottom())
            around.addWidget(self.bottom)
        below = self.bottom.sizeHint().height() if self.bottom is not None else 0
        bar = area.verticalScrollBar().sizeHint().width()
        wide = min(inside.minimumSizeHint().width() + bar, self.room().width())
        area.setMinimumSize(wide, self.room().height() - below)
        if held is not None:
            held.setFocus()

    def room(self) -> QSize:
        """What a sheet may take of the screen."""
        screen = (self._under or self).screen()
        return screen.availableGeometry().size() - QSize(2 * _LEFT, 2 * _LEFT)

    def showEvent(self, event: QShowEvent) -> None:
        """Dim the window and stand in its middle."""
        super().showEvent(event)
        self._give_way()
        if not self.testAttribute(Qt.WidgetAttribute.WA_Resized):
            self.adjustSize()
        elif self._under is not None:
            self.resize(self.size().boundedTo(self.room()))
        if self._under is not None and self._dim is None:
            self._dim = _Dim(self._under)
            self._dim.show()
            self._under.installEventFilter(self)
        self._place(comes=True)

    def hideEvent(self, event: QHideEvent) -> None:
        """The window is as bright as before."""
        super().hideEvent(event)
        if self._dim is not None and self._under is not None:
            self._under.removeEventFilter(self)
            self._dim.hide()
            self._dim.deleteLater()
            self._dim = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        """What it says is more or less now: it stays in the middle, with round corners."""
        super().resizeEvent(event)
        if self._under is not None:
            self._place()
            if QGuiApplication.platformName() in _CUT:
                path = QPainterPath()
                path.addRoundedRect(QRectF(self.rect()), _RADIUS, _RADIUS)
                self.setMask(QRegion(path.toFillPolygon().toPolygon()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """The window moved or has another size: follow."""
        if watched is self._under and event.type() in {QEvent.Type.Move, QEvent.Type.Resize}:
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw an edge, which no window manager draws."""
        super().paintEvent(event)
        if self._under is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1.5))
        edge = QRectF(self.rect()).adjusted(0.75, 0.75, -0.75, -0.75)
        painter.drawRoundedRect(edge, _RADIUS, _RADIUS)

    def _place(self, *, comes: bool = False) -> None:
        under = self._under
        if under is None:
            return
        if self._rise is None:
            from app.ui.style.motion import Rise

            self._rise = Rise(self)
        if self._dim is not None:
            self._dim.setGeometry(under.rect())
            self._dim.raise_()
        room = under.screen().availableGeometry()
        middle = under.mapToGlobal(under.rect().center())
        place = middle - QPoint(self.width() // 2, self.height() // 2)
        left, top = room.left() + _LEFT, room.top() + _LEFT
        place.setX(max(left, min(place.x(), room.right() - _LEFT - self.width())))
        place.setY(max(top, min(place.y(), room.bottom() - _LEFT - self.height())))
        self._rise.to(place, comes=comes)
