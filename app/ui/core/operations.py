"""The one way off the GUI thread and back, for whatever blocks: export, import, reading folders.

Two threads more are the window's own: `app.ui.core.render_thread` for what is drawn, and the watch
of `app.ui.core.slow_frames`. Events of the services come by `app.ui.core.event_bridge`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import ParamSpec, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot
from shiboken6 import isValid

from app.domain.errors import BugError, KnownError
from app.services.core.serial_executor import SerialExecutor

T = TypeVar("T")
P = ParamSpec("P")


class Operation:
    """A job under way.

    Attributes:
        cancel: Set to stop it; the job looks at it.
        report: For the job: says over here how many of how many are done.
    """

    def __init__(self, report: Callable[[int, int], None]) -> None:
        self.cancel = threading.Event()
        self.report = report

    def stop(self) -> None:
        """Ask the job to end."""
        self.cancel.set()


class Operations(QObject):
    """Runs jobs one after another on a thread and hands their outcome back to the GUI thread.

    Args:
        failed: Shows an error at the top of the window; for operations that have no place for it.
        parent: Qt's parent.
    """

    _called = Signal(object)

    def __init__(
        self, failed: Callable[[KnownError], object], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._failed = failed
        self._executor = SerialExecutor("window-worker")
        self._under_way: set[Operation] = set()
        self._closed = False
        self._called.connect(self._call, Qt.ConnectionType.QueuedConnection)

    def run(
        self,
        owner: QObject,
        job: Callable[[Operation], T],
        done: Callable[[T], object],
        failed: Callable[[KnownError], object] | None = None,
        progress: Callable[[int, int], object] | None = None,
    ) -> Operation:
        """Run ``job`` on the thread; what comes of it is told over here.

        Args:
            owner: Whose operation it is. Once that is gone it is told nothing, and the job is asked
                to end.
            job: Is given the operation: its `cancel` to look at, its `report` to say how far it is.
            done: Called with what the job returned.
            failed: Called with the reason it could not be done; None shows it at the top.
            progress: Called with how many of how many are done.

        After :meth:`close` nothing is begun and nothing told: the window is gone by then.
        """
        operation = Operation(self.back(owner, progress or _nothing))
        if self._closed:
            operation.stop()
            return operation
        told = self.back(owner, done)
        refused = self.back(owner, failed) if failed else self.back(self, self._failed)
        self._under_way.add(operation)
        owner.destroyed.connect(operation.stop)

        def work() -> None:
            try:
                result = job(operation)
            except KnownError as error:
                refused(error)
            else:
                told(result)

        def end(future: Future[None]) -> None:
            bug = future.exception()  # a job that is closed down runs to its end
            if bug is not None:  # shown by itself; what waits for the job waits no longer
                refused(BugError(type(bug).__name__))
            ended()

        ended = self.back(self, partial(self._end, owner, operation))
        self._executor.submit(work).add_done_callback(end)
        return operation

    def back(self, owner: QObject, callback: Callable[P, object]) -> Callable[P, None]:
        """A function for other threads: what it is called with goes to ``callback`` over here.

        Args:
            owner: Where that is gone by then (a dialog that was closed), nothing is called.
            callback: Called on the GUI thread.
        """

        def call(*args: P.args, **kwargs: P.kwargs) -> None:
            self._called.emit((owner, partial(callback, *args, **kwargs)))

        return call

    @Slot(object)
    def _call(self, called: tuple[QObject, Callable[[], object]]) -> None:
        owner, callback = called
        if isValid(owner):
            callback()

    def _end(self, owner: QObject, operation: Operation) -> None:
        self._under_way.discard(operation)
        if isValid(owner):
            owner.destroyed.disconnect(operation.stop)

    def close(self) -> None:
        """Stop what runs, and end the thread. What a timer begins after that is not begun."""
        self._closed = True
        for operation in tuple(self._under_way):
            operation.stop()
        self._executor.close()


def _nothing(_done: int, _total: int) -> None:
    """Nobody wants to know how far it is."""
