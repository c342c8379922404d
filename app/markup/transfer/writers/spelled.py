"""Blocks as plain text: words without marks of Markdown, formulas as they are spoken."""

from __future__ import annotations

from collections.abc import Iterable

from app.language import tr
from app.markup.document.blocks import (
    Block,
    Code,
    CodeBlock,
    Emphasis,
    FootnoteDefinition,
    FootnoteRef,
    Heading,
    Image,
    Inline,
    LineBreak,
    Link,
    ListBlock,
    ListItem,
    Math,
    MathBlock,
    Paragraph,
    Quote,
    Rule,
    Script,
    SoftBreak,
    Strike,
    Strong,
    Table,
    Text,
    Thinking,
)
from app.markup.latex.spoken import spoken
from app.markup.parse import parse
from app.markup.text import plain_script

_DEEPEST = 50  # of blocks inside blocks
_INDENT = "    "


def spelled(content: str, *, breaks: bool = False) -> str:
    """The words of a message.

    Args:
        content: Markdown.
        breaks: Whether each line end of the source is one, as where people typed.
    """
    return _Speller("\n" if breaks else " ").blocks(parse(content), 0)


class _Speller:
    def __init__(self, soft_break: str) -> None:
        self._soft_break = soft_break

    def blocks(self, blocks: Iterable[Block], depth: int, gap: str = "\n\n") -> str:
        if depth > _DEEPEST:
            return "…"
        return gap.join(filter(None, (self._block(block, depth + 1) for block in blocks)))

    def _block(self, block: Block, depth: int) -> str:
        match block:
            case Paragraph(spans) | Heading(_, spans):
                return self._spans(spans)
            case CodeBlock():
                return block.text.removesuffix("\n")
            case MathBlock():
                return f"{_said(block.drawn)}{block.trailing}"
            case Quote(children):
                return _prefixed("> ", self.blocks(children, depth))
            case ListBlock():
                gap = "\n" if block.tight else "\n\n"
                return gap.join(self._item(item, depth) for item in block.items)
            case ListItem():
                return self._item(block, depth)
            case Table():
                rows = [block.header, *block.rows]
                return "\n".join(" | ".join(map(self._spans, row)) for row in rows)
            case Rule():
                return "* * *"
            case Thinking(children):
                return f"{tr('Thinking:')}\n\n{_prefixed('> ', self.blocks(children, depth))}"
            case FootnoteDefinition():
                return f"[{block.number}] {self.blocks(block.children, depth)}"

    def _item(self, item: ListItem, depth: int) -> str:
        bullet = "-" if item.number is None else f"{item.number}."
        box = "" if item.checked is None else "[x] " if item.checked else "[ ] "
        body = self.blocks(item.children, depth, "\n" if item.tight else "\n\n")
        first, *rest = f"{box}{body}".split("\n")
        below = [f"{' ' * (len(bullet) + 1)}{line}" if line else "" for line in rest]
        return "\n".join([f"{bullet} {first}".rstrip(), *below])

    def _spans(self, spans: Iterable[Inline]) -> str:
        return "".join(map(self._span, spans))

    def _span(self, span: Inline) -> str:
        match span:
            case Text(text) | Code(text):
                return text
            case Emphasis(children) | Strong(children) | Strike(children):
                return self._spans(children)
            case Script(children, raised):
                return plain_script(self._spans(children), raised=raised)
            case Link(href, _, children):
                said = self._spans(children)
                return said if href in {said, f"mailto:{said}"} or not href else f"{said} ({href})"
            case Image(src, alt, _):
                return f"{alt} ({src})" if alt else src
            case Math():
                return _said(span.source)
            case LineBreak():
                return "\n"
            case SoftBreak(kept):
                return "\n" if kept else self._soft_break
            case FootnoteRef(_, number):
                return f"[{number}]"


def _said(latex: str) -> str:
    """A formula in words; its source where words would leave commands standing."""
    words = spoken(latex)
    return latex.strip() if "\\" in words or "{" in words else words


def _prefixed(mark: str, text: str) -> str:
    return "\n".join(f"{mark}{line}".rstrip() for line in text.split("\n"))
