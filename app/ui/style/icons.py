"""Line icons in any colour, crisp at any scale."""

from __future__ import annotations

from functools import lru_cache
from math import ceil

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.system.bundled import bundled

SIZE = 20
_ALONG = {"back", "chevron-left", "chevron-right", "sidebar"}  # not shown: point along the lines
_APPLICATION = (16, 24, 32, 48, 64, 128, 256)  # sides of the program's own icon, pixels


def scales() -> tuple[int, ...]:
    """How many pixels a point has on the screens that are there, rounded up; each once."""
    found = {ceil(screen.devicePixelRatio()) for screen in QGuiApplication.screens()}
    return tuple(sorted(found)) or (1,)


@lru_cache(maxsize=64)
def _source(name: str) -> str:
    return bundled("assets", "icons", f"{name}.svg").read_text(encoding="utf-8")


def pixmap(name: str, colour: str, size: int = SIZE, scale: float = 1.0) -> QPixmap:
    """Draw an icon of ``size`` device-independent pixels for a screen of ``scale``."""
    made = QPixmap.fromImage(_drawn(name, colour, round(size * scale)))
    made.setDevicePixelRatio(scale)
    return made


@lru_cache(maxsize=512)
def _drawn(name: str, colour: str, side: int) -> QImage:
    """An icon as pixels; the same one stands in several places, and is drawn once."""
    drawn = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    source = _source(name).replace("#000", colour)
    QSvgRenderer(QByteArray(source.encode())).render(painter, QRectF(0, 0, side, side))
    painter.end()
    turned = QGuiApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft
    return drawn.flipped(Qt.Orientation.Horizontal) if turned and name in _ALONG else drawn


def icon(name: str, colour: str, disabled: str = "", size: int = SIZE) -> QIcon:
    """An icon in ``colour``, in ``disabled`` where the control is, for the screens there are."""
    made = QIcon()
    for scale in scales():
        made.addPixmap(pixmap(name, colour, size, scale))
        if disabled:
            made.addPixmap(pixmap(name, disabled, size, scale), QIcon.Mode.Disabled)
    return made


@lru_cache(maxsize=16)
def _application(side: int) -> QImage:
    drawn = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    drawn.fill(Qt.GlobalColor.transparent)
    painter = QPainter(drawn)
    QSvgRenderer(str(bundled("assets", "phial.svg"))).render(painter, QRectF(0, 0, side, side))
    painter.end()
    return drawn


def application_pixmap(side: int, scale: float) -> QPixmap:
    """Phial's own mark, ``side`` device-independent pixels large on a screen of ``scale``."""
    made = QPixmap.fromImage(_application(round(side * scale)))
    made.setDevicePixelRatio(scale)
    return made


def application_icon() -> QIcon:
    """Phial's own icon, drawn for each size in which systems show one."""
    made = QIcon()
    for side in _APPLICATION:
        made.addPixmap(QPixmap.fromImage(_application(side)))
    return made
