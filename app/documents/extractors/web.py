"""HTML and epub. Scripts, styles and what a page hides are no text; nothing is ever loaded."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import unquote

from app.documents.extractors import xml
from app.documents.extractors.archive import Archive
from app.documents.extractors.flow import CELL, Extracted, Opening, TextBlock, paged
from app.documents.reading.decoding import decoded
from app.domain.documents import PageUnit
from app.domain.errors import DocumentError, DocumentLockedError
from app.language import tr

_SILENT = frozenset(
    {"script", "style", "template", "noscript", "svg", "math", "object", "iframe", "select", "head"}
)
_BREAKING = frozenset(
    {
        "p", "div", "section", "article", "main", "aside", "header", "footer", "nav", "ul", "ol",
        "dl", "dt", "dd", "blockquote", "pre", "figure", "figcaption", "table", "caption", "form",
        "fieldset", "address", "hr", "body", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr",
    }
)  # fmt: skip
_VOID = frozenset(
    {
        "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source",
        "track", "wbr",
    }
)  # fmt: skip
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_CHARSET = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?([\w-]{2,20})""", re.IGNORECASE)
_DECLARATION = re.compile(r"<!(?!--|doctype\b)[^>]*>?", re.IGNORECASE)
"""What HTMLParser of CPython 3.11 ends in an AssertionError over: ``<![`` without a name."""
_DEEPEST = 1_000
_ROWS = frozenset({"table", "tr", "caption"})
_NEAR = 8  # elements above one in which a cell is looked for
_CELL_MOST = 2_000  # characters; old pages are laid out in tables, whose cells are no cells
_FONTS_ONLY = {
    "http://www.idpf.org/2008/embedding",
    "http://ns.adobe.com/pdf/enc#RC",
}  # what an epub may scramble without being locked


def html(content: bytes) -> Iterator[Extracted]:
    """The text of a page of the web."""
    parser = _parsed(content)
    yield Opening(PageUnit.SECTION, title=parser.title)
    yield from paged(parser.blocks, cut=True)


def epub(archive: Archive) -> Iterator[Extracted]:
    """The chapters of a book in their order.

    Raises:
        DocumentLockedError: Its text is encrypted (DRM).
    """
    _refuse_locked(archive)
    chapters, title = _spine(archive)
    yield Opening(PageUnit.SECTION, title=title)
    yield from paged(_chapters(archive, chapters), cut=True)


def _chapters(archive: Archive, chapters: list[str]) -> Iterator[TextBlock]:
    for part in chapters:
        parser = _parsed(archive.read(part))
        name = next((block.text for block in parser.blocks if block.level), parser.title)
        for index, block in enumerate(parser.blocks):
            yield TextBlock(
                block.text,
                block.level,
                ends_page=index == 0,
                label=" ".join(name.split())[:100] if index == 0 else None,
                tight=block.tight,
            )


def _parsed(content: bytes) -> _Text:
    found = _CHARSET.search(content[:2048])
    declared = found[1].decode("ascii") if found else ""
    text = _DECLARATION.sub("", decoded(content, declared))
    end = text.rfind(">") + 1
    parser = _Text()
    parser.feed(text[:end])
    parser.feed(text[end:].replace("<", " "))  # a tag without an end would be read again and again
    parser.close()
    parser.end_block()
    return parser


