"""A window over a scripted engine and a real database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.domain.settings import Settings
from app.engine.base import Engine
from app.engine.scripted import ScriptedEngine
from app.services.core.settings import SettingsFile
from app.ui.application import AppearanceController, make_application
from app.ui.main_window import MainWindow
from app.ui.style.icons import scales
from app.ui.style.stylesheet import palette, style_sheet
from app.ui.style.typography import interface_font, typesetting_of
from tests.support.gguf_factory import write_model
from tests.support.harness import Harness, build


@dataclass
class Opened:
    """A window and what is behind it."""

    window: MainWindow
    harness: Harness
    look: AppearanceController


Open = Callable[..., Opened]


@pytest.fixture
def open_window(qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    """Opens windows; closes them and their services after the test."""
    opened: list[Opened] = []

    def open_one(
        engine: Engine | None = None,
        settings: Settings | SettingsFile | None = None,
        folder: Path | None = None,
        endpoint: str = "http://127.0.0.1:9",
        *,
        chosen: bool = True,
    ) -> Opened:
        application = make_application()
        settings = settings or Settings(welcomed=True)
        harness = build(
            folder or tmp_path / "data",
            engine or ScriptedEngine(),
            settings,
            endpoint=endpoint,
            chosen=chosen,
        )
        look = AppearanceController(application, harness.services)
        dress(application, look)
        window = MainWindow(harness.services, look.theme)
        look.add_window(window)
        window.show()
        window.begin()
        opened.append(Opened(window, harness, look))
        return opened[-1]

    yield open_one
    for one in opened:
        close(one)


def dress(application: QApplication, look: AppearanceController) -> None:
    """As a start does, unless a window before this one left all as it would make it.

    A style sheet that is set is a tenth of a window's time, also where it is the same.
    """
    theme, typesetting = look.theme, typesetting_of(look._services.settings.current)
    if (
        application.styleSheet() == style_sheet(theme, compact=typesetting.compact)
        and application.palette() == palette(theme)
        and application.font() == interface_font(typesetting)
    ):
        look._theme, look._typesetting, look._scales = theme, typesetting, scales()
    else:
        look.apply()


def close(opened: Opened) -> None:
    """What happens when the window is closed; nothing where it was."""
    if not isValid(opened.window):
        return
    opened.window.close()
    opened.harness.services.close()
    opened.window.deleteLater()


__all__ = ["Open", "Opened", "close", "write_model"]
