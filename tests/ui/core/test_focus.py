"""Where one types after a control was pressed or went away, and the way Tab goes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import OutOfMemoryError
from app.domain.generation import Role
from app.engine.scripted import ScriptedEngine
from app.services.core.events import ErrorReported
from app.ui.commands.palette import CommandPalette
from app.ui.library.trash_dialog import TrashDialog
from app.ui.library.update_dialog import UpdateDialog
from app.ui.settings.settings_page import SettingsPage
from tests.support.asking import activate, press
from tests.support.chatting import say, wait_for_end, wait_for_words
from tests.support.gguf_factory import write_model
from tests.support.window import Open, Opened
from tests.ui.test_main_window import HeldEngine, button

CODE = "Here:\n\n```python\nx = 1\n```\n\nand so on."


def focused_name() -> str:
    widget = QApplication.focusWidget()
    return widget.accessibleName() if widget is not None else ""


def type_on(qtbot: QtBot, text: str) -> None:
    """Type where the keyboard is now."""
    for letter in text:
        widget = QApplication.focusWidget()
        assert widget is not None, "the keyboard is nowhere"
        qtbot.keyClicks(widget, letter)


def typed(opened: Opened) -> str:
    return opened.window.pane.composer.text()


def by_mouse(qtbot: QtBot, target: QAbstractButton) -> None:
    qtbot.mouseClick(target, Qt.MouseButton.LeftButton)


def by_keyboard(qtbot: QtBot, target: QAbstractButton) -> None:
    target.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(target, Qt.Key.Key_Space)


def by_assistance(qtbot: QtBot, target: QAbstractButton) -> None:
    interface = QAccessible.queryAccessibleInterface(target)
    with qtbot.waitSignal(target.clicked):
        interface.actionInterface().doAction("Press")


Press = Callable[[QtBot, QAbstractButton], None]
ways = pytest.mark.parametrize("way", [by_mouse, by_keyboard, by_assistance])


def answered(qtbot: QtBot, opened: Opened, text: str = "Good morning") -> None:
    activate(qtbot, opened)
    say(qtbot, opened, text)
    wait_for_end(qtbot, opened)


# --- send and stop ----------------------------------------------------------------------------


@ways
def test_what_is_typed_after_send_is_the_next_message(
    qtbot: QtBot, open_window: Open, way: Press
) -> None:
    opened = open_window(ScriptedEngine([CODE]))
    answered(qtbot, opened)
    qtbot.keyClicks(opened.window.pane.composer.editor, "And then")
    way(qtbot, button(opened, "Send"))
    type_on(qtbot, " more words ")
    qtbot.waitUntil(lambda: len(opened.window.controller.branch) == 4)
    wait_for_end(qtbot, opened)
    assert typed(opened) == " more words "
    assert [b.message.content for b in opened.window.controller.branch][2] == "And then"


@ways
def test_what_is_typed_after_stop_is_the_next_message(
    qtbot: QtBot, open_window: Open, way: Press
) -> None:
    opened = open_window(HeldEngine())
    activate(qtbot, opened)
    say(qtbot, opened, "Count")
    wait_for_words(qtbot, opened)
    way(qtbot, button(opened, "Stop"))
    type_on(qtbot, " no ")
    wait_for_end(qtbot, opened)
    type_on(qtbot, " further ")
    assert typed(opened) == " no  further "


def test_esc_stops_from_anywhere_and_one_types_on(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(HeldEngine())
    activate(qtbot, opened)
    say(qtbot, opened, "Count")
    wait_for_words(qtbot, opened)
    opened.window.pane.transcript.setFocus()
    qtbot.keyClick(opened.window.pane.transcript, Qt.Key.Key_Escape)
    type_on(qtbot, " no")
    assert typed(opened) == " no"
    wait_for_end(qtbot, opened)


def test_stop_that_has_the_focus_when_the_answer_ends_hands_it_to_the_composer(
    qtbot: QtBot, open_window: Open
) -> None:
    engine = HeldEngine()
    opened = open_window(engine)
    activate(qtbot, opened)
    say(qtbot, opened, "Count")
    wait_for_words(qtbot, opened)
    button(opened, "Stop").setFocus(Qt.FocusReason.TabFocusReason)
    engine.go_on.set()
    wait_for_end(qtbot, opened)
    type_on(qtbot, " on")
    assert typed(opened) == " on"


# --- controls that go away --------------------------------------------------------------------


@ways
def test_a_blank_after_undo_is_typed_and_presses_nothing(
    qtbot: QtBot, open_window: Open, way: Press
) -> None:
    opened = open_window(ScriptedEngine([CODE]))
    answered(qtbot, opened)
    opened.window.actions_table["delete_chat"].trigger()
    way(qtbot, button(opened, "Undo"))
    type_on(qtbot, " so")
    assert typed(opened).endswith(" so")


def test_a_snackbar_that_goes_by_itself_presses_nothing(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    answered(qtbot, opened)
    opened.window.actions_table["delete_chat"].trigger()
    button(opened, "Undo").setFocus(Qt.FocusReason.TabFocusReason)
    opened.window.pane.snackbar.hide()
    type_on(qtbot, " so")
    assert typed(opened) == " so"


@ways
@pytest.mark.parametrize("name", ["Close this message", "Details…"])
def test_the_banners_buttons_leave_one_typing(
    qtbot: QtBot, open_window: Open, name: str, way: Press
) -> None:
    opened = open_window()
    answered(qtbot, opened)
    error = OutOfMemoryError("12 GB are needed.", detail="mmap failed")
    opened.harness.services.bus.publish(ErrorReported(error))
    banner = opened.window.pane.banner
    qtbot.waitUntil(banner.isVisible)
    way(qtbot, button(opened, name))
    if name == "Details…":
        qtbot.waitUntil(lambda: QApplication.activeModalWidget() is not None)
        banner.hide()  # meanwhile the model is ready
        dialog = QApplication.activeModalWidget()
        press(qtbot, dialog, "Close")
        activate(qtbot, opened)
    type_on(qtbot, " so")
    assert typed(opened) == " so"


@ways
@pytest.mark.parametrize("name", ["Regenerate answer", "Edit message"])
def test_the_buttons_of_a_message_that_go_leave_one_typing(
    qtbot: QtBot, open_window: Open, name: str, way: Press
) -> None:
    opened = open_window(ScriptedEngine([CODE]))
    answered(qtbot, opened)
    opened.window.pane.transcript.tab_stops()  # made, as by the pointer
    way(qtbot, button(opened, name))
    type_on(qtbot, " so")
    wait_for_end(qtbot, opened)
    assert typed(opened).endswith(" so")


@ways
def test_continue_leaves_one_typing(qtbot: QtBot, open_window: Open, way: Press) -> None:
    engine = HeldEngine()
    opened = open_window(engine)
    activate(qtbot, opened)
    say(qtbot, opened, "Count")
    wait_for_words(qtbot, opened)
    qtbot.keyClick(opened.window.pane.composer.editor, Qt.Key.Key_Escape)
    wait_for_end(qtbot, opened)
    engine.go_on.set()
    way(qtbot, button(opened, "Continue this answer"))
    type_on(qtbot, " so")
    wait_for_end(qtbot, opened)
    assert typed(opened) == " so"
    answers = opened.harness.services.library.chats.tree(opened.window.controller.chat.id)
    assert len(answers) == 2


@ways
def test_the_pill_and_the_find_bar_leave_one_typing(
    qtbot: QtBot, open_window: Open, way: Press
) -> None:
    opened = open_window(ScriptedEngine(["word\n\n" * 80]))
    answered(qtbot, opened)
    transcript = opened.window.pane.transcript
    transcript._layout.scroll_to_start()
    way(qtbot, button(opened, "Go to the end"))
    type_on(qtbot, " so")
    assert typed(opened) == " so"
    opened.window.actions_table["find"].trigger()
    way(qtbot, button(opened, "Close find"))
    type_on(qtbot, " on")
    assert typed(opened) == " so on"


@ways
def test_hiding_the_sidebar_and_deleting_the_open_chat_leave_one_typing(
    qtbot: QtBot, open_window: Open, way: Press
) -> None:
    opened = open_window()
    answered(qtbot, opened)
    way(qtbot, button(opened, "Hide sidebar"))
    type_on(qtbot, " so")
    assert typed(opened) == " so"
    opened.window.controller.leave()
    opened.window.controller.new_chat()
    opened.window.actions_table["delete_chat"].trigger()
    type_on(qtbot, " on")
    assert typed(opened) == " on"


def test_the_palette_gives_the_focus_back_where_it_was(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    answered(qtbot, opened)
    opened.window.actions_table["palette"].trigger()
    palette = opened.window.findChild(CommandPalette)
    assert palette is not None
    field = QApplication.focusWidget()
    assert field is not None
    qtbot.keyClick(field, Qt.Key.Key_Tab)
    assert palette.isVisible()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    type_on(qtbot, " so")
    assert typed(opened) == " so"


def test_menus_leave_one_typing(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write_model(tmp_path / "data" / "demo.gguf")
    opened = open_window()
    answered(qtbot, opened)
    for name in ("Menu", "Model", "Preset"):
        found = [
            one
            for one in opened.window.pane.findChildren(QAbstractButton)
            if one.accessibleName() == name
        ]
        by_mouse(qtbot, found[0])
        menu = QApplication.activePopupWidget()
        assert menu is not None, name
        qtbot.keyClick(menu, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: QApplication.activePopupWidget() is None)
        type_on(qtbot, " so")
    assert typed(opened) == " so so so"


def test_words_typed_anywhere_in_the_window_are_a_message(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(ScriptedEngine([CODE]))
    answered(qtbot, opened)
    for place in (opened.window.pane.transcript, button(opened, "Settings")):
        opened.window.pane.composer.set_text("")
        place.setFocus(Qt.FocusReason.TabFocusReason)
        type_on(qtbot, "Words, more words")
        assert typed(opened) == "Words, more words"


# --- dialogs ----------------------------------------------------------------------------------


def test_a_button_of_a_dialog_that_is_disabled_presses_no_other_one(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    activate(qtbot, opened)
    chats = [opened.harness.ask(text)[0] for text in ("One", "Two")]
    opened.harness.services.library.trash.delete(chats)
    library = opened.harness.services.library
    qtbot.waitUntil(lambda: len(library.trash.chats()) == 2)
    dialog = TrashDialog(opened.window, library.trash)
    dialog.open()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
    qtbot.keyClick(dialog._list, Qt.Key.Key_Down)
    dialog._list.setCurrentRow(0)
    dialog.restore.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(dialog.restore, Qt.Key.Key_Space)
    type_on(qtbot, "  ")
    assert dialog.isVisible(), "a blank pressed Close"
    assert len(library.trash.chats()) == 1 or len(library.chats.conversations()) <= 1
    dialog.close()


def test_a_dialog_that_has_only_buttons_keeps_a_blank_to_itself(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    activate(qtbot, opened)
    dialog = UpdateDialog(opened.window, opened.harness.services.updates, opened.window._operations)
    dialog.open()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
    dialog.check_button.setFocus(Qt.FocusReason.TabFocusReason)
    dialog.check_button.setEnabled(False)
    assert QApplication.focusWidget() is dialog
    qtbot.keyClick(dialog, Qt.Key.Key_Space)
    assert dialog.isVisible()
    dialog.close()


def test_a_control_that_went_while_a_page_was_open_leaves_one_typing(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    answered(qtbot, opened)
    opened.window.actions_table["find"].trigger()
    opened.window.actions_table["settings"].trigger()
    dialog = opened.window.findChild(SettingsPage)
    assert dialog is not None
    qtbot.waitUntil(lambda: dialog.isAncestorOf(QApplication.focusWidget()))
    opened.window.pane.find_bar.hide()
    dialog.close()
    activate(qtbot, opened)
    type_on(qtbot, " so")
    assert typed(opened) == " so"


# --- Tab --------------------------------------------------------------------------------------


def area_of(opened: Opened, widget: QWidget) -> str:
    pane = opened.window.pane
    areas = {
        "sidebar": opened.window.sidebar,
        "header": pane.header,
        "messages": pane.transcript,
        "composer": pane.composer,
    }
    return next((n for n, a in areas.items() if a is widget or a.isAncestorOf(widget)), "")


def walk(qtbot: QtBot, opened: Opened, *, forward: bool) -> list[QWidget]:
    """Press Tab until the keyboard is where it was."""
    first = widget = QApplication.focusWidget()
    passed: list[QWidget] = []
    for _ in range(80):
        assert widget is not None
        qtbot.keyClick(
            widget,
            Qt.Key.Key_Tab if forward else Qt.Key.Key_Backtab,
            Qt.KeyboardModifier.NoModifier if forward else Qt.KeyboardModifier.ShiftModifier,
        )
        widget = QApplication.focusWidget()
        assert widget is not None
        passed.append(widget)
        if widget is first:
            return passed
    raise AssertionError(
        "Tab does not come round: " + ", ".join(w.accessibleName() for w in passed)
    )


@pytest.mark.parametrize(
    ("rounds", "place"),
    [(1, "end"), (3, "middle"), (30, "end"), (30, "middle"), (30, "start")],
)
def test_tab_goes_round_sidebar_header_messages_composer(
    qtbot: QtBot, open_window: Open, rounds: int, place: str
) -> None:
    opened = open_window(ScriptedEngine([CODE + "\n\nwords" * 6]))
    activate(qtbot, opened)
    chat, _ = opened.harness.ask("Question 0")
    for number in range(1, rounds):
        opened.harness.ask(f"Question {number}", chat)
    opened.window.controller.open_chat(chat)
    transcript = opened.window.pane.transcript
    qtbot.waitUntil(lambda: transcript.idle, timeout=20_000)  # of thirty rounds
    if place == "start":
        transcript._layout.scroll_to_start()
    elif place == "middle":
        transcript._layout.scroll_to(transcript._layout.branch.index.total // 2, end=False)
    opened.window.pane.composer.setFocus()
    there = walk(qtbot, opened, forward=True)
    order = [area_of(opened, widget) for widget in there]
    changes = [a for a, before in zip(order, ["", *order], strict=False) if a and a != before]
    assert changes == ["composer", "sidebar", "header", "messages", "composer"]  # with its chips
    back = walk(qtbot, opened, forward=False)
    assert [w.accessibleName() for w in back[-2::-1]] == [w.accessibleName() for w in there[:-1]]


def test_arrows_go_from_message_to_message_beyond_what_is_in_view(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(ScriptedEngine(["words\n\n" * 6]))
    activate(qtbot, opened)
    chat, _ = opened.harness.ask("Question 0")
    for number in range(1, 8):
        opened.harness.ask(f"Question {number}", chat)
    opened.window.controller.open_chat(chat)
    transcript = opened.window.pane.transcript
    qtbot.waitUntil(lambda: transcript.idle)
    opened.window.pane.composer.setFocus()
    passed = {focused_name()}
    for _ in range(3):
        widget = QApplication.focusWidget()
        assert widget is not None
        qtbot.keyClick(widget, Qt.Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
        if area_of(opened, QApplication.focusWidget() or transcript) == "messages":
            break
    messages: set[str] = set()
    for _ in range(100):
        widget = QApplication.focusWidget()
        assert widget is not None
        messages |= {
            k for k, w in transcript._layout.widgets.widgets.items() if w.isAncestorOf(widget)
        }
        qtbot.keyClick(widget, Qt.Key.Key_Up)
    assert len(messages) == 16
    assert passed
    assert opened.window.controller.last(Role.USER) is not None
