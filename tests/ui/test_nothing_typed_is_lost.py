"""Words, files and places that a review of the window found lost: each the way a person goes."""

from __future__ import annotations

import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QListWidget,
    QPlainTextEdit,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.domain.appearance.choices import ThemeChoice
from app.domain.options import Section
from app.domain.presets.preset import Preset, SavedPrompt
from app.services.core.events import ModelStateChanged
from app.ui.conversation.input.queued_messages import QueuedRow
from app.ui.models.endpoint_dialog import EndpointDialog
from app.ui.presets.presets_dialog import PresetsDialog
from app.ui.presets.prompts_dialog import PromptsDialog
from app.ui.settings.number_field import NumberField
from app.ui.settings.panels.memory_panel import ShareBar
from app.ui.style.theme import THEMES
from app.ui.transfer.import_dialog import ImportDialog
from tests.scenarios.hands import ask, awake, begun, press, said, seen, shows, slow, talk, typed
from tests.support.chatting import say, wait_for_end
from tests.support.document_files import lines, pdf
from tests.support.dropping import drop
from tests.support.endpoint_server import EndpointServer
from tests.support.window import Open, Opened

CHATS = Path(__file__).parents[1] / "data" / "imports" / "chatgpt" / "conversations.json"


def editor(opened: Opened) -> QPlainTextEdit:
    return opened.window.pane.composer.editor


def chosen(opened: Opened, prompt: str, name: str = "mine") -> None:
    """Type a slash and a prompt's name, and take it."""
    opened.harness.services.presets.save_prompt(SavedPrompt(name, prompt))
    awake(opened)
    typed(editor(opened), f"/{name}")
    QTest.keyClick(editor(opened), Qt.Key.Key_Return)


# --- prompts by a slash -----------------------------------------------------------------------


