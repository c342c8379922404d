"""How a paragraph's text grows: definitions at its head, open formulas, cuts of long ones.

A long paragraph is parsed in segments, so that one of 100 KB costs no more per character than a
short one and can be shown while it streams. Where it is cut depends on its text alone, never on
how the text arrived. What begins in one segment (emphasis, a link) does not reach into the next;
cuts are made where nothing is open, if there is such a place.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from app.markup.markdown.nodes import OpenFormula
from app.markup.spans.definitions import take_definitions
from app.markup.spans.math_delimiters import (
    MAX_FORMULA,
    DelimiterKind,
    OpenDelimiter,
    closes,
    find_formula,
    scan_line,
)

if TYPE_CHECKING:
    from app.markup.markdown.nodes import ParagraphNode
    from app.markup.spans.inline import References

SEGMENT = 3072
"""Characters after which a place to cut is looked for."""
LONGEST_SEGMENT = 5120
"""Characters after which a paragraph is cut wherever it is."""
MAX_LINE = 3072
"""Characters; a longer line is never searched for an open display formula."""
MAX_HOLD_LINES = 256
_PAIRS = ("`", "$", "*", "~~")


def add_text(node: ParagraphNode, text: str, offset: int, references: References) -> list[str]:
    """Add a line, without the blanks before it, that stands at ``offset`` in the source.

    Returns:
        The labels of link definitions that turned out to be complete.
    """
    labels: list[str] = []
    if text.startswith("[") and node.text.startswith("[") and not node.segments:
        labels = take_head(node, references, whole=True)
    if node.text:
        node.text += "\n"
    node.places.append((node.base + len(node.text), offset))
    node.text += text
    cut(node)
    return labels


def take_head(node: ParagraphNode, references: References, *, whole: bool = False) -> list[str]:
    """Move the link definitions at the head of the text to ``references``.

    With ``whole``, only if the text is nothing but definitions.
    """
    if node.segments or not node.text.startswith("["):
        return []
    version = references.version
    taken, labels = take_definitions(node.text, references)
    if whole and taken < len(node.text):
        references.forget(labels, version)
        return []
    node.text = node.text[taken:]
    node.base += taken
    node.tested = 0
    if node.text:
        node.start = source_offset(node, node.base)
    return labels


def cut(node: ParagraphNode) -> None:
    """Cut what can be cut off the front of the text."""
    while node.open_formula is None and len(node.text) > SEGMENT:
        place = _place(node)
        if place is None:
            return
        _cut_at(node, place)


def _cut_at(node: ParagraphNode, place: int) -> None:
    node.segments.append((node.base, node.text[:place]))
    node.base += place
    node.text = node.text[place:]
    node.tested = 0


def _place(node: ParagraphNode) -> int | None:
    text = node.text
    end = min(len(text), LONGEST_SEGMENT)
    for place in range(max(SEGMENT, node.tested), end):
        if text[place - 1].isspace() and not text[place].isspace() and _settled(text[:place]):
            return place
    node.tested = end
    if len(text) <= LONGEST_SEGMENT:
        return None
    blank = max(
        text.rfind(" ", SEGMENT, LONGEST_SEGMENT), text.rfind("\n", SEGMENT, LONGEST_SEGMENT)
    )
    return blank + 1 if blank > 0 else LONGEST_SEGMENT


def _settled(text: str) -> bool:
    return (
        all(text.count(sign) % 2 == 0 for sign in _PAIRS)
        and text.count("[") == text.count("]")
        and text.count("\\(") == text.count("\\)")
        and text.count("\\begin{") == text.count("\\end{")
    )


def places_from(node: ParagraphNode, position: int) -> list[tuple[int, int]]:
    """The places of the lines from the one that holds ``position`` on."""
    return node.places[max(0, bisect_right(node.places, (position, 1 << 60)) - 1) :]


def source_offset(node: ParagraphNode, position: int) -> int:
    """Where a position in the paragraph's whole text stands in the source."""
    index = max(0, bisect_right(node.places, (position, 1 << 60)) - 1)
    start, offset = node.places[index]
    return offset + position - start


class OpenFormulas:
    """Open display formulas: they hold their paragraph open, whatever the lines look like."""

    def __init__(self) -> None:
        self.denied: dict[DelimiterKind, int] = {}

    def allowed(self, kind: DelimiterKind, line: int) -> bool:
        """False on lines that were read before and found to hold no end for this kind."""
        return line >= self.denied.get(kind, 0)

    def begin(self, node: ParagraphNode, text: str, line: int) -> None:
        """Look whether the line just added opens a formula, or ends with one."""
        if len(text) <= MAX_LINE:
            self._look(node, text, line)

    def _look(self, node: ParagraphNode, text: str, line: int) -> None:
        opener, node.ends = scan_line(text)
        if opener is None or not self.allowed(opener.kind, line):
            return
        start = len(node.text) - len(text) + opener.start
        if start > SEGMENT // 2:
            _cut_at(node, start)
            start = 0
        opener = OpenDelimiter(opener.kind, start, opener.alone)
        node.open_formula = OpenFormula(opener, len(node.text), line, node.end)

    def add(self, node: ParagraphNode, line: str, offset: int, start: int) -> bool:
        """Add a line, whose own text begins at ``start``; False if the hold must be given up."""
        hold = node.open_formula
        if hold is None:
            return False
        text = line[start:]
        blank = not text.strip()
        hold.size += len(line) + 1
        if (
            (blank and (hold.blank or not hold.opener.alone))
            or len(hold.lines) >= MAX_HOLD_LINES
            or hold.size > MAX_FORMULA
        ):
            return False
        hold.lines.append((line, offset))
        hold.blank = blank
        node.text += "\n"
        node.places.append((node.base + len(node.text), offset + start))
        node.text += text
        if closes(hold.opener.kind, text):
            found = find_formula(node.text, hold.opener.start, len(node.text))
            if found is not None:
                node.open_formula = None
                number = hold.line + len(hold.lines)
                node.end = offset + len(line)
                rest = node.text[found.end :]
                node.ends = not rest.strip(" \t.,;:!?")
                if not node.ends:
                    self._look(node, rest, number)
                cut(node)
        return True

    def abandon(self, node: ParagraphNode, line: int) -> OpenFormula:
        """Take the paragraph back to the line that opened the formula.

        Args:
            node: the paragraph, which must hold one.
            line: number of the line that showed that no end comes.

        Returns:
            The hold, with the lines to read again.
        """
        hold = node.open_formula
        if hold is None:
            raise ValueError("the paragraph holds no formula")
        self.denied[hold.opener.kind] = line
        node.open_formula = None
        node.text = node.text[: hold.length]
        del node.places[len(node.places) - len(hold.lines) :]
        node.end, node.last_line = hold.end, hold.line
        cut(node)
        return hold
