"""Blocks built from nodes of the tree, each text once."""

from __future__ import annotations

from itertools import chain

from app.markup.document.blocks import Block, MathBlock
from app.markup.document.spans import Spans
from app.markup.latex.numbering import numbers_in
from app.markup.markdown.math_segments import join_blocks, parse_segment
from app.markup.markdown.nodes import ContainerNode, Node, ParagraphNode, ParsedText, postorder
from app.markup.markdown.open_tail import OpenTail
from app.markup.spans.inline import References, parse_spans


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
        if isinstance(node, ParagraphNode):
            made.append(self._paragraph(node))
        elif isinstance(node, ContainerNode):
            first = len(made) - len(node.children)
            children = tuple(chain.from_iterable(made[first:]))
            made[first:] = [(self.wrap(node, children),)]
        else:
            made.append(node.build(self))

    def wrap(self, node: ContainerNode, children: tuple[Block, ...]) -> Block:
        """The block of a container around these children."""
        end = max(node.end, children[-1].span[1] if children else 0)
        return node.wrap(self, children, (node.start, end))

    # ------------------------------------------------------------------------------------ leaves

    def spans(self, text: str, *, last: bool = False) -> Spans:
        """The spans of a heading or cell; ``last``: the text may go on there."""
        if self.closing_markers:
            before = self.tail.characters
            spans = self.tail.open_spans(text) if last else self.tail.closed_spans(text)
            self.characters += self.tail.characters - before
            return spans
        self.characters += len(text)
        return parse_spans(text, self.references)

    def stale(self, text: str, version: int) -> bool:
        """Whether definitions may have changed what was read at ``version`` of them."""
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
        if index < len(node.parsed) and not self.stale(text, node.parsed[index].version):
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
