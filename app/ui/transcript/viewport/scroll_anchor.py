"""The scroll anchor: the first line in view, found and restored.

A scroll position is a line of text, not a distance in pixels, so it survives another width,
another zoom, formulas that arrive late, and the next start of the program.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from app.ui.transcript.content.flow_layout import FlowLayout, RowAnchor
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.row import Row
from app.ui.transcript.content.runs import units
from app.ui.transcript.viewport.message_widgets import MessageWidgets

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
    """Finds and restores the scroll position of one transcript.

    Args:
        flow: Where the rows stand.
        widgets: The rows laid out.
    """

    def __init__(self, flow: FlowLayout, widgets: MessageWidgets) -> None:
        self._flow, self._branch, self._widgets = flow, flow.chat, widgets
        self._line: VisibleLine | None = None
        self._stood: RowAnchor | None = None  # the layout's anchor when `_line` was put in place
        self._aim: VisibleLine | None = None  # shown, once the rows are placed
        self._wanted: ScrollPosition | None = None  # in a part of a message that is not read yet

    # ------------------------------------------------------------------ as lines

    def first_visible_line(self) -> VisibleLine | None:
        """The line that the reader looks at: the first in view.

        While nobody scrolls it stays the same line, though others become the first when the
        window grows narrower and wider again; and `keep` keeps it while it is scrolled a little.
        """
        if self._line is not None and self._stood == self._flow.anchor:
            return self._line
        return self._first_line()

    def _first_line(self) -> VisibleLine | None:
        for placed in self._flow.placed:
            item = self._widgets.item(placed.at, placed.row)
            if item is None or not item.length():
                continue
            found = item.first_line(-placed.y)
            if found is not None:
                return VisibleLine(placed.at, placed.row, found[0], placed.y + found[1])
        if not self._flow.placed:
            return None
        first = self._flow.placed[0]
        return VisibleLine(first.at, first.row, 0, first.y)

    def restore(self, line: VisibleLine | None) -> VisibleLine | None:
        """Aim the layout at ``line`` where it was, though rows are of other heights now.

        Returns:
            The line for `hold`, once the rows are placed; None where it is gone.
        """
        if line is None or line.at >= len(self._branch.models):
            return None
        if line.row < len(self._branch.open(line.at).rows):
            self._flow.show(line.at, line.row, round(line.y - self._top(line)))
        return line

    def hold(self, line: VisibleLine) -> None:
        """Rows were placed around ``line``: it is the one that is looked at."""
        self._line, self._stood = line, self._flow.anchor

    def _top(self, line: VisibleLine) -> float:
        """Top of a line in its row, which is laid out for it."""
        item = self._widgets.lay_out(line.at, line.row)
        return item.caret_rect(line.inside).y() if item.length() else 0.0

    def keep(self, line: VisibleLine | None, *, cut: bool = False) -> None:
        """Let ``line`` stay the one that is looked at, if scrolling left it in the upper half.

        What comes into view above it may still change its height, when a formula is drawn; that
        must not move what was there before.

        Args:
            line: Where it was.
            cut: Whether the top of the viewport may cut it.
        """
        self._line = None
        if line is None:
            return
        for placed in self._flow.placed:
            if (placed.at, placed.row) == (line.at, line.row):
                y = placed.y + self._top(line)
                if (cut or y >= 0) and y < self._flow.viewport / 2:
                    self.hold(replace(line, y=y))

    # ------------------------------------------------------------------ as anchors

    def position(self) -> ScrollPosition | None:
        """Where the reader is, to come back to; None for an empty chat."""
        line = self.first_visible_line()
        if line is None:
            return None
        model = self._branch.models[line.at]
        return ScrollPosition(model.message.id, _offset(model, line), line.y)

    def kept(self) -> tuple[ScrollPosition | None, ScrollPosition | None]:
        """The place as it is kept while the program runs, and for its next start.

        Both are None at the end of the chat.
        """
        if self._flow.bottom_reached:
            return None, None
        return self.position(), self._at_top()

    def _at_top(self) -> ScrollPosition | None:
        """The line nearest to the top, which the next window shows too, however low it is.

        The one read may stand far below the top, so it is not the one that `position` gives.
        """
        line = self._first_line()
        if line is None:
            return None
        for placed in self._flow.placed:
            if placed.row == 0 and 0 <= placed.y <= line.y:
                message = self._branch.models[placed.at].message
                return ScrollPosition(message.id, BEGINNING, placed.y)
        cut = self._cut_line()
        if cut is not None and -cut.y < line.y:
            line = cut
        model = self._branch.models[line.at]
        return ScrollPosition(model.message.id, _offset(model, line), line.y)

    def _cut_line(self) -> VisibleLine | None:
        """The line that the top of the viewport cuts, or that is the last one above it."""
        first = self._flow.placed[0]
        item = self._widgets.lay_out(first.at, first.row)
        if not item.length():
            return None
        inside = min(item.hit(item.edge, -first.y), item.length() - 1)
        y = first.y + item.caret_rect(inside).y()
        return VisibleLine(first.at, first.row, inside, y) if y < 0 else None

    def go_to(self, place: ScrollPosition) -> bool:
        """Stand at a place, without laying the rest out; whether its message is there."""
        at = self._branch.by_id.get(place.message_id)
        if at is None:
            return False
        model = self._branch.open(at)
        self._wanted = None
        if place.offset == BEGINNING:
            self._flow.show(at, 0, round(place.y))
            return True
        rest = place.offset
        for number, row in enumerate(model.rows):
            length = _text_length(row)
            if rest < length:
                top = self._widgets.lay_out(at, number).caret_rect(rest).y()
                self._flow.show(at, number, round(place.y - top))
                self._aim = VisibleLine(at, number, rest, place.y)
                return True
            rest -= length
        self._flow.show(at, len(model.rows) - 1, 0)
        self._wanted = place if model.has_unparsed else None
        return True

    def arrived(self) -> None:
        """Rows were placed: the line that was gone to is the one that is looked at.

        Another may be the first in view, until a formula above it has been drawn.
        """
        aim, self._aim = self._aim, None
        if aim is not None:
            self.keep(aim, cut=aim.y < 0)

    def resume_restore(self, model: MessageModel) -> bool:
        """More of a long message was read; whether the place that is looked for is reached."""
        place = self._wanted
        if place is None or place.message_id != model.message.id:
            return False
        return self.go_to(place) and self._wanted is None

    def forget(self) -> None:
        """The reader went elsewhere."""
        self._wanted = None


def _offset(model: MessageModel, line: VisibleLine) -> int:
    """Length of the text before a line. Of what is folded away at the next start nothing counts."""
    inside = 0 if model.rows[line.row].place.beside else line.inside
    return sum(map(_text_length, model.rows[: line.row])) + inside


def _text_length(row: Row) -> int:
    return 0 if row.place.beside else units(row.drawn_text())
