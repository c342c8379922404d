"""Blocks as HTML: every text escaped, nothing fetched, formulas and code through a `Look`."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import Protocol
from urllib.parse import urlsplit

from app.markup.code.highlighter import TokenKind, highlight, language_label
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

_SCHEMES = {"http", "https", "mailto"}
_MAX_DEPTH = 100  # of blocks inside blocks; deeper ones are drawn beside each other


class BlockRenderer(Protocol):
    """What differs between a browser and a printed page."""

    def formula(self, source: str, markdown: str, *, display: bool) -> str:
        """A formula; ``markdown`` is its source as written, for where it cannot be drawn."""

    def code(self, label: str, body: str) -> str:
        """A block of code; ``body`` is coloured already."""

    def run(self, kind: TokenKind, text: str) -> str:
        """A piece of code of one kind; ``text`` is escaped."""

    def thinking(self, body: str) -> str:
        """The reasoning of an answer."""

    def quote(self, body: str) -> str:
        """A quotation."""

    def draws_rows(self, count: int) -> bool:
        """Whether so many more rows are drawn as a table, and not as lines."""

    def task(self, *, checked: bool) -> str:
        """The box of a task."""


class HtmlBlocks:
    """Turns the blocks of one message into HTML.

    Args:
        look: See :class:`BlockRenderer`.
        rows: The most rows of one table; a longer one goes on in the next. None for any number.
        prefix: Precedes the ids of footnotes, so that messages of a page do not clash.
        breaks: Whether each line end of the source is one on the page, as where people typed.
    """

    def __init__(
        self, look: BlockRenderer, prefix: str, *, breaks: bool = False, rows: int | None = None
    ) -> None:
        self._rows = rows
        self._look = look
        self._soft_break = "<br>\n" if breaks else "\n"
        self._prefix = prefix
        self._depth = 0

    def html(self, blocks: Iterable[Block]) -> str:
        """The blocks, one below the other."""
        self._depth += 1
        try:
            if self._depth > _MAX_DEPTH:
                return "<p>…</p>\n"
            return "".join(self._block(block) for block in blocks)
        finally:
            self._depth -= 1

    def _block(self, block: Block) -> str:
        match block:
            case Paragraph(spans):
                return f"<p>{self._spans(spans)}</p>\n"
            case Heading(level, spans):
                # Below the title and the names of the speakers, which are the first two levels.
                return f"<h{min(level + 2, 6)}>{self._spans(spans)}</h{min(level + 2, 6)}>\n"
            case CodeBlock():
                return self._look.code(language_label(block.language), self._code(block))
            case MathBlock():
                drawn = self._look.formula(block.drawn, block.markdown, display=True)
                return (  # not shown: HTML
                    f'<div class="formula" align="center">{drawn}{escape(block.trailing)}</div>\n'
                )
            case Quote(children):
                return self._look.quote(self.html(children))
            case ListBlock():
                return self._list(block)
            case ListItem():
                return self._item(block, tight=block.tight)
            case Table():
                return self._table(block)
            case Rule():
                return "<hr>\n"
            case Thinking(children):
                return self._look.thinking(self.html(children))
            case FootnoteDefinition():
                return self._note(block)

    def _code(self, block: CodeBlock) -> str:
        text = block.text.removesuffix("\n")
        pieces: list[str] = []
        at = 0
        for run in highlight(block.language, text):
            pieces.append(escape(text[at : run.start], quote=False))
            at = run.start + run.length
            pieces.append(self._look.run(run.kind, escape(text[run.start : at], quote=False)))
        pieces.append(escape(text[at:], quote=False))
        return "".join(pieces)

    def _list(self, block: ListBlock) -> str:
        tag, start = "ul", ""
        if block.ordered:
            tag = "ol"
            first = block.items[0].number if block.items else 1
            start = f' start="{first}"' if first not in {1, None} else ""
        items = "".join(self._item(item, tight=block.tight) for item in block.items)
        return f"<{tag}{start}>\n{items}</{tag}>\n"

    def _item(self, item: ListItem, *, tight: bool) -> str:
        box = "" if item.checked is None else self._look.task(checked=item.checked)
        kind = "" if item.checked is None else ' class="task"'
        children = item.children
        if tight and children and isinstance(children[0], Paragraph):
            body = f"{self._spans(children[0].spans)}\n{self.html(children[1:])}"
        else:
            body = self.html(children)
        return f"<li{kind}>{box}{body.rstrip()}</li>\n"

    def _note(self, note: FootnoteDefinition) -> str:
        number, children = note.number, note.children
        first = ""
        if children and isinstance(children[0], Paragraph):
            first, children = self._spans(children[0].spans), children[1:]
        return (  # not shown: HTML
            f'<div class="note" id="{self._prefix}{number}"><p><sup>{number}</sup> {first}</p>\n'
            f"{self.html(children)}</div>\n"
        )

    def _table(self, table: Table) -> str:
        def row(cells: Iterable[tuple[Inline, ...]], tag: str) -> str:
            made = []
            for cell, align in zip(cells, table.alignments, strict=True):
                style = f' align="{align}"' if align else ""
                made.append(f"<{tag}{style}>{self._spans(cell)}</{tag}>")
            return f"<tr>{''.join(made)}</tr>\n"

        head = row(table.header, "th")
        size = self._rows or max(1, len(table.rows))
        parts = []
        for start in range(0, max(1, len(table.rows)), size):
            part = table.rows[start : start + size]
            if not self._look.draws_rows(len(part)):
                lines = (" | ".join(map(self._spans, cells)) for cells in part)
                parts.append(f"<p>{'<br>'.join(lines)}</p>\n")
                continue
            body = "".join(row(cells, "td") for cells in part)
            parts.append(  # not shown: HTML
                '<div class="table"><table class="data" dir="auto" border="1" cellspacing="0" '
                f'cellpadding="5">\n<thead>{head}</thead>\n<tbody>\n{body}</tbody></table></div>\n'
            )
        return "".join(parts)

    def _spans(self, spans: Iterable[Inline]) -> str:
        return "".join(self._span(span) for span in spans)

    def _span(self, span: Inline) -> str:
        match span:
            case Text(text):
                return escape(text, quote=False)
            case Code(text):
                return f"<code>{escape(text, quote=False)}</code>"
            case Emphasis(children):
                return f"<em>{self._spans(children)}</em>"
            case Strong(children):
                return f"<strong>{self._spans(children)}</strong>"
            case Strike(children):
                return f"<s>{self._spans(children)}</s>"
            case Script(children, raised):
                name = "sup" if raised else "sub"
                return f"<{name}>{self._spans(children)}</{name}>"
            case Link(href, title, children):
                return _link(href, title, self._spans(children))
            case Image(src, alt, title):
                return _link(src, title, f"🖼 {escape(alt or src, quote=False)}")
            case Math():
                return self._look.formula(span.source, span.markdown, display=span.display)
            case LineBreak():
                return "<br>\n"
            case SoftBreak(kept):
                return "<br>\n" if kept else self._soft_break
            case FootnoteRef(_, number):
                return f'<sup><a href="#{self._prefix}{number}">{number}</a></sup>'  # not shown


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
