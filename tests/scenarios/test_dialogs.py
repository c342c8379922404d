"""Dialogs, executed: every button of each, with what comes of it."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QProgressBar,
    QTreeWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.domain.download import DownloadState
from app.domain.errors import OutOfMemoryError
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.services.core.events import ErrorReported
from app.services.transfer.exporting import ChatsToExport
from app.services.updates import UpdateService
from app.system.licences import third_party_packages
from app.ui.library.backups_dialog import BackupsDialog, ChatsOfBackupDialog
from app.ui.library.help_dialogs import AboutDialog, ShortcutsDialog
from app.ui.library.trash_dialog import ArchiveDialog, TrashDialog
from app.ui.library.update_dialog import UpdateDialog
from app.ui.models.add_dialog import AddModelDialog
from app.ui.models.benchmark_dialog import BenchmarkDialog
from app.ui.models.cards.family_card import FamilyCard
from app.ui.models.model_card_dialog import CardText, ModelCardDialog
from app.ui.models.models_page import ModelsPage
from app.ui.settings.settings_page import SettingsPage
from app.ui.style.dialogs import Dialog, ErrorDialog
from app.ui.transfer.export_dialog import ExportDialog
from app.ui.transfer.import_dialog import ImportDialog
from tests.scenarios import hands
from tests.scenarios.hands import (
    Address,
    ask,
    choose_file,
    click,
    clipboard,
    command,
    key,
    keys,
    loaded,
    meanwhile,
    press,
    said,
    seen,
    shows,
    stored,
    talk,
    titles,
    typed,
)
from tests.scenarios.patience import ready, until
from tests.scenarios.registry import scenario
from tests.support.chatting import wait_for_end
from tests.support.harness import build
from tests.support.hub_kit import gguf
from tests.support.hub_server import HubServer
from tests.support.hub_session import close_session
from tests.support.settings_dialog import wait_for_all_of
from tests.support.window import Open, Opened, write_model

REPO, FILE = "acme/phi-4-GGUF", "phi-4-Q4_K_M.gguf"
BODY = gguf(b"weights" * 1000)
CARD = "---\nlicense: mit\n---\n# Phi-4\n\nSee [there](https://example.org/).\n"


def closed(dialog: QWidget) -> None:
    """Close a dialog that is left open on purpose."""
    key(dialog, Qt.Key.Key_Escape)


# --- questions that are answered with no ------------------------------------------------------


@scenario("button", "ask_line: Cancel")
def test_moving_to_a_folder_is_given_up(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    with meanwhile(qtbot, Dialog, lambda dialog: press(dialog, "Cancel")):
        command(qtbot, opened, "Chat", "Move to folder…")
    assert stored(opened, "SELECT folder FROM conversations") == [("",)]


@scenario("button", "ask_text: Cancel")
def test_a_system_prompt_is_given_up(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)

    def give_up(dialog: Dialog) -> None:
        typed(dialog.findChild(QPlainTextEdit), "Answer in verse.")
        press(dialog, "Cancel")

    with meanwhile(qtbot, Dialog, give_up):
        command(qtbot, opened, "Chat", "System prompt of this chat…")
    assert stored(opened, "SELECT system_prompt FROM conversations") == [("",)]


@scenario("button", "confirm: Cancel")
def test_emptying_the_trash_is_given_up(qtbot: QtBot, trashed: Opened) -> None:
    def look(dialog: TrashDialog) -> None:
        with meanwhile(qtbot, Dialog, lambda question: press(question, "Cancel")):
            press(dialog, "Empty trash…")
        closed(dialog)

    with meanwhile(qtbot, TrashDialog, look):
        command(qtbot, trashed, "Chat", "Trash…")
    assert titles(trashed, "deleted_at IS NOT NULL") == ["Question"]


# --- trash and archive ------------------------------------------------------------------------


@pytest.fixture
def trashed(qtbot: QtBot, open_window: Open) -> Opened:
    """A chat lies in the trash."""
    opened = talk(qtbot, open_window)
    command(qtbot, opened, "Chat", "Move to trash")
    ready(qtbot, lambda: titles(opened, "deleted_at IS NOT NULL") == ["Question"])
    return opened


def first(dialog: QDialog) -> None:
    """Choose the first row of the list."""
    row_with(dialog, "")


def row_with(dialog: QDialog, words: str) -> None:
    """Choose the first row of the list that has these words."""
    rows = dialog.findChild(QListWidget)
    row = rows.findItems(words, Qt.MatchFlag.MatchContains)[0]
    click(rows.viewport(), rows.visualItemRect(row).center())


@scenario("button", "TRASH: Restore")
@scenario("dialog", "TrashDialog")
def test_a_chat_is_restored_from_the_trash(qtbot: QtBot, trashed: Opened) -> None:
    def restore(dialog: TrashDialog) -> None:
        first(dialog)
        press(dialog, "Restore")
        closed(dialog)

    with meanwhile(qtbot, TrashDialog, restore):
        command(qtbot, trashed, "Chat", "Trash…")
    until(qtbot, lambda: titles(trashed) == ["Question"])


@scenario("button", "TrashDialog: Empty trash…")
@scenario("button", "TrashDialog: Delete for good")
@scenario("question", "TrashDialog._ask_to_empty: confirm")
def test_the_trash_is_emptied(qtbot: QtBot, trashed: Opened) -> None:
    def empty(dialog: TrashDialog) -> None:
        with meanwhile(qtbot, Dialog, lambda question: press(question, "Delete for good")):
            press(dialog, "Empty trash…")
        closed(dialog)

    with meanwhile(qtbot, TrashDialog, empty):
        command(qtbot, trashed, "Chat", "Trash…")
    until(qtbot, lambda: titles(trashed, "deleted_at IS NOT NULL") == [])


@scenario("button", "TrashDialog: Delete for good…")
@scenario("button", "TrashDialog: Delete for good")
@scenario("question", "TrashDialog._ask_to_delete: confirm")
def test_one_chat_of_the_trash_is_deleted_for_good(qtbot: QtBot, trashed: Opened) -> None:
    ask(qtbot, trashed, "Later")
    command(qtbot, trashed, "Chat", "Move to trash")
    ready(qtbot, lambda: len(titles(trashed, "deleted_at IS NOT NULL")) == 2)

    def delete(dialog: TrashDialog) -> None:
        row_with(dialog, "Later")
        with meanwhile(qtbot, Dialog, lambda question: press(question, "Delete for good")):
            press(dialog, "Delete for good…")
        closed(dialog)

    with meanwhile(qtbot, TrashDialog, delete):
        command(qtbot, trashed, "Chat", "Trash…")
    until(qtbot, lambda: titles(trashed, "deleted_at IS NOT NULL") == ["Question"])


@scenario("button", "RestoreDialog: Close")
def test_the_trash_is_closed(qtbot: QtBot, trashed: Opened) -> None:
    with meanwhile(qtbot, TrashDialog, lambda dialog: press(dialog, "Close")):
        command(qtbot, trashed, "Chat", "Trash…")


@pytest.fixture
def archived(qtbot: QtBot, open_window: Open) -> Opened:
    """A chat is archived."""
    opened = talk(qtbot, open_window)
    command(qtbot, opened, "Chat", "Archive or bring back")
    ready(qtbot, lambda: titles(opened, "archived") == ["Question"])
    return opened


@scenario("button", "ARCHIVE: Bring back")
@scenario("dialog", "ArchiveDialog")
def test_an_archived_chat_is_brought_back(qtbot: QtBot, archived: Opened) -> None:
    def bring_back(dialog: ArchiveDialog) -> None:
        first(dialog)
        press(dialog, "Bring back")
        closed(dialog)

    with meanwhile(qtbot, ArchiveDialog, bring_back):
        command(qtbot, archived, "Chat", "Archived chats…")
    until(qtbot, lambda: titles(archived, "archived") == [])


@scenario("button", "ArchiveDialog: Open")
def test_an_archived_chat_is_opened(qtbot: QtBot, archived: Opened) -> None:
    def look(dialog: ArchiveDialog) -> None:
        first(dialog)
        press(dialog, "Open")

    with meanwhile(qtbot, ArchiveDialog, look):
        command(qtbot, archived, "Chat", "Archived chats…")
    until(qtbot, lambda: archived.window.windowTitle() == "Question - Phial")


# --- backups ----------------------------------------------------------------------------------


@scenario("button", "BackupsDialog: Back up now")
@scenario("dialog", "BackupsDialog")
def test_a_backup_is_made(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    folder = opened.harness.services.data_folder / "backups"

    def make(dialog: BackupsDialog) -> None:
        press(dialog, "Back up now")
        until(qtbot, lambda: dialog.findChild(QListWidget).count() == 1)
        closed(dialog)

    with meanwhile(qtbot, BackupsDialog, make):
        command(qtbot, opened, "Chat", "Backups…")
    assert len(list(folder.iterdir())) >= 1


@scenario("button", "BackupsDialog: Go back to this…")
@scenario("button", "BackupsDialog: Go back")
@scenario("question", "BackupsDialog._ask_to_restore: confirm")
def test_one_goes_back_to_a_backup(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    opened.harness.services.maintenance.back_up()
    ask(qtbot, opened, "Later")

    def go_back(dialog: BackupsDialog) -> None:
        first(dialog)
        with meanwhile(qtbot, Dialog, lambda question: press(question, "Go back")):
            press(dialog, "Go back to this…")
        until(qtbot, lambda: dialog.findChild(QListWidget).count() == 2)
        closed(dialog)

    with meanwhile(qtbot, BackupsDialog, go_back):
        command(qtbot, opened, "Chat", "Backups…")
    question = "SELECT content FROM messages WHERE role = 'user'"
    until(qtbot, lambda: stored(opened, question) == [("Question",)])


@scenario("button", "BackupsDialog: Close")
def test_the_backups_are_closed(qtbot: QtBot, open_window: Open) -> None:
    with meanwhile(qtbot, BackupsDialog, lambda dialog: press(dialog, "Close")):
        command(qtbot, open_window(), "Chat", "Backups…")


@pytest.fixture
def saved(qtbot: QtBot, open_window: Open) -> Opened:
    """A backup holds a chat that has been deleted for good since."""
    opened = talk(qtbot, open_window)
    opened.harness.services.maintenance.back_up()
    command(qtbot, opened, "Chat", "Move to trash")
    ready(qtbot, lambda: titles(opened, "deleted_at IS NOT NULL") == ["Question"])
    opened.harness.services.library.trash.empty()
    ready(qtbot, lambda: stored(opened, "SELECT seq FROM messages") == [])
    return opened


def looking_into(
    qtbot: QtBot, opened: Opened, do: Callable[[ChatsOfBackupDialog], object], then: str = ""
) -> None:
    """Do something with the chats of the first backup, and read what the backups then say."""

    def look(dialog: BackupsDialog) -> None:
        first(dialog)
        with meanwhile(qtbot, ChatsOfBackupDialog, do):
            press(dialog, "Bring back chats…")
        until(qtbot, lambda: shows(dialog, then))
        closed(dialog)

    with meanwhile(qtbot, BackupsDialog, look):
        command(qtbot, opened, "Chat", "Backups…")


@scenario("button", "BackupsDialog: Bring back chats…")
@scenario("button", "ChatsOfBackupDialog: Bring back")
@scenario("dialog", "ChatsOfBackupDialog")
def test_one_chat_comes_out_of_a_backup(qtbot: QtBot, saved: Opened) -> None:
    def take(dialog: ChatsOfBackupDialog) -> None:
        row_with(dialog, "Question")
        press(dialog, "Bring back")

    looking_into(qtbot, saved, take, "1 chat brought back")
    until(qtbot, lambda: titles(saved) == ["Question"])


@scenario("button", "ChatsOfBackupDialog: Close")
def test_the_chats_of_a_backup_are_only_looked_at(qtbot: QtBot, saved: Opened) -> None:
    looking_into(qtbot, saved, lambda dialog: press(dialog, "Close"))
    assert titles(saved) == []


# --- export and import ------------------------------------------------------------------------


@pytest.fixture
def thoughtful(qtbot: QtBot, open_window: Open) -> Opened:
    """A chat whose answer has its reasoning."""
    answer = "<think>I wonder.</think>\n\nDone."
    return talk(qtbot, open_window, engine=ScriptedEngine([answer]))


def exported(qtbot: QtBot, opened: Opened, path: Path, format_: str, *boxes: str) -> str:
    """Export after a click on each of these boxes; what is in the file."""

    def export(dialog: ExportDialog) -> None:
        formats = seen(dialog, QComboBox, "Format")
        formats.setFocus()
        QTest.keyClicks(formats, format_)
        for box in boxes:
            press(dialog, box, starts=True)
        with meanwhile(qtbot, QFileDialog, lambda files: choose_file(files, path)):
            press(dialog, "Export…")

    with meanwhile(qtbot, ExportDialog, export):
        keys(opened, "Ctrl+E")
    ready(qtbot, path.exists)
    return path.read_text("utf-8")


@scenario("button", "ExportDialog: Carry everything, so that it can be imported again exactly")
def test_an_export_carries_only_what_is_read(
    qtbot: QtBot, thoughtful: Opened, tmp_path: Path
) -> None:
    text = exported(qtbot, thoughtful, tmp_path / "a.md", "Markdown", "Carry everything")
    chat = thoughtful.window.controller.chat
    assert chat is not None
    assert "Done." in text
    assert chat.id not in text


@scenario("button", "ExportDialog: Fold the reasoning of answers")
def test_an_export_shows_the_reasoning(qtbot: QtBot, thoughtful: Opened, tmp_path: Path) -> None:
    text = exported(qtbot, thoughtful, tmp_path / "a.md", "Markdown", "Fold the reasoning")
    assert "I wonder." in text
    assert "<details>" not in text


EVERYTHING = "Carry everything"


@scenario("button", "ExportDialog: With the reasoning of answers")
def test_an_export_leaves_the_reasoning_out(
    qtbot: QtBot, thoughtful: Opened, tmp_path: Path
) -> None:
    boxes = EVERYTHING, "With the reasoning of answers"
    text = exported(qtbot, thoughtful, tmp_path / "a.md", "Markdown", *boxes)
    assert "Done." in text
    assert "I wonder." not in text


@scenario("button", "ExportDialog: With the system prompt")
def test_an_export_leaves_the_system_prompt_out(
    qtbot: QtBot, thoughtful: Opened, tmp_path: Path
) -> None:
    def write(dialog: Dialog) -> None:
        typed(dialog.findChild(QPlainTextEdit), "Answer in verse.")
        press(dialog, "Save")

    with meanwhile(qtbot, Dialog, write):
        command(qtbot, thoughtful, "Chat", "System prompt of this chat…")
    question = "SELECT system_prompt FROM conversations"
    ready(qtbot, lambda: stored(thoughtful, question) == [("Answer in verse.",)])
    boxes = EVERYTHING, "With the system prompt"
    text = exported(qtbot, thoughtful, tmp_path / "a.md", "Markdown", *boxes)
    assert "Done." in text
    assert "verse" not in text


@scenario("button", "ExportDialog: With every version of a message")
def test_an_export_has_every_version_of_a_message(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = talk(qtbot, open_window)
    keys(opened, "Ctrl+Shift+R")
    ready(qtbot, lambda: said(opened) == ["One.", "Two."])
    wait_for_end(qtbot, opened)
    boxes = EVERYTHING, "With every version of a message"
    text = exported(qtbot, opened, tmp_path / "a.md", "Markdown", *boxes)
    assert "One." in text
    assert "Two." in text


def until_worker_is_idle(qtbot: QtBot, opened: Opened) -> None:
    ended = threading.Event()
    operations = opened.window.commands._shell.operations
    operations.run(opened.window, lambda _one: ended.set(), lambda _none: None)
    ready(qtbot, ended.is_set)


@scenario("button", "ExportDialog: Cancel")
def test_an_export_is_given_up_in_the_middle_and_leaves_no_file(
    qtbot: QtBot, thoughtful: Opened, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pressed, step, place = threading.Event(), ChatsToExport.step, tmp_path / "exported"
    place.mkdir()

    def until_cancel(chats: ChatsToExport, done: int, total: int) -> None:
        step(chats, done, total)
        if done:
            assert pressed.wait(60)

    monkeypatch.setattr(ChatsToExport, "step", until_cancel)

    def give_up(dialog: ExportDialog) -> None:
        formats = seen(dialog, QComboBox, "Format")
        formats.setFocus()
        QTest.keyClicks(formats, format_)
        with meanwhile(qtbot, QFileDialog, lambda files: choose_file(files, place / format_)):
            press(dialog, "Export…")
        bar = seen(dialog, QProgressBar, "Progress of the export")
        ready(qtbot, lambda: 0 < bar.value() < bar.maximum())
        press(dialog, "Cancel")
        pressed.set()

    for format_ in ("PDF", "Web page", "Markdown", "Plain text"):
        pressed.clear()
        with meanwhile(qtbot, ExportDialog, give_up):
            keys(thoughtful, "Ctrl+E")
        until_worker_is_idle(qtbot, thoughtful)
        assert list(place.iterdir()) == [], format_


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    """A folder with two exported chats of somebody else."""
    other = build(tmp_path / "elsewhere")
    (tmp_path / "theirs").mkdir()
    for text in ("One of theirs", "Two of theirs"):
        chat, _ = other.ask(text)
        other.services.transfer.export([chat], "markdown", tmp_path / "theirs" / f"{text}.md")
    other.services.close()
    return tmp_path / "theirs"


def importing(
    qtbot: QtBot, opened: Opened, folder: Path, do: Callable[[ImportDialog], object]
) -> None:
    """Name two files to be imported, and do something once they were read."""

    def name(files: QFileDialog) -> None:
        choose_file(files, *sorted(folder.iterdir()))

    def act(dialog: ImportDialog) -> None:
        ready(qtbot, lambda: dialog.findChild(QListWidget).count() == 2)
        do(dialog)

    with meanwhile(qtbot, ImportDialog, act), meanwhile(qtbot, QFileDialog, name):
        command(qtbot, opened, "Chat", "Import chats…")


def importing_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words tell how many are chosen."""
    monkeypatch.setattr(hands, "dead", "Import 2 chats")


