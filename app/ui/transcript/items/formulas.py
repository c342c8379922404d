"""Drawn formulas: SVG from app.markup.maths, made once and drawn at any size and colour.

Drawing a new formula takes some milliseconds, so each frame has a budget: what does not fit is
`Pending`, stands in at an estimated size, and is drawn in one of the next frames.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import TypeAlias

from PySide6.QtCore import QByteArray, QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontInfo, QFontMetricsF, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.markup.maths.render import (
    QUICK,
    Formula,
    FormulaLine,
    FormulaStyle,
    MathError,
    render,
    render_cost,
)
from app.ui.style.theme import qcolour

INK = "#010204"
"""A colour that stands for the text's until a picture is made."""

TALLEST = 8192
"""Device pixels of a picture's height."""
TILE = 2048
"""Device pixels; a wider formula is drawn in several pictures, of those that are seen."""

KEPT_FORMULAS = 4000
KEPT_PIXMAPS = 600
"""At 100 % an inline formula takes about 8 kB as a pixmap, so this stays near 5 MB."""

FRAME_BUDGET = 0.004
"""Seconds of a frame that new formulas may take; a frame has 0.016."""

LIGHT = QUICK // 5
"""Weight up to which a formula is drawn in a frame: most take 3 ms, and 10 where the first of their
letters have to be loaded. A heavier one is seen as its source for a frame or two."""


SHOWN_WHOLE = 10
"""Characters of a source that stands in for its formula uncut."""


@dataclass(frozen=True, slots=True)
class FailedFormula:
    """A formula that cannot be drawn; ``reason`` says why, for people."""

    reason: str


class DrawnFormula:
    """A formula at one size and colour. Lengths in device-independent pixels."""

    __slots__ = ("_formula", "_key", "_store", "ascent", "descent", "em", "numbers", "width")

    def __init__(self, store: FormulaStore, formula: Formula, em: float, key: _PixmapKey) -> None:
        self._store, self._key, self._formula = store, key, formula
        self.em = em
        self.width = formula.width * em
        self.ascent = formula.baseline * em
        self.descent = (formula.height - formula.baseline) * em
        self.numbers = formula.numbers.scaled(em) if formula.numbers else None

    def lines(self, room: float) -> tuple[FormulaLine, ...]:
        """The formula without its numbers, broken to fit into ``room`` if it can be."""
        return self._formula.scaled(self.em).lines(room, self.em)

    @property
    def number_width(self) -> float:
        """What the numbers take of a row, with the least space before them."""
        return self.numbers.end - self.numbers.start + self.em if self.numbers else 0.0

    def paint(self, painter: QPainter, x: float, baseline: float) -> None:
        """Draw with the left end of the baseline at ``x``, ``baseline``."""
        self.paint_part(painter, x, baseline, 0.0, self.width)

    def paint_part(
        self, painter: QPainter, x: float, baseline: float, start: float, end: float
    ) -> None:
        """Draw what lies between ``start`` and ``end``, from ``x`` on.

        A picture is never wider than a tile: a formula may be far wider than what is seen of it.
        """
        ratio = painter.device().devicePixelRatio()
        # Whole device pixels: a picture at a fraction of a pixel is blurred.
        left, top = round(x * ratio), round((baseline - self.ascent) * ratio)
        first, last = round(start * ratio), round(end * ratio)
        whole = max(1, round(self.width * ratio)), max(1, round(self._height * ratio))
        seen = painter.clipBoundingRect() if painter.hasClipping() else QRectF()
        for at in range(first, max(last, first + 1), TILE):
            place = (left + at - first) / ratio
            across = min(TILE, max(1, last - at))
            if seen.isNull() or (place < seen.right() and place + across / ratio > seen.left()):
                pixmap = self._store.pixmap(self._key, whole, (at, across), ratio)
                painter.drawPixmap(QPointF(place, top / ratio), pixmap)

    @property
    def _height(self) -> float:
        return self.ascent + self.descent


class PendingFormula(DrawnFormula):
    """Stands in for a formula that is drawn in one of the next frames."""

    __slots__ = ("_colour", "_font", "display", "soon", "source")

    def __init__(self, source: str, font: QFont, colour: str, *, display: bool, soon: bool) -> None:
        metrics = QFontMetricsF(font)
        letters = sum(char.isalnum() for char in source)
        self.source, self.display = source, display
        self.numbers, self.em = None, 0.0
        self._font, self._colour = font, colour
        self.soon = soon  # in the next frame; else when the thread has drawn it
        lines = 1 + source.count("\\\\") if display else 1
        self.width = min(40, max(1, letters / lines)) * metrics.averageCharWidth()
        if len(source) <= SHOWN_WHOLE:  # cut, ``< 0`` would be nothing at all
            self.width = max(self.width, metrics.horizontalAdvance(source))
        self.ascent = metrics.ascent() * (lines * 1.3 if lines > 1 else 1)
        self.descent = metrics.descent()

    def lines(self, _room: float) -> tuple[FormulaLine, ...]:
        """One."""
        return (FormulaLine(0.0, self.width, 0.0, self.ascent, self.descent),)

    def paint_part(
        self, painter: QPainter, x: float, baseline: float, _start: float, _end: float
    ) -> None:
        """Draw the source, as much as fits."""
        painter.save()
        painter.setFont(self._font)
        painter.setPen(qcolour(self._colour))
        text = QFontMetricsF(self._font).elidedText(
            self.source, Qt.TextElideMode.ElideRight, self.width
        )
        painter.drawText(QRectF(x, baseline - self.ascent, self.width, 9999), text)
        painter.restore()


