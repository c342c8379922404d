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


def nobody() -> None:
    """Nobody wants to end it."""


def parse(text: str, each: Callable[[], object] = nobody) -> tuple[Block, ...]:
    """The blocks of ``text``; never raises, whatever the text.

    The same as feeding it to a `MarkdownStream` in any pieces and finishing.

    Args:
        text: Markdown.
        each: Called for each line and each block; what it raises ends the parsing.
    """
    machine = block_parser()
    start = 0
    for end in LINE_END.finditer(text):
        each()
        machine.feed_line(text[start : end.start()], start)
        start = end.end()
    if start < len(text):
        machine.feed_line(text[start:], start)
    machine.finish()
    builder = BlockBuilder(machine.references)
    for _ in Finalizer(machine.root, builder).number():
        pass
    blocks: list[Block] = []
    for child in machine.root.children:
        each()
        blocks += builder.blocks(child)
    return tuple(blocks)
