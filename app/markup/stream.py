"""Markdown that arrives in pieces: what is finished, and what the open end looks like.

Complete lines go through the `BlockParser` once and become parts for good. The unfinished last line
is tried on the tree and taken back, so that the tail shows what the text would be if it ended here;
the tries are paid from a credit that grows with the input, which makes the whole work linear by
construction. When the credit is used up, new text is appended to the tail unparsed for a while.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.markup.document.blocks import BlockPart, StreamResult, StreamUpdate
from app.markup.kinds.registry import block_parser
from app.markup.markdown.build import BlockBuilder
from app.markup.markdown.finalize import Finalizer
from app.markup.markdown.nodes import ParagraphNode, restore, save, spine
from app.markup.markdown.paragraphs import MAX_LINE, places_from
from app.markup.markdown.stream_delta import StreamDelta
from app.markup.markdown.wrapping import change_last

if TYPE_CHECKING:
    from collections.abc import Iterator

CREDIT = 6
"""Characters that may be parsed for the tail per character of input."""
HEAD_START = 16384
"""Characters that may be parsed for the tail before any credit is earned: a text that begins with
many short formulas is never seen unparsed."""
MAX_TRIED = 16384
"""Characters; a longer unfinished line is not tried until it is complete or known to be text."""

LINE_END = re.compile(r"\r\n|\n|\r")
_PLAIN = re.compile(r"(?:[^\W_]|[ ,;'\"])+")
_MARKER = re.compile(r"[ \t]*[*_~`#=+-]{1,3}")
"""A line that may become anything; it is not shown before it is more than that."""
_RESHAPES = re.compile(r"\$\$|\\\[|\\b")
"""What may make a block of its own out of text: a display formula."""
_REACH = 1
"""Characters of it that may stand in the piece before."""
_SETTLED_LINE = re.compile(r"[^\W\d_]|[*_\"'(]{1,3}[^\W_]")


class MarkdownStream:
    """One text, piece by piece.

    Attributes:
        length: characters fed so far.
    """

    def __init__(self) -> None:
        self.length = 0
        self._machine = block_parser()
        self._builder = BlockBuilder(self._machine.references)
        self._parts = StreamDelta(self._builder)
        self._line: list[str] = []
        self._line_start = 0
        self._carry = ""
        self._growing = False
        self._credit = HEAD_START
        self._tried = 0
        self._tail: tuple[BlockPart, ...] = ()
        self._live: ParagraphNode | None = None
        self._waits = False  # the live paragraph has text that the tail does not show yet
        self._on_line = False  # the tail ends with the unfinished line
        self._finished = False

    @property
    def characters_parsed(self) -> int:
        """Characters handed to the line reader and to the inline parser, tries included."""
        return self._machine.characters + self._builder.characters

    # ------------------------------------------------------------------------------------ input

    def feed(self, text: str) -> StreamUpdate:
        """Add ``text``; pieces may be cut anywhere, even inside a line end.

        Raises:
            ValueError: after `finish`.
        """
        if self._finished:
            raise ValueError("the stream is finished")
        self.length += len(text)
        self._credit += CREDIT * len(text)
        before = self._tail
        text = self._carry + text
        self._carry = "\r" if text.endswith("\r") else ""
        text = text[: len(text) - len(self._carry)]
        lines = self._take_lines(text)
        closed = tuple(self._parts.drain(self._machine.root))
        if lines or closed:
            self._live = None
            self._on_line = False
            if self._affordable():
                self._tail = self._try()
            elif closed:
                self._tail = ()  # else what was seen stays, until there is credit to look again
        else:
            self._grow_tail(text)
        if self._growing:  # the line turned out to be text: it is not in the tail any more
            closed += tuple(self._parts.drain(self._machine.root))
        return StreamUpdate(closed, self._tail, tail_same=not closed and before == self._tail)

    def finish(self) -> StreamResult:
        """No more text comes.

        Raises:
            ValueError: after an earlier `finish`.
        """
        return next(settled for settled in self.finishing() if settled is not None)

    def finishing(self) -> Iterator[StreamResult | None]:
        """`finish` in steps of about 5 ms: None while there is more to do, the end at the end.

        The last tail stays good until then.

        Raises:
            ValueError: after an earlier `finish`.
        """
        if self._finished:
            raise ValueError("the stream is finished")
        self._finished = True
        return self._finishing()

    def _finishing(self) -> Iterator[StreamResult | None]:
        if self._carry:
            self._end_line(1)
        elif self._growing or any(self._line):
            self._end_line(0)
        self._machine.finish()
        yield None
        ending = Finalizer(self._machine.root, self._builder)
        yield from ending.number()
        closed = tuple(self._parts.drain(self._machine.root))
        yield None
        blocks, changes = yield from ending.finalize()
        yield StreamResult(StreamUpdate(closed, ()), blocks, changes)

    def _take_lines(self, text: str) -> int:
        """Read the lines that ``text`` completes; how many there were."""
        done = lines = 0
        for end in LINE_END.finditer(text):
            self._add(text[done : end.start()])
            self._end_line(end.end() - end.start())
            done = end.end()
            lines += 1
        self._add(text[done:])
        return lines

    def _add(self, text: str) -> None:
        """Add to the unfinished line."""
        if self._growing:
            self._machine.extend_partial_line(text)
        else:
            self._line.append(text)

    def _end_line(self, width: int) -> None:
        """The line is complete; its end is ``width`` characters wide."""
        if self._growing:
            self._machine.end_partial_line()
            self._line_start = self._machine.partial_line_end + width
            self._growing = False
        else:
            line = "".join(self._line)
            self._machine.feed_line(line, self._line_start)
            self._line_start += len(line) + width
        self._line = []

    # ------------------------------------------------------------------------------------ tail

    def _affordable(self) -> bool:
        return self._credit >= 0

    def _grow_tail(self, text: str) -> None:
        """Only the unfinished line grew."""
        if not text:
            return
        live = self._live
        if live is None:
            if self._affordable():
                self._tail = self._try()
            else:
                self._append(text)
            return
        live.text += text
        live.end += len(text)
        guess = self._builder.tail
        calm = not guess.hidden and not self._waits
        if calm and _PLAIN.fullmatch(text) and self._append(text):
            return
        if _RESHAPES.search(live.text, max(0, len(live.text) - len(text) - _REACH)) or (
            len(live.text) > MAX_LINE
        ):
            self._live = None
            if self._affordable():
                self._tail = self._try()
            return
        if not self._affordable():
            # Behind a guess text waits for a moment: it may end what is guessed.
            self._waits = not calm or guess.depth > 0 or not self._append(text)
            return
        self._waits = False
        before = self._builder.characters
        blocks = self._builder.open_text(live)
        self._credit -= self._builder.characters - before
        changed = change_last(self._tail[-1], lambda _: blocks[0])
        if changed is not None:
            self._tail = (*self._tail[:-1], changed)

    def _append(self, text: str) -> bool:
        """Append text to the tail unparsed; False where the tail ends with something else."""
        if not self._tail or not self._on_line:
            return False
        depth = self._builder.tail.depth if self._live is not None else 0
        grown = change_last(self._tail[-1], lambda leaf: leaf.appended(text, depth))
        if grown is None:
            return False
        self._tail = (*self._tail[:-1], grown)
        return True

    def _try(self) -> tuple[BlockPart, ...]:
        """Read the unfinished line as if it were complete, look, and take it back."""
        machine = self._machine
        self._waits = False
        text = "".join(self._line)
        self._line = [text]
        if self._growing or len(text) > MAX_TRIED:
            before = self.characters_parsed
            tail = self._parts.open_parts(machine.root)
            self._credit -= self.characters_parsed - before
            return tail
        before = self.characters_parsed
        if machine.open_formula_overflows(text):
            machine.abandon_open_formula()
        state = machine.save(), save(spine(machine.root)), self._builder.number
        self._on_line = bool(text.strip()) and not _MARKER.fullmatch(text)
        if self._on_line:
            machine.feed_line(text, self._line_start)
        commit = self._on_line and self._can_commit(text)
        self._builder.closing_markers = True
        tail = () if commit else self._parts.open_parts(machine.root)
        self._builder.closing_markers = False
        self._live = None if commit or not self._on_line else self._find_live(tail)
        restore(state[1])
        machine.restore(state[0])
        self._builder.number = state[2]
        self._credit -= self.characters_parsed - before
        if commit:
            machine.feed_line(text, self._line_start)
            machine.begin_partial_line(self._line_start + len(text))
            self._growing = True
            self._line = []
        return tail

    def _can_commit(self, text: str) -> bool:
        """Whether the unfinished line is text of its leaf however it goes on."""
        tip = self._machine.tip()
        if tip.last_line != self._machine.line_number or not text.strip():
            return False
        if isinstance(tip, ParagraphNode) and tip.places and tip.open_formula is None:
            return tip.base + len(tip.text) - tip.places[-1][0] > MAX_LINE
        return tip.line_is_settled()

    def _find_live(self, tail: tuple[BlockPart, ...]) -> ParagraphNode | None:
        """A copy of the open paragraph if new text on its line can only be more of its text."""
        tip = self._machine.tip()
        if not isinstance(tip, ParagraphNode) or tip.open_formula is not None or not tail:
            return None
        if tip.last_line != self._machine.line_number or tip.sent:
            return None
        line = tip.text[max(0, tip.places[-1][0] - tip.base) :]
        if not _SETTLED_LINE.match(line):
            return None
        if any(sign in tip.text for sign in ("$$", "\\[", "\\begin")):
            return None
        return ParagraphNode(
            tip.start,
            tip.first_line,
            tip.end,
            text=tip.text,
            base=tip.base,
            places=places_from(tip, tip.base),
        )
