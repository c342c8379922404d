"""One message of a transcript, without Qt: its rows and their heights.

A message is parsed when it first comes near the viewport and forgotten again when many others
were since; its height stays. Heights are estimates until a row was laid out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from math import inf
from time import perf_counter

from app.domain.conversation import BranchMessage, Message, MessageStatus, Version
from app.domain.generation import Role
from app.domain.parts import Part, ReasoningPart, TextPart
from app.language import tr
from app.markup.document.blocks import Block, BlockPart, StreamResult, StreamUpdate
from app.markup.document.flow import flatten
from app.markup.parts.registry import block_of, blocks_of, shown_parts
from app.markup.parts.stream import PartStream
from app.ui.transcript.content.heights import HeightIndex
from app.ui.transcript.content.marked_rows import MessageMarks, WrittenBlock, written_blocks
from app.ui.transcript.content.marks import Mark
from app.ui.transcript.content.placement import RowPlacement
from app.ui.transcript.content.row import Measures, Row
from app.ui.transcript.content.row_list import RowList, RowSnapshot, last_words
from app.ui.transcript.content.rows import (
    SPACE_ANSWER,
    SPACE_USER,
    NoteRow,
    UnparsedRow,
    footer_below,
)
from app.ui.transcript.content.runs import LINE
from app.ui.transcript.content.status import estimated_thinking, status_text
from app.ui.transcript.content.user_text import verbatim_flow

PARSED_AT_ONCE = 8_000
"""Characters that are parsed without a pause (10 ms, hostile ones 50); more is parsed in slices."""

SLICE = 1_000
"""Characters that are parsed before the clock is looked at (2 ms, hostile ones 20)."""

SLICE_SECONDS = 0.006

UNKNOWN = HeightIndex()
"""Stands for the heights of all messages that were never opened; nothing is put into it."""
_NO_MARKS = MessageMarks()
_NONE_SHOWN: frozenset[int] = frozenset()
_ALL_READ: Iterator[Part] = iter(())
"""The same for what few messages have: opening a chat makes thousands of these models."""

NOT_SEEN = tr("Not seen by the model: it no longer fits the context window")
SUMMED_UP = tr("Read by the model as part of the summary below")
SUMMARY = tr("What the model reads in place of the messages above, summed up by itself:")


class MessageModel:
    """One message and its rows."""

    __slots__ = (
        "_ending",
        "_left",
        "_mark",
        "_starts",
        "_text_end",
        "_unread",
        "_written",
        "blocks",
        "heights",
        "left_out",
        "list",
        "marks",
        "marks_asked",
        "message",
        "stream",
        "summary",
        "summed_up",
        "unfolded",
        "version",
        "waiting",
    )

    def __init__(
        self, entry: BranchMessage, *, left_out: bool, summary: str = "", summed_up: bool = False
    ) -> None:
        self.message: Message = entry.message
        self.version: Version = entry.version
        self.left_out = left_out
        self.summary = summary  # of the messages above
        self.summed_up = summed_up  # left out, and part of a summary that is read instead
        self.unfolded = _NONE_SHOWN  # of the folded parts those that are shown, from 0
        self.list: RowList | None = None
        self.heights = UNKNOWN
        self.blocks: tuple[Block, ...] | None = None
        self.marks = _NO_MARKS
        self.marks_asked = False  # somebody was asked for them
        self.waiting = ""  # what is done before the first word comes
        self._text_end = 0  # of the rows, where those below the text begin
        self.stream: PartStream | None = None
        self._mark: RowSnapshot | None = None
        self._ending: Iterator[StreamResult | None] | None = None
        self._unread = _ALL_READ
        self._left = 0  # characters in these
        self._starts: Sequence[int] = ()  # for each text the number of its first block
        self._written: list[Part] = []  # what was streamed since ``message`` was taken, in pieces

    @property
    def is_user(self) -> bool:
        """Whether the user wrote it."""
        return self.message.role is not Role.ASSISTANT

    @property
    def rows(self) -> list[Row]:
        """The rows; none while it is not parsed."""
        return self.list.rows if self.list is not None else []

    # ------------------------------------------------------------------ parsing

    def open(self, measures: Measures) -> None:
        """Make rows, if there are none."""
        if self.list is not None:
            return
        rows = self._start_list()
        if self.is_user:
            for part in self._parts():
                rows.extend(
                    verbatim_flow(part.text)
                    if isinstance(part, TextPart)
                    else flatten((block_of(part),))
                )
        elif self.blocks is not None:
            rows.extend(flatten(self.blocks))
        elif self.message.status is MessageStatus.STREAMING:
            self._restart(measures)
            return
        elif (size := characters(self.message)) > PARSED_AT_ONCE:
            self.stream, self._ending = PartStream(), None
            self._unread, self._left = _sliced(self._parts()), size
            self._mark = rows.snapshot()
            self.parse_slice(measures)
            return
        else:
            starts: list[int] = []
            self.blocks = blocks_of(self._parts(), starts)
            self._starts = starts
            rows.extend(flatten(self.blocks))
        self._end(measures, 0, ())

    def _start_list(self) -> RowList:
        self.list = made = RowList(self.unfolded)
        if self.left_out:
            label = SUMMED_UP if self.summed_up else NOT_SEEN
            made.rows.append(NoteRow(label, RowPlacement(gap=12)))
        elif self.summary:
            text = f"{SUMMARY}\n{self.summary}".replace("\n", LINE)
            made.rows.append(NoteRow(text, RowPlacement(gap=12)))
        made.rows.append(SPACE_USER if self.is_user else SPACE_ANSWER)
        return made

    @property
    def unparsed_characters(self) -> int:
        """Characters of a long message that were not read yet."""
        return self._left if self.stream is not None and self._ending is None else 0

    @property
    def has_unparsed(self) -> bool:
        """Whether a part of a long message has still to be read, or its end to be settled."""
        return self._ending is not None or self.unparsed_characters > 0

    def parse_slice(self, measures: Measures) -> None:
        """Parse a little more of a long message, or settle a little more of its end."""
        if self.stream is None:
            return
        until = perf_counter() + SLICE_SECONDS
        if self.unparsed_characters:
            self._read(self.stream, until, measures)
        if not self.unparsed_characters and self.message.status is not MessageStatus.STREAMING:
            self._settle(measures, until)

    def _parts(self) -> Iterable[Part]:
        """The stored parts as they are shown; how long old reasoning took is its share."""
        message = self.message
        for part in shown_parts(message.content, message.placed):
            if isinstance(part, ReasoningPart) and part.seconds is None:
                yield replace(part, seconds=estimated_thinking(message, part))
            else:
                yield part

    def source_of(self, number: int) -> str:
        """The text that the spans of a top-level block count in."""
        texts = (part.text for part in self._parts() if isinstance(part, TextPart))
        begun = [t for start, t in zip(self._starts, texts, strict=False) if start <= number]
        return begun[-1] if begun else ""

    def settled_blocks(self) -> tuple[Block, ...]:
        """The blocks of all there is, as if nothing more came."""
        if self.blocks is not None:
            return self.blocks
        stream = PartStream()
        for part in (*self._parts(), *self._written):
            stream.take(part)
        return stream.finish().blocks

    def _read(self, stream: PartStream, until: float, measures: Measures) -> None:
        closed: list[BlockPart] = []
        tail: tuple[BlockPart, ...] = ()
        for part in self._unread:
            update = stream.take(part)
            closed += update.closed
            tail = update.tail
            self._left -= _size(part)
            if perf_counter() > until:
                break
        self._apply(StreamUpdate(tuple(closed), tail), measures)

    def feed(self, text: str, measures: Measures) -> None:
        """Add streamed text; an answer that was complete goes on."""
        self.take(TextPart(text), measures)

    def take(self, part: Part, measures: Measures) -> None:
        """Add a piece of what is streamed.

        Args:
            part: Text or another part; reasoning that is not closed goes on with the next piece,
                one that is ends what there is of it.
            measures: For the heights of new rows.
        """
        self.waiting = ""
        if self.stream is None or self._ending is not None:
            self._restart(measures)
        if self.stream is not None:
            self._written.append(part)
            self._apply(self.stream.take(part), measures)

    def _restart(self, measures: Measures) -> None:
        self.blocks = None
        stream, self._ending, self._left = PartStream(), None, 0
        self.stream = stream
        rows = self._start_list()
        self._mark = rows.snapshot()
        closed: list[BlockPart] = []
        tail: tuple[BlockPart, ...] = ()
        for part in (*self._parts(), *self._written):
            update = stream.take(part)
            closed += update.closed
            tail = update.tail
        self._apply(StreamUpdate(tuple(closed), tail), measures)

    def _apply(self, update: StreamUpdate, measures: Measures) -> None:
        rows, mark = self.list, self._mark
        if rows is None or mark is None:
            return
        if update.tail_same and not update.closed and len(self.heights) == len(rows.rows):
            return  # nothing to see, and the rows have their footer already
        base = mark.kept
        old = rows.rows[base:]
        rows.restore(mark)
        rows.extend(flatten(update.closed))
        self._mark = rows.snapshot()
        rows.extend(flatten(update.tail))
        self._end(measures, base, old)

    def finish(self, message: Message, measures: Measures) -> None:
        """Take the final message; what was streamed stays as it stands."""
        self.message, self._written, self.waiting = message, [], ""
        self.marks_asked = False
        if self.stream is not None:
            short = characters(message) <= PARSED_AT_ONCE
            self._settle(measures, inf if short else perf_counter() + SLICE_SECONDS)
        else:
            self.close_rows()

    def _settle(self, measures: Measures, until: float) -> None:
        """Go on with the end of the text; what is shown stays as it is until it is settled."""
        if self.stream is None:
            return
        self._ending = self._ending or self.stream.finishing()
        for settled in self._ending:
            if settled is not None:
                self._take_settled(settled, measures)
            elif perf_counter() > until:
                return

    def _take_settled(self, settled: StreamResult, measures: Measures) -> None:
        rows, mark = self.list, self._mark
        self._starts = self.stream.starts if self.stream is not None else ()
        self.stream, self._mark, self._ending = None, None, None
        if rows is None or mark is None:
            return
        self.blocks = settled.blocks
        if settled.changes:
            self._start_list().extend(flatten(settled.blocks))
            self._end(measures, 0, ())
            return
        base = mark.kept
        old = rows.rows[base:]
        rows.restore(mark)
        rows.extend(flatten(settled.update.closed))
        self._end(measures, base, old)

    def close_rows(self) -> None:
        """Forget rows and blocks; heights stay for when they are needed again."""
        if self.stream is None:
            self.list, self.blocks = None, None

    def refold(self, fold: int, measures: Measures) -> None:
        """Show or hide a folded part."""
        self.unfolded ^= {fold}
        self.heights = UNKNOWN
        if self.stream is not None and not self.has_unparsed:
            self._restart(measures)
        else:
            self.list, self.stream, self._ending = None, None, None
            self.open(measures)

    # ------------------------------------------------------------------ ends and heights

    def _end(self, measures: Measures, base: int, old: Sequence[Row]) -> None:
        """Add what stands under the text, and bring the heights into step from row ``base``."""
        rows = self.rows
        if self.marks.marks and (self.blocks is not None or base == 0):
            self.marks.place(rows, self._written_blocks())
        else:
            self.marks.place_again(rows, base)
        self._text_end = len(rows)
        self._add_below(rows)
        if self.heights is UNKNOWN:
            self.heights = HeightIndex()
        if base == 0 and len(self.heights) == len(rows):
            return  # parsed again: what was measured before still holds
        for i, (was, row) in enumerate(zip(old, rows[base:], strict=False), base):
            if type(was) is type(row) and was.place == row.place and was.looks_same(row):
                rows[i] = was  # what is laid out of it stays
        before = [self.heights[base + i] for i in range(min(len(old), len(self.heights) - base))]
        self.heights.truncate(base)
        for i, row in enumerate(rows[base:]):
            known = i < len(before) and old[i] is row
            self.heights.append(before[i] if known else int(row.estimate(measures)))

    def _add_below(self, rows: list[Row]) -> None:
        del rows[self._text_end :]
        rows.extend(self.marks.notes())
        if self.waiting:
            rows.append(NoteRow(self.waiting, RowPlacement(gap=8)))
        if self.unparsed_characters:
            rows.append(UnparsedRow(self.unparsed_characters))
        if self.message.status is MessageStatus.FAILED or self.message.error:
            reason = self.message.error or tr("No answer could be written.")
            rows.append(NoteRow(reason, RowPlacement(gap=8), error=True))
        status = status_text(self.message)
        rows.append(footer_below(rows, asked=self.is_user, status=status))

    @property
    def writing_row(self) -> int | None:
        """The row that the next word comes into; None where nothing is written, or in no text."""
        return last_words(self.rows, self._text_end) if self._written else None

    @property
    def text_so_far(self) -> str:
        """The text, with what was streamed of it."""
        said = (part.text for part in self._written if isinstance(part, TextPart))
        return self.message.content + "".join(said)

    def _written_blocks(self) -> list[WrittenBlock]:
        texts = [p.text for p in (*self._parts(), *self._written) if isinstance(p, TextPart)]
        return list(written_blocks(texts, self._starts, self.blocks))

    def set_marks(self, marks: tuple[Mark, ...], measures: Measures) -> bool:
        """Take other marks; whether that changed any row."""
        if marks == self.marks.marks:
            return False
        if self.marks is _NO_MARKS:
            self.marks = MessageMarks()
        self.marks.marks = marks
        if self.list is not None:
            self.marks.place(self.rows, self._written_blocks())
        return self._renew_below(measures)

    def set_waiting(self, words: str, measures: Measures) -> bool:
        """Say what is done before the first word comes; whether that changed any row."""
        if words == self.waiting:
            return False
        self.waiting = words
        return self._renew_below(measures)

    def _renew_below(self, measures: Measures) -> bool:
        if self.list is None:
            return False
        self._add_below(self.rows)
        known = [self.heights[row] for row in range(min(self._text_end, len(self.heights)))]
        more = (int(row.estimate(measures)) for row in self.rows[len(known) :])
        self.heights.reset([*known, *more])
        return True

    def relabel(self, measures: Measures) -> None:
        """Add or take away the label above; what is streamed is laid out again."""
        if self.list is None:
            return
        self.heights = UNKNOWN
        if self.stream is not None and not self.has_unparsed:
            self._restart(measures)
        else:
            self.stream, self.list, self._ending = None, None, None

    def forget_heights(self, measures: Measures) -> None:
        """The geometry changed: every height is an estimate again."""
        if self.list is None:
            self.heights = UNKNOWN
        else:
            self.heights.reset([int(row.estimate(measures)) for row in self.rows])


def characters(message: Message) -> int:
    """How much of a message is parsed."""
    return sum(map(_size, shown_parts(message.content, message.placed)))


def _size(part: Part) -> int:
    return max(1, len(part.text)) if isinstance(part, TextPart | ReasoningPart) else 1


def _sliced(parts: Iterable[Part]) -> Iterator[Part]:
    """The same in pieces of `SLICE` characters."""
    for part in parts:
        if not isinstance(part, TextPart | ReasoningPart) or len(part.text) <= SLICE:
            yield part
            continue
        for start in range(0, len(part.text), SLICE):
            piece = replace(part, text=part.text[start : start + SLICE])
            if isinstance(piece, ReasoningPart) and start + SLICE < len(part.text):
                piece = replace(piece, closed=False)
            yield piece
