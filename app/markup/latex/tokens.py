r"""The tokens of a formula, and the refusal of what is not to be drawn.

No macro is ever expanded, so no input can grow: ``\def`` and its kin are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_SOURCE = 4096
"""Characters of a formula that is drawn; a longer one is shown as its source."""
MAX_TOKENS = 1500
"""Tokens; drawing costs about 0.2 ms each."""
MAX_NESTING = 20
"""Levels of braces, ``\\left`` and environments together."""

NAME, MOVING = "\ue001", "\ue002"
r"""Begin a text that is the name of an operator; the limits of the second stand under it in a
display (``\operatorname*``)."""

FRAME = "\ue000"
"""Begins a text that is no text: which sides of its table have a line (``l``, ``r``, ``t``, ``b``),
or ``m`` for the rows of a ``multline``. The converter forgets them; `mathml` takes the text out."""
NUMBER = "\ue003"
"""Begins the number of an equation."""
ASIDE = "\ue004"
"""Begins a text between the rows of a derivation, which stands at the left of them."""
SLANTED_BOLD = "\ue005"
"""Begins words in letters both bold and slanted."""
WORDS = "\ue006"
"""Begins words that the converter would misread."""

STARRED = frozenset(  # not shown
    f"\\{name}*"
    for name in """
        abs bra braket dd dv ev expval eval hspace ket mel norm operatorname order pdv qty tag
        va vb vspace vu
    """.split()  # noqa: SIM905 - a list of twenty strings reads worse
)
"""Commands that a star belongs to; behind another it is a sign: ``\\pi*r``."""
_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\\\\*|\\.|[{}]|[^\\{}]", re.DOTALL)
_LENGTH = re.compile(r"\s*([+-]? *(?:\d+\.?\d*|\.\d+)) *(em|ex|mu|pt|px|cm|mm|in|pc|bp|dd|cc|sp)")
_GAP = re.compile(rf"{_LENGTH.pattern}|[+-]?[\d. ]*\\[A-Za-z]+")
_COMMENT = re.compile(r"(?<!\\)%[^\n]*(?:\n|$)")

_REFUSED = frozenset(
    """
    \\catcode \\csname \\def \\DeclareMathOperator \\edef \\expandafter \\futurelet \\gdef \\global
    \\include \\includegraphics \\input \\let \\loop \\newcommand \\newenvironment \\openin
    \\openout
    \\providecommand \\read \\renewcommand \\repeat \\special \\usepackage
    \\verbatiminput \\write \\xdef
    """.split()  # noqa: SIM905 - a list of thirty strings reads worse
)


class MathError(Exception):
    """A formula that cannot be drawn; its source is to be shown instead.

    Nothing is lost: the text has the formula as it was written. The message says why, in English
    words for a log.
    """


def _unstarred(token: str) -> tuple[str, ...]:
    """A token, or two: a command and the star that does not belong to it."""
    if len(token) > 1 and token[-1] == "*" and token[-2].isalpha() and token not in STARRED:
        return token[:-1], "*"
    return (token,)


_SHORT = {
    f"\\var{name}": tuple(_TOKEN.findall(f"\\mathop{{\\{line}{{\\lim}}}}"))
    for name, line in (
        ("limsup", "overline"),
        ("liminf", "underline"),
        ("injlim", "underrightarrow"),
        ("projlim", "underleftarrow"),
    )
}
"""Limits with a line or an arrow, as what they are short for."""


def tokens_of(source: str) -> list[str]:  # not shown
    """The tokens of a formula: commands, braces, single characters; comments left out.

    Raises:
        MathError: too long, too deep, unbalanced, or with a command that is refused.
    """
    if len(source) > MAX_SOURCE:
        raise MathError(f"the formula has more than {MAX_SOURCE} characters")
    tokens = _TOKEN.findall(_COMMENT.sub("", source))
    if "*" in source:
        tokens = [part for token in tokens for part in _unstarred(token)]
    if "\\var" in source:
        tokens = [part for token in tokens for part in _SHORT.get(token, (token,))]
    if sum(not part.isspace() for part in tokens) > MAX_TOKENS:
        raise MathError(f"the formula has more than {MAX_TOKENS} parts")
    depth = deepest = 0
    for part in tokens:
        if part in _REFUSED:
            raise MathError(f"{part} is not drawn")
        depth += (part in ("{", "\\left", "\\begin")) - (part in ("}", "\\right", "\\end"))
        deepest = max(deepest, depth)
        if depth < 0:
            raise MathError("a brace or an environment closes that was never opened")
    if depth:
        raise MathError("a brace or an environment is not closed")
    if deepest > MAX_NESTING:
        raise MathError(f"the formula nests more than {MAX_NESTING} levels")
    return tokens


@dataclass(slots=True)
class ScriptsOfBase:
    """Which scripts what is read has already: two of one side are none that TeX draws."""

    kinds: str = ""
    opened: bool = False

    def take(self, part: str) -> None:
        """The next token, or the first of a group or a command with its arguments.

        Raises:
            MathError: it begins a second script of one side.
        """
        if part in ("_", "^"):
            if part in self.kinds:
                raise MathError("there are two scripts on one side")  # not shown
            self.kinds += part
            self.opened = True
        elif not part.isspace():
            self.kinds = self.kinds if self.opened else ""
            self.opened = False


@dataclass(slots=True)
class TokenReader:
    """Tokens and the position in them."""

    tokens: list[str]
    at: int = 0

    def next(self) -> str:
        """The next part; empty at the end."""
        part = self.tokens[self.at] if self.at < len(self.tokens) else ""
        self.at += 1
        return part

    def skip_spaces(self) -> None:
        """Go on to something that is not white space."""
        while self.at < len(self.tokens) and self.tokens[self.at].isspace():
            self.at += 1

    def peek(self) -> str:
        """The next part, without taking it."""
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def argument(self) -> list[str]:
        """The tokens of the next group, without its braces, or the next part alone."""
        self.skip_spaces()
        if self.peek() != "{":
            part = self.next()
            return [part] if part else []
        start = self.at + 1
        depth = 0
        while True:
            part = self.next()
            depth += (part == "{") - (part == "}")
            if depth == 0 or not part:
                return self.tokens[start : self.at - 1]

    def option(self) -> str | None:
        """The text of a ``[…]`` right here, if there is one."""
        found = self.option_tokens()
        return None if found is None else "".join(found)

    def option_tokens(self) -> list[str] | None:
        """The tokens of a ``[…]`` right here, if there is one; brackets in braces are its own."""
        if self.peek() != "[":
            return None
        depth = 0
        for end in range(self.at + 1, len(self.tokens)):
            part = self.tokens[end]
            if part == "]" and depth == 0:
                found = self.tokens[self.at + 1 : end]
                self.at = end + 1
                return found
            depth += (part == "{") - (part == "}")
        return None

    def skip_gap(self, end_of_row: str) -> None:
        r"""Go on behind the gap that a row's end may ask for: ``\\[2ex]``, not ``\\[a, b]``."""
        before = self.at
        gap = self.option() if end_of_row in ("\\\\", "\\\\*") else None
        if gap is not None and not _GAP.fullmatch(gap.strip()):
            self.at = before  # brackets that the next row begins with

    def dimension(self) -> str:
        """A length, in braces or not: ``{1em}``, ``-.5ex``.

        Raises:
            MathError: none stands here.
        """
        self.skip_spaces()
        if self.peek() == "{":
            text = "".join(self.argument())
            found = _LENGTH.fullmatch(text.strip())
        else:
            found = _LENGTH.match("".join(self.tokens[self.at : self.at + 16]))
            self.at += len(found[0]) if found else 0
        if found is None:
            raise MathError("a length is missing")  # not shown
        number = found[1].replace(" ", "")
        return f"{number}{found[2]}"

    def enclosed(self, opening: str, closing: str) -> list[str]:
        """The tokens up to the ``closing`` bracket of an opening one that was read, which is read.

        Raises:
            MathError: there is none.
        """
        start, depth, groups = self.at, 0, 0
        while self.at < len(self.tokens):
            part = self.next()
            groups += (part in ("{", "\\left", "\\begin")) - (part in ("}", "\\right", "\\end"))
            sized = self.at > 1 and self.tokens[self.at - 2] in ("\\left", "\\right")
            if groups or sized:
                continue
            if part == closing and depth == 0:
                return self.tokens[start : self.at - 1]
            depth += (part == opening != closing) - (part == closing)
        raise MathError(f"{opening} is not closed")  # not shown

    def until_right(self) -> list[str]:
        r"""The tokens up to the ``\right`` of a ``\left`` that was read, which is read too."""
        start, depth = self.at, 1
        while self.at < len(self.tokens):
            part = self.next()
            depth += (part == "\\left") - (part == "\\right")
            if depth == 0:
                return self.tokens[start : self.at - 1]
        raise MathError("\\left has no \\right")  # not shown

    def until(self, end: str) -> list[str]:
        """The tokens up to ``end``, which is read too, or all that are left."""
        start = self.at
        while self.at < len(self.tokens) and self.tokens[self.at] != end:
            self.at += 1
        self.at += 1
        return self.tokens[start : self.at - 1]

    def rest_of_group(self) -> list[str]:
        """The tokens up to the end of the group around this place."""
        start, depth = self.at, 0
        while self.at < len(self.tokens):
            part = self.tokens[self.at]
            depth += (part == "{") - (part == "}")
            if depth < 0 or (depth == 0 and part in ("&", "\\\\", "\\end")):
                break
            self.at += 1
        return self.tokens[start : self.at]
