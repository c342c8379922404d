"""What has to stay together in a line does: a source's sign, a formula, the full stop behind it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.ui.transcript.content.marks import Mark, MarkKind, MarkTone
from app.ui.transcript.content.rows import TextRow
from app.ui.transcript.content.runs import OBJECT
from app.ui.transcript.content.selection import CopyAs
from app.ui.transcript.items.highlights import x_at
from app.ui.transcript.items.mark_drawing import CHIP_SPACE
from app.ui.transcript.items.text_items import TextItem
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.making import chat_of, settle

TEXT = (
    "The lamp was lit in the year of the storm [1]. The keeper wrote that the stairs had burned "
    "[2], and nobody ever knew why that was so [3]. Then all of it was built again [1]."
)


def marks() -> tuple[Mark, ...]:
    """A mark for each number, each with a sign behind it."""
    tones = {"1": MarkTone.GOOD, "2": MarkTone.DOUBT, "3": MarkTone.WRONG}
    return tuple(
        Mark(at, at + 3, MarkKind.CITATION, tones[TEXT[at + 1]], "It is said on page 4.", "✓")
        for at, letter in enumerate(TEXT)
        if letter == "["
    )


CLINGING = (
    "Of the letters $a_1$, $b$ and $c$. Each is small ($x$), and the $n$th of them is $k$-fold; "
    "then $\\frac{1}{2}$! Half of $y$**,** or $z$\u2019s, and of $1 + 1 = 3$. It ends with $q$."
)
HEBREW = (
    "\u05d4\u05e2\u05e8\u05da $a_1$, \u05d0\u05d5 $x$. \u05e9\u05dc\u05d5\u05dd $\\frac{1}{2}$! "
    * 3
)


@pytest.mark.parametrize("text", [CLINGING, HEBREW.strip()])
@pytest.mark.parametrize("marked", [False, True])
def test_what_clings_to_a_formula_stands_beside_it(
    view: TranscriptView, qtbot: QtBot, text: str, *, marked: bool
) -> None:
    view.set_branch(chat_of(["Hi", text]))
    model = view._layout.branch.models[1]
    if marked:
        parts = [part for part in ("$1 + 1 = 3$", "$x$") if part in text]
        spots = [(text.index(part), text.index(part) + len(part)) for part in parts]
        chips = [
            Mark(*at, MarkKind.SUM, MarkTone.WRONG, "It is 2.", "\u2260 2") for at in sorted(spots)
        ]
        view.notes.set_marks(model.message.id, tuple(chips))
    row = next(at for at, one in enumerate(model.rows) if isinstance(one, TextRow))
    for width in range(230, 900, 7):  # a window that is drawn wider by its edge
        view.resize(width, 700)
        settle(view, qtbot)
        item = view._layout.widgets.lay_out(1, row)
        assert isinstance(item, TextItem)
        block = item.doc.firstBlock()
        layout, written = block.layout(), block.text()
        lines = [layout.lineAt(at) for at in range(layout.lineCount())]
        before = [written[line.textStart() - 1] for line in lines[1:]]
        assert set(before) <= {" ", "-"}, f"{width}: {before}"
        assert item.doc.idealWidth() <= item.room + 1
        back = written.index(OBJECT + CHIP_SPACE)  # the first has a comma behind it
        line = layout.lineForTextPosition(back)
        assert item.doc.formulas is not None
        wide = item.doc.formulas.drawn[0].width
        comma = abs(x_at(line, back + 2) - x_at(line, back))
        assert comma == pytest.approx(wide, abs=1), "the comma stands where the formula ends"
        assert item.doc.to_row(item.doc.to_document(back + 1)) == back + 1
        assert item.doc.to_row(back + 2) == back + 1
    view._selection.select_all()
    view._selection.copy(CopyAs.MARKDOWN)
    assert text in QGuiApplication.clipboard().text()


@pytest.mark.parametrize("width", [340, 520, 900])
def test_no_line_begins_with_a_full_stop_or_with_a_sign(
    view: TranscriptView, qtbot: QtBot, width: int
) -> None:
    view.set_branch(chat_of(["Hi", TEXT]))
    model = view._layout.branch.models[1]
    view.notes.set_marks(model.message.id, marks())
    row = next(at for at, one in enumerate(model.rows) if isinstance(one, TextRow))
    for narrower in range(0, 90, 6):  # a window that is drawn smaller by its edge
        view.resize(width - narrower, 700)
        settle(view, qtbot)
        item = view._layout.widgets.lay_out(1, row)
        assert isinstance(item, TextItem)
        layout, text = item.doc.firstBlock().layout(), item.doc.firstBlock().text()
        lines = [layout.lineAt(at) for at in range(layout.lineCount())]
        begin = [text[line.textStart()] for line in lines]
        assert not {".", ",", CHIP_SPACE} & set(begin), f"{view.width()}: {begin}"
    picture = view.viewport().grab().toImage()
    placed = next(one for one in view._layout.flow.placed if (one.at, one.row) == (1, row))
    left = view._layout.widgets.widget_of(model).mapTo(view.viewport(), QPoint(0, 0)).x()
    for area in item.marked():
        assert area.chip is not None
        assert area.rects[-1].contains(area.chip)
        place = area.chip.translated(left, placed.y).toAlignedRect()
        drawn = {
            picture.pixel(x, y)
            for x in range(place.left(), place.right())
            for y in range(place.top(), place.bottom())
        }
        assert len(drawn) > 6, f"no sign is drawn at {place}"  # letters have edges of many colours
    view._selection.select_all()
    view._selection.copy(CopyAs.PLAIN)
    assert TEXT in QGuiApplication.clipboard().text()
