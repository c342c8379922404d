"""Owns drawn formulas: asks the maths room for SVG once, draws it at any size and colour.

Drawing a new formula takes some milliseconds, so each frame has a budget: what does not fit is
`Pending`, stands in at an estimated size, and is drawn in one of the next frames.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.markup.blocks import Math
from app.ui.theme import qcolour

KEPT_FORMULAS = 4000
KEPT_PIXMAPS = 600
"""At 100 % an inline formula takes about 8 kB as a pixmap, so this stays near 5 MB."""

FRAME_BUDGET = 0.006
"""Seconds of a frame that new formulas may take; a frame has 0.016."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A formula as the maths room gives it.

    Attributes:
        svg: The picture; its paint is ``currentColor`` or black.
        width: In ems.
        ascent: Above the baseline, in ems.
        descent: Below the baseline, in ems.
    """

    svg: bytes
    width: float
    ascent: float
    descent: float


@dataclass(frozen=True, slots=True)
class Failed:
    """A formula that cannot be drawn; ``reason`` says why, for people."""

    reason: str


class Drawn:
    """A formula at one size and colour. Lengths in device-independent pixels."""

    __slots__ = ("_key", "_store", "ascent", "descent", "width")

    def __init__(self, store: FormulaStore, shape: Shape, em: float, key: _PixmapKey) -> None:
        self._store, self._key = store, key
        self.width = shape.width * em
        self.ascent = shape.ascent * em
        self.descent = shape.descent * em

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Draw with the left end of the baseline at ``x``, ``baseline``."""
        ratio = painter.device().devicePixelRatio()
        pixmap = self._store.pixmap(self._key, self.width, self.ascent + self.descent, ratio)
        # Whole device pixels: a picture at a fraction of a pixel is blurred.
        left, top = round(x * ratio) / ratio, round((baseline - self.ascent) * ratio) / ratio
        painter.drawPixmap(QRectF(left, top, 0, 0).topLeft(), pixmap)


class Pending(Drawn):
    """Stands in for a formula that is drawn in one of the next frames."""

    __slots__ = ("_colour", "_font", "_source")

    def __init__(self, source: str, font: QFont, colour: str, *, display: bool) -> None:
        metrics = QFontMetricsF(font)
        letters = sum(char.isalnum() for char in source)
        self._source, self._font, self._colour = source, font, colour
        lines = 1 + source.count("\\\\") if display else 1
        self.width = min(40, max(1, letters / lines)) * metrics.averageCharWidth()
        self.ascent = metrics.ascent() * (lines * 1.3 if lines > 1 else 1)
        self.descent = metrics.descent()

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Draw the source, as much as fits."""
        painter.save()
        painter.setFont(self._font)
        painter.setPen(qcolour(self._colour))
        text = QFontMetricsF(self._font).elidedText(
            self._source, Qt.TextElideMode.ElideRight, self.width
        )
        painter.drawText(QRectF(x, baseline - self.ascent, self.width, 9999), text)
        painter.restore()


@dataclass(frozen=True, slots=True)
class _PixmapKey:
    source: str
    display: bool
    colour: str


class FormulaStore:
    """Keeps formulas by source and pictures of them by size, colour and pixel ratio.

    Args:
        render: The maths room: source and display to a shape, or why not.
        clock: Seconds, for the budget of a frame.
    """

    def __init__(
        self,
        render: Callable[[str, bool], Shape | Failed],
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._render, self._clock = render, clock
        self._shapes: OrderedDict[tuple[str, bool], Shape | Failed] = OrderedDict()
        self._pixmaps: OrderedDict[tuple[_PixmapKey, int, int], QPixmap] = OrderedDict()
        self._left = FRAME_BUDGET

    def begin_frame(self, budget: float = FRAME_BUDGET) -> None:
        """Give the next formulas ``budget`` seconds; one is always drawn."""
        self._left = budget

    def get(
        self, source: str, *, display: bool, font: QFont, colour: str
    ) -> Drawn | Failed | Pending:
        """A formula at a font's size, drawn now if the frame's budget allows."""
        known = self._shapes.get((source, display))
        if known is None:
            if self._left <= 0:
                return Pending(source, font, colour, display=display)
            started = self._clock()
            known = self._render(source, display)
            self._left -= self._clock() - started
            self._shapes[source, display] = known
            if len(self._shapes) > KEPT_FORMULAS:
                self._shapes.popitem(last=False)
        if isinstance(known, Failed):
            return known
        return Drawn(self, known, _em(font), _PixmapKey(source, display, colour))

    def pixmap(self, key: _PixmapKey, width: float, height: float, ratio: float) -> QPixmap:
        """The picture of a formula that was got before."""
        across, down = max(1, round(width * ratio)), max(1, round(height * ratio))
        place = (key, across, down)
        known = self._pixmaps.get(place)
        if known is not None:
            self._pixmaps.move_to_end(place)
            return known
        made = QPixmap(min(across, 8192), min(down, 8192))
        made.fill(Qt.GlobalColor.transparent)
        shape = self._shapes.get((key.source, key.display)) or self._render(key.source, key.display)
        if isinstance(shape, Shape):
            painter = QPainter(made)
            svg = shape.svg.replace(b"currentColor", key.colour.encode())
            QSvgRenderer(QByteArray(svg)).render(painter, QRectF(0, 0, across, down))
            painter.end()
        made.setDevicePixelRatio(ratio)
        self._pixmaps[place] = made
        if len(self._pixmaps) > KEPT_PIXMAPS:
            self._pixmaps.popitem(last=False)
        return made


def _em(font: QFont) -> float:
    size = font.pointSizeF()
    return size * 96 / 72 if size > 0 else float(font.pixelSize())


def source_of(formula: Math) -> str:
    """What is shown and copied where a formula cannot be drawn."""
    return formula.markdown
