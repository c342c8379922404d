"""pptx (ECMA-376, part 1, 19): a slide is a page, its title a heading."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from app.documents.extractors import xml
from app.documents.extractors.archive import Archive
from app.documents.extractors.flow import CELL, Extracted, Opening, page_of
from app.documents.extractors.word import title
from app.domain.documents import DocumentHeading, PageUnit

_TITLES = {"title", "ctrTitle"}


def pptx(archive: Archive) -> Iterator[Extracted]:
    """The text of slides in the order in which they are shown."""
    slides = _slides(archive)
    yield Opening(PageUnit.SLIDE, len(slides), title(archive))
    for number, part in enumerate(slides, 1):
        texts: list[str] = []
        headings: list[DocumentHeading] = []
        size = 0
        for text, is_title in _shapes(archive, part):
            if is_title:
                headings.append(DocumentHeading(1, " ".join(text.split())[:300], number, size))
            texts.append(text)
            size += len(text) + 2
        yield from headings
        yield page_of(number, "\n\n".join(texts))


def relations(archive: Archive, part: str) -> dict[str, str]:
    """Where the ids that a part names lead to, as names of parts."""
    folder, name = posixpath.split(part)
    rels = posixpath.join(folder, "_rels", f"{name}.rels")
    found: dict[str, str] = {}
    if rels in archive:
        for kind, element, attributes in xml.events(archive.chunks(rels)):
            if (kind, element) == ("start", "Relationship"):
                target = attributes.get("Target", "")  # not shown: a key
                joined = posixpath.normpath(posixpath.join(folder, target))
                found[attributes.get("Id", "")] = (
                    target.lstrip("/") if target[:1] == "/" else joined
                )
    return found


def _slides(archive: Archive) -> list[str]:
    part = "ppt/presentation.xml"
    targets = relations(archive, part)
    found = [
        targets.get(attributes.get("r:id", ""), "")
        for kind, name, attributes in xml.events(archive.chunks(part))
        if (kind, name) == ("start", "sldId")
    ]
    return [name for name in found if name in archive]


def _shapes(archive: Archive, part: str) -> Iterator[tuple[str, bool]]:
    """The text of each shape and table, and whether it is the title."""
    lines: list[str] = []
    words: list[str] = []
    cells: list[str] = []
    is_title = inside = in_cell = False
    for kind, name, attributes in xml.events(archive.chunks(part)):
        match kind, name:
            case "text", _:
                if inside:
                    words.append(name)
            case "start", "t":
                inside = True
            case "end", "t":
                inside = False
            case "start", "br":
                words.append("\n")
            case "start", "ph":
                is_title = attributes.get("type", "") in _TITLES
            case "start", "tc":
                in_cell = True
                cells.append("")
            case "end", "tc":
                in_cell = False
            case "end", "tr":
                lines.append(CELL.join(cells))
                cells = []
            case "end", "p":
                text = "".join(words).strip()
                words = []
                if in_cell:
                    cells[-1] = f"{cells[-1]} {text}".strip()
                elif text:
                    lines.append(text)
            case "end", "sp" | "graphicFrame":
                if lines:
                    yield "\n".join(lines), is_title
                lines, is_title = [], False
