"""Owns turning the tree into blocks: whole, part by part for a view, and the tail still open."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.markup.blocks import (
    Block,
    CodeBlock,
    FootnoteDefinition,
    Heading,
    LineBreak,
    ListBlock,
    ListItem,
    Paragraph,
    Part,
    Quote,
    Row,
    Rule,
    Spans,
    Table,
    Text,
    Thinking,
)
from app.markup.inline import References, footnote_labels, parse_spans
from app.markup.nodes import (
    CodeNode,
    Container,
    HeadingNode,
    ItemNode,
    ListNode,
    Node,
    NoteNode,
    ParagraphNode,
    Parsed,
    QuoteNode,
    TableNode,
    ThinkNode,
)
from app.markup.pieces import join_blocks, parse_segment
from app.markup.tail import TailText

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_CELL = 4096
"""Characters; a longer table cell is shown as it was written."""
_BREAK = re.compile(r"<br\s{0,8}/?>", re.IGNORECASE)


class Builder:
    """Blocks of one tree.

    Attributes:
        characters: handed to the inline parser so far.
        tail: parses paragraphs that are still open.
    """

    def __init__(self, references: References) -> None:
        self.references = references
        self.characters = 0
        self.tail = TailText(references)

    # ------------------------------------------------------------------------------------ whole

    def blocks(self, node: Node) -> tuple[Block, ...]:
        """Everything that ``node`` became; one block, or several for a paragraph with formulas."""
        match node:
            case ParagraphNode():
                return self._paragraph(node)
            case HeadingNode():
                return (Heading(node.level, self._heading(node), (node.start, node.end)),)
            case CodeNode():
                return (self._code(node, node.lines),)
            case TableNode():
                return (self._table(node, 0),)
            case Container():
                children = tuple(block for child in node.children for block in self.blocks(child))
                return (self.wrap(node, children),)
        return (Rule((node.start, node.end)),)

    def wrap(self, node: Container, children: tuple[Block, ...]) -> Block:
        """The block of a container around these children."""
        end = max(node.end, children[-1].span[1] if children else 0)
        span = (node.start, end)
        match node:
            case ListNode():
                items = tuple(child for child in children if isinstance(child, ListItem))
                return ListBlock(node.ordered, node.tight, node.marker, items, span)
            case ItemNode():
                return ListItem(node.number, node.checked, node.tight, node.depth, children, span)
            case ThinkNode():
                node.told = node.closed
                return Thinking(children, node.closed, span)
            case NoteNode():
                node.number = self.references.footnotes.get(node.label, 0)
                return FootnoteDefinition(node.label, node.number, children, span)
            case QuoteNode():
                return Quote(children, span)
        raise TypeError(f"no block for {type(node).__name__}")

    # ------------------------------------------------------------------------------------ leaves

    def _spans(self, text: str) -> Spans:
        self.characters += len(text)
        return parse_spans(text, self.references)

    def _stale(self, text: str, version: int) -> bool:
        return version != self.references.version and "[" in text

    def _paragraph(self, node: ParagraphNode) -> tuple[Block, ...]:
        found = join_blocks(self.segment(node, index) for index in range(self.segments(node)))
        if node.open:
            found = join_blocks((found, self.open_text(node)))
        return found

    @staticmethod
    def segments(node: ParagraphNode) -> int:
        """How many segments of the paragraph will not change any more."""
        return len(node.segments) + (not node.open and bool(node.text))

    def segment(self, node: ParagraphNode, index: int) -> tuple[Block, ...]:
        """The blocks of one segment, parsed when they are not or not with all definitions."""
        last = index == len(node.segments)
        base, text = (node.base, node.text) if last else node.segments[index]
        if index < len(node.parsed) and not self._stale(text, node.parsed[index].version):
            return node.parsed[index].blocks
        self.characters += len(text)
        parsed = Parsed(parse_segment(node, base, text, self.references), self.references.version)
        node.parsed[index : index + 1] = [parsed]
        return parsed.blocks

    def open_text(self, node: ParagraphNode) -> tuple[Block, ...]:
        """The blocks of the text of an open paragraph that is not cut off yet."""
        before = self.tail.characters
        found = self.tail.blocks(node)
        self.characters += self.tail.characters - before
        return found

    def _heading(self, node: HeadingNode) -> Spans:
        if node.spans is None or self._stale(node.text, node.version):
            node.spans = self._spans(node.text)
            node.version = self.references.version
        return node.spans

    @staticmethod
    def _code(node: CodeNode, lines: list[str]) -> CodeBlock:
        node.told = node.closed
        language = node.info.split(maxsplit=1)[0] if node.info else ""
        closed = node.closed or not node.fence
        span = (node.start, node.end)
        return CodeBlock(language, "".join(lines), closed, bool(node.fence), span)

    def _table(self, node: TableNode, first: int) -> Table:
        if node.parsed_header is None or self._stale("[", node.header_version):
            node.parsed_header = self._row(node.header)
            node.header_version = self.references.version
        for index in range(first, len(node.rows)):
            if index == len(node.parsed):
                node.parsed.append(self._row(node.rows[index]))
                node.versions.append(self.references.version)
            elif any(self._stale(cell, node.versions[index]) for cell in node.rows[index]):
                node.parsed[index] = self._row(node.rows[index])
                node.versions[index] = self.references.version
        rows = tuple(node.parsed[first:])
        return Table(node.alignments, node.parsed_header, rows, (node.start, node.end))

    def _row(self, cells: list[str]) -> Row:
        return tuple(self._cell(cell) for cell in cells)

    def _cell(self, text: str) -> Spans:
        if not text:
            return ()
        if len(text) > MAX_CELL:
            return (Text(text),)
        if "<br" not in text.lower() or "`" in text:
            return self._spans(text)
        spans: list[Spans] = [self._spans(piece.strip()) for piece in _BREAK.split(text)]
        joined = list(spans[0])
        for piece in spans[1:]:
            joined += (LineBreak(), *piece)
        return tuple(joined)

    # ------------------------------------------------------------------------------------ parts

    def drain(self, root: Container) -> list[Part]:
        """What was closed since the last time, as parts to append."""
        parts: list[Part] = []
        self._drain(root, [], parts)
        return parts

    def _drain(self, node: Container, path: list[Container], parts: list[Part]) -> None:
        while node.done < len(node.children):
            child = node.children[node.done]
            if isinstance(child, Container) and (child.open or child.shown):
                self._drain(child, [*path, child], parts)
                if isinstance(child, ThinkNode) and child.closed and not child.told:
                    self._emit([*path, child], (), parts)
            elif child.open or child.shown:
                self._drain_leaf(child, path, parts)
            else:
                self._emit(path, self.blocks(child), parts)
                child.shown = True
            if child.open:
                return
            node.done += 1

    def _drain_leaf(self, node: Node, path: list[Container], parts: list[Part]) -> None:
        """The finished lines, rows or segments of a leaf."""
        match node:
            case CodeNode():
                if len(node.lines) > node.sent or (node.shown and node.closed and not node.told):
                    block = self._code(node, node.lines[node.sent :])
                    self._emit(path, (block,), parts, grows=node)
                    node.sent = len(node.lines)
            case TableNode():
                if len(node.rows) > node.sent or not node.shown:
                    self._emit(path, (self._table(node, node.sent),), parts, grows=node)
                    node.sent = len(node.rows)
            case ParagraphNode():
                while node.sent < self.segments(node):
                    blocks = self.segment(node, node.sent)
                    before = node.parsed[node.sent - 1].blocks if node.sent else ()
                    joins = bool(before) and isinstance(before[-1], Paragraph)
                    joins = joins and isinstance(blocks[0] if blocks else None, Paragraph)
                    node.sent += 1
                    self._emit(path, blocks, parts, grows=node if joins else None)
                    node.shown = True

    @staticmethod
    def _shown(path: list[Container]) -> int:
        return sum(node.shown for node in path)

    def _emit(
        self,
        path: list[Container],
        blocks: tuple[Block, ...],
        parts: list[Part],
        *,
        grows: Node | None = None,
    ) -> None:
        """Add parts for ``blocks`` inside the containers of ``path``; ``grows`` is their leaf."""
        continues = self._shown(path) + (grows is not None and grows.shown)
        if grows is not None:
            grows.shown = True
        if path:
            for node in reversed(path):
                blocks = (self.wrap(node, blocks),)
                node.shown = True
        for block in blocks:
            parts.append(Part(block, continues))
            continues = 0

    # ------------------------------------------------------------------------------------ tail

    def open_parts(self, root: Container) -> tuple[Part, ...]:
        """What is not closed yet; marks nothing as given."""
        blocks, continues = self._open(root)
        return tuple(
            Part(block, continues if index == 0 else 0) for index, block in enumerate(blocks)
        )

    def _open(self, node: Container) -> tuple[tuple[Block, ...], int]:
        blocks: list[Block] = []
        continues = 0
        for index, child in enumerate(node.children[node.done :]):
            if index > 0 or not child.shown:
                blocks += self.blocks(child)
            elif isinstance(child, Container):
                inner, deeper = self._open(child)
                if inner:
                    told = child.told if isinstance(child, ThinkNode) else False
                    blocks.append(self.wrap(child, inner))
                    continues = 1 + deeper
                    if isinstance(child, ThinkNode):
                        child.told = told
            else:
                rest, joins = self._open_leaf(child)
                blocks += rest
                continues = int(joins and bool(rest))
        return tuple(blocks), continues

    def _open_leaf(self, node: Node) -> tuple[tuple[Block, ...], bool]:
        """What of a leaf was not given yet, and whether it grows what was."""
        match node:
            case CodeNode():
                rest = node.lines[node.sent :]
                told = node.told
                block = self._code(node, rest)
                node.told = told
                return ((block,), True) if rest else ((), False)
            case TableNode() if len(node.rows) > node.sent:
                return (self._table(node, node.sent),), True
            case ParagraphNode():
                blocks = join_blocks(
                    self.segment(node, index) for index in range(node.sent, self.segments(node))
                )
                if node.open:
                    blocks = join_blocks((blocks, self.open_text(node)))
                before = node.parsed[node.sent - 1].blocks if node.sent else ()
                joins = bool(before) and isinstance(before[-1], Paragraph)
                return blocks, joins and bool(blocks) and isinstance(blocks[0], Paragraph)
        return (), False

    # ------------------------------------------------------------------------------------ the end

    @staticmethod
    def count(node: Node) -> int:
        """How many blocks ``node`` was streamed as."""
        if isinstance(node, ParagraphNode):
            return len(join_blocks(parsed.blocks for parsed in node.parsed))
        return 1

    def settle(self, node: Node) -> bool:
        """Parse again what later definitions may have changed; whether anything did."""
        match node:
            case Container():
                changed = [self.settle(child) for child in node.children]
                renumbered = isinstance(node, NoteNode) and node.number not in (
                    0,
                    self.references.footnotes.get(node.label, 0),
                )
                return renumbered or any(changed)
            case ParagraphNode():
                before = [parsed.blocks for parsed in node.parsed]
                after = [self.segment(node, index) for index in range(self.segments(node))]
                return before != after[: len(before)]
            case HeadingNode():
                spans = node.spans
                return spans is not None and spans != self._heading(node)
            case TableNode():
                header, rows = node.parsed_header, list(node.parsed)
                self._table(node, 0)
                old = (header, rows)
                return header is not None and old != (node.parsed_header, node.parsed)
        return False


def texts(node: Node) -> Iterator[str]:
    """The texts of a tree in which references can stand, in order."""
    match node:
        case Container():
            for child in node.children:
                yield from texts(child)
        case ParagraphNode():
            yield from (text for _, text in node.segments)
            yield node.text
        case HeadingNode():
            yield node.text
        case TableNode():
            yield from node.header
            for row in node.rows:
                yield from row


def number_footnotes(root: Node, references: References) -> None:
    """Number the footnotes in the order in which the text refers to them."""
    if references.footnotes:
        references.renumber([label for text in texts(root) for label in footnote_labels(text)])
