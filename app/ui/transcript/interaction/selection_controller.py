"""The selection in a transcript, and its decorations beside those of search matches."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from app.ui.transcript.content.branch_model import BranchModel
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.runs import units
from app.ui.transcript.content.selection import CopyAs, Selection, select_all, selected_text
from app.ui.transcript.interaction.clipboard import put_on_clipboard, set_primary_selection
from app.ui.transcript.items.row_item import NO_DECORATION, RowDecoration

MatchesIn: TypeAlias = Callable[
    [int, int], tuple[tuple[tuple[int, int], ...], tuple[int, int] | None]
]
"""The matches of the search in a row of a message, and the current one if it is there."""


class SelectionController:
    """The selection of one transcript, and how a row looks with it.

    Args:
        branch: What can be selected.
        matches_in: What the search found in a row.
        repaint: Shows another selection.

    Attributes:
        selection: What is selected; None for nothing.
    """

    def __init__(
        self, branch: BranchModel, matches_in: MatchesIn, repaint: Callable[[], None]
    ) -> None:
        self._branch, self._matches_in, self._repaint = branch, matches_in, repaint
        self.selection: Selection | None = None

    def decoration_of(self, model: MessageModel, row: int) -> RowDecoration:
        """Selection and matches in a row."""
        at = self._branch.by_id.get(model.message.id, -1)
        selected = None
        if self.selection is not None and not self.selection.empty and at >= 0:
            length = units(model.rows[row].drawn_text())
            selected = self.selection.within(at, row, length)
        matches, current = self._matches_in(at, row)
        if selected is None and not matches:
            return NO_DECORATION
        return RowDecoration(selected, matches, current)

    def select(self, selection: Selection | None) -> None:
        """Show another selection."""
        self.selection = selection
        self._repaint()

    def select_all(self) -> None:
        """Select the whole chat."""
        self.select(select_all(self._branch))

    def set_primary_selection(self) -> None:
        """The mouse has selected: the middle button pastes it, where the system has that."""
        chosen = self.selection
        if chosen is not None and not chosen.empty:
            set_primary_selection(lambda: selected_text(self._branch, chosen, CopyAs.PLAIN))

    def text(self) -> str:
        """What is selected, as Markdown; empty where nothing is."""
        chosen = self.selection
        if chosen is None or chosen.empty:
            return ""
        return selected_text(self._branch, chosen, CopyAs.MARKDOWN)

    def copy(self, form: CopyAs | None = None) -> None:
        """Put the selection on the clipboard; without a form as plain and rich text."""
        chosen = self.selection
        if chosen is not None and not chosen.empty:
            put_on_clipboard(lambda wanted: selected_text(self._branch, chosen, wanted), form)
