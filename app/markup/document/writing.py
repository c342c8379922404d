"""What a block may ask of those who write it into a page or a text file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.markup.code.highlighter import TokenKind
    from app.markup.document.blocks import Block
    from app.markup.document.spans import Inline


class BlockRenderer(Protocol):
    """What differs between a browser and a printed page."""

    def formula(self, source: str, markdown: str, *, display: bool) -> str:
        """A formula; ``markdown`` is its source as written, for where it cannot be drawn."""

    def code(self, label: str, body: str) -> str:
        """A block of code; ``body`` is coloured already."""

    def run(self, kind: TokenKind, text: str) -> str:
        """A piece of code of one kind; ``text`` is escaped."""

    def folded(self, title: str, body: str) -> str:
        """What is folded away behind a title: reasoning, the use of a tool."""

    def quote(self, body: str, title: str = "", tone: str = "border") -> str:
        """A quotation; also what is set off by a bar of another tone, under a title."""

    def task(self, *, checked: bool) -> str:
        """The box of a task."""


class HtmlPage(Protocol):
    """An exported page of HTML that is being written.

    Attributes:
        look: What differs between pages.
        rows: The most rows of one table; a longer one goes on in the next. None for any number.
        prefix: Precedes the ids of footnotes, so that messages of a page do not clash.
    """

    look: BlockRenderer
    rows: int | None
    prefix: str

    def html(self, blocks: Iterable[Block]) -> str:
        """Blocks, one below the other."""

    def spans(self, spans: Iterable[Inline]) -> str:
        """Spans."""


class Speller(Protocol):
    """A text file that is being written."""

    def blocks(self, blocks: Iterable[Block], depth: int, gap: str = "\n\n") -> str:
        """Blocks inside ``depth`` others."""

    def spans(self, spans: Iterable[Inline]) -> str:
        """Spans."""

    def formula(self, latex: str) -> str:
        """A formula in words."""