@scenario("button", "ImportDialog: Import …", without=importing_is_dead)
@scenario("button", "ImportDialog: All")
def test_all_chats_are_taken_out_of_an_import_and_in_again(
    qtbot: QtBot, open_window: Open, elsewhere: Path
) -> None:
    opened = open_window()

    def take(dialog: ImportDialog) -> None:
        press(dialog, "All")
        until(qtbot, lambda: not seen(dialog, QAbstractButton, "Import").isEnabled())
        press(dialog, "All")
        press(dialog, "Import 2 chats")

    importing(qtbot, opened, elsewhere, take)
    until(qtbot, lambda: sorted(titles(opened)) == ["One of theirs", "Two of theirs"])


@pytest.fixture
def with_a_broken_line(tmp_path: Path) -> Path:
    """A folder whose import stays open at its end, to say what could not be read."""
    rows = [{"messages": [{"role": "user", "content": text}]} for text in ("First", "Second")]
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "a.jsonl").write_text(
        "\n".join([*map(json.dumps, rows), "{broken"]), encoding="utf-8"
    )
    return tmp_path / "theirs"


@scenario("button", "ImportDialog: Close")
def test_an_import_that_has_something_to_say_is_closed(
    qtbot: QtBot, open_window: Open, with_a_broken_line: Path
) -> None:
    opened = open_window()

    def close(dialog: ImportDialog) -> None:
        press(dialog, "Import 2 chats")
        ready(qtbot, lambda: seen(dialog, QAbstractButton, "Close"))
        press(dialog, "Close")

    importing(qtbot, opened, with_a_broken_line, close)
    assert sorted(map(str, said(opened, "user"))) == ["First", "Second"]


