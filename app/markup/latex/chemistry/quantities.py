r"""``\pu{…}``: a quantity with its unit as mhchem writes it, such as ``1.2e3 kJ mol-1``."""

from __future__ import annotations

import re

from app.markup.latex.tokens import MathError

_NUMBER = re.compile(
    r"(?P<sign>\+-|\+/-|\+|-|\\pm\s?)?(?P<digits>[0-9]+(?:[,.][0-9]+)?|[0-9]*\.[0-9]+)?"
    r"(?P<error>\((?:[0-9]+(?:[,.][0-9]+)?|[0-9]*\.[0-9]+)\))?"
    r"(?:(?:(?P<e>[eE])|\s*(?P<times>\*|x|\\times|\u00d7)\s*10\^)(?P<power>[+-]?[0-9]+"
    r"|\{[+-]?[0-9]+\}))?"
)
_POWER = re.compile(
    r"(?P<sign>\+-|\+/-|\+|-|\\pm\s?)?(?P<digits>[0-9]+(?:[,.][0-9]+)?|[0-9]*(?:\.[0-9]+)?)"
    r"\^(?P<power>[+-]?[0-9]+|\{[+-]?[0-9]+\})"
)
_PLUS_MINUS = re.compile(r"\\pm|\$\\pm\$|\+-|\+/-")
_OPERATOR = re.compile(r"\+|(?:<<|>>|[-=<>]|\\approx|\$\\approx\$)(?=\s|$|-?[0-9])")
_BRACKET = re.compile(r"\\[{}]|[\[\]()]")
_DEGREES = re.compile(r"\u00b0([CF])|\^o([CF])|\^\{o\}([CF])")
_DIVIDED = re.compile(r"\s*(//?)\s*")
_TIMES = re.compile(r"\s*[*.]\s*")
_EXPONENT = re.compile(r"\^\{(?P<braced>[^{}]*)\}|\^(?P<plain>-?\d+)")
_COUNT = re.compile(r"[+-]?(?:[0-9]+(?:[,.][0-9]+)?|[0-9]*\.[0-9]+)")
_NAME = re.compile(r"\\[A-Za-z]+\s*|\\[_&{}%]")
_GROUPED = 4
"""Digits up to which a number is not parted into thousands."""


def quantity(source: str) -> str:
    r"""The argument of ``\pu`` as LaTeX.

    Raises:
        MathError: a brace in it has no partner.
    """
    at, written, numbered = 0, [], False
    while at < len(source):
        rest = source[at:]
        number = _power(rest) or _number(rest)
        if rest[0].isspace():
            at += 1
        elif (bracket := _BRACKET.match(rest)) is not None:
            written.append(bracket[0])
            at += bracket.end()
        elif number is not None and not numbered:
            written.append(number[0])
            at, numbered = at + number[1], True
        elif (either := _PLUS_MINUS.match(rest)) is not None:
            written.append(" {}\\pm {} ")
            at, numbered = at + either.end(), False
        elif (sign := _OPERATOR.match(rest)) is not None:
            written.append(sign[0].strip("$"))
            at, numbered = at + sign.end(), False
        else:
            written += ["~"] * numbered + [_unit(rest)]
            break
    return "".join(written)


def _power(source: str) -> tuple[str, int] | None:
    """``10^-3``, and how long it is."""
    found = _POWER.match(source)
    if found is None:
        return None
    power = found["power"].strip("{}")
    return f"{_sign(found['sign'])}{_digits(found['digits'])}^{{{power}}}", found.end()


def _number(source: str) -> tuple[str, int] | None:
    """``1.5e-3``, and how long it is."""
    found = _NUMBER.match(source)
    if found is None or not found[0]:
        return None
    written = _sign(found["sign"])
    if found["digits"]:
        error = found["error"] or ""
        written += _digits(found["digits"])
        written += _digits(error) if re.search("[,.]", error) else error
        if found["e"] or found["times"]:
            written += "\\cdot " if found["e"] == "e" or found["times"] == "*" else "\\times "
    if found["power"]:
        written += f"10^{{{found['power'].strip('{}')}}}"
    return written, found.end()


