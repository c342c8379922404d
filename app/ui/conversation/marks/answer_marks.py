"""Has the marks of answers that come into view worked out, beside the GUI thread."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from app.domain.conversation import Message
from app.domain.parts import PlacedPart
from app.domain.settings import Settings
from app.services.core.events import AnswerSourced, AnswerTextAdded, Event, SettingsChanged
from app.services.core.settings import SettingsService
from app.ui.conversation.marks.checked_sums import CheckedSums
from app.ui.core.operations import Operation, Operations
from app.ui.transcript.content.marks import Mark
from app.ui.transcript.view import TranscriptView

if TYPE_CHECKING:  # nobody waits for it at the start: it comes with the first citation
    from app.services.documents.checked_answer import StoredCitation

_KEPT = 500  # answers whose marks are remembered
_EVERY = 1.0  # seconds between two looks at an answer that is written


def _wanted(settings: Settings) -> CheckedSums:
    if not settings.check_sums:
        return CheckedSums.NONE
    return CheckedSums.ALL if settings.tick_sums else CheckedSums.WRONG


class AnswerMarks(QObject):
    """Gives the transcript the marks that it asks for.

    Args:
        settings: Whether sums are checked, and which are marked.
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
        self._sums = _wanted(settings.current)
        self._closed = False
        self._looked, self._until = 0.0, ("", 0)  # at what is written, and how far
        self._sourced: tuple[str, Callable[[str], tuple[PlacedPart, ...]] | None] = ("", None)
        self._cited: tuple[str, tuple[StoredCitation, ...]] = ("", ())  # of what is written
        transcript.notes.marks_wanted.connect(self._want)

    def on_event(self, event: Event) -> None:
        """An answer grew; or sums are checked from now on, or no more."""
        if isinstance(event, AnswerSourced):
            self._sourced = event.message_id, event.check
            self._looked, self._cited = 0.0, (event.message_id, ())
        if isinstance(event, AnswerTextAdded):
            check = self._sourced[1] if self._sourced[0] == event.message_id else None
            if self._sums is not CheckedSums.NONE or check is not None:
                self._look(event.message_id, check)
        if isinstance(event, SettingsChanged) and _wanted(event.settings) is not self._sums:
            self._sums = _wanted(event.settings)
            self._known.clear()
            self._transcript.notes.renew_marks()

    def close(self) -> None:
        """The window closes: nothing is worked out any more."""
        self._closed = True

    def cited(self, message_id: str) -> tuple[StoredCitation, ...]:
        """What was found so far of an answer that is written; nothing of any other."""
        known, found = self._cited
        return found if known == message_id and self._transcript.notes.is_written(known) else ()

    def _look(self, message_id: str, check: Callable[[str], tuple[PlacedPart, ...]] | None) -> None:
        """Check the sentences that are complete of an answer that is written."""
        if monotonic() - self._looked < _EVERY or self._closed:
            return
        self._looked = monotonic()
        text = self._transcript.notes.text_so_far(message_id)
        end = max(text.rfind("\n"), text.rfind(". "), text.rfind("] ")) + 1
        if not end or (message_id, end) == self._until:
            return
        self._until = message_id, end
        sums = self._sums

        def show(found: tuple[tuple[StoredCitation, ...], tuple[Mark, ...]]) -> None:
            if self._transcript.notes.is_written(message_id):
                self._cited = message_id, found[0]
                self._transcript.notes.set_marks(message_id, found[1])

        def job(_task: Operation) -> tuple[tuple[StoredCitation, ...], tuple[Mark, ...]]:
            from app.ui.conversation.marks.marks_of import written_marks

            return written_marks(text, end, check, sums=sums)

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
            if sums is self._sums:
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
