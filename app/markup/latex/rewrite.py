r"""Making LaTeX as models write it fit for the converter.

latex2mathml knows most of mathematics but not every environment and package; what it lacks is
rewritten here into what it knows, in a single pass over tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from app.markup.latex.command_names import (
    ARGUMENT_DROPPED,
    DROPPED,
    NEGATED,
    RENAMED,
    SWITCHES,
    TEXT_LETTERS,
    TEXT_SIGNS,
)
from app.markup.latex.environments import aligned, environment, numbered_by, take_tag
from app.markup.latex.mhchem import chemistry
from app.markup.latex.packages import package_commands
from app.markup.latex.tokens import MOVING, NAME, MathError, TokenReader, tokens_of

_SPACES = re.compile(r"\s+")
_SHORT = 4
"""Letters at an arrow that need no longer one."""

Rewriter: TypeAlias = Callable[[TokenReader], str]


def prepare(source: str) -> str:
    """``source`` in the LaTeX that the converter knows.

    Raises:
        MathError: see `tokens_of`; also for an empty formula.
    """
    tokens = tokens_of(source)
    if "&" in _outside(tokens):
        return aligned(tokens, _rewrite)
    tag = take_tag(tokens)
    text = _rewrite(tokens)
    if not text.strip():
        raise MathError("the formula is empty")
    return f"{{{text}}} \\qquad {numbered_by(tag)}" if tag else text


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
    reader = TokenReader(tokens)
    written: list[str] = []
    while reader.at < len(tokens):
        written.append(_command(reader.next(), reader))
    return "".join(written)


def _command(part: str, reader: TokenReader) -> str:
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
    if part == "\\!" and reader.peek() in ("\\begin", "\\right"):
        return ""  # takes back the room at the sides of an array, which is not drawn
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


def _between_operators(reader: TokenReader) -> bool:
    r"""Whether a sign follows, so that ``\dots`` stand at its height."""
    at = reader.at
    reader.skip_spaces()
    following = reader.peek()
    reader.at = at
    return following in ("+", "-", "=", "<", ">", "\\cdot", "\\times", "\\le", "\\leq")


def _tag(form: str) -> Rewriter:
    return lambda reader: f" \\qquad \\text {{{form.format(''.join(reader.argument()))}}}"


def _text(reader: TokenReader) -> str:
    r"""``\text{if $x$}``: the formulas inside become formulas."""
    return _words(reader.argument(), "\\text")


def _words(tokens: list[str], command: str) -> str:
    """Words, in the letters of ``command``; what stands between dollars is a formula."""
    reader = TokenReader(tokens)
    written: list[str] = []
    plain: list[str] = []
    while reader.at < len(tokens):
        part = reader.next()
        if part in TEXT_SIGNS:
            plain.append(TEXT_SIGNS[part])
        elif not part.startswith(("\\", "$")):
            plain.append(part if part not in "{}" else "")
        else:
            written.append(_plain(plain, command))
            plain.clear()
            if part in ("$", "\\("):
                written.append(_rewrite(reader.until("$" if part == "$" else "\\)")))
            elif part in TEXT_LETTERS:
                written.append(_words(reader.argument(), TEXT_LETTERS[part] or command))
            else:
                written.append(_command(part, reader))
    return "".join(written) + _plain(plain, command)


def _plain(parts: list[str], command: str) -> str:
    text = _SPACES.sub(" ", "".join(parts)).replace("---", "\u2014").replace("--", "\u2013")
    return f"{command} {{{text}}}" if text else ""


def _binom(style: str) -> Rewriter:
    def write(reader: TokenReader) -> str:
        written = _binomial(reader.argument(), reader.argument())
        return f"{{{style} {written}}}" if style else written

    return write


def _binomial(above: list[str], below: list[str]) -> str:
    return f"\\left( {{{{{_rewrite(above)}}} \\atop {{{_rewrite(below)}}}}} \\right) "


def _general_fraction(reader: TokenReader) -> str:
    r"""``\genfrac{(}{)}{0pt}{1}{n}{k}``: brackets, line, style, above and below."""
    left, right, line, style = ("".join(reader.argument()).strip() for _ in range(4))
    above, below = _rewrite(reader.argument()), _rewrite(reader.argument())
    between = "\\atop " if re.fullmatch(r"0\s*[a-z]{2}", line) else "\\over "
    written = f"{{{{{above}}} {between} {{{below}}}}}"
    if left or right:
        written = f"\\left{left or '.'} {written} \\right{right or '.'} "
    switch = {"0": "\\displaystyle", "1": "\\textstyle", "2": "\\scriptstyle"}.get(style, "")
    return f"{{{switch} {written}}}"


def _group(reader: TokenReader) -> str:
    r"""A group; ``{n \choose k}`` is TeX's older way to write a binomial."""
    reader.at -= 1
    inner = reader.argument()
    if "\\choose" in inner:
        at = inner.index("\\choose")
        return _binomial(inner[:at], inner[at + 1 :])
    return f"{{{_rewrite(inner)}}}"


