"""What wakes a window that nobody uses."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.ui.core import rest
from tests.support.window import Open


def test_the_caret_stands_still_after_a_while_and_blinks_again_with_the_next_letter(
    qtbot: QtBot, open_window: Open
) -> None:
    hints = QApplication.styleHints()
    hints.setCursorFlashTime(1_000)  # another window's caret may stand still
    window = open_window().window
    assert hints.cursorFlashTime() > 0
    window._caret._clock.start(1)  # as if ten seconds had passed
    qtbot.waitUntil(lambda: hints.cursorFlashTime() == 0)
    qtbot.keyClick(window.pane.composer.editor, Qt.Key.Key_A)
    assert hints.cursorFlashTime() > 0
    assert window._caret._clock.interval() == 1
    assert rest.RESTS_AFTER > 5_000


def clocks() -> list[QTimer]:
    """Those that will wake the window."""
    owners = [QApplication.instance(), *QApplication.topLevelWidgets()]
    found = {clock for owner in owners if owner for clock in owner.findChildren(QTimer)}
    return [clock for clock in found if clock.isActive()]


def test_a_minimised_window_does_not_look_for_what_others_wrote_and_one_that_is_back_does_at_once(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    window = opened.window
    qtbot.waitUntil(window._follow._clock.isActive)
    window._caret._clock.stop()  # as if ten seconds had passed
    qtbot.waitUntil(lambda: sum(1_000 / clock.interval() for clock in clocks()) <= 2)
    window.showMinimized()
    qtbot.waitUntil(lambda: not window._follow._clock.isActive())
    window._caret._clock.stop()
    qtbot.waitUntil(lambda: not clocks())
    looked = []
    window._follow._tick = lambda: looked.append(1)
    window.showNormal()
    qtbot.waitUntil(window._follow._clock.isActive)
    assert looked
