"""Citations: the list of sources under an answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from app.domain.parts import CitationPart, Part
from app.language import tr
from app.markup.document.blocks import NOWHERE, Block, Offsets, Paragraph
from app.markup.document.flow import Container
from app.markup.document.spans import Inline, Link, Strong, Text
from app.markup.parts.part_block import BelowFrame, PartBlock
from app.markup.text import label, link, one_line, rich_html

if TYPE_CHECKING:
    from app.markup.document.writing import HtmlPage, Speller

_OPENED = {"http", "https", "mailto"}


@dataclass(frozen=True, slots=True)
class Sources(Container, PartBlock):
    """Where something in the text was taken from: a heading and a line for each."""

    children: tuple[Block, ...]
    cited: tuple[CitationPart, ...]
    span: Offsets = NOWHERE

    @classmethod
    def of(cls, part: CitationPart) -> Sources:
        """A list of one."""
        return cls((Paragraph((Strong((Text(tr("Sources")),)),)), _line(part)), (part,))

    def joined(self, part: Part) -> Sources | None:
        if not isinstance(part, CitationPart):
            return None
        return replace(self, children=(*self.children, _line(part)), cited=(*self.cited, part))

    def plain(self) -> str:
        return "\n".join(child.plain() for child in self.children)

    def rich(self) -> str:
        return rich_html(self.children)

    def page(self, page: HtmlPage) -> str:
        return page.html(self.children)

    def spelled(self, speller: Speller, depth: int) -> str:
        return speller.blocks(self.children, depth, "\n")

    def markdown(self) -> str:
        return "\n\n".join((f"**{tr('Sources')}**", *map(_markdown, self.cited)))

    def frame(self, *, first: bool) -> BelowFrame:
        return BelowFrame(first)


def _line(part: CitationPart) -> Paragraph:
    title = _title(part)
    spans: list[Inline] = [Text(f"[{label(part.label)}] ")] if part.label else []
    linked = _address(part)
    spans.append(Link(linked, "", (Text(title),)) if linked else Text(title))
    rest = "".join(f" \u00b7 {one}" for one in _rest(part))
    return Paragraph((*spans, Text(rest)) if rest else tuple(spans))


def _markdown(part: CitationPart) -> str:
    mark = f"\\[{one_line(part.label)}\\] " if part.label else ""
    linked = _address(part)
    title = link(_title(part), linked) if linked else one_line(_title(part))
    return " \u00b7 ".join((f"{mark}{title}", *map(one_line, _rest(part))))


def _title(part: CitationPart) -> str:
    return label(part.title or part.target) or tr("a source without a name")


def _rest(part: CitationPart) -> list[str]:
    told: list[str] = []
    if part.page is not None:
        told.append(tr("page {page}", page=part.page))
    if part.quotation.strip():
        told.append(tr("“{words}”", words=label(part.quotation)))
    if part.verdict.strip():
        from app.domain.answers.cited_words import found_words  # not before an answer cites

        told.append(label(found_words(part)))
    return told


def _address(part: CitationPart) -> str:
    try:
        scheme = urlsplit(part.target).scheme.lower()
    except ValueError:
        return ""
    return part.target if scheme in _OPENED else ""
