"""A start that takes a while says how far it is; one that does not shows nothing."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QProgressBar
from pytestqt.qtbot import QtBot

from app.ui.start_progress import StartProgress


def test_a_slow_start_shows_how_far_it_is_and_takes_it_away(qtbot: QtBot) -> None:
    with StartProgress(after=0.0) as starting:
        starting.tell(0.25)
        window = starting.window
        assert window is not None
        assert window.isVisible()
        bar = window.findChild(QProgressBar)
        assert (bar.value(), bar.maximum()) == (250, 1_000)
        assert "brought up to date" in window.findChild(QLabel).text()
        starting.tell(1.0)
        assert bar.value() == 1_000
        assert starting.window is window
    assert not window.isVisible()


def test_a_quick_start_shows_nothing(qtbot: QtBot) -> None:
    with StartProgress(after=3_600.0) as starting:
        starting.tell(0.5)
        assert starting.window is None
