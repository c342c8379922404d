"""Nothing moves under the reader: seeded walks through chats whose heights are estimates."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.conversation import BranchMessage, MessageStatus
from app.ui.style.typography import Typesetting
from app.ui.transcript.content.rows import MathRow
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.making import MIXED, chat_of, entry, long_chat, settle

SEEDS = range(4)
STILL = 1.0
"""Pixels that a line may move and still stands still."""


@dataclass(frozen=True)
class Seen:
    """A line that the reader looks at."""

    message_id: str
    text: str
    offset: int
    y: float


def first_line(view: TranscriptView) -> Seen:
    """The first whole line in view, found without the view's own search for it."""
    for placed in view._layout.flow.placed:
        model = view._layout.branch.models[placed.at]
        text = model.rows[placed.row].drawn_text()
        if not text:
            continue
        item = view._layout.widgets.lay_out(placed.at, placed.row)
        for offset in range(len(text)):
            y = placed.y + item.caret_rect(offset).y()
            if y >= -0.5:  # less than half a pixel is missing
                return Seen(model.message.id, text, offset, y)
    raise AssertionError("no text in view")


def top_now(view: TranscriptView, seen: Seen) -> float:
    """Where that line stands now."""
    at = view._layout.branch.by_id[seen.message_id]
    for placed in view._layout.flow.placed:
        if (
            placed.at == at
            and view._layout.branch.models[at].rows[placed.row].drawn_text() == seen.text
        ):
            return (
                placed.y + view._layout.widgets.lay_out(at, placed.row).caret_rect(seen.offset).y()
            )
    raise AssertionError(f"{seen.text[:40]!r} is out of sight")


def wordy_chat(count: int) -> list[BranchMessage]:
    """Paragraphs of several lines, with a formula of their own and one that is drawn late."""
    words = "The value follows from the line above, as the sketch shows in some detail. "
    late = r"$$\begin{pmatrix}%s\end{pmatrix}$$"
    texts = []
    for i in range(count):
        rows = r"\\".join(f"{i} & x_{{{i}}} & {k}" for k in range(2 + i % 5))
        formula = rf"so $\sum_{{k=1}}^{{{i}}} \frac{{k}}{{{i + 1}}}$ and "
        texts.append(f"{words * (1 + i % 3)}{formula}{words * 6}\n\n{late % rows}\n\n{words * 4}")
    return [entry(i, text, user=False) for i, text in enumerate(texts)]


def somewhere(view: TranscriptView, qtbot: QtBot, chance: random.Random) -> Seen:
    """Open a chat of sixty messages anywhere inside; the line that the reader looks at then."""
    view.set_branch(wordy_chat(60))
    place = chance.randrange(2000, view._layout.branch.index.total - 4000)
    view._layout.scroll_to(place, end=False)
    settle(view, qtbot)
    # What is drawn late is there now: the line that is held begins where it seems to begin.
    view._layout.scroll_to(view._layout.flow.position + 100, end=False)
    settle(view, qtbot)
    return first_line(view)


@pytest.mark.parametrize("seed", SEEDS)
def test_late_formulas_and_corrected_heights_leave_the_line_where_it_is(
    view: TranscriptView, qtbot: QtBot, seed: int
) -> None:
    chance = random.Random(seed)
    view.set_branch(wordy_chat(60))
    for _ in range(6):
        inside = chance.randrange(1500, view._layout.branch.index.total - 3000)
        view._layout.scroll_to(inside, end=False)
        seen = first_line(view)
        delta = chance.randrange(-90, int(seen.y) + 1)
        view._layout.scroll_by(delta)
        settle(view, qtbot)
        assert abs(top_now(view, seen) - (seen.y - delta)) <= STILL


@pytest.mark.parametrize("seed", SEEDS)
def test_any_widths_one_after_the_other_keep_the_line(
    view: TranscriptView, qtbot: QtBot, seed: int
) -> None:
    chance = random.Random(seed)
    seen = somewhere(view, qtbot, chance)
    for _ in range(8):
        view.resize(chance.randrange(420, 1500), 700)
        QApplication.processEvents()
        assert abs(top_now(view, seen) - seen.y) <= STILL
    view.resize(900, 700)
    settle(view, qtbot)
    assert first_line(view) == replace(seen, y=pytest.approx(seen.y, abs=STILL))