@scenario("button", "ImportDialog: Undo")
def test_an_import_is_taken_back_at_its_end(
    qtbot: QtBot, open_window: Open, with_a_broken_line: Path
) -> None:
    opened = open_window()

    def take_back(dialog: ImportDialog) -> None:
        press(dialog, "Import 2 chats")
        ready(qtbot, lambda: sorted(map(str, said(opened, "user"))) == ["First", "Second"])
        press(dialog, "Undo")

    importing(qtbot, opened, with_a_broken_line, take_back)
    until(qtbot, lambda: stored(opened, "SELECT seq FROM messages") == [])


@scenario("button", "ImportDialog: Cancel")
def test_an_import_is_given_up(qtbot: QtBot, open_window: Open, elsewhere: Path) -> None:
    opened = open_window()
    importing(qtbot, opened, elsewhere, lambda dialog: press(dialog, "Cancel"))
    assert titles(opened) == []


# --- models -----------------------------------------------------------------------------------


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        server.add(REPO, {FILE: BODY}, card=CARD)
        try:
            yield server
        finally:
            close_session()


def models(
    qtbot: QtBot, opened: Opened, do: Callable[[ModelsPage], object], entry: str = "Get Phi-4…"
) -> None:
    """Do something in the models dialog, and close it."""

    def act(dialog: ModelsPage) -> None:
        do(dialog)
        if dialog.isVisible():
            closed(dialog)

    with meanwhile(qtbot, ModelsPage, act):
        command(qtbot, opened, "Model", entry)


