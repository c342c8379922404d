"""A repository's card without HTML: what its tags mean is said in Markdown, the rest of them goes.

Cards are written for a browser: pictures in a ``<div align="center">``, links as ``<a>``, tables by
hand. Code is left as it is, and so is what only looks like a tag (``<your-token>``).
"""

from __future__ import annotations

import html
import re

_CODE = (
    r"(?P<code>^[ ]{0,3}(?P<fence>`{3,}|~{3,})[^\n]*"
    r"(?:\n(?![ ]{0,3}(?P=fence))[^\n]*)*(?:\n[^\n]*)?"
    r"|(?P<tick>`+)[^`\n]+(?P=tick)(?!`))"
)
_TAG = r"<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9]*)(?P<rest>(?:\"[^\"<]*\"|'[^'<]*'|[^<>\"'])*)>"
_PIECES = re.compile(rf"{_CODE}|(?P<comment><!--)|{_TAG}", re.MULTILINE)
_ATTRIBUTE = re.compile(r"([A-Za-z-]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))")
_KEPT = "\0"  # stands for code until the rest is tidied; no card holds one
_PLACE = re.compile(f"{_KEPT}([0-9]+){_KEPT}")
_BLANK = re.compile(r"\n[ \t]*(?:\n[ \t]*){2,}")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BLOCKS = {
    "article", "aside", "blockquote", "center", "details", "dd", "div", "dl", "dt", "figcaption",
    "figure", "footer", "header", "main", "nav", "ol", "p", "picture", "section", "summary", "ul",
    "video", "audio", "iframe", "html", "body", "head", "form",
}  # fmt: skip
_INLINE = {
    "abbr", "b", "big", "button", "cite", "code", "del", "em", "font", "i", "input", "ins", "kbd",
    "label", "link", "mark", "meta", "q", "s", "small", "source", "span", "strike", "strong", "sub",
    "sup", "svg", "path", "tt", "u", "var", "wbr", "tbody", "thead", "tfoot", "caption", "col",
    "colgroup", "track", "embed", "object", "param",
}  # fmt: skip
_UNREAD = {"script", "style", "title"}  # what stands in them is not for readers
_HEADINGS = {f"h{level}": level for level in range(1, 7)}


def without_html(text: str) -> str:
    """A card's Markdown with its HTML said in Markdown."""
    if "<" not in text:
        return text
    text = text.replace(_KEPT, "")
    writer, at, size = _Writer(), 0, len(text)
    while at < size:
        found = _PIECES.search(text, at)
        if found is None:
            break
        writer.text(text[at : found.start()])
        at = found.end()
        if found["code"] is not None:
            writer.code(found["code"])
        elif found["comment"] is not None:
            end = text.find("-->", at)
            at = end + 3 if end >= 0 else size
        else:
            name = found["tag"].lower()
            if name in _UNREAD and not found["end"]:
                at = _after(text, name, at)
            elif not writer.tag(name, bool(found["end"]), found["rest"]):
                writer.text(found[0])
    writer.text(text[at:])
    return writer.finished()


def readable(text: str) -> str:
    """A card for a terminal: without HTML and without characters that steer one."""
    return _CONTROL.sub("", without_html(text.replace("\r\n", "\n").replace("\r", "\n")))


def _after(text: str, name: str, at: int) -> int:
    end = re.compile(rf"</{name}\s*>", re.IGNORECASE).search(text, at)
    return end.end() if end else len(text)


def _attributes(rest: str) -> dict[str, str]:
    found = {}
    for name, *values in _ATTRIBUTE.findall(rest):
        found[name.lower()] = html.unescape("".join(values))
    return found


