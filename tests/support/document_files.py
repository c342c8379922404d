"""Documents made at test time: PDF by hand, zip archives of XML, and ones that are meant badly."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

WIDTH, HEIGHT = 595, 842


@dataclass(frozen=True)
class Line:
    """A line of a page: where its first letter stands (from the bottom left), and what it says."""

    text: str
    x: float = 72
    y: float = 740
    size: float = 11
    font: str = "F1"  # Helvetica; F2 any letters; F3 without a map to letters


def lines(*texts: str, top: float = 740) -> list[Line]:
    """Lines below each other."""
    return [Line(text, y=top - 14 * index) for index, text in enumerate(texts)]


def pdf(
    pages: Sequence[Sequence[Line]],
    *,
    title: str = "",
    outline: Sequence[tuple[str, int]] = (),
    encrypt: bool = False,
    script: str = "",
    rotate: int = 0,
) -> bytes:
    """A PDF file. A page without lines is a picture, as of a scan."""
    letters = sorted({c for page in pages for one in page if one.font != "F1" for c in one.text})
    codes = {letter: index + 1 for index, letter in enumerate(letters)}
    objects: dict[int, bytes] = {}
    first_page = 20
    kids = [first_page + 2 * index for index in range(len(pages))]
    objects[2] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (
        len(pages),
        b" ".join(b"%d 0 R" % kid for kid in kids),
    )
    objects[3] = (
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>"
    )
    objects[4] = _wide_font(b"/Encoding /Identity-H /ToUnicode 7 0 R")
    objects[5] = _wide_font(b"/Encoding /Identity-H")
    objects[6] = (
        b"<< /Type /Font /Subtype /CIDFontType2 /BaseFont /Nothing /CIDSystemInfo << /Registry "
        b"(Adobe) /Ordering (Identity) /Supplement 0 >> /FontDescriptor 8 0 R /DW 600 >>"
    )
    objects[7] = _stream(_map(codes))
    objects[8] = (
        b"<< /Type /FontDescriptor /FontName /Nothing /Flags 4 /FontBBox [0 0 600 800] "
        b"/ItalicAngle 0 /Ascent 800 /Descent -200 /CapHeight 700 /StemV 80 >>"
    )
    objects[9] = _stream(
        b"\x80" * 16,
        b"/Type /XObject /Subtype /Image /Width 4 /Height 4 /ColorSpace /DeviceGray "
        b"/BitsPerComponent 8",
    )
    for kid, page in zip(kids, pages, strict=True):
        objects[kid] = (
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 %d %d] /Rotate %d /Contents %d 0 R "
            b"/Resources << /Font << /F1 3 0 R /F2 4 0 R /F3 5 0 R >> /XObject << /I 9 0 R >> >> >>"
        ) % (WIDTH, HEIGHT, rotate, kid + 1)
        objects[kid + 1] = _stream(_content(page, codes))
    extra = b""
    if outline:
        extra += b" /Outlines 10 0 R"
        _outline(objects, outline, kids)
    if script:
        extra += b" /OpenAction << /S /JavaScript /JS (%s) >>" % script.encode("latin-1")
    objects[1] = b"<< /Type /Catalog /Pages 2 0 R%s >>" % extra
    objects[11] = b"<< /Title (%s) >>" % title.encode("latin-1")
    if encrypt:
        objects[12] = b"<< /Filter /Standard /V 1 /R 2 /P -4 /O <%s> /U <%s> >>" % (
            b"41" * 32,
            b"42" * 32,
        )
    return _assembled(objects, encrypt=encrypt)


def _wide_font(more: bytes) -> bytes:
    return (
        b"<< /Type /Font /Subtype /Type0 /BaseFont /Nothing /DescendantFonts [6 0 R] %s >>" % more
    )


def _map(codes: Mapping[str, int]) -> bytes:
    rows = [f"<{code:04X}> <{letter.encode('utf-16-be').hex()}>" for letter, code in codes.items()]
    blocks = [rows[i : i + 100] for i in range(0, len(rows), 100)]
    text = "".join(
        f"{len(block)} beginbfchar\n" + "\n".join(block) + "\nendbfchar\n" for block in blocks
    )
    return (
        "/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 "
        "def 1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
        f"{text}endcmap CMapName currentdict /CMap defineresource pop end end"
    ).encode("ascii")


def _content(page: Sequence[Line], codes: Mapping[str, int]) -> bytes:
    if not page:
        return b"q 400 0 0 600 90 120 cm /I Do Q"
    found = []
    for line in page:
        if line.font == "F1":
            shown = b"(%s)" % line.text.encode("cp1252").replace(b"\\", b"\\\\").replace(
                b"(", b"\\("
            ).replace(b")", b"\\)")
        else:
            shown = b"<%s>" % b"".join(b"%04X" % codes[letter] for letter in line.text)
        found.append(
            b"BT /%s %f Tf 1 0 0 1 %f %f Tm %s Tj ET"
            % (line.font.encode(), line.size, line.x, line.y, shown)
        )
    return b"\n".join(found)


def _outline(
    objects: dict[int, bytes], outline: Sequence[tuple[str, int]], kids: Sequence[int]
) -> None:
    first = 100_000
    last = first + len(outline) - 1
    objects[10] = b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>" % (
        first,
        last,
        len(outline),
    )
    for index, (text, page) in enumerate(outline):
        number = first + index
        near = b""
        if number > first:
            near += b" /Prev %d 0 R" % (number - 1)
        if number < last:
            near += b" /Next %d 0 R" % (number + 1)
        objects[number] = b"<< /Title (%s) /Parent 10 0 R /Dest [%d 0 R /Fit]%s >>" % (
            text.encode("latin-1"),
            kids[page - 1],
            near,
        )


def _stream(content: bytes, entries: bytes = b"") -> bytes:
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(content), entries, content)


def _assembled(objects: Mapping[int, bytes], *, encrypt: bool) -> bytes:
    out = bytearray(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, content in objects.items():
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(out)
    out += b"xref\n0 1\n0000000000 65535 f \n"
    for number in sorted(places):
        out += b"%d 1\n%010d 00000 n \n" % (number, places[number])
    secret = b" /Encrypt 12 0 R /ID [<00> <00>]" if encrypt else b""
    out += b"trailer\n<< /Size %d /Root 1 0 R /Info 11 0 R%s >>\nstartxref\n%d\n%%%%EOF\n" % (
        max(places) + 1,
        secret,
        start,
    )
    return bytes(out)


def archive(path: Path, parts: Mapping[str, str | bytes]) -> Path:
    """A zip archive with these parts."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return path


