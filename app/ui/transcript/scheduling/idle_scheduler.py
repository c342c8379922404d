"""Owns the work that waits for a pause, in slices that are shorter than a frame.

What is in view and unfinished comes at once: unread parts of long messages, formulas, the colours
of code. What nobody misses yet waits until nothing moved for a moment: hidden buttons, pictures of
rows, what screen readers say, and the rows just outside the viewport.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer

from app.ui.transcript.content.rows import CodeRow
from app.ui.transcript.scheduling.colours import colour

if TYPE_CHECKING:
    from app.ui.transcript.view import TranscriptView
    from app.ui.transcript.widgets.message_widget import MessageWidget

SLICE_SECONDS = 0.006
"""Of one turn of the event loop; a frame has 0.016."""

FORMULA_SECONDS = 0.003
"""After which no other formula is begun in a turn; one takes up to three times as long."""

AFTER_LEAP = 10
"""Milliseconds after a page was turned, or the bar dragged, before its formulas and colours are
made: the page is shown first, and a drag that goes on puts them off."""

CALM = 120
"""Milliseconds without an arrangement before the work begins that nobody misses yet."""


class Work:
    """Does a little after each frame, until nothing near the viewport waits."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view
        self._soon = QTimer(view, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._soon.timeout.connect(self._turn)
        self._calm = QTimer(view, singleShot=True)
        self._calm.timeout.connect(self._calm_turn)
        self._recoloured = False  # colours came that are not shown yet
        self.ahead: dict[str, set[int]] = {}  # rows laid out beyond the viewport, by message

    @property
    def idle(self) -> bool:
        """Whether nothing waits."""
        return not self._soon.isActive() and not self._calm.isActive()

    def look_around(self) -> None:
        """Begin, if anything waits. Called after each arrangement."""
        if self._view.scrolling.leaping:
            self._soon.start(AFTER_LEAP)
        elif not self._soon.isActive() and self._waits():
            self._soon.start(0)
        self._calm.start(CALM)

    def recolour(self) -> None:
        """Show the colours of a block that was read in one go."""
        self._recoloured = True
        self._soon.start(0)

    def _shown(self) -> list[MessageWidget]:
        return [widget for widget in self._view.mounted.widgets.values() if widget.spots]

    def _waits(self) -> bool:
        for widget in self._shown():
            if widget.model.waiting or any(p.soon for s in widget.spots for p in s.item.pending):
                return True
            if any(map(self._to_colour, widget.shown_rows())):
                return True
        return False

    def _to_colour(self, row: object) -> bool:
        return (
            isinstance(row, CodeRow)
            and not row.state.is_coloured(row)
            and self._view.lexers.is_ready(row.state.language)
        )

    # ------------------------------------------------------------------ what is in view

    def _turn(self) -> None:
        view = self._view
        line = None if view.scrolling.following else view.places.line()
        if self._read_on() or self._draw() or self._colour():
            view.scrolling.hold(line)
        elif self._waits():
            self._soon.start(0)

    def _read_on(self) -> bool:
        """Read a slice of a long message."""
        view = self._view
        for widget in self._shown():
            if widget.model.waiting:
                widget.model.read_slice(view.chat.measures)
                view.chat.touch(view.chat.by_id[widget.model.message.id])
                if view.places.read_on(widget.model):
                    view.arrange()
                    return False
                return True
        return False

    def _draw(self) -> bool:
        """Draw formulas that rows in view wait for; whether one of these is complete now."""
        end = perf_counter() + FORMULA_SECONDS
        formulas = self._view.formulas
        for widget in self._shown():
            for late in widget.pending():
                if late.soon and perf_counter() < end:
                    formulas.draw(late.source, display=late.display)
        return bool([w for w in self._shown() if w.drop_drawn(formulas.is_drawn)])

    def _colour(self) -> bool:
        """Colour code; whether any was."""
        end, changed = perf_counter() + SLICE_SECONDS, self._recoloured
        self._recoloured = False
        for widget in self._shown():
            for row in widget.shown_rows():
                if isinstance(row, CodeRow) and self._to_colour(row) and perf_counter() < end:
                    colour(widget.model.rows, row)
                    changed = True
        return changed

    # ------------------------------------------------------------------ what nobody misses yet

    def _calm_turn(self) -> None:
        self._view.late.warm_up()
        end = perf_counter() + SLICE_SECONDS
        for _ in self._steps():
            if perf_counter() > end:
                self._calm.start(0)
                return

    def _steps(self) -> Iterator[None]:
        """One small piece of work after the other; what is done already is passed over."""
        shown = self._shown()
        for widget in shown:
            while widget.controls.make_next(widget.spots):
                yield
        for widget in shown:
            self._read_whole(widget)
            yield
        for widget in shown:
            if widget.describe():
                yield
        for widget in shown:
            for spot in widget.spots:
                if spot.item.make_picture():
                    yield
        yield from self._look_ahead()

    def _read_whole(self, widget: MessageWidget) -> None:
        """Have the blocks in view read in one go, once their lines have colours."""
        if not widget.model.waiting:
            for state in {row.state for row in widget.shown_rows() if isinstance(row, CodeRow)}:
                self._view.lexers.read_whole(state, widget.model.rows)

    def _look_ahead(self) -> Iterator[None]:
        """Lay out a viewport's worth of rows below and above what is in view."""
        view = self._view
        ahead: dict[str, set[int]] = {}
        self.ahead = ahead
        for at, row in view.flow.beyond():
            ahead.setdefault(view.chat.models[at].message.id, set()).add(row)
            if view.mounted.item(at, row) is not None:
                continue
            view.mounted.lay_out(at, row)
            yield
        yield from self._draw_ahead()
        view.mounted.park_all_but(view.chat.in_view)  # what was laid out ahead of another place
        view.bar.sync()  # the heights laid out here were estimates

    def _draw_ahead(self) -> Iterator[None]:
        view = self._view
        for widget in list(view.mounted.widgets.values()):
            for late in widget.pending():
                if late.soon:
                    view.formulas.draw(late.source, display=late.display)
                    yield
        view.late.use_drawn()
