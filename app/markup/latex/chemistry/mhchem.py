r"""``\ce{…}``: substances, charges, arrows and conditions of the mhchem package, as LaTeX.

What a sign means depends on what stands before it: the minus of ``Cl-`` is a charge, of ``C-C`` a
bond, of ``a - b`` an operator, of ``$\alpha$-D`` a hyphen. So a substance is read from left to
right into its places (amount, scripts before the symbol, symbol, scripts behind it), and the places
that are filled decide what follows. The rules are those of the package's manual
(https://mhchem.github.io/MathJax-mhchem/); what they do not know is refused, not drawn.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from app.markup.latex.chemistry.groups import (
    ARROW,
    arrow,
    balanced,
    bond,
    command,
    dollars,
    group,
    operator,
    plain,
)
from app.markup.latex.chemistry.parts import oxidation, symbol
from app.markup.latex.chemistry.quantities import quantity
from app.markup.latex.chemistry.substance_reader import (
    FRESH,
    ORBITAL,
    STATE_GAP,
    Place,
    SubstanceReader,
)
from app.markup.latex.tokens import MathError

MAX_LENGTH = 1500
"""Characters of an equation that is drawn."""
_MAX_NESTING = 8
"""Levels of equations in conditions, fractions and colours."""
_NOTHING = frozenset[Place](("start", "blank", "open", "bond"))
_COUNTED = frozenset[Place](("amount", "apart"))
_OXIDATION = re.compile(r"(?:[+-][IVX]+|(?:\\pm|\$\\pm\$|\+-|\+/-)\s*0)$")
_UP_DOWN = re.compile(r"(?:v|\(v\)|\^|\(\^\))(?=$|[\s,;)\]}])")
_UPRIGHT = re.compile(r"(?:pH|pOH|pC|pK|iPr|iBu)(?=$|[^a-zA-Z])")
_PLUS_MINUS = re.compile(r"\\pm|\$\\pm\$|\+-|\+/-")
_OPERATOR = re.compile(r"\+|(?:<<|>>|[-=<>]|\\approx|\$\\approx\$)(?=\s|$|-?[0-9])")
_ROW = re.compile(r"(&|\\\\|\\hline)\s*")
_ADDED = re.compile(r"[.\u22c5\u00b7\u2022*]\s*")
_STATE = re.compile(r"\([a-z]{1,3}(?=[),])")
_STATE_IN_DOLLARS = re.compile(r"\((?:\\ca\s?)?\$[amothc]\$\)")
_AFTER_STATE = re.compile(r"$|[\s,;)\]}]")
_OPENS = re.compile(r"\\\{|[\[(]")
_CLOSES = re.compile(r"\\\}|[\])]")
_LIST = re.compile(r"([,;])(\s*)")
_SPACE = re.compile(r"\\[, ;:]")


def chemistry(source: str) -> str:
    r"""The argument of ``\ce`` as LaTeX.

    Raises:
        MathError: it has no meaning in chemistry, or is too long.
    """
    if len(source) > MAX_LENGTH:
        raise MathError(f"the equation has more than {MAX_LENGTH} characters")  # not shown
    return _equation(source, 0)


def _equation(source: str, depth: int) -> str:
    if depth > _MAX_NESTING:
        raise MathError("the equation nests too deep")  # not shown
    return _Equation(plain(source), depth).read()


class _Equation(SubstanceReader):
    """Reads an equation once, from left to right."""

    def read(self) -> str:
        """The equation as LaTeX."""
        while self.at < len(self.text):
            if self.place in FRESH:
                self.bonded = False
            before = self.at, self.place
            if not any(rule(self) for rule in _RULES):
                self._other()
            if (self.at, self.place) == before:
                raise MathError("the equation cannot be read")  # not shown
        self._put()
        return "".join(self.parts)

    def _inner(self, source: str) -> str:
        return _equation(source, self.depth + 1)

    def _lone_oxidation(self) -> bool:
        found = _OXIDATION.match(self.text, self.at)
        if found is None or self.place != "start":
            return False
        self.parts.append(f"{{{oxidation(found[0])}}}")
        return self._then(found.end(), "start")

    def _up_or_down(self) -> bool:
        found = _UP_DOWN.match(self.text, self.at)
        if found is None or self.place not in FRESH | {"apart"}:
            return False
        self.blank = False
        self._put(operator(found[0]))
        return self._then(found.end(), "blank")

    def _known_word(self) -> bool:
        if self.place in FRESH and (found := _UPRIGHT.match(self.text, self.at)) is not None:
            self.now.base = found[0]
            self._put()
            return self._then(found.end(), "blank")
        found = ORBITAL.match(self.text, self.at)
        if found is None or self.place not in _NOTHING:
            return False
        self.now.base = found[0]
        return self._then(found.end(), "base")

    def _arrow(self) -> bool:
        found = ARROW.match(self.text, self.at)
        if found is None:
            return False
        self._put()
        end = found.end()
        labels: list[str] = []
        while len(labels) < 2:
            kind = self.text[end : end + 1] if self.text[end + 1 : end + 2] == "[" else ""
            kind = kind if kind in "CMT" else ""
            label = group(self.text, end + len(kind), "[", "]")
            if label is None:
                break
            labels.append(self._label(kind, label[0]))
            end = label[1]
        self.parts.append(arrow(found[0], *labels, *[""] * (2 - len(labels))))
        self.blank = False
        return self._then(end, "start")

    def _label(self, kind: str, text: str) -> str:
        """What stands at an arrow: chemistry, or what its letter says it is."""
        if kind == "T":
            return f"\\text {{{text}}}"
        return text if kind == "M" else self._inner(text)

    def _operator(self) -> bool:
        if self.place not in FRESH | _COUNTED:
            return False
        either = _PLUS_MINUS.match(self.text, self.at)
        found = either or _OPERATOR.match(self.text, self.at)
        if found is None:
            return False
        self.blank = False
        self._put(operator("\\pm" if either else found[0]))
        return self._then(found.end(), "start")

    def _space(self) -> bool:
        if not self.text[self.at].isspace():
            return False
        end = self.at + 1
        following = self.text[end : end + 1]
        if self.place == "before" and (following.isupper() or following in ("\\", "$")):
            return self._then(end, "before")
        if self.place == "amount":
            return self._then(end, "apart")
        if self.place == "start":
            self.blank = False
            return self._then(end, "start")
        if self.place not in ("blank", "open"):
            self._put()
        self.blank = True
        return self._then(end, "open" if self.place == "open" else "blank")

    def _between(self) -> bool:
        """What parts substances: rows, dots, commas."""
        row = _ROW.match(self.text, self.at)
        if row is not None:
            self._put(f"{row[1]} ")
            return self._then(row.end(), self.place if self.place in ("blank", "open") else "start")
        if self.text.startswith("...", self.at) and not self.text.startswith("....", self.at):
            if self.place in ("base", "high", "closed", "stacked", "both"):
                self._put(bond("..."))
                return self._then(self.at + 3, "bond")
            self._put("\\ldots ", follows=True)
            return self._then(self.at + 3, "blank")
        added = _ADDED.match(self.text, self.at)
        if added is not None:
            self._put("\\,{\\cdot }\\,")
            return self._then(added.end(), "blank")
        return False

    def _comma(self) -> bool:
        found = _LIST.match(self.text, self.at)
        if found is None:
            return False
        gap = "0.33em" if found[2] and self.level == 0 else "0.17em"
        self._put(f"{{{found[1]}}}\\hspace {{{gap}}}")
        return self._then(found.end(), "start")

    def _state(self) -> bool:
        end = None
        if _STATE.match(self.text, self.at):
            end = balanced(self.text, self.at, "(", ")")
            end = end if end is not None and _AFTER_STATE.match(self.text, end) else None
        found = _STATE_IN_DOLLARS.match(self.text, self.at)
        if end is None and found is not None:
            end = found.end()
        if end is None:
            return False
        self._put(STATE_GAP, symbol(self.text[self.at : end]))
        return self._then(end, "blank")

    def _bracket(self) -> bool:
        opens, closes = _OPENS.match(self.text, self.at), _CLOSES.match(self.text, self.at)
        if opens is not None:
            if self.place not in _NOTHING | _COUNTED | {"base"}:
                self._put()
            self.now.base += opens[0]
            self._put()
            self.level += 1
            return self._then(opens.end(), "open")
        if closes is None:
            return False
        if self.place not in _NOTHING | {"before", "base"}:
            self._put()
        self.now.base += closes[0]
        self.level -= 1
        return self._then(closes.end(), "base")

    def _bond(self) -> bool:
        if self.text[self.at] in "=<>" and self.place != "before":
            kind, end = self.text[self.at], self.at + 1
        elif self.text[self.at] in "#\u2261" and self.place in _NOTHING | _COUNTED | {"base"}:
            kind, end = "#", self.at + 1
        elif (found := group(self.text, self.at, "\\bond{", "}")) is not None:
            kind, end = found
        else:
            return False
        self._put(bond(kind), keeps_amount=True)
        return self._then(end, "bond")

    def _braces(self) -> bool:
        if self.text.startswith("{}", self.at):
            gap = [STATE_GAP] if self.text.startswith("^", self.at + 2) else []
            self._put(*gap, follows=True)
            return self._then(self.at + 2, "blank")
        end = balanced(self.text, self.at, "{", "}")
        formula = dollars(self.text, self.at)
        if end is None and formula is None:
            return False
        end = end or (formula[1] if formula else self.at)
        if formula is not None and self.place == "amount":
            self.now.amount += self.text[self.at : end]
            return self._then(end, "amount")
        if self.place in ("low", "high", "closed", "both", "stacked") or (
            self.place == "base" and formula is None
        ):
            self._put()
        self.now.base += self.text[self.at : end]
        return self._then(end, "base")

    def _command(self) -> bool:
        """A command: one that knows chemistry inside it, a space, or one of mathematics."""
        if self.text[self.at] != "\\":
            return False
        for name, opening, between in _NESTED:
            first = group(self.text, self.at, f"{opening}{{", "}")
            second = group(self.text, first[1], f"{between}{{", "}") if first else None
            if first is not None and second is not None:
                inner = first[0] if name == "\\textcolor" else self._inner(first[0])
                self._put(
                    f"{name} {{{inner}}}{between}{{{self._inner(second[0])}}}",
                    follows=name == "\\frac",
                    keeps_amount=name != "\\frac",
                )
                return self._then(second[1], "bond")
        for name, inside in (("\\ce{", self._inner), ("\\pu{", quantity)):
            found = group(self.text, self.at, name, "}")
            if found is not None:
                self._put(f"{{{inside(found[0])}}}", keeps_amount=name == "\\ce{")
                return self._then(found[1], "bond")
        space = _SPACE.match(self.text, self.at)
        if space is not None:
            self._put(space[0], follows=True)
            return self._then(space.end(), "blank")
        end = command(self.text, self.at)
        if end is None or self.text.startswith("\\color", self.at):
            raise MathError("a command of an equation has no meaning")  # not shown
        if self.place in ("low", "high", "closed", "both", "stacked"):
            self._put()
        self.now.base += self.text[self.at : end]
        self._put()
        return self._then(end, "bond")

    def _other(self) -> None:
        """A sign that means nothing in chemistry."""
        sign = self.text[self.at]
        if sign in "/~|":
            self._put(sign, follows=True)
        elif self.place == "amount":
            self.now.base, self.now.amount = self.now.amount, ""
            self.place = "base"
            return
        elif self.place == "apart":
            self._put()
            self.blank, self.place = True, "blank"
            return
        elif sign in "{}":
            raise MathError("a brace of an equation has no partner")  # not shown
        else:
            self._put(sign)
        self.at, self.place = self.at + 1, "bond"


_NESTED = (
    ("\\frac", "\\frac", ""),
    ("\\overset", "\\overset", ""),
    ("\\underset", "\\underset", ""),
    ("\\underbrace", "\\underbrace", "_"),
    ("\\textcolor", "\\color", ""),
)
"""Commands with equations as their arguments: as drawn, as written, and what parts the two."""
_RULES: tuple[Callable[[_Equation], bool], ...] = (
    _Equation._lone_oxidation,
    _Equation._up_or_down,
    _Equation._known_word,
    _Equation._arrow,
    _Equation._plus,
    _Equation._amount,
    _Equation._operator,
    _Equation._minus,
    _Equation._late_amount,
    _Equation._letters,
    _Equation._digits,
    _Equation._space,
    _Equation._between,
    _Equation._state,
    _Equation._bracket,
    _Equation._comma,
    _Equation._high,
    _Equation._low,
    _Equation._bond,
    _Equation._braces,
    _Equation._command,
)
"""In the order in which they are tried."""
