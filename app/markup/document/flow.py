"""A stream as flat rows.

A view that draws line after line needs no tree: each `FlowRow` is one leaf block with the
containers around it, so a new list item is a new row and a new table row extends the row before.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from app.markup.document.blocks import (
    Block,
    BlockPart,
    CodeBlock,
    FootnoteDefinition,
    Heading,
    Leaf,
    ListBlock,
    ListItem,
    MathBlock,
    Paragraph,
    Quote,
    Rule,
    Table,
    Thinking,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


@dataclass(frozen=True, slots=True)
class QuoteFrame:
    """The row stands in a quotation."""

    first: bool


@dataclass(frozen=True, slots=True)
class ItemFrame:
    """The row stands in a list item; ``first`` rows carry the marker (bullet, number, box)."""

    first: bool
    number: int | None
    checked: bool | None
    tight: bool
    depth: int


@dataclass(frozen=True, slots=True)
class ThinkingFrame:
    """The row belongs to the reasoning."""

    first: bool
    closed: bool


@dataclass(frozen=True, slots=True)
class FootnoteFrame:
    """The row belongs to a footnote; ``first`` rows carry its number."""

    first: bool
    label: str
    number: int


Frame: TypeAlias = QuoteFrame | ItemFrame | ThinkingFrame | FootnoteFrame


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One leaf of the page.

    Attributes:
        leaf: None for an empty container (an empty list item, a quote without text).
        frames: the containers around it, outermost first; ``first`` is True where this row is the
            first of that container.
        continues: the leaf extends the leaf of the row before: more table rows, code text, spans.
        top: True if the row begins a new top-level block.
    """

    leaf: Leaf | None
    frames: tuple[Frame, ...]
    continues: bool
    top: bool


def flatten(parts: Iterable[BlockPart | Block]) -> Iterator[FlowRow]:
    """The rows of parts or of whole blocks, in order."""
    for part in parts:
        whole = part if isinstance(part, BlockPart) else BlockPart(part)
        yield from _rows(whole.block, (), whole.continues, top=whole.continues == 0)


def _rows(
    block: Block, frames: tuple[Frame, ...], continues: int, *, top: bool
) -> Iterator[FlowRow]:
    if isinstance(block, Paragraph | Heading | CodeBlock | MathBlock | Table | Rule):
        yield FlowRow(block, frames, continues > 0, top)
        return
    first = continues <= 0
    children: tuple[Block, ...]
    inner = frames
    match block:
        case ListBlock():
            children = block.items
        case ListItem():
            item = ItemFrame(first, block.number, block.checked, block.tight, block.depth)
            inner, children = (*frames, item), block.children
        case Quote():
            inner, children = (*frames, QuoteFrame(first)), block.children
        case Thinking():
            inner, children = (*frames, ThinkingFrame(first, block.closed)), block.children
        case FootnoteDefinition():
            note = FootnoteFrame(first, block.label, block.number)
            inner, children = (*frames, note), block.children
    if not children and first:
        yield FlowRow(None, inner, continues=False, top=top)
    for index, child in enumerate(children):
        deeper = max(0, continues - 1) if index == 0 else 0
        shown = inner if index == 0 else _later(inner)
        yield from _rows(child, shown, deeper, top=top and index == 0)


def _later(frames: tuple[Frame, ...]) -> tuple[Frame, ...]:
    """The frames as a row sees them that is not the first in any of them."""
    return tuple(replace(frame, first=False) if frame.first else frame for frame in frames)
