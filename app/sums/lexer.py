"""Numbers, signs and words of a stretch of text or LaTeX, with their places."""

from __future__ import annotations

import re
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto

from app.sums.brackets import HIDDEN, absolute_value, is_of_group
from app.sums.numerals import GROUP_SIGNS, SUPERSCRIPTS, is_euler
from app.sums.values import CIRCULAR


class Kind(Enum):
    """What a token is."""

    NUMBER = auto()
    OPERATOR = auto()  # + - * / ^ ! % mod
    RELATION = auto()  # = ~ < > <= >=
    OPEN = auto()
    CLOSE = auto()
    FUNCTION = auto()  # sqrt root ln log abs sin cos tan
    CONSTANT = auto()  # pi e
    WORD = auto()
    BREAK = auto()  # the end of a clause, a sentence, a cell
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Token:
    """A token.

    Attributes:
        kind: What it is.
        text: Its text, with signs of one meaning written one way.
        start: Offset of its first character.
        end: Offset behind its last one.
        fraction: It opens what LaTeX or one character writes as a fraction.
        spelled: It is a number in words.
    """

    kind: Kind
    text: str
    start: int
    end: int
    fraction: bool = False
    spelled: bool = False


_NUMBER = re.compile(
    r"(?<![\w.,])\.\d+(?![.,]?\d)"  # .5
    r"|\d{1,3}(?: \d{3})+(?:[.,]\d+)?(?![\d.,]*\d)"  # 1 000 000
    rf"|\d+(?:(?:[.,{GROUP_SIGNS}]|\\,|\{{,\}})\d+)*"
)
_MARKS = "\u064b-\u0652\u0670\u0900-\u0903\u093a-\u094f\u0951-\u0957"  # vowels beside letters
_WORD = re.compile(
    rf"[^\W\d_](?:[^\W_⁰¹²³⁴-⁹]|[{_MARKS}])*(?:['’\-][^\W\d_](?:[^\W\d_]|[{_MARKS}])*)*"
)
_COMMAND = re.compile(r"\\([A-Za-z]+)\*?|\\(.)", re.DOTALL)
_HEX = re.compile(r"0[xXbBoO][0-9A-Fa-f]+")
_REPEATING = re.compile(r"\d+[.,]\d*\(\d+\)")
_BASE = re.compile(r"_(?:\d|\{\d+\})")
_SCIENTIFIC = re.compile(r"\d+(?:\.\d+)?[eE][+-]?\d+\b")
_EXPONENT = re.compile(r"\d{1,40}(?:\.\d{1,40})?[eE][+-]?\d{1,3}")
_ANGLE = re.compile(  # what stands behind a sine: in Spanish "sin" is "without"
    r"(?:[²³]|\^\d)?(?:\s?\(\s*[-−\dπ√(]|\s?\d[\d.,]*\s?°|\s?π(?!\s*[/·*×\w]))"
)
_DEGREES = re.compile(r"\^\s*\{?\s*\\circ(?![A-Za-z])\s*\}?")
_PI_IS = re.compile(  # not shown: a word that is the number only where a number near to it follows
    r"\s*(?:[=≈]|\s(?:is|equals|ist|est|es|vaut)(?:\s+(?:about|approximately|etwa|rund|environ))?\s)"
    r"\s*3[.,][012]\d*(?![\d.,]*\d)"
)
ALIGNED = re.compile(r"\s*&?\s*(?:[=≈]|\\approx)")
"""A line of an aligned formula goes on with its relation."""
CONTINUED = re.compile(r"\n[ \t]*[=≈](?![=≈])(?=[ \t]*[-−(\[\d√π])")
"""A line that goes on with what the line before it comes to."""
_DOTS = re.compile(r"[…⋯]|\.\.\.(?!\.)")
_ROW_SIGNS = ("+", "×", "*", "·", "⋅", "\\times", "\\cdot")
_BLANK = f" \t{HIDDEN}"
_DICE = re.compile(r"[dDwW]\d+")

