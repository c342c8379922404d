"""Letters typed in an open menu go to the entry that begins so, through inner menus too."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton
from pytestqt.qtbot import QtBot

from app.ui.style.menus import add_entry, open_below

chosen: list[str] = []


@pytest.fixture
def menu(qtbot: QtBot) -> Iterator[QMenu]:
    button = QPushButton("More")
    qtbot.addWidget(button)
    button.show()
    made = QMenu(button)
    for words in ("Open", "Rename…", "Black && white", "Move to folder…", "Move to trash"):
        add_entry(made, words, lambda words=words: chosen.append(words))
    made.actions()[3].setEnabled(False)
    made.addSeparator()
    inner = made.addMenu("More forms")
    add_entry(inner, "Rich text", lambda: chosen.append("Rich text"))
    add_entry(inner, "Other", lambda: chosen.append("Other"))
    chosen.clear()
    open_below(button, made)
    yield made
    made.close()


def letters(text: str) -> None:
    """Typed by somebody who sees what is open."""
    for letter in text:
        popup = QApplication.activePopupWidget()
        assert popup is not None
        QTest.keyClicks(popup, letter)


def active(menu: QMenu) -> str:
    action = menu.activeAction()
    return action.text() if action is not None else ""


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("r", "Rename…"),
        ("o", "Open"),
        ("oo", "Open"),  # one letter again goes on to the next of them; there is no other
        ("black & w", "Black && white"),
        ("move", "Move to trash"),  # what is disabled is passed over
        ("mor", "More forms"),
        ("m", "Move to trash"),
        ("mm", "More forms"),
        ("tra", "Move to trash"),  # no entry begins so, a word in it does
        ("rx", "Rename…"),
        ("ret", "Move to trash"),  # a new word begins where none goes on
        ("x", ""),
    ],
)
def test_letters_go_to_the_entry_that_begins_so(menu: QMenu, typed: str, name: str) -> None:
    letters(typed)
    assert active(menu) == name
    assert not chosen


def test_a_word_passes_an_inner_menu_and_enter_chooses(qtbot: QtBot, menu: QMenu) -> None:
    letters("mo")
    menu.setActiveAction(menu.actions()[-1])  # as if the inner one had opened on the way
    letters("re")
    assert active(menu) == "More forms"
    popup = QApplication.activePopupWidget()
    assert popup is not None
    QTest.keyClick(popup, Qt.Key.Key_Right)
    QTest.keyClick(popup, Qt.Key.Key_Down)  # another word begins
    letters("ri")
    popup = QApplication.activePopupWidget()
    assert popup is not None
    QTest.keyClick(popup, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: chosen == ["Rich text"])
    qtbot.waitUntil(lambda: not menu.isVisible())
