"""Dialogs over real services: settings, export and import, trash, models, errors."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QListWidget, QPushButton
from pytestqt.qtbot import QtBot

from app.domain.appearance.choices import ThemeChoice
from app.domain.errors import OutOfMemoryError
from app.domain.model import KvType
from app.domain.options import Section
from app.domain.settings import SPECS
from app.engine.scripted import ScriptedEngine
from app.services.spelling import SpellingService
from app.ui.library.trash_dialog import TrashDialog
from app.ui.models.models_page import ModelsPage
from app.ui.settings.setting_row import SettingRow
from app.ui.settings.settings_page import SettingsPage
from app.ui.shell.page_names import ModelsTab
from app.ui.style.dialogs import ErrorDialog
from app.ui.transfer import pdf
from app.ui.transfer.export_dialog import ExportDialog, ExportTarget
from app.ui.transfer.import_dialog import ImportDialog
from tests.support.gguf_factory import write_model
from tests.support.window import Open, Opened

SHOWN = [spec for spec in SPECS.values() if spec.option.section is not None]


def settings_of(opened: Opened) -> SettingsPage:
    opened.window.commands.settings()
    page = opened.window.commands.preferences.page
    assert page is not None
    return page


def row_of(dialog: SettingsPage, name: str) -> SettingRow:
    section = SPECS[name].option.section
    assert section is not None
    dialog.show_section(section)
    late = monotonic() + 10
    while True:  # what is below the first screenful is made a moment later
        found = [row for row in dialog.findChildren(SettingRow) if row.spec.name == name]
        if found and found[0].isVisible():
            return found[0]
        assert monotonic() < late, f"{name} has no row"
        QApplication.processEvents()


def test_every_declared_setting_has_a_row_that_shows_its_value(
    open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_window()
    # As on a desktop with a tray and a dictionary.
    monkeypatch.setattr(opened.window.commands.preferences, "_why_useless", lambda _name: "")
    dialog = settings_of(opened)
    for spec in SHOWN:
        assert row_of(dialog, spec.name)._field.read() == spec.default, spec.name
    names = {row.spec.name for row in dialog.findChildren(SettingRow)}
    assert names == {spec.name for spec in SHOWN}
    dialog.close()


def test_a_long_page_is_made_from_the_top_and_is_never_squeezed_meanwhile(
    open_window: Open,
) -> None:
    opened = open_window()
    opened.window.commands.settings(Section.APPEARANCE)
    page = opened.window.commands.preferences.page
    assert page is not None
    assert len(page.findChildren(SettingRow)) == 3  # no other page, and the rest behind the frame
    wanted = sum(spec.option.section is Section.APPEARANCE for spec in SHOWN)
    late = monotonic() + 10
    while len(rows := page.findChildren(SettingRow)) < wanted:
        assert monotonic() < late
        QApplication.processEvents()
        for row in rows:
            assert row.height() >= row.minimumSizeHint().height(), row.spec.name
    page.close()


def test_a_changed_setting_is_saved_at_once_and_can_go_back_to_its_default(
    open_window: Open,
) -> None:
    opened = open_window()
    service = opened.harness.services.settings
    dialog = settings_of(opened)
    dialog.show_section(Section.MODEL)
    row = row_of(dialog, "kv_type")
    row._field.show(KvType.Q8_0)
    row._apply()
    assert service.current.kv_type is KvType.Q8_0
    assert row._reset.isVisible()
    row._reset.click()
    assert service.current.kv_type is None
    dialog.close()


def test_none_and_the_largest_seed_survive_the_number_field(open_window: Open) -> None:
    opened = open_window()
    dialog = settings_of(opened)
    row = row_of(dialog, "seed")
    for value in (None, 0, 2**32 - 2):
        row._field.show(value)
        assert row._field.read() == value
    dialog.close()


def test_searching_the_settings_finds_by_label_and_help(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SpellingService, "dictionaries", ())
    opened = open_window()
    dialog = settings_of(opened)
    dialog._sections.setFocus()
    for letter in "graphics card":  # typed where one chooses a page, which has no use for it
        qtbot.keyClick(opened.window.focusWidget(), letter)
    assert dialog._search.text() == "graphics card"
    shown = [row.spec.name for row in dialog.findChildren(SettingRow) if row.isVisible()]
    assert shown == ["gpu_layers"]
    dialog._search.setText("no such thing")
    assert dialog._none.isVisible()
    assert dialog._none.text() == "No setting fits."
    dialog._search.setText("tray")  # that of tests has none
    assert dialog._none.text().startswith("This desktop has no tray")
    dialog._search.setText("misspelt")  # nor has it a dictionary
    assert "none was found" in dialog._none.text()
    dialog._search.clear()
    assert not dialog._none.isVisible()
    dialog.close()


def test_a_press_on_the_page_that_was_shown_ends_the_search(
    qtbot: QtBot, open_window: Open
) -> None:
    page = settings_of(open_window())
    pages = page._sections
    qtbot.keyClicks(page._search, "theme")
    qtbot.wait(50)
    assert not pages.selectedItems()  # what is found stands on another
    first = pages.visualItemRect(pages.item(0)).center()
    qtbot.mouseClick(pages.viewport(), Qt.MouseButton.LeftButton, pos=first)
    assert not page._search.text()
    assert [one.text() for one in pages.selectedItems()] == [Section.GENERAL.label]
    assert [body.section for body in page._bodies if body.isVisible()] == [Section.GENERAL]


def test_scrolling_over_a_number_does_not_change_it(open_window: Open) -> None:
    dialog = settings_of(open_window())
    field = row_of(dialog, "temperature")._field.widget
    assert field.focusPolicy() == Qt.FocusPolicy.StrongFocus
    dialog.close()


def test_a_chat_is_exported_from_its_dialog_and_imported_back(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window(ScriptedEngine(["An answer."]))
    chat, _ = opened.harness.ask("A question")
    services, operations = opened.harness.services, opened.window._operations
    dialog = ExportDialog(opened.window, services.transfer, operations, [chat])
    target = tmp_path / "chat.md"
    with qtbot.waitSignal(dialog.exported, timeout=10_000):
        dialog.export_to(target)
    assert "An answer." in target.read_text(encoding="utf-8")
    back = ImportDialog(opened.window, services.transfer, operations, [target])
    found = back.findChild(QListWidget)
    assert found is not None
    qtbot.waitUntil(lambda: found.count() == 1, timeout=10_000)
    assert "here already" in found.item(0).text()
    assert back.chosen() == []
    found.item(0).setCheckState(Qt.CheckState.Checked)
    with qtbot.waitSignal(back.imported, timeout=10_000) as told:
        back._import()
    assert len(told.args[0].imported) == 1
    assert len(services.library.chats.conversations()) == 2


def test_the_export_of_one_long_chat_shows_how_far_it_is_and_is_cancelled(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "_PIECE", 3_000)
    opened = open_window(ScriptedEngine(["Let $x^2$ be what it is.\n\n" * 2_000]))
    chat, _ = opened.harness.ask("A question")
    operations = opened.window._operations
    dialog = ExportDialog(opened.window, opened.harness.services.transfer, operations, [chat])
    dialog._formats.setCurrentIndex(dialog._formats.findData("pdf"))
    dialog.open()
    cancel = next(one for one in dialog.findChildren(QPushButton) if one.text() == "Cancel")
    seen: list[tuple[int, int]] = []

    def on_progress(done: int) -> None:
        if done > 0 and not seen:  # at once: a slow machine would come too late
            seen.append((done, dialog._bar.maximum()))
            cancel.click()

    dialog._bar.valueChanged.connect(on_progress)
    dialog.export_to(tmp_path / "chat.pdf")
    qtbot.waitUntil(lambda: bool(seen), timeout=20_000)
    assert seen[0][0] < seen[0][1]
    waiting: list[None] = []
    operations.run(opened.window, lambda _task: None, waiting.append)  # behind it
    qtbot.waitUntil(lambda: bool(waiting), timeout=3_000)
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_file_that_is_no_chat_is_named_with_its_reason(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    odd = tmp_path / "odd.json"
    odd.write_text("{", encoding="utf-8")
    dialog = ImportDialog(
        opened.window, opened.harness.services.transfer, opened.window._operations, [odd]
    )
    qtbot.waitUntil(lambda: "odd.json" in dialog._notes.text(), timeout=10_000)
    assert not dialog._go.isEnabled()
    dialog.close()


def test_several_chats_are_exported_into_a_folder_of_their_own(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_window()
    chats = [opened.harness.ask(text)[0] for text in ("Same", "Same", "Other")]
    transfer = opened.harness.services.transfer
    name = transfer.suggested_name(chats, "markdown")
    (tmp_path / name).mkdir()  # taken: nothing is written among what is there
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(tmp_path))
    dialog = ExportDialog(opened.window, transfer, opened.window._operations, chats)
    dialog._places.setCurrentIndex(dialog._places.findData(ExportTarget.FOLDER))
    with qtbot.waitSignal(dialog.exported, timeout=10_000):
        dialog._go.click()
    made = tmp_path / f"{name} (2)"
    assert sorted(p.name for p in made.iterdir()) == ["Other.md", "Same (2).md", "Same.md"]
    assert list((tmp_path / name).iterdir()) == []


def test_what_an_export_leaves_out_is_chosen_and_a_typed_name_gets_its_ending(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_window(ScriptedEngine(["<think>\nA thought.\n</think>\n\nAn answer."]))
    chat, _ = opened.harness.ask("A question")
    services = opened.harness.services
    services.library.set_system_prompt(chat, "Be kind.").result()
    dialog = ExportDialog(opened.window, services.transfer, opened.window._operations, [chat])
    dialog.open()
    assert not dialog._reasoning.isEnabled()  # an exact file carries everything
    folded: list[bool] = []
    for box in (dialog._exact, dialog._reasoning, dialog._prompt):
        folded.append(dialog._fold.isEnabled())
        box.click()
    folded.append(dialog._fold.isEnabled())
    assert folded == [True, True, False, False]  # what is left out is not folded
    (tmp_path / "notes.md").write_text("in the way", encoding="utf-8")
    typed = str(tmp_path / "notes")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (typed, ""))
    with qtbot.waitSignal(dialog.exported, timeout=10_000):
        dialog._go.click()
    said = (tmp_path / "notes (2).md").read_text(encoding="utf-8")
    assert "An answer." in said
    assert "A thought." not in said
    assert "Be kind." not in said
    assert (tmp_path / "notes.md").read_text(encoding="utf-8") == "in the way"


def test_what_is_not_as_it_was_stays_to_be_read_after_an_import(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window(ScriptedEngine(["An answer."]))
    chat, _ = opened.harness.ask("A question")
    transfer = opened.harness.services.transfer
    transfer.export([chat], "markdown", tmp_path / "chat.md")
    edited = (tmp_path / "chat.md").read_text(encoding="utf-8").replace("An answer.", "A lie.")
    (tmp_path / "chat.md").write_text(edited, encoding="utf-8")
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    dialog = ImportDialog(opened.window, transfer, opened.window._operations, [tmp_path])
    found = dialog.findChild(QListWidget)
    assert found is not None
    qtbot.waitUntil(lambda: found.count() == 1, timeout=10_000)
    assert "One message was edited in the file" in found.item(0).text()
    assert "broken.json" in dialog._notes.text()
    found.item(0).setCheckState(Qt.CheckState.Checked)
    with qtbot.waitSignal(dialog.imported, timeout=10_000):
        dialog._go.click()
    assert dialog._heading.text() == "1 chat imported"
    assert not found.isVisibleTo(dialog)
    for told in ("broken.json", "One message was edited in the file"):
        assert told in dialog._notes.text()
    assert dialog._cancel.text() == "Close"
    dialog.close()


def test_a_deleted_chat_comes_back_from_the_trash(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    library = opened.harness.services.library
    chat, _ = opened.harness.ask("Keep me")
    library.trash.delete([chat])
    qtbot.waitUntil(lambda: len(library.trash.chats()) == 1)
    dialog = TrashDialog(opened.window, library.trash)
    dialog._list.setCurrentRow(0)
    dialog.restore.click()
    qtbot.waitUntil(lambda: len(library.chats.conversations()) == 1)
    assert dialog._empty.isVisibleTo(dialog)
    dialog.close()
    empty = TrashDialog(opened.window, library.trash)
    empty.open()
    assert empty._empty.height() > 4 * empty._empty.fontMetrics().height()  # no sliver of a window
    empty.close()


def test_the_models_dialog_lists_what_is_here_and_what_can_be_had(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    write_model(tmp_path / "data" / "demo.gguf")
    opened = open_window()
    opened.window.commands.models.show_models()
    dialog = opened.window.findChild(ModelsPage)
    assert dialog is not None

    def names() -> set[str]:
        return {button.accessibleName() for button in dialog.findChildren(QPushButton)}

    assert "Use Built-in demo" in names()
    dialog.show_tab(ModelsTab.CATALOG)
    # The catalogue is judged away from the window's thread, and drawn a few cards at a time.
    qtbot.waitUntil(lambda: any(name.startswith("Download Phi-4") for name in names()))
    dialog.close()


def test_an_error_dialog_says_what_data_and_action(open_window: Open) -> None:
    error = OutOfMemoryError("12 GB are needed, 6 GB are free.", detail="mmap failed")
    dialog = ErrorDialog(open_window().window, error)
    spoken = dialog.accessibleName()
    assert error.what in spoken
    assert error.data in spoken
    assert error.action in spoken
    dialog.close()


def test_the_theme_can_be_set_from_the_dialog_and_the_window_follows(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    dialog = settings_of(opened)
    row = row_of(dialog, "theme")
    row._field.show(ThemeChoice.DARK)
    row._apply()
    opened.look.apply()
    assert opened.window.pane.theme.dark
    dialog.close()
