"""What a search found is marked where it stands, and marking much costs little."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter, QPicture
from pytestqt.qtbot import QtBot

from app.ui.transcript.items.row_item import RowDecoration
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.making import chat_of, settle

TEXT = """Some needle in a longer line of words that goes on until it has to be broken, needle.

| a | needle |
|---|---|
| b | two words |

```c
int needle;
```

שלום needle עולם

A formula $needle + x$.
"""


def coloured(picture: QImage, area: QRect, colour: str) -> int:
    """Pixels of a colour in an area."""
    wanted = QColor(colour).rgb()
    return sum(
        picture.pixel(x, y) == wanted
        for x in range(area.left(), area.right())
        for y in range(area.top(), area.bottom())
    )


def pictured(view: TranscriptView) -> QImage:
    pixmap = view.viewport().grab()
    assert pixmap.devicePixelRatio() == 1
    return pixmap.toImage()


@pytest.mark.parametrize("width", [900, 420])
def test_every_match_is_marked_where_it_stands_and_nothing_else(
    view: TranscriptView, qtbot: QtBot, width: int
) -> None:
    view.resize(width, 900)
    view.set_branch(chat_of(["Hi", TEXT]))
    settle(view, qtbot)
    theme = view._styles.theme
    everywhere = view.viewport().rect()
    assert coloured(pictured(view), everywhere, theme.match) == 0
    assert view.find("needle") == 6
    marked = pictured(view)
    for placed in view._layout.flow.placed:
        matches, _ = view._finder.matches_in(placed.at, placed.row)
        band = QRect(0, placed.y, view.viewport().width(), placed.height).intersected(everywhere)
        assert (coloured(marked, band, theme.match) > 60) is bool(matches), placed
    view.find_next()
    marked = pictured(view)
    row = view._finder._current
    assert row is not None
    place = next(p for p in view._layout.flow.placed if (p.at, p.row) == (row.at, row.row))
    band = QRect(0, place.y, view.viewport().width(), place.height)
    assert coloured(marked, band, theme.match_current) > 60
    assert coloured(marked, band, theme.match) > 60  # the other one of the same paragraph
    assert coloured(marked, everywhere, theme.match_current) == coloured(
        marked, band, theme.match_current
    )


def test_a_match_over_two_lines_is_marked_on_both(view: TranscriptView, qtbot: QtBot) -> None:
    words = " ".join(["word"] * 60)
    view.set_branch(chat_of(["Hi", f"Begin {words} end."]))
    settle(view, qtbot)
    assert view.find(f"Begin {words} end.") == 1
    place = next(p for p in view._layout.flow.placed if view._finder.matches_in(p.at, p.row)[0])
    marked = pictured(view)
    left = (view.width() - view._styles.normal.column) // 2
    lines = range(place.y, place.y + place.height)
    seen = {y for y in lines if marked.pixel(left + 1, y) == QColor(view._styles.theme.match).rgb()}
    thirds = {3 * (y - place.y) // place.height for y in seen}
    assert thirds == {0, 1, 2}


def test_thousands_of_matches_in_a_paragraph_are_drawn_as_one_area(
    view: TranscriptView, qtbot: QtBot
) -> None:
    view.set_branch(chat_of(["Hi", "several plain words here " * 380]))
    settle(view, qtbot)
    place = next(p for p in view._layout.flow.placed if p.height > 200)
    item = view._layout.widgets.item(place.at, place.row)
    assert item is not None
    text = view._layout.branch.models[place.at].rows[place.row]
    letters = [i for i, letter in enumerate(text.copied_text()) if letter == "e"]
    assert len(letters) > 1500

    def drawn(count: int) -> int:
        """Bytes of all that is drawn: words, their places, and what they are clipped by."""
        picture = QPicture()
        painter = QPainter(picture)
        painter.setClipRect(view.viewport().rect())
        item.paint_body(painter, RowDecoration(None, tuple((i, i + 1) for i in letters[:count])))
        painter.end()
        return picture.size()

    text_once = drawn(0)
    assert drawn(20) < 4 * text_once
    assert drawn(len(letters)) < 4 * text_once + 100 * len(letters)
