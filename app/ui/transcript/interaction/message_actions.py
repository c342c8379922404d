"""The actions that message widgets call: copy, fold, open a link, scroll a wide block."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtGui import QGuiApplication

from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.rows import CodeRow, ThinkingRow
from app.ui.transcript.content.selection import BEYOND, CopyAs, message_text
from app.ui.transcript.content.wide_blocks import CodeState
from app.ui.transcript.interaction.clipboard import put_on_clipboard
from app.ui.transcript.items.row_item import RowDecoration
from app.ui.transcript.widgets.signals import ActionKind, MessageAction

if TYPE_CHECKING:
    from app.ui.transcript.view import TranscriptView


class MessageActions:
    """Carries out what a message widget's controls are clicked for."""

    def __init__(self, view: TranscriptView) -> None:
        self._view = view

    def decoration_of(self, model: MessageModel, row: int) -> RowDecoration:
        """Selection and matches in a row."""
        return self._view.selection_controller.decoration_of(model, row)

    def on_action(self, model: MessageModel, kind: str, payload: str) -> None:
        """An action was chosen; a copy is made here, the rest is the shell's."""
        action = ActionKind(kind)
        if action is ActionKind.COPY:
            form = CopyAs(payload) if payload else None
            put_on_clipboard(lambda wanted: message_text(model, wanted), form)
        self._view.action_requested.emit(MessageAction(action, model.message.id, payload))

    def copy_code(self, model: MessageModel, state: CodeState) -> None:
        """Put a code block on the clipboard."""
        QGuiApplication.clipboard().setText(code_of(model, state))

    def toggle_wrap(self, state: CodeState) -> None:
        """Wrap or unwrap a code block."""
        wrapped = self._view.styles.normal.wrap_code if state.wrap is None else state.wrap
        state.wrap, state.offset, state.content_width = not wrapped, 0, 0
        self._view.arrange()

    def toggle_thinking(self, model: MessageModel) -> None:
        """Fold or unfold the reasoning; the line that was pressed stays where it is."""
        view = self._view
        at = view.branch.by_id[model.message.id]
        top = next((p.y for p in view.flow.placed if p.at == at and _folds(model, p.row)), None)
        line = view.scroll_anchor.first_visible_line()
        model.refold(view.branch.measures)
        self._forget_places(at)
        view.message_widgets.widgets[model.message.id].layout_cache.clear()
        view.branch.sync_heights(at)
        row = next((i for i in range(len(model.rows)) if _folds(model, i)), None)
        if top is None or row is None:
            view.scroll_controller.relayout_at(line)
        else:
            view.flow.show(at, row, top)
            view.arrange()
        view.finder.refresh_message(at)

    def _forget_places(self, at: int) -> None:
        """The rows of a message have other numbers now: a selection that ends there is none."""
        chosen = self._view.selection_controller.selection
        ends = (chosen.anchor, chosen.cursor) if chosen is not None else ()
        if any(end.at == at and 0 < end.row < BEYOND for end in ends):
            self._view.selection_controller.select(None)

    def on_horizontal_scroll(self) -> None:
        """A wide block was scrolled."""
        self._view.message_widgets.repaint()

    def is_last(self, model: MessageModel) -> bool:
        """Whether it is the last message."""
        models = self._view.branch.models
        return bool(models) and models[-1] is model

    def is_busy(self) -> bool:
        """Whether an answer is being written."""
        return bool(self._view.streaming)

    def take_focus(self) -> None:
        """Take the focus from a control that goes away."""
        self._view.setFocus()

    def scroll_into_view(self, model: MessageModel, row: int) -> None:
        """Bring a row into view, because it got the focus."""
        at = self._view.branch.by_id.get(model.message.id)
        if at is not None:
            self._view.scroll_controller.show_row(at, row, 0, 20)


def _folds(model: MessageModel, row: int) -> bool:
    return row < len(model.rows) and isinstance(model.rows[row], ThinkingRow)


def code_of(model: MessageModel, state: CodeState) -> str:
    """The text of a code block."""
    rows = [row for row in model.rows if isinstance(row, CodeRow) and row.state is state]
    return "".join(row.text if row.cut else row.text + "\n" for row in rows)
