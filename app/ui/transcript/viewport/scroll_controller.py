"""Scrolling: by pixels, to a row, to either end, and following the end of a growing answer.

The end is followed only while the reader is there; further up a pill says so and leads back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.ui.transcript.items.formulas import FRAME_BUDGET
from app.ui.transcript.widgets.message_controls import ScrollToEndButton

if TYPE_CHECKING:
    from app.ui.transcript.items.style import Style
    from app.ui.transcript.view import TranscriptView
    from app.ui.transcript.viewport.scroll_anchor import VisibleLine


class ScrollController:
    """Scrolls one transcript.

    Attributes:
        following: Whether new text at the end is followed.
        jumping: Whether rows are being placed for a page that is all new.
        pill: Leads to the end; seen while it is not followed.
    """

    def __init__(self, view: TranscriptView, style: Style) -> None:
        self._view = view
        self.following = True
        self.jumping = False
        self.pill = ScrollToEndButton(view, style)
        self.pill.clicked.connect(self.scroll_to_end)

    # ------------------------------------------------------------------ staying

    def relayout_at(self, line: VisibleLine | None) -> None:
        """Lay out again after heights changed: ``line`` stays, and the end stays the end."""
        if self.following:
            self.scroll_to_end()
        else:
            self._view.scroll_anchor.restore(line)

    def relayout(self) -> None:
        """Lay out again after heights changed; the end stays the end."""
        if self.following:
            self._anchor_end()
        self._view.arrange()

    def follow_answer(self, *, in_view: bool) -> None:
        """The answer grew: follow it, or show the button to the end to a reader further up.

        Args:
            in_view: Whether a part of the answer is seen or laid out.
        """
        self.following = self.following and not self._view.selecting
        if not self.following and not self.pill.text():
            self.pill.show_text("New text")
        if self.following or in_view:
            self.relayout()
        else:
            self._view.scroll_bar_sync.sync()
            self._show_pill()

    # ------------------------------------------------------------------ going

    def scroll_to_end(self) -> None:
        """Go to the end and follow the text from there."""
        self.following = True
        self._anchor_end()
        self._view.arrange()

    def _anchor_end(self) -> None:
        self._view.flow.viewport = self._view.viewport().height()
        self._view.flow.jump_to_end()

    def scroll_to_start(self) -> None:
        """Go to the first message."""
        self._view.flow.jump(0)
        self._view.arrange()

    def scroll_by(self, delta: int) -> None:
        """Move by pixels, down being positive."""
        view = self._view
        # A page is all new: its formulas come in the next turns, not in this frame.
        far = abs(delta) > view.viewport().height() // 3
        view.formulas.begin_frame(0 if far else FRAME_BUDGET)
        view.scroll_anchor.forget()
        line = None if far else view.scroll_anchor.first_visible_line()
        view.flow.scroll(delta)
        self.following = False
        self._arrange(leaping=far)
        view.scroll_anchor.keep(line)

    def scroll_to(self, position: int, *, end: bool) -> None:
        """Go to a place given in pixels from the top, or to the end of the chat."""
        view = self._view
        view.formulas.begin_frame(0)
        view.scroll_anchor.forget()
        if end:
            self._anchor_end()
        else:
            view.flow.scroll(position - view.flow.position)
        self._arrange(leaping=True)

    def _arrange(self, *, leaping: bool) -> None:
        self.jumping = leaping
        self._view.arrange()
        self.jumping = False

    def show_row(self, at: int, row: int, inside: float = 0, tall: float = 0) -> None:
        """Bring a place of a row into view, if it is not there yet."""
        view = self._view
        for placed in view.flow.placed:
            here = (placed.at, placed.row) == (at, row)
            if here and self.is_in_view(placed.y + inside, tall):
                return
        self.following = False
        view.flow.show(at, row, int(view.viewport().height() / 3 - inside))
        view.arrange()

    def is_in_view(self, top: float, tall: float) -> bool:
        """Whether all of a strip is seen, given in pixels of the viewport."""
        return top >= 0 and top + tall <= self._view.viewport().height()

    # ------------------------------------------------------------------ telling

    def sync_controls(self) -> None:
        """Rows were placed: the end is followed if it is among them; bar and pill say so."""
        self.following = self._view.flow.bottom_reached and not self._view.selecting
        if self.following:
            self.pill.show_text("")
        self._view.scroll_bar_sync.sync()
        self._show_pill()

    def _show_pill(self) -> None:
        self.pill.setVisible(not self.following and bool(self._view.branch.models))
        if self.pill.isVisible():
            self.pill.place(self._view.viewport().geometry())