def listed(qtbot: QtBot, dialog: ModelsPage, name: str = REPO) -> None:
    """List the files of a repository by its button."""
    typed(seen(dialog, QLineEdit, "Repository"), name, instead=True)
    press(dialog, "List or search")


@scenario("button", "CatalogPage: List or search")
def test_a_repository_is_listed(qtbot: QtBot, open_window: Open, hub: HubServer) -> None:
    def look(dialog: ModelsPage) -> None:
        listed(qtbot, dialog)
        until(qtbot, lambda: shows(dialog, FILE))

    models(qtbot, open_window(endpoint=hub.endpoint), look)


@scenario("button", "CatalogPage: Files")
def test_a_hit_of_a_search_is_listed(qtbot: QtBot, open_window: Open, hub: HubServer) -> None:
    def look(dialog: ModelsPage) -> None:
        listed(qtbot, dialog, "phi-4")
        ready(qtbot, lambda: seen(dialog, QAbstractButton, "Files"))
        press(dialog, "Files")
        until(qtbot, lambda: shows(dialog, FILE))

    models(qtbot, open_window(endpoint=hub.endpoint), look)


def fetched(opened: Opened) -> Path:
    return kept(opened) / "acme--phi-4-GGUF" / FILE


def kept(opened: Opened) -> Path:
    """Where Phial keeps model files."""
    return opened.harness.services.data_folder / "models"


def download(qtbot: QtBot, dialog: ModelsPage) -> None:
    listed(qtbot, dialog)
    ready(qtbot, lambda: seen(dialog, QAbstractButton, f"Download {FILE}"))
    press(dialog, f"Download {FILE}")


@scenario("button", "CatalogPage: Download")
def test_a_file_of_a_repository_is_fetched(qtbot: QtBot, open_window: Open, hub: HubServer) -> None:
    opened = open_window(endpoint=hub.endpoint)

    def fetch(dialog: ModelsPage) -> None:
        download(qtbot, dialog)
        until(qtbot, lambda: fetched(opened).exists() and fetched(opened).read_bytes() == BODY)

    models(qtbot, opened, fetch)


@scenario("button", "CatalogPage: Model card…")
@scenario("dialog", "ModelCardDialog")
def test_a_model_card_is_read(qtbot: QtBot, open_window: Open, hub: HubServer) -> None:
    def read(card: ModelCardDialog) -> None:
        until(qtbot, lambda: shows(card, "Licence: mit"))
        closed(card)

    def look(dialog: ModelsPage) -> None:
        listed(qtbot, dialog)
        ready(qtbot, lambda: seen(dialog, QAbstractButton, "Model card…"))
        with meanwhile(qtbot, ModelCardDialog, read):
            press(dialog, "Model card…")

    models(qtbot, open_window(endpoint=hub.endpoint), look)


