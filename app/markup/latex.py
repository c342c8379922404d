r"""Owns making LaTeX as models write it fit for the converter.

latex2mathml knows most of mathematics but not every environment and package; what it lacks is
rewritten here into what it knows, in a single pass over tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from app.markup.chemistry import chemistry
from app.markup.environments import aligned, environment
from app.markup.latex_names import (
    ARGUMENT_DROPPED,
    DROPPED,
    NEGATED,
    RENAMED,
    SWITCHES,
    UNITS,
)
from app.markup.latex_tokens import MathError, Reader, tokens_of

_SPACES = re.compile(r"\s+")
_SHORT = 4
"""Letters at an arrow that need no longer one."""

Rewriter: TypeAlias = Callable[[Reader], str]


def prepare(source: str) -> str:
    """``source`` in the LaTeX that the converter knows.

    Raises:
        MathError: see `tokens_of`; also for an empty formula.
    """
    tokens = tokens_of(source)
    text = _rewrite(tokens)
    if not text.strip():
        raise MathError("the formula is empty")
    outside = _outside(tokens)
    if "&" in outside:
        return aligned(tokens, _rewrite)
    return text


def _outside(tokens: list[str]) -> list[str]:
    """The tokens that stand in no group and no environment."""
    depth = 0
    found: list[str] = []
    for part in tokens:
        depth += (part in ("{", "\\begin")) - (part in ("}", "\\end"))
        if depth == 0:
            found.append(part)
    return found


def _rewrite(tokens: list[str]) -> str:
    reader = Reader(tokens)
    written: list[str] = []
    while reader.at < len(tokens):
        written.append(_command(reader.next(), reader))
    return "".join(written)


def _command(part: str, reader: Reader) -> str:
    if part == "|" and reader.peek() == "|":
        reader.next()
        return "\\| "
    if part == "{":
        return _group(reader)
    if not part.startswith("\\"):
        return part
    if part in DROPPED:
        return " "
    if part in ARGUMENT_DROPPED:
        reader.argument()
        return " "
    if part in {"\\\\", "\\\\*"}:
        reader.option()
        return "\\\\ "
    if part == "\\dots" and _between_operators(reader):
        return "\\cdots "
    if reader.peek() == "\\nolimits":
        reader.next()
        return f"{{{part} }}"  # a group is no operator, its scripts stand beside it
    if part in SWITCHES:
        return f"{SWITCHES[part]} {{{_rewrite(reader.rest_of_group())}}}"
    special = _SPECIAL.get(part)
    if special is not None:
        return special(reader)
    renamed = RENAMED.get(part, part)
    # A command's name ends where no letter follows; latex2mathml needs the blank before a brace.
    return f"{renamed} " if renamed[-1:].isalpha() else renamed


def _between_operators(reader: Reader) -> bool:
    r"""Whether a sign follows, so that ``\dots`` stand at its height."""
    at = reader.at
    reader.skip_spaces()
    following = reader.peek()
    reader.at = at
    return following in ("+", "-", "=", "<", ">", "\\cdot", "\\times", "\\le", "\\leq")


def _tag(form: str) -> Rewriter:
    return lambda reader: f" \\qquad \\text {{{form.format(''.join(reader.argument()))}}}"


def _text(reader: Reader) -> str:
    r"""``\text{if $x$}``: the formulas inside become formulas."""
    pieces = "".join(reader.argument()).split("$")
    written: list[str] = []
    for index, piece in enumerate(pieces):
        if index % 2:
            written.append(_rewrite(tokens_of(piece)))
        elif piece:
            plain = _SPACES.sub(" ", piece).replace("\\ ", " ").replace("~", " ")
            plain = (
                re.sub(r"\\([%#&_$])", r"\1", plain)
                .replace("---", "\u2014")
                .replace("--", "\u2013")
            )
            written.append(f"\\text {{{plain}}}")
    return "".join(written)


def _binom(reader: Reader) -> str:
    return _binomial(reader.argument(), reader.argument())


def _binomial(above: list[str], below: list[str]) -> str:
    return f"\\left( {{{{{_rewrite(above)}}} \\atop {{{_rewrite(below)}}}}} \\right) "


def _group(reader: Reader) -> str:
    r"""A group; ``{n \choose k}`` is TeX's older way to write a binomial."""
    reader.at -= 1
    inner = reader.argument()
    if "\\choose" in inner:
        at = inner.index("\\choose")
        return _binomial(inner[:at], inner[at + 1 :])
    return f"{{{_rewrite(inner)}}}"


def _operator(reader: Reader) -> str:
    name = "".join(reader.argument())
    name = re.sub(r"\\[,;: ]|\s+", " ", name).replace("\\mathrm", "").replace("\\text", "")
    words = name.replace("{", "").replace("}", "").split()
    written = "\\,".join(f"\\operatorname {{{word}}}" for word in words) or " "
    return written if len(words) < 2 else f"{{{written}}}"


def _operator_with_limits(reader: Reader) -> str:
    r"""``\operatorname*{argmax}_x``: what is below stands under the name."""
    return _with_limits(_operator(reader), reader)


def _any_operator(reader: Reader) -> str:
    r"""``\mathop{…}``, which has limits where any are written."""
    return _with_limits(f"{{{_rewrite(reader.argument())}}}", reader)


