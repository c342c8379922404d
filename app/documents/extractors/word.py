"""docx (ECMA-376, part 1, 17) and odt (OpenDocument 1.3, part 3): paragraphs, tables, headings."""

from __future__ import annotations

import re
from collections.abc import Iterator

from app.documents.extractors import xml
from app.documents.extractors.archive import Archive
from app.documents.extractors.flow import CELL, Extracted, Opening, TextBlock, paged
from app.domain.documents import PageUnit
from app.domain.errors import DocumentLockedError
from app.language import tr

_HEADING = re.compile(r"heading\s*([1-9])", re.IGNORECASE)
# Deleted text, where moved text was, formulas of fields, the second form of a drawing: none is what
# a reader sees.
_SKIPPED_DOCX = {"del", "moveFrom", "instrText", "Fallback", "rPr"}  # not shown: elements
_SKIPPED_ODT = {"annotation", "tracked-changes", "forms", "note-citation"}
_MOST_SPACES = 1_000  # that one element may stand for


def docx(archive: Archive) -> Iterator[Extracted]:
    """The text of a Word document; its pages are where Word broke them, if it says so."""
    levels = _levels(archive)
    yield Opening(_unit(archive, b"lastRenderedPageBreak"), title=title(archive))
    has_pages = _unit(archive, b"lastRenderedPageBreak") is PageUnit.PAGE
    blocks = _docx_blocks(archive, levels)
    yield from paged(blocks, cut=not has_pages)


def odt(archive: Archive) -> Iterator[Extracted]:
    """The text of an OpenDocument text; its pages are where the program that wrote it broke them.

    Raises:
        DocumentLockedError: It is encrypted.
    """
    refuse_encrypted(archive)
    unit = _unit(archive, b"soft-page-break")
    yield Opening(unit, title=title(archive))
    yield from paged(_odt_blocks(archive), cut=unit is not PageUnit.PAGE)


def refuse_encrypted(archive: Archive) -> None:
    """Say so where an OpenDocument file is encrypted: its parts are, not the archive.

    Raises:
        DocumentLockedError: It is.
    """
    name = "META-INF/manifest.xml"
    if name in archive and b"encryption-data" in archive.read(name):
        raise DocumentLockedError(tr("It is locked with a password."))


def title(archive: Archive) -> str:
    """The document's title as its properties say; empty for none."""
    for name in ("docProps/core.xml", "meta.xml"):
        if name in archive:
            inside, found = False, ""
            for kind, text, _ in xml.events(archive.chunks(name)):
                if kind == "text":
                    found += text if inside else ""
                else:
                    inside = kind == "start" and text == "title"
            return " ".join(found.split())[:300]
    return ""


def _unit(archive: Archive, mark: bytes) -> PageUnit:
    """Pages where the file says where they end, sections otherwise."""
    name = "word/document.xml" if "word/document.xml" in archive else "content.xml"
    tail = b""
    for chunk in archive.chunks(name):
        if mark in tail + chunk:
            return PageUnit.PAGE
        tail = chunk[-len(mark) :]
    return PageUnit.SECTION


def _levels(archive: Archive) -> dict[str, int]:
    """The level of each paragraph style that is a heading."""
    found: dict[str, int] = {}
    if "word/styles.xml" not in archive:
        return found
    style = ""
    for kind, name, attributes in xml.events(archive.chunks("word/styles.xml")):
        if kind == "start" and name == "style":
            style = attributes.get("styleId", "")
        elif kind == "start" and name == "name" and style:
            value = attributes.get("val", "")
            if match := _HEADING.fullmatch(value.strip()):
                found[style] = int(match[1])
            elif value.casefold() == "title":
                found[style] = 1
        elif kind == "start" and name == "outlineLvl" and style:
            level = attributes.get("val", "")
            if level.isdecimal() and int(level) < 9:
                found[style] = int(level) + 1
    return found


