"""Documents in the window: attached by the menu or by dropping, sent, cited and checked."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from app.domain.errors import DiskFullError
from app.domain.generation import Role
from app.domain.parts import AttachmentPart, CitationPart
from app.engine.scripted import ScriptedEngine
from app.services.core.events import Asked, SendFailed
from app.ui.conversation.input.attachment_bar import AttachmentBar
from tests.scenarios.hands import (
    begun,
    choose_file,
    command,
    meanwhile,
    press,
    shows,
    slow,
    wait_for_end,
)
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.scenarios.tables import nothing
from tests.support.chatting import say
from tests.support.document_files import lines, pdf
from tests.support.dropping import drop
from tests.support.window import Open, Opened

ANSWER = "It cost 1,250,000 euros [1]. It opened in 1963 [1]."


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A document of a page."""
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf([lines("The bridge opened in 1962.", "It cost 1,250,000 euros.")]))
    return path


def attached(opened: Opened) -> list[str]:
    """What is said above the words of the message."""
    labels = opened.window.pane.composer.attachments.findChildren(QLabel)
    return [label.text() for label in labels if label.isVisible()]


@scenario("command", "attach")
@scenario("question", "DocumentCommands.choose_and_attach: getOpenFileNames")
def test_a_document_is_chosen_and_goes_with_the_message(
    qtbot: QtBot, open_window: Open, report: Path
) -> None:
    engine = ScriptedEngine([ANSWER])
    opened = open_window(engine)
    with meanwhile(qtbot, QFileDialog, lambda files: choose_file(files, report)):
        command(qtbot, opened, "Chat", "Attach documents…")
    until(qtbot, lambda: len(attached(opened)) == 2)
    assert attached(opened)[0].startswith("report.pdf: 1 page, ")
    assert attached(opened)[1].startswith("Read whole, about ")
    say(qtbot, opened, "What did it cost?")
    wait_for_end(qtbot, opened)
    assert attached(opened) == []
    system, question = engine.requests[0].turns
    assert system.role is Role.SYSTEM
    assert "It cost 1,250,000 euros." in system.content
    assert question.content == "What did it cost?"
    chat = opened.window.controller.chat
    assert chat is not None
    asked, answer = (one.message for one in opened.harness.services.library.chats.branch(chat.id))
    assert [p.name for p in asked.parts if isinstance(p, AttachmentPart)] == ["report.pdf"]
    found = [p for p in answer.parts if isinstance(p, CitationPart)]
    assert [(p.page, p.verdict) for p in found] == [(1, "quoted"), (1, "differs")]


@scenario(
    "button",
    "AttachmentBar: Remove the document",
    without=nothing(AttachmentBar, "_remove"),
)
def test_a_document_that_was_dropped_is_taken_away_again(
    qtbot: QtBot, open_window: Open, report: Path
) -> None:
    opened = open_window()
    drop(opened.window.pane.composer.editor, report)
    until(qtbot, lambda: bool(attached(opened)))
    press(opened.window, "Remove the document")
    until(qtbot, lambda: attached(opened) == [])


def test_a_document_stays_while_an_older_message_is_edited(
    qtbot: QtBot, open_window: Open, report: Path
) -> None:
    opened = open_window(ScriptedEngine(["One.", "Two."]))
    say(qtbot, opened, "Question")
    wait_for_end(qtbot, opened)
    drop(opened.window.pane.composer.editor, report)
    until(qtbot, lambda: bool(attached(opened)))
    qtbot.keyClick(opened.window.pane.composer.editor, Qt.Key.Key_Up)
    qtbot.keyClicks(opened.window.pane.composer.editor, " again")
    qtbot.keyClick(opened.window.pane.composer.editor, Qt.Key.Key_Return)
    wait_for_end(qtbot, opened)
    assert len(attached(opened)) == 2


def test_a_message_with_documents_does_not_wait(
    qtbot: QtBot, open_window: Open, report: Path
) -> None:
    opened = open_window(slow())
    begun(qtbot, opened)
    drop(opened.window.pane.composer.editor, report)
    until(qtbot, lambda: bool(attached(opened)))
    say(qtbot, opened, "What did it cost?")
    assert shows(opened.window.pane, "A message with documents cannot wait.")
    assert opened.window.pane.composer.text() == "What did it cost?"
    assert len(attached(opened)) == 2
    opened.window.controller.stop()
    wait_for_end(qtbot, opened)


def test_documents_of_a_message_that_was_not_stored_are_there_again(
    qtbot: QtBot, open_window: Open, report: Path
) -> None:
    opened = open_window(slow())
    drop(opened.window.pane.composer.editor, report)
    until(qtbot, lambda: bool(attached(opened)))
    say(qtbot, opened, "What did it cost?")
    chat = opened.window.controller.chat
    assert chat is not None
    assert attached(opened) == []
    failure = SendFailed(chat.id, Asked("What did it cost?"), DiskFullError("Full."))
    opened.window.controller.on_event(failure)  # before the event of an answer that began
    assert opened.window.pane.composer.text() == "What did it cost?"
    assert len(attached(opened)) == 2
    opened.window.controller.stop()
    wait_for_end(qtbot, opened)


def test_a_file_that_cannot_be_read_takes_no_other_with_it(
    qtbot: QtBot, open_window: Open, report: Path, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.pdf"
    bad.write_bytes(b"%PDF-1.7 and nothing else")
    opened = open_window()
    opened.window.commands.documents.attach([bad, report])
    until(qtbot, lambda: len(attached(opened)) == 2)
    assert attached(opened)[0].startswith("report.pdf")
    assert shows(opened.window.pane, "bad.pdf")
