"""The values a Markdown text becomes: blocks, spans, and the updates of a stream.

Everything here is frozen and compares by value; nothing knows Qt or the parser.

A *span* is a piece of a line (text, emphasis, a link, a formula), a *block* a piece of a page
(paragraph, list, table). Every block carries ``span``: its start and end offset, in characters of
the source text as it was fed, so that ``source[start:end]`` is exactly the Markdown of a top-level
block (without the blank lines around it).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.markup.latex.numbering import add_numbers

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


# --------------------------------------------------------------------------------------- blocks


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Running text."""

    spans: Spans
    span: Offsets = NOWHERE


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading, ``level`` 1 to 6."""

    level: int
    spans: Spans
    span: Offsets = NOWHERE


@dataclass(frozen=True, slots=True)
class CodeBlock:
    r"""Literal lines.

    Attributes:
        language: the first word of the info string as written, empty if there is none.
        text: the lines, each with its ``\n``; the line being streamed has none yet.
        closed: whether the closing fence was seen (indented code is always closed).
        fenced: False for indented code.
    """

    language: str
    text: str
    closed: bool = True
    fenced: bool = True
    span: Offsets = NOWHERE


@dataclass(frozen=True, slots=True)
class MathBlock:
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


@dataclass(frozen=True, slots=True)
class Quote:
    """A block quotation."""

    children: tuple[Block, ...]
    span: Offsets = NOWHERE


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item.

    Attributes:
        number: the number to draw, None for a bullet.
        checked: None unless it is a task.
        tight: no blank line stands before this item; decides the space above it. It never changes
            once streamed, unlike `ListBlock.tight`.
        depth: 0 for an item of an outermost list, 1 for one in a list inside an item, and so on.
    """

    number: int | None
    checked: bool | None
    tight: bool
    depth: int
    children: tuple[Block, ...]
    span: Offsets = NOWHERE


@dataclass(frozen=True, slots=True)
class ListBlock:
    """A list.

    Attributes:
        ordered: numbered or bulleted.
        tight: no blank line between any two items or inside one (CommonMark's meaning, for HTML).
            While streaming it is what is known so far; views should use `ListItem.tight`.
        marker: the character after the number or the bullet itself.
    """

    ordered: bool
    tight: bool
    marker: str
    items: tuple[ListItem, ...]
    span: Offsets = NOWHERE


@dataclass(frozen=True, slots=True)
class Table:
    """A table; each row has exactly ``len(alignments)`` cells."""

    alignments: tuple[Align, ...]
    header: TableCells
    rows: tuple[TableCells, ...]
    span: Offsets = NOWHERE


@dataclass(frozen=True, slots=True)
class Rule:
    """A thematic break."""

    span: Offsets = NOWHERE


@dataclass(frozen=True, slots=True)
class Thinking:
    """A ``<think>`` part; ``closed`` once ``</think>`` was seen."""

    children: tuple[Block, ...]
    closed: bool = True
    span: Offsets = NOWHERE


@dataclass(frozen=True, slots=True)
class FootnoteDefinition:
    """The text of a footnote, where it stands in the source."""

    label: str
    number: int
    children: tuple[Block, ...]
    span: Offsets = NOWHERE


Block: TypeAlias = (
    Paragraph
    | Heading
    | CodeBlock
    | MathBlock
    | Quote
    | ListBlock
    | ListItem
    | Table
    | Rule
    | Thinking
    | FootnoteDefinition
)
Leaf: TypeAlias = Paragraph | Heading | CodeBlock | MathBlock | Table | Rule


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
