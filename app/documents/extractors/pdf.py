"""PDF by pdfium: text as it stands on the page, the outline, pictures of pages, boxes of ranges.

Offsets count characters of the text that is given out, which is pdfium's without carriage returns
and control characters; :func:`_raw_offset` leads back.
"""

from __future__ import annotations

import base64
import ctypes
import re
import zlib
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import pypdfium2 as pdfium  # type: ignore[import-untyped]  # it brings none
from pypdfium2 import raw

from app.documents.extractors.flow import Extracted, Opening, page_of
from app.documents.extractors.limits import MAX_HEADINGS, MAX_PAGES
from app.documents.reading.decoding import one_line
from app.documents.reading.furniture import without_furniture
from app.domain.documents import Box, DocumentHeading, DocumentPage, PagePicture, PageUnit, Remark
from app.domain.errors import DocumentError, DocumentLockedError
from app.language import tr

_DROPPED = re.compile("[\x00\x01\x03-\x08\x0b-\x1f\x7f-\x9f\ufeff\uffff]|[\ud800-\udfff]")
_HYPHENS = str.maketrans({"\x02": "-", "\ufffe": "-"})  # what pdfium makes of one at a line's end
_NO_LETTER = re.compile("[\ue000-\uf8ff\ufffd\x01\x03-\x08\x0e-\x1f]")
_SAMPLE = 48  # characters of a page that are asked for their map
_DEEPEST_OUTLINE = 9
MAX_PIXELS = 20_000_000
_ROUNDING = 1e-3  # pixels; pdfium rounds up, and 50.0000001 would be 51


def pdf(path: Path) -> Iterator[Extracted]:
    """The pages of a PDF file, headers and footers marked, and its outline.

    Raises:
        DocumentLockedError: It wants a password.
        DocumentError: It is damaged.
    """
    with _opened(path) as document:
        count = len(document)
        yield Opening(PageUnit.PAGE, min(count, MAX_PAGES), _title(document))
        outline = _outline(document)
        pages = (_page(document, index) for index in range(min(count, MAX_PAGES)))
        for page in without_furniture(pages):
            yield from _headings(outline.get(page.number, ()), page)
            yield page
        if count > MAX_PAGES:
            yield Remark.CUT


def picture(path: Path, number: int, width: int, ranges: Sequence[tuple[int, int]]) -> PagePicture:
    """A page as it is drawn.

    Args:
        path: The file.
        number: Of the page, from 1.
        width: Of the picture, in pixels.
        ranges: Start and end of pieces of the page's text, whose boxes are wanted.

    Raises:
        DocumentError: It cannot be drawn.
    """
    with _opened(path) as document:
        if not 1 <= number <= len(document):
            raise DocumentError(tr("It has no page {number}.", number=number))
        try:
            with closing(document[number - 1]) as page:
                scale = (width - _ROUNDING) / max(page.get_width(), 1.0)
                area = page.get_width() * page.get_height() * scale * scale
                scale *= min(1.0, (MAX_PIXELS / max(area, 1.0)) ** 0.5)
                # Three bytes a pixel: what is sent is packed, and that takes longer than drawing.
                with closing(page.render(scale=scale, rev_byteorder=True)) as bitmap:
                    pixels = zlib.compress(bitmap.buffer, 1)
                    size, stride = (bitmap.width, bitmap.height), bitmap.stride
                    boxes = _boxes(page, size, ranges) if ranges else ()
        except pdfium.PdfiumError as error:
            raise DocumentError(
                tr("Page {number} of it cannot be drawn.", number=number), detail=str(error)
            ) from error
    return PagePicture(*size, stride, base64.b64encode(pixels).decode("ascii"), boxes)


@contextmanager
def _opened(path: Path) -> Iterator[pdfium.PdfDocument]:
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if error.err_code in {raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY}:
            raise DocumentLockedError(tr("It is locked with a password.")) from error
        raise DocumentError(
            tr("It is damaged: it is no PDF that can be read."), detail=str(error)
        ) from error
    with closing(document):
        yield document


def _title(document: pdfium.PdfDocument) -> str:
    return one_line(document.get_metadata_value("Title"))[:300]  # not shown: a key


def _outline(document: pdfium.PdfDocument) -> dict[int, list[tuple[int, str]]]:
    """Level and text of the outline's entries, by page number."""
    found: dict[int, list[tuple[int, str]]] = {}
    for count, entry in enumerate(document.get_toc(max_depth=_DEEPEST_OUTLINE)):
        if count >= MAX_HEADINGS:
            break
        target = entry.get_dest()
        index = target.get_index() if target is not None else None
        text = one_line(entry.get_title())[:300]
        if index is not None and text:
            found.setdefault(index + 1, []).append((entry.level + 1, text))
    return found


