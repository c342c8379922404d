r"""The parts of a substance as LaTeX: its amount, its symbol, and the scripts around it.

Symbols are upright and variables slanted: ``C_nH_{2n+2}`` has an italic *n*, ``C_{max}`` has not.
A script is a formula if it holds single letters among digits and signs, and else words.
"""

from __future__ import annotations

import re

from app.markup.latex.chemistry.groups import command, dollars, group
from app.markup.latex.chemistry.quantities import quantity
from app.markup.latex.tokens import MathError

_GREEK = (
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|omicron|pi|rho|sigma"
    "|tau|upsilon|phi|chi|psi|omega|Gamma|Delta|Theta|Lambda|Xi|Pi|Sigma|Upsilon|Phi|Psi|Omega"
)
LETTERS = re.compile(
    rf"(?:[a-zA-Z\u03b1-\u03c9\u0391-\u03a9?@]|\\(?:{_GREEK})(?:\s+|\{{\}}|(?![a-zA-Z])))+"
)
_GREEK_NAME = re.compile(rf"\\(?:{_GREEK})(?:\s+|\{{\}}|(?![a-zA-Z]))")
_HALF = re.compile(r"([+-]?)([0-9]+|\$[a-z]\$|[a-z])/([0-9]+)(\$[a-z]\$|[a-z])?$")
_FORMULA = re.compile(
    r"(?:[a-z]|(?:[0-9 +\-,.()]+[a-z])+[0-9 +\-,.()]*|(?:[a-z][0-9 +\-,.()]+)+[a-z]?)$"
)
_STATE = re.compile(r"\([a-z]{1,3}\)$")
_WORD_IN_BRACKETS = re.compile(r"\([a-z]+\)$")
_LOW_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:[,.][0-9]+)?|[0-9]*\.[0-9]+)")
_HIGH_NUMBER = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?")
_HAPTICITY = re.compile(r"(?:[A-Z][a-z]{0,2}|i)(?=,)")
_CIRCA = re.compile(r"\\ca(?:\s+|(?![a-zA-Z]))")
_SPACE = re.compile(r"\\[, ;:]")


def amount(source: str) -> str:
    """How many: a number, a fraction, or letters that stand for one."""
    half = _fraction(source)
    if half is not None:
        return half
    written: list[str] = []
    at = 0
    while at < len(source):
        found = dollars(source, at)
        if found is not None:
            written.append(re.sub("[+-]", lambda sign: f"{{{sign[0]}}}", found[0]) + " ")
            at = found[1]
        else:
            written.append("{,}" if source[at] == "," else source[at])
            at += 1
    return "".join(written)


def symbol(source: str) -> str:
    """A symbol, or whatever else stands in the line: letters upright, formulas as they are."""
    half = _fraction(source)
    if half is not None:
        return half
    written: list[str] = []
    at = 0
    while at < len(source):
        text, at = _one(source, at)
        written.append(text)
    return "".join(written)


def _one(source: str, at: int) -> tuple[str, int]:
    """The next part of a symbol, and where it ends."""
    letters = LETTERS.match(source, at)
    if letters is not None:
        return upright(letters[0]), letters.end()
    circa = _CIRCA.match(source, at)
    if circa is not None:
        return "{\\sim }", circa.end()
    return _formula_or_words(source, at) or (source[at], at + 1)


def _formula_or_words(source: str, at: int) -> tuple[str, int] | None:
    r"""A command, a formula in dollars or words in braces; ``\pu`` is a quantity."""
    unit = group(source, at, "\\pu{", "}")
    if unit is not None:
        return f"{{{quantity(unit[0])}}}", unit[1]
    end = command(source, at)
    if end is not None:
        return source[at:end], end
    formula = dollars(source, at)
    if formula is not None:
        return f"{formula[0]} ", formula[1]
    inner = group(source, at, "{", "}")
    return None if inner is None else (f"{{{words(inner[0])}}}", inner[1])


