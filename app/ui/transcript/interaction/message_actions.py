"""The actions that message widgets call: copy, fold, open a link, scroll a wide block."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, QRect
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from app.ui.transcript.content.marks import Mark
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.rows import FoldRow
from app.ui.transcript.content.selection import BEYOND, CopyAs, message_text
from app.ui.transcript.content.wide_blocks import CodeRow, CodeState
from app.ui.transcript.interaction.clipboard import put_on_clipboard
from app.ui.transcript.interaction.selection_controller import SelectionController
from app.ui.transcript.items.row_item import RowDecoration
from app.ui.transcript.layout import Layout
from app.ui.transcript.widgets.signals import ActionKind, MarkRequest, MessageAction


class MessageActions:
    """Carries out what a message widget's controls are clicked for.

    Args:
        layout: The messages.
        selection: What is selected in them.
        take_focus: Takes the focus from a control that goes away.
        refolded: Called when the rows of a message have other numbers.
        request: Asks the shell for what is done elsewhere.
        open_mark: Asks it to show what a mark is about.
    """

    def __init__(
        self,
        layout: Layout,
        selection: SelectionController,
        *,
        take_focus: Callable[[], None],
        refolded: Callable[[int], None],
        request: Callable[[MessageAction], None],
        open_mark: Callable[[MarkRequest], None],
    ) -> None:
        self._layout, self._selection, self._refolded = layout, selection, refolded
        self._request, self._open_mark, self.take_focus = request, open_mark, take_focus

    def decoration_of(self, model: MessageModel, row: int) -> RowDecoration:
        """Selection and matches in a row."""
        return self._selection.decoration_of(model, row)

    def on_action(self, model: MessageModel, kind: str, payload: str) -> None:
        """An action was chosen; a copy is made here, the rest is the shell's."""
        action = ActionKind(kind)
        if action is ActionKind.COPY:
            form = CopyAs(payload) if payload else None
            put_on_clipboard(lambda wanted: message_text(model, wanted), form)
        self._request(MessageAction(action, model.message.id, payload))

    def on_mark(self, model: MessageModel, mark: Mark, at: QWidget) -> None:
        """A mark was chosen, by the button that stands for it."""
        area = QRect(at.mapToGlobal(QPoint(0, 0)), at.size())
        self._open_mark(MarkRequest(model.message.id, mark, area))

    def copy_code(self, model: MessageModel, state: CodeState) -> None:
        """Put a code block on the clipboard."""
        QGuiApplication.clipboard().setText(code_of(model, state))

    def toggle_wrap(self, state: CodeState) -> None:
        """Wrap or unwrap a code block."""
        wrapped = self._layout.styles.normal.wrap_code if state.wrap is None else state.wrap
        state.wrap, state.offset, state.content_width = not wrapped, 0, 0
        self._layout.arrange()

    def toggle_fold(self, model: MessageModel, fold: int) -> None:
        """Fold or unfold a part; the line that was pressed stays where it is."""
        from app.ui.style.motion import unfolding  # not before something is folded

        with unfolding(self._layout.widgets.widgets[model.message.id]):
            self._fold(model, fold)

    def _fold(self, model: MessageModel, fold: int) -> None:
        layout, branch = self._layout, self._layout.branch
        at = branch.by_id[model.message.id]
        placed = layout.flow.placed
        top = next((p.y for p in placed if p.at == at and _folds(model, p.row, fold)), None)
        with layout.keeping_place() as change:
            model.refold(fold, branch.measures)
            self._forget_places(at)
            layout.widgets.widgets[model.message.id].layout_cache.clear()
            branch.sync_heights(at)
            row = next((i for i in range(len(model.rows)) if _folds(model, i, fold)), None)
            change.made = top is None or row is None
        if top is not None and row is not None:
            layout.flow.show(at, row, top)
            layout.arrange()
        self._refolded(at)

    def _forget_places(self, at: int) -> None:
        """The rows of a message have other numbers now: a selection that ends there is none."""
        chosen = self._selection.selection
        ends = (chosen.anchor, chosen.cursor) if chosen is not None else ()
        if any(end.at == at and 0 < end.row < BEYOND for end in ends):
            self._selection.select(None)

    def on_horizontal_scroll(self) -> None:
        """A wide block was scrolled."""
        self._layout.widgets.repaint()

    def is_last(self, model: MessageModel) -> bool:
        """Whether it is the last message."""
        models = self._layout.branch.models
        return bool(models) and models[-1] is model

    def is_busy(self) -> bool:
        """Whether an answer is being written."""
        return bool(self._layout.branch.streaming)

    def scroll_into_view(self, model: MessageModel, row: int) -> None:
        """Bring a row into view, because it got the focus."""
        at = self._layout.branch.by_id.get(model.message.id)
        if at is not None:
            self._layout.show_row(at, row, 0, 20)


def _folds(model: MessageModel, row: int, fold: int) -> bool:
    line = model.rows[row] if row < len(model.rows) else None
    return isinstance(line, FoldRow) and line.fold == fold


def code_of(model: MessageModel, state: CodeState) -> str:
    """The text of a code block."""
    rows = [row for row in model.rows if isinstance(row, CodeRow) and row.state is state]
    return "".join(row.text if row.cut else row.text + "\n" for row in rows)
