"""Forms: how an answer was asked for, and whether it keeps to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.domain.parts import FormPart
from app.language import tr
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
class FormLine(Container, PartBlock):
    """A quiet line under the answer."""

    children: tuple[Block, ...]
    caption: str
    span: Offsets = NOWHERE
    copied = False

    @classmethod
    def of(cls, part: FormPart) -> FormLine:
        """The form of a part."""
        asked = _ASKED.get(part.kind) or tr("Asked for in the form “{form}”", form=label(part.kind))
        kept = {True: tr("it keeps to it"), False: tr("it does not keep to it")}
        said = kept[part.valid] if part.valid is not None else ""
        said = tr("it is not complete") if part.cut else said
        caption = f"{asked} \u00b7 {said}" if said else str(asked)
        return cls((Paragraph((Text(caption),)),), caption)

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
