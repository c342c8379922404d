"""Pages end well: lead-ins stand with what follows, no line is alone, no box is begun empty."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLocale
from PySide6.QtGui import QPageSize, QTextBlock, QTextDocument
from pytestqt.qtbot import QtBot

from app.markup.transfer.values import ExportOptions
from app.ui.transfer import pdf, pdf_breaks, pdf_pages
from tests.unit.markup.transfer.making import conversation_of


def bad_ends(doc: QTextDocument, height: float) -> list[str]:
    """What is torn by the end of a page."""
    pages = pdf_breaks._Pages(doc, height)
    leads: list[pdf_breaks.Item] = []
    found = []
    for item in list(pdf_breaks._items(doc)):
        if isinstance(item, QTextBlock) and not item.text().strip():
            continue
        if pages.ends_badly(item, leads):
            kind = "text"
            if not isinstance(item, QTextBlock):
                kind = "lone line of a box" if pages.leaves_one_line(item) else "box"
            found.append(f"lead and {kind}" if leads else kind)
        leads = [*leads, item] if pdf_breaks._leads(item) else []
    return found


def text(lines: int) -> str:
    table = "| a | b |\n|---|---|\n| 1 | 2 |\n"
    return (
        "".join(f"Line {n}.\n\n" for n in range(lines))
        + f"As the table shows:\n\n{table}\n{'word ' * 60}\n\n"
        + "```py\nx = 1\ny = 2\n```\n"
    )


def test_no_page_ends_badly(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    before: set[str] = set()
    after: set[str] = set()

    def watched(doc: QTextDocument, height: float) -> int:
        found = bad_ends(doc, height)
        before.update(found)
        moved = pdf_breaks.keep_together(doc, height)
        if not moved:
            after.update(found)
        return moved

    monkeypatch.setattr(pdf_pages, "keep_together", watched)
    for lines in range(2, 40):
        monkeypatch.setattr(pdf, "_PIECE", 100_000 if lines % 2 else 500)
        pdf.PdfExporter().write((conversation_of("q", text(lines)),), ExportOptions())
    for lines in range(25, 50):  # somewhere one of them alone is left for the next page
        code = "".join(f"x{n} = {n}\n" for n in range(lines))
        long = "Line.\n\n" * 10 + f"```py\n{code}```\n"
        pdf.PdfExporter().write((conversation_of("q", long),), ExportOptions())
    assert "lead and box" in before
    assert {"text", "box", "lone line of a box"} <= before
    assert after == set()


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("en_US", QPageSize.PageSizeId.Letter),
        ("fr_CA", QPageSize.PageSizeId.Letter),
        ("es_MX", QPageSize.PageSizeId.Letter),
        ("en_GB", QPageSize.PageSizeId.A4),
        ("de_DE", QPageSize.PageSizeId.A4),
        ("ja_JP", QPageSize.PageSizeId.A4),
        ("C", QPageSize.PageSizeId.A4),
    ],
)
def test_the_paper_is_the_regions(name: str, size: QPageSize.PageSizeId) -> None:
    assert pdf.paper(QLocale(name)) == size
