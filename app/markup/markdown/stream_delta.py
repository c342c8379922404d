"""What is new of a stream for a view: closed parts once, open parts as often as asked.

A part names a block inside the containers around it and how many of these the view has already,
so that one more item, row or line of code costs no more than itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.markup.document.blocks import Block, BlockPart, Paragraph
from app.markup.markdown.math_segments import join_blocks
from app.markup.markdown.nodes import ContainerNode, Node, ParagraphNode

if TYPE_CHECKING:
    from app.markup.markdown.build import BlockBuilder


class StreamDelta:
    """The parts of one tree that a view has, and what is new since."""

    def __init__(self, builder: BlockBuilder) -> None:
        self.builder = builder

    def drain(self, root: ContainerNode) -> list[BlockPart]:
        """What was closed since the last time, as parts to append."""
        parts: list[BlockPart] = []
        path: list[ContainerNode] = []
        while True:
            node = path[-1] if path else root
            if node.done < len(node.children):
                child = node.children[node.done]
                if isinstance(child, ContainerNode) and (child.open or child.shown):
                    path.append(child)
                    continue
                if child.open or child.shown:
                    self._drain_leaf(child, path, parts)
                else:
                    self._emit(path, self.builder.blocks(child), parts)
                    child.shown = True
                if child.open:
                    return parts
                node.done += 1
                continue
            if not path or node.open:
                return parts
            path.pop()
            (path[-1] if path else root).done += 1

    def _drain_leaf(self, node: Node, path: list[ContainerNode], parts: list[BlockPart]) -> None:
        """The finished lines, rows or segments of a leaf."""
        if not isinstance(node, ParagraphNode):
            block = node.take_news(self.builder)
            if block is not None:
                self._emit(path, (block,), parts, grows=node)
            return
        while node.sent < self.builder.segments(node):
            blocks = self.builder.segment(node, node.sent)
            joins = _joins(node, blocks)
            node.sent += 1
            self._emit(path, blocks, parts, grows=node if joins else None)
            node.shown = True

    @staticmethod
    def _shown(path: list[ContainerNode]) -> int:
        return sum(node.shown for node in path)

    def _emit(
        self,
        path: list[ContainerNode],
        blocks: tuple[Block, ...],
        parts: list[BlockPart],
        *,
        grows: Node | None = None,
    ) -> None:
        """Add parts for ``blocks`` inside the containers of ``path``; ``grows`` is their leaf."""
        continues = self._shown(path) + (grows is not None and grows.shown)
        if grows is not None:
            grows.shown, grows.end_reported = True, grows.closed
        if path:
            for node in reversed(path):
                blocks = (self.builder.wrap(node, blocks),)
                node.shown = True
        for block in blocks:
            parts.append(BlockPart(block, continues))
            continues = 0

    # ------------------------------------------------------------------------------------ tail

    def open_parts(self, root: ContainerNode) -> tuple[BlockPart, ...]:
        """What is not closed yet; marks nothing as given."""
        path = [root]
        while isinstance(first := _first_open(path[-1]), ContainerNode) and first.shown:
            path.append(first)
        blocks: tuple[Block, ...] = ()
        continues = 0
        if first is not None and first.shown:
            blocks, joins = self._open_leaf(first)
            continues = int(joins and bool(blocks))
        blocks += self._not_begun(path[-1])
        for node, child in zip(reversed(path[:-1]), reversed(path[1:]), strict=True):
            if blocks:
                blocks = (self.builder.wrap(child, blocks),)
                continues += 1
            blocks += self._not_begun(node)
        return tuple(
            BlockPart(block, continues if index == 0 else 0) for index, block in enumerate(blocks)
        )

    def _not_begun(self, node: ContainerNode) -> tuple[Block, ...]:
        """The blocks of the children of which nothing was given."""
        rest = node.children[node.done :]
        if rest and rest[0].shown:
            del rest[0]
        return tuple(block for child in rest for block in self.builder.blocks(child))

    def _open_leaf(self, node: Node) -> tuple[tuple[Block, ...], bool]:
        """What of a leaf was not given yet, and whether it grows what was."""
        if not isinstance(node, ParagraphNode):
            block = node.unfinished(self.builder)
            return ((), False) if block is None else ((block,), True)
        indexes = range(node.sent, self.builder.segments(node))
        blocks = join_blocks(self.builder.segment(node, index) for index in indexes)
        if node.open:
            blocks = join_blocks((blocks, self.builder.open_text(node)))
        return blocks, _joins(node, blocks)


def _joins(node: ParagraphNode, blocks: tuple[Block, ...]) -> bool:
    """Whether blocks go on with the text of those given before."""
    before = node.parsed[node.sent - 1].blocks if node.sent else ()
    ends = before[-1] if before else None
    return isinstance(ends, Paragraph) and isinstance(blocks[0] if blocks else None, Paragraph)


def _first_open(node: ContainerNode) -> Node | None:
    """The first child that was not given completely."""
    return node.children[node.done] if node.done < len(node.children) else None
