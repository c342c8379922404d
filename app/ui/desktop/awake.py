"""The computer stays awake while an answer is written or a model is fetched, and only then."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from PySide6.QtCore import QObject

from app.language import tr
from app.services.core.events import AnswerEnded, AnswerStarted, DownloadChanged, Event
from app.system.awake import SleepBlocker, has_session_bus, sleep_blocker
from app.ui.core.operations import Operation, Operations


@dataclass(slots=True)
class Work:
    """What is under way that sleep would stop.

    Attributes:
        answers: Messages that are being written, by id.
        downloads: Downloads that are being worked on, by id.
    """

    answers: set[str] = field(default_factory=set)
    downloads: set[str] = field(default_factory=set)

    def take(self, event: Event) -> None:
        """Follow an event."""
        match event:
            case AnswerStarted(_, message_id):
                self.answers.add(message_id)
            case AnswerEnded(message):
                self.answers.discard(message.id)
            case DownloadChanged(item) if item.state.active:
                self.downloads.add(item.id)
            case DownloadChanged(item):
                self.downloads.discard(item.id)

    @property
    def reason(self) -> str:
        """Why the computer stays awake, for people; empty where it need not."""
        if self.answers:
            return tr("Phial is writing an answer")
        return tr("Phial is fetching a model") if self.downloads else ""


class KeepAwake(QObject):
    """Asks the system to stay awake while there is work, and takes it back at once after it.

    Args:
        operations: The way off the GUI thread: a desktop may be slow to answer.
        parent: Qt's parent.
    """

    def __init__(self, operations: Operations, parent: QObject) -> None:
        super().__init__(parent)
        self._operations = operations
        self._work = Work()
        self._held = False
        self._blocker: SleepBlocker | None = None
        self._has_bus = has_session_bus()

    def on_event(self, event: Event) -> None:
        """Follow answers and downloads."""
        self._work.take(event)
        reason = self._work.reason
        if bool(reason) == self._held:
            return
        self._held = bool(reason)
        if self._blocker is None:
            self._blocker = sleep_blocker()
        if self._blocker is not None and self._held:
            self._blocker.hold(reason)
        elif self._blocker is not None:
            self._blocker.release()
        elif self._has_bus:
            asked = partial(self._ask, reason) if self._held else self._let_go
            self._operations.run(self, asked, lambda _told: None)

    def _ask(self, reason: str, _operation: Operation) -> bool:
        from app.ui.desktop.inhibitor import forbid_sleep  # with the bus, at the first answer

        return forbid_sleep("Phial", reason)  # not shown: its name

    def _let_go(self, _operation: Operation) -> bool:
        from app.ui.desktop.inhibitor import allow_sleep

        allow_sleep()
        return True
