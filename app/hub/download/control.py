"""Pause, resume and cancel of one running download, from any thread."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum

Waiter = Callable[[threading.Event, float], bool]


class DownloadCommand(StrEnum):
    """What the user wants of a running download."""

    RUN = "run"
    PAUSE = "pause"
    CANCEL_KEEP = "cancel_keep"  # the part stays for another time
    CANCEL_DELETE = "cancel_delete"


class DownloadControl:
    """Carries a command to the thread that downloads, and wakes it at once.

    All waiting happens on one event, so nothing sleeps through a command.
    """

    def __init__(self, wait: Waiter = threading.Event.wait) -> None:
        """Begin with RUN.

        Args:
            wait: How to wait on an event for some seconds; tests give one that does not.
        """
        self._lock = threading.Lock()
        self._command = DownloadCommand.RUN
        self._changed = threading.Event()
        self._wait = wait
        self._wake: Callable[[], None] | None = None
        self._watchers: list[Callable[[], None]] = []

    @property
    def command(self) -> DownloadCommand:
        """What is wanted now."""
        return self._command

    @property
    def stopped(self) -> bool:
        """Whether the download should end."""
        return self._command is not DownloadCommand.RUN

    @property
    def pause_requested(self) -> bool:
        """Whether it shall end so that it can go on."""
        return self._command is DownloadCommand.PAUSE

    @property
    def delete_requested(self) -> bool:
        """Whether the bytes shall go as well."""
        return self._command is DownloadCommand.CANCEL_DELETE

    def pause(self) -> None:
        """Stop, and keep everything for the next fetch to go on with."""
        self._set(DownloadCommand.PAUSE)

    def cancel(self, *, keep_part: bool) -> None:
        """Stop for good; ``keep_part`` says whether the bytes stay on disk."""
        self._set(DownloadCommand.CANCEL_KEEP if keep_part else DownloadCommand.CANCEL_DELETE)

    def _set(self, wish: DownloadCommand) -> None:
        with self._lock:
            self._command = wish
            wake, watchers = self._wake, list(self._watchers)
        self._changed.set()
        for watcher in watchers:
            watcher()
        if wake is not None:
            wake()

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Call ``watcher`` with each wish, also one that was there; the result ends that."""
        with self._lock:
            self._watchers.append(watcher)
            stopped = self.stopped
        if stopped:
            watcher()

        def forget() -> None:
            with self._lock:
                if watcher in self._watchers:
                    self._watchers.remove(watcher)

        return forget

    def register_wake(self, wake: Callable[[], None] | None) -> None:
        """Register what wakes a thread that is blocked in a read."""
        with self._lock:
            self._wake = wake
            stopped = self.stopped
        if stopped and wake is not None:
            wake()

    def interrupt(self) -> None:
        """Wake a blocked read without changing the command (Offline went on)."""
        with self._lock:
            wake = self._wake
        if wake is not None:
            wake()

    def wait(self, seconds: float) -> bool:
        """Wait, or return True at once when a command comes."""
        return self._wait(self._changed, seconds) or self.stopped