def test_zoom_keeps_the_line(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_branch(wordy_chat(40))
    view._layout.scroll_by(-3000)
    settle(view, qtbot)
    seen = first_line(view)
    for percent in (110, 150, 200, 80, 100):
        view.restyle(typesetting=Typesetting(zoom=percent))
        assert abs(top_now(view, seen) - seen.y) <= STILL
    settle(view, qtbot)
    assert abs(top_now(view, seen) - seen.y) <= STILL


def wheel(view: TranscriptView, pixels: int) -> None:
    where = QPointF(300, 300)
    view.wheelEvent(
        QWheelEvent(
            where,
            where,
            QPoint(0, pixels),
            QPoint(0, 0),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.ScrollUpdate,
            False,
        )
    )


@pytest.mark.parametrize("seed", SEEDS)
def test_a_touchpad_moves_the_text_by_its_pixels_and_no_more(
    view: TranscriptView, qtbot: QtBot, seed: int
) -> None:
    chance = random.Random(seed)
    view.set_branch(wordy_chat(40))
    view._layout.scroll_by(-9000)
    settle(view, qtbot)
    seen = first_line(view)
    for _ in range(60):
        step = chance.randrange(-25, 60)
        wheel(view, step)
        seen = replace(seen, y=seen.y + step)
        if not 0 <= seen.y < 350:  # out of the upper half: another one is read
            settle(view, qtbot)
            seen = first_line(view)
        elif chance.random() < 0.3:
            settle(view, qtbot)
        else:
            QApplication.processEvents()
        assert abs(top_now(view, seen) - seen.y) <= STILL


def test_a_formula_that_comes_above_the_line_read_pushes_what_is_above_it(
    view: TranscriptView, qtbot: QtBot
) -> None:
    view.set_branch(wordy_chat(20))
    rows = view._layout.branch.open(12).rows
    display = next(number for number, row in enumerate(rows) if isinstance(row, MathRow))
    view._layout.flow.show(12, display + 1, 0)  # the paragraph below it is at the top
    view._layout.arrange()
    seen = first_line(view)
    estimate = view._layout.widgets.lay_out(12, display)
    assert estimate.pending
    delta = estimate.height + 60  # as far up as the last lines of the paragraph above it
    assert delta < view.viewport().height() / 3
    view._layout.scroll_by(-delta)
    assert first_line(view).text != seen.text
    settle(view, qtbot)
    assert view._layout.widgets.lay_out(12, display).height != estimate.height
    assert abs(top_now(view, seen) - seen.y - delta) <= STILL


@pytest.mark.parametrize("way", [-1, 1])
def test_dragging_the_bar_through_a_chat_never_goes_back(
    view: TranscriptView, qtbot: QtBot, way: int
) -> None:
    view.set_branch(wordy_chat(24))
    if way > 0:
        view._layout.scroll_to_start()
    settle(view, qtbot)
    bar = view.verticalScrollBar()
    bar.setSliderDown(True)
    places, step = [], max(1, bar.maximum() // 250)
    while bar.value() != (0 if way < 0 else bar.maximum()):
        bar.setValue(max(0, min(bar.maximum(), bar.value() + way * step)))
        QApplication.processEvents()
        first = view._layout.flow.placed[0]
        height = first.height or 1
        places.append((first.at, first.row, -first.y / height))
    bar.setSliderDown(False)
    assert places == sorted(places, reverse=way < 0)
    assert view._layout.flow.bottom_reached if way > 0 else view._layout.flow.position == 0


def test_pages_there_and_back_lead_to_the_same_line(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_branch(wordy_chat(30))
    view._layout.scroll_by(-6000)
    page = view.verticalScrollBar().pageStep()

    def there_and_back() -> None:
        for way in (-1, 1):
            for _ in range(5):
                view._layout.scroll_by(way * page)
                settle(view, qtbot)

    there_and_back()  # formulas that come late make what is below them longer
    seen = first_line(view)
    there_and_back()
    assert abs(top_now(view, seen) - seen.y) <= STILL


@pytest.mark.parametrize("seed", SEEDS)
def test_an_answer_grows_and_ends_below_a_reader_without_moving_a_line(
    view: TranscriptView, qtbot: QtBot, seed: int
) -> None:
    chance = random.Random(seed)
    text = wordy_chat(3)[2].message.content + "\n\n" + MIXED
    answer = entry(7, "", status=MessageStatus.STREAMING)
    view.set_branch([*long_chat(6), entry(6, "And now?"), answer])
    key = answer.message.id
    view.begin_answer(key)
    cut = chance.randrange(700, 1200)
    view.feed(key, text[:cut])
    view._layout.scroll_by(-chance.randrange(40, 300))
    settle(view, qtbot)
    seen = first_line(view)
    while cut < len(text):
        step = chance.randrange(1, 60)
        view.feed(key, text[cut : cut + step])
        cut += step
        QApplication.processEvents()
        assert abs(top_now(view, seen) - seen.y) <= STILL
        assert not view._layout.flow.bottom_reached
    view.finish(replace(answer.message, content=text, status=MessageStatus.COMPLETE))
    settle(view, qtbot)
    assert abs(top_now(view, seen) - seen.y) <= STILL


@pytest.mark.parametrize("seed", SEEDS)
def test_a_place_is_found_again_at_another_width(
    make_view: Callable[..., TranscriptView], qtbot: QtBot, seed: int
) -> None:
    view, other = make_view(width=900), make_view(width=600, typesetting=Typesetting(zoom=120))
    seen = somewhere(view, qtbot, random.Random(seed))
    place = view.scroll_position()
    assert place is not None
    other.set_branch(wordy_chat(60), anchor=replace(place, y=0))
    settle(other, qtbot)
    assert abs(top_now(other, seen)) <= STILL


def test_a_place_far_into_a_long_answer_is_reached_once_it_is_read(
    make_view: Callable[..., TranscriptView], qtbot: QtBot
) -> None:
    chat = chat_of(["All of it", "\n\n".join(f"{i}. {MIXED}" for i in range(120))])
    view, other = make_view(), make_view()
    view.set_branch(chat)
    settle(view, qtbot)
    view._layout.scroll_to(view._layout.branch.index.total * 3 // 4, end=False)
    settle(view, qtbot)
    place, seen = view.scroll_position(), first_line(view)
    other.set_branch(chat, anchor=place)
    assert other._layout.branch.models[1].has_unparsed
    settle(other, qtbot)
    assert abs(top_now(other, seen) - seen.y) <= STILL
