"""The items that are not text: formulas, rules, and rows whose body is a widget."""

from __future__ import annotations

from itertools import pairwise
from math import ceil

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from app.language import tr
from app.markup.maths.render import FormulaLine
from app.ui.style.theme import RADIUS, qcolour
from app.ui.transcript.content.rows import (
    CodeHeadRow,
    FoldRow,
    FooterRow,
    MathRow,
    ScrollBarRow,
    TextRow,
    UnparsedRow,
)
from app.ui.transcript.content.runs import LINE, Run, clean
from app.ui.transcript.content.wide_blocks import HorizontalScrollState, TableState
from app.ui.transcript.items.formulas import DrawnFormula, FailedFormula, PendingFormula
from app.ui.transcript.items.mark_drawing import MarkedArea, chip_size, paint_chip, paint_waves
from app.ui.transcript.items.row_item import RowDecoration, RowItem
from app.ui.transcript.items.style import CODE_PAD, Style
from app.ui.transcript.items.text_document import TextDocument

CODE_HEAD, SIDE_BAR, FOLD = 34, 14, 30
"""Heights at 100 %, pixels."""

_BUTTONS = 236
"""Of a footer with all it may have, without the word of the first: pixels at 100 %."""
_ENDLESS = 10_000  # pixels: higher than any words about an end

LONGEST_SOURCE = 3000
"""Characters of a formula's source that are shown where the formula is not."""


class MathItem(RowItem):
    """A display formula, or its source where it cannot be drawn."""

    row: MathRow
    scrolls = True

    def __init__(self, row: MathRow, style: Style, width: int) -> None:
        super().__init__(row, style, width)
        self._source: TextDocument | None = None
        self._drawn: DrawnFormula | None = None
        self._lines: tuple[FormulaLine, ...] = ()
        self._wide = 0.0  # the widest of the lines
        colour = style.text_colour(quiet=row.place.quiet)
        result: DrawnFormula | FailedFormula
        if row.block.closed:
            result = style.formulas.get(
                row.block.drawn, display=True, font=style.fonts.text, colour=colour
            )
        else:
            result = FailedFormula("It is still being written.")  # not shown
        if isinstance(result, FailedFormula):
            source = row.block.markdown
            if len(source) > LONGEST_SOURCE:
                source = source[:LONGEST_SOURCE] + "\u2026"  # a copy has all of it
            run = Run(LINE.join(clean(line) for line in source.split("\n")), code=True)
            self._source = TextDocument(TextRow((run,), row.place), style, self.room)
        else:
            self._drawn = result
            self.pending = (result,) if isinstance(result, PendingFormula) else ()
            self._lines = result.lines(self.room - result.number_width)
            self._wide = max(line.width for line in self._lines)
            row.state.content_width = int(self._wide + result.number_width) + 1
        self._pad = style.px(4)

    @property
    def bar(self) -> bool:
        """Whether it is wider than the column, also when it is broken into lines."""
        return self._drawn is not None and self.row.state.content_width > self.room + 1

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        if self._source is not None:
            return int(self._source.size().height() + 0.999)
        if self._drawn is None:
            return 0
        tall = int(self._baselines()[-1] + self._lines[-1].descent + 0.999) + self._pad
        return tall + (self.style.px(SIDE_BAR) if self.bar else 0)

    def _baselines(self) -> list[float]:
        """Where the lines stand, from the top of the body."""
        at = [self._pad + self._lines[0].ascent]
        for above, line in pairwise(self._lines):
            at.append(at[-1] + above.descent + line.ascent + self.style.line_height / 2)
        return at

    def horizontal_scroll(self) -> HorizontalScrollState | None:
        """What scrolls sideways here."""
        return self.row.state if self.bar else None

    def paint_body(self, painter: QPainter, look: RowDecoration) -> None:
        """Draw what the row is about."""
        painter.save()
        selected = look.selection is not None and look.selection[0] < look.selection[1]
        area = QRectF(self.edge, self.gap, self.room, self.body_height())
        painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
        theme = self.style.theme
        if selected:
            painter.fillRect(area, qcolour(theme.selection))
        elif look.matches:
            painter.fillRect(area, qcolour(theme.match_current if look.current else theme.match))
        if self._source is not None:
            painter.translate(self.edge, self.gap)
            self._source.drawContents(painter)
        elif self._drawn is not None:
            self._paint_formula(painter, self._drawn)
        paint_waves(painter, self.marked(), self.style)
        self._paint_chips(painter)
        painter.restore()

    def marked(self) -> list[MarkedArea]:
        """The marks, and where they are drawn: all of them at all of the formula."""
        wide = self._wide if self._drawn is not None else self.room
        left = self.edge + max(0.0, (self.room - wide) / 2)
        area = QRectF(left, self.gap, min(wide, self.room), self.body_height() - self._pad / 2)
        return [MarkedArea(one, (area,)) for one in self.row.marks[:1]]

    def _paint_chips(self, painter: QPainter) -> None:
        """Draw the chips beside the formula, where there is room."""
        for area in self.marked():
            rect = area.rects[0]
            x = rect.right() + self.style.px(10)
            for one in self.row.marks:
                size = chip_size(one.mark, self.style)
                if one.mark.chip and x + size.width() <= self.edge + self.room:
                    y = rect.center().y() - size.height() / 2
                    paint_chip(painter, QRectF(QPointF(x, y), size), one.mark, self.style)
                    x += size.width()

    def _paint_formula(self, painter: QPainter, drawn: DrawnFormula) -> None:
        """Draw the formula in the middle of the column, its numbers at the edge."""
        spare = self.room - self._wide - drawn.number_width
        right = self.edge + (self.room if spare > 0 else self._wide + drawn.number_width)
        x = self.edge + min((self.room - self._wide) / 2, spare) if spare > 0 else self.edge
        shift = -self.row.state.offset if spare <= 0 else 0
        baselines = self._baselines()
        for line, baseline in zip(self._lines, baselines, strict=True):
            place = x + shift + line.indent
            drawn.paint_part(painter, place, self.gap + baseline, line.start, line.end)
        if drawn.numbers is not None:
            start, end = drawn.numbers.start, drawn.numbers.end
            place = right + shift - (end - start)
            drawn.paint_part(painter, place, self.gap + baselines[-1], start, end)


