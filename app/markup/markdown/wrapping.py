"""Parts with their last leaf replaced inside its containers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.markup.document.blocks import (
    Block,
    BlockPart,
    FootnoteDefinition,
    ListBlock,
    ListItem,
    Quote,
    Thinking,
)

if TYPE_CHECKING:
    from collections.abc import Callable


def change_last(part: BlockPart, change: Callable[[Block], Block | None]) -> BlockPart | None:
    """``part`` with its last leaf changed; None if there is none or ``change`` gives None."""
    block = _change(part.block, change)
    return None if block is None else BlockPart(block, part.continues)


def _change(block: Block, change: Callable[[Block], Block | None]) -> Block | None:
    match block:
        case ListBlock():
            item = _change(block.items[-1], change) if block.items else None
            if not isinstance(item, ListItem):
                return None
            return replace(block, items=(*block.items[:-1], item))
        case ListItem() | Quote() | Thinking() | FootnoteDefinition():
            if not block.children:
                return None
            child = _change(block.children[-1], change)
            return None if child is None else replace(block, children=(*block.children[:-1], child))
    return change(block)
