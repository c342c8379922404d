"""Owns the transcript view: one conversation on the screen, streamed, and Qt's events for it.

What happens with them is elsewhere, a concern a file: `mounted` has the widgets near the viewport,
`flow_layout` and `heights` know where rows stand, `scrolling` and `places` move and keep the
reader's place, `marks` the selection, `find` the search, `work` what waits for a pause, and
`pointer`, `keyboard` and `context_menu` the input.
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
from app.ui.theme import LIGHT, Theme, qcolour
from app.ui.transcript.background import Background
from app.ui.transcript.bar import Bar
from app.ui.transcript.chat import Chat, summed_until
from app.ui.transcript.find import DEFAULT_OPTIONS, Finder, FindOptions
from app.ui.transcript.flow_layout import FlowLayout
from app.ui.transcript.host import MessageHost
from app.ui.transcript.keyboard import Keyboard
from app.ui.transcript.late_formulas import LateFormulas
from app.ui.transcript.lexers import Lexers
from app.ui.transcript.looks import Looks
from app.ui.transcript.marks import Marks
from app.ui.transcript.mounted import Mounted
from app.ui.transcript.places import Anchor, Places
from app.ui.transcript.pointer import Pointer
from app.ui.transcript.scrolling import Scrolling
from app.ui.transcript.selection import CopyAs
from app.ui.transcript.signals import TranscriptSignals
from app.ui.transcript.voice import Voice
from app.ui.transcript.work import Work

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
        self._background = Background(self)
        self.destroyed.connect(self._background.close)
        self.late = LateFormulas(self, self._background)
        self.formulas = self.late.store
        self.lexers = Lexers(self._background.ask, self.look_around, self._recoloured)
        self.looks = Looks(self.formulas, theme, zoom)
        self._left_out: frozenset[str] = frozenset()
        self._summaries: dict[str, str] = {}
        self.streaming = ""
        self._ringed = False  # the keyboard is here, and not at a message's button
        self.chat = Chat(self.looks.measures())
        self.mounted = Mounted(self, MessageHost(self))
        self.flow = FlowLayout(self.chat, self.mounted.measure)
        self.scrolling = Scrolling(self, self.looks.seen)
        self.places = Places(self)
        self.marks = Marks(self)
        self.finder = Finder(self)
        self.work = Work(self)
        self.bar = Bar(self)
        self._pointer = Pointer(self)
        self._keyboard = Keyboard(self)
        self._voice = Voice(self)
        self._set_up()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Conversation")
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        self.verticalScrollBar().setSingleStep(self.looks.seen.px(48))

    # ------------------------------------------------------------------ the chat

    def set_branch(
        self, messages: Sequence[BranchMessage], *, anchor: Anchor | None = None
    ) -> None:
        """Show a chat, at ``anchor`` or at its end."""
        self.mounted.drop_all_but(())
        self.marks.selection = None
        self.finder.clear()
        self.streaming = ""
        self.chat.models = []
        self.chat.set_messages(messages, self._left_out, self._summaries)
        self.formulas.begin_frame(OPENING_SECONDS)
        self.scrolling.following = anchor is None or not self.places.go_to(anchor)
        self.scrolling.stay()

    def update_branch(self, messages: Sequence[BranchMessage]) -> None:
        """Show the same chat after messages or versions changed; the reader's place stays."""
        here = self.flow.anchor
        place = self.chat.models[here.at].message.id if self.chat.models else ""
        following = self.scrolling.following
        self.marks.selection = None
        self.chat.set_messages(messages, self._left_out, self._summaries)
        self.mounted.take_models()
        self.mounted.drop_footers()
        self.finder.restart()
        at = self.chat.by_id.get(place)
        if following or at is None:
            self.scrolling.to_end()
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
        place = None if self.scrolling.following else self.places.anchor()
        end = summed_until(list(self.chat.by_id), notes)
        for at, model in enumerate(self.chat.models):
            out, note = model.message.id in ids, notes.get(model.message.id, "")
            labels = out, note, out and at < end
            if (model.left_out, model.summary, model.summed_up) != labels:
                model.left_out, model.summary, model.summed_up = labels
                model.relabel(self.chat.measures)
                self.chat.touch(self.chat.by_id[model.message.id])
        if place is not None:
            self.places.go_to(place)
        self.scrolling.stay()

    # ------------------------------------------------------------------ streaming

    def begin_answer(self, message_id: str) -> None:
        """An answer on the branch begins to stream, or goes on."""
        self.streaming = message_id
        self.late.warm_up()
        self.mounted.drop_footers()
        self.arrange()

    def feed(self, message_id: str, text: str) -> None:
        """More of the answer; at most once a frame."""
        at = self.chat.by_id.get(message_id)
        if at is None or not text:
            return
        self.formulas.begin_frame()
        self.chat.models[at].feed(text, self.chat.measures)
        self.chat.touch(at)
        if self.scrolling.following and self.mounted.refresh(at):
            self.work.look_around()  # most updates change the last line and move nothing
        else:
            self.scrolling.grew(in_view=message_id in self.mounted.widgets)
        self._voice.grew()

    def finish(self, message: Message) -> None:
        """The answer ended; ``message`` is its final form."""
        at = self.chat.by_id.get(message.id)
        self.streaming = ""
        if at is None:
            return
        model = self.chat.models[at]
        model.finish(message, self.chat.measures)
        self.chat.open(at)
        self.chat.touch(at)
        self.finder.look_again(at)
        self.mounted.drop_footers()
        self.scrolling.stay()
        self._voice.finished(model)

    # ------------------------------------------------------------------ place

    @property
    def at_bottom(self) -> bool:
        """Whether the end of the chat is in view."""
        return self.flow.bottom_reached

    @property
    def selecting(self) -> bool:
        """Whether a selection is being dragged: the text stays under the pointer meanwhile."""
        return self._pointer.selecting

    def anchor(self) -> Anchor | None:
        """Where the reader is, to come back to; None for an empty chat."""
        return self.places.anchor()

    @property
    def idle(self) -> bool:
        """Whether nothing near the viewport waits for a pause to be finished."""
        return self.work.idle and not self._background.busy

    def _recoloured(self) -> None:
        self.work.recolour()

    def look_around(self) -> None:
        """See whether something near the viewport can be finished now."""
        self.work.look_around()

    # ------------------------------------------------------------------ looks

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.looks.theme = theme
        self._restyle(self.looks.seen.column)

    def set_zoom(self, percent: int) -> None:
        """Scale all text."""
        self.looks.set_zoom(percent)
        self._restyle(self.looks.column_for(self.width()))
        self.verticalScrollBar().setSingleStep(self.looks.seen.px(48))

    def set_wrap_code(self, wrap: bool) -> None:
        """Wrap long lines of code, or scroll them."""
        self.looks.wrap = wrap
        self._restyle(self.looks.seen.column)

    def _restyle(self, column: int) -> None:
        line = None if self.scrolling.following else self.places.line()
        self.looks.restyle(column)
        self.scrolling.pill.set_style(self.looks.seen)
        self.chat.set_measures(self.looks.measures())
        self.mounted.forget_items()
        self.scrolling.hold(line)

    # ------------------------------------------------------------------ layout

    def arrange(self) -> None:
        """Lay out the rows of the viewport and place the widgets."""
        self.flow.viewport = self.viewport().height()
        self.mounted.place(self.flow.arrange())
        self.scrolling.arranged()
        self.places.arrived()
        self.work.look_around()

    # ------------------------------------------------------------------ selection and search

    def select_all(self) -> None:
        """Select the whole chat."""
        self.marks.select_all()

    def copy(self, form: CopyAs | None = None) -> None:
        """Put the selection on the clipboard; without a form as plain and rich text."""
        self.marks.copy(form)

    # QWidget.find, a static search of windows by their number, is of no use on this class.
    def find(  # type: ignore[override]
        self, text: str, options: FindOptions = DEFAULT_OPTIONS
    ) -> int:
        """Search; returns the matches found at once, `find_changed` tells of the others."""
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
        line = None if self.scrolling.following else self.places.line()
        column = self.looks.column_for(self.width())
        if column != self.looks.seen.column:
            self._restyle(column)
            return
        self.scrolling.hold(line)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the page."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), qcolour(self.looks.theme.page))
        if self._ringed:
            painter.setPen(QPen(qcolour(self.looks.theme.accent), 2))
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
