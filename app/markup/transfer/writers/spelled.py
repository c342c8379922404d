"""Blocks as plain text: words without marks of Markdown, formulas as they are spoken."""

from __future__ import annotations

from collections.abc import Iterable

from app.markup.document.blocks import Block
from app.markup.document.one_line import plain_script
from app.markup.document.spans import (
    Code,
    Emphasis,
    FootnoteRef,
    Image,
    Inline,
    LineBreak,
    Link,
    Math,
    Script,
    SoftBreak,
    Strike,
    Strong,
    Text,
)
from app.markup.latex.spoken import spoken
from app.markup.parse import parse

_DEEPEST = 50  # of blocks inside blocks


def spelled(content: str, *, breaks: bool = False) -> str:
    """The words of a message.

    Args:
        content: Markdown.
        breaks: Whether each line end of the source is one, as where people typed.
    """
    return _Speller("\n" if breaks else " ").blocks(parse(content), 0)


def spelled_blocks(blocks: Iterable[Block]) -> str:
    """The words of blocks."""
    return _Speller(" ").blocks(blocks, 0)


class _Speller:
    def __init__(self, soft_break: str) -> None:
        self._soft_break = soft_break

    def blocks(self, blocks: Iterable[Block], depth: int, gap: str = "\n\n") -> str:
        """Blocks, with lines between them."""
        if depth > _DEEPEST:
            return "…"
        return gap.join(filter(None, (block.spelled(self, depth + 1) for block in blocks)))

    def spans(self, spans: Iterable[Inline]) -> str:
        """Spans as they stand in a line."""
        return "".join(map(self._span, spans))

    def formula(self, latex: str) -> str:
        """A formula in words; its source where words would leave commands standing."""
        words = spoken(latex)
        return latex.strip() if "\\" in words or "{" in words else words

    def _span(self, span: Inline) -> str:
        match span:
            case Text(text) | Code(text):
                return text
            case Emphasis(children) | Strong(children) | Strike(children):
                return self.spans(children)
            case Script(children, raised):
                return plain_script(self.spans(children), raised=raised)
            case Link(href, _, children):
                said = self.spans(children)
                return said if href in {said, f"mailto:{said}"} or not href else f"{said} ({href})"
            case Image(src, alt, _):
                return f"{alt} ({src})" if alt else src
            case Math():
                return self.formula(span.source)
            case LineBreak():
                return "\n"
            case SoftBreak(kept):
                return "\n" if kept else self._soft_break
            case FootnoteRef(_, number):
                return f"[{number}]"
