"""The segments of a paragraph's text: paragraphs and display formulas."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from app.markup.document.blocks import Block, MathBlock, Offsets, Paragraph
from app.markup.document.spans import Inline, LineBreak, Math, SoftBreak, Spans, Text
from app.markup.latex.numbering import numbers_in
from app.markup.markdown.paragraphs import source_offset
from app.markup.spans.inline import DisplayFormula, References, parse_segments
from app.markup.spans.math_delimiters import environment_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.markup.markdown.nodes import ParagraphNode

_TRAILING = re.compile(r"[ \t]*([.,;:!?]+)[ \t]*(?:\n|$)")


def parse_segment(
    node: ParagraphNode, base: int, text: str, references: References, number: int
) -> tuple[Block, ...]:
    """The blocks of a segment of ``node`` that begins ``base`` characters into the paragraph.

    Args:
        node: the paragraph.
        base: where in it the segment begins.
        text: of the segment.
        references: the definitions known so far.
        number: of the next equation that takes one.
    """
    pieces = parse_segments(text, references)
    bounds = [
        0,
        *(edge for p in pieces if isinstance(p, DisplayFormula) for edge in (p.start, p.end)),
    ]
    bounds.append(len(text))
    blocks: list[Block] = []
    for index, piece in enumerate(pieces):
        start, end = _edges(text, bounds[index], bounds[index + 1])
        span = (source_offset(node, base + start), source_offset(node, base + end))
        if isinstance(piece, DisplayFormula):
            block = _displayed(piece.formula, span, number)
            number += numbers_in(block.source, block.environment)
            blocks.append(block)
            continue
        spans = piece
        last = blocks[-1] if blocks else None
        if isinstance(last, MathBlock):
            spans, trailing = _without_trailing(spans, text[bounds[index] : bounds[index + 1]])
            if trailing:
                place = text.index(trailing, bounds[index]) + len(trailing)
                blocks[-1] = _with_trailing(last, trailing, source_offset(node, base + place))
                start, end = _edges(text, place, bounds[index + 1])
                span = (source_offset(node, base + start), source_offset(node, base + end))
        first, final = index == 0, index == len(pieces) - 1
        spans = _trimmed(spans, front=not first, back=not final)
        if spans:
            blocks.append(Paragraph(spans, span))
    return tuple(blocks)


def _displayed(formula: Math, span: Offsets, first: int) -> MathBlock:
    source = formula.source.strip()
    environment = environment_of(source)
    number = first if numbers_in(source, environment) else 0
    return MathBlock(source, environment, True, formula.delimiter, "", span, number)


def _edges(text: str, start: int, end: int) -> tuple[int, int]:
    """The bounds without the white space inside them."""
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _with_trailing(block: MathBlock, trailing: str, end: int) -> MathBlock:
    return replace(block, trailing=trailing, span=(block.span[0], end))


def _without_trailing(spans: Spans, text: str) -> tuple[Spans, str]:
    """Take the punctuation that follows a formula from what stands behind it."""
    match = _TRAILING.match(text)
    if match is None or not spans or not isinstance(spans[0], Text):
        return spans, ""
    rest = spans[0].text.lstrip()
    if not rest.startswith(match.group(1)):
        return spans, ""
    rest = rest[len(match.group(1)) :].lstrip()
    kept: Spans = (Text(rest),) if rest else ()
    return kept + spans[1:], match.group(1)


def _trimmed(spans: Spans, *, front: bool, back: bool) -> Spans:
    """The spans without line ends and blanks beside a display formula."""
    kept = list(spans)
    while front and kept and _is_blank(kept[0]):
        kept.pop(0)
    while back and kept and _is_blank(kept[-1]):
        kept.pop()
    if front and kept and isinstance(kept[0], Text):
        kept[0] = Text(kept[0].text.lstrip())
    if back and kept and isinstance(kept[-1], Text):
        kept[-1] = Text(kept[-1].text.rstrip())
    return tuple(kept)


def _is_blank(span: Inline) -> bool:
    if isinstance(span, Text):
        return not span.text.strip()
    return isinstance(span, SoftBreak | LineBreak)


def join_blocks(groups: Iterable[tuple[Block, ...]]) -> tuple[Block, ...]:
    """The blocks of a paragraph's segments in a row: text goes on where text ended."""
    joined: list[Block] = []
    spans: list[Inline] = []
    start = 0
    for group in groups:
        for index, block in enumerate(group):
            last = joined[-1] if joined else None
            if index == 0 and isinstance(last, Paragraph) and isinstance(block, Paragraph):
                if not spans:
                    spans, start = list(last.spans), last.span[0]
                spans += block.spans
                joined[-1] = block
                continue
            _end_joined(joined, spans, start)
            spans = []
            joined.append(block)
    _end_joined(joined, spans, start)
    return tuple(joined)


def _end_joined(joined: list[Block], spans: list[Inline], start: int) -> None:
    """Make one paragraph of what was joined so far; its end is that of the last entry."""
    if spans:
        joined[-1] = Paragraph(tuple(spans), (start, joined[-1].span[1]))
