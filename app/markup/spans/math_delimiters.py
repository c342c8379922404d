r"""Where a formula begins and ends: ``$…$``, ``$$…$$``, ``\(…\)``, ``\[…\]``, ``\begin``.

A dollar is a formula's only if it could not be a price's or a shell's: the opening one is not
followed by white space and not preceded by a letter or digit, the closing one is not preceded by
white space and not followed by a digit or capital (pandoc's rule, tightened for variables), what
stands between ends like a formula if another thing follows at once, and does not read like a price
and words. A lone script or command may stand beside letters (``CO$_2$``), and white space inside
both dollars if a command, a power or an equation is between them (``$ \pi r^2 $``). A closing
dollar at the end of what was written so far is judged by what comes next.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal, TypeAlias

from app.markup.spans.scripts import is_unspaced

DelimiterKind: TypeAlias = Literal["$$", "\\[", "\\begin"]

MAX_FORMULA = 6144
"""Characters; a longer one stays text. Bounds what one open delimiter can hold back."""
MAX_INLINE = 1024

ENVIRONMENTS = frozenset(  # not shown
    name + star
    for name in (
        "align",
        "alignat",
        "eqnarray",
        "equation",
        "flalign",
        "gather",
        "multline",
    )
    for star in ("", "*")
) | frozenset(
    (
        "aligned",
        "alignedat",
        "array",
        "Bmatrix",
        "bmatrix",
        "cases",
        "displaymath",
        "dcases",
        "gathered",
        "math",
        "matrix",
        "pmatrix",
        "rcases",
        "smallmatrix",
        "split",
        "subequations",
        "Vmatrix",
        "vmatrix",
    )
)
_BEGIN = re.compile(r"\\begin\{([A-Za-z]{1,16}\*?)\}")
_BLANK_LINE = re.compile(r"\n[ \t]*\n")
_INNER = re.compile(r"`|(?<!\\)(?:\\\\)*\\[(\[]")
"""Inline code or another formula begins: this dollar was not the one of a formula."""
_WORD = re.compile(r"(?:^|\s)[^\W\d_]{2,}(?=[\s.,;:!?]|$)")
_WORDS = re.compile(r"[^\W\d_]{2,}(?:[ \n]+[^\W\d_]+)*[ \n]+[^\W\d_]{2,}[.,;:!?]?")
"""Two words and more, with nothing of mathematics."""
_MONEY = re.compile(r"[\u00a3\u00a5\u20a0-\u20c0]")
_LONE = re.compile(r"\\[A-Za-z]+|[A-Za-z]")
"""A command or letter alone, at which a number or a name may stand: ``$\\mu$M``, ``$k$NN``."""
_BESIDE = re.compile(
    r"(?:\{\})?(?:[_^](?:\{[^{}$]{1,60}\}|\\[A-Za-z]+|[\w+*'-])){1,2}"
    r"|\\[A-Za-z]+(?:\{[^{}$ ]{0,60}\})*(?:[_^](?:\{[^{}$]{1,60}\}|\\[A-Za-z]+|\w))*"
)
"""Scripts, or a command with its scripts, which may follow a letter or a digit at once."""
_SPACED = re.compile(r"\\[A-Za-z]+|\^|_\{|=")
"""What a formula has that stands between dollars with blanks inside them."""
_NAMED = re.compile(r"\\(?:text|mathrm|operatorname|mathbf|begin|end)\w*\s*\{[^{}]*\}|\\[A-Za-z]+")
_SPACED_PROSE = re.compile(r"[^\W\d_]{3,}|[^\W\d_]{2,}\s+[^\W\d_]{2,}|\d\s+[^\W\d_]{2,}")
_UNENDED = frozenset('([{/,:;.-+*=<>&~_"\u2018\u201c\u00ab\u2013\u2014')
"""What no formula ends with that has something at its closing dollar: ``$src/$file`` is a path."""
_PROSE = re.compile(r" (?=.*[A-Za-z]{2})[A-Za-z ,.;:!?'-]*")
"""Words between two of a shell's ``$$``; a formula has a sign, a digit or a command in it."""
_LINK = re.compile(r"\\\[(?:[^\[\]\n]*\]\(|(?=\S)[^\[\]\\\n]*\])")
_TOKEN = re.compile(r"`+|\\begin\{[A-Za-z]{1,16}\*?\}|\\.|\$\$?")


@dataclass(frozen=True, slots=True)
class FormulaMatch:
    """A formula at ``start`` up to ``end``; ``source`` lies between its delimiters."""

    start: int
    end: int
    source: str
    delimiter: str
    display: bool


