"""Markdown on a terminal while it is written: what was printed stays, nothing is drawn again.

Blocks come from :class:`app.markup.stream.MarkdownStream`, as the window has them. A block that is
closed is printed; of the paragraph that is still open, its whole words. Should marks turn out to
be something else than they seemed, the words that follow are right, and those before stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace

from app.cli.drawing.wrapped_text import SOFT_BREAK, Paint, StyledText, TerminalStyle, WrappedText
from app.cli.streams import write_out
from app.markup.code.highlighter import Highlighter, TokenKind, TokenSpan
from app.markup.document.blocks import BlockPart, MathBlock, Paragraph
from app.markup.document.flow import BlockFrame, FlowRow, flatten, later
from app.markup.document.one_line import plain_script
from app.markup.document.spans import (
    Code,
    Emphasis,
    FootnoteRef,
    Image,
    Inline,
    LineBreak,
    Link,
    Math,
    Script,
    SoftBreak,
    Strike,
    Strong,
    Text,
)
from app.markup.kinds.code import CodeBlock
from app.markup.kinds.heading import Heading
from app.markup.kinds.lists import ItemFrame
from app.markup.kinds.rule import Rule
from app.markup.kinds.table import Table
from app.markup.stream import MarkdownStream

Writer = Callable[[str], None]

LONGEST_LABEL = 90  # signs of a "Long name of a value:" that ends the line before it
_SETTLED = re.compile(r"\s*[*_\"'(]{0,3}[^\W\d_]")  # begins a line of text, and nothing else
PLAIN = TerminalStyle()
DIM = TerminalStyle(dim=True)
BOLD = TerminalStyle(bold=True)
HEADING = TerminalStyle(bold=True, colour="cyan")
CODE = TerminalStyle(colour="yellow")
FORMULA = TerminalStyle(colour="green")
ADDRESS = TerminalStyle(dim=True, underline=True)
TONES = {
    "text": PLAIN,
    "link": TerminalStyle(colour="blue"),
    "added": TerminalStyle(colour="green"),
    "keyword": TerminalStyle(colour="magenta"),
    "meta": TerminalStyle(colour="yellow"),
    "error": TerminalStyle(colour="red"),
}
"""What stands beside text, by the tone of its frame; the rest is dim."""
_TOKENS = {
    TokenKind.KEYWORD: TerminalStyle(colour="magenta"),
    TokenKind.TYPE: TerminalStyle(colour="cyan"),
    TokenKind.FUNCTION: TerminalStyle(colour="blue"),
    TokenKind.CLASS: TerminalStyle(colour="cyan"),
    TokenKind.BUILTIN: TerminalStyle(colour="cyan"),
    TokenKind.DECORATOR: TerminalStyle(colour="magenta"),
    TokenKind.ATTRIBUTE: TerminalStyle(colour="cyan"),
    TokenKind.TAG: TerminalStyle(colour="blue"),
    TokenKind.STRING: TerminalStyle(colour="green"),
    TokenKind.ESCAPE: TerminalStyle(colour="magenta"),
    TokenKind.NUMBER: TerminalStyle(colour="yellow"),
    TokenKind.COMMENT: DIM,
    TokenKind.INSERTED: TerminalStyle(colour="green"),
    TokenKind.DELETED: TerminalStyle(colour="red"),
    TokenKind.HEADING: BOLD,
    TokenKind.PROMPT: DIM,
    TokenKind.ERROR: TerminalStyle(colour="red"),
}


@dataclass(frozen=True, slots=True)
class _ThoughtFrame(BlockFrame):
    """The row belongs to the reasoning."""

    bar = "border"
    quiet = True

    def margin(self) -> str:
        return "\u250a "


class AnswerPage:
    """One answer on the terminal, or what was thought before it.

    Args:
        paint: Makes colours; None for those of the terminal behind the output.
        write: Takes what is printed; None for the output.
        thoughts: It is reasoning, which is dimmed behind a bar.
    """

    def __init__(
        self, paint: Paint | None = None, write: Writer | None = None, *, thoughts: bool = False
    ) -> None:
        self._around = (_ThoughtFrame(False),) if thoughts else ()
        self._paint = paint or Paint()
        self._to = write or write_out
        self._ready: list[str] = []  # written at once when a piece is read
        self._write = self._ready.append
        self._stream = MarkdownStream()
        self._lines = WrappedText(self._write, self._paint)
        self._row: FlowRow | None = None  # that is being printed
        self._ahead = ""  # printed of it and not closed
        self._code: _Code | None = None
        self._table: list[Table] = []
        self._any = False

    def feed(self, text: str) -> None:
        """Print what is finished with this."""
        update = self._stream.feed(text)
        self._closed(update.closed)
        if not update.tail_same:
            self._open(update.tail)
        self._flush()

    def finish(self) -> None:
        """Print the rest."""
        self._closed(self._stream.finish().update.closed)
        self._end_row()
        if not self._any:
            self._write("\n")
        self._flush()

    def _flush(self) -> None:
        if self._ready:
            self._to("".join(self._ready))
            self._ready.clear()

    # --- rows -------------------------------------------------------------------------------

    def _closed(self, parts: Iterable[BlockPart]) -> None:
        for row in map(self._framed, flatten(parts)):
            self._add(row)

    def _framed(self, row: FlowRow) -> FlowRow:
        return replace(row, frames=(*self._around, *row.frames)) if self._around else row

    def _add(self, row: FlowRow) -> None:
        """Print a row for good."""
        match row.leaf:
            case Paragraph() | Heading():
                runs = _runs(row.leaf.spans, _base(row))
                done, self._ahead = _printed(_text(runs), self._ahead)
                if not done and not row.continues:
                    self._begin_row(row)
                self._lines.add(_behind(runs, done))
            case CodeBlock():
                if not row.continues or self._code is None:
                    self._begin_row(row)
                    self._code = _Code(row.leaf)
                    if row.leaf.fenced:
                        self._block([[StyledText(f"```{row.leaf.language}", DIM)]])
                self._block(self._code.feed(row.leaf.text, _base(row)))
            case Table():
                if not row.continues or not self._table:
                    self._begin_row(row)
                self._table.append(row.leaf)
            case MathBlock():
                self._begin_row(row)
                source = row.leaf.markdown.strip("\n").split("\n")
                self._block([[StyledText(line, _base(row) + FORMULA)] for line in source])
            case Rule():
                self._begin_row(row)
                self._block([[StyledText("─" * min(40, self._paint.width), DIM)]])
            case None:
                self._begin_row(row)
                self._block([[]])
            case _:  # a title, say
                self._begin_row(row)
                style = TONES.get(row.frames[-1].tone, PLAIN) + BOLD if row.frames else BOLD
                self._block([[StyledText(line, style)] for line in row.leaf.plain().split("\n")])

    def _open(self, tail: Iterable[BlockPart]) -> None:
        """Print the whole words of the paragraph that is still being written."""
        row = next(map(self._framed, flatten(tail)), None)
        if row is None or not isinstance(row.leaf, Paragraph | Heading):
            return
        runs = _runs(row.leaf.spans, _base(row))
        text = _text(runs)
        if "|" in text:  # it may become a table
            return
        end = max(text.rfind(SOFT_BREAK), text.rfind("\n"))
        if not _is_settled(text, end):
            text = text[: max(end, 0)]
        whole = max(map(text.rfind, (" ", "\n", SOFT_BREAK))) + 1
        done, rest = _printed(text[:whole], self._ahead)
        if rest or done >= whole:
            return
        if not self._ahead and not row.continues:
            self._begin_row(row)
        self._lines.add(_between(runs, done, whole))
        self._ahead = text[:whole]

    def _begin_row(self, row: FlowRow) -> None:
        before = self._row
        self._end_row()
        self._ahead = ""
        if self._any and _stands_apart(row, before):
            self._lines.line(_margin(row.frames, first=False, blank=True))
        self._any = True
        self._row = row
        if isinstance(row.leaf, Paragraph | Heading):
            self._lines.begin(_margin(row.frames, first=True), _margin(row.frames, first=False))

    def _end_row(self) -> None:
        row, self._row = self._row, None
        if row is None:
            return
        if isinstance(row.leaf, Paragraph | Heading):
            self._lines.end()
        elif self._code is not None:
            self._row = row
            self._block(self._code.finish(_base(row)))
            if self._code.fenced:
                self._block([[StyledText("```", DIM)]])
            self._row, self._code = None, None
        elif self._table:
            from app.cli.drawing.page_tables import table_lines  # rich takes its time

            width = self._paint.width - sum(
                len(run.text) for run in _margin(row.frames, first=False)
            )
            self._row = row
            cells = [
                [[_runs(spans, _base(row)) for spans in cells] for cells in rows]
                for rows in ([self._table[0].header], [r for t in self._table for r in t.rows])
            ]
            alignments = self._table[0].alignments
            self._block(table_lines(cells[0][0], cells[1], alignments, width))
            self._row, self._table = None, []

    def _block(self, lines: Iterable[Iterable[StyledText]]) -> None:
        """Lines that are not wrapped, behind the margin of the row."""
        for line in lines:
            row = self._row
            assert row is not None  # noqa: S101  # a row was begun
            self._lines.line([*_margin(row.frames, first=True), *line])
            self._row = FlowRow(row.leaf, later(row.frames), row.continues, row.top)


class _Code:
    """Code that is printed line by line."""

    def __init__(self, block: CodeBlock) -> None:
        self.fenced = block.fenced
        self._highlighter = Highlighter(block.language)
        self._text = ""
        self._start = 0  # of that text in the code

    def feed(self, text: str, base: TerminalStyle) -> list[list[StyledText]]:
        """The lines that are complete with ``text``."""
        self._text += text
        spans = self._highlighter.feed(text)
        end = self._text.rfind("\n") + 1
        return self._take(end, spans, base)

    def finish(self, base: TerminalStyle) -> list[list[StyledText]]:
        """The last line, where it has no end."""
        return self._take(len(self._text), self._highlighter.finish(), base)

    def _take(
        self, end: int, spans: list[TokenSpan], base: TerminalStyle
    ) -> list[list[StyledText]]:
        text, self._text = self._text[:end], self._text[end:]
        runs: list[StyledText] = []
        at = 0
        for span in spans:
            begin = span.start - self._start
            runs.append(StyledText(text[at:begin], base))
            at = begin + span.length
            runs.append(StyledText(text[begin:at], base + _TOKENS.get(span.kind, PLAIN)))
        runs.append(StyledText(text[at:], base))
        self._start += end
        return list(_lines(runs)) if text else []


def _lines(runs: list[StyledText]) -> Iterator[list[StyledText]]:
    """Runs in lines; the end of the last line begins none."""
    line: list[StyledText] = []
    for run in runs:
        first, *others = run.text.split("\n")
        line.append(StyledText(first, run.style))
        for text in others:
            yield line
            line = [StyledText(text, run.style)]
    if any(run.text for run in line):
        yield line


# --- what stands where ------------------------------------------------------------------------


def _is_settled(text: str, end: int) -> bool:
    """Whether the last line is of the paragraph, and the end before it one that stays or flows.

    Args:
        text: That is still being written.
        end: Where its last line end is, or -1.
    """
    if not _SETTLED.match(text, end + 1):  # it may begin a block of its own
        return False
    if end < 0:
        return True
    line = text[end + 1 :]  # its first word decides, and so does a name with a colon
    return " " in line if text[end] == "\n" else len(line) > LONGEST_LABEL


def _stands_apart(row: FlowRow, before: FlowRow | None) -> bool:
    """Whether a blank line stands before a row."""
    if row.top or before is None:
        return True
    items = [frame for frame in row.frames if isinstance(frame, ItemFrame) and frame.first]
    return not (items and items[0].tight)


def _margin(
    frames: tuple[BlockFrame, ...], *, first: bool, blank: bool = False
) -> list[StyledText]:
    """What stands before a line: bars of quotations, bullets, numbers."""
    margin = []
    for frame in frames:
        if blank and frame.first:  # a container that only begins has no line of its own yet
            continue
        mark = frame.margin()
        shown = mark if frame.bar or (first and frame.first) else " " * len(mark)
        style = DIM if blank and not frame.bar else TONES.get(frame.tone, DIM)
        margin.append(StyledText(shown, style))
    return margin


def _base(row: FlowRow) -> TerminalStyle:
    """Thoughts are dimmed; headings stand out."""
    base = DIM if any(isinstance(frame, _ThoughtFrame) for frame in row.frames) else PLAIN
    return base + HEADING if isinstance(row.leaf, Heading) else base


# --- spans ------------------------------------------------------------------------------------


def _runs(spans: Iterable[Inline], style: TerminalStyle) -> list[StyledText]:
    """Spans as text in styles."""
    found: list[StyledText] = []
    for span in spans:
        match span:
            case Text():
                found.append(StyledText(span.text, style))
            case Code():
                found.append(StyledText(span.text, style + CODE))
            case Emphasis():
                found += _runs(span.children, style + TerminalStyle(italic=True))
            case Strong():
                found += _runs(span.children, style + BOLD)
            case Strike():
                found += _runs(span.children, style + TerminalStyle(strike=True))
            case Script():
                inner = _runs(span.children, style)
                said = plain_script(_text(inner), raised=span.raised)
                found.append(StyledText(said, inner[0].style if inner else style))
            case Link():
                inner = _runs(span.children, style + TerminalStyle(underline=True))
                found += inner
                if _text(inner) not in {span.href, span.href.removeprefix("mailto:")}:
                    found += [StyledText(" (", style), StyledText(span.href, style + ADDRESS)]
                    found.append(StyledText(")", style))
            case Image():
                found.append(StyledText(f"[{span.alt or 'image'}] ({span.src})", style + DIM))
            case Math():
                found.append(StyledText(span.markdown, style + FORMULA))
            case FootnoteRef():
                found.append(StyledText(f"[{span.number}]", style + DIM))
            case LineBreak():
                found.append(StyledText("\n", style))
            case SoftBreak(kept):
                found.append(StyledText("\n" if kept else SOFT_BREAK, style))
    return found


def _text(runs: Iterable[StyledText]) -> str:
    return "".join(run.text for run in runs)


def _behind(runs: list[StyledText], start: int) -> list[StyledText]:
    return _between(runs, start, len(_text(runs)))


def _between(runs: list[StyledText], start: int, end: int) -> list[StyledText]:
    """Runs without what stands before ``start`` and from ``end`` on."""
    found, at = [], 0
    for run in runs:
        size = len(run.text)
        piece = run.text[max(0, start - at) : max(0, end - at)]
        if piece:
            found.append(StyledText(piece, run.style))
        at += size
    return found


def _printed(text: str, ahead: str) -> tuple[int, str]:
    """How much of ``text`` was printed as ``ahead``, and what was printed beyond it.

    Marks that turned out to be others make the two differ; letters and digits do not change.
    """
    if text.startswith(ahead):
        return len(ahead), ""
    if ahead.startswith(text):
        return len(text), ahead[len(text) :]
    seen, new = (list(filter(str.isalnum, one)) for one in (ahead, text))
    if seen[: len(new)] != new[: len(seen)]:  # it was something else altogether
        return 0, ""
    if len(seen) > len(new):
        return len(text), ahead[_place(ahead, len(new)) :]
    return _place(text, len(seen)), ""


def _place(text: str, count: int) -> int:
    """Where ``count`` letters and digits of a text are over."""
    for index, character in enumerate(text):
        if not count:
            return index
        count -= character.isalnum()
    return len(text)
