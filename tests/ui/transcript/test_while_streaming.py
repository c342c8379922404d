"""What a reader does with an answer that is still being written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.domain.conversation import MessageStatus
from app.domain.parts import Part, PlacedPart, ReasoningPart, TextPart
from app.ui.style.theme import LIGHT
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.view import TranscriptView
from app.ui.transcript.widgets.buttons import QuietButton
from app.ui.transcript.widgets.footer import Footer
from tests.ui.transcript.making import MIXED, chat_of, entry

NO_MODIFIER = Qt.KeyboardModifier.NoModifier
THOUGHT, SAID = "First this, then that.", "The answer is forty-two."
PIECES = (
    *(ReasoningPart(THOUGHT[at : at + 7], closed=False) for at in range(0, len(THOUGHT), 7)),
    ReasoningPart("", 12.0),
    *(TextPart(SAID[at : at + 7]) for at in range(0, len(SAID), 7)),
)


def streamed(view: TranscriptView, pieces: Sequence[Part]) -> MessageModel:
    """A chat whose answer is being written and has come as far as these pieces."""
    answer = entry(1, "", status=MessageStatus.STREAMING)
    view.set_branch([*chat_of(["Why?"]), answer])
    view.begin_answer(answer.message.id)
    for piece in pieces:
        view.feed(answer.message.id, piece)
    return view._layout.branch.models[1]


def fold(view: TranscriptView) -> None:
    """Press what folds and unfolds the reasoning."""
    toggle = view.findChild(QuietButton, "fold")
    assert toggle is not None
    toggle.click()


def shown(model: MessageModel) -> str:
    """The text of a message's rows."""
    return "\n".join(row.drawn_text() for row in model.rows)


@pytest.mark.parametrize("so_far", [2, len(PIECES)])
def test_folding_and_unfolding_the_reasoning_loses_nothing(
    view: TranscriptView, so_far: int
) -> None:
    model = streamed(view, PIECES[:so_far])
    folded = shown(model)
    fold(view)
    assert "First this" in shown(model)
    fold(view)
    assert shown(model) == folded
    for piece in PIECES[so_far:]:
        view.feed(model.message.id, piece)
    fold(view)
    assert "First this, then that." in shown(model)
    assert "forty-two" in shown(model)


def test_a_message_that_falls_out_of_the_context_meanwhile_takes_nothing_from_the_answer(
    view: TranscriptView,
) -> None:
    model = streamed(view, PIECES)
    view.notes.set_left_out(frozenset({model.message.id}))
    assert "forty-two" in shown(model)


def test_what_was_streamed_is_not_there_twice_when_the_answer_ends(
    view: TranscriptView,
) -> None:
    model = streamed(view, PIECES)
    placed = (PlacedPart(0, ReasoningPart(THOUGHT, 12.0)),)
    done = replace(model.message, content=SAID, placed=placed, status=MessageStatus.COMPLETE)
    view.finish(done)
    fold(view)
    assert shown(model).count("First this") == 1
    assert shown(model).count("forty-two") == 1


def test_what_is_looked_for_is_found_in_an_answer_once_it_is_written(
    view: TranscriptView,
) -> None:
    view.set_branch(chat_of(["Why?"]))
    model = streamed(view, [TextPart("The")])
    assert view.find("forty-two") == 0
    view.feed(model.message.id, SAID)
    text = f"The{SAID}"
    view.finish(replace(model.message, content=text, status=MessageStatus.COMPLETE))
    assert view._finder.state.total == 1


def test_a_selection_that_is_dragged_at_the_end_keeps_its_text_under_the_pointer(
    view: TranscriptView, qtbot: QtBot
) -> None:
    model = streamed(view, [TextPart("A line of the answer.\n\n" * 60)])
    assert view._layout.following
    surface, left = view.viewport(), Qt.MouseButton.LeftButton
    qtbot.mousePress(surface, left, pos=QPoint(300, 400))
    move = QPointF(380, 440)
    QApplication.sendEvent(
        surface,
        QMouseEvent(
            QEvent.Type.MouseMove, move, surface.mapToGlobal(move), left, left, NO_MODIFIER
        ),
    )
    stood = [(placed.row, placed.y) for placed in view._layout.flow.placed]
    view.feed(model.message.id, "And another line.\n\n" * 5)
    assert [(placed.row, placed.y) for placed in view._layout.flow.placed][
        : len(stood) - 1
    ] == stood[:-1]
    assert not view._layout.following
    assert view._layout.pill.isVisible()
    qtbot.mouseRelease(surface, left, pos=QPoint(380, 440))
    view.feed(model.message.id, "And one more.\n\n" * 5)
    assert [(placed.row, placed.y) for placed in view._layout.flow.placed][
        : len(stood) - 1
    ] == stood[:-1]
    view._layout.pill.click()
    assert view._layout.flow.bottom_reached