_SIGNS = {
    "+": "+", "-": "-", "−": "-", "–": "-", "×": "*", "·": "*", "⋅": "*", "*": "*", "∗": "*",
    "÷": "/", "/": "/", "∕": "/", "⁄": "/", ":": ":", "^": "^", "!": "!", "%": "%",
    "＋": "+", "－": "-", "＊": "*", "／": "/", "％": "%",
}  # fmt: skip
RELATIONS_OF_ONE = {
    "=": "=", "≈": "~", "≃": "~", "≅": "~", "≐": "~", "<": "<", ">": ">", "≤": "<=", "≥": ">=",
    "⩽": "<=", "⩾": ">=", "＝": "=", "＜": "<", "＞": ">",
}  # fmt: skip
_ONE = {
    **{sign: (Kind.OPERATOR, text) for sign, text in _SIGNS.items()},
    **{sign: (Kind.RELATION, text) for sign, text in RELATIONS_OF_ONE.items()},
    **dict.fromkeys("([（", (Kind.OPEN, "(")),
    **dict.fromkeys(")]）", (Kind.CLOSE, ")")),
    **{sign: (Kind.WORD, sign) for sign in "$€£¥₹"},
    **{sign: (Kind.BREAK, sign) for sign in ".,;?\n|\"“”„«»•…&‘’'→⇒،؛؟।"},
    "√": (Kind.FUNCTION, "sqrt"),
    "∛": (Kind.FUNCTION, "cbrt"),
}
"""What one sign alone is."""
COMMANDS = {
    "times": "*", "cdot": "*", "ast": "*", "div": "/", "approx": "~", "simeq": "~", "lt": "<",
    "gt": ">", "leq": "<=", "le": "<=", "geq": ">=", "ge": ">=", "leqslant": "<=",
    "geqslant": ">=", "bmod": "mod", "mod": "mod", "choose": "choose",
}  # fmt: skip
_SILENT = {  # not shown
    "left", "right", "big", "Big", "bigl", "bigr", "displaystyle", "quad", "qquad", "boxed",
    "limits", "textbf", "mathbf", "mathrm", "text", "mathit", "textstyle", "underline", "mathsf",
    "operatorname", "textit", "bigg", "Bigg", "mbox", "textrm",
}  # fmt: skip
_FRACTIONS = {"frac": "/", "dfrac": "/", "tfrac": "/", "cfrac": "/", "binom": "choose",
              "dbinom": "choose", "tbinom": "choose"}  # fmt: skip
