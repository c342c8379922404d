"""Blocks as HTML: every text escaped, nothing fetched, formulas and code through a `Look`."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from urllib.parse import urlsplit

from app.markup.document.blocks import Block
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
from app.markup.document.writing import BlockRenderer

_SCHEMES = {"http", "https", "mailto"}
_MAX_DEPTH = 100  # of blocks inside blocks; deeper ones are drawn beside each other


class HtmlBlocks:
    """Turns the blocks of one message into HTML.

    Args:
        look: See `BlockRenderer`.
        rows: The most rows of one table; a longer one goes on in the next. None for any number.
        prefix: Precedes the ids of footnotes, so that messages of a page do not clash.
        breaks: Whether each line end of the source is one on the page, as where people typed.
    """

    def __init__(
        self, look: BlockRenderer, prefix: str, *, breaks: bool = False, rows: int | None = None
    ) -> None:
        self.rows = rows
        self.look = look
        self._soft_break = "<br>\n" if breaks else "\n"
        self.prefix = prefix
        self._depth = 0

    def html(self, blocks: Iterable[Block]) -> str:
        """The blocks, one below the other."""
        self._depth += 1
        try:
            if self._depth > _MAX_DEPTH:
                return "<p>…</p>\n"
            return "".join(block.page(self) for block in blocks)
        finally:
            self._depth -= 1

    def spans(self, spans: Iterable[Inline]) -> str:
        """Spans as they stand in a line."""
        return "".join(self._span(span) for span in spans)

    def _span(self, span: Inline) -> str:
        match span:
            case Text(text):
                return escape(text, quote=False)
            case Code(text):
                return f"<code>{escape(text, quote=False)}</code>"
            case Emphasis(children):
                return f"<em>{self.spans(children)}</em>"
            case Strong(children):
                return f"<strong>{self.spans(children)}</strong>"
            case Strike(children):
                return f"<s>{self.spans(children)}</s>"
            case Script(children, raised):
                name = "sup" if raised else "sub"
                return f"<{name}>{self.spans(children)}</{name}>"
            case Link(href, title, children):
                return _link(href, title, self.spans(children))
            case Image(src, alt, title):
                return _link(src, title, f"🖼 {escape(alt or src, quote=False)}")
            case Math():
                return self.look.formula(span.source, span.markdown, display=span.display)
            case LineBreak():
                return "<br>\n"
            case SoftBreak(kept):
                return "<br>\n" if kept else self._soft_break
            case FootnoteRef(_, number):
                return f'<sup><a href="#{self.prefix}{number}">{number}</a></sup>'  # not shown


def _link(href: str, title: str, body: str) -> str:
    # Only addresses that a reader expects to open; nothing is ever loaded by itself.
    try:
        scheme = urlsplit(href).scheme.lower()
    except ValueError:
        scheme = ""
    if scheme not in _SCHEMES:
        return body
    told = f' title="{escape(title)}"' if title else ""
    return f'<a href="{escape(href)}"{told} rel="noopener noreferrer">{body}</a>'  # not shown
