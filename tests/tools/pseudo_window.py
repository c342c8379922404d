"""The real window in a pseudo-language: what is still plain English, and what has no room.

    PHIAL_LANGUAGE=pseudo python -m tests.tools.pseudo_window FOLDER
    PHIAL_LANGUAGE=pseudo python -m tests.tools.pseudo_window FOLDER --pictures

Every screen is opened over the scripted engine, all that is visible on it is read, and one object
of JSON says by screen which texts stand outside brackets and which do not fit their widgets. What
people and models write is Greek here, so that what is Latin and in no brackets is the program's.
``tests/ui/test_pseudo_language.py`` runs it; ``--pictures`` also puts a picture of each screen into
the folder.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import QEventLoop, QModelIndex, QPoint, QSize, Qt, QTimer
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QFrame,
    QGroupBox,
    QLabel,
    QLineEdit,
    QMainWindow,
    QMenu,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QTabBar,
    QTextBrowser,
    QWidget,
)

from app.domain.settings import Settings
from app.engine.scripted import ScriptedEngine
from app.system.licences import third_party_packages
from app.ui.application import AppearanceController, make_application
from app.ui.commands.palette import CommandPalette
from app.ui.main_window import MainWindow
from app.ui.settings.settings_page import SettingsPage
from tests.support.harness import Harness, build
from tests.tools.pseudo_conversation import look_at_a_conversation, look_at_forms

_CONTROLS = (QLabel, QAbstractButton, QLineEdit, QPlainTextEdit, QComboBox, QAbstractItemView)
QUESTION, ANSWER = "Τί είναι αυτό;", ["Αυτό ", "είναι ένα ", "παράδειγμα."]
NAMES = re.compile(
    r"Phial|Phi-[\w.-]+|Hugging ?Face|SQLite|Python|Qt|llama\.cpp|GGUF|LaTeX|Markdown|HTML|JSON|PDF"
    r"|Ctrl|Shift|Alt|Enter|Esc|Space|Tab|Home|End|PgUp|PgDown|Page (?:Up|Down)|Del(?:ete)?|Ins"
    r"|Return|Backspace|Menu|Up|Down|Left|Right|F\d+|[kMGT]i?B(?:/s)?|bytes|min|CPU|GPU|KV|ms"
    r"|\(\*\.\w+\)|/\w+$|Scripted"  # endings, prompts' names, a model
    r"|Press shortcut|Scroll (?:Left|Right)"  # Qt's own
    r"|English|Deutsch|hf_…|Q\d\w*|f16|q8_0|https?://\S+|[\w-]+(?:[/.][\w-]+)+|MIT|[\w.-]+\.gguf"
)
_BRACKETS = re.compile(r"\[[^\[\]]*\]")
_WORD = re.compile(r"[A-Za-z]{2,}")
_CHATS = {"messages": [{"role": "user", "content": QUESTION}]}
_LONG = 80
_LAYOUTS = 4


def plain(text: str) -> bool:
    """Whether something of a text came from no catalogue."""
    while (inner := _BRACKETS.sub("", text)) != text:
        text = inner
    return bool(_WORD.search(NAMES.sub("", text)))


def texts_of(widget: QWidget) -> Iterator[str]:
    """Everything a widget says, to eyes and to screen readers."""
    yield from (widget.accessibleName(), widget.accessibleDescription(), widget.toolTip())
    if widget.isWindow():
        yield widget.windowTitle()
    match widget:
        case QLabel() | QAbstractButton():
            yield widget.text()
        case QGroupBox():
            yield widget.title()
        case QLineEdit():
            yield widget.placeholderText()
        case QPlainTextEdit():
            yield widget.placeholderText()
        case QTextBrowser():
            yield widget.toPlainText()
        case QComboBox():
            yield from (widget.itemText(row) for row in range(widget.count()))
        case QTabBar():
            yield from (widget.tabText(tab) for tab in range(widget.count()))
        case QAbstractItemView() if widget.model() is not None:
            model, top = widget.model(), QModelIndex()
            for row in range(min(model.rowCount(top), 60)):
                for column in range(8):  # an index beyond the last says nothing
                    for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
                        yield str(model.index(row, column).data(role) or "")
        case QMenu():
            yield from _entries(widget)


def _entries(menu: QMenu) -> Iterator[str]:
    for action in menu.actions():
        yield from (action.text(), action.toolTip())
        below = action.menu()
        if isinstance(below, QMenu):
            yield from _entries(below)


def clipped(widget: QWidget) -> bool:
    """Whether a label or a button shows less than its text, or a window more than the screen.

    A page that has to be scrolled sideways counts too.
    """
    room = widget.screen().availableGeometry()
    if isinstance(widget, QDialog | QMenu | QFrame | QMainWindow) and widget.isWindow():
        return widget.width() > room.width() or widget.height() > room.height()
    if isinstance(widget, QScrollArea):
        return widget.horizontalScrollBar().maximum() > 0
    if isinstance(widget, QTabBar) and widget.usesScrollButtons():
        return False
    if not isinstance(widget, QLabel | QPushButton | QTabBar) or widget.visibleRegion().isEmpty():
        return False
    if isinstance(widget, QLabel):
        if not widget.text() or widget.property("elides"):
            return False
        if widget.wordWrap():
            return widget.heightForWidth(widget.width()) > widget.height() + 1
    wanted = widget.sizeHint()
    low = isinstance(widget, QPushButton) and wanted.height() > widget.height() + 1
    return low or wanted.width() > widget.width() + 1


def overlaps(widgets: list[QWidget]) -> Iterator[str]:
    """Labels and buttons on which another control of their parent stands."""
    shown = [one for one in widgets if isinstance(one, _CONTROLS) and not one.isWindow()]
    for one in shown:
        for other in shown:
            if (
                other is not one
                and isinstance(one, QLabel | QPushButton)
                and one.text()
                and other.parentWidget() is one.parentWidget()
                and one.geometry().intersects(other.geometry().adjusted(0, 2, 0, -2))
            ):
                yield f"{_name(one)} under {_name(other)}"


class Inspector:
    """Opens screens of one window and notes what it sees on them."""

    def __init__(self, folder: Path, *, pictures: bool) -> None:
        self._folder, self._pictures = folder, pictures
        self.found: dict[str, dict[str, list[str]]] = {}
        self._parts = {  # what others call their packages and licences is no sentence
            f"{one.name} {one.version}".strip() + f": {one.licence}"
            for one in third_party_packages()
        }
        self._application = make_application()

    def window(
        self, name: str, settings: Settings, engine: ScriptedEngine | None = None
    ) -> tuple[MainWindow, Harness]:
        """A window over a data folder of its own."""
        harness = build(self._folder / name, engine or ScriptedEngine(ANSWER), settings)
        look = AppearanceController(self._application, harness.services)
        look.apply()
        window = MainWindow(harness.services, look.theme)
        look.add_window(window)
        window.show()
        window.begin()
        self.settle()
        return window, harness

    def close(self, window: MainWindow, harness: Harness) -> None:
        """Close a window and what it was over."""
        window.close()
        harness.services.close()
        window.deleteLater()

    def settle(self, done: Callable[[], bool] = lambda: True) -> None:
        """Let the window do what it has to, until it is ``done``."""
        loop = QEventLoop()
        ticks = QTimer()
        left = [400]

        def look() -> None:
            left[0] -= 1
            if (left[0] < 390 and done()) or not left[0]:
                loop.quit()

        ticks.timeout.connect(look)
        ticks.start(15)
        loop.exec()

    def look(self, screen: str, top: QWidget) -> None:
        """Note what is seen of a window, once nothing is laid out any more."""
        for _ in range(_LAYOUTS):
            widgets = [top, *(one for one in top.findChildren(QWidget) if one.isVisibleTo(top))]
            said = {text for one in widgets for text in texts_of(one) if plain(text)}
            cut = {_name(one) for one in widgets if clipped(one)} | set(overlaps(widgets))
            if not cut:
                break
            self.settle()
        print(screen, file=sys.stderr)
        self.found[screen] = {
            "plain": sorted(text[:_LONG] for text in said - self._parts),
            "clipped": sorted(cut),
        }
        if self._pictures:
            top.grab().save(str(self._folder / f"{screen}.png"))

    def wait(
        self, screen: str, do: Callable[[], object], then: Callable[[QWidget], object] | None = None
    ) -> None:
        """Do what opens dialogs or menus that wait for their end, look at each and leave it.

        Args:
            screen: The name of the first; the others are numbered.
            do: Opens them.
            then: What else is done with each before it is left.
        """
        seen: list[str] = []
        poll = QTimer()

        def leave() -> None:
            shown = QApplication.activePopupWidget() or QApplication.activeModalWidget()
            if shown is not None:
                poll.stop()  # looking takes turns of the event loop
                name = f"{screen} {len(seen) + 1}" if seen else screen
                seen.append(name)
                self.look(name, shown)
                if then is not None:
                    then(shown)
                shown.close()
                poll.start()

        poll.setInterval(60)
        poll.timeout.connect(leave)
        poll.start()
        do()
        self.settle(lambda: bool(seen))
        poll.stop()
        if not seen:
            self.found[screen] = {"plain": ["nothing came"], "clipped": []}

    def dialog(self, window: MainWindow, command: str, screen: str = "") -> QDialog | None:
        """Give a command that opens a dialog, and look at it."""
        action: QAction = window.actions_table[command]
        action.trigger()
        self.settle()
        shown = [one for one in window.findChildren(QDialog) if one.isVisible()]
        if not shown:
            self.found[screen or command] = {"plain": ["no dialog came"], "clipped": []}
            return None
        self.look(screen or command, shown[-1])
        return shown[-1]


def _name(widget: QWidget) -> str:
    text = next(filter(None, texts_of(widget)), "")
    at = widget.mapTo(widget.window(), QPoint())
    return f"{type(widget).__name__} {text[:40]!r} at {at.x()},{at.y()}"


# Those that open without waiting for their end.
DIALOGS = ("shortcuts", "about", "trash", "archived", "backups", "export_chat")

# Those that wait for it, menus among them.
WAITING = (
    "move_chat",
    "system_prompt",
    "choose_preset",
    "chat_values",
    "switch_model",
    "presets",
    "prompts",
    "add_endpoint",
    "export_all",
    "updates",
)


def inspect(folder: Path, *, pictures: bool) -> dict[str, dict[str, list[str]]]:
    """Every screen, one after the other."""
    seen = Inspector(folder, pictures=pictures)
    window, harness = seen.window("first", Settings())
    seen.look("first window", window)
    seen.close(window, harness)
    window, harness = seen.window("used", Settings(welcomed=True))
    seen.look("empty chat", window)
    window.pane.composer.editor.setPlainText(QUESTION)
    window.controller.send(QUESTION)
    seen.settle(lambda: window.controller.chat is not None and not window.controller.answering)
    room = window.screen().availableSize()
    window.resize(QSize(800, 600).boundedTo(room - QSize(8, 40)))
    seen.settle()
    seen.look("chat at 800", window)
    for menu in window.findChildren(QMenu):
        if menu.accessibleName() and menu.actions():
            seen.look(f"menu {len(seen.found)}", menu)
            break
    for command in DIALOGS:
        dialog = seen.dialog(window, command)
        if dialog is not None:
            dialog.reject()
            seen.settle()
    for command in ("models", "documents"):
        window.actions_table[command].trigger()
        seen.settle()
        seen.look(command, window)
        _look_at_tabs(seen, window)
        window.pages.back()
        seen.settle()
    for command in WAITING:
        seen.wait(command, window.actions_table[command].trigger)
    seen.wait("form", window.actions_table["form"].trigger, partial(look_at_forms, seen))
    _look_at_files(seen, window, folder)
    window.actions_table["settings"].trigger()
    settings = window.pages.page
    if isinstance(settings, SettingsPage):
        for section in settings.sections:
            settings.show_section(section)
            seen.settle()
            seen.look(f"settings {section.name.lower()}", settings)
        settings.close()
    seen.settle()
    seen.close(window, harness)
    look_at_a_conversation(seen, folder)
    return seen.found


def _look_at_tabs(seen: Inspector, window: MainWindow) -> None:
    for bar in window.pages.findChildren(QTabBar):
        for tab in range(1, bar.count() if bar.isVisible() else 0):
            bar.setCurrentIndex(tab)
            seen.settle()
            seen.look(f"models, tab {tab + 1}", window)


def _look_at_files(seen: Inspector, window: MainWindow, folder: Path) -> None:
    """What is shown of an import, of something that went wrong, and before a chat is gone."""
    chats = folder / "chats.json"
    chats.write_text(json.dumps(_CHATS), "utf-8")
    seen.wait("import_chats", lambda: window.commands.transfer.import_files([chats]))
    chats.write_text("{", "utf-8")
    seen.wait("import of nothing", lambda: window.commands.transfer.import_files([chats]))
    for command in ("palette", "find", "delete_chat"):
        window.actions_table[command].trigger()
        seen.settle()
        seen.look(command, window)
        for one in window.findChildren(CommandPalette):
            one.close()
    dialog = seen.dialog(window, "trash", "trash with a chat")
    if dialog is not None:
        empty = next(one for one in dialog.findChildren(QPushButton) if one.isEnabled())
        seen.wait("trash is emptied", empty.click)
        seen.settle()


def main() -> int:
    """Inspect, and say what was seen."""
    folder = Path(sys.argv[1])
    found = inspect(folder, pictures="--pictures" in sys.argv)
    turned = QApplication.layoutDirection() is Qt.LayoutDirection.RightToLeft
    print(json.dumps({"right_to_left": turned, "screens": found}, ensure_ascii=False))
    return 0


if __name__ == "__main__":
    sys.exit(main())