@scenario("button", "ModelCardDialog: Close")
@scenario("question", "CardText._follow: ask_to_open_link")
def test_a_link_of_a_card_is_opened_and_the_card_closed(
    qtbot: QtBot, open_window: Open, hub: HubServer, address: Address
) -> None:
    def read(card: ModelCardDialog) -> None:
        ready(qtbot, lambda: shows(card, "Licence: mit"))
        page = card.findChild(CardText)
        for y in range(4, 200, 4):  # where the link stands
            for x in range(4, 300, 8):
                if page.anchorAt(QPoint(x, y)):
                    with meanwhile(qtbot, Dialog, lambda dialog: press(dialog, "Open")):
                        click(page.viewport(), QPoint(x, y))
                    assert page.toPlainText()  # the card did not go where the link leads
                    press(card, "Close")
                    return
        raise AssertionError("no link")

    def look(dialog: ModelsPage) -> None:
        listed(qtbot, dialog)
        ready(qtbot, lambda: seen(dialog, QAbstractButton, "Model card…"))
        with meanwhile(qtbot, ModelCardDialog, read):
            press(dialog, "Model card…")

    models(qtbot, open_window(endpoint=hub.endpoint), look)
    until(qtbot, lambda: address.asked == ["https://example.org/"])


def state(opened: Opened) -> DownloadState:
    return opened.harness.services.downloads.items()[0].state


def slow_download(
    qtbot: QtBot, opened: Opened, hub: HubServer, do: Callable[[ModelsPage], object]
) -> None:
    """Do something while a file is being fetched."""
    hub.faults.slow_bytes, hub.faults.slow_seconds = 500, 0.05

    def act(dialog: ModelsPage) -> None:
        download(qtbot, dialog)
        ready(qtbot, lambda: opened.harness.services.downloads.items()[0].done > 0)
        do(dialog)

    models(qtbot, opened, act)


@scenario("button", "DownloadCard: Pause")
@scenario("button", "DownloadCard: Resume")
def test_a_download_is_paused_and_goes_on(qtbot: QtBot, open_window: Open, hub: HubServer) -> None:
    opened = open_window(endpoint=hub.endpoint)

    def pause(dialog: ModelsPage) -> None:
        press(dialog, "Pause")
        until(qtbot, lambda: state(opened) is DownloadState.PAUSED)
        ready(qtbot, lambda: seen(dialog, QAbstractButton, "Resume"))
        hub.faults.slow_bytes = 0
        press(dialog, "Resume")
        until(qtbot, lambda: state(opened) is DownloadState.DONE)

    slow_download(qtbot, opened, hub, pause)
    assert fetched(opened).read_bytes() == BODY


@scenario("button", "DownloadCard: Cancel")
@scenario("button", "DownloadsPage: Delete download")
@scenario("button", "DownloadCard: Remove from list")
@scenario("question", "DownloadsPage._cancel: confirm")
def test_a_download_is_cancelled_and_leaves_nothing(
    qtbot: QtBot, open_window: Open, hub: HubServer
) -> None:
    opened = open_window(endpoint=hub.endpoint)

    def cancel(dialog: ModelsPage) -> None:
        with meanwhile(qtbot, Dialog, lambda question: press(question, "Delete download")):
            press(dialog, f"Cancel {FILE}")
        until(qtbot, lambda: state(opened) is DownloadState.CANCELLED)
        ready(qtbot, lambda: seen(dialog, QAbstractButton, "Remove from list"))
        press(dialog, "Remove from list")
        until(qtbot, lambda: opened.harness.services.downloads.items() == ())

    slow_download(qtbot, opened, hub, cancel)
    assert not [one for one in kept(opened).rglob("*") if one.is_file()]


@scenario("button", "DownloadsPage: Keep downloading")
def test_a_download_goes_on_after_all(qtbot: QtBot, open_window: Open, hub: HubServer) -> None:
    opened = open_window(endpoint=hub.endpoint)

    def keep(dialog: ModelsPage) -> None:
        with meanwhile(qtbot, Dialog, lambda question: press(question, "Keep downloading")):
            press(dialog, f"Cancel {FILE}")
        hub.faults.slow_bytes = 0
        until(qtbot, lambda: state(opened) is DownloadState.DONE)

    slow_download(qtbot, opened, hub, keep)
    assert fetched(opened).read_bytes() == BODY


@scenario("button", "ModelCommands: Downloads…")
def test_a_download_that_failed_leads_to_the_downloads(
    qtbot: QtBot, open_window: Open, hub: HubServer
) -> None:
    opened = open_window(endpoint=hub.endpoint)
    hub.faults.flip_at = 100
    models(qtbot, opened, lambda dialog: download(qtbot, dialog))
    banner = opened.window.pane.banner
    ready(qtbot, lambda: seen(banner, QAbstractButton, "Downloads…"))

    def look(dialog: ModelsPage) -> None:
        until(qtbot, lambda: seen(dialog, QAbstractButton, f"Retry {FILE}"))
        closed(dialog)

    with meanwhile(qtbot, ModelsPage, look):
        press(banner, "Downloads…")


@pytest.fixture
def mine(tmp_path: Path) -> Settings:
    """A model of one's own is chosen, so that one that is fetched is not used by itself."""
    write_model(tmp_path / "mine.gguf")
    return Settings(welcomed=True, model_path=str(tmp_path / "mine.gguf"))


@scenario("button", "DownloadCard: Use")
def test_a_model_that_was_fetched_is_used(
    qtbot: QtBot, open_window: Open, hub: HubServer, mine: Settings
) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine, settings=mine, endpoint=hub.endpoint)

    def use(dialog: ModelsPage) -> None:
        download(qtbot, dialog)
        ready(qtbot, lambda: seen(dialog, QAbstractButton, f"Use {FILE}"))
        press(dialog, f"Use {FILE}")

    models(qtbot, opened, use)
    until(qtbot, lambda: [one.path for one in engine.loads[-1:]] == [fetched(opened)])


