"""Maintenance of the library in the background: checks, daily backups, the trash; restoring."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from app.domain.conversation import Conversation
from app.domain.errors import KnownError
from app.services.core.events import (
    ErrorReported,
    EventBus,
    LibraryChanged,
    LibraryReplaced,
    Notice,
    RemovedForGood,
)

if TYPE_CHECKING:
    from app.store import Backup, Content, Health, Lost, MessageRepository

AFTER_START = 5.0  # seconds: the window and the first answer come first
EVERY = 24 * 3600.0  # seconds
_log = logging.getLogger(__name__)


class MaintenanceService:
    """Checks and backs up one library on a thread of its own.

    Args:
        health: The store's own checks and backups.
        library: Purged of what was in the trash for 30 days.
        bus: What the user should know is published here.
        after_start: Seconds until the first round; tests give 0.
        missing: What opening found in a backup and not in the library.
        start_report: Sentences to show once: repaired, recovered, replaced by defaults.
        tidy: What is done before the first round; what it says is told.
    """

    def __init__(
        self,
        health: Health,
        library: MessageRepository,
        bus: EventBus,
        *,
        after_start: float = AFTER_START,
        missing: Lost | None = None,
        start_report: tuple[str, ...] = (),
        tidy: Callable[[], tuple[str, ...]] = tuple,
    ) -> None:
        from app.services.core.serial_executor import SerialExecutor

        self.start_report = start_report
        self.missing = missing
        self._health = health
        self._library = library
        self._bus = bus
        self._after_start, self._tidy = after_start, tidy
        self._closing = threading.Event()
        self._executor = SerialExecutor("maintenance")

    @property
    def refusal(self) -> KnownError | None:
        """Why chats on disk can be read and not changed; None where they can be."""
        return self._library.database.refusal

    def start(self) -> None:
        """Begin the daily rounds, where anything can be written."""
        if self.refusal is not None:
            return
        self._executor.submit(self._rounds)

    def backups(self) -> tuple[Backup, ...]:
        """The backups, newest first."""
        return self._health.list_backups()

    def content(self, backup: Backup) -> Content | None:
        """What a backup holds; None where it cannot be read."""
        return self._health.content(backup)

    def keep_as_it_is(self) -> None:
        """Speak no more of what is missing here; blocks.

        Raises:
            KnownError: It could not be stored.
        """
        self._health.keep_as_it_is()
        self.missing = None

    def back_up(self) -> Backup:
        """Make a backup now; blocks.

        Raises:
            KnownError: It could not be written.
        """
        return self._health.back_up()

    def chats_of(self, backup: Backup) -> tuple[Conversation, ...]:
        """The chats that a backup holds, used last first; blocks.

        Raises:
            KnownError: It cannot be read.
        """
        with self._health.look_into(backup) as held:
            found = (*held.conversations.list_all(), *held.conversations.list_all(archived=True))
        return tuple(sorted(found, key=lambda chat: chat.updated_at, reverse=True))

    def bring_back(self, backup: Backup, ids: Collection[str]) -> tuple[str, ...]:
        """Take single chats out of a backup; blocks. What is here is never changed.

        A chat that is still here, or in the trash, comes as a second one.

        Returns:
            Their ids here.

        Raises:
            KnownError: The backup cannot be read, or the library not be written.
        """
        from app.services.transfer.rescue import bring_back

        with self._health.look_into(backup) as held:
            made = tuple(bring_back(held, self._library, id_) for id_ in ids)
        self._bus.publish(LibraryChanged(made))
        return made

    def restore(self, backup: Backup) -> Backup:
        """Go back to a backup; blocks. What is there now is backed up first.

        Returns:
            The backup of what was there before.

        Raises:
            KnownError: Nothing was changed.
        """
        before = self._health.restore(backup)
        self.missing = None
        self._bus.publish(LibraryReplaced())
        self._bus.publish(RemovedForGood())
        self._bus.publish(LibraryChanged())
        return before

    def close(self) -> None:
        """End the rounds. May be called twice."""
        self._closing.set()
        self._executor.close()

    def _rounds(self) -> None:
        wait = self._after_start
        while not self._closing.wait(wait):
            if wait != EVERY:
                self._tidy_up()
            self._round()
            wait = EVERY

    def _tidy_up(self) -> None:
        try:
            told = self._tidy()
        except KnownError as error:
            self._bus.publish(ErrorReported(error))
            return
        for sentence in told:
            self._bus.publish(Notice(sentence))

    def _round(self) -> None:
        try:
            self._library.conversations.purge().result()
            done = self._health.maintain()
        except KnownError as error:
            self._bus.publish(ErrorReported(error))
            return
        self._bus.publish(RemovedForGood())  # by age, here or by another process
        for sentence in done.sentences:
            self._bus.publish(Notice(sentence))
        if done.backup is not None:
            _log.info("Backup %d was made.", done.backup.number)
