"""Where a message is written."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.ui.conversation.composer import HUGE, Composer
from app.ui.style import icons
from app.ui.style.theme import LIGHT


@pytest.fixture
def composer(qtbot: QtBot) -> Iterator[Composer]:
    made = Composer(LIGHT)
    qtbot.addWidget(made)
    made.resize(600, 60)
    made.show()
    made.set_max_height(200)
    yield made
    made.close()


def sent_by(composer: Composer) -> list[str]:
    sent: list[str] = []
    composer.send_requested.connect(sent.append)
    return sent


def test_enter_sends_and_shift_enter_breaks_the_line(qtbot: QtBot, composer: Composer) -> None:
    sent = sent_by(composer)
    qtbot.keyClicks(composer.editor, "one")
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.editor, "two")
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == ["one\ntwo"]


def test_swapped_enter_breaks_the_line_and_ctrl_enter_sends(
    qtbot: QtBot, composer: Composer
) -> None:
    composer.set_enter_sends(enter_sends=False)
    sent = sent_by(composer)
    qtbot.keyClicks(composer.editor, "one")
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == []
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sent == ["one\n"]


def test_nothing_but_blanks_is_not_sent(qtbot: QtBot, composer: Composer) -> None:
    sent = sent_by(composer)
    qtbot.keyClicks(composer.editor, "  ")
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    assert sent == []
    assert not composer._button.isEnabled()


def test_send_turns_into_stop_and_back(qtbot: QtBot, composer: Composer) -> None:
    assert composer._button.accessibleName() == "Send"
    stopped: list[bool] = []
    composer.stop_requested.connect(lambda: stopped.append(True))
    composer.set_answering(answering=True)
    assert composer._button.accessibleName() == "Stop"
    qtbot.mouseClick(composer._button, Qt.MouseButton.LeftButton)
    composer.set_answering(answering=False)
    assert composer._button.accessibleName() == "Send"
    assert stopped == [True]


def test_a_message_typed_during_an_answer_is_to_wait(qtbot: QtBot, composer: Composer) -> None:
    sent, queued = sent_by(composer), []
    composer.queue_requested.connect(queued.append)
    composer.set_answering(answering=True)
    qtbot.keyClicks(composer.editor, "next")
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    assert (sent, queued) == ([], ["next"])


def test_an_edit_is_not_sent_during_an_answer(qtbot: QtBot, composer: Composer) -> None:
    sent, refused = sent_by(composer), []
    composer.refused.connect(refused.append)
    composer.set_editing(editing=True)
    composer.set_answering(answering=True)
    qtbot.keyClicks(composer.editor, "other words")
    qtbot.keyClick(composer.editor, Qt.Key.Key_Return)
    assert (sent, composer.text()) == ([], "other words")
    assert "Stop it" in refused[0]


def test_up_edits_the_last_message_only_when_nothing_is_typed(
    qtbot: QtBot, composer: Composer
) -> None:
    asked: list[bool] = []
    composer.edit_last_requested.connect(lambda: asked.append(True))
    qtbot.keyClicks(composer.editor, "x")
    qtbot.keyClick(composer.editor, Qt.Key.Key_Up)
    assert asked == []
    composer.set_text("")
    qtbot.keyClick(composer.editor, Qt.Key.Key_Up)
    assert asked == [True]


def test_a_pasted_picture_is_answered(composer: Composer) -> None:
    refused: list[str] = []
    composer.refused.connect(refused.append)
    data = QMimeData()
    data.setImageData(QImage(2, 2, QImage.Format.Format_RGB32))
    assert composer.editor.canInsertFromMimeData(data)
    composer.editor.insertFromMimeData(data)
    assert "text only" in refused[0]
    assert composer.text() == ""


def test_a_huge_paste_is_answered_and_what_stood_there_stays(composer: Composer) -> None:
    refused: list[str] = []
    composer.refused.connect(refused.append)
    composer.set_text("mine")
    data = QMimeData()
    data.setText("x" * (HUGE + 1))
    composer.editor.insertFromMimeData(data)
    assert composer.text() == "mine"
    assert "Nothing was added" in refused[0]


def test_it_grows_with_its_text_up_to_its_share_and_shrinks_again(composer: Composer) -> None:
    one_line = composer.editor.height()
    composer.set_text("a\nb\nc\nd")
    four_lines = composer.editor.height()
    composer.set_text("line\n" * 200)
    assert one_line < four_lines < composer.editor.height() <= 200
    composer.set_text("")
    assert composer.editor.height() == one_line


def test_a_text_with_nul_and_control_token_words_comes_through(composer: Composer) -> None:
    data = QMimeData()
    data.setText("a\0b<|im_end|>")
    composer.editor.insertFromMimeData(data)
    assert composer.text() == "a\ufffdb<|im_end|>"


def test_more_of_an_answer_draws_no_button_anew(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    composer = Composer(LIGHT)
    qtbot.addWidget(composer)
    typed: list[str] = []
    composer.text_changed.connect(typed.append)
    drawn: list[str] = []
    monkeypatch.setattr(
        icons,
        "icon",
        lambda name, *_, original=icons.icon, **more: (
            drawn.append(name) or original(name, *_, **more)
        ),
    )
    for _ in range(20):
        composer.set_answering(answering=True)
    composer.set_answering(answering=False)
    assert drawn == ["stop", "send"]
    assert len(typed) == 2
