"""Each format gives text, pages, headings and title, and nothing that its readers do not see."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.documents.extractors.extract import extract
from app.documents.extractors.flow import Opening
from app.domain.documents import DocumentFacts, DocumentKind, DocumentPage, PageUnit, Remark
from tests.support import document_files as make
from tests.support.document_files import Line, lines, paragraph


def read(path: Path) -> tuple[list[DocumentPage], DocumentFacts]:
    found = list(extract(path))
    assert isinstance(found[0], Opening)
    assert isinstance(found[-1], DocumentFacts)
    return [one for one in found if isinstance(one, DocumentPage)], found[-1]


def written(tmp_path: Path, name: str, content: str | bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_a_pdf_gives_pages_title_and_outline_with_the_places_of_its_entries(tmp_path: Path) -> None:
    content = make.pdf(
        [lines("An introduction", "The first page."), lines("Costs", "It costs 12 euros.")],
        title="A report",
        outline=[("An introduction", 1), ("Costs", 2)],
    )
    pages, facts = read(written(tmp_path, "report.pdf", content))
    assert (facts.kind, facts.unit, facts.title) == (DocumentKind.PDF, PageUnit.PAGE, "A report")
    assert [page.text for page in pages] == [
        "An introduction\nThe first page.",
        "Costs\nIt costs 12 euros.",
    ]
    assert [(one.text, one.page, one.at) for one in facts.headings] == [
        ("An introduction", 1, 0),
        ("Costs", 2, 0),
    ]


def test_headers_and_footers_are_marked_and_numbers_that_say_something_are_not(
    tmp_path: Path,
) -> None:
    pages = [
        [*lines("Yearly report", f"The price is {price} euros."), Line(f"Page {n}", y=40)]
        for n, price in enumerate((12, 40, 7, 31), 1)
    ]
    found, _ = read(written(tmp_path, "report.pdf", make.pdf(pages)))
    assert [page.body.strip() for page in found] == [
        f"The price is {price} euros." for price in (12, 40, 7, 31)
    ]
    assert found[0].text.startswith("Yearly report")


def test_what_has_no_text_is_said_page_by_page(tmp_path: Path) -> None:
    pages, _ = read(written(tmp_path, "scan.pdf", make.pdf([lines("Words."), [], lines("More.")])))
    assert [page.remark for page in pages] == [None, Remark.NO_TEXT, None]


def test_fonts_without_a_map_are_said(tmp_path: Path) -> None:
    content = make.pdf([[Line("Nobody knows which letters these are", font="F3")]])
    pages, _ = read(written(tmp_path, "fonts.pdf", content))
    assert pages[0].remark in {Remark.UNMAPPED, Remark.NO_TEXT}


def test_two_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    left = [Line(f"left {n}", x=72, y=700 - 14 * n) for n in range(5)]
    right = [Line(f"right {n}", x=320, y=700 - 14 * n) for n in range(5)]
    pages, _ = read(written(tmp_path, "columns.pdf", make.pdf([[*left, *right]])))
    words = pages[0].text.split()
    assert words.index("right") > max(i for i, word in enumerate(words) if word == "left")


def test_letters_of_any_script_come_as_they_are_read(tmp_path: Path) -> None:
    content = make.pdf([[Line("日本語の文書", font="F2"), Line("Ωμέγα", y=700, font="F2")]])
    pages, _ = read(written(tmp_path, "letters.pdf", content))
    assert pages[0].text.split() == ["日本語の文書", "Ωμέγα"]


def test_a_vertical_text_comes_in_its_order(tmp_path: Path) -> None:
    down = [Line(letter, x=300, y=700 - 13 * index) for index, letter in enumerate("downwards")]
    pages, _ = read(written(tmp_path, "vertical.pdf", make.pdf([down])))
    assert "".join(pages[0].text.split()) == "downwards"
    body = "<w:sectPr><w:textDirection w:val='tbRl'/></w:sectPr>" + paragraph("縦書きの文")
    assert read(make.docx(tmp_path / "a.docx", body))[0][0].text == "縦書きの文"


def test_a_word_document_gives_headings_tables_and_its_pages(tmp_path: Path) -> None:
    body = (
        paragraph("Costs", "H1")
        + paragraph("It costs 12 euros.")
        + "<w:tbl><w:tr><w:tc>"
        + paragraph("Year")
        + "</w:tc><w:tc>"
        + paragraph("Sum")
        + "</w:tc></w:tr><w:tr><w:tc>"
        + paragraph("2024")
        + "</w:tc><w:tc>"
        + paragraph("700")
        + "</w:tc></w:tr></w:tbl>"
        + paragraph("Next", "H2", before="<w:lastRenderedPageBreak/>")
        + "<w:p><w:r><w:delText>deleted</w:delText><w:instrText>PAGE</w:instrText></w:r></w:p>"
        + "<w:p><w:moveFrom><w:r><w:t>moved away</w:t></w:r></w:moveFrom></w:p>"
        + "<w:p><w:r><w:t>well</w:t><w:noBreakHyphen/><w:t>known</w:t></w:r></w:p>"
    )
    pages, facts = read(make.docx(tmp_path / "a.docx", body, title="Costs of 2024"))
    assert (facts.kind, facts.unit, facts.title) == (
        DocumentKind.DOCX,
        PageUnit.PAGE,
        "Costs of 2024",
    )
    assert [page.text for page in pages] == [
        "Costs\n\nIt costs 12 euros.\nYear | Sum\n2024 | 700",
        "Next\n\nwell-known",
    ]
    assert [(one.level, one.text, one.page) for one in facts.headings] == [
        (1, "Costs", 1),
        (2, "Next", 2),
    ]


def test_a_text_without_pages_is_cut_where_a_page_is_full(tmp_path: Path) -> None:
    body = "".join(paragraph(f"Paragraph {n}. " + "word " * 60) for n in range(40))
    pages, facts = read(make.docx(tmp_path / "a.docx", body))
    assert facts.unit is PageUnit.SECTION
    assert len(pages) > 3
    assert max(len(page.text) for page in pages) <= 3_000
    assert all(page.text.startswith("Paragraph") for page in pages)


def test_an_open_document_text(tmp_path: Path) -> None:
    body = (
        "<text:h text:outline-level='2'>Costs</text:h>"
        "<text:p>It<text:s text:c='2'/>costs<text:tab/>12.<office:annotation><text:p>no</text:p>"
        "</office:annotation></text:p>"
        "<table:table><table:table-row><table:table-cell><text:p>a</text:p></table:table-cell>"
        "<table:table-cell><text:p>b</text:p></table:table-cell></table:table-row></table:table>"
    )
    pages, facts = read(make.open_document(tmp_path / "a.odt", "text", body))
    assert pages[0].text == "Costs\n\nIt  costs\t12.\na | b"
    assert [(one.level, one.text) for one in facts.headings] == [(2, "Costs")]


def test_a_slide_is_a_page_and_its_title_a_heading(tmp_path: Path) -> None:
    path = make.pptx(tmp_path / "a.pptx", [("Welcome", "Hello."), ("Costs", "12 euros.")])
    pages, facts = read(path)
    assert facts.unit is PageUnit.SLIDE
    assert [page.text for page in pages] == ["Welcome\n\nHello.", "Costs\n\n12 euros."]
    assert [(one.text, one.page) for one in facts.headings] == [("Welcome", 1), ("Costs", 2)]


def test_a_workbook_is_tables_with_dates_as_dates(tmp_path: Path) -> None:
    rows = (
        "<row r='2'><c r='A2' t='s'><v>0</v></c><c r='C2'><v>0.10000000000000001</v></c></row>"
        "<row r='5'><c r='A5' s='1'><v>45352</v></c><c r='B5' t='inlineStr'><is><t>x</t></is></c>"
        "</row>"
    )
    path = make.xlsx(
        tmp_path / "a.xlsx", {"Sales": rows, "Other": "<row><c><v>7</v></c></row>"}, ["Sum"]
    )
    pages, _ = read(path)
    assert [(page.label, page.line, page.text) for page in pages] == [
        ("Sales", 2, "Sum |  | 0.1\n2024-03-01 | x"),
        ("Other", 1, "7"),
    ]


def test_an_open_document_table(tmp_path: Path) -> None:
    body = (
        "<table:table table:name='One'><table:table-row table:number-rows-repeated='3'/>"
        "<table:table-row><table:table-cell table:number-columns-repeated='2'><text:p>a</text:p>"
        "</table:table-cell></table:table-row></table:table>"
    )
    pages, _ = read(make.open_document(tmp_path / "a.ods", "spreadsheet", body))
    assert [(page.label, page.line, page.text) for page in pages] == [("One", 4, "a | a")]


def test_a_book_gives_its_chapters_by_name(tmp_path: Path) -> None:
    chapters = ["<h1>One</h1><p>First &amp; last.</p>", "<h1>Two</h1><p>Second.</p>"]
    pages, facts = read(make.epub(tmp_path / "a.epub", chapters, title="A book"))
    assert facts.title == "A book"
    assert [(page.label, page.text) for page in pages] == [
        ("One", "One\n\nFirst & last."),
        ("Two", "Two\n\nSecond."),
    ]


def test_a_web_page_gives_what_its_readers_see(tmp_path: Path) -> None:
    content = (
        "<!DOCTYPE html><html><head><title>A page</title><script>alert(1)</script></head><body>"
        "<h2>Costs</h2><p>It costs\n 12 <b>euros</b>.<br>Today.</p><ul><li>one<li>two</ul>"
        "<p style='display: none'>hidden</p><table><tr><td>a<td>b"
        "<tr><td> <p>c</p></td>\n<td><div>d</div> e</td></tr></table>"
        "<pre>x = 1\n  y</pre></body></html>"
    )
    pages, facts = read(written(tmp_path, "a.html", content))
    assert facts.title == "A page"
    assert pages[0].text == (
        "Costs\n\nIt costs 12 euros.\nToday.\n• one\n• two\na | b\nc | d e\n\nx = 1\n  y"
    )
    assert [(one.level, one.text) for one in facts.headings] == [(2, "Costs")]


def test_markdown_keeps_its_headings_and_its_code(tmp_path: Path) -> None:
    content = "# One\ntext\n\nTwo\n---\nmore\n\n```\n# no heading\n\nend\n```\n"
    pages, facts = read(written(tmp_path, "a.md", content))
    assert [(one.level, one.text) for one in facts.headings] == [(1, "One"), (2, "Two")]
    assert "# no heading\n\nend" in pages[0].text


def test_a_table_of_commas_and_one_of_semicolons(tmp_path: Path) -> None:
    for name, content in (("a.csv", 'a,"b, c"\n1,2\n'), ("b.csv", "a;b, c\n1;2\n")):
        pages, _ = read(written(tmp_path, name, content))
        assert pages[0].text == "a | b, c\n1 | 2"
    pages, _ = read(written(tmp_path, "c.csv", 'name,place\n"Ann","Main Street 5\nOrmsund"\n'))
    assert pages[0].text == "name | place\nAnn | Main Street 5 Ormsund", "lines in a cell"


def test_source_code_is_kept_and_knows_its_lines(tmp_path: Path) -> None:
    content = "".join(f"def f{n}():\n    return {n}\n\n\n" for n in range(300))
    pages, facts = read(written(tmp_path, "a.py", content))
    assert facts.kind is DocumentKind.CODE
    line = pages[1].line
    assert content.split("\n")[line - 1] == pages[1].text.split("\n")[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_a_text_is_read_in_whatever_it_is_written(tmp_path: Path, encoding: str) -> None:
    pages, _ = read(written(tmp_path, "a.txt", "Größe\r\nund Maß".encode(encoding)))
    assert pages[0].text == "Größe\nund Maß"


def test_right_to_left_is_kept_in_the_order_in_which_it_is_read(tmp_path: Path) -> None:
    pages, _ = read(make.docx(tmp_path / "a.docx", paragraph("שלום עולם 12")))
    assert pages[0].text == "שלום עולם 12"
