r"""A formula in words, for screen readers: ``\frac{a}{b}`` is "a over b".

Simple and readable rather than complete: what is not known is left as its name.
"""

from __future__ import annotations

import re

from app.language import tr, trc
from app.markup.latex.tokens import MAX_SOURCE, MathError, TokenReader, tokens_of

_GAP = "\0"
_OTHER_GAP = "\1"
_HAT = tr("{letter} hat", letter=_GAP)
_BAR = tr("{letter} bar", letter=_GAP)
_WORDS: dict[str, str] = {
    "+": trc("in a spoken formula", "plus"),
    "-": trc("in a spoken formula", "minus"),
    "=": trc("in a spoken formula", "equals"),
    "<": trc("in a spoken formula", "is less than"),
    ">": trc("in a spoken formula", "is greater than"),
    "/": trc("in a spoken formula", "over"),
    "*": trc("in a spoken formula", "times"),
    "!": trc("in a spoken formula", "factorial"),
    "'": trc("in a spoken formula", "prime"),
    "|": trc("in a spoken formula", "bar"),
    "&": ",",
    "~": "",
    "\\pm": trc("in a spoken formula", "plus or minus"),
    "\\mp": trc("in a spoken formula", "minus or plus"),
    "\\times": trc("in a spoken formula", "times"),
    "\\cdot": trc("in a spoken formula", "times"),
    "\\div": trc("in a spoken formula", "divided by"),
    "\\neq": trc("in a spoken formula", "is not equal to"),
    "\\ne": trc("in a spoken formula", "is not equal to"),
    "\\leq": trc("in a spoken formula", "is at most"),
    "\\le": trc("in a spoken formula", "is at most"),
    "\\geq": trc("in a spoken formula", "is at least"),
    "\\ge": trc("in a spoken formula", "is at least"),
    "\\approx": trc("in a spoken formula", "is approximately"),
    "\\equiv": trc("in a spoken formula", "is equivalent to"),
    "\\sim": trc("in a spoken formula", "is similar to"),
    "\\propto": trc("in a spoken formula", "is proportional to"),
    "\\in": trc("in a spoken formula", "in"),
    "\\notin": trc("in a spoken formula", "not in"),
    "\\subset": trc("in a spoken formula", "is a subset of"),
    "\\subseteq": trc("in a spoken formula", "is a subset of or equal to"),
    "\\cup": trc("in a spoken formula", "union"),
    "\\cap": trc("in a spoken formula", "intersection"),
    "\\setminus": trc("in a spoken formula", "without"),
    "\\emptyset": trc("in a spoken formula", "the empty set"),
    "\\varnothing": trc("in a spoken formula", "the empty set"),
    "\\to": trc("in a spoken limit", "to"),
    "\\rightarrow": trc("in a spoken formula", "to"),
    "\\longrightarrow": trc("in a spoken formula", "to"),
    "\\mapsto": trc("in a spoken formula", "maps to"),
    "\\Rightarrow": trc("in a spoken formula", "implies"),
    "\\implies": trc("in a spoken formula", "implies"),
    "\\iff": trc("in a spoken formula", "if and only if"),
    "\\Leftrightarrow": trc("in a spoken formula", "if and only if"),
    "\\forall": trc("in a spoken formula", "for all"),
    "\\exists": trc("in a spoken formula", "there exists"),
    "\\neg": trc("in a spoken formula", "not"),
    "\\land": trc("in a spoken formula", "and"),
    "\\wedge": trc("in a spoken formula", "and"),
    "\\lor": trc("in a spoken formula", "or"),
    "\\vee": trc("in a spoken formula", "or"),
    "\\infty": trc("in a spoken formula", "infinity"),
    "\\partial": trc("in a spoken formula", "partial"),
    "\\nabla": trc("in a spoken formula", "nabla"),
    "\\sum": trc("in a spoken formula", "sum"),
    "\\prod": trc("in a spoken formula", "product"),
    "\\int": trc("in a spoken formula", "integral"),
    "\\iint": trc("in a spoken formula", "double integral"),
    "\\oint": trc("in a spoken formula", "contour integral"),
    "\\lim": trc("in a spoken formula", "limit"),
    "\\ldots": trc("in a spoken formula", "and so on"),
    "\\cdots": trc("in a spoken formula", "and so on"),
    "\\dots": trc("in a spoken formula", "and so on"),
    "\\vdots": trc("in a spoken formula", "and so on"),
    "\\ddots": trc("in a spoken formula", "and so on"),
    "\\mid": trc("in a spoken formula", "given"),
    "\\therefore": trc("in a spoken formula", "therefore"),
    "\\because": trc("in a spoken formula", "because"),
    "\\circ": trc("in a spoken formula", "degrees"),
    "\\%": trc("in a spoken formula", "percent"),
    "\\{": trc("in a spoken formula", "open brace"),
    "\\}": trc("in a spoken formula", "close brace"),
    "\\|": trc("in a spoken formula", "norm"),
    "\\langle": trc("in a spoken formula", "open angle"),
    "\\rangle": trc("in a spoken formula", "close angle"),
    "\\prime": trc("in a spoken formula", "prime"),
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
    "\\hat": _HAT,
    "\\widehat": _HAT,
    "\\bar": _BAR,
    "\\overline": _BAR,
    "\\vec": tr("{letter} vector", letter=_GAP),
    "\\tilde": tr("{letter} tilde", letter=_GAP),
    "\\dot": tr("{letter} dot", letter=_GAP),
    "\\ddot": tr("{letter} double dot", letter=_GAP),
    "\\underline": tr("{letter} underlined", letter=_GAP),
}
_POWERS = {
    "2": trc("in a spoken formula", "squared"),
    "3": trc("in a spoken formula", "cubed"),
    "\\circ": _WORDS["\\circ"],
    "\\prime": _WORDS["\\prime"],
    "T": trc("in a spoken formula", "transposed"),
}
_MATRICES = frozenset(  # not shown
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
        return [_below(last), *inner]
    if part in ("\\frac", "\\dfrac", "\\tfrac", "\\cfrac"):
        above, below = _read(reader.argument()), _read(reader.argument())
        return _filled(
            tr("{above} over {below}", above=_GAP, below=_OTHER_GAP),
            _grouped(above),
            _grouped(below),
        )
    if part in ("\\binom", "\\dbinom", "\\tbinom"):
        choice = tr("{all} choose {some}", all=_GAP, some=_OTHER_GAP)
        return _filled(choice, _read(reader.argument()), _read(reader.argument()))
    if part == "\\sqrt":
        return _root(reader.option(), _grouped(_read(reader.argument())))
    if part == "\\boxed":
        return _filled(tr("boxed {formula}", formula=_GAP), _read(reader.argument()))
    if part in ("\\begin", "\\end"):
        return _environment("".join(reader.argument()), starts=part == "\\begin")
    if part in ("\\text", "\\mathrm", "\\operatorname", "\\textbf", "\\mbox", "\\operatorname*"):
        return ["".join(reader.argument())]
    if part in ("\\label", "\\tag", "\\phantom", "\\hspace", "\\color"):
        reader.argument()
        return []
    if part in _ACCENTS:
        return _filled(_ACCENTS[part], _read(reader.argument()))
    if part in _SILENT:
        return []
    return [_WORDS.get(part, part.removeprefix("\\"))]


def _filled(text: str, *parts: list[str]) -> list[str]:
    """The words of a text with parts of a formula in its gaps, each still in its words."""
    words: list[str] = []
    for piece in re.split(f"([{_GAP}{_OTHER_GAP}])", text):
        if piece in (_GAP, _OTHER_GAP):
            words += parts[piece == _OTHER_GAP]
        elif piece.strip():
            words.append(piece.strip())
    return words


def _root(degree: str | None, inner: list[str]) -> list[str]:
    """A root in single words, since it is set off by commas however short it is."""
    what = " ".join(inner)
    if degree is None:
        return tr("the square root of {what}", what=what).split()
    if degree == "3":
        return tr("the cube root of {what}", what=what).split()
    return tr("the {degree}th root of {what}", degree=degree, what=what).split()


def _below(last: str) -> str:
    """What is said before a subscript."""
    if last == "\\lim":
        return trc("below a spoken limit", "over")
    if last in _BIG:
        return trc("below a spoken sum", "from")
    return trc("in a spoken formula", "sub")


def _power(exponent: list[str], last: str) -> list[str]:
    written = "".join(exponent).strip()
    inner = _read(exponent)
    if last in _BIG:
        return [trc("above a spoken sum", "to"), *inner]
    if written in _POWERS:
        return [_POWERS[written]]
    return [trc("in a spoken formula", "to the power"), *inner]


def _grouped(words: list[str]) -> list[str]:
    """Long parts are set off by commas, so that one hears where they end."""
    return [*words, ","] if len(words) > 3 else words


def _environment(name: str, *, starts: bool) -> list[str]:
    if name in _MATRICES:
        return [tr("matrix"), ";"] if starts else [tr("end matrix")]
    if name in ("cases", "dcases"):
        return [trc("in a spoken formula", "cases")] if starts else [tr("end cases")]
    return []
