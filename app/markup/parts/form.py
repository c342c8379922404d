"""How an answer was asked for: its form, and how documents are read for it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.parts import FormPart, ReadingChoicePart
from app.language import tr, trn
from app.markup.document.blocks import NOWHERE, Block, Offsets, Paragraph
from app.markup.document.flow import Container
from app.markup.document.spans import Text
from app.markup.parts.part_block import BelowFrame, PartBlock
from app.markup.text import label, one_line

if TYPE_CHECKING:
    from app.markup.document.writing import HtmlPage, Speller

_ASKED = {
    "list": tr("Asked for as a list"),
    "table": tr("Asked for as a table"),
    "fields": tr("Asked for in fields"),
    "json": tr("Asked for as JSON"),
    "one_of": tr("Asked for as one of several answers"),
    "quote": tr("Asked for in the words of the text"),
}


@dataclass(frozen=True, slots=True)
class CaptionLine(Container, PartBlock):
    """A quiet line below a message that says one thing of it."""

    children: tuple[Block, ...]
    caption: str
    span: Offsets = NOWHERE
    copied = False

    def plain(self) -> str:
        return self.caption

    def rich(self) -> str:
        return self.children[0].rich()

    def page(self, page: HtmlPage) -> str:
        return page.html(self.children)

    def spelled(self, _speller: Speller, _depth: int) -> str:
        return f"[{self.caption}]"

    def markdown(self) -> str:
        return f"*[{one_line(self.caption)}]*"

    def frame(self, *, first: bool) -> BelowFrame:
        return BelowFrame(first)


@dataclass(frozen=True, slots=True)
class FormLine(CaptionLine):
    """A quiet line under the answer."""

    @classmethod
    def of(cls, part: FormPart) -> FormLine:
        """The form of a part."""
        asked = _ASKED.get(part.kind) or tr("Asked for in the form “{form}”", form=label(part.kind))
        kept = {True: tr("it keeps to it"), False: tr("it does not keep to it")}
        said = kept[part.valid] if part.valid is not None else ""
        said = tr("it is not complete") if part.cut else said
        changed = tr("changed by you") if part.text else ""
        caption = " \u00b7 ".join(filter(None, (asked, said, changed)))
        return cls((Paragraph((Text(caption),)),), caption)


@dataclass(frozen=True, slots=True)
class ReadingLine(CaptionLine):
    """A quiet line under the question."""

    @classmethod
    def of(cls, part: ReadingChoicePart) -> ReadingLine:
        """What was chosen."""
        caption = _caption(part)
        return cls((Paragraph((Text(caption),)),), caption)


def _caption(part: ReadingChoicePart) -> str:
    count = _count(part.passages)
    if count:
        return trn("Reads {n} passage that you chose", "Reads {n} passages that you chose", count)
    if part.mode == "whole":
        return tr("Reads the documents whole")
    if part.mode == "passages":
        return tr("Reads the passages that suit the question")
    return tr("Reads whole or by passages, as suits")


def _count(passages: str) -> int:
    try:
        found = json.loads(passages or "[]")
    except ValueError:  # of a newer version, or damaged: then it says what it can
        return 0
    return len(found) if isinstance(found, list) else 0
