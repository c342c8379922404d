"""Owns following a stream as a view does, and comparing the end with the whole parse."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace

from app.markup.document.blocks import Block, BlockPart, Paragraph, StreamResult
from app.markup.document.flow import flatten
from app.markup.document.spans import Text
from app.markup.kinds.alert import Alert
from app.markup.kinds.code import CodeBlock
from app.markup.kinds.footnote import FootnoteDefinition
from app.markup.kinds.lists import ListBlock, ListItem
from app.markup.kinds.quote import Quote
from app.markup.kinds.table import Table
from app.markup.parse import parse
from app.markup.stream import MarkdownStream


def extend(blocks: tuple[Block, ...], part: BlockPart) -> tuple[Block, ...]:
    """The tree ``blocks`` with ``part`` added; the new tree shares all that did not grow."""
    if part.continues == 0 or not blocks:
        return (*blocks, part.block)
    return (*blocks[:-1], _merge(blocks[-1], part.block, part.continues - 1))


def _merge(old: Block, new: Block, deeper: int) -> Block:
    span = (old.span[0], max(old.span[1], new.span[1]))
    match old, new:
        case Paragraph(), Paragraph():
            return replace(old, spans=old.spans + new.spans, span=span)
        case CodeBlock(), CodeBlock():
            return replace(old, text=old.text + new.text, closed=new.closed, span=span)
        case Table(), Table():
            return replace(old, rows=old.rows + new.rows, span=span)
        case ListBlock(), ListBlock():
            items = _join(old.items, new.items, deeper)
            kept = tuple(item for item in items if isinstance(item, ListItem))
            return replace(old, items=kept, tight=new.tight, span=span)
        case ListItem(), ListItem():
            return replace(old, children=_join(old.children, new.children, deeper), span=span)
        case (Quote(), Quote()) | (Alert(), Alert()):
            return replace(old, children=_join(old.children, new.children, deeper), span=span)
        case FootnoteDefinition(), FootnoteDefinition():
            return replace(old, children=_join(old.children, new.children, deeper), span=span)
    raise TypeError(f"{type(new).__name__} cannot continue {type(old).__name__}")


def _join(old: tuple[Block, ...], new: tuple[Block, ...], deeper: int) -> tuple[Block, ...]:
    if not new:
        return old
    if deeper == 0:
        return old + new
    return (*old[:-1], _merge(old[-1], new[0], deeper - 1), *new[1:])


def shape(value: object) -> object:
    """A block tree without offsets and without what a stream may settle later."""
    if isinstance(value, tuple):
        joined: list[object] = []
        for entry in map(shape, value):
            if _is_text(entry) and joined and _is_text(joined[-1]):
                joined[-1] = ("Text", joined[-1][1] + entry[1])
            else:
                joined.append(entry)
        return tuple(joined)
    if isinstance(value, Text):
        return ("Text", value.text)
    if is_dataclass(value):
        hidden = {"span", "tight"} if isinstance(value, ListBlock) else {"span"}
        return (
            type(value).__name__,
            *(shape(getattr(value, f.name)) for f in fields(value) if f.name not in hidden),
        )
    return value


def _is_text(value: object) -> bool:
    return isinstance(value, tuple) and len(value) == 2 and value[0] == "Text"


def stream(pieces: list[str]) -> tuple[tuple[Block, ...], StreamResult]:
    """What a view that follows every update ends up with, and the settled end."""
    markdown = MarkdownStream()
    tree: tuple[Block, ...] = ()
    for piece in pieces:
        update = markdown.feed(piece)
        for part in update.closed:
            tree = extend(tree, part)
        shown = tree
        for part in update.tail:
            shown = extend(shown, part)
        assert all(part.continues == 0 for part in update.tail[1:])
        list(flatten(update.tail))
    settled = markdown.finish()
    for part in settled.update.closed:
        tree = extend(tree, part)
    for change in reversed(settled.changes):
        tree = tree[: change.first] + change.blocks + tree[change.first + change.count :]
    return tree, settled


def check(text: str, pieces: list[str]) -> None:
    whole = parse(text)
    tree, settled = stream(pieces)
    assert settled.blocks == whole
    assert shape(tree) == shape(whole)