_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
_RELS = 'xmlns="http://schemas.openxmlformats.org/package/2006/relationships"'
_STYLES = (
    f"<w:styles {_W}><w:style w:styleId='H1'><w:name w:val='heading 1'/></w:style>"
    "<w:style w:styleId='H2'><w:name w:val='heading 2'/></w:style></w:styles>"
)
_TITLE = '<p xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>{title}</dc:title></p>'


def docx(path: Path, body: str, *, title: str = "", **parts: str) -> Path:
    """A Word document around the content of ``w:body``; see :func:`paragraph`."""
    return archive(
        path,
        {
            "[Content_Types].xml": "<Types/>",
            "word/document.xml": f"<w:document {_W}><w:body>{body}</w:body></w:document>",
            "word/styles.xml": _STYLES,
            "docProps/core.xml": _TITLE.format(title=title),
            **parts,
        },
    )


def paragraph(text: str, style: str = "", before: str = "") -> str:
    """A paragraph of a Word document."""
    chosen = f"<w:pPr><w:pStyle w:val='{style}'/></w:pPr>" if style else ""
    return f"<w:p>{chosen}<w:r>{before}<w:t>{text}</w:t></w:r></w:p>"


_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
)


def open_document(path: Path, kind: str, body: str, **parts: str) -> Path:
    """An odt ("text") or ods ("spreadsheet") file around the content of its body."""
    content = f"<office:document-content {_ODF}>{body}</office:document-content>"
    mimetype = f"application/vnd.oasis.opendocument.{kind}"
    return archive(path, {"mimetype": mimetype, "content.xml": content, **parts})


