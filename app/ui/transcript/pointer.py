"""Owns mouse and wheel in the transcript: selecting across messages, links, scrolling."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip

from app.ui.links import openable
from app.ui.transcript.items import RowItem
from app.ui.transcript.rows import link_text, row_text
from app.ui.transcript.runs import units
from app.ui.transcript.selection import Position, Selection, word_at
from app.ui.transcript.signals import LinkRequest

if TYPE_CHECKING:
    from app.ui.transcript.view import TranscriptView

EDGE_STEP = 24
"""Milliseconds between two steps of scrolling while a selection is dragged out of the view."""


class Pointer:
    """Follows the mouse."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self._pressed: Position | None = None
        self._link = ""
        self._moved = False
        self._last = QPoint()
        self._edge = QTimer(view)
        self._edge.setInterval(EDGE_STEP)
        self._edge.timeout.connect(self._scroll_on)

    # ------------------------------------------------------------------ what is where

    def item_at(self, point: QPointF) -> tuple[int, int, RowItem, float, float] | None:
        """Message, row, item, and the point in the item's own coordinates."""
        best = None
        for widget in self._view.mounted.widgets.values():
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
        spot = best.spot_at(int(inside))
        at = self._view.chat.by_id.get(best.model.message.id)
        if spot is None or at is None:
            return None
        row, item, top = spot
        return at, row, item, point.x() - best.x() - best.offset_x(item), inside - top

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

    def _scroll_sideways(self, point: QPointF, delta: int) -> None:
        """Scroll the wide block under a point."""
        found = self.item_at(point)
        state = found[2].sideways() if found else None
        if state is None or found is None:
            return
        most = max(0, state.natural - found[2].room + 2 * self._view.looks.seen.px(12))
        state.x = max(0, min(most, state.x + delta))
        self._view.arrange()
        self._view.mounted.repaint()

    # ------------------------------------------------------------------ events

    def wheel(self, event: QWheelEvent) -> None:
        """Scroll; sideways over a wide block. With Ctrl it is the window's, to zoom."""
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        pixels, angle = event.pixelDelta(), event.angleDelta()
        step = self._view.looks.seen.px(120) / 120
        dx = pixels.x() or angle.x() * step
        dy = pixels.y() or angle.y() * step
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not dx:
            dx, dy = dy, 0
        if abs(dx) > abs(dy):
            self._scroll_sideways(event.position(), -int(dx))
        elif dy:
            self._view.scrolling.by(-int(dy))
        event.accept()

    def press(self, event: QMouseEvent) -> None:
        """Begin a selection; Shift extends the one there is."""
        if event.button() is not Qt.MouseButton.LeftButton:
            event.ignore()
            return
        view = self._view
        position = self.position_at(event.position())
        self._link = self.link_under(event.position())
        self._moved = False
        extend = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        if extend and view.marks.selection is not None and position is not None:
            self._pressed = view.marks.selection.anchor
            view.marks.select(Selection(self._pressed, position))
            return
        self._pressed = position
        view.marks.select(None)

    def move(self, event: QMouseEvent) -> None:
        """Extend the selection, or show what is under the pointer."""
        point = event.position()
        self._last = point.toPoint()
        if self._pressed is not None and event.buttons() & Qt.MouseButton.LeftButton:
            self._extend(point)
            outside = not 0 <= point.y() < self._view.viewport().height()
            if outside and not self._edge.isActive():
                self._edge.start()
            elif not outside:
                self._edge.stop()
            return
        link = self.link_under(point)
        shape = Qt.CursorShape.PointingHandCursor if link else Qt.CursorShape.IBeamCursor
        if self._view.viewport().cursor().shape() != shape:
            self._view.viewport().setCursor(shape)
        if link:
            QToolTip.showText(event.globalPosition().toPoint(), link, self._view)
        elif QToolTip.isVisible():
            QToolTip.hideText()

    def _extend(self, point: QPointF) -> None:
        position = self.position_at(point)
        if position is None or self._pressed is None:
            return
        if position != self._pressed:
            self._moved = True
        if self._moved:
            self._view.marks.select(Selection(self._pressed, position))

    def _scroll_on(self) -> None:
        height = self._view.viewport().height()
        over = self._last.y() - height if self._last.y() >= height else min(0, self._last.y())
        if not over or self._pressed is None:
            self._edge.stop()
            return
        self._view.scrolling.by(max(-60, min(60, over)))
        self._extend(QPointF(self._last))

    def release(self, event: QMouseEvent) -> None:
        """End the selection; a click on a link asks the shell to open it."""
        self._edge.stop()
        self._pressed = None
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self._view.marks.offer()
        if self._moved or not self._link:
            return
        found = self.item_at(event.position())
        if found is not None and found[2].link_at(found[3], found[4]) == self._link:
            self.activate(self._link, link_text(found[2].row, self._link))

    def activate(self, address: str, text: str) -> None:
        """Ask the shell to open an address; others than web and mail are only shown."""
        if openable(address):
            self._view.link_activated.emit(LinkRequest(address, text))

    def double_click(self, event: QMouseEvent) -> None:
        """Select a word."""
        position = self.position_at(event.position())
        if position is None:
            return
        text = row_text(self._view.chat.models[position.at].rows[position.row])
        first, last = word_at(text, min(position.offset, units(text)))
        self._pressed = Position(position.at, position.row, first)
        self._moved = True
        self._view.marks.select(Selection(self._pressed, Position(position.at, position.row, last)))
