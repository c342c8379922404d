"""Where pages end: no lead-in without what it leads to, no lone line, no empty strip of a box.

Qt breaks pages wherever they are full. This goes through what it laid out from the top, and where
a page ends badly, begins the next one a little earlier.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtGui import QFont, QTextBlock, QTextCursor, QTextDocument, QTextFormat, QTextFrame

_MOST = 120  # pages that are begun earlier; each is laid out anew from there
_FEW = 6  # lines of a paragraph that is rather moved whole than leaves one line behind
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
            return self._page(self._layout.frameBoundingRect(item).top()) != begins
        pages = [self._line(item, number) for number in range(item.layout().lineCount())]
        if len(pages) < 2 or pages[0] == pages[-1]:
            return False
        alone_above = pages[0] != pages[1]
        alone_below = pages[-1] != pages[-2] and len(pages) <= _FEW
        return alone_above or alone_below

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
