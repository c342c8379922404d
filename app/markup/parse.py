"""The parse of a whole text; the caller keeps the result, nothing is cached here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from app.markup.kinds.registry import block_parser
from app.markup.markdown.build import BlockBuilder
from app.markup.markdown.finalize import Finalizer
from app.markup.stream import LINE_END

if TYPE_CHECKING:
    from app.markup.document.blocks import Block


Each = Callable[[float], object]
"""Told how much is done, 0 to 1; what it raises ends the work."""


def nobody(_done: float) -> None:
    """Nobody wants to know, nor to end it."""


def parse(text: str, each: Each = nobody) -> tuple[Block, ...]:
    """The blocks of ``text``; never raises, whatever the text.

    The same as feeding it to a `MarkdownStream` in any pieces and finishing.

    Args:
        text: Markdown.
        each: Called for each line and each block.
    """
    machine = block_parser()
    start = 0
    for end in LINE_END.finditer(text):
        each(start / len(text) / 2)
        machine.feed_line(text[start : end.start()], start)
        start = end.end()
    if start < len(text):
        machine.feed_line(text[start:], start)
    machine.finish()
    builder = BlockBuilder(machine.references)
    for _ in Finalizer(machine.root, builder).number():
        pass
    blocks: list[Block] = []
    children = machine.root.children
    for number, child in enumerate(children):
        each((1 + number / len(children)) / 2)
        blocks += builder.blocks(child)
    return tuple(blocks)
