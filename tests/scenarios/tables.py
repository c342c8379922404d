"""The tables whose rows a person can do, and how a row's effect is taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest

from app.domain.settings import SPECS
from app.ui.actions import COMMANDS, Actions

TakeOut = Callable[[pytest.MonkeyPatch], None]


def rows() -> dict[str, tuple[str, ...]]:
    """Every row's name, by table. Derived from the program, never listed here."""
    return {
        "command": tuple(command.id for command in COMMANDS),
        "setting": tuple(SPECS),
    }


def take_out(table: str, name: str) -> TakeOut:
    """How a row of ``table`` is taken out unless its scenario knows better."""
    match table:
        case "command":
            return _command_without_handler(name)
        case _:
            raise ValueError(f"A scenario of table {table!r} says itself how to take it out.")


def _command_without_handler(name: str) -> TakeOut:
    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        connect_all = Actions.connect_all

        def connect(self: Actions, handlers: Iterable[tuple[str, Callable[[], object]]]) -> None:
            connect_all(self, {**dict(handlers), name: lambda: None}.items())

        monkeypatch.setattr(Actions, "connect_all", connect)

    return patch
