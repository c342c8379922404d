"""Blocks that hold others, and a stream of them as flat rows.

A view that draws line after line needs no tree: each `FlowRow` is one leaf block with the
containers around it, so a new list item is a new row and a new table row extends the row before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from app.markup.document.blocks import Block, BlockPart

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class BlockFrame:
    """A container as a row in it sees it; ``first`` where the row is the container's first."""

    first: bool
    bar = ""  # the tone of a bar along its rows, a colour's name in themes and style sheets
    bar_begins = True  # below the gap of its first row, and not above it
    tone = "muted"  # of what stands in the margin
    quiet = False  # drawn in the second rank
    beside = False  # holds what is no text of the message
    indent = 1  # levels to the right

    def marker(self) -> str:
        """What stands beside its first row: a bullet, a number, a box."""
        return ""

    def margin(self) -> str:
        """What stands before its lines where there are only characters."""
        return ""


class Container(Block):
    """A block that holds others."""

    __slots__ = ()
    children: tuple[Block, ...]

    def inside(self) -> tuple[Block, ...]:
        """What it holds."""
        return self.children

    def holding(self, blocks: tuple[Block, ...]) -> Container:
        """The same with other blocks in it."""
        here: Any = self  # a dataclass, whose field is called so
        made: Container = replace(here, children=blocks)
        return made

    def title(self) -> Block | None:
        """A leaf that it begins with and that its text did not write as one."""
        return None

    def frame(self, *, first: bool) -> BlockFrame | None:
        """Itself around a row; None where only what it holds is to be seen."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One leaf of the page.

    Attributes:
        leaf: None for an empty container (an empty list item, a quote without text). With
            ``continues`` there is nothing new but how the containers around it ended.
        frames: the containers around it, outermost first; ``first`` is True where this row is the
            first of that container.
        continues: the leaf extends the leaf of the row before: more table rows, code text, spans.
        top: True if the row begins a new top-level block.
    """

    leaf: Block | None
    frames: tuple[BlockFrame, ...]
    continues: bool
    top: bool


def flatten(parts: Iterable[BlockPart | Block]) -> Iterator[FlowRow]:
    """The rows of parts or of whole blocks, in order."""
    for part in parts:
        whole = part if isinstance(part, BlockPart) else BlockPart(part)
        yield from _rows(whole.block, (), whole.continues, top=whole.continues == 0)


def _rows(
    block: Block, frames: tuple[BlockFrame, ...], continues: int, *, top: bool
) -> Iterator[FlowRow]:
    if not isinstance(block, Container):
        yield FlowRow(block, frames, continues > 0, top)
        return
    first = continues <= 0
    frame, children = block.frame(first=first), block.inside()
    inner = frames if frame is None else (*frames, frame)
    if not first and not children:
        yield FlowRow(None, inner, continues=True, top=False)
        return
    title = block.title() if first else None
    if first and (title is not None or not children):
        yield FlowRow(title, inner, continues=False, top=top)
        inner, top = later(inner), False
    for index, child in enumerate(children):
        deeper = max(0, continues - 1) if index == 0 else 0
        yield from _rows(child, inner, deeper, top=top and index == 0)
        if index == 0:
            inner = later(inner)


def later(frames: tuple[BlockFrame, ...]) -> tuple[BlockFrame, ...]:
    """The frames as a row sees them that is not the first in any of them."""
    return tuple(replace(frame, first=False) if frame.first else frame for frame in frames)
