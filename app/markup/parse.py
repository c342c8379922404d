"""Owns parsing a whole text; the caller keeps the result, nothing is cached here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.markup.markdown.block_parser import Machine
from app.markup.markdown.build import Builder
from app.markup.markdown.finalize import Ending
from app.markup.stream import LINE_END

if TYPE_CHECKING:
    from app.markup.document.blocks import Block


def parse(text: str) -> tuple[Block, ...]:
    """The blocks of ``text``; never raises, whatever the text.

    The same as feeding it to a `MarkdownStream` in any pieces and finishing.
    """
    machine = Machine()
    start = 0
    for end in LINE_END.finditer(text):
        machine.line(text[start : end.start()], start)
        start = end.end()
    if start < len(text):
        machine.line(text[start:], start)
    machine.finish()
    builder = Builder(machine.references)
    for _ in Ending(machine.root, builder).number():
        pass
    return tuple(block for child in machine.root.children for block in builder.blocks(child))
