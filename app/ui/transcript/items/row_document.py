"""What all Qt documents of rows share: formulas on the baseline, and positions in the text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, QSizeF, QTextBoundaryFinder
from PySide6.QtGui import (
    QFont,
    QFontMetricsF,
    QPainter,
    QPyTextObject,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextLine,
)

from app.ui.transcript.content.runs import OBJECT, Run, clean, cut_runs, from_units, text_of, units
from app.ui.transcript.items.formulas import DrawnFormula, FailedFormula, PendingFormula
from app.ui.transcript.items.highlights import rects_of, x_at
from app.ui.transcript.items.mark_drawing import (
    CHIP_SPACE,
    MarkedArea,
    chip_format,
    chip_size,
    space_format,
)
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
        wide = formula.width + fmt.doubleProperty(_CLINGING)
        return QSizeF(wide, 2 * self._half(formula, fmt.toCharFormat()))

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
        if (room := fmt.doubleProperty(_CLINGING)) and _runs_left(line, pos - block.position()):
            left += room  # what clings stands at its left
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
_CLINGING = QTextFormat.Property.UserProperty.value + 8
"""Pixels that a formula's object is wider than the formula, for what follows it."""
_LONGEST_CLINGING = 24
"""Characters behind a formula that are looked at for a place where a line may end."""
_SLACK = 0.5
"""Pixels that are kept more than is needed: Qt adds widths in another order."""


def _middle(fmt: QTextCharFormat) -> float:
    font = fmt.font()
    key = font.key()
    if key not in _MIDDLES:
        _MIDDLES[key] = _probe(font)
    return _MIDDLES[key]


_MIDDLES: dict[str, float] = {}


def clinging(runs: Sequence[Run], at: int) -> tuple[Run, ...]:
    """What stands behind a formula up to where a line may end: a full stop, letters, a bracket.

    Args:
        runs: Those of a paragraph.
        at: Which of them; what is no formula has nothing.
    """
    if runs[at].math is None:
        return ()
    behind: list[Run] = []
    for run in runs[at + 1 :]:
        if run.math is not None or len(text_of(behind)) > _LONGEST_CLINGING:
            break
        behind.append(run)
    text = text_of(behind)[: _LONGEST_CLINGING + 1]
    if not text or text[0].isspace():
        return ()  # as nearly always
    joined = CHIP_SPACE + text
    finder = QTextBoundaryFinder(QTextBoundaryFinder.BoundaryType.Line, joined)
    end = from_units(joined, finder.toNextBoundary())
    clings = len(joined[:end].rstrip()) - 1
    return tuple(cut_runs(behind, 0, clings)) if clings <= _LONGEST_CLINGING else ()


def _runs_left(line: QTextLine, position: int) -> bool:
    """Whether what follows a position stands to the left of it."""
    return x_at(line, position + 1) < x_at(line, position)


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
    """A document with its formulas, and where undrawable formulas stand as their source.

    Behind an object Qt breaks lines at any place (6.11), so that a full stop came to stand alone
    at the beginning of the next one. So the object of a formula keeps the room of what clings to
    it, and behind it stands a space of less than no width that takes this room back: what clings
    is drawn there by Qt like other text, and always has room in the formula's line.

    Args:
        style: How it looks.
        marks: Those of the row, in its order.
    """

    def __init__(self, style: Style, marks: Sequence[RowMark] = ()) -> None:
        super().__init__()
        self.setDocumentMargin(0)
        self.setUndoRedoEnabled(False)
        self.setDefaultFont(style.fonts.text)
        self.style = style
        self.pending: list[PendingFormula] = []
        # Made with the first formula: most rows have none, and it takes a third of an empty row.
        self.formulas: InlineFormula | None = None
        # (position in the row's text, length in the document) of each formula drawn as source, or
        # with something that clings to it
        self.spelled: list[tuple[int, int]] = []
        self._chipped = [one for one in marks if one.mark.chip]
        self.chips: list[int] = []  # positions in the row's text that have a chip behind them
        self.line_grounds: dict[int, str] = {}  # colours behind whole lines, by number
        self.base = 0  # document position of the row's first character
        self.strut = False  # whether lines of formulas alone are as tall as lines of text

    def insert_runs(
        self, cursor: QTextCursor, runs: Sequence[Run], level: int, *, quiet: bool
    ) -> None:
        """Append runs at the cursor."""
        for at, run in enumerate(runs):
            self.insert_run(cursor, run, level, clinging(runs, at), quiet=quiet)

    def insert_run(
        self, cursor: QTextCursor, run: Run, level: int, clings: Sequence[Run] = (), *, quiet: bool
    ) -> None:
        """Append a run at the cursor; ``clings`` is what must stay in the line of a formula."""
        if run.math is None:
            cursor.insertText(run.text, self.style.format_of(run, level, quiet=quiet))
        else:
            self._insert_formula(cursor, run, level, clings, quiet=quiet)

    def _insert_formula(
        self, cursor: QTextCursor, run: Run, level: int, clings: Sequence[Run], *, quiet: bool
    ) -> None:
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
        start = self.to_row(cursor.position())
        room = self._room_for(clings, start + 1, level, quiet=quiet)
        if room and result.width + room < self.textWidth():
            made.setProperty(_CLINGING, room + _SLACK)
            cursor.insertText(OBJECT, made)
            cursor.insertText(CHIP_SPACE, space_format(base.font(), -room - _SLACK))
            self.spelled.append((start, 2))
        else:
            cursor.insertText(OBJECT, made)

    def _room_for(self, clings: Sequence[Run], start: int, level: int, *, quiet: bool) -> float:
        """Width of what clings to a formula, and of the chips in it, pixels.

        Args:
            clings: What clings.
            start: Where it begins, in the row's text.
            level: Of the heading.
            quiet: Whether it is in quiet colours.
        """
        style, end = self.style, start + units(text_of(clings))
        fonts = ((run, style.format_of(run, level, quiet=quiet).font()) for run in clings)
        words = sum(QFontMetricsF(font).horizontalAdvance(run.text) for run, font in fonts)
        chips = (one.mark for one in self._chipped if start <= one.end <= end)
        return words + sum(chip_size(mark, style).width() for mark in chips)

    def add_chips(self) -> None:
        """Keep room for chips behind the marks that have one; the row's text stays what it is."""
        cursor = QTextCursor(self)
        for one in reversed(self._chipped):  # what stands before keeps its place
            cursor.setPosition(self.to_document(one.end))
            cursor.insertText(CHIP_SPACE, chip_format(one.mark, self.style))
        self.chips = [one.end for one in self._chipped]

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
        return QRectF(rect.x() + x_at(line, inside), rect.y() + line.y(), 1, line.height())

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
