"""The vertical scroll bar of the transcript: it shows the scroll position and sets it by dragging.

Most heights are estimates, and are corrected while the bar is dragged past them. So a drag is
taken as a share of the way that is left in its direction: corrections change how fast the text
goes, never where it is, and both ends of the bar are the ends of the chat.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.ui.transcript.view import TranscriptView


class ScrollBarSync:
    """Keeps the scroll bar and the layout in step."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self._bar = view.verticalScrollBar()
        self._syncing = False
        self._value = 0  # where the bar stood before it moved
        self._bar.valueChanged.connect(self._moved)
        self._bar.sliderReleased.connect(view.arrange)

    def sync(self) -> None:
        """Show where the reader is; while the bar is dragged its range keeps its meaning."""
        bar, view = self._bar, self._view
        if bar.isSliderDown():
            return
        height = view.viewport().height()
        self._syncing = True
        bar.setPageStep(max(1, height - 2 * int(view.styles.normal.line_height)))
        bar.setRange(0, self._room())
        bar.setValue(view.flow.position)
        self._value = bar.value()
        self._syncing = False

    def _room(self) -> int:
        return max(0, self._view.branch.index.total - self._view.viewport().height())

    def _moved(self, value: int) -> None:
        if self._syncing:
            return
        bar, view = self._bar, self._view
        before, self._value = self._value, value
        if not bar.isSliderDown():
            view.scroll_controller.scroll_to(value, end=value >= bar.maximum())
            return
        here, room = view.flow.position, self._room()
        if value <= before:
            wanted = here * value / before if before else 0
        else:
            left = bar.maximum() - before
            wanted = here + (room - here) * (value - before) / left if left else room
        view.scroll_controller.scroll_to(round(wanted), end=value >= bar.maximum())