@scenario("button", "RemoteCard: Use")
def test_a_listed_file_that_is_here_already_is_used(
    qtbot: QtBot, open_window: Open, hub: HubServer, mine: Settings
) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine, settings=mine, endpoint=hub.endpoint)

    def fetch(dialog: ModelsPage) -> None:
        download(qtbot, dialog)
        ready(qtbot, lambda: seen(dialog, QAbstractButton, f"Use {FILE}"))

    def use(dialog: ModelsPage) -> None:
        listed(qtbot, dialog)
        ready(qtbot, lambda: seen(dialog, QAbstractButton, f"Use {FILE}"))
        press(dialog, f"Use {FILE}")

    models(qtbot, opened, fetch)
    models(qtbot, opened, use)
    until(qtbot, lambda: [one.path for one in engine.loads[-1:]] == [fetched(opened)])


@scenario("button", "FamilyCard: Download")
@scenario("button", "FamilyCard: Pause")
@scenario("button", "FamilyCard: Resume")
def test_the_model_for_this_computer_is_fetched_on_its_card_on_the_first_screen(
    qtbot: QtBot, open_window: Open, hub: HubServer
) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine, settings=Settings(), endpoint=hub.endpoint)
    services, welcome = opened.harness.services, opened.window.pane.welcome
    best = next(one for one in services.quantizations.models() if one.reason)
    first = best.options[0]
    hub.add(first.repository, {path: gguf(b"p" * 40_000) for path in first.paths})
    hub.faults.slow_bytes, hub.faults.slow_seconds = 500, 0.05
    ready(qtbot, lambda: seen(welcome, FamilyCard, best.family.name))
    card = seen(welcome, FamilyCard, best.family.name)
    assert shows(card, best.reason)
    assert shows(card, "words a second here")  # what else would fit
    name = f"{best.family.name} {first.name}"

    def state() -> DownloadState | None:
        items = services.downloads.items()
        return items[0].state if items and (items[0].done or items[0].state.over) else None

    press(card, f"Download {name}")
    until(qtbot, lambda: state() is DownloadState.DOWNLOADING)
    until(qtbot, lambda: seen(card, QProgressBar, f"Progress of {name}").value() > 0)
    press(card, f"Pause {name}")
    until(qtbot, lambda: state() is DownloadState.PAUSED)
    hub.faults.slow_bytes = 0
    press(card, f"Resume {name}")
    until(qtbot, lambda: loaded(engine)[-1:] == [Path(first.paths[0]).name])
    until(qtbot, lambda: not welcome.isVisible())  # the first start is over


HERE = "Models on this computer…"


