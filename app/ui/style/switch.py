"""A switch: a check box that is drawn as one, on or off at once."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from app.ui.style.theme import Theme, zoomed

_WIDTH, _HEIGHT = 40, 22  # of the track at 100 %, pixels
_RING = 3  # around it, for the focus


class Switch(QCheckBox):
    """On at the right in the accent's colour, off at the left and hollow."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def set_theme(self, theme: Theme) -> None:
        """Draw in the theme's colours."""
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        """The track, and room for the ring of the focus."""
        return QSize(zoomed(_WIDTH) + 2 * _RING, zoomed(_HEIGHT) + 2 * _RING)

    def minimumSizeHint(self) -> QSize:
        """As large as it is."""
        return self.sizeHint()

    def hitButton(self, place: QPoint) -> bool:
        """All of it can be pressed."""
        return self.rect().contains(place)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw track, thumb, and the ring while it has the focus."""
        theme, on = self._theme, self.isChecked()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        track = QRectF(self.rect()).adjusted(_RING + 1, _RING + 1, -_RING - 1, -_RING - 1)
        half = track.height() / 2
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.drawRoundedRect(track.adjusted(-3, -3, 3, 3), half + 3, half + 3)
        line = theme.faint if not self.isEnabled() else theme.accent if on else theme.muted
        painter.setPen(QPen(QColor(line), 1.5))
        painter.setBrush(QColor(line if on else theme.raised))
        painter.drawRoundedRect(track, half, half)
        right = on is (self.layoutDirection() is Qt.LayoutDirection.LeftToRight)
        middle = track.right() - half if right else track.left() + half
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.on_accent if on else line))
        radius = half - 4 if on else half - 5
        painter.drawEllipse(QRectF(middle - radius, track.center().y() - radius,
                                   2 * radius, 2 * radius))  # fmt: skip
