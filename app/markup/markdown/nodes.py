"""The nodes of the mutable tree that the block parser grows before it becomes blocks.

A node is open while lines may still be added to it. The open nodes form one line from the root to
the tip, so a copy of these few is a checkpoint of the whole tree: that is how the unfinished last
line of a stream is tried and taken back.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from app.markup.document.blocks import Align, Block, Spans, TableCells
    from app.markup.markdown.math_delimiters import OpenDelimiter


_MARKDOWN = frozenset(
    ("markdown", "md", "mdx", "mdown", "mkd", "rmd", "rmarkdown", "qmd", "quarto")
)
"""Languages in whose text fences stand."""


@dataclass(slots=True, eq=False)
class Node:
    """Anything in the tree.

    Attributes:
        start: offset of the first character in the source.
        end: offset behind the last one so far.
        first_line: number of the first line, counted from 1.
        last_line: number of the last line that holds something of it.
        open: more lines may come.
        shown: a part of it was already given to the view.
        parent: the container it stands in; None for the root.
    """

    start: int
    first_line: int
    end: int = 0
    last_line: int = 0
    open: bool = True
    shown: bool = False
    parent: ContainerNode | None = None


@dataclass(slots=True, eq=False)
class ContainerNode(Node):
    """A node with children; ``done`` of them were given to the view completely."""

    children: list[Node] = field(default_factory=list)
    done: int = 0


@dataclass(slots=True, eq=False)
class DocumentNode(ContainerNode):
    """The root."""


@dataclass(slots=True, eq=False)
class QuoteNode(ContainerNode):
    """A block quotation."""


@dataclass(slots=True, eq=False)
class ListNode(ContainerNode):
    """A list; ``marker`` tells lists apart."""

    ordered: bool = False
    marker: str = "-"
    tight: bool = True


@dataclass(slots=True, eq=False)
class ItemNode(ContainerNode):
    """A list item; ``indent`` columns belong to its marker."""

    number: int | None = None
    indent: int = 2
    checked: bool | None = None
    tight: bool = True
    depth: int = 0


@dataclass(slots=True, eq=False)
class ThinkingNode(ContainerNode):
    """The reasoning; ``closed`` by its tag, and ``told`` once the view knows that."""

    closed: bool = False
    end_reported: bool = False


@dataclass(slots=True, eq=False)
class FootnoteNode(ContainerNode):
    """A footnote's text; ``number`` as the view knows it."""

    label: str = ""
    number: int = 0


@dataclass(slots=True, eq=False)
class OpenFormula:
    """A display formula that a paragraph has opened and not closed.

    Attributes:
        opener: what opened it; ``start`` counts in the paragraph's text.
        length: of the paragraph's text when the opening line had been added.
        line: number of the opening line.
        end: offset behind the opening line.
        lines: the lines since, with their offsets, to be read again if no end comes.
        size: characters in them.
        blank: the last line was blank.
    """

    opener: OpenDelimiter
    length: int
    line: int
    end: int
    lines: list[tuple[str, int]] = field(default_factory=list)
    size: int = 0
    blank: bool = False


@dataclass(slots=True, eq=False)
class ParsedText:
    """What some text became, which definitions were known then, and its first equation's number."""

    blocks: tuple[Block, ...]
    version: int
    number: int


@dataclass(slots=True, eq=False)
class ParagraphNode(Node):
    """Running text, possibly with display formulas.

    Attributes:
        text: what is not cut off into ``segments`` yet.
        base: characters of the paragraph before ``text``.
        segments: pieces of a long paragraph, each with its base.
        places: (position in the paragraph's text, offset in the source) of each line.
        tested: up to here in ``text`` no place for a cut was found.
        parsed: the blocks of each segment; the last one is of ``text`` once the node is closed.
        sent: how many segments were given to the view.
    """

    text: str = ""
    base: int = 0
    segments: list[tuple[int, str]] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    tested: int = 0
    open_formula: OpenFormula | None = None
    ends: bool = False
    parsed: list[ParsedText] = field(default_factory=list)
    sent: int = 0


@dataclass(slots=True, eq=False)
class HeadingNode(Node):
    """A heading."""

    level: int = 1
    text: str = ""
    spans: Spans | None = None
    version: int = 0


