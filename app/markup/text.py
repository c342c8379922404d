"""Blocks as text for the clipboard: plain, safe HTML, and the Markdown they were."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.markup.code.highlighter import language_name
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
    Spans,
    Strike,
    Strong,
    Table,
    TableCells,
    Text,
    Thinking,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

OPENABLE = frozenset(("http", "https", "mailto"))
"""Schemes of addresses that a reader may open."""


def is_openable(href: str) -> bool:
    """Whether an address may be opened when the user asks for it."""
    try:
        return urlsplit(href).scheme.lower() in OPENABLE
    except ValueError:
        return False


def markdown_of(source: str, block: Block) -> str:
    """The Markdown that a top-level block was written as."""
    return source[block.span[0] : block.span[1]]


# ------------------------------------------------------------------------------------ plain text


def plain_text(blocks: Iterable[Block]) -> str:
    """Blocks as text without markup; formulas as LaTeX, reasoning left out."""
    kept = [b for b in blocks if not isinstance(b, Thinking)]
    return "\n\n".join(text for block in kept if (text := _plain(block)))


def _plain(block: Block) -> str:
    match block:
        case Paragraph() | Heading():
            return plain_spans(block.spans)
        case CodeBlock():
            return block.text.rstrip("\n")
        case MathBlock():
            return block.markdown
        case Rule():
            return "---"
        case Quote():
            return _indented(plain_text(block.children), "> ", "> ")
        case ListBlock():
            return "\n".join(_plain(item) for item in block.items)
        case ListItem():
            return _plain_item(block)
        case Table():
            rows = (block.header, *block.rows)
            return "\n".join("\t".join(plain_spans(cell) for cell in row) for row in rows)
        case Thinking():
            return plain_text(block.children)
        case FootnoteDefinition():
            return _indented(plain_text(block.children), f"[{block.number}] ", "    ")


def _plain_item(item: ListItem) -> str:
    marker = "- " if item.number is None else f"{item.number}. "
    if item.checked is not None:
        marker += "[x] " if item.checked else "[ ] "
    separator = "\n" if all(isinstance(c, Paragraph | ListBlock) for c in item.children) else "\n\n"
    text = separator.join(_plain(child) for child in item.children)
    return _indented(text, marker, " " * len(marker)) if text else marker.rstrip()


def _indented(text: str, first: str, rest: str) -> str:
    return first + text.replace("\n", "\n" + rest)


def plain_spans(spans: Spans) -> str:
    """Spans as text without markup."""
    return "".join(_plain_span(span) for span in spans)


def _plain_span(span: Inline) -> str:
    match span:
        case Text() | Code():
            return span.text
        case Emphasis() | Strong() | Strike() | Link():
            return plain_spans(span.children)
        case Script():
            return plain_script(plain_spans(span.children), raised=span.raised)
        case Image():
            return span.alt
        case Math():
            return span.markdown
        case LineBreak():
            return "\n"
        case SoftBreak():
            return "\n" if span.kept else " "
        case FootnoteRef():
            return f"[{span.number}]"


_RAISED = str.maketrans("0123456789+-\u2212=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-\u2212=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_ASIDE = re.compile(r"(?i)st|nd|rd|th|tm|sm|\[.*|[*†‡®©]+|\W*")
"""Raised text that reads well without being raised: ordinals, marks, references, blanks."""


def plain_script(text: str, *, raised: bool) -> str:
    """Raised or lowered text where all text stands on one line: 10⁵, H₂O, x^(a/b), v_max.

    On the line itself ``10<sup>5</sup>`` would be another number.
    """
    signs = _RAISED if raised else _LOWERED
    if text and all(ord(sign) in signs for sign in text):
        return text.translate(signs)
    if _ASIDE.fullmatch(text):
        return text
    return f"{'^' if raised else '_'}{text if text.isalnum() else f'({text})'}"


# ------------------------------------------------------------------------------------------ HTML


def to_rich_html(blocks: Iterable[Block]) -> str:
    """Blocks as an HTML fragment for a word processor, reasoning left out.

    Nothing in it loads or runs anything: text is escaped, only web and mail addresses are links,
    images are their descriptions, formulas are LaTeX.
    """
    return "".join(_html(b) for b in blocks if not isinstance(b, Thinking))


def _html(block: Block) -> str:
    match block:
        case Paragraph():
            return f"<p>{html_spans(block.spans)}</p>"
        case Heading():
            return f"<h{block.level}>{html_spans(block.spans)}</h{block.level}>"
        case CodeBlock():
            name = language_name(block.language)
            kind = f' class="language-{escape(name)}"' if name else ""
            return f"<pre><code{kind}>{escape(block.text)}</code></pre>"
        case MathBlock():
            source = escape(block.source.strip("\n")).replace("\n", "<br>")
            words = f"<code>{source}</code>{escape(block.trailing)}"
            return f'<p style="text-align:center">{words}</p>'
        case Rule():
            return "<hr>"
        case Quote():
            return f"<blockquote>{_all(block.children)}</blockquote>"
        case ListBlock():
            return _html_list(block)
        case ListItem():
            return _html_item(block, tight=block.tight)
        case Table():
            return _html_table(block)
        case Thinking():
            return f"<blockquote>{_all(block.children)}</blockquote>"
        case FootnoteDefinition():
            return _html_footnote(block)


def _html_footnote(block: FootnoteDefinition) -> str:
    number, first = f"<sup>{block.number}</sup>", next(iter(block.children), None)
    if not isinstance(first, Paragraph):
        return f"<p>{number}</p>{_all(block.children)}"
    return f"<p>{number} {html_spans(first.spans)}</p>{_all(block.children[1:])}"


def _all(blocks: Iterable[Block]) -> str:
    return "".join(_html(block) for block in blocks)


def _html_list(block: ListBlock) -> str:
    items = "".join(_html_item(item, tight=block.tight) for item in block.items)
    if not block.ordered:
        return f"<ul>{items}</ul>"
    first = block.items[0].number if block.items else 1
    start = "" if first == 1 else f' start="{first}"'
    return f"<ol{start}>{items}</ol>"


def _html_item(item: ListItem, *, tight: bool) -> str:
    box = "" if item.checked is None else ("\u2611 " if item.checked else "\u2610 ")
    parts = [
        html_spans(child.spans) if tight and isinstance(child, Paragraph) else _html(child)
        for child in item.children
    ]
    return f"<li>{box}{''.join(parts)}</li>"


def _html_table(table: Table) -> str:
    def row(cells: TableCells, tag: str) -> str:
        written = ""
        for align, cell in zip(table.alignments, cells, strict=False):
            style = f' style="text-align:{align}"' if align else ""
            written += f"<{tag}{style}>{html_spans(cell)}</{tag}>"
        return f"<tr>{written}</tr>"

    head = f"<thead>{row(table.header, 'th')}</thead>"
    body = "".join(row(cells, "td") for cells in table.rows)
    return f'<table border="1">{head}<tbody>{body}</tbody></table>'


def html_spans(spans: Spans) -> str:
    """Spans as HTML."""
    return "".join(_html_span(span) for span in spans)


def _html_span(span: Inline) -> str:
    match span:
        case Text():
            return escape(span.text, quote=False)
        case Code():
            return f"<code>{escape(span.text, quote=False)}</code>"
        case Emphasis():
            return f"<em>{html_spans(span.children)}</em>"
        case Strong():
            return f"<strong>{html_spans(span.children)}</strong>"
        case Strike():
            return f"<s>{html_spans(span.children)}</s>"
        case Script():
            name = "sup" if span.raised else "sub"
            return f"<{name}>{html_spans(span.children)}</{name}>"
        case Link():
            inner = html_spans(span.children)
            return f'<a href="{escape(span.href)}">{inner}</a>' if is_openable(span.href) else inner
        case Image():
            return f"[{escape(span.alt or 'image', quote=False)}]"
        case Math():
            return f"<code>{escape(span.source, quote=False)}</code>"
        case LineBreak():
            return "<br>"
        case SoftBreak():
            return "<br>\n" if span.kept else "\n"
        case FootnoteRef():
            return f"<sup>{span.number}</sup>"
