"""Jobs run one after another; some let all others go first."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from app.services.core.serial_executor import SerialExecutor


@pytest.fixture
def executor() -> Iterator[SerialExecutor]:
    made = SerialExecutor("test-lane")
    yield made
    made.close()


def blocked(executor: SerialExecutor) -> threading.Event:
    """Keep the thread busy until the result is set."""
    go, begun = threading.Event(), threading.Event()

    def wait() -> None:
        begun.set()
        go.wait(20)

    executor.submit(wait)
    assert begun.wait(20)
    return go


def nothing() -> None:
    """Nobody has to give way."""


def test_what_may_wait_runs_after_all_that_was_given_meanwhile(executor: SerialExecutor) -> None:
    order: list[str] = []
    go = blocked(executor)
    executor.submit_later(lambda: order.append("later"), nothing)
    executor.submit_later(lambda: order.append("last"), nothing)
    for name in ("first", "second"):
        executor.submit(lambda name=name: order.append(name))  # type: ignore[misc]
    go.set()
    done = threading.Event()
    executor.submit_later(done.set, nothing)
    assert done.wait(20)
    assert order == ["first", "second", "later", "last"]


def test_what_was_under_way_comes_before_others_that_wait(executor: SerialExecutor) -> None:
    order: list[str] = []
    go = blocked(executor)
    done = threading.Event()
    executor.submit_later(lambda: order.append("other"), nothing)
    executor.submit_later(done.set, nothing)
    executor.submit_later(lambda: order.append("again"), nothing, first=True)
    go.set()
    assert done.wait(20)
    assert order == ["again", "other"]


@pytest.mark.parametrize("urgent", [True, False])
def test_only_what_is_urgent_asks_the_running_one_to_give_way(
    executor: SerialExecutor, urgent: bool
) -> None:
    running, go = threading.Event(), threading.Event()
    asked: list[bool] = []

    def job() -> None:
        running.set()
        go.wait(20)

    executor.submit_later(job, lambda: asked.append(True))
    assert running.wait(20)
    done = executor.submit(nothing, urgent=urgent)
    go.set()
    done.result(20)
    assert asked == [True] * urgent
    executor.submit(nothing, urgent=True).result(20)
    assert asked == [True] * urgent, "it has ended"


def test_what_still_waits_at_the_end_is_forgotten() -> None:
    executor, ran = SerialExecutor("test-lane"), []
    go = blocked(executor)
    executor.submit_later(lambda: ran.append(True), nothing)
    closing = threading.Thread(target=executor.close)
    closing.start()
    while not executor._closed:
        pass
    go.set()
    closing.join(20)
    executor.submit_later(lambda: ran.append(True), nothing)
    assert ran == []


def test_what_is_idle_runs_last_of_all_and_gives_way_to_anything(
    executor: SerialExecutor,
) -> None:
    order: list[str] = []
    go = blocked(executor)
    running, given = threading.Event(), threading.Event()

    def idle() -> None:
        order.append("idle")
        running.set()
        given.wait(20)

    executor.submit_idle(lambda: order.append("replaced"), nothing)
    executor.submit_idle(idle, given.set)
    executor.submit_later(lambda: order.append("later"), nothing)
    executor.submit(lambda: order.append("first"))
    go.set()
    assert running.wait(20)
    done = threading.Event()
    executor.submit_later(done.set, nothing)
    assert done.wait(20)
    assert order == ["first", "later", "idle"]
    running.clear()
    given.clear()
    executor.submit_idle(idle, given.set)
    assert running.wait(20)
    executor.submit(lambda: order.append("behind")).result(20)
    assert order[-1] == "behind"
