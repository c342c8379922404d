"""The serial executor: one thread on which all calls of the engine run in turn."""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

from app.domain.errors import KnownError

T = TypeVar("T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Later:
    """A job that lets others go first; an idle one lets all others."""

    job: Callable[[], None]
    give_way: Callable[[], None]
    idle: bool = False


class SerialExecutor:
    """A thread that runs jobs one after another.

    The engine answers one request at a time, so its jobs need an order and never a lock.
    """

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)
        self._lock = threading.Lock()
        self._waiting = 0  # jobs that go before those below
        self._later: deque[_Later] = deque()
        self._idle: _Later | None = None
        self._running: _Later | None = None
        self._looking = False  # whether somebody will look at the deque
        self._closed = False

    def submit(self, job: Callable[[], T], *, urgent: bool = False) -> Future[T]:
        """Run ``job`` after those before it. An exception goes to the future and to the log.

        One that is no :class:`KnownError` goes to `threading.excepthook`, as from a thread.

        Args:
            job: What to run.
            urgent: Ask the job of :meth:`submit_later` that is running to give way.
        """
        with self._lock:
            future = self._pool.submit(job)
            self._waiting += 1
            running = self._running
            if running is not None and not (urgent or running.idle):
                running = None
        future.add_done_callback(self._one_less)
        if running is not None:
            running.give_way()
        future.add_done_callback(report_failure)
        return future

    def _one_less(self, _done: Future[T]) -> None:
        with self._lock:
            self._waiting -= 1

    def submit_later(
        self, job: Callable[[], None], give_way: Callable[[], None], *, first: bool = False
    ) -> bool:
        """Run ``job`` when nothing waits that was given to :meth:`submit`.

        Args:
            job: What to run. It is forgotten if the thread is ended before.
            give_way: Called on another thread when something urgent waits for the end of ``job``.
            first: Before others that wait here: it has been under way already.

        Returns:
            Whether it will be run; not where the thread is ended already.
        """
        later = _Later(job, give_way)
        running = None
        with self._lock:
            if self._closed:
                return False
            if first:
                self._later.appendleft(later)
            else:
                self._later.append(later)
            if self._running is not None and self._running.idle:
                running = self._running
            self._look()
        if running is not None:
            running.give_way()
        return True

    def submit_idle(self, job: Callable[[], None], give_way: Callable[[], None]) -> None:
        """Run ``job`` when nothing else waits at all, in place of an earlier one that waits so.

        Args:
            job: What to run. It is forgotten if the thread is ended before.
            give_way: Called on another thread when anything else waits for the end of ``job``.
        """
        with self._lock:
            if not self._closed:
                self._idle = _Later(job, give_way, idle=True)
                self._look()

    def _look(self) -> None:
        """Have the thread look at what waits, behind all that it was given until now."""
        if (self._later or self._idle) and not self._looking and not self._closed:
            self._looking = True
            self._pool.submit(self._run_later).add_done_callback(report_failure)

    def _run_later(self) -> None:
        with self._lock:
            self._looking = False
            later = None if self._waiting else self._next_later()
            if later is None:
                self._look()
                return
            self._running = later
        try:
            later.job()
        finally:
            with self._lock:
                self._running = None
                self._look()

    def _next_later(self) -> _Later | None:
        if self._later:
            return self._later.popleft()
        idle, self._idle = self._idle, None
        return idle

    def close(self) -> None:
        """Finish the jobs that were submitted, then end the thread. May be called twice.

        A job of :meth:`submit_later` is asked to give way.
        """
        with self._lock:
            self._closed = True
            self._later.clear()
            self._idle = None
            running = self._running
        if running is not None:
            running.give_way()
        self._pool.shutdown(wait=True)


def report_failure(future: Future[T]) -> None:
    """Log the error that a job ended with, or tell of it as of a bug."""
    if future.cancelled():
        return
    error = future.exception()
    if isinstance(error, KnownError):
        _log.error("A job on the lane failed.", exc_info=error)
    elif error is not None:
        tell_of_bug(error)


def tell_of_bug(error: BaseException) -> None:
    """Hand an error that nobody expects to `threading.excepthook`, which logs and shows it.

    For what is raised where nobody waits: `concurrent.futures` only logs what a callback raises.
    """
    thread = threading.current_thread()
    threading.excepthook(
        threading.ExceptHookArgs((type(error), error, error.__traceback__, thread))
    )
