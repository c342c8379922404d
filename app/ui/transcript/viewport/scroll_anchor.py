"""The scroll anchor: the first line in view, found and restored.

A scroll position is a line of text, not a distance in pixels, so it survives another width,
another zoom, formulas that arrive late, and the next start of the program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.ui.transcript.content.flow_layout import RowAnchor
from app.ui.transcript.content.rows import row_text
from app.ui.transcript.content.runs import units

if TYPE_CHECKING:
    from app.ui.transcript.content.message_model import MessageModel
    from app.ui.transcript.view import TranscriptView


BEGINNING = -1
"""In place of an offset: the message with all that stands above its text."""


@dataclass(frozen=True, slots=True)
class ScrollPosition:
    """A line of a message and where it stands.

    Attributes:
        message_id: The message.
        offset: Length of the message's text before the line, as Qt counts, or `BEGINNING`.
        y: Top of the line in the viewport, pixels.
    """

    message_id: str
    offset: int
    y: float = 0


@dataclass(frozen=True, slots=True)
class VisibleLine:
    """A line in view: message, row, offset in the row's text, and its top in the viewport."""

    at: int
    row: int
    inside: int
    y: float


class ScrollAnchor:
    """Finds and restores the scroll position of one transcript."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self._line: VisibleLine | None = None
        self._stood: RowAnchor | None = None  # the layout's anchor when `_line` was put in place
        self._aim: VisibleLine | None = None  # shown, once the rows are placed
        self._wanted: ScrollPosition | None = None  # in a part of a message that is not read yet

    # ------------------------------------------------------------------ as lines

    def first_visible_line(self) -> VisibleLine | None:
        """The line that the reader looks at: the first in view.

        While nobody scrolls it stays the same line, though others become the first when the
        window grows narrower and wider again; and `carry` keeps it while it is scrolled a little.
        """
        if self._line is not None and self._stood == self._view.flow.anchor:
            return self._line
        return self._first_line()

    def _first_line(self) -> VisibleLine | None:
        view = self._view
        for placed in view.flow.placed:
            item = view.message_widgets.item(placed.at, placed.row)
            if item is None or not item.length():
                continue
            found = item.first_line(-placed.y)
            if found is not None:
                return VisibleLine(placed.at, placed.row, found[0], placed.y + found[1])
        if not view.flow.placed:
            return None
        first = view.flow.placed[0]
        return VisibleLine(first.at, first.row, 0, first.y)

    def restore(self, line: VisibleLine | None) -> None:
        """Lay out again with ``line`` where it was, though rows are of other heights now."""
        view = self._view
        if line is None or line.at >= len(view.branch.models):
            view.arrange()
            return
        rows = view.branch.open(line.at).rows
        if line.row < len(rows):
            item = view.message_widgets.lay_out(line.at, line.row)
            top = item.caret_rect(line.inside).y() if item.length() else 0.0
            view.flow.show(line.at, line.row, round(line.y - top))
        view.arrange()
        self._line, self._stood = line, view.flow.anchor

    def keep(self, line: VisibleLine | None) -> None:
        """Let ``line`` stay the one that is looked at, if scrolling left it in the upper half.

        What comes into view above it may still change its height, when a formula is drawn; that
        must not move what was there before.
        """
        view, self._line = self._view, None
        if line is None:
            return
        for placed in view.flow.placed:
            if (placed.at, placed.row) == (line.at, line.row):
                item = view.message_widgets.lay_out(line.at, line.row)
                y = placed.y + (item.caret_rect(line.inside).y() if item.length() else 0.0)
                if 0 <= y < view.flow.viewport / 2:
                    self._line, self._stood = replace(line, y=y), view.flow.anchor

    # ------------------------------------------------------------------ as anchors

    def position(self) -> ScrollPosition | None:
        """Where the reader is, to come back to; None for an empty chat."""
        line = self.first_visible_line()
        if line is None:
            return None
        model = self._view.branch.models[line.at]
        return ScrollPosition(model.message.id, _before(model, line.row) + line.inside, line.y)

    def kept(self) -> tuple[ScrollPosition | None, ScrollPosition | None]:
        """The place as it is kept while the program runs, and for its next start.

        Both are None at the end of the chat.
        """
        return (None, None) if self._view.at_bottom else (self.position(), self._at_top())

    def _at_top(self) -> ScrollPosition | None:
        """The line nearest to the top, to stand there when nothing but the line is kept.

        The one read may stand far below the top, so it is not the one that `anchor` gives.
        """
        view, line = self._view, self._first_line()
        if line is None:
            return None
        for placed in view.flow.placed:
            if placed.row == 0 and 0 <= placed.y <= line.y:
                message = view.branch.models[placed.at].message
                return ScrollPosition(message.id, BEGINNING)
        cut, tall = self._cut_line(), 1.25 * view.styles.normal.text_metrics.height()
        if cut is not None and -cut.y < line.y and line.y > tall:
            line = cut  # below it stands something tall without text
        model = view.branch.models[line.at]
        return ScrollPosition(model.message.id, _before(model, line.row) + line.inside)

    def _cut_line(self) -> VisibleLine | None:
        """The line that the top of the viewport cuts, or that is the last one above it."""
        first = self._view.flow.placed[0]
        item = self._view.message_widgets.lay_out(first.at, first.row)
        if not item.length():
            return None
        inside = min(item.hit(item.left, -first.y), item.length() - 1)
        y = first.y + item.caret_rect(inside).y()
        return VisibleLine(first.at, first.row, inside, y) if y < 0 else None

    def go_to(self, place: ScrollPosition) -> bool:
        """Stand at a place, without laying the rest out; whether its message is there."""
        view = self._view
        at = view.branch.by_id.get(place.message_id)
        if at is None:
            return False
        model = view.branch.open(at)
        self._wanted = None
        if place.offset == BEGINNING:
            view.flow.show(at, 0, round(place.y))
            return True
        rest = place.offset
        for number, row in enumerate(model.rows):
            length = units(row_text(row))
            if rest < length:
                top = view.message_widgets.lay_out(at, number).caret_rect(rest).y()
                view.flow.show(at, number, round(place.y - top))
                self._aim = VisibleLine(at, number, rest, place.y)
                return True
            rest -= length
        view.flow.show(at, len(model.rows) - 1, 0)
        self._wanted = place if model.has_unparsed else None
        return True

    def arrived(self) -> None:
        """Rows were placed: the line that was gone to is the one that is looked at.

        Another may be the first in view, until a formula above it has been drawn.
        """
        aim, self._aim = self._aim, None
        if aim is not None:
            self.keep(aim)

    def resume_restore(self, model: MessageModel) -> bool:
        """More of a long message was read; whether the place that is looked for is reached."""
        place = self._wanted
        if place is None or place.message_id != model.message.id:
            return False
        return self.go_to(place) and self._wanted is None

    def forget(self) -> None:
        """The reader went elsewhere."""
        self._wanted = None


def _before(model: MessageModel, row: int) -> int:
    return sum(units(row_text(above)) for above in model.rows[:row])
