"""Owns reading Markdown line by line into a tree, each line once.

It follows the reference algorithm of CommonMark (https://spec.commonmark.org/0.31.2/#appendix-a-parsing-strategy):
for each line, walk the open containers that go on, open new ones, then add the text to a leaf.
Because a line is decided when it is complete, a text gives the same tree however it was cut, and
the work follows the length of the text. Added to CommonMark: tables, tasks, footnotes, ``<think>``,
display formulas.

Bounds against hostile input: `MAX_DEPTH` containers, `MAX_HOLD` characters behind an open formula,
and the limits named in `starts`, `tables` and `paragraphs`.
"""

from __future__ import annotations

from dataclasses import dataclass

from app.markup import starts
from app.markup.cursor import Cursor
from app.markup.formulas import MAX_FORMULA, Kind
from app.markup.inline import References
from app.markup.nodes import (
    CodeNode,
    Container,
    Document,
    HeadingNode,
    ItemNode,
    ListNode,
    Node,
    NoteNode,
    ParagraphNode,
    QuoteNode,
    RuleNode,
    TableNode,
    ThinkNode,
    open_child,
    spine,
)
from app.markup.paragraphs import Holds, add_text, cut, take_head
from app.markup.tables import MAX_PADDED, read_alignments, read_header, split_row

MAX_DEPTH = 64
"""Open containers; markers beyond that are text. A list and its item count as two."""

