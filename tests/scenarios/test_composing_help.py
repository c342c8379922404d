"""Prompts by a slash, what was sent before, messages in waiting: what comes of each."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget, QPlainTextEdit
from pytestqt.qtbot import QtBot

from app.domain.presets.preset import SavedPrompt
from app.engine.scripted import ScriptedEngine
from app.services.chat.chat_options import ChatOptionsService
from app.ui.conversation.composer import MessageEditor
from app.ui.conversation.input.prompt_popup import PromptPopup
from app.ui.conversation.input.sent_history import SentHistory
from app.ui.presets.prompts_dialog import PromptsDialog
from tests.scenarios.hands import (
    CONTROL,
    ask,
    awake,
    begun,
    command,
    key,
    keys,
    meanwhile,
    press,
    said,
    seen,
    shows,
    slow,
    stored,
    talk,
    typed,
)
from tests.scenarios.patience import ready, until
from tests.scenarios.registry import scenario
from tests.scenarios.tables import nothing
from tests.support.chatting import say, wait_for_end
from tests.support.window import Open, Opened, close


def editor(opened: Opened) -> MessageEditor:
    return opened.window.pane.composer.editor


def text(opened: Opened) -> str:
    return opened.window.pane.composer.text()


# --- prompts ----------------------------------------------------------------------------------


@scenario("key", "/", without=nothing(PromptPopup, "_look"))
def test_a_prompt_is_filled_in_with_the_keyboard_alone(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    opened.harness.services.presets.save_prompt(
        SavedPrompt("letter", "Write to {name} about {topic}. {clipboard}")
    )
    QApplication.clipboard().setText("Urgent.")
    typed(editor(opened), "/let")
    key(opened.window, Qt.Key.Key_Return)
    until(qtbot, lambda: text(opened) == "Write to {name} about {topic}. Urgent.")
    typed_on(opened, "Ada")
    key(opened.window, Qt.Key.Key_Tab)
    typed_on(opened, "engines")
    until(qtbot, lambda: text(opened) == "Write to Ada about engines. Urgent.")
    key(opened.window, Qt.Key.Key_Return)
    until(qtbot, lambda: said(opened, "user") == ["Write to Ada about engines. Urgent."])
    wait_for_end(qtbot, opened)


def typed_on(opened: Opened, words: str) -> None:
    """Type over what is selected."""
    QTest.keyClicks(editor(opened), words)


def test_what_is_selected_in_the_conversation_comes_into_a_prompt(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = talk(qtbot, open_window)
    opened.harness.services.presets.save_prompt(SavedPrompt("why", "Why this: {selection}?"))
    opened.window.pane.transcript.selection(whole=True)
    typed(editor(opened), "/why")
    key(opened.window, Qt.Key.Key_Tab)
    until(qtbot, lambda: text(opened).startswith("Why this: ") and "One." in text(opened))


def test_escape_closes_the_list_and_a_path_is_no_prompt(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    popup = opened.window.findChild(PromptPopup)
    assert popup is not None
    typed(editor(opened), "/")
    ready(qtbot, popup.isVisible)
    key(opened.window, Qt.Key.Key_Escape)
    ready(qtbot, lambda: not popup.isVisible())
    assert text(opened) == "/"
    typed_on(opened, "usr/bin")
    assert not popup.isVisible()
    key(opened.window, Qt.Key.Key_Return)
    until(qtbot, lambda: said(opened, "user") == ["/usr/bin"])
    wait_for_end(qtbot, opened)


def names(opened: Opened) -> list[str]:
    """The user's own prompts, as the file has them."""
    return [one.name for one in opened.harness.services.presets._file.load().prompts]


