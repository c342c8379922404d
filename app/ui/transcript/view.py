"""The transcript view: one conversation on the screen, streamed, and Qt's events for it.

Each concern has a module of its own: `message_widgets` the widgets near the viewport, `flow_layout`
and `heights` the position of rows, `scroll_controller` and `scroll_anchor` scrolling and the line
at the top, `selection_controller` the selection, `find` the search, `idle_scheduler` deferred work,
and `pointer`, `keyboard` and `context_menu` the input.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QWidget

from app.domain.conversation import BranchMessage, Message
from app.ui.core.render_thread import RenderThread
from app.ui.style.theme import LIGHT, Theme, qcolour
from app.ui.transcript.content.branch_model import BranchModel, summed_until
from app.ui.transcript.content.flow_layout import FlowLayout
from app.ui.transcript.content.selection import CopyAs
from app.ui.transcript.interaction.announcer import ScreenReaderAnnouncer
from app.ui.transcript.interaction.find import DEFAULT_OPTIONS, Finder, FindOptions
from app.ui.transcript.interaction.keyboard import Keyboard
from app.ui.transcript.interaction.message_actions import MessageActions
from app.ui.transcript.interaction.pointer import Pointer
from app.ui.transcript.interaction.scroll_bar import ScrollBarSync
from app.ui.transcript.interaction.selection_controller import SelectionController
from app.ui.transcript.items.styles import Styles
from app.ui.transcript.scheduling.idle_scheduler import IdleScheduler
from app.ui.transcript.scheduling.late_formulas import LateFormulas
from app.ui.transcript.scheduling.lexers import Lexers
from app.ui.transcript.viewport.message_widgets import MessageWidgets
from app.ui.transcript.viewport.scroll_anchor import ScrollAnchor, ScrollPosition
from app.ui.transcript.viewport.scroll_controller import ScrollController
from app.ui.transcript.widgets.signals import TranscriptSignals

OPENING_SECONDS = 0.03
"""That formulas may take when a chat opens; 0.1 are allowed for all of it."""

KEYBOARD = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
)


class TranscriptView(TranscriptSignals):
    """A conversation of any length, streamed, searched and selected.

    Args:
        parent: Qt's parent.
        theme: Colours to begin with.
        zoom: Size of the text to begin with, per cent.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        theme: Theme = LIGHT,
        zoom: int = 100,
    ) -> None:
        super().__init__(parent)
        self._background = RenderThread(self)
        self.destroyed.connect(self._background.close)
        self.late_formulas = LateFormulas(self, self._background)
        self.formulas = self.late_formulas.store
        self.lexers = Lexers(self._background.submit, self.schedule_idle_work, self._recoloured)
        self.styles = Styles(self.formulas, theme, zoom)
        self._left_out: frozenset[str] = frozenset()
        self._summaries: dict[str, str] = {}
        self.streaming = ""
        self._ringed = False  # the keyboard is here, and not at a message's button
        self.branch = BranchModel(self.styles.measures())
        self.message_widgets = MessageWidgets(self, MessageActions(self))
        self.flow = FlowLayout(self.branch, self.message_widgets.measure)
        self.scroll_controller = ScrollController(self, self.styles.normal)
        self.scroll_anchor = ScrollAnchor(self)
        self.selection_controller = SelectionController(self)
        self.finder = Finder(self)
        self.idle_scheduler = IdleScheduler(self)
        self.scroll_bar_sync = ScrollBarSync(self)
        self._pointer = Pointer(self)
        self._keyboard = Keyboard(self)
        self._announcer = ScreenReaderAnnouncer(self)
        self._set_up()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Conversation")
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.verticalScrollBar().setSingleStep(self.styles.normal.px(48))

    # ------------------------------------------------------------------ the chat

    def set_branch(
        self, messages: Sequence[BranchMessage], *, anchor: ScrollPosition | None = None
    ) -> None:
        """Show a chat, at ``anchor`` or at its end."""
        self.message_widgets.delete_others(())
        self.selection_controller.selection = None
        self.finder.clear()
        self.streaming = ""
        self.branch.models = []
        self.branch.set_messages(messages, self._left_out, self._summaries)
        self.formulas.begin_frame(OPENING_SECONDS)
        self.scroll_controller.following = anchor is None or not self.scroll_anchor.go_to(anchor)
        self.scroll_controller.relayout()

    def update_branch(self, messages: Sequence[BranchMessage]) -> None:
        """Show the same chat after messages or versions changed; the reader's place stays."""
        here = self.flow.anchor
        place = self.branch.models[here.at].message.id if self.branch.models else ""
        following = self.scroll_controller.following
        self.selection_controller.selection = None
        self.branch.set_messages(messages, self._left_out, self._summaries)
        self.message_widgets.update_models()
        self.message_widgets.drop_footers()
        self.finder.restart()
        at = self.branch.by_id.get(place)
        if following or at is None:
            self.scroll_controller.scroll_to_end()
        else:
            self.flow.show(at, here.row, here.y)
            self.arrange()

    def set_left_out(self, ids: frozenset[str], summaries: Mapping[str, str] | None = None) -> None:
        """Dim the messages that the model does not see, and label them.

        Args:
            ids: These messages.
            summaries: What the model reads instead, by the id of the message below it.
        """
        notes = dict(summaries or {})
        if ids == self._left_out and notes == self._summaries:
            return
        self._left_out, self._summaries = ids, notes
        place = None if self.scroll_controller.following else self.scroll_anchor.position()
        end = summed_until(list(self.branch.by_id), notes)
        for at, model in enumerate(self.branch.models):
            out, note = model.message.id in ids, notes.get(model.message.id, "")
            labels = out, note, out and at < end
            if (model.left_out, model.summary, model.summed_up) != labels:
                model.left_out, model.summary, model.summed_up = labels
                model.relabel(self.branch.measures)
                self.branch.sync_heights(self.branch.by_id[model.message.id])
        if place is not None:
            self.scroll_anchor.go_to(place)
        self.scroll_controller.relayout()

    # ------------------------------------------------------------------ streaming

    def begin_answer(self, message_id: str) -> None:
        """An answer on the branch begins to stream, or goes on."""
        self.streaming = message_id
        self.late_formulas.warm_up()
        self.message_widgets.drop_footers()
        self.arrange()

    def feed(self, message_id: str, text: str) -> None:
        """More of the answer; at most once a frame."""
        at = self.branch.by_id.get(message_id)
        if at is None or not text:
            return
        self.formulas.begin_frame()
        self.branch.models[at].feed(text, self.branch.measures)
        self.branch.sync_heights(at)
        if self.scroll_controller.following and self.message_widgets.refresh(at):
            self.idle_scheduler.schedule()  # most updates change the last line and move nothing
        else:
            self.scroll_controller.follow_answer(in_view=message_id in self.message_widgets.widgets)
        self._announcer.announce_progress()

    def finish(self, message: Message) -> None:
        """The answer ended; ``message`` is its final form."""
        at = self.branch.by_id.get(message.id)
        self.streaming = ""
        if at is None:
            return
        model = self.branch.models[at]
        model.finish(message, self.branch.measures)
        self.branch.open(at)
        self.branch.sync_heights(at)
        self.finder.refresh_message(at)
        self.message_widgets.drop_footers()
        self.scroll_controller.relayout()
        self._announcer.announce_finished(model)

    # ------------------------------------------------------------------ place

    @property
    def at_bottom(self) -> bool:
        """Whether the end of the chat is in view."""
        return self.flow.bottom_reached

    @property
    def selecting(self) -> bool:
        """Whether a selection is being dragged: the text stays under the pointer meanwhile."""
        return self._pointer.selecting

    def scroll_position(self) -> ScrollPosition | None:
        """Where the reader is, to come back to; None for an empty chat."""
        return self.scroll_anchor.position()

    @property
    def idle(self) -> bool:
        """Whether nothing near the viewport waits for a pause to be finished."""
        return self.idle_scheduler.idle and not self._background.busy

    def _recoloured(self) -> None:
        self.idle_scheduler.recolour()

    def schedule_idle_work(self) -> None:
        """See whether something near the viewport can be finished now."""
        self.idle_scheduler.schedule()

    # ------------------------------------------------------------------ looks

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.styles.theme = theme
        self._restyle(self.styles.normal.column)

    def set_zoom(self, percent: int) -> None:
        """Scale all text."""
        self.styles.set_zoom(percent)
        self._restyle(self.styles.column_for(self.width()))
        self.verticalScrollBar().setSingleStep(self.styles.normal.px(48))

    def set_wrap_code(self, wrap: bool) -> None:
        """Wrap long lines of code, or scroll them."""
        self.styles.wrap = wrap
        self._restyle(self.styles.normal.column)

    def _restyle(self, column: int) -> None:
        line = None if self.scroll_controller.following else self.scroll_anchor.first_visible_line()
        self.styles.restyle(column)
        self.scroll_controller.pill.set_style(self.styles.normal)
        self.branch.set_measures(self.styles.measures())
        self.message_widgets.drop_items()
        self.scroll_controller.relayout_at(line)

    # ------------------------------------------------------------------ layout

    def arrange(self) -> None:
        """Lay out the rows of the viewport and place the widgets."""
        self.flow.viewport = self.viewport().height()
        self.message_widgets.place(self.flow.arrange())
        self.scroll_controller.sync_controls()
        self.scroll_anchor.arrived()
        self.idle_scheduler.schedule()

    # ------------------------------------------------------------------ selection and search

    def select_all(self) -> None:
        """Select the whole chat."""
        self.selection_controller.select_all()

    def copy(self, form: CopyAs | None = None) -> None:
        """Put the selection on the clipboard; without a form as plain and rich text."""
        self.selection_controller.copy(form)

    # QWidget.find, a static search of windows by their number, is of no use on this class.
    def find(  # type: ignore[override]
        self, text: str, options: FindOptions = DEFAULT_OPTIONS
    ) -> int:
        """Search; returns the matches found at once, `find_changed` announces the others."""
        return self.finder.find(text, options)

    def find_next(self) -> None:
        """Show the next match."""
        self.finder.step(1)

    def find_previous(self) -> None:
        """Show the match before."""
        self.finder.step(-1)

    def clear_find(self) -> None:
        """Forget the search."""
        self.finder.clear()

    # ------------------------------------------------------------------ events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out for another size; the first visible row stays."""
        super().resizeEvent(event)
        self.formulas.begin_frame(0)
        line = None if self.scroll_controller.following else self.scroll_anchor.first_visible_line()
        column = self.styles.column_for(self.width())
        if column != self.styles.normal.column:
            self._restyle(column)
            return
        self.scroll_controller.relayout_at(line)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the page."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), qcolour(self.styles.theme.page))
        if self._ringed:
            painter.setPen(QPen(qcolour(self.styles.theme.accent), 2))
            painter.drawRect(self.viewport().rect().adjusted(1, 1, -1, -1))
        painter.end()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """A ring says that the keyboard came here; the pointer says it by itself."""
        super().focusInEvent(event)
        self._ringed = event.reason() in KEYBOARD
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """The ring goes."""
        super().focusOutEvent(event)
        self._ringed = False
        self.viewport().update()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The bar's own signal does it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; sideways over a wide block."""
        self._pointer.wheel(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page, Home, End, arrows, select all, copy."""
        if not self._keyboard.press(event):
            event.ignore()  # the window has shortcuts of its own

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go through the messages' buttons in the order they stand, and out of them."""
        return self._keyboard.tab(forward=forward) or super().focusNextPrevChild(forward)

    def tab_stops(self) -> list[QWidget]:
        """Where Tab stops, for the window's order."""
        return self._keyboard.stops()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin a selection."""
        self._pointer.press(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Extend the selection, or show what is under the pointer."""
        self._pointer.move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """End the selection, or follow a link."""
        self._pointer.release(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Select a word."""
        self._pointer.double_click(event)
