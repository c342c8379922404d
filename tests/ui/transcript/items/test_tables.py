"""Tables of text from right to left are mirrored: seen, pointed at, selected where they stand."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from app.ui.transcript.content.rows import TableRow
from app.ui.transcript.content.selection import CopyAs
from app.ui.transcript.items.text_items import TableItem
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.making import chat_of, settle
from tests.ui.transcript.pointing import spot

NAME, AGE, AHMED = (
    "\u0627\u0644\u0627\u0633\u0645",
    "\u0627\u0644\u0639\u0645\u0631",
    "\u0623\u062d\u0645\u062f",
)
RTL = f"| {NAME} | {AGE} |\n|---|---|\n| {AHMED} | 3057 |\n"
LTR = "| Name | Age |\n|---|---|\n| Ahmed | 3057 |\n"


def table_of(view: TranscriptView) -> TableItem:
    """The table of the answer."""
    at = next(
        i for i, row in enumerate(view._layout.branch.models[1].rows) if isinstance(row, TableRow)
    )
    item = view._layout.widgets.lay_out(1, at)
    assert isinstance(item, TableItem)
    return item


def inked(view: TranscriptView, around: QPoint) -> bool:
    """Whether anything is drawn at a place."""
    picture = view.viewport().grab().toImage()
    area = QRect(around - QPoint(12, 6), around + QPoint(12, 6)).intersected(picture.rect())
    colours = {
        picture.pixel(x, y)
        for x in range(area.left(), area.right())
        for y in range(area.top(), area.bottom())
    }
    return len(colours) > 1


def test_the_first_column_stands_at_the_right(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_branch(chat_of(["?", RTL]))
    settle(view, qtbot)
    name, age = spot(view, 1, NAME), spot(view, 1, AGE)
    assert name.x() > age.x()
    item = table_of(view)
    assert item.origin()[0] + item.row.state.content_width == item.room
    assert inked(view, spot(view, 1, AHMED))
    assert inked(view, spot(view, 1, "3057", 2))


def test_a_table_from_left_to_right_stays_as_it_was(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_branch(chat_of(["?", LTR]))
    settle(view, qtbot)
    assert spot(view, 1, "Name").x() < spot(view, 1, "Age").x()
    assert table_of(view).origin()[0] == 0


def test_a_word_is_selected_where_it_is_seen(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_branch(chat_of(["?", RTL]))
    settle(view, qtbot)
    for words in (AHMED, "3057", NAME):
        QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=spot(view, 1, words, 2))
        view._selection.copy(CopyAs.PLAIN)
        assert QGuiApplication.clipboard().text().strip() == words


def test_a_wide_table_is_seen_from_its_right_end(view: TranscriptView, qtbot: QtBot) -> None:
    cell = f" {NAME} {'x' * 30} |"
    view.set_branch(chat_of(["?", f"|{cell * 12}\n|{'---|' * 12}\n"]))
    settle(view, qtbot)
    item = table_of(view)
    state = item.row.state
    assert state.content_width > item.room
    assert state.offset == state.content_width - item.room
    state.offset = 7  # somebody scrolls
    item.make()
    assert state.offset == 7
