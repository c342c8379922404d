"""The reasoning of an answer: what stands in ``<think>`` at its start."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.language import tr
from app.markup.document.blocks import NOWHERE, Block, Offsets
from app.markup.document.flow import BlockFrame, Container
from app.markup.kinds.quote import prefixed
from app.markup.markdown.nodes import ContainerNode, Line
from app.markup.markdown.thinking import OPEN
from app.markup.text import plain_text, rich_html

if TYPE_CHECKING:
    from app.markup.document.writing import HtmlPage, Speller
    from app.markup.markdown.cursor import Cursor
    from app.markup.markdown.nodes import Node, SpanReader
    from app.markup.markdown.tree import Tree


@dataclass(frozen=True, slots=True)
class ThinkingFrame(BlockFrame):
    """The row belongs to the reasoning."""

    closed: bool
    bar = "border"
    bar_begins = False
    quiet = True

    def margin(self) -> str:
        return "\u250a "


@dataclass(frozen=True, slots=True)
class Thinking(Container):
    """A ``<think>`` part; ``closed`` once ``</think>`` was seen."""

    children: tuple[Block, ...]
    closed: bool = True
    span: Offsets = NOWHERE
    copied = False

    def plain(self) -> str:
        return plain_text(self.children)

    def rich(self) -> str:
        return f"<blockquote>{rich_html(self.children)}</blockquote>"

    def page(self, page: HtmlPage) -> str:
        return page.look.thinking(page.html(self.children))

    def spelled(self, speller: Speller, depth: int) -> str:
        return f"{tr('Thinking:')}\n\n{prefixed('> ', speller.blocks(self.children, depth))}"

    def frame(self, *, first: bool) -> ThinkingFrame:
        return ThinkingFrame(first, self.closed)


@dataclass(slots=True, eq=False)
class ThinkingNode(ContainerNode):
    """The reasoning."""

    is_reasoning = True

    def take(self, _cursor: Cursor, _line: int) -> Line:
        return Line.GOES_ON

    def wrap(self, _reader: SpanReader, children: tuple[Block, ...], span: Offsets) -> Block:
        return Thinking(children, self.closed, span)


def start(tree: Tree, container: Node, cursor: Cursor) -> Node | None:
    """The reasoning, where nothing stands above."""
    if container is not tree.root or cursor.indent or tree.root.children:
        return None
    if cursor.text.rstrip() != OPEN:
        return None
    node = ThinkingNode(tree.here(cursor), tree.line_number)
    node.end = tree.line_end(cursor)
    tree.add_child(tree.root, node)
    cursor.skip(len(OPEN))
    return node