"""Commands of two arguments, and the sign that stands between those."""
_GROUPS = dict.fromkeys("[{", (Kind.OPEN, "(")) | dict.fromkeys("]}", (Kind.CLOSE, ")"))
_POWER = re.compile("⁻?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_BASED = re.compile(r"log(?:_\{?(\d{1,3})\}?|([₀₁₂₃₄₅₆₇₈₉]{1,3}))(?=\s?[(\d])")  # log₂ 8
_VULGAR = {"½": (1, 2), "¼": (1, 4), "¾": (3, 4), "⅓": (1, 3), "⅔": (2, 3), "⅛": (1, 8),
           "⅜": (3, 8), "⅝": (5, 8), "⅞": (7, 8), "⅕": (1, 5), "⅖": (2, 5), "⅗": (3, 5),
           "⅘": (4, 5), "⅙": (1, 6), "⅚": (5, 6)}  # fmt: skip
_DEEPEST = 40


def tokens(text: str, start: int, end: int, *, latex: bool) -> list[Token]:
    """The tokens of ``text[start:end]``, whose digits are ASCII's."""
    return list(_Lexer(text, end, latex).run(start, end, 0))


class _Lexer:
    def __init__(self, text: str, end: int, latex: bool) -> None:
        self._text = text
        self._end = end
        self._latex = latex

    def run(self, at: int, end: int, depth: int) -> Iterator[Token]:
        """Tokens up to ``end``."""
        while at < end:
            sign = self._text[at]
            goes_on = sign == "\n" and (self._latex or CONTINUED.match(self._text, at, end))
            if goes_on or sign in " \t\r" or sign == HIDDEN:
                at += 1
            elif self._latex and sign == "\\":
                at = yield from self._command(at, end, depth)
            elif self._latex and sign == "&" and ALIGNED.match(self._text, at, end):
                at += 1
            elif self._latex and sign in "{}":
                at = yield from self._braces(at, end, depth)
            elif sign == "|" and (bars := absolute_value(self._text, at, end)) is not None:
                yield Token(Kind.FUNCTION, "abs", at, at + 1)
                yield Token(Kind.OPEN, "(", at + 1, at + 1)
                yield from self.run(*bars.span("inside"), depth + 1)
                yield Token(Kind.CLOSE, ")", bars.end() - 1, bars.end())
                at = bars.end()
            elif self._latex and sign == "^" and (found := _DEGREES.match(self._text, at, end)):
                yield Token(Kind.UNKNOWN, "°", at, found.end())
                at = found.end()
            elif self._latex and sign == "_":
                stop = self._group_end(at + 1, end)
                yield Token(Kind.UNKNOWN, self._text[at:stop], at, stop)
                at = stop
            else:
                token = self._plain(at, end)
                at = token.end
                yield token

    def _plain(self, at: int, end: int) -> Token:
        """One token that is written the same way everywhere."""
        text, sign = self._text, self._text[at]
        for pattern in (_HEX, _SCIENTIFIC, _REPEATING):
            found = pattern.match(text, at, end)
            if found:
                written = found.group()
                known = pattern is _SCIENTIFIC and _EXPONENT.fullmatch(written)
                return Token(Kind.NUMBER if known else Kind.UNKNOWN, written, at, found.end())
        if found := _NUMBER.match(text, at, end):
            number = _ungrouped(found.group())
            number = f"0{number}" if number[0] == "." else number
            return Token(Kind.NUMBER, number, at, found.end())
        if found := _POWER.match(text, at, end):
            power = found.group().translate(SUPERSCRIPTS)
            return Token(Kind.OPERATOR, f"^{power}", at, found.end())
        if sign in _VULGAR:
            return Token(Kind.NUMBER, sign, at, at + 1, fraction=True)
        if sign == "π":
            return Token(Kind.CONSTANT, "pi", at, at + 1)
        if found := _BASED.match(text, at, end):
            base = found.group(1) or found.group(2).translate(_SUBSCRIPTS)
            return Token(Kind.FUNCTION, f"log{base}", at, found.end())
        if found := _WORD.match(text, at, end):
            return self._word(found.group(), at, found.end())
        if found := _DOTS.match(text, at, end):
            return self._dots(at, found.end(), Kind.BREAK)
        two = text[at : min(at + 2, end)]
        if two in _TWO:
            return Token(*_TWO[two], at, at + len(two))
        if sign in "[]{}" and not self._latex:
            if is_of_group(text, at, end):
                return Token(*_GROUPS[sign], at, at + 1)
            return Token(Kind.BREAK, sign, at, at + 1) if sign in "[]" else _unknown(sign, at)
        if sign in _ONE:
            return Token(*_ONE[sign], at, at + 1)
        return _unknown(sign, at)

    def _word(self, word: str, at: int, end: int) -> Token:
        if word == "mod":
            return Token(Kind.OPERATOR, "mod", at, end)
        if word == "choose" and self._between_numbers(at, end):
            return Token(Kind.OPERATOR, "choose", at, end)
        if word.lower() in {"percent", "prozent", "प्रतिशत"}:
            return Token(Kind.OPERATOR, "%", at, end)
        if _DICE.fullmatch(word) and self._text[at - 1 : at].isdigit():
            return Token(Kind.UNKNOWN, word, at, end)
        if word == "e" and is_euler(self._text, at, end):
            return Token(Kind.CONSTANT, "e", at, end)
        if word in {"log2", "log10"} and self._text[end : end + 1] == "(":
            return Token(Kind.FUNCTION, word, at, end)
        if word in {"sqrt", "ln", "log", "abs"} and self._text[end : end + 2] != "  ":
            return Token(Kind.FUNCTION, word, at, end)
        if word in CIRCULAR and _ANGLE.match(self._text, end):
            return Token(Kind.FUNCTION, word, at, end)
        if word.lower() == "pi" and _PI_IS.match(self._text, end):
            return Token(Kind.CONSTANT, "pi", at, end)
        if word == "x" and self._between_numbers(at, end):
            return Token(Kind.OPERATOR, "*", at, end)
        return Token(Kind.WORD, word, at, end)

    def _dots(self, at: int, end: int, other: Kind) -> Token:
        """Dots: between two signs a row that goes on, beside one what cannot be read."""
        blank = _BLANK + "\n" if self._latex else _BLANK
        before = self._text[max(0, at - 8) : at].rstrip(blank)
        after = self._text[end : min(end + 8, self._end)].lstrip(blank)
        if any(before.endswith(one) and after.startswith(one) for one in _ROW_SIGNS):
            return Token(Kind.OPERATOR, "…", at, end)
        beside = before.endswith((*_ROW_SIGNS, "-", "−")) or after.startswith(_ROW_SIGNS)
        return Token(Kind.UNKNOWN if beside else other, "…", at, end)

    def _between_numbers(self, at: int, end: int) -> bool:
        """Whether a word has blanks and numbers on both sides: an "x" means times there."""
        before, after = self._text[max(0, at - 2) : at], self._text[end : end + 2]
        return bool(re.fullmatch(r"[\d)] ", before) and re.fullmatch(r" [\d($€£]", after))

    def _command(self, at: int, end: int, depth: int) -> Generator[Token, None, int]:
        found = _COMMAND.match(self._text, at, end)
        if found is None:
            yield _unknown("\\", at)
            return at + 1
        name, stop = found.group(1), found.end()
        if name is None:
            sign = found.group(2)
            if sign == "%":
                yield Token(Kind.OPERATOR, "%", at, stop)
            elif sign in "$#":
                yield Token(Kind.WORD, sign, at, stop)
            elif sign in "{}":
                yield Token(*_GROUPS[sign], at, stop)
            elif sign == "\\" and not ALIGNED.match(self._text, stop, end):
                yield Token(Kind.BREAK, "\n", at, stop)
            elif sign not in ",;:! \\":
                yield _unknown(sign, at)
            return stop
        if name in _FRACTIONS and depth < _DEEPEST:
            return (yield from self._fraction(_FRACTIONS[name], at, stop, end, depth))
        if name == "sqrt" and depth < _DEEPEST:
            return (yield from self._root(at, stop, end, depth))
        if name == "log" and _BASE.match(self._text, stop, end):
            based = self._group_end(stop + 1, end)
            yield Token(Kind.FUNCTION, "log of base", at, stop)  # not shown
            yield from self._parenthesised(stop + 1, based, depth)
            return based
        if name in COMMANDS:
            text = COMMANDS[name]
            relation = text in RELATIONS_OF_ONE.values()
            yield Token(Kind.RELATION if relation else Kind.OPERATOR, text, at, stop)
        elif name == "pi":
            yield Token(Kind.CONSTANT, "pi", at, stop)
        elif name in {"ln", "log", *CIRCULAR}:
            yield Token(Kind.FUNCTION, name, at, stop)
        elif name in {"implies", "iff", "Rightarrow", "rightarrow", "to", "therefore", "because"}:
            yield Token(Kind.BREAK, name, at, stop)
        elif name in {"dots", "ldots", "cdots", "dotsb"}:
            yield self._dots(at, stop, Kind.UNKNOWN)
        elif name in {"begin", "end"}:
            stop = self._group_end(stop, end)
            yield Token(Kind.BREAK, name, at, stop)
        elif name not in _SILENT:
            yield Token(Kind.UNKNOWN, name, at, stop)
        return stop

    def _fraction(
        self, sign: str, at: int, stop: int, end: int, depth: int
    ) -> Generator[Token, None, int]:
        above = self._group_end(stop, end)
        below = self._group_end(above, end)
        yield Token(Kind.OPEN, "(", at, stop, fraction=sign == "/")
        yield from self._parenthesised(stop, above, depth)
        yield Token(Kind.OPERATOR, sign, above, above)
        yield from self._parenthesised(above, below, depth)
        yield Token(Kind.CLOSE, ")", below, below)
        return below

    def _root(self, at: int, stop: int, end: int, depth: int) -> Generator[Token, None, int]:
        if stop < end and self._text[stop] == "[":
            close = self._text.find("]", stop, end)
            if close < 0:
                yield _unknown("[", stop)
                return stop + 1
            yield Token(Kind.FUNCTION, "root", at, stop)
            yield Token(Kind.OPEN, "(", stop, stop + 1)
            yield from self.run(stop + 1, close, depth + 1)
            yield Token(Kind.CLOSE, ")", close, close + 1)
            stop = close + 1
        else:
            yield Token(Kind.FUNCTION, "sqrt", at, stop)
        inside = self._group_end(stop, end)
        yield from self._parenthesised(stop, inside, depth)
        return inside

    def _parenthesised(self, at: int, end: int, depth: int) -> Iterator[Token]:
        yield Token(Kind.OPEN, "(", at, at)
        at, end = self._inside(at, end)
        yield from self.run(at, end, depth + 1)
        yield Token(Kind.CLOSE, ")", end, end)

    def _braces(self, at: int, end: int, depth: int) -> Generator[Token, None, int]:
        if self._text[at] == "}" or depth >= _DEEPEST:
            yield _unknown(self._text[at], at)
            return at + 1
        stop = self._group_end(at, end)
        grouped = at > 0 and self._text[at - 1] == "^"
        if grouped:
            yield from self._parenthesised(at, stop, depth)
        else:
            inner = self._inside(at, stop)
            yield from self.run(*inner, depth + 1)
        return stop

    def _inside(self, at: int, end: int) -> tuple[int, int]:
        while at < end and self._text[at] in " \n":
            at += 1
        if at < end and self._text[at] == "{" and self._text[end - 1] == "}":
            return at + 1, end - 1
        return at, end

    def _group_end(self, at: int, end: int) -> int:
        """Behind the argument that begins at ``at``: a group in braces, a command, a character."""
        while at < end and self._text[at] in " \n":
            at += 1
        if at >= end:
            return end
        if self._text[at] == "\\":
            found = _COMMAND.match(self._text, at, end)
            return found.end() if found else at + 1
        if self._text[at] != "{":
            return at + 1
        level = 0
        while at < end:
            sign = self._text[at]
            if sign == "\\":
                at += 1
            elif sign == "{":
                level += 1
            elif sign == "}":
                level -= 1
                if level == 0:
                    return at + 1
            at += 1
        return end


_TWO = {
    "<=": (Kind.RELATION, "<="),
    ">=": (Kind.RELATION, ">="),
    "**": (Kind.OPERATOR, "**"),
    "==": (Kind.RELATION, "="),
    "!!": (Kind.BREAK, "!!"),  # a double factorial, or delight
    "=>": (Kind.BREAK, "=>"),
    "<-": (Kind.BREAK, "<-"),
    "<<": (Kind.UNKNOWN, "<<"),
    ">>": (Kind.UNKNOWN, ">>"),
    "->": (Kind.BREAK, "->"),
    "# ": (Kind.BREAK, "#"),  # a remark behind code
}


def _unknown(sign: str, at: int) -> Token:
    return Token(Kind.UNKNOWN, sign, at, at + len(sign))


def _ungrouped(number: str) -> str:
    r"""A number without LaTeX's signs between groups of digits: ``1{,}000``, ``1\,000``."""
    return number.replace("{,}", ",").replace("\\,", "\u2009")


def vulgar(sign: str) -> tuple[int, int]:
    """Numerator and denominator of a fraction that is one character."""
    return _VULGAR[sign]


class TokenCursor:
    """The place of a reader among tokens, which every grammar over them keeps.

    Args:
        tokens: Of an expression.
    """

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def ended(self) -> bool:
        """Whether all tokens were read."""
        return self._at == len(self._tokens)

    def _peek(self, ahead: int = 0) -> Token | None:
        """A token without going on; None behind the last one."""
        at = self._at + ahead
        return self._tokens[at] if at < len(self._tokens) else None

    def _operator(self, *signs: str) -> str:
        """Go on behind one of some operators; empty where none of them stands."""
        token = self._peek()
        if token is None or token.kind is not Kind.OPERATOR or token.text not in signs:
            return ""
        self._at += 1
        return token.text
