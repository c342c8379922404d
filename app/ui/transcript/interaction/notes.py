"""What others say of messages, and what a reader takes from them or asks about them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QAbstractScrollArea

from app.domain.conversation import Message
from app.ui.transcript.content.marks import Mark
from app.ui.transcript.layout import Layout
from app.ui.transcript.widgets.signals import CodeToSave, MarkRequest, ValueChange

if TYPE_CHECKING:  # most answers are in no form
    from app.ui.transcript.interaction.value_editor import ValueEditor


class TranscriptNotes(QObject):
    """Marks, labels, and what is done before an answer begins.

    Args:
        area: The transcript.
        layout: Has the messages.
        schedule: Has work done in a pause.

    Signals:
        marks_wanted: An answer came into view; `set_marks` takes its marks.
        mark_requested: A mark was chosen.
        quoted: A text is to begin a message with.
        code_saving_requested: A block of code is to be saved.
        value_typed: A value of an answer in a form is to be another.
        told: A sentence for who did something here.
    """

    marks_wanted = Signal(Message)
    mark_requested = Signal(MarkRequest)
    quoted = Signal(str)
    code_saving_requested = Signal(CodeToSave)
    value_typed = Signal(ValueChange)
    told = Signal(str)

    def __init__(
        self, area: QAbstractScrollArea, layout: Layout, schedule: Callable[[], None]
    ) -> None:
        super().__init__(area)
        self._area, self._layout, self._schedule = area, layout, schedule
        self._values: ValueEditor | None = None

    def values(self) -> ValueEditor:
        """What changes the values of answers in a form."""
        if self._values is None:
            from app.ui.transcript.interaction.value_editor import ValueEditor

            self._values = ValueEditor(self._area, self._layout, self.value_typed.emit)
        return self._values

    def place_value(self) -> None:
        """Something moved: a value that is being typed moves along."""
        if self._values is not None:
            self._values.place()

    def set_marks(self, message_id: str, marks: tuple[Mark, ...]) -> None:
        """Show marks in a message's text; those without a certain place stand below it."""
        self._layout.set_marks(message_id, marks)

    def renew_marks(self) -> None:
        """Ask for the marks of all answers anew."""
        self._layout.branch.forget_marks()
        self._schedule()

    def text_so_far(self, message_id: str) -> str:
        """The text of a message, also while it is written; empty where it is not shown."""
        branch = self._layout.branch
        at = branch.by_id.get(message_id)
        return branch.models[at].text_so_far if at is not None else ""

    def question_of(self, message_id: str) -> str:
        """The text of the message before one; empty where there is none."""
        branch = self._layout.branch
        at = branch.by_id.get(message_id, 0)
        return branch.models[at - 1].message.content if at else ""

    def is_written(self, message_id: str) -> bool:
        """Whether it is the answer that is being written here."""
        return self._layout.branch.streaming == message_id

    def show_waiting(self, words: str) -> None:
        """Say where the answer will be what is done before its first word; empty for nothing."""
        self._layout.show_waiting(words)

    def show_figures(self, words: str) -> None:
        """Say below the streaming answer how much is written and how fast; empty for nothing."""
        self._layout.widgets.show_figures(words)

    def set_left_out(self, ids: frozenset[str], summaries: Mapping[str, str] | None = None) -> None:
        """Dim the messages that the model does not see, and label them.

        Args:
            ids: These messages.
            summaries: What the model reads instead, by the id of the message below it.
        """
        self._layout.set_left_out(ids, summaries or {})
