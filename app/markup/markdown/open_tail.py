"""The spans of a paragraph that is still being written.

Nothing here decides how the paragraph ends up: when it closes it is parsed afresh. The tail only
has to be cheap and calm. What was parsed and has nothing open is kept, so that each new piece
costs a few words; an open formula is shown as its source, not as half-parsed markup.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from app.markup.document.blocks import Block, MathBlock, Paragraph
from app.markup.document.spans import Emphasis, Spans, Strike, Strong, Text, append_inside
from app.markup.markdown.math_segments import join_blocks, parse_segment
from app.markup.markdown.paragraphs import source_offset
from app.markup.spans.close_open_markers import close_open_markers
from app.markup.spans.inline import References, parse_spans
from app.markup.spans.math_delimiters import code_end, find_formula, may_open_dollar

if TYPE_CHECKING:
    from app.markup.markdown.nodes import ParagraphNode

KEEP_FROM = 48
"""Characters behind the kept text from which on more of it is kept."""
MAX_PENDING = 400
"""Characters after which an open ``$`` or ``\\(`` is taken for text."""

_SPECIAL = re.compile(r"`+|\\.|\$\$?")
_LEFT_OVER = re.compile(r"(?<!\w)_|_(?!\w)|\*(?!\s)|(?<!\s)\*|[`$\[<]|~~")
_PROSE = re.compile(r"\*\*|`|(?<!\\)\\[(\[]|(?<=\s)[*_](?=\w)|\s[A-Za-z]{2,}\s+[A-Za-z]{2,}\s")
"""What stands behind a dollar of a shell or a price, and hardly in a formula."""
_WORD_END = re.compile(r"\s\S*$")


class OpenTail:
    """The open paragraph's spans.

    Attributes:
        characters: handed to the inline parser so far.
        number: the number of the next equation that takes one.
        depth: in so many things that are guessed to be open does the text given last end.
        hidden: a marker at its end was left out, or a dollar there may close a formula, so text
            cannot just be added to it.
    """

    def __init__(self, references: References) -> None:
        self.references = references
        self.characters = 0
        self.number = 1
        self.depth = 0
        self.hidden = False
        self._kept_text = ""
        self._kept_spans: Spans = ()
        self._tried = 0

    def blocks(self, node: ParagraphNode) -> tuple[Block, ...]:
        """The blocks of ``node.text``, with an open display formula as a `MathBlock`."""
        hold = node.open_formula
        self.depth, self.hidden = 0, False
        if hold is None:
            text = node.text
            if not text.strip():
                return ()
            if "$$" in text or "\\[" in text or "\\begin" in text:
                return self._displayed(node, text)
            span = (source_offset(node, node.base), node.end)
            return (Paragraph(self._spans(text), span),)
        before, opened = node.text[: hold.opener.start], node.text[hold.opener.start :]
        self.characters += len(before)
        blocks: tuple[Block, ...] = ()
        if before.strip():
            blocks = parse_segment(node, node.base, before.rstrip(), self.references, self.number)
        delimiter = "" if hold.opener.kind == "\\begin" else hold.opener.kind
        span = (source_offset(node, node.base + hold.opener.start), node.end)
        source = _without_half(opened[len(delimiter) :].lstrip("\n"), delimiter)
        math = MathBlock(source, None, closed=False, delimiter=delimiter, span=span)
        return join_blocks((blocks, (math,)))

    def _displayed(self, node: ParagraphNode, text: str) -> tuple[Block, ...]:
        """The blocks of a text that holds displayed formulas."""
        place = open_formula(text)
        found = close_open_markers(text[:place])
        likely = text[:place] if found is None else found.text + found.added
        self.characters += len(likely)
        blocks = parse_segment(node, node.base, likely, self.references, self.number)
        rest = Paragraph((Text(text[place:]),), (node.end, node.end))
        return join_blocks((blocks, (rest,))) if place < len(text) else blocks

    def _spans(self, text: str) -> Spans:
        if not (self._kept_text and text.startswith(self._kept_text)):
            self._kept_text, self._kept_spans, self._tried = "", (), 0
        rest = text[len(self._kept_text) :]
        if len(rest) >= max(KEEP_FROM, self._tried * 3 // 2):
            rest = self._keep(rest)
        line = self._kept_text[self._kept_text.rfind("\n") + 1 :]
        return self._kept_spans + self.open_spans(rest, line)

    def _keep(self, rest: str) -> str:
        """Keep what of ``rest`` cannot change any more, up to a blank; what is left."""
        end = _WORD_END.search(rest)
        place = end.start() + 1 if end else 0
        if place and rest[place - 1] == " " and not rest[place - 2 : place - 1].isspace():
            self.characters += place
            line = self._kept_text[self._kept_text.rfind("\n") + 1 :]
            after = rest[place:].partition("\n")[0]
            spans = parse_spans(rest[:place], self.references, before=line, after=after)
            if not any(_left_over(span) for span in spans):
                self._kept_text += rest[:place]
                self._kept_spans = _joined(self._kept_spans, spans)
                self._tried = 0
                return rest[place:]
        self._tried = len(rest)
        return rest

    def open_spans(self, text: str, before: str = "") -> Spans:
        """The spans of ``text`` that may go on; from an open formula on, it is shown as written.

        ``before`` stands before it on its first line.
        """
        place = open_formula(text)
        if place == len(text):
            return self.closed_spans(text, before)
        spans = self.closed_spans(text[:place], before, text[place:].partition("\n")[0])
        self.depth, self.hidden = 0, text.endswith("$")
        return _joined(spans, (Text(text[place:]),))

    def closed_spans(self, text: str, before: str = "", after: str = "") -> Spans:
        """The spans of an unfinished text, as they will most likely be."""
        found = close_open_markers(text)
        self.depth, self.hidden = 0, False
        if found is not None:
            self.characters += len(found.text)
            guessed = found.text + found.added
            spans = parse_spans(guessed, self.references, before=before, after=after)
            grown = append_inside(spans, found.ending, found.depth)
            if grown is not None:  # else it is no markup after all
                self.depth, self.hidden = found.depth, found.hidden
                return grown
        self.characters += len(text)
        return parse_spans(text, self.references, before=before, after=after)


def open_formula(text: str) -> int:
    r"""Where in ``text`` an open ``$`` or ``\(`` begins that may still close; else its length."""
    pos = 0
    unclosed: set[str] = set()
    while (match := _SPECIAL.search(text, pos)) is not None:
        start, sign = match.start(), match.group()
        pos = match.end()
        if sign.startswith("`"):
            pos = code_end(text, pos, sign, unclosed)
            continue
        if sign not in ("$", "\\("):
            continue
        found = find_formula(text, start, len(text))
        if found is not None and sign == "$" and found.end == len(text):
            return start  # what comes next decides: the dollar of ``$5-$10`` closes nothing
        if found is not None:
            pos = found.end
        elif len(text) - start <= MAX_PENDING and _may_close(text, start, sign):
            return start
    return len(text)


def _may_close(text: str, start: int, sign: str) -> bool:
    """Whether what opens at ``start`` will most likely be a formula."""
    if sign == "\\(":
        return True
    return may_open_dollar(text, start) and _PROSE.search(text, start + 1) is None


def _without_half(source: str, delimiter: str) -> str:
    """The source of an open formula, without the first half of the delimiter that closes it."""
    if delimiter == "$$":
        return source.removesuffix("$")
    slashes = len(source) - len(source.rstrip("\\"))
    return source[:-1] if slashes % 2 else source


def _left_over(span: object) -> bool:
    """Whether a span holds a sign that later text could make markup of."""
    if isinstance(span, Text):
        return _LEFT_OVER.search(span.text) is not None or "\\" in span.text
    if isinstance(span, Emphasis | Strong | Strike):
        return any(_left_over(child) for child in span.children)
    return False


def _joined(first: Spans, second: Spans) -> Spans:
    """Both, with text joined where they meet."""
    if first and second and isinstance(first[-1], Text) and isinstance(second[0], Text):
        return (*first[:-1], Text(first[-1].text + second[0].text), *second[1:])
    return first + second
