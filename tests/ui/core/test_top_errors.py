"""What nobody caught reaches the log and the user, whoever called the code that raised it."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPlainTextEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.errors import BugError, DiskFullError, KnownError
from app.services.library.announcing import announced
from app.ui.core import top_errors
from app.ui.core.operations import Operations
from app.ui.core.top_errors import TopErrors
from app.ui.style.dialogs import ErrorDialog
from app.ui.style.widgets import StyledLabel
from tests.scenarios.hands import seen, shows
from tests.support.asking import activate, press
from tests.support.chatting import say
from tests.support.window import Open, Opened


@pytest.fixture
def top(monkeypatch: pytest.MonkeyPatch) -> Iterator[TopErrors]:
    """The hooks, over those that a program without a log has; pytest's own would fail the test."""
    monkeypatch.setattr(sys, "excepthook", lambda *_: None)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)
    with TopErrors() as errors:
        yield errors
    for dialog in dialogs():
        dialog.close()


def dialogs() -> list[ErrorDialog]:
    return [
        w for w in QApplication.topLevelWidgets() if isinstance(w, ErrorDialog) and w.isVisible()
    ]


def shown(qtbot: QtBot) -> ErrorDialog:
    qtbot.waitUntil(lambda: len(dialogs()) == 1)
    return dialogs()[0]


def told(dialog: ErrorDialog) -> str:
    return " ".join(text.text() for text in dialog.findChildren(StyledLabel) if text.isVisible())


def details_of(qtbot: QtBot, dialog: ErrorDialog) -> str:
    press(qtbot, dialog, "Details")
    field = dialog.findChild(QPlainTextEdit)
    assert field is not None
    assert field.isVisible()
    return field.toPlainText()


def fail() -> None:
    raise ZeroDivisionError("boom")


class Failing(QWidget):
    """Fails when it gets a key."""

    def keyPressEvent(self, _event: QKeyEvent) -> None:
        fail()


def in_a_slot(opened: Opened) -> None:
    button = QPushButton(opened.window)
    button.clicked.connect(fail)
    QTimer.singleShot(0, button, button.click)


def in_an_event(opened: Opened) -> None:
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, "a")
    QCoreApplication.postEvent(Failing(opened.window), event)


def in_a_timer(opened: Opened) -> None:
    QTimer.singleShot(0, opened.window, fail)


def in_a_thread(_opened: Opened) -> None:
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()


def in_a_callback_of_the_worker(opened: Opened) -> None:
    opened.window._operations.run(
        opened.window, lambda _task: 1, lambda _one: fail(), lambda _error: None
    )


def in_a_job_of_the_worker(opened: Opened) -> None:
    opened.window._operations.run(
        opened.window, lambda _task: fail(), lambda _none: None, lambda _error: None
    )


def in_a_search(opened: Opened) -> None:
    search = opened.harness.services.library.search
    search._searcher.search = lambda *_, **__: fail()  # type: ignore[method-assign,assignment]
    QTest.keyClicks(seen(opened.window.sidebar, QLineEdit, "Search chats"), "rivers")


def in_the_stores_writer(opened: Opened) -> None:
    failing = opened.harness.stored.database.submit(lambda _connection: fail())
    announced(opened.harness.services.bus, failing)


def in_a_command(opened: Opened) -> None:
    handler = opened.window.actions_table["about"]
    handler.triggered.connect(fail)
    QTimer.singleShot(0, handler, handler.trigger)


def in_an_event_of_the_services(opened: Opened) -> None:
    opened.window.bridge.arrived.connect(lambda _event: fail())
    opened.harness.services.settings.update(zoom=110)


def in_a_destructor(_opened: Opened) -> None:
    class Dying:
        def __del__(self) -> None:
            fail()

    Dying()


PLACES = [
    in_a_slot,
    in_an_event,
    in_a_timer,
    in_a_thread,
    in_a_callback_of_the_worker,
    in_a_job_of_the_worker,
    in_a_search,
    in_the_stores_writer,
    in_a_command,
    in_an_event_of_the_services,
    pytest.param(in_a_destructor, marks=pytest.mark.warns("A bug of ours reached the top")),
]


