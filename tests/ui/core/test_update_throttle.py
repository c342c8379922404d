"""The pace of an answer: each token as it comes where that is cheap, else some together."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from app.ui.core.update_throttle import FRAME, MANY, SHARE, SLOWEST, UpdateThrottle


@dataclass
class Machine:
    """A clock, and what the window's thread took of the processor."""

    now: float = 100.0
    spent: float = 7.0


def steady(cost: float, tokens_a_second: float) -> tuple[float, float]:
    """Updates a second, and the share they take, once the pace knows what an update costs."""
    machine = Machine()
    pace = UpdateThrottle(lambda: machine.now, lambda: machine.spent)
    waiting, due, updates, arrives = 0, None, 0, machine.now
    began = taken = 0.0
    for number in range(4000):
        arrives += 1 / tokens_a_second
        while due is not None and due <= arrives:
            machine.now = due
            pace.record_update()
            machine.spent += cost
            updates, waiting, due = updates + 1, 0, None
        machine.now = arrives
        waiting += 1
        soon = machine.now + pace.seconds_until_due(waiting)
        due = soon if due is None else min(due, soon)
        if number == 1000:
            began, taken, updates = machine.now, machine.spent, 0
    seconds = machine.now - began
    return updates / seconds, (machine.spent - taken) / seconds


@pytest.mark.parametrize("rate", [5, 10, 30])
def test_a_fast_machine_shows_every_token_as_it_comes(rate: int) -> None:
    updates, share = steady(cost=0.0005, tokens_a_second=rate)
    assert updates == pytest.approx(rate, rel=0.01)
    assert share < SHARE


def test_a_slower_machine_keeps_to_its_share() -> None:
    _, share = steady(cost=0.003, tokens_a_second=30)
    assert share <= SHARE * 1.1


@pytest.mark.parametrize("cost", [0.003, 0.01, 0.05])
def test_text_never_waits_longer_than_the_slowest_pace(cost: float) -> None:
    updates, _ = steady(cost, tokens_a_second=30)
    assert updates >= 0.9 / (SLOWEST + 1 / 30)


def test_many_tokens_are_shown_in_the_next_frame_whatever_it_costs() -> None:
    machine = Machine()
    pace = UpdateThrottle(lambda: machine.now, lambda: machine.spent)
    for _ in range(50):
        pace.record_update()
        machine.spent += 0.02
    assert pace.seconds_until_due(MANY - 1) == pytest.approx(SLOWEST)
    assert pace.seconds_until_due(MANY) == FRAME


def test_one_dear_update_does_not_slow_down_the_next() -> None:
    machine = Machine()
    pace = UpdateThrottle(lambda: machine.now, lambda: machine.spent)
    for cost in (*[0.0005] * 20, 0.01, 0.0005):
        pace.record_update()
        machine.spent += cost
    assert pace.seconds_until_due(1) < 3 * FRAME
