"""The thematic break: a line of three or more ``*``, ``-`` or ``_``."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.markup.document.blocks import NOWHERE, Block, Offsets
from app.markup.markdown.nodes import Node

if TYPE_CHECKING:
    from app.markup.document.writing import HtmlPage, Speller
    from app.markup.markdown.cursor import Cursor
    from app.markup.markdown.nodes import SpanReader
    from app.markup.markdown.tree import Tree

MAX_RULE = 3072
"""Characters of a line of ``* * *``; a longer one is text."""

_RULE = re.compile(r"(?:(?:\*[ \t]*){3,}|(?:_[ \t]*){3,}|(?:-[ \t]*){3,})$")


@dataclass(frozen=True, slots=True)
class Rule(Block):
    """A thematic break."""

    span: Offsets = NOWHERE

    def plain(self) -> str:
        return "---"

    def rich(self) -> str:
        return "<hr>"

    def page(self, _page: HtmlPage) -> str:
        return "<hr>\n"

    def spelled(self, _speller: Speller, _depth: int) -> str:
        return "* * *"


@dataclass(slots=True, eq=False)
class RuleNode(Node):
    """A thematic break."""

    def build(self, _reader: SpanReader) -> tuple[Block, ...]:
        return (Rule(self.span),)


def start(tree: Tree, container: Node, cursor: Cursor) -> Node | None:
    """A thematic break."""
    if len(cursor.text) - cursor.nonspace > MAX_RULE:
        return None
    if _RULE.match(cursor.text, cursor.nonspace) is None:
        return None
    return tree.add_leaf(container, cursor, RuleNode(tree.here(cursor), tree.line_number))
