"""What there is beside the window: the quick question, and the icon in the tray."""

from __future__ import annotations

from functools import partial

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QCloseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu, QSystemTrayIcon
from pytestqt.qtbot import QtBot

from app.domain.generation import Role
from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.ui.presence.quick_window import QuickWindow
from app.ui.settings.settings_page import SettingsPage
from app.ui.style.dialogs import Dialog
from tests.scenarios.hands import (
    CONTROL,
    Address,
    begun,
    choose,
    click,
    clipboard,
    command,
    meanwhile,
    press,
    said,
    seen,
    slow,
    stored,
    titles,
    typed,
)
from tests.scenarios.patience import ready, until
from tests.scenarios.registry import scenario
from tests.scenarios.test_preferences import settings
from tests.support.settings_dialog import SettingsHand
from tests.support.window import Open, Opened
from tests.ui.transcript.pointing import spot


def quick_window() -> QuickWindow | None:
    tops = QApplication.topLevelWidgets()
    return next((one for one in tops if isinstance(one, QuickWindow) and one.isVisible()), None)


def ask_quickly(qtbot: QtBot, opened: Opened, question: str) -> QuickWindow:
    command(qtbot, opened, "Chat", "Quick question")
    until(qtbot, lambda: quick_window() is not None)
    quick = quick_window()
    assert quick is not None
    typed(quick.pane.composer.editor, question)
    return quick


def enter(quick: QuickWindow) -> None:
    QTest.keyClick(quick.pane.composer.editor, Qt.Key.Key_Return)


# --- the quick question -----------------------------------------------------------------------