def pptx(path: Path, slides: Sequence[tuple[str, str]]) -> Path:
    """Slides of a title and a text."""
    parts: dict[str, str] = {}
    a = 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:p="urn:p"'
    for number, (title, text) in enumerate(slides, 1):
        parts[f"ppt/slides/slide{number}.xml"] = (
            f"<p:sld {a}><p:sp><p:nvPr><p:ph type='title'/></p:nvPr><a:p><a:r><a:t>{title}</a:t>"
            f"</a:r></a:p></p:sp><p:sp><a:p><a:r><a:t>{text}</a:t></a:r></a:p></p:sp></p:sld>"
        )
    ids = "".join(f"<sldId id='{255 + n}' r:id='r{n}'/>" for n in range(1, len(slides) + 1))
    targets = "".join(
        f"<Relationship Id='r{n}' Target='slides/slide{n}.xml'/>" for n in range(1, len(slides) + 1)
    )
    parts["ppt/presentation.xml"] = f"<presentation {_R}><sldIdLst>{ids}</sldIdLst></presentation>"
    parts["ppt/_rels/presentation.xml.rels"] = f"<Relationships {_RELS}>{targets}</Relationships>"
    return archive(path, parts)


def xlsx(path: Path, sheets: Mapping[str, str], strings: Iterable[str] = ()) -> Path:
    """Sheets around the content of ``sheetData``; cell style 1 is a date."""
    names = list(sheets)
    parts = {
        f"xl/worksheets/sheet{n}.xml": f"<worksheet><sheetData>{rows}</sheetData></worksheet>"
        for n, rows in enumerate(sheets.values(), 1)
    }
    listed = "".join(f"<sheet name='{name}' r:id='r{n}'/>" for n, name in enumerate(names, 1))
    targets = "".join(
        f"<Relationship Id='r{n}' Target='worksheets/sheet{n}.xml'/>"
        for n in range(1, len(names) + 1)
    )
    shared = "".join(f"<si><t>{text}</t></si>" for text in strings)
    return archive(
        path,
        {
            **parts,
            "xl/workbook.xml": f"<workbook {_R}><sheets>{listed}</sheets></workbook>",
            "xl/_rels/workbook.xml.rels": f"<Relationships {_RELS}>{targets}</Relationships>",
            "xl/sharedStrings.xml": f"<sst>{shared}</sst>",
            "xl/styles.xml": (
                "<styleSheet><cellXfs><xf numFmtId='0'/><xf numFmtId='14'/></cellXfs></styleSheet>"
            ),
        },
    )


def epub(path: Path, chapters: Sequence[str], *, title: str = "", **parts: str) -> Path:
    """A book of chapters, each the content of a body."""
    items = "".join(
        f"<item id='c{n}' href='c{n}.xhtml' media-type='application/xhtml+xml'/>"
        for n in range(len(chapters))
    )
    order = "".join(f"<itemref idref='c{n}'/>" for n in range(len(chapters)))
    texts = {
        f"OPS/c{n}.xhtml": (
            '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "x.dtd">'
            f"<html><head><title>no text</title></head><body>{chapter}</body></html>"
        )
        for n, chapter in enumerate(chapters)
    }
    return archive(
        path,
        {
            "mimetype": "application/epub+zip",
            "META-INF/container.xml": "<c><r><rootfile full-path='OPS/p.opf'/></r></c>",
            "OPS/p.opf": (
                f"<package><metadata><title>{title}</title></metadata><manifest>{items}</manifest>"
                f"<spine>{order}</spine></package>"
            ),
            **texts,
            **parts,
        },
    )
