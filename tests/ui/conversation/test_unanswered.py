"""Messages without an answer: no model, or no room; and what the panel then offers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.conversation import MessageStatus
from app.domain.generation import OverflowPolicy, Role
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.services.core.events import ModelPhase
from tests.support.chatting import say, wait_for_end
from tests.support.window import Open, Opened, write_model

LONG = " ".join(["word"] * 60)
REFUSING = Settings(welcomed=True, overflow=OverflowPolicy.REFUSE, max_tokens=16)


def offered(opened: Opened) -> list[str]:
    """The buttons of the panel, none where it is not shown."""
    banner = opened.window.pane.banner
    if banner.isHidden():
        return []
    return [b.text() for b in banner.findChildren(QPushButton) if b.isVisible()]


def press(qtbot: QtBot, opened: Opened, text: str) -> None:
    banner = opened.window.pane.banner
    button = next(b for b in banner.findChildren(QAbstractButton) if b.text() == text)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def fill(qtbot: QtBot, opened: Opened) -> str:
    """A chat with no room for another long message, and such a message refused; its chat."""
    say(qtbot, opened, LONG)
    wait_for_end(qtbot, opened)
    controller = opened.window.controller
    assert controller.chat is not None
    first = controller.chat.id
    editor = opened.window.pane.composer.editor
    qtbot.keyClicks(editor, LONG)
    services = opened.harness.services
    qtbot.waitUntil(lambda: services.context.refusal(first, LONG) is not None)
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(offered(opened)))
    return first


def full(open_window: Open) -> tuple[ScriptedEngine, Opened]:
    engine = ScriptedEngine(["An answer of several words."], context_size=128)
    return engine, open_window(engine, settings=REFUSING)


def test_a_full_context_is_said_once_with_a_button_for_each_advice(
    qtbot: QtBot, open_window: Open
) -> None:
    engine, opened = full(open_window)
    fill(qtbot, opened)
    assert offered(opened) == ["New chat with this message", "Leave out the oldest messages"]
    assert "This chat needs" in opened.window.pane.banner._what.text()
    assert "needs" not in opened.window.pane.composer._forecast.text()
    qtbot.wait(700)  # after the next measurement too
    assert "needs" not in opened.window.pane.composer._forecast.text()
    assert len(engine.requests) == 1


def test_new_chat_carries_the_message_along_and_leaves_the_panel_behind(
    qtbot: QtBot, open_window: Open
) -> None:
    _, opened = full(open_window)
    first = fill(qtbot, opened)
    press(qtbot, opened, "New chat with this message")
    controller, composer = opened.window.controller, opened.window.pane.composer
    assert controller.chat is not None
    assert controller.chat.id != first
    assert composer.text() == LONG
    assert offered(opened) == []
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    wait_for_end(qtbot, opened)
    assert opened.harness.services.library.chats.get(first).draft == ""


def test_leaving_out_sends_the_message(qtbot: QtBot, open_window: Open) -> None:
    engine, opened = full(open_window)
    fill(qtbot, opened)
    press(qtbot, opened, "Leave out the oldest messages")
    qtbot.waitUntil(lambda: len(engine.requests) == 2)
    wait_for_end(qtbot, opened)
    assert opened.harness.services.settings.current.overflow is OverflowPolicy.LEAVE_OUT
    assert engine.requests[-1].turns[-1].content == LONG
    assert opened.window.pane.composer.text() == ""


def test_a_message_that_was_sent_before_it_was_measured_is_carried_along_too(
    qtbot: QtBot, open_window: Open
) -> None:
    _, opened = full(open_window)
    say(qtbot, opened, LONG)
    wait_for_end(qtbot, opened)
    say(qtbot, opened, LONG + " more")
    wait_for_end(qtbot, opened)
    qtbot.waitUntil(lambda: "New chat with this message" in offered(opened))
    qtbot.wait(300)
    press(qtbot, opened, "New chat with this message")
    assert opened.window.pane.composer.text() == LONG + " more"


def test_a_panel_about_an_answer_is_not_shown_in_another_chat(
    qtbot: QtBot, open_window: Open
) -> None:
    _, opened = full(open_window)
    first = fill(qtbot, opened)
    opened.window.actions_table["new_private_chat"].trigger()
    assert offered(opened) == []
    opened.window.controller.open_chat(first)
    assert opened.window.pane.composer.text() == LONG


def test_a_question_that_waits_for_a_model_is_answered_once_there_is_one(
    qtbot: QtBot, open_window: Open
) -> None:
    engine = ScriptedEngine(["Here I am."])
    opened = open_window(engine, settings=Settings(welcomed=True, model_path=""), chosen=False)
    services = opened.harness.services
    write_model(services.data_folder / "demo.gguf")
    say(qtbot, opened, "Anyone?")
    qtbot.waitUntil(lambda: "Use the built-in demo" in offered(opened))
    assert services.models.state.phase is ModelPhase.NONE
    press(qtbot, opened, "Use the built-in demo")

    def answered() -> bool:
        answer = opened.window.controller.last(Role.ASSISTANT)
        assert answer is not None
        return (answer.content, answer.status) == ("Here I am.", MessageStatus.COMPLETE)

    qtbot.waitUntil(answered)
    assert len(engine.requests) == 1
    assert [item.version.count for item in opened.window.controller.branch] == [1, 1]
    assert offered(opened) == []


@pytest.mark.parametrize("way", ["reload", "version"])
def test_the_meter_counts_the_chat_after_its_model_was_loaded_anew(
    qtbot: QtBot, open_window: Open, way: str
) -> None:
    opened = open_window(ScriptedEngine(["An answer of several words."], context_size=200))
    say(qtbot, opened, LONG)
    wait_for_end(qtbot, opened)
    ring, services = opened.window.pane.header.ring, opened.harness.services
    qtbot.waitUntil(lambda: ring.use.tokens > 60)
    used = ring.use.tokens
    if way == "reload":
        services.models.unload()
        qtbot.waitUntil(lambda: services.models.state.phase is ModelPhase.UNLOADED)
        qtbot.waitUntil(lambda: ring.use.size == 0)
        services.models.load()
    else:
        answer = opened.window.controller.last(Role.ASSISTANT)
        assert answer is not None
        services.library.trash.delete_message(answer.id).result()
        qtbot.waitUntil(lambda: opened.window.controller.last(Role.ASSISTANT) is None)
        used -= 5
    qtbot.waitUntil(lambda: ring.use.size == 200 and abs(ring.use.tokens - used) <= 4)
