"""Dialogs that ask for something, executed: what was typed arrives where it is kept."""

from __future__ import annotations

import ast
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDialog,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QPushButton,
)
from pytestqt.qtbot import QtBot

import app.ui
from app.engine.scripted import ScriptedEngine
from app.ui.style.dialogs import ask_line, ask_text, confirm
from tests.support.asking import ask_for_menu, choose, press, when_asked
from tests.support.chatting import say, wait_for_end
from tests.support.window import Open, Opened


def shown(opened: Opened) -> str:
    chat = opened.window.controller.chat
    assert chat is not None
    return chat.id


def folder_of(opened: Opened, chat: str) -> str:
    return opened.harness.services.library.chats.get(chat).folder


def write(qtbot: QtBot, dialog: QDialog, text: str) -> None:
    """Replace what stands in the dialog's field."""
    field = dialog.focusWidget()
    assert isinstance(field, QLineEdit | QComboBox | QPlainTextEdit)
    qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(field, text)


def test_the_folder_that_was_typed_is_the_chats_folder(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    say(qtbot, opened, "Good morning")
    wait_for_end(qtbot, opened)

    def type_folder(dialog: QDialog) -> None:
        write(qtbot, dialog, "Work")
        field = dialog.focusWidget()
        assert field is not None
        qtbot.keyClick(field, Qt.Key.Key_Return)

    with when_asked(type_folder):
        opened.window.actions_table["move_chat"].trigger()
    qtbot.waitUntil(lambda: folder_of(opened, shown(opened)) == "Work")


@pytest.mark.parametrize("leave", ["Return", "Move"])
def test_a_folder_is_not_made_another_one_that_begins_alike(
    qtbot: QtBot, open_window: Open, leave: str
) -> None:
    opened = open_window()
    chat, _ = opened.harness.ask("Good morning")
    other, _ = opened.harness.ask("Good evening")
    opened.harness.services.library.set_folder(other, "Projects").result()
    opened.window.controller.open_chat(chat)

    def type_folder(dialog: QDialog, typed: str) -> None:
        write(qtbot, dialog, typed)
        field = dialog.focusWidget()
        assert field is not None
        if leave == "Return":
            qtbot.keyClick(field, Qt.Key.Key_Return)
        else:
            press(qtbot, dialog, leave)

    for name in ("Pro", "projects", "Pro jects"):
        with when_asked(partial(type_folder, typed=name)):
            opened.window.actions_table["move_chat"].trigger()
        qtbot.waitUntil(lambda name=name: folder_of(opened, chat) == name)


def test_a_folders_last_word_may_still_be_composed(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    chat, _ = opened.harness.ask("Good morning")
    opened.window.controller.open_chat(chat)

    def compose(dialog: QDialog) -> None:
        write(qtbot, dialog, "Arb")
        QApplication.sendEvent(dialog.focusWidget(), QInputMethodEvent("eit", []))
        press(qtbot, dialog, "Move")

    with when_asked(compose):
        opened.window.actions_table["move_chat"].trigger()
    qtbot.waitUntil(lambda: folder_of(opened, chat) == "Arbeit")


def test_an_empty_folder_takes_a_chat_out_and_cancel_leaves_it(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    chat, _ = opened.harness.ask("Good morning")
    opened.harness.services.library.set_folder(chat, "Work")
    opened.window.controller.open_chat(chat)

    def give_up(dialog: QDialog) -> None:
        write(qtbot, dialog, "Elsewhere")
        press(qtbot, dialog, "Cancel")

    with when_asked(give_up):
        opened.window.actions_table["move_chat"].trigger()
    assert folder_of(opened, chat) == "Work"

    def empty(dialog: QDialog) -> None:
        field = dialog.focusWidget()
        assert isinstance(field, QLineEdit | QComboBox)
        qtbot.keyClick(field, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
        qtbot.keyClick(field, Qt.Key.Key_Delete)
        press(qtbot, dialog, "Move")

    with when_asked(empty):
        opened.window.actions_table["move_chat"].trigger()
    qtbot.waitUntil(lambda: folder_of(opened, chat) == "")


def test_the_sidebars_menu_moves_a_chat_to_the_folder_that_was_typed(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    chat, _ = opened.harness.ask("Good morning")
    sidebar = opened.window.sidebar
    qtbot.waitUntil(lambda: sidebar.model.row_of(chat).isValid())
    view = next(v for v in sidebar.findChildren(QListView) if v.accessibleName() == "Chats")
    place = view.visualRect(sidebar.model.row_of(chat)).center()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)

    def type_folder(dialog: QDialog) -> None:
        write(qtbot, dialog, "Home")
        press(qtbot, dialog, "Move")

    with when_asked(type_folder):
        choose(qtbot, ask_for_menu(view.viewport(), place), "Move to folder…")
    qtbot.waitUntil(lambda: folder_of(opened, chat) == "Home")


def test_the_system_prompt_that_was_typed_reaches_the_engine(
    qtbot: QtBot, open_window: Open
) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    say(qtbot, opened, "Hello")
    wait_for_end(qtbot, opened)

    def type_prompt(dialog: QDialog) -> None:
        write(qtbot, dialog, "Answer in verse.")
        press(qtbot, dialog, "Save")

    with when_asked(type_prompt):
        opened.window.actions_table["system_prompt"].trigger()
    library = opened.harness.services.library
    qtbot.waitUntil(lambda: library.chats.get(shown(opened)).system_prompt == "Answer in verse.")
    say(qtbot, opened, "Good morning")
    wait_for_end(qtbot, opened)
    assert "Answer in verse." in engine.requests[-1].turns[0].content


@pytest.mark.parametrize("yes", [True, False])
def test_a_question_is_answered_by_the_button_that_was_pressed(
    qtbot: QtBot, open_window: Open, yes: bool
) -> None:
    window = open_window().window

    def answer(dialog: QDialog) -> None:
        buttons = sorted(dialog.findChildren(QPushButton), key=lambda one: one.x())
        assert [one.text() for one in buttons] == ["Cancel", "Do it"]  # the action is the last
        press(qtbot, dialog, "Do it" if yes else "Cancel")

    with when_asked(answer):
        assert confirm(window, "Sure?", "Really?", "", "Do it") is yes


def test_every_way_of_asking_gives_what_was_typed(qtbot: QtBot, open_window: Open) -> None:
    window = open_window().window

    def type_and(button: str) -> object:
        def act(dialog: QDialog) -> None:
            write(qtbot, dialog, "typed")
            press(qtbot, dialog, button)

        return act

    with when_asked(type_and("Keep")):
        assert ask_line(window, "Line", "A line:", "Keep") == "typed"
    with when_asked(type_and("Keep")):
        assert ask_line(window, "Line", "A line:", "Keep", choices=["one", "two"]) == "typed"
    with when_asked(type_and("Save")):
        assert ask_text(window, "Text", "Some text:", "before", {}, "") == "typed"
    with when_asked(type_and("Cancel")):
        assert ask_text(window, "Text", "Some text:", "before", {}, "") is None


def test_no_dialog_is_executed_but_where_its_answer_is_read_in_time() -> None:
    """One that is deleted on close has nothing to be read when `exec` returns."""
    allowed = {("dialogs.py", "execute"), ("application.py", "_run"),
                ("start_failure.py", "show_failure"), ("chat_list.py", "startDrag")}  # fmt: skip
    found: set[tuple[str, str]] = set()
    for path in Path(app.ui.__file__).parent.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        names = {getattr(node, "id", getattr(node, "attr", "")) for node in nodes}
        assert not names & {"QMessageBox", "QDialogButtonBox", "QInputDialog", "standardIcon"}, path
        for function in nodes:
            if isinstance(function, ast.FunctionDef):
                calls = [n.func for n in ast.walk(function) if isinstance(n, ast.Call)]
                if any(isinstance(c, ast.Attribute) and c.attr == "exec" for c in calls):
                    found.add((path.name, function.name))
    assert found == allowed
