r"""Owns making LaTeX as models write it fit for the converter, and refusing what is not.

latex2mathml knows most of mathematics but not every environment and package; what it lacks is
rewritten here into what it knows. The rewriting is a single pass over tokens: no macro is ever
expanded, so no input can grow (``\def`` and its kin are refused).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

from app.markup.chemistry import chemistry

MAX_SOURCE = 4096
"""Characters of a formula that is drawn; a longer one is shown as its source."""
MAX_TOKENS = 1500
"""Tokens; drawing costs about 0.2 ms each."""
MAX_NESTING = 20
"""Levels of braces, ``\\left`` and environments together."""

_TOKEN = re.compile(r"\\[A-Za-z]+\*?|\\.|[{}]|[^\\{}]", re.DOTALL)
_COMMENT = re.compile(r"(?<!\\)%[^\n]*(?:\n|$)")
_SPACES = re.compile(r"\s+")

_REFUSED = frozenset(
    """
    \\catcode \\csname \\def \\DeclareMathOperator \\edef \\expandafter \\futurelet \\gdef \\global
    \\include \\includegraphics \\input \\let \\loop \\newcommand \\newenvironment \\openin
    \\openout
    \\providecommand \\read \\renewcommand \\repeat \\require \\special \\usepackage
    \\verbatiminput \\write \\xdef
    """.split()  # noqa: SIM905 - a list of thirty strings reads worse
)
_DROPPED = frozenset(("\\nonumber", "\\notag", "\\displaylimits", "\\hfill", "\\allowbreak"))
_RENAMED = {
    "\\bm": "\\boldsymbol",
    "\\mathbfit": "\\boldsymbol",
    "\\Bbb": "\\mathbb",
    "\\emph": "\\textit",
    "\\mbox": "\\text",
    "\\hbox": "\\text",
    "\\textnormal": "\\text",
    "\\textup": "\\text",
    "\\mathop": "",
    "\\mathrel": "",
    "\\mathbin": "",
    "\\mathord": "",
    "\\mathopen": "",
    "\\mathclose": "",
    "\\mathpunct": "",
    "\\mathinner": "",
    "\\mathstrut": "",
    "\\strut": "",
    "\\smash": "",
    "\\lt": "<",
    "\\gt": ">",
    "\\degree": "^\\circ",
    "\\celsius": "^\\circ\\mathrm {C}",
    "\\R": "\\mathbb {R}",
    "\\N": "\\mathbb {N}",
    "\\Z": "\\mathbb {Z}",
    "\\Q": "\\mathbb {Q}",
    "\\C": "\\mathbb {C}",
    "\\cfrac": "\\dfrac",
    "\\newline": "\\\\",
    "\\cr": "\\\\",
    "\\dbinom": "\\binom",
    "\\tbinom": "\\binom",
    "\\lvert": "|",
    "\\rvert": "|",
    "\\lVert": "\\|",
    "\\rVert": "\\|",
    "\\thinspace": "\\,",
    "\\differentialD": "d",
    "\\dd": "\\mathrm {d}",
    "\\argmax": "\\operatorname {arg\\,max}",
    "\\argmin": "\\operatorname {arg\\,min}",
    "\\lcm": "\\operatorname {lcm}",
    "\\rank": "\\operatorname {rank}",
    "\\tr": "\\operatorname {tr}",
    "\\sgn": "\\operatorname {sgn}",
    "\\erf": "\\operatorname {erf}",
    "\\Var": "\\operatorname {Var}",
    "\\Cov": "\\operatorname {Cov}",
}
_ARGUMENT_DROPPED = frozenset(("\\label", "\\vspace", "\\vspace*", "\\cline", "\\hphantom*"))
_SWITCHES = {
    "\\rm": "\\mathrm",
    "\\bf": "\\mathbf",
    "\\it": "\\mathit",
    "\\sf": "\\mathsf",
    "\\tt": "\\mathtt",
    "\\cal": "\\mathcal",
}
_UNWRAPPED = frozenset(
    ("equation", "equation*", "displaymath", "math", "subequations", "multline", "multline*")
)
_ALIGNED = frozenset(
    f"{name}{star}"
    for name in ("align", "aligned", "alignat", "alignedat", "flalign", "split")
    for star in ("", "*")
)
_COUNTED = frozenset(("alignat", "alignat*", "alignedat"))
_GATHERED = frozenset(("gather", "gather*", "gathered"))


class MathError(Exception):
    """A formula that cannot be drawn; its source is to be shown instead.

    Nothing is lost: the text has the formula as it was written. The message says why, in words
    for a log or a tool tip.
    """


def tokens_of(source: str) -> list[str]:
    """The tokens of a formula: commands, braces, single characters; comments left out.

    Raises:
        MathError: too long, too deep, unbalanced, or with a command that is refused.
    """
    if len(source) > MAX_SOURCE:
        raise MathError(f"the formula has more than {MAX_SOURCE} characters")
    tokens = [match.group() for match in _TOKEN.finditer(_COMMENT.sub("", source))]
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
class Reader:
    """Tokens and the place in them."""

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
        if self.peek() != "[":
            return None
        try:
            end = self.tokens.index("]", self.at)
        except ValueError:
            return None
        text = "".join(self.tokens[self.at + 1 : end])
        self.at = end + 1
        return text

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
        return f"\\begin{{align*}} {text} \\end{{align*}}"
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
    if part in _DROPPED:
        return " "
    if part in _ARGUMENT_DROPPED:
        reader.argument()
        return " "
    if part in {"\\\\", "\\\\*"}:
        reader.option()
        return "\\\\ "
    if part in _SWITCHES:
        return f"{_SWITCHES[part]} {{{_rewrite(reader.rest_of_group())}}}"
    special = _SPECIAL.get(part)
    if special is not None:
        return special(reader)
    renamed = _RENAMED.get(part, part)
    # A command's name ends where no letter follows; latex2mathml needs the blank before a brace.
    return f"{renamed} " if renamed[-1:].isalpha() else renamed


def _begin(reader: Reader) -> str:
    name = "".join(reader.argument())
    body = _body(reader, name)
    if name in _UNWRAPPED:
        text = _rewrite(body)
        return _array("c", text) if "\\\\" in body else f"{{{text}}}"
    if name in ("eqnarray", "eqnarray*"):
        return _array("rcl", _rewrite(body))
    if name in _ALIGNED:
        inner = Reader(body)
        if name in _COUNTED:
            inner.argument()
        else:
            inner.option()
        text = _rewrite(body[inner.at :])
        return f"\\begin{{align*}} {text} \\end{{align*}}"
    if name in _GATHERED:
        return _array("c", _rewrite(body))
    if name == "dcases":
        return f"\\begin{{cases}} {_rewrite(body)} \\end{{cases}}"
    if name == "rcases":
        return f"\\left. \\begin{{array}}{{ll}} {_rewrite(body)} \\end{{array}} \\right\\rbrace "
    if name == "array":
        inner = Reader(body)
        inner.option()
        columns = "".join(inner.argument())
        columns = re.sub(r"[^lcr|]", "", re.sub(r"[@!>]\{[^{}]*\}|p\{[^{}]*\}", "", columns))
        text = _rewrite(body[inner.at :])
        return f"\\begin{{array}}{{{columns or 'c'}}} {text} \\end{{array}}"
    return f"\\begin{{{name}}} {_rewrite(body)} \\end{{{name}}}"


def _array(columns: str, body: str) -> str:
    return f"\\begin{{array}}{{{columns}}} {body} \\end{{array}}"


def _body(reader: Reader, name: str) -> list[str]:
    r"""The tokens up to the ``\\end`` of this environment."""
    start, depth = reader.at, 1
    while reader.at < len(reader.tokens):
        here = reader.at
        part = reader.next()
        if part == "\\begin":
            depth += 1
        elif part == "\\end":
            depth -= 1
            ended = "".join(reader.argument())
            if depth == 0:
                if ended != name:
                    raise MathError(f"\\begin{{{name}}} ends with \\end{{{ended}}}")
                return reader.tokens[start:here]
    raise MathError(f"\\begin{{{name}}} has no end")


def _tag(reader: Reader) -> str:
    star = reader.peek() == "*"
    if star:
        reader.next()
    label = "".join(reader.argument())
    return f" \\qquad \\text {{{label if star else f'({label})'}}}"


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
    above, below = _rewrite(reader.argument()), _rewrite(reader.argument())
    return f"\\left( {{{{{above}}} \\atop {{{below}}}}} \\right) "


def _group(reader: Reader) -> str:
    r"""A group; ``{n \choose k}`` is TeX's older way to write a binomial."""
    reader.at -= 1
    inner = reader.argument()
    if "\\choose" in inner:
        at = inner.index("\\choose")
        above, below = _rewrite(inner[:at]), _rewrite(inner[at + 1 :])
        return f"\\left( {{{{{above}}} \\atop {{{below}}}}} \\right) "
    return f"{{{_rewrite(inner)}}}"


