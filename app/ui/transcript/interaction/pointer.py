"""Mouse and wheel in the transcript: selecting across messages, links, scrolling."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypeAlias

from PySide6.QtCore import QDeadlineTimer, QPoint, QPointF, QRect, Qt, QTimer
from PySide6.QtGui import QCursor, QGuiApplication, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QToolTip, QWidget

from app.domain.parts import picture_file
from app.language import tr
from app.ui.core.links import is_followed
from app.ui.transcript.content.marks import Mark
from app.ui.transcript.content.rows import link_text
from app.ui.transcript.content.runs import units
from app.ui.transcript.content.selection import Position, Selection, line_at, word_at
from app.ui.transcript.interaction.selection_controller import SelectionController
from app.ui.transcript.items.row_item import RowItem
from app.ui.transcript.layout import Layout
from app.ui.transcript.widgets.signals import LinkRequest, MarkRequest

Around: TypeAlias = Callable[[str, int], tuple[int, int]]
"""Finds the part of a text around a position."""

EDGE_STEP = 24
"""Milliseconds between two steps of scrolling while a selection is dragged out of the view."""

SHOW_PICTURE = tr("Show the picture")
NOT_OPENED = tr("Only web and mail addresses can be opened. This one is:")

LONGEST_TIP = 160
"""Characters of an address that are shown at the pointer; all of it is shown before it is opened.
"""


@dataclass(frozen=True, slots=True)
class _Whole:
    """A word or line that two or three clicks selected; a drag goes on by such parts."""

    first: Selection
    around: Around


class Pointer:
    """Turns mouse and wheel events into selection, clicks on links, and scrolling.

    Args:
        area: Whose viewport the events are of.
        layout: What is pointed at.
        selection: What a drag selects.
        open_link: Asks the shell to open an address.
        open_mark: Asks it to show what a mark is about.
    """

    def __init__(
        self,
        area: QAbstractScrollArea,
        layout: Layout,
        selection: SelectionController,
        open_link: Callable[[LinkRequest], None],
        open_mark: Callable[[MarkRequest], None],
    ) -> None:
        self._area, self._layout, self._selection = area, layout, selection
        self._open_link, self._open_mark = open_link, open_mark
        self._pressed: Position | None = None
        self._caret: Position | None = None  # where a selection with Shift begins
        self._whole: _Whole | None = None  # what a selection grows by; None for characters
        self._link = ""
        self._moved = False
        self._last = QPoint()
        self._doubled = QPoint()
        self._third = QDeadlineTimer(0)  # until when another press is the third of three
        self._edge = QTimer(area)
        self._edge.setInterval(EDGE_STEP)
        self._edge.timeout.connect(self._scroll_on)

    # ------------------------------------------------------------------ what is where

    def item_at(self, point: QPointF) -> tuple[int, int, RowItem, float, float] | None:
        """Message, row, item, and the point in the item's own coordinates."""
        best = None
        for widget in self._layout.widgets.widgets.values():
            if not widget.isVisible():
                continue
            top = widget.y()
            if top <= point.y() < top + widget.height():
                best = widget
                break
            if best is None or abs(widget.geometry().center().y() - point.y()) < abs(
                best.geometry().center().y() - point.y()
            ):
                best = widget
        if best is None:
            return None
        inside = point.y() - best.y()
        spot = best.visible_row_at(int(inside))
        at = self._layout.branch.by_id.get(best.model.message.id)
        if spot is None or at is None:
            return None
        row, item, top = spot
        return at, row, item, point.x() - best.x() - best.layout_cache.offset_x(item), inside - top

    def position_at(self, point: QPointF) -> Position | None:
        """The place in the text nearest to a point of the viewport."""
        found = self.item_at(point)
        if found is None:
            return None
        at, row, item, x, y = found
        return Position(at, row, item.hit(x, y))

    def link_under(self, point: QPointF) -> str:
        """The address under a point."""
        found = self.item_at(point)
        return found[2].link_at(found[3], found[4]) if found else ""

    def mark_under(self, point: QPointF) -> Mark | None:
        """The mark under a point."""
        found = self.item_at(point)
        marked = found[2].mark_at(found[3], found[4]) if found else None
        return marked.mark if marked is not None else None

    def _scroll_sideways(self, point: QPointF, delta: int) -> None:
        """Scroll the wide block under a point."""
        found = self.item_at(point)
        state = found[2].horizontal_scroll() if found else None
        if state is None or found is None:
            return
        most = max(0, state.content_width - found[2].room + 2 * self._layout.styles.normal.px(12))
        state.offset = max(0, min(most, state.offset + delta))
        self._layout.arrange()
        self._layout.widgets.repaint()

    # ------------------------------------------------------------------ events

    def wheel(self, event: QWheelEvent) -> None:
        """Scroll; sideways over a wide block. With Ctrl it is the window's, to zoom."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        pixels, angle = event.pixelDelta(), event.angleDelta()
        step = self._layout.styles.normal.px(120) / 120
        dx = pixels.x() or angle.x() * step
        dy = pixels.y() or angle.y() * step
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not dx:
            dx, dy = dy, 0
        if abs(dx) > abs(dy):
            self._scroll_sideways(event.position(), -int(dx))
        elif dy:
            self._layout.scroll_by(-int(dy))
        event.accept()

    def press(self, event: QMouseEvent) -> None:
        """Begin a selection; Shift extends the one there is, or begins at the last click."""
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        selection, position = self._selection, self.position_at(event.position())
        self._link = self.link_under(event.position())
        self._moved, self._whole = False, None
        extend = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        start = selection.selection.anchor if selection.selection else self._caret
        if extend and start is not None and start.at < len(self._layout.branch.models):
            self._pressed, self._link = start, ""
            if position is not None:
                selection.select(Selection(start, position))
            return
        self._pressed = self._caret = position
        if position is not None and self._is_third(event):
            self._link = ""
            self._select(position, line_at)
            return
        selection.select(None)

    def _is_third(self, event: QMouseEvent) -> bool:
        """Whether a press follows a double click at once and at the same place."""
        way = event.position().toPoint() - self._doubled
        near = way.manhattanLength() < QGuiApplication.styleHints().startDragDistance()
        return near and not self._third.hasExpired()

    @property
    def selecting(self) -> bool:
        """Whether a selection is being dragged."""
        return self._pressed is not None and self._moved

    def move(self, event: QMouseEvent) -> None:
        """Extend the selection, or show what is under the pointer."""
        point = event.position()
        self._last = point.toPoint()
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._extend(point)
            outside = not 0 <= point.y() < self._area.viewport().height()
            if outside and not self._edge.isActive():
                self._edge.start()
            elif not outside:
                self._edge.stop()
            return
        link, mark = self.link_under(point), self.mark_under(point)
        hand = link or mark is not None
        shape = Qt.CursorShape.PointingHandCursor if hand else Qt.CursorShape.IBeamCursor
        if self._area.viewport().cursor().shape() != shape:
            self._area.viewport().setCursor(shape)
        if link:
            told = SHOW_PICTURE if picture_file(link) else shortened(link)
            QToolTip.showText(event.globalPosition().toPoint(), told, self._area)
        elif mark is not None:
            QToolTip.showText(event.globalPosition().toPoint(), mark.words, self._area)
        elif QToolTip.isVisible():
            QToolTip.hideText()

    def _extend(self, point: QPointF) -> None:
        position = self.position_at(point)
        if position is None or self._pressed is None:
            return
        if position != self._pressed and not self._moved:
            self._moved = True
            # Qt gives the mouse to the message that was pressed. The text may scroll so far that
            # its widget goes; then nobody would hear of the release.
            self._area.viewport().grabMouse()
        if self._moved:
            self._selection.select(self._from_pressed(self._pressed, position))

    def _from_pressed(self, pressed: Position, position: Position) -> Selection:
        whole = self._whole
        if whole is None:
            return Selection(pressed, position)
        here = self._around(position, whole.around)
        if position < whole.first.start:
            return Selection(whole.first.end, here.start)
        return Selection(whole.first.start, max(here.end, whole.first.end))

    def _scroll_on(self) -> None:
        height = self._area.viewport().height()
        over = self._last.y() - height if self._last.y() >= height else min(0, self._last.y())
        held = QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton
        if not over or not held or self._pressed is None:
            self._end_drag()
            return
        self._layout.scroll_by(max(-60, min(60, over)))
        self._extend(QPointF(self._last))

    def _end_drag(self) -> None:
        self._edge.stop()
        self._pressed = None
        if QWidget.mouseGrabber() is self._area.viewport():
            self._area.viewport().releaseMouse()

    def release(self, event: QMouseEvent) -> None:
        """End the selection; a click on a link asks the shell to open it."""
        self._end_drag()
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self._selection.set_primary_selection()
        if self._moved:
            return
        if not self._link:
            self._choose_mark(event)
            return
        found = self.item_at(event.position())
        if found is not None and found[2].link_at(found[3], found[4]) == self._link:
            self.activate(self._link, link_text(found[2].row, self._link))

    def _choose_mark(self, event: QMouseEvent) -> None:
        """A click without a selection: on a mark it asks what that is about."""
        mark, found = self.mark_under(event.position()), self.item_at(event.position())
        chosen = self._selection.selection
        if mark is None or found is None or not (chosen is None or chosen.empty):
            return
        here = event.globalPosition().toPoint()
        tall = int(self._layout.styles.normal.line_height)
        area = QRect(here.x(), here.y() - tall // 2, 1, tall)
        self._open_mark(MarkRequest(self._layout.branch.models[found[0]].message.id, mark, area))

    def activate(self, address: str, text: str) -> None:
        """Ask the shell to open an address; others than web and mail are only shown."""
        if is_followed(address):
            self._open_link(LinkRequest(address, text))
        else:
            QToolTip.showText(QCursor.pos(), f"{NOT_OPENED}\n{shortened(address)}", self._area)

    def double_click(self, event: QMouseEvent) -> None:
        """Select a word."""
        position = self.position_at(event.position())
        if position is None:
            return
        self._doubled = event.position().toPoint()
        self._third.setRemainingTime(QGuiApplication.styleHints().mouseDoubleClickInterval())
        self._link = ""
        self._select(position, word_at)

    def _select(self, position: Position, around: Around) -> None:
        """Select what is ``around`` a place in its row."""
        first = self._around(position, around)
        self._whole = _Whole(first, around)
        self._pressed = self._caret = first.start
        self._selection.select(first)

    def _around(self, position: Position, around: Around) -> Selection:
        text = self._layout.branch.models[position.at].rows[position.row].drawn_text()
        first, last = around(text, min(position.offset, units(text)))
        return Selection(replace(position, offset=first), replace(position, offset=last))


def shortened(address: str) -> str:
    """An address with its middle left out where it is long: its beginning says where it leads."""
    if len(address) <= LONGEST_TIP:
        return address
    return f"{address[: LONGEST_TIP - 40]}\u2026{address[-39:]}"
