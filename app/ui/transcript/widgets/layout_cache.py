"""The cache of the laid out rows of one message."""

from __future__ import annotations

from collections.abc import Callable, Container
from math import inf
from typing import TYPE_CHECKING

from app.ui.transcript.content.row import Row
from app.ui.transcript.content.rows import FooterRow, NoteRow, ScrollBarRow, SpaceRow
from app.ui.transcript.items.block_items import FoldItem, FooterItem
from app.ui.transcript.items.make_item import make_item
from app.ui.transcript.widgets.message_controls import FoldToggle

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from app.ui.transcript.content.message_model import MessageModel
    from app.ui.transcript.items.formulas import PendingFormula
    from app.ui.transcript.items.row_item import RowItem
    from app.ui.transcript.items.style import Style

MARGIN = 28
BUBBLE_PAD_X = 16
BUBBLE_SHARE = 0.8
"""A question's bubble takes at most this share of the column."""


class LayoutCache:
    """The laid out rows of one message, by row number.

    Args:
        model: The message.
        give_up_focus: Called before a control that has the focus goes away.

    Attributes:
        items: By the number of the row.
        bubble_width: Of a question's bubble, pixels.
    """

    def __init__(self, model: MessageModel, give_up_focus: Callable[[], None]) -> None:
        self.model, self._give_up_focus = model, give_up_focus
        self.items: dict[int, RowItem] = {}
        self.bubble_width = 0
        self._changed: dict[int, float] = {}
        self._bubble_style: Style | None = None

    # ------------------------------------------------------------------ making and changing

    def item(self, row: int, style: Style) -> RowItem:
        """The row ``row`` laid out, made anew if it or the style changed."""
        wanted = self.model.rows[row]
        known = self.items.get(row)
        if known is None and isinstance(wanted, FooterRow):
            known = self._move_footer(row)
        if isinstance(wanted, ScrollBarRow) and (known is None or row - 1 in self.items):
            self.item(row - 1, style)  # says how wide the block is, whatever is measured first
        if known is not None:
            if known.row is wanted and known.style is style and not known.stale:
                return known
            if self._grow(row, known, wanted, style):
                return known
            self._drop(row, keep_widget=_reusable(known, wanted, style))
        made = make_item(wanted, style, self._width_of(wanted, style))
        if known is not None and known.widget is not None:
            made.widget = known.widget
            _refresh(made)
        self.items[row] = made
        return made

    def is_stale(self, row: int) -> bool:
        """Whether a row has another form now than the one that is laid out."""
        item = self.items.get(row)
        return item is None or item.row is not self.model.rows[row] or item.stale

    def row_of(self, control: QWidget) -> int | None:
        """The row that a control belongs to now; None for one that is about to be deleted."""
        rows = (row for row, item in self.items.items() if item.widget is control)
        return next(rows, None)

    def pop_changed(self) -> dict[int, float]:
        """From where rows look different since this was asked last, pixels below their tops."""
        changed, self._changed = self._changed, {}
        return changed

    def _move_footer(self, row: int) -> RowItem | None:
        """Keep the footer, with its buttons, where rows came or went above it."""
        for at, item in self.items.items():
            if isinstance(item, FooterItem):
                self.items[row] = self.items.pop(at)
                return item
        return None

    def _grow(self, row: int, known: RowItem, wanted: Row, style: Style) -> bool:
        """Let a row that is laid out take its later form; whether it could."""
        if known.style is not style or self.model.is_user:
            return False
        changed = known.update_row(wanted)
        if changed is None:
            return False
        self._changed[row] = min(self._changed.get(row, inf), changed)
        return True

    def _width_of(self, row: object, style: Style) -> int:
        if not self.model.is_user or isinstance(row, FooterRow | NoteRow):
            return style.column
        self._measure_bubble(style)
        return self.bubble_width - 2 * style.px(BUBBLE_PAD_X)

    def _measure_bubble(self, style: Style) -> None:
        if self._bubble_style is style:
            return
        self._bubble_style = style
        full = int(style.column * BUBBLE_SHARE)
        rows = self.model.rows
        if len(rows) > 6:
            self.bubble_width = full
            return
        pads = 2 * style.px(BUBBLE_PAD_X)
        texts = [
            make_item(row, style, full - pads).ideal_width()
            for row in rows
            if not isinstance(row, FooterRow | NoteRow | SpaceRow)
        ]
        self.bubble_width = min(full, int(max(texts, default=0)) + pads + 2)

    def offset_x(self, item: RowItem) -> int:
        """Where an item's column begins in the message's widget."""
        style = item.style
        margin = style.px(MARGIN)
        if self.model.is_user and not isinstance(item.row, FooterRow | NoteRow):
            return self.bubble_left(style) + style.px(BUBBLE_PAD_X)
        return margin

    def bubble_left(self, style: Style) -> int:
        """Where a question's bubble begins in the message's widget: at the end of the lines."""
        return style.px(MARGIN) + (0 if style.rtl else style.column - self.bubble_width)

    # ------------------------------------------------------------------ letting go

    def _drop(self, row: int, *, keep_widget: bool = False) -> None:
        item = self.items.pop(row)
        if item.widget is not None and not keep_widget:
            if _has_focus(item.widget):
                self._give_up_focus()
            item.widget.hide()
            item.widget.deleteLater()
            item.widget = None

    def keep_only(self, shown: Container[int], ahead: Container[int]) -> None:
        """Let go of items of other rows; one whose control has the focus stays.

        Those ``ahead`` of the viewport are kept without being seen.
        """
        for row, item in list(self.items.items()):
            if row in shown or (item.widget is not None and _has_focus(item.widget)):
                continue
            if row not in ahead:
                self._drop(row)
            elif item.widget is not None:
                item.widget.hide()

    def drop_completed(self, is_drawn: Callable[[PendingFormula], bool]) -> set[int]:
        """Let go of rows all of whose late formulas are there, and return their numbers."""
        late = {
            row
            for row, item in self.items.items()
            if item.pending and all(is_drawn(pending) for pending in item.pending)
        }
        for row in late:
            self._drop(row)
        return late

    def drop_footer(self) -> None:
        """Make the footer anew at the next arrangement."""
        for row in [r for r, item in self.items.items() if isinstance(item, FooterItem)]:
            self._drop(row)

    def clear(self) -> None:
        """Let go of all items; a bubble is measured anew, since its message may be another."""
        self._bubble_style = None
        for row in list(self.items):
            self._drop(row)


def _reusable(known: RowItem, wanted: object, style: Style) -> bool:
    return (
        known.style is style
        and type(known.row) is type(wanted)
        and not isinstance(wanted, FooterRow)
        and not known.row.marked
        and getattr(known.row, "state", None) is getattr(wanted, "state", None)
    )


def _refresh(item: RowItem) -> None:
    if isinstance(item, FoldItem) and isinstance(item.widget, FoldToggle):
        item.widget.set_row(item.row)


def _has_focus(widget: QWidget) -> bool:
    """Whether a control, or one inside it, has the focus of its window."""
    focused = widget.window().focusWidget()
    return focused is not None and (focused is widget or widget.isAncestorOf(focused))
