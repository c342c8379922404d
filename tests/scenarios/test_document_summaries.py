"""A long document is summarised part by part, stopped, and gone on with."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.engine.scripted import ScriptedEngine
from app.ui.library.summary_dialog import SummaryDialog
from app.ui.style.dialogs import Dialog
from app.ui.style.text_fields import ChoosingField
from tests.scenarios.hands import clipboard, command, meanwhile, press, shows, slow
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.support.window import Open, Opened


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """A document of three chapters, more than the model reads at once."""
    path = tmp_path / "book.md"
    chapters = (f"# Chapter {n}\n\n{'It goes on and on. ' * 1_400}" for n in range(1, 4))
    path.write_text("\n\n".join(chapters))
    return path


def attach(qtbot: QtBot, opened: Opened, *paths: Path) -> None:
    """Documents go with the next message."""
    opened.window.commands.documents.attach(list(paths))
    bar, controller = opened.window.pane.composer.attachments, opened.window.controller
    until(
        qtbot,
        lambda: (
            controller.chat is not None
            and len(bar.waiting(controller.chat.id).documents) == len(paths)
        ),
    )


@scenario("command", "summarise_document")
@scenario("dialog", "SummaryDialog")
@scenario("button", "SummaryDialog: Copy")
@scenario("button", "SummaryDialog: Close")
def test_each_part_of_a_document_is_summarised_and_then_the_whole(
    qtbot: QtBot, open_window: Open, book: Path
) -> None:
    engine = ScriptedEngine([f"Part {n} [{n}]." for n in range(1, 10)])
    opened = open_window(engine)
    attach(qtbot, opened, book)
    seen: list[str] = []

    def look(dialog: SummaryDialog) -> None:
        until(qtbot, lambda: "The whole document" in dialog.text.toPlainText())
        press(dialog, "Copy")
        seen.append(clipboard())
        press(dialog, "Close")
        until(qtbot, lambda: not isValid(dialog) or not dialog.isVisible())

    with meanwhile(qtbot, SummaryDialog, look):
        command(qtbot, opened, "Chat", "Summarise the document…")
    assert seen[0].startswith("## The whole document\n\nPart ")
    assert "## Chapter 1 (" in seen[0]
    assert "It goes on and on." in engine.requests[0].turns[0].content
    assert "Part 1 [1]." in engine.requests[-1].turns[0].content


@scenario("button", "SummaryDialog: Stop")
@scenario("button", "SummaryDialog: Go on")
def test_a_summary_is_stopped_and_gone_on_with(qtbot: QtBot, open_window: Open, book: Path) -> None:
    engine = slow()
    opened = open_window(engine)
    attach(qtbot, opened, book)

    def look(dialog: SummaryDialog) -> None:
        until(qtbot, lambda: bool(engine.requests))
        press(dialog, "Stop")
        until(qtbot, lambda: dialog.told.text().startswith("Stopped."))
        before = len(engine.requests)
        press(dialog, "Go on")
        until(qtbot, lambda: len(engine.requests) > before)
        press(dialog, "Stop")
        until(qtbot, lambda: dialog.told.text().startswith("Stopped."))
        press(dialog, "Close")
        until(qtbot, lambda: not isValid(dialog) or not dialog.isVisible())

    with meanwhile(qtbot, SummaryDialog, look):
        command(qtbot, opened, "Chat", "Summarise the document…")


@scenario("question", "DocumentCommands.summarise: ask_line")
@scenario("button", "DocumentCommands: Summarise")
def test_of_several_documents_one_is_chosen(
    qtbot: QtBot, open_window: Open, book: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.md"
    other.write_text("Another text.")
    opened = open_window(ScriptedEngine(["A summary [1]."]))
    attach(qtbot, opened, book, other)

    def choose(dialog: Dialog) -> None:
        field = dialog.findChild(ChoosingField)
        assert field is not None
        field.setCurrentText("other.md")
        press(dialog, "Summarise")

    def look(dialog: SummaryDialog) -> None:
        until(qtbot, lambda: "A summary" in dialog.text.toPlainText())
        press(dialog, "Close")
        until(qtbot, lambda: not isValid(dialog) or not dialog.isVisible())

    with meanwhile(qtbot, SummaryDialog, look), meanwhile(qtbot, Dialog, choose):
        command(qtbot, opened, "Chat", "Summarise the document…")


def test_without_a_document_it_is_said(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    command(qtbot, opened, "Chat", "Summarise the document…")
    until(qtbot, lambda: shows(opened.window.pane, "No document goes with this chat."))
