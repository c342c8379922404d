from __future__ import annotations

import logging
import time
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from app.ui.core.slow_frames import SLOW_SECONDS, SlowFrames


@pytest.fixture
def watched(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> Iterator[SlowFrames]:
    caplog.set_level(logging.DEBUG, "app.ui.core.slow_frames")
    parent = QObject()
    made = SlowFrames(parent)
    yield made
    made.close()


def lay_everything_out() -> None:
    end = time.perf_counter() + 4 * SLOW_SECONDS
    while time.perf_counter() < end:
        pass


@pytest.mark.usefixtures("watched")
def test_a_slow_turn_of_the_event_loop_is_logged_with_what_ran(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    often = QTimer(interval=0)  # a busy machine may look too late once
    often.timeout.connect(lay_everything_out)
    often.start()
    qtbot.wait_until(
        lambda: any("lay_everything_out" in record.getMessage() for record in caplog.records)
    )
    often.stop()
    line = next(text for text in caplog.messages if "lay_everything_out" in text)
    assert line.startswith("A turn took ")
    assert "test_slow_frames.py:" in line


def test_closing_ends_the_thread_while_the_window_is_busy(watched: SlowFrames) -> None:
    lay_everything_out()  # a ping is unanswered
    watched.close()
    assert not watched._thread.is_alive()
