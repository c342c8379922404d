"""A window and another process on one library see each other's chats and trashings."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.domain.errors import InvalidValueError
from app.domain.generation import Role
from app.engine.scripted import ScriptedEngine
from app.services.core.events import SendFailed
from tests.support.chatting import say, wait_for_end
from tests.support.harness import Harness, build
from tests.support.window import Open, Opened
from tests.ui.test_main_window import titles


@pytest.fixture
def opened(open_window: Open, tmp_path: Path) -> Opened:
    return open_window(folder=tmp_path / "both")


@pytest.fixture
def terminal(opened: Opened, tmp_path: Path) -> Iterator[Harness]:
    """The services of a second process: connections of its own to the same database."""
    made = build(tmp_path / "both", ScriptedEngine(["From the terminal."]))
    yield made
    made.services.close()


def shown(opened: Opened) -> str:
    chat = opened.window.controller.chat
    assert chat is not None
    return chat.id


def test_a_chat_of_the_terminal_appears_in_the_window(
    qtbot: QtBot, opened: Opened, terminal: Harness
) -> None:
    terminal.ask("Asked in the terminal")
    qtbot.waitUntil(lambda: "Asked in the terminal" in titles(opened), timeout=10_000)


def test_a_message_of_the_terminal_appears_in_the_chat_that_is_shown(
    qtbot: QtBot, opened: Opened, terminal: Harness
) -> None:
    say(qtbot, opened, "Asked in the window")
    wait_for_end(qtbot, opened)
    terminal.ask("And in the terminal", shown(opened))
    controller = opened.window.controller

    def last() -> str:
        answer = controller.last(Role.ASSISTANT)
        return answer.content if answer is not None else ""

    qtbot.waitUntil(lambda: last() == "From the terminal.", timeout=10_000)
    assert len(controller.branch) == 4


def test_a_chat_that_is_trashed_in_the_terminal_leaves_the_window_with_what_is_typed(
    qtbot: QtBot, opened: Opened, terminal: Harness
) -> None:
    say(qtbot, opened, "Asked in the window")
    wait_for_end(qtbot, opened)
    first = shown(opened)
    qtbot.keyClicks(opened.window.pane.composer.editor, "half a thought")
    terminal.services.library.trash.delete([first])
    qtbot.waitUntil(lambda: shown(opened) != first, timeout=10_000)
    assert opened.window.pane.composer.text() == "half a thought"
    assert "trash" in opened.window.pane.snackbar.notice
    qtbot.waitUntil(lambda: "Asked in the window" not in titles(opened))


def test_nothing_is_written_into_a_chat_that_the_window_moved_to_the_trash(
    qtbot: QtBot, opened: Opened, terminal: Harness
) -> None:
    chat_id, ended = terminal.ask("Asked in the terminal")
    opened.harness.services.library.trash.delete([chat_id])
    library = terminal.services.library
    qtbot.waitUntil(lambda: library.chats.is_gone(chat_id))
    before = len(library.chats.tree(chat_id))
    terminal.services.chat.send(chat_id, "And more")
    failed = terminal.send_failed()
    assert isinstance(failed, SendFailed)
    assert isinstance(failed.error, InvalidValueError)
    assert "trash" in failed.error.what
    assert failed.asked is not None
    assert failed.asked.text == "And more"
    with pytest.raises(InvalidValueError):
        library.resume(ended.message).result()
    with pytest.raises(InvalidValueError):
        library.add_message(ended.message).result()
    assert len(library.chats.tree(chat_id)) == before
