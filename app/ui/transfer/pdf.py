"""PDF: the active branch of a chat on pages, laid out by Qt, with vector formulas."""

from __future__ import annotations

import sys
from html import escape

from PySide6.QtCore import (
    QBuffer,
    QByteArray,
    QCoreApplication,
    QIODevice,
    QLocale,
    QMarginsF,
    QRect,
    QRectF,
    QSizeF,
    Qt,
)
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QFontDatabase,
    QFontMetrics,
    QGuiApplication,
    QPageLayout,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QPyTextObject,
    QTextDocument,
    QTextFormat,
    QTextOption,
)
from PySide6.QtSvg import QSvgRenderer

from app.domain.errors import TransferError
from app.domain.generation import Role
from app.domain.parts import TextPart
from app.language import tr
from app.language.formats import day, day_and_time
from app.markup.code.highlighter import TokenKind
from app.markup.maths.render import Formula, FormulaStyle, MathError, render
from app.markup.parse import parse
from app.markup.parts.registry import block_of, shown_parts
from app.markup.transfer.values import Chat, ExportFormat, ExportOptions
from app.markup.transfer.writers.exported_turns import Budget, ExportedTurn, system_prompt, turns
from app.markup.transfer.writers.html_blocks import HtmlBlocks
from app.markup.transfer.writers.html_style import COLOUR_OF, LIGHT
from app.markup.transfer.writers.markdown import author
from app.markup.transfer.writers.neutral import MAX_PARSED
from app.ui.transfer.pdf_breaks import keep_together
from app.ui.transfer.pdf_outline import Place, with_outline

_DPI = 96.0  # what Qt lays out text for without a screen; the painter scales it to the page
_POINTS = 0.75  # of a pixel at that resolution
_ASKED = "asked"  # before the numbers of anchors
_LINE = 80  # characters of a question in the outline
_TEXT = 14.0  # pixels of body text, 10.5 points
_CODE = 12.0
_MARGIN_MM = 20.0
_FOOT = 28.0  # pixels below the text, for the page number
_ROWS = 60  # of a table that are laid out together: Qt draws all of one for each of its pages
_LINES = 80  # of code, likewise
_MAX_FORMULAS = 3_000  # drawn in one file; the rest is their source
_MAX_ROWS = 3_000  # of tables; Qt takes some milliseconds for each
_MAX_RUNS = 40_000  # pieces of code that are coloured
_LETTER = frozenset(
    (
        QLocale.Country.UnitedStates,
        QLocale.Country.Canada,
        QLocale.Country.Mexico,
        QLocale.Country.Belize,
        QLocale.Country.Chile,
        QLocale.Country.Colombia,
        QLocale.Country.CostaRica,
        QLocale.Country.ElSalvador,
        QLocale.Country.Guatemala,
        QLocale.Country.Nicaragua,
        QLocale.Country.Panama,
        QLocale.Country.Philippines,
        QLocale.Country.PuertoRico,
        QLocale.Country.Venezuela,
    )
)
_IMAGE = QTextFormat.ObjectTypes.ImageObject

_STYLE = f"""
.title{{font-size:22px;font-weight:bold;margin-bottom:0px}}
.who{{font-weight:bold;margin-top:22px;margin-bottom:4px}}
h3{{font-size:19px}}h4{{font-size:16px}}h5{{font-size:18px}}h6{{font-size:20px}}
p{{margin-top:6px;margin-bottom:6px}}
a{{color:{LIGHT["link"]}}}
code,pre{{font-family:"%s";font-size:{_CODE}px}}
code{{background-color:{LIGHT["ground"]}}}
table{{margin-top:6px;margin-bottom:6px}}
table.data{{border-collapse:collapse;border-style:solid;border-color:{LIGHT["border"]}}}
th{{background-color:{LIGHT["ground"]}}}
.quote{{color:{LIGHT["muted"]}}}
.muted{{color:{LIGHT["muted"]};font-size:12px;font-weight:normal}}
.error{{color:{LIGHT["error"]}}}
"""


