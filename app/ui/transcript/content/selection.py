"""What is selected, across rows and messages, and its text in three forms; no Qt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import TypeAlias

from app.domain.answers.calculation import is_computed, with_computed_lines
from app.domain.conversation import Message, MessageStatus
from app.domain.parts import TextPart
from app.language import tr
from app.markup.parse import parse
from app.markup.parts.part_block import PartBlock
from app.markup.parts.registry import blocks_of, shown_parts
from app.markup.text import markdown_of, plain_text, to_rich_html
from app.ui.transcript.content.branch_model import BranchModel
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.row import Row
from app.ui.transcript.content.rows import GAP, TableRow, TextRow, marker_text
from app.ui.transcript.content.runs import (
    LINE,
    OBJECT,
    cut_runs,
    from_units,
    runs_markdown,
    to_units,
    units,
)
from app.ui.transcript.content.wide_blocks import CodeRow

RowSlice: TypeAlias = tuple[Row, tuple[int, int]]

RICH_LIMIT = 400_000
"""Characters beyond which a copy is what was written and nothing else: to turn it into another form
would keep the window waiting, 5,000 messages for seconds."""


BEYOND = 1 << 30
"""A row after the last one of any message."""


class CopyAs(StrEnum):
    """Forms of a copy."""

    PLAIN = "plain"
    MARKDOWN = "markdown"
    RICH = "rich"


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in the transcript: message, row, and offset in the row's text as Qt counts."""

    at: int
    row: int
    offset: int


@dataclass(frozen=True, slots=True)
class Selection:
    """From where the user began to where the pointer is."""

    anchor: Position
    cursor: Position

    @property
    def start(self) -> Position:
        """The earlier end."""
        return min(self.anchor, self.cursor)

    @property
    def end(self) -> Position:
        """The later end."""
        return max(self.anchor, self.cursor)

    @property
    def empty(self) -> bool:
        """Whether nothing is selected."""
        return self.anchor == self.cursor

    def within(self, at: int, row: int, length: int) -> tuple[int, int] | None:
        """The selected part of a row of ``length``."""
        start, end = self.start, self.end
        here = (at, row)
        if here < (start.at, start.row) or here > (end.at, end.row):
            return None
        first = start.offset if here == (start.at, start.row) else 0
        last = end.offset if here == (end.at, end.row) else length
        return (first, last) if first < last else None


def select_all(chat: BranchModel) -> Selection | None:
    """From the first character to the last."""
    if not chat.models:
        return None
    # Beyond the last row: a long message may not be read to its end yet.
    return Selection(Position(0, 0, 0), Position(len(chat.models) - 1, BEYOND, 0))


_WORD = re.compile(r"\w+|[^\w\s]|\s+")


def word_at(text: str, position: int) -> tuple[int, int]:
    """The word around a position; both as Qt counts."""
    index = from_units(text, position)
    for match in _WORD.finditer(text, max(0, index - 200)):
        if match.end() > index:
            return to_units(text, match.start()), to_units(text, match.end())
    return position, position


_LINE = re.compile(rf"[^\n{LINE}]*")


def line_at(text: str, position: int) -> tuple[int, int]:
    """The paragraph, line of code or cell around a position; both as Qt counts."""
    index = from_units(text, position)
    first = max(text.rfind("\n", 0, index), text.rfind(LINE, 0, index)) + 1
    found = _LINE.match(text, first)
    return to_units(text, first), to_units(text, found.end() if found else first)


def selected_text(chat: BranchModel, selection: Selection, form: CopyAs) -> str:
    """What is selected; several messages are headed by who wrote them.

    More than `RICH_LIMIT` is Markdown where plain text is asked for, and there is no rich text of
    it: an empty text.
    """
    start, end = selection.start, selection.end
    several = start.at != end.at
    size = sum(len(m.message.content) for m in chat.models[start.at : end.at + 1])
    if size > RICH_LIMIT:
        if form is CopyAs.RICH:
            return ""
        form = CopyAs.MARKDOWN
    parts: list[str] = []
    for at in range(start.at, end.at + 1):
        model = chat.models[at]
        text = _of_message(chat, at, selection, form)
        if text.strip():
            parts.append(_headed(model, text, form) if several else text)
    return "\n".join(parts) if form is CopyAs.RICH else "\n\n".join(parts)


def _headed(model: MessageModel, text: str, form: CopyAs) -> str:
    author = tr("You") if model.is_user else "Phial"  # not shown: a name
    match form:
        case CopyAs.MARKDOWN:
            return f"**{author}:**\n\n{text}"
        case CopyAs.RICH:
            return f"<p><b>{author}:</b></p>\n{text}"
    return f"{author}:\n{text}"


def _of_message(chat: BranchModel, at: int, selection: Selection, form: CopyAs) -> str:
    start, end = selection.start, selection.end
    model = chat.models[at]
    # What is being written has no text of its own yet, only rows.
    written = model.message.status is not MessageStatus.STREAMING
    if start.at < at < end.at and written:
        return message_text(model, form)
    rows = chat.open(at).rows
    first = start.row if at == start.at else 0
    last = min(end.row, len(rows) - 1) if at == end.at else len(rows) - 1
    begins = at > start.at or _nothing_before(rows, start)
    ends = at < end.at or _nothing_after(rows, end)
    if begins and ends and written:
        return message_text(model, form)
    pieces = [
        (row, part)
        for i, row in enumerate(rows[first : last + 1], first)
        if (part := selection.within(at, i, units(row.drawn_text()))) is not None
    ]
    if form is CopyAs.PLAIN:
        return _joined(pieces)
    if model.is_user:
        typed = _joined(pieces)
        return typed if form is CopyAs.MARKDOWN else _as_typed(typed)
    markdown = _markdown(model, pieces)
    return markdown if form is CopyAs.MARKDOWN else to_rich_html(parse(markdown))


