"""The tables whose rows a person can do, and how a row's effect is taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

import pytest

from app.domain.settings import SPECS, Settings
from app.services.events import SettingsChanged
from app.services.settings import SettingsService
from app.ui.actions import COMMANDS, Actions
from app.ui.settings_dialog import SettingRow

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
        case "setting":
            return _setting_not_passed_on(name)
        case _:
            raise ValueError(f"A scenario of table {table!r} says itself how to take it out.")


def _command_without_handler(name: str) -> TakeOut:
    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        connect_all = Actions.connect_all

        def connect(self: Actions, handlers: Iterable[tuple[str, Callable[[], object]]]) -> None:
            connect_all(self, {**dict(handlers), name: lambda: None}.items())

        monkeypatch.setattr(Actions, "connect_all", connect)

    return patch


def _setting_not_passed_on(name: str) -> TakeOut:
    """The dialog and the file work as ever; whoever else asks is told the default."""

    def seen(settings: Settings) -> Settings:
        return replace(settings, **{name: SPECS[name].default})  # type: ignore[arg-type]

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        show = SettingRow.show_settings

        def show_real(self: SettingRow, _settings: Settings) -> None:
            show(self, self._service._current)

        def told(before: Settings, after: Settings) -> SettingsChanged:
            return SettingsChanged(seen(before), seen(after))

        monkeypatch.setattr(SettingsService, "current", property(lambda self: seen(self._current)))
        monkeypatch.setattr("app.services.settings.SettingsChanged", told)
        monkeypatch.setattr(SettingRow, "show_settings", show_real)

    return patch
