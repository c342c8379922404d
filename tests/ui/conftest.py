"""What every test of the window stands on."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from time import process_time

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


LONG = 0.1
"""Seconds of the processor that looking for garbage takes at most, until it looks at less."""

_last = 0.0


@pytest.fixture(autouse=True)
def garbage_is_collected_between_tests() -> Iterator[None]:
    """As in the program: never in another thread, nor inside an event of a widget.

    What lives is set aside where it is so much that looking at it takes long: a program that a test
    ran in this process takes back, at its end, what had been set aside, and half a million objects
    would be looked at after each later test. Before a test, since the last one's window is gone.
    """
    global _last  # noqa: PLW0603
    gc.disable()
    if _last > LONG:
        gc.collect()
        gc.freeze()
    yield
    began = process_time()
    gc.collect()
    _last = process_time() - began
    gc.enable()


__all__ = ["make_view", "open_window", "view"]
