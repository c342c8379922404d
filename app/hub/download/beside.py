"""Questions that may be left alone: their asker goes on, however long the other side hangs.

A name that is looked up, a connection that is made and a reply that does not come block inside the
system or a package and cannot be ended from another thread. So the question is asked on a thread
of its own, and its asker waits for the answer or for a wish, whichever comes first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from app.domain.errors import HubError, KnownError
from app.hub.download.control import DownloadControl
from app.language import tr

T = TypeVar("T")


class _Asked(Generic[T]):
    """One question, and what became of it."""

    def __init__(self, question: Callable[[], T], late: Callable[[T], object]) -> None:
        self._question, self._late = question, late
        self._lock = threading.Lock()
        self._left = False
        self.changed = threading.Event()
        self.answers: list[T] = []
        self.error: KnownError | OSError = HubError(
            tr("Phial made a mistake here. Its log says more.")
        )

    def work(self) -> None:
        try:
            answer = self._question()
            with self._lock:
                if not self._left:
                    self.answers.append(answer)
            if not self.answers:
                self._late(answer)
        except (KnownError, OSError) as error:
            self.error = error
        finally:  # also after a fault of ours, so that nobody is left waiting
            self.changed.set()

    def leave(self) -> None:
        with self._lock:
            self._left = True


def ask_beside(
    question: Callable[[], T],
    control: DownloadControl,
    *,
    late: Callable[[T], object] = lambda _answer: None,
    each_second: Callable[[float], object] = lambda _seconds: None,
) -> T | None:
    """Ask, and wait for the answer or for a wish.

    Args:
        question: Blocks; a known error of it is raised here.
        control: Whose wish ends the waiting.
        late: Given an answer that came after the asker had gone, to put it away.
        each_second: Told for how many seconds nothing came.

    Returns:
        The answer; None when the control said stop first.

    Raises:
        KnownError, OSError: Whatever the question raised.
    """
    asked = _Asked(question, late)
    thread = threading.Thread(target=asked.work, name="phial-question", daemon=True)
    forget = control.watch(asked.changed.set)
    try:
        thread.start()
        began = time.monotonic()
        while not asked.changed.wait(1.0):
            each_second(time.monotonic() - began)
    finally:
        forget()
    asked.leave()
    if asked.answers:
        return asked.answers[0]
    if control.stopped:
        return None
    raise asked.error
