"""Owns the transcript view: real widgets for the messages near the viewport, and only for them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QWidget

from app.domain.conversation import BranchMessage, Message
from app.ui.theme import COLUMN, LIGHT, Theme, fonts_at, qcolour
from app.ui.transcript.chat import Chat
from app.ui.transcript.clipboard import put_on_clipboard
from app.ui.transcript.find import DEFAULT_OPTIONS, Finder, FindOptions, Match
from app.ui.transcript.flow_layout import FlowLayout, Placed
from app.ui.transcript.formulas import Failed, FormulaStore, Shape
from app.ui.transcript.host import MessageHost
from app.ui.transcript.items import PLAIN_LOOK, Look
from app.ui.transcript.keyboard import Keyboard
from app.ui.transcript.maths_source import FormulaThread, is_light, render_shape
from app.ui.transcript.message_widget import MessageWidget
from app.ui.transcript.model import Measures, MessageModel
from app.ui.transcript.parts import Pill
from app.ui.transcript.pointer import Pointer
from app.ui.transcript.rows import row_text
from app.ui.transcript.runs import units
from app.ui.transcript.selection import CopyAs, Selection, select_all, selected_text
from app.ui.transcript.signals import Following, TranscriptSignals
from app.ui.transcript.spoken import spoken_message
from app.ui.transcript.style import Style
from app.ui.transcript.work import Work

SIDE = 24
"""Least room beside the column, pixels."""


EXACT_ROWS = 80
"""Rows of a message that are laid out to find a place in it to the pixel; then estimates do."""


@dataclass(frozen=True, slots=True)
class Anchor:
    """Where the reader is: the first visible message and how much of it is above the viewport."""

    message_id: str
    offset: int


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
        self._thread = FormulaThread(self)
        self._thread.drawn.connect(self._formula_drawn)
        self.destroyed.connect(self._thread.close)
        self._formulas = FormulaStore(render_shape, is_light, self._thread.ask)
        self._theme, self._zoom, self._wrap = theme, zoom, False
        self._left_out: frozenset[str] = frozenset()
        self._summaries: dict[str, str] = {}
        self._fonts = fonts_at(zoom)
        self.styles = self._make_styles(COLUMN)
        self.chat = Chat(self._measures())
        self.flow = FlowLayout(self.chat, self._measure)
        self.widgets: dict[str, MessageWidget] = {}
        self._following = True
        self.streaming = ""
        self._syncing = False
        self.selection: Selection | None = None
        self._pill = Pill(self, self.styles[0])
        self._pill.clicked.connect(self.scroll_to_end)
        self._host = MessageHost(self)
        self._pointer = Pointer(self)
        self._keyboard = Keyboard(self)
        self._work = Work(self)
        self._finder = Finder(self)
        self._set_up()

    def _set_up(self) -> None:
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Conversation")
        self.viewport().setMouseTracking(True)
        self.viewport().setCursor(Qt.CursorShape.IBeamCursor)
        bar = self.verticalScrollBar()
        bar.setSingleStep(self.styles[0].px(48))
        bar.valueChanged.connect(self._bar_moved)
        bar.sliderReleased.connect(self.arrange)

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
        self._following = True
        self._to_end()
        if anchor is not None:
            self._go_to_anchor(anchor)
        self.arrange()

    def update_branch(self, messages: Sequence[BranchMessage]) -> None:
        """Show the same chat after messages or versions changed; the reader's place stays."""
        here = self.flow.anchor
        place = self.chat.models[here.at].message.id if self.chat.models else ""
        following = self._following
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
        for model in self.chat.models:
            out, note = model.message.id in ids, notes.get(model.message.id, "")
            if model.left_out != out or model.summary != note:
                model.left_out, model.summary = out, note
                model.relabel(self.chat.measures)
                self.chat.touch(self.chat.by_id[model.message.id])
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
        self._formulas.begin_frame()
        self.chat.models[at].feed(text, self.chat.measures)
        self.chat.touch(at)
        if self._following:
            self._to_end()
        elif not self._pill.text():
            self._pill.say("New text")
        if self._following or message_id in self.widgets:
            self.arrange()
        else:
            self._sync_bar()
            self._show_pill()

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
        if self._following:
            self._to_end()
        self.arrange()
        self._announce(model)

    def _announce(self, model: MessageModel) -> None:
        if QAccessible.isActive():
            words = spoken_message(model, limit=4000)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, words))

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
        if not self.chat.models:
            return None
        at = self.flow.anchor
        model = self.chat.models[at.at]
        for row in range(min(at.row, EXACT_ROWS)):
            self.chat.set_height(at.at, row, self._measure(at.at, row))
        return Anchor(model.message.id, model.heights.top(at.row) - at.y)

    def _go_to_anchor(self, place: Anchor) -> None:
        at = self.chat.by_id.get(place.message_id)
        if at is None:
            self._to_end()
            return
        self._following = False
        rows = len(self.chat.open(at).rows)
        row, rest = 0, place.offset
        # Heights above are measured while they are few: estimates would miss the line.
        while row < min(rows, EXACT_ROWS) and rest >= (height := self._measure(at, row)):
            self.chat.set_height(at, row, height)
            rest -= height
            row += 1
        if row == min(rows, EXACT_ROWS):
            self.flow.jump(self.chat.index.top(at) + place.offset)
        else:
            self.flow.show(at, row, -rest)

    def keep_place(self, place: Anchor | None) -> None:
        """Lay out again with ``place`` where it was, though heights changed."""
        if place is not None:
            self._go_to_anchor(place)
        self.arrange()

    def stay(self) -> None:
        """Lay out again after heights changed; the end stays the end."""
        if self._following:
            self._to_end()
        self.arrange()

    @property
    def idle(self) -> bool:
        """Whether nothing near the viewport waits for a pause to be finished."""
        return self._work.idle

    def begin_frame(self) -> None:
        """Give the formulas of the next arrangement their time."""
        self._formulas.begin_frame()

    def _to_end(self) -> None:
        self.flow.viewport = self.viewport().height()
        self.flow.to_end()

    def scroll_to_end(self) -> None:
        """Go to the end and follow the text from there."""
        self._following = True
        self._to_end()
        self.arrange()

    def toggle_thinking(self, message_id: str) -> None:
        """Fold or unfold the reasoning of a message."""
        at = self.chat.by_id.get(message_id)
        if at is not None:
            self._host.toggle_thinking(self.chat.models[at])

    def _formula_drawn(self, result: tuple[str, bool, Shape | Failed]) -> None:
        source, display, shape = result
        self._formulas.take(source, shape, display=display)
        late = [widget for widget in self.widgets.values() if widget.drop_pending()]
        if late:
            self.stay()

    def scroll_to_start(self) -> None:
        """Go to the first message."""
        self.flow.jump(0)
        self.arrange()

    def scroll_by(self, delta: int) -> None:
        """Move by pixels, down being positive."""
        self.flow.scroll(delta)
        self._following = False
        self.arrange()

    def show_row(self, at: int, row: int, inside: float = 0, tall: float = 0) -> None:
        """Bring a place of a row into view, if it is not there yet."""
        for placed in self.flow.placed:
            if (placed.at, placed.row) == (at, row):
                top = placed.y + inside
                if top >= 0 and top + tall <= self.viewport().height():
                    return
        self._following = False
        self.flow.show(at, row, int(self.viewport().height() / 3 - inside))
        self.arrange()

    def focus_chain(self) -> list[QWidget]:
        """The buttons in view, in the order they stand; the pill comes last."""
        chain: list[QWidget] = []
        for at in dict.fromkeys(placed.at for placed in self.flow.placed):
            widget = self.widgets.get(self.chat.models[at].message.id)
            chain += widget.focus_chain() if widget is not None else []
        return [*chain, self._pill] if self._pill.isVisible() else chain

    # ------------------------------------------------------------------ looks

    def set_theme(self, theme: Theme) -> None:
        """Take other colours."""
        self._theme = theme
        self._restyle(self.styles[0].column)

    def set_zoom(self, percent: int) -> None:
        """Scale all text."""
        self._zoom = percent
        self._fonts = fonts_at(percent)
        self.verticalScrollBar().setSingleStep(self._fonts.px(48))
        self._restyle(self._column())

    def set_wrap_code(self, wrap: bool) -> None:
        """Wrap long lines of code, or scroll them."""
        self._wrap = wrap
        self._restyle(self.styles[0].column)

    def _make_styles(self, column: int) -> tuple[Style, Style]:
        """How messages look, and how those look that the model does not see."""
        seen, dimmed = (
            Style(
                self._theme,
                self._fonts,
                column,
                self._formulas,
                wrap_code=self._wrap,
                dimmed=dimmed,
            )
            for dimmed in (False, True)
        )
        return seen, dimmed

    def style_of(self, model: MessageModel) -> Style:
        """The style of a message."""
        return self.styles[1 if model.left_out else 0]

    def _column(self) -> int:
        room = self.viewport().width() - 2 * SIDE
        return max(200, min(self._fonts.px(COLUMN), room))

    def _measures(self) -> Measures:
        style = self.styles[0]
        return Measures(
            style.column,
            style.char_width,
            style.line_height,
            style.code_line_height,
            self._zoom / 100,
        )

    def _restyle(self, column: int) -> None:
        old = self.flow.anchor
        share = 0.0
        if self.chat.models and self.chat.models[old.at].rows:
            height = self.chat.models[old.at].heights[old.row]
            share = old.y / height if height and old.y < 0 else 0.0
        self.styles = self._make_styles(column)
        self._pill.set_style(self.styles[0])
        self.chat.set_measures(self._measures())
        for widget in self.widgets.values():
            widget.forget()
        if self._following:
            self._to_end()
        elif self.chat.models and share:
            height = self._measure(old.at, old.row)
            self.flow.show(old.at, old.row, int(share * height))
        self.arrange()

    # ------------------------------------------------------------------ layout

    def _measure(self, at: int, row: int) -> int:
        model = self.chat.open(at)
        return self._widget(model).item(row, self.style_of(model)).height

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
        left = (self.viewport().width() - self.styles[0].column) // 2
        shown: set[str] = set()
        for at, group in groupby(placed, key=lambda p: p.at):
            rows: list[Placed] = list(group)
            model = self.chat.models[at]
            widget = self.widgets[model.message.id]
            widget.keep_only(p.row for p in rows)
            widget.arrange(rows, left, self.style_of(model))
            widget.describe()
            widget.show()
            shown.add(model.message.id)
        self.chat.in_view = frozenset(shown)
        self._drop_widgets(shown)
        self._set_following(self.flow.bottom_reached)
        self._sync_bar()
        self._show_pill()
        self._work.look_around()

    def _drop_widgets(self, keep: Sequence[str] | set[str] | dict[str, int] | tuple[()]) -> None:
        for key in [k for k in self.widgets if k not in keep]:
            widget = self.widgets.pop(key)
            widget.give_up_focus()
            widget.hide()
            widget.deleteLater()

    def _set_following(self, following: bool) -> None:
        if following:
            self._pill.say("")
        if following != self._following or following == self._pill.isVisible():
            self._following = following
            self.following_changed.emit(Following(following))

    def _show_pill(self) -> None:
        self._pill.setVisible(not self._following and bool(self.chat.models))
        if self._pill.isVisible():
            self._pill.place(self.viewport().geometry())

    def _sync_bar(self) -> None:
        bar = self.verticalScrollBar()
        if bar.isSliderDown():
            return  # while the reader drags, a place on the bar keeps its meaning
        self._syncing = True
        height = self.viewport().height()
        bar.setPageStep(max(1, height - 2 * int(self.styles[0].line_height)))
        bar.setRange(0, max(0, self.chat.index.total - height))
        bar.setValue(self.flow.position)
        self._syncing = False

    def _bar_moved(self, value: int) -> None:
        if self._syncing:
            return
        bar = self.verticalScrollBar()
        if bar.isSliderDown() and bar.maximum():
            room = max(0, self.chat.index.total - self.viewport().height())
            value = round(value / bar.maximum() * room)
        self._formulas.begin_frame()
        if value >= self.chat.index.total - self.viewport().height():
            self._to_end()
        else:
            self.flow.scroll(value - self.flow.position)
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
        item = self._widget(model).item(match.row, self.style_of(model))
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
        self._formulas.begin_frame()
        column = self._column()
        if column != self.styles[0].column:
            self._restyle(column)
            return
        if self._following:
            self._to_end()
        self.arrange()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the page."""
        painter = QPainter(self.viewport())
        painter.fillRect(event.rect(), qcolour(self._theme.page))
        painter.end()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        """The bar's own signal does it."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Scroll; sideways over a wide block."""
        pixels, angle = event.pixelDelta(), event.angleDelta()
        step = self.styles[0].px(120) / 120
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
            self._formulas.begin_frame()
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
