"""Blocks built from nodes of the tree, each text once."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from app.markup.document.blocks import (
    FENCE,
    Block,
    CodeBlock,
    FootnoteDefinition,
    Heading,
    ListBlock,
    ListItem,
    MathBlock,
    Quote,
    Rule,
    Spans,
    Table,
    TableCells,
    Text,
    Thinking,
)
from app.markup.latex.numbering import numbers_in
from app.markup.markdown.inline import References, parse_spans
from app.markup.markdown.math_delimiters import environment_of
from app.markup.markdown.math_segments import join_blocks, parse_segment
from app.markup.markdown.nodes import (
    CodeNode,
    ContainerNode,
    FootnoteNode,
    HeadingNode,
    ItemNode,
    ListNode,
    Node,
    ParagraphNode,
    ParsedText,
    QuoteNode,
    TableNode,
    ThinkingNode,
    postorder,
)
from app.markup.markdown.open_tail import OpenTail

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CELL = 4096
"""Characters; a longer table cell is shown as it was written."""
MAX_ROW = 16384
"""Characters; the cells of a longer row are shown as they were written."""


class BlockBuilder:
    """Blocks of one tree.

    Attributes:
        characters: handed to the inline parser so far.
        number: of the next equation that takes one; texts are parsed in their order first.
        closing_markers: the headings and cells parsed now are of a line that is not complete.
        tail: parses paragraphs that are still open.
    """

    def __init__(self, references: References) -> None:
        self.references = references
        self.characters = 0
        self.number = 1
        self.closing_markers = False
        self.tail = OpenTail(references)

    # ------------------------------------------------------------------------------------ whole

    def blocks(self, node: Node) -> tuple[Block, ...]:
        """Everything that ``node`` became; one block, or several for a paragraph with formulas."""
        made: list[tuple[Block, ...]] = []
        for below in postorder(node):
            self.compose(below, made)
        return made[0]

    def compose(self, node: Node, made: list[tuple[Block, ...]]) -> None:
        """Put the blocks of ``node`` on ``made``, taking off it those of its children."""
        if not isinstance(node, ContainerNode):
            made.append(self.leaf(node))
            return
        first = len(made) - len(node.children)
        children = tuple(chain.from_iterable(made[first:]))
        made[first:] = [(self.wrap(node, children),)]

    def leaf(self, node: Node) -> tuple[Block, ...]:
        """The blocks of a node that holds no others."""
        match node:
            case ParagraphNode():
                return self._paragraph(node)
            case HeadingNode():
                return (Heading(node.level, self.heading(node), (node.start, node.end)),)
            case CodeNode() if node.is_formula and "".join(node.lines).strip():
                return (self._formula(node),)
            case CodeNode():
                return (self.code(node, node.lines),)
            case TableNode():
                return (self.table(node, 0),)
        return (Rule((node.start, node.end)),)

    def wrap(self, node: ContainerNode, children: tuple[Block, ...]) -> Block:
        """The block of a container around these children."""
        end = max(node.end, children[-1].span[1] if children else 0)
        span = (node.start, end)
        match node:
            case ListNode():
                items = tuple(child for child in children if isinstance(child, ListItem))
                return ListBlock(node.ordered, node.tight, node.marker, items, span)
            case ItemNode():
                return ListItem(node.number, node.checked, node.tight, node.depth, children, span)
            case ThinkingNode():
                node.end_reported = node.closed
                return Thinking(children, node.closed, span)
            case FootnoteNode():
                node.number = self.references.footnotes.get(node.label, 0)
                return FootnoteDefinition(node.label, node.number, children, span)
            case QuoteNode():
                return Quote(children, span)
        raise TypeError(f"no block for {type(node).__name__}")

    # ------------------------------------------------------------------------------------ leaves

    def _spans(self, text: str, *, last: bool = False) -> Spans:
        """The spans of a heading or cell; ``last``: the text may go on there."""
        if self.closing_markers:
            before = self.tail.characters
            spans = self.tail.open_spans(text) if last else self.tail.closed_spans(text)
            self.characters += self.tail.characters - before
            return spans
        self.characters += len(text)
        return parse_spans(text, self.references)

    def _stale(self, text: str, version: int) -> bool:
        return version != self.references.version and "[" in text

    def _paragraph(self, node: ParagraphNode) -> tuple[Block, ...]:
        found = join_blocks(self.segment(node, index) for index in range(self.segments(node)))
        if node.open:
            found = join_blocks((found, self.open_text(node)))
        return found

    @staticmethod
    def segments(node: ParagraphNode) -> int:
        """How many segments of the paragraph will not change any more."""
        return len(node.segments) + (not node.open and bool(node.text))

    def segment(self, node: ParagraphNode, index: int) -> tuple[Block, ...]:
        """The blocks of one segment, parsed when they are not or not with all definitions."""
        last = index == len(node.segments)
        base, text = (node.base, node.text) if last else node.segments[index]
        if index < len(node.parsed) and not self._stale(text, node.parsed[index].version):
            return node.parsed[index].blocks
        self.characters += len(text)
        again = index < len(node.parsed)
        first = node.parsed[index].number if again else self.number
        blocks = parse_segment(node, base, text, self.references, first)
        if not again:
            self.number += sum(
                numbers_in(b.source, b.environment) for b in blocks if isinstance(b, MathBlock)
            )
        node.parsed[index : index + 1] = [ParsedText(blocks, self.references.version, first)]
        return blocks

    def open_text(self, node: ParagraphNode) -> tuple[Block, ...]:
        """The blocks of the text of an open paragraph that is not cut off yet."""
        before = self.tail.characters
        self.tail.number = self.number
        found = self.tail.blocks(node)
        self.characters += self.tail.characters - before
        return found

    def heading(self, node: HeadingNode) -> Spans:
        """The spans of a heading, parsed when they are not or not with all definitions."""
        if node.spans is None or self._stale(node.text, node.version):
            node.spans = self._spans(node.text, last=True)
            node.version = self.references.version
        return node.spans

    @staticmethod
    def _formula(node: CodeNode) -> MathBlock:
        source = "".join(node.lines).strip()
        environment = environment_of(source)
        closed = node.closed or not node.open
        return MathBlock(source, environment, closed, FENCE, "", (node.start, node.end))

    @staticmethod
    def code(node: CodeNode, lines: list[str]) -> CodeBlock:
        """A code block of these lines."""
        node.end_reported = node.closed
        closed = node.closed or not node.fence
        span = (node.start, node.end)
        return CodeBlock(node.language, "".join(lines), closed, bool(node.fence), span)

    def table(self, node: TableNode, first: int) -> Table:
        """The table with its rows from ``first`` on."""
        for _ in self.refreshing(node, first):
            pass
        header, rows = node.parsed_header or (), tuple(node.parsed[first:])
        return Table(node.alignments, header, rows, (node.start, node.end))

    def refreshing(self, node: TableNode, first: int) -> Iterator[bool]:
        """Parse the header, then each row, if it is not or not with all definitions.

        Yields:
            Whether it was parsed before and is different now.
        """
        version = self.references.version
        header = node.parsed_header
        if header is None or self._stale_row(node.header, node.header_version):
            node.parsed_header = self._row(node.header)
            node.header_version = version
            yield header is not None and header != node.parsed_header
        for index in range(first, len(node.rows)):
            if index == len(node.parsed):
                node.parsed.append(self._row(node.rows[index]))
                node.versions.append(version)
                yield False
            elif self._stale_row(node.rows[index], node.versions[index]):
                row = node.parsed[index]
                node.parsed[index] = self._row(node.rows[index])
                node.versions[index] = version
                yield row != node.parsed[index]

    def _stale_row(self, cells: list[str], version: int) -> bool:
        return version != self.references.version and any("[" in cell for cell in cells)

    def _row(self, cells: list[str]) -> TableCells:
        if sum(map(len, cells)) > MAX_ROW:
            return tuple((Text(cell),) if cell else () for cell in cells)
        last = max((index for index, cell in enumerate(cells) if cell), default=0)
        return tuple(self._cell(cell, last=index == last) for index, cell in enumerate(cells))

    def _cell(self, text: str, *, last: bool) -> Spans:
        if not text:
            return ()
        if len(text) > MAX_CELL:
            return (Text(text),)
        return self._spans(text, last=last)