def _operator(reader: Reader) -> str:
    name = "".join(reader.argument())
    name = re.sub(r"\\[,;: ]|\s+", " ", name).replace("\\mathrm", "").replace("\\text", "")
    words = name.replace("{", "").replace("}", "").split()
    written = "\\,".join(f"\\operatorname {{{word}}}" for word in words) or " "
    return written if len(words) < 2 else f"{{{written}}}"


def _operator_with_limits(reader: Reader) -> str:
    r"""``\operatorname*{argmax}_x``: what is below stands under the name."""
    written = _operator(reader)
    reader.skip_spaces()
    if reader.peek() != "_":
        return written
    reader.next()
    return f"\\underset {{{_rewrite(reader.argument())}}}{{{written}}}"


def _not(reader: Reader) -> str:
    reader.skip_spaces()
    negated = reader.next()
    if negated not in _NEGATED:
        raise MathError(f"\\not{negated} is not drawn")
    return f"{_NEGATED[negated]} "


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
    words = [_UNITS.get(word, word) for word in re.findall(r"[A-Za-z%°]+|\^\S+", unit)]
    return "\\mathrm {" + "".join(words) + "}"


def _derivative(sign: str) -> Rewriter:
    def write(reader: Reader) -> str:
        above = _rewrite(reader.argument())
        below = _rewrite(reader.argument())
        return f"\\frac{{{sign} {above}}}{{{sign} {below}}}"

    return write


