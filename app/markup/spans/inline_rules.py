"""The rules by which a text's inline markup becomes tokens: markdown-it's, and some of our own.

Formulas, footnote references and bare addresses are rules of our own.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline import image as image_rule
from markdown_it.rules_inline import newline as newline_rule
from markdown_it.rules_inline.state_inline import Scanned

from app.markup.spans.autolink import address_length
from app.markup.spans.inline_bounds import FOOTNOTE, MAX_IMAGES, MAX_NESTING
from app.markup.spans.line_ends import is_kept
from app.markup.spans.math_delimiters import find_formula
from app.markup.spans.scripts import is_unspaced
from app.markup.spans.tags import tag

if TYPE_CHECKING:
    from markdown_it.token import Token

_SCHEME = re.compile(r"(?:^|[^A-Za-z0-9])(https?|mailto)$", re.IGNORECASE)


def read_tokens(text: str, env: dict[str, Any], *, links: bool) -> list[Token]:
    """The tokens of a text.

    Args:
        text: One paragraph's.
        env: What is defined for its links and footnotes, and what stands beside it.
        links: Whether brackets may be links.
    """
    tokens: list[Token] = []
    engine = _engine(links=links)
    state = _State(text, engine, env, tokens)
    engine.inline.tokenize(state)
    for finish in engine.inline.ruler2.getRules(""):
        finish(state)
    return state.tokens


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
    match = FOOTNOTE.match(state.src, state.pos, state.posMax)
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
