"""A message that arrives in pieces: text, reasoning, and parts that come whole.

Each stretch of text, and the reasoning, is a Markdown text of its own: what stands behind a part
cannot change what stands before it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.domain.parts import Part, ReasoningPart, TextPart
from app.markup.document.blocks import (
    Block,
    BlockPart,
    BlockReplacement,
    StreamResult,
    StreamUpdate,
)
from app.markup.document.flow import Container
from app.markup.parts.reasoning import Thinking
from app.markup.parts.registry import add_block, stands_below
from app.markup.stream import MarkdownStream

if TYPE_CHECKING:
    from collections.abc import Iterator

Closed = tuple[BlockPart, ...]


class PartStream:
    """One message, piece by piece; every method gives what it changed.

    Attributes:
        starts: For each text the number of its first block.
    """

    def __init__(self) -> None:
        self.starts: list[int] = []
        self._stream: MarkdownStream | None = None  # of the stretch that grows
        self._thought: list[str] | None = None  # what the stretch says, where it is reasoning
        self._shown = False  # something of that reasoning is closed
        self._blocks: list[Block] = []  # of the stretches before, and of whole parts
        self._below: list[Block] = []
        self._changes: list[BlockReplacement] = []
        self._tail: tuple[BlockPart, ...] = ()
        self._finished = False

    # ------------------------------------------------------------------ input

    def take(self, part: Part) -> StreamUpdate:
        """A part as it is stored. Reasoning that is not closed goes on with what comes next."""
        if isinstance(part, TextPart):
            return self.feed(part.text)
        if not isinstance(part, ReasoningPart):
            return self.add(part)
        update = self.feed_reasoning(part.text)
        if not part.closed:
            return update
        return self._update(update.closed + self._end_stretch(part.seconds))

    def feed(self, text: str) -> StreamUpdate:
        """More text."""
        if not text:
            return self._nothing()
        closed = self._end_stretch() if self._thought is not None else ()
        if self._stream is None:
            self._stream = MarkdownStream()
            self.starts.append(len(self._blocks))
        update = self._stream.feed(text)
        return self._update(closed + update.closed, update.tail, same=update.tail_same)

    def feed_reasoning(self, text: str) -> StreamUpdate:
        """More reasoning; an empty text begins it."""
        closed: Closed = ()
        if self._thought is None:
            closed = self._end_stretch()
            self._stream, self._thought, self._shown = MarkdownStream(), [], False
        assert self._stream is not None  # noqa: S101  # made above, or with the reasoning
        self._thought.append(text)
        update = self._stream.feed(text)
        closed += self._wrap(update.closed)
        tail = self._wrap(update.tail, stays=False)
        if not self._shown and not tail:
            tail = (BlockPart(Thinking((), closed=False)),)
        return self._update(closed, tail, same=tail == self._tail)

    def add(self, part: Part) -> StreamUpdate:
        """A part that comes whole."""
        if stands_below(part):
            add_block(self._below, part)
            return self._nothing()
        closed = self._end_stretch()
        before = self._blocks[-1] if self._blocks else None
        joined = add_block(self._blocks, part)
        block = self._blocks[-1]
        if joined and isinstance(before, Container) and isinstance(block, Container):
            news = block.holding(block.children[len(before.children) :])
            return self._update((*closed, BlockPart(news, 1)))
        return self._update((*closed, BlockPart(block)))

    def _update(self, closed: Closed, tail: Closed = (), *, same: bool = False) -> StreamUpdate:
        self._tail = tail
        return StreamUpdate(closed, tail, tail_same=same and not closed)

    def _nothing(self) -> StreamUpdate:
        return StreamUpdate((), self._tail, tail_same=True)

    # ------------------------------------------------------------------ end

    def finish(self) -> StreamResult:
        """No more comes."""
        return next(settled for settled in self.finishing() if settled is not None)

    def finishing(self) -> Iterator[StreamResult | None]:
        """`finish` in steps, as `MarkdownStream.finishing`.

        Raises:
            ValueError: After an earlier one.
        """
        if self._finished:
            raise ValueError("the message is finished")
        self._finished = True
        return self._finishing()

    def _finishing(self) -> Iterator[StreamResult | None]:
        closed: Closed = ()
        if self._stream is not None:
            for settled in self._stream.finishing():
                if settled is None:
                    yield None
                else:
                    closed = self._settle(settled, None, cut=True)
        closed += tuple(BlockPart(block) for block in self._below)
        blocks = (*self._blocks, *self._below)
        yield StreamResult(StreamUpdate(closed, ()), blocks, tuple(self._changes))

    # ------------------------------------------------------------------ stretches

    def _end_stretch(self, seconds: float | None = None) -> Closed:
        """Close the stretch that grows, if one does; the last parts of it."""
        if self._stream is None:
            return ()
        return self._settle(self._stream.finish(), seconds)

    def _settle(self, result: StreamResult, seconds: float | None, *, cut: bool = False) -> Closed:
        at, closed = len(self._blocks), result.update.closed
        thought, self._thought, self._stream = self._thought, None, None
        if thought is None:
            self._blocks += result.blocks
            self._changes += [replace(one, first=one.first + at) for one in result.changes]
            return closed
        if not result.blocks:
            return ()  # nothing was thought
        whole = Thinking(result.blocks, "".join(thought), closed=not cut, cut=cut, seconds=seconds)
        self._blocks.append(whole)
        if result.changes:
            self._changes.append(BlockReplacement(at, 1, (whole,)))
        # The empty one says how it ended, to the line above it.
        return (*self._wrap(closed), BlockPart(whole.holding(()), 1))

    def _wrap(self, parts: Closed, *, stays: bool = True) -> Closed:
        """Parts of the reasoning's text inside it."""
        shown, wrapped = self._shown, []
        for part in parts:
            inside = Thinking((part.block,), closed=False)
            wrapped.append(BlockPart(inside, part.continues + 1 if shown else 0))
            shown = True
        if stays:
            self._shown = shown
        return tuple(wrapped)
