"""A chat as PDF: made on any thread, with its words and its formulas."""

from __future__ import annotations

import re
import threading
import zlib
from collections import Counter

import pytest
from pypdfium2 import PdfDocument
from PySide6.QtGui import QTextDocument
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.parts import CitationPart, TextPart
from app.markup.maths.render import Formula, FormulaStyle
from app.markup.transfer.values import ExportOptions
from app.markup.transfer.writers import html_style
from app.ui.style.stylesheet import palette
from app.ui.style.theme import DARK, LIGHT
from app.ui.transfer import pdf, pdf_formulas
from app.ui.transfer.pdf import PdfExporter
from app.ui.transfer.pdf_pages import Pages, PdfPiece
from tests.unit.markup.transfer.making import NASTY, conversation_of


def pages(data: bytes) -> int:
    return len(PdfDocument(data))


def streams(data: bytes) -> list[bytes]:
    """What the pages draw, unpacked."""
    found = []
    for stream in re.findall(rb"stream\r?\n(.*?)endstream", data, re.DOTALL):
        try:
            found.append(zlib.decompress(stream))
        except zlib.error:
            continue  # a font or another stream that is not packed this way
    return found


def drawing(data: bytes) -> int:
    """Bytes of what the pages draw."""
    return sum(map(len, streams(data)))


def test_a_chat_becomes_pages(qtbot: QtBot) -> None:
    cited = CitationPart("report.pdf", "d1", "12", 3, "1", "differs", "number", "number 13")
    chat = conversation_of("q", [TextPart("It cost 13 [1]."), cited])
    short = PdfExporter().write((chat,), ExportOptions())
    long = PdfExporter().write((conversation_of("q", "line\n\n" * 300),), ExportOptions())
    assert short.startswith(b"%PDF-")
    assert pages(short) == 1
    assert pages(long) > 3
    words = PdfDocument(short)[0].get_textpage().get_text_bounded()
    assert "report.pdf · page 3" in words
    assert "differs, not there: “13”" in " ".join(words.split())


