"""One worker thread for what blocks: export, import, looking through folders."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from app.domain.errors import BugError, KnownError
from app.services.core.serial_executor import SerialExecutor
from app.ui.core.event_bridge import EventBridge

T = TypeVar("T")


class Task:
    """A job under way, and the flag that stops it."""

    def __init__(self) -> None:
        self.cancel = threading.Event()


class Worker:
    """Runs jobs one after another and hands their outcome back to the GUI thread."""

    def __init__(self, bridge: EventBridge) -> None:
        self._bridge = bridge
        self._executor = SerialExecutor("window-worker")
        self._tasks: set[Task] = set()

    def run(
        self,
        job: Callable[[Task], T],
        done: Callable[[T], object],
        failed: Callable[[KnownError], object],
    ) -> Task:
        """Run ``job`` on the worker; ``done`` or ``failed`` is called over here."""
        task = Task()
        self._tasks.add(task)
        tell_done, tell_failed = self._bridge.on_gui(done), self._bridge.on_gui(failed)

        def work() -> None:
            try:
                result = job(task)
            except KnownError as error:
                tell_failed(error)
            else:
                tell_done(result)
            finally:
                self._tasks.discard(task)

        def end(future: Future[None]) -> None:
            bug = future.exception()  # a job that is closed down runs to its end
            if bug is not None:  # shown by itself; what waits for the job waits no longer
                tell_failed(BugError(type(bug).__name__))

        self._executor.submit(work).add_done_callback(end)
        return task

    def progress(self, show: Callable[[tuple[int, int]], object]) -> Callable[[int, int], None]:
        """A function for the worker that tells how many of how many are done."""
        tell = self._bridge.on_gui(show)
        return lambda done, total: tell((done, total))

    def close(self) -> None:
        """Stop what runs, and end the thread."""
        for task in tuple(self._tasks):
            task.cancel.set()
        self._executor.close()