@dataclass(frozen=True, slots=True)
class OpenDelimiter:
    """A display delimiter without its closing one.

    Attributes:
        kind: what opened.
        start: where, in characters from the start of the searched text.
        alone: nothing follows it on its line, so blank lines may stand in the formula.
    """

    kind: DelimiterKind
    start: int
    alone: bool


def find_formula(text: str, pos: int, limit: int) -> FormulaMatch | None:
    """The formula that begins exactly at ``pos`` and ends at or before ``limit``."""
    limit = min(limit, pos + MAX_FORMULA)
    if text.startswith("$$", pos):
        found = _between(text, pos, limit, "$$", "$$", display=True)
        return None if found is not None and _PROSE.fullmatch(found.source) else found
    if text.startswith("$`", pos):
        return _between(text, pos, min(limit, pos + MAX_INLINE), "$`", "`$", display=False)
    if text.startswith("$", pos):
        return _dollar(text, pos, min(limit, pos + MAX_INLINE))
    if text.startswith("\\(", pos):
        return _between(text, pos, limit, "\\(", "\\)", display=False)
    if text.startswith("\\[", pos):
        found = _between(text, pos, limit, "\\[", "\\]", display=True)
        # `\[text\](address)` is a link somebody escaped, not a formula.
        return None if found is not None and text.startswith("(", found.end) else found
    if text.startswith("\\begin{", pos):
        return _environment(text, pos, limit)
    return None


def environment_of(source: str) -> str | None:
    """The name of the environment that ``source`` consists of, if it does."""
    stripped = source.strip()
    found = _environment(stripped, 0, len(stripped))
    if found is None or found.end != len(stripped):
        return None
    name = _BEGIN.match(stripped)
    return name.group(1) if name else None


def scan_line(line: str) -> tuple[OpenDelimiter | None, bool]:
    """What display formulas do with the end of ``line``.

    Returns:
        The display delimiter which the line opens and does not close, outside inline code, and
        whether the line ends with a complete display formula. ``$$`` opens only at the start or
        the end of the line: elsewhere it is more likely a shell's.
    """
    pos = shown = 0
    unclosed: set[str] = set()
    while (match := _TOKEN.search(line, pos)) is not None:
        token, start = match.group(), match.start()
        pos = match.end()
        if token.startswith("`"):
            pos = code_end(line, pos, token, unclosed)
            continue
        kind = delimiter_kind_at(token, 0)
        if kind is None and token != "$":  # noqa: S105 - a delimiter
            continue
        found = find_formula(line, start, len(line))
        if found is not None:
            pos = found.end
            shown = found.end if found.display else shown
        elif kind is not None and not (kind == "\\[" and is_escaped_link(line, start)):
            alone = not line[pos:].strip()
            if kind != "$$" or alone or not line[:start].strip():
                return OpenDelimiter(kind, start, alone), False
    return None, shown > 0 and not line[shown:].strip(" \t.,;:!?")


def is_escaped_link(text: str, pos: int) -> bool:
    r"""Whether ``\[`` at ``pos``, which ends no formula, is a bracket that somebody escaped.

    That is so before ``\](`` or ``](``, and before a ``]`` that nothing opened: ``\[foo]: /url``.
    """
    return _LINK.match(text, pos) is not None


def code_end(text: str, pos: int, ticks: str, unclosed: set[str]) -> int:
    """Where the inline code ends that ``ticks`` opened right before ``pos``; else ``pos``.

    ``unclosed`` keeps the runs of backticks that were searched in vain, so that a text full of
    them is not searched again for each.
    """
    if ticks in unclosed:
        return pos
    at = text.find(ticks, pos)
    while at != -1:
        end = at + len(ticks)
        while text.startswith("`", end):
            end += 1
        if end - at == len(ticks):
            return end
        at = text.find(ticks, end)
    unclosed.add(ticks)
    return pos


def delimiter_kind_at(text: str, pos: int) -> DelimiterKind | None:
    """The kind of display delimiter at ``pos``."""
    if text.startswith("$$", pos):
        return "$$"
    if text.startswith("\\[", pos):
        return "\\["
    match = _BEGIN.match(text, pos)
    return "\\begin" if match and match.group(1) in ENVIRONMENTS else None


def closes(kind: DelimiterKind, line: str) -> bool:
    """Whether ``line`` could hold the end of a formula of this kind (cheap, may be wrong)."""
    return {"$$": "$$", "\\[": "\\]", "\\begin": "\\end{"}[kind] in line


