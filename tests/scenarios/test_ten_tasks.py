"""The ten tasks of app/README.md, section 7, one after the other, as somebody new does them.

Only what is seen is clicked, and only what a keyboard writes is typed; what came of it is read
where it arrives: in the database, the file of the settings, the engine's request, the picture.
"""

from __future__ import annotations

import json
from pathlib import Path

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit, QListView, QTabBar
from pytestqt.qtbot import QtBot

from app.domain.generation import GenerationRequest
from app.engine.scripted import ScriptedEngine
from app.store.settings_file import SettingsStore
from app.ui.transcript.widgets.buttons import QuietButton
from tests.scenarios.hands import (
    chat_menu,
    chats,
    click,
    clipboard,
    command,
    key,
    press,
    row_of,
    said,
    seen,
    shows,
    stored,
    titles,
    transcript,
    typed,
    written,
)
from tests.scenarios.patience import ready, until
from tests.scenarios.test_commands import reads
from tests.scenarios.test_messages import under
from tests.support.window import Open, Opened
from tests.ui.transcript.pointing import spot

ANSWERS = {
    "What is a phial?": "A phial is a small bottle, mostly made of glass.",
    "Tell me less": "It holds a little.",
    "Who was Ada?": "A mathematician.",
}


def answer(request: GenerationRequest) -> str:
    """What is known, else something that does not come to its end."""
    return ANSWERS.get(request.turns[-1].content, "and on " * 400)


def write(opened: Opened, text: str) -> None:
    """Type at what has the keyboard, without looking for it, and press Enter."""
    QTest.keyClicks(opened.window.focusWidget(), text)
    key(opened.window, Qt.Key.Key_Return)


def answered(qtbot: QtBot, opened: Opened, question: str) -> None:
    """Ask, and read the answer to its last word."""
    write(opened, question)
    until(qtbot, lambda: said(opened)[-1:] == [ANSWERS[question]])
    view = transcript(opened)
    last = ANSWERS[question].split()[-1]
    until(qtbot, lambda: spot(view, len(opened.window.controller.branch) - 1, last).x() > 0)
    ready(qtbot, lambda: not opened.window.controller.answering)


def colours_around(opened: Opened, at: QPoint) -> set[str]:
    """What is drawn near a place of the conversation."""
    picture = transcript(opened).viewport().grab().toImage()
    return {
        picture.pixelColor(at.x() + right, at.y() + down).name()
        for right in range(-12, 13)
        for down in range(-6, 7)
    }


def test_who_is_new_does_the_ten_tasks_without_a_manual(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    file = tmp_path / "settings.json"
    file.write_text('{"welcomed": true, "theme": "light"}')
    engine = ScriptedEngine(answer, token_delay=0.004)
    opened = open_window(engine, SettingsStore(file))
    window, view = opened.window, transcript(opened)

    # 1. Ask something and read the answer.
    answered(qtbot, opened, "What is a phial?")

    # 2. Stop an answer that goes on too long.
    write(opened, "Tell me all")
    written(qtbot, opened)
    press(window, "Stop")
    how = "SELECT status FROM messages WHERE role = 'assistant' ORDER BY seq"
    until(qtbot, lambda: stored(opened, how) == [("complete",), ("stopped",)])

    # 3. Say the last message in other words.
    ready(qtbot, lambda: not window.controller.answering)
    question = spot(view, 2, "Tell me all")
    QTest.mouseMove(view.viewport(), question)
    edits = [one for one in view.findChildren(QuietButton) if one.isVisible()
             and one.accessibleName() == "Edit message"]  # fmt: skip
    click(max(edits, key=lambda one: one.mapTo(view, QPoint()).y()))
    ready(qtbot, lambda: window.pane.composer.text() == "Tell me all")
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    answered(qtbot, opened, "Tell me less")
    asked = [(turn.role.value, turn.content) for turn in engine.requests[-1].turns]
    assert asked[-1] == ("user", "Tell me less")
    assert ("user", "Tell me all") not in asked

    # 4. Copy an answer.
    click(under(qtbot, opened, "Copy message"))
    until(qtbot, lambda: clipboard() == ANSWERS["Tell me less"])

    # 5. Give the chat a name.
    at = row_of(opened, "What is a phial?")
    click(chats(opened).viewport(), at)
    QTest.mouseDClick(chats(opened).viewport(), Qt.MouseButton.LeftButton, pos=at)
    write(opened, "Bottles")
    until(qtbot, lambda: titles(opened) == ["Bottles"])

    # 6. Begin another chat and come back to the first.
    press(window, "New chat")
    answered(qtbot, opened, "Who was Ada?")
    ready(qtbot, lambda: row_of(opened, "Bottles"))
    click(chats(opened).viewport(), row_of(opened, "Bottles"))
    until(qtbot, lambda: reads(opened) == "Bottles")

    # 7. Find an old chat by a word of it.
    click(chats(opened).viewport(), row_of(opened, "Who was Ada?"))
    ready(qtbot, lambda: reads(opened) == "Who was Ada?")
    search = seen(window, QLineEdit, "Search chats")
    click(search)
    typed(search, "glass")
    ready(qtbot, lambda: seen(window, QListView, "Search results").model().rowCount() == 1)
    found = seen(window, QListView, "Search results")
    click(found.viewport(), found.visualRect(found.model().index(0, 0)).center())
    until(qtbot, lambda: reads(opened) == "Bottles")
    marked = window.pane.theme.match_current
    until(qtbot, lambda: marked in colours_around(opened, spot(view, 1, "glass", 2)))
    typed(search, "zebra", instead=True)
    until(qtbot, lambda: shows(window, "zebra"))  # that there is none is said
    key(window, Qt.Key.Key_Escape)  # the search
    until(qtbot, lambda: not search.text())
    key(window, Qt.Key.Key_Escape)  # the mark
    until(qtbot, lambda: marked not in colours_around(opened, spot(view, 1, "glass", 2)))

    # 8. Make the window dark.
    command(qtbot, opened, "View", "Dark colours")
    until(qtbot, lambda: json.loads(file.read_text()).get("theme") == "dark")

    # 9. See which Phi-4 suits this computer, and why.
    press(window, "Models")
    ready(qtbot, lambda: window.pages.page is not None)
    tabs = next(one for one in window.findChildren(QTabBar) if one.isVisible())
    names = [tabs.tabText(at) for at in range(tabs.count())]
    click(tabs, tabs.tabRect(names.index("Get models")).center())
    until(qtbot, lambda: shows(window, "on this computer") and shows(window, "words a second"))
    key(window, Qt.Key.Key_Escape)
    until(qtbot, lambda: window.pages.page is None)

    # 10. Throw a chat away and take that back.
    chat_menu(qtbot, opened, "Bottles", "Move to trash")
    until(qtbot, lambda: titles(opened) == ["Who was Ada?"])
    press(window, "Undo")
    until(qtbot, lambda: sorted(titles(opened), key=str) == ["Bottles", "Who was Ada?"])
