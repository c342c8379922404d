"""The block parser: Markdown line by line into a tree, each line once.

It follows the reference algorithm of CommonMark (https://spec.commonmark.org/0.31.2/#appendix-a-parsing-strategy):
for each line, find the open containers that go on, open new ones, then add the text to a leaf.
Because a line is decided when it is complete, a text gives the same tree however it was cut, and
the work follows the length of the text. Added to CommonMark: tables, tasks, footnotes, display
formulas.

Bounds against hostile input: `MAX_DEPTH` containers, `MAX_FORMULA` characters behind an open
formula, and the limits in `tree`, `paragraphs` and the kinds.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

from app.markup.markdown.cursor import Cursor
from app.markup.markdown.nodes import ContainerNode, Line, Node, ParagraphNode, open_child
from app.markup.markdown.paragraphs import add_text, cut
from app.markup.markdown.tree import Tree
from app.markup.spans.math_delimiters import MAX_FORMULA, DelimiterKind

StartRule: TypeAlias = Callable[[Tree, Node, Cursor], Node | None]
"""Adds to the tree the block that the rest of a line begins in a node; None for text."""
Openings: TypeAlias = tuple[tuple[str, StartRule], ...]
"""The characters that a kind of block begins with, and its rule; kinds are asked in this order."""
INDENTED = " "
"""Stands for the first character of a line that is indented by more than three columns."""


@lru_cache(maxsize=2)
def _by_character(openings: Openings) -> dict[str, tuple[StartRule, ...]]:
    found: dict[str, tuple[StartRule, ...]] = {}
    for characters, rule in openings:
        for character in characters:
            found[character] = (*found.get(character, ()), rule)
    return found


@dataclass(frozen=True, slots=True)
class ParserCheckpoint:
    """What of a `BlockParser` changes with each line, besides the open nodes."""

    tip: Node
    depth: int
    line_number: int
    denied: dict[DelimiterKind, int]
    defined: int
    version: int


class BlockParser:
    """The line reader: give it lines, then look at ``root``.

    Args:
        openings: how the kinds of block begin.

    Attributes:
        root: the tree.
        references: link and footnote definitions found so far.
        characters: of lines read, lines read twice counted twice.
        partial_line_end: where the line ends that is read in pieces, an offset in the source.
    """

    def __init__(self, openings: Openings) -> None:
        self._tree = Tree()
        self._rules = _by_character(openings)
        self.root, self.references = self._tree.root, self._tree.references
        self.characters = 0
        self.partial_line_end = 0

    @property
    def line_number(self) -> int:
        """Of the line read last, counted from 1."""
        return self._tree.line_number

    def feed_line(self, text: str, offset: int) -> None:
        """Read one complete line, without its end, that stands at ``offset`` in the source."""
        self.characters += len(text) + 1
        text = text.replace("\0", "\ufffd")
        cursor = Cursor(text)
        tip = self._tree.tip
        if isinstance(tip, ParagraphNode) and tip.open_formula is not None:
            if self._add_held(tip, cursor, offset):
                return
            self.abandon_open_formula()
            cursor = Cursor(text)
        self._tree.line_number += 1
        self._read(cursor, offset)

    def finish(self) -> None:
        """No more lines come."""
        self.abandon_open_formula()
        self._tree.close_to(self.root)
        self.root.open = False

    def tip(self) -> Node:
        """The innermost open node."""
        return self._tree.tip

    def open_formula_overflows(self, text: str) -> bool:
        """Whether an open formula will be given up because of so long an unfinished line."""
        hold = self._tree.tip.open_formula if isinstance(self._tree.tip, ParagraphNode) else None
        return hold is not None and hold.size + len(text) > MAX_FORMULA

    def save(self) -> ParserCheckpoint:
        """What besides the open nodes changes when a line is read."""
        tree = self._tree
        return ParserCheckpoint(
            tree.tip,
            tree.depth,
            tree.line_number,
            dict(tree.open_formulas.denied),
            len(tree.defined),
            self.references.version,
        )

    def restore(self, saved: ParserCheckpoint) -> None:
        """Take back what happened since `save`; the nodes are restored by the caller."""
        tree = self._tree
        tree.tip = saved.tip
        tree.depth = saved.depth
        tree.line_number = saved.line_number
        tree.open_formulas.denied = dict(saved.denied)
        self.references.forget(tree.defined[saved.defined :], saved.version)
        del tree.defined[saved.defined :]

    def begin_partial_line(self, end: int) -> None:
        """The line just read, up to ``end`` in the source, is text of its leaf and goes on."""
        self._tree.tip.cut_line()
        self.partial_line_end = end

    def extend_partial_line(self, text: str) -> None:
        """Add to the line that goes on."""
        tip = self._tree.tip
        if not text:
            return
        self.characters += len(text)
        stripped = text.rstrip(" \t")
        if stripped:
            tip.end = self.partial_line_end + len(stripped)
        self.partial_line_end += len(text)
        text = text.replace("\0", "\ufffd")
        tip.extend_line(text)
        if isinstance(tip, ParagraphNode):
            cut(tip)

    def end_partial_line(self) -> None:
        """The line that went on is complete."""
        self._tree.tip.end_line()

    def _add_held(self, node: ParagraphNode, cursor: Cursor, offset: int) -> bool:
        """Add a line to an open display formula, if it can still become one."""
        tree = self._tree
        container: Node = self.root
        while (child := open_child(container)) is not None and child is not node:
            if child.take(cursor, tree.line_number) is not Line.GOES_ON:
                break
            cursor.find_nonspace()
            container = child
        start = cursor.nonspace
        if not tree.open_formulas.add(node, cursor.text, offset, start):
            return False
        tree.line_number += 1
        node.end, node.last_line = offset + len(cursor.text.rstrip(" \t")), tree.line_number
        if node.ends:
            tree.close_to_parent_of(node)
        return True

    def abandon_open_formula(self) -> None:
        """No end came for the open formula: it was text, and what followed is read as such."""
        tree = self._tree
        while isinstance(tree.tip, ParagraphNode) and tree.tip.open_formula is not None:
            hold = tree.open_formulas.abandon(tree.tip, tree.line_number + 1)
            tree.line_number = hold.line
            for text, offset in hold.lines:
                self.feed_line(text, offset)

    def _read(self, cursor: Cursor, offset: int) -> None:
        tree = self._tree
        tree.offset = offset
        container, finished = self._continue(cursor)
        if finished:
            return
        matched_all = container is tree.tip
        unmatched = container
        tree.depth = len(tree.path(container)) - 1
        tree.matched_all = matched_all
        container, opened = self._open(container, cursor)
        if not opened and not matched_all and not cursor.blank:
            tip = tree.tip
            if isinstance(tip, ParagraphNode):  # lazy continuation
                self._add_text(tip, cursor)
                return
        if not opened:
            tree.close_to(unmatched)
        self._add(container, cursor)

    def _continue(self, cursor: Cursor) -> tuple[Node, bool]:
        """Walk the open nodes that go on; the last of them, and whether the line is used up."""
        tree = self._tree
        container: Node = self.root
        while (child := open_child(container)) is not None:
            cursor.find_nonspace()
            line = child.take(cursor, tree.line_number)
            if line is Line.ENDS_IT:
                tree.close_to(child)
                tree.extend(child, cursor)
                tree.close_to(container)
                return container, True
            if line is Line.NOT_ITS:
                break
            container = child
        return container, False

    def _open(self, container: Node, cursor: Cursor) -> tuple[Node, bool]:
        """Open the blocks that the line begins; the innermost, and whether there is a new one."""
        opened = False
        while not container.verbatim:
            cursor.find_nonspace()
            if cursor.blank:
                break
            rules = self._rules.get(cursor.char if cursor.indent < 4 else INDENTED, ())
            made = (rule(self._tree, container, cursor) for rule in rules)
            new = next((node for node in made if node is not None), None)
            if new is None:
                break
            container, opened, self._tree.matched_all = new, True, False
            if not isinstance(container, ContainerNode):
                break
        return container, opened

    def _add(self, container: Node, cursor: Cursor) -> None:
        """Put what is left of the line where it belongs."""
        cursor.find_nonspace()
        tree = self._tree
        if isinstance(container, ParagraphNode):
            self._add_text(container, cursor)
        elif container.add(cursor, tree.line_number, tree.line_end(cursor)):
            self._add_text(tree.add_paragraph(container, cursor), cursor)

    def _add_text(self, node: ParagraphNode, cursor: Cursor) -> None:
        tree = self._tree
        cursor.find_nonspace()
        start = cursor.nonspace
        text = cursor.text[start:]
        if not node.text and not node.segments:
            sign = node.parent.take_sign(text) if node.parent is not None else 0
            start, text = start + sign, text[sign:]
        tree.extend(node, cursor)
        tree.defined += add_text(node, text, tree.offset + start, self.references)
        tree.open_formulas.begin(node, text, tree.line_number)
        if node.ends:
            tree.close_to_parent_of(node)