def test_formulas_that_are_too_many_to_be_kept_are_drawn_the_same(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = "| a |\n|---|\n" + "".join(f"| $x^{{{n}}}$ |\n" for n in range(90))
    chat = conversation_of("q", f"$\\frac{{x}}{{y}}$ and\n\n{table}")
    drawn = streams(PdfExporter().write((chat,), ExportOptions()))
    monkeypatch.setattr(pdf, "_HELD", 5_000)
    made: list[str] = []
    render = pdf_formulas.render

    def counted(source: str, style: FormulaStyle) -> Formula:
        made.append(source)
        return render(source, style)

    monkeypatch.setattr(pdf_formulas, "render", counted)
    assert streams(PdfExporter().write((chat,), ExportOptions())) == drawn
    assert 80 < len(made) <= 91


def test_formulas_are_drawn_as_shapes(qtbot: QtBot) -> None:
    words = PdfExporter().write((conversation_of("q", "x x x x"),), ExportOptions())
    formula = PdfExporter().write((conversation_of("q", "$\\frac{x}{x} x x$"),), ExportOptions())
    assert drawing(formula) > drawing(words) + 500
    steps: list[int] = []
    many = conversation_of("q", "$x$ and " * 200)
    PdfExporter().write((many,), ExportOptions(), lambda done, _total: steps.append(done))
    assert len(steps) > 200  # it can be stopped between two


def test_paper_is_white_and_ink_is_dark_whatever_the_windows_theme(qapp: QApplication) -> None:
    chat = conversation_of("A question", "Words, `code`\n\n| a |\n|---|\n| $x$ |")
    before = qapp.palette()
    drawn = []
    for theme in (LIGHT, DARK):
        qapp.setPalette(palette(theme))
        drawn.append(streams(PdfExporter().write((chat,), ExportOptions())))
    qapp.setPalette(before)
    assert drawn[0] == drawn[1]


def test_nasty_texts_do_not_stop_it(qtbot: QtBot) -> None:
    data = PdfExporter().write((conversation_of(*NASTY),), ExportOptions())
    assert pages(data) > 3


def test_it_is_made_on_a_worker_thread(qtbot: QtBot) -> None:
    made: list[bytes] = []
    chat = conversation_of("q", "$x^2$ and `code`")
    thread = threading.Thread(
        target=lambda: made.append(PdfExporter().write((chat,), ExportOptions()))
    )
    thread.start()
    qtbot.waitUntil(lambda: not thread.is_alive(), timeout=60_000)
    assert made[0].startswith(b"%PDF-")


def test_links_can_be_followed_and_questions_stand_in_an_outline(qtbot: QtBot) -> None:
    texts = [
        "*First* ü?",
        "See [there](https://e.example/a).\n\n" + "line\n\n" * 80,
        "Second?",
        "b",
    ]
    data = PdfExporter().write((conversation_of(*texts),), ExportOptions())
    assert b"/URI (https://e.example/a)" in data
    titles = [
        bytes.fromhex(found.decode()).decode("utf-16")
        for found in re.findall(rb"/Title <([0-9a-f]+)>", data)
    ]
    assert titles == ["First ü?", "Second?"]
    assert len(set(re.findall(rb"/Contents \[(\d+) 0 R \d+ 0 R (\d+) 0 R\]", data))) == 1
    (first,) = re.findall(rb"/Outlines (\d+) 0 R", data)
    assert b"\n%s 0 obj\n<< /Type /Outlines" % first in data
    pages_of = re.findall(rb"/Dest \[(\d+) 0 R", data)
    kids = re.findall(rb"(\d+) 0 R", re.findall(rb"/Kids\s*\[(.*?)\]", data, re.DOTALL)[0])
    assert [kids.index(page) for page in pages_of] == [0, 2]
    # The table of the update points at its objects, and at the table before it.
    (at,) = re.findall(rb"startxref\s+(\d+)\s+%%EOF\s*$", data)
    table = data[int(at) :]
    for number, offset in re.findall(rb"(\d+) 1\n(\d{10}) 00000 n", table):
        assert data[int(offset) :].startswith(b"%s 0 obj" % number)
    (before,) = re.findall(rb"/Prev (\d+) /", table)
    assert data[int(before) :].startswith(b"xref")


def test_a_long_chat_is_drawn_whole_piece_by_piece(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    laid_out: list[int] = []
    told: list[tuple[int, int]] = []
    lay_out = Pages._laid_out

    def counted(pages: Pages, piece: PdfPiece) -> QTextDocument:
        doc = lay_out(pages, piece)
        laid_out.append(doc.characterCount())
        return doc

    monkeypatch.setattr(pdf, "_PIECE", 5_000)
    monkeypatch.setattr(Pages, "_laid_out", counted)
    piece = "## Part\n\nLet $x_{%d}$ be.\n\nAs the table shows:\n\n| a |\n|---|\n| cell%d. |\n\n"
    code = "".join(f"code{n} = {n}\n" for n in range(300))
    long = "".join(piece % (n, n) for n in range(60)) + f"```py\n{code}```\n"
    chat = conversation_of("First?", long, "word " * 3_000, long, "Last?", "The end.")
    data = PdfExporter().write((chat,), ExportOptions(), lambda *at: told.append(at))
    assert len(laid_out) > 8
    assert max(laid_out) < 20_000
    document = PdfDocument(data)
    texts = [page.get_textpage().get_text_range() for page in document]
    text = "".join("".join(texts).split())  # pdfium finds spaces inside words
    for word, count in ((r"cell(\d+)\.", 60), (r"code(\d+)=", 300)):
        drawn = Counter(map(int, re.findall(word, text)))
        assert sorted(drawn) == list(range(count))
        assert min(drawn.values()) >= 2  # both answers
    assert "The end." in texts[-1]
    assert "Last?" in texts[-1]
    assert told == sorted(told)
    assert len({done for done, _ in told}) > 8
    assert [one.get_title() for one in document.get_toc()][-1] == "Last?"
    assert [one.get_dest().get_index() for one in document.get_toc()][-1] == len(texts) - 1


def test_quotations_have_a_bar_and_alerts_one_in_their_colour(qtbot: QtBot) -> None:
    def inked(colour: str, text: str) -> bool:
        shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
        ink = " ".join(rf"{int(share * 100) / 100:.2f}\d*" for share in shares).encode()
        data = PdfExporter().write((conversation_of("q", text),), ExportOptions())
        return any(re.search(ink, stream) for stream in streams(data))

    assert inked(LIGHT.error, "> [!CAUTION]\n> It *burns*.\n> - a list")
    assert not inked(LIGHT.error, "> [!FOO]\n> It *burns*.\n> - a list")
    bar = html_style.LIGHT["border"]
    assert inked(bar, "> It *burns*.\n> > twice")
    assert not inked(bar, "It *burns*.")
