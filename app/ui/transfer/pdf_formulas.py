"""Formulas in a laid out text: Qt asks for their size and has them drawn, as vectors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QRect, QRectF, QSizeF
from PySide6.QtGui import QFontMetrics, QPainter, QPyTextObject, QTextDocument, QTextFormat
from PySide6.QtSvg import QSvgRenderer

from app.markup.maths.render import Formula, FormulaStyle, render


@dataclass(frozen=True, slots=True)
class LateFormula:
    """A formula whose size is kept and whose picture is made anew when it is drawn.

    Attributes:
        source: LaTeX.
        style: How it is set.
        width, height, baseline: As of :class:`Formula`.
    """

    source: str
    style: FormulaStyle
    width: float
    height: float
    baseline: float

    @property
    def svg(self) -> bytes:
        """The picture."""
        return render(self.source, self.style).svg


PaperFormula = Formula | LateFormula


class FormulaObjects(QPyTextObject):
    """Draws formulas where the text has images, on the baseline of their lines.

    Qt centres an object with "vertical-align: middle" a quarter of the font's x-height above the
    baseline (qtextdocumentlayout.cpp, resizeInlineObject). So each object is made symmetrical
    about that line.
    """

    def __init__(self, formulas: Mapping[int, PaperFormula], width: float) -> None:
        super().__init__()
        self._formulas = formulas
        self._width = width

    def intrinsicSize(self, _doc: QTextDocument, _pos: int, fmt: QTextFormat) -> QSizeF:
        """The object's size, as Qt asks for it."""
        formula = self._formula(fmt)
        if formula is None:
            return QSizeF(0, 0)
        scale = self._scale(formula)
        return QSizeF(formula.width * scale, 2 * self._half(formula, fmt))

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        _doc: QTextDocument,
        _pos: int,
        fmt: QTextFormat,
    ) -> None:
        """Qt asks to draw."""
        formula = self._formula(fmt)
        if formula is None:
            return
        scale = self._scale(formula)
        where = QRectF(rect)
        baseline = where.top() + self._half(formula, fmt) + _middle(fmt)
        top = baseline - formula.baseline * scale
        bounds = QRectF(where.left(), top, formula.width * scale, formula.height * scale)
        QSvgRenderer(QByteArray(_without_outline(formula.svg))).render(painter, bounds)

    def _formula(self, fmt: QTextFormat) -> PaperFormula | None:
        name = fmt.toImageFormat().name()
        return self._formulas[int(name)] if name.isdecimal() else None

    def _scale(self, formula: PaperFormula) -> float:
        # A formula wider than the page is made smaller rather than cut off.
        return min(1.0, self._width / formula.width) if formula.width > 0 else 1.0

    def _half(self, formula: PaperFormula, fmt: QTextFormat) -> float:
        scale, middle = self._scale(formula), _middle(fmt)
        ascent = formula.baseline * scale
        descent = formula.height * scale - ascent
        return max(ascent - middle, descent + middle)


def _without_outline(svg: bytes) -> bytes:
    # QtSvg begins with a pen without colour but one unit wide, and Qt's PDF engine draws its
    # outline in the colour of the glyph (seen with Qt 6.11). It can go when formulas look as thin
    # as the text without it.
    return svg.replace(b"<svg ", b'<svg stroke="#000000" stroke-width="0" ', 1)


def _middle(fmt: QTextFormat) -> float:
    return QFontMetrics(fmt.toCharFormat().font()).xHeight() / 4
