"""Hands and eyes of a person before the window: keys, clicks, menus, dialogs, and what lies where.

Everything goes through Qt's events, so that what does not answer them is not done.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Generic, TypeVar

from PySide6.QtCore import QObject, QPoint, Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QAction, QDesktopServices, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QCheckBox,
    QDialog,
    QFileDialog,
    QLineEdit,
    QListView,
    QMenu,
    QRadioButton,
    QWidget,
)
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.engine.base import Engine
from app.engine.scripted import ScriptedEngine
from app.services.core.events import AnswerTextAdded
from app.ui.style.window_page import WindowPage
from app.ui.transcript.view import TranscriptView
from tests.scenarios.patience import came, milliseconds, ready, until
from tests.support.chatting import say, wait_for_end
from tests.support.window import Open, Opened

W = TypeVar("W", bound=QWidget)
Do = Callable[[], object]

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
LEFT = Qt.MouseButton.LeftButton

dead = ""
"""Words of the button or entry that does nothing in this run, although it is pressed."""


# --- eyes -------------------------------------------------------------------------------------


def seen(root: QWidget, kind: type[W], name: str = "", *, starts: bool = False) -> W:
    """The one visible widget that a screen reader, or its own text, calls ``name``.

    Raises:
        AssertionError: There is none, or there are several.
    """
    found = [one for one in root.findChildren(kind) if one.isVisible() and _fits(one, name, starts)]
    assert found, f"nothing is called {name!r}"
    assert len(found) == 1, f"{len(found)} are called {name!r}"
    return found[0]


def _fits(widget: QWidget, name: str, starts: bool) -> bool:
    text = getattr(widget, "text", str)()
    names = {widget.accessibleName(), text} if isinstance(text, str) else {widget.accessibleName()}
    return not name or name in names or (starts and any(one.startswith(name) for one in names))


def shows(root: QWidget, words: str) -> bool:
    """Whether some visible text has these words."""
    texts = (getattr(one, "text", str)() for one in root.findChildren(QWidget) if one.isVisible())
    return any(isinstance(text, str) and words in text for text in texts)


def clipboard() -> str:
    """What another program would paste."""
    return QGuiApplication.clipboard().text()


def stored(opened: Opened, question: str, *values: object) -> list[tuple[object, ...]]:
    """What the database answers to a second, read-only connection."""
    file = opened.harness.services.data_folder / "phial.db"
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        found = connection.execute(question, values).fetchall()
    return [tuple(_text(value) for value in row) for row in found]


def _text(value: object) -> object:
    return value.decode() if isinstance(value, bytes) else value


def titles(opened: Opened, where: str = "deleted_at IS NULL AND root IS NOT NULL") -> list[object]:
    """Titles of stored chats, the newest first."""
    question = f"SELECT title FROM conversations WHERE {where} ORDER BY activity DESC, seq DESC"
    return [row[0] for row in stored(opened, question)]


def said(opened: Opened, role: str = "assistant") -> list[object]:
    """What is stored of a role, in the order in which it was said."""
    question = "SELECT content FROM messages WHERE role = ? AND deleted_at IS NULL ORDER BY seq"
    return [row[0] for row in stored(opened, question, role)]


def loaded(engine: ScriptedEngine) -> list[str]:
    """Names of the files that the engine was given, in order."""
    return [load.path.name for load in engine.loads]


class Address(QObject):
    """What the system is asked to open, in place of a browser or a file manager."""

    _SCHEMES = ("http", "https", "mailto", "file")

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        for scheme in self._SCHEMES:
            QDesktopServices.setUrlHandler(scheme, self, "take")

    @Slot(QUrl)
    def take(self, address: QUrl) -> None:
        self.asked.append(address.toString())

    def close(self) -> None:
        for scheme in self._SCHEMES:
            QDesktopServices.unsetUrlHandler(scheme)


# --- hands ------------------------------------------------------------------------------------


def click(widget: QWidget, at: QPoint | None = None) -> None:
    """The left button of the mouse, in the middle unless told where."""
    if isinstance(widget, QAbstractButton):
        words = {widget.text(), widget.accessibleName()}
        nothing_happens = bool(dead) and any(_is_dead(one) for one in words)
        if nothing_happens and isinstance(widget, QCheckBox | QRadioButton):
            return  # its state is read, not heard of
        widget.blockSignals(nothing_happens)
        assert widget.isEnabled(), f"{widget.accessibleName()} cannot be pressed"
    middle = widget.rect().center()
    if isinstance(widget, QCheckBox | QRadioButton):  # its words end before it does
        middle.setX(8)
    QTest.mouseClick(widget, LEFT, Qt.KeyboardModifier.NoModifier, at or middle)


def _is_dead(words: str) -> bool:
    start, there, end = dead.partition("…") if not dead.endswith("…") else (dead, "", "")
    return words == dead or (bool(there) and words.startswith(start) and words.endswith(end))


def press(root: QWidget, name: str, *, starts: bool = False) -> None:
    """Click the button that is called ``name``, once it is there."""
    began = monotonic()
    late = began + milliseconds() / 1000
    while True:
        try:
            button = seen(root, QAbstractButton, name, starts=starts)
        except AssertionError:
            if monotonic() > late:
                raise
            QTest.qWait(10)
        else:
            break
    came(began)
    click(button)


def key(
    window: QWidget, which: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    """A key, to whatever has the focus of the window."""
    QTest.keyClick(window.window().focusWidget() or window, which, modifiers)


def keys(opened: Opened, which: str) -> None:
    """The keys of a command, such as "Ctrl+Shift+N"."""
    awake(opened)
    *held, last = which.replace("++", "+Plus").split("+")
    modifiers = Qt.KeyboardModifier.NoModifier
    for one in held:
        modifiers |= {"Ctrl": CONTROL, "Shift": SHIFT, "Alt": ALT}[one]
    named = {",": "Comma", "/": "Slash", "-": "Minus", "=": "Equal"}
    key(opened.window, getattr(Qt.Key, f"Key_{named.get(last, last)}"), modifiers)


def typed(widget: QWidget, text: str, *, instead: bool = False) -> None:
    """Type into a field; ``instead`` of what is in it."""
    widget.setFocus()
    if instead:
        QTest.keyClick(widget, Qt.Key.Key_A, CONTROL)
    QTest.keyClicks(widget, text)


def entry(menu: QMenu, name: str) -> QAction:
    """The entry of a menu that begins like this."""
    found = [one for one in menu.actions() if one.isVisible() and _plain(one.text()) == name] or [
        one for one in menu.actions() if one.isVisible() and _plain(one.text()).startswith(name)
    ]
    assert found, f"{name!r} is not among {[one.text() for one in menu.actions()]}"
    return found[0]


def _plain(text: str) -> str:
    return text.replace("&&", "&")


def choose(menu: QMenu, *path: str) -> None:
    """Choose an entry, inner menus by their names first, with the arrow keys and Enter."""
    for name in path:
        action = entry(menu, name)
        assert action.isEnabled(), f"{name!r} cannot be chosen"
        for _ in range(2 * len(menu.actions())):
            if menu.activeAction() is action:
                break
            QTest.keyClick(menu, Qt.Key.Key_Down)
        inner = action.menu()
        if isinstance(inner, QMenu):
            QTest.keyClick(menu, Qt.Key.Key_Right)
            menu = inner
        else:
            action.blockSignals(bool(dead) and _is_dead(_plain(action.text())))
            QTest.keyClick(menu, Qt.Key.Key_Return)


@contextmanager
def meanwhile(qtbot: QtBot, kind: type[W], do: Callable[[W], object]) -> Iterator[None]:
    """Do something in the menu or dialog that comes up, while its opener may wait for its end.

    Raises:
        AssertionError: It did not come, it stayed open, or what is done in it failed.
    """
    asked = _Meanwhile(kind, do)
    try:
        yield
        ready(qtbot, lambda: asked.ended)
    finally:
        asked.clock.stop()
    if asked.failed:
        raise asked.failed[0]


class _Meanwhile(Generic[W]):
    """Looks for a menu or dialog while others wait, acts in it, and sees to it that it closes."""

    def __init__(self, kind: type[W], do: Callable[[W], object]) -> None:
        self._kind, self._do = kind, do
        self._before = {id(one) for one in (QApplication.activePopupWidget(), _dialog(kind)) if one}
        self._began = monotonic()
        self._late = self._began + milliseconds() / 1000
        self._found: W | None = None
        self.failed: list[Exception] = []
        self.ended = False
        self.clock = QTimer(interval=5)
        self.clock.timeout.connect(self._look)
        self.clock.start()

    def _look(self) -> None:
        if self._found is not None:
            self._see_it_close(self._found)
            return
        popup = QApplication.activePopupWidget()
        found = popup if isinstance(popup, self._kind) else _dialog(self._kind)
        if found is not None and found.isVisible() and id(found) not in self._before:
            self._act(found)
        elif monotonic() > self._late:
            self._fail(AssertionError(f"no {self._kind.__name__} came"))

    def _act(self, found: W) -> None:
        self.clock.stop()
        came(self._began)
        QGuiApplication.sync()  # that it has the keyboard is known before it is answered
        try:
            self._do(found)
        except Exception as error:  # noqa: BLE001 - raised again, once nothing waits
            self._fail(error)
        else:
            self._found = found
            self._began = monotonic()
            self._late = self._began + milliseconds() / 1000
            self.clock.start()

    def _see_it_close(self, found: W) -> None:
        if not isValid(found) or not found.isVisible():
            self.clock.stop()
            came(self._began)
            self.ended = True
        elif monotonic() > self._late:
            self._fail(AssertionError(f"{self._kind.__name__} stayed open"))

    def _fail(self, error: Exception) -> None:
        self.clock.stop()
        self.failed.append(error)
        self.ended = True
        close_all()


def _dialog(kind: type[W]) -> W | None:
    if issubclass(kind, WindowPage):
        tops = QApplication.topLevelWidgets()
        pages = [page for top in tops for page in top.findChildren(kind) if page.isVisible()]
        return pages[0] if pages else None
    modal = QApplication.activeModalWidget()
    if isinstance(modal, kind):
        return modal
    shown = [one for one in QApplication.topLevelWidgets() if isinstance(one, QDialog)]
    return next((one for one in shown if isinstance(one, kind) and one.isVisible()), None)


def close_all() -> None:
    """Give up every menu and dialog that is open."""
    for _ in range(10):
        popup, modal = QApplication.activePopupWidget(), QApplication.activeModalWidget()
        if popup is not None:
            popup.close()
        elif isinstance(modal, QDialog):
            modal.reject()
        elif (page := _dialog(WindowPage)) is not None:
            page.close()
        else:
            return


def command(qtbot: QtBot, opened: Opened, menu: str, name: str) -> None:
    """Give a command through the window's menu: its button, the inner menu, the entry."""
    with meanwhile(qtbot, QMenu, lambda shown: choose(shown, menu, name)):
        click(seen(opened.window, QAbstractButton, "Menu"))


