"""What every block that stands for a part of a message can do, and the frames around its rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.language import tr
from app.markup.document.blocks import Block
from app.markup.document.flow import BlockFrame, Container
from app.markup.kinds.quote import prefixed
from app.markup.text import plain_text, rich_html

if TYPE_CHECKING:
    from app.domain.parts import Part
    from app.markup.document.writing import HtmlPage, Speller


@dataclass(frozen=True, slots=True)
class FoldFrame(BlockFrame):
    """The row stands in a part that a line folds away, and that is no text of the message."""

    bar = "border"
    bar_begins = False
    quiet = True
    beside = True

    def margin(self) -> str:
        return "\u250a "

    def label(self, words: int) -> str:
        """What the line says.

        Args:
            words: How many words are in it so far.
        """
        raise NotImplementedError

    def hint(self, *, opened: bool) -> str:
        """What pressing the line does."""
        return tr("Hide the details") if opened else tr("Show the details")

    def spoken(self) -> str:
        """What a screen reader says of it where the message is read out; empty for nothing."""
        return self.label(0)


@dataclass(frozen=True, slots=True)
class BelowFrame(BlockFrame):
    """The row stands under the answer, quietly."""

    quiet = True
    beside = True
    indent = 0


class PartBlock(Block):
    """A part of a message that is no text."""

    __slots__ = ()
    beside = True

    def joined(self, _part: Part) -> PartBlock | None:
        """With the part that follows in it; None where that is one of its own."""
        return None

    def markdown(self) -> str:
        """As Markdown, for people who read the file."""
        raise NotImplementedError


class FoldBlock(Container, PartBlock):
    """A part that is folded away behind a line."""

    __slots__ = ()
    copied = False

    def heading(self) -> str:
        """What it is, for a page and a text file."""
        raise NotImplementedError

    def plain(self) -> str:
        return plain_text(self.children)

    def rich(self) -> str:
        return f"<blockquote>{rich_html(self.children)}</blockquote>"

    def page(self, page: HtmlPage) -> str:
        return page.look.folded(self.heading(), page.html(self.children))

    def spelled(self, speller: Speller, depth: int) -> str:
        return f"{self.heading()}:\n\n{prefixed('> ', speller.blocks(self.children, depth))}"