class _Paragraphs:
    """Joins the pieces of paragraphs, and the cells of a table's row."""

    def __init__(self) -> None:
        self.level = 0
        self.ends_page = False
        self._texts: list[str] = []
        self._rows: list[list[str]] = []  # of tables inside each other
        self._first_row = False

    def add(self, text: str) -> None:
        """More of the paragraph."""
        self._texts.append(text)

    def begin_row(self) -> None:
        """A row of a table."""
        self._rows.append([])

    def begin_cell(self) -> None:
        """A cell of the row."""
        if self._rows:
            self._rows[-1].append("")

    def end(self, element: str) -> TextBlock | None:
        """What an element that ends gives, if anything."""
        if element in {"p", "h"}:
            return self._end_paragraph()
        return self._end_row() if element in {"tr", "table-row"} else None

    def _end_row(self) -> TextBlock | None:
        """The row, unless it stands in a cell itself."""
        if not self._rows:
            return None
        row = self._rows.pop()
        text = CELL.join(row)
        if self._rows:
            self._into_cell(text)
            return None
        return self._block(text, tight=True) if any(row) else None

    def _end_paragraph(self) -> TextBlock | None:
        """The paragraph, unless it stands in a cell."""
        text, self._texts = "".join(self._texts).strip(), []
        if self._rows and self._rows[-1]:
            self._into_cell(" ".join(text.split()))
            self.level = 0
            return None
        return self._block(text) if text else None

    def _into_cell(self, text: str) -> None:
        row = self._rows[-1]
        if text and row:
            row[-1] = f"{row[-1]} {text}".strip()

    def _block(self, text: str, *, tight: bool = False) -> TextBlock:
        block = TextBlock(text, self.level, self.ends_page, tight=tight)
        self.level, self.ends_page = 0, False
        return block


def _docx_blocks(archive: Archive, levels: dict[str, int]) -> Iterator[TextBlock]:
    parts = ["word/document.xml"]
    parts += [name for name in ("word/footnotes.xml", "word/endnotes.xml") if name in archive]
    for part in parts:
        paragraphs = _Paragraphs()
        skipped, inside = 0, False
        for kind, name, attributes in xml.events(archive.chunks(part)):
            if name in _SKIPPED_DOCX and kind != "text":
                skipped += 1 if kind == "start" else -1
            elif skipped:
                continue
            elif kind == "text":
                if inside:
                    paragraphs.add(name)
            elif kind == "start":
                inside = name == "t"
                _docx_start(paragraphs, name, attributes, levels)
            else:
                inside = False
                block = paragraphs.end(name)
                if block is not None:
                    yield block


def _docx_start(
    paragraphs: _Paragraphs, name: str, attributes: dict[str, str], levels: dict[str, int]
) -> None:
    match name:
        case "pStyle":
            paragraphs.level = levels.get(attributes.get("val", ""), 0)
        case "tab":
            paragraphs.add("\t")
        case "br" if attributes.get("type") == "page":
            paragraphs.ends_page = True
        case "br" | "cr":
            paragraphs.add("\n")
        case "noBreakHyphen":
            paragraphs.add("-")
        case "lastRenderedPageBreak":
            paragraphs.ends_page = True
        case "tr":
            paragraphs.begin_row()
        case "tc":
            paragraphs.begin_cell()


def _odt_blocks(archive: Archive) -> Iterator[TextBlock]:
    paragraphs = _Paragraphs()
    skipped, depth = 0, 0
    for kind, name, attributes in xml.events(archive.chunks("content.xml")):
        if kind != "text" and name in _SKIPPED_ODT:
            skipped += 1 if kind == "start" else -1
        elif skipped:
            continue
        elif kind == "text":
            if depth:
                paragraphs.add(name)
        elif kind == "start":
            depth += name in {"p", "h"}
            _odt_start(paragraphs, name, attributes)
        else:
            depth -= name in {"p", "h"}
            block = paragraphs.end(name)
            if block is not None:
                yield block


def _odt_start(paragraphs: _Paragraphs, name: str, attributes: dict[str, str]) -> None:
    match name:
        case "h":
            level = attributes.get("outline-level", "1")
            paragraphs.level = min(int(level), 9) if level.isdecimal() else 1
        case "soft-page-break":
            paragraphs.ends_page = True
        case "tab":
            paragraphs.add("\t")
        case "line-break":
            paragraphs.add("\n")
        case "s":
            paragraphs.add(" " * repeated(attributes.get("c", "1"), _MOST_SPACES))
        case "table-row":
            paragraphs.begin_row()
        case "table-cell" | "covered-table-cell":
            paragraphs.begin_cell()


def repeated(text: str, most: int) -> int:
    """A count in an attribute, at most ``most``; 1 where it is none."""
    return min(int(text), most) if text.isdecimal() and len(text) < 12 else 1