def _headings(entries: Sequence[tuple[int, str]], page: DocumentPage) -> Iterator[DocumentHeading]:
    """Entries of the outline with their places in the page's text; in order."""
    at = page.start
    for level, text in entries:
        words = re.compile(r"\s+".join(map(re.escape, text.split())), re.IGNORECASE)
        found = words.search(page.text, at)
        at = found.start() if found else at
        yield DocumentHeading(level, text, page.number, at)


def _page(document: pdfium.PdfDocument, index: int) -> DocumentPage:
    try:
        with closing(document[index]) as page, closing(page.get_textpage()) as textpage:
            text = _shown(_raw_text(textpage))
            made = page_of(index + 1, text)
            if not text.strip():
                drawn = raw.FPDFPage_CountObjects(page) > 0
                return DocumentPage(index + 1, "", 0, 0, remark=Remark.NO_TEXT if drawn else None)
            if _is_unmapped(textpage, text):
                return DocumentPage(index + 1, made.text, 0, len(made.text), remark=Remark.UNMAPPED)
            return made
    except pdfium.PdfiumError:
        return DocumentPage(index + 1, "", 0, 0, remark=Remark.UNREADABLE)


def _raw_text(textpage: pdfium.PdfTextPage) -> str:
    """All of a page's text, as pdfium counts it; one that is endless is cut later."""
    count = textpage.count_chars()
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (2 * count + 2))()
    written = raw.FPDFText_GetText(textpage, 0, count, buffer)
    return bytes(buffer)[: 2 * max(written - 1, 0)].decode("utf-16-le", "surrogatepass")


def _shown(text: str) -> str:
    return _DROPPED.sub("", text.translate(_HYPHENS))


def _raw_offset(text: str, at: int) -> int:
    """Where character ``at`` of the text that was given out is in pdfium's, in UTF-16 units."""
    dropped = 0
    for match in _DROPPED.finditer(text.translate(_HYPHENS)):
        if match.start() - dropped > at:
            break
        dropped += 1
    index = at + dropped
    return index + sum(ord(character) > 0xFFFF for character in text[:index])


def _is_unmapped(textpage: pdfium.PdfTextPage, text: str) -> bool:
    """Whether most letters of a page are of fonts that do not say which letters they are."""
    letters = len(text) - text.count(" ") - text.count("\n")
    if 2 * len(_NO_LETTER.findall(text)) > letters:
        return True
    count = textpage.count_chars()
    step = max(1, count // _SAMPLE)
    asked = range(0, count, step)
    wrong: int = sum(raw.FPDFText_HasUnicodeMapError(textpage, i) == 1 for i in asked)
    return 2 * wrong > len(asked)


def _boxes(
    page: pdfium.PdfPage, size: tuple[int, int], ranges: Sequence[tuple[int, int]]
) -> tuple[tuple[Box, ...], ...]:
    with closing(page.get_textpage()) as textpage:
        text = _raw_text(textpage)
        found = []
        for start, end in ranges:
            first = _char_index(textpage, _raw_offset(text, start))
            last = _char_index(textpage, _raw_offset(text, max(end - 1, start)))
            found.append(_rectangles(page, textpage, size, first, last + 1 - first))
        return tuple(found)


def _char_index(textpage: pdfium.PdfTextPage, offset: int) -> int:
    index: int = raw.FPDFText_GetCharIndexFromTextIndex(textpage, offset)
    return max(0, index)


def _rectangles(
    page: pdfium.PdfPage,
    textpage: pdfium.PdfTextPage,
    size: tuple[int, int],
    first: int,
    count: int,
) -> tuple[Box, ...]:
    boxes = []
    for index in range(textpage.count_rects(first, max(count, 1))):
        left, bottom, right, top = textpage.get_rect(index)
        one, other = _device(page, size, left, top), _device(page, size, right, bottom)
        xs, ys = sorted((one[0], other[0])), sorted((one[1], other[1]))
        boxes.append(Box(xs[0], ys[0], xs[1], ys[1]))
    return tuple(boxes)


def _device(page: pdfium.PdfPage, size: tuple[int, int], x: float, y: float) -> tuple[int, int]:
    """A point of the page in the picture's pixels, the page's own rotation applied."""
    across, down = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
    return across.value, down.value