class PdfExporter:
    """Writes a chat as PDF; needs a ``QGuiApplication``, any thread will do.

    Attributes:
        application: Held so that it lives as long, where nobody else does.
    """

    application: QCoreApplication | None = None

    format = ExportFormat(
        "pdf",
        "PDF",
        ".pdf",
        tr("To print and hand over: pages with formulas drawn and code coloured."),
    )

    def write(self, chats: tuple[Chat, ...], options: ExportOptions) -> bytes:
        """The pages of one chat.

        Raises:
            TransferError: Qt could not make the file.
        """
        (chat,) = chats
        look = _PrintRenderer()
        asked: list[str] = []
        html = _page(chat, look, options, asked)
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(buffer)
        writer.setCreator("Phial")  # not shown: a name
        writer.setTitle(chat.conversation.title or tr("Chat"))
        margins = QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM)
        writer.setPageLayout(
            QPageLayout(
                QPageSize(paper()),
                QPageLayout.Orientation.Portrait,
                margins,
                QPageLayout.Unit.Millimeter,
            )
        )
        places = _print(html, look.formulas, writer, asked)
        buffer.close()
        return with_outline(bytes(buffer.data().data()), places)


def paper(locale: QLocale | None = None) -> QPageSize.PageSizeId:
    """What printers of a region are filled with, A4 or letter, as CLDR's ``paperSize`` lists it."""
    territory = (locale or QLocale.system()).territory()
    letter = QPageSize.PageSizeId.Letter
    return letter if territory in _LETTER else QPageSize.PageSizeId.A4


def windowless_exporter() -> PdfExporter:
    """One for a program without a window, with the ``QGuiApplication`` that it needs."""
    application = QGuiApplication.instance() or QGuiApplication(sys.argv[:1])
    exporter = PdfExporter()
    exporter.application = application
    return exporter


class _PrintRenderer:
    """How things look on paper: nothing folds, formulas are placeholders that are drawn later."""

    def __init__(self) -> None:
        self.formulas: list[Formula] = []
        self._drawn = Budget(_MAX_FORMULAS)
        self._runs = Budget(_MAX_RUNS)
        self._rows = Budget(_MAX_ROWS)

    def formula(self, source: str, markdown: str, *, display: bool) -> str:
        """An image whose name is its number in ``formulas``."""
        if not self._drawn.allows(1):
            return f"<code>{escape(markdown, quote=False)}</code>"
        try:
            style = FormulaStyle(display=display, size=_TEXT, colour=LIGHT["text"])
            drawn = render(source, style)
        except MathError:
            return f"<code>{escape(markdown, quote=False)}</code>"
        self.formulas.append(drawn)
        return f'<img src="{len(self.formulas) - 1}" style="vertical-align:middle">'

    def code(self, label: str, body: str) -> str:  # not shown: HTML
        """A tinted box; long lines wrap, since paper does not scroll."""
        head = f'<p class="muted" style="margin:0">{escape(label)}</p>' if label else ""
        lines = body.split("\n")
        boxes = []
        for start in range(0, len(lines), _LINES):
            part = "\n".join(lines[start : start + _LINES])
            boxes.append(
                _boxed(f'{head}<pre style="white-space:pre-wrap;margin:0">{part}</pre>', "ground")
            )
            head = ""
        return "".join(boxes)

    def run(self, kind: TokenKind, text: str) -> str:  # not shown: HTML
        """Colour and text."""
        name = COLOUR_OF.get(kind) if self._runs.allows(1) else None
        return f'<span style="color:{LIGHT[name]}">{text}</span>' if name else text

    def folded(self, title: str, body: str) -> str:
        """Set off, in a quieter colour."""
        return self.quote(f'<p class="muted">{escape(title, quote=False)}</p>{body}')  # not shown

    def quote(  # not shown: HTML
        self, body: str, title: str = "", tone: str = "border"
    ) -> str:
        """With a bar at its start, which Qt has for cells only."""
        part = f'<div class="quote">{body}</div>'  # not shown
        if title:
            part = f'<p style="color:{LIGHT[tone]}"><b>{escape(title)}</b></p>{body}'  # not shown
        return (
            '<table width="100%" cellspacing="0" cellpadding="0" border="0"><tr>'
            f'<td width="3" bgcolor="{LIGHT[tone]}"></td><td width="12"></td>'
            f"<td>{part}</td></tr></table>\n"
        )

    def draws_rows(self, count: int) -> bool:
        """Some thousand of a file."""
        return self._rows.allows(count)

    def task(self, *, checked: bool) -> str:
        """A drawn box."""
        return "☑ " if checked else "☐ "


