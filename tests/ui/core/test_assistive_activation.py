"""What an assistive client can do: press, choose in lists, open menus; by Qt's own interfaces."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractItemView, QApplication, QLineEdit, QListWidget, QWidget
from pytestqt.qtbot import QtBot

from app.domain.options import Section
from app.domain.settings import SPECS
from app.engine.scripted import ScriptedEngine
from app.ui.commands.palette import CommandPalette
from app.ui.library.trash_dialog import ArchiveDialog
from app.ui.settings.setting_row import SettingRow
from app.ui.settings.settings_page import SettingsPage
from tests.support.chatting import say, wait_for_end
from tests.support.gguf_factory import write_model
from tests.support.window import Open, Opened


def do_first_action(of: QAccessibleInterface) -> None:
    """What a client does that was told to press something: its action number 0."""
    action = of.actionInterface()
    action.doAction(action.actionNames()[0])


def item(view: QWidget, text: str) -> QAccessibleInterface:
    """The item of a list that is called so."""
    interface = QAccessible.queryAccessibleInterface(view)
    children = [interface.child(i) for i in range(interface.childCount())]
    return next(c for c in children if text in c.text(QAccessible.Text.Name))


def chats_of(opened: Opened) -> QAbstractItemView:
    return next(
        view
        for view in opened.window.sidebar.findChildren(QAbstractItemView)
        if view.accessibleName() == "Chats"
    )


def two_chats(qtbot: QtBot, opened: Opened) -> tuple[str, str]:
    first, second = (opened.harness.ask(text)[0] for text in ("Alpha", "Beta"))
    model = opened.window.sidebar.model
    qtbot.waitUntil(lambda: model.row_of(first).isValid() and model.row_of(second).isValid())
    return first, second


def shows(opened: Opened, chat: str) -> bool:
    shown = opened.window.controller.chat
    return shown is not None and shown.id == chat


def test_a_chat_of_the_sidebar_is_opened(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    first, second = two_chats(qtbot, opened)
    view = chats_of(opened)
    for text, chat in (("Alpha", first), ("Beta", second), ("Beta", second), ("Alpha", first)):
        do_first_action(item(view, text))
        qtbot.waitUntil(lambda chat=chat: shows(opened, chat))
        qtbot.waitUntil(lambda chat=chat: opened.window.sidebar.selected() == [chat])
        state = item(view, text).state()
        assert state.selected


def test_hands_that_choose_several_chats_open_none(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    first, second = two_chats(qtbot, opened)
    opened.window.controller.open_chat(first)
    view = chats_of(opened)
    place = view.visualRect(opened.window.sidebar.model.row_of(second)).center()
    qtbot.mouseClick(
        view.viewport(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.ControlModifier,
        place,
    )
    qtbot.wait(50)
    assert sorted(opened.window.sidebar.selected()) == sorted([first, second])
    assert shows(opened, first)
    opened.harness.services.library.rename(first, "Another title")  # the list is read anew
    qtbot.waitUntil(
        lambda: opened.harness.services.library.chats.get(first).title == "Another title"
    )
    qtbot.wait(50)
    assert shows(opened, first)


def test_a_search_result_is_opened(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    first, _ = two_chats(qtbot, opened)
    field = opened.window.sidebar.findChild(QLineEdit)
    assert field is not None
    qtbot.keyClicks(field, "Alpha")
    results = opened.window.sidebar._result_list
    qtbot.waitUntil(lambda: results.isVisible() and results.model().rowCount() > 0)
    do_first_action(QAccessible.queryAccessibleInterface(results).child(0))
    qtbot.waitUntil(lambda: shows(opened, first))


def test_a_page_of_the_settings_is_opened(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    opened.window.actions_table["settings"].trigger()
    dialog = opened.window.findChild(SettingsPage)
    assert dialog is not None
    pages = dialog.findChild(QListWidget)
    assert pages is not None

    def is_shown(section: Section) -> bool:
        rows = [row for row in dialog.findChildren(SettingRow) if row.isVisible()]
        return bool(rows) and all(row.spec.option.section is section for row in rows)

    sections = [one for one in Section if any(s.option.section is one for s in SPECS.values())]
    for section in (*sections, sections[0]):  # the first is shown already, so it is gone back to
        do_first_action(item(pages, str(section)))
        qtbot.waitUntil(partial(is_shown, section))
        assert pages.selectedItems() == [pages.currentItem()]
    dialog.close()


def test_a_command_of_the_palette_is_done(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    before = opened.harness.services.settings.current.zoom
    opened.window.actions_table["palette"].trigger()
    palette = opened.window.findChild(CommandPalette)
    assert palette is not None
    do_first_action(item(palette._list, opened.window.actions_table["zoom_in"].text()))
    qtbot.waitUntil(lambda: opened.harness.services.settings.current.zoom > before)


def test_the_archived_chat_that_was_chosen_is_opened(qtbot: QtBot, open_window: Open) -> None:
    opened = open_window()
    first, second = two_chats(qtbot, opened)
    library = opened.harness.services.library
    for chat in (first, second):
        library.set_archived(chat, True)
    qtbot.waitUntil(lambda: len(library.chats.conversations(archived=True)) == 2)
    dialog = ArchiveDialog(opened.window, library, opened.window.controller.open_chat)
    dialog.open()
    do_first_action(item(dialog._list, "Alpha"))
    with qtbot.waitSignal(dialog._look.clicked):
        do_first_action(QAccessible.queryAccessibleInterface(dialog._look))
    assert shows(opened, first)


@pytest.mark.parametrize("name", ["Menu", "Model", "More actions"])
def test_a_press_opens_the_menu_and_comes_back(
    qtbot: QtBot, open_window: Open, tmp_path: Path, name: str
) -> None:
    (tmp_path / "data").mkdir()
    write_model(tmp_path / "data" / "demo.gguf")
    opened = open_window(ScriptedEngine(["An answer."]))
    say(qtbot, opened, "Good morning")
    wait_for_end(qtbot, opened)
    opened.window.pane.transcript.tab_stops()
    found = [
        one
        for one in opened.window.pane.findChildren(QWidget)
        if one.accessibleName() == name and one.isVisible()
    ]
    do_first_action(QAccessible.queryAccessibleInterface(found[-1]))
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    menu = QApplication.activePopupWidget()
    assert menu is not None
    assert len(menu.actions()) > 1
    menu.close()
