"""Owns blocks as the HTML that CommonMark's examples use, to compare with markdown-it."""

from __future__ import annotations

from html import escape

from app.markup.document.blocks import Block, Paragraph
from app.markup.document.spans import (
    Code,
    Emphasis,
    Image,
    Inline,
    LineBreak,
    Link,
    SoftBreak,
    Spans,
    Strike,
    Strong,
    TableCells,
    Text,
)
from app.markup.kinds.code import CodeBlock
from app.markup.kinds.heading import Heading
from app.markup.kinds.lists import ListBlock
from app.markup.kinds.quote import Quote
from app.markup.kinds.rule import Rule
from app.markup.kinds.table import Table


def safe(text: str) -> str:
    return escape(text).replace("&#x27;", "'")


def html_of(block: Block, *, tight: bool = False) -> str:
    match block:
        case Paragraph():
            return spans(block.spans) + "\n" if tight else f"<p>{spans(block.spans)}</p>\n"
        case Heading():
            return f"<h{block.level}>{spans(block.spans)}</h{block.level}>\n"
        case CodeBlock():
            kind = f' class="language-{safe(block.language)}"' if block.language else ""
            return f"<pre><code{kind}>{safe(block.text)}</code></pre>\n"
        case Rule():
            return "<hr />\n"
        case Quote():
            return "<blockquote>\n" + "".join(map(html_of, block.children)) + "</blockquote>\n"
        case ListBlock():
            first = block.items[0].number
            start = f' start="{first}"' if block.ordered and first != 1 else ""
            items = "".join(
                "<li>" + "".join(html_of(c, tight=block.tight) for c in item.children) + "</li>\n"
                for item in block.items
            )
            name = "ol" if block.ordered else "ul"
            return f"<{name}{start}>\n{items}</{name}>\n"
        case Table():
            return table(block)
    raise AssertionError(block)


def table(block: Table) -> str:
    def row(cells: TableCells, tag: str) -> str:
        written = ""
        for align, cell in zip(block.alignments, cells, strict=True):
            style = f' style="text-align:{align}"' if align else ""
            written += f"<{tag}{style}>{spans(cell)}</{tag}>\n"
        return f"<tr>\n{written}</tr>\n"

    body = "".join(row(cells, "td") for cells in block.rows)
    body = f"<tbody>\n{body}</tbody>\n" if body else ""
    return f"<table>\n<thead>\n{row(block.header, 'th')}</thead>\n{body}</table>\n"


def spans(inline: Spans) -> str:
    return "".join(map(span, inline))


def span(inline: Inline) -> str:
    match inline:
        case Text():
            return safe(inline.text)
        case Code():
            return f"<code>{safe(inline.text)}</code>"
        case Emphasis():
            return f"<em>{spans(inline.children)}</em>"
        case Strong():
            return f"<strong>{spans(inline.children)}</strong>"
        case Strike():
            return f"<s>{spans(inline.children)}</s>"
        case Link():
            title = f' title="{safe(inline.title)}"' if inline.title else ""
            return f'<a href="{safe(inline.href)}"{title}>{spans(inline.children)}</a>'
        case Image():
            title = f' title="{safe(inline.title)}"' if inline.title else ""
            return f'<img src="{safe(inline.src)}" alt="{safe(inline.alt)}"{title} />'
        case LineBreak():
            return "<br />\n"
        case SoftBreak():
            return "\n"
    raise AssertionError(inline)
