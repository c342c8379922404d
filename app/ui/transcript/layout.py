"""The layout of the transcript: rows placed around the reader's line, scrolled, kept in place.

The end is followed only while the reader is there; further up a pill says so and leads back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QAbstractScrollArea

from app.domain.conversation import BranchMessage
from app.domain.parts import Part
from app.language import tr
from app.ui.transcript.content.branch_model import BranchModel
from app.ui.transcript.content.flow_layout import FlowLayout, PlacedRow
from app.ui.transcript.content.marks import Mark
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.items.formulas import FRAME_BUDGET
from app.ui.transcript.items.styles import Styles
from app.ui.transcript.viewport.message_widgets import MessageWidgets
from app.ui.transcript.viewport.scroll_anchor import ScrollAnchor, ScrollPosition
from app.ui.transcript.viewport.scroll_bar import ScrollBarSync
from app.ui.transcript.widgets.message_controls import ScrollToEndButton
from app.ui.transcript.widgets.message_widget import MessageWidget

OPENING_SECONDS = 0.03
"""That formulas may take when a chat opens; 0.1 are allowed for all of it."""


BAR_MS = 200
"""After which the scroll bar shows that an answer got longer: it is drawn over what lies below it,
all of the window's layers, and a line of text changes it by less than a pixel."""


class Change:
    """A change while the place is kept; ``made`` is unset where nothing changed after all."""

    made = True


