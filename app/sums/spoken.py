"""Sums in words: "12 plus 5", "15 % of 80", "is greater than", in four languages."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from app.sums.lexer import Kind, Token

_OPERATORS: Mapping[tuple[str, ...], str] = {
    ("plus",): "+", ("minus",): "-", ("times",): "*", ("multiplied", "by"): "*",
    ("divided", "by"): "/", ("mal",): "*", ("geteilt", "durch"): "/", ("fois",): "*",
    ("moins",): "-", ("divisé", "par"): "/", ("más",): "+", ("menos",): "-", ("por",): "*",
    ("dividido", "por"): "/", ("dividido", "entre"): "/", ("to", "the", "power", "of"): "^",
    ("hoch",): "^",
}  # fmt: skip
_RELATIONS: Mapping[tuple[str, ...], str] = {
    ("is", "equal", "to"): "=", ("equals",): "=", ("is",): "=", ("are",): "=", ("makes",): "=",
    ("gives",): "=", ("is", "exactly"): "=", ("ist",): "=", ("sind",): "=", ("ist", "gleich"): "=",
    ("ergibt",): "=", ("ergeben",): "=", ("est",): "=", ("font",): "=", ("fait",): "=",
    ("égale",): "=", ("est", "égal", "à"): "=", ("es",): "=", ("son",): "=", ("da",): "=",
    ("es", "igual", "a"): "=", ("is", "about"): "~", ("is", "approximately"): "~",
    ("is", "roughly"): "~", ("equals", "approximately"): "~", ("ist", "etwa"): "~",
    ("ist", "ungefähr"): "~", ("sind", "etwa"): "~", ("est", "environ"): "~",
    ("es", "aproximadamente"): "~",
    ("is", "greater", "than"): ">", ("is", "larger", "than"): ">", ("is", "bigger", "than"): ">",
    ("is", "more", "than"): ">", ("is", "higher", "than"): ">", ("is", "less", "than"): "<",
    ("is", "smaller", "than"): "<", ("is", "lower", "than"): "<", ("ist", "größer", "als"): ">",
    ("ist", "mehr", "als"): ">", ("ist", "kleiner", "als"): "<", ("ist", "weniger", "als"): "<",
    ("est", "plus", "grand", "que"): ">", ("est", "supérieur", "à"): ">",
    ("est", "plus", "petit", "que"): "<", ("est", "inférieur", "à"): "<",
    ("es", "mayor", "que"): ">", ("es", "menor", "que"): "<",
}  # fmt: skip
_POWERS = {"squared": "^2", "cubed": "^3"}  # not shown
_ROOTS = {  # not shown
    ("square", "root", "of"), ("wurzel", "aus"), ("wurzel", "von"), ("racine", "carrée", "de"),
    ("raíz", "cuadrada", "de"),
}  # fmt: skip
_OF = {"of", "von", "de", "der", "des", "del"}
_ABOUT = {"about", "approximately", "roughly", "around", "nearly", "ca", "circa", "etwa", "rund",
          "ungefähr", "knapp", "environ", "presque", "casi", "aproximadamente"}  # fmt: skip
_LONGEST = 4
_UNCLAIMED = re.compile(  # what is supposed, or what others say
    r"\b(?:if|when|wenn|falls|si|suppose|assume|say|imagine|angenommen|supposons|supongamos"
    r"|(?<!\bI )(?:think|believe|claim|wrote|said|glauben|denken|meinen|pensent|croient|creen)"
    r"|first glance|auf den ersten blick|you(?:r answer|r result)?|deine antwort)"
    r"(?:\s+(?:that|dass|que))?[\s,:(`$]*(?:\\\()?\s*$",
    re.IGNORECASE,
)
_DENIED = re.compile(
    r"\b(?:not|never|instead|rather than|nicht|kein\w*|pas|no)\b|n['’]t\b", re.IGNORECASE
)
_FAR = 600  # characters to where a denial is looked for
_SENTENCE = re.compile(r"[.!?][\s\0*]+")
_CONGRUENT = re.compile(r"[^,;.\n]*(?:\\[bp]?|(?<![a-z]))mod\b")
_ASKED = re.compile(r"(?:[^.?!;\n]|[.!](?=\d))*\?")


def said_as_signs(tokens: Sequence[Token]) -> list[Token]:
    """The tokens with words of arithmetic as the signs they stand for."""
    made: list[Token] = []
    at = 0
    while at < len(tokens):
        token = tokens[at]
        if token.kind is Kind.WORD:
            taken = _phrase(tokens, at, made)
            if taken is not None:
                made.append(taken[0])
                at += taken[1]
                continue
            if made and made[-1].kind is Kind.RELATION and token.text.lower() in _ABOUT:
                made[-1] = _sign(Kind.RELATION, "~", made[-1], token)
                at += 1
                continue
        made.append(token)
        at += 1
    return made


def _phrase(tokens: Sequence[Token], at: int, before: Sequence[Token]) -> tuple[Token, int] | None:
    """A sign, and how many words it takes; only between numbers."""
    if root := _root(tokens, at):
        return root
    if not before or before[-1].kind not in {Kind.NUMBER, Kind.CLOSE, Kind.OPERATOR, Kind.WORD}:
        return None
    for length in range(min(_LONGEST, len(tokens) - at), 0, -1):
        part = tokens[at : at + length]
        if any(one.kind is not Kind.WORD for one in part):
            continue
        words = tuple(one.text.lower() for one in part)
        last = part[-1]
        if length == 1 and words[0] in _POWERS and _is_bare(before):
            return _sign(Kind.OPERATOR, _POWERS[words[0]], last, last), 1
        if words in _OPERATORS and _after_number(before) and _begins_number(tokens, at + length):
            return _sign(Kind.OPERATOR, _OPERATORS[words], part[0], last), length
        if words in _RELATIONS and _begins_number(tokens, at + length):
            return _sign(Kind.RELATION, _RELATIONS[words], part[0], last), length
        if words[0] in _OF and length == 1 and _is_share(before):
            return _sign(Kind.OPERATOR, "*", part[0], last), 1
    return None


def _root(tokens: Sequence[Token], at: int) -> tuple[Token, int] | None:
    """The sign for "square root of", and how many words it takes."""
    for length in (2, 3):
        part = tokens[at : at + length]
        words = tuple(one.text.lower() for one in part)
        if words in _ROOTS and _begins_number(tokens, at + length):
            return _sign(Kind.FUNCTION, "sqrt", part[0], part[-1]), length
    return None


def _is_bare(before: Sequence[Token]) -> bool:
    """Whether a number without a minus stands before: "-3 squared" is 9 to who says it."""
    return before[-1].kind is Kind.NUMBER and (len(before) < 2 or before[-2].text != "-")


def _after_number(before: Sequence[Token]) -> bool:
    last = before[-1]
    return last.kind in {Kind.NUMBER, Kind.CLOSE} or last.text in {"%", "!"}


def _begins_number(tokens: Sequence[Token], at: int) -> bool:
    while at < len(tokens):
        token = tokens[at]
        about = token.kind is Kind.WORD and token.text.lower() in _ABOUT
        if (
            not about
            and token.text not in {"$", "€", "£", "-", "("}
            and token.kind is not Kind.FUNCTION
        ):
            return token.kind in {Kind.NUMBER, Kind.CONSTANT}
        at += 1
    return False


def _is_share(before: Sequence[Token]) -> bool:
    """A per cent sign or a fraction stands before "of"."""
    if before[-1].text == "%" or before[-1].fraction:
        return True
    return len(before) >= 3 and before[-1].kind is Kind.NUMBER and before[-2].text == "/"


def _sign(kind: Kind, text: str, first: Token, last: Token) -> Token:
    return Token(kind, text, first.start, last.end)


def is_claimed(text: str, start: int, begins: int, relation_end: int, ends: int) -> bool:
    """Whether a statement is made: not asked, denied, supposed or said by others, no remainder.

    Args:
        text: The whole.
        start: Where its line or formula begins.
        begins: Where the statement does.
        relation_end: Behind its sign.
        ends: Behind the statement.
    """
    if _ASKED.match(text, ends) or _CONGRUENT.match(text, relation_end, ends + len(" (mod")):
        return False
    start = max(start, begins - _FAR)
    before = [found.end() for found in _SENTENCE.finditer(text, start, begins)]
    line_end = text.find("\n", ends, ends + _FAR)
    line_end = min(ends + _FAR, len(text)) if line_end < 0 else line_end
    after = [found.start() for found in _SENTENCE.finditer(text, ends, line_end)]
    until = after[1] if len(after) > 1 else line_end
    if _DENIED.search(text, before[-1] if before else start, until):
        return False
    return not _UNCLAIMED.search(text, max(start, begins - 60), begins)