def _with_limits(written: str, reader: Reader) -> str:
    reader.skip_spaces()
    if reader.peek() == "\\limits":
        reader.next()
        reader.skip_spaces()
    for sign, command in (("_", "\\underset"), ("^", "\\overset")):
        if reader.peek() == sign:
            reader.next()
            written = f"{command} {{{_rewrite(reader.argument())}}}{{{written}}}"
            reader.skip_spaces()
    return written


def _cancelled_to(reader: Reader) -> str:
    value = _rewrite(reader.argument())
    return f"{{\\cancel {{{_rewrite(reader.argument())}}}}}^{{{value}}}"


def _not(reader: Reader) -> str:
    reader.skip_spaces()
    negated = reader.next()
    if negated not in NEGATED:
        raise MathError(f"\\not{negated} is not drawn")
    return f"{NEGATED[negated]} "


def _bracket(left: str, right: str, parts: int = 1) -> Rewriter:
    def write(reader: Reader) -> str:
        inner = " | ".join(_rewrite(reader.argument()) for _ in range(parts))
        return f"{left} {inner} {right} "

    return write


def _second(reader: Reader) -> str:
    """A command whose first argument does not show."""
    reader.argument()
    return f"{{{_rewrite(reader.argument())}}}"


def _quantity(reader: Reader) -> str:
    number = _rewrite(reader.argument())
    return f"{{{number}}}\\,{_unit(reader)}"


def _unit(reader: Reader) -> str:
    unit = "".join(reader.argument())
    words = [UNITS.get(word, word) for word in re.findall(r"[A-Za-z%°]+|\^\S+", unit)]
    return "\\mathrm {" + "".join(words) + "}"


def _derivative(sign: str) -> Rewriter:
    def write(reader: Reader) -> str:
        above = _rewrite(reader.argument())
        below = _rewrite(reader.argument())
        return f"\\frac{{{sign} {above}}}{{{sign} {below}}}"

    return write


def _chemistry(reader: Reader) -> str:
    return _rewrite(tokens_of(chemistry("".join(reader.argument()))))


def _labelled(short: str, stretched: str) -> Rewriter:
    r"""``\xrightarrow[below]{above}``: an arrow that is longer than what stands at it."""

    def write(reader: Reader) -> str:
        below = reader.option() or ""
        above = reader.argument()
        length = max(_letters(above), _letters(tokens_of(below)))
        arrow = f"{short} "
        if length > _SHORT:
            arrow = f"{stretched} {{\\hspace {{{0.3 * length + 0.9:.1f}em}}}}"
        written = f"\\overset {{{_rewrite(above)}}}{{{arrow}}}"
        if below:
            written = f"\\underset {{{_rewrite(tokens_of(below))}}}{{{written}}}"
        return f"\\;{written}\\;" if length > _SHORT else written

    return write


def _letters(tokens: list[str]) -> int:
    """About how many letters wide a label is."""
    return sum(len(part) == 1 and part not in "{}_^" for part in tokens)


def _reference(reader: Reader) -> str:
    """A reference to an equation, as its label in brackets."""
    return f"\\text {{({''.join(reader.argument())})}}"


def _framed(reader: Reader) -> str:
    return f"\\boxed {{{_rewrite(reader.argument())}}}"


def _framed_text(reader: Reader) -> str:
    return f"\\boxed {{\\text {{{''.join(reader.argument())}}}}}"


_SPECIAL: dict[str, Rewriter] = {
    "\\begin": lambda reader: environment(reader, _rewrite),
    "\\tag": _tag("({})"),
    "\\tag*": _tag("{}"),
    "\\text": _text,
    "\\mbox": _text,
    "\\hbox": _text,
    "\\textrm": _text,
    "\\textnormal": _text,
    "\\textup": _text,
    "\\intertext": _text,
    "\\binom": _binom,
    "\\dbinom": _binom,
    "\\tbinom": _binom,
    "\\operatorname": _operator,
    "\\operatorname*": _operator_with_limits,
    "\\mathop": _any_operator,
    "\\cancelto": _cancelled_to,
    "\\not": _not,
    "\\bmod": lambda _: "\\;\\mathrm {mod}\\;",
    "\\pmod": lambda reader: f"\\quad (\\mathrm {{mod}}\\;{_rewrite(reader.argument())})",
    "\\mod": lambda reader: f"\\quad \\mathrm {{mod}}\\;{_rewrite(reader.argument())}",
    "\\xrightarrow": _labelled("\\longrightarrow", "\\overrightarrow"),
    "\\xleftarrow": _labelled("\\longleftarrow", "\\overleftarrow"),
    "\\ref": _reference,
    "\\eqref": _reference,
    "\\boxed": _framed,
    "\\fbox": _framed_text,
    "\\framebox": _framed_text,
    "\\ce": _chemistry,
    "\\href": _second,
    "\\url": lambda reader: f"\\text {{{''.join(reader.argument())}}}",
    "\\raisebox": _second,
    "\\ket": _bracket("|", "\\rangle"),
    "\\bra": _bracket("\\langle", "|"),
    "\\braket": _bracket("\\langle", "\\rangle"),
    "\\abs": _bracket("\\left|", "\\right|"),
    "\\norm": _bracket("\\left\\|", "\\right\\|"),
    "\\dv": _derivative("d"),
    "\\pdv": _derivative("\\partial"),
    "\\SI": _quantity,
    "\\qty": _quantity,
    "\\si": _unit,
    "\\unit": _unit,
    "\\num": lambda reader: "".join(reader.argument()),
}