class Layout:
    """Lays out and scrolls one transcript.

    Args:
        area: What it is shown in: its viewport, width and vertical scroll bar.
        styles: How messages look.
        make_widget: Makes the widget of a message.
        selecting: Whether a selection is dragged: the text stays under the pointer meanwhile.
        arranged: Called after each arrangement; whether the page is all new.

    Attributes:
        branch: The messages.
        widgets: Those near the viewport.
        flow: Where their rows stand.
        following: Whether new text at the end is followed.
        pill: Leads to the end; seen while it is not followed.
    """

    def __init__(
        self,
        area: QAbstractScrollArea,
        styles: Styles,
        make_widget: Callable[[MessageModel], MessageWidget],
        *,
        selecting: Callable[[], bool],
        arranged: Callable[[bool], None],
    ) -> None:
        self._area, self._selecting, self._arranged = area, selecting, arranged
        self.styles = styles
        self.branch = BranchModel(styles.measures())
        self.widgets = MessageWidgets(self.branch, styles, make_widget)
        self.flow = FlowLayout(self.branch, self.widgets.measure)
        self.anchor = ScrollAnchor(self.flow, self.widgets)
        self.following = True
        self.pill = ScrollToEndButton(area, styles.normal)
        self.pill.clicked.connect(self.scroll_to_end)
        bar = area.verticalScrollBar()
        bar.setSingleStep(styles.normal.px(48))
        bar.sliderReleased.connect(self.arrange)
        self._bar = ScrollBarSync(bar, self.flow, self.scroll_to)
        self._bar_later = QTimer(area, singleShot=True, interval=BAR_MS)
        self._bar_later.timeout.connect(self.sync_bar)

    @property
    def height(self) -> int:
        """Of the viewport, pixels."""
        return self._area.viewport().height()

    # ------------------------------------------------------------------ arranging

    def arrange(self, *, leaping: bool = False) -> None:
        """Lay out the rows of the viewport and place the widgets.

        Args:
            leaping: Whether the page is all new.
        """
        self.flow.viewport = self.height
        self._show(self.flow.arrange(), leaping=leaping)

    def _show(
        self, placed: Sequence[PlacedRow], *, leaping: bool = False, grown: bool = False
    ) -> None:
        """Show rows that are placed.

        Args:
            placed: These.
            leaping: Whether the page is all new.
            grown: Whether an answer that is followed got longer, and nothing else happened.
        """
        # In the middle of the area, not of the viewport: a scroll bar that comes moves no line.
        # That stands on the left of the text in a window from right to left.
        left = (self._area.width() - self.styles.normal.column) // 2 - self._area.viewport().x()
        self.widgets.place(placed, left)
        self.following = self.flow.bottom_reached and not self._selecting()
        if self.following and self.pill.text():
            self.pill.show_text("")
        if not grown:
            self.sync_bar()
        elif not self._bar_later.isActive():
            self._bar_later.start()
        self._show_pill()
        self.anchor.arrived()
        self._arranged(leaping)

    def relayout(self) -> None:
        """Lay out again after heights changed; the end stays the end."""
        if self.following:
            self._anchor_end()
        self.arrange()

    @contextmanager
    def keeping_place(self) -> Iterator[Change]:
        """Lay out again after a change of heights; the reader's line stays, or the end does."""
        line = None if self.following else self.anchor.first_visible_line()
        change = Change()
        yield change
        if not change.made:
            return
        line = None if self.following else self.anchor.restore(line)
        self.relayout()
        if line is not None:
            self.anchor.hold(line)

    def show_drawn(self) -> None:
        """Lay rows out again whose late formulas are there now."""
        with self.keeping_place() as change:
            change.made = self.widgets.drop_completed(self.styles.formulas.is_drawn)

    def sync_bar(self) -> None:
        """Heights are known better: have the scroll bar show it."""
        self._bar_later.stop()
        self._bar.sync(self.styles.normal.line_height)

    # ------------------------------------------------------------------ other content, other looks

    def set_branch(self, messages: Sequence[BranchMessage], place: ScrollPosition | None) -> None:
        """Show a chat, at ``place`` or at its end."""
        self.widgets.delete_others(())
        self.branch.streaming, self.branch.models = "", []
        self.branch.set_messages(messages)
        self.styles.formulas.begin_frame(OPENING_SECONDS)
        self.following = place is None or not self.anchor.go_to(place)
        self.relayout()

    def update_branch(self, messages: Sequence[BranchMessage]) -> None:
        """Show the same chat after messages or versions changed; the reader's place stays."""
        here, following = self.flow.anchor, self.following
        reader = self.branch.models[here.at].message.id if self.branch.models else ""
        self.branch.set_messages(messages)
        self.widgets.update_models()
        self.widgets.drop_footers()
        at = self.branch.by_id.get(reader)
        if following or at is None:
            self.scroll_to_end()
        else:
            self.flow.show(at, here.row, here.y)
            self.arrange()

    def set_left_out(self, ids: frozenset[str], summaries: Mapping[str, str]) -> None:
        """Dim and label the messages that the model does not see, as `BranchModel` has it."""
        place = None if self.following else self.anchor.position()
        if self.branch.set_left_out(ids, summaries):
            if place is not None:
                self.anchor.go_to(place)
            self.relayout()

    def feed(self, message_id: str, part: Part) -> bool:
        """Add to a message that is being written; whether it is in this chat."""
        self.styles.formulas.begin_frame()
        at = self.branch.feed(message_id, part)
        if at is None:
            return False
        if self.following and self.widgets.refresh(at, self.flow.placed):
            self._arranged(False)  # most updates change the last line and move nothing
        else:
            self._follow(at)
        return True

    def set_marks(self, message_id: str, marks: tuple[Mark, ...]) -> None:
        """Show the marks of a message; the reader's line stays."""
        with self.keeping_place() as change:
            change.made = self.branch.set_marks(message_id, marks)

    def show_waiting(self, words: str) -> None:
        """Say at the streaming answer what is done before its first word."""
        if self.branch.set_waiting(words):
            self.relayout()

    def _follow(self, at: int) -> None:
        """An answer grew: follow it, or show the button to the end to a reader further up.

        Args:
            at: The message.
        """
        in_view = self.branch.models[at].message.id in self.widgets.widgets
        self.following = self.following and not self._selecting()
        if not self.following and not self.pill.text():
            self.pill.show_text(tr("New text"))
        if self.following and self._grow(at):
            return
        if self.following or in_view:
            self.relayout()
        else:
            self.sync_bar()
            self._show_pill()

    def _grow(self, at: int) -> bool:
        """Lay out what is new of an answer that is followed; whether that was enough."""
        flow = self.flow
        if flow.viewport != self.height:
            return False
        if not flow.grow(at, self.widgets.first_changed(at, flow.placed)):
            return False
        self._show(flow.placed, grown=True)
        return True

    def resize(self) -> None:
        """Lay out for another size of the area."""
        self.styles.formulas.begin_frame(0)
        column = self.styles.column_for(self._area.width())
        if column != self.styles.normal.column:
            self.restyle(column)
            return
        with self.keeping_place():
            pass  # the size is what changed

    def restyle(self, column: int) -> None:
        """Lay out in other styles, with a column of this width in pixels."""
        with self.keeping_place():
            self.styles.restyle(column)
            self.pill.set_style(self.styles.normal)
            self._area.verticalScrollBar().setSingleStep(self.styles.normal.px(48))
            self.branch.set_measures(self.styles.measures())
            self.widgets.drop_items()

    # ------------------------------------------------------------------ scrolling

    def scroll_to_end(self) -> None:
        """Go to the end and follow the text from there."""
        self.following = True
        self.relayout()

    def _anchor_end(self) -> None:
        self.flow.viewport = self.height
        self.flow.jump_to_end()

    def scroll_to_start(self) -> None:
        """Go to the first message."""
        self.flow.jump(0)
        self.arrange()

    def scroll_by(self, delta: int) -> None:
        """Move by pixels, down being positive."""
        # A page is all new: its formulas come in the next turns, not in this frame.
        far = abs(delta) > self.height // 3
        self.styles.formulas.begin_frame(0 if far else FRAME_BUDGET)
        self.anchor.forget()
        line = None if far else self.anchor.first_visible_line()
        self.flow.scroll(delta)
        self.following = False
        self.arrange(leaping=far)
        self.anchor.keep(line)

    def scroll_to(self, position: int, *, end: bool) -> None:
        """Go to a place given in pixels from the top, or to the end of the chat."""
        self.styles.formulas.begin_frame(0)
        self.anchor.forget()
        if end:
            self._anchor_end()
        else:
            self.flow.scroll(position - self.flow.position)
        self.arrange(leaping=True)

    def show_row(self, at: int, row: int, inside: float = 0, tall: float = 0) -> None:
        """Bring a place of a row into view, if it is not there yet."""
        for placed in self.flow.placed:
            here = (placed.at, placed.row) == (at, row)
            if here and self.is_in_view(placed.y + inside, tall):
                return
        self.following = False
        self.flow.show(at, row, int(self.height / 3 - inside))
        self.arrange()

    def is_in_view(self, top: float, tall: float) -> bool:
        """Whether all of a strip is seen, given in pixels of the viewport."""
        return top >= 0 and top + tall <= self.height

    def _show_pill(self) -> None:
        self.pill.setVisible(not self.following and bool(self.branch.models))
        if self.pill.isVisible():
            self.pill.place(self._area.viewport().geometry())