class _Writer:
    """Collects Markdown; an open link or cell remembers where it began."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self._blocks = 0
        self._links: list[tuple[int, str]] = []
        self._tables: list[_Table] = []
        self._codes: list[str] = []

    def text(self, text: str) -> None:
        if self._blocks or self._tables:  # indented for the tags' sake, and no code
            text = re.sub(r"(?<=\n)[ \t]+", "", text)
            text = text.lstrip(" \t") if not self.out or self.out[-1].endswith("\n") else text
        self.out.append(text)

    def tag(self, name: str, end: bool, rest: str) -> bool:
        """Say a tag in Markdown; False where it is none of HTML's."""
        if name in _BLOCKS:
            self._blocks = max(0, self._blocks + (-1 if end else 1))
            self.out.append("\n\n")
        elif name in _HEADINGS:
            self.out.append("\n\n" if end else f"\n\n{'#' * _HEADINGS[name]} ")
        elif name == "br":
            self.out.append(" " if self._tables else "  \n")
        elif name == "hr":
            self.out.append("\n\n---\n\n")
        elif name == "li":
            self.out.append("\n" if end else "\n- ")
        elif name == "img":
            self._picture(_attributes(rest))
        elif name == "a":
            self._link(end, _attributes(rest).get("href", ""))
        elif name in {"table", "tr", "td", "th"}:
            self._table(name, end)
        else:
            return name in _INLINE
        return True

    def code(self, code: str) -> None:
        self.out.append(f"{_KEPT}{len(self._codes)}{_KEPT}")
        self._codes.append(code)

    def finished(self) -> str:
        while self._tables:
            self._table("table", end=True)
        text = _BLANK.sub("\n\n", "".join(self.out)).strip("\n") + "\n"
        return _PLACE.sub(lambda place: self._codes[int(place[1])], text)

    def _picture(self, told: dict[str, str]) -> None:
        alt = " ".join(told.get("alt", "").split()).translate(_NO_BRACKETS)
        if alt:
            self.out.append(alt)

    def _link(self, end: bool, address: str) -> None:
        if not end:
            self._links.append((len(self.out), address))
            return
        if not self._links:
            return
        start, address = self._links.pop()
        inner = " ".join("".join(self.out[start:]).split())
        web = address.startswith(("https://", "http://")) and not re.search(r"[\s<>]", address)
        if inner and web and "](" not in inner:
            inner = f"[{inner.translate(_NO_BRACKETS)}](<{address}>)"
        self.out[start:] = [inner]

    def _table(self, name: str, end: bool) -> None:
        if name == "table" and not end:
            self._tables.append(_Table(self.out))
            return
        if not self._tables:
            return
        table = self._tables[-1]
        table.end_cell()
        if name in {"tr", "table"}:
            table.end_row()
        if name in {"td", "th"} and not end:
            table.begin_cell()
        if name == "table":
            self._tables.pop()
            table.write()


_NO_BRACKETS = str.maketrans({"[": "(", "]": ")"})


class _Table:
    """Rows of cells that are being read."""

    def __init__(self, out: list[str]) -> None:
        self._out, self._start = out, len(out)
        self._rows: list[list[str]] = []
        self._row: list[str] = []
        self._cell: int | None = None

    def begin_cell(self) -> None:
        self._cell = len(self._out)

    def end_cell(self) -> None:
        if self._cell is not None:
            text = " ".join("".join(self._out[self._cell :]).split())
            self._row.append(text.replace("|", "\\|"))
            del self._out[self._cell :]
            self._cell = None

    def end_row(self) -> None:
        if any(self._row):
            self._rows.append(self._row)
        self._row = []

    def write(self) -> None:
        width = max((len(row) for row in self._rows), default=0)
        if width < 2 or len(self._rows) < 2:  # laid out with a table, and none
            cells = [cell for row in self._rows for cell in row if cell]
            self._out.append("\n\n" + "\n\n".join(cells) + "\n\n")
            return
        lines = ["| " + " | ".join(row + [""] * (width - len(row))) + " |" for row in self._rows]
        lines.insert(1, "|" + " --- |" * width)
        self._out.append("\n\n" + "\n".join(lines) + "\n\n")
