"""The footnote: a text behind ``[^label]:``, with a number by the order of its references."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.markup.document.blocks import NOWHERE, Block, Offsets, Paragraph
from app.markup.document.flow import BlockFrame, Container
from app.markup.document.spans import html_spans
from app.markup.markdown.nodes import ContainerNode, Line
from app.markup.markdown.tree import MAX_DEPTH
from app.markup.text import indented, plain_text, rich_html

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.markup.document.writing import HtmlPage, Speller
    from app.markup.markdown.cursor import Cursor
    from app.markup.markdown.nodes import Node, SpanReader
    from app.markup.markdown.tree import Tree

_NOTE = re.compile(r"\[\^([^\]\[\s]{1,100})\]:[ \t]*")


@dataclass(frozen=True, slots=True)
class FootnoteFrame(BlockFrame):
    """The row belongs to a footnote; ``first`` rows carry its number."""

    label: str
    number: int
    quiet = True

    def marker(self) -> str:
        return f"{self.number}."

    def margin(self) -> str:
        return f"[{self.number}] "


@dataclass(frozen=True, slots=True)
class FootnoteDefinition(Container):
    """The text of a footnote, where it stands in the source."""

    label: str
    number: int
    children: tuple[Block, ...]
    span: Offsets = NOWHERE

    def plain(self) -> str:
        return indented(plain_text(self.children), f"[{self.number}] ", "    ")

    def rich(self) -> str:
        number, first = f"<sup>{self.number}</sup>", next(iter(self.children), None)
        if not isinstance(first, Paragraph):
            return f"<p>{number}</p>{rich_html(self.children)}"
        return (
            f"<p>{number} {html_spans(first.spans)}</p>{rich_html(self.children[1:])}"  # not shown
        )

    def page(self, page: HtmlPage) -> str:
        number, children = self.number, self.children
        first = ""
        if children and isinstance(children[0], Paragraph):
            first, children = page.spans(children[0].spans), children[1:]
        return (  # not shown: HTML
            f'<div class="note" id="{page.prefix}{number}"><p><sup>{number}</sup> {first}</p>\n'
            f"{page.html(children)}</div>\n"
        )

    def spelled(self, speller: Speller, depth: int) -> str:
        return f"[{self.number}] {speller.blocks(self.children, depth)}"

    def frame(self, *, first: bool) -> FootnoteFrame:
        return FootnoteFrame(first, self.label, self.number)


@dataclass(slots=True, eq=False)
class FootnoteNode(ContainerNode):
    """A footnote's text; ``number`` as the view knows it."""

    label: str = ""
    number: int = 0

    def take(self, cursor: Cursor, _line: int) -> Line:
        if cursor.blank:
            cursor.skip_blanks()
        elif cursor.indent >= 4:
            cursor.skip_columns(4)
        else:
            return Line.NOT_ITS
        return Line.GOES_ON

    def wrap(self, reader: SpanReader, children: tuple[Block, ...], span: Offsets) -> Block:
        self.number = reader.references.footnotes.get(self.label, 0)
        return FootnoteDefinition(self.label, self.number, children, span)

    def refresh(self, reader: SpanReader) -> Iterable[bool]:
        return (self.number not in (0, reader.references.footnotes.get(self.label, 0)),)


def start(tree: Tree, container: Node, cursor: Cursor) -> Node | None:
    """A footnote."""
    match = _NOTE.match(cursor.text, cursor.nonspace)
    if match is None or tree.depth >= MAX_DEPTH or container.keeps_lines:
        return None
    if tree.references.add_footnote(match[1]):
        tree.defined.append("^" + match[1])
    node = FootnoteNode(tree.here(cursor), tree.line_number, label=match[1])
    node.end = tree.line_end(cursor)
    tree.add_child(container, node)
    cursor.skip_blanks()
    cursor.skip(match.end() - match.start())
    return node
