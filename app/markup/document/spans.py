"""The spans of a Markdown text: a piece of a line each, such as text, emphasis, a link, a formula.

Everything here is frozen and compares by value; nothing knows Qt or the parser.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TypeAlias
from urllib.parse import urlsplit

from app.language import tr
from app.markup.document.one_line import plain_script


@dataclass(frozen=True, slots=True)
class Text:
    """Literal text, never markup; raw HTML arrives here too."""

    text: str


@dataclass(frozen=True, slots=True)
class Code:
    """Inline code."""

    text: str


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Emphasised spans, usually drawn italic."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Strong:
    """Strongly emphasised spans, usually drawn bold."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Strike:
    """Spans struck through."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """Spans above or below the line, written as ``<sup>`` or ``<sub>``."""

    children: tuple[Inline, ...]
    raised: bool


@dataclass(frozen=True, slots=True)
class Link:
    """A link; ``href`` is percent-encoded, never ``javascript:``, not yet judged for opening."""

    href: str
    title: str
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Image:
    """An image reference; nothing is fetched, ``alt`` is plain text."""

    src: str
    alt: str
    title: str = ""


@dataclass(frozen=True, slots=True)
class Math:
    r"""A formula inside a line.

    Attributes:
        source: LaTeX without its delimiters.
        display: True where display delimiters stand inside a heading or a table cell; in a
            paragraph they become a `MathBlock`.
        delimiter: the opening delimiter as written: ``$``, ``$$``, ``\(``, ``\[``, one with a
            backtick or a fence of GitHub's, or empty for a bare environment.
    """

    source: str
    display: bool = False
    delimiter: str = "$"

    @property
    def markdown(self) -> str:
        """The formula as it was written, with its delimiters."""
        return f"{self.delimiter}{self.source}{CLOSERS[self.delimiter]}"


@dataclass(frozen=True, slots=True)
class LineBreak:
    """A hard break."""


@dataclass(frozen=True, slots=True)
class SoftBreak:
    """A line end in the source.

    Attributes:
        kept: its writer meant it, and it is drawn as one; else as a space (see `line_ends`).
    """

    kept: bool = False


@dataclass(frozen=True, slots=True)
class FootnoteRef:
    """A reference to a footnote that the text defines."""

    label: str
    number: int


Inline: TypeAlias = (
    Text
    | Code
    | Emphasis
    | Strong
    | Strike
    | Script
    | Link
    | Image
    | Math
    | LineBreak
    | SoftBreak
    | FootnoteRef
)
Spans: TypeAlias = tuple[Inline, ...]
TableCells: TypeAlias = tuple[Spans, ...]

FENCE = "```math\n"
"""The delimiter of a display formula that stands in a fence of its own."""
CLOSERS = {
    "$": "$",
    "$$": "$$",
    "\\(": "\\)",
    "\\[": "\\]",
    "": "",
    "$`": "`$",
    FENCE: "\n```",
}


OPENABLE = frozenset(("http", "https", "mailto"))
"""Schemes of addresses that a reader may open."""


def is_openable(href: str) -> bool:
    """Whether an address may be opened when the user asks for it."""
    try:
        return urlsplit(href).scheme.lower() in OPENABLE
    except ValueError:
        return False


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
            if not is_openable(span.href):
                return inner
            return f'<a href="{escape(span.href)}">{inner}</a>'  # not shown
        case Image():
            return f"[{escape(span.alt or tr('image'), quote=False)}]"
        case Math():
            return f"<code>{escape(span.source, quote=False)}</code>"
        case LineBreak():
            return "<br>"
        case SoftBreak():
            return "<br>\n" if span.kept else "\n"
        case FootnoteRef():
            return f"<sup>{span.number}</sup>"


def append_inside(spans: Spans, text: str, depth: int) -> Spans | None:
    """Spans with ``text`` at the end of the last, ``depth`` levels down; None if it has fewer."""
    last = spans[-1] if spans else None
    if depth and isinstance(last, Emphasis | Strong | Strike):
        inner = append_inside(last.children, text, depth - 1)
        return None if inner is None else (*spans[:-1], type(last)(inner))
    if depth:
        return (*spans[:-1], Code(last.text + text)) if isinstance(last, Code) else None
    if not text:
        return spans
    if isinstance(last, Text):
        return (*spans[:-1], Text(last.text + text))
    return (*spans, Text(text))
