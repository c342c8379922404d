"""Words that an input method composes: seen, given room, and not sent by the key that ends them."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.generation import Role
from tests.support.chatting import say, wait_for_end
from tests.support.window import Open
from tests.ui.conversation.test_words_kept import commit, compose


def test_no_placeholder_shines_through_a_word_that_is_composed(open_window: Open) -> None:
    editor = open_window().window.pane.composer.editor
    compose(editor, "にほんご")
    assert editor.placeholderText() == ""
    compose(editor, "")
    assert editor.placeholderText() == "Write a message"


def test_a_long_word_that_is_composed_has_the_room_of_its_lines(open_window: Open) -> None:
    composer = open_window().window.pane.composer
    line = composer.editor.fontMetrics().lineSpacing()
    single = composer.editor.height()
    compose(composer.editor, "日本語の長い文章を変換しています。" * 16)
    lines = composer.editor.document().lineCount()
    assert lines >= 4
    assert composer.editor.height() >= lines * line
    compose(composer.editor, "")
    assert composer.editor.height() == single


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_enter_takes_the_word_that_is_composed_and_sends_at_the_second_time(
    qtbot: QtBot, open_window: Open, key: Qt.Key
) -> None:
    opened = open_window()
    editor = opened.window.pane.composer.editor
    compose(editor, "にほんご")
    qtbot.keyClick(editor, key)
    assert opened.window.controller.branch == ()
    assert editor.document().toRawText() == "にほんご"
    qtbot.keyClick(editor, key)
    wait_for_end(qtbot, opened)
    question = opened.window.controller.last(Role.USER)
    assert question is not None
    assert question.content == "にほんご"


def test_up_while_composing_does_not_edit_the_last_message(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    say(qtbot, opened, "Question")
    wait_for_end(qtbot, opened)
    editor = opened.window.pane.composer.editor
    compose(editor, "にほ")
    qtbot.keyClick(editor, Qt.Key.Key_Up)
    assert not opened.window.pane.composer.editing
    commit(editor, "日本")
    assert opened.window.pane.composer.text() == "日本"


def test_esc_while_composing_gives_up_the_word_and_nothing_else(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    say(qtbot, opened, "Question")
    wait_for_end(qtbot, opened)
    editor = opened.window.pane.composer.editor
    qtbot.keyClick(editor, Qt.Key.Key_Up)
    compose(editor, "にほ")
    qtbot.keyClick(editor, Qt.Key.Key_Escape)
    assert opened.window.pane.composer.editing
    assert opened.window.pane.composer.text() == "Question"


@pytest.mark.skipif(sys.platform != "linux", reason="input methods of this kind are Linux's")
@pytest.mark.parametrize("name", ["QT_IM_MODULE", "QT_IM_MODULES"])
def test_an_input_method_without_a_plugin_leaves_the_others(name: str) -> None:
    code = "from app.ui.application import make_application; application = make_application()"
    wanted = {name: "fcitx", "QT_DEBUG_PLUGINS": "1", "QT_QPA_PLATFORM": "offscreen"}
    run = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **wanted},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert 'composeplatforminputcontextplugin.so" loaded' in run.stderr
