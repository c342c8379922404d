"""What every extractor yields, and a text without pages cut into pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from app.documents.extractors.limits import MAX_PAGE
from app.domain.documents import DocumentHeading, DocumentPage, PageUnit, Remark

PIECE = 3_000  # characters: about what a printed page has
CELL = " | "  # between the cells of a table's row


@dataclass(frozen=True, slots=True)
class Opening:
    """The first thing an extractor yields.

    Attributes:
        unit: What its pages are.
        pages: How many there will be; None where that is not known before.
        title: As the file says.
    """

    unit: PageUnit
    pages: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A paragraph, a row of a table, a heading or the end of a page.

    Attributes:
        text: May have lines.
        level: From 1 for a heading; 0 for anything else.
        ends_page: The page ends before it.
        label: The name of what begins with it, such as a sheet.
        line: Of the file or sheet, from 1; 0 where lines mean nothing.
        tight: It follows the one before on the next line.
    """

    text: str
    level: int = 0
    ends_page: bool = False
    label: str | None = None
    line: int = 0
    tight: bool = False


Extracted = Opening | DocumentHeading | DocumentPage | Remark
"""Headings come before the page that they stand on, in order."""


def paged(blocks: Iterable[TextBlock], *, cut: bool) -> Iterator[DocumentHeading | DocumentPage]:
    """Pages of blocks.

    Args:
        blocks: In order.
        cut: Whether a page ends where it is full, for what has no pages itself.
    """
    draft = _Draft()
    number = 1
    for block in blocks:
        text = block.text.strip("\n")
        full = cut and draft.size and draft.size + len(text) > PIECE
        if (block.ends_page or full) and draft.size:
            yield draft.page(number)
            number += 1
            draft = _Draft(label=draft.label)
        if block.label is not None:
            draft.label = block.label
        for piece in _pieces(text, cut=cut):
            if cut and draft.size and draft.size + len(piece) > PIECE:
                yield draft.page(number)
                number += 1
                draft = _Draft(label=draft.label)
            at = draft.add(piece, block)
            if block.level and piece.strip():
                yield DocumentHeading(block.level, " ".join(piece.split())[:300], number, at)
    if draft.size or number == 1:
        yield draft.page(number)


@dataclass(slots=True)
class _Draft:
    """A page in the making."""

    label: str = ""
    texts: list[str] = field(default_factory=list)
    size: int = 0
    line: int = 0

    def add(self, text: str, block: TextBlock) -> int:
        """Add a text; returns where in the page it begins."""
        if not text:
            return self.size
        if not self.texts:
            self.line = block.line
        else:
            gap = "\n" if block.tight else "\n\n"
            self.texts.append(gap)
            self.size += len(gap)
        at = self.size
        self.texts.append(text)
        self.size += len(text)
        return at

    def page(self, number: int) -> DocumentPage:
        """The page."""
        return page_of(number, "".join(self.texts), label=self.label, line=self.line)


def page_of(number: int, text: str, *, label: str = "", line: int = 0) -> DocumentPage:
    """A page, cut where it is endless."""
    remark = Remark.CUT if len(text) > MAX_PAGE else None
    text = text[:MAX_PAGE]
    return DocumentPage(number, text, 0, len(text), label, line, remark)


def _pieces(text: str, *, cut: bool) -> Iterator[str]:
    """The text, or pieces of it that fit on a page, at the ends of lines or words."""
    start = 0
    while cut and len(text) - start > PIECE:
        middle, limit = start + PIECE // 2, start + PIECE
        at = max(text.rfind("\n", middle, limit), text.rfind(" ", middle, limit))
        end = at if at > 0 else limit
        yield text[start:end]
        start = end
        while text[start : start + 1].isspace():
            start += 1
    yield text[start:]
