"""What is selected with mouse and keyboard, and what a copy of it pastes as."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTextEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from app.domain.conversation import MessageStatus
from app.ui.transcript.content.selection import CopyAs
from app.ui.transcript.view import TranscriptView
from app.ui.transcript.widgets.buttons import QuietButton
from app.ui.transcript.widgets.signals import LinkRequest
from tests.ui.transcript.making import MIXED, chat_of, entry, long_chat, settle, thought
from tests.ui.transcript.pointing import at_the_window, spot


def drag(view: TranscriptView, start: QPoint, end: QPoint) -> None:
    port = view.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(port, start + QPoint(5, 0))
    QTest.mouseMove(port, end)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


def test_a_drag_selects_across_messages(view: TranscriptView) -> None:
    view.set_branch(chat_of(["First question", "First answer", "Second question", "Second answer"]))
    last = view._layout.flow.placed[-1]
    drag(view, QPoint(500, 30), QPoint(880, last.y))
    view._selection.copy(CopyAs.PLAIN)
    text = QGuiApplication.clipboard().text()
    assert "First answer" in text
    assert "Second answer" in text


def test_select_all_copies_what_was_never_laid_out(view: TranscriptView) -> None:
    view.set_branch(long_chat(200))
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    view._selection.copy(CopyAs.MARKDOWN)
    text = QGuiApplication.clipboard().text()
    assert "Question 0:" in text
    assert "Answer 199." in text


def test_rich_text_pastes_into_an_editor_as_it_looked(view: TranscriptView) -> None:
    view.set_branch(
        chat_of(["Hi", f"{MIXED}\n\nThe area is $\\pi r^2$.\n\n```c\nint x;\n```\n\n1. a\n2. b\n"])
    )
    view.selection(whole=True)
    view._selection.copy()
    editor = QTextEdit()
    editor.paste()
    document, text = editor.document(), editor.toPlainText()
    assert "\\pi r^2" in text
    assert "int x;" in text
    assert {"Name", "22"} <= set(text.replace("\ufdd0", "\n").split())
    heading = document.find("Steps").block()
    assert heading.blockFormat().headingLevel() == 2
    assert document.find("strength").charFormat().fontWeight() > 400
    assert document.find("emphasis").charFormat().fontItalic()
    assert document.find("link").charFormat().anchorHref() == "https://example.org/a"
    assert document.find("one item").block().textList() is not None
    assert document.find("Value").currentTable() is not None


def test_a_selected_formula_is_as_dark_as_the_text_beside_it(
    view: TranscriptView, qtbot: QtBot
) -> None:
    view.set_branch(chat_of(["Hi", "$\\pi r^2 + \\frac{a}{b}$"]))
    settle(view, qtbot)
    row = next(
        p
        for p in view._layout.flow.placed
        if p.at == 1 and view._layout.widgets.lay_out(1, p.row).length()
    )
    left = (view.width() - view._styles.normal.column) // 2

    def darkest() -> int:
        picture = view.viewport().grab(QRect(left, row.y, 90, row.height)).toImage()
        return min(
            picture.pixelColor(x, y).lightness()
            for x in range(picture.width())
            for y in range(picture.height())
        )

    plain = darkest()
    view.selection(whole=True)
    assert darkest() <= plain + 25


def test_a_selection_too_large_to_be_made_rich_is_copied_as_it_was_written(
    view: TranscriptView, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.set_branch(long_chat(6))
    view.selection(whole=True)
    view._selection.copy()
    assert QGuiApplication.clipboard().mimeData().hasHtml()
    monkeypatch.setattr("app.ui.transcript.content.selection.RICH_LIMIT", 100)
    view._selection.copy()
    assert not QGuiApplication.clipboard().mimeData().hasHtml()
    assert "## Steps" in QGuiApplication.clipboard().text()


# ------------------------------------------------------------------ as the window system does it


def hold(view: TranscriptView, kind: QEvent.Type, point: QPoint) -> None:
    """A mouse event with the left button down; QTest knows no second press that stays."""
    port, button = view.viewport(), Qt.MouseButton.LeftButton
    there = port.mapToGlobal(QPointF(point))
    none = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(port, QMouseEvent(kind, QPointF(point), there, button, button, none))


def copied(view: TranscriptView) -> str:
    view._selection.copy(CopyAs.PLAIN)
    return QGuiApplication.clipboard().text()


def test_a_drag_beyond_the_edge_ends_with_the_button_though_its_message_is_gone(
    qtbot: QtBot,
) -> None:
    window = QWidget()
    view = TranscriptView(window)
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    column.addWidget(view, 1)
    column.addWidget(QTextEdit(maximumHeight=120))
    window.resize(900, 800)
    window.show()
    qtbot.waitExposed(window)
    view.set_branch(long_chat(60))
    view._layout.scroll_to_start()
    first = view._layout.branch.models[0].message.id
    at_the_window(view, QTest.mousePress, spot(view, 0, "Question"))
    at_the_window(view, QTest.mouseMove, QPoint(400, 300))
    at_the_window(view, QTest.mouseMove, QPoint(400, view.height() + 60))
    qtbot.waitUntil(lambda: first not in view._layout.widgets.widgets, timeout=20_000)
    at_the_window(view, QTest.mouseMove, QPoint(400, 300))
    at_the_window(view, QTest.mouseRelease, QPoint(400, 300))
    assert QWidget.mouseGrabber() is None
    # Not the position in pixels: that follows the estimates of heights above.
    before, selected = view._layout.anchor.first_visible_line(), view._selection.selection
    at_the_window(view, QTest.mouseMove, QPoint(400, 200))
    qtbot.wait(100)  # some steps of a view that went on scrolling
    assert view._layout.anchor.first_visible_line() == before
    assert view._selection.selection == selected
    assert "Answer 1." in copied(view)


def test_two_clicks_select_a_word_and_three_a_paragraph(view: TranscriptView) -> None:
    view.set_branch(chat_of(["Hi", "Some plain words.\n\nAnother paragraph."]))
    place = spot(view, 1, "plain")
    at_the_window(view, QTest.mouseClick, place)
    at_the_window(view, QTest.mouseDClick, place)
    assert copied(view) == "plain"
    at_the_window(view, QTest.mouseClick, place)
    assert copied(view) == "Some plain words."


def test_a_drag_after_two_clicks_goes_on_by_words(view: TranscriptView) -> None:
    view.set_branch(chat_of(["Hi", "Some plain words are here."]))
    hold(view, QEvent.Type.MouseButtonDblClick, spot(view, 1, "plain"))
    hold(view, QEvent.Type.MouseMove, spot(view, 1, "plain") + QPoint(3, 0))
    assert copied(view) == "plain"
    hold(view, QEvent.Type.MouseMove, spot(view, 1, "are"))
    assert copied(view) == "plain words are"
    hold(view, QEvent.Type.MouseMove, spot(view, 1, "Some"))
    assert copied(view) == "Some plain"
    hold(view, QEvent.Type.MouseButtonRelease, spot(view, 1, "Some"))


def test_shift_and_a_click_select_from_the_click_before(view: TranscriptView) -> None:
    view.set_branch(chat_of(["Hi", "Some plain words.\n\nAnother paragraph here."]))
    shift = Qt.KeyboardModifier.ShiftModifier
    at_the_window(view, QTest.mouseClick, spot(view, 1, "plain"))
    assert view._selection.selection is None
    at_the_window(view, QTest.mouseClick, spot(view, 1, "paragraph"), shift)
    assert copied(view) == "lain words.\n\nAnother p"
    at_the_window(view, QTest.mouseClick, spot(view, 1, "Some"), shift)
    assert copied(view) == "ome p"


def test_an_answer_that_is_being_written_is_copied_as_far_as_it_has_come(
    view: TranscriptView,
) -> None:
    answer = entry(1, "", status=MessageStatus.STREAMING)
    view.set_branch([*chat_of(["Why?"]), answer])
    view.begin_answer(answer.message.id)
    view.feed(answer.message.id, "Because **of** $x^2$.\n\n```c\nint x;\n```\n\nAnd")
    view.selection(whole=True)
    assert copied(view) == "You:\nWhy?\n\nPhial:\nBecause of $x^2$.\n\nint x;\n\nAnd"
    view._selection.copy(CopyAs.MARKDOWN)
    assert "Because **of** $x^2$." in QGuiApplication.clipboard().text()
    view._selection.copy(CopyAs.RICH)
    assert "<strong>of</strong>" in QGuiApplication.clipboard().mimeData().html()


def test_a_selection_in_rows_that_were_folded_away_is_none(view: TranscriptView) -> None:
    view.set_branch([entry(0, "Hi"), thought(1, "One.\n\nTwo.", "The answer.")])
    at_the_window(view, QTest.mouseDClick, spot(view, 1, "answer"))
    assert copied(view) == "answer"
    toggle = view.findChild(QuietButton, "fold")
    assert toggle is not None
    toggle.click()
    assert view._selection.selection is None
    view.selection(whole=True)
    toggle = view.findChild(QuietButton, "fold")
    assert toggle is not None
    toggle.click()
    assert "The answer." in copied(view)


def test_a_link_that_is_dragged_over_is_selected_and_not_opened(view: TranscriptView) -> None:
    requests: list[LinkRequest] = []
    view.link_activated.connect(requests.append)
    view.set_branch(chat_of(["Hi", "[here it is, a long link text](https://example.org)"]))
    at_the_window(view, QTest.mousePress, spot(view, 1, "here", 0))
    at_the_window(view, QTest.mouseMove, spot(view, 1, "long", 0))
    at_the_window(view, QTest.mouseRelease, spot(view, 1, "long", 0))
    assert not requests
    assert copied(view) == "here it is, a "
    at_the_window(view, QTest.mouseClick, spot(view, 1, "long", 2))
    assert requests == [LinkRequest("https://example.org", "here it is, a long link text")]


def test_what_the_mouse_selected_is_offered_to_the_middle_button(
    view: TranscriptView, monkeypatch: pytest.MonkeyPatch
) -> None:
    offered: list[str] = []
    monkeypatch.setattr(
        "app.ui.transcript.interaction.selection_controller.set_primary_selection",
        lambda text: offered.append(text()),
    )
    view.set_branch(chat_of(["Hi", "Some plain words."]))
    at_the_window(view, QTest.mousePress, spot(view, 1, "plain", 0))
    at_the_window(view, QTest.mouseMove, spot(view, 1, "words", 0))
    assert not offered
    at_the_window(view, QTest.mouseRelease, spot(view, 1, "words", 0))
    assert offered == ["plain "]


def test_a_drag_above_the_view_scrolls_up(view: TranscriptView, qtbot: QtBot) -> None:
    view.set_branch(long_chat(20))
    before = view._layout.flow.position
    at_the_window(view, QTest.mousePress, QPoint(400, 300))
    at_the_window(view, QTest.mouseMove, QPoint(400, 200))
    hold(view, QEvent.Type.MouseMove, QPoint(400, -40))
    qtbot.waitUntil(lambda: view._layout.flow.position < before - 100)
    at_the_window(view, QTest.mouseRelease, QPoint(400, 10))
    stopped = view._layout.anchor.first_visible_line()
    qtbot.wait(80)
    assert view._layout.anchor.first_visible_line() == stopped
