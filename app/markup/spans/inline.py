"""The inline parser: the text of one paragraph, heading or cell as spans.

markdown-it's inline rules do the work; formulas, footnote references and bare addresses are rules
of our own. Input is bounded by the caller (a few thousand characters at a time), so what is
quadratic in hostile input stays small.
"""

from __future__ import annotations

import re
from dataclasses import field
from functools import cache
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markdown_it.common.utils import normalizeReference
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import image as image_rule
from markdown_it.rules_inline import newline as newline_rule
from markdown_it.rules_inline.state_inline import Scanned

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
from app.markup.spans.autolink import address_length, linkify
from app.markup.spans.line_ends import is_kept
from app.markup.spans.math_delimiters import find_formula
from app.markup.spans.scripts import is_unspaced
from app.markup.spans.tags import tag
from app.values import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable

    from markdown_it.token import Token

MAX_NESTING = 24
"""Levels of links in links and of emphasis in emphasis; deeper markup loses its effect."""
MAX_IMAGES = 4
"""Levels of images in the descriptions of images."""

MAX_BRACKETS = 512
"""Opening brackets in one text; with more of them there are no links: their search is quadratic."""

MAX_UNCLOSED = 24
"""Opening brackets without a closing one; the search for each goes to the end of the text."""

_FOOTNOTE = re.compile(r"\[\^([^\]\[\s]{1,100})\]")
_SCHEME = re.compile(r"(?:^|[^A-Za-z0-9])(https?|mailto)$", re.IGNORECASE)


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
        key = normalizeReference(label)
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
                self.links.pop(normalizeReference(label), None)
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
    tokens: list[Token] = []
    env = {"references": references.links, "footnotes": references.footnotes, "images": 0}
    if before or after:
        env["beside"] = before, after
    brackets = text.count("[")
    many = brackets > MAX_BRACKETS or brackets - text.count("]") > MAX_UNCLOSED
    engine = _engine(links=not many)
    state = _State(text, engine, env, tokens)
    engine.inline.tokenize(state)
    for finish in engine.inline.ruler2.getRules(""):
        finish(state)
    return _pieces(state.tokens)


class _State(StateInline):
    """Emphasis that also works where words are not parted by blanks.

    By CommonMark's rule the stars behind the colon of ``**note:**`` do not close before a Chinese
    letter, because the colon is punctuation and no blank follows; nobody writes a blank there.
    """

    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803
        found = super().scanDelims(start, canSplitWord)
        if not canSplitWord:
            return found
        end = start + found.length
        before, after = self.src[start - 1 : start], self.src[end : min(end + 1, self.posMax)]
        closes = is_unspaced(after) and bool(before) and not before.isspace()
        opens = is_unspaced(before) and bool(after) and not after.isspace()
        return Scanned(found.can_open or opens, found.can_close or closes, found.length)


def footnote_labels(text: str) -> list[str]:
    """The labels that ``text`` seems to refer to, in order."""
    return _FOOTNOTE.findall(text)


class _Engine(MarkdownIt):
    """markdown-it that shows an address as it was written.

    The original decodes what `xn--` stands for, so that ``<https://xn--80ak6aa92e.com>`` would be
    shown as the name of another company.
    """

    def normalizeLinkText(self, link: str) -> str:  # noqa: N802 - markdown-it's name
        return link


@cache
def _engine(*, links: bool) -> MarkdownIt:
    """markdown-it with our inline rules; it keeps no state between texts."""
    engine = _Engine("commonmark", {"html": False, "maxNesting": MAX_NESTING})
    engine.enable("strikethrough")
    engine.disable("html_inline")  # it looks at each sign and finds nothing: HTML is off
    rules = engine.inline.ruler
    rules.before("escape", "math", _math)
    rules.before("link", "footnote", _footnote)
    rules.before("newline", "address", _address)
    rules.before("autolink", "tag", tag)
    rules.at("newline", _line_end)
    rules.at("image", _image)
    if not links:
        engine.disable(["link", "image"])
    return engine


def _math(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] not in "$\\":
        return False
    found = find_formula(state.src, state.pos, state.posMax)
    if found is None:
        if not state.src.startswith("$$", state.pos):
            return False
        # A lone pair is skipped whole, or its second dollar would be tried as an opening one.
        if not silent:
            state.append_pending("$$")
        state.pos += 2
        return True
    if not silent:
        token = state.push("math", "", 0)
        token.content = found.source
        token.markup = found.delimiter
        token.hidden = found.display
        token.meta = {"start": found.start, "end": found.end}
    state.pos = found.end
    return True


def _footnote(state: StateInline, silent: bool) -> bool:
    if state.src[state.pos] != "[":
        return False
    match = _FOOTNOTE.match(state.src, state.pos, state.posMax)
    if match is None or match.group(1) not in state.env["footnotes"]:
        return False
    if not silent:
        token = state.push("footnote", "", 0)
        token.content = match.group(1)
        token.info = str(state.env["footnotes"][match.group(1)])
    state.pos = match.end()
    return True


def _address(state: StateInline, silent: bool) -> bool:
    """A bare ``https://…``; the scheme was already read as text."""
    if state.src[state.pos] != ":" or state.linkLevel > 0:
        return False
    if not state.src.startswith("://", state.pos):
        return False
    scheme = _SCHEME.search(state.src, max(0, state.pos - 8), state.pos)
    if scheme is None or not state.pending.endswith(scheme.group(1)):
        return False
    start = state.pos - len(scheme.group(1))
    end = min(start + address_length(state.src, start), state.posMax)
    if end < state.pos + 4 or not state.src[state.pos + 3].isalnum():
        return False
    href = state.md.normalizeLink(state.src[start:end])
    if not state.md.validateLink(href):
        return False
    if not silent:
        state.pending = state.pending[: -len(scheme.group(1))]
        state.push("link_open", "a", 1).attrs = {"href": href}
        state.push("text", "", 0).content = state.src[start:end]
        state.push("link_close", "a", -1)
    state.pos = end
    return True


def _line_end(state: StateInline, silent: bool) -> bool:
    """markdown-it's rule; a soft line end also knows whether it is kept."""
    at, text = state.pos, state.src
    if text[at] != "\n":
        return False
    if not newline_rule(state, silent):
        return False
    if silent or state.tokens[-1].type != "softbreak":
        return True
    start, end = text.rfind("\n", 0, at) + 1, text.find("\n", at + 1)
    end = len(text) if end == -1 else end
    line, following = text[start:at], text[at + 1 : end]
    beside = state.env.get("beside")
    if beside is not None:
        line = beside[0] + line if start == 0 else line
        following = following + beside[1] if end == len(text) else following
    state.tokens[-1].meta["kept"] = is_kept(line, following)
    return True


def _image(state: StateInline, silent: bool) -> bool:
    """markdown-it's rule; it parses descriptions by recursion, which is bounded here."""
    if state.src[state.pos] != "!" or state.env["images"] >= MAX_IMAGES:
        return False
    state.env["images"] += 1
    try:
        return image_rule(state, silent)
    finally:
        state.env["images"] -= 1


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
