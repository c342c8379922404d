"""What of a PDF is known at its end only: the outline and, on each page, how many pages there are.

Qt writes neither, and a page that is drawn is out of its hands. So they are added in PDF's own way
of changing a file: new objects and another table of them behind the old end (PDF 1.4, 3.4.5
"Incremental updates"; 8.2.2 "Document outline"; 3.6.2 "Page tree", contents that are several).
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass

_CATALOG = re.compile(rb"(\d+) 0 obj\s*<<(\s*/Type /Catalog.*?)>>\s*endobj", re.DOTALL)
_KIDS = re.compile(rb"/Type /Pages.*?/Kids\s*\[(.*?)\]", re.DOTALL)
_PAGE = re.compile(rb"\n(\d+) 0 obj\n<<\n(/Type /Page\n.*?)>>\nendobj", re.DOTALL)
_CONTENTS = re.compile(rb"/Contents (\d+ 0 R)")
_REFERENCE = re.compile(rb"(\d+) 0 R")
_SIZE = re.compile(rb"/Size (\d+)")
_KEPT = re.compile(rb"/(?:Info \d+ 0 R|ID \[.*?\])", re.DOTALL)
_START = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")


@dataclass(frozen=True, slots=True)
class Place:
    """One line of an outline.

    Attributes:
        title: What it says.
        page: Counted from 0.
        top: In points from the lower edge of the page, as PDF counts.
    """

    title: str
    page: int
    top: float


def completed(pdf: bytes, places: Sequence[Place], foot: bytes) -> bytes:
    """The file with its ending; as it is where it is not shaped as Qt shapes it.

    Args:
        pdf: As Qt wrote it.
        places: The outline.
        foot: Drawn on each page, in PDF's operators and points.
    """
    catalog, kids = _CATALOG.search(pdf), _KIDS.search(pdf)
    trailer = pdf[pdf.rfind(b"trailer") :]
    size, start = _SIZE.search(trailer), _START.search(pdf)
    pages = _REFERENCE.findall(kids[1]) if kids else []
    if not (catalog and size and start and pages):
        return pdf
    objects = _footed(pdf, {int(page) for page in pages}, foot, int(size[1]))
    if shown := [place for place in places if place.page < len(pages)]:
        first = max(*objects, int(size[1]) - 1) + 1
        objects[int(catalog[1])] = b"<<%s/Outlines %d 0 R\n>>" % (catalog[2], first)
        objects |= _outline(shown, pages, first)
    return pdf + _update(len(pdf), objects, int(catalog[1]), int(start[1]), trailer)


def _footed(pdf: bytes, pages: Set[int], foot: bytes, free: int) -> dict[int, bytes]:
    """The pages, each with one more drawing, which they share; and what stands around their own."""
    before, after = b"q\n", b"Q\n" + foot  # Qt leaves its scale in force
    objects = {
        free + number: b"<< /Length %d >>\nstream\n%s\nendstream" % (len(body), body)
        for number, body in enumerate((before, after))
    }
    drawn = b"/Contents [%d 0 R \\1 %d 0 R]" % (free, free + 1)
    for found in _PAGE.finditer(pdf):
        if int(found[1]) in pages:
            objects[int(found[1])] = b"<<\n%s>>" % _CONTENTS.sub(drawn, found[2], count=1)
    return objects


def _outline(shown: Sequence[Place], pages: Sequence[bytes], first: int) -> dict[int, bytes]:
    last = first + len(shown)
    counts = (first + 1, last, len(shown))
    objects = {first: b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>" % counts}
    for number, place in enumerate(shown, first + 1):
        around = b"/Prev %d 0 R " % (number - 1) if number > first + 1 else b""
        around += b"/Next %d 0 R " % (number + 1) if number < last else b""
        title = (b"\xfe\xff" + place.title.encode("utf-16-be", "replace")).hex().encode()
        objects[number] = b"<< /Title <%s> /Parent %d 0 R %s/Dest [%s 0 R /XYZ 0 %.1f null] >>" % (
            title,
            first,
            around,
            pages[place.page],
            place.top,
        )
    return objects


def _update(at: int, objects: dict[int, bytes], catalog: int, before: int, trailer: bytes) -> bytes:
    out = bytearray(b"\n")
    table = bytearray(b"xref\n")
    for number, body in sorted(objects.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, at + len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    kept = b" ".join(_KEPT.findall(trailer))
    end = b"trailer\n<< /Size %d /Root %d 0 R /Prev %d %s >>\nstartxref\n%d\n%%%%EOF\n" % (
        max(objects) + 1,
        catalog,
        before,
        kept,
        at + len(out),
    )
    return bytes(out + table) + end
