"""GitHub's alerts: a quotation that begins with ``[!NOTE]`` or one of its four kin.

As GitHub has it: the sign stands alone on the first line, in any case of letters; something follows
it; and the quotation stands in nothing else. Any other one stays a quotation.
https://docs.github.com/en/get-started/writing-on-github/getting-started-with-writing-and-formatting-on-github/basic-writing-and-formatting-syntax#alerts
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from app.language import trc
from app.markup.document.blocks import NOWHERE, Block, Offsets, Paragraph
from app.markup.document.flow import BlockFrame, Container
from app.markup.document.spans import Spans
from app.markup.kinds.quote import Quote, QuoteNode, prefixed, skip_mark
from app.markup.text import indented, plain_text, rich_html

if TYPE_CHECKING:
    from collections.abc import Iterable

    from app.markup.document.writing import HtmlPage, Speller
    from app.markup.markdown.cursor import Cursor
    from app.markup.markdown.nodes import Node, SpanReader
    from app.markup.markdown.tree import Tree

TONES = {
    "note": "link",
    "tip": "added",
    "important": "keyword",
    "warning": "meta",
    "caution": "error",
}
"""The colour of each kind in themes and style sheets."""
HEADINGS = {
    "note": trc("alert", "Note"),
    "tip": trc("alert", "Tip"),
    "important": trc("alert", "Important"),
    "warning": trc("alert", "Warning"),
    "caution": trc("alert", "Caution"),
}

_SIGN = re.compile(rf">(?: {{0,4}}|\t)(\[!({'|'.join(TONES)})\])[ \t]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class AlertFrame(BlockFrame):
    """The row stands in an alert."""

    bar: str
    tone: str

    def margin(self) -> str:
        return "\u2503 "


@dataclass(frozen=True, slots=True)
class AlertTitle(Block):
    """The heading of an alert, which a view draws as it likes."""

    kind: str
    caption: str
    span: Offsets = NOWHERE

    def plain(self) -> str:
        return self.caption


@dataclass(frozen=True, slots=True)
class Alert(Container):
    """A part set off for the reader's attention; ``kind`` is one of `TONES`."""

    kind: str
    children: tuple[Block, ...]
    span: Offsets = NOWHERE

    @property
    def heading(self) -> str:
        """What it is called, in the reader's language."""
        return HEADINGS[self.kind]

    def plain(self) -> str:
        return indented(f"{self.heading}\n{plain_text(self.children)}", "> ", "> ")

    def rich(self) -> str:
        title = f"<p><strong>{escape(self.heading)}</strong></p>"
        return f"<blockquote>{title}{rich_html(self.children)}</blockquote>"

    def page(self, page: HtmlPage) -> str:
        return page.look.quote(page.html(self.children), self.heading, TONES[self.kind])

    def spelled(self, speller: Speller, depth: int) -> str:
        return prefixed("> ", f"{self.heading}:\n\n{speller.blocks(self.children, depth)}")

    def title(self) -> AlertTitle:
        return AlertTitle(self.kind, self.heading)

    def frame(self, *, first: bool) -> AlertFrame:
        return AlertFrame(first, TONES[self.kind], TONES[self.kind])


@dataclass(slots=True, eq=False)
class AlertNode(QuoteNode):
    """An alert, or a quotation of ``sign`` alone while nothing has followed it.

    Attributes:
        kind: one of `TONES`.
        sign: as it was written.
        at: where in the source.
        bare: the sign as spans, once it was shown as text.
    """

    kind: str = ""
    sign: str = ""
    at: int = 0
    bare: Spans | None = None

    def wrap(self, reader: SpanReader, children: tuple[Block, ...], span: Offsets) -> Block:
        if children:
            return Alert(self.kind, children, span)
        self.bare = reader.spans(self.sign)
        end = self.at + len(self.sign)
        return Quote((Paragraph(self.bare, (self.at, end)),), (self.start, end))

    def refresh(self, reader: SpanReader) -> Iterable[bool]:
        changed = not self.children and self.bare not in (None, reader.spans(self.sign))
        return (changed,)


def start(tree: Tree, container: Node, cursor: Cursor) -> Node | None:
    """An alert and its paragraph, which has no text yet; a line may go on with it without ``>``."""
    match = _SIGN.match(cursor.text, cursor.nonspace)
    if match is None:
        return None
    node = AlertNode(tree.here(cursor), tree.line_number, kind=match[2].lower(), sign=match[1])
    if tree.holder(container, node) is not tree.root:
        return None
    node.at = tree.offset + match.start(1)
    tree.add_child(container, node)
    skip_mark(cursor)
    cursor.skip(len(cursor.text) - cursor.pos)
    cursor.find_nonspace()
    return tree.add_paragraph(node, cursor)