@dataclass(frozen=True, slots=True)
class _PixmapKey:
    source: str
    display: bool
    colour: str


_Place: TypeAlias = tuple[_PixmapKey, tuple[int, int], tuple[int, int]]


class FormulaStore:
    """Keeps formulas by source and pictures of them by size, colour and pixel ratio.

    Args:
        render: Draws source and display in ems and in `INK`, or says why not.
        is_light: Whether a source may be drawn at once.
        ask: Has a heavy formula drawn elsewhere; `take` brings it.
        clock: Seconds, for the budget of a frame.
    """

    def __init__(
        self,
        render: Callable[[str, bool], Formula | FailedFormula],
        is_light: Callable[[str], bool],
        ask: Callable[[str, bool], None],
        clock: Callable[[], float] = perf_counter,
    ) -> None:
        self._render, self._is_light, self._ask, self._clock = render, is_light, ask, clock
        self._asked: set[tuple[str, bool]] = set()
        self._shapes: OrderedDict[tuple[str, bool], Formula | FailedFormula] = OrderedDict()
        self._pixmaps: OrderedDict[_Place, QPixmap] = OrderedDict()
        self._left = FRAME_BUDGET

    def begin_frame(self, budget: float = FRAME_BUDGET) -> None:
        """Give the next formulas ``budget`` seconds; while any is left, one more is begun."""
        self._left = budget

    def get(
        self, source: str, *, display: bool, font: QFont, colour: str
    ) -> DrawnFormula | FailedFormula | PendingFormula:
        """A formula at a font's size, drawn now if the frame's budget allows."""
        known = self._shapes.get((source, display))
        if known is None:
            if (source, display) in self._asked:
                return PendingFormula(source, font, colour, display=display, soon=False)
            if self._left <= 0:
                return PendingFormula(source, font, colour, display=display, soon=True)
            started = self._clock()
            self.draw(source, display=display)
            self._left -= self._clock() - started
            known = self._shapes.get((source, display))
            if known is None:
                return PendingFormula(source, font, colour, display=display, soon=False)
        if isinstance(known, FailedFormula):
            return known
        return DrawnFormula(self, known, _em(font), _PixmapKey(source, display, colour))

    def draw(self, source: str, *, display: bool) -> None:
        """Draw a formula now, or have it drawn by the thread if it is a heavy one."""
        if (source, display) in self._shapes or (source, display) in self._asked:
            return
        if self._is_light(source):
            self.put(source, self._render(source, display), display=display)
        else:
            self._asked.add((source, display))
            self._ask(source, display)

    def is_drawn(self, pending: PendingFormula) -> bool:
        """Whether a formula that was waited for is there."""
        return (pending.source, pending.display) in self._shapes

    def put(self, source: str, shape: Formula | FailedFormula, *, display: bool) -> None:
        """Keep what was drawn."""
        self._asked.discard((source, display))
        self._shapes[source, display] = shape
        if len(self._shapes) > KEPT_FORMULAS:
            self._shapes.popitem(last=False)

    def pixmap(
        self, key: _PixmapKey, whole: tuple[int, int], part: tuple[int, int], ratio: float
    ) -> QPixmap:
        """The picture of a part of a formula that was got before.

        Args:
            key: The formula and its colour.
            whole: Its width and height, in device pixels.
            part: Where the part begins and how wide it is, in device pixels.
            ratio: Device pixels of a pixel.
        """
        place = (key, whole, part)
        known = self._pixmaps.get(place)
        if known is not None:
            self._pixmaps.move_to_end(place)
            return known
        start, across = part
        made = QPixmap(across, min(whole[1], TALLEST))
        made.fill(Qt.GlobalColor.transparent)
        shape = self._shapes.get((key.source, key.display)) or self._render(key.source, key.display)
        if isinstance(shape, Formula):
            painter = QPainter(made)
            svg = shape.svg.replace(INK.encode(), key.colour.encode())
            QSvgRenderer(QByteArray(svg)).render(painter, QRectF(-start, 0, *whole))
            painter.end()
        made.setDevicePixelRatio(ratio)
        self._pixmaps[place] = made
        if len(self._pixmaps) > KEPT_PIXMAPS:
            self._pixmaps.popitem(last=False)
        return made


MATHS_X_HEIGHT = 0.467
"""The x-height of STIX Two Math, in which formulas are set, in ems (its OS/2 table)."""


def _em(font: QFont) -> float:
    """Size at which small letters of formulas and text are equally tall, within reason."""
    metrics = QFontMetricsF(font)
    plain = QFontInfo(font).pixelSize()
    return min(1.2 * plain, max(0.9 * plain, metrics.xHeight() / MATHS_X_HEIGHT))


# -------------------------------------------- light ones at once, heavy ones in a thread


def is_light(source: str) -> bool:
    """Whether a formula may be drawn while the window waits."""
    try:
        return render_cost(source) <= LIGHT
    except MathError:
        return True  # it is refused at once


def render_shape(source: str, display: bool) -> Formula | FailedFormula:
    """Draw LaTeX in ems, or say why not."""
    try:
        return render(source, FormulaStyle(display=display, size=1.0, colour=INK))
    except MathError as error:
        return FailedFormula(str(error))


def warm_up() -> None:
    """Load the font and the renderer, which the first formula would wait for."""
    render_shape("x", display=False)