def _boxed(body: str, ground: str) -> str:  # not shown: HTML
    return (
        f'<table width="100%" cellspacing="0" cellpadding="8" border="0" '
        f'bgcolor="{LIGHT[ground]}"><tr><td>{body}</td></tr></table>\n'
    )


def _page(chat: Chat, look: _PrintRenderer, options: ExportOptions, asked: list[str]) -> str:
    c = chat.conversation
    title = escape(c.title.strip() or tr("Untitled chat"), quote=False)
    made = day(options.local(c.created_at))
    parts = [  # not shown: HTML
        f'<p class="title">{title}</p>\n<p class="muted" style="margin-top:0">{made}</p>\n',
    ]
    if said := system_prompt(chat, options):
        prompt = _text(said, HtmlBlocks(look, "s", breaks=True, rows=_ROWS))
        parts.append(f'<p class="who">{tr("System prompt")}</p>{prompt}')  # not shown: HTML
    for number, turn in enumerate(turns(chat, options), 1):
        anchor = ""
        if turn.message.role is Role.USER:
            anchor = f'<a name="{_ASKED}{len(asked)}"></a>'  # not shown: HTML
            asked.append(_short(turn.message.content))
        parts.append(_turn(turn, f"m{number}-", look, options, anchor))
    return "".join(parts)


def _short(content: str) -> str:
    """A question as a line of the outline."""
    line = " ".join(content.split())
    return line if len(line) <= _LINE else line[: _LINE - 1] + "…"


def _turn(  # not shown: HTML
    turn: ExportedTurn, prefix: str, look: _PrintRenderer, options: ExportOptions, anchor: str = ""
) -> str:
    message = turn.message
    when = day_and_time(options.local(message.created_at))
    when = " · ".join(filter(None, (when, turn.place)))
    who = escape(author(message), quote=False)
    head = f'<p class="who">{anchor}{who} <span class="muted">&nbsp;{when}</span></p>\n'
    mine = message.role is Role.USER
    blocks = HtmlBlocks(look, prefix, breaks=mine, rows=_ROWS)
    body = "".join(
        _text(part.text, blocks)
        if isinstance(part, TextPart)
        else blocks.html((block_of(part),)).encode("utf-8", "replace").decode("utf-8")
        for part in shown_parts(message.content, message.placed)
    )
    if message.error:
        body += f'<p class="error">{escape(message.error, quote=False)}</p>'
    return head + (_boxed(body, "bubble") if mine else body)


def _text(content: str, blocks: HtmlBlocks) -> str:
    said = content.encode("utf-8", "replace").decode("utf-8")
    if len(said) <= MAX_PARSED:
        return blocks.html(parse(said))
    # Some hundred pages: as it was written, since Qt would take minutes to lay it out.
    rows = (escape(row, quote=False) or "&nbsp;" for row in said.split("\n"))
    return "".join(f'<p style="margin:0;white-space:pre-wrap">{row}</p>\n' for row in rows)