def _operator(reader: TokenReader) -> str:
    return _named(_name(reader.argument()))


def _name(tokens: list[str]) -> str:
    """The words of an operator's name, a small space between them."""
    name = re.sub(r"\\[,;: ]|\s+", " ", "".join(tokens)).replace("\\mathrm", "")
    name = re.sub(r"\\(?:rm|text)(?![A-Za-z])", "", name)
    return "\u2006".join(name.replace("{", "").replace("}", "").split())


def _named(name: str) -> str:
    return f"\\text {{{NAME}{name}}}" if name else " "


def _operator_with_limits(reader: TokenReader) -> str:
    r"""``\operatorname*{argmax}_x``: in a display, what is below stands under the name."""
    return _limited(_name(reader.argument()), reader)


def _limited(name: str, reader: TokenReader) -> str:
    reader.skip_spaces()
    if reader.peek() == "\\limits":
        reader.next()
    return f"\\text {{{MOVING}{name}}}" if name else " "


def _operator_called(name: str) -> Rewriter:
    return lambda reader: _limited(name, reader)


def _any_operator(reader: TokenReader) -> str:
    r"""``\mathop{…}``, which has limits where any are written."""
    inner = reader.argument()
    name = _name(inner)
    if name.replace("\u2006", "").isalpha() and len(name) > 1:
        return _limited(name, reader)
    return _with_limits(f"{{{_rewrite(inner)}}}", reader)


def _with_limits(written: str, reader: TokenReader) -> str:
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


def _cancelled_to(reader: TokenReader) -> str:
    value = _rewrite(reader.argument())
    return f"{{\\cancel {{{_rewrite(reader.argument())}}}}}^{{{value}}}"


def _not(reader: TokenReader) -> str:
    reader.skip_spaces()
    negated = reader.next()
    if negated not in NEGATED:
        raise MathError(f"\\not{negated} is not drawn")
    return f"{NEGATED[negated]} "


def _second(reader: TokenReader) -> str:
    """A command whose first argument does not show."""
    reader.argument()
    return f"{{{_rewrite(reader.argument())}}}"


def _chemistry(reader: TokenReader) -> str:
    return _rewrite(tokens_of(chemistry("".join(reader.argument()))))


def _labelled(short: str, stretched: str) -> Rewriter:
    r"""``\xrightarrow[below]{above}``: an arrow that is longer than what stands at it."""

    def write(reader: TokenReader) -> str:
        below = reader.option() or ""
        above = reader.argument()
        length = max(_letters(above), _letters(tokens_of(below)))
        arrow = f"{short} "
        if length > _SHORT:
            arrow = f"{stretched} {{\\hspace {{{0.38 * length + 1:.1f}em}}}}"
        written = f"\\overset {{{_rewrite(above)}}}{{{arrow}}}"
        if below:
            written = f"\\underset {{{_rewrite(tokens_of(below))}}}{{{written}}}"
        return f"\\;{written}\\;" if length > _SHORT else written

    return write


def _letters(tokens: list[str]) -> int:
    """About how many letters wide a label is."""
    return sum(len(part) == 1 and part not in "{}_^" for part in tokens)


def _reference(reader: TokenReader) -> str:
    """A reference to an equation, as its label in brackets."""
    return f"\\text {{({''.join(reader.argument())})}}"


def _coloured(reader: TokenReader) -> str:
    r"""``\color{red}{x}``: where a group follows, models mean it alone; else all the rest."""
    colour = "".join(reader.argument())
    reader.skip_spaces()
    if reader.peek() == "{":
        return f"\\textcolor {{{colour}}}{{{_rewrite(reader.argument())}}}"
    return f"\\color {{{colour}}}"


def _character(reader: TokenReader) -> str:
    code = "".join(reader.argument()).strip().lower().removeprefix("u+")
    digits = code.removeprefix("x")
    try:
        return f"{chr(int(digits, 10 if digits == code else 16))} "
    except (ValueError, OverflowError) as error:
        raise MathError(f"there is no character {code}") from error


def _framed(reader: TokenReader) -> str:
    return f"\\boxed {{{_rewrite(reader.argument())}}}"


def _framed_text(reader: TokenReader) -> str:
    return f"\\boxed {{\\text {{{''.join(reader.argument())}}}}}"


_SPECIAL: dict[str, Rewriter] = {
    **package_commands(_rewrite),
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
    "\\binom": _binom(""),
    "\\dbinom": _binom("\\displaystyle"),
    "\\tbinom": _binom("\\textstyle"),
    "\\genfrac": _general_fraction,
    "\\operatorname": _operator,
    "\\argmax": _operator_called("arg\u2006max"),
    "\\argmin": _operator_called("arg\u2006min"),
    "\\esssup": _operator_called("ess\u2006sup"),
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
    "\\color": _coloured,
    "\\unicode": _character,
}
