"""The serial executor: one thread on which all calls of the engine run in turn."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from app.domain.errors import KnownError

T = TypeVar("T")
_log = logging.getLogger(__name__)


class SerialExecutor:
    """A thread that runs jobs one after another.

    The engine answers one request at a time, so its jobs need an order and never a lock.
    """

    def __init__(self, name: str) -> None:
        self._pool = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    def submit(self, job: Callable[[], T]) -> Future[T]:
        """Run ``job`` after those before it. An exception goes to the future and to the log.

        One that is no :class:`KnownError` goes to `threading.excepthook`, as from a thread.
        """
        future = self._pool.submit(job)
        future.add_done_callback(_report)
        return future

    def close(self) -> None:
        """Finish the jobs that were submitted, then end the thread. May be called twice."""
        self._pool.shutdown(wait=True)


def _report(future: Future[T]) -> None:
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
