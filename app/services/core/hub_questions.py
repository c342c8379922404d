"""Questions to the hub that nobody waits behind: each is asked at once, and can be given up."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from app.domain.errors import KnownError
from app.hub.download.control import DownloadControl
from app.services.core.serial_executor import report_failure

T = TypeVar("T")
GiveUp = Callable[[], None]
_MOST = 4  # at once; one that was given up takes no place


class Questions:
    """Asks on threads of its own, so that one that hangs holds up no other."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(_MOST, thread_name_prefix="hub")
        self._closing = DownloadControl()

    def ask(
        self,
        question: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[KnownError], None],
    ) -> GiveUp:
        """Ask; ``done`` or ``failed`` is called on another thread.

        Returns:
            Gives the question up: nothing is called that has not begun to be.
        """
        from app.hub.download.beside import ask_beside

        control = DownloadControl()
        forget = self._closing.watch(control.pause)

        def work() -> None:
            try:
                answer = ask_beside(question, control)  # a fault of ours comes back known
            except KnownError as error:
                if not control.stopped:
                    failed(error)
                return
            finally:
                forget()
            if answer is not None and not control.stopped:
                done(answer)

        self._pool.submit(work).add_done_callback(report_failure)
        return control.pause

    def close(self) -> None:
        """Give up what is asked and end the threads. May be called twice."""
        self._closing.pause()
        self._pool.shutdown(wait=True)
