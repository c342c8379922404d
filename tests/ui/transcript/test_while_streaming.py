"""What a reader does with an answer that is still being written."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.conversation import MessageStatus
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.view import TranscriptView
from app.ui.transcript.widgets.buttons import QuietButton
from tests.ui.transcript.making import chat_of, entry

NO_MODIFIER = Qt.KeyboardModifier.NoModifier
THOUGHT = "<think>\nFirst this, then that.\n</think>\n\nThe answer is forty-two."


def streamed(view: TranscriptView, text: str) -> MessageModel:
    """A chat whose answer is being written and has come as far as ``text``."""
    answer = entry(1, "", status=MessageStatus.STREAMING)
    view.set_branch([*chat_of(["Why?"]), answer])
    view.begin_answer(answer.message.id)
    for start in range(0, len(text), 7):
        view.feed(answer.message.id, text[start : start + 7])
    return view._layout.branch.models[1]


def fold(view: TranscriptView) -> None:
    """Press what folds and unfolds the reasoning."""
    toggle = view.findChild(QuietButton, "thinking")
    assert toggle is not None
    toggle.click()


def shown(model: MessageModel) -> str:
    """The text of a message's rows."""
    return "\n".join(row.drawn_text() for row in model.rows)


@pytest.mark.parametrize("so_far", [len("<think>\nFirst this"), len(THOUGHT)])
def test_folding_and_unfolding_the_reasoning_loses_nothing(
    view: TranscriptView, so_far: int
) -> None:
    model = streamed(view, THOUGHT[:so_far])
    folded = shown(model)
    fold(view)
    assert "First this" in shown(model)
    fold(view)
    assert shown(model) == folded
    view.feed(model.message.id, THOUGHT[so_far:])
    fold(view)
    assert "First this, then that." in shown(model)
    assert "forty-two" in shown(model)


def test_a_message_that_falls_out_of_the_context_meanwhile_takes_nothing_from_the_answer(
    view: TranscriptView,
) -> None:
    model = streamed(view, THOUGHT)
    view.set_left_out(frozenset({model.message.id}))
    assert "forty-two" in shown(model)


def test_what_was_streamed_is_not_there_twice_when_the_answer_ends(
    view: TranscriptView,
) -> None:
    model = streamed(view, THOUGHT)
    view.finish(replace(model.message, content=THOUGHT, status=MessageStatus.COMPLETE))
    fold(view)
    assert model.source == THOUGHT
    assert shown(model).count("forty-two") == 1


def test_what_is_looked_for_is_found_in_an_answer_once_it_is_written(
    view: TranscriptView,
) -> None:
    view.set_branch(chat_of(["Why?"]))
    model = streamed(view, "The")
    assert view.find("forty-two") == 0
    view.feed(model.message.id, THOUGHT)
    text = f"The{THOUGHT}"
    view.finish(replace(model.message, content=text, status=MessageStatus.COMPLETE))
    assert view._finder.state.total == 1


def test_a_selection_that_is_dragged_at_the_end_keeps_its_text_under_the_pointer(
    view: TranscriptView, qtbot: QtBot
) -> None:
    model = streamed(view, "A line of the answer.\n\n" * 60)
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
    model = streamed(view, "A line of the answer.\n\n" * 60)
    qtbot.mousePress(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 400))
    view.feed(model.message.id, "And another line.\n\n" * 5)
    qtbot.mouseRelease(view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(300, 400))
    assert view._layout.following
    assert view._layout.flow.bottom_reached
