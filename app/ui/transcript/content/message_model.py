"""One message of a transcript, without Qt: its rows and their heights.

A message is parsed when it first comes near the viewport and forgotten again when many others
were since; its height stays. Heights are estimates until a row was laid out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import inf
from time import monotonic, perf_counter

from app.domain.conversation import BranchMessage, Message, MessageStatus, Version
from app.domain.generation import Role, StopReason
from app.language import tr, trn
from app.markup.document.blocks import Block, BlockPart, StreamResult, StreamUpdate
from app.markup.document.flow import flatten
from app.markup.parse import parse
from app.markup.stream import MarkdownStream
from app.services.core import formatting
from app.ui.transcript.content.heights import HeightIndex
from app.ui.transcript.content.placement import RowPlacement
from app.ui.transcript.content.row import Measures, Row
from app.ui.transcript.content.row_list import RowList, RowSnapshot
from app.ui.transcript.content.rows import (
    FooterRow,
    NoteRow,
    SpaceRow,
    UnparsedRow,
)
from app.ui.transcript.content.runs import LINE
from app.ui.transcript.content.user_text import verbatim_flow

PARSED_AT_ONCE = 8_000
"""Characters that are parsed without a pause (10 ms, hostile ones 50); more is parsed in slices."""

SLICE = 1_000
"""Characters that are parsed before the clock is looked at (2 ms, hostile ones 20)."""

SLICE_SECONDS = 0.006

TOP_USER, BOTTOM_USER, TOP_ANSWER = 26, 12, 4
SPACE_USER, SPACE_ANSWER = (
    SpaceRow(RowPlacement(gap=TOP_USER)),
    SpaceRow(RowPlacement(gap=TOP_ANSWER)),
)
FOOTER_USER, FOOTER_ANSWER = (
    FooterRow(RowPlacement(gap=BOTTOM_USER)),
    FooterRow(RowPlacement(gap=4)),
)
"""Always the same objects, so a streamed update leaves the footer as it is."""

_ASSISTANT = Role.ASSISTANT
UNKNOWN = HeightIndex()
"""Stands for the heights of all messages that were never opened; nothing is put into it."""

NOT_SEEN = tr("Not seen by the model: it no longer fits the context window")
SUMMED_UP = tr("Read by the model as part of the summary below")
SUMMARY = tr("What the model reads in place of the messages above, summed up by itself:")


class MessageModel:
    """One message and its rows."""

    __slots__ = (
        "_ending",
        "_mark",
        "_sliced",
        "_thinking_since",
        "_written",
        "blocks",
        "folded",
        "heights",
        "left_out",
        "list",
        "message",
        "stream",
        "summary",
        "summed_up",
        "think_seconds",
        "version",
    )

    def __init__(
        self, entry: BranchMessage, *, left_out: bool, summary: str = "", summed_up: bool = False
    ) -> None:
        self.message: Message = entry.message
        self.version: Version = entry.version
        self.left_out = left_out
        self.summary = summary  # of the messages above
        self.summed_up = summed_up  # left out, and part of a summary that is read instead
        self.folded = True
        self.list: RowList | None = None
        self.heights = UNKNOWN
        self.blocks: tuple[Block, ...] | None = None
        self.stream: MarkdownStream | None = None
        self.think_seconds: float | None = None
        self._mark: RowSnapshot | None = None
        self._ending: Iterator[StreamResult | None] | None = None
        self._sliced = 0
        self._thinking_since = 0.0
        self._written: list[str] = []  # what was streamed since ``message`` was taken

    @property
    def source(self) -> str:
        """The text as it was written, with what has been streamed so far."""
        if not self._written:
            return self.message.content
        if len(self._written) > 1:
            self._written = ["".join(self._written)]
        return self.message.content + self._written[0]

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
        text = self.message.content
        rows = self._start_list()
        if self.is_user:
            rows.extend(verbatim_flow(text))
        elif self.blocks is not None:
            rows.extend(flatten(self.blocks))
        elif self.message.status is MessageStatus.STREAMING:
            self._restart(measures)
            return
        elif len(text) > PARSED_AT_ONCE:
            self.stream, self._sliced, self._ending = MarkdownStream(), 0, None
            self._mark = rows.snapshot()
            self.parse_slice(measures)
            return
        else:
            self.blocks = parse(text)
            rows.extend(flatten(self.blocks))
        self._end(measures, 0, ())

    def _start_list(self) -> RowList:
        self.list = made = RowList(fold=self.folded)
        if self.think_seconds is None and self.message.timings is not None:
            self.think_seconds = estimated_thinking(self.message)
        made.think_seconds = self.think_seconds
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
        if self.stream is None or self._ending is not None:
            return 0
        return max(0, len(self.message.content) - self._sliced)

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

    def _read(self, stream: MarkdownStream, until: float, measures: Measures) -> None:
        text = self.message.content
        closed: list[BlockPart] = []
        while True:
            end = min(len(text), self._sliced + SLICE)
            update = stream.feed(text[self._sliced : end])
            closed += update.closed
            self._sliced = end
            if end == len(text) or perf_counter() > until:
                self._apply(StreamUpdate(tuple(closed), update.tail), measures)
                return

    def feed(self, text: str, measures: Measures) -> None:
        """Add streamed text; an answer that was complete goes on."""
        if self.stream is None or self._ending is not None:
            self._restart(measures)
        if self.stream is not None:
            self._written.append(text)
            self._sliced += len(text)
            self._apply(self.stream.feed(text), measures)
            self._time_thinking()

    def _time_thinking(self) -> None:
        """Measure how long the reasoning takes while it streams."""
        row = self.list.thinking if self.list is not None else None
        if self.list is None or row is None or self.think_seconds is not None:
            return
        if not row.closed:
            self._thinking_since = self._thinking_since or monotonic()
        elif self._thinking_since:
            self.think_seconds = monotonic() - self._thinking_since
            self.list.set_thinking(self.think_seconds)

    def _restart(self, measures: Measures) -> None:
        self.blocks = None
        self.stream, self._ending = MarkdownStream(), None
        rows = self._start_list()
        self._mark = rows.snapshot()
        source = self.source
        self._sliced = len(source)
        self._apply(self.stream.feed(source), measures)

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
        self.message, self._written = message, []
        if self.think_seconds is None:
            self.think_seconds = estimated_thinking(message)
        if self.stream is not None:
            short = len(message.content) <= PARSED_AT_ONCE
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

    def refold(self, measures: Measures) -> None:
        """Show or hide the reasoning."""
        self.folded = not self.folded
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
        if self.list is not None and self.message.status is not MessageStatus.STREAMING:
            self.list.end_thinking()
        if self.unparsed_characters:
            rows.append(UnparsedRow(self.unparsed_characters))
        if self.message.status is MessageStatus.FAILED or self.message.error:
            reason = self.message.error or tr("No answer could be written.")
            rows.append(NoteRow(reason, RowPlacement(gap=8), error=True))
        rows.append(FOOTER_USER if self.is_user else FOOTER_ANSWER)
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


def heights_of(models: Iterable[MessageModel], measures: Measures) -> list[int]:
    """Heights in pixels: what is known of opened messages, estimates by length for the others.

    This runs for every message of a chat that is opened, so it is written plainly.
    """
    a_character = measures.line * measures.char_width / measures.column
    # Half of the source's line ends are blank lines, which become a gap of half a line.
    a_line, least = measures.line * 0.62, measures.line + 80 * measures.zoom
    made: list[int] = []
    for model in models:
        if model.heights is not UNKNOWN:
            made.append(model.heights.total)
            continue
        message = model.message
        text = message.content
        share = a_character if message.role is _ASSISTANT else 1.33 * a_character  # in a bubble
        made.append(int(len(text) * share + text.count("\n") * a_line + least))
    return made


def estimated_thinking(message: Message) -> float | None:
    """Seconds of an answer that its reasoning took, by its share of the text; None without any.

    Only the time of the whole answer is stored.
    """
    end = message.content.find("</think>")
    if message.timings is None or end < 0 or not message.content.lstrip().startswith("<think>"):
        return None
    return message.timings.completion_seconds * end / len(message.content) or None


def status_text(message: Message) -> str:
    """What is said under an answer: how it ended, if not by itself, and what was not read."""
    count = len(message.left_out) if message.role is _ASSISTANT else 0
    if not count:
        return _end_words(message)
    left_out = trn("{n} older message left out", "{n} older messages left out", count)
    return formatting.join(_end_words(message), left_out)


def _end_words(message: Message) -> str:
    match message.status:
        case MessageStatus.STOPPED:
            return tr("Stopped by you")
        case MessageStatus.INTERRUPTED:
            return tr("Interrupted; the text so far was kept")
        case MessageStatus.CUT:
            if message.stop_reason is StopReason.CONTEXT_FULL:
                return tr("Cut: the context window is full")
            return tr("Cut at the token limit")
    return ""