@scenario("button", "InstalledPage: Use")
def test_a_model_that_is_here_is_used(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine()
    models(qtbot, open_window(engine), lambda dialog: press(dialog, "Use"), HERE)
    until(qtbot, lambda: loaded(engine)[-1:] == ["demo.gguf"])


def in_place(opened: Opened, path: Path) -> Path:
    """A file that is on the list."""
    write_model(path)
    opened.harness.services.add_models.use_in_place(path)
    return path


@scenario("button", "InstalledPage: Remove…")
@scenario("button", "InstalledPage: Remove")
@scenario("question", "InstalledPage._remove: confirm")
def test_a_model_is_taken_off_the_list(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    opened = open_window()
    path = in_place(opened, tmp_path / "mine.gguf")

    def remove(dialog: ModelsPage) -> None:
        with meanwhile(qtbot, Dialog, lambda question: press(question, "Remove")):
            press(dialog, "Remove…")
        until(qtbot, lambda: all(one.demo for one in opened.harness.services.models.installed()))

    models(qtbot, opened, remove, HERE)
    assert path.exists()


def copying_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its words tell how large the file is by the time it is pressed."""
    monkeypatch.setattr(hands, "dead", "Copy it into Phial's folder….")


@scenario("button", "InstalledPage: Use a file I already have…")
@scenario("button", "AddModelDialog: Copy it into Phial's folder.", without=copying_is_dead)
@scenario(
    "button",
    "AddModelDialog: Copy it into Phial's folder: takes … of … free.",
    without=copying_is_dead,
)
def test_a_file_is_copied_and_used(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    write_model(tmp_path / "mine.gguf")

    def add(dialog: AddModelDialog) -> None:
        ready(qtbot, lambda: seen(dialog, QAbstractButton, "Add and use").isEnabled())
        press(dialog, "Copy it into Phial's folder", starts=True)
        press(dialog, "Add and use")

    def look(dialog: ModelsPage) -> None:
        with (
            meanwhile(qtbot, AddModelDialog, add),
            meanwhile(qtbot, QFileDialog, lambda files: choose_file(files, tmp_path / "mine.gguf")),
        ):
            press(dialog, "Use a file I already have…")
        until(qtbot, (kept(opened) / "mine.gguf").exists)

    models(qtbot, opened, look, HERE)
    until(
        qtbot,
        lambda: [one.path for one in engine.loads[-1:]] == [kept(opened) / "mine.gguf"],
    )


def adding(
    qtbot: QtBot, opened: Opened, path: Path, do: Callable[[AddModelDialog], object]
) -> None:
    """Do something in the dialog that looks at a file, once it did."""

    def act(dialog: AddModelDialog) -> None:
        ready(qtbot, lambda: seen(dialog, QAbstractButton, "Add and use").isEnabled())
        do(dialog)

    write_model(path)
    with (
        meanwhile(qtbot, AddModelDialog, act),
        meanwhile(qtbot, QFileDialog, lambda files: choose_file(files, path)),
    ):
        keys(opened, "Ctrl+O")


@scenario("button", "AddModelDialog: Use it where it is. It stays yours; Phial never deletes it.")
def test_a_file_is_used_where_it_is_after_all(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)

    def add(dialog: AddModelDialog) -> None:
        press(dialog, "Copy it into Phial's folder", starts=True)
        press(dialog, "Use it where it is", starts=True)
        press(dialog, "Add and use")

    adding(qtbot, opened, tmp_path / "mine.gguf", add)
    until(qtbot, lambda: [one.path for one in engine.loads[-1:]] == [tmp_path / "mine.gguf"])


@scenario("button", "AddModelDialog: Cancel")
def test_adding_a_file_is_given_up(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    opened = open_window()
    adding(qtbot, opened, tmp_path / "mine.gguf", lambda dialog: press(dialog, "Cancel"))
    assert all(one.demo for one in opened.harness.services.models.installed())


@scenario("button", "InstalledPage: Look for models of other programs")
@scenario("button", "InstalledPage: Use…")
def test_a_model_of_another_program_is_used_where_it_is(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    theirs = tmp_path / "home" / ".lmstudio" / "models" / "acme" / "tales" / FILE
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(BODY)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    engine = ScriptedEngine()
    opened = open_window(engine)

    def add(dialog: AddModelDialog) -> None:
        ready(qtbot, lambda: seen(dialog, QAbstractButton, "Add and use").isEnabled())
        press(dialog, "Add and use")

    def look(dialog: ModelsPage) -> None:
        press(dialog, "Look for models of other programs")
        until(qtbot, lambda: seen(dialog, QAbstractButton, "Use…"))
        with meanwhile(qtbot, AddModelDialog, add):
            press(dialog, "Use…")

    models(qtbot, opened, look, HERE)
    until(qtbot, lambda: [one.path for one in engine.loads[-1:]] == [theirs])


# --- measuring --------------------------------------------------------------------------------


@scenario("button", "BenchmarkDialog: Measure")
@scenario("button", "BenchmarkDialog: Copy figures")
@scenario("dialog", "BenchmarkDialog")
def test_a_model_is_measured_and_its_figures_copied(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)

    def measure(dialog: BenchmarkDialog) -> None:
        press(dialog, "Measure")
        until(qtbot, lambda: seen(dialog, QAbstractButton, "Copy figures"))
        press(dialog, "Copy figures")
        closed(dialog)

    with meanwhile(qtbot, BenchmarkDialog, measure):
        command(qtbot, opened, "Model", "Measure this model…")
    until(qtbot, lambda: clipboard().startswith("{"))
    assert "load_seconds" in json.loads(clipboard())


@scenario("button", "BenchmarkDialog: Stop")
@scenario("button", "BenchmarkDialog: Measure again")
def test_measuring_is_stopped_and_begun_again(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = talk(qtbot, open_window)
    benchmarks = opened.harness.services.benchmarks
    fast = benchmarks._make_engine
    monkeypatch.setattr(
        benchmarks, "_make_engine", lambda *_: ScriptedEngine(["word"], prompt_delay=3)
    )

    def stop(dialog: BenchmarkDialog) -> None:
        press(dialog, "Measure")
        ready(qtbot, lambda: seen(dialog, QAbstractButton, "Stop"))
        press(dialog, "Stop")
        until(qtbot, lambda: shows(dialog, "Stopped. Nothing was measured to the end."))
        monkeypatch.setattr(benchmarks, "_make_engine", fast)
        press(dialog, "Measure again")
        until(qtbot, lambda: seen(dialog, QAbstractButton, "Copy figures"))
        closed(dialog)

    with meanwhile(qtbot, BenchmarkDialog, stop):
        command(qtbot, opened, "Model", "Measure this model…")


@scenario("button", "BenchmarkDialog: Close")
def test_measuring_is_closed(qtbot: QtBot, open_window: Open) -> None:
    with meanwhile(qtbot, BenchmarkDialog, lambda dialog: press(dialog, "Close")):
        command(qtbot, open_window(), "Model", "Measure this model…")


# --- help -------------------------------------------------------------------------------------


@scenario("dialog", "AboutDialog")
def test_about_shows_the_licence_that_is_chosen(qtbot: QtBot, open_window: Open) -> None:
    def look(dialog: AboutDialog) -> None:
        rows = dialog.findChild(QListWidget)
        rows.setFocus()
        QTest.keyClick(rows, Qt.Key.Key_Down)
        assert seen(dialog, QPlainTextEdit, "Licence").toPlainText() == (
            third_party_packages()[1].text or "Its package holds no text of its licence."
        )
        closed(dialog)

    with meanwhile(qtbot, AboutDialog, look):
        command(qtbot, open_window(), "Help", "About Phial")


@scenario("button", "AboutDialog: Close")
def test_about_is_closed(qtbot: QtBot, open_window: Open) -> None:
    with meanwhile(qtbot, AboutDialog, lambda dialog: press(dialog, "Close")):
        command(qtbot, open_window(), "Help", "About Phial")


@scenario("dialog", "ShortcutsDialog")
@scenario("button", "ShortcutsDialog: Close")
def test_the_shortcuts_are_read_and_closed(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()

    def look(dialog: ShortcutsDialog) -> None:
        tree = dialog.findChild(QTreeWidget)
        assert tree.findItems("Command palette", Qt.MatchFlag.MatchRecursive)
        press(dialog, "Close")

    with meanwhile(qtbot, ShortcutsDialog, look):
        keys(opened, "F1")


class _Page(BaseHTTPRequestHandler):
    """The project's page, on this machine."""

    def do_HEAD(self) -> None:
        self.send_response(302)
        self.send_header("Location", "/phial/releases/tag/v99.0.0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def release(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a page with a newer release."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Page)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    page = f"http://127.0.0.1:{server.server_port}/phial"
    make = UpdateService.__init__
    monkeypatch.setattr(UpdateService, "__init__", lambda self, *given: make(self, *given, page))
    yield page
    server.shutdown()
    thread.join()
    server.server_close()


@scenario("button", "UpdateDialog: Check now")
@scenario("button", "UpdateDialog: Open its page")
@scenario("dialog", "UpdateDialog")
def test_a_newer_release_is_found_and_its_page_opened(
    qtbot: QtBot, open_window: Open, release: str, address: Address
) -> None:
    def check(dialog: UpdateDialog) -> None:
        press(dialog, "Check now")
        until(qtbot, lambda: "99.0.0 is out" in dialog.answer.text())
        press(dialog, "Open its page")
        closed(dialog)

    with meanwhile(qtbot, UpdateDialog, check):
        command(qtbot, open_window(), "Help", "Check for updates…")
    until(qtbot, lambda: address.asked == [f"{release}/releases/tag/v99.0.0"])


@scenario("button", "UpdateDialog: Close")
def test_looking_for_updates_is_given_up(qtbot: QtBot, open_window: Open) -> None:
    with meanwhile(qtbot, UpdateDialog, lambda dialog: press(dialog, "Close")):
        command(qtbot, open_window(), "Help", "Check for updates…")


# --- errors -----------------------------------------------------------------------------------

ERROR = OutOfMemoryError("12 GB are needed, 6 GB are free.", detail="mmap failed")


def details(qtbot: QtBot, opened: Opened, do: Callable[[ErrorDialog], object]) -> None:
    opened.harness.services.bus.publish(ErrorReported(ERROR))
    ready(qtbot, lambda: seen(opened.window, QAbstractButton, "Details…"))
    with meanwhile(qtbot, ErrorDialog, do):
        press(opened.window, "Details…")


@scenario("dialog", "ErrorDialog")
@scenario("button", "ErrorDialog: Details")
@scenario("button", "actions_for: Details…")
def test_an_errors_details_are_read(qtbot: QtBot, open_window: Open) -> None:
    def look(dialog: ErrorDialog) -> None:
        press(dialog, "Details")
        text = dialog.findChild(QPlainTextEdit)
        until(qtbot, lambda: text.isVisible() and "mmap failed" in text.toPlainText())
        closed(dialog)

    details(qtbot, open_window(), look)


@scenario("button", "ErrorDialog: Close")
def test_an_error_is_closed(qtbot: QtBot, open_window: Open) -> None:
    details(qtbot, open_window(), lambda dialog: press(dialog, "Close"))


# --- settings ---------------------------------------------------------------------------------


def settings(
    qtbot: QtBot, opened: Opened, section: str, do: Callable[[SettingsPage], object]
) -> None:
    """Do something on a page of the settings, and close them."""

    def act(dialog: SettingsPage) -> None:
        sections = seen(dialog, QListWidget, "Sections")
        (row,) = sections.findItems(section, Qt.MatchFlag.MatchExactly)
        click(sections.viewport(), sections.visualItemRect(row).center())
        wait_for_all_of(qtbot, dialog)
        do(dialog)
        closed(dialog)

    with meanwhile(qtbot, SettingsPage, act):
        keys(opened, "Ctrl+,")


def offline_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """A switch is called as its setting."""
    monkeypatch.setattr(hands, "dead", "Offline")


@scenario("button", "Switch: …", without=offline_is_dead)
def test_a_box_of_the_settings_is_ticked(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    settings(qtbot, opened, "Privacy and network", lambda dialog: press(dialog, "Offline"))
    until(qtbot, lambda: opened.harness.services.settings.current.offline)


@scenario("button", "SettingRow: Reset … to its default")
def test_a_setting_goes_back_to_its_default(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(settings=Settings(welcomed=True, offline=True))
    settings(
        qtbot,
        opened,
        "Privacy and network",
        lambda dialog: press(dialog, "Reset Offline", starts=True),
    )
    until(qtbot, lambda: not opened.harness.services.settings.current.offline)


@scenario("button", "SettingsCommands: Measure this model…")
def test_the_settings_lead_to_measuring(qtbot: QtBot, open_window: Open) -> None:
    def go(dialog: SettingsPage) -> None:
        with meanwhile(qtbot, BenchmarkDialog, closed):
            press(dialog, "Measure this model…")

    settings(qtbot, open_window(), "Models", go)


@scenario("button", "SettingsCommands: Models on this computer…")
def test_the_settings_lead_to_the_models(qtbot: QtBot, open_window: Open) -> None:
    def go(dialog: SettingsPage) -> None:
        with meanwhile(qtbot, ModelsPage, closed):
            press(dialog, "Models on this computer…")

    settings(qtbot, open_window(), "Models", go)


@scenario("button", "SnapshotPanel: Clear")
def test_what_was_remembered_of_chats_is_cleared(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    folder = opened.harness.services.data_folder / "kv"
    folder.mkdir()
    (folder / "one.kv").write_bytes(b"x" * 5_000)

    def clear(dialog: SettingsPage) -> None:
        press(dialog, "Clear")
        until(qtbot, lambda: list(folder.iterdir()) == [])

    settings(qtbot, opened, "Storage", clear)


@scenario("button", "ConnectionsPanel: Clear list…")
@scenario("button", "ConnectionsPanel: Clear list")
@scenario("question", "ConnectionsPanel._on_clear: confirm")
def test_the_list_of_connections_is_cleared(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    connections = opened.harness.services.connections
    connections.gate.connection("https://models.example/", "a try").end()

    def clear(dialog: SettingsPage) -> None:
        listed = seen(dialog, QListWidget, "Connections")
        assert "models.example:443" in listed.item(0).text()
        with meanwhile(qtbot, Dialog, lambda question: press(question, "Clear list")):
            press(dialog, "Clear list…")
        until(qtbot, lambda: shows(dialog, "There was no connection since"))
        assert connections.listed().rows == ()

    settings(qtbot, opened, "Privacy and network", clear)


@scenario("button", "TokenPanel: Keep")
@scenario("button", "TokenPanel: Forget")
def test_an_access_token_is_kept_and_forgotten(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    token = opened.harness.services.downloads._token  # what the hub is told is this
    assert token.get() is None

    def keep(dialog: SettingsPage) -> None:
        typed(seen(dialog, QLineEdit, "Hugging Face access token"), "hf_abcdefghijklmnop")
        press(dialog, "Keep")
        until(qtbot, lambda: token.get() is not None)
        press(dialog, "Forget")
        until(qtbot, lambda: token.get() is None)

    settings(qtbot, opened, "Privacy and network", keep)