def _chemistry(reader: Reader) -> str:
    return _rewrite(tokens_of(chemistry("".join(reader.argument()))))


def _framed(reader: Reader) -> str:
    return f"\\boxed {{{_rewrite(reader.argument())}}}"


def _framed_text(reader: Reader) -> str:
    return f"\\boxed {{\\text {{{''.join(reader.argument())}}}}}"


_NEGATED = {
    "=": "\\neq",
    "<": "\\nless",
    ">": "\\ngtr",
    "\\in": "\\notin",
    "\\ni": "\\not\\ni",
    "\\subset": "\\not\\subset",
    "\\subseteq": "\\nsubseteq",
    "\\supseteq": "\\nsupseteq",
    "\\equiv": "\\not\\equiv",
    "\\exists": "\\nexists",
    "\\mid": "\\nmid",
    "\\parallel": "\\nparallel",
    "\\sim": "\\nsim",
    "\\cong": "\\ncong",
    "\\leq": "\\nleq",
    "\\geq": "\\ngeq",
    "\\le": "\\nleq",
    "\\ge": "\\ngeq",
    "\\models": "\\nvDash",
}
_UNITS = {
    "meter": "m",
    "metre": "m",
    "second": "s",
    "kilogram": "kg",
    "gram": "g",
    "kelvin": "K",
    "ampere": "A",
    "mole": "mol",
    "newton": "N",
    "joule": "J",
    "watt": "W",
    "pascal": "Pa",
    "volt": "V",
    "ohm": "\\Omega ",
    "hertz": "Hz",
    "percent": "\\%",
    "kilo": "k",
    "milli": "m",
    "centi": "c",
    "micro": "\\mu ",
    "nano": "n",
    "per": "/",
    "squared": "^2",
    "cubed": "^3",
    "degreeCelsius": "^\\circ C",
    "celsius": "^\\circ C",
    "hour": "h",
    "minute": "min",
    "liter": "L",
    "litre": "L",
}

_SPECIAL: dict[str, Rewriter] = {
    "\\begin": _begin,
    "\\tag": _tag,
    "\\tag*": lambda reader: f" \\qquad \\text {{{''.join(reader.argument())}}}",
    "\\text": _text,
    "\\mbox": _text,
    "\\textrm": _text,
    "\\intertext": _text,
    "\\binom": _binom,
    "\\dbinom": _binom,
    "\\tbinom": _binom,
    "\\operatorname": _operator,
    "\\operatorname*": _operator_with_limits,
    "\\not": _not,
    "\\bmod": lambda _: "\\;\\mathrm {mod}\\;",
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
