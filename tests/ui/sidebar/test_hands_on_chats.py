"""The sidebar by hand: the dots of a row, several chosen, dragged, folded, deleted, renamed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QMimeData, QModelIndex, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QDrag,
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QInputMethodEvent,
    QMouseEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from app.ui.sidebar.chat_delegate import dots_place
from app.ui.sidebar.chat_list import ChatList
from tests.scenarios.hands import ask, awake, begun, choose, meanwhile, press, slow, talk, titles
from tests.support.chatting import wait_for_end
from tests.support.window import Open, Opened

MOVE = Qt.DropAction.MoveAction
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.fixture
def three(qtbot: QtBot, open_window: Open) -> Opened:
    """A window with three chats, the last of them shown."""
    opened = talk(qtbot, open_window, "First")
    for question in ("Second", "Third"):
        opened.window.controller.new_chat()
        ask(qtbot, opened, question)
    qtbot.waitUntil(lambda: listed(opened)[1:] == ["Third", "Second", "First"])
    awake(opened)
    return opened


def chats(opened: Opened) -> ChatList:
    found = opened.window.findChild(ChatList)
    assert isinstance(found, ChatList)
    return found


def listed(opened: Opened) -> list[str]:
    """The rows, headings included, as people read them."""
    model = opened.window.sidebar.model
    return [model.index(row).data() for row in range(model.rowCount())]


def row(opened: Opened, title: str) -> QModelIndex:
    return opened.window.sidebar.model.index(listed(opened).index(title))


def middle(opened: Opened, title: str) -> QPoint:
    return chats(opened).visualRect(row(opened, title)).center()


def folders(opened: Opened) -> dict[str, str]:
    library = opened.harness.services.library
    return {chat.title: chat.folder for chat in library.chats.conversations()}


def file_first(qtbot: QtBot, opened: Opened) -> None:
    """A folder with one chat in it, so that there is one to drag into."""
    library = opened.harness.services.library
    first = next(chat for chat in library.chats.conversations() if chat.title == "First")
    library.set_folder(first.id, "Work")
    qtbot.waitUntil(lambda: listed(opened)[:2] == ["Work", "First"])


def click(opened: Opened, title: str, held: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(chats(opened).viewport(), LEFT, held, middle(opened, title))


def mouse(kind: QEvent.Type, at: QPoint, view: ChatList) -> None:
    """What QTest does not send: a move with the button held."""
    held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else LEFT
    button = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseMove else LEFT
    place = QPointF(at)
    everywhere = QPointF(view.viewport().mapToGlobal(at))
    QApplication.sendEvent(
        view.viewport(), QMouseEvent(kind, place, everywhere, button, held, NONE)
    )


def drag(opened: Opened, title: str, onto: str, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Drag a row onto another; the window system's part is played here. Whether it was taken."""
    view, taken = chats(opened), list[bool]()

    def carry(held: QDrag, *_: object) -> Qt.DropAction:
        assert not held.pixmap().isNull()
        taken.append(drop(view, held.mimeData(), middle(opened, onto)))
        return MOVE

    monkeypatch.setattr(QDrag, "exec", carry)
    start = middle(opened, title)
    mouse(QEvent.Type.MouseButtonPress, start, view)
    for step in (5, 15, 30):
        mouse(QEvent.Type.MouseMove, start + QPoint(0, step), view)
    mouse(QEvent.Type.MouseButtonRelease, start + QPoint(0, 30), view)
    return taken


def drop(view: ChatList, data: QMimeData, at: QPoint) -> bool:
    held = (MOVE, data, LEFT, NONE)
    QApplication.sendEvent(view.viewport(), QDragEnterEvent(at, *held))
    QApplication.sendEvent(view.viewport(), QDragMoveEvent(at, *held))
    dropping = QDropEvent(QPointF(at), *held)
    QApplication.sendEvent(view.viewport(), dropping)
    return dropping.isAccepted()


def test_the_dots_of_a_row_open_its_menu_and_nothing_else(qtbot: QtBot, three: Opened) -> None:
    view = chats(three)
    dots = dots_place(view.visualRect(row(three, "First")), view.layoutDirection())
    place = dots.center()

    def drawn() -> bool:
        picture = view.viewport().grab(dots.adjusted(4, 6, -4, -6)).toImage()
        size = picture.size()
        return len({picture.pixel(x, y) for x in range(size.width())
                    for y in range(size.height())}) > 1  # fmt: skip

    view.setFocus()
    for title in ("Second", "First"):  # they are there where the keyboard is
        view.setCurrentIndex(row(three, title))
        assert drawn() is (title == "First")
    QTest.mouseMove(view.viewport(), place)
    with meanwhile(qtbot, QMenu, lambda menu: choose(menu, "Pin")):
        QTest.mouseClick(view.viewport(), LEFT, NONE, place)
    qtbot.waitUntil(lambda: titles(three, "pinned") == ["First"])
    assert three.window.windowTitle() == "Third - Phial"