def _places(doc: QTextDocument, asked: list[str], height: float, writer: QPdfWriter) -> list[Place]:
    """Where the questions stand on the pages."""
    paper = writer.pageLayout().fullRectPoints().height()
    above = writer.pageLayout().margins(QPageLayout.Unit.Point).top()
    found: list[Place] = []
    block = doc.begin()
    while block.isValid() and len(found) < len(asked):
        at = block.begin()
        names = [] if at.atEnd() else at.fragment().charFormat().anchorNames()
        if f"{_ASKED}{len(found)}" in names:
            y = doc.documentLayout().blockBoundingRect(block).top()
            page = int((y + 0.5) // height)
            down = (y - page * height) * _POINTS
            found.append(Place(asked[len(found)], page, paper - above - down))
        block = block.next()
    return found


def _print(html: str, formulas: list[Formula], writer: QPdfWriter, asked: list[str]) -> list[Place]:
    scale = writer.resolution() / _DPI
    width, height = writer.width() / scale, writer.height() / scale - _FOOT
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
    drawing = _Formulas(formulas, width)
    doc.documentLayout().registerHandler(_IMAGE.value, drawing)
    doc.setHtml(html)
    doc.setPageSize(QSizeF(width, height))
    keep_together(doc, height)
    painter = QPainter()
    if not painter.begin(writer):
        raise TransferError(tr("The PDF could not be made."), action=tr("Try another format."))
    try:
        painter.scale(scale, scale)
        pages = doc.pageCount()
        for page in range(pages):
            if page:
                writer.newPage()
            painter.save()
            painter.translate(0, -page * height)
            _draw(doc, painter, QRectF(0, page * height, width, height))
            painter.restore()
            painter.setPen(QColor(LIGHT["muted"]))
            painter.setFont(_font(11))
            foot = QRectF(0, height + _FOOT / 2, width, _FOOT / 2)
            painter.drawText(foot, Qt.AlignmentFlag.AlignRight, f"{page + 1} / {pages}")
    finally:
        painter.end()
    return _places(doc, asked, height, writer)


def _draw(doc: QTextDocument, painter: QPainter, part: QRectF) -> None:
    # As QTextDocument.drawContents, but in ink: that takes the window's colour, white on dark.
    context = QAbstractTextDocumentLayout.PaintContext()
    ink = QPalette()
    ink.setColor(QPalette.ColorRole.Text, QColor(LIGHT["text"]))
    context.palette = ink
    context.clip = part
    painter.setClipRect(part)
    doc.documentLayout().draw(painter, context)


def _font(pixels: float = _TEXT) -> QFont:
    font = QFont(QGuiApplication.font())
    font.setPixelSize(round(pixels))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    return font


class _Formulas(QPyTextObject):
    """Draws formulas where the text has images, on the baseline of their lines.

    Qt centres an object with "vertical-align: middle" a quarter of the font's x-height above the
    baseline (qtextdocumentlayout.cpp, resizeInlineObject). So each object is made symmetrical
    about that line.
    """

    def __init__(self, formulas: list[Formula], width: float) -> None:
        super().__init__()
        self._formulas = formulas
        self._width = width

    def intrinsicSize(self, _doc: QTextDocument, _pos: int, fmt: QTextFormat) -> QSizeF:
        """The object's size, as Qt asks for it."""
        formula = self._formula(fmt)
        if formula is None:
            return QSizeF(0, 0)
        scale = self._scale(formula)
        return QSizeF(formula.width * scale, 2 * self._half(formula, fmt))

    def drawObject(
        self,
        painter: QPainter,
        rect: QRectF | QRect,
        _doc: QTextDocument,
        _pos: int,
        fmt: QTextFormat,
    ) -> None:
        """Qt asks to draw."""
        formula = self._formula(fmt)
        if formula is None:
            return
        scale = self._scale(formula)
        where = QRectF(rect)
        baseline = where.top() + self._half(formula, fmt) + _middle(fmt)
        top = baseline - formula.baseline * scale
        bounds = QRectF(where.left(), top, formula.width * scale, formula.height * scale)
        QSvgRenderer(QByteArray(_without_outline(formula.svg))).render(painter, bounds)

    def _formula(self, fmt: QTextFormat) -> Formula | None:
        name = fmt.toImageFormat().name()
        return self._formulas[int(name)] if name.isdecimal() else None

    def _scale(self, formula: Formula) -> float:
        # A formula wider than the page is made smaller rather than cut off.
        return min(1.0, self._width / formula.width) if formula.width > 0 else 1.0

    def _half(self, formula: Formula, fmt: QTextFormat) -> float:
        scale, middle = self._scale(formula), _middle(fmt)
        ascent = formula.baseline * scale
        descent = formula.height * scale - ascent
        return max(ascent - middle, descent + middle)


def _without_outline(svg: bytes) -> bytes:
    # QtSvg begins with a pen without colour but one unit wide, and Qt's PDF engine draws its
    # outline in the colour of the glyph (seen with Qt 6.11). It can go when formulas look as thin
    # as the text without it.
    return svg.replace(b"<svg ", b'<svg stroke="#000000" stroke-width="0" ', 1)


def _middle(fmt: QTextFormat) -> float:
    return QFontMetrics(fmt.toCharFormat().font()).xHeight() / 4