@pytest.mark.parametrize("raise_it", PLACES)
def test_a_bug_is_shown_with_its_traceback_wherever_it_is_raised(
    qtbot: QtBot, open_window: Open, top: TopErrors, raise_it: Callable[[Opened], None]
) -> None:
    opened = open_window()
    top.show_over(opened.window, opened.window.pane.snackbar.show_notice)
    raise_it(opened)
    dialog = shown(qtbot)
    assert "Something in Phial itself did not work" in told(dialog)
    assert "Nothing you have written is lost." in told(dialog)
    assert "You can go on." in told(dialog)
    details = details_of(qtbot, dialog)
    assert "ZeroDivisionError: boom" in details
    assert "in fail" in details
    press(qtbot, dialog, "Close")
    assert dialogs() == []


def test_a_search_that_fails_does_not_wait_for_ever(
    qtbot: QtBot, open_window: Open, top: TopErrors
) -> None:
    opened = open_window()
    in_a_search(opened)
    qtbot.waitUntil(lambda: shows(opened.window.sidebar, "for “rivers” did not work"))


def test_a_known_error_is_shown_with_its_own_sentences(
    qtbot: QtBot, open_window: Open, top: TopErrors
) -> None:
    opened = open_window()
    top.show_over(opened.window, opened.window.pane.snackbar.show_notice)

    def full() -> None:
        raise DiskFullError("There is no room left on /home.")

    QTimer.singleShot(0, opened.window, full)
    words = told(shown(qtbot))
    assert "There is no room left on /home." in words
    assert DiskFullError.default_data in words
    assert DiskFullError.default_action in words
    assert "Phial itself" not in words