def awake(opened: Opened) -> None:
    """Give the window the keyboard; the offscreen platform gives it to nobody after a menu."""
    for _ in range(100):
        if opened.window.isActiveWindow() or QApplication.activeModalWidget() is not None:
            return
        opened.window.activateWindow()
        QTest.qWait(10)


def chats(opened: Opened) -> QListView:
    """The list of the sidebar."""
    return seen(opened.window, QListView, "Chats")


def row_of(opened: Opened, title: str) -> QPoint:
    """Where a chat stands in the sidebar."""
    view, model = chats(opened), opened.window.sidebar.model
    for row in range(model.rowCount()):
        if model.index(row).data() == title:
            return view.visualRect(model.index(row)).center()
    raise AssertionError(f"{title!r} is not listed")


def chat_menu(qtbot: QtBot, opened: Opened, title: str, name: str) -> None:
    """Choose from the menu of the right button on a chat of the sidebar."""
    view, place = chats(opened), row_of(opened, title)
    with meanwhile(qtbot, QMenu, lambda shown: choose(shown, name)):
        right_click(view.viewport(), place)
    awake(opened)


def right_click(viewport: QWidget, place: QPoint) -> None:
    """As the window system tells of it: the button, then the wish for a menu."""
    from PySide6.QtGui import QContextMenuEvent

    QTest.mouseClick(viewport, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, place)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, place, viewport.mapToGlobal(place))
    QApplication.sendEvent(viewport, event)