def _markdown(model: MessageModel, pieces: list[RowSlice]) -> str:
    """Whole blocks as they were written, the cut ones at the ends made anew."""
    made: list[str] = []
    for number, group in groupby(pieces, key=lambda piece: piece[0].place.block):
        rows = list(group)
        block = model.blocks[number] if model.blocks and 0 <= number < len(model.blocks) else None
        text = block is not None and not isinstance(block, PartBlock)
        if block is not None and text and _is_whole(model, number, rows):
            made.append(markdown_of(model.source_of(number), block))
        else:
            made.append(_cut_markdown(rows))
    return "\n\n".join(made)


def _is_whole(model: MessageModel, number: int, pieces: list[RowSlice]) -> bool:
    wanted = [row for row in model.rows if row.place.block == number and row.drawn_text()]
    whole = [row for row, part in pieces if part == (0, units(row.drawn_text()))]
    return [id(row) for row in wanted] == [id(row) for row in whole]


def _cut_markdown(pieces: list[RowSlice]) -> str:
    row = pieces[0][0]
    if isinstance(row, CodeRow):
        return f"```{row.state.language}\n{_joined(pieces)}\n```"
    made: list[str] = []
    goes_on = False
    for row, part in pieces:
        text = _text_markdown(row, part)
        made.append(text if goes_on or not made else f"\n{text}")
        goes_on = isinstance(row, TextRow) and row.cut
    return "".join(made)


def _text_markdown(row: Row, part: tuple[int, int]) -> str:
    if not isinstance(row, TextRow):
        return row_part(row, part)
    first, last = from_units(row.text, part[0]), from_units(row.text, part[1])
    words = runs_markdown(cut_runs(row.runs, first, last))
    if first:
        return words
    head = "#" * row.level + " " if row.level else ""
    return "   " * max(0, row.place.indent - 1) + marker_text(row.place) + head + words


def _nothing_before(rows: list[Row], start: Position) -> bool:
    return start.offset == 0 and not any(row.drawn_text() for row in rows[: start.row])


def _nothing_after(rows: list[Row], end: Position) -> bool:
    if end.row >= len(rows):
        return True
    rest = any(row.drawn_text() for row in rows[end.row + 1 :])
    return not rest and end.offset >= units(rows[end.row].drawn_text())


def message_text(model: MessageModel, form: CopyAs) -> str:
    """A whole message in one of the forms."""
    message = model.message
    if model.is_user:
        return _as_typed(message.content) if form is CopyAs.RICH else message.content
    if form is CopyAs.MARKDOWN:
        return answer_markdown(message)
    blocks = model.settled_blocks()
    return plain_text(blocks) if form is CopyAs.PLAIN else to_rich_html(blocks)


def answer_markdown(message: Message) -> str:
    """An answer as Markdown for elsewhere: without its reasoning, unless there is nothing else."""
    if not message.placed:
        return message.content
    text = with_computed_lines(message.content, message.placed)
    if not text.strip():
        return message.reasoning
    others = [one for one in message.placed if not is_computed(one.part)]
    parts = (p for p in shown_parts(message.content, others) if not isinstance(p, TextPart))
    below = (block for block in blocks_of(parts) if block.copied and isinstance(block, PartBlock))
    return "\n\n".join((text, *(block.markdown() for block in below)))


def _as_typed(text: str) -> str:
    """The user's own words as HTML: no marks are read in them, and they keep their indentation."""
    spaced = escape(text).replace("\t", "    ").replace("  ", "\u00a0 ")
    return "<p>" + spaced.replace("\n", "<br>") + "</p>"


def escape(text: str) -> str:
    """Text for HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _joined(pieces: list[RowSlice]) -> str:
    made: list[str] = []
    before: Row | None = None
    for row, part in pieces:
        text = row_part(row, part)
        if isinstance(before, CodeRow | TextRow) and before.cut:
            pass  # the line or the paragraph goes on
        elif made:
            made.append("\n" if _is_tight(before, row) else "\n\n")
        made.append(text)
        before = row
    return "".join(made)


def _is_tight(before: Row | None, row: Row) -> bool:
    """Whether a row stands in the line after another, without an empty one between."""
    if isinstance(row, CodeRow):  # the gap above code is its bar's
        return isinstance(before, CodeRow) and before.state is row.state
    return isinstance(row, TextRow | TableRow) and row.place.gap < GAP


def row_part(row: Row, part: tuple[int, int]) -> str:
    """A part of a row's text as people copy it."""
    text = row.drawn_text()
    if part == (0, units(text)):
        return row.copied_text()
    first, last = from_units(text, part[0]), from_units(text, part[1])
    if isinstance(row, CodeRow):
        return text[first:last].replace(LINE, "")
    return _with_formulas(row, text, first, last).replace(LINE, "\n")


def _with_formulas(row: Row, text: str, first: int, last: int) -> str:
    piece = text[first:last]
    if OBJECT not in piece:
        return piece
    sources = row.formulas()
    for _ in range(text.count(OBJECT, 0, first)):
        next(sources, None)
    return "".join(next(sources, OBJECT) if c == OBJECT else c for c in piece)
