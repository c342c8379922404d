"""What a person may expect of any window: Esc, Undo, its size, its marks, and its words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QTimer
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication
from PySide6.QtWidgets import QApplication, QFrame, QLineEdit, QMenu, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.generation import Role
from app.domain.options import Section
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.ui.models.models_page import ModelsPage
from app.ui.settings.number_field import NumberField
from app.ui.shell.page_names import ModelsTab
from app.ui.transfer.import_dialog import ImportDialog
from tests.support.chatting import say, wait_for_end
from tests.support.dropping import carried, drag, drop
from tests.support.window import Open, Opened
from tests.ui.test_main_window import HeldEngine

CONTROL = Qt.KeyboardModifier.ControlModifier


def editor(opened: Opened) -> QWidget:
    return opened.window.pane.composer.editor


def shown(opened: Opened) -> str:
    chat = opened.window.controller.chat
    assert chat is not None
    return chat.id


def active(qtbot: QtBot, opened: Opened) -> None:
    opened.window.activateWindow()
    qtbot.waitUntil(opened.window.isActiveWindow)


def banner_up(opened: Opened) -> bool:
    return not opened.window.pane.banner.isHidden()


# --- Esc --------------------------------------------------------------------------------------


def test_esc_does_not_stop_an_answer_in_another_chat(qtbot: QtBot, open_window: Open) -> None:
    engine = HeldEngine()
    opened = open_window(engine)
    active(qtbot, opened)
    say(qtbot, opened, "Question")
    qtbot.waitUntil(lambda: opened.harness.services.chat.active is not None)
    first = shown(opened)
    qtbot.keyClick(opened.window, Qt.Key.Key_N, CONTROL)
    assert shown(opened) != first
    qtbot.keyClick(editor(opened), Qt.Key.Key_Escape)
    engine.go_on.set()
    qtbot.waitUntil(lambda: opened.harness.services.chat.active is None)
    assert opened.harness.services.library.chats.tree(first)[-1].content == "one two three"


def test_esc_in_the_search_field_ends_the_search_and_not_the_answer(
    qtbot: QtBot, open_window: Open
) -> None:
    engine = HeldEngine()
    opened = open_window(engine)
    active(qtbot, opened)
    say(qtbot, opened, "Question")
    qtbot.waitUntil(lambda: opened.window.controller.answering_here)
    qtbot.keyClick(opened.window, Qt.Key.Key_F, CONTROL | Qt.KeyboardModifier.ShiftModifier)
    field = QApplication.focusWidget()
    assert isinstance(field, QLineEdit)
    qtbot.keyClicks(field, "words")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert opened.window.sidebar.query() == ""
    assert opened.window.controller.answering_here
    engine.go_on.set()
    wait_for_end(qtbot, opened)
    assert opened.window.controller.last(Role.ASSISTANT).content == "one two three"  # type: ignore[union-attr]


def test_esc_at_a_button_of_the_message_from_phial_closes_that_message(
    qtbot: QtBot, open_window: Open
) -> None:
    engine = HeldEngine()
    opened = open_window(engine)
    active(qtbot, opened)
    say(qtbot, opened, "Question")
    qtbot.waitUntil(lambda: opened.window.controller.answering_here)
    opened.window.pane.banner.show_message("setting", "Something.", "")
    close = opened.window.pane.banner._close
    close.setFocus()
    qtbot.keyClick(close, Qt.Key.Key_Escape)
    assert not banner_up(opened)
    assert opened.window.controller.answering_here
    engine.go_on.set()
    wait_for_end(qtbot, opened)


def test_esc_in_the_composer_stops_the_answer_that_is_shown(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(HeldEngine())
    say(qtbot, opened, "Question")
    qtbot.waitUntil(lambda: opened.window.controller.answering_here)
    qtbot.keyClick(editor(opened), Qt.Key.Key_Escape)
    wait_for_end(qtbot, opened)


# --- Undo -------------------------------------------------------------------------------------


def test_undo_in_the_composer_brings_a_deleted_chat_back(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    active(qtbot, opened)
    say(qtbot, opened, "Question")
    wait_for_end(qtbot, opened)
    first, library = shown(opened), opened.harness.services.library
    opened.window.actions_table["delete_chat"].trigger()
    qtbot.waitUntil(lambda: [chat.id for chat in library.trash.chats()] == [first])
    assert QApplication.focusWidget() is editor(opened)
    qtbot.keyClick(editor(opened), Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: library.trash.chats() == ())


def test_undo_in_the_composer_takes_back_what_was_typed_first(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    active(qtbot, opened)
    say(qtbot, opened, "Question")
    wait_for_end(qtbot, opened)
    library = opened.harness.services.library
    opened.window.actions_table["delete_chat"].trigger()
    qtbot.waitUntil(lambda: len(library.trash.chats()) == 1)
    qtbot.keyClicks(editor(opened), "abc")
    qtbot.keyClick(editor(opened), Qt.Key.Key_Z, CONTROL)
    assert opened.window.pane.composer.text() == ""
    assert len(library.trash.chats()) == 1
    qtbot.keyClick(editor(opened), Qt.Key.Key_Z, CONTROL)
    qtbot.waitUntil(lambda: library.trash.chats() == ())


# --- size and marks ---------------------------------------------------------------------------


def test_the_first_window_fits_the_screen_with_its_frame(open_window: Open) -> None:
    window = open_window().window
    room = window.screen().availableGeometry()
    assert (room.width(), room.height()) == (800, 800)  # Qt's offscreen platform
    borders, title_bar = 8, 40
    assert window.width() <= room.width() - borders
    assert window.height() <= room.height() - title_bar


def bars(opened: Opened) -> set[str]:
    """Titles of the rows that have the mark of the open chat."""
    side = opened.window.sidebar
    view = side._list
    picture = view.viewport().grab().toImage()
    ratio = picture.devicePixelRatio()
    accent = QColor(opened.look.theme.accent)
    found = set()
    for row in range(side.model.rowCount()):
        rect = view.visualRect(side.model.index(row))
        at = QPoint(int((rect.left() + 2) * ratio), int(rect.center().y() * ratio))
        if picture.pixelColor(at) == accent:
            found.add(str(side.model.index(row).data()))
    return found


def test_the_mark_of_the_open_chat_does_not_follow_the_right_button(
    qtbot: QtBot, open_window: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_window()
    for text in ("First", "Second"):
        qtbot.keyClick(opened.window, Qt.Key.Key_N, CONTROL)
        say(qtbot, opened, text)
        qtbot.waitUntil(lambda text=text: opened.window.windowTitle().startswith(text))
        wait_for_end(qtbot, opened)
    side, view = opened.window.sidebar, opened.window.sidebar._list
    qtbot.waitUntil(lambda: side.model.rowCount() == 3)
    qtbot.waitUntil(lambda: bars(opened) == {"Second"})
    other = next(
        side.model.index(row) for row in range(3) if side.model.index(row).data() == "First"
    )
    point = view.visualRect(other).center()
    qtbot.mousePress(view.viewport(), Qt.MouseButton.RightButton, pos=point)
    where = view.viewport().mapToGlobal(point)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, point, where)
    QApplication.sendEvent(view.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert bars(opened) == {"Second"}
    qtbot.keyClick(menu, Qt.Key.Key_Escape)
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.RightButton, pos=point)
    assert bars(opened) == {"Second"}


def test_menus_of_chats_are_gone_once_they_were_closed(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    say(qtbot, opened, "First")
    wait_for_end(qtbot, opened)
    before = len(opened.window.findChildren(QMenu))
    answer = opened.window.controller.last(Role.ASSISTANT)
    assert answer is not None
    for _ in range(3):
        opened.window.commands.chat_menu([shown(opened)]).popup(QPoint(5, 5))
        popup = QApplication.activePopupWidget()
        assert popup is not None
        qtbot.keyClick(popup, Qt.Key.Key_Escape)
        opened.window.commands.messages.answer_with_menu(answer.id)
        popup = QApplication.activePopupWidget()
        assert popup is not None
        qtbot.keyClick(popup, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(opened.window.findChildren(QMenu)) == before)


# --- files and the clipboard ------------------------------------------------------------------


def paste(qtbot: QtBot, opened: Opened, data: QMimeData) -> None:
    QGuiApplication.clipboard().setMimeData(data)
    editor(opened).setFocus()
    qtbot.keyClick(editor(opened), Qt.Key.Key_V, CONTROL)


def test_a_text_that_is_pasted_as_a_file_becomes_part_of_the_message(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    composer = opened.window.pane.composer
    for name in ("notes.md", "data.json", "rows.jsonl", "plain.txt", "code.py"):
        path = tmp_path / name
        path.write_text('{"a": 1}\n' if "json" in name else "# Heading\n\nSome words.\n")
        composer.set_text("")
        paste(qtbot, opened, carried([path]))
        qtbot.waitUntil(lambda: bool(composer.text()))
        assert composer.text() == f"{name}:\n\n{path.read_text().strip()}"
        assert opened.window.findChild(ImportDialog) is None
        assert name in opened.window.pane.snackbar.notice


@pytest.mark.parametrize("part", ["editor", "search", "transcript", "window", "list"])
def test_a_dropped_file_is_copied_and_the_window_lights_up_while_it_is_dragged(
    qtbot: QtBot, open_window: Open, tmp_path: Path, part: str
) -> None:
    opened = open_window()
    path = tmp_path / "notes.txt"
    path.write_text("Some words.")
    window = opened.window
    target = {
        "editor": window.pane.composer.editor.viewport(),
        "search": window.sidebar._search,
        "transcript": window.pane.transcript.viewport(),
        "window": window,
        "list": window.sidebar._list.viewport(),
    }[part]
    light = window.findChild(QFrame, "dropTarget")
    assert light is not None
    entered = drag(target, path)
    assert entered.isAccepted()
    assert entered.dropAction() is Qt.DropAction.CopyAction
    assert light.isVisible()
    dropped = drop(target, path)
    assert dropped.dropAction() is Qt.DropAction.CopyAction
    assert light.isHidden()
    qtbot.waitUntil(lambda: "Some words." in window.pane.composer.text())
    assert path.exists()


def test_a_file_that_is_no_text_is_answered(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    path = tmp_path / "letter.dat"
    path.write_bytes(b"\x89\0\x01\x02")
    drop(opened.window, path)
    qtbot.waitUntil(lambda: "letter.dat is not a text" in opened.window.pane.snackbar.notice)
    path.write_bytes(b"\n")
    drop(opened.window, path)
    qtbot.waitUntil(lambda: "letter.dat is empty" in opened.window.pane.snackbar.notice)
    assert opened.window.pane.composer.text() == ""


def test_an_exported_chat_that_is_dropped_is_imported(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    say(qtbot, opened, "Question")
    wait_for_end(qtbot, opened)
    path = tmp_path / "chat.md"
    opened.harness.services.transfer.export([shown(opened)], "markdown", path)
    drop(opened.window, path)
    qtbot.waitUntil(lambda: opened.window.findChild(ImportDialog) is not None)
    assert opened.window.pane.composer.text() == ""


def test_html_alone_on_the_clipboard_is_pasted_as_its_text(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    composer = opened.window.pane.composer
    for html, text in (
        ("<p>One <b>bold</b> word</p><ul><li>and a list</li></ul>", "One bold word\nand a list"),
        (
            "<table><tr><th>a</th> <TD>b</TD></tr><tr><td>1</td><td>2</td></tr></table>",
            "a\tb\n1\t2",
        ),
        ("<p>a <img src='x.png'>picture</p>", "a picture"),
        ("<img src='x.png'>", ""),
    ):
        composer.editor.clear()
        data = QMimeData()
        data.setHtml(html)
        paste(qtbot, opened, data)
        assert composer.text() == text
    assert "the picture was not added" in opened.window.pane.snackbar.notice


# --- words ------------------------------------------------------------------------------------


def test_an_answer_that_was_stopped_elsewhere_is_not_called_finished(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(HeldEngine())
    active(qtbot, opened)
    say(qtbot, opened, "Question")
    qtbot.waitUntil(lambda: opened.harness.services.chat.active is not None)
    qtbot.keyClick(opened.window, Qt.Key.Key_N, CONTROL)
    opened.window.actions_table["stop"].trigger()
    snackbar = opened.window.pane.snackbar
    qtbot.waitUntil(lambda: snackbar.done == "The answer in “Question” was stopped.")
    (show,) = (one for one in snackbar.findChildren(QPushButton) if one.text() == "Open")
    qtbot.mouseClick(show, Qt.MouseButton.LeftButton)
    assert [one.message.content for one in opened.window.controller.branch][:1] == ["Question"]
    assert snackbar.isHidden()


def test_a_title_that_is_too_long_is_told(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    say(qtbot, opened, "Question")
    wait_for_end(qtbot, opened)
    opened.window.actions_table["rename_chat"].trigger()
    field = opened.window.pane.header.title.findChild(QLineEdit)
    assert field is not None
    QGuiApplication.clipboard().setText("word " * 60)
    qtbot.keyClick(field, Qt.Key.Key_V, CONTROL)
    assert "200 characters" in opened.window.pane.snackbar.notice


def test_models_are_listed_though_the_demo_is_missing(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    assert not opened.harness.services.models.files._demo_path.exists()
    opened.window.actions_table["models"].trigger()
    opened.window.actions_table["switch_model"].trigger()
    popup = QApplication.activePopupWidget()
    if popup is not None:
        popup.close()


def test_a_system_prompt_that_is_set_while_an_empty_chat_is_open_holds_for_it(
    qtbot: QtBot, open_window: Open
) -> None:
    engine = ScriptedEngine()
    opened = open_window(engine, settings=Settings(welcomed=True, system_prompt="Be brief."))
    settings = opened.harness.services.settings
    settings.update(system_prompt="Speak Latin.")
    say(qtbot, opened, "Question")
    wait_for_end(qtbot, opened)
    first = engine.requests[-1].turns[0]
    assert (first.role, first.content) == (Role.SYSTEM, "Speak Latin.")
    settings.update(system_prompt="Speak Greek.")
    say(qtbot, opened, "And now?")
    qtbot.waitUntil(lambda: len(engine.requests) == 2)
    wait_for_end(qtbot, opened)
    assert engine.requests[-1].turns[0].content == "Speak Latin."
    assert replace(settings.current).system_prompt == "Speak Greek."


def test_what_is_typed_in_the_settings_is_kept_when_the_window_closes(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    opened.window.commands.settings(Section.MODEL)
    dialog = opened.window.commands.preferences.page
    assert dialog is not None

    def fields() -> list[NumberField]:
        found = dialog.findChildren(NumberField)
        return [one for one in found if one.accessibleName() == "CPU threads"]

    qtbot.waitUntil(lambda: bool(fields()))  # what is below the first screenful comes later
    (field,) = fields()
    field.setFocus()
    qtbot.keyClicks(field.lineEdit(), "3")
    opened.window.close()
    assert opened.harness.services.settings.current.threads == 3


def test_a_message_beside_an_answer_in_another_chat_waits_for_its_end_and_is_sent(
    qtbot: QtBot, open_window: Open
) -> None:
    engine = HeldEngine()
    opened = open_window(engine)
    active(qtbot, opened)
    say(qtbot, opened, "Question")
    qtbot.waitUntil(lambda: opened.window.pane.composer._answering)
    qtbot.keyClick(opened.window, Qt.Key.Key_N, CONTROL)
    say(qtbot, opened, "Another")
    assert len(engine.requests) == 1
    assert opened.window.pane.composer.text() == ""
    engine.go_on.set()
    qtbot.waitUntil(lambda: len(engine.requests) == 2)
    assert engine.requests[-1].turns[-1].content == "Another"
    qtbot.waitUntil(lambda: opened.harness.services.chat.active is None)


def test_what_deletes_a_download_says_so_and_is_not_beside_a_cancel(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    downloads = opened.harness.services.downloads
    downloads.start("owner/name", ("a.gguf",), "0" * 40)  # nobody answers
    opened.window.commands.models.show_models(ModelsTab.DOWNLOADS)
    dialog = opened.window.findChild(ModelsPage)
    assert dialog is not None
    said: list[str] = []

    def read() -> None:
        asked = QApplication.activeModalWidget()
        assert asked is not None
        said.extend(b.text() for b in asked.findChildren(QPushButton) if b.isVisible())
        qtbot.keyClick(asked, Qt.Key.Key_Escape)

    cancel = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Cancel")
    QTimer.singleShot(100, read)
    qtbot.mouseClick(cancel, Qt.MouseButton.LeftButton)
    assert sorted(said) == ["Delete download", "Keep downloading"]
    assert len(downloads.items()) == 1
    dialog.close()
