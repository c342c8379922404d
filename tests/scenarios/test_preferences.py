"""The settings as a page of the window: going there and back, whole pages, files of settings."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QDialog,
    QFileDialog,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
    QTreeWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.main import _move
from app.services.moving import plan_move
from app.store import open_store
from app.system.paths import folders
from app.ui.application import RESTART
from app.ui.library.backups_dialog import BackupsDialog
from app.ui.library.help_dialogs import AboutDialog
from app.ui.library.trash_dialog import ArchiveDialog, TrashDialog
from app.ui.library.update_dialog import UpdateDialog
from app.ui.presets.presets_dialog import PresetsDialog
from app.ui.presets.prompts_dialog import PromptsDialog
from app.ui.settings.number_field import NumberField
from app.ui.settings.number_slider import NumberSlider
from app.ui.settings.panels.settings_file_panel import SettingsFoundDialog
from app.ui.settings.setting_row import SettingRow
from app.ui.settings.settings_page import SettingsPage
from app.ui.shell.shortcuts import read_shortcuts
from app.ui.style.dialogs import Dialog
from tests.scenarios import hands
from tests.scenarios.hands import (
    Address,
    choose_file,
    click,
    keys,
    meanwhile,
    press,
    seen,
    shows,
    typed,
)
from tests.scenarios.patience import ready, until
from tests.scenarios.registry import scenario
from tests.support.chatting import say
from tests.support.window import Open, Opened, write_model


def settings(
    qtbot: QtBot, opened: Opened, section: str, do: Callable[[SettingsPage], object]
) -> None:
    """Do something on a page of the settings, and go back by Esc where one is still there."""

    def act(page: SettingsPage) -> None:
        sections = seen(page, QListWidget, "Sections")
        (row,) = sections.findItems(section, Qt.MatchFlag.MatchExactly)
        click(sections.viewport(), sections.visualItemRect(row).center())
        do(page)
        if isValid(page) and page.isVisible():
            hands.key(page, Qt.Key.Key_Escape)

    with meanwhile(qtbot, SettingsPage, act):
        keys(opened, "Ctrl+,")


@scenario("button", "WindowPage: Back")
def test_back_leads_from_the_settings_to_the_chat(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()

    def back(page: SettingsPage) -> None:
        press(page, "Back")
        until(qtbot, lambda: opened.window.pages.page is None)

    settings(qtbot, opened, "General", back)
    assert opened.window.pane.composer.editor.isVisible()


def resetting_is_dead(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its name says which page."""
    monkeypatch.setattr(hands, "dead", "Reset this page")


@scenario("button", "SectionBody: Reset this page", without=resetting_is_dead)
def test_a_page_goes_back_to_its_defaults_and_the_others_stay(
    qtbot: QtBot, open_window: Open
) -> None:
    set_up = Settings(welcomed=True, temperature=0.2, top_k=7, threads=3)
    opened = open_window(settings=set_up)
    service = opened.harness.services.settings

    def reset(page: SettingsPage) -> None:
        press(page, "Reset this page")
        until(qtbot, lambda: service.current.temperature is None)
        assert service.current.top_k is None
        assert service.current.threads == 3
        press(page, "Undo")
        until(qtbot, lambda: service.current.temperature == 0.2)
        assert service.current.top_k == 7

    settings(qtbot, opened, "Answers", reset)


