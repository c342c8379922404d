"""Parts with their last leaf replaced inside its containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.markup.document.blocks import Block, BlockPart
from app.markup.document.flow import Container

if TYPE_CHECKING:
    from collections.abc import Callable


def change_last(part: BlockPart, change: Callable[[Block], Block | None]) -> BlockPart | None:
    """``part`` with its last leaf changed; None if there is none or ``change`` gives None."""
    block = _change(part.block, change)
    return None if block is None else BlockPart(block, part.continues)


def _change(block: Block, change: Callable[[Block], Block | None]) -> Block | None:
    if not isinstance(block, Container):
        return change(block)
    inside = block.inside()
    last = _change(inside[-1], change) if inside else None
    return None if last is None else block.holding((*inside[:-1], last))
