"""The window's own buttons: sidebar, header, composer, pages, what it says and offers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLabel, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.domain.errors import (
    AnswerFillsContextError,
    EngineDiedError,
    KnownError,
    ModelFileError,
    ModelMissingError,
    ModelNotLoadedError,
    OutOfMemoryError,
    PromptTooLongError,
    StoreError,
    SwitchFailedError,
)
from app.domain.generation import OverflowPolicy
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.services.core.events import ErrorReported
from app.ui.commands.composer_commands import ComposerCommands
from app.ui.commands.model_commands import ModelCommands
from app.ui.commands.used_last_commands import UsedLastCommands
from app.ui.conversation.empty_states import _DEMO_PROMPTS, _PROMPTS
from app.ui.conversation.input.used_last import UseAgainButton
from app.ui.conversation.notices.context_details import ContextDetails
from app.ui.library.documents_page import DocumentsPage
from app.ui.models.add_dialog import AddModelDialog
from app.ui.models.models_page import ModelsPage
from app.ui.settings.settings_page import SettingsPage
from app.ui.style.dialogs import Dialog
from app.ui.transfer.export_dialog import ExportDialog
from tests.scenarios.hands import (
    Address,
    ask,
    begun,
    chat_menu,
    choose,
    choose_file,
    click,
    command,
    key,
    keys,
    loaded,
    meanwhile,
    press,
    said,
    seen,
    shows,
    slow,
    stored,
    talk,
    titles,
    typed,
    wait_for_end,
    written,
)
from tests.scenarios.patience import ready, until
from tests.scenarios.registry import scenario
from tests.scenarios.tables import nothing
from tests.support.document_files import lines, pdf
from tests.support.dropping import drop
from tests.support.hub_server import HubServer
from tests.support.window import Open, Opened, close, write_model
from tests.ui.conversation.test_unanswered import LONG, fill, full


def escape(dialog: Dialog) -> None:
    key(dialog, Qt.Key.Key_Escape)


# --- sidebar and header -----------------------------------------------------------------------


@scenario("button", "Sidebar: New chat")
def test_the_sidebar_begins_a_chat(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window, "First")
    press(opened.window.sidebar, "New chat")
    ask(qtbot, opened, "Second")
    assert titles(opened) == ["Second", "First"]


@scenario("button", "Sidebar: Hide sidebar")
@scenario("button", "Header: Show sidebar")
def test_the_sidebar_is_hidden_and_comes_back(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    press(opened.window, "Hide sidebar")
    until(qtbot, lambda: not opened.window.sidebar.isVisible())
    press(opened.window, "Show sidebar")
    until(qtbot, opened.window.sidebar.isVisible)


@scenario("button", "Sidebar: Settings")
def test_the_sidebar_leads_to_the_settings(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    with meanwhile(qtbot, SettingsPage, escape):
        press(opened.window.sidebar, "Settings")


@scenario("button", "Sidebar: Models")
@scenario("button", "Sidebar: Documents")
def test_the_sidebar_leads_to_models_and_documents(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    with meanwhile(qtbot, ModelsPage, escape):
        press(opened.window.sidebar, "Models")
    with meanwhile(qtbot, DocumentsPage, escape):
        press(opened.window.sidebar, "Documents")


@scenario("button", "ContextRing: …", without=nothing(ComposerCommands, "_show_context"))
@scenario("button", "ContextDetails: Change the size…")
def test_the_ring_tells_what_fills_the_context_and_leads_to_its_size(
    qtbot: QtBot, open_window: Open
) -> None:
    settings = Settings(welcomed=True, system_prompt="Be brief and kind.", zoom=200)
    opened = open_window(ScriptedEngine(["One two three."], context_size=4096), settings)
    ask(qtbot, opened, "Four words of mine")
    typed(opened.window.pane.composer.editor, "and five more of them")
    ring = opened.window.pane.header.ring
    ready(qtbot, lambda: ring.use.message > 4)
    found: list[str] = []

    def look(popup: ContextDetails) -> None:
        found.extend(popup.accessibleDescription().splitlines())
        pane = opened.window.pane
        left = pane.mapToGlobal(QPoint(0, 0)).x()  # the sidebar stays free, large as all is
        assert left <= popup.x() < popup.x() + popup.width() <= left + pane.width()
        assert [one for one in popup.findChildren(QLabel) if one.text() == f"{ring.use.message}"]
        press(popup, "Change the size…")

    with meanwhile(qtbot, ContextDetails, look):
        press(opened.window.pane.header, "Context")
    numbers = [int(one.rpartition(" ")[2].replace(",", "")) for one in found[:4]]
    assert [one.partition(":")[0] for one in found[:4]] == [
        "System prompt", "This chat", "This message", "Free",
    ]  # fmt: skip
    assert min(numbers) > 3
    assert sum(numbers) == 4096
    assert "Nothing fell out" in found[-1]
    until(qtbot, lambda: shows(opened.window.pages, "Context size"))


@scenario("menu entry", "ModelMenu: …", without=nothing(ModelCommands, "choose_model"))
def test_the_chip_switches_the_model(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Built-in demo")):
        press(opened.window.pane.composer, "Model")
    until(qtbot, lambda: loaded(engine)[-1:] == ["demo.gguf"])


@scenario("button", "Header: Menu")
def test_the_menu_opens(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    command(qtbot, opened, "View", "Larger text")
    until(qtbot, lambda: opened.harness.services.settings.current.zoom == 110)


@scenario("button", "Sidebar: Downloads")
def test_the_sidebar_leads_to_the_downloads(qtbot: QtBot, open_window: Open) -> None:
    with HubServer() as hub:
        hub.add("acme/phi-4-GGUF", {"a.gguf": b"x" * 200_000})
        hub.faults.slow_bytes, hub.faults.slow_seconds = 500, 0.05
        opened = open_window(endpoint=hub.endpoint)
        opened.harness.services.downloads.start("acme/phi-4-GGUF", ("a.gguf",))
        button = opened.window.sidebar._buttons["downloads"]
        ready(qtbot, button.isVisible)

        def look(dialog: ModelsPage) -> None:
            until(qtbot, lambda: seen(dialog, QAbstractButton, "Pause"))
            escape(dialog)

        with meanwhile(qtbot, ModelsPage, look):
            from tests.scenarios import hands

            button.blockSignals(hands.dead == "Downloads")  # its words tell how far they are
            click(button)
        item = opened.harness.services.downloads.items()[0]
        opened.harness.services.downloads.cancel(item.id, keep_part=False)
        close(opened)
    from tests.support.hub_session import close_session

    close_session()


# --- the right button on a chat ---------------------------------------------------------------


@pytest.fixture
def chat(qtbot: QtBot, open_window: Open) -> Opened:
    return talk(qtbot, open_window)


@scenario("menu entry", "ChatCommands: Open")
def test_a_chat_is_opened_from_its_menu(qtbot: QtBot, chat: Opened) -> None:
    keys(chat, "Ctrl+N")
    chat_menu(qtbot, chat, "Question", "Open")
    until(qtbot, lambda: chat.window.windowTitle() == "Question - Phial")


@scenario("menu entry", "ChatCommands: Rename…")
def test_a_chat_is_renamed_in_its_row(qtbot: QtBot, chat: Opened) -> None:
    chat_menu(qtbot, chat, "Question", "Rename…")
    until(qtbot, lambda: chat.window.sidebar._list.findChildren(QLineEdit))
    (field,) = chat.window.sidebar._list.findChildren(QLineEdit)
    typed(field, "Other", instead=True)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    until(qtbot, lambda: titles(chat) == ["Other"])


@scenario("menu entry", "ChatCommands: Pin")
@scenario("menu entry", "ChatCommands: Unpin")
def test_a_chat_is_pinned_and_unpinned_from_its_menu(qtbot: QtBot, chat: Opened) -> None:
    chat_menu(qtbot, chat, "Question", "Pin")
    until(qtbot, lambda: titles(chat, "pinned") == ["Question"])
    ready(qtbot, lambda: chat.window.sidebar.model.index(0).data() == "Pinned")
    chat_menu(qtbot, chat, "Question", "Unpin")
    until(qtbot, lambda: titles(chat, "pinned") == [])


@scenario("menu entry", "ChatCommands: Move to folder…")
def test_moving_to_a_folder_is_asked_from_the_menu(qtbot: QtBot, chat: Opened) -> None:
    with meanwhile(qtbot, Dialog, lambda dialog: press(dialog, "Cancel")):
        chat_menu(qtbot, chat, "Question", "Move to folder…")


@scenario("menu entry", "ChatCommands: Archive")
def test_a_chat_is_archived_from_its_menu(qtbot: QtBot, chat: Opened) -> None:
    chat_menu(qtbot, chat, "Question", "Archive")
    until(qtbot, lambda: titles(chat, "archived") == ["Question"])


@scenario("menu entry", "ChatCommands: Move to trash")
def test_a_chat_is_deleted_from_its_menu(qtbot: QtBot, chat: Opened) -> None:
    chat_menu(qtbot, chat, "Question", "Move to trash")
    until(qtbot, lambda: titles(chat, "deleted_at IS NOT NULL") == ["Question"])


@scenario("menu entry", "CommandHandlers: Export…")
def test_a_chat_is_exported_from_its_menu(qtbot: QtBot, chat: Opened) -> None:
    with meanwhile(qtbot, ExportDialog, escape):
        chat_menu(qtbot, chat, "Question", "Export…")


# --- writing and finding ----------------------------------------------------------------------


@scenario("button", "Composer: Send")
@scenario("button", "Composer: Stop")
def test_the_button_sends_and_stops(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(slow())
    typed(opened.window.pane.composer.editor, "Question")
    press(opened.window, "Send")
    until(qtbot, lambda: said(opened, "user") == ["Question"])
    ready(qtbot, lambda: seen(opened.window, QAbstractButton, "Stop"))
    press(opened.window, "Stop")
    question = "SELECT stop_reason FROM messages WHERE role = 'assistant'"
    until(qtbot, lambda: stored(opened, question) == [("stopped",)])


@pytest.fixture
def finding(qtbot: QtBot, open_window: Open) -> Opened:
    opened = talk(qtbot, open_window, engine=ScriptedEngine(["A phial holds a phial."]))
    keys(opened, "Ctrl+F")
    typed(seen(opened.window, QLineEdit, "Find in this chat"), "phial")
    ready(qtbot, lambda: found(opened) == "2 matches")
    return opened


def found(opened: Opened) -> str:
    return opened.window.pane.find_bar.count.text()


@scenario("button", "FindBar: Next match")
@scenario("button", "FindBar: Previous match")
def test_matches_are_gone_through_by_mouse(qtbot: QtBot, finding: Opened) -> None:
    press(finding.window, "Next match")
    until(qtbot, lambda: found(finding) == "1 of 2")
    press(finding.window, "Previous match")
    until(qtbot, lambda: found(finding) == "2 of 2")


@scenario("button", "FindBar: Close find")
def test_finding_is_closed(qtbot: QtBot, finding: Opened) -> None:
    press(finding.window, "Close find")
    until(qtbot, lambda: not finding.window.pane.find_bar.isVisible())


# --- pages ------------------------------------------------------------------------------------


def first_start(open_window: Open, engine: ScriptedEngine | None = None, **options: str) -> Opened:
    return open_window(engine, settings=Settings(), **options)


@scenario("button", "WelcomePage: Try the built-in demo")
def test_the_demo_is_tried(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine()
    opened = first_start(open_window, engine)
    press(opened.window, "Try the built-in demo")
    until(qtbot, lambda: loaded(engine)[-1:] == ["demo.gguf"])


@scenario("button", "WelcomePage: Use a file I already have…")
def test_the_first_start_uses_a_file(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    engine = ScriptedEngine()
    opened = first_start(open_window, engine)
    write_model(tmp_path / "mine.gguf")

    def add(dialog: AddModelDialog) -> None:
        ready(qtbot, lambda: seen(dialog, QAbstractButton, "Add and use").isEnabled())
        press(dialog, "Add and use")

    with (
        meanwhile(qtbot, AddModelDialog, add),
        meanwhile(qtbot, QFileDialog, lambda files: choose_file(files, tmp_path / "mine.gguf")),
    ):
        press(opened.window, "Use a file I already have…")
    until(qtbot, lambda: loaded(engine)[-1:] == ["mine.gguf"])


@scenario("button", "WelcomePage: Other sizes and models…")
def test_the_first_start_leads_to_other_models(qtbot: QtBot, open_window: Open) -> None:
    opened = first_start(open_window)
    ready(qtbot, lambda: seen(opened.window, QAbstractButton, "Other sizes and models…"))
    with meanwhile(qtbot, ModelsPage, escape):
        press(opened.window, "Other sizes and models…")


@scenario("button", "ChatPane: Get Phi-4…")
def test_the_demo_leads_to_phi_4(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    with meanwhile(qtbot, ModelsPage, escape):
        press(opened.window, "Get Phi-4…")


def _begins_with(words: str, demo: bool) -> Callable[..., None]:
    @scenario("first words", words)
    def test(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
        opened = open_window()
        if not demo:  # another model says other words
            write_model(tmp_path / "mine.gguf")
            services = opened.harness.services
            services.models.choose(services.add_models.use_in_place(tmp_path / "mine.gguf"))
            ready(qtbot, lambda: seen(opened.window, QAbstractButton, words))
        press(opened.window, words)
        until(qtbot, lambda: said(opened, "user") == [words])
        wait_for_end(qtbot, opened)

    return test


for _words in (*_PROMPTS, *_DEMO_PROMPTS):
    _name = "".join(one if one.isalnum() else "_" for one in _words.lower())
    _test = _begins_with(_words, _words in _DEMO_PROMPTS)
    globals()[f"test_a_chat_begins_with_{_name}"] = _test


@scenario("button", "UseAgainButton: …", without=nothing(UsedLastCommands, "_ask_about"))
def test_an_empty_chat_offers_what_was_used_last(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    pane, services = opened.window.pane, opened.harness.services
    qtbot.wait(600)  # longer than it takes to look at a start
    assert not pane.empty.findChildren(UseAgainButton), "nothing was used yet"
    report = tmp_path / "R&D of the bridge.pdf"
    report.write_bytes(pdf([lines("The bridge opened in 1962.")]))
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Translate")):
        keys(opened, "Ctrl+Shift+P")
    drop(pane.composer.editor, report)
    bar = pane.composer.attachments
    until(qtbot, lambda: bool(bar.waiting(opened.window.controller.current().id).documents))
    ask(qtbot, opened, "When did it open?")
    press(opened.window, "New chat")
    offered = "Ask about R&D of the bridge.pdf"
    ready(qtbot, lambda: seen(pane.empty, UseAgainButton, offered))
    seen(pane.empty, UseAgainButton, offered).setFocus()
    key(opened.window, Qt.Key.Key_Space)
    until(qtbot, lambda: bool(bar.waiting(opened.window.controller.current().id).documents))
    press(pane.empty, "Answer as Translate")
    ask(qtbot, opened, "And when did it close?")
    asked = engine.requests[-1].turns[0].content
    assert "Translate idioms by their meaning." in asked
    assert "The bridge opened in 1962." in asked
    services.documents.remove(services.documents.library(private=False).documents())
    press(opened.window, "New chat")
    until(qtbot, lambda: [one.accessibleName() for one in pane.empty.findChildren(UseAgainButton)
                          if one.isVisible()] == ["Answer as Translate"])  # fmt: skip


# --- what is said, and what is offered --------------------------------------------------------


def told(qtbot: QtBot, opened: Opened, error: KnownError) -> None:
    """The window says what went wrong."""
    opened.harness.services.bus.publish(ErrorReported(error))
    ready(qtbot, opened.window.pane.banner.isVisible)


@scenario("button", "Banner: Close this message")
def test_a_message_is_closed(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    told(qtbot, opened, StoreError("It did not work."))
    press(opened.window, "Close this message")
    until(qtbot, lambda: not opened.window.pane.banner.isVisible())


def offers_models(qtbot: QtBot, open_window: Open, error: KnownError, words: str) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    told(qtbot, opened, error)
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Built-in demo")):
        press(opened.window, words)
    until(qtbot, lambda: loaded(engine)[-1:] == ["demo.gguf"])


@scenario("button", "actions_for: Choose another model…")
def test_another_model_is_chosen(qtbot: QtBot, open_window: Open) -> None:
    offers_models(qtbot, open_window, SwitchFailedError("No."), "Choose another model…")


@scenario("button", "actions_for: Choose a model…")
def test_a_model_is_chosen(qtbot: QtBot, open_window: Open) -> None:
    offers_models(qtbot, open_window, ModelNotLoadedError("No."), "Choose a model…")


@scenario("button", "actions_for: Choose a smaller model…")
def test_a_smaller_model_is_chosen(qtbot: QtBot, open_window: Open) -> None:
    offers_models(qtbot, open_window, OutOfMemoryError("No."), "Choose a smaller model…")


@scenario("button", "actions_for: Use the built-in demo")
def test_the_demo_is_used_instead(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    told(qtbot, opened, ModelFileError("It is gone."))
    press(opened.window, "Use the built-in demo")
    until(qtbot, lambda: loaded(engine)[-1:] == ["demo.gguf"])


@scenario("button", "actions_for: Change the context size…")
def test_the_context_size_can_be_changed(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    told(qtbot, opened, PromptTooLongError(9_000, 4_000))

    def look(dialog: SettingsPage) -> None:
        ready(qtbot, lambda: shows(dialog, "Context size"))
        escape(dialog)

    with meanwhile(qtbot, SettingsPage, look):
        press(opened.window, "Change the context size…")


@scenario("button", "actions_for: New chat with this message")
def test_what_had_no_room_is_said_in_a_new_chat(qtbot: QtBot, open_window: Open) -> None:
    engine, opened = full(open_window)
    first = fill(qtbot, opened)
    press(opened.window.pane.banner, "New chat with this message")
    until(qtbot, lambda: opened.window.pane.composer.text() == LONG)
    key(opened.window.pane.composer.editor, Qt.Key.Key_Return)
    until(qtbot, lambda: len(engine.requests) == 2)
    wait_for_end(qtbot, opened)
    assert [turn.content for turn in engine.requests[1].turns] == [LONG]
    question = (
        "SELECT c.id FROM messages m JOIN conversations c ON c.seq = m.conversation "
        "WHERE CAST(m.content AS TEXT) = ? ORDER BY m.seq"
    )
    before, after = (row[0] for row in stored(opened, question, LONG))
    assert before == first != after


@scenario("button", "actions_for: Leave out the oldest messages")
def test_what_had_no_room_is_said_without_the_oldest(qtbot: QtBot, open_window: Open) -> None:
    engine, opened = full(open_window)
    fill(qtbot, opened)
    press(opened.window.pane.banner, "Leave out the oldest messages")
    until(qtbot, lambda: len(engine.requests) == 2)
    wait_for_end(qtbot, opened)
    assert engine.requests[1].turns[-1].content == LONG
    assert engine.requests[1].overflow is OverflowPolicy.LEAVE_OUT
    assert said(opened, "user") == [LONG, LONG]


@scenario("button", "actions_for: New chat")
def test_a_new_chat_is_offered(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window, "First")
    told(qtbot, opened, AnswerFillsContextError("Full."))
    press(opened.window.pane.banner, "New chat")
    ask(qtbot, opened, "Second")
    assert titles(opened) == ["Second", "First"]


@scenario("button", "actions_for: Load again")
def test_the_model_is_loaded_again(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    told(qtbot, opened, EngineDiedError("It stopped."))
    press(opened.window, "Load again")
    until(qtbot, lambda: len(engine.loads) == 1)


@scenario("button", "actions_for: Try again")
def test_a_model_whose_drive_is_back_is_loaded(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    told(qtbot, opened, ModelMissingError("It is gone."))
    press(opened.window.pane.banner, "Try again")
    until(qtbot, lambda: len(engine.loads) == 1)


@scenario("button", "actions_for: Continue")
def test_an_answer_goes_on_after_the_engine_stopped(qtbot: QtBot, open_window: Open) -> None:
    engine = slow()
    opened = open_window(engine)
    begun(qtbot, opened)
    written(qtbot, opened)
    key(opened.window, Qt.Key.Key_Escape)
    wait_for_end(qtbot, opened)
    told(qtbot, opened, EngineDiedError("It stopped."))
    press(opened.window.pane.banner, "Continue")
    until(qtbot, lambda: len(engine.requests) == 2 and engine.requests[1].continue_answer)


@scenario("button", "actions_for: Open the data folder")
def test_the_data_folder_is_offered(qtbot: QtBot, open_window: Open, address: Address) -> None:
    opened = open_window()
    told(qtbot, opened, StoreError("It did not work."))
    press(opened.window, "Open the data folder")
    folder = opened.harness.services.data_folder
    until(qtbot, lambda: address.asked == [folder.as_uri()])