class RuleItem(RowItem):
    """A line across."""

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        return self.style.px(9)

    def paint_body(self, painter: QPainter, _look: RowDecoration) -> None:
        """Draw what the row is about."""
        y = self.gap + self.style.px(4)
        painter.fillRect(QRectF(self.edge, y, self.room, 1), qcolour(self.style.theme.border))


class UnparsedItem(RowItem):
    """A placeholder for the part of a message that is not parsed yet."""

    row: UnparsedRow

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        style = self.style
        lines = self.row.characters * style.char_width / self.room
        return int(lines * style.line_height) + style.px(20)

    def paint_body(self, painter: QPainter, _look: RowDecoration) -> None:
        """Draw what the row is about."""
        painter.setFont(self.style.fonts.small)
        painter.setPen(qcolour(self.style.theme.muted))
        painter.drawText(
            QPointF(self.edge, self.style.line_height), tr("Laying out the rest\u2026")
        )


class FixedItem(RowItem):
    """A row whose body is a widget of known height."""

    pictured = False
    units = FOLD

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        return self.style.px(self.units)


class CodeHeadItem(FixedItem):
    """The bar above code."""

    row: CodeHeadRow
    units = CODE_HEAD

    def paint_body(self, painter: QPainter, _look: RowDecoration) -> None:
        """Draw what the row is about."""
        paint_half_round(painter, self, top=True)


class ScrollBarItem(FixedItem):
    """The end of a wide block, with its scroll bar if it needs one."""

    row: ScrollBarRow
    scrolls = True

    @property
    def is_code(self) -> bool:
        """Whether code stands above."""
        return not isinstance(self.row.state, TableState)

    @property
    def bar(self) -> bool:
        """Whether there is more than can be seen."""
        pad = 2 * self.style.px(CODE_PAD) if self.is_code else 0
        return self.row.state.content_width > self.room - pad

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        if self.is_code:
            return self.style.px(SIDE_BAR if self.bar else CODE_PAD)
        return self.style.px(SIDE_BAR) if self.bar else 1

    def paint_body(self, painter: QPainter, _look: RowDecoration) -> None:
        """Draw what the row is about."""
        if self.is_code:
            paint_half_round(painter, self, top=False)


class FoldItem(FixedItem):
    """The line that folds a part."""

    row: FoldRow
    units = FOLD


class FooterItem(FixedItem):
    """Actions and status."""

    row: FooterRow

    def body_height(self) -> int:
        """Without the gap above, pixels."""
        return self.style.px(self.row.units) + self._status_height()

    def _status_height(self) -> int:
        """Of the words about the end, where they stand below the buttons; else 0."""
        words, style = self.row.status, self.style
        if not words:
            return 0
        metrics = style.small_metrics
        buttons = style.px(_BUTTONS) + metrics.horizontalAdvance(tr("Continue"))
        if buttons + metrics.horizontalAdvance(words) <= self.room:
            return 0
        room = QRectF(0, 0, self.room, _ENDLESS)
        wraps = Qt.TextFlag.TextWordWrap.value
        return ceil(metrics.boundingRect(room, wraps, words).height()) + style.px(4)


def paint_half_round(painter: QPainter, item: RowItem, *, top: bool) -> None:
    """Paint the rounded upper or lower end of a code block."""
    theme = item.style.theme
    radius = item.style.px(RADIUS)
    area = QRectF(item.edge, item.gap, item.room, item.body_height())
    painter.save()
    painter.setClipRect(area, Qt.ClipOperation.IntersectClip)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(qcolour(theme.code_ground))
    taller = area.adjusted(0, 0, 0, 2 * radius) if top else area.adjusted(0, -2 * radius, 0, 0)
    painter.drawRoundedRect(taller, radius, radius)
    painter.restore()
