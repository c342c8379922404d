"""The end of a text: what later definitions change, and the whole as blocks, in short steps.

A definition at the end of a text may change everything above it, and the blocks of a megabyte take
a second to put together. A window cannot be away that long, so the work is a generator that gives
way after a few milliseconds.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.markup.document.blocks import Block, BlockReplacement
from app.markup.markdown.math_segments import join_blocks
from app.markup.markdown.nodes import ContainerNode, Node, ParagraphNode, postorder
from app.markup.spans.inline import footnote_labels

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator

    from app.markup.markdown.build import BlockBuilder

STEP = 1500
"""Work of a step: characters parsed, and a tenth of it for each node; about 5 ms."""
_NODE = STEP // 150


class Finalizer:
    """Settles one tree whose lines are all read."""

    def __init__(self, root: ContainerNode, builder: BlockBuilder) -> None:
        self._root, self._builder = root, builder
        self._spent = 0
        self._seen = builder.characters

    def _pay(self, work: int) -> bool:
        """Whether, with ``work`` and what was parsed, enough was done for one step."""
        self._spent += work + self._builder.characters - self._seen
        self._seen = self._builder.characters
        if self._spent < STEP:
            return False
        self._spent = 0
        return True

    def number(self) -> Generator[None, None, None]:
        """Number the footnotes in the order in which the text refers to them."""
        references = self._builder.references
        if not references.footnotes:
            return
        labels: list[str] = []
        for node in postorder(self._root):
            for text in node.texts():
                labels += footnote_labels(text)
                if self._pay(_NODE + len(text) // 50):
                    yield
        references.renumber(labels)

    def finalize(
        self,
    ) -> Generator[None, None, tuple[tuple[Block, ...], tuple[BlockReplacement, ...]]]:
        """Parse again what later definitions changed; the whole, and what became different."""
        blocks: list[Block] = []
        changes: list[BlockReplacement] = []
        first = 0
        for child in self._root.children:
            count = streamed_as(child)
            changed = False
            made: list[tuple[Block, ...]] = []
            for node in postorder(child):
                for different in self._refresh(node):
                    changed |= different
                    if self._pay(1):
                        yield
                self._builder.compose(node, made)
                if self._pay(_NODE):
                    yield
            if changed:
                changes.append(BlockReplacement(first, count, made[0]))
            blocks += made[0]
            first += count
        return tuple(blocks), tuple(changes)

    def _refresh(self, node: Node) -> Iterable[bool]:
        """Parse a node again, a piece at a time; whether the piece is different now."""
        return (
            self._segments(node) if isinstance(node, ParagraphNode) else node.refresh(self._builder)
        )

    def _segments(self, node: ParagraphNode) -> Iterator[bool]:
        for index in range(self._builder.segments(node)):
            old = node.parsed[index].blocks if index < len(node.parsed) else None
            now = self._builder.segment(node, index)
            yield old is not None and now is not old and now != old


def streamed_as(node: Node) -> int:
    """How many blocks a view was given for ``node``."""
    if isinstance(node, ParagraphNode):
        return len(join_blocks(parsed.blocks for parsed in node.parsed))
    return 1
