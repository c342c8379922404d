"""The outline of a PDF, the list of questions beside its pages, which Qt does not write.

It is added as PDF's own way of changing a file: new objects and another table of them behind the
old end (PDF 1.4, 3.4.5 "Incremental updates"; 8.2.2 "Document outline").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

_CATALOG = re.compile(rb"(\d+) 0 obj\s*<<(\s*/Type /Catalog.*?)>>\s*endobj", re.DOTALL)
_KIDS = re.compile(rb"/Type /Pages.*?/Kids\s*\[(.*?)\]", re.DOTALL)
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


def with_outline(pdf: bytes, places: Sequence[Place]) -> bytes:
    """The file with an outline; as it is where it is not shaped as Qt shapes it."""
    catalog, kids = _CATALOG.search(pdf), _KIDS.search(pdf)
    trailer = pdf[pdf.rfind(b"trailer") :]
    size, start = _SIZE.search(trailer), _START.search(pdf)
    pages = _REFERENCE.findall(kids[1]) if kids else []
    shown = [place for place in places if place.page < len(pages)]
    if not (catalog and size and start and shown):
        return pdf
    first = int(size[1])
    objects = {int(catalog[1]): b"<<%s/Outlines %d 0 R\n>>" % (catalog[2], first)}
    last = first + len(shown)
    objects[first] = b"<< /Type /Outlines /First %d 0 R /Last %d 0 R /Count %d >>" % (
        first + 1,
        last,
        len(shown),
    )
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
    return pdf + _update(len(pdf), objects, int(catalog[1]), int(start[1]), trailer)


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
