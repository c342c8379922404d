"""The growing tree of a text: adding nodes, closing them, what a gap between them means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.markup.markdown.nodes import (
    ContainerNode,
    DocumentNode,
    Node,
    ParagraphNode,
    spine,
)
from app.markup.markdown.paragraphs import OpenFormulas, take_head
from app.markup.spans.inline import References

if TYPE_CHECKING:
    from app.markup.markdown.cursor import Cursor


MAX_DEPTH = 64
"""Open containers; markers beyond that are text. A list and its item count as two."""


class Tree:
    """The nodes so far, and how a line's blocks are added to them.

    Attributes:
        root: the outermost node.
        references: link and footnote definitions found so far.
        defined: labels of the definitions, in order; ``^`` marks a footnote.
        line_number: of the line read last, counted from 1.
        offset: where that line begins in the source.
        tip: the innermost open node.
        depth: of open containers around what the line adds.
        open_formulas: display formulas whose end has not come.
        matched_all: the line went on with every open node, so far.
    """

    def __init__(self) -> None:
        self.root = DocumentNode(0, 0)
        self.references = References()
        self.defined: list[str] = []
        self.line_number = 0
        self.open_formulas = OpenFormulas()
        self.offset = 0
        self.tip: Node = self.root
        self.depth = 0
        self.matched_all = True

    @staticmethod
    def path(node: Node) -> list[Node]:
        """The node and what it stands in, innermost first."""
        path = [node]
        while (parent := path[-1].parent) is not None:
            path.append(parent)
        return path

    def add_leaf(
        self, container: Node, cursor: Cursor, node: Node, *, replaces: bool = False
    ) -> Node:
        """A new leaf that takes the whole line."""
        if replaces:
            parent = container.parent or self.root
            parent.children.pop()
            self.tip = container = parent
        node.end = self.line_end(cursor)
        return self.add_child(container, node)

    def add_child(self, container: Node, node: Node) -> Node:
        """Add ``node`` under ``container`` or the nearest node above that can hold it."""
        parent = self.holder(container, node)
        self.close_to(parent)
        if parent.children and node.first_line > parent.children[-1].last_line + 1:
            parent.note_gap(node)
        node.parent, node.last_line = parent, self.line_number
        parent.children.append(node)
        self.tip = node
        self.depth = len(self.path(parent))
        return node

    def holder(self, container: Node, node: Node) -> ContainerNode:
        """``container`` or the nearest node above that can hold ``node``."""
        for above in self.path(container):
            if isinstance(above, ContainerNode) and above.can_hold(node):
                return above
        return self.root

    def add_paragraph(self, container: Node, cursor: Cursor) -> ParagraphNode:
        """A new paragraph under ``container``."""
        node = ParagraphNode(self.here(cursor), self.line_number)
        self.add_child(container, node)
        return node

    def close_to(self, node: Node) -> None:
        """Close every open node below ``node``."""
        nodes = spine(node)
        for parent, child in zip(reversed(nodes[:-1]), reversed(nodes[1:]), strict=True):
            child.open = False
            if isinstance(child, ParagraphNode):
                self.defined += take_head(child, self.references)
                child.text = child.text.rstrip(" \t\n")
                if not child.text and not child.segments and isinstance(parent, ContainerNode):
                    parent.children.pop()
            parent.end = max(parent.end, child.end)
            parent.last_line = max(parent.last_line, child.last_line)
        self.tip = node

    def close_to_parent_of(self, node: Node) -> None:
        """Close ``node`` and every open node below it."""
        self.close_to(node.parent or self.root)

    def extend(self, node: Node, cursor: Cursor) -> None:
        """``node`` ends with this line so far."""
        node.end, node.last_line = self.line_end(cursor), self.line_number

    def here(self, cursor: Cursor) -> int:
        """Where the line's next text begins in the source."""
        return self.offset + cursor.nonspace

    def line_end(self, cursor: Cursor) -> int:
        """Where the line's text ends in the source."""
        return self.offset + len(cursor.text.rstrip(" \t"))