def test_a_chat_is_dragged_into_a_folder_and_comes_back_by_undo(
    qtbot: QtBot, three: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_first(qtbot, three)
    assert drag(three, "Second", "Work", monkeypatch) == [True]
    qtbot.waitUntil(lambda: folders(three)["Second"] == "Work")
    press(three.window, "Undo")
    qtbot.waitUntil(lambda: folders(three)["Second"] == "")


def test_several_chosen_chats_are_dragged_together_onto_a_chat_of_a_folder(
    qtbot: QtBot, three: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_first(qtbot, three)
    click(three, "Third")
    click(three, "Second", Qt.KeyboardModifier.ControlModifier)
    assert drag(three, "Second", "First", monkeypatch) == [True]
    qtbot.waitUntil(lambda: set(folders(three).values()) == {"Work"})


def test_a_chat_is_dragged_out_of_its_folder_and_a_pinned_one_from_its_place(
    qtbot: QtBot, three: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_first(qtbot, three)
    assert drag(three, "First", "Second", monkeypatch) == [True]
    qtbot.waitUntil(lambda: folders(three)["First"] == "")
    three.harness.services.library.set_pinned(
        three.window.sidebar.model.conversation(row(three, "First")).id,  # type: ignore[union-attr]
        True,
    )
    qtbot.waitUntil(lambda: listed(three)[0] == "Pinned")
    assert drag(three, "Second", "Pinned", monkeypatch) == [True]
    qtbot.waitUntil(lambda: sorted(titles(three, "pinned"), key=str) == ["First", "Second"])


def test_what_is_no_chat_is_not_taken_by_the_list(three: Opened) -> None:
    data = QMimeData()
    data.setText("First")
    assert not drop(chats(three), data, middle(three, "First"))


def test_delete_moves_the_chosen_chats_to_the_trash_and_undo_brings_them_back(
    qtbot: QtBot, three: Opened
) -> None:
    click(three, "Third")
    click(three, "Second", Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(chats(three), Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: titles(three) == ["First"])
    QTest.keyClick(three.window, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(titles(three)) == 3)


def test_a_folder_is_folded_by_its_heading_and_by_keys(qtbot: QtBot, three: Opened) -> None:
    file_first(qtbot, three)
    click(three, "Work")
    assert listed(three)[:2] == ["Work", "Today"]
    click(three, "Work")
    assert listed(three)[:2] == ["Work", "First"]
    view = chats(three)
    view.setFocus()
    view.setCurrentIndex(row(three, "First"))
    QTest.keyClick(view, Qt.Key.Key_Up)
    for key in (Qt.Key.Key_Left, Qt.Key.Key_Left):  # folded stays folded
        QTest.keyClick(view, key)
        assert listed(three)[:2] == ["Work", "Today"]
    QTest.keyClick(view, Qt.Key.Key_Return)
    assert listed(three)[:2] == ["Work", "First"]
    assert three.window.windowTitle() == "Third - Phial"


def test_f2_in_the_list_edits_the_title_in_its_row_whatever_happens_meanwhile(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(slow("One.", "word " * 300))
    ask(qtbot, opened, "First")
    first = opened.window.controller.chat
    assert first is not None
    opened.window.controller.new_chat()
    begun(qtbot, opened, "Second")
    qtbot.waitUntil(lambda: "Second" in listed(opened))
    awake(opened)
    click(opened, "Second")
    chats(opened).setFocus()
    QTest.keyClick(chats(opened), Qt.Key.Key_F2)
    (field,) = chats(opened).findChildren(QLineEdit)
    QTest.keyClicks(field, "Ren")
    opened.harness.services.library.rename(first.id, "Another")  # as another window does
    opened.harness.services.chat.stop()
    qtbot.waitUntil(lambda: not opened.window.controller.answering)
    qtbot.waitUntil(lambda: "Another" in titles(opened))
    opened.window.sidebar.show_current("")  # as for a chat that is not listed yet
    QTest.keyClicks(field, "am")
    QApplication.sendEvent(field, QInputMethodEvent("ed", []))
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "Renamed" in titles(opened))
    qtbot.waitUntil(lambda: {"Renamed", "Another"} <= set(listed(opened)))
    qtbot.waitUntil(lambda: not chats(opened).findChildren(QLineEdit))


def test_a_dot_marks_the_chat_in_which_an_answer_is_written(
    qtbot: QtBot, open_window: Open
) -> None:
    opened = open_window(slow("One.", "word " * 300))
    ask(qtbot, opened, "First")
    opened.window.controller.new_chat()
    begun(qtbot, opened, "Second")
    qtbot.waitUntil(lambda: "Second" in listed(opened))
    click(opened, "First")
    index = row(opened, "Second")
    assert index.data(Qt.ItemDataRole.AccessibleDescriptionRole) == "an answer is being written"
    assert accents(opened, "Second") > 20
    opened.harness.services.chat.stop()
    qtbot.waitUntil(lambda: not opened.window.controller.answering)
    assert row(opened, "Second").data(Qt.ItemDataRole.AccessibleDescriptionRole) == ""
    assert accents(opened, "Second") == 0
    click(opened, "Second")
    wait_for_end(qtbot, opened)


def accents(opened: Opened, title: str) -> int:
    """Pixels of the accent's colour at the end of a row."""
    view = chats(opened)
    rect = view.visualRect(row(opened, title))
    image = view.viewport().grab(rect).toImage()
    accent = QColor(opened.look.theme.accent)
    columns = range(image.width() // 2, image.width())
    return sum(image.pixelColor(x, y) == accent for x in columns for y in range(image.height()))
