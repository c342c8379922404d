"""What all Qt documents of rows share: formulas on the baseline, and positions in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSizeF
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QPainter,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
)

from app.ui.transcript.content.runs import Run, clean
from app.ui.transcript.items.formulas import DrawnFormula, FailedFormula, PendingFormula
from app.ui.transcript.items.highlights import rects_of
from app.ui.transcript.items.mark_drawing import CHIP_SPACE, MarkedArea, chip_format
from app.ui.transcript.items.style import FORMULA_OBJECT, Style

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from app.ui.transcript.content.marks import RowMark


class InlineFormula(QPyTextObject):
    """Draws the formulas of one document on the baseline of their lines.

    For an object with ``AlignMiddle`` Qt gives a line half of the object's height above, and half
    below, a height somewhat over the baseline (it differs between fonts and versions of Qt, and is
    probed); each object is made as tall as makes room for the formula's ascent and descent. Then
    Qt draws the object in the middle of the line as it came out; from there the baseline follows.
    """

    def __init__(self, *, strut: bool) -> None:
        super().__init__()
        self.drawn: list[DrawnFormula] = []
        self._stood: dict[int, tuple[DrawnFormula, float, float]] = {}  # by position, as last drawn
        self._strut = strut

    def add(self, drawn: DrawnFormula) -> int:
        """Take a formula and return its number in this document."""
        self.drawn.append(drawn)
        return len(self.drawn) - 1

    def forget(self, kept: int, position: int) -> None:
        """Let go of all but the first ``kept`` formulas: those that stood from ``position`` on."""
        del self.drawn[kept:]
        self._stood = {at: stood for at, stood in self._stood.items() if at < position}

    def intrinsicSize(self, _doc: QTextDocument, _pos: int, fmt: QTextFormat) -> QSizeF:
        """The object's size, as Qt asks for it."""
        formula = self.drawn[fmt.intProperty(_NUMBER)]
        return QSizeF(formula.width, 2 * self._half(formula, fmt.toCharFormat()))

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        doc: QTextDocument,
        pos: int,
        fmt: QTextFormat,
    ) -> None:
        """Qt asks to draw."""
        formula = self.drawn[fmt.intProperty(_NUMBER)]
        block = doc.findBlock(pos)
        line = block.layout().lineForTextPosition(pos - block.position())
        centre = QRectF(rect).center().y()
        left, baseline = QRectF(rect).left(), centre + (line.ascent() - line.descent()) / 2
        self._stood[pos] = formula, left, baseline
        formula.paint(painter, left, baseline)

    def paint_again(self, painter: QPainter, start: int, end: int) -> None:
        """Draw the formulas of a selection once more: Qt covers them with half its colour."""
        for position, (formula, left, baseline) in self._stood.items():
            if start <= position < end:
                formula.paint(painter, left, baseline)

    def _half(self, formula: DrawnFormula, fmt: QTextCharFormat) -> float:
        middle = _middle(fmt)
        half = max(formula.ascent - middle, formula.descent + middle)
        return max(half, QFontMetricsF(fmt.font()).ascent() - middle) if self._strut else half


LONGEST_INLINE = 1000
"""Characters of an inline formula's source that are shown where the formula is not."""

_NUMBER = QTextFormat.Property.UserProperty.value + 7


def _middle(fmt: QTextCharFormat) -> float:
    font = fmt.font()
    key = font.key()
    if key not in _MIDDLES:
        _MIDDLES[key] = _probe(font)
    return _MIDDLES[key]


_MIDDLES: dict[str, float] = {}


class _Block(QPyTextObject):
    """An object taller than any line, to find out where Qt centres it."""

    TALL = 4000.0

    def intrinsicSize(self, _doc: QTextDocument, _pos: int, _fmt: QTextFormat) -> QSizeF:
        return QSizeF(1, self.TALL)

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        doc: QTextDocument,
        pos: int,
        fmt: QTextFormat,
    ) -> None:
        """Is never drawn."""


def _probe(font: QFont) -> float:
    """How far above the baseline Qt centres an object of this font, pixels."""
    doc, block = QTextDocument(), _Block()
    doc.documentLayout().registerHandler(FORMULA_OBJECT, block)
    fmt = QTextCharFormat()
    fmt.setFont(font)
    fmt.setObjectType(FORMULA_OBJECT)
    fmt.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
    QTextCursor(doc).insertText("\ufffc", fmt)
    doc.setTextWidth(100)
    return doc.firstBlock().layout().lineAt(0).ascent() - _Block.TALL / 2


