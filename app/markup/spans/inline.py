"""The inline parser: the text of one paragraph, heading or cell as spans.

markdown-it's inline rules and some of our own (:mod:`app.markup.spans.inline_rules`) do the work.
They come with the first text: a window that shows none does without 70 modules. Input is bounded by
the caller (a few thousand characters at a time), so what is quadratic in hostile input stays small.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from app.markup.document.spans import (
    Code,
    Emphasis,
    FootnoteRef,
    Image,
    Inline,
    LineBreak,
    Link,
    Math,
    Script,
    SoftBreak,
    Spans,
    Strike,
    Strong,
    Text,
)
from app.markup.spans.autolink import linkify
from app.markup.spans.inline_bounds import FOOTNOTE, MAX_NESTING

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it.token import Token

MAX_BRACKETS = 512
"""Opening brackets in one text; with more of them there are no links: their search is quadratic."""

MAX_UNCLOSED = 24
"""Opening brackets without a closing one; the search for each goes to the end of the text."""


@dataclass(slots=True)
class References:
    """What a text defines for its links and footnotes.

    Attributes:
        links: normalised label to address and title, as markdown-it keeps them.
        footnotes: label to number.
        version: grows with each definition, so that a reader knows whether it saw them all.
    """

    links: dict[str, dict[str, str]] = field(default_factory=dict)
    footnotes: dict[str, int] = field(default_factory=dict)
    version: int = 0

    def add_link(self, label: str, href: str, title: str) -> bool:
        """Keep the first definition of a label; says whether it was new."""
        key = _key_of(label)
        if not key or key in self.links:
            return False
        self.links[key] = {"href": href, "title": title}
        self.version += 1
        return True

    def forget(self, labels: list[str], version: int) -> None:
        """Take definitions back that were kept since ``version``; ``^`` marks a footnote."""
        for label in labels:
            if label.startswith("^") and label[1:] in self.footnotes:
                del self.footnotes[label[1:]]
            else:
                self.links.pop(_key_of(label), None)
        self.version = version

    def add_footnote(self, label: str) -> bool:
        """Keep a footnote's label, numbered in order of definition until `renumber`."""
        if label in self.footnotes:
            return False
        self.footnotes[label] = len(self.footnotes) + 1
        self.version += 1
        return True

    def renumber(self, labels: list[str]) -> None:
        """Number the footnotes in this order; what is not listed follows in order of definition."""
        known = [label for label in dict.fromkeys(labels) if label in self.footnotes]
        rest = [label for label in self.footnotes if label not in set(known)]
        numbers = {label: number for number, label in enumerate(known + rest, 1)}
        if numbers != self.footnotes:
            self.footnotes.clear()
            self.footnotes.update(numbers)
            self.version += 1


def _key_of(label: str) -> str:
    """A link's label as markdown-it compares labels."""
    from markdown_it.common.utils import normalizeReference

    return normalizeReference(label)


@dataclass(frozen=True, slots=True)
class DisplayFormula:
    """A display formula between the spans of a paragraph, at these characters of its text."""

    formula: Math
    start: int
    end: int


def parse_spans(text: str, references: References, *, before: str = "", after: str = "") -> Spans:
    """The spans of ``text``; never raises, whatever the text.

    Args:
        text: to parse.
        references: the definitions known so far.
        before: what stands before it on its first line, which is parsed elsewhere.
        after: what stands behind it on its last line.
    """
    return tuple(
        span
        for piece in parse_segments(text, references, before=before, after=after)
        for span in ((piece.formula,) if isinstance(piece, DisplayFormula) else piece)
    )


def parse_segments(
    text: str, references: References, *, before: str = "", after: str = ""
) -> list[Spans | DisplayFormula]:
    """The spans of ``text``, parted at its display formulas; see `parse_spans`."""
    from app.markup.spans.inline_rules import read_tokens

    env = {"references": references.links, "footnotes": references.footnotes, "images": 0}
    if before or after:
        env["beside"] = before, after
    brackets = text.count("[")
    many = brackets > MAX_BRACKETS or brackets - text.count("]") > MAX_UNCLOSED
    return _pieces(read_tokens(text, env, links=not many))


