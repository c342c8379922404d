"""What a message widget asks of the transcript, and how its rows stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from app.ui.transcript.content.marks import Mark
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.wide_blocks import CodeState
from app.ui.transcript.items.row_item import RowDecoration, RowItem

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget


@dataclass(frozen=True, slots=True)
class VisibleRow:
    """A row as it stands in the widget."""

    row: int
    item: RowItem
    y: int
    height: int


class MessageWidgetHost(Protocol):
    """What a message widget needs of the transcript."""

    def decoration_of(self, model: MessageModel, row: int) -> RowDecoration:
        """Selection and matches in a row."""

    def on_action(self, model: MessageModel, kind: str, payload: str) -> None:
        """An action was chosen."""

    def on_mark(self, model: MessageModel, mark: Mark, at: QWidget) -> None:
        """A mark was chosen, by the button that stands for it."""

    def copy_code(self, model: MessageModel, state: CodeState) -> None:
        """Put a code block on the clipboard."""

    def toggle_wrap(self, state: CodeState) -> None:
        """Wrap or unwrap a code block."""

    def toggle_fold(self, model: MessageModel, fold: int) -> None:
        """Fold or unfold a part."""

    def on_horizontal_scroll(self) -> None:
        """A wide block was scrolled."""

    def is_last(self, model: MessageModel) -> bool:
        """Whether it is the last message."""

    def is_busy(self) -> bool:
        """Whether an answer is being written."""

    def take_focus(self) -> None:
        """Take the focus from a control that goes away."""

    def scroll_into_view(self, model: MessageModel, row: int) -> None:
        """Bring a row into view, because it got the focus."""
