"""The tables whose rows a person can do, and how a row's effect is taken out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace

import pytest

from app.domain.generation import GenerationEvent, GenerationRequest, Sampling
from app.domain.settings import SPECS, Settings
from app.engine.base import Cancel
from app.engine.client import EngineClient
from app.services.events import SettingsChanged
from app.services.settings import SettingsService
from app.ui.actions import COMMANDS, Actions
from app.ui.settings_dialog import SettingRow
from tests.support import terminal

TakeOut = Callable[[pytest.MonkeyPatch], None]


def rows() -> dict[str, tuple[str, ...]]:
    """Every row's name, by table. Derived from the program, never listed here."""
    return {
        "command": tuple(command.id for command in COMMANDS),
        "setting": tuple(SPECS),
        "sampling": tuple(field.name for field in fields(Sampling)),
        "option": tuple(terminal.rows()),
    }


def take_out(table: str, name: str) -> TakeOut:
    """How a row of ``table`` is taken out unless its scenario knows better."""
    match table:
        case "command":
            return _command_without_handler(name)
        case "setting":
            return _setting_not_passed_on(name)
        case "sampling":
            return _sampling_not_passed(name)
        case "option":
            return lambda monkeypatch: monkeypatch.setenv(terminal.WITHOUT, name)
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


NOT_SAMPLED = Sampling(1.0, 0, 1.0, 0.0, 1.0, 64, 1, 80, ())
"""What is drawn with where a parameter is not passed on."""


def _sampling_not_passed(name: str) -> TakeOut:
    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        asked = EngineClient.generate

        def generate(
            self: EngineClient, request: GenerationRequest, cancel: Cancel
        ) -> Iterator[GenerationEvent]:
            sampling = replace(request.sampling, **{name: getattr(NOT_SAMPLED, name)})
            return asked(self, replace(request, sampling=sampling), cancel)

        monkeypatch.setattr(EngineClient, "generate", generate)

    return patch