def words(source: str) -> str:
    """What stands in braces of its own: text, with formulas and commands in it."""
    written: list[str] = []
    plain: list[str] = []
    at = 0
    while at < len(source):
        start = at
        greek, space = _GREEK_NAME.match(source, at), _SPACE.match(source, at)
        inner = group(source, at, "{", "}")
        if inner is not None:
            plain.append(source[at : inner[1]])
            at = inner[1]
            continue
        if greek is not None:
            text, at = greek[0], greek.end()
        elif space is not None:
            text, at = space[0], space.end()
        else:
            other = _formula_or_words(source, at)
            if other is None:
                plain.append(source[at])
                at += 1
                continue
            text, at = other
        if at == start:
            raise MathError("the words of an equation do not end")  # not shown
        written += [_text(plain), f"{text} "]
        plain.clear()
    return "".join([*written, _text(plain)])


def _text(parts: list[str]) -> str:
    text = "".join(parts)
    if not text:
        return ""
    if "^" in text or "_" in text:
        return f"\\mathrm {{{text.replace(' ', '~')}}}"
    return f"\\text {{{text}}}"


def upright(source: str) -> str:
    """Letters, upright; Greek ones by name stand as they are."""
    written: list[str] = []
    at = 0
    while at < len(source):
        greek = _GREEK_NAME.match(source, at)
        end = greek.end() if greek else (source.find("\\", at) + 1 or len(source) + 1) - 1
        part = source[at:end]
        written.append(part.removesuffix("{}") + " " if greek else f"\\mathrm {{{part}}}")
        at = end
    return "".join(written)


def low(source: str) -> str:
    """A script below the line: how many atoms, an atomic number, a state."""
    if _STATE.match(source):
        return symbol(source)
    hapticity = _HAPTICITY.match(source)
    if hapticity is not None:
        return upright(hapticity[0]) + _script(source[hapticity.end() :], high=False)
    return _script(source, high=False)


def high(source: str) -> str:
    """A script above the line: a charge, a mass number, an electron's dot."""
    return _script(source, high=True)


def oxidation(source: str) -> str:
    """A state of oxidation: a Roman number."""
    sign = re.match(r"\\pm|\$\\pm\$|\+-|\+/-", source)
    either = "\\pm " if sign else ""
    return f"\\mathrm {{{either}{source[sign.end() if sign else 0 :]}}}"


def _fraction(source: str) -> str | None:
    """A fraction as one, small: ``1/2`` and ``n/2``."""
    found = _HALF.match(source)
    if found is None:
        return None
    sign, above, below, behind = (part.strip("$") if part else "" for part in found.groups())
    return f"{sign}\\tfrac {{{above}}}{{{below}}}{behind}"


def _script(source: str, *, high: bool) -> str:
    if not high and (half := _fraction(source)) is not None:
        return half
    lone = source == ("x" if high else "i")
    slanted = not lone and _FORMULA.match(source) and not _WORD_IN_BRACKETS.match(source)
    written: list[str] = []
    at = 0
    while at < len(source):
        text, at = _script_part(source, at, high=high, slanted=bool(slanted))
        written.append(text)
    return "".join(written)


def _script_part(source: str, at: int, *, high: bool, slanted: bool) -> tuple[str, int]:
    number = (_HIGH_NUMBER if high else _LOW_NUMBER).match(source, at)
    if number is not None:
        return number[0].replace(",", "{,}"), number.end()
    sign = source[at]
    if high and sign in _HIGH_SIGNS and not (slanted and sign == "x"):
        return _HIGH_SIGNS[sign], at + 1
    if slanted and sign.isascii() and sign.islower():
        return sign, at + 1
    letters = LETTERS.match(source, at)
    if letters is not None:
        return upright(letters[0]), letters.end()
    if sign == "," and not high:
        return "{,}\\hspace {0.06em}", at + 1
    inner = group(source, at, "{", "}")
    if inner is not None:
        return words(inner[0]), inner[1]
    return _formula_or_words(source, at) or (sign, at + 1)


_HIGH_SIGNS = {".": "{\\bullet }", "'": "\\prime ", "x": "{\\times }"}
"""The dot of a radical, a prime, and the cross of a hole."""