class _Text(HTMLParser):
    """Gathers blocks. Python's parser knows no document types: what they declare is never used."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.blocks: list[TextBlock] = []
        self.title = ""
        self._words: list[str] = []
        self._open: list[tuple[str, bool]] = []  # elements, and whether they are silent
        self._silent = 0
        self._level = 0
        self._verbatim = 0
        self._in_title = False
        self._tight = False
        self._cells = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        if tag in _BREAKING:
            self._break(tag)
        if tag == "br":
            self._words.append("\n")
        if tag == "title" and not self.title:
            self._in_title = True
        if tag in _VOID or len(self._open) >= _DEEPEST:
            return
        given = dict(attrs)
        hidden = "hidden" in given or bool(_HIDDEN.search(given.get("style") or ""))
        silent = tag in _SILENT or hidden
        self._open.append((tag, silent))
        self._silent += silent
        if not self._silent:
            self._begin(tag)

    def _begin(self, tag: str) -> None:
        if len(tag) == 2 and tag[0] == "h" and tag[1].isdecimal():
            self._level = int(tag[1])
        elif tag == "pre":
            self._verbatim += 1
        elif tag == "li":
            self._words.append("• ")
            self._tight = True
        elif tag == "tr":
            self._cells = 0
            self._tight = True
        elif tag in {"td", "th"}:
            if self._cells:
                self._words.append(CELL)
            self._cells += 1

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and with it those in it that nobody ended."""
        self._in_title = self._in_title and tag != "title"
        if not any(name == tag for name, _ in self._open[-50:]):
            return
        while self._open:
            name, silent = self._open.pop()
            if name in _BREAKING:
                self._break(name)
            if name == "pre" and not self._silent:
                self._verbatim = max(0, self._verbatim - 1)
            self._silent -= silent
            if name == tag:
                return

    def handle_data(self, data: str) -> None:
        """Text."""
        if self._in_title:
            self.title = " ".join(f"{self.title} {data}".split())[:300]
        elif not self._silent:
            self._words.append(data if self._verbatim else re.sub(r"\s+", " ", data))

    def _break(self, tag: str) -> None:
        """A paragraph ends, but for those in a cell: a row of a table stays a line."""
        in_cell = any(name in {"td", "th"} for name, _ in self._open[-_NEAR:])
        if tag in _ROWS or not in_cell or sum(map(len, self._words)) > _CELL_MOST:
            self.end_block()
        else:
            self._words.append(" ")

    def end_block(self) -> None:
        """A paragraph is complete."""
        text, self._words = "".join(self._words), []
        text = text.strip("\n") if self._verbatim else _spaced(text)
        if text.strip(" •|\n"):
            self.blocks.append(TextBlock(text, self._level, tight=self._tight))
        self._level, self._tight = 0, False


def _spaced(text: str) -> str:
    return "\n".join(re.sub(" {2,}", " ", line).strip() for line in text.split("\n")).strip()


def _spine(archive: Archive) -> tuple[list[str], str]:
    """The chapters' parts in reading order, and the book's title."""
    package = ""
    for kind, name, attributes in xml.events(archive.chunks("META-INF/container.xml")):
        if (kind, name) == ("start", "rootfile") and not package:
            package = attributes.get("full-path", "")
    folder = posixpath.dirname(package)
    parts: dict[str, str] = {}
    order: list[str] = []
    title, inside = "", False
    for kind, name, attributes in xml.events(archive.chunks(package)):
        match kind, name:
            case "text", _:
                title += name if inside else ""
            case "start" | "end", "title":
                inside = kind == "start" and not title
            case "start", "item" if "html" in attributes.get("media-type", ""):
                href = unquote(attributes.get("href", ""))
                parts[attributes.get("id", "")] = posixpath.normpath(posixpath.join(folder, href))
            case "start", "itemref":
                order.append(attributes.get("idref", ""))
    found = [parts[one] for one in order if one in parts and parts[one] in archive]
    if not found:
        raise DocumentError(tr("It is damaged: it names no chapters."))
    return found, " ".join(title.split())[:300]


def _refuse_locked(archive: Archive) -> None:
    name = "META-INF/encryption.xml"
    if name not in archive:
        return
    for kind, element, attributes in xml.events(archive.chunks(name)):
        scrambled = (kind, element) == ("start", "EncryptionMethod")
        if scrambled and attributes.get("Algorithm", "") not in _FONTS_ONLY:
            raise DocumentLockedError(
                tr("It is locked by whoever sold it (DRM)."),
                action=tr("Only the program that it was sold for can read it."),
            )
