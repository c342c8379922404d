"""The placing of rows around an anchor, without Qt.

The anchor is one row and its top in the viewport. All else is laid out from it, downwards and
upwards, so a height that turns out other than estimated moves only what is out of sight or below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from app.ui.transcript.content.branch_model import BranchModel

Measure = Callable[[int, int], int]


@dataclass(frozen=True, slots=True)
class PlacedRow:
    """A row near the viewport; ``y`` is its top in the viewport."""

    at: int
    row: int
    y: int
    height: int


@dataclass(frozen=True, slots=True)
class RowAnchor:
    """The row that does not move: message, row, and its top in the viewport."""

    at: int
    row: int
    y: int


class FlowLayout:
    """Places rows for one viewport.

    Args:
        chat: The messages and heights; what is measured is written back.
        measure: Lays a row out and returns its height in pixels.
    """

    def __init__(self, chat: BranchModel, measure: Measure) -> None:
        self.chat, self._measure = chat, measure
        self.anchor = RowAnchor(0, 0, 0)
        self.placed: list[PlacedRow] = []
        self.viewport = 0
        self.bottom_reached = True

    @property
    def position(self) -> int:
        """Pixels of the chat above the viewport."""
        if not self.chat.models:
            return 0
        return self.chat.top(self.anchor.at, self.anchor.row) - self.anchor.y

    def scroll(self, delta: int) -> None:
        """Move by pixels, down being positive; a long way goes by the index."""
        if not self.chat.models:
            return
        if abs(delta) > 2 * max(self.viewport, 1):
            self.jump(self.position + delta)
            return
        at = self.anchor
        self.anchor = RowAnchor(at.at, at.row, at.y - delta)

    def jump(self, position: int) -> None:
        """Show the chat from ``position`` pixels."""
        if self.chat.models:
            at, row, inside = self.chat.locate(max(0, position))
            self.anchor = RowAnchor(at, row, -inside)

    def jump_to_end(self) -> None:
        """Show the last row at the bottom."""
        if self.chat.models:
            at = len(self.chat.models) - 1
            row = len(self.chat.open(at).rows) - 1
            height = self._height(at, row)
            self.anchor = RowAnchor(at, row, self.viewport - height)

    def show(self, at: int, row: int, y: int) -> None:
        """Show a row with its top at ``y``."""
        self.anchor = RowAnchor(at, row, y)

    def _height(self, at: int, row: int) -> int:
        height = self._measure(at, row)
        self.chat.set_height(at, row, height)
        return height

    def arrange(self) -> list[PlacedRow]:
        """Place the rows of the viewport and return them, top to bottom."""
        self.placed = []
        if not self.chat.models:
            self.bottom_reached = True
            return []
        self._clamp()
        at = self.anchor
        first = PlacedRow(at.at, at.row, at.y, self._height(at.at, at.row))
        self.placed = [first]
        end = self._fill_down()
        if end and self._bottom() < self.viewport:
            self._shift(self.viewport - self._bottom())
        if self._fill_up() and self.placed[0].y > 0:
            self._shift(-self.placed[0].y)
            end = self._fill_down()
        self.bottom_reached = end and self._bottom() <= self.viewport + 2
        self.placed = [p for p in self.placed if p.y + p.height > 0 and p.y < self.viewport] or [
            self.placed[-1]
        ]
        top = self.placed[0]
        self.anchor = RowAnchor(top.at, top.row, top.y)
        return self.placed

    def grow(self, at: int, row: int) -> bool:
        """Follow the end of the last message, which looks different from ``row`` on.

        The rows above it were measured already, and move along as they are.

        Args:
            at: The message.
            row: Its first row that has to be measured; at least one row above it is in view.

        Returns:
            Whether that was possible; if not, nothing moved, and `arrange` has to do it.
        """
        kept = [p for p in self.placed if (p.at, p.row) < (at, row)]
        last = at == len(self.chat.models) - 1 and bool(kept) and self.placed[-1].at == at
        if not last or not self.bottom_reached or kept[0].y > 0:
            return False
        y, below = self.viewport, list[PlacedRow]()
        for number in range(len(self.chat.models[at].rows) - 1, row - 1, -1):
            if y <= 0:
                kept = []
                break
            height = self._height(at, number)
            y -= height
            below.append(PlacedRow(at, number, y, height))
        moved = y - kept[-1].y - kept[-1].height if kept else 0
        if kept and kept[0].y + moved > 0:
            return False  # it became shorter: what comes into view at the top was not placed
        above = (PlacedRow(p.at, p.row, p.y + moved, p.height) for p in kept)
        self.placed = [*(p for p in above if p.y + p.height > 0), *reversed(below)]
        first = self.placed[0]
        self.anchor = RowAnchor(first.at, first.row, first.y)
        return True

    def rows_ahead(self) -> Iterator[tuple[int, int]]:
        """The rows of one viewport below and one above, nearest first, as their heights allow."""
        if not self.placed:
            return
        last, first = self.placed[-1], self.placed[0]
        yield from self._walk(last, self.chat.after, last.y + last.height - self.viewport)
        yield from self._walk(first, self.chat.before, -first.y)

    def _walk(
        self, start: PlacedRow, step: Callable[[int, int], tuple[int, int] | None], covered: int
    ) -> Iterator[tuple[int, int]]:
        place = step(start.at, start.row)
        while place is not None and covered < self.viewport:
            yield place
            covered += self.chat.models[place[0]].heights[place[1]]
            place = step(*place)

    def _clamp(self) -> None:
        last = len(self.chat.models) - 1
        at = min(self.anchor.at, last)
        rows = len(self.chat.open(at).rows)
        self.anchor = RowAnchor(at, min(self.anchor.row, rows - 1), self.anchor.y)

    def _bottom(self) -> int:
        return self.placed[-1].y + self.placed[-1].height

    def _fill_down(self) -> bool:
        """Place rows until the viewport is full; whether the end of the chat was placed."""
        while True:
            last = self.placed[-1]
            following = self.chat.after(last.at, last.row)
            if following is None:
                return True
            y = last.y + last.height
            if y >= self.viewport:
                return False
            self.placed.append(PlacedRow(*following, y, self._height(*following)))

    def _fill_up(self) -> bool:
        """Place rows until the viewport's top is covered; whether the chat's begin was placed."""
        while True:
            first = self.placed[0]
            before = self.chat.before(first.at, first.row)
            if before is None:
                return True
            if first.y <= 0:
                return False
            height = self._height(*before)
            self.placed.insert(0, PlacedRow(*before, first.y - height, height))

    def _shift(self, by: int) -> None:
        self.placed = [PlacedRow(p.at, p.row, p.y + by, p.height) for p in self.placed]
