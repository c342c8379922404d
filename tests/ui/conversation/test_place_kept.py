"""The reader's place is where it was: after a restart, and after another chat was shown."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.engine.scripted import ScriptedEngine
from app.ui.transcript.view import TranscriptView
from tests.support.chatting import say, wait_for_end
from tests.support.window import Open, Opened, close
from tests.ui.transcript.making import MIXED, settle

SENTENCE = "The value follows from the line above, as the sketch shows in some detail. "
ANSWER = "\n\n".join(f"Part {i}. {SENTENCE * 5}\n\n{MIXED}" for i in range(8))


def wheel(view: TranscriptView, pixels: int) -> None:
    """A touchpad over the conversation; up is positive."""
    where = QPointF(300, 200)
    event = QWheelEvent(
        where,
        QPointF(view.viewport().mapToGlobal(QPoint(300, 200))),
        QPoint(0, pixels),
        QPoint(0, 0),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.ScrollUpdate,
        False,
    )
    QApplication.sendEvent(view.viewport(), event)


def lines(view: TranscriptView) -> dict[tuple[str, int], float]:
    """Top of each row that is seen, by its message and number."""
    return {
        (view._layout.branch.models[p.at].message.id, p.row): p.y
        for p in view._layout.flow.placed
        if view._layout.branch.models[p.at].rows[p.row].drawn_text()
    }


def talk(qtbot: QtBot, opened: Opened, count: int = 2) -> None:
    for number in range(count):
        say(qtbot, opened, f"Question {number}")
        wait_for_end(qtbot, opened)
    settle(opened.window.pane.transcript, qtbot)


@pytest.mark.parametrize("up", [40, 1517, 100_000])
def test_the_place_is_the_same_after_a_restart(
    qtbot: QtBot, open_window: Open, tmp_path: Path, up: int
) -> None:
    opened = open_window(ScriptedEngine([ANSWER]), folder=tmp_path / "mine")
    talk(qtbot, opened)
    view = opened.window.pane.transcript
    for step in range(0, up, 200):
        wheel(view, min(200, up - step))
    settle(view, qtbot)
    before = lines(view)
    close(opened)
    settings = opened.harness.services.settings.current
    again = open_window(ScriptedEngine([ANSWER]), folder=tmp_path / "mine", settings=settings)
    view = again.window.pane.transcript
    settle(view, qtbot)
    QApplication.processEvents()
    after = lines(view)
    seen = before.keys() & after.keys()
    assert len(seen) >= len(before) - 2
    moved = max(abs(before[key] - after[key]) for key in seen)
    assert moved <= 1  # a pixel: places are stored in whole ones


def test_the_place_is_kept_while_the_window_is_open(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window(ScriptedEngine([ANSWER]), folder=tmp_path / "mine")
    talk(qtbot, opened)
    library, view = opened.harness.services.library, opened.window.pane.transcript
    (chat,) = library.chats.conversations()
    assert chat.scroll_message_id is None  # at its end
    wheel(view, 1_000)
    qtbot.waitUntil(lambda: library.chats.get(chat.id).scroll_message_id is not None)
    wheel(view, -100_000)
    qtbot.waitUntil(lambda: library.chats.get(chat.id).scroll_message_id is None)
