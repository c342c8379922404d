"""The quotation: lines that begin with ``>``."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.markup.document.blocks import NOWHERE, Block, Offsets
from app.markup.document.flow import BlockFrame, Container
from app.markup.markdown.nodes import ContainerNode, Line
from app.markup.markdown.tree import MAX_DEPTH
from app.markup.text import indented, plain_text, rich_html

if TYPE_CHECKING:
    from app.markup.document.writing import HtmlPage, Speller
    from app.markup.markdown.cursor import Cursor
    from app.markup.markdown.nodes import Node, SpanReader
    from app.markup.markdown.tree import Tree


@dataclass(frozen=True, slots=True)
class QuoteFrame(BlockFrame):
    """The row stands in a quotation."""

    bar = "border"

    def margin(self) -> str:
        return "\u2502 "


@dataclass(frozen=True, slots=True)
class Quote(Container):
    """A block quotation."""

    children: tuple[Block, ...]
    span: Offsets = NOWHERE

    def plain(self) -> str:
        return indented(plain_text(self.children), "> ", "> ")

    def rich(self) -> str:
        return f"<blockquote>{rich_html(self.children)}</blockquote>"

    def page(self, page: HtmlPage) -> str:
        return page.look.quote(page.html(self.children))

    def spelled(self, speller: Speller, depth: int) -> str:
        return prefixed("> ", speller.blocks(self.children, depth))

    def frame(self, *, first: bool) -> QuoteFrame:
        return QuoteFrame(first)


def prefixed(mark: str, text: str) -> str:
    """Text with something before each line."""
    return "\n".join(f"{mark}{line}".rstrip() for line in text.split("\n"))


@dataclass(slots=True, eq=False)
class QuoteNode(ContainerNode):
    """A block quotation."""

    def take(self, cursor: Cursor, line: int) -> Line:
        if cursor.indent > 3 or cursor.char != ">":
            return Line.NOT_ITS
        skip_mark(cursor)
        self.last_line = line
        return Line.GOES_ON

    def wrap(self, _reader: SpanReader, children: tuple[Block, ...], span: Offsets) -> Block:
        return Quote(children, span)


def skip_mark(cursor: Cursor) -> None:
    """Skip ``>`` and the blank behind it."""
    cursor.skip_blanks()
    cursor.skip(1)
    if cursor.at_blank():
        cursor.skip_columns(1)


def start(tree: Tree, container: Node, cursor: Cursor) -> Node | None:
    """A quotation."""
    if tree.depth >= MAX_DEPTH:
        return None
    node = tree.add_child(container, QuoteNode(tree.here(cursor), tree.line_number))
    skip_mark(cursor)
    return node
