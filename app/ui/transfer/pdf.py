"""PDF: the active branch of a chat on pages, laid out by Qt, with vector formulas."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from html import escape

from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QLocale, QMarginsF
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPdfWriter

from app.domain.conversation import Message
from app.domain.generation import Role
from app.language import tr
from app.language.formats import day, day_and_time
from app.markup.code.highlighter import TokenKind
from app.markup.document.blocks import Block
from app.markup.maths.render import Formula, FormulaStyle, MathError, render
from app.markup.parse import parse
from app.markup.transfer.values import Chat, ExportFormat, ExportOptions, ExportStep, no_step
from app.markup.transfer.writers.exported_turns import (
    ExportedTurn,
    message_blocks,
    system_prompt,
    turns,
)
from app.markup.transfer.writers.html_blocks import HtmlBlocks
from app.markup.transfer.writers.html_style import COLOUR_OF, LIGHT
from app.markup.transfer.writers.markdown import author
from app.markup.transfer.writers.spelled import spelled
from app.ui.transfer.pdf_ending import completed
from app.ui.transfer.pdf_formulas import LateFormula, PaperFormula
from app.ui.transfer.pdf_pages import TEXT, Pages, PdfPiece

_ASKED = "asked"  # before the numbers of anchors
_LINE = 80  # characters of a question in the outline
_READ = 2_000  # characters of it that are looked at for that
_MARGIN_MM = 20.0
_ROWS = 60  # of a table that are laid out together: Qt draws all of one for each of its pages
_LINES = 80  # of code, likewise
_BOXED = 10_000  # characters of HTML in one box
_HELD = (
    20_000_000  # bytes of formulas that wait for their page, two thousand; others wait as source
)
_PIECE = 100_000  # characters of HTML that are laid out together, a dozen pages
_BOX = re.compile(r"(?<=</table>\n)|(?<=</table></div>\n)")  # ends there: not shown
_LEAD = re.compile(r"<h|<p[^>]*><strong>[^<]*</strong></p>|.*:(</\w+>)*\s*$", re.DOTALL)
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

    def write(
        self, chats: tuple[Chat, ...], options: ExportOptions, step: ExportStep = no_step
    ) -> bytes:
        """The pages of one chat.

        Raises:
            TransferError: Qt could not make the file.
        """
        (chat,) = chats
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
        with Pages(writer, _ASKED) as pages:
            for piece in _ChatPieces(chat, options, step).pieces():
                pages.add(piece)
        buffer.close()
        return completed(bytes(buffer.data().data()), pages.places, pages.total())


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
    """How things look on paper: nothing folds, formulas are placeholders that are drawn later.

    Args:
        each: Called before each formula; a table may have thousands. What it raises ends the work.

    Attributes:
        formulas: Those that are still to be drawn, by their numbers.
        count: How many there were.
    """

    def __init__(self, each: Callable[[], object]) -> None:
        self._each = each
        self.formulas: dict[int, PaperFormula] = {}
        self.count = 0
        self._held = 0  # bytes of pictures

    def formula(self, source: str, markdown: str, *, display: bool) -> str:
        """An image whose name is its number."""
        self._each()
        try:
            style = FormulaStyle(display=display, size=TEXT, colour=LIGHT["text"])
            drawn = render(source, style)
        except MathError:
            return f"<code>{escape(markdown, quote=False)}</code>"
        self._held += len(drawn.svg)
        late = LateFormula(source, style, drawn.width, drawn.height, drawn.baseline)
        self.formulas[self.count] = drawn if self._held <= _HELD else late
        self.count += 1
        return f'<img src="{self.count - 1}" style="vertical-align:middle">'

    def forget(self, before: int) -> None:
        """Those below a number are drawn."""
        self.formulas = {number: one for number, one in self.formulas.items() if number >= before}
        kept = (one for one in self.formulas.values() if isinstance(one, Formula))
        self._held = sum(len(one.svg) for one in kept)

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
        name = COLOUR_OF.get(kind)
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

    def task(self, *, checked: bool) -> str:
        """A drawn box."""
        return "☑ " if checked else "☐ "


def _boxed(body: str, ground: str) -> str:  # not shown: HTML
    return (
        f'<table width="100%" cellspacing="0" cellpadding="8" border="0" '
        f'bgcolor="{LIGHT[ground]}"><tr><td>{body}</td></tr></table>\n'
    )


class _ChatPieces:
    """A chat as pieces that are laid out one after the other.

    Args:
        chat: The chat.
        options: What of it is shown.
        step: Told how many of its characters are done.
    """

    def __init__(self, chat: Chat, options: ExportOptions, step: ExportStep) -> None:
        self._chat, self._options, self._step = chat, options, step
        self._look = _PrintRenderer(lambda: self._step(self._done, self._total))
        self._turns = tuple(turns(chat, options))
        self._total = sum(len(turn.message.content) for turn in self._turns)
        self._done = 0
        self._asked = 0
        self._titles: list[str] = []  # of the questions in the piece that is being made

    def pieces(self) -> Iterator[PdfPiece]:
        """The pieces; none ends behind what leads to the next."""
        parts: list[str] = []
        size = 0
        before = 0  # formulas of what is whole already
        for html in self._units():
            for part in _BOX.split(html) if len(html) > _PIECE else (html,):
                if size > _PIECE and not _LEAD.match(parts[-1]):
                    yield self._piece(parts)
                    self._look.forget(before)
                    parts, size = [], 0
                parts.append(part)
                size += len(part)
            before = self._look.count
        yield self._piece(parts)

    def _piece(self, parts: list[str]) -> PdfPiece:
        titles, self._titles = self._titles, []
        step = partial(self._step, self._done, self._total)
        step()
        return PdfPiece("".join(parts), self._look.formulas, tuple(titles), step)

    def _units(self) -> Iterator[str]:
        """HTML that stands below each other: headings, and the blocks of messages."""
        c = self._chat.conversation
        title = escape(c.title.strip() or tr("Untitled chat"), quote=False)
        made = day(self._options.local(c.created_at))
        yield (  # not shown: HTML
            f'<p class="title">{title}</p>\n<p class="muted" style="margin-top:0">{made}</p>\n'
        )
        if said := system_prompt(self._chat, self._options):
            yield f'<p class="who">{tr("System prompt")}</p>'  # not shown: HTML
            yield from _blocks(parse(_showable(said)), HtmlBlocks(self._look, "s", breaks=True))
        for number, turn in enumerate(self._turns, 1):
            before, length = self._done, len(turn.message.content)
            yield self._head(turn)
            mine = turn.message.role is Role.USER
            blocks = HtmlBlocks(self._look, f"m{number}-", breaks=mine, rows=_ROWS)
            shown = message_blocks(_written(turn.message), partial(self._tell_read, before, length))
            units = _blocks(shown, blocks)
            for at, html in enumerate(_in_boxes(units) if mine else units, 1):
                self._done = before + min(length, int(length * (1 + at / len(shown)) / 2))
                yield html
            if turn.message.error:
                error = escape(turn.message.error, quote=False)
                yield f'<p class="error">{error}</p>'  # not shown: HTML
            self._done = before + length

    def _tell_read(self, before: int, length: int, done: float) -> None:
        """How much of a message is read, which counts half."""
        self._step(before + int(length * done / 2), self._total)

    def _head(self, turn: ExportedTurn) -> str:
        message = turn.message
        anchor = ""
        if message.role is Role.USER:
            anchor = f'<a name="{_ASKED}{self._asked}"></a>'  # not shown: HTML
            self._asked += 1
            self._titles.append(_short(message.content))
        when = day_and_time(self._options.local(message.created_at))
        when = " · ".join(filter(None, (when, turn.place)))
        who = escape(author(message), quote=False)
        return (  # not shown: HTML
            f'<p class="who">{anchor}{who} <span class="muted">&nbsp;{when}</span></p>\n'
        )


def _written(message: Message) -> Message:
    """One that can be written as UTF-8; its characters keep their places."""
    return replace(message, content=_showable(message.content))


def _blocks(shown: Iterable[Block], blocks: HtmlBlocks) -> Iterator[str]:
    for block in shown:
        yield _showable(blocks.html((block,)))


def _in_boxes(units: Iterable[str]) -> Iterator[str]:
    """What was typed, on a ground of its own; a long one in several, of which Qt draws all."""
    parts: list[str] = []
    size = 0
    for html in units:
        parts.append(html)
        size += len(html)
        if size > _BOXED:
            yield _boxed("".join(parts), "bubble")
            parts, size = [], 0
    if parts:
        yield _boxed("".join(parts), "bubble")


def _showable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _short(content: str) -> str:
    """A question as a line of the outline, its words without marks."""
    line = " ".join(spelled(content[:_READ], breaks=True).split())
    return line if len(line) <= _LINE else line[: _LINE - 1] + "…"
