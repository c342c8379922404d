"""The small pictures in messages and on their buttons, drawn as strokes in the theme's colours."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

# On a grid of 16; every stroke 1.4 wide with round ends.
_SHAPES = {  # not shown: paths of SVG
    "copy": "M5.5 5.5h7v8h-7z M3.5 10.5v-8h7",
    "done": "M3 8.5l3.2 3.2L13 5",
    "edit": "M3 13l.6-2.8L10.8 3l2.2 2.2-7.2 7.2z",
    "regenerate": "M13 8a5 5 0 1 1-1.6-3.7 M13 2.2v2.6h-2.6",
    "continue": "M4 3l7.5 5L4 13z M13.2 3v10",
    "previous": "M9.8 3.5L5.5 8l4.3 4.5",
    "next": "M6.2 3.5L10.5 8l-4.3 4.5",
    "more": "M3.4 8h.01 M8 8h.01 M12.6 8h.01",
    "wrap": "M2.5 4h11 M2.5 8h9a2.2 2.2 0 0 1 0 4.4H8.4 M10 10.6L8.2 12.4l1.8 1.8 M2.5 12.4h3",
    "open": "M4 6l4 4.2L12 6",
    "closed": "M6 4l4.2 4L6 12",
    "down": "M8 3v9.5 M4 8.7l4 4 4-4",
}


def icon(name: str, colour: str, size: int, ratio: float) -> QIcon:
    """Return the icon ``name`` at ``size`` device-independent pixels."""
    return stroked(_SHAPES[name], colour, size, ratio, 2.4 if name == "more" else 1.4)


@lru_cache(maxsize=256)
def stroked(shape: str, colour: str, size: int, ratio: float, width: float = 1.4) -> QIcon:
    """An icon of these strokes, an SVG path on a grid of 16."""
    svg = (  # not shown: SVG
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><path fill="none" '
        f'stroke="{colour}" stroke-width="{width}" stroke-linecap="round" '
        f'stroke-linejoin="round" d="{shape}"/></svg>'
    )
    side = round(size * ratio)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return QIcon(pixmap)
