"""The table of commands."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu
from pytestqt.qtbot import QtBot

from app.ui.shell.command_table import COMMANDS, CommandActions, CommandState, Menu, shortcut_text


def test_no_two_commands_share_a_name_or_a_key() -> None:
    assert max(Counter(command.id for command in COMMANDS).values()) == 1
    assert max(Counter(command.text for command in COMMANDS).values()) == 1
    keys = Counter(keys for command in COMMANDS for keys in command.shortcuts)
    assert [key for key, count in keys.items() if count > 1] == []


def test_the_keys_promised_in_the_manual_are_there() -> None:
    promised = {
        "new_chat": "Ctrl+N",
        "find": "Ctrl+F",
        "search_all": "Ctrl+Shift+F",
        "palette": "Ctrl+P",
        "settings": "Ctrl+,",
        "sidebar": "Ctrl+B",
        "previous_chat": "Alt+Up",
        "next_chat": "Alt+Down",
        "copy_answer": "Ctrl+Shift+C",
        "copy_code": "Ctrl+Shift+K",
        "zoom_in": "Ctrl++",
        "zoom_out": "Ctrl+-",
        "zoom_reset": "Ctrl+0",
    }
    keys = {command.id: command.shortcuts for command in COMMANDS}
    assert {name: key for name, key in promised.items() if key not in keys[name]} == {}


def test_deleting_a_chat_has_no_key_at_all() -> None:
    assert next(c for c in COMMANDS if c.id == "delete_chat").shortcuts == ()


def test_every_shortcut_is_one_qt_understands(qtbot: QtBot) -> None:
    for command in COMMANDS:
        for keys in command.shortcuts:
            assert QKeySequence(keys).toString(), command.id
        assert bool(shortcut_text(command)) == bool(command.shortcuts)


def test_every_command_stands_in_exactly_one_menu(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = CommandActions(window)
    texts: list[str] = []
    for which in Menu:
        menu = QMenu(window)
        actions.fill(menu, which)
        texts += [action.text() for action in menu.actions() if not action.isSeparator()]
    assert sorted(texts) == sorted(command.text for command in COMMANDS)


def test_a_command_without_a_handler_is_found_at_start(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    handlers = {command.id: (lambda: None) for command in COMMANDS}
    handlers.pop("find")
    with pytest.raises(ValueError, match="find"):
        CommandActions(window).connect_all(handlers.items())


def test_what_makes_no_sense_is_not_offered(qtbot: QtBot) -> None:
    window = QMainWindow()
    qtbot.addWidget(window)
    actions = CommandActions(window)
    actions.update(CommandState())
    offered = {command.id for command, _ in actions.available()}
    assert not offered & {"stop", "continue_answer", "rename_chat", "unload_model", "undo_delete"}
    actions.update(CommandState(has_chat=True, answering=True, can_continue=True))
    offered = {command.id for command, _ in actions.available()}
    assert {"stop", "rename_chat"} <= offered
    assert "continue_answer" not in offered
