"""What blocks runs off the GUI thread, and its outcome comes back to whoever is still there."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from app.domain.errors import DiskFullError, KnownError
from app.ui.core.operations import Operation, Operations

FULL = DiskFullError("The disk is full.")


@pytest.fixture
def top() -> list[KnownError]:
    """What is shown at the top of the window."""
    return []


@pytest.fixture
def operations(qtbot: QtBot, top: list[KnownError]) -> Iterator[Operations]:
    made = Operations(top.append)
    yield made
    made.close()


def full(_operation: Operation) -> None:
    raise FULL


def test_a_job_runs_elsewhere_and_what_it_returns_arrives_here(
    qtbot: QtBot, operations: Operations
) -> None:
    here, heard = QThread.currentThread(), []
    operations.run(
        operations,
        lambda _operation: threading.get_ident(),
        lambda ident: heard.append((ident, QThread.currentThread())),
    )
    qtbot.waitUntil(lambda: bool(heard))
    ((ident, thread),) = heard
    assert ident != threading.get_ident()
    assert thread is here


def test_how_far_it_is_is_told_in_order_and_before_the_end(
    qtbot: QtBot, operations: Operations
) -> None:
    heard: list[object] = []

    def job(operation: Operation) -> str:
        for done in range(3):
            operation.report(done, 3)
        return "end"

    operations.run(operations, job, heard.append, progress=lambda *step: heard.append(step))
    qtbot.waitUntil(lambda: "end" in heard)
    assert heard == [(0, 3), (1, 3), (2, 3), "end"]


def test_an_error_without_a_place_is_shown_at_the_top(
    qtbot: QtBot, operations: Operations, top: list[KnownError]
) -> None:
    own: list[KnownError] = []
    operations.run(operations, full, lambda _none: None, own.append)
    qtbot.waitUntil(lambda: own == [FULL])
    assert top == []
    owner = QObject()
    operations.run(owner, full, lambda _none: None)
    qtbot.waitUntil(lambda: top == [FULL])


def test_a_job_is_asked_to_end_with_its_owner_and_tells_it_nothing_more(
    qtbot: QtBot, operations: Operations
) -> None:
    owner, heard = QObject(), []
    begun, last = threading.Event(), []

    def job(operation: Operation) -> str:
        begun.set()
        operation.report(1, 2)
        assert operation.cancel.wait(20)
        return "end"

    operations.run(
        owner, job, lambda _end: heard.append("done"), progress=lambda *_: heard.append("progress")
    )
    assert begun.wait(20)
    owner.deleteLater()
    del owner
    operations.run(operations, lambda _operation: "next", last.append)
    qtbot.waitUntil(lambda: last == ["next"])
    assert "done" not in heard
    qtbot.waitUntil(lambda: not operations._under_way)


def test_what_is_over_keeps_no_owner(qtbot: QtBot, operations: Operations) -> None:
    owner, ended = QObject(), []
    done = operations.run(owner, lambda _operation: 1, ended.append)
    qtbot.waitUntil(lambda: ended == [1] and not operations._under_way)
    gone: list[object] = []
    owner.destroyed.connect(lambda: gone.append(None))
    owner.deleteLater()
    del owner
    qtbot.waitUntil(lambda: bool(gone))
    assert not done.cancel.is_set()


def test_closing_stops_what_runs(qtbot: QtBot, top: list[KnownError]) -> None:
    operations = Operations(top.append)
    running = operations.run(
        operations, lambda operation: operation.cancel.wait(20), lambda _stopped: None
    )
    operations.close()
    assert running.cancel.is_set()
    told: list[object] = []
    late = operations.run(operations, lambda _operation: 1, told.append, told.append)
    assert late.cancel.is_set(), "a timer may come after the end"
    qtbot.wait(20)
    assert told == []
