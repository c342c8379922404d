"""Runs each scenario as it is, and with its row's effect taken out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from pytestqt.exceptions import TimeoutError as QtTimeoutError
from pytestqt.qtbot import QtBot

from tests.e2e.conftest import window_manager  # noqa: F401 - a fixture
from tests.scenarios.hands import Address
from tests.scenarios.patience import ready, set_patience
from tests.support.window import Open, Opened, write_model
from tests.support.window import open_window as open_window_at_once  # noqa: F401 - a fixture
from tests.ui.conftest import (  # noqa: F401 - fixtures
    garbage_is_collected_between_tests,
    nothing_left_on_the_clipboard,
)


@pytest.fixture(scope="session", autouse=True)
def managed(request: pytest.FixtureRequest) -> None:
    """On a real display no window gets the keyboard without a window manager."""
    if os.environ.get("QT_QPA_PLATFORM") == "xcb":
        request.getfixturevalue("window_manager")


@pytest.fixture(scope="session")
def demo_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo model's stand-in, which each window gets a copy of."""
    return write_model(tmp_path_factory.mktemp("demo") / "demo.gguf")


@pytest.fixture
def open_window(
    qtbot: QtBot,
    tmp_path: Path,
    demo_model: Path,
    open_window_at_once: Open,  # noqa: F811
) -> Open:
    """Opens windows, with the demo model at hand, and waits until they have the keyboard."""

    def open_one(*arguments: Any, **options: Any) -> Opened:
        folder = options.get("folder") or tmp_path / "data"
        folder.mkdir(exist_ok=True, parents=True)
        if not (folder / "demo.gguf").exists():
            shutil.copyfile(demo_model, folder / "demo.gguf")
        opened = open_window_at_once(*arguments, **options)
        opened.window.activateWindow()
        ready(qtbot, opened.window.isActiveWindow)
        return opened

    return open_one


@pytest.fixture
def taken_out(
    request: pytest.FixtureRequest, qapp: object, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Take the row's effect out, where this run is without it."""
    QGuiApplication.clipboard().clear()
    given = {**request.node.callspec.params, "taken_out": None}
    set_patience(test=f"{request.node.originalname} {given}", brief=request.param is not None)
    if request.param is not None:
        request.param(monkeypatch)
    yield
    set_patience(brief=False)


@pytest.fixture
def address(qapp: object) -> Iterator[Address]:
    """What the system is asked to open, in place of a browser."""
    asked = Address()
    yield asked
    asked.close()


@pytest.hookimpl(wrapper=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> Generator[None, object, object]:
    """A scenario without its row's effect must fail."""
    callspec = getattr(pyfuncitem, "callspec", None)
    if callspec is None or callspec.params.get("taken_out") is None:
        return (yield)
    try:
        yield
    except (AssertionError, QtTimeoutError):
        return True
    pytest.fail("passes although its row's effect was taken out")
