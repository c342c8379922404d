"""Owns the work that waits for a pause: long texts, late formulas, the colours of code."""

from __future__ import annotations

from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer

from app.ui.transcript.colours import colour
from app.ui.transcript.rows import CodeRow

if TYPE_CHECKING:
    from app.ui.transcript.view import TranscriptView

SLICE_SECONDS = 0.006
"""Of one turn of the event loop; a frame has 0.016."""


class Work:
    """Does a little after each frame, until nothing near the viewport waits."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self._timer = QTimer(view)
        self._timer.setSingleShot(True)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._turn)

    @property
    def idle(self) -> bool:
        """Whether nothing waits."""
        return not self._timer.isActive()

    def look_around(self) -> None:
        """Begin, if anything near the viewport waits."""
        if not self._timer.isActive() and self._waits():
            self._timer.start()

    def _waits(self) -> bool:
        for widget in self._view.widgets.values():
            if widget.model.waiting or widget.pending():
                return True
            if any(
                isinstance(r, CodeRow) and not r.state.is_coloured(r) for r in widget.shown_rows()
            ):
                return True
        return False

    def _turn(self) -> None:
        view = self._view
        end = perf_counter() + SLICE_SECONDS
        view.begin_frame()
        changed = False
        for widget in list(view.widgets.values()):
            if widget.model.waiting:
                widget.model.read_slice(view.chat.measures)
                view.chat.touch(view.chat.by_id[widget.model.message.id])
                changed = True
                break
            for row in widget.shown_rows():
                if isinstance(row, CodeRow) and not row.state.is_coloured(row):
                    colour(widget.model.rows, row)
                    changed = True
                    if perf_counter() > end:
                        break
            changed |= widget.drop_pending()
            if perf_counter() > end:
                break
        if changed:
            view.stay()
