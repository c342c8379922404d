"""The growing tree of a text: adding nodes, closing them, what a gap between them means."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.markup.markdown.inline import References
from app.markup.markdown.nodes import (
    ContainerNode,
    DocumentNode,
    ItemNode,
    ListNode,
    Node,
    ParagraphNode,
    spine,
)
from app.markup.markdown.paragraphs import OpenFormulas, take_head

if TYPE_CHECKING:
    from app.markup.markdown.cursor import Cursor


class Tree:
    """The tree so far and the line reader that grows it.

    Attributes:
        root: the tree.
        references: link and footnote definitions found so far.
        characters: of lines read, lines read twice counted twice.
        defined: labels of the definitions, in order; ``^`` marks a footnote.
        line_number: of the line read last, counted from 1.
        partial_line_end: where the line ends that is read in pieces, an offset in the source.
    """

    def __init__(self) -> None:
        self.root = DocumentNode(0, 0)
        self.references = References()
        self.defined: list[str] = []
        self.characters = 0
        self.line_number = 0
        self.partial_line_end = 0
        self.open_formulas = OpenFormulas()
        self._offset = 0
        self._tip: Node = self.root
        self._depth = 0

    @staticmethod
    def _path(node: Node) -> list[Node]:
        """The node and what it stands in, innermost first."""
        path = [node]
        while (parent := path[-1].parent) is not None:
            path.append(parent)
        return path

    def _leaf(self, container: Node, cursor: Cursor, node: Node, *, replaces: bool = False) -> Node:
        """A new leaf that takes the whole line."""
        if replaces:
            parent = container.parent or self.root
            parent.children.pop()
            self._tip = container = parent
        node.end = self._line_end(cursor)
        return self._child(container, node)

    def _child(self, container: Node, node: Node) -> Node:
        """Add ``node`` under ``container`` or the nearest node above that can hold it."""
        parent = next(
            (
                above
                for above in self._path(container)
                if isinstance(above, ContainerNode) and self._can_hold(above, node)
            ),
            self.root,
        )
        self._close_to(parent)
        self._note_gap(parent, node)
        node.parent, node.last_line = parent, self.line_number
        parent.children.append(node)
        self._tip = node
        self._depth = len(self._path(parent))
        return node

    @staticmethod
    def _can_hold(parent: ContainerNode, node: Node) -> bool:
        return isinstance(node, ItemNode) == isinstance(parent, ListNode)

    def _note_gap(self, parent: ContainerNode, node: Node) -> None:
        """A blank line between the items of a list or the blocks of an item makes it loose."""
        if not parent.children or node.first_line <= parent.children[-1].last_line + 1:
            return
        if isinstance(parent, ListNode) and isinstance(node, ItemNode):
            parent.tight = False
            node.tight = False
        elif isinstance(parent, ItemNode) and isinstance(parent.parent, ListNode):
            parent.parent.tight = False

    def _close_to(self, node: Node) -> None:
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
        self._tip = node

    def _close_to_parent_of(self, node: Node) -> None:
        self._close_to(node.parent or self.root)

    def _here(self, cursor: Cursor) -> int:
        return self._offset + cursor.nonspace

    def _line_end(self, cursor: Cursor) -> int:
        return self._offset + len(cursor.text.rstrip(" \t"))
