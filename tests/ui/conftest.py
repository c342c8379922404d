"""What every test of the window stands on."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from tests.support.transcript_view import make_view, view
from tests.support.window import open_window


@pytest.fixture(scope="session", autouse=True)
def nothing_left_on_the_clipboard(qapp: QApplication) -> Iterator[None]:
    """Empty the clipboard at the end.

    The offscreen platform keeps it in a static of Qt's, which is destroyed after Python is gone; a
    QMimeData made in Python crashes there. Real platforms give it up with the application.
    """
    yield
    QGuiApplication.clipboard().clear()


@pytest.fixture(autouse=True)
def garbage_is_collected_between_tests() -> Iterator[None]:
    """As in the program: never in another thread, nor inside an event of a widget."""
    gc.disable()
    yield
    gc.collect()
    gc.enable()


__all__ = ["make_view", "open_window", "view"]