def test_a_mere_click_while_text_comes_does_not_stop_following_it(
    view: TranscriptView, qtbot: QtBot
) -> None:
    model = streamed(view, [TextPart("A line of the answer.\n\n" * 60)])
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 400))
    view.feed(model.message.id, "And another line.\n\n" * 5)
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 400))
    assert view._layout.following
    assert view._layout.flow.bottom_reached


def test_what_is_shown_while_text_comes_is_what_a_whole_arrangement_shows(
    view: TranscriptView,
) -> None:
    model = streamed(view, [TextPart("A line of the answer.\n\n" * 30)])
    text = f"{MIXED}\n\nA line\\\nand another."
    for start in range(0, len(text), 8):
        view.feed(model.message.id, text[start : start + 8])
        seen, stood = view.viewport().grab().toImage(), [*view._layout.flow.placed]
        view._layout.relayout()
        view._layout.widgets.repaint()
        assert view._layout.flow.placed == stood
        assert view.viewport().grab().toImage() == seen


class Painted(QObject):
    """Notes how much of a widget is painted, pixels from top to bottom."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.heights: list[int] = []
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.heights.append(event.region().boundingRect().height())
        return False


def test_only_what_is_new_is_painted_also_below_a_style_sheet(
    view: TranscriptView, qtbot: QtBot
) -> None:
    model = streamed(view, [TextPart("A line of the answer.\n\n" * 60)])
    widget = view._layout.widgets.widgets[model.message.id]
    for sheet in ("", "QGroupBox { border: none; }", "QGroupBox { margin: 0; }"):
        view.setStyleSheet(sheet)
        QApplication.processEvents()
        painted = Painted(widget)
        view.feed(model.message.id, "And another line.\n\nAnd one more.\n\n")
        qtbot.waitUntil(lambda seen=painted: bool(seen.heights))
        assert max(painted.heights) < widget.height() / 2, sheet


def accents(view: TranscriptView) -> int:
    """How many pixels of what is shown have the accent's colour."""
    image = view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    return bytes(image.constBits()).count(QColor(LIGHT.accent).rgb().to_bytes(4, "little"))


def test_a_caret_stands_where_the_next_word_comes_until_the_answer_ends(
    view: TranscriptView,
) -> None:
    model = streamed(view, PIECES[4:6])
    caret = accents(view)
    assert caret > 4
    for words in ("The first paragraph.\n\n", "The second", " goes on"):
        view.feed(model.message.id, words)
        assert accents(view) == caret  # there is one, wherever it stood before
    view.finish(replace(model.message, content="It ended.", status=MessageStatus.COMPLETE))
    assert accents(view) == 0


def test_an_answer_stands_by_its_question_and_apart_from_the_next(view: TranscriptView) -> None:
    view.set_branch(chat_of(["Why?", "Because.", "And then?", "Nothing."]))
    widgets = view._layout.widgets.widgets
    asked, answered, next_asked, _ = (
        widgets[model.message.id] for model in view._layout.branch.models
    )
    image, bubble = view.viewport().grab().toImage(), QColor(LIGHT.bubble)
    x = asked.geometry().right() - 28 - 12
    tinted = [y for y in range(image.height()) if image.pixelColor(x, y) == bubble]
    first_end = next(y for y in tinted if y + 1 not in tinted)
    second_start = next(y for y in tinted if y > first_end)
    text = answered.visible_rows[1]
    assert 16 <= answered.y() + text.y - first_end <= 22  # an edge is a pixel of neither colour
    below = answered.y() + text.y + text.height
    assert 36 <= second_start - below <= 44
    assert next_asked.y() >= below
    for footer in view.findChildren(Footer):  # it floats over the gap: hovering moves nothing
        places, total = [one.geometry() for one in footer.buttons], view._layout.branch.index.total
        footer.reveal(True)
        assert [one.geometry() for one in footer.buttons] == places
        assert view._layout.branch.index.total == total