@scenario("command", "quick_question")
@scenario("button", "QuickWindow: Copy answer")
@scenario("button", "QuickWindow: Open in Phial")
def test_a_quick_question_is_answered_and_goes_on_in_phial(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(ScriptedEngine(["42."]))
    quick = ask_quickly(qtbot, opened, "What is it?")
    low = quick.height()
    enter(quick)
    until(qtbot, lambda: said(opened) == ["42."])
    ready(qtbot, lambda: not quick.controller.answering)
    ready(qtbot, lambda: quick.height() > low)
    press(quick, "Copy answer")
    until(qtbot, lambda: clipboard() == "42.")
    assert opened.window.controller.last(Role.USER) is None  # the main window stays where it was
    QTest.keyClicks(quick.pane.composer.editor, "And why?")
    press(quick, "Open in Phial")
    until(qtbot, lambda: opened.window.controller.last(Role.USER) is not None)
    assert opened.window.pane.composer.text() == "And why?"
    assert titles(opened) == ["What is it?"]
    assert quick_window() is None


@scenario("button", "QuickWindow: Private")
def test_a_private_quick_question_reaches_no_disk(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(ScriptedEngine(["Between us."]))
    quick = ask_quickly(qtbot, opened, "A secret")
    press(quick, "Private")
    enter(quick)
    until(qtbot, lambda: quick.controller.last(Role.ASSISTANT) is not None)
    ready(qtbot, lambda: not quick.controller.answering)
    assert said(opened, "user") == []
    chats = opened.harness.services.library.chats
    assert [chats.is_private(one.id) for one in chats.conversations()] == [True]


@scenario("question", "follow_link.follow_link: ask_to_open_link")
def test_a_link_of_a_quick_answer_is_opened_after_asking(
    qtbot: QtBot, open_window: Open, address: Address
) -> None:
    opened = open_window(ScriptedEngine(["See [the page](https://example.org/a)."]))
    quick = ask_quickly(qtbot, opened, "Where?")
    enter(quick)
    ready(qtbot, lambda: said(opened) and not quick.controller.answering)
    view = quick.pane.transcript
    qtbot.waitUntil(lambda: spot(view, 1, "the page", 1).x() > 0)  # the window has grown
    with meanwhile(qtbot, Dialog, lambda dialog: press(dialog, "Open")):
        click(view.viewport(), spot(view, 1, "the page", 1))
    until(qtbot, lambda: address.asked == ["https://example.org/a"])


def test_esc_closes_it_and_what_is_typed_is_there_again(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    quick = ask_quickly(qtbot, opened, "Half a quest")
    QTest.keyClick(quick.pane.composer.editor, Qt.Key.Key_Escape)
    until(qtbot, lambda: quick_window() is None)
    quick = ask_quickly(qtbot, opened, "ion")
    assert quick.pane.composer.text() == "Half a question"
    with meanwhile(qtbot, QMenu, QMenu.close):  # models are chosen in Phial
        press(quick, "Model")
    until(qtbot, lambda: quick_window() is None)
    assert opened.window.pane.composer.text() == "Half a question"


def test_ctrl_q_ends_the_program_from_there_and_keeps_what_is_typed(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window()
    quick = ask_quickly(qtbot, opened, "Half a question")
    quick.activateWindow()
    ready(qtbot, quick.isActiveWindow)
    QTest.keyClick(quick.pane.composer.editor, Qt.Key.Key_Q, CONTROL)
    until(qtbot, lambda: quick_window() is None and not opened.window.isVisible())
    wanted = [("Half a question",)]
    until(qtbot, lambda: stored(opened, "SELECT draft FROM conversations") == wanted)


def test_the_next_quick_question_is_asked_in_a_low_window_again(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(ScriptedEngine(["42."]))
    quick = ask_quickly(qtbot, opened, "What is it?")
    low = quick.height()
    enter(quick)
    ready(qtbot, lambda: quick.height() > low and not quick.controller.answering)
    assert not opened.window.pane.snackbar.isVisible()  # it is read here, nobody is told of it
    assert quick._copy.isEnabled()
    QTest.keyClick(quick.pane.composer.editor, Qt.Key.Key_Escape)
    until(qtbot, lambda: quick_window() is None)
    quick = ask_quickly(qtbot, opened, "And now?")
    ready(qtbot, lambda: quick.height() == low)
    assert not quick._copy.isEnabled()


def test_a_quick_question_waits_for_the_answer_of_another_chat(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(slow("word " * 60, "Soon."))
    begun(qtbot, opened)
    quick = ask_quickly(qtbot, opened, "And this?")
    enter(quick)
    until(qtbot, quick._queue.strip.isVisible)
    until(qtbot, lambda: said(opened)[-1:] == ["Soon."])
    assert said(opened, "user") == ["Question", "And this?"]
    ready(qtbot, lambda: not quick.controller.answering)


@scenario("button", "QuickPanel: Copy command")
def test_the_command_of_the_quick_question_is_copied(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()

    def copy(page: SettingsPage) -> None:
        name = "Command of the quick question"
        lines = partial(page.findChildren, QLineEdit)
        ready(qtbot, lambda: any(one.accessibleName() == name for one in lines()))
        line = seen(page, QLineEdit, name).text()
        assert line.endswith("--quick")
        press(page, "Copy command")
        until(qtbot, lambda: clipboard() == line)

    settings(qtbot, opened, "General", copy)


# --- the tray ---------------------------------------------------------------------------------


@pytest.fixture
def tray(monkeypatch: pytest.MonkeyPatch) -> None:
    """A desktop with a tray; that of tests has none."""
    monkeypatch.setattr(QSystemTrayIcon, "isSystemTrayAvailable", lambda: True)


def icons(opened: Opened) -> list[QSystemTrayIcon]:
    return [one for one in opened.window.findChildren(QSystemTrayIcon) if one.isVisible()]


def choose_in_tray(opened: Opened, name: str) -> None:
    """As the desktop does: its menu comes up."""
    assert len(icons(opened)) == 1
    menu = icons(opened)[0].contextMenu()
    menu.popup(QPoint(10, 10))
    choose(menu, name)


class FromTheTitleBar(QCloseEvent):
    """A close that the window system asks for, which only that can send; e2e sends real ones."""

    def spontaneous(self) -> bool:
        return True


def close_by_title_bar(opened: Opened) -> None:
    event = FromTheTitleBar()
    QApplication.sendEvent(opened.window, event)
    if event.isAccepted():
        opened.window.hide()


@pytest.mark.usefixtures("tray")
@scenario("setting", "tray")
@scenario("setting", "keep_in_tray")
@scenario("menu entry", "TrayIcon: Show Phial")
def test_a_closed_window_stays_in_the_tray_and_comes_back(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    assert not icons(opened)
    hand = SettingsHand(qtbot, opened.window)
    hand.open()
    hand.tick("tray")
    hand.tick("keep_in_tray")
    hand.close()
    until(qtbot, lambda: len(icons(opened)) == 1)
    close_by_title_bar(opened)
    until(qtbot, lambda: not opened.window.isVisible())
    assert opened.harness.services.library.create()  # it runs on
    choose_in_tray(opened, "Show Phial")
    until(qtbot, opened.window.isVisible)


@pytest.mark.usefixtures("tray")
@scenario("menu entry", "TrayIcon: New chat")
@scenario("menu entry", "TrayIcon: Quick question")
@scenario("menu entry", "TrayIcon: Quit")
def test_the_tray_begins_and_ends(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window(
        ScriptedEngine(["Yes."]), Settings(welcomed=True, tray=True, keep_in_tray=True)
    )
    typed(opened.window.pane.composer.editor, "kept")
    before = opened.window.controller.chat
    close_by_title_bar(opened)
    until(qtbot, lambda: not opened.window.isVisible())
    choose_in_tray(opened, "New chat")
    until(qtbot, lambda: opened.window.isVisible() and opened.window.controller.chat != before)
    choose_in_tray(opened, "Quick question")
    until(qtbot, lambda: quick_window() is not None)
    close_by_title_bar(opened)
    until(qtbot, lambda: not opened.window.isVisible())
    choose_in_tray(opened, "Quit")
    until(qtbot, lambda: not icons(opened))
    assert quick_window() is None
