"""What is selected with mouse and keyboard, and what a copy of it pastes as."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QTextEdit
from pytestqt.qtbot import QtBot

from app.ui.transcript.selection import CopyAs
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.making import MIXED, chat_of, long_chat, settle


def drag(view: TranscriptView, start: QPoint, end: QPoint) -> None:
    port = view.viewport()
    QTest.mousePress(port, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(port, start + QPoint(5, 0))
    QTest.mouseMove(port, end)
    QTest.mouseRelease(port, Qt.MouseButton.LeftButton, pos=end)


def test_a_drag_selects_across_messages(view: TranscriptView) -> None:
    view.set_branch(chat_of(["First question", "First answer", "Second question", "Second answer"]))
    last = view.flow.placed[-1]
    drag(view, QPoint(500, 30), QPoint(880, last.y))
    view.copy(CopyAs.PLAIN)
    text = QGuiApplication.clipboard().text()
    assert "First answer" in text
    assert "Second answer" in text


def test_select_all_copies_what_was_never_laid_out(view: TranscriptView) -> None:
    view.set_branch(long_chat(200))
    QTest.keyClick(view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    view.copy(CopyAs.MARKDOWN)
    text = QGuiApplication.clipboard().text()
    assert "Question 0:" in text
    assert "Answer 199." in text


def test_rich_text_pastes_into_an_editor_as_it_looked(view: TranscriptView) -> None:
    view.set_branch(
        chat_of(["Hi", f"{MIXED}\n\nThe area is $\\pi r^2$.\n\n```c\nint x;\n```\n\n1. a\n2. b\n"])
    )
    view.select_all()
    view.copy()
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
    row = next(p for p in view.flow.placed if p.at == 1 and view.mounted.lay_out(1, p.row).length())
    left = (view.width() - view.looks.seen.column) // 2

    def darkest() -> int:
        picture = view.viewport().grab(QRect(left, row.y, 90, row.height)).toImage()
        return min(
            picture.pixelColor(x, y).lightness()
            for x in range(picture.width())
            for y in range(picture.height())
        )

    plain = darkest()
    view.select_all()
    assert darkest() <= plain + 25


def test_a_selection_too_large_to_be_made_rich_is_copied_as_it_was_written(
    view: TranscriptView, monkeypatch: pytest.MonkeyPatch
) -> None:
    view.set_branch(long_chat(6))
    view.select_all()
    view.copy()
    assert QGuiApplication.clipboard().mimeData().hasHtml()
    monkeypatch.setattr("app.ui.transcript.selection.RICH_LIMIT", 100)
    view.copy()
    assert not QGuiApplication.clipboard().mimeData().hasHtml()
    assert "## Steps" in QGuiApplication.clipboard().text()