def test_a_known_error_of_a_command_is_shown(
    qtbot: QtBot, open_window: Open, top: TopErrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_window()
    top.show_over(opened.window, opened.window.pane.snackbar.show_notice)
    library = opened.harness.services.library

    def full(*_: object) -> None:
        raise DiskFullError("There is no room left on /home.")

    monkeypatch.setattr(library, "set_pinned", full)
    action = opened.window.actions_table["pin_chat"]
    action.setEnabled(True)
    QTimer.singleShot(0, action, action.trigger)
    assert "There is no room left on /home." in told(shown(qtbot))


def test_errors_that_repeat_are_counted_and_not_stacked(
    qtbot: QtBot, open_window: Open, top: TopErrors
) -> None:
    opened = open_window()
    top.show_over(opened.window, opened.window.pane.snackbar.show_notice)
    clock = QTimer(opened.window)
    clock.timeout.connect(fail)
    clock.start(5)
    dialog = shown(qtbot)
    qtbot.waitUntil(lambda: "times" in told(dialog))
    QTimer.singleShot(0, opened.window, lambda: int("no number"))
    qtbot.waitUntil(lambda: "1 other error" in told(dialog))
    assert len(dialogs()) == 1
    assert "ValueError" in details_of(qtbot, dialog)
    press(qtbot, dialog, "Close")
    qtbot.waitUntil(lambda: "happened again" in opened.window.pane.snackbar.notice)
    assert dialogs() == []
    clock.stop()


def test_the_same_error_is_shown_again_after_a_while(
    qtbot: QtBot, open_window: Open, top: TopErrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(top_errors, "QUIET_SECONDS", 0.0)
    opened = open_window()
    top.show_over(opened.window, opened.window.pane.snackbar.show_notice)
    for times in ("", "This happened 2 times."):
        QTimer.singleShot(0, opened.window, fail)
        dialog = shown(qtbot)
        assert times in told(dialog)
        press(qtbot, dialog, "Close")


def test_typing_on_does_not_close_it(qtbot: QtBot, open_window: Open, top: TopErrors) -> None:
    opened = open_window()
    activate(qtbot, opened)
    top.show_over(opened.window, opened.window.pane.snackbar.show_notice)
    QTimer.singleShot(0, opened.window, fail)
    dialog = shown(qtbot)
    qtbot.waitUntil(lambda: QApplication.activeWindow() is dialog)
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_A):
        qtbot.keyClick(QApplication.focusWidget() or dialog, key)
    assert dialog.isVisible()
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialogs() == []


def test_it_stands_above_a_dialog_that_is_open(
    qtbot: QtBot, open_window: Open, top: TopErrors
) -> None:
    opened = open_window()
    top.show_over(opened.window, opened.window.pane.snackbar.show_notice)
    opened.window.actions_table["trash"].trigger()
    trash = QApplication.activeModalWidget()
    assert trash is not None
    QTimer.singleShot(0, opened.window, fail)
    dialog = shown(qtbot)
    assert dialog.parentWidget() is trash
    trash.close()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
    QTimer.singleShot(0, opened.window, lambda: int("no number"))
    assert "ValueError" in told(shown(qtbot))


def test_what_was_raised_before_there_is_a_window_is_shown(qtbot: QtBot, top: TopErrors) -> None:
    early = QObject()
    QTimer.singleShot(0, early, fail)
    dialog = shown(qtbot)
    assert dialog.parentWidget() is None
    press(qtbot, dialog, "Close")


@pytest.mark.warns("The window's program ended")
def test_what_ends_the_window_is_logged_and_goes_on(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    before = (sys.excepthook, threading.excepthook, sys.unraisablehook)
    with pytest.raises(ZeroDivisionError), TopErrors():
        fail()
    assert any(record.levelno == logging.CRITICAL for record in caplog.records)
    assert (sys.excepthook, threading.excepthook, sys.unraisablehook) == before
    with pytest.raises(DiskFullError), TopErrors():
        raise DiskFullError("Known: told by whoever started the window.")


def test_a_dialog_that_waits_for_a_job_hears_of_its_bug(
    qtbot: QtBot, open_window: Open, top: TopErrors
) -> None:
    opened = open_window()
    operations: Operations = opened.window._operations
    heard: list[KnownError] = []
    operations.run(opened.window, lambda _task: fail(), lambda _none: None, heard.append)
    qtbot.waitUntil(lambda: bool(heard))
    assert isinstance(heard[0], BugError)


PROGRAM = """
import os, sys, threading
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication, QWidget
from app.main import main
from app.ui.application import make_application
from app.ui.style.dialogs import ErrorDialog
from app.ui.main_window import MainWindow

begin = MainWindow.begin

class Fragile(QWidget):
    def event(self, event):
        if event.type() == QEvent.Type.User:
            int("no number")
        return super().event(event)

def begin_and_fail(window):
    begin(window)
    window.fragile = Fragile(window)
    ask = lambda: QApplication.sendEvent(window.fragile, QEvent(QEvent.Type.User))
    if sys.argv[1] == "goes on":
        QTimer.singleShot(0, window, ask)
    else:
        ask()

def look():
    windows = QApplication.topLevelWidgets()
    shown = [w for w in windows if isinstance(w, ErrorDialog) and w.isVisible()]
    if shown:
        print("SHOWN", shown[0].accessibleName(), flush=True)
        shown[0].close()
        for window in windows:
            if isinstance(window, MainWindow):
                window.close()

MainWindow.begin = begin_and_fail
clock = QTimer(make_application())
clock.timeout.connect(look)
clock.start(50)
sys.exit(main(["--demo"]))
"""


@pytest.mark.parametrize(("ending", "code"), [("goes on", 0), ("ends", 1)])
def test_the_program_itself_shows_and_logs_what_nobody_caught(
    home: Path, ending: str, code: int
) -> None:
    """What C code raises in a method that Qt calls inside of a call of ours."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, ending],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.count("SHOWN") == 1, done.stdout + done.stderr
    assert done.returncode == code, done.stderr
    logs = "".join(path.read_text(encoding="utf-8") for path in home.rglob("phial.log"))
    assert "invalid literal for int()" in logs
    assert "Underneath" not in logs


def test_words_whose_sending_met_a_bug_are_given_back(
    qtbot: QtBot, open_window: Open, top: TopErrors, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = open_window()
    top.show_over(opened.window, opened.window.pane.snackbar.show_notice)
    library = opened.harness.services.library

    def add_exchange(*_: object, **__: object) -> Future[None]:
        outcome: Future[None] = Future()
        outcome.set_exception(ZeroDivisionError("boom"))
        return outcome

    monkeypatch.setattr(library, "add_exchange", add_exchange)
    say(qtbot, opened, "Good morning")
    qtbot.waitUntil(lambda: opened.window.pane.composer.text() == "Good morning")
    assert "Nothing you have written is lost." in told(shown(qtbot))
