"""Owns the transcript view: real widgets for the messages near the viewport, and only for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QWidget

from app.domain.conversation import BranchMessage, Message
from app.ui.theme import LIGHT, Theme, qcolour
from app.ui.transcript.background import Background
from app.ui.transcript.bar import Bar
from app.ui.transcript.chat import Chat
from app.ui.transcript.clipboard import put_on_clipboard
from app.ui.transcript.find import DEFAULT_OPTIONS, Finder, FindOptions, Match
from app.ui.transcript.flow_layout import FlowLayout, Placed
from app.ui.transcript.formulas import FRAME_BUDGET, Failed, FormulaStore, Shape
from app.ui.transcript.host import MessageHost
from app.ui.transcript.items import PLAIN_LOOK, Look, RowItem
from app.ui.transcript.keyboard import Keyboard
from app.ui.transcript.lexers import Lexers
from app.ui.transcript.looks import Looks
from app.ui.transcript.maths_source import is_light, render_shape, warm_up
from app.ui.transcript.message_widget import MessageWidget
from app.ui.transcript.model import MessageModel
from app.ui.transcript.parts import Pill
from app.ui.transcript.places import Anchor, Line, Places
from app.ui.transcript.pointer import Pointer
from app.ui.transcript.rows import row_text
from app.ui.transcript.runs import units
from app.ui.transcript.selection import CopyAs, Selection, select_all, selected_text
from app.ui.transcript.signals import Following, TranscriptSignals
from app.ui.transcript.voice import Voice
from app.ui.transcript.work import Work

OPENING_SECONDS = 0.03
"""That formulas may take when a chat opens; 0.1 are allowed for all of it."""


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
        self._background, self._warm = Background(self), False
        self.destroyed.connect(self._background.close)
        self.formulas = FormulaStore(render_shape, is_light, self._draw_later)
        self.lexers = Lexers(self._background.ask, self.look_around)
        self.looks = Looks(self.formulas, theme, zoom)
        self._left_out: frozenset[str] = frozenset()
        self._summaries: dict[str, str] = {}
        self.chat = Chat(self.looks.measures())
        self.flow = FlowLayout(self.chat, self._measure)
        self.widgets: dict[str, MessageWidget] = {}
        self.following = True
        self.streaming = ""
        self.selection: Selection | None = None
        self._pill = Pill(self, self.looks.seen)
        self._pill.clicked.connect(self.scroll_to_end)
        self._host = MessageHost(self)
        self._pointer = Pointer(self)
        self._keyboard = Keyboard(self)
        self._work = Work(self)
        self._finder = Finder(self)
        self._voice = Voice(self)
        self.places = Places(self)
        self._bar = Bar(self)
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
        self._drop_widgets(())
        self.selection = None
        self._finder.clear()
        self.streaming = ""
        self.chat.models = []
        self.chat.set_messages(messages, self._left_out, self._summaries)
        self.formulas.begin_frame(OPENING_SECONDS)
        self.following = anchor is None or not self.places.go_to(anchor)
        self.stay()

    def update_branch(self, messages: Sequence[BranchMessage]) -> None:
        """Show the same chat after messages or versions changed; the reader's place stays."""
        here = self.flow.anchor
        place = self.chat.models[here.at].message.id if self.chat.models else ""
        following = self.following
        self.selection = None
        self.chat.set_messages(messages, self._left_out, self._summaries)
        self._drop_widgets(self.chat.by_id)
        for key, widget in self.widgets.items():
            model = self.chat.models[self.chat.by_id[key]]
            if widget.model is not model:
                widget.forget()
                widget.use(model)
        self._refresh_footers()
        self._finder.restart()
        at = self.chat.by_id.get(place)
        if following or at is None:
            self._to_end()
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
        place = None if self.following else self.places.anchor()
        for model in self.chat.models:
            out, note = model.message.id in ids, notes.get(model.message.id, "")
            if model.left_out != out or model.summary != note:
                model.left_out, model.summary = out, note
                model.relabel(self.chat.measures)
                self.chat.touch(self.chat.by_id[model.message.id])
        if place is not None:
            self.places.go_to(place)
        self.stay()

    # ------------------------------------------------------------------ streaming

    def begin_answer(self, message_id: str) -> None:
        """An answer on the branch begins to stream, or goes on."""
        self.streaming = message_id
        self._refresh_footers()
        self.arrange()

    def feed(self, message_id: str, text: str) -> None:
        """More of the answer; at most once a frame."""
        at = self.chat.by_id.get(message_id)
        if at is None or not text:
            return
        self.formulas.begin_frame()
        self.chat.models[at].feed(text, self.chat.measures)
        self.chat.touch(at)
        if self.following:
            self._to_end()
        elif not self._pill.text():
            self._pill.say("New text")
        if self.following or message_id in self.widgets:
            self.arrange()
        else:
            self._bar.sync()
            self._show_pill()
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
        self._refresh_footers()
        if self.following:
            self._to_end()
        self.arrange()
        self._voice.finished(model)

    def _refresh_footers(self) -> None:
        """Buttons depend on whether an answer is being written and on who is last."""
        for widget in self.widgets.values():
            widget.drop_footer()

    # ------------------------------------------------------------------ place

    @property
    def at_bottom(self) -> bool:
        """Whether the end of the chat is in view."""
        return self.flow.bottom_reached

    def anchor(self) -> Anchor | None:
        """Where the reader is, to come back to; None for an empty chat."""
        return self.places.anchor()

    def hold(self, line: Line | None) -> None:
        """Lay out again after heights changed: ``line`` stays, and the end stays the end."""
        if self.following:
            self._to_end()
            self.arrange()
        else:
            self.places.hold(line)

    def stay(self) -> None:
        """Lay out again after heights changed; the end stays the end."""
        if self.following:
            self._to_end()
        self.arrange()

    @property
    def idle(self) -> bool:
        """Whether nothing near the viewport waits for a pause to be finished."""
        return self._work.idle and not self._background.busy

    def look_around(self) -> None:
        """See whether something near the viewport can be finished now."""
        self._work.look_around()

    def _to_end(self) -> None:
        self.flow.viewport = self.viewport().height()
        self.flow.to_end()

    def scroll_to_end(self) -> None:
        """Go to the end and follow the text from there."""
        self.following = True
        self._to_end()
        self.arrange()

    def toggle_thinking(self, message_id: str) -> None:
        """Fold or unfold the reasoning of a message."""
        at = self.chat.by_id.get(message_id)
        if at is not None:
            self._host.toggle_thinking(self.chat.models[at])

    def warm_up(self) -> None:
        """Have loaded what the first formula would wait for; in the first pause."""
        if not self._warm:
            self._warm = True
            self._background.ask(warm_up, lambda _: None)

    def _draw_later(self, source: str, display: bool) -> None:
        self._background.ask(
            partial(render_shape, source, display), partial(self._formula_drawn, source, display)
        )

    def _formula_drawn(self, source: str, display: bool, shape: Shape | Failed) -> None:
        self.formulas.take(source, shape, display=display)
        self.use_drawn()

    def use_drawn(self) -> None:
        """Lay rows out again whose late formulas are there now; the reader's line stays."""
        line = None if self.following else self.places.line()
        if [w for w in self.widgets.values() if w.drop_drawn(self.formulas.is_drawn)]:
            self.hold(line)

    def scroll_to_start(self) -> None:
        """Go to the first message."""
        self.flow.jump(0)
        self.arrange()

    def scroll_by(self, delta: int) -> None:
        """Move by pixels, down being positive."""
        # A page is all new: its formulas come in the next turns, not in this frame.
        far = abs(delta) > self.viewport().height() // 3
        self.formulas.begin_frame(0 if far else FRAME_BUDGET)
        self.places.forget()
        self.flow.scroll(delta)
        self.following = False
        self.arrange()

    def show_row(self, at: int, row: int, inside: float = 0, tall: float = 0) -> None:
        """Bring a place of a row into view, if it is not there yet."""
        for placed in self.flow.placed:
            if (placed.at, placed.row) == (at, row):
                top = placed.y + inside
                if top >= 0 and top + tall <= self.viewport().height():
                    return
        self.following = False
        self.flow.show(at, row, int(self.viewport().height() / 3 - inside))
        self.arrange()

    def focus_chain(self) -> list[QWidget]:
        """The pill, and the controls in view in the order they stand."""
        chain: list[QWidget] = [self._pill] if self._pill.isVisible() else []
        for at in dict.fromkeys(placed.at for placed in self.flow.placed):
            widget = self.widgets.get(self.chat.models[at].message.id)
            chain += widget.focus_chain() if widget is not None else []
        return chain

    # ------------------------------------------------------------------ looks

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self.looks.theme = theme
        self._restyle(self.looks.seen.column)

    def set_zoom(self, percent: int) -> None:
        """Scale all text."""
        self.looks.set_zoom(percent)
        self._restyle(self.looks.column_for(self.viewport().width()))
        self.verticalScrollBar().setSingleStep(self.looks.seen.px(48))

    def set_wrap_code(self, wrap: bool) -> None:
        """Wrap long lines of code, or scroll them."""
        self.looks.wrap = wrap
        self._restyle(self.looks.seen.column)

    def _restyle(self, column: int) -> None:
        line = None if self.following else self.places.line()
        self.looks.restyle(column)
        self._pill.set_style(self.looks.seen)
        self.chat.set_measures(self.looks.measures())
        for widget in self.widgets.values():
            widget.forget()
        self.hold(line)

    # ------------------------------------------------------------------ layout

    def lay_out(self, at: int, row: int) -> RowItem:
        """A row laid out, its height known to the index."""
        model = self.chat.open(at)
        item = self._widget(model).item(row, self.looks.style_of(model))
        self.chat.set_height(at, row, item.height)
        return item

    def is_laid_out(self, at: int, row: int) -> bool:
        """Whether a row has an item."""
        widget = self.widgets.get(self.chat.models[at].message.id)
        return widget is not None and row in widget.items

    def _measure(self, at: int, row: int) -> int:
        return self.lay_out(at, row).height

    def _widget(self, model: MessageModel) -> MessageWidget:
        key = model.message.id
        widget = self.widgets.get(key)
        if widget is None:
            widget = MessageWidget(self.viewport(), self._host, model)
            self.widgets[key] = widget
        return widget

    def arrange(self) -> None:
        """Lay out the rows of the viewport and place the widgets."""
        self.flow.viewport = self.viewport().height()
        placed = self.flow.arrange()
        left = (self.viewport().width() - self.looks.seen.column) // 2
        shown: set[str] = set()
        for at, group in groupby(placed, key=lambda p: p.at):
            rows: list[Placed] = list(group)
            model = self.chat.models[at]
            widget = self.widgets[model.message.id]
            key = model.message.id
            widget.keep_only({p.row for p in rows}, self._work.ahead.get(key, set()))
            widget.arrange(rows, left, self.looks.style_of(model))
            widget.show()
            shown.add(model.message.id)
        self.chat.in_view = frozenset(shown)
        self._park(shown)
        self._set_following(self.flow.bottom_reached)
        self._bar.sync()
        self._show_pill()
        self._work.look_around()

    def _park(self, shown: set[str]) -> None:
        """Put away the widgets of messages that are not in view."""
        self._drop_widgets({*shown, *self._work.ahead})
        for key, widget in self.widgets.items():
            if key not in shown:
                widget.keep_only(set(), self._work.ahead[key])
                widget.park()

    def let_go(self) -> None:
        """Forget what was laid out ahead of another place, and tell the bar what is known now."""
        shown = {self.chat.models[placed.at].message.id for placed in self.flow.placed}
        self._park(shown)
        self._bar.sync()

    def _drop_widgets(self, keep: Sequence[str] | set[str] | dict[str, int] | tuple[()]) -> None:
        for key in [k for k in self.widgets if k not in keep]:
            widget = self.widgets.pop(key)
            widget.controls.give_up_focus()
            widget.hide()
            widget.deleteLater()

    def _set_following(self, following: bool) -> None:
        if following:
            self._pill.say("")
        if following != self.following or following == self._pill.isVisible():
            self.following = following
            self.following_changed.emit(Following(following))

    def _show_pill(self) -> None:
        self._pill.setVisible(not self.following and bool(self.chat.models))
        if self._pill.isVisible():
            self._pill.place(self.viewport().geometry())

    def go_to_position(self, position: int, *, end: bool) -> None:
        """Go to a place given in pixels from the top, or to the end of the chat."""
        self.formulas.begin_frame(0)
        self.places.forget()
        if end:
            self._to_end()
        else:
            self.flow.scroll(position - self.flow.position)
        self.arrange()

    # ------------------------------------------------------------------ selection and search

    def look_of(self, model: MessageModel, row: int) -> Look:
        """Selection and matches in a row."""
        at = self.chat.by_id.get(model.message.id, -1)
        selected = None
        if self.selection is not None and not self.selection.empty and at >= 0:
            length = units(row_text(model.rows[row]))
            selected = self.selection.within(at, row, length)
        matches, current = self._finder.in_row(at, row)
        if selected is None and not matches:
            return PLAIN_LOOK
        return Look(selected, matches, current)

    def select(self, selection: Selection | None) -> None:
        """Show another selection."""
        self.selection = selection
        self.repaint_messages()

    def repaint_messages(self) -> None:
        """Draw what is shown again; nothing moved."""
        for widget in self.widgets.values():
            widget.update()

    def select_all(self) -> None:
        """Select the whole chat."""
        self.select(select_all(self.chat))

    def copy(self, form: CopyAs | None = None) -> None:
        """Put the selection on the clipboard; without a form as plain and rich text."""
        if self.selection is None or self.selection.empty:
            return
        put_on_clipboard(
            lambda wanted: (
                selected_text(self.chat, self.selection, wanted)
                if self.selection is not None
                else ""
            ),
            form,
        )

    # QWidget.find, a static search of windows by their number, is of no use on this class.
    def find(  # type: ignore[override]
        self, text: str, options: FindOptions = DEFAULT_OPTIONS
    ) -> int:
        """Search; returns the matches found at once, `find_changed` tells of the others."""
        return self._finder.find(text, options)

    def find_next(self) -> None:
        """Show the next match."""
        self._finder.step(1)

    def find_previous(self) -> None:
        """Show the match before."""
        self._finder.step(-1)

    def show_match(self, match: Match) -> None:
        """Bring a match into view."""
        model = self.chat.open(match.at)
        item = self._widget(model).item(match.row, self.looks.style_of(model))
        place = item.caret_rect(match.start)
        self.show_row(match.at, match.row, place.y(), place.height())
        self.repaint_messages()

    def clear_find(self) -> None:
        """Forget the search."""
        self._finder.clear()

    # ------------------------------------------------------------------ events

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Lay out for another size; the first visible row stays."""
        super().resizeEvent(event)
        self.formulas.begin_frame(0)
        line = None if self.following else self.places.line()
        column = self.looks.column_for(self.viewport().width())
        if column != self.looks.seen.column:
            self._restyle(column)
            return
        self.hold(line)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the page."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), qcolour(self.looks.theme.page))
        painter.end()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The bar's own signal does it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; sideways over a wide block."""
        pixels, angle = event.pixelDelta(), event.angleDelta()
        step = self.looks.seen.px(120) / 120
        dx = pixels.x() or angle.x() * step
        dy = pixels.y() or angle.y() * step
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and not dx:
            dx, dy = dy, 0
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            event.ignore()
            return
        if abs(dx) > abs(dy):
            self._pointer.scroll_sideways(event.position(), -int(dx))
        elif dy:
            self.scroll_by(-int(dy))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Page, Home, End, arrows, select all, copy."""
        if not self._keyboard.press(event):
            event.ignore()  # the window has shortcuts of its own

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Go through the messages' buttons in the order they stand."""
        return self._keyboard.tab(forward=forward) or super().focusNextPrevChild(forward)

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
