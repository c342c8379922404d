"""Has the marks of answers that come into view worked out, beside the GUI thread."""

from __future__ import annotations

from collections import OrderedDict
from time import monotonic

from PySide6.QtCore import QObject

from app.domain.conversation import Message
from app.services.core.events import AnswerTextAdded, Event, SettingsChanged
from app.services.core.settings import SettingsService
from app.ui.core.operations import Operation, Operations
from app.ui.transcript.content.marks import Mark
from app.ui.transcript.view import TranscriptView

_KEPT = 500  # answers whose marks are remembered
_EVERY = 1.0  # seconds between two looks at an answer that is written


class AnswerMarks(QObject):
    """Gives the transcript the marks that it asks for.

    Args:
        settings: Whether sums are checked.
        transcript: Shows the marks.
        operations: The way off the GUI thread.
        parent: Owner in Qt's sense.
    """

    def __init__(
        self,
        settings: SettingsService,
        transcript: TranscriptView,
        operations: Operations,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._settings, self._transcript, self._operations = settings, transcript, operations
        self._known: OrderedDict[str, tuple[Message, tuple[Mark, ...]]] = OrderedDict()
        self._sums = settings.current.check_sums
        self._closed = False
        self._looked, self._until = 0.0, ("", 0)  # at what is written, and how far
        transcript.notes.marks_wanted.connect(self._want)

    def on_event(self, event: Event) -> None:
        """An answer grew; or sums are checked from now on, or no more."""
        if isinstance(event, AnswerTextAdded) and self._sums:
            self._look(event.message_id)
        if isinstance(event, SettingsChanged) and event.settings.check_sums != self._sums:
            self._sums = event.settings.check_sums
            self._known.clear()
            self._transcript.notes.renew_marks()

    def close(self) -> None:
        """The window closes: nothing is worked out any more."""
        self._closed = True

    def _look(self, message_id: str) -> None:
        """Check the sentences that are complete of an answer that is written."""
        if monotonic() - self._looked < _EVERY or self._closed:
            return
        self._looked = monotonic()
        text = self._transcript.notes.text_so_far(message_id)
        end = max(text.rfind("\n"), text.rfind(". ")) + 1
        if not end or (message_id, end) == self._until:
            return
        self._until = message_id, end

        def show(found: tuple[Mark, ...]) -> None:
            if self._transcript.notes.is_written(message_id):
                self._transcript.notes.set_marks(message_id, found)

        def job(_task: Operation) -> tuple[Mark, ...]:
            from app.ui.conversation.marks.marks_of import sum_marks

            return tuple(sum_marks(text[:end]))

        self._operations.run(self, job, show)

    def _want(self, message: Message) -> None:
        if self._closed:
            return
        known = self._known.get(message.id)
        if known is not None and known[0] == message:
            self._transcript.notes.set_marks(message.id, known[1])
            return
        sums, question = self._sums, self._transcript.notes.question_of(message.id)

        def show(found: tuple[Mark, ...]) -> None:
            if sums == self._sums:
                self._keep(message, found)
                self._transcript.notes.set_marks(message.id, found)

        def job(_task: Operation) -> tuple[Mark, ...]:
            from app.ui.conversation.marks.marks_of import marks_of  # not before an answer needs it

            return marks_of(message, sums=sums, question=question)

        self._operations.run(self, job, show)

    def _keep(self, message: Message, found: tuple[Mark, ...]) -> None:
        self._known[message.id] = message, found
        self._known.move_to_end(message.id)
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
