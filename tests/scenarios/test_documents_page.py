"""The page of documents: added under a name, kept under another, removed, used in a chat."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QTreeWidgetItem
from pytestqt.qtbot import QtBot

from app.domain.documents import StoredDocument
from app.domain.embedding import MeaningPhase
from app.domain.generation import GenerationRequest
from app.engine.scripted import ScriptedEngine
from app.hub.api.catalog import load_catalog
from app.language import formats
from app.services.core.events import RemovedForGood
from app.system.bundled import bundled
from app.ui.library.documents_page import DocumentsPage
from app.ui.style.dialogs import Dialog
from app.ui.style.text_fields import ChoosingField, LineField
from tests.scenarios.hands import (
    choose_file,
    command,
    meanwhile,
    press,
    seen,
    typed,
    wait_for_end,
)
from tests.scenarios.patience import ready, until
from tests.scenarios.registry import scenario
from tests.scenarios.tables import nothing
from tests.support.chatting import say
from tests.support.document_files import lines, pdf
from tests.support.embedding_factory import write_embedding_model
from tests.support.harness import PATIENCE
from tests.support.hub_server import HubServer
from tests.support.hub_session import close_session
from tests.support.window import Open, Opened

AT_END = Qt.AlignmentFlag.AlignRight.value
NUMBERS = [False, True, True, False]


@pytest.fixture
def report(tmp_path: Path) -> Path:
    """A document of a page."""
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf([lines("The bridge opened in 1962.")]))
    return path


def kept(opened: Opened) -> list[tuple[str, str]]:
    """Collection and name of what is kept."""
    library = opened.harness.services.documents.library(private=False)
    return [(one.collection, one.name) for one in library.documents()]


def page(qtbot: QtBot, opened: Opened) -> DocumentsPage:
    """The page, with what it lists."""
    command(qtbot, opened, "Chat", "Documents…")
    found = seen(opened.window, DocumentsPage)
    until(qtbot, lambda: found.tree.topLevelItemCount() == len({a for a, _ in kept(opened)}))
    return found


def under(qtbot: QtBot, opened: Opened, report: Path, name: str) -> DocumentsPage:
    """A document that is kept under a name, and the page of it."""
    opened.harness.services.documents.library(private=False).add(report, name)
    return page(qtbot, opened)


def select(found: DocumentsPage) -> QTreeWidgetItem:
    """The first name is selected, and so all that is kept under it."""
    item = found.tree.topLevelItem(0)
    assert item is not None
    found.tree.setCurrentItem(item)
    return item


def named(name: str) -> object:
    """Types a name into a line and takes it."""

    def answer(dialog: Dialog) -> None:
        choosing = dialog.findChild(ChoosingField)
        if choosing is not None:
            choosing.setCurrentText(name)
        else:
            field = dialog.findChild(LineField)
            assert field is not None
            typed(field, name, instead=True)
        press(dialog, "Add" if "Add" in dialog.windowTitle() else "Keep")

    return answer


@scenario("command", "documents")
@scenario("button", "DocumentsPage: Add documents…")
@scenario("button", "DocumentsPage: Add")
@scenario("question", "DocumentsPage._choose_files: getOpenFileNames")
@scenario("question", "DocumentsPage._choose_files: ask_line")
def test_a_document_is_added_under_a_name(qtbot: QtBot, open_window: Open, report: Path) -> None:
    opened = open_window()
    found = page(qtbot, opened)
    with (
        meanwhile(qtbot, Dialog, named("Bridges")),
        meanwhile(qtbot, QFileDialog, lambda files: choose_file(files, report)),
    ):
        press(opened.window, "Add documents…")
    until(qtbot, lambda: kept(opened) == [("Bridges", "report.pdf")])
    until(qtbot, lambda: found.tree.topLevelItemCount() == 1)
    item = found.tree.topLevelItem(0)
    assert item is not None
    assert (item.text(0), item.text(1), item.text(3)) == ("Bridges", "1", "1 document")
    (read,) = opened.harness.services.documents.library(private=False).documents()
    when = datetime.fromtimestamp(read.read_at / 1e6, UTC).astimezone()
    size = formats.size(report.stat().st_size)
    row = ["report.pdf", "1", size, formats.day_and_time(when)]
    assert [item.child(0).text(column) for column in range(4)] == row
    for one in (found.tree.headerItem(), item, item.child(0)):  # numbers end below one another
        assert [bool(one.textAlignment(column) & AT_END) for column in range(4)] == NUMBERS


@scenario("button", "DocumentsPage: Keep under another name…")
@scenario("button", "DocumentsPage: Keep")
@scenario("question", "DocumentsPage._move: ask_line")
def test_documents_are_kept_under_another_name(
    qtbot: QtBot, open_window: Open, report: Path
) -> None:
    opened = open_window()
    found = under(qtbot, opened, report, "Old")
    select(found)
    with meanwhile(qtbot, Dialog, named("New")):
        press(opened.window, "Keep under another name…")
    until(qtbot, lambda: kept(opened) == [("New", "report.pdf")])


@scenario("button", "DocumentsPage: Remove…")
@scenario("button", "DocumentsPage: Remove")
@scenario("question", "DocumentsPage._ask_to_remove: confirm")
def test_documents_are_removed_with_all_that_was_read(
    qtbot: QtBot, open_window: Open, report: Path
) -> None:
    opened = open_window()
    found = under(qtbot, opened, report, "Bridges")
    select(found)
    press(opened.window, "Use in the chat")
    say(qtbot, opened, "When did it open?")
    wait_for_end(qtbot, opened)
    chat = opened.window.controller.chat
    assert chat is not None
    found = page(qtbot, opened)
    select(found)
    with meanwhile(qtbot, Dialog, lambda dialog: press(dialog, "Remove")):
        press(opened.window, "Remove…")
    until(qtbot, lambda: kept(opened) == [])
    # What the model remembers of the chat that had it goes too.
    until(qtbot, lambda: RemovedForGood((chat.id,)) in opened.harness.heard.events)
    assert opened.harness.services.documents.library(private=False).search("bridge") == []
    assert report.exists()


@scenario("button", "DocumentsPage: Use in the chat")
def test_documents_are_used_in_the_chat(qtbot: QtBot, open_window: Open, report: Path) -> None:
    engine = ScriptedEngine(["In 1962 [1]."])
    opened = open_window(engine)
    found = under(qtbot, opened, report, "Bridges")
    select(found)
    press(opened.window, "Use in the chat")
    assert opened.window.pages.page is None
    say(qtbot, opened, "When did it open?")
    wait_for_end(qtbot, opened)
    assert "The bridge opened in 1962." in engine.requests[0].turns[0].content


@scenario("button", "DocumentsPage: Stop reading", without=nothing(DocumentsPage, "_halt"))
def test_reading_is_stopped(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    many = []
    for number in range(10):
        path = tmp_path / f"{number:02}.txt"
        path.write_text(f"Number {number}. " * 200_000)
        many.append(path)
    opened = open_window()
    found = page(qtbot, opened)
    with (
        meanwhile(qtbot, Dialog, named("Many")),
        meanwhile(qtbot, QFileDialog, lambda files: choose_file(files, *many)),
    ):
        press(opened.window, "Add documents…")
    until(qtbot, lambda: len(kept(opened)) > 0)
    press(opened.window, "Stop reading")
    until(qtbot, lambda: not found.bar.isVisible())
    assert len(kept(opened)) < 10


def test_a_private_chat_reads_a_document_for_itself(
    qtbot: QtBot, open_window: Open, report: Path
) -> None:
    opened = open_window()
    opened.window.controller.new_chat(private=True)
    found = under(qtbot, opened, report, "Bridges")
    select(found)
    press(opened.window, "Use in the chat")
    bar, chat = opened.window.pane.composer.attachments, opened.window.controller.chat
    assert chat is not None
    until(qtbot, lambda: bool(bar.waiting(chat.id).documents))
    private = opened.harness.services.documents.library(private=True)
    assert private.meaning is not None  # as the others are: with vectors in memory
    waiting: tuple[StoredDocument, ...] = bar.waiting(chat.id).documents
    assert [one.id for one in private.documents()] == [one.id for one in waiting]


def test_the_page_says_that_a_file_is_gone(qtbot: QtBot, open_window: Open, report: Path) -> None:
    opened = open_window()
    library = opened.harness.services.documents.library(private=False)
    library.add(report, "Bridges")
    report.unlink()
    item = select(page(qtbot, opened)).child(0)
    assert item.text(0) == "⚠ report.pdf"
    told = item.data(0, Qt.ItemDataRole.AccessibleDescriptionRole)
    assert told == "The file is gone."


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[HubServer]:
    """A hub with the model that finds passages by meaning; here it is a tiny one."""
    (offered, *_) = load_catalog(bundled("models", "catalog.json")).embeddings
    model = write_embedding_model(tmp_path / "hub.gguf")
    with HubServer() as server:
        server.add(offered.file.repository, dict.fromkeys(offered.file.files, model))
        yield server
    close_session()


@pytest.fixture
def go_on(open_window: Open) -> Iterator[threading.Event]:
    """Lets an answer go on; at the end of the test in any case, before the window is closed."""
    event = threading.Event()
    yield event
    event.set()


@pytest.mark.llama
@scenario("button", "MeaningRow: Get the model for that")
@scenario("button", "MeaningRow: Stop this")
@scenario("button", "MeaningRow: Go on with it")
def test_the_model_that_finds_by_meaning_is_one_click_away(
    qtbot: QtBot, open_window: Open, hub: HubServer, go_on: threading.Event, tmp_path: Path
) -> None:
    """From the click to a question that has no word of the passage it finds.

    While an answer is written nothing is worked out, so there is time to stop that.
    """
    cars, doctors = tmp_path / "cars.txt", tmp_path / "doctors.txt"
    cars.write_text("The automobile is red.")
    doctors.write_text("A physician is near.")

    def answer(_request: GenerationRequest) -> str:
        go_on.wait(PATIENCE)
        return "It is."

    opened = open_window(ScriptedEngine(answer), endpoint=hub.endpoint)
    library = opened.harness.services.documents.library(private=False)
    both = [library.add(one, "Things") for one in (doctors, cars)]
    assert library.search("car", both) == []
    say(qtbot, opened, "Is it?")
    found = page(qtbot, opened)
    told = found.meaning.told
    ready(qtbot, lambda: "A small model (" in told.text())
    press(opened.window, "Get the model for that")
    until(qtbot, lambda: told.text() == "0 of 2 passages can be found by meaning too.")
    press(opened.window, "Stop this")
    until(qtbot, lambda: library.meaning and library.meaning.state.phase is MeaningPhase.STOPPED)
    go_on.set()
    wait_for_end(qtbot, opened)
    assert library.search("car", both) == []
    press(opened.window, "Go on with it")
    until(qtbot, lambda: told.text() == "Passages are found by their words and by meaning.")
    assert [one.text for one in library.search("car", both, 1)] == [cars.read_text()]
    # It is no model that answers: the one that was chosen still is.
    assert not opened.window.pane.banner.isVisible()
    chosen = opened.harness.services.models.state.model
    assert chosen is not None
    assert chosen.name == "Scripted"
