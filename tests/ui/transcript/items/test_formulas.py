"""Displayed formulas wider than the column are broken into lines, or scrolled to their end.

One that cannot be drawn is shown as its source.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter
from pytestqt.qtbot import QtBot

from app.markup.maths.foreign_text import width_of
from app.ui.transcript.items.block_items import MathItem
from app.ui.transcript.items.formulas import TILE
from app.ui.transcript.items.row_item import RowDecoration
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.making import chat_of, entry, settle

SUM = "$$y = " + " + ".join(f"a_{{{i}}} b_{{{i}}}" for i in range(1, 25)) + " = 0$$"
MATRIX = r"$$\begin{pmatrix}" + " & ".join(f"m_{{{i}}}" for i in range(60)) + r"\end{pmatrix}$$"


def math_item(view: TranscriptView, qtbot: QtBot, text: str) -> MathItem:
    view.set_branch([entry(0, "Go."), entry(1, text)])
    qtbot.waitUntil(lambda: view.idle, timeout=60_000)
    items = [
        item for widget in view._layout.widgets.widgets.values() for item in widget.items.values()
    ]
    return next(item for item in items if isinstance(item, MathItem))


def inked_columns(image: QImage) -> list[int]:
    paper = image.pixelColor(0, 0)
    return [
        x
        for x in range(image.width())
        if any(image.pixelColor(x, y) != paper for y in range(0, image.height(), 2))
    ]


def test_a_long_sum_takes_more_lines_in_a_narrow_column_and_needs_no_bar(
    make_view: Callable[..., TranscriptView], qtbot: QtBot
) -> None:
    wide = math_item(make_view(1600), qtbot, SUM)
    narrow = math_item(make_view(420), qtbot, SUM)
    assert not narrow.bar
    assert narrow.row.state.content_width <= narrow.room + 1
    assert narrow.body_height() > 2 * wide.body_height()


def test_a_matrix_has_a_bar_that_the_keyboard_reaches_and_that_shows_its_end(
    make_view: Callable[..., TranscriptView], qtbot: QtBot
) -> None:
    view = make_view(420)
    item = math_item(view, qtbot, MATRIX)
    assert item.bar
    assert item.widget is not None
    assert item.widget.focusPolicy().value & 1  # by Tab
    spare = item.row.state.content_width - item.room
    item.widget.setProperty("value", spare)
    assert item.row.state.offset == spare


def test_the_end_of_a_picture_wider_than_a_tile_is_drawn(
    make_view: Callable[..., TranscriptView], qtbot: QtBot
) -> None:
    item = math_item(make_view(420), qtbot, MATRIX)
    result = item.style.formulas.get(
        item.row.block.drawn, display=True, font=item.style.fonts.text, colour="#000000"
    )
    size = max(4.0, 1.5 * TILE / result.width)  # type: ignore[union-attr]
    image = QImage(int(result.width * size), 200, QImage.Format.Format_RGB32)  # type: ignore[union-attr]
    image.setDevicePixelRatio(size)
    image.fill(QColor("white"))
    painter = QPainter(image)
    result.paint(painter, 0, 100 / size)  # type: ignore[union-attr]
    painter.end()
    assert image.width() > TILE
    assert inked_columns(image)[-1] > image.width() - 3 * size


def drawn_columns(item: MathItem) -> list[int]:
    """The columns of pixels in which a formula leaves ink."""
    image = QImage(item.left + item.room + 20, item.height, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    item.paint_body(painter, RowDecoration())
    painter.end()
    return inked_columns(image)


def test_the_number_of_an_equation_stands_at_the_edge_of_the_column(
    make_view: Callable[..., TranscriptView], qtbot: QtBot
) -> None:
    for width in (480, 900):
        plain = drawn_columns(math_item(make_view(width), qtbot, "$$a = b + c$$"))
        item = math_item(make_view(width), qtbot, r"$$a = b + c \tag{1}$$")
        columns = drawn_columns(item)
        assert abs(columns[-1] - (item.left + item.room)) < 6
        body = [x for x in columns if x < item.left + item.room * 3 / 4]
        assert abs(body[0] - plain[0]) < 3, "the equation stands where it would without a number"
        assert abs(body[-1] - plain[-1]) < 3


def test_the_number_of_a_broken_equation_leaves_room_for_it(
    make_view: Callable[..., TranscriptView], qtbot: QtBot
) -> None:
    item = math_item(make_view(420), qtbot, SUM.removesuffix("$$") + r" \tag{27}$$")
    assert not item.bar
    assert abs(drawn_columns(item)[-1] - (item.left + item.room)) < 6


def test_the_number_of_a_matrix_that_is_scrolled_comes_behind_it(
    make_view: Callable[..., TranscriptView], qtbot: QtBot
) -> None:
    item = math_item(make_view(420), qtbot, MATRIX.removesuffix("$$") + r" \tag{3}$$")
    without = math_item(make_view(420), qtbot, MATRIX)
    assert item.bar
    assert item.row.state.content_width > without.row.state.content_width + 20
    item.row.state.offset = item.row.state.content_width - item.room
    assert item.left + item.room - 8 < drawn_columns(item)[-1] <= item.left + item.room


def test_words_of_other_scripts_have_the_room_that_they_take() -> None:
    words = ["السرعة", "المسافة", "عدد", "زوجي", "القوة", "מהירות", "מרחק", "אחרת", "זוגי", "עבור"]
    font = QFont("sans-serif")
    font.setPixelSize(100)
    metrics = QFontMetricsF(font)
    for word in words:
        share = metrics.horizontalAdvance(word) / 100 / width_of(word)
        assert 0.6 < share < 1.06, word


@pytest.mark.parametrize("source", [r"\frobnicate{x}", r"\frac{1}{", "x^2 \\\\ \\nonsense"])
@pytest.mark.parametrize("mark", ["$", "$$"])
def test_what_cannot_be_drawn_is_shown_as_its_source(
    make_view: Callable[..., TranscriptView], qtbot: QtBot, source: str, mark: str
) -> None:
    view, plain = make_view(900), make_view(900)
    view.set_branch(chat_of(["Hi", f"{mark}{source}{mark}"]))
    plain.set_branch(chat_of(["Hi", f"`{mark}{source}{mark}`"]))
    settle(view, qtbot)
    settle(plain, qtbot)
    assert ink(view) > 0.9 * ink(plain) > 0


def ink(view: TranscriptView) -> int:
    """Pixels of an answer's first row with text that are as dark as letters."""
    row = next(p for p in view._layout.flow.placed if p.at == 1 and p.height > 15)
    image = view.viewport().grab(QRect(0, row.y, view.viewport().width(), row.height)).toImage()
    return sum(
        image.pixelColor(x, y).lightness() < 120
        for x in range(image.width())
        for y in range(image.height())
    )


def test_a_numbered_frame_has_its_right_side(
    make_view: Callable[..., TranscriptView], qtbot: QtBot
) -> None:
    plain = drawn_columns(math_item(make_view(900), qtbot, r"$$\boxed{a = b + c}$$"))
    item = math_item(make_view(900), qtbot, r"$$\boxed{a = b + c} \tag{1}$$")
    body = [x for x in drawn_columns(item) if x < item.left + item.room * 3 / 4]
    assert len(body) == pytest.approx(len(plain), abs=1)