def _between(
    text: str, pos: int, limit: int, opening: str, closing: str, *, display: bool
) -> FormulaMatch | None:
    start = pos + len(opening)
    end = text.find(closing, start, limit)
    while end != -1 and _escaped(text, end, start):
        end = text.find(closing, end + 1, limit)
    if end == -1 or not text[start:end].strip():
        return None
    return FormulaMatch(pos, end + len(closing), text[start:end], opening, display)


def _escaped(text: str, pos: int, floor: int) -> bool:
    """Whether an odd number of backslashes stands right before ``pos``."""
    count = 0
    while pos - count > floor and text[pos - count - 1] == "\\":
        count += 1
    return count % 2 == 1


def _dollar(text: str, pos: int, limit: int) -> FormulaMatch | None:
    start = pos + 1
    if start >= limit or text[start] == "$":
        return None
    end = text.find("$", start, limit)
    while end != -1 and _escaped(text, end, start):
        end = text.find("$", end + 1, limit)
    if end == -1 or text[end - 1] == "(":
        return None
    source = text[start:end]
    following = text[end + 1 : end + 2]
    after_word = pos > 0 and _is_word(text[pos - 1])
    if after_word or following.isalpha():
        beside = _BESIDE.fullmatch(source) is not None
        if beside and following.isalpha():
            return FormulaMatch(pos, end + 1, source, "$", display=False)
        if after_word and not beside:
            return None
    if text[start].isspace() or text[end - 1].isspace():
        return _spaced(text, pos, end)
    if not _may_follow(following, source):
        return None
    if _BLANK_LINE.search(source) or _INNER.search(source) or _reads_as_prose(source):
        return None
    return FormulaMatch(pos, end + 1, source, "$", display=False)


def _spaced(text: str, pos: int, end: int) -> FormulaMatch | None:
    """A formula with white space inside both of its dollars, of which it must be sure."""
    source = text[pos + 1 : end]
    if not (source[0].isspace() and source[-1].isspace()) or _BLANK_LINE.search(source):
        return None
    following = text[end + 1 : end + 2]
    if _is_word(following) or following == "$" or _SPACED.search(source) is None:
        return None
    if source.rstrip()[-1:] in _UNENDED:
        return None
    if _SPACED_PROSE.search(_NAMED.sub(" ", source)) or _INNER.search(source):
        return None
    return FormulaMatch(pos, end + 1, source, "$", display=False)


def may_open_dollar(text: str, pos: int) -> bool:
    """Whether the dollar at ``pos`` could still become a formula when more text comes."""
    following = text[pos + 1 : pos + 2]
    if pos > 0 and _is_word(text[pos - 1]):
        return following in ("_", "^", "\\")
    return bool(following) and not following.isspace() and not following.isdigit()


def _is_word(char: str) -> bool:
    return char.isascii() and char.isalnum()


def _may_follow(following: str, source: str) -> bool:
    """Whether this may stand right behind the closing dollar of a formula."""
    if following in ("$", "{") or (following == "(" and source.startswith("(")):
        return False
    if source[-1] in _UNENDED and (_is_word(following) or following in ("\\", "(", "_")):
        return False
    if following.isdigit():
        return source.startswith("\\") and _LONE.fullmatch(source) is not None
    return not ("A" <= following <= "Z") or _LONE.fullmatch(source) is not None


def _reads_as_prose(source: str) -> bool:
    """``5 and US`` between two dollars is money, ``HOME of US`` are words; ``5 x`` is neither."""
    if _WORDS.fullmatch(source):
        return True
    if not source[0].isdigit():
        return False
    signs = "\\" if _MONEY.search(source) else "\\^_={"
    if any(sign in source.replace("\\$", "") for sign in signs):
        return False
    return _WORD.search(source) is not None or any(map(is_unspaced, source))


def _environment(text: str, pos: int, limit: int) -> FormulaMatch | None:
    match = _BEGIN.match(text, pos, limit)
    if match is None or match.group(1) not in ENVIRONMENTS:
        return None
    name = match.group(1)
    opening, closing = f"\\begin{{{name}}}", f"\\end{{{name}}}"
    depth, at = 1, match.end()
    while True:
        end = text.find(closing, at, limit)
        if end == -1:
            return None
        depth += text.count(opening, at, end) - 1
        at = end + len(closing)
        if depth == 0:
            return FormulaMatch(pos, at, text[pos:at], "", display=True)
