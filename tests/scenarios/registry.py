"""Scenarios: each does one row of one table as a person does, and reads the effect where it lands.

A test becomes a scenario by its decorator, one for each row it does::

    @scenario("command", "rename_chat")
    def test_a_chat_is_renamed(qtbot, open_window): ...

It runs as it is, and must pass. It runs again for each row with that row's effect taken out (the
handler does nothing, the setting is not passed on), and must then fail: a scenario that passes
either way shows nothing. ``test_every_row.py`` fails for a row without a scenario.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from tests.scenarios.tables import take_out

TakeOut = Callable[[pytest.MonkeyPatch], None]
Test = Callable[..., Any]


@dataclass(frozen=True, order=True, slots=True)
class Row:
    """One thing a person can do.

    Attributes:
        table: Which table it stands in, such as "command".
        name: Its name there.
    """

    table: str
    name: str


SCENARIOS: dict[Row, list[str]] = {}
"""Tests by row; filled as the modules of this folder are imported."""

_runs: dict[Test, list[Any]] = {}


def scenario(table: str, name: str, *, without: TakeOut | None = None) -> Callable[[Test], Test]:
    """Make a test the scenario of a row; several decorators make it one of several rows.

    Args:
        table: The row's table.
        name: The row's name.
        without: Takes the row's effect out; None takes the table's own way,
            :func:`tests.scenarios.tables.take_out`.
    """
    row = Row(table, name)
    remove = without or take_out(table, name)
    assert callable(remove), f"{row} is not taken out: its scenario would run twice as it is"

    def decorate(test: Test) -> Test:
        SCENARIOS.setdefault(row, []).append(f"{test.__module__}.{test.__name__}")
        runs = _runs.get(test)
        if runs is None:
            runs = _runs[test] = [pytest.param(None, id="done")]
            test = pytest.mark.scenario(test)
            test = pytest.mark.usefixtures("taken_out")(test)
            test = pytest.mark.parametrize("taken_out", runs, indirect=True)(test)
        first = len(runs) == 1
        runs.append(pytest.param(remove, id="taken-out" if first else f"taken-out-{name}"))
        return test

    return decorate
