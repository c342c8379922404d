"""The patterns of JSON schemas, as far as answers can be held to them: read into a tree. Pure.

ECMA-262's syntax: characters, classes, groups, alternatives, quantifiers, and the ends of the text.
What looks back or ahead, or counts what came before, is named and refused.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from app.language import tr

LAST = 0x10FFFF
MOST_TIMES = 1_000
"""That a quantifier may name."""
LONGEST_PATTERN = 2_000  # characters
_DEEPEST = 32  # groups in one another
Ranges = tuple[tuple[int, int], ...]
"""Characters from and to, in order, without overlaps."""


class PatternError(ValueError):
    """A pattern cannot be held to; its text says what in it."""


@dataclass(frozen=True, slots=True)
class Chars:
    """One of some characters."""

    ranges: Ranges


@dataclass(frozen=True, slots=True)
class Sequel:
    """One after the other; nothing where there are no parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of several."""

    choices: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Repeat:
    """The same several times.

    Attributes:
        inner: What is repeated.
        least: Times at least.
        most: Times at most; None for no end.
    """

    inner: Node
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Edge:
    """The beginning of the text, or its end."""

    end: bool


Node = Chars | Sequel | Either | Repeat | Edge

ANY: Ranges = ((0, LAST),)
_LINE_ENDS = ((0x0A, 0x0A), (0x0D, 0x0D), (0x2028, 0x2029))
_DIGITS = ((0x30, 0x39),)
_WORDS = ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A))
_SPACES = (
    (0x09, 0x0D), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x2000, 0x200A),
    (0x2028, 0x2029), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000), (0xFEFF, 0xFEFF),
)  # fmt: skip
_CONTROLS = {"t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D, "0": 0}
_HEX = {"x": 2, "u": 4}  # digits behind the letter
_ITSELF = frozenset("^$\\.*+?()[]{}|/-\"'#&,:;<=>@_`~! %")


def merged(ranges: Sequence[tuple[int, int]]) -> Ranges:
    """Ranges in order, without overlaps."""
    made: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if made and low <= made[-1][1] + 1:
            made[-1] = made[-1][0], max(high, made[-1][1])
        else:
            made.append((low, high))
    return tuple(made)


def without(ranges: Sequence[tuple[int, int]]) -> Ranges:
    """All characters but these."""
    made: list[tuple[int, int]] = []
    at = 0
    for low, high in merged(ranges):
        if at < low:
            made.append((at, low - 1))
        at = high + 1
    return (*made, (at, LAST)) if at <= LAST else tuple(made)


_CLASSES = {
    "d": _DIGITS, "w": _WORDS, "s": _SPACES,
    "D": without(_DIGITS), "W": without(_WORDS), "S": without(_SPACES),
}  # fmt: skip


def parse_pattern(text: str) -> Node:
    """The tree of a pattern.

    Raises:
        PatternError: It is none, or has something in it that no answer can be held to.
    """
    if len(text) > LONGEST_PATTERN:
        raise PatternError(tr("it is too long"))
    reader = _Reader(text)
    tree = reader.alternatives(0)
    if not reader.at_end():
        raise PatternError(tr("a bracket is closed that was not opened"))
    return tree


class _Reader:
    def __init__(self, text: str) -> None:
        self._text, self._at = text, 0

    def at_end(self) -> bool:
        return self._at >= len(self._text)

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _next(self) -> str:
        found = self._peek()
        if not found:
            raise PatternError(tr("it ends in the middle"))
        self._at += 1
        return found

    def _takes(self, what: str) -> bool:
        there = self._text.startswith(what, self._at)
        self._at += len(what) if there else 0
        return there

    def alternatives(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise PatternError(tr("it nests too deep"))
        choices = [self._one_after_the_other(depth)]
        while self._takes("|"):
            choices.append(self._one_after_the_other(depth))
        return choices[0] if len(choices) == 1 else Either(tuple(choices))

    def _one_after_the_other(self, depth: int) -> Node:
        parts: list[Node] = []
        while not self.at_end() and self._peek() not in "|)":
            parts.append(self._repeated(self._atom(depth)))
        return parts[0] if len(parts) == 1 else Sequel(tuple(parts))

    def _repeated(self, inner: Node) -> Node:
        mark = self._peek()
        if not mark or mark not in "*+?{":
            return inner
        if isinstance(inner, Edge):
            raise PatternError(tr("{sign} cannot stand there", sign=mark))
        self._at += 1
        least, most = {"*": (0, None), "+": (1, None), "?": (0, 1)}.get(mark) or self._times()
        self._takes("?")  # a lazy one finds the same texts
        if self._peek() and self._peek() in "*+?{":
            raise PatternError(tr("{sign} cannot stand there", sign=self._peek()))
        return Repeat(inner, least, most)

    def _times(self) -> tuple[int, int | None]:
        end = self._text.find("}", self._at)
        low, comma, high = self._text[self._at : max(end, self._at)].partition(",")
        if end < 0 or not low.isdecimal() or (high and not high.isdecimal()):
            raise PatternError(tr("{sign} cannot stand there", sign="{"))
        self._at = end + 1
        least = int(low[:9])
        most = least if not comma else int(high[:9]) if high else None
        if max(least, most or 0) > MOST_TIMES:
            raise PatternError(tr("it repeats more than {most} times", most=MOST_TIMES))
        if most is not None and most < least:
            raise PatternError(tr("{sign} cannot stand there", sign="{"))
        return least, most

    def _atom(self, depth: int) -> Node:
        sign = self._next()
        match sign:
            case "^" | "$":
                return Edge(sign == "$")
            case ".":
                return Chars(without(_LINE_ENDS))
            case "(":
                self._open_group()
                inner = self.alternatives(depth + 1)
                if not self._takes(")"):
                    raise PatternError(tr("a bracket is not closed"))
                return inner
            case "[":
                return Chars(self._class())
            case "\\":
                return Chars(self._escaped())
            case "*" | "+" | "?" | "{":
                raise PatternError(tr("{sign} cannot stand there", sign=sign))
        return Chars(((ord(sign), ord(sign)),))

    def _open_group(self) -> None:
        start = self._at
        if not self._takes("?") or self._takes(":"):
            return
        named = self._takes("<") and self._peek() not in {"=", "!"}
        end = self._text.find(">", self._at)
        if not named or not self._text[self._at : max(end, self._at)].isidentifier():
            raise PatternError(
                tr("{sign} is not supported", sign=f"({self._text[start : self._at + 1]}")
            )
        self._at = end + 1

    def _escaped(self) -> Ranges:
        letter = self._next()
        if letter in _CLASSES:
            return _CLASSES[letter]
        code = self._code(letter)
        return ((code, code),)

    def _code(self, letter: str) -> int:
        """The character behind a backslash."""
        if letter in _HEX:
            digits = self._text[self._at : self._at + _HEX[letter]]
            code = int(digits, 16) if _is_hex(digits, _HEX[letter]) else -1
            if code < 0 or 0xD800 <= code <= 0xDFFF:
                raise PatternError(tr("{sign} is not supported", sign=f"\\{letter}"))
            self._at += len(digits)
            return code
        if letter in _CONTROLS and not (letter == "0" and self._peek().isdecimal()):
            return _CONTROLS[letter]
        if letter not in _ITSELF:
            raise PatternError(tr("{sign} is not supported", sign=f"\\{letter}"))
        return ord(letter)

    def _class(self) -> Ranges:
        negated, found = self._takes("^"), list[tuple[int, int]]()
        while not self._takes("]"):
            low, several = self._class_atom()
            if several:
                found += several
                continue
            high = low
            if self._peek() == "-" and self._text[self._at + 1 : self._at + 2] not in {"]", ""}:
                self._at += 1
                high, several = self._class_atom()
                if several or high < low:
                    raise PatternError(tr("a range of characters runs backwards"))
            found.append((low, high))
        if not found and not negated:
            raise PatternError(tr("a class of characters is empty"))
        return without(found) if negated else merged(found)

    def _class_atom(self) -> tuple[int, Ranges]:
        """One character, or several that a letter stands for."""
        sign = self._next()
        if sign != "\\":
            return ord(sign), ()
        letter = self._next()
        if letter in _CLASSES:
            return 0, _CLASSES[letter]
        return (0x08, ()) if letter == "b" else (self._code(letter), ())


def _is_hex(text: str, length: int) -> bool:
    return len(text) == length and all(one in "0123456789abcdefABCDEF" for one in text)
