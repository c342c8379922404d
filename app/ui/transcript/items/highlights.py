"""Where the matches of a search stand in a document, as an area to be drawn once more.

Qt draws a paragraph once for each selection, and cuts each out of the text below: its cost grows
faster than with the square, a letter in a paragraph of 10,000 characters took twelve seconds. All
matches together are one area, in which the text is drawn a second time in their colours.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QRegion, QTextDocument, QTextLine


def area_of(
    document: QTextDocument, parts: Iterable[tuple[int, int]], clip: QRectF | None
) -> QRegion:
    """Where parts of a document stand.

    Args:
        document: Laid out.
        parts: From and to, in the document, in their order.
        clip: What will be seen, in the document's coordinates; None for all of it.
    """
    first, last = 0, document.characterCount()
    if clip is not None:
        hits = [_hit(document, corner) for corner in _corners(clip)]
        first, last = min(hits), max(hits)
    area = QRegion()
    for start, end in parts:
        if end > first and start <= last:
            for rect in rects_of(document, start, end):
                area += rect.toAlignedRect()
    return area


def _corners(rect: QRectF) -> tuple[QPointF, ...]:
    return rect.topLeft(), rect.topRight(), rect.bottomLeft(), rect.bottomRight()


def _hit(document: QTextDocument, point: QPointF) -> int:
    return document.documentLayout().hitTest(point, Qt.HitTestAccuracy.FuzzyHit)


def rects_of(document: QTextDocument, start: int, end: int) -> Iterator[QRectF]:
    """The parts of lines between two positions."""
    while start < end:
        block = document.findBlock(start)
        if not block.isValid():
            return
        layout, before = block.layout(), block.position()
        corner = document.documentLayout().blockBoundingRect(block).topLeft()
        stop = min(end, before + block.length() - 1)
        line = layout.lineForTextPosition(start - before)
        while line.isValid() and before + line.textStart() < stop:
            head = max(start - before, line.textStart())
            tail = min(stop - before, line.textStart() + line.textLength())
            ends = sorted((x_at(line, head), x_at(line, tail)))
            yield QRectF(
                corner.x() + ends[0], corner.y() + line.y(), ends[1] - ends[0], line.height()
            )
            following = line.lineNumber() + 1
            if following >= layout.lineCount():
                break
            line = layout.lineAt(following)
        start = before + block.length()


def x_at(line: QTextLine, position: int) -> float:
    """Where a position of a block stands in its line, pixels."""
    found = line.cursorToX(position)
    # PySide returns the cursor position beside the x; its stubs say it is an object.
    return float(found[0]) if isinstance(found, tuple) else 0.0
