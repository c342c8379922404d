"""The pages of a PDF, filled from the top with one piece of a chat after the other.

Qt lays out a whole text before it draws the first page of it, and of a chat of some thousand pages
that takes gigabytes. So each piece is a text of its own, which begins on the page where the piece
before it ended.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import TracebackType

from PySide6.QtCore import QPointF, QRectF, QSizeF
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QGuiApplication,
    QPageLayout,
    QPainter,
    QPainterPath,
    QPalette,
    QPdfWriter,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextOption,
)

from app.domain.errors import TransferError
from app.language import tr
from app.markup.transfer.writers.html_style import LIGHT
from app.ui.transfer.pdf_breaks import keep_together
from app.ui.transfer.pdf_ending import Place
from app.ui.transfer.pdf_formulas import FormulaObjects, PaperFormula

TEXT = 14.0  # pixels of body text, 10.5 points
CODE = 12.0
_DPI = 96.0  # what Qt lays out text for without a screen; the painter scales it to the page
_POINTS = 0.75  # of a pixel at that resolution
_FOOT_TEXT = 11.0
_FOOT = 28.0  # pixels below the text, for the page number
_ROOM = 40.0  # pixels of a page below which the next piece begins on a new one
_PASSES = 4  # of beginning pages earlier: each may push another end to a bad place
_IMAGE = QTextFormat.ObjectTypes.ImageObject
_FIXED = QTextBlockFormat.LineHeightTypes.FixedHeight.value
_SPACE = '<p style="margin:0">&nbsp;</p>'  # not shown: as tall as what stands above a piece
_STYLE = f"""
.title{{font-size:22px;font-weight:bold;margin-bottom:0px}}
.who{{font-weight:bold;margin-top:22px;margin-bottom:4px}}
h3{{font-size:19px}}h4{{font-size:16px}}h5{{font-size:18px}}h6{{font-size:20px}}
p{{margin-top:6px;margin-bottom:6px}}
a{{color:{LIGHT["link"]}}}
code,pre{{font-family:"%s";font-size:{CODE}px}}
code{{background-color:{LIGHT["ground"]}}}
table{{margin-top:6px;margin-bottom:6px}}
table.data{{border-collapse:collapse;border-style:solid;border-color:{LIGHT["border"]}}}
th{{background-color:{LIGHT["ground"]}}}
.quote{{color:{LIGHT["muted"]}}}
.muted{{color:{LIGHT["muted"]};font-size:12px;font-weight:normal}}
.error{{color:{LIGHT["error"]}}}
"""


@dataclass(frozen=True, slots=True)
class PdfPiece:
    """Some pages of a chat.

    Attributes:
        html: What stands there.
        formulas: Its formulas, which its images name by their numbers.
        titles: What the outline says of its anchors.
        drawn: Called after each page; what it raises ends the drawing.
    """

    html: str
    formulas: Mapping[int, PaperFormula]
    titles: Sequence[str]
    drawn: Callable[[], None]


class Pages:
    """Pages that are being drawn; a context, at the end of which the file is whole.

    Args:
        writer: Where they go.
        anchor: What the names of anchors of the outline begin with, before their number.

    Attributes:
        places: Where the anchors stand, in their order.

    Raises:
        TransferError: Qt cannot draw there.
    """

    def __init__(self, writer: QPdfWriter, anchor: str) -> None:
        self._writer, self._anchor = writer, anchor
        self._scale = writer.resolution() / _DPI
        self._width = writer.width() / self._scale
        self._height = writer.height() / self._scale - _FOOT
        self._page, self._used = 0, 0.0  # pixels of that page
        self.places: list[Place] = []
        self._painter = QPainter()
        if not self._painter.begin(writer):
            raise TransferError(tr("The PDF could not be made."), action=tr("Try another format."))
        self._painter.scale(self._scale, self._scale)

    def __enter__(self) -> Pages:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._painter.end()

    def add(self, piece: PdfPiece) -> None:
        """Draw a piece below what is there."""
        if self._height - self._used < _ROOM:
            self._turn_page()
        doc = self._laid_out(piece)
        count = doc.pageCount()
        for page in range(count):
            if page:
                self._turn_page()
            self._draw(doc, page)
            if page or not self._used:
                self._draw_foot()
            piece.drawn()
        self._find_places(doc, piece.titles, self._page - count + 1)
        self._used = _end(doc) - (count - 1) * self._height

    def _turn_page(self) -> None:
        self._writer.newPage()
        self._page += 1
        self._used = 0.0

    def _laid_out(self, piece: PdfPiece) -> QTextDocument:
        doc = QTextDocument()
        doc.setUndoRedoEnabled(False)
        doc.setDocumentMargin(0)
        doc.setUseDesignMetrics(True)
        doc.setDefaultFont(_font())
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        doc.setDefaultTextOption(option)
        fixed = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont).family()
        doc.setDefaultStyleSheet(_STYLE % fixed.replace('"', ""))
        handler = FormulaObjects(piece.formulas, self._width)
        handler.setParent(doc)
        doc.documentLayout().registerHandler(_IMAGE.value, handler)
        doc.setHtml(_SPACE + piece.html if self._used else piece.html)
        if self._used:
            first = QTextCursor(doc.firstBlock())
            space = first.blockFormat()
            space.setLineHeight(self._used, _FIXED)
            first.setBlockFormat(space)
        doc.setPageSize(QSizeF(self._width, self._height))
        for _ in range(_PASSES):
            if not keep_together(doc, self._height):
                break
            # What Qt lays out anew from a change on is not drawn whole (seen with Qt 6.11).
            doc.markContentsDirty(0, doc.characterCount())
        return doc

    def _draw(self, doc: QTextDocument, page: int) -> None:
        # As QTextDocument.drawContents, but in ink: that takes the window's colour, white on dark.
        part = QRectF(0, page * self._height, self._width, self._height)
        context = QAbstractTextDocumentLayout.PaintContext()
        ink = QPalette()
        ink.setColor(QPalette.ColorRole.Text, QColor(LIGHT["text"]))
        context.palette = ink
        context.clip = part
        self._painter.save()
        self._painter.translate(0, -part.top())
        self._painter.setClipRect(part)
        doc.documentLayout().draw(self._painter, context)
        self._painter.restore()

    def total(self) -> bytes:
        """How many pages there are, to stand behind the number of each: PDF's operators."""
        line = QPainterPath()
        line.addText(self._width / 2, self._foot_line(), _font(_FOOT_TEXT), f"/ {self._page + 1}")
        margins = self._writer.pageLayout().margins(QPageLayout.Unit.Point)
        above = self._writer.pageLayout().fullRectPoints().height() - margins.top()
        colour = QColor(LIGHT["muted"])
        ink = f"{colour.redF():.3f} {colour.greenF():.3f} {colour.blueF():.3f} rg"  # not shown
        return "\n".join((ink, *_outlined(line, margins.left(), above), "f")).encode()

    def _foot_line(self) -> float:
        """Where the page's number stands, pixels from the top."""
        return self._height + _FOOT / 2 + QFontMetricsF(_font(_FOOT_TEXT)).ascent()

    def _draw_foot(self) -> None:
        number = f"{self._page + 1} "
        font = _font(_FOOT_TEXT)
        self._painter.setPen(QColor(LIGHT["muted"]))
        self._painter.setFont(font)
        left = self._width / 2 - QFontMetricsF(font).horizontalAdvance(number)
        self._painter.drawText(QPointF(left, self._foot_line()), number)

    def _find_places(self, doc: QTextDocument, titles: Sequence[str], begun: int) -> None:
        """Where the anchors stand of a piece that begins on the page ``begun``."""
        paper = self._writer.pageLayout().fullRectPoints().height()
        above = self._writer.pageLayout().margins(QPageLayout.Unit.Point).top()
        left = list(titles)
        block = doc.begin()
        while block.isValid() and left:
            at = block.begin()
            names = [] if at.atEnd() else at.fragment().charFormat().anchorNames()
            if f"{self._anchor}{len(self.places)}" in names:
                y = doc.documentLayout().blockBoundingRect(block).top()
                page = int((y + 0.5) // self._height)
                down = (y - page * self._height) * _POINTS
                self.places.append(Place(left.pop(0), begun + page, paper - above - down))
            block = block.next()


def _outlined(  # not shown: PDF
    line: QPainterPath, left: float, above: float
) -> Iterator[str]:
    """A path as PDF says it, in points, from what the path has as 0, 0."""
    curve: list[str] = []
    for element in map(line.elementAt, range(line.elementCount())):
        point = f"{left + element.x * _POINTS:.2f} {above - element.y * _POINTS:.2f}"
        if element.type is QPainterPath.ElementType.MoveToElement:
            yield f"{point} m"
        elif element.type is QPainterPath.ElementType.LineToElement:
            yield f"{point} l"
        else:
            curve.append(point)
            if len(curve) == 3:
                yield f"{' '.join(curve)} c"
                curve.clear()


def _end(doc: QTextDocument) -> float:
    """Where the last line or box of a text ends, from its top."""
    layout, last = doc.documentLayout(), doc.lastBlock()
    frames = doc.rootFrame().childFrames()
    below = layout.frameBoundingRect(frames[-1]).bottom() if frames else 0.0
    if not last.text() and frames:  # Qt puts an empty paragraph below each box
        return below
    return max(below, layout.blockBoundingRect(last).bottom())


def _font(pixels: float = TEXT) -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPixelSize(round(pixels))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font
