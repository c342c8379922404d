"""Nothing that a person typed is lost: drafts, edits, titles, and words still being composed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QMimeData, QPoint, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.conversation import Conversation
from app.domain.errors import DiskFullError
from app.domain.generation import Role
from app.domain.settings import SPECS
from app.services.core.events import Asked, LibraryReplaced, SendFailed
from app.store.settings_file import SettingsStore
from app.ui.settings.setting_fields import TextField
from app.ui.settings.settings_page import SettingsPage
from app.ui.style.dialogs import ask_text
from app.ui.style.text_fields import PlainEditor
from tests.support.asking import press, when_asked
from tests.support.chatting import say, wait_for_end
from tests.support.window import Open, Opened, close

CONTROL = Qt.KeyboardModifier.ControlModifier
NBSP = "\u00a0"


def compose(field: QWidget, word: str) -> None:
    """An input method shows a word that it has not committed."""
    QCoreApplication.sendEvent(field, QInputMethodEvent(word, []))


def commit(field: QWidget, word: str) -> None:
    event = QInputMethodEvent("", [])
    event.setCommitString(word)
    QCoreApplication.sendEvent(field, event)


def editor_of(opened: Opened) -> QPlainTextEdit:
    return opened.window.pane.composer.editor


def shown(opened: Opened) -> Conversation:
    chat = opened.window.controller.chat
    assert chat is not None
    return chat


def asked(opened: Opened) -> list[str]:
    """The questions of the shown chat as they are stored."""
    branch = opened.harness.services.library.chats.branch(shown(opened).id)
    return [item.message.content for item in branch if item.message.role is Role.USER]


def talk(qtbot: QtBot, opened: Opened, *texts: str) -> Conversation:
    for count, text in enumerate(texts, 1):
        say(qtbot, opened, text)
        qtbot.waitUntil(lambda: len(opened.window.controller.branch) == 2 * count)  # noqa: B023
        wait_for_end(qtbot, opened)
    return shown(opened)


def edit_last(qtbot: QtBot, opened: Opened, more: str) -> None:
    """Up in the empty composer, and something typed behind what was sent."""
    qtbot.keyClick(editor_of(opened), Qt.Key.Key_Up)
    qtbot.keyClicks(editor_of(opened), more)


def reopened(opened: Opened, open_window: Open, folder: Path) -> Opened:
    """Quit and start again."""
    close(opened)
    settings = opened.harness.services.settings.current
    return open_window(folder=folder, settings=settings)


# --- edits ------------------------------------------------------------------------------------


def test_an_edit_is_there_again_after_another_chat_was_shown(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    first = talk(qtbot, opened, "Question")
    edit_last(qtbot, opened, " in other words")
    qtbot.keyClick(opened.window, Qt.Key.Key_N, CONTROL)
    assert shown(opened).id != first.id
    assert not opened.window.pane.composer.editing
    assert opened.window.pane.composer.text() == ""
    opened.window.controller.open_chat(first.id)
    assert opened.window.pane.composer.text() == "Question in other words"
    assert opened.window.pane.composer.editing
    qtbot.keyClick(editor_of(opened), Qt.Key.Key_Return)
    wait_for_end(qtbot, opened)
    assert asked(opened) == ["Question in other words"]


def test_an_edit_and_the_draft_it_stands_for_are_there_after_a_restart(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window(folder=tmp_path / "mine")
    talk(qtbot, opened, "One", "Two")
    qtbot.keyClicks(editor_of(opened), "a draft")
    opened.window.controller.edit_last()
    qtbot.keyClicks(editor_of(opened), " more")
    again = reopened(opened, open_window, tmp_path / "mine")
    assert again.window.pane.composer.text() == "Two more"
    assert again.window.pane.composer.editing
    qtbot.keyClick(editor_of(again), Qt.Key.Key_Escape)
    assert again.window.pane.composer.text() == "a draft"
    assert not again.window.pane.composer.editing


def test_an_edit_is_on_disk_while_it_is_typed(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    chat = talk(qtbot, opened, "Question")
    edit_last(qtbot, opened, " changed")
    library = opened.harness.services.library
    wanted = ["Question changed"]
    qtbot.waitUntil(lambda: [e.text for e in library.chats.edits(chat.id) if e.open] == wanted)


def test_an_edit_that_was_given_up_comes_back_when_the_message_is_edited_again(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window(folder=tmp_path / "mine")
    talk(qtbot, opened, "Question")
    edit_last(qtbot, opened, " with much thought")
    qtbot.keyClick(editor_of(opened), Qt.Key.Key_Escape)
    assert opened.window.pane.composer.text() == ""
    assert "kept" in opened.window.pane.snackbar.notice
    again = reopened(opened, open_window, tmp_path / "mine")
    assert not again.window.pane.composer.editing
    qtbot.keyClick(editor_of(again), Qt.Key.Key_Up)
    assert again.window.pane.composer.text() == "Question with much thought"
    qtbot.keyClick(editor_of(again), Qt.Key.Key_Z, CONTROL)
    assert again.window.pane.composer.text() == "Question"
    qtbot.keyClick(editor_of(again), Qt.Key.Key_Escape)
    qtbot.keyClick(editor_of(again), Qt.Key.Key_Up)
    assert again.window.pane.composer.text() == "Question"


def test_editing_another_message_keeps_the_edit_of_the_first(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    talk(qtbot, opened, "One", "Two")
    one, _, two, _ = (item.message.id for item in opened.window.controller.branch)
    opened.window.controller.edit(one)
    qtbot.keyClicks(editor_of(opened), " and a half")
    opened.window.controller.edit(two)
    assert opened.window.pane.composer.text() == "Two"
    opened.window.controller.edit(one)
    assert opened.window.pane.composer.text() == "One and a half"


def test_sending_an_edit_leaves_the_draft_on_disk(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window(folder=tmp_path / "mine")
    chat = talk(qtbot, opened, "Question")
    qtbot.keyClicks(editor_of(opened), "a draft")
    library = opened.harness.services.library
    qtbot.waitUntil(lambda: library.chats.get(chat.id).draft == "a draft")
    opened.window.controller.edit_last()
    qtbot.keyClicks(editor_of(opened), "?")
    qtbot.keyClick(editor_of(opened), Qt.Key.Key_Return)
    wait_for_end(qtbot, opened)
    assert asked(opened) == ["Question?"]
    assert library.chats.get(chat.id).draft == "a draft"
    assert library.chats.edits(chat.id) == ()
    assert opened.window.pane.composer.text() == "a draft"


def test_an_edit_that_could_not_be_stored_is_an_edit_again(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    chat = talk(qtbot, opened, "Question")
    question = opened.window.controller.branch[0].message
    qtbot.keyClicks(editor_of(opened), "since then")
    failure = SendFailed(chat.id, Asked("Reworded", question.id), DiskFullError("Full."))
    opened.window.controller.on_event(failure)
    assert opened.window.pane.composer.text() == "Reworded"
    assert opened.window.pane.composer.editing
    qtbot.keyClick(editor_of(opened), Qt.Key.Key_Escape)
    assert opened.window.pane.composer.text() == "since then"


# --- drafts -----------------------------------------------------------------------------------


def test_the_draft_of_a_new_chat_is_found_in_the_list(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window(folder=tmp_path / "mine")
    talk(qtbot, opened, "First")
    qtbot.keyClick(opened.window, Qt.Key.Key_N, CONTROL)
    qtbot.keyClicks(editor_of(opened), "half a thought")
    fresh = shown(opened)
    qtbot.keyClick(opened.window, Qt.Key.Key_N, CONTROL)
    model = opened.window.sidebar.model
    qtbot.waitUntil(lambda: model.row_of(fresh.id).isValid())
    assert model.row_of(fresh.id).data() == "Draft: half a thought"
    again = reopened(opened, open_window, tmp_path / "mine")
    row = again.window.sidebar.model.row_of(fresh.id)
    view = again.window.sidebar._list
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.visualRect(row).center())
    assert again.window.pane.composer.text() == "half a thought"


def test_a_long_sentence_is_on_disk_before_its_end(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    chat = talk(qtbot, opened, "First")
    for _ in range(60):  # keys without a pause, so there is no moment after the last one
        qtbot.keyClicks(editor_of(opened), "a")
        qtbot.wait(50)
        if opened.harness.services.library.chats.get(chat.id).draft:
            return
    raise AssertionError("nothing of it was kept while it was typed")


def test_a_new_chat_whose_first_draft_met_a_full_disk_takes_the_next_one(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    chat, library = shown(opened), opened.harness.services.library

    def limit(pages: str) -> None:
        opened.harness.stored.database.submit_bare(
            lambda c: c.execute(f"PRAGMA max_page_count={pages}").fetchone()
        ).result()

    limit("1")  # SQLite takes the number of pages there are
    draft = "long words " * 2_000
    editor_of(opened).setPlainText(draft)
    qtbot.waitUntil(lambda: not opened.window.pane.banner.isHidden())
    limit("1000000")
    assert library.chats.get(chat.id) == chat
    opened.window.controller.new_chat()  # leaving tries again, though nothing more was typed
    qtbot.waitUntil(lambda: library.chats.get(chat.id).draft == draft)


def test_a_suggestion_that_is_chosen_stands_below_what_is_typed(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    qtbot.keyClicks(editor_of(opened), "My own words")
    card = next(b for b in opened.window.pane.empty.findChildren(QPushButton) if b.isVisible())
    qtbot.mouseClick(card, Qt.MouseButton.LeftButton)
    lines = opened.window.pane.composer.text().splitlines()
    assert lines[0] == "My own words"
    assert len(lines) > 1


def test_what_is_typed_outlives_a_library_that_is_replaced(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    chat = talk(qtbot, opened, "First")
    qtbot.keyClicks(editor_of(opened), "and then")
    library = opened.harness.services.library
    library.trash.delete([chat.id])
    library.trash.empty().result()
    opened.harness.services.bus.publish(LibraryReplaced())
    qtbot.waitUntil(lambda: shown(opened).id != chat.id)
    assert opened.window.pane.composer.text() == "and then"


def test_a_question_that_was_not_stored_comes_before_the_draft_of_a_chat_that_was_left(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    chat = talk(qtbot, opened, "First")
    qtbot.keyClicks(editor_of(opened), "typed since")
    opened.window.controller.new_chat()
    failure = SendFailed(chat.id, Asked("What now?"), DiskFullError("Full."))
    opened.window.controller.on_event(failure)
    opened.window.controller.open_chat(chat.id)
    assert opened.window.pane.composer.text() == "What now?\ntyped since"


# --- titles -----------------------------------------------------------------------------------


def rename(qtbot: QtBot, opened: Opened, title: str) -> QLineEdit:
    """Begin to type a title in the header."""
    opened.window.commands.chats.rename()
    field = opened.window.pane.header.title.findChild(QLineEdit)
    assert field is not None
    qtbot.keyClicks(field, title)
    return field


def test_esc_in_the_title_gives_the_change_up(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    chat = talk(qtbot, opened, "First")
    field = rename(qtbot, opened, "Another")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    opened.harness.services.library.set_pinned(chat.id, True).result()  # after any rename
    assert opened.harness.services.library.chats.get(chat.id).title == "First"
    assert QApplication.focusWidget() is editor_of(opened)


def test_enter_in_the_title_keeps_it_and_typing_goes_on_in_the_composer(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    chat = talk(qtbot, opened, "First")
    field = rename(qtbot, opened, "Another")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    library = opened.harness.services.library
    qtbot.waitUntil(lambda: library.chats.get(chat.id).title == "Another")
    assert QApplication.focusWidget() is editor_of(opened)


def test_a_title_being_typed_stays_with_its_chat(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    first = talk(qtbot, opened, "First")
    opened.window.controller.new_chat()
    second = talk(qtbot, opened, "Second")
    rename(qtbot, opened, "The second one")
    opened.window.controller.open_chat(first.id)
    library = opened.harness.services.library
    qtbot.waitUntil(lambda: library.chats.get(second.id).title == "The second one")
    field = opened.window.pane.header.title.findChild(QLineEdit)
    assert field is not None
    assert not field.isVisible()
    assert library.chats.get(first.id).title == "First"


def test_titles_being_typed_are_kept_when_the_window_closes(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window(folder=tmp_path / "mine")
    chat = talk(qtbot, opened, "First")
    rename(qtbot, opened, "In the header")
    opened = reopened(opened, open_window, tmp_path / "mine")
    assert opened.harness.services.library.chats.get(chat.id).title == "In the header"
    opened.window.activateWindow()
    qtbot.waitUntil(opened.window.isActiveWindow)
    assert opened.window.sidebar.rename_in_place(chat.id)
    field = opened.window.sidebar._list.viewport().findChild(QLineEdit)
    assert field is not None
    field.selectAll()
    qtbot.keyClicks(field, "In the list")
    opened = reopened(opened, open_window, tmp_path / "mine")
    assert opened.harness.services.library.chats.get(chat.id).title == "In the list"


# --- input methods ----------------------------------------------------------------------------


def test_a_composed_word_is_sent_by_a_click_and_comes_once(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    editor = editor_of(opened)
    qtbot.keyClicks(editor, "say ")
    compose(editor, "にほんご")
    button = opened.window.pane.composer._button
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    commit(editor, "にほんご")  # as ibus does when it is told to reset
    wait_for_end(qtbot, opened)
    assert asked(opened) == ["say にほんご"]
    assert opened.window.pane.composer.text() == ""


def test_a_composed_word_alone_can_be_sent(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    compose(editor_of(opened), "한글")
    button = opened.window.pane.composer._button
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    wait_for_end(qtbot, opened)
    assert asked(opened) == ["한글"]


def test_a_composed_word_is_sent_by_ctrl_enter_where_it_stands(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    editor = editor_of(opened)
    qtbot.keyClicks(editor, "ab")
    qtbot.keyClick(editor, Qt.Key.Key_Left)
    compose(editor, "😀漢")
    qtbot.keyClick(editor, Qt.Key.Key_Return, CONTROL)
    wait_for_end(qtbot, opened)
    assert asked(opened) == ["a😀漢b"]


def test_a_composed_word_stays_with_its_chat_and_is_on_disk(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    chat = talk(qtbot, opened, "First")
    editor, library = editor_of(opened), opened.harness.services.library
    compose(editor, "なに")
    qtbot.waitUntil(lambda: library.chats.get(chat.id).draft == "なに")
    qtbot.keyClick(opened.window, Qt.Key.Key_N, CONTROL)
    assert opened.window.pane.composer.text() == ""
    commit(editor, "なに")  # late: it belongs to the other chat, where it is already
    assert opened.window.pane.composer.text() == ""
    opened.window.controller.open_chat(chat.id)
    assert opened.window.pane.composer.text() == "なに"


def test_a_composed_word_is_kept_when_the_focus_goes(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    editor = editor_of(opened)
    opened.window.activateWindow()
    editor.setFocus()
    qtbot.waitUntil(editor.hasFocus)
    compose(editor, "なに")
    opened.window.sidebar.focus_search()
    assert editor.toPlainText() == "なに"


def test_a_word_that_the_input_method_took_back_is_gone(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    editor = editor_of(opened)
    compose(editor, "なに")
    compose(editor, "")
    assert opened.window.pane.composer.text() == ""
    assert not opened.window.pane.composer._button.isEnabled()


def test_a_composed_word_belongs_to_the_title(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    chat = talk(qtbot, opened, "First")
    field = rename(qtbot, opened, "On ")
    compose(field, "日本")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    library = opened.harness.services.library
    qtbot.waitUntil(lambda: library.chats.get(chat.id).title == "On 日本")
    assert opened.window.sidebar.rename_in_place(chat.id)
    row = opened.window.sidebar._list.viewport().findChild(QLineEdit)
    assert row is not None
    compose(row, "語")
    qtbot.keyClick(row, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: library.chats.get(chat.id).title == "語")


# --- no-break spaces --------------------------------------------------------------------------


def paste(field: QPlainTextEdit, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    field.insertFromMimeData(data)


def test_a_no_break_space_is_sent_copied_and_kept(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window(folder=tmp_path / "mine")
    text = f"20{NBSP}km\u202fh\n«{NBSP}oui{NBSP}»"
    editor = editor_of(opened)
    paste(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_A, CONTROL)
    qtbot.keyClick(editor, Qt.Key.Key_X, CONTROL)
    assert QGuiApplication.clipboard().text() == text
    assert opened.window.pane.composer.text() == ""
    qtbot.keyClick(editor, Qt.Key.Key_V, CONTROL)
    assert opened.window.pane.composer.text() == text
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    wait_for_end(qtbot, opened)
    assert asked(opened) == [text]
    edit_last(qtbot, opened, f"{NBSP}!")
    opened = reopened(opened, open_window, tmp_path / "mine")
    assert opened.window.pane.composer.text() == f"{text}{NBSP}!"


def test_a_no_break_space_is_kept_in_a_dialogs_text(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()

    def type_and_save() -> None:
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        field = dialog.findChild(QPlainTextEdit)
        assert field is not None
        paste(field, f"5{NBSP}%")
        save = next(b for b in dialog.findChildren(QPushButton) if b.text() == "Save")
        qtbot.mouseClick(save, Qt.MouseButton.LeftButton)

    QTimer.singleShot(0, type_and_save)
    assert ask_text(opened.window, "Title", "Label", "", {}, "") == f"5{NBSP}%"


def test_a_no_break_space_and_a_composed_word_are_kept_in_the_system_prompt(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    opened.window.commands.settings()
    dialog = opened.window.findChild(SettingsPage)
    assert dialog is not None
    dialog.show_section(SPECS["system_prompt"].option.section)
    field = next(
        f for f in dialog.findChildren(QPlainTextEdit) if "prompt" in f.accessibleName().lower()
    )
    field.setFocus()
    qtbot.waitUntil(field.hasFocus)
    paste(field, f"Write 5{NBSP}%")
    compose(field, "なに")
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    wanted = f"Write 5{NBSP}%なに"
    qtbot.waitUntil(lambda: opened.harness.services.settings.current.system_prompt == wanted)


def test_the_system_prompt_in_settings_is_kept_while_it_is_typed(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    """A crash while it is typed costs half a second of it at most."""
    kept = SettingsStore(tmp_path / "settings.json")
    opened = open_window(settings=kept)
    opened.window.actions_table["settings"].trigger()
    dialog = opened.window.findChild(SettingsPage)
    assert dialog is not None
    dialog.show_section(SPECS["system_prompt"].option.section)
    field = dialog.findChild(TextField)
    assert field is not None
    field.setFocus()
    qtbot.keyClicks(field, "You are  ")
    qtbot.waitUntil(lambda: kept.load()[0].system_prompt == "You are  ")
    qtbot.keyClicks(field, "a pilot")
    compose(field, "in")
    qtbot.waitUntil(lambda: kept.load()[0].system_prompt == "You are  a pilotin")
    commit(field, "in Ulm")
    assert field.text() == "You are  a pilotin Ulm"  # as typed: being kept moved nothing
    qtbot.keyClick(field, Qt.Key.Key_Z, CONTROL)
    assert field.text() != "You are  a pilotin Ulm"  # and there is something to undo


def test_what_esc_gives_up_in_a_dialog_is_there_again_and_cancel_throws_it_away(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    chat = talk(qtbot, opened, "First")
    library = opened.harness.services.library
    library.set_system_prompt(chat.id, "In force.").result()
    stood: list[str] = []

    def type_and(leave: Callable[[QDialog, QPlainTextEdit], object]) -> None:
        def act(dialog: QDialog) -> None:
            field = dialog.findChild(PlainEditor)
            assert field is not None
            stood.append(field.text())
            qtbot.keyClicks(field, " More.")
            leave(dialog, field)

        with when_asked(act):
            opened.window.actions_table["system_prompt"].trigger()

    def escape(_dialog: QDialog, field: QPlainTextEdit) -> None:
        compose(field, "の")
        qtbot.keyClick(field, Qt.Key.Key_Escape)

    def undo_all(dialog: QDialog, field: QPlainTextEdit) -> None:
        for _ in range(20):
            qtbot.keyClick(field, Qt.Key.Key_Z, CONTROL)
        stood.append(field.toPlainText())
        dialog.close()

    type_and(escape)
    type_and(lambda dialog, _: press(qtbot, dialog, "Cancel"))
    type_and(escape)
    type_and(undo_all)
    assert library.chats.get(chat.id).system_prompt == "In force."
    type_and(lambda dialog, _: press(qtbot, dialog, "Save"))
    end = [text.replace("In force.", "") for text in stood]
    assert end == ["", " More.の", "", " More.の", "", ""]
    qtbot.waitUntil(lambda: library.chats.get(chat.id).system_prompt == " More.In force.")