THINK, END_THINK = "<think>", "</think>"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What of a `Machine` changes with each line, besides the open nodes."""

    tip: Node
    depth: int
    line_number: int
    denied: dict[Kind, int]
    defined: int
    version: int


class Machine:
    """The tree so far and the line reader that grows it.

    Attributes:
        root: the tree.
        references: link and footnote definitions found so far.
        characters: of lines read, lines read twice counted twice.
        defined: labels of the definitions, in order; ``^`` marks a footnote.
        line_number: of the line read last, counted from 1.
        grown_to: where the line ends that is read in pieces, an offset in the source.
    """

    def __init__(self) -> None:
        self.root = Document(0, 0)
        self.references = References()
        self.defined: list[str] = []
        self.characters = 0
        self.line_number = 0
        self.grown_to = 0
        self.holds = Holds()
        self._offset = 0
        self._tip: Node = self.root
        self._depth = 0

    # ------------------------------------------------------------------------------------ lines

    def line(self, text: str, offset: int) -> None:
        """Read one complete line, without its end, that stands at ``offset`` in the source."""
        thinking = self._thinking()
        if thinking is None:
            if text.startswith(THINK) and not self.root.children and text.rstrip() != THINK:
                self._line(THINK, offset)
                self.line(text[len(THINK) :], offset + len(THINK))
                return
            self._line(text, offset)
            return
        at = text.find(END_THINK)
        if at == -1:
            self._line(text, offset)
            return
        if text[:at].strip():
            self._line(text[:at], offset)
        self.end_thinking(offset + at + len(END_THINK))
        rest = text[at + len(END_THINK) :]
        if rest.strip():
            self._line(rest, offset + at + len(END_THINK))

    def end_thinking(self, end: int) -> None:
        """The closing tag was read; it ends at ``end``."""
        self.give_up_hold()
        thinking = self._thinking()
        if thinking is not None:
            thinking.closed = True
            thinking.end = end
            thinking.last_line = self.line_number
            self._close_to(self.root)

    def finish(self) -> None:
        """No more lines come."""
        self.give_up_hold()
        self._close_to(self.root)
        self.root.open = False

    def thinking(self) -> bool:
        """Whether a ``<think>`` part is open."""
        return self._thinking() is not None

    def tip(self) -> Node:
        """The innermost open node."""
        return self._tip

    def hold_overflows(self, text: str) -> bool:
        """Whether an open formula will be given up because of so long an unfinished line."""
        hold = self._tip.hold if isinstance(self._tip, ParagraphNode) else None
        return hold is not None and hold.size + len(text) > MAX_FORMULA

    def save(self) -> Checkpoint:
        """What besides the open nodes changes when a line is read."""
        return Checkpoint(
            self._tip,
            self._depth,
            self.line_number,
            dict(self.holds.denied),
            len(self.defined),
            self.references.version,
        )

    def restore(self, saved: Checkpoint) -> None:
        """Take back what happened since `save`; the nodes are restored by the caller."""
        self._tip = saved.tip
        self._depth = saved.depth
        self.line_number = saved.line_number
        self.holds.denied = dict(saved.denied)
        self.references.forget(self.defined[saved.defined :], saved.version)
        del self.defined[saved.defined :]

    # ------------------------------------------------------------------------------------ growing

    def start_growing(self, end: int) -> None:
        """The line just read, up to ``end`` in the source, is text of its leaf and goes on."""
        tip = self._tip
        if isinstance(tip, CodeNode):
            tip.lines[-1] = tip.lines[-1].removesuffix("\n")
        self.grown_to = end

    def grow(self, text: str) -> None:
        """Add to the line that goes on."""
        tip = self._tip
        if not text:
            return
        self.characters += len(text)
        stripped = text.rstrip(" \t")
        if stripped:
            tip.end = self.grown_to + len(stripped)
        self.grown_to += len(text)
        text = text.replace("\0", "\ufffd")
        if isinstance(tip, CodeNode):
            tip.lines.append(text)
        elif isinstance(tip, ParagraphNode):
            tip.text += text
            cut(tip)

    def end_grown(self) -> None:
        """The line that went on is complete."""
        if isinstance(self._tip, CodeNode):
            self._tip.lines.append("\n")

    def _thinking(self) -> ThinkNode | None:
        child = open_child(self.root)
        return child if isinstance(child, ThinkNode) else None

    def _line(self, text: str, offset: int) -> None:
        self.characters += len(text) + 1
        text = text.replace("\0", "\ufffd")
        cursor = Cursor(text)
        tip = self._tip
        if isinstance(tip, ParagraphNode) and tip.hold is not None:
            if self._add_held(tip, cursor, offset):
                return
            self.give_up_hold()
            cursor = Cursor(text)
        self.line_number += 1
        self._read(cursor, offset)

    def _add_held(self, node: ParagraphNode, cursor: Cursor, offset: int) -> bool:
        """Add a line to an open display formula, if it can still become one."""
        container: Node = self.root
        while (child := open_child(container)) is not None and child is not node:
            if not self._goes_on(child, cursor):
                break
            cursor.look()
            container = child
        start = cursor.nonspace
        if not self.holds.add(node, cursor.text, offset, start):
            return False
        self.line_number += 1
        node.end, node.last_line = offset + len(cursor.text.rstrip(" \t")), self.line_number
        if node.ends:
            self._close_to_parent_of(node)
        return True

    def give_up_hold(self) -> None:
        """No end came for the open formula: it was text, and what followed is read as such."""
        while isinstance(self._tip, ParagraphNode) and self._tip.hold is not None:
            hold = self.holds.give_up(self._tip, self.line_number + 1)
            self.line_number = hold.line
            for text, offset in hold.lines:
                self._line(text, offset)

    def _read(self, cursor: Cursor, offset: int) -> None:
        self._offset = offset
        container, finished = self._continue(cursor)
        if finished:
            return
        matched_all = container is self._tip
        unmatched = container
        self._depth = len(self._path(container)) - 1
        container, opened = self._open(container, cursor, matched_all=matched_all)
        if not opened and not matched_all and not cursor.blank:
            tip = self._tip
            if isinstance(tip, ParagraphNode):  # lazy continuation
                self._add_text(tip, cursor)
                return
        if not opened:
            self._close_to(unmatched)
        self._add(container, cursor)

    def _continue(self, cursor: Cursor) -> tuple[Node, bool]:
        """Walk the open nodes that go on; the last of them, and whether the line is used up."""
        container: Node = self.root
        while (child := open_child(container)) is not None:
            cursor.look()
            if isinstance(child, CodeNode) and child.fence:
                if starts.closes_fence(cursor, child.fence):
                    child.closed = True
                    self._close_to(child)
                    child.end, child.last_line = self._line_end(cursor), self.line_number
                    self._close_to(container)
                    return container, True
                cursor.skip_columns(min(cursor.indent, child.offset))
            elif not self._goes_on(child, cursor):
                break
            container = child
        return container, False

    def _goes_on(self, node: Node, cursor: Cursor) -> bool:
        match node:
            case QuoteNode():
                if cursor.indent > 3 or cursor.char != ">":
                    return False
                cursor.skip_blanks()
                cursor.skip(1)
                if cursor.at_blank():
                    cursor.skip_columns(1)
                node.last_line = self.line_number
            case ItemNode():
                if cursor.blank:
                    if not node.children:
                        return False
                    cursor.skip_blanks()
                elif cursor.indent >= node.indent:
                    cursor.skip_columns(node.indent)
                else:
                    return False
            case NoteNode():
                if cursor.blank:
                    cursor.skip_blanks()
                elif cursor.indent >= 4:
                    cursor.skip_columns(4)
                else:
                    return False
            case CodeNode():
                if cursor.indent >= 4:
                    cursor.skip_columns(4)
                elif cursor.blank:
                    cursor.skip_blanks()
                else:
                    return False
            case ParagraphNode() | TableNode():
                return not cursor.blank
            case HeadingNode() | RuleNode():
                return False
        return True

    # ------------------------------------------------------------------------------------ opening

    def _open(self, container: Node, cursor: Cursor, *, matched_all: bool) -> tuple[Node, bool]:
        """Open the blocks that the line begins; the innermost, and whether there is a new one."""
        opened = False
        while not isinstance(container, CodeNode):
            cursor.look()
            if cursor.blank or (cursor.indent < 4 and cursor.char not in starts.MAYBE):
                break
            new = self._start(container, cursor, matched_all=matched_all and not opened)
            if new is None:
                break
            container, opened = new, True
            if not isinstance(container, Container):
                break
        return container, opened

    def _start(self, container: Node, cursor: Cursor, *, matched_all: bool) -> Node | None:
        if cursor.indent > 3:
            return self._start_indented(container, cursor)
        text_before = isinstance(container, ParagraphNode)
        char = cursor.char
        if char == ">" and self._depth < MAX_DEPTH:
            node = self._child(container, QuoteNode(self._here(cursor), self.line_number))
            cursor.skip_blanks()
            cursor.skip(1)
            if cursor.at_blank():
                cursor.skip_columns(1)
            return node
        if char == "#" and (heading := starts.heading(cursor)) is not None:
            return self._leaf(
                container,
                cursor,
                HeadingNode(
                    self._here(cursor), self.line_number, level=heading[0], text=heading[1]
                ),
            )
        if char in ("`", "~") and (fence := starts.fence(cursor)) is not None:
            code = CodeNode(self._here(cursor), self.line_number, fence=fence[0], info=fence[1])
            code.offset = cursor.indent
            return self._leaf(container, cursor, code)
        if isinstance(container, ParagraphNode):
            below = self._start_below(container, cursor, matched_all=matched_all)
            if below is not None:
                return below
        if starts.is_rule(cursor):
            return self._leaf(container, cursor, RuleNode(self._here(cursor), self.line_number))
        if self._depth + 1 < MAX_DEPTH:
            item = self._start_item(container, cursor, text_before=text_before)
            if item is not None:
                return item
        return self._start_extension(container, cursor)

    def _start_indented(self, container: Node, cursor: Cursor) -> Node | None:
        if isinstance(self._tip, ParagraphNode):
            return None
        start = self._offset + cursor.pos
        cursor.skip_columns(4)
        return self._child(container, CodeNode(start, self.line_number))

    def _start_below(
        self, paragraph: ParagraphNode, cursor: Cursor, *, matched_all: bool
    ) -> Node | None:
        """What a line makes of the paragraph above it: a heading or a table."""
        if not matched_all or paragraph.segments:
            return None
        level = starts.setext(cursor)
        if level is not None:
            self.defined += take_head(paragraph, self.references)
            if paragraph.text:
                heading = HeadingNode(paragraph.start, paragraph.first_line, level=level)
                heading.text = paragraph.text.strip()
                return self._leaf(paragraph, cursor, heading, replaces=True)
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
            self.line_number - 1,
            alignments=alignments,
            header=header,
        )
        if not above:
            return self._leaf(paragraph, cursor, table, replaces=True)
        paragraph.text = above
        paragraph.places.pop()
        paragraph.last_line -= 1
        paragraph.end = paragraph.places[-1][1] + len(above.rpartition("\n")[2])
        return self._leaf(paragraph, cursor, table)

    def _start_item(self, container: Node, cursor: Cursor, *, text_before: bool) -> Node | None:
        marker = starts.marker(cursor)
        if marker is None:
            return None
        after = cursor.nonspace + marker.width
        empty = not cursor.text[after:].strip(" \t")
        if text_before and (empty or marker.number not in (None, 1)):
            return None
        start, lead = self._here(cursor), cursor.indent
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
            parent = ListNode(start, self.line_number, marker=marker.sign)
            parent.ordered = marker.number is not None
            self._child(container, parent)
        item = ItemNode(start, self.line_number, indent=indent, end=self._line_end(cursor))
        item.last_line = self.line_number
        item.depth = sum(isinstance(node, ItemNode) for node in self._path(parent))
        item.number = self._number(parent, marker.number)
        return self._child(parent, item)

    @staticmethod
    def _number(parent: ListNode, written: int | None) -> int | None:
        """Only the first item's number counts; the others follow it."""
        if written is None or not parent.children:
            return written
        last = parent.children[-1]
        before = last.number if isinstance(last, ItemNode) else None
        return written if before is None else before + 1

    def _start_extension(self, container: Node, cursor: Cursor) -> Node | None:
        char = cursor.char
        if char == "[" and self._depth < MAX_DEPTH and not isinstance(container, TableNode):
            note = starts.note(cursor)
            if note is not None:
                if self.references.add_footnote(note[0]):
                    self.defined.append("^" + note[0])
                node = NoteNode(self._here(cursor), self.line_number, label=note[0])
                node.end, node.last_line = self._line_end(cursor), self.line_number
                self._child(container, node)
                cursor.skip_blanks()
                cursor.skip(note[1])
                return node
        if char == "<" and container is self.root and cursor.indent == 0:
            return self._start_thinking(cursor)
        if char in ("$", "\\") and not isinstance(container, TableNode):
            display = starts.display(cursor)
            if display is not None and (
                display[1] or self.holds.allowed(display[0], self.line_number)
            ):
                if isinstance(container, ParagraphNode) and not container.text:
                    return None
                return self._new_paragraph(container, cursor)
        return None

    def _start_thinking(self, cursor: Cursor) -> Node | None:
        if cursor.text.rstrip() != THINK or self.root.children:
            return None
        node = ThinkNode(self._here(cursor), self.line_number)
        node.end, node.last_line = self._line_end(cursor), self.line_number
        self._child(self.root, node)
        cursor.skip(len(THINK))
        return node

    # ------------------------------------------------------------------------------------ adding

    def _add(self, container: Node, cursor: Cursor) -> None:
        """Put what is left of the line where it belongs."""
        cursor.look()
        match container:
            case CodeNode():
                self._add_code(container, cursor)
            case TableNode():
                self._add_row(container, cursor)
            case ParagraphNode():
                self._add_text(container, cursor)
            case Container() if not cursor.blank:
                self._add_text(self._new_paragraph(container, cursor), cursor)

    def _new_paragraph(self, container: Node, cursor: Cursor) -> ParagraphNode:
        node = ParagraphNode(self._here(cursor), self.line_number)
        self._child(container, node)
        return node

    def _add_text(self, node: ParagraphNode, cursor: Cursor) -> None:
        cursor.look()
        start = cursor.nonspace
        text = cursor.text[start:]
        if not node.text and not node.segments:
            parent = node.parent
            box = starts.task(text) if isinstance(parent, ItemNode) else None
            if box is not None and isinstance(parent, ItemNode) and len(parent.children) == 1:
                parent.checked = box[0]
                start += box[1]
                text = text[box[1] :]
        node.end, node.last_line = self._line_end(cursor), self.line_number
        self.defined += add_text(node, text, self._offset + start, self.references)
        self.holds.begin(node, text, self.line_number)
        if node.ends:
            self._close_to_parent_of(node)

    def _add_code(self, node: CodeNode, cursor: Cursor) -> None:
        if node.first_line == self.line_number and node.fence:
            node.end, node.last_line = self._line_end(cursor), self.line_number
            return
        line = cursor.rest() + "\n"
        if node.fence:
            node.lines.append(line)
        elif cursor.blank:
            node.blanks.append(line)
            return
        else:
            node.lines += node.blanks
            node.blanks.clear()
            node.lines.append(line)
        node.end, node.last_line = self._line_end(cursor), self.line_number

    def _add_row(self, node: TableNode, cursor: Cursor) -> None:
        node.end, node.last_line = self._line_end(cursor), self.line_number
        if node.last_line - node.first_line == 1:
            return  # the delimiter row
        cells = split_row(cursor.text[cursor.nonspace :])
        columns = len(node.alignments)
        node.padded += max(0, columns - len(cells))
        if node.padded > MAX_PADDED:
            self._add_text(self._new_paragraph(node, cursor), cursor)
            return
        node.rows.append(cells[:columns] + [""] * (columns - len(cells)))

    # ------------------------------------------------------------------------------------ tree

    def _here(self, cursor: Cursor) -> int:
        return self._offset + cursor.nonspace

    def _line_end(self, cursor: Cursor) -> int:
        return self._offset + len(cursor.text.rstrip(" \t"))

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
        node.end, node.last_line = self._line_end(cursor), self.line_number
        self._child(container, node)
        return node

    def _child(self, container: Node, node: Node) -> Node:
        """Add ``node`` under ``container`` or the nearest node above that can hold it."""
        parent = next(
            (
                above
                for above in self._path(container)
                if isinstance(above, Container) and self._can_hold(above, node)
            ),
            self.root,
        )
        self._close_to(parent)
        self._note_gap(parent, node)
        node.parent = parent
        parent.children.append(node)
        self._tip = node
        self._depth = len(self._path(parent))
        return node

    @staticmethod
    def _can_hold(parent: Container, node: Node) -> bool:
        return isinstance(node, ItemNode) == isinstance(parent, ListNode)

    def _note_gap(self, parent: Container, node: Node) -> None:
        """A blank line between the items of a list or the blocks of an item makes it loose."""
        if not parent.children or node.first_line <= parent.children[-1].last_line + 1:
            return
        if isinstance(parent, ListNode) and isinstance(node, ItemNode):
            parent.tight = False
            node.tight = False
        elif isinstance(parent, ItemNode) and isinstance(parent.parent, ListNode):
            parent.parent.tight = False

    def _close_to_parent_of(self, node: Node) -> None:
        self._close_to(node.parent or self.root)

    def _close_to(self, node: Node) -> None:
        """Close every open node below ``node``."""
        nodes = spine(node)
        for parent, child in zip(reversed(nodes[:-1]), reversed(nodes[1:]), strict=True):
            child.open = False
            if isinstance(child, ParagraphNode):
                self.defined += take_head(child, self.references)
                child.text = child.text.rstrip()
                if not child.text and not child.segments and isinstance(parent, Container):
                    parent.children.pop()
            parent.end = max(parent.end, child.end)
            parent.last_line = max(parent.last_line, child.last_line)
        self._tip = node
