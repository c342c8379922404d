"""What a person does with a dialog that is executed: the call that opened it has not returned."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from PySide6.QtCore import QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QDialog, QMenu, QWidget
from pytestqt.qtbot import QtBot

from tests.support.window import Opened


@contextmanager
def when_asked(act: Callable[[QDialog], object]) -> Iterator[None]:
    """Do ``act`` with the dialog that opens inside the block; Esc, if ``act`` leaves it open."""
    done: list[bool] = []
    clock = QTimer()

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        if not isinstance(dialog, QDialog) or not dialog.isVisible() or done:
            return
        done.append(True)
        try:
            act(dialog)
        finally:
            QTimer.singleShot(200, dialog, dialog.reject)

    clock.timeout.connect(look)
    clock.start(10)
    yield
    clock.stop()
    assert done, "no dialog opened"


def press(qtbot: QtBot, parent: QObject, text: str) -> None:
    """Press the button with these words with the mouse."""
    found = [
        one
        for one in parent.findChildren(QAbstractButton)
        if text in {one.accessibleName(), one.text().replace("&", "")} and one.isVisible()
    ]
    assert len(found) == 1, f"{len(found)} buttons {text!r}"
    qtbot.mouseClick(found[0], Qt.MouseButton.LeftButton)


def activate(qtbot: QtBot, opened: Opened) -> None:
    """Give the window the keyboard."""
    with qtbot.waitActive(opened.window):
        opened.window.activateWindow()


def ask_for_menu(widget: QWidget, at: QPoint) -> QMenu:
    """Press the right button, and give the menu that opened."""
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, widget.mapToGlobal(at))
    QApplication.sendEvent(widget, event)
    return open_menu()


def open_menu() -> QMenu:
    """The menu that is open."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def choose(qtbot: QtBot, menu: QMenu, text: str) -> None:
    """Click a line of a menu."""
    action = next(one for one in menu.actions() if one.text() == text)
    qtbot.mouseClick(menu, Qt.MouseButton.LeftButton, pos=menu.actionGeometry(action).center())
