"""Conversations in a window from right to left, and texts that run that way in any window."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication, QImage
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.domain.conversation import BranchMessage, MessageStatus
from app.ui.style import icons
from app.ui.style.theme import LIGHT
from app.ui.transcript.content.row import Row
from app.ui.transcript.content.rows import TextRow
from app.ui.transcript.content.wide_blocks import CodeRow
from app.ui.transcript.view import TranscriptView
from app.ui.transcript.widgets.buttons import QuietButton
from app.ui.transcript.widgets.message_controls import CodeHead
from tests.ui.transcript.making import entry

ALPHA = QImage.Format.Format_Alpha8
HEBREW = "\u05d0\u05d1\u05d2"
CHAT = [entry(0, "12345"), entry(1, "12345\n\n```\n+\n```\n"), entry(2, "6"), entry(3, "7")]


@pytest.fixture
def turned(qtbot: QtBot) -> Iterator[TranscriptView]:
    """A transcript in a window from right to left."""
    window = QWidget()
    window.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    qtbot.addWidget(window)
    view = TranscriptView(window)
    window.resize(900, 700)
    view.resize(900, 700)
    window.show()
    qtbot.waitExposed(window)
    yield view
    window.close()


def places(view: TranscriptView, chat: list[BranchMessage]) -> dict[str, QRect]:
    """Where the buttons of a chat stand in the view, its bubbles and its code."""
    view.set_branch(chat)
    found = {}
    for number, model in enumerate(view._layout.branch.models):
        widget = view._layout.widgets.widgets[model.message.id]
        widget.focus_chain()
        for button in widget.findChildren(QuietButton):
            corner = button.mapTo(view, button.rect().topLeft())
            found[f"{number} {button.accessibleName()}"] = QRect(corner, button.size())
    image = view.grab().toImage()
    found["bubble"] = ground(image, LIGHT.bubble)
    found["code"] = ground(image, LIGHT.code_ground)
    return found


def ground(image: QImage, colour: str) -> QRect:
    """What all pixels of a colour lie in."""
    wanted = QColor(colour)
    seen = [
        (x, y)
        for y in range(0, image.height(), 3)
        for x in range(image.width())
        if image.pixelColor(x, y) == wanted
    ]
    assert seen
    xs, ys = [x for x, _ in seen], [y for _, y in seen]
    return QRect(min(xs), min(ys), max(xs) - min(xs) + 1, max(ys) - min(ys) + 1)


def test_bubbles_and_buttons_stand_as_in_a_mirror(
    turned: TranscriptView, view: TranscriptView
) -> None:
    usual, mirrored = places(view, CHAT), places(turned, CHAT)
    assert len(usual) > 12
    assert usual.keys() == mirrored.keys()
    for name, place in usual.items():
        expected = 900 - place.right() - 1
        assert abs(mirrored[name].left() - expected) <= 1, name
        assert mirrored[name].size() == place.size(), name
    assert mirrored["bubble"].right() < 450 < usual["bubble"].left()


def rows(view: TranscriptView, text: str) -> list[Row]:
    view.set_branch([entry(0, "?"), entry(1, text)])
    return [row for row in view._layout.branch.models[1].rows if isinstance(row, TextRow | CodeRow)]


@pytest.mark.parametrize(
    ("text", "sides"),
    [
        (f"- {HEBREW}\n\n  ```\n  x\n  ```\n\n- 12", [True, True, True]),
        (f"- {HEBREW}\n- word\n\n  ```\n  x\n  ```", [True, False, False]),
        (f"> {HEBREW}\n>\n> word\n>\n> 1. {HEBREW}", [True, True, True]),
        (f"> word\n>\n> {HEBREW}", [False, False]),
        (f"- {HEBREW}\n\ntext\n\n- 12", [True, False, False]),
    ],
)
def test_what_is_indented_begins_where_its_text_does_and_bars_never_change_sides(
    view: TranscriptView, text: str, sides: list[bool]
) -> None:
    assert [row.place.rtl for row in rows(view, text)] == sides
    streaming = entry(1, "", status=MessageStatus.STREAMING)
    view.set_branch([entry(0, "?"), streaming])
    view.begin_answer(streaming.message.id)
    for letter in text:
        view.feed(streaming.message.id, letter)
    model = view._layout.branch.models[1]
    grown = [row for row in model.rows if isinstance(row, TextRow | CodeRow)]
    assert [row.place.rtl for row in grown] == sides


def test_code_in_a_list_from_the_right_is_indented_there_and_reads_from_the_left(
    make_view: Callable[..., TranscriptView],
) -> None:
    left = make_view()
    left.set_branch([entry(0, "?"), entry(1, "- word\n\n  ```\n  abc\n  ```")])
    usual = ground(left.grab().toImage(), LIGHT.code_ground)
    right = make_view()
    right.set_branch([entry(0, "?"), entry(1, f"- {HEBREW}\n\n  ```\n  abc\n  ```")])
    image = right.grab().toImage()
    code = ground(image, LIGHT.code_ground)
    assert abs(code.left() - (900 - usual.right() - 1)) <= 1
    assert code.size() == usual.size()
    model = right._layout.branch.models[1]
    widget = right._layout.widgets.widgets[model.message.id]
    (item,) = [one for one in widget.items.values() if isinstance(one.row, CodeRow)]
    assert item.caret_rect(0).x() < item.caret_rect(3).x() < 60
    (head,) = widget.findChildren(CodeHead)
    assert head.mapTo(right, head.rect().topLeft()).x() == code.left()


def test_numbers_stand_at_their_marker(view: TranscriptView) -> None:
    view.set_branch([entry(0, "?"), entry(1, f"1. {HEBREW}\n2. 12")])
    model = view._layout.branch.models[1]
    widget = view._layout.widgets.widgets[model.message.id]
    first, second = (one for one in widget.items.values() if isinstance(one.row, TextRow))
    assert abs(first.caret_rect(0).x() - second.caret_rect(0).x()) < 40
    assert second.caret_rect(0).x() > second.width / 2


def test_the_arrow_back_points_where_lines_begin(monkeypatch: pytest.MonkeyPatch) -> None:
    usual = icons._drawn("back", "#000001", 20)
    right = Qt.LayoutDirection.RightToLeft
    monkeypatch.setattr(QGuiApplication, "layoutDirection", lambda: right)
    assert icons._drawn("back", "#000002", 20).convertToFormat(ALPHA) == usual.flipped(
        Qt.Orientation.Horizontal
    ).convertToFormat(ALPHA)
    assert icons._drawn("search", "#000002", 20).convertToFormat(ALPHA) == (
        icons._drawn("search", "#000003", 20).convertToFormat(ALPHA)
    )
