"""Where pages end: no lead-in without what it leads to, no lone line, no empty strip of a box.

Qt breaks pages wherever they are full. This goes through what it laid out from the top, and where
a page ends badly, begins the next one a little earlier. Inside of a box none can be begun: one that
is low is moved whole, and one that leaves a single line behind stands a line further down.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import (
    QFont,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFrame,
    QTextTable,
)

_MOST = 120  # pages that are begun earlier; each is laid out anew from there
_FEW = 6  # lines of a paragraph that is rather moved whole than leaves one line behind
_LOW = 1 / 3  # of a page: a box up to it is not torn
_BEGUN = 3  # lines of a box that are not left at the end of a page: its label, and two
_ALWAYS = QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore
Item = QTextBlock | QTextFrame


def keep_together(doc: QTextDocument, height: float) -> int:
    """Begin pages earlier where they would end badly.

    Args:
        doc: Laid out on pages.
        height: Of a page, in the document's units.

    Returns:
        How many were begun earlier.
    """
    pages = _Pages(doc, height)
    leads: list[Item] = []  # what stands above and belongs to what follows
    moved = 0
    for item in list(_items(doc)):
        if isinstance(item, QTextBlock) and not item.text().strip():
            continue
        if moved < _MOST and pages.ends_badly(item, leads):
            if isinstance(item, QTextFrame) and pages.leaves_one_line(item):
                _push_down(item, pages.lowest_line(item))
            else:
                _begin_page(leads[0] if leads else item)
            moved += 1
        if _leads(item):
            leads.append(item)
        else:
            leads = []
    return moved


def _items(doc: QTextDocument) -> Iterator[Item]:
    """Paragraphs and boxes from the top; what is in a box is Qt's business."""
    at = doc.rootFrame().begin()
    while not at.atEnd():
        frame = at.currentFrame()
        yield frame if frame is not None else at.currentBlock()
        at += 1


class _Pages:
    def __init__(self, doc: QTextDocument, height: float) -> None:
        self._layout = doc.documentLayout()
        self._height = height

    def ends_badly(self, item: Item, leads: list[Item]) -> bool:
        """Whether a page ends between an item and what leads to it, or badly inside of it."""
        begins = self._first_line(item)
        if leads and self._first_line(leads[0]) != begins:
            return True
        if isinstance(item, QTextFrame):
            return self._is_torn_badly(item)
        pages = [self._line(item, number) for number in range(item.layout().lineCount())]
        if len(pages) < 2 or pages[0] == pages[-1]:
            return False
        alone_above = pages[0] != pages[1]
        alone_below = pages[-1] != pages[-2] and len(pages) <= _FEW
        return alone_above or alone_below

    def _is_torn_badly(self, box: QTextFrame) -> bool:
        """Whether a box is begun empty, is torn though it is low, or has a lone line somewhere."""
        place = self._layout.frameBoundingRect(box)
        begins, ends = self._page(place.top()), self._page(place.bottom() - 1)
        if begins == ends:
            return False
        pages = self._pages_of(box)
        if begins != pages[0] or place.height() <= self._height * _LOW:
            return True
        least = 2 if _is_table(box) else _BEGUN
        return pages.count(begins) < min(least, len(pages)) or self.leaves_one_line(box)

    def leaves_one_line(self, box: QTextFrame) -> bool:
        """Whether a box that is rightly begun has a single line on its last page."""
        pages = self._pages_of(box)
        least = 2 if _is_table(box) else _BEGUN
        begun = pages.count(pages[0]) > least
        high = self._layout.frameBoundingRect(box).height() > self._height * _LOW
        return begun and high and len(set(pages)) > 1 and pages.count(pages[-1]) == 1

    def lowest_line(self, box: QTextFrame) -> float:
        """Height of its last line."""
        return self._layout.blockBoundingRect(box.lastCursorPosition().block()).height()

    def _pages_of(self, box: QTextFrame) -> list[int]:
        """The page of each of its lines, or of each row of a table."""
        if isinstance(box, QTextTable) and _is_table(box):
            rows = (box.cellAt(row, 0).firstCursorPosition() for row in range(box.rows()))
            return [self._line(cursor.block(), 0) for cursor in rows]
        pages: list[int] = []
        block, last = box.firstCursorPosition().block(), box.lastCursorPosition().block()
        while block.isValid() and block.position() <= last.position():
            lines = block.layout().lineCount() if block.text().strip() else 0
            pages += (self._line(block, number) for number in range(lines))
            block = block.next()
        return pages or [self._first_line(box)]

    def _first_line(self, item: Item) -> int:
        block = item if isinstance(item, QTextBlock) else item.firstCursorPosition().block()
        return self._line(block, 0)

    def _line(self, block: QTextBlock, number: int) -> int:
        top = self._layout.blockBoundingRect(block).top()
        if number < block.layout().lineCount():
            top += block.layout().lineAt(number).y()
        return self._page(top)

    def _page(self, y: float) -> int:
        return int((y + 0.5) // self._height)


def _is_table(box: QTextFrame) -> bool:
    return isinstance(box, QTextTable) and box.rows() > 1


def _push_down(box: QTextFrame, by: float) -> None:
    place = box.frameFormat()
    place.setTopMargin(place.topMargin() + by)
    box.setFrameFormat(place)


def _leads(item: Item) -> bool:
    """Whether something is nothing without what follows: a heading, a name, "as follows:"."""
    if isinstance(item, QTextFrame):
        return False
    text = item.text().rstrip()
    bold = QTextCursor(item)
    bold.movePosition(QTextCursor.MoveOperation.NextCharacter)
    heavy = bold.charFormat().fontWeight() >= QFont.Weight.DemiBold
    return text.endswith(":") or (heavy and item.layout().lineCount() == 1)


def _begin_page(item: Item) -> None:
    if isinstance(item, QTextFrame):
        box = item.frameFormat()
        box.setPageBreakPolicy(_ALWAYS)
        item.setFrameFormat(box)
        return
    cursor = QTextCursor(item)
    paragraph = item.blockFormat()
    paragraph.setPageBreakPolicy(_ALWAYS)
    cursor.setBlockFormat(paragraph)
