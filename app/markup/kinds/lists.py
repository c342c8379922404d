"""Lists: bulleted, numbered, and of tasks."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from app.markup.document.blocks import NOWHERE, Block, Offsets, Paragraph
from app.markup.document.flow import BlockFrame, Container
from app.markup.document.spans import html_spans
from app.markup.markdown.nodes import ContainerNode, Line, ParagraphNode
from app.markup.markdown.tree import MAX_DEPTH
from app.markup.text import indented

if TYPE_CHECKING:
    from app.markup.document.writing import HtmlPage, Speller
    from app.markup.markdown.cursor import Cursor
    from app.markup.markdown.nodes import Node, SpanReader
    from app.markup.markdown.tree import Tree

BULLETS = ("\u2022", "\u25e6", "\u25aa")
UNCHECKED, CHECKED = "\u2610", "\u2611"

_BULLET = re.compile(r"[*+-](?=[ \t]|$)")
_ORDERED = re.compile(r"(\d{1,9})([.)])(?=[ \t]|$)")
_TASK = re.compile(r"\[([ xX])\][ \t]+(?=\S)")


@dataclass(frozen=True, slots=True)
class ItemFrame(BlockFrame):
    """The row stands in a list item; ``first`` rows carry the marker (bullet, number, box)."""

    number: int | None
    checked: bool | None
    tight: bool
    depth: int
    tone = "text"

    def marker(self) -> str:
        if self.checked is not None:
            return CHECKED if self.checked else UNCHECKED
        return BULLETS[min(self.depth, 2)] if self.number is None else f"{self.number}."

    def margin(self) -> str:
        box = "" if self.checked is None else "[x] " if self.checked else "[ ] "
        if self.number is None:
            return box or f"{BULLETS[min(self.depth, 2)]} "
        return f"{self.number}. {box}"


@dataclass(frozen=True, slots=True)
class ListItem(Container):
    """One item.

    Attributes:
        number: the number to draw, None for a bullet.
        checked: None unless it is a task.
        tight: no blank line stands before this item; decides the space above it. It never changes
            once streamed, unlike `ListBlock.tight`.
        depth: 0 for an item of an outermost list, 1 for one in a list inside an item, and so on.
    """

    number: int | None
    checked: bool | None
    tight: bool
    depth: int
    children: tuple[Block, ...]
    span: Offsets = NOWHERE

    def plain(self) -> str:
        marker = "- " if self.number is None else f"{self.number}. "
        if self.checked is not None:
            marker += "[x] " if self.checked else "[ ] "
        close = all(isinstance(child, Paragraph | ListBlock) for child in self.children)
        text = ("\n" if close else "\n\n").join(child.plain() for child in self.children)
        return indented(text, marker, " " * len(marker)) if text else marker.rstrip()

    def rich(self) -> str:
        return self.rich_item(tight=self.tight)

    def rich_item(self, *, tight: bool) -> str:
        """An item of a list."""
        box = "" if self.checked is None else f"{CHECKED if self.checked else UNCHECKED} "
        parts = [
            html_spans(child.spans) if tight and isinstance(child, Paragraph) else child.rich()
            for child in self.children
        ]
        return f"<li>{box}{''.join(parts)}</li>"

    def page(self, page: HtmlPage) -> str:
        return self.page_item(page, tight=self.tight)

    def page_item(self, page: HtmlPage, *, tight: bool) -> str:
        """An item of a list."""
        box = "" if self.checked is None else page.look.task(checked=self.checked)
        kind = "" if self.checked is None else ' class="task"'
        children = self.children
        if tight and children and isinstance(children[0], Paragraph):
            body = f"{page.spans(children[0].spans)}\n{page.html(children[1:])}"
        else:
            body = page.html(children)
        return f"<li{kind}>{box}{body.rstrip()}</li>\n"

    def spelled(self, speller: Speller, depth: int) -> str:
        bullet = "-" if self.number is None else f"{self.number}."
        box = "" if self.checked is None else "[x] " if self.checked else "[ ] "
        body = speller.blocks(self.children, depth, "\n" if self.tight else "\n\n")
        first, *rest = f"{box}{body}".split("\n")
        below = [f"{' ' * (len(bullet) + 1)}{line}" if line else "" for line in rest]
        return "\n".join([f"{bullet} {first}".rstrip(), *below])

    def frame(self, *, first: bool) -> ItemFrame:
        return ItemFrame(first, self.number, self.checked, self.tight, self.depth)


@dataclass(frozen=True, slots=True)
class ListBlock(Container):
    """A list.

    Attributes:
        ordered: numbered or bulleted.
        tight: no blank line between any two items or inside one (CommonMark's meaning, for HTML).
            While streaming it is what is known so far; views should use `ListItem.tight`.
        marker: the character after the number or the bullet itself.
    """

    ordered: bool
    tight: bool
    marker: str
    items: tuple[ListItem, ...]
    span: Offsets = NOWHERE

    def inside(self) -> tuple[Block, ...]:
        return self.items

    def holding(self, blocks: tuple[Block, ...]) -> ListBlock:
        return replace(self, items=tuple(item for item in blocks if isinstance(item, ListItem)))

    def frame(self, *, first: bool) -> None:  # noqa: ARG002  # its items are what is seen
        return

    def plain(self) -> str:
        return "\n".join(item.plain() for item in self.items)

    def rich(self) -> str:
        items = "".join(item.rich_item(tight=self.tight) for item in self.items)
        return self._listed(items)

    def page(self, page: HtmlPage) -> str:
        items = "".join(item.page_item(page, tight=self.tight) for item in self.items)
        return self._listed(f"\n{items}") + "\n"

    def _listed(self, items: str) -> str:
        if not self.ordered:
            return f"<ul>{items}</ul>"
        first = self.items[0].number if self.items else 1
        start = "" if first in {1, None} else f' start="{first}"'
        return f"<ol{start}>{items}</ol>"

    def spelled(self, speller: Speller, depth: int) -> str:
        return ("\n" if self.tight else "\n\n").join(
            item.spelled(speller, depth) for item in self.items
        )


@dataclass(slots=True, eq=False)
class ListNode(ContainerNode):
    """A list; ``marker`` tells lists apart."""

    ordered: bool = False
    marker: str = "-"
    tight: bool = True

    def take(self, _cursor: Cursor, _line: int) -> Line:
        return Line.GOES_ON

    def can_hold(self, node: Node) -> bool:
        return node.is_item

    def note_gap(self, node: Node) -> None:
        self.tight = False
        if isinstance(node, ItemNode):
            node.tight = False

    def wrap(self, _reader: SpanReader, children: tuple[Block, ...], span: Offsets) -> Block:
        items = tuple(child for child in children if isinstance(child, ListItem))
        return ListBlock(self.ordered, self.tight, self.marker, items, span)


@dataclass(slots=True, eq=False)
class ItemNode(ContainerNode):
    """A list item; ``indent`` columns belong to its marker."""

    number: int | None = None
    indent: int = 2
    checked: bool | None = None
    tight: bool = True
    depth: int = 0

    is_item = True

    def take(self, cursor: Cursor, _line: int) -> Line:
        if cursor.blank:
            if not self.children:
                return Line.NOT_ITS
            cursor.skip_blanks()
        elif cursor.indent >= self.indent:
            cursor.skip_columns(self.indent)
        else:
            return Line.NOT_ITS
        return Line.GOES_ON

    def note_gap(self, _node: Node) -> None:
        if isinstance(self.parent, ListNode):
            self.parent.tight = False

    def take_sign(self, text: str) -> int:
        match = _TASK.match(text) if len(self.children) == 1 else None
        if match is None:
            return 0
        self.checked = match[1] != " "
        return match.end()

    def wrap(self, _reader: SpanReader, children: tuple[Block, ...], span: Offsets) -> Block:
        return ListItem(self.number, self.checked, self.tight, self.depth, children, span)


def start(tree: Tree, container: Node, cursor: Cursor) -> Node | None:
    """An item, and the list around it if it is the first."""
    if tree.depth + 1 >= MAX_DEPTH:
        return None
    match = _BULLET.match(cursor.text, cursor.nonspace)
    match = match or _ORDERED.match(cursor.text, cursor.nonspace)
    if match is None:
        return None
    number, sign = (int(match[1]), match[2]) if match.lastindex else (None, match[0])
    width = match.end() - match.start()
    empty = not cursor.text[match.end() :].strip(" \t")
    if isinstance(container, ParagraphNode) and (empty or number not in (None, 1)):
        return None
    begin, indent = tree.here(cursor), cursor.indent + width
    cursor.skip_blanks()
    cursor.skip(width)
    if empty or cursor.indent > 4:
        indent += 1
        if cursor.at_blank():
            cursor.skip_columns(1)
    else:
        indent += cursor.indent
        cursor.skip_columns(cursor.indent)
    parent = container if isinstance(container, ListNode) else None
    if parent is None or parent.marker != sign:
        parent = ListNode(begin, tree.line_number, marker=sign, ordered=number is not None)
        tree.add_child(container, parent)
    item = ItemNode(begin, tree.line_number, indent=indent, end=tree.line_end(cursor))
    item.depth = sum(node.is_item for node in tree.path(parent))
    # Only the first item's number counts; the others follow it.
    last = parent.children[-1] if parent.children and number is not None else None
    before = last.number if isinstance(last, ItemNode) else None
    item.number = number if before is None else before + 1
    return tree.add_child(parent, item)