class RowDocument(QTextDocument):
    """A document with its formulas, and where undrawable formulas stand as their source."""

    def __init__(self, style: Style) -> None:
        super().__init__()
        self.setDocumentMargin(0)
        self.setUndoRedoEnabled(False)
        self.setDefaultFont(style.fonts.text)
        self.style = style
        self.pending: list[PendingFormula] = []
        # Made with the first formula: most rows have none, and it takes a third of an empty row.
        self.formulas: InlineFormula | None = None
        # (position in the row's text, length in the document) of each formula drawn as source
        self.spelled: list[tuple[int, int]] = []
        self.chips: list[int] = []  # positions in the row's text that have a chip behind them
        self.line_grounds: dict[int, str] = {}  # colours behind whole lines, by number
        self.base = 0  # document position of the row's first character
        self.strut = False  # whether lines of formulas alone are as tall as lines of text

    def insert_runs(
        self, cursor: QTextCursor, runs: Sequence[Run], level: int, *, quiet: bool
    ) -> None:
        """Append runs at the cursor."""
        for run in runs:
            self.insert_run(cursor, run, level, quiet=quiet)

    def insert_run(self, cursor: QTextCursor, run: Run, level: int, *, quiet: bool) -> None:
        """Append a run at the cursor."""
        if run.math is None:
            cursor.insertText(run.text, self.style.format_of(run, level, quiet=quiet))
        else:
            self._insert_formula(cursor, run, level, quiet=quiet)

    def _insert_formula(self, cursor: QTextCursor, run: Run, level: int, *, quiet: bool) -> None:
        if run.math is None:
            return
        style = self.style
        base = style.format_of(run, level, quiet=quiet)
        result = style.formulas.get(
            run.math.source,
            display=run.math.display,
            font=base.font(),
            colour=style.text_colour(quiet=quiet),
        )
        if isinstance(result, FailedFormula):
            start = self.to_row(cursor.position())
            source = clean(run.math.markdown[:LONGEST_INLINE])
            look = Run("", code=True)
            cursor.insertText(source, style.format_of(look, level, quiet=quiet))
            self.spelled.append((start, len(source.encode("utf-16-le")) // 2))
            return
        if isinstance(result, PendingFormula):
            self.pending.append(result)
        if self.formulas is None:
            self.formulas = InlineFormula(strut=self.strut)
            self.documentLayout().registerHandler(FORMULA_OBJECT, self.formulas)
        made = QTextCharFormat(base)
        made.setObjectType(FORMULA_OBJECT)
        made.setVerticalAlignment(QTextCharFormat.VerticalAlignment.AlignMiddle)
        made.setProperty(_NUMBER, self.formulas.add(result))
        cursor.insertText("\ufffc", made)

    def add_chips(self, marks: Sequence[RowMark]) -> None:
        """Keep room for chips behind the marks that have one; the row's text stays what it is.

        Args:
            marks: Those of the row, in its order.
        """
        wanted = [one for one in marks if one.mark.chip]
        cursor = QTextCursor(self)
        for one in reversed(wanted):  # what stands before keeps its place
            cursor.setPosition(self.to_document(one.end))
            cursor.insertText(CHIP_SPACE, chip_format(one.mark, self.style))
        self.chips = [one.end for one in wanted]

    def areas(self, marks: Iterable[RowMark]) -> list[MarkedArea]:
        """Where marks stand in it, their chips included."""
        found = []
        for one in marks:
            start, end = self.to_document(one.start), self.to_document(one.end)
            chip = bool(one.mark.chip) and one.end in self.chips
            rects = tuple(rects_of(self, start, end + chip))
            if rects:
                space = next(rects_of(self, end, end + 1), None) if chip else None
                found.append(MarkedArea(one, rects, space))
        return found

    def _longer(self) -> list[tuple[int, int, int]]:
        """What is longer than in the row's text: its place there, its length there, and here."""
        found = [(start, 1, length) for start, length in self.spelled]
        return sorted(found + [(end, 0, 1) for end in self.chips])

    def to_document(self, position: int) -> int:
        """Turn a position in the row's text into one in the document."""
        if not self.spelled and not self.chips:
            return position + self.base
        found = [here - there for start, there, here in self._longer() if position > start]
        return position + sum(found) + self.base

    def caret(self, position: int | None = None) -> QRectF:
        """Where a position of the document stands; None for its end."""
        block = self.lastBlock() if position is None else self.findBlock(position)
        rect = self.documentLayout().blockBoundingRect(block)
        inside = block.length() - 1 if position is None else position - block.position()
        line = block.layout().lineForTextPosition(inside)
        if not line.isValid():
            return rect
        found = line.cursorToX(inside)
        # PySide returns the cursor position beside the x; its stubs say it is an object.
        across = float(found[0]) if isinstance(found, tuple) else 0.0
        return QRectF(rect.x() + across, rect.y() + line.y(), 1, line.height())

    def to_row(self, position: int) -> int:
        """Turn a position in the document into one in the row's text."""
        shift = 0
        position = max(0, position - self.base)
        if not self.spelled and not self.chips:
            return position
        for start, there, here in self._longer():
            begin = start + shift
            if position >= begin + here:
                shift += here - there
            elif position > begin:
                return start + (there if position - begin > here / 2 else 0)
        return position - shift
