"""Following a library that another process writes too: a window beside a terminal."""

from __future__ import annotations

import logging
import threading
from concurrent.futures import Future

from app.domain.errors import KnownError
from app.services.core.events import EventBus, LibraryChanged
from app.services.core.serial_executor import tell_of_bug
from app.store import MessageRepository

_log = logging.getLogger(__name__)


class Following:
    """Tells when another process has written.

    Args:
        stored: The database.
        bus: Told with a :class:`LibraryChanged` that names no chat.
    """

    def __init__(self, stored: MessageRepository, bus: EventBus) -> None:
        self._stored, self._bus = stored, bus
        self._lock = threading.Lock()
        self._seen: int | None = None
        self._looking = False

    def look(self) -> None:
        """See whether somebody wrote since this was asked last. Returns at once."""
        with self._lock:
            if self._looking:
                return  # a long write is under way; the look that waits for it is as good
            self._looking = True
        try:
            self._stored.database.others_wrote().add_done_callback(self._compare)
        except KnownError as error:  # nothing can be read any more, as reading it tells the user
            self._looking = False
            _log.warning("Other processes are not followed: %s", error.what)

    def _compare(self, asked: Future[int]) -> None:
        with self._lock:
            self._looking = False
            error = asked.exception()
            if error is None:
                before, self._seen = self._seen, asked.result()
                changed = before is not None and before != self._seen
        if error is None and changed:
            self._bus.publish(LibraryChanged())
        elif isinstance(error, KnownError):
            _log.warning("Other processes are not followed: %s", error.what)
        elif error is not None:
            tell_of_bug(error)
