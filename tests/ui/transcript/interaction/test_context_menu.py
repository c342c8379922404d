"""The menu of the right button and of the Menu key."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from app.ui.transcript.view import TranscriptView
from app.ui.transcript.widgets.signals import LinkRequest
from tests.ui.transcript.making import chat_of, long_chat, settle
from tests.ui.transcript.pointing import spot

TEXT = """Some **plain** words, a [page](https://example.org/a?b=1&c=2) and [a share](smb://host/share).

The area is $\\pi r^2$ here.

$$\\int_0^1 x\\,dx$$

```python
def one() -> int:
\treturn 1
```
"""


@pytest.fixture(autouse=True)
def no_menu_stays() -> Iterator[None]:
    yield
    for menu in QApplication.topLevelWidgets():
        if isinstance(menu, QMenu):
            menu.hide()


def actions(view: TranscriptView, point: QPoint) -> dict[str, QAction]:
    """Press the right button, and give what is offered by its words; a choice closes the menu."""
    port = view.viewport()
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(port, QContextMenuEvent(reason, point, port.mapToGlobal(point)))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    found = offered(menu)
    menu.hide()
    return found


def offered(menu: QMenu) -> dict[str, QAction]:
    made = {action.text(): action for action in menu.actions() if not action.isSeparator()}
    for action in menu.actions():
        inner = action.menu()
        if isinstance(inner, QMenu):
            made |= {f"{action.text()}/{text}": one for text, one in offered(inner).items()}
    return made


def shown(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_branch(chat_of(["Hi", TEXT]))
    settle(view, qtbot)
    QGuiApplication.clipboard().setText("before")


def clipboard() -> str:
    return QGuiApplication.clipboard().text()


@pytest.mark.parametrize(
    ("wish", "text", "rich"),
    [
        ("Copy", "Some plain words", True),
        ("Copy as plain text", "Some plain words", False),
        ("Copy as Markdown", "Some **plain** words", False),
        ("Copy as rich text", "Some plain words", True),
    ],
)
def test_a_selection_is_copied_in_the_form_that_is_chosen(
    view: TranscriptView, qtbot: QtBot, wish: str, text: str, rich: bool
) -> None:
    shown(view, qtbot)
    view.selection(whole=True)
    actions(view, spot(view, 1, "plain"))[wish].trigger()
    assert text in clipboard()
    assert QGuiApplication.clipboard().mimeData().hasHtml() is rich
    markdown = QGuiApplication.clipboard().mimeData().hasFormat("text/markdown")
    assert markdown is (wish == "Copy as Markdown")
    if rich:
        assert "<strong>plain</strong>" in QGuiApplication.clipboard().mimeData().html()


def test_without_a_selection_only_the_message_is_offered_to_be_copied(
    view: TranscriptView, qtbot: QtBot
) -> None:
    shown(view, qtbot)
    found = actions(view, spot(view, 1, "plain"))
    assert [text for text in found if text.startswith("Copy")] == ["Copy message"]
    found["Select whole chat"].trigger()
    assert view._selection.selection is not None


def test_a_formula_is_copied_as_its_source(view: TranscriptView, qtbot: QtBot) -> None:
    shown(view, qtbot)
    actions(view, spot(view, 1, "\ufffc here", 0) + QPoint(6, 0))["Copy formula as LaTeX"].trigger()
    assert clipboard() == "$\\pi r^2$"
    assert "Copy formula as LaTeX" not in actions(view, spot(view, 1, "area"))
    display = next(
        p
        for p in view._layout.flow.placed
        if "int_0" in str(view._layout.branch.models[1].rows[p.row])
    )
    middle = QPoint(view.width() // 2, display.y + display.height // 2)
    actions(view, middle)["Copy formula as LaTeX"].trigger()
    assert "\\int_0^1 x\\,dx" in clipboard()


def test_code_is_copied_without_being_selected(view: TranscriptView, qtbot: QtBot) -> None:
    shown(view, qtbot)
    actions(view, spot(view, 1, "one()"))["Copy code"].trigger()
    assert clipboard() == "def one() -> int:\n\treturn 1\n"


def test_a_link_is_opened_after_asking_or_its_address_copied(
    view: TranscriptView, qtbot: QtBot
) -> None:
    requests: list[LinkRequest] = []
    view.link_activated.connect(requests.append)
    shown(view, qtbot)
    found = actions(view, spot(view, 1, "page"))
    found["Copy link address"].trigger()
    assert clipboard() == "https://example.org/a?b=1&c=2"
    found["Open link\u2026"].trigger()
    assert requests == [LinkRequest("https://example.org/a?b=1&c=2", "page")]
    other = actions(view, spot(view, 1, "a share"))
    assert not other["Open link\u2026"].isEnabled()
    other["Copy link address"].trigger()
    assert clipboard() == "smb://host/share"


@pytest.mark.parametrize("key", [Qt.Key.Key_Menu, Qt.Key.Key_F10])
def test_the_keyboard_reaches_every_link_in_view_that_may_be_opened(
    view: TranscriptView, qtbot: QtBot, key: Qt.Key
) -> None:
    requests: list[LinkRequest] = []
    view.link_activated.connect(requests.append)
    shown(view, qtbot)
    if key is Qt.Key.Key_Menu:
        middle = view.rect().center()
        reason = QContextMenuEvent.Reason.Keyboard
        QApplication.sendEvent(view, QContextMenuEvent(reason, middle, view.mapToGlobal(middle)))
    else:
        QTest.keyClick(view, key, Qt.KeyboardModifier.ShiftModifier)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    links = {text: one for text, one in offered(menu).items() if text.startswith("Links in view/")}
    assert list(links) == ["Links in view/page \u2014 https://example.org/a?b=1&&c=2"]
    menu.hide()
    next(iter(links.values())).trigger()
    assert requests == [LinkRequest("https://example.org/a?b=1&c=2", "page")]


def test_a_menu_that_was_closed_is_gone(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_branch(long_chat(4))
    for _ in range(3):
        assert actions(view, QPoint(400, 300))
    qtbot.waitUntil(lambda: not view.findChildren(QMenu))
