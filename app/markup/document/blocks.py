"""The blocks of a Markdown text: what every kind can do, and a stream's updates.

Everything here is frozen and compares by value; nothing knows Qt or the parser.

A *block* is a piece of a page (paragraph, list, table); what stands in its lines are spans, see
`app.markup.document.spans`. Every block carries ``span``: its start and end offset, in characters
of the source text as it was fed, so that ``source[start:end]`` is exactly the Markdown of a
top-level block (without the blank lines around it). Running text and formulas stand here, since the
parser makes them of every text; the other kinds of block have a module each in `app.markup.kinds`.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Literal, TypeAlias

from app.markup.document.spans import CLOSERS, Spans, append_inside, html_spans, plain_spans
from app.markup.latex.numbering import add_numbers

if TYPE_CHECKING:
    from app.markup.document.writing import HtmlPage, Speller

Align: TypeAlias = Literal["left", "center", "right"] | None
Offsets: TypeAlias = tuple[int, int]

NOWHERE: Offsets = (0, 0)


class Block:
    """A piece of a page, and what it is elsewhere: what a kind of block has to say of itself."""

    __slots__ = ()
    span: Offsets
    copied = True  # false of what nobody wants in a copy of the whole
    beside = False  # a part of a message that is no text of it
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
