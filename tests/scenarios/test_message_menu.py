"""The right button at a message: its menu, what is selected, tables and code for elsewhere."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QTextDocument, QTextTable
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QMenu
from pytestqt.qtbot import QtBot

from app.engine.scripted import ScriptedEngine
from tests.scenarios.hands import (
    CONTROL,
    Address,
    choose,
    choose_file,
    clipboard,
    meanwhile,
    press,
    right_click,
    talk,
    transcript,
    wait_for_end,
)
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.support.window import Open, Opened
from tests.ui.transcript.pointing import spot

TEXT = """Some words.

| Name | *Price* |
|---|---:|
| Tea, green | 3 |
| =cmd | -2 |

```python
print(1)
```

| Another |
|---|
| table |
"""


@pytest.fixture
def answered(qtbot: QtBot, open_window: Open) -> Opened:
    """An answer with a table and code."""
    return talk(qtbot, open_window, engine=ScriptedEngine([TEXT, "Again."]))


def pointed(qtbot: QtBot, opened: Opened, place: QPoint, name: str) -> None:
    """Choose from the menu of the right button at a place of the conversation."""
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, name)):
        right_click(transcript(opened).viewport(), place)


@scenario("menu entry", "ContextMenu: Copy table as CSV")
@scenario("menu entry", "ContextMenu: Copy table as Markdown")
@scenario("menu entry", "ContextMenu: Copy table as rich text")
def test_a_table_is_copied_for_elsewhere(qtbot: QtBot, answered: Opened) -> None:
    place = spot(transcript(answered), 1, "green")
    pointed(qtbot, answered, place, "Copy table as CSV")
    until(qtbot, lambda: clipboard() == 'Name,Price\r\n"Tea, green",3\r\n\'=cmd,-2\r\n')
    assert "has an apostrophe before it" in answered.window.pane.snackbar.notice
    pointed(qtbot, answered, place, "Copy table as Markdown")
    wanted = "| Name | *Price* |\n| --- | ---: |\n| Tea, green | 3 |\n| =cmd | -2 |\n"
    until(qtbot, lambda: clipboard() == wanted)
    pointed(qtbot, answered, place, "Copy table as rich text")
    until(qtbot, lambda: QGuiApplication.clipboard().mimeData().hasHtml())
    paper = QTextDocument()  # as a word processor takes it
    paper.setHtml(QGuiApplication.clipboard().mimeData().html())
    (table,) = (one for one in paper.rootFrame().childFrames() if isinstance(one, QTextTable))
    assert (table.rows(), table.columns()) == (3, 2)
    assert table.cellAt(0, 1).firstCursorPosition().charFormat().fontItalic()


@scenario("menu entry", "ContextMenu: Quote in the message")
@scenario("menu entry", "ContextMenu: Ask about this")
def test_what_is_selected_is_quoted_and_asked_about(qtbot: QtBot, answered: Opened) -> None:
    composer = answered.window.pane.composer
    transcript(answered).setFocus()
    QTest.keyClick(transcript(answered), Qt.Key.Key_A, CONTROL)
    place = spot(transcript(answered), 1, "Some words")
    pointed(qtbot, answered, place, "Quote in the message")
    until(qtbot, lambda: "> Some words." in composer.text())
    composer.set_text("")
    pointed(qtbot, answered, place, "Ask about this")
    until(qtbot, lambda: composer.text().startswith("\u201c") and "Some words." in composer.text())


@scenario("menu entry", "ContextMenu: Save code as…")
@scenario("question", "MessageCommands.save_code: getSaveFileName")
def test_code_is_saved(qtbot: QtBot, answered: Opened, tmp_path: Path, address: Address) -> None:
    path = tmp_path / "one.py"
    with meanwhile(qtbot, QFileDialog, partial(choose_file, path=path)):
        pointed(qtbot, answered, spot(transcript(answered), 1, "print"), "Save code as…")
    until(qtbot, path.exists)
    assert path.read_text("utf-8") == "print(1)\n"
    press(answered.window, "Show in folder")
    until(qtbot, lambda: address.asked == [tmp_path.as_uri()])


@scenario("menu entry", "ContextMenu: Copy message")
@scenario("menu entry", "ContextMenu: Edit message")
@scenario("menu entry", "ContextMenu: Regenerate answer")
def test_a_message_is_copied_edited_and_answered_anew(qtbot: QtBot, answered: Opened) -> None:
    place = spot(transcript(answered), 1, "Some words")
    pointed(qtbot, answered, place, "Copy message")
    until(qtbot, lambda: clipboard().startswith("Some words."))
    pointed(qtbot, answered, place, "Regenerate answer")
    until(qtbot, lambda: answered.window.controller.branch[1].message.content == "Again.")
    wait_for_end(qtbot, answered)
    question = spot(transcript(answered), 0, "Question")
    pointed(qtbot, answered, question, "Edit message")
    until(qtbot, lambda: answered.window.pane.composer.text() == "Question")
