"""The widgets of the messages near the viewport: created, laid out, positioned, deleted."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence, Set
from itertools import groupby

from PySide6.QtWidgets import QWidget

from app.ui.transcript.content.branch_model import BranchModel
from app.ui.transcript.content.flow_layout import PlacedRow
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.items.formulas import PendingFormula
from app.ui.transcript.items.row_item import RowItem
from app.ui.transcript.items.styles import Styles
from app.ui.transcript.widgets.message_widget import MessageWidget


class MessageWidgets:
    """The messages of one transcript that have a widget.

    Args:
        branch: All messages.
        styles: How they look.
        make: Makes the widget of a message.

    Attributes:
        widgets: By the id of their message.
        ahead: The rows laid out beyond the viewport, by the id of their message.
    """

    def __init__(
        self,
        branch: BranchModel,
        styles: Styles,
        make: Callable[[MessageModel], MessageWidget],
    ) -> None:
        self._branch, self._styles, self._make = branch, styles, make
        self.widgets: dict[str, MessageWidget] = {}
        self.ahead: dict[str, set[int]] = {}

    # ------------------------------------------------------------------ rows

    def widget_of(self, model: MessageModel) -> MessageWidget:
        """The widget of a message, made if there is none."""
        key = model.message.id
        widget = self.widgets.get(key)
        if widget is None:
            widget = self.widgets[key] = self._make(model)
        return widget

    def lay_out(self, at: int, row: int) -> RowItem:
        """A row laid out, its height known to the index."""
        item = self._made(at, row)
        self._branch.set_height(at, row, item.height)
        return item

    def measure(self, at: int, row: int) -> int:
        """The height of a row, pixels, for a layout that keeps the index itself."""
        return self._made(at, row).height

    def _made(self, at: int, row: int) -> RowItem:
        # This runs for every row in view at every arrangement, so it is written plainly.
        model = self._branch.models[at]
        if model.list is None:
            self._branch.open(at)
        widget = self.widgets.get(model.message.id) or self.widget_of(model)
        return widget.layout_cache.item(row, self._styles.style_of(model))

    def item(self, at: int, row: int) -> RowItem | None:
        """A row as it was laid out; None for one that was not."""
        widget = self.widgets.get(self._branch.models[at].message.id)
        return widget.items.get(row) if widget is not None else None

    # ------------------------------------------------------------------ in view and out of it

    def place(self, placed: Sequence[PlacedRow], left: int) -> None:
        """Bring the rows of the viewport to their places, and put away what is not in view.

        Args:
            placed: These rows.
            left: Where the column begins, pixels of the viewport.
        """
        shown: set[str] = set()
        for at, group in groupby(placed, key=lambda p: p.at):
            rows = list(group)
            model = self._branch.models[at]
            key = model.message.id
            widget = self.widgets[key]
            widget.layout_cache.keep_only({p.row for p in rows}, self.ahead.get(key, set()))
            widget.arrange(rows, left, self._styles.style_of(model))
            widget.show()
            shown.add(key)
        self._branch.in_view = frozenset(shown)
        self.hide_offscreen(shown)

    def refresh(self, at: int, placed: Sequence[PlacedRow]) -> bool:
        """Show the rows of the last message that have another form now, where they stand.

        Args:
            at: The message.
            placed: The rows in view.

        Returns:
            Whether that was all: no row came or went, and each is as tall as it was.
        """
        model = self._branch.models[at]
        widget = self.widgets.get(model.message.id)
        if widget is None or (placed[-1].at, placed[-1].row) != (at, len(model.rows) - 1):
            return False
        changed = [p for p in placed if p.at == at and widget.layout_cache.is_stale(p.row)]
        if any(self.lay_out(at, p.row).height != p.height for p in changed):
            return False
        widget.refresh({p.row for p in changed})
        return True

    def first_changed(self, at: int, placed: Sequence[PlacedRow]) -> int:
        """The first row of the last message that is not laid out as it is now.

        Args:
            at: The message.
            placed: The rows that were in view.

        Returns:
            Its number; that of the first row of all where none of the message was in view.
        """
        # This runs for every row in view at every update, so it is written plainly.
        model = self._branch.models[at]
        widget, rows, first = self.widgets.get(model.message.id), model.rows, 0
        items = widget.items if widget is not None else {}
        for one in placed:
            if one.at != at:
                continue
            first, item = one.row, items.get(one.row)
            if first >= len(rows) or item is None or item.row is not rows[first] or item.stale:
                return first
            if item.height != one.height:  # it was laid out since, as `refresh` does
                return first
            first += 1
        return first

    def show_figures(self, words: str) -> None:
        """Say below the streaming answer how much is written; nothing is laid out for that."""
        widget = self.widgets.get(self._branch.streaming)
        if widget is not None:
            widget.controls.show_figures(words)

    def hide_offscreen(self, shown: Set[str]) -> None:
        """Put away the widgets of other messages; those laid out ahead wait unseen."""
        self.delete_others(shown | self.ahead.keys())
        for key, widget in self.widgets.items():
            if key not in shown:
                widget.layout_cache.keep_only(set(), self.ahead[key])
                widget.hide_offscreen()

    def delete_others(self, keep: Container[str]) -> None:
        """Delete the widgets of other messages."""
        for key in [k for k in self.widgets if k not in keep]:
            widget = self.widgets.pop(key)
            widget.give_up_focus()
            widget.hide()
            widget.deleteLater()

    # ------------------------------------------------------------------ changes

    def update_models(self) -> None:
        """The messages changed: delete the widgets of those gone, update the others."""
        chat = self._branch
        self.delete_others(chat.by_id)
        for key, widget in self.widgets.items():
            model = chat.models[chat.by_id[key]]
            if widget.model is not model:
                widget.layout_cache.clear()
                widget.layout_cache.model = model

    def drop_footers(self) -> None:
        """Buttons depend on whether an answer is being written and on who is last."""
        for widget in self.widgets.values():
            widget.layout_cache.drop_footer()

    def drop_completed(self, is_drawn: Callable[[PendingFormula], bool]) -> bool:
        """Let go of rows all of whose late formulas are there; whether one was in view."""
        return bool([w for w in self.widgets.values() if w.drop_completed(is_drawn)])

    def drop_items(self) -> None:
        """Lay all rows out anew at the next arrangement: they look different now."""
        for widget in self.widgets.values():
            widget.layout_cache.clear()

    def repaint(self) -> None:
        """Draw what is shown again; nothing moved."""
        for widget in self.widgets.values():
            widget.update()

    def focus_chain(self, placed: Sequence[PlacedRow]) -> list[QWidget]:
        """The controls of the rows in view, in the order they stand."""
        chain: list[QWidget] = []
        for at in dict.fromkeys(row.at for row in placed):
            widget = self.widgets.get(self._branch.models[at].message.id)
            chain += widget.focus_chain() if widget is not None else []
        return chain