def footnote_labels(text: str) -> list[str]:
    """The labels that ``text`` seems to refer to, in order."""
    return FOOTNOTE.findall(text)


_WRAPPERS: dict[str, Callable[[Spans], Inline]] = {
    "em": Emphasis,
    "strong": Strong,
    "s": Strike,
    "sub": lambda children: Script(children, raised=False),
    "sup": lambda children: Script(children, raised=True),
}


@dataclass(slots=True)
class _Level:
    """An open wrapper while tokens become spans."""

    name: str
    token: Token | None
    spans: list[Inline] = field(default_factory=list)
    words: list[str] = field(default_factory=list)


def _pieces(tokens: list[Token]) -> list[Spans | DisplayFormula]:
    """Tokens as spans, iteratively: emphasis can nest as deep as its text is long."""
    pieces: list[Spans | DisplayFormula] = []
    stack = [_Level("", None)]
    links = skipped = 0
    for token in tokens:
        top = stack[-1]
        name, _, edge = token.type.rpartition("_")
        if token.type in ("text", "text_special"):
            top.words.append(token.content)
        elif edge == "open":
            if len(stack) > MAX_NESTING:
                skipped += 1
                continue
            links += name == "link"
            stack.append(_Level(name, token))
        elif edge == "close":
            if skipped:
                skipped -= 1
                continue
            _flush(top, linked=links > 0)
            links -= name == "link"
            stack.pop()
            _flush(stack[-1], linked=links > 0)
            stack[-1].spans.extend(_wrap(top))
        else:
            _flush(top, linked=links > 0)
            span = _single(token)
            if isinstance(span, Math) and span.display and len(stack) == 1:
                pieces.append(tuple(top.spans))
                pieces.append(DisplayFormula(span, token.meta["start"], token.meta["end"]))
                top.spans.clear()
            else:
                top.spans.append(span)
    _flush(stack[0], linked=False)
    pieces.append(tuple(stack[0].spans))
    return pieces


def _flush(level: _Level, *, linked: bool) -> None:
    if level.words:
        text = "".join(level.words)
        level.words.clear()
        if text:
            level.spans.extend([Text(text)] if linked else linkify(text))


def _wrap(level: _Level) -> list[Inline]:
    children = tuple(level.spans)
    if level.name == "link" and level.token is not None:
        attrs = level.token.attrs
        return [Link(str(attrs.get("href", "")), str(attrs.get("title", "")), children)]
    wrapper = _WRAPPERS.get(level.name)
    if wrapper is None:
        raise ValueError(f"markdown-it gave an unknown wrapper {level.name!r}")
    return [wrapper(children)]


def _single(token: Token) -> Inline:
    match token.type:
        case "code_inline":
            return Code(token.content)
        case "softbreak":
            return SoftBreak(bool(token.meta.get("kept")))
        case "hardbreak":
            return LineBreak()
        case "math":
            return Math(token.content, token.hidden, token.markup)
        case "footnote":
            return FootnoteRef(token.content, int(token.info))
        case "image":
            return Image(
                str(token.attrs.get("src", "")),
                _alt(token.children or []),
                str(token.attrs.get("title", "")),
            )
    raise ValueError(f"markdown-it gave an unknown token {token.type!r}")


def _alt(tokens: list[Token]) -> str:
    """An image's description as plain text."""
    pending: list[Any] = list(reversed(tokens))
    words: list[str] = []
    while pending:
        token = pending.pop()
        if token.children:
            pending.extend(reversed(token.children))
        elif token.type in ("softbreak", "hardbreak"):
            words.append(" ")
        else:
            words.append(token.content)
    return "".join(words)
