"""What every test of the window stands on."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import count

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


OFTEN = 20
_begun = count()


@pytest.fixture(autouse=True)
def garbage_is_collected_between_tests() -> Iterator[None]:
    """As in the program: never in another thread, nor inside an event of a widget.

    What lives before a test begins is set aside now and then, and whenever a program that a test
    ran in this process took back at its end what had been: else half a million objects are looked
    at after each later test, most of a second. Not after a test: its window is not gone yet.
    """
    gc.disable()
    if next(_begun) % OFTEN == 0 or not gc.get_freeze_count():
        gc.collect()
        gc.freeze()
    yield
    gc.collect()
    gc.enable()


__all__ = ["make_view", "open_window", "view"]
