"""The heading: number signs before a line, or a line of ``=`` or ``-`` below it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.markup.document.blocks import NOWHERE, Block, Offsets
from app.markup.document.spans import Spans, html_spans, plain_spans
from app.markup.markdown.nodes import Node, ParagraphNode
from app.markup.markdown.paragraphs import take_head

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.markup.document.writing import HtmlPage, Speller
    from app.markup.markdown.cursor import Cursor
    from app.markup.markdown.nodes import SpanReader
    from app.markup.markdown.tree import Tree

MAX_HEADING = 3072
"""Characters of a heading line; a longer one is a paragraph, which can be parsed in pieces."""

_ATX = re.compile(r"(#{1,6})(?:[ \t]+|$)")
_ATX_END = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_SETEXT = re.compile(r"(?:=+|-+)[ \t]*$")


@dataclass(frozen=True, slots=True)
class Heading(Block):
    """A heading, ``level`` 1 to 6."""

    level: int
    spans: Spans
    span: Offsets = NOWHERE

    def plain(self) -> str:
        return plain_spans(self.spans)

    def rich(self) -> str:
        return f"<h{self.level}>{html_spans(self.spans)}</h{self.level}>"

    def page(self, page: HtmlPage) -> str:
        level = min(self.level + 2, 6)
        return f"<h{level}>{page.spans(self.spans)}</h{level}>\n"

    def spelled(self, speller: Speller, _depth: int) -> str:
        return speller.spans(self.spans)


@dataclass(slots=True, eq=False)
class HeadingNode(Node):
    """A heading."""

    level: int = 1
    text: str = ""
    parsed: Spans | None = None
    version: int = 0

    def build(self, reader: SpanReader) -> tuple[Block, ...]:
        if self.parsed is None or reader.stale(self.text, self.version):
            self.parsed = reader.spans(self.text, last=True)
            self.version = reader.references.version
        return (Heading(self.level, self.parsed, self.span),)

    def texts(self) -> Iterable[str]:
        return (self.text,)

    def refresh(self, reader: SpanReader) -> Iterable[bool]:
        before = self.parsed
        self.build(reader)
        return (before is not None and before != self.parsed,)


def start_atx(tree: Tree, container: Node, cursor: Cursor) -> Node | None:
    """A heading behind number signs."""
    match = _ATX.match(cursor.text, cursor.nonspace)
    if match is None or len(cursor.text) - cursor.nonspace > MAX_HEADING:
        return None
    text = _ATX_END.sub("", cursor.text[match.end() :].rstrip(" \t")).strip(" \t")
    node = HeadingNode(tree.here(cursor), tree.line_number, level=len(match[1]), text=text)
    return tree.add_leaf(container, cursor, node)


def start_setext(tree: Tree, container: Node, cursor: Cursor) -> Node | None:
    """A heading made of the paragraph above the line."""
    if not isinstance(container, ParagraphNode) or not tree.matched_all or container.segments:
        return None
    if _SETEXT.match(cursor.text, cursor.nonspace) is None:
        return None
    tree.defined += take_head(container, tree.references)
    if not container.text:
        return None
    node = HeadingNode(container.start, container.first_line, level=1 if cursor.char == "=" else 2)
    node.text = container.text.strip()
    return tree.add_leaf(container, cursor, node, replaces=True)
