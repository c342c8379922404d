r"""The rewriting of LaTeX, as models write it, into what the converter knows.

latex2mathml knows most of mathematics but not every environment and package; what it lacks is
rewritten here into what it knows, in a single pass over tokens.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TypeAlias

from app.markup.latex.arrows import arrow_commands
from app.markup.latex.boxes import box_commands
from app.markup.latex.chemistry.mhchem import chemistry
from app.markup.latex.chemistry.quantities import quantity
from app.markup.latex.colours import coloured
from app.markup.latex.command_names import (
    ARGUMENT_DROPPED,
    ARGUMENTS,
    BRACKETS,
    DELIMITERS,
    DROPPED,
    LENGTHS,
    NEGATED,
    PLAIN_DELIMITERS,
    PRIMES,
    RENAMED,
    ROW_ENDS,
    SIZED,
    SWITCHES,
    SYMBOLS,
    TEXT_STYLES,
    UNITS,
)
from app.markup.latex.environments import aligned, environment, numbered_by, tag_text, take_tag
from app.markup.latex.fractions import has_fraction, with_fractions
from app.markup.latex.operators import is_divergence, operator_commands
from app.markup.latex.packages import package_commands
from app.markup.latex.tokens import MathError, ScriptsOfBase, TokenReader, tokens_of
from app.markup.latex.words import Letters, words

Rewriter: TypeAlias = Callable[[TokenReader], str]


def prepare(source: str) -> str:  # not shown
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
    if has_fraction(tokens):
        return with_fractions(tokens, _plainly, lambda inner: f"{{{_plainly(inner)}}}")
    return _plainly(tokens)


def _plainly(tokens: list[str]) -> str:
    """Rewrite tokens of which none outside a group is an old fraction."""
    reader = TokenReader(tokens)
    written: list[str] = []
    left, scripts = "", ScriptsOfBase()  # the last token before this one that is no blank
    while reader.at < len(tokens):
        part = reader.next()
        part = "\\divergence" if part == "\\div" and is_divergence(left, reader) else part
        scripts.take(part)
        written.append(_command(part, reader))
        left = part if part.strip() else left
    return "".join(written)


def _sign(part: str, reader: TokenReader) -> str:
    if part == "|" and reader.peek() == "|":
        reader.next()
        return "\\| "
    if part == "{":
        return _group(reader)
    if part == "'":
        return _primes(reader)
    # The converter takes a number and the two letters of a unit for one length.
    return f"{part}{{}}" if part.isdigit() and _names_unit(reader) else part


def _command(part: str, reader: TokenReader) -> str:
    if not part.startswith("\\"):
        return _sign(part, reader)
    if part in DROPPED:
        return " "
    if part in ARGUMENT_DROPPED:
        reader.argument()
        return " "
    if part in ROW_ENDS:
        reader.skip_gap(part)
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
    renamed = RENAMED.get(part, part)
    if (special or renamed in ARGUMENTS) and _has_unknown_star(reader):
        raise MathError(f"{part}* is not known")  # not shown
    if special is not None:
        return special(reader)
    if renamed in ARGUMENTS:
        return _with_arguments(renamed, ARGUMENTS[renamed], reader)
    if not part[1:].isalpha() and part.rstrip("*") not in SYMBOLS:
        raise MathError(f"{part} is not drawn")  # not shown
    # A command's name ends where no letter follows; latex2mathml needs the blank before a brace.
    return f"{renamed} " if renamed[-1:].isalpha() else renamed


def _has_unknown_star(reader: TokenReader) -> bool:
    """Whether a star stands between a command and its argument, where no sign can stand."""
    return reader.peek() == "*" and reader.tokens[reader.at + 1 : reader.at + 2] == ["{"]


def _with_arguments(name: str, count: int, reader: TokenReader) -> str:
    r"""A command whose arguments get braces: a digit is one by itself, ``\\sqrt12`` is a root of 1.

    Raises:
        MathError: one is missing.
    """
    written = [f"{name} "]
    for _ in range(count):
        reader.skip_spaces()
        if reader.peek() in ("", "&", "}", "^", "_", *ROW_ENDS):
            raise MathError(f"{name} has no argument")  # not shown
        if reader.peek() == "{" or not reader.peek().startswith("\\"):
            written.append(f"{{{_rewrite(reader.argument())}}}")
        else:  # a command brings its own arguments along
            written.append(f"{{{_command(reader.next(), reader)}}}")
    return "".join(written)


def _primes(reader: TokenReader) -> str:
    """Primes, and the power that may follow them: both are one script."""
    count = 1
    while reader.peek() == "'":
        reader.next()
        count += 1
    at = reader.at
    reader.skip_spaces()
    if reader.peek() != "^":
        reader.at = at
        return "'" * count
    reader.next()
    if count > len(PRIMES):
        raise MathError("there are too many primes")  # not shown
    return f"^{{{PRIMES[count - 1]} {_rewrite(_script(reader))}}}"


def _script(reader: TokenReader) -> list[str]:
    """The tokens of a script: a group, a sign, or a command with its arguments."""
    reader.skip_spaces()
    if reader.peek().startswith("\\"):
        start = reader.at
        _command(reader.next(), reader)
        return reader.tokens[start : reader.at]
    return reader.argument()


def _names_unit(reader: TokenReader) -> bool:
    at = reader.at
    reader.skip_spaces()
    letters = "".join(reader.tokens[reader.at : reader.at + 2])
    reader.at = at
    return letters in UNITS


def _between_operators(reader: TokenReader) -> bool:
    r"""Whether a sign follows, so that ``\dots`` stand at its height."""
    at = reader.at
    reader.skip_spaces()
    following = reader.peek()
    reader.at = at
    return following in ("+", "-", "=", "<", ">", "\\cdot", "\\times", "\\le", "\\leq")


def _tag(form: str) -> Rewriter:
    return lambda reader: " \\qquad " + numbered_by(form.format(tag_text(reader.argument())))


def _text_in(letters: Letters) -> Rewriter:
    r"""``\text{if $x$}`` and its kin: the formulas inside become formulas."""
    return lambda reader: words(reader.argument(), letters, _command, _rewrite)


def _as_text(tokens: list[str]) -> str:
    return words(tokens, Letters(), _command, _rewrite)


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
        written = f"\\left{left or '.'} {written} \\right{right or '.'} "  # not shown
    switch = {"0": "\\displaystyle", "1": "\\textstyle", "2": "\\scriptstyle"}.get(style, "")
    return f"{{{switch} {written}}}"


def _group(reader: TokenReader) -> str:
    reader.at -= 1
    return f"{{{_rewrite(reader.argument())}}}"


def _left(reader: TokenReader) -> str:
    """A pair of brackets that grow, and what stands between them: a group of its own.

    Raises:
        MathError: a bracket is none.
    """
    opening = _delimiter(reader)
    inner = _rewrite(reader.until_right())
    return f"\\left{opening} {inner} \\right{_delimiter(reader)} "  # not shown


def _delimiter(reader: TokenReader) -> str:
    reader.skip_spaces()
    part = reader.next()
    part = DELIMITERS.get(part, part)
    if part not in PLAIN_DELIMITERS and part not in BRACKETS and part not in DELIMITERS.values():
        raise MathError(f"{part or 'nothing'} is no bracket")  # not shown
    return part


def _sized(name: str) -> Rewriter:
    def write(reader: TokenReader) -> str:
        bracket = _delimiter(reader)
        return " " if bracket == "." else f"{name}{bracket} "

    return write


def _cancelled_to(reader: TokenReader) -> str:
    value = _rewrite(reader.argument())
    return f"{{\\cancel {{{_rewrite(reader.argument())}}}}}^{{{value}}}"


def _not(reader: TokenReader) -> str:
    reader.skip_spaces()
    negated = reader.next()
    if negated not in NEGATED:
        raise MathError(f"\\not{negated} is not drawn")  # not shown
    return f"{NEGATED[negated]} "


def _second(reader: TokenReader) -> str:
    """A command whose first argument does not show."""
    reader.argument()
    return f"{{{_rewrite(reader.argument())}}}"


def _chemistry(reader: TokenReader) -> str:
    return _rewrite(tokens_of(chemistry("".join(reader.argument()))))


def _reference(reader: TokenReader) -> str:
    """A reference to an equation, as its label in brackets."""
    return _as_text(["(", *"".join(reader.argument()).replace("\\", ""), ")"])


def _coloured(reader: TokenReader) -> str:
    r"""``\color{red}{x}``: where a group follows, models mean it alone; else all the rest."""
    colour = coloured(reader)
    reader.skip_spaces()
    inner = reader.argument() if reader.peek() == "{" else reader.rest_of_group()
    return f"{colour}{{{_rewrite(inner)}}}"


def _root(reader: TokenReader) -> str:
    r"""``\sqrt[3]{x}``, of which the degree may hold anything."""
    reader.skip_spaces()
    degree = reader.option_tokens()
    written = _with_arguments("", 1, reader).strip()
    return f"\\sqrt [{{{_rewrite(degree)}}}]{written}" if degree else f"\\sqrt {written}"


def _optioned(command: str, count: int = 1) -> Rewriter:
    """A command whose options say how it is set, which is not drawn."""

    def write(reader: TokenReader) -> str:
        reader.skip_spaces()
        while reader.option() is not None:
            reader.skip_spaces()
        return _with_arguments(command, count, reader)

    return write


def _stacked(reader: TokenReader) -> str:
    r"""``\stackrel[below]{above}{sign}``."""
    below = reader.option_tokens()
    written = _with_arguments("\\overset", 2, reader)
    return f"\\underset {{{_rewrite(below)}}}{{{written}}}" if below else written


def _length(name: str) -> Rewriter:
    return lambda reader: f"{name} {{{reader.dimension()}}}"


def _rule(reader: TokenReader) -> str:
    reader.option()
    return f"\\rule {{{reader.dimension()}}}{{{reader.dimension()}}}"


def _bracketed(name: str, side: str, above: str) -> Rewriter:
    """A bracket over or under something, with the label that its script is."""
    bracket = _optioned(name)

    def write(reader: TokenReader) -> str:
        written = bracket(reader)
        at = reader.at
        reader.skip_spaces()
        if reader.peek() != side:
            reader.at = at
            return written
        reader.next()
        return f"{above} {{{_rewrite(_script(reader))}}}{{{written}}}"

    return write


def _choice(reader: TokenReader) -> str:
    r"""``\mathchoice``, where its four forms are the same; what style is set is not known here."""
    forms = [_rewrite(reader.argument()) for _ in range(4)]
    if len({form.removeprefix("\\textstyle").strip() for form in forms}) > 1:
        raise MathError("\\mathchoice is not drawn")  # not shown
    return f"{{{forms[1]}}}"


def _escaped(sign: str) -> str:
    return f"\\{sign}" if sign in "%$#&_" else sign


def _verbatim(reader: TokenReader) -> str:
    r"""``\verb|a_b|``: letters as they are."""
    end = reader.next()
    if not end.strip() or end not in reader.tokens[reader.at :]:
        raise MathError("\\verb has no end")  # not shown
    text = "".join(reader.until(end))
    plain = ["\\textbackslash" if sign == "\\" else _escaped(sign) for sign in text]
    return words(plain, Letters(family="\\texttt"), _command, _rewrite)


def _character(reader: TokenReader) -> str:
    code = "".join(reader.argument()).strip().lower().removeprefix("u+")
    digits = code.removeprefix("x")
    try:
        return f"{chr(int(digits, 10 if digits == code else 16))} "
    except (ValueError, OverflowError) as error:
        raise MathError(f"there is no character {code}") from error  # not shown


_SPECIAL: dict[str, Rewriter] = {
    **package_commands(_rewrite),
    "\\begin": lambda reader: environment(reader, _rewrite),
    "\\tag": _tag("({})"),
    "\\tag*": _tag("{}"),
    **{
        name: _text_in(Letters().styled(style))
        for name, style in TEXT_STYLES.items()
        if name != "\\mathrm"
    },
    "\\intertext": _text_in(Letters()),
    "\\llap": lambda reader: f"\\mathllap {{{_as_text(reader.argument())}}}",
    "\\rlap": lambda reader: f"\\mathrlap {{{_as_text(reader.argument())}}}",
    "\\clap": lambda reader: f"\\mathclap {{{_as_text(reader.argument())}}}",
    "\\mathchoice": _choice,
    "\\textsuperscript": lambda reader: f"{{}}^{{{_as_text(reader.argument())}}}",
    "\\textsubscript": lambda reader: f"{{}}_{{{_as_text(reader.argument())}}}",
    "\\verb": _verbatim,
    "\\left": _left,
    "\\middle": lambda reader: f"\\middle{_delimiter(reader)} ",
    **{name: _sized(name) for name in SIZED},
    **{name: _length(name) for name in LENGTHS},
    "\\hspace*": _length("\\hspace"),
    "\\rule": _rule,
    "\\sqrt": _root,
    "\\smash": _optioned(""),
    "\\cfrac": _optioned("\\dfrac", 2),
    "\\underbracket": _bracketed("\\underbracket", "_", "\\underset"),
    "\\overbracket": _bracketed("\\overbracket", "^", "\\overset"),
    "\\stackrel": _stacked,
    "\\textcolor": lambda reader: f"{coloured(reader)}{{{_rewrite(reader.argument())}}}",
    "\\binom": _binom(""),
    "\\dbinom": _binom("\\displaystyle"),
    "\\tbinom": _binom("\\textstyle"),
    "\\genfrac": _general_fraction,
    **operator_commands(_rewrite),
    **box_commands(_as_text),
    "\\cancelto": _cancelled_to,
    "\\not": _not,
    "\\bmod": lambda _: "\\;\\mathrm {mod}\\;",
    "\\pmod": lambda reader: f"\\quad (\\mathrm {{mod}}\\;{_rewrite(reader.argument())})",
    "\\mod": lambda reader: f"\\quad \\mathrm {{mod}}\\;{_rewrite(reader.argument())}",
    **arrow_commands(_rewrite),
    "\\ref": _reference,
    "\\eqref": _reference,
    "\\boxed": lambda reader: f"\\boxed {{{_rewrite(reader.argument())}}}",
    "\\ce": _chemistry,
    "\\pu": lambda reader: _rewrite(tokens_of(quantity("".join(reader.argument())))),
    "\\href": _second,
    "\\url": lambda reader: _as_text(reader.argument()),
    "\\color": _coloured,
    "\\unicode": _character,
}
