"""The values a Markdown text becomes: spans, what every block can do, and a stream's updates.

Everything here is frozen and compares by value; nothing knows Qt or the parser.

A *span* is a piece of a line (text, emphasis, a link, a formula), a *block* a piece of a page
(paragraph, list, table). Every block carries ``span``: its start and end offset, in characters of
the source text as it was fed, so that ``source[start:end]`` is exactly the Markdown of a top-level
block (without the blank lines around it). Running text and formulas stand here, since the parser
makes them of every text; the other kinds of block have a module each in `app.markup.kinds`.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal, TypeAlias
from urllib.parse import urlsplit

from app.markup.document.one_line import plain_script
from app.markup.latex.numbering import add_numbers

if TYPE_CHECKING:
    from app.markup.document.writing import HtmlPage, Speller

Align: TypeAlias = Literal["left", "center", "right"] | None
Offsets: TypeAlias = tuple[int, int]

NOWHERE: Offsets = (0, 0)


# ---------------------------------------------------------------------------------------- spans


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
            return f"[{escape(span.alt or 'image', quote=False)}]"
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


# --------------------------------------------------------------------------------------- blocks


class Block:
    """A piece of a page, and what it is elsewhere: what a kind of block has to say of itself."""

    __slots__ = ()
    span: Offsets
    copied = True  # false of what nobody wants in a copy of the whole
    caption = ""  # what of a leaf can be selected that a view draws as a whole

    def plain(self) -> str:
        """As text without markup, for the clipboard."""
        raise NotImplementedError

    def rich(self) -> str:
        """As HTML for a word processor, see `to_rich_html`."""
        raise NotImplementedError

    def page(self, page: HtmlPage) -> str:
        """As HTML of an exported page."""
        raise NotImplementedError

    def spelled(self, speller: Speller, depth: int) -> str:
        """As words of a text file, ``depth`` blocks inside others."""
        raise NotImplementedError

    def appended(self, _text: str, _depth: int) -> Block | None:
        """With text at its end, unparsed; None if it can take none.

        Args:
            text: without markup.
            depth: how many spans are open around the end of a paragraph.
        """
        return None


@dataclass(frozen=True, slots=True)
class Paragraph(Block):
    """Running text."""

    spans: Spans
    span: Offsets = NOWHERE

    def plain(self) -> str:
        """Its words."""
        return plain_spans(self.spans)

    def rich(self) -> str:
        """A paragraph."""
        return f"<p>{html_spans(self.spans)}</p>"

    def page(self, page: HtmlPage) -> str:
        """A paragraph."""
        return f"<p>{page.spans(self.spans)}</p>\n"

    def spelled(self, speller: Speller, _depth: int) -> str:
        """Its words."""
        return speller.spans(self.spans)

    def appended(self, text: str, depth: int) -> Block | None:
        """With more text in its last span."""
        spans = append_inside(self.spans, text, depth)
        end = self.span[1] + len(text)
        return None if spans is None else Paragraph(spans, (self.span[0], end))


@dataclass(frozen=True, slots=True)
class MathBlock(Block):
    r"""A display formula.

    Attributes:
        source: LaTeX without delimiters; with ``\begin`` and ``\end`` if it is an environment.
        environment: the environment's name if the whole source is one.
        closed: False only in a tail: the closing delimiter has not come yet, show the source.
        delimiter: as in `Math`.
        trailing: punctuation that follows the formula in the source, such as a full stop.
        number: of its first numbered row among the equations of the text; 0 if none is.
    """

    source: str
    environment: str | None = None
    closed: bool = True
    delimiter: str = "$$"
    trailing: str = ""
    span: Offsets = NOWHERE
    number: int = 0

    @property
    def drawn(self) -> str:
        """The source as it is to be drawn, with the numbers of its equations."""
        return (
            add_numbers(self.source, self.environment, self.number) if self.number else self.source
        )

    @property
    def markdown(self) -> str:
        """The formula as it was written, with its delimiters, or the one that came so far."""
        closer = CLOSERS[self.delimiter] if self.closed else ""
        return f"{self.delimiter}{self.source}{closer}{self.trailing}"

    def plain(self) -> str:
        """As it was written."""
        return self.markdown

    def rich(self) -> str:
        """LaTeX in the middle of the page."""
        source = escape(self.source.strip("\n")).replace("\n", "<br>")
        words = f"<code>{source}</code>{escape(self.trailing)}"
        return f'<p style="text-align:center">{words}</p>'  # not shown

    def page(self, page: HtmlPage) -> str:
        """Drawn in the middle of the page."""
        drawn = page.look.formula(self.drawn, self.markdown, display=True)
        return (  # not shown: HTML
            f'<div class="formula" align="center">{drawn}{escape(self.trailing)}</div>\n'
        )

    def spelled(self, speller: Speller, _depth: int) -> str:
        """In words."""
        return f"{speller.formula(self.drawn)}{self.trailing}"

    def appended(self, text: str, _depth: int) -> Block | None:
        """With more LaTeX, while its end has not come."""
        if self.closed:
            return None
        span = (self.span[0], self.span[1] + len(text))
        return MathBlock(self.source + text, self.environment, False, self.delimiter, "", span)


# -------------------------------------------------------------------------------------- updates


@dataclass(frozen=True, slots=True)
class BlockPart:
    """A block, or a further part of a block that was given before.

    Attributes:
        block: what to add. `ListItem` occurs only inside a `ListBlock`.
        continues: how many blocks, from the top along the first children, are already there and
            only grow. 0: a new top-level block. 1: the last top-level block grows: a list by the
            items, a table by the rows, a code block by the text (no line end is added between), a
            quote by the children, a paragraph by the spans. 2: the last item of that list grows by
            the children; 3: the last child of that item grows; and so on.
    """

    block: Block
    continues: int = 0


@dataclass(frozen=True, slots=True)
class StreamUpdate:
    """What one `feed` changed.

    Attributes:
        closed: to append, in order, after all that was closed before; it stays (but see `Settled`).
        tail: replaces the whole previous tail; comes after everything closed, and only the first
            of its parts may continue something closed.
        tail_same: the tail equals the previous one; nothing to redraw.
    """

    closed: tuple[BlockPart, ...]
    tail: tuple[BlockPart, ...]
    tail_same: bool = False


@dataclass(frozen=True, slots=True)
class BlockReplacement:
    """Replace ``count`` streamed top-level blocks from index ``first`` by ``blocks``.

    Indexes count top-level blocks as they were streamed; apply changes from the last to the first.
    """

    first: int
    count: int
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class StreamResult:
    """The end of a stream.

    Attributes:
        update: the last parts; its tail is empty.
        blocks: the whole text, equal to ``parse(text)``.
        changes: blocks which a link or footnote definition below them made different from what was
            streamed, in ascending order. Everything else stands as streamed; only
            `ListBlock.tight` may be newer in ``blocks``.
    """

    update: StreamUpdate
    blocks: tuple[Block, ...]
    changes: tuple[BlockReplacement, ...]
