"""The nodes of the mutable tree that the block parser grows before it becomes blocks.

A node is open while lines may still be added to it. The open nodes form one line from the root to
the tip, so a copy of these few is a checkpoint of the whole tree: that is how the unfinished last
line of a stream is tried and taken back.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from app.markup.document.blocks import Block, Offsets
    from app.markup.document.spans import Spans
    from app.markup.markdown.cursor import Cursor
    from app.markup.spans.inline import References
    from app.markup.spans.math_delimiters import OpenDelimiter


class Line(Enum):
    """What a line is to an open node."""

    GOES_ON = "on"
    NOT_ITS = "other"
    ENDS_IT = "end"


class SpanReader(Protocol):
    """Reads the texts of nodes (see `build`).

    Attributes:
        references: the definitions known so far.
    """

    references: References

    def spans(self, text: str, *, last: bool = False) -> Spans:
        """The spans of a heading or cell; ``last``: the text may go on there."""

    def stale(self, text: str, version: int) -> bool:
        """Whether definitions may have changed what was read at ``version`` of them."""


@dataclass(slots=True, eq=False)
class Node:
    """Anything in the tree, and what the parser asks of every kind of it.

    Attributes:
        start: offset of the first character in the source.
        end: offset behind the last one so far.
        first_line: number of the first line, counted from 1.
        last_line: number of the last line that holds something of it.
        open: more lines may come.
        shown: a part of it was already given to the view.
        closed: its end was written, as a fence has one.
        end_reported: the view knows that.
        parent: the container it stands in; None for the root.
    """

    start: int
    first_line: int
    end: int = 0
    last_line: int = 0
    open: bool = True
    shown: bool = False
    closed: bool = False
    end_reported: bool = False
    parent: ContainerNode | None = None

    is_item = False  # stands in lists only
    verbatim = False  # no block begins in it
    keeps_lines = False  # nor does a footnote or a display formula

    @property
    def span(self) -> Offsets:
        """Where it stands in the source."""
        return self.start, self.end

    # reading

    def take(self, _cursor: Cursor, _line: int) -> Line:
        """Whether a line goes on with it; what is read of the line as its sign is skipped."""
        return Line.NOT_ITS

    def add(self, _cursor: Cursor, _line: int, _end: int) -> bool:
        """Take what is left of a line, of this number, whose text ends there in the source.

        Returns:
            Whether it is running text instead, in a paragraph of its own.
        """
        return False

    def cut_line(self) -> None:
        """The line added last is not complete."""

    def extend_line(self, text: str) -> None:
        """More of that line."""

    def end_line(self) -> None:
        """It is complete."""

    def line_is_settled(self) -> bool:
        """Whether the line added last is text of it however it goes on."""
        return False

    # building

    def build(self, _reader: SpanReader) -> tuple[Block, ...]:
        """The blocks of a leaf."""
        raise NotImplementedError

    def take_news(self, _reader: SpanReader) -> Block | None:
        """What of a leaf is finished and was not given yet; it grows what was given before."""
        return None

    def unfinished(self, _reader: SpanReader) -> Block | None:
        """What of a leaf that was given in part was not given yet."""
        return None

    def texts(self) -> Iterable[str]:
        """The texts in which references can stand, in order."""
        return ()

    def refresh(self, _reader: SpanReader) -> Iterable[bool]:
        """Read texts again that later definitions changed; whether each is different now."""
        return ()


@dataclass(slots=True, eq=False)
class ContainerNode(Node):
    """A node with children; ``done`` of them were given to the view completely."""

    children: list[Node] = field(default_factory=list)
    done: int = 0

    def add(self, cursor: Cursor, _line: int, _end: int) -> bool:
        """Text goes into a paragraph."""
        return not cursor.blank

    def can_hold(self, node: Node) -> bool:
        """Whether a node can be a child."""
        return not node.is_item

    def note_gap(self, node: Node) -> None:
        """A blank line stands before what is to be its next child."""

    def take_sign(self, _text: str) -> int:
        """How many characters of the first text in it are a sign of its own."""
        return 0

    def wrap(self, reader: SpanReader, children: tuple[Block, ...], span: Offsets) -> Block:
        """The block around these children."""
        raise NotImplementedError


@dataclass(slots=True, eq=False)
class DocumentNode(ContainerNode):
    """The root."""


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

    def take(self, cursor: Cursor, _line: int) -> Line:
        """Any line that is not blank."""
        return Line.NOT_ITS if cursor.blank else Line.GOES_ON

    def extend_line(self, text: str) -> None:
        """More of the line added last."""
        self.text += text

    def texts(self) -> Iterable[str]:
        """Each segment, and what is not cut off yet."""
        return (*(text for _, text in self.segments), self.text)


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
