"""Which block each kind of part becomes, and the blocks of a whole message.

What can stand in a message besides text is this table: on the screen, in a copy, read out, on a
page and in a text file a part is what its block says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from app.domain.answers.calculation import is_check
from app.domain.parts import (
    AttachmentPart,
    CitationPart,
    FormPart,
    Part,
    PlacedPart,
    ReadingChoicePart,
    ReasoningPart,
    TextPart,
    ToolCallPart,
    ToolResultPart,
    UnknownPart,
    parts_of,
)
from app.markup.document.blocks import Block
from app.markup.parse import Each, nobody, parse
from app.markup.parts.attachment import Attachment
from app.markup.parts.form import FormLine, ReadingLine
from app.markup.parts.part_block import PartBlock
from app.markup.parts.reasoning import Thinking
from app.markup.parts.sources import Sources
from app.markup.parts.tools import ToolUse, result_block

BLOCKS: Mapping[type, Callable[[Any], PartBlock]] = MappingProxyType(
    {
        ReasoningPart: Thinking.of,
        AttachmentPart: Attachment.of,
        ToolCallPart: ToolUse.of_call,
        ToolResultPart: result_block,
        CitationPart: Sources.of,
        FormPart: FormLine.of,
        ReadingChoicePart: ReadingLine.of,
    }
)


def block_of(part: Part) -> PartBlock:
    """A part that is no text, as a block."""
    return BLOCKS[type(part)](part)


def stands_below(part: Part) -> bool:
    """Whether a part is shown under the message, so that it does not cut the text."""
    return isinstance(part, CitationPart | FormPart | ReadingChoicePart) or is_check(part)


def shown_parts(content: str, placed: Sequence[PlacedPart]) -> tuple[Part, ...]:
    """The parts of a message in the order in which they are shown.

    Each text is a Markdown text of its own: only what is seen between two texts divides them.
    """
    if not placed:
        return (TextPart(content),) if content else ()
    between = [one for one in placed if not stands_below(one.part) and not _is_empty(one.part)]
    below = (one.part for one in placed if stands_below(one.part))
    return (*parts_of(content, between), *below)


def _is_empty(part: Part) -> bool:
    if isinstance(part, UnknownPart):
        return True  # nobody here can say what it shows
    return isinstance(part, ReasoningPart) and not part.text.strip()


def blocks_of(
    parts: Iterable[Part], starts: list[int] | None = None, each: Each = nobody
) -> tuple[Block, ...]:
    """The blocks of parts as `shown_parts` gives them.

    Args:
        parts: In the order in which they are shown.
        starts: Takes for each text the number of its first block.
        each: Called again and again.
    """
    found: list[Block] = []
    listed = tuple(parts)
    total, before = sum(map(_length, listed)), 0
    for part in listed:
        if isinstance(part, TextPart):
            if starts is not None:
                starts.append(len(found))
            length = len(part.text)
            found += parse(part.text, partial(_share, each, before / total, length / total))
            before += length
        else:
            add_block(found, part)
    return tuple(found)


def _length(part: Part) -> int:
    return len(part.text) if isinstance(part, TextPart) else 0


def _share(each: Each, before: float, share: float, done: float) -> None:
    each(before + share * done)


def add_block(found: list[Block], part: Part) -> bool:
    """Add a part to the blocks before it; whether the last of these took it in."""
    last = found[-1] if found else None
    grown = last.joined(part) if isinstance(last, PartBlock) else None
    if grown is None:
        found.append(block_of(part))
        return False
    found[-1] = grown
    return True
