"""Blocks as text for the clipboard: plain, safe HTML, and the Markdown they were.

Also Markdown made of words that are none.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.markup.document.blocks import Block

_RUN = re.compile(r"`+")
_SIGN = re.compile(r"([\\\[\]*_`<>])")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters, what turns the order of letters, and halves of characters."""
_IN_ADDRESS = re.compile(r"[\s<>]")


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


def fenced(language: str, code: str) -> str:
    """A block of code that nothing in the code ends."""
    longest = max((len(run) for run in _RUN.findall(code)), default=0)
    fence = "`" * max(3, longest + 1)
    return f"{fence}{language}\n{code}\n{fence}"


def label(words: str) -> str:
    """Words in one line that any widget, terminal and file can show."""
    return _UNSEEN.sub("\ufffd", " ".join(words.split()))


def one_line(words: str) -> str:
    """Words in one line in which nothing is Markdown."""
    return _SIGN.sub(r"\\\1", " ".join(words.split()))


def link(title: str, address: str) -> str:
    """A link of Markdown, whatever stands in its title and address."""
    shown = one_line(title) or address
    target = _IN_ADDRESS.sub(lambda found: f"%{ord(found[0]):02X}", address)
    if "(" in target or ")" in target:
        target = f"<{target}>"
    return f"[{shown}]({target})"
