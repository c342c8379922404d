"""The page beside the answer: opened at a citation, turned, searched, taken from, closed."""

from __future__ import annotations

import base64
import os
import re
from functools import partial
from itertools import count
from pathlib import Path

import pytest
from pypdfium2 import PdfDocument
from pypdfium2.raw import FPDF_PAGEOBJ_IMAGE
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QColor, QDesktopServices, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog
from pytestqt.qtbot import QtBot

from app.engine.base import Cancel
from app.engine.scripted import ScriptedEngine
from app.ui.conversation.marks.page_panel import PagePanel
from app.ui.transcript.content.rows import TableRow
from app.ui.transcript.items.text_items import TableItem
from app.ui.transcript.widgets.mark_buttons import MarkButton
from tests.scenarios.hands import (
    choose_file,
    clipboard,
    command,
    meanwhile,
    press,
    seen,
    transcript,
    wait_for_end,
)
from tests.scenarios.patience import until
from tests.scenarios.registry import scenario
from tests.support.chatting import say
from tests.support.document_files import lines, pdf
from tests.support.dropping import drop
from tests.support.window import Open, Opened
from tests.ui.transcript.pointing import at_the_window, spot

ANSWER = "It cost 1,250,000 euros [1]. It opened in 1963 [1]. The mayor was Ada Quill [2]."
PAGES = [
    lines("The bridge opened in 1962.", "It cost 1,250,000 euros."),
    lines("The mayor was Ada Quill.", "She cut the ribbon of the bridge."),
]


def ask_about(
    qtbot: QtBot,
    open_window: Open,
    tmp_path: Path,
    engine: ScriptedEngine | None = None,
    *,
    wait: bool = True,
) -> Opened:
    """A window with an answer that cites a document of two pages, to its end or not."""
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf(PAGES))
    opened = open_window(engine or ScriptedEngine([ANSWER]))
    opened.window.resize(1500, 800)
    drop(opened.window.pane.composer.editor, path)
    bar = opened.window.pane.composer.attachments
    until(qtbot, lambda: bar.isVisible() and not bar.is_reading)
    say(qtbot, opened, "What did it cost?")
    if wait:
        wait_for_end(qtbot, opened)
    return opened


def panel(qtbot: QtBot, opened: Opened, page: str = "p. 1 of 2") -> PagePanel:
    """The panel, once it shows a page."""

    def shown() -> bool:
        found = opened.window.findChild(PagePanel)
        return found is not None and found.isVisible() and found.where.text() == page

    until(qtbot, shown)
    found = opened.window.findChild(PagePanel)
    assert isinstance(found, PagePanel)
    return found


def open_panel(qtbot: QtBot, asked: Opened) -> PagePanel:
    """The panel at the first citation."""
    command(qtbot, asked, "Chat", "Pages that the answer cites…")
    return panel(qtbot, asked)