def slide(slider: NumberSlider, share: float) -> None:
    """Press the groove there."""
    place = QPoint(round(slider.width() * share), slider.height() // 2)
    QTest.mouseClick(slider, Qt.MouseButton.LeftButton, pos=place)


def test_a_slider_sets_the_number_beside_it(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    service = opened.harness.services.settings

    def move(page: SettingsPage) -> None:
        slider = seen(page, NumberSlider, "Temperature")
        slide(slider, 1)
        until(qtbot, lambda: service.current.temperature == 2)
        slide(slider, 0)
        until(qtbot, lambda: service.current.temperature == 0)

    settings(qtbot, opened, "Answers", move)


def test_what_is_automatic_and_what_a_value_would_cost_is_said_before_it_is_in_force(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    services = opened.harness.services
    path = write_model(tmp_path / "tiny.gguf")
    services.models.choose(services.add_models.use_in_place(path))

    def look(page: SettingsPage) -> None:
        ready(qtbot, lambda: shows(row_of(page, "context_size"), "Here and now: "))
        row = row_of(page, "context_size")
        said = set()
        for number in ("2048", "65536"):
            typed(seen(row, NumberField, "Context size").lineEdit(), number, instead=True)
            until(qtbot, lambda: shows(page, f"a context of {int(number):,} tokens"))  # noqa: B023
            said.add(next(one.text() for one in row.findChildren(QLabel)
                          if one.text().startswith("Takes ")))  # fmt: skip
        assert len(said) == 2
        assert services.settings.current.context_size is None

    settings(qtbot, opened, "Models", look)


def row_of(page: SettingsPage, name: str) -> SettingRow:
    """A setting of the page that is shown."""
    found = [one for one in page.findChildren(SettingRow) if one.spec.name == name]
    assert len(found) == 1
    return found[0]


def test_a_number_is_found_by_what_its_choices_say(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()

    def search(page: SettingsPage) -> None:
        keys(opened, "Ctrl+F")
        QTest.keyClicks(opened.window.focusWidget(), "q8_0 smaller")
        until(qtbot, lambda: [r.spec.name for r in page._rows if r.isVisible()] == ["kv_type"])

    settings(qtbot, opened, "General", search)
    assert not opened.window.pane.find_bar.isVisible()


def test_a_command_of_chats_leads_back_to_them(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()

    def new_chat(page: SettingsPage) -> None:
        keys(opened, "Ctrl+L")
        until(qtbot, lambda: not page.isVisible())

    settings(qtbot, opened, "General", new_chat)
    assert opened.window.pane.composer.editor.isVisible()


# --- presets and prompts ----------------------------------------------------------------------


@scenario("button", "PresetsPanel: Open presets…")
@scenario("button", "PresetsPanel: Open prompts…")
def test_presets_and_prompts_are_named_and_led_to(qtbot: QtBot, open_window: Open) -> None:
    def look(page: SettingsPage) -> None:
        assert shows(page, "Explain step by step")
        with meanwhile(qtbot, PresetsDialog, escape):
            press(page, "Open presets…")
        with meanwhile(qtbot, PromptsDialog, new_prompt):
            press(page, "Open prompts…")
        until(qtbot, lambda: shows(page, "/limerick"))

    def escape(dialog: PresetsDialog) -> None:
        hands.key(dialog, Qt.Key.Key_Escape)

    def new_prompt(dialog: PromptsDialog) -> None:
        press(dialog, "New")
        typed(seen(dialog, QLineEdit, "Name"), "limerick")
        typed(seen(dialog, QPlainTextEdit, "Text"), "A limerick on ships.")
        hands.key(dialog, Qt.Key.Key_Escape)

    settings(qtbot, open_window(), "Presets and prompts", look)


# --- shortcuts --------------------------------------------------------------------------------


def choose_command(page: SettingsPage, name: str) -> None:
    """Choose a row of the list of shortcuts."""
    tree = seen(page, QTreeWidget, "Keyboard shortcuts")
    (item,) = tree.findItems(name, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    tree.scrollToItem(item)
    click(tree.viewport(), tree.visualItemRect(item).center())


def press_keys(page: SettingsPage, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    """Press keys into the field that takes them."""
    field = seen(page, QKeySequenceEdit, "Keys of the command")
    field.setFocus()
    QTest.keyClick(field, key, modifiers)


@scenario("setting", "shortcuts")
@scenario("button", "ShortcutsPanel: Use these keys")
def test_a_command_listens_to_the_keys_that_were_chosen(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()

    def change(page: SettingsPage) -> None:
        choose_command(page, "Sidebar")
        press_keys(page, Qt.Key.Key_Y, hands.CONTROL | hands.SHIFT)
        press(page, "Use these keys")

    settings(qtbot, opened, "Shortcuts", change)
    assert opened.window.sidebar.isVisible()
    listens = opened.window.actions_table["sidebar"]
    until(qtbot, lambda: listens.shortcut().toString() == "Ctrl+Shift+Y")
    hands.awake(opened)
    hands.key(opened.window, Qt.Key.Key_Y, hands.CONTROL | hands.SHIFT)
    until(qtbot, lambda: not opened.window.sidebar.isVisible())


@scenario("button", "ShortcutsPanel: Usual keys")
@scenario("button", "ShortcutsPanel: Usual keys for all commands")
def test_keys_of_another_command_are_told_taken_and_given_back(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    service = opened.harness.services.settings

    def change(page: SettingsPage) -> None:
        choose_command(page, "Sidebar")
        press_keys(page, Qt.Key.Key_N, hands.CONTROL)
        until(qtbot, lambda: shows(page, "“New chat” has these keys, and would lose them."))
        press(page, "Use these keys")
        ready(qtbot, lambda: json.loads(service.current.shortcuts)["sidebar"] == ["Ctrl+N"])
        assert json.loads(service.current.shortcuts)["new_chat"] == []
        choose_command(page, "New chat")
        press(page, "Usual keys")
        until(qtbot, lambda: json.loads(service.current.shortcuts) == {"sidebar": []})
        press(page, "Usual keys for all commands")
        until(qtbot, lambda: read_shortcuts(service.current.shortcuts) == {})
        assert opened.window.actions_table["sidebar"].shortcut().toString() == "Ctrl+B"
        press(page, "Undo")
        until(qtbot, lambda: json.loads(service.current.shortcuts) == {"sidebar": []})
        choose_command(page, "Sidebar")
        field = seen(page, QKeySequenceEdit, "Keys of the command")
        until(qtbot, lambda: field.keySequence().isEmpty())

    settings(qtbot, opened, "Shortcuts", change)


def test_keys_that_belong_to_no_command_are_given_to_none(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()

    def change(page: SettingsPage) -> None:
        choose_command(page, "Sidebar")
        for key, held in (
            (Qt.Key.Key_Up, hands.CONTROL),
            (Qt.Key.Key_Down, hands.CONTROL),
            (Qt.Key.Key_Return, hands.CONTROL),
            (Qt.Key.Key_V, hands.CONTROL),
            (Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier),
        ):
            press_keys(page, Qt.Key.Key_J, hands.CONTROL)
            until(qtbot, lambda: not shows(page, "No command can have these keys."))
            press_keys(page, key, held)
            until(qtbot, lambda: shows(page, "No command can have these keys."))
            assert not seen(page, QAbstractButton, "Use these keys").isEnabled()
        press(page, "Back")  # Esc would be one more of them

    settings(qtbot, opened, "Shortcuts", change)
    assert opened.harness.services.settings.current.shortcuts == ""


# --- settings as a file -----------------------------------------------------------------------


@scenario("button", "SettingsFilePanel: Export settings…")
@scenario("question", "SettingsFilePanel._export: getSaveFileName")
def test_settings_are_written_to_a_file(
    qtbot: QtBot, open_window: Open, tmp_path: Path, address: Address
) -> None:
    opened = open_window(settings=Settings(welcomed=True, temperature=0.3, enter_sends=False))
    file = tmp_path / "mine.json"

    def export(page: SettingsPage) -> None:
        with meanwhile(qtbot, QFileDialog, lambda files: choose_file(files, file)):
            press(page, "Export settings…")
        until(qtbot, file.exists)
        press(page, "Show in folder")
        until(qtbot, lambda: address.asked == [tmp_path.as_uri()])

    settings(qtbot, opened, "General", export)
    assert json.loads(file.read_text("utf-8"))["settings"] == {
        "temperature": 0.3,
        "enter_sends": False,
    }


def imported(
    qtbot: QtBot, opened: Opened, file: Path, do: Callable[[SettingsFoundDialog], object]
) -> None:
    """Name a file of settings, and do something with what is shown of it."""
    values = {"temperature": 0.3, "top_p": 9, "enter_sends": True, "moon": 1}
    file.write_text(json.dumps({"format": "phial-settings", "settings": values}), "utf-8")

    def take(page: SettingsPage) -> None:
        with (
            meanwhile(qtbot, SettingsFoundDialog, do),
            meanwhile(qtbot, QFileDialog, lambda files: choose_file(files, file)),
        ):
            press(page, "Import settings…")

    settings(qtbot, opened, "General", take)


@scenario("button", "SettingsFilePanel: Import settings…")
@scenario("question", "SettingsFilePanel._import: getOpenFileName")
@scenario("dialog", "SettingsFoundDialog")
@scenario("button", "SettingsFoundDialog: Change settings")
def test_settings_of_a_file_are_shown_and_taken(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    service = opened.harness.services.settings

    def take(dialog: SettingsFoundDialog) -> None:
        rows = seen(dialog, QListWidget, "What would change")
        assert [rows.item(at).text() for at in range(rows.count())] == [
            "Temperature: what suits the model → 0.3"
        ]
        assert shows(dialog, "Top-p is 9; it must be")
        assert shows(dialog, "There is no setting named moon.")
        assert service.current.temperature is None
        press(dialog, "Change settings")

    imported(qtbot, opened, tmp_path / "mine.json", take)
    until(qtbot, lambda: service.current.temperature == 0.3)


@scenario("button", "SettingsFoundDialog: Cancel")
def test_settings_of_a_file_are_only_looked_at(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    imported(qtbot, opened, tmp_path / "mine.json", lambda dialog: press(dialog, "Cancel"))
    assert opened.harness.services.settings.current.temperature is None


# --- storage and about ------------------------------------------------------------------------


def leads_to(
    qtbot: QtBot, opened: Opened, section: str, button: str, kind: type[QDialog], words: str = ""
) -> None:
    """A button of a page, which says something too, opens a sheet."""

    def go(page: SettingsPage) -> None:
        assert shows(page, words)
        with meanwhile(qtbot, kind, lambda sheet: hands.key(sheet, Qt.Key.Key_Escape)):
            press(page, button)

    settings(qtbot, opened, section, go)


@scenario("button", "StoragePanel: Backups…")
def test_the_storage_leads_to_the_backups(qtbot: QtBot, open_window: Open) -> None:
    leads_to(qtbot, open_window(), "Storage", "Backups…", BackupsDialog)


@scenario("button", "StoragePanel: Trash…")
def test_the_storage_leads_to_the_trash(qtbot: QtBot, open_window: Open) -> None:
    leads_to(qtbot, open_window(), "Storage", "Trash…", TrashDialog)


@scenario("button", "StoragePanel: Archived chats…")
def test_the_storage_leads_to_the_archive(qtbot: QtBot, open_window: Open) -> None:
    leads_to(qtbot, open_window(), "Storage", "Archived chats…", ArchiveDialog)


@scenario("button", "StoragePanel: Open the data folder")
def test_the_storage_says_how_much_is_kept_and_shows_it(
    qtbot: QtBot, open_window: Open, address: Address
) -> None:
    opened = open_window()
    folder = opened.harness.services.data_folder
    (folder / "models").mkdir(exist_ok=True)
    (folder / "models" / "large.gguf").write_bytes(b"x" * 3_000_000)

    def look(page: SettingsPage) -> None:
        ready(qtbot, lambda: shows(page, "free on this disk"))
        ready(qtbot, lambda: shows(page, "3.00 MB"))
        press(page, "Open the data folder")

    settings(qtbot, opened, "Storage", look)
    until(qtbot, lambda: address.asked == [folder.as_uri()])


@scenario("button", "StoragePanel: Move the data folder…")
@scenario("button", "StoragePanel: Move and start again")
@scenario("question", "StoragePanel._choose_folder: getExistingDirectory")
@scenario("question", "StoragePanel._ask: confirm")
def test_the_data_folder_is_moved_after_it_was_said_what_that_needs(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    engine = ScriptedEngine(["word " * 400], token_delay=0.05)
    opened = open_window(engine)
    moving, chosen = opened.harness.services.moving(), tmp_path / "disk"
    chosen.mkdir()

    def agree(question: Dialog) -> None:
        assert shows(question, f"Move all of Phial's data to {chosen / 'Phial'}?")
        assert shows(question, "are free there")
        press(question, "Move and start again")

    def move(page: SettingsPage) -> None:
        with meanwhile(qtbot, QFileDialog, lambda dialog: choose_file(dialog, chosen)):
            press(page, "Move the data folder…")
        ready(qtbot, lambda: shows(page, "An answer is being written."))
        chat.stop()
        ready(qtbot, lambda: chat.active is None)
        with (
            meanwhile(qtbot, Dialog, agree),
            meanwhile(qtbot, QFileDialog, lambda dialog: choose_file(dialog, chosen)),
        ):
            press(page, "Move the data folder…")

    chat = opened.harness.services.chat
    say(qtbot, opened, "First")
    ready(qtbot, lambda: chat.active is not None)

    settings(qtbot, opened, "Storage", move)
    until(qtbot, opened.window.isHidden)
    assert moving.wanted is not None
    assert moving.wanted.target == chosen / "Phial"


@scenario("button", "StartProgress: Stop moving")
def test_a_move_is_given_up_and_everything_is_where_it_was(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, chosen = tmp_path / "home", tmp_path / "disk"
    monkeypatch.setenv("PHIAL_HOME", str(home))
    chosen.mkdir()
    open_store(home).close()
    (home / "models").mkdir()
    (home / "models" / "large.gguf").write_bytes(bytes(40_000_000))
    before = sorted(one.name for one in home.rglob("*"))

    def stop() -> None:
        for window in QApplication.topLevelWidgets():
            if window.isVisible() and shows(window, "Your data is moved to"):
                press(window, "Stop moving")
                clock.stop()

    clock = QTimer(interval=0)
    clock.timeout.connect(stop)
    clock.start()
    assert _move(plan_move(folders(), chosen)) == RESTART
    assert folders().data == home
    assert sorted(one.name for one in home.rglob("*")) == before
    assert not list(chosen.iterdir())


@scenario("button", "AboutPanel: Licences and what is new…")
def test_about_leads_to_the_licences(qtbot: QtBot, open_window: Open) -> None:
    leads_to(qtbot, open_window(), "About", "Licences and what is new…", AboutDialog)


@scenario("button", "AboutPanel: Check for updates…")
def test_about_leads_to_the_updates(qtbot: QtBot, open_window: Open) -> None:
    limits = "What the model is good at, and what it is not"
    leads_to(qtbot, open_window(), "About", "Check for updates…", UpdateDialog, limits)