@scenario("command", "prompts")
@scenario("dialog", "PromptsDialog")
@scenario("button", "PromptsDialog: New")
@scenario("button", "PromptsDialog: Save")
def test_a_prompt_of_ones_own_is_made_and_offered(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()

    def make(dialog: PromptsDialog) -> None:
        press(dialog, "New")
        typed(seen(dialog, QLineEdit, "Name"), "rhyme")
        typed(seen(dialog, QPlainTextEdit, "Text"), "Rhyme about ")
        QTest.keyClicks(seen(dialog, QPlainTextEdit, "Text"), "{topic}.")
        press(dialog, "Save")
        until(qtbot, lambda: names(opened) == ["rhyme"])
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    with meanwhile(qtbot, PromptsDialog, make):
        command(qtbot, opened, "View", "Prompts…")
    awake(opened)
    typed(editor(opened), "/rhy")
    key(opened.window, Qt.Key.Key_Return)
    until(qtbot, lambda: text(opened) == "Rhyme about {topic}.")
    assert editor(opened).textCursor().selectedText() == "{topic}"


@scenario("button", "PromptsDialog: Delete")
@scenario("button", "PromptsDialog: Close")
def test_a_prompt_is_deleted(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    opened.harness.services.presets.save_prompt(SavedPrompt("mine", "Mine."))

    def delete(dialog: PromptsDialog) -> None:
        assert seen(dialog, QListWidget, "Prompts").item(0).text() == "/mine"
        press(dialog, "Delete")
        until(qtbot, lambda: names(opened) == [])
        press(dialog, "Close")

    with meanwhile(qtbot, PromptsDialog, delete):
        command(qtbot, opened, "View", "Prompts…")


# --- what was sent before ---------------------------------------------------------------------


@scenario("key", "Ctrl+Up", without=nothing(SentHistory, "_step"))
def test_what_was_sent_comes_back_newest_first(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window, "Elsewhere")
    keys(opened, "Ctrl+N")
    ask(qtbot, opened, "First")
    ask(qtbot, opened, "Second")
    typed(editor(opened), "half a thou")
    seen_there = []
    for _ in range(3):
        key(opened.window, Qt.Key.Key_Up, CONTROL)
        seen_there.append(text(opened))
    until(qtbot, lambda: seen_there == ["Second", "First", "Elsewhere"])
    for _ in range(3):
        key(opened.window, Qt.Key.Key_Down, CONTROL)
    assert text(opened) == "half a thou"


# --- messages in waiting ----------------------------------------------------------------------


def waiting(opened: Opened) -> tuple[str, ...]:
    """What waits in the shown chat, as the database has it."""
    chat = opened.window.controller.chat
    assert chat is not None
    return opened.harness.services.library.chats.get(chat.id).options.queued


def test_what_is_sent_while_an_answer_is_written_is_asked_after_it(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(slow("word " * 60, "Two.", "Three."))
    begun(qtbot, opened, "First")
    say(qtbot, opened, "Second")
    say(qtbot, opened, "Third")
    assert text(opened) == ""
    ready(qtbot, lambda: shows(opened.window, "Sent when this answer has ended:"))
    typed(editor(opened), "a draft stays")
    until(qtbot, lambda: said(opened, "user") == ["First", "Second", "Third"])
    until(qtbot, lambda: said(opened)[1:] == ["Two.", "Three."])
    assert waiting(opened) == ()
    assert text(opened) == "a draft stays"
    wait_for_end(qtbot, opened)


@scenario("button", "QueuedRow: Edit")
def test_a_message_in_waiting_is_edited(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(slow())
    begun(qtbot, opened)
    say(qtbot, opened, "Secnd")
    press(opened.window.pane, "Edit")
    until(qtbot, lambda: text(opened) == "Secnd")
    until(qtbot, lambda: waiting(opened) == ())
    opened.window.controller.stop()
    wait_for_end(qtbot, opened)


@scenario("button", "QueuedRow: Remove")
def test_a_message_in_waiting_is_taken_away(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(slow("word " * 60))
    begun(qtbot, opened)
    say(qtbot, opened, "Second")
    ready(qtbot, lambda: waiting(opened) == ("Second",))
    press(opened.window.pane, "Remove")
    until(qtbot, lambda: waiting(opened) == ())
    wait_for_end(qtbot, opened)
    assert said(opened, "user") == ["Question"]


@scenario("button", "QueuedRow: Send now")
def test_what_waits_after_a_stop_is_sent_when_it_is_told_so(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(slow("word " * 300, "Two."))
    begun(qtbot, opened)
    say(qtbot, opened, "Second")
    opened.window.controller.stop()
    wait_for_end(qtbot, opened)
    assert said(opened, "user") == ["Question"], "after a stop nothing is sent by itself"
    press(opened.window.pane, "Send now")
    until(qtbot, lambda: said(opened, "user") == ["Question", "Second"])
    wait_for_end(qtbot, opened)


def test_what_waits_is_there_after_a_kill_and_not_sent(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window(slow())
    begun(qtbot, opened)
    say(qtbot, opened, "Second")
    ready(qtbot, lambda: waiting(opened) == ("Second",))  # on the disk, so a kill leaves it
    chat = opened.window.controller.chat
    assert chat is not None
    close(opened)
    again = open_window(ScriptedEngine(["Two."]))
    again.window.controller.open_chat(chat.id)
    until(qtbot, lambda: shows(again.window, "Not sent yet:") and shows(again.window, "Second"))
    assert said(again, "user") == ["Question"]


def test_two_messages_typed_faster_than_the_disk_are_both_kept(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_window(slow())
    begun(qtbot, opened)
    options: ChatOptionsService = opened.harness.services.chat_options
    chat = opened.window.controller.chat
    assert chat is not None
    options.set_queued(chat.id, ("One",))
    options.set_queued(chat.id, (*options.queued(chat.id), "Two"))
    options.choose(chat.id, opened.harness.services.presets.get("homework"))
    until(qtbot, lambda: waiting(opened) == ("One", "Two"))
    row = "SELECT options FROM conversations"
    until(qtbot, lambda: "homework" in str(stored(opened, row)[0][0]))
    opened.window.controller.stop()
    wait_for_end(qtbot, opened)
