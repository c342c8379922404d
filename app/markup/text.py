"""Blocks as text for the clipboard: plain, safe HTML, and the Markdown they were."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.markup.document.blocks import Block


def markdown_of(source: str, block: Block) -> str:
    """The Markdown that a top-level block was written as."""
    return source[block.span[0] : block.span[1]]


def plain_text(blocks: Iterable[Block]) -> str:
    """Blocks as text without markup; formulas as LaTeX, reasoning left out."""
    return "\n\n".join(text for block in blocks if block.copied and (text := block.plain()))


def to_rich_html(blocks: Iterable[Block]) -> str:
    """Blocks as an HTML fragment for a word processor, reasoning left out.

    Nothing in it loads or runs anything: text is escaped, only web and mail addresses are links,
    images are their descriptions, formulas are LaTeX.
    """
    return rich_html(block for block in blocks if block.copied)


def rich_html(blocks: Iterable[Block]) -> str:
    """Every block as `to_rich_html` has it."""
    return "".join(block.rich() for block in blocks)


def indented(text: str, first: str, rest: str) -> str:
    """Text with something before its first line, and before the others."""
    return first + text.replace("\n", "\n" + rest)
