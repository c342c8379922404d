"""Owns following a stream as a view does, and comparing the end with the whole parse."""

from __future__ import annotations

from dataclasses import fields, is_dataclass

from app.markup.blocks import Block, ListBlock, Settled, Text
from app.markup.flow import extend, flatten
from app.markup.parse import parse
from app.markup.stream import MarkdownStream


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


def stream(pieces: list[str]) -> tuple[tuple[Block, ...], Settled]:
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
