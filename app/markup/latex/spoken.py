r"""A formula in words, for screen readers: ``\frac{a}{b}`` is "a over b".

Simple and readable rather than complete: what is not known is left as its name.
"""

from __future__ import annotations

import re

from app.markup.latex.tokens import MAX_SOURCE, MathError, TokenReader, tokens_of

_WORDS = {
    "+": "plus",
    "-": "minus",
    "=": "equals",
    "<": "is less than",
    ">": "is greater than",
    "/": "over",
    "*": "times",
    "!": "factorial",
    "'": "prime",
    "|": "bar",
    "&": ",",
    "~": "",
    "\\pm": "plus or minus",
    "\\mp": "minus or plus",
    "\\times": "times",
    "\\cdot": "times",
    "\\div": "divided by",
    "\\neq": "is not equal to",
    "\\ne": "is not equal to",
    "\\leq": "is at most",
    "\\le": "is at most",
    "\\geq": "is at least",
    "\\ge": "is at least",
    "\\approx": "is approximately",
    "\\equiv": "is equivalent to",
    "\\sim": "is similar to",
    "\\propto": "is proportional to",
    "\\in": "in",
    "\\notin": "not in",
    "\\subset": "is a subset of",
    "\\subseteq": "is a subset of or equal to",
    "\\cup": "union",
    "\\cap": "intersection",
    "\\setminus": "without",
    "\\emptyset": "the empty set",
    "\\varnothing": "the empty set",
    "\\to": "to",
    "\\rightarrow": "to",
    "\\longrightarrow": "to",
    "\\mapsto": "maps to",
    "\\Rightarrow": "implies",
    "\\implies": "implies",
    "\\iff": "if and only if",
    "\\Leftrightarrow": "if and only if",
    "\\forall": "for all",
    "\\exists": "there exists",
    "\\neg": "not",
    "\\land": "and",
    "\\wedge": "and",
    "\\lor": "or",
    "\\vee": "or",
    "\\infty": "infinity",
    "\\partial": "partial",
    "\\nabla": "nabla",
    "\\sum": "sum",
    "\\prod": "product",
    "\\int": "integral",
    "\\iint": "double integral",
    "\\oint": "contour integral",
    "\\lim": "limit",
    "\\ldots": "and so on",
    "\\cdots": "and so on",
    "\\dots": "and so on",
    "\\vdots": "and so on",
    "\\ddots": "and so on",
    "\\mid": "given",
    "\\therefore": "therefore",
    "\\because": "because",
    "\\circ": "degrees",
    "\\%": "percent",
    "\\{": "open brace",
    "\\}": "close brace",
    "\\|": "norm",
    "\\langle": "open angle",
    "\\rangle": "close angle",
    "\\prime": "prime",
    "\\\\": ";",
}
_SILENT = frozenset(
    r"""
    \, \; \: \! \quad \qquad \left \right \big \Big \bigg \Bigg \bigl \bigr \Bigl \Bigr
    \displaystyle \textstyle \limits \nolimits \nonumber \notag \hline \mathrm \mathbf \mathit
    \mathsf \mathcal \mathbb \mathfrak \boldsymbol \bm \textit \rm \bf \ce \mathop
    \displaylimits
    """.split()  # noqa: SIM905 - a list of forty strings reads worse
) | {"\\ "}
_ACCENTS = {
    "\\hat": "hat",
    "\\widehat": "hat",
    "\\bar": "bar",
    "\\overline": "bar",
    "\\vec": "vector",
    "\\tilde": "tilde",
    "\\dot": "dot",
    "\\ddot": "double dot",
    "\\underline": "underlined",
}
_POWERS = {"2": "squared", "3": "cubed", "\\circ": "degrees", "\\prime": "prime", "T": "transposed"}
_MATRICES = frozenset(
    ("matrix", "pmatrix", "bmatrix", "vmatrix", "Vmatrix", "Bmatrix", "smallmatrix")
)
_BIG = frozenset(("\\sum", "\\prod", "\\int", "\\iint", "\\oint", "\\lim", "\\bigcup", "\\bigcap"))


def spoken(latex: str) -> str:
    """A formula in words; the source itself where it cannot be read."""
    try:
        tokens = tokens_of(latex[:MAX_SOURCE])
    except MathError:
        return latex
    words = " ".join(_read(tokens))
    words = re.sub(r"\s+([,;.])", r"\1", re.sub(r"\s+", " ", words))
    return re.sub(r",+(?=[,;]|$)|;+(?=;)", "", words).strip() or latex


def _read(tokens: list[str]) -> list[str]:
    reader = TokenReader(tokens)
    words: list[str] = []
    last = ""
    while reader.at < len(tokens):
        part = reader.next()
        if part.isspace():
            continue
        if part.isdigit() or part == ".":
            while reader.peek().isdigit() or reader.peek() == ".":
                part += reader.next()
        words += _say(part, reader, last)
        last = last if part in ("_", "^") else part
    return words


def _say(part: str, reader: TokenReader, last: str) -> list[str]:
    if part == "{":
        reader.at -= 1
        return _read(reader.argument())
    if part == "^":
        return _power(reader.argument(), last)
    if part == "_":
        inner = _read(reader.argument())
        return (["over"] if last == "\\lim" else ["from"] if last in _BIG else ["sub"]) + inner
    if part in ("\\frac", "\\dfrac", "\\tfrac", "\\cfrac"):
        above, below = _read(reader.argument()), _read(reader.argument())
        return [*_grouped(above), "over", *_grouped(below)]
    if part in ("\\binom", "\\dbinom", "\\tbinom"):
        return [*_read(reader.argument()), "choose", *_read(reader.argument())]
    if part == "\\sqrt":
        root = reader.option()
        name = "square root" if root is None else "cube root" if root == "3" else f"{root}th root"
        return ["the", name, "of", *_grouped(_read(reader.argument()))]
    if part == "\\boxed":
        return ["boxed", *_read(reader.argument())]
    if part in ("\\begin", "\\end"):
        return _environment("".join(reader.argument()), starts=part == "\\begin")
    if part in ("\\text", "\\mathrm", "\\operatorname", "\\textbf", "\\mbox", "\\operatorname*"):
        return ["".join(reader.argument())]
    if part in ("\\label", "\\tag", "\\phantom", "\\hspace", "\\color"):
        reader.argument()
        return []
    if part in _ACCENTS:
        return [*_read(reader.argument()), _ACCENTS[part]]
    if part in _SILENT:
        return []
    return [_WORDS.get(part, part.removeprefix("\\"))]


def _power(exponent: list[str], last: str) -> list[str]:
    written = "".join(exponent).strip()
    inner = _read(exponent)
    if last in _BIG:
        return ["to", *inner]
    return [_POWERS[written]] if written in _POWERS else ["to the power", *inner]


def _grouped(words: list[str]) -> list[str]:
    """Long parts are set off by commas, so that one hears where they end."""
    return [*words, ","] if len(words) > 3 else words


def _environment(name: str, *, starts: bool) -> list[str]:
    if name in _MATRICES:
        return ["matrix", ";"] if starts else ["end matrix"]
    if name in ("cases", "dcases"):
        return ["cases"] if starts else ["end cases"]
    return []
