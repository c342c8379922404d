"""Deferred work of the transcript, in slices that are shorter than a frame.

What is in view and unfinished comes at once: unread parts of long messages, formulas, the colours
of code. What nobody misses yet waits until nothing moved for a moment: hidden buttons, pictures of
rows, what screen readers say, and the rows just outside the viewport.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter

from PySide6.QtCore import QObject, Qt, QTimer

from app.domain.conversation import Message, MessageStatus
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.wide_blocks import CodeRow
from app.ui.transcript.layout import Layout
from app.ui.transcript.scheduling.colours import colour
from app.ui.transcript.scheduling.lexers import Lexers
from app.ui.transcript.widgets.message_widget import MessageWidget

SLICE_SECONDS = 0.006
"""Seconds of one turn of the event loop that a slice may take; a frame has 0.016."""

FORMULA_SECONDS = 0.003
"""After which no other formula is begun in a turn; one takes up to three times as long."""

AFTER_JUMP = 10
"""Milliseconds after a page was turned, or the bar dragged, before its formulas and colours are
made: the page is shown first, and a drag that goes on puts them off."""

IDLE_DELAY = 120
"""Milliseconds without an arrangement before the work begins that nobody misses yet."""


class IdleScheduler:
    """Runs a slice of deferred work after each frame, until nothing near the viewport is left.

    Args:
        parent: Qt's parent.
        layout: What is finished.
        lexers: Colour code.
        want_marks: Asks for the marks of an answer that is in view.
    """

    def __init__(
        self,
        parent: QObject,
        layout: Layout,
        lexers: Lexers,
        want_marks: Callable[[Message], None],
    ) -> None:
        self._layout, self._lexers = layout, lexers
        self._want_marks = want_marks
        self._slice_timer = QTimer(parent, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._slice_timer.timeout.connect(self._run_slice)
        self._idle_timer = QTimer(parent, singleShot=True)
        self._idle_timer.timeout.connect(self._run_idle_slice)
        self._recoloured = False  # colours came that are not shown yet

    @property
    def idle(self) -> bool:
        """Whether nothing waits."""
        return not self._slice_timer.isActive() and not self._idle_timer.isActive()

    def schedule(self, leaping: bool = False) -> None:
        """Begin, if anything waits. Called after each arrangement.

        Args:
            leaping: Whether the page is all new.
        """
        if leaping:
            self._slice_timer.start(AFTER_JUMP)
        elif not self._slice_timer.isActive() and self._waits():
            self._slice_timer.start(0)
        self._idle_timer.start(IDLE_DELAY)

    def recolour(self) -> None:
        """Show the colours of a block that was read in one go."""
        self._recoloured = True
        self._slice_timer.start(0)

    def _shown(self) -> list[MessageWidget]:
        return [widget for widget in self._layout.widgets.widgets.values() if widget.visible_rows]

    def _waits(self) -> bool:
        for widget in self._shown():
            if widget.model.has_unparsed or any(
                p.soon for s in widget.visible_rows for p in s.item.pending
            ):
                return True
            if any(map(self._to_colour, widget.shown_rows())):
                return True
        return False

    def _to_colour(self, row: object) -> bool:
        return (
            isinstance(row, CodeRow)
            and not row.state.is_coloured(row)
            and self._lexers.is_ready(row.state.language)
        )

    # ------------------------------------------------------------------ what is in view

    def _run_slice(self) -> None:
        with self._layout.keeping_place() as change:
            change.made = self._read_on() or self._draw() or self._colour()
        if not change.made and self._waits():
            self._slice_timer.start(0)

    def _read_on(self) -> bool:
        """Read a slice of a long message."""
        layout, branch = self._layout, self._layout.branch
        for widget in self._shown():
            if widget.model.has_unparsed:
                branch.parse_slice(branch.by_id[widget.model.message.id])
                if layout.anchor.resume_restore(widget.model):
                    layout.arrange()
                    return False
                return True
        return False

    def _draw(self) -> bool:
        """Draw formulas that rows in view wait for; whether one of these is complete now."""
        end = perf_counter() + FORMULA_SECONDS
        formulas = self._layout.styles.formulas
        for widget in self._shown():
            for late in widget.pending():
                if late.soon and perf_counter() < end:
                    formulas.draw(late.source, display=late.display)
        return bool([w for w in self._shown() if w.drop_completed(formulas.is_drawn)])

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

    def _run_idle_slice(self) -> None:
        end = perf_counter() + SLICE_SECONDS
        for _ in self._steps():
            if perf_counter() > end:
                self._idle_timer.start(0)
                return

    def _steps(self) -> Iterator[None]:
        """One small piece of work after the other; what is done already is passed over."""
        shown = self._shown()
        for widget in shown:
            self._ask_for_marks(widget.model)
        for widget in shown:
            while widget.controls.make_next(widget.visible_rows):
                yield
        for widget in shown:
            self._read_whole(widget)
            yield
        for widget in shown:
            if widget.describe():
                yield
        for widget in shown:
            for spot in widget.visible_rows:
                if spot.item.make_picture():
                    yield
        yield from self._lay_out_ahead()

    def _ask_for_marks(self, model: MessageModel) -> None:
        written = model.message.status is not MessageStatus.STREAMING
        if written and not (model.marks_asked or model.is_user or model.has_unparsed):
            model.marks_asked = True
            self._want_marks(model.message)

    def _read_whole(self, widget: MessageWidget) -> None:
        """Have the blocks in view read in one go, once their lines have colours."""
        if not widget.model.has_unparsed:
            for state in {row.state for row in widget.shown_rows() if isinstance(row, CodeRow)}:
                self._lexers.read_whole(state, widget.model.rows)

    def _lay_out_ahead(self) -> Iterator[None]:
        """Lay out a viewport's worth of rows below and above what is in view."""
        layout, branch, widgets = self._layout, self._layout.branch, self._layout.widgets
        ahead = widgets.ahead = {}
        for at, row in layout.flow.rows_ahead():
            ahead.setdefault(branch.models[at].message.id, set()).add(row)
            if widgets.item(at, row) is not None:
                continue
            widgets.lay_out(at, row)
            yield
        yield from self._draw_ahead()
        widgets.hide_offscreen(branch.in_view)  # what was laid out ahead of another place
        layout.sync_bar()  # the heights laid out here were estimates

    def _draw_ahead(self) -> Iterator[None]:
        for widget in list(self._layout.widgets.widgets.values()):
            for late in widget.pending():
                if late.soon:
                    self._layout.styles.formulas.draw(late.source, display=late.display)
                    yield
        self._layout.show_drawn()