def viewer_at_pages(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program that the desktop has for PDF files; what it is told will be in the file."""
    told, program = folder / "told", folder / "bin" / "evince"
    listed = folder / "share" / "applications"
    for made in (program.parent, listed):
        made.mkdir(parents=True)
    program.write_text(f"#!/bin/sh\nprintf '%s\\n' \"$@\" > {told}.part && mv {told}.part {told}\n")
    program.chmod(0o755)
    (listed / "org.viewer.desktop").write_text("[Desktop Entry]\nExec=evince %U\n")
    (listed / "mimeapps.list").write_text(
        "[Default Applications]\napplication/pdf=gone.desktop;org.viewer.desktop;\n"
    )
    for name, value in (("DATA_DIRS", "share"), ("DATA_HOME", "no"), ("CONFIG_HOME", "no")):
        monkeypatch.setenv(f"XDG_{name}", str(folder / value))
    monkeypatch.setenv("PATH", f"{program.parent}:{os.environ['PATH']}")
    return told


def yellow(image: QImage) -> int:
    """How much of a picture is marked."""
    places = [(x, y) for y in range(0, image.height(), 3) for x in range(0, image.width(), 3)]
    colours = (QColor(image.pixel(x, y)) for x, y in places)
    return sum(one.blue() < 180 < one.red() for one in colours)


@scenario("command", "cited_pages")
@scenario("button", "PagePanel: Next mark")
@scenario("button", "PagePanel: Previous mark")
@scenario("button", "PagePanel: Close the page")
def test_marks_are_walked_through_on_the_real_page(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    asked = ask_about(qtbot, open_window, tmp_path)
    asked.window.pane.composer.setFocus()
    command(qtbot, asked, "Chat", "Pages that the answer cites…")
    beside = panel(qtbot, asked)
    assert "word for word" in beside.told.text()
    assert "[1]" not in beside.told.text()
    assert yellow(beside.canvas.picture.pixmap().toImage()) > 20
    assert beside.x() >= asked.window.pane.transcript.width()  # beside it, not over it
    press(beside, "Next mark")
    until(qtbot, lambda: "differs" in beside.told.text())
    press(beside, "Next mark")
    panel(qtbot, asked, "p. 2 of 2")
    press(beside, "Previous mark")
    panel(qtbot, asked)
    assert "differs" in beside.told.text()
    press(beside, "Close the page")
    assert beside.isHidden()
    assert asked.window.focusWidget() is asked.window.pane.composer.editor


def test_a_click_at_a_citation_shows_its_page_and_esc_leads_back(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    asked = ask_about(qtbot, open_window, tmp_path)
    view = transcript(asked)
    until(qtbot, lambda: len(view.findChildren(MarkButton)) == 3)
    names = [one.accessibleName() for one in view.findChildren(MarkButton)]
    assert names[1] == "Cited: report.pdf, p. 1: differs, not there: “1963”"
    asked.window.resize(700, 700)
    view.setFocus()
    qtbot.wait(1)
    at_the_window(view, QTest.mouseClick, spot(view, 1, "Quill [2]", 7))
    beside = panel(qtbot, asked, "p. 2 of 2")
    assert beside.x() < view.width()  # over it: there is no room
    focused = asked.window.focusWidget()
    assert focused is not None
    assert beside.isAncestorOf(focused)
    qtbot.keyClick(focused, Qt.Key.Key_Escape)
    assert beside.isHidden()
    assert asked.window.focusWidget() is view


def test_marks_stand_while_the_answer_is_written_and_lead_to_the_page_as_it_was_read(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    table = "| What | Cost |\n|---|---|\n| Bridge | 1,250,000 euros [1] |\n\n"
    steps = count()

    def ever_slower(seconds: float, cancel: Cancel) -> bool:
        return cancel.wait(seconds if next(steps) < 60 else 0.5)  # all of it stays in view

    engine = ScriptedEngine(
        [table + ANSWER + " And so on." * 100], token_delay=0.01, pause=ever_slower
    )
    asked = ask_about(qtbot, open_window, tmp_path, engine, wait=False)
    view = transcript(asked)
    until(qtbot, lambda: len(view.findChildren(MarkButton)) == 4)
    assert asked.window.controller.answering
    rows = view._layout.branch.models[1].rows
    table = view._layout.widgets.lay_out(
        1, next(number for number, row in enumerate(rows) if isinstance(row, TableRow))
    )
    assert isinstance(table, TableItem)
    assert table.doc.chips, "a colour alone tells nobody what was found"
    places = range(table.length() + 1)
    assert [table.doc.to_row(table.doc.to_document(at)) for at in places] == [*places]
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf([lines("All is another text now.")]))
    view.findChildren(MarkButton)[0].click()
    beside = panel(qtbot, asked)
    assert asked.window.controller.answering
    assert "found: numbers" in beside.told.text()
    assert "The file was changed since it was read." in beside.told.text()
    assert beside.canvas.text.isVisible()
    assert "It cost 1,250,000 euros." in beside.canvas.text.toPlainText()
    asked.window.controller.stop()
    wait_for_end(qtbot, asked)


@scenario("button", "PagePanel: Next page")
@scenario("button", "PagePanel: Previous page")
@scenario("button", "PagePanel: Larger")
@scenario("button", "PagePanel: Smaller")
@scenario("button", "PagePanel: Show as text")
def test_pages_are_turned_enlarged_searched_and_read_as_text(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    asked = ask_about(qtbot, open_window, tmp_path)
    opened_panel = open_panel(qtbot, asked)
    press(opened_panel, "Next page")
    panel(qtbot, asked, "p. 2 of 2")
    button = seen(opened_panel, QAbstractButton, "Next page")
    told = QAccessible.queryAccessibleInterface(button).actionInterface()
    assert "Press" in told.actionNames()  # as an assistive client turns it
    press(opened_panel, "Previous page")
    panel(qtbot, asked)
    picture = opened_panel.canvas.picture
    wide = picture.width()
    press(opened_panel, "Larger")
    until(qtbot, lambda: picture.width() > wide + 50)
    press(opened_panel, "Smaller")
    until(qtbot, lambda: abs(picture.width() - wide) < 50)
    qtbot.keyClicks(opened_panel.field, "RIBBON")
    qtbot.keyClick(opened_panel.field, Qt.Key.Key_Return)
    panel(qtbot, asked, "p. 2 of 2")
    assert opened_panel.told.text() == "Match 1 of 1"
    press(opened_panel, "Show as text")
    until(qtbot, opened_panel.canvas.text.isVisible)
    assert "ribbon of the bridge" in opened_panel.canvas.text.toPlainText()


@scenario("button", "PagePanel: Copy")
@scenario("button", "PagePanel: Quote")
@scenario("button", "PagePanel: Ask about this")
@scenario("button", "PagePanel: Open the file")
def test_words_are_taken_from_the_page(
    qtbot: QtBot, open_window: Open, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = ask_about(qtbot, open_window, tmp_path)
    opened_panel = open_panel(qtbot, asked)
    composer = asked.window.pane.composer
    press(opened_panel, "Copy")
    assert clipboard() == "It cost 1,250,000 euros"
    press(opened_panel, "Quote")
    assert composer.text().startswith("> It cost 1,250,000 euros")
    assert "report.pdf" in composer.text()
    composer.set_text("")
    press(opened_panel, "Ask about this")
    assert composer.text() == "“It cost 1,250,000 euros” (report.pdf, p. 1): "
    shown = viewer_at_pages(tmp_path, monkeypatch)
    press(opened_panel, "Next page")
    panel(qtbot, asked, "p. 2 of 2")
    press(opened_panel, "Open the file")
    until(qtbot, shown.exists)
    assert shown.read_text().splitlines() == ["--page-index=2", str(tmp_path / "report.pdf")]
    monkeypatch.setenv("PATH", str(tmp_path / "nowhere"))  # no program that can be told a page
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    press(opened_panel, "Open the file")
    assert [Path(one).name for one in opened] == ["report.pdf"]


@scenario("command", "evidence")
@scenario("question", "PageCommands.save_evidence: getSaveFileName")
def test_an_answer_is_saved_with_its_checks_and_pictures_of_the_places(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    asked = ask_about(qtbot, open_window, tmp_path)
    page, paper = tmp_path / "evidence.html", tmp_path / "evidence.pdf"
    for path in (page, paper):
        with meanwhile(qtbot, QFileDialog, partial(choose_file, path=path)):
            command(qtbot, asked, "Chat", "Save evidence of the answer\u2026")
        until(qtbot, path.exists)
    html = page.read_text("utf-8")
    assert "What did it cost?" in html
    assert "report.pdf, p. 1: differs, not there: “1963”" in html
    pictures = re.findall(r"data:image/png;base64,([^\"]+)", html)
    drawn = [QImage.fromData(base64.b64decode(one)) for one in pictures]
    assert len(drawn) == 3
    assert all(yellow(one) > 20 for one in drawn)
    assert paper.read_bytes().startswith(b"%PDF")
    made = PdfDocument(paper)
    words = "".join(one.get_textpage().get_text_bounded() for one in made)
    assert "report.pdf, p. 2: word for word" in " ".join(words.split())
    assert any(one.type == FPDF_PAGEOBJ_IMAGE for sheet in made for one in sheet.get_objects())
    made.close()
