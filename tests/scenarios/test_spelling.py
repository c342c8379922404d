"""Marks below misspelt words, by a dictionary that is made here, and what is done about one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QMenu
from pytestqt.qtbot import QtBot

from app.services.spelling import SpellingService
from app.store.own_words import OwnWords
from app.ui.commands import composer_commands
from app.ui.conversation.input.spelling_marks import SpellingMarks
from app.ui.core.operations import Operations
from app.ui.style.text_fields import PlainEditor
from tests.scenarios.hands import awake, choose, meanwhile, right_click, shows, typed
from tests.scenarios.patience import ready, until
from tests.scenarios.registry import scenario
from tests.scenarios.tables import nothing
from tests.support.settings_dialog import SettingsHand
from tests.support.window import Open, Opened

AFFIXES = """SET UTF-8
TRY esianrtolcdugmphbyfvkwz
SFX S Y 1
SFX S 0 s .
"""
WORDS = ("the", "house/S", "is", "of", "letter/S", "small", "write", "green", "and", "Ada")


@pytest.fixture(autouse=True)
def dictionary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A tiny English dictionary, where Hunspell would look."""
    folder = tmp_path / "hunspell"
    folder.mkdir()
    (folder / "en_US.aff").write_text(AFFIXES)
    (folder / "en_US.dic").write_text("\n".join((str(len(WORDS)), *WORDS)) + "\n")
    monkeypatch.setenv("DICPATH", str(folder))
    monkeypatch.setattr(composer_commands, "_SPELLING_MS", 0)


def marked(opened: Opened) -> list[str]:
    """The words with a mark below them."""
    return [
        one.cursor.selectedText() for one in opened.window.pane.composer.editor.extraSelections()
    ]


def menu_of(qtbot: QtBot, opened: Opened, word: str, entry: str) -> None:
    """Choose from the menu of the right button on a word."""
    editor = opened.window.pane.composer.editor
    found = QTextCursor(editor.document().find(word))
    found.setPosition(found.selectionStart() + 1)

    def act(menu: QMenu) -> None:
        until(qtbot, lambda: any(one.text() == entry for one in menu.actions()))
        lowest = menu.screen().availableGeometry().bottom()
        until(qtbot, lambda: menu.y() + menu.sizeHint().height() - 1 <= lowest)
        choose(menu, entry)

    with meanwhile(qtbot, QMenu, act):
        right_click(editor.viewport(), editor.cursorRect(found).center())
    awake(opened)


@scenario("setting", "spelling")
def test_misspelt_words_are_marked_until_that_is_not_wanted(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    typed(opened.window.pane.composer.editor, "the houze is smal and `grean` ")
    ready(qtbot, lambda: marked(opened) == ["houze", "smal"])
    hand = SettingsHand(qtbot, opened.window)
    hand.open()
    hand.tick("spelling")
    hand.close()
    until(qtbot, lambda: marked(opened) == [])


def test_words_are_looked_up_anew_when_the_language_shows(qtbot: QtBot, tmp_path: Path) -> None:
    spelling = SpellingService(OwnWords(tmp_path / "words.json"), reader="xx")
    operations, editor = Operations(lambda _error: None), PlainEditor()
    qtbot.addWidget(editor)
    marks = SpellingMarks(editor, spelling, lambda: True, lambda: "red", operations.back, print)
    editor.insertPlainText("houze ")
    until(qtbot, lambda: "houze" in marks._right)  # there is no dictionary of that language
    editor.insertPlainText("the green house of and ")
    until(qtbot, lambda: [one.cursor.selectedText() for one in editor.extraSelections()])
    assert marks._wrong == {"houze"}
    spelling.close()
    operations.close()


@scenario("menu entry", "SpellingMarks: …", without=nothing(SpellingMarks, "_replace"))
def test_a_suggestion_replaces_the_word_and_undo_brings_it_back(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    editor = opened.window.pane.composer.editor
    editor.insertPlainText("𝄞 ")  # two places in Qt's text
    typed(editor, "the houzes of ")
    until(qtbot, lambda: marked(opened) == ["houzes"])
    lowest = opened.window.screen().availableGeometry().bottom()
    opened.window.move(0, lowest - opened.window.height())  # the menu grows at the screen's edge
    menu_of(qtbot, opened, "houzes", "houses")
    until(qtbot, lambda: editor.text() == "𝄞 the houses of ")
    until(qtbot, lambda: marked(opened) == [])
    editor.undo()
    assert editor.text() == "𝄞 the houzes of "


@scenario("menu entry", "SpellingMarks: Add “…” to the dictionary")
def test_a_word_that_is_added_is_right_from_now_on(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    typed(opened.window.pane.composer.editor, "the phial is of ")
    until(qtbot, lambda: marked(opened) == ["phial"])
    menu_of(qtbot, opened, "phial", "Add “phial” to the dictionary")
    file = opened.harness.services.data_folder / "words.json"
    until(qtbot, lambda: file.exists() and json.loads(file.read_text()) == {"words": ["phial"]})
    until(qtbot, lambda: marked(opened) == [])


@pytest.mark.warns("A dictionary cannot be read")
def test_a_dictionary_that_is_none_is_told_of_once(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    (tmp_path / "hunspell" / "en_US.aff").write_text("SET klingon\n")
    opened = open_window()
    typed(opened.window.pane.composer.editor, "the houze is ")
    until(qtbot, lambda: shows(opened.window, "cannot be read"))
    assert marked(opened) == []