def _sign(sign: str | None) -> str:
    return "\\pm " if sign in ("+-", "+/-") else sign or ""


def _digits(number: str) -> str:
    """A number with its thousands apart and a comma without a space."""
    whole, point, part = re.fullmatch(r"([^.,]*)([.,]?)(.*)", number, re.DOTALL).groups()  # type: ignore[union-attr]
    if len(whole) > _GROUPED:
        whole = re.sub(r"(?<=\d)(?=(?:\d{3})+$)", r"\\hspace {0.11em}", whole)
    if len(part) > _GROUPED:
        part = re.sub(r"(?<=\d{3})(?=\d)", "", part)
        part = "\\hspace {0.11em}".join(part[at : at + 3] for at in range(0, len(part), 3))
    return whole + ("{,}" if point == "," else point) + part


def _unit(source: str) -> str:
    """A unit, and what it is divided by."""
    source = _DEGREES.sub(lambda f: f"{{}}^{{\\circ}}{f[1] or f[2] or f[3]}", source)
    depth = 0
    for at, sign in enumerate(source):
        depth += (sign == "{") - (sign == "}")
        if sign == "/" and depth == 0 and source[at - 1 : at] not in ("", "\\"):
            divided = _DIVIDED.match(source, at)
            above, below = source[:at].rstrip(), source[divided.end() if divided else at + 1 :]
            return _divided(above, below, apart=bool(divided and divided[1] == "//"))
    if depth:
        raise MathError("a brace of a unit has no partner")  # not shown
    return _product(source)


def _divided(above: str, below: str, *, apart: bool) -> str:
    over, under = _product(above), quantity(below)
    if apart:
        return f"\\tfrac {{{over}}}{{{under}}}"
    simple = re.fullmatch(r"\w+", above) and re.fullmatch(r"\w+", below)
    return f"{over}/{under}" if simple else f"{over}\\,/\\,{under}"


def _product(source: str) -> str:
    """Units side by side, each with its power."""
    written: list[str] = []
    at, letters = 0, False
    while at < len(source):
        between = re.compile(r"\s+").match(source, at)
        times, power = _TIMES.match(source, at), _EXPONENT.match(source, at)
        count, name = _COUNT.match(source, at), _NAME.match(source, at)
        if times is not None:
            written.append("\\hspace {0.06em}{\\cdot }\\hspace {0.06em}")
            at, letters = times.end(), False
        elif between is not None:
            written.append("\\hspace {0.17em}")
            at, letters = between.end(), False
        elif name is not None:
            written.append(f"\\mathrm {{{name[0].strip()} }}")
            at, letters = name.end(), True
        elif power is not None and (letters or source[at - 1 : at] == "}"):
            written.append(f"^{{{power['braced'] or power['plain']}}}")
            at = power.end()
        elif count is not None:
            written.append(f"^{{{count[0]}}}" if letters else count[0])
            at, letters = count.end(), False
        else:
            end = _word_end(source, at)
            word = source[at:end]
            written.append(word if word.startswith("{") else f"\\mathrm {{{word}}}")
            at, letters = end, True
    return "".join(written)


def _word_end(source: str, at: int) -> int:
    """Where the letters of a unit end, or a group in braces."""
    if source[at] == "{":
        depth = 0
        for pos in range(at, len(source)):
            depth += (source[pos] == "{") - (source[pos] == "}")
            if depth == 0:
                break
        end = pos + 1
        degree = re.compile(r"\^\{\\circ\}").match(source, end)
        return degree.end() if degree else end
    word = re.compile(r"[^\W\d_]+|.", re.DOTALL).match(source, at)
    return word.end() if word else at + 1
