"""The vertical scroll bar of the transcript: it shows the scroll position and sets it by dragging.

Most heights are estimates, and are corrected while the bar is dragged past them. So a drag is
taken as a share of the way that is left in its direction: corrections change how fast the text
goes, never where it is, and both ends of the bar are the ends of the chat.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QScrollBar

from app.ui.transcript.content.flow_layout import FlowLayout


class ScrollTo(Protocol):
    """Scrolls."""

    def __call__(self, position: int, *, end: bool) -> None:
        """Go to a place given in pixels from the top, or to the end of the chat."""


class ScrollBarSync:
    """Keeps the scroll bar and the layout in step.

    Args:
        bar: The scroll bar.
        flow: Where the rows stand.
        scroll_to: Called when the user moves the bar.
    """

    def __init__(self, bar: QScrollBar, flow: FlowLayout, scroll_to: ScrollTo) -> None:
        self._bar, self._flow, self._scroll_to = bar, flow, scroll_to
        self._syncing = False
        self._value = 0  # where the bar stood before it moved
        self._bar.valueChanged.connect(self._moved)

    def sync(self, line_height: float) -> None:
        """Show where the reader is; while the bar is dragged its range keeps its meaning."""
        bar, flow = self._bar, self._flow
        if bar.isSliderDown():
            return
        self._syncing = True
        bar.setPageStep(max(1, flow.viewport - 2 * int(line_height)))
        bar.setRange(0, self._room())
        bar.setValue(flow.position)
        self._value = bar.value()
        self._syncing = False

    def _room(self) -> int:
        return max(0, self._flow.chat.index.total - self._flow.viewport)

    def _moved(self, value: int) -> None:
        if self._syncing:
            return
        bar = self._bar
        before, self._value = self._value, value
        if not bar.isSliderDown():
            self._scroll_to(value, end=value >= bar.maximum())
            return
        here, room = self._flow.position, self._room()
        if value <= before:
            wanted = here * value / before if before else 0
        else:
            left = bar.maximum() - before
            wanted = here + (room - here) * (value - before) / left if left else room
        self._scroll_to(round(wanted), end=value >= bar.maximum())
