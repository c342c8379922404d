"""Every command of the table, given by its keys, else in the window's menu."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
)
from pytestqt.qtbot import QtBot

from app.domain.generation import OverflowPolicy
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.ui.library.backups_dialog import BackupsDialog
from app.ui.library.help_dialogs import AboutDialog, ShortcutsDialog
from app.ui.library.trash_dialog import ArchiveDialog, TrashDialog
from app.ui.library.update_dialog import UpdateDialog
from app.ui.models.add_dialog import AddModelDialog
from app.ui.models.benchmark_dialog import BenchmarkDialog
from app.ui.models.models_page import ModelsPage
from app.ui.settings.settings_page import SettingsPage
from app.ui.style.dialogs import Dialog
from app.ui.transfer.export_dialog import ExportDialog
from app.ui.transfer.import_dialog import ImportDialog
from tests.scenarios.hands import (
    Address,
    ask,
    begun,
    choose,
    choose_file,
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
from tests.support.gguf_factory import write_model
from tests.support.harness import build
from tests.support.window import Open, Opened

CODE = "Like this:\n\n```python\nprint(1)\n```\n"


def reads(opened: Opened) -> str:
    """Which chat the window says it shows."""
    return opened.window.windowTitle().removesuffix(" - Phial")


def zoom_of(opened: Opened) -> int:
    return opened.harness.services.settings.current.zoom


# --- chats ------------------------------------------------------------------------------------


@scenario("command", "new_chat")
def test_ctrl_n_begins_a_chat(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window, "First")
    keys(opened, "Ctrl+N")
    ask(qtbot, opened, "Second")
    assert titles(opened) == ["Second", "First"]


@scenario("command", "new_private_chat")
def test_a_private_chat_is_answered_and_not_stored(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window, "First")
    keys(opened, "Ctrl+Shift+N")
    ask(qtbot, opened, "Secret")
    assert said(opened, "user") == ["First"]


@pytest.fixture
def two_chats(qtbot: QtBot, open_window: Open) -> Opened:
    """“Second” is shown, “First” stands below it."""
    opened = talk(qtbot, open_window, "First")
    keys(opened, "Ctrl+N")
    opened.window.controller.new_chat()  # also where the command is taken out
    ask(qtbot, opened, "Second")
    ready(qtbot, lambda: reads(opened) == "Second")
    return opened


@scenario("command", "next_chat")
def test_alt_down_goes_to_the_chat_below(qtbot: QtBot, two_chats: Opened) -> None:
    keys(two_chats, "Alt+Down")
    until(qtbot, lambda: reads(two_chats) == "First")


@scenario("command", "previous_chat")
def test_alt_up_goes_to_the_chat_above(qtbot: QtBot, two_chats: Opened) -> None:
    keys(two_chats, "Alt+Down")
    ready(qtbot, lambda: reads(two_chats) == "First")
    keys(two_chats, "Alt+Up")
    until(qtbot, lambda: reads(two_chats) == "Second")


@scenario("command", "rename_chat")
def test_f2_renames_the_chat(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    keys(opened, "F2")
    focused = opened.window.focusWidget()
    assert focused is not None
    qtbot.keyClicks(focused, "Another name")
    key(opened.window, Qt.Key.Key_Return)
    until(qtbot, lambda: titles(opened) == ["Another name"])


@scenario("command", "pin_chat")
def test_ctrl_d_pins_and_unpins(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    keys(opened, "Ctrl+D")
    until(qtbot, lambda: titles(opened, "pinned") == ["Question"])
    ready(qtbot, lambda: opened.window.controller.chat.pinned)
    keys(opened, "Ctrl+D")
    until(qtbot, lambda: titles(opened, "pinned") == [])


@scenario("command", "move_chat")
@scenario("question", "ChatCommands.move: ask_line")
@scenario("button", "ChatCommands: Move")
def test_a_chat_is_moved_to_a_folder_that_is_typed(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)

    def answer(dialog: Dialog) -> None:
        typed(dialog.findChild(QComboBox).lineEdit(), "Work", instead=True)
        press(dialog, "Move")

    with meanwhile(qtbot, Dialog, answer):
        command(qtbot, opened, "Chat", "Move to folder…")
    until(qtbot, lambda: stored(opened, "SELECT folder FROM conversations") == [("Work",)])


@scenario("command", "archive_chat")
def test_a_chat_is_archived(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    command(qtbot, opened, "Chat", "Archive or bring back")
    until(qtbot, lambda: titles(opened, "archived") == ["Question"])


@scenario("command", "system_prompt")
@scenario("question", "ChatCommands.system_prompt: ask_text")
@scenario("button", "ask_text: Save")
def test_a_chats_system_prompt_is_given_to_the_model(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine(["One.", "Two."])
    opened = talk(qtbot, open_window, engine=engine)

    def answer(dialog: Dialog) -> None:
        typed(dialog.findChild(QPlainTextEdit), "Answer in verse.", instead=True)
        press(dialog, "Save")

    with meanwhile(qtbot, Dialog, answer):
        command(qtbot, opened, "Chat", "System prompt of this chat…")
    ask(qtbot, opened, "Again")
    assert engine.requests[-1].turns[0].content == "Answer in verse."


@scenario("command", "summary")
@scenario("question", "ChatCommands.summary: ask_text")
def test_a_summary_that_was_changed_is_what_the_model_reads(
    qtbot: QtBot, open_window: Open
) -> None:
    settings = Settings(welcomed=True, overflow=OverflowPolicy.SUMMARISE)
    engine = ScriptedEngine(["word " * 20], context_size=150)
    opened = open_window(engine, settings=settings)
    for number in range(6):
        ask(qtbot, opened, f"Question {number}")
    ready(qtbot, lambda: opened.window.controller.summary() is not None)

    def answer(dialog: Dialog) -> None:
        typed(dialog.findChild(QPlainTextEdit), "They counted.", instead=True)
        press(dialog, "Save")

    with meanwhile(qtbot, Dialog, answer):
        command(qtbot, opened, "Chat", "Summary of what fell out…")
    question = "SELECT content FROM summaries WHERE by_user"
    until(qtbot, lambda: stored(opened, question) == [("They counted.",)])


@scenario("command", "export_chat")
@scenario("dialog", "ExportDialog")
@scenario("button", "ExportDialog: Export…")
@scenario("question", "ExportDialog._choose_place: getSaveFileName")
def test_ctrl_e_writes_the_chat_to_the_file_that_was_named(
    qtbot: QtBot, open_window: Open, tmp_path: Path, address: Address
) -> None:
    opened = talk(qtbot, open_window)

    def export(dialog: ExportDialog) -> None:
        with meanwhile(qtbot, QFileDialog, lambda files: choose_file(files, tmp_path / "out.md")):
            press(dialog, "Export…")

    with meanwhile(qtbot, ExportDialog, export):
        keys(opened, "Ctrl+E")
    until(qtbot, lambda: "One." in (tmp_path / "out.md").read_text("utf-8"))
    press(opened.window, "Show in folder")
    until(qtbot, lambda: address.asked == [tmp_path.as_uri()])


@scenario("command", "export_all")
@scenario("question", "ExportDialog._choose_place: getExistingDirectory")
def test_all_chats_are_exported_into_a_folder(
    qtbot: QtBot, two_chats: Opened, tmp_path: Path
) -> None:
    place = tmp_path / "exported"
    place.mkdir()

    def export(dialog: ExportDialog) -> None:
        where = next(one for one in dialog.findChildren(QComboBox) if one.isVisible()
                     and one.accessibleName() == "Write to")  # fmt: skip
        where.setFocus()
        qtbot.keyClicks(where, "A folder")
        with meanwhile(qtbot, QFileDialog, lambda files: choose_file(files, place)):
            press(dialog, "Export…")

    with meanwhile(qtbot, ExportDialog, export):
        command(qtbot, two_chats, "Chat", "Export all chats…")
    until(
        qtbot, lambda: sorted(one.name for one in place.rglob("*.md")) == ["First.md", "Second.md"]
    )


@scenario("command", "import_chats")
@scenario("dialog", "ImportDialog")
@scenario("button", "ImportDialog: Import")
@scenario("question", "TransferCommands.choose_and_import: getOpenFileNames")
def test_a_chat_is_imported_from_a_file(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    elsewhere = build(tmp_path / "elsewhere")
    elsewhere.services.transfer.export(
        [elsewhere.ask("Question")[0]], "markdown", tmp_path / "a.md"
    )
    elsewhere.services.close()
    opened = open_window()

    def take(dialog: ImportDialog) -> None:
        ready(qtbot, lambda: seen(dialog, QAbstractButton, "Import", starts=True).isEnabled())
        press(dialog, "Import", starts=True)

    with (
        meanwhile(qtbot, ImportDialog, take),
        meanwhile(qtbot, QFileDialog, lambda files: choose_file(files, tmp_path / "a.md")),
    ):
        command(qtbot, opened, "Chat", "Import chats…")
    until(qtbot, lambda: titles(opened) == ["Question"])


@scenario("command", "delete_chat")
def test_a_chat_is_moved_to_the_trash(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    command(qtbot, opened, "Chat", "Move to trash")
    until(qtbot, lambda: titles(opened, "deleted_at IS NOT NULL") == ["Question"])


@scenario("command", "undo_delete")
def test_ctrl_z_brings_a_deleted_chat_back(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    command(qtbot, opened, "Chat", "Move to trash")
    ready(qtbot, lambda: titles(opened, "deleted_at IS NOT NULL") == ["Question"])
    keys(opened, "Ctrl+Z")
    until(qtbot, lambda: titles(opened) == ["Question"])


DIALOGS = {
    "trash": ("Chat", "Trash…", TrashDialog),
    "archived": ("Chat", "Archived chats…", ArchiveDialog),
    "backups": ("Chat", "Backups…", BackupsDialog),
    "get_models": ("Model", "Get Phi-4…", ModelsPage),
    "measure_model": ("Model", "Measure this model…", BenchmarkDialog),
    "updates": ("Help", "Check for updates…", UpdateDialog),
    "about": ("Help", "About Phial", AboutDialog),
}
"""Commands that open a dialog; what is done in it stands in test_dialogs.py."""


def opens(qtbot: QtBot, opened: Opened, name: str) -> None:
    menu, words, kind = DIALOGS[name]
    with meanwhile(qtbot, kind, lambda dialog: key(dialog, Qt.Key.Key_Escape)):
        command(qtbot, opened, menu, words)


@scenario("command", "trash")
def test_the_trash_is_opened(qtbot: QtBot, open_window: Open) -> None:
    opens(qtbot, open_window(), "trash")


@scenario("command", "archived")
def test_archived_chats_are_shown(qtbot: QtBot, open_window: Open) -> None:
    opens(qtbot, open_window(), "archived")


@scenario("command", "backups")
def test_backups_are_shown(qtbot: QtBot, open_window: Open) -> None:
    opens(qtbot, open_window(), "backups")


@scenario("command", "get_models")
def test_models_to_be_had_are_shown(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()

    def look(dialog: ModelsPage) -> None:
        advice = ("For this computer", "No listed model fits")
        until(qtbot, lambda: any(shows(dialog, words) for words in advice))
        key(dialog, Qt.Key.Key_Escape)

    with meanwhile(qtbot, ModelsPage, look):
        command(qtbot, opened, "Model", "Get Phi-4…")


@scenario("command", "measure_model")
def test_measuring_is_offered(qtbot: QtBot, open_window: Open) -> None:
    opens(qtbot, open_window(), "measure_model")


@scenario("command", "updates")
def test_updates_are_offered_to_be_looked_for(qtbot: QtBot, open_window: Open) -> None:
    opens(qtbot, open_window(), "updates")


@scenario("command", "about")
def test_about_is_shown(qtbot: QtBot, open_window: Open) -> None:
    opens(qtbot, open_window(), "about")


@scenario("command", "quit")
def test_ctrl_q_closes_the_window_and_keeps_what_is_typed(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    typed(opened.window.pane.composer.editor, "half a thought")
    keys(opened, "Ctrl+Q")
    until(qtbot, lambda: not opened.window.isVisible())
    until(qtbot, lambda: stored(opened, "SELECT draft FROM conversations") == [("half a thought",)])


# --- text -------------------------------------------------------------------------------------


def found(opened: Opened) -> str:
    return opened.window.pane.find_bar.count.text()


@scenario("command", "find")
def test_ctrl_f_finds_what_is_typed(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window, engine=ScriptedEngine(["A phial holds a phial."]))
    keys(opened, "Ctrl+F")
    focused = opened.window.focusWidget()
    assert focused is not None
    qtbot.keyClicks(focused, "phial")
    until(qtbot, lambda: found(opened) == "2 matches")


@pytest.fixture
def finding(qtbot: QtBot, open_window: Open) -> Opened:
    """Two matches, none is shown yet."""
    opened = talk(qtbot, open_window, engine=ScriptedEngine(["A phial holds a phial."]))
    keys(opened, "Ctrl+F")
    typed(seen(opened.window, QLineEdit, "Find in this chat"), "phial")
    ready(qtbot, lambda: found(opened) == "2 matches")
    return opened


@scenario("command", "find_next")
def test_f3_goes_to_the_next_match(qtbot: QtBot, finding: Opened) -> None:
    keys(finding, "F3")
    until(qtbot, lambda: found(finding) == "1 of 2")


@scenario("command", "find_previous")
def test_shift_f3_goes_to_the_match_before(qtbot: QtBot, finding: Opened) -> None:
    keys(finding, "F3")
    ready(qtbot, lambda: found(finding) == "1 of 2")
    keys(finding, "Shift+F3")
    until(qtbot, lambda: found(finding) == "2 of 2")


@scenario("command", "search_all")
def test_ctrl_shift_f_searches_all_chats(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window, engine=ScriptedEngine(["A bottle."]))
    keys(opened, "Ctrl+N")
    keys(opened, "Ctrl+B")  # the sidebar comes back for it
    keys(opened, "Ctrl+Shift+F")
    focused = opened.window.focusWidget()
    assert focused is not None
    qtbot.keyClicks(focused, "bott")
    until(qtbot, lambda: opened.window.sidebar._results.rowCount() == 1)
    key(opened.window, Qt.Key.Key_Return)
    until(qtbot, lambda: reads(opened) == "Question")


@scenario("command", "copy_answer")
def test_ctrl_shift_c_copies_the_last_answer(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window, engine=ScriptedEngine(["A **bold** word."]))
    keys(opened, "Ctrl+Shift+C")
    until(qtbot, lambda: clipboard() == "A **bold** word.")


@scenario("command", "copy_code")
def test_ctrl_shift_k_copies_the_last_code(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window, engine=ScriptedEngine([CODE]))
    keys(opened, "Ctrl+Shift+K")
    until(qtbot, lambda: clipboard().strip() == "print(1)")


@scenario("command", "select_chat")
def test_the_whole_chat_is_selected_and_then_copied(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    command(qtbot, opened, "Edit", "Select whole chat")
    keys(opened, "Ctrl+C")
    until(qtbot, lambda: "Question" in clipboard() and "One." in clipboard())


@scenario("command", "stop")
def test_stop_ends_an_answer_and_keeps_what_there_is(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(slow())
    begun(qtbot, opened)
    command(qtbot, opened, "Answer", "Stop")
    question = "SELECT stop_reason FROM messages WHERE role = 'assistant'"
    until(qtbot, lambda: stored(opened, question) == [("stopped",)])


@scenario("command", "continue_answer")
def test_ctrl_shift_return_goes_on_with_a_stopped_answer(qtbot: QtBot, open_window: Open) -> None:
    engine = slow()
    opened = open_window(engine)
    begun(qtbot, opened)
    written(qtbot, opened)
    key(opened.window, Qt.Key.Key_Escape)
    wait_for_end(qtbot, opened)
    ready(qtbot, opened.window.actions_table["continue_answer"].isEnabled)
    keys(opened, "Ctrl+Shift+Return")
    until(qtbot, lambda: len(engine.requests) == 2 and engine.requests[1].continue_answer)


@scenario("command", "regenerate")
def test_ctrl_shift_r_writes_another_version(qtbot: QtBot, open_window: Open) -> None:
    opened = talk(qtbot, open_window)
    keys(opened, "Ctrl+Shift+R")
    until(qtbot, lambda: said(opened) == ["One.", "Two."])
    wait_for_end(qtbot, opened)


@scenario("command", "edit_last")
def test_ctrl_shift_e_sends_the_last_message_in_other_words(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = talk(qtbot, open_window)
    keys(opened, "Ctrl+Shift+E")
    key(opened.window, Qt.Key.Key_End)
    qtbot.keyClicks(opened.window.pane.composer.editor, " again")
    key(opened.window, Qt.Key.Key_Return)
    until(qtbot, lambda: said(opened, "user") == ["Question", "Question again"])
    wait_for_end(qtbot, opened)


# --- view -------------------------------------------------------------------------------------


@scenario("command", "palette")
def test_ctrl_p_runs_the_command_that_is_typed(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    keys(opened, "Ctrl+P")
    focused = opened.window.focusWidget()
    assert focused is not None
    qtbot.keyClicks(focused, "larger")
    key(opened.window, Qt.Key.Key_Return)
    until(qtbot, lambda: zoom_of(opened) == 110)


@scenario("command", "focus_message")
def test_ctrl_l_goes_to_the_message(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    seen(opened.window, QLineEdit, "Search chats").setFocus()
    keys(opened, "Ctrl+L")
    focused = opened.window.focusWidget()
    assert focused is not None
    qtbot.keyClicks(focused, "here")
    until(qtbot, lambda: opened.window.pane.composer.text() == "here")


@scenario("command", "sidebar")
def test_ctrl_b_hides_and_shows_the_sidebar(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    keys(opened, "Ctrl+B")
    until(qtbot, lambda: not opened.window.sidebar.isVisible())
    keys(opened, "Ctrl+B")
    until(qtbot, opened.window.sidebar.isVisible)


@scenario("command", "zoom_in")
def test_ctrl_plus_makes_text_larger(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    keys(opened, "Ctrl++")
    until(qtbot, lambda: zoom_of(opened) == 110)


@scenario("command", "zoom_out")
def test_ctrl_minus_makes_text_smaller(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    keys(opened, "Ctrl+-")
    until(qtbot, lambda: zoom_of(opened) == 90)


@scenario("command", "zoom_reset")
def test_ctrl_0_makes_text_as_large_as_it_was(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(settings=Settings(welcomed=True, zoom=150))
    keys(opened, "Ctrl+0")
    until(qtbot, lambda: zoom_of(opened) == 100)


def colours(qtbot: QtBot, open_window: Open, words: str, before: str, after: str) -> None:
    opened = open_window(settings=Settings(welcomed=True, theme=before))
    command(qtbot, opened, "View", words)
    until(qtbot, lambda: opened.harness.services.settings.current.theme == after)


@scenario("command", "theme_system")
def test_colours_follow_the_system(qtbot: QtBot, open_window: Open) -> None:
    colours(qtbot, open_window, "Colours as the system", "dark", "system")


@scenario("command", "theme_light")
def test_colours_are_light(qtbot: QtBot, open_window: Open) -> None:
    colours(qtbot, open_window, "Light colours", "dark", "light")


@scenario("command", "theme_dark")
def test_colours_are_dark(qtbot: QtBot, open_window: Open) -> None:
    colours(qtbot, open_window, "Dark colours", "light", "dark")


@scenario("command", "theme_high_contrast")
def test_colours_have_a_high_contrast(qtbot: QtBot, open_window: Open) -> None:
    colours(qtbot, open_window, "High contrast", "light", "high_contrast")


@scenario("command", "fullscreen")
def test_f11_fills_the_screen_and_gives_it_back(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    keys(opened, "F11")
    until(qtbot, opened.window.isFullScreen)
    keys(opened, "F11")
    until(qtbot, lambda: not opened.window.isFullScreen())


# --- models -----------------------------------------------------------------------------------


@scenario("command", "switch_model")
def test_ctrl_m_switches_to_the_model_that_is_chosen(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Built-in demo")):
        keys(opened, "Ctrl+M")
    until(qtbot, lambda: loaded(engine)[-1:] == ["demo.gguf"])


@scenario("command", "models")
def test_ctrl_shift_m_shows_what_is_here(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()

    def look(dialog: ModelsPage) -> None:
        until(qtbot, lambda: shows(dialog, "Comes with the program"))
        key(dialog, Qt.Key.Key_Escape)

    with meanwhile(qtbot, ModelsPage, look):
        keys(opened, "Ctrl+Shift+M")


@scenario("command", "add_model")
@scenario("question", "ModelCommands.add_model: getOpenFileName")
@scenario("dialog", "AddModelDialog")
@scenario("button", "AddModelDialog: Add and use")
def test_ctrl_o_uses_the_file_that_is_named(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    path = write_model(tmp_path / "mine.gguf")

    def add(dialog: AddModelDialog) -> None:
        ready(qtbot, lambda: seen(dialog, QAbstractButton, "Add and use").isEnabled())
        press(dialog, "Add and use")

    with (
        meanwhile(qtbot, AddModelDialog, add),
        meanwhile(qtbot, QFileDialog, lambda files: choose_file(files, tmp_path / "mine.gguf")),
    ):
        keys(opened, "Ctrl+O")
    until(qtbot, lambda: loaded(engine)[-1:] == ["mine.gguf"])
    assert path is None or Path(tmp_path / "mine.gguf").exists()


@scenario("command", "load_model")
def test_the_model_is_loaded_when_asked(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine)
    command(qtbot, opened, "Model", "Load now")
    until(qtbot, lambda: len(engine.loads) == 1)


@scenario("command", "cancel_load")
def test_loading_is_cancelled(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine(load_delay=3)
    opened = open_window(engine)
    command(qtbot, opened, "Model", "Load now")
    ready(qtbot, opened.window.actions_table["cancel_load"].isEnabled)
    command(qtbot, opened, "Model", "Cancel loading")
    until(qtbot, opened.window.actions_table["load_model"].isEnabled)
    assert engine.loaded is None


@scenario("command", "unload_model")
def test_the_models_memory_is_freed(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine()
    opened = talk(qtbot, open_window, engine=engine)
    assert engine.loaded is not None
    command(qtbot, opened, "Model", "Free its memory")
    until(qtbot, lambda: engine.loaded is None)


# --- help -------------------------------------------------------------------------------------


@scenario("command", "settings")
def test_ctrl_comma_opens_the_settings(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    with meanwhile(qtbot, SettingsPage, lambda dialog: key(dialog, Qt.Key.Key_Escape)):
        keys(opened, "Ctrl+,")


@scenario("command", "shortcuts")
def test_f1_shows_the_shortcuts(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    with meanwhile(qtbot, ShortcutsDialog, lambda page: key(page, Qt.Key.Key_Escape)):
        keys(opened, "F1")


@scenario("command", "data_folder")
def test_the_data_folder_is_opened(qtbot: QtBot, open_window: Open, address: Address) -> None:
    opened = open_window()
    command(qtbot, opened, "Help", "Open the data folder")
    folder = opened.harness.services.data_folder
    until(qtbot, lambda: address.asked == [folder.as_uri()])