def choose_file(dialog: QFileDialog, path: Path, *more: Path) -> None:
    """Type a path into a file dialog and press Enter; again where it was still reading folders."""
    named = " ".join(f'"{one}"' for one in (path, *more)) if more else str(path)
    QTest.qWait(100)  # a dialog that still reads its folder answers Enter with that
    for _ in range(20):
        if not isValid(dialog) or not dialog.isVisible():
            return
        field = next(one for one in dialog.findChildren(QLineEdit) if one.isVisible())
        typed(field, named, instead=True)
        if (proposals := QApplication.activePopupWidget()) is not None:
            proposals.close()
        assert field.text() == named
        QTest.keyClick(field, Qt.Key.Key_Return)
        QTest.qWait(50)


# --- beginnings -------------------------------------------------------------------------------


def talk(
    qtbot: QtBot,
    open_window: Open,
    *questions: str,
    engine: Engine | None = None,
    **options: object,
) -> Opened:
    """A window with one chat in which these questions were answered."""
    opened = open_window(engine or ScriptedEngine(["One.", "Two.", "Three.", "Four."]), **options)
    for question in questions or ("Question",):
        ask(qtbot, opened, question)
    return opened


def ask(qtbot: QtBot, opened: Opened, question: str) -> None:
    """Ask in the shown chat and wait for the answer and the sidebar."""
    say(qtbot, opened, question)
    wait_for_end(qtbot, opened)
    chat = opened.window.controller.chat
    ready(qtbot, lambda: chat and opened.window.sidebar.model.row_of(chat.id).isValid())


def slow(*texts: str) -> ScriptedEngine:
    """An engine whose answers take so long that one can do something meanwhile."""
    return ScriptedEngine(texts or ("word " * 300,), token_delay=0.02)


def begun(qtbot: QtBot, opened: Opened, question: str = "Question") -> None:
    """A question whose answer is being written."""
    say(qtbot, opened, question)
    ready(qtbot, lambda: opened.window.controller.answering)
    ready(qtbot, opened.window.actions_table["stop"].isEnabled)


def written(qtbot: QtBot, opened: Opened) -> None:
    """Some words of the answer are there, and the window knows it: Stop can be chosen."""
    ready(qtbot, lambda: opened.harness.heard.of(AnswerTextAdded))
    ready(qtbot, opened.window.actions_table["stop"].isEnabled)


def transcript(opened: Opened) -> TranscriptView:
    """The conversation."""
    return opened.window.pane.transcript


__all__ = [name for name in dir() if not name.startswith("_")] + ["until"]
