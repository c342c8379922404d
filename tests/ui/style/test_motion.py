"""What comes up or unfolds moves softly, and not at all where the system wants no motion."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication, QFrame, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.ui.conversation.beside import Beside
from app.ui.style.dialogs import Dialog
from app.ui.style.motion import Rise
from app.ui.transcript.view import TranscriptView
from app.ui.transcript.widgets.buttons import QuietButton
from tests.ui.transcript.making import entry, thought

GENERAL = Qt.UIEffect.UI_General


@pytest.fixture
def window(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Iterator[QWidget]:
    """A window where Qt knows what the system wants; that is put back afterwards."""
    monkeypatch.setattr("app.ui.style.motion.has_session_bus", lambda: False)
    before = QApplication.isEffectEnabled(GENERAL)
    window = QWidget()
    qtbot.addWidget(window)
    window.resize(900, 500)
    window.show()
    yield window
    QApplication.setEffectEnabled(GENERAL, before)


def lightness(window: QWidget) -> int:
    """How light a corner of it is."""
    return window.grab().toImage().pixelColor(5, 5).lightness()


class Panel(QFrame):
    """Stands beside a conversation."""

    moved = Signal()


@pytest.mark.parametrize("moves", [True, False])
def test_toast_sheet_and_panel_come_to_their_place_where_the_system_wants_motion(
    qtbot: QtBot, window: QWidget, moves: bool
) -> None:
    QApplication.setEffectEnabled(GENERAL, moves)
    toast, place = QFrame(window), QPoint(30, 40)
    rise = Rise(toast)
    rise.to(place, comes=True)
    toast.show()
    assert (toast.pos() == place) is not moves
    assert toast.x() == place.x()
    qtbot.waitUntil(lambda: toast.pos() == place)
    rise.to(QPoint(30, 20), comes=False)
    assert toast.pos() == QPoint(30, 20)

    bare = window.grab().toImage().pixelColor(5, 5).getRgb()[:3]  # type: ignore[index]
    sheet = Dialog(window, "Sheet")
    sheet.open()
    middle = window.mapToGlobal(window.rect().center()).y() - sheet.height() // 2
    assert (sheet.y() == middle) is not moves
    first = lightness(window)
    qtbot.waitUntil(lambda: sheet.y() == middle)
    dimmed = QColor.fromRgb(*(round(part * (1 - 96 / 255)) for part in bare)).lightness()
    qtbot.waitUntil(lambda: abs(lightness(window) - dimmed) <= 2)
    assert (first > dimmed + 2) is moves
    sheet.close()

    QVBoxLayout(window)
    panel = Panel()
    Beside(window, panel)  # type: ignore[arg-type]  # all that is asked of it
    panel.show()
    panel.moved.emit()
    stands = window.width() - panel.width()
    assert (panel.x() == stands) is not moves
    qtbot.waitUntil(lambda: panel.x() == stands)


@pytest.mark.parametrize("moves", [True, False])
def test_what_unfolds_fades_in_where_the_system_wants_motion(
    qtbot: QtBot, window: QWidget, view: TranscriptView, moves: bool
) -> None:
    QApplication.setEffectEnabled(GENERAL, moves)
    view.set_branch([entry(0, "Why?"), thought(1, "First this.", "Because.")])
    qtbot.waitUntil(lambda: view.findChild(QuietButton, "fold") is not None)
    folded = view.grab().toImage()
    toggle = view.findChild(QuietButton, "fold")
    toggle.click()
    assert (view.grab().toImage() == folded) is moves  # it lies over it, whole
    qtbot.waitUntil(lambda: not [one for one in view.children()
                                 if type(one).__name__ == "_Veil"])  # fmt: skip
    assert view.grab().toImage() != folded
