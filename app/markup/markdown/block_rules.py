"""The rules that open blocks: what a line begins is added to the tree (see `block_patterns`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.markup.markdown import block_patterns
from app.markup.markdown.nodes import (
    CodeNode,
    FootnoteNode,
    HeadingNode,
    ItemNode,
    ListNode,
    Node,
    ParagraphNode,
    QuoteNode,
    RuleNode,
    TableNode,
    ThinkingNode,
)
from app.markup.markdown.paragraphs import take_head
from app.markup.markdown.tables import read_alignments, read_header
from app.markup.markdown.tree import Tree

if TYPE_CHECKING:
    from app.markup.markdown.cursor import Cursor

MAX_DEPTH = 64
"""Open containers; markers beyond that are text. A list and its item count as two."""
THINK, END_THINK = "<think>", "</think>"


class BlockRules:
    """What lines open in a tree."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree

    def start(self, container: Node, cursor: Cursor, *, matched_all: bool) -> Node | None:
        """The block that the rest of a line begins in ``container``; None for text.

        Args:
            container: The innermost node so far.
            cursor: Where the line is read.
            matched_all: Whether the line went on with every open node.
        """
        tree = self._tree
        if cursor.indent > 3:
            return self._start_indented(container, cursor)
        text_before = isinstance(container, ParagraphNode)
        char = cursor.char
        if char == ">" and tree.depth < MAX_DEPTH:
            node = tree.add_child(container, QuoteNode(tree.here(cursor), tree.line_number))
            cursor.skip_blanks()
            cursor.skip(1)
            if cursor.at_blank():
                cursor.skip_columns(1)
            return node
        if char == "#" and (heading := block_patterns.atx_heading(cursor)) is not None:
            return tree.add_leaf(
                container,
                cursor,
                HeadingNode(
                    tree.here(cursor),
                    tree.line_number,
                    level=heading[0],
                    text=heading[1],
                ),
            )
        if char in ("`", "~") and (fence := block_patterns.opening_fence(cursor)) is not None:
            code = CodeNode(tree.here(cursor), tree.line_number, fence=fence[0], info=fence[1])
            code.offset = cursor.indent
            return tree.add_leaf(container, cursor, code)
        if isinstance(container, ParagraphNode):
            below = self._start_below(container, cursor, matched_all=matched_all)
            if below is not None:
                return below
        if block_patterns.is_rule(cursor):
            return tree.add_leaf(container, cursor, RuleNode(tree.here(cursor), tree.line_number))
        if tree.depth + 1 < MAX_DEPTH:
            item = self._start_item(container, cursor, text_before=text_before)
            if item is not None:
                return item
        return self._start_extension(container, cursor)

    def _start_indented(self, container: Node, cursor: Cursor) -> Node | None:
        tree = self._tree
        if isinstance(tree.tip, ParagraphNode):
            return None
        start = tree.offset + cursor.pos
        cursor.skip_columns(4)
        return tree.add_child(container, CodeNode(start, tree.line_number))

    def _start_below(
        self, paragraph: ParagraphNode, cursor: Cursor, *, matched_all: bool
    ) -> Node | None:
        """What a line makes of the paragraph above it: a heading or a table."""
        tree = self._tree
        if not matched_all or paragraph.segments:
            return None
        level = block_patterns.setext_level(cursor)
        if level is not None:
            tree.defined += take_head(paragraph, tree.references)
            if paragraph.text:
                heading = HeadingNode(paragraph.start, paragraph.first_line, level=level)
                heading.text = paragraph.text.strip()
                return tree.add_leaf(paragraph, cursor, heading, replaces=True)
            return None
        alignments = read_alignments(cursor.text[cursor.nonspace :])
        if alignments is None:
            return None
        above, _, last = paragraph.text.rpartition("\n")
        header = read_header(last, len(alignments))
        if header is None:
            return None
        table = TableNode(
            paragraph.places[-1][1],
            tree.line_number - 1,
            alignments=alignments,
            header=header,
        )
        if not above:
            return tree.add_leaf(paragraph, cursor, table, replaces=True)
        paragraph.text = above
        paragraph.places.pop()
        paragraph.last_line -= 1
        paragraph.end = paragraph.places[-1][1] + len(above.rpartition("\n")[2])
        return tree.add_leaf(paragraph, cursor, table)

    def _start_item(self, container: Node, cursor: Cursor, *, text_before: bool) -> Node | None:
        tree = self._tree
        marker = block_patterns.list_marker(cursor)
        if marker is None:
            return None
        after = cursor.nonspace + marker.width
        empty = not cursor.text[after:].strip(" \t")
        if text_before and (empty or marker.number not in (None, 1)):
            return None
        start, lead = tree.here(cursor), cursor.indent
        cursor.skip_blanks()
        cursor.skip(marker.width)
        indent = lead + marker.width
        if empty or cursor.indent > 4:
            indent += 1
            if cursor.at_blank():
                cursor.skip_columns(1)
        else:
            indent += cursor.indent
            cursor.skip_columns(cursor.indent)
        parent = container if isinstance(container, ListNode) else None
        if parent is None or parent.marker != marker.sign:
            parent = ListNode(start, tree.line_number, marker=marker.sign)
            parent.ordered = marker.number is not None
            tree.add_child(container, parent)
        item = ItemNode(start, tree.line_number, indent=indent, end=tree.line_end(cursor))
        item.depth = sum(isinstance(node, ItemNode) for node in tree.path(parent))
        item.number = self._number(parent, marker.number)
        return tree.add_child(parent, item)

    @staticmethod
    def _number(parent: ListNode, written: int | None) -> int | None:
        """Only the first item's number counts; the others follow it."""
        if written is None or not parent.children:
            return written
        last = parent.children[-1]
        before = last.number if isinstance(last, ItemNode) else None
        return written if before is None else before + 1

    def _start_extension(self, container: Node, cursor: Cursor) -> Node | None:
        tree = self._tree
        char = cursor.char
        if char == "[" and tree.depth < MAX_DEPTH and not isinstance(container, TableNode):
            note = block_patterns.footnote_marker(cursor)
            if note is not None:
                if tree.references.add_footnote(note[0]):
                    tree.defined.append("^" + note[0])
                node = FootnoteNode(tree.here(cursor), tree.line_number, label=note[0])
                node.end = tree.line_end(cursor)
                tree.add_child(container, node)
                cursor.skip_blanks()
                cursor.skip(note[1])
                return node
        if char == "<" and container is tree.root and cursor.indent == 0:
            return self._start_thinking(cursor)
        if char in ("$", "\\") and not isinstance(container, TableNode):
            display = block_patterns.display_delimiter(cursor)
            if display is not None and (
                display[1] or tree.open_formulas.allowed(display[0], tree.line_number)
            ):
                if isinstance(container, ParagraphNode) and not container.text:
                    return None
                return tree.add_paragraph(container, cursor)
        return None

    def _start_thinking(self, cursor: Cursor) -> Node | None:
        tree = self._tree
        if cursor.text.rstrip() != THINK or tree.root.children:
            return None
        node = ThinkingNode(tree.here(cursor), tree.line_number)
        node.end = tree.line_end(cursor)
        tree.add_child(tree.root, node)
        cursor.skip(len(THINK))
        return node