def test_tab_goes_through_the_fields_of_a_prompt_once_and_then_leaves(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    QApplication.clipboard().setText("if (x) {y}")
    chosen(opened, "🙂🙂 To {name}: {clipboard}, on {topic}.")
    assert editor(opened).textCursor().selectedText() == "{name}"
    editor(opened).insertPlainText("🙂 Ada")  # as an input method does it
    QTest.keyClick(editor(opened), Qt.Key.Key_Tab)
    assert editor(opened).textCursor().selectedText() == "{topic}"
    assert editor(opened).hasFocus()
    QTest.keyClick(editor(opened), Qt.Key.Key_Tab)
    assert not editor(opened).hasFocus(), "the braces of the clipboard and {topic} hold it no more"
    assert opened.window.pane.composer.text() == "🙂🙂 To 🙂 Ada: if (x) {y}, on {topic}."


# --- messages in waiting ----------------------------------------------------------------------


def test_a_message_in_waiting_keeps_the_focus_while_others_change(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = talk(qtbot, open_window, "Elsewhere", engine=slow("One.", "word " * 300, "Three."))
    elsewhere = opened.window.controller.chat
    assert elsewhere is not None
    opened.window.controller.new_chat()
    begun(qtbot, opened)
    say(qtbot, opened, "Second")
    say(qtbot, opened, "Third")
    qtbot.waitUntil(lambda: len(rows(opened)) == 2)
    focused = rows(opened)[1].remove
    focused.setFocus(Qt.FocusReason.TabFocusReason)
    opened.harness.services.library.rename(elsewhere.id, "Another name")
    model = opened.window.sidebar.model
    qtbot.waitUntil(lambda: model.row_of(elsewhere.id).data() == "Another name")
    assert isValid(focused)
    assert focused.hasFocus()
    rows(opened)[0].remove.click()
    qtbot.waitUntil(lambda: len(rows(opened)) == 1)
    assert isValid(focused)
    focused.click()
    qtbot.waitUntil(lambda: not rows(opened))
    opened.window.controller.stop()
    wait_for_end(qtbot, opened)
    assert said(opened, "user") == ["Elsewhere", "Question"]


def rows(opened: Opened) -> list[QueuedRow]:
    found = opened.window.findChildren(QueuedRow)
    return [row for row in found if not row.isHidden()]


def test_a_message_in_waiting_is_edited_beside_an_older_one_that_is(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(slow("One.", "word " * 300))
    ask(qtbot, opened, "First")
    QTest.keyClick(editor(opened), Qt.Key.Key_Up)
    QTest.keyClicks(editor(opened), " edited")
    opened.window.controller.drafting.cancel_edit()
    begun(qtbot, opened)
    say(qtbot, opened, "Waits")
    opened.window.controller.stop()
    wait_for_end(qtbot, opened)
    opened.window.controller.edit_last()
    QTest.keyClicks(editor(opened), " half")
    press(opened.window.pane, "Edit")
    assert opened.window.pane.composer.text() == "Waits"
    assert not opened.window.pane.composer.editing
    opened.window.controller.edit_last()
    assert opened.window.pane.composer.text() == "Question half"


# --- dialogs ----------------------------------------------------------------------------------


@pytest.fixture
def prompts(open_window: Open) -> Iterator[tuple[Opened, PromptsDialog]]:
    opened = open_window()
    for name in ("one", "two"):
        opened.harness.services.presets.save_prompt(SavedPrompt(name, f"{name}."))
    opened.window.commands.composer.prompts()
    dialog = opened.window.findChild(PromptsDialog)
    assert isinstance(dialog, PromptsDialog)
    yield opened, dialog
    if isValid(dialog):
        QDialog.done(dialog, 0)


def texts(opened: Opened) -> dict[str, str]:
    return {p.name: p.text for p in opened.harness.services.presets.prompts() if not p.bundled}


def test_a_prompt_that_was_typed_is_kept_by_choosing_another_and_by_esc(
    prompts: tuple[Opened, PromptsDialog],
) -> None:
    opened, dialog = prompts
    listed = seen(dialog, QListWidget, "Prompts")
    listed.setCurrentRow(row_called(listed, "/one"))
    QTest.keyClicks(seen(dialog, QPlainTextEdit, "Text"), " And more.")
    listed.setCurrentRow(row_called(listed, "/two"))
    assert texts(opened)["one"] == "one. And more."
    assert seen(dialog, QLineEdit, "Name").text() == "two"
    QTest.keyClicks(seen(dialog, QPlainTextEdit, "Text"), " Too.")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert texts(opened) == {"one": "one. And more.", "two": "two. Too."}


def test_a_prompt_that_cannot_be_kept_stays_to_be_put_right(
    prompts: tuple[Opened, PromptsDialog],
) -> None:
    opened, dialog = prompts
    listed = seen(dialog, QListWidget, "Prompts")
    listed.setCurrentRow(row_called(listed, "/two"))
    name = seen(dialog, QLineEdit, "Name")
    typed(name, "one", instead=True)  # another one's name
    listed.setCurrentRow(row_called(listed, "/one"))
    assert name.text() == "one"
    assert listed.currentItem().text() == "/two"
    assert shows(dialog, "There is a prompt /one already.")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    assert shows(dialog, "Close once more to give it up.")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not isValid(dialog) or not dialog.isVisible()
    assert texts(opened) == {"one": "one.", "two": "two."}


def row_called(listed: QListWidget, name: str) -> int:
    return next(row for row in range(listed.count()) if listed.item(row).text() == name)


def test_a_preset_whose_number_is_none_stays_to_be_put_right(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    presets = opened.harness.services.presets
    mine = presets.save(Preset("", "Mine"))
    opened.window.commands.presets.manage()
    dialog = opened.window.findChild(PresetsDialog)
    assert isinstance(dialog, PresetsDialog)
    listed = seen(dialog, QListWidget, "Presets")
    listed.setCurrentRow(row_called(listed, "Mine"))
    typed(seen(dialog, QPlainTextEdit, "System prompt"), "Rhyme.")
    temperature = seen(dialog, NumberField, "Temperature")
    temperature.lineEdit().setText("hot")
    listed.setCurrentRow(0)
    assert listed.currentItem().text() == "Mine"
    assert temperature.lineEdit().text() == "hot"
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isVisible()
    temperature.lineEdit().setText("0.5")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: not isValid(dialog) or not dialog.isVisible())
    kept = presets.get(mine.id)
    assert kept is not None
    assert (kept.system_prompt, kept.values) == ("Rhyme.", {"temperature": 0.5})


def test_an_endpoint_that_was_given_up_is_not_kept_though_it_had_answered(
    qtbot: QtBot, open_window: Open
) -> None:
    with EndpointServer("llama-server") as server:
        opened = open_window()
        dialog = EndpointDialog(
            opened.window, opened.harness.services.endpoints, opened.window._operations
        )
        dialog.open()
        typed(seen(dialog, QLineEdit, "Address"), server.address)
        press(dialog, "Try and keep")
        assert seen(dialog, QLineEdit, "Address").isReadOnly()
        worker = opened.window._operations._executor
        late = time.monotonic() + 10
        answered = worker.submit(lambda: None)  # behind the question to the server
        while not answered.done() and time.monotonic() < late:
            time.sleep(0.01)  # and nothing of it is heard here meanwhile
        QTest.keyClick(dialog, Qt.Key.Key_Escape)
        qtbot.wait(50)
        assert opened.harness.services.endpoints.all() == ()


# --- files ------------------------------------------------------------------------------------


def test_a_text_is_added_though_another_file_is_none(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text("Words.")
    bad.write_bytes(b"\0\1\2\0")
    drop(editor(opened), bad, good)
    qtbot.waitUntil(lambda: "good.txt:\n\nWords." in opened.window.pane.composer.text())
    assert shows(opened.window.pane, "bad.txt is not a text.")
    assert shows(opened.window.pane, "The text of good.txt was added")


def test_what_is_dropped_beside_a_model_is_not_forgotten(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    text, model = tmp_path / "notes.txt", tmp_path / "model.gguf"
    text.write_text("Words.")
    model.write_bytes(b"GGUF")
    drop(editor(opened), model, text)
    qtbot.waitUntil(lambda: "notes.txt:\n\nWords." in opened.window.pane.composer.text())
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, QDialog)
    dialog.reject()


def test_chats_are_imported_though_an_archive_beside_them_is_damaged(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    with zipfile.ZipFile(good, "w") as archive:
        archive.write(CHATS, "conversations.json")
    bad.write_bytes(b"PK\x03\x04 and nothing else")
    drop(opened.window, bad, good)
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), ImportDialog))
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ImportDialog)
    qtbot.waitUntil(lambda: shows(dialog, "“bad.zip” is a damaged archive."))
    assert dialog._list.isVisible()
    dialog.reject()


def test_documents_of_a_draft_go_along_where_its_chat_is_deleted(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    report = tmp_path / "report.pdf"
    report.write_bytes(pdf([lines("The bridge opened in 1962.")]))
    opened = talk(qtbot, open_window, "Question")
    chat = opened.window.controller.chat
    assert chat is not None
    drop(editor(opened), report)
    bar = opened.window.pane.composer.attachments
    qtbot.waitUntil(lambda: not bar.empty, timeout=20_000)
    typed(editor(opened), "What opened?")
    opened.harness.services.library.trash.delete([chat.id])
    qtbot.waitUntil(lambda: not opened.window.controller.is_shown(chat.id))
    assert opened.window.pane.composer.text() == "What opened?"
    assert not bar.empty


# --- what is shown ----------------------------------------------------------------------------


def test_bars_of_the_settings_follow_the_theme(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    opened.window.commands.settings(Section.STORAGE)
    page = opened.window.commands.preferences.page
    assert page is not None
    bar = next(one for one in page.findChildren(ShareBar) if one.isVisible())
    qtbot.waitUntil(lambda: shows(page, "free on this disk"))
    bar.show_parts((1.0,), 1.0)
    for choice in (ThemeChoice.DARK, ThemeChoice.LIGHT):
        opened.harness.services.settings.update(theme=choice)
        opened.look.apply()
        accent = QColor(THEMES[choice].accent)
        qtbot.waitUntil(
            lambda accent=accent: bar.grab().toImage().pixelColor(bar.rect().center()) == accent
        )


def test_the_settings_look_at_the_model_once_while_it_is_loading(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_window()
    looked: list[object] = []
    services = opened.harness.services
    monkeypatch.setattr(services.advice, "costs", looked.append)
    opened.window.commands.settings(Section.MODEL)
    qtbot.waitUntil(lambda: len(looked) == 1)
    for percent in range(1, 100):
        state = services.models.state
        services.bus.publish(ModelStateChanged(state))
        if percent % 10 == 0:
            qtbot.wait(5)
    qtbot.wait(50)
    assert len(looked) == 1


def test_a_port_is_written_without_groups(open_window: Open) -> None:
    opened = open_window()
    opened.window.commands.settings(Section.SERVING)
    page = opened.window.commands.preferences.page
    assert page is not None
    field = seen(page, NumberField, "Port")
    port = str(opened.harness.services.settings.current.serving_port)
    assert field.lineEdit().text() == port
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert field.lineEdit().text() == str(int(port) + 1)
