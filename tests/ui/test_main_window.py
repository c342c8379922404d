"""The window over real services: what a person does, and what is shown."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLineEdit,
    QListView,
    QSplitter,
    QToolButton,
    QWidget,
)
from pytestqt.qtbot import QtBot

from app.domain.appearance.choices import ThemeChoice
from app.domain.conversation import MessageStatus
from app.domain.errors import (
    EngineDiedError,
    KnownError,
    ModelFileError,
    OutOfMemoryError,
)
from app.domain.generation import Role, StopReason
from app.domain.settings import Settings
from app.engine.base import Cancel
from app.engine.scripted import ScriptedAnswer, ScriptedEngine
from app.services.core.events import ErrorReported
from app.ui.commands.message_commands import last_code
from app.ui.conversation.chat_pane import Page
from app.ui.style.widgets import StyledLabel
from tests.support.asking import open_menu
from tests.support.chatting import beside_the_last, say, wait_for_end, wait_for_words
from tests.support.gguf_factory import write_model
from tests.support.window import Open, Opened, close


def button(opened: Opened, name: str) -> QAbstractButton:
    """The visible button a screen reader calls ``name``."""
    found = [
        one
        for one in opened.window.findChildren(QAbstractButton)
        if one.accessibleName() == name and one.isVisible()
    ]
    assert len(found) == 1, f"{len(found)} buttons named {name}"
    return found[0]


def titles(opened: Opened) -> list[str]:
    """What the sidebar lists, headings included."""
    model = opened.window.sidebar.model
    return [str(model.index(row).data()) for row in range(model.rowCount())]


class HeldEngine(ScriptedEngine):
    """Says one word, then waits until it is let go on or stopped."""

    def __init__(self) -> None:
        self.go_on = threading.Event()
        super().__init__(["one two three"], pause=self._hold)
        self._words = 0

    def _hold(self, _seconds: float, cancel: Cancel) -> bool:
        if self.loaded is None:
            return cancel.is_set()
        self._words += 1
        while self._words > 6 and not self.go_on.is_set() and not cancel.wait(0.01):
            pass
        return cancel.is_set()


def test_a_message_is_sent_answered_listed_and_remembered(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(ScriptedEngine(["Hello **there**, friend."]))
    say(qtbot, opened, "Good morning")
    wait_for_end(qtbot, opened)
    texts = [item.message.content for item in opened.window.controller.branch]
    assert texts == ["Good morning", "Hello **there**, friend."]
    assert opened.window.pane.page is Page.TRANSCRIPT
    qtbot.waitUntil(lambda: titles(opened) == ["Today", "Good morning"])
    assert opened.window.pane.header.title._label.full_text() == "Good morning"
    assert opened.window.pane.composer.text() == ""
    qtbot.waitUntil(lambda: "3 tokens" in beside_the_last(opened))
    split = opened.window.findChild(QSplitter)
    assert split is not None
    split.moveSplitter(100_000, 1)  # as far to the right as it goes
    assert min(split.sizes()) > 0


def test_an_answer_that_is_stored_before_its_events_arrive_is_shown_once(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(ScriptedEngine(["One two three."]))
    chat = opened.window.controller.chat
    assert chat is not None
    exchange = opened.harness.services.chat.send(chat.id, "Count")
    opened.harness.ended(exchange.answer_id)  # no event reached the window yet
    wait_for_end(qtbot, opened)
    opened.window.pane.transcript.selection(whole=True)
    opened.window.pane.transcript._selection.copy()
    assert QGuiApplication.clipboard().text().count("One two three.") == 1


def test_esc_stops_the_answer_and_what_was_written_stays(qtbot: QtBot, open_window: Open) -> None:
    engine = HeldEngine()
    opened = open_window(engine)
    say(qtbot, opened, "Count")
    wait_for_words(qtbot, opened)
    assert button(opened, "Stop").isEnabled()
    qtbot.keyClick(opened.window.pane.composer.editor, Qt.Key.Key_Escape)
    wait_for_end(qtbot, opened)
    answer = opened.window.controller.last(Role.ASSISTANT)
    assert answer is not None
    assert answer.status is MessageStatus.STOPPED
    qtbot.waitUntil(lambda: "Stopped by you" in beside_the_last(opened))
    assert button(opened, "Send").accessibleName() == "Send"


def test_a_chat_left_during_its_answer_shows_all_of_it_on_return(
    qtbot: QtBot, open_window: Open
) -> None:
    engine = HeldEngine()
    opened = open_window(engine)
    say(qtbot, opened, "Count")
    wait_for_words(qtbot, opened)
    chat = opened.window.controller.chat
    assert chat is not None
    opened.window.controller.new_chat()
    engine.go_on.set()
    qtbot.waitUntil(lambda: not opened.window.controller.answering, timeout=10_000)
    opened.window.controller.open_chat(chat.id)
    answer = opened.window.controller.last(Role.ASSISTANT)
    assert answer is not None
    assert answer.content == "one two three"


def test_after_a_restart_the_last_chat_its_draft_and_the_geometry_are_back(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window()
    say(qtbot, opened, "Remember me")
    wait_for_end(qtbot, opened)
    qtbot.keyClicks(opened.window.pane.composer.editor, "half a thought")
    opened.window.resize(701, 501)
    opened.window.actions_table["sidebar"].trigger()
    kept = opened.harness.services.settings
    close(opened)
    again = open_window(settings=kept.current, folder=tmp_path / "data")
    assert again.window.controller.branch[0].message.content == "Remember me"
    assert again.window.pane.composer.text() == "half a thought"
    assert (again.window.width(), again.window.height()) == (701, 501)
    assert again.window.sidebar.isHidden()


def test_deleting_the_shown_chat_shows_the_next_and_undo_brings_it_back(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    for text in ("First", "Second"):
        opened.window.controller.new_chat()
        say(qtbot, opened, text)
        wait_for_end(qtbot, opened)
    qtbot.waitUntil(lambda: titles(opened) == ["Today", "Second", "First"])
    opened.window.actions_table["delete_chat"].trigger()
    qtbot.waitUntil(lambda: titles(opened) == ["Today", "First"])
    assert opened.window.controller.branch[0].message.content == "First"
    qtbot.mouseClick(button(opened, "Undo"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: titles(opened) == ["Today", "Second", "First"])
    qtbot.waitUntil(lambda: opened.window.controller.branch[0].message.content == "Second")


def test_a_title_being_edited_stays_open_when_the_list_changes(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    say(qtbot, opened, "First")
    wait_for_end(qtbot, opened)
    qtbot.waitUntil(lambda: titles(opened) == ["Today", "First"])
    chat = opened.window.controller.chat
    assert chat is not None
    assert opened.window.sidebar.rename_in_place(chat.id)
    (field,) = opened.window.sidebar._list.findChildren(QLineEdit)
    qtbot.keyClicks(field, "Half a ti")
    opened.harness.services.library.set_pinned(chat.id, True).result()
    opened.window.bridge.deliver()
    assert field.isVisible()
    assert field.text() == "Half a ti"
    qtbot.keyClicks(field, "tle")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: titles(opened) == ["Pinned", "Half a title"])


def test_no_letter_deletes_a_chat(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    say(qtbot, opened, "Keep me")
    wait_for_end(qtbot, opened)
    qtbot.waitUntil(lambda: len(titles(opened)) == 2)
    chats = next(v for v in opened.window.findChildren(QListView) if v.accessibleName() == "Chats")
    for key in (Qt.Key.Key_D, Qt.Key.Key_X):
        qtbot.keyClick(chats, key)
    assert len(opened.harness.services.library.chats.conversations()) == 1


def test_up_in_an_empty_composer_edits_and_the_old_version_is_kept(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(ScriptedEngine(["A", "B"]))
    say(qtbot, opened, "Frist")
    wait_for_end(qtbot, opened)
    editor = opened.window.pane.composer.editor
    qtbot.keyClick(editor, Qt.Key.Key_Up)
    assert opened.window.pane.composer.editing
    assert opened.window.pane.composer.text() == "Frist"
    opened.window.pane.composer.set_text("First")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: opened.window.controller.branch[0].version.count == 2)
    wait_for_end(qtbot, opened)
    assert opened.window.controller.branch[0].message.content == "First"
    opened.window.controller.select_version(opened.window.controller.branch[0].message.id, -1)
    qtbot.waitUntil(lambda: opened.window.controller.branch[0].message.content == "Frist")
    assert not opened.window.pane.composer.editing


def test_the_version_walked_is_remembered_and_any_message_begins_a_new_chat(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    opened = open_window(ScriptedEngine(["A", "B", "C"]))
    say(qtbot, opened, "First")
    wait_for_end(qtbot, opened)
    say(qtbot, opened, "Second")
    qtbot.waitUntil(lambda: len(opened.window.controller.branch) == 4)
    wait_for_end(qtbot, opened)
    opened.window.controller.regenerate(opened.window.controller.branch[3].message.id)
    qtbot.waitUntil(lambda: opened.window.controller.branch[3].version.count == 2)
    wait_for_end(qtbot, opened)
    opened.window.controller.select_version(opened.window.controller.branch[3].message.id, -1)
    qtbot.waitUntil(lambda: opened.window.controller.branch[3].version.index == 1)
    kept = opened.harness.services.settings
    close(opened)
    again = open_window(settings=kept.current, folder=tmp_path / "data")
    walked = again.window.controller.branch[3]
    assert (walked.message.content, walked.version.index, walked.version.count) == ("B", 1, 2)
    again.window.commands.messages.branch(again.window.controller.branch[1].message.id)
    said = [item.message.content for item in again.window.controller.branch]
    assert said == ["First", "A"]
    assert len(again.harness.services.library.chats.conversations()) == 2


def test_a_failed_answer_offers_what_helps(qtbot: QtBot, open_window: Open) -> None:
    error = EngineDiedError("The engine stopped twice on this answer.")
    opened = open_window(ScriptedEngine([ScriptedAnswer("Half of", error=error)]))
    say(qtbot, opened, "Go")
    wait_for_end(qtbot, opened)
    assert opened.window.pane.banner.isVisible()
    assert button(opened, "Load again").isEnabled()
    answer = opened.window.controller.last(Role.ASSISTANT)
    assert answer is not None
    assert answer.content == "Half of"
    assert answer.status is MessageStatus.INTERRUPTED


@pytest.mark.parametrize(
    ("error", "offer"),
    [
        (OutOfMemoryError("12 GB are needed, 6 GB are free."), "Change the context size…"),
        (EngineDiedError("It died."), "Choose another model…"),
    ],
)
def test_each_kind_of_problem_has_its_own_way_out(
    qtbot: QtBot, open_window: Open, error: KnownError, offer: str
) -> None:
    opened = open_window()
    opened.harness.services.bus.publish(ErrorReported(error))
    qtbot.waitUntil(lambda: not opened.window.pane.banner.isHidden())
    assert button(opened, offer).isEnabled()


@pytest.mark.parametrize(
    ("error", "offer"),
    [
        (EngineDiedError("It died."), "Choose another model…"),
        (ModelFileError("It is broken."), "Choose another model…"),
    ],
)
def test_choosing_a_model_shows_the_models_and_nothing_else(
    qtbot: QtBot, open_window: Open, tmp_path: Path, error: KnownError, offer: str
) -> None:
    (tmp_path / "data").mkdir()
    write_model(tmp_path / "data" / "demo.gguf")
    opened = open_window()
    opened.harness.services.bus.publish(ErrorReported(error))
    qtbot.waitUntil(lambda: not opened.window.pane.banner.isHidden())
    qtbot.mouseClick(button(opened, offer), Qt.MouseButton.LeftButton)
    menu = open_menu()
    assert any("Built-in demo" in action.text() for action in menu.actions())
    assert QApplication.activeModalWidget() is None
    menu.close()


def test_a_cut_answer_can_be_continued_from_the_keyboard(qtbot: QtBot, open_window: Open) -> None:
    engine = ScriptedEngine([ScriptedAnswer("one two", reason=StopReason.MAX_TOKENS), " three"])
    opened = open_window(engine)
    say(qtbot, opened, "Go")
    wait_for_end(qtbot, opened)
    qtbot.waitUntil(opened.window.actions_table["continue_answer"].isEnabled)
    opened.window.actions_table["continue_answer"].trigger()

    def continued() -> bool:
        answer = opened.window.controller.last(Role.ASSISTANT)
        return answer is not None and answer.content == "one two three"

    qtbot.waitUntil(continued, timeout=10_000)
    assert len(opened.window.controller.branch) == 2


def test_the_first_start_is_no_blank_window_and_the_demo_is_one_key_away(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    (tmp_path / "data").mkdir()
    write_model(tmp_path / "data" / "demo.gguf")
    opened = open_window(settings=Settings())
    assert opened.window.pane.page is Page.WELCOME
    demo = button(opened, "Try the built-in demo")
    demo.click()
    qtbot.waitUntil(lambda: opened.window.pane.page is Page.EMPTY)
    state = opened.harness.services.models
    qtbot.waitUntil(lambda: state.state.loaded is not None, timeout=10_000)
    chip = opened.window.pane.composer.bar.model
    qtbot.waitUntil(lambda: chip.text() == "Built-in demo · ready")
    assert opened.window.pane.hint.isVisible()
    opened.window.resize(533, 400)
    told = opened.window.pane.hint.findChild(StyledLabel)
    qtbot.waitUntil(told.isHidden)  # all of it or nothing; what leads to Phi-4 stays
    assert opened.window.pane.hint_button.isVisible()


def test_every_control_that_takes_the_focus_has_a_name(open_window: Open) -> None:
    opened = open_window()
    nameless = [
        f"{type(widget).__name__} {widget.objectName()}"
        for widget in opened.window.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.objectName().startswith("qt_")
        and (interface := QAccessible.queryAccessibleInterface(widget)) is not None
        and not interface.text(QAccessible.Text.Name)
    ]
    assert nameless == []


def test_the_names_assistive_clients_rely_on_are_there(open_window: Open) -> None:
    opened = open_window()
    names = {widget.accessibleName() for widget in opened.window.findChildren(QWidget)}
    assert {"Message", "Send", "New chat", "Search chats", "Settings", "Model"} <= names


def test_tab_follows_the_eye(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    with qtbot.waitActive(opened.window):
        opened.window.activateWindow()
    button(opened, "New chat").setFocus()
    passed = ["New chat"]
    for _ in range(14):
        focused = QApplication.focusWidget()
        assert focused is not None
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
        focused = QApplication.focusWidget()
        assert focused is not None
        passed.append(focused.accessibleName())
        if passed[-1] == "Message":
            break
    expected = ["New chat", "Search chats", "Settings", "Menu", "Message"]
    positions = [passed.index(name) for name in expected]
    assert positions == sorted(positions), passed


def test_zoom_and_theme_follow_their_commands(open_window: Open) -> None:
    opened = open_window()
    opened.window.commands.zoom(10)
    assert opened.harness.services.settings.current.zoom == 110
    opened.window.commands.zoom(0)
    opened.window.actions_table["theme_high_contrast"].trigger()
    opened.look.apply()
    assert opened.harness.services.settings.current.theme is ThemeChoice.HIGH_CONTRAST
    assert opened.window.pane.theme.contrast >= 7


def test_zoom_scales_every_text_and_picture_of_an_open_window(open_window: Open) -> None:
    opened = open_window()
    window, pane = opened.window, opened.window.pane

    def sizes() -> list[float]:
        chip = pane.header.findChild(QToolButton)
        texts = (window.sidebar, pane.composer.editor, pane.header.title, chip)
        pictures = [
            one
            for one in window.findChildren(QAbstractButton)
            if not one.icon().isNull() and one.isVisible()
        ]
        return [
            *(one.font().pointSizeF() for one in texts if one is not None),
            *(float(one.iconSize().width()) for one in pictures),
        ]

    before = sizes()
    for percent in (150, 80, 100):
        opened.harness.services.settings.update(zoom=percent)
        opened.look.apply()
        wanted = [pytest.approx(size * percent / 100, abs=0.51) for size in before]
        assert sizes() == wanted


def test_a_private_chat_says_so_and_is_gone_without_trash(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    opened.window.controller.new_chat(private=True)
    assert opened.window.pane.header._private.isVisible()
    say(qtbot, opened, "Secret")
    wait_for_end(qtbot, opened)
    opened.window.actions_table["delete_chat"].trigger()
    qtbot.waitUntil(lambda: opened.harness.services.library.chats.conversations() == [])
    assert opened.harness.services.library.trash.chats() == ()
    assert not opened.window.pane.snackbar.can_undo


def test_the_last_code_block_is_found_also_inside_a_list(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(ScriptedEngine(["- item\n\n  ```python\n  x = 1\n  ```\n\nDone."]))
    say(qtbot, opened, "Code")
    wait_for_end(qtbot, opened)
    opened.window.commands.messages.copy_code()
    assert QGuiApplication.clipboard().text().strip() == "x = 1"
    question = opened.window.controller.branch[0].message
    assert last_code(replace(question, content="```\nno\n```")) == ""