@dataclass(slots=True, eq=False)
class CodeNode(Node):
    """Literal lines, each with its line end.

    Attributes:
        fence: the opening fence, empty for indented code.
        offset: columns before the fence; so many are taken off each line.
        blanks: blank lines of indented code that count only if more code follows.
        sent: how many entries of ``lines`` were given to the view.
        end_reported: the view knows that the fence is closed.
        inside: fences that Markdown in it opened and did not close.
        language: the first word of the info string.
        holds_markdown: the lines are Markdown, in which a fence may open.
        is_formula: the lines are a formula, in GitHub's fence.
    """

    info: str = ""
    fence: str = ""
    offset: int = 0
    lines: list[str] = field(default_factory=list)
    blanks: list[str] = field(default_factory=list)
    closed: bool = False
    sent: int = 0
    end_reported: bool = False
    inside: int = 0
    language: str = field(init=False)
    holds_markdown: bool = field(init=False)
    is_formula: bool = field(init=False)

    def __post_init__(self) -> None:
        self.language = next(iter(self.info.split()), "")
        self.holds_markdown = self.language.lower() in _MARKDOWN
        self.is_formula = self.language == "math" and bool(self.fence)


@dataclass(slots=True, eq=False)
class RuleNode(Node):
    """A thematic break."""


@dataclass(slots=True, eq=False)
class TableNode(Node):
    """A table; ``padded`` counts cells that short rows lack."""

    alignments: tuple[Align, ...] = ()
    header: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    padded: int = 0
    parsed_header: TableCells | None = None
    header_version: int = 0
    parsed: list[TableCells] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    sent: int = 0


_Saved = tuple[Node, Node, dict[str, tuple[int, Any]]]


def open_child(node: Node) -> Node | None:
    """The child that is still open, which can only be the last one."""
    if isinstance(node, ContainerNode) and node.children and node.children[-1].open:
        return node.children[-1]
    return None


def postorder(root: Node) -> Iterator[Node]:
    """The nodes below ``root`` in order, each after its children, and ``root`` at the end.

    No recursion: quotes and lists nest deep, and CPython 3.11 takes memory from the system and
    gives it back at every call that happens to cross the edge of a chunk of its stack of frames.
    An inline parse at the bottom of sixty frames of our own took thirty times as long.
    """
    path: list[tuple[ContainerNode, Iterator[Node]]] = []
    node = root
    while True:
        if isinstance(node, ContainerNode):
            path.append((node, iter(node.children)))
        else:
            yield node
        while path:
            below = next(path[-1][1], None)
            if below is not None:
                node = below
                break
            yield path.pop()[0]
        else:
            return


def spine(root: Node) -> list[Node]:
    """The open nodes from the root to the tip."""
    nodes = [root]
    while (child := open_child(nodes[-1])) is not None:
        nodes.append(child)
    return nodes


def save(nodes: list[Node]) -> list[_Saved]:
    """A checkpoint of these nodes: scalars are copied, lists may only have grown at the end.

    A list that loses entries is to be replaced by a new one, except for its last entry.
    """
    saved: list[_Saved] = []
    for node in nodes:
        ends: dict[str, tuple[int, Any]] = {}
        for name in node.__dataclass_fields__:
            value = getattr(node, name)
            if isinstance(value, list):
                ends[name] = (len(value), value[-1] if value else None)
        copied = copy.copy(node)
        if isinstance(copied, ParagraphNode) and copied.open_formula is not None:
            # Giving up a hold takes more than one entry off: these are copied whole.
            copied.open_formula = replace(
                copied.open_formula, lines=list(copied.open_formula.lines)
            )
            copied.places = list(copied.places)
            del ends["places"]
        saved.append((node, copied, ends))
    return saved


def restore(saved: list[_Saved]) -> None:
    """Take everything back that happened to the nodes since `save`."""
    for node, copied, ends in saved:
        for name in node.__dataclass_fields__:
            setattr(node, name, getattr(copied, name))
        for name, (length, last) in ends.items():
            values = getattr(node, name)
            if length > len(values):
                values.append(last)
            del values[length:]
            if length:
                values[-1] = last
