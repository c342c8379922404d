"""What comes up rises to its place, and does not move where the system wants no motion."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication, QFrame, QWidget
from pytestqt.qtbot import QtBot

from app.ui.desktop.motion import Rise

GENERAL = Qt.UIEffect.UI_General


@pytest.fixture
def effects() -> Iterator[None]:
    """Puts back what Qt took from the system."""
    before = QApplication.isEffectEnabled(GENERAL)
    yield
    QApplication.setEffectEnabled(GENERAL, before)


@pytest.mark.parametrize("moves", [True, False])
def test_what_comes_up_rises_where_the_system_wants_motion(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, effects: None, moves: bool
) -> None:
    monkeypatch.setattr("app.ui.desktop.motion.has_session_bus", lambda: False)
    QApplication.setEffectEnabled(GENERAL, moves)
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    toast, place = QFrame(window), QPoint(30, 40)
    rise = Rise(toast)
    rise.to(place)
    toast.show()
    assert (toast.pos() == place) is not moves
    assert toast.x() == place.x()
    qtbot.waitUntil(lambda: toast.pos() == place)
    rise.to(QPoint(30, 20))  # it is seen already
    assert toast.pos() == QPoint(30, 20)
