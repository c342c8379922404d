"""Reading a substance from left to right: its places, and what a sign at it means.

A minus is a charge, a bond or a hyphen, a number an amount or a low script, by what was read before
it. See `chemistry` for what parts substances.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from app.markup.latex.chemistry.groups import (
    bond,
    command,
    group,
    operator,
)
from app.markup.latex.chemistry.parts import LETTERS
from app.markup.latex.chemistry.substances import Substance
from app.markup.latex.tokens import MathError

STATE_GAP, HYPHEN = "\\hspace {0.11em}", "\\text {-}"
Place: TypeAlias = Literal[
    "start", "blank", "open", "bond", "amount", "apart", "before", "base", "low", "high", "closed",
    "both", "stacked",
]  # fmt: skip
"""What was read last: nothing yet, and what stands before it; an amount, and a blank behind it; the
scripts before a symbol; the symbol; a low script; a high one that signs can be added to, and one
that is closed; a high one behind a low one; a low one behind a high one."""
FRESH = frozenset[Place](("start", "blank", "open"))
ORBITAL = re.compile(r"(?:[0-9]{1,2}[spdfgh]|[0-9]{0,2}sp)(?=$|[^a-zA-Z])")
_AMOUNT = re.compile(
    r"(?:\([+-]?[0-9]+/[0-9]+\)|[+-]?(?:[0-9]+|\$[a-z]\$|[a-z])/[0-9]+|[+-]?[0-9]+[.,][0-9]+"
    r"|[+-]?\.[0-9]+|[+-]?[0-9]+)(?:[a-z](?=\s*[A-Z]))?|[+-]?[a-z](?=\s*[A-Z])|\+(?!\s)"
)
_VARIABLE_AMOUNT = re.compile(
    r"\$(?:\(?[+-]?(?:[0-9]*[a-z]?[+-])?[0-9]*[a-z](?:[+-][0-9]*[a-z]?)?\)?|[+-])\$"
)
_CHARGE = re.compile(r"-(?=[\s_},;\]/]|$|\([a-z]+\))")
_OVERLAP = re.compile(r"-(?=(?:[spd]|sp)(?:$|[\s,;)\]}]))")
_DIGITS = re.compile(r"[0-9]+")
_NO_SCRIPT = re.compile(r"\^(?=_)|_(?=\^)|[\^_]$")
_HIGH_SIGN = re.compile(r"\^([0-9]+|[^\\_])")
_LOW_SIGN = re.compile(r"_([+-]?[0-9]+|[^\\])")
_ONE_LETTER = re.compile(r"[a-z]|\$[a-z]\$|\$?[\u03b1-\u03c9]\$?|\$?\\[a-z]+\s*\$?")


@dataclass(slots=True)
class SubstanceReader:
    """The place in an equation, and the substance there.

    Attributes:
        text: of it.
        depth: in so many equations it stands.
        at: where it is read.
        now: the substance that is being read.
        place: what of it was read last.
        blank: a blank stands before the substance.
        bonded: the substance began with a bond, so that a minus at its end is one, too.
        level: open brackets.
        parts: what was read, as LaTeX.
    """

    text: str
    depth: int
    at: int = 0
    now: Substance = field(default_factory=Substance)
    place: Place = "start"
    blank: bool = False
    bonded: bool = False
    level: int = 0
    parts: list[str] = field(default_factory=list)

    def _put(self, *more: str, follows: bool = False, keeps_amount: bool = False) -> None:
        """Write the substance read so far, then ``more``, which ``follows`` it as one of its kind.

        Args:
            more: LaTeX.
            follows: a blank before it counts although there is no substance.
            keeps_amount: a lone number is the amount of what follows.
        """
        now = self.now
        if now.any() or follows or keeps_amount:
            if self.blank:
                self.parts.append("~")
            lone = not (now.base or now.low or now.high)
            if lone and now.before():  # without a symbol they stand behind the amount
                now.base, now.high, now.low = now.amount, now.before_high, now.before_low
                now.amount = now.before_high = now.before_low = ""
            elif lone and not keeps_amount:
                now.base, now.amount = now.amount, ""
            self.parts.append(now.written())
        self.blank = False
        self.parts += more
        self.now = Substance()

    def _then(self, end: int, place: Place) -> bool:
        """Go on at ``end``."""
        self.at, self.place = end, place
        return True

    def _plus(self) -> bool:
        if not self.text.startswith("+", self.at):
            return False
        match self.place:
            case "base":
                self.now.high, self.now.high_first = "+", True
                return self._then(self.at + 1, "high")
            case "high" | "closed":
                self.now.high += "+"
                return self._then(self.at + 1, "high")
            case "low" | "both":
                self.now.high += "+"
                return self._then(self.at + 1, "both")
            case "stacked":
                self._put()
                self.now.high = "+"
                return self._then(self.at + 1, "high")
            case "bond":
                self.blank = False
                self._put(operator("+"))
                return self._then(self.at + 1, "start")
        return False

    def _amount(self) -> bool:
        if self.place not in ("start", "open"):
            return False
        return self._take_amount()

    def _late_amount(self) -> bool:
        return self.place in ("blank", "bond") and self._take_amount()

    def _take_amount(self) -> bool:
        found = _AMOUNT.match(self.text, self.at) or _VARIABLE_AMOUNT.match(self.text, self.at)
        if found is None:
            return False
        self.now.amount = found[0]
        return self._then(found.end(), "amount")

    def _minus(self) -> bool:
        if not self.text.startswith("-", self.at):
            return False
        end = self.at + 1
        if _CHARGE.match(self.text, self.at) and (place := self._charge()) is not None:
            return self._then(end, place)
        if self.place in ("bond", "base") and self.text[end : end + 1].isdigit():
            self._put(HYPHEN)
            return self._then(end, "bond")
        if self.place in ("base", "high") and _OVERLAP.match(self.text, self.at):
            self._put(HYPHEN)
            return self._then(end, "open")
        return self._then(end, self._bond_or_hyphen())

    def _charge(self) -> Place | None:
        """Take a minus at the end of a substance; None where it is none."""
        now = self.now
        match self.place:
            case "base" | "low":
                if self.bonded:
                    self._put(bond("-"))
                else:
                    now.high, now.high_first = "-", False
                    self._put()
                return "bond"
            case "high":
                now.high += "-"
                return "high"
            case "both":
                now.high += "-"
                return "both"
            case "closed" | "stacked":
                self._put(bond("-"))
                return "bond"
        return None

    def _bond_or_hyphen(self) -> Place:
        now = self.now
        match self.place:
            case "start" | "blank" | "open":
                self._put(bond("-"), follows=True)
                self.bonded = True
                return "bond"
            case "bond":
                self.parts.append(bond("-"))
                return "bond"
            case "amount":
                self._put(HYPHEN)
                return "open"
            case "apart":
                self._put(bond("-"), keeps_amount=True)
                return "bond"
            case "before":
                now.before_high += "-"
                return "before"
            case "closed":
                self._put(bond("-"))
                return "bond"
        if ORBITAL.fullmatch(now.base) or _ONE_LETTER.fullmatch(now.base):
            alone = not (now.amount or now.before() or now.low or now.high)
            if alone and re.fullmatch("[a-z]", now.base) and not ORBITAL.fullmatch(now.base):
                now.base = f"${now.base}$"
            self._put(HYPHEN)
        elif self.place in ("high", "both", "stacked") and now.high.isdigit():
            now.high += "-"
            self._put()
        else:
            self._put(bond("-"))
        return "open"

    def _letters(self) -> bool:
        found = LETTERS.match(self.text, self.at)
        if found is None:
            return False
        if self.place in ("high", "closed", "both") and re.fullmatch("[1-9][0-9]*", self.now.high):
            mass, self.now.high = self.now.high, ""  # it is the mass number of what follows
            self._put(STATE_GAP)
            self.now.before_high = mass
        elif self.place in ("low", "high", "closed", "both", "stacked"):
            self._put()
        self.now.base += found[0]
        return self._then(found.end(), "base")

    def _digits(self) -> bool:
        found = _DIGITS.match(self.text, self.at)
        if found is None:
            return False
        match self.place:
            case "base":
                self.now.low = found[0]
                return self._then(found.end(), "low")
            case "high" | "closed":
                self.now.low = found[0]
                return self._then(found.end(), "stacked")
            case "low":
                self._put()
                self.now.base = found[0]
                return self._then(found.end(), "base")
            case "amount":
                self.now.base = found[0]
                return self._then(found.end(), "base")
        return False

    def _high(self) -> bool:
        r"""A script above the line, ``^{2+}``, ``^2``, ``^\\circ`` or a prime."""
        nothing = _NO_SCRIPT.match(self.text, self.at)
        if nothing is not None:
            return self._then(nothing.end(), self.place)
        found = _script(self.text, self.at, "^", _HIGH_SIGN)
        if found is None and self.text.startswith("'", self.at):
            found = ("'", self.at + 1, False)
        if found is None:
            return False
        value, end, closed = found
        now, place = self.now, self.place
        if place in FRESH | {"apart", "before"}:
            if now.before_high:
                raise MathError("two scripts stand at one place")  # not shown
            now.before_high = value
            return self._then(end, "before")
        if place in ("bond", "base"):
            now.high, now.high_first = value, True
            return self._then(end, "closed" if closed else "high")
        if place == "low":
            now.high, now.high_first = value, False
            return self._then(end, "both")
        if place == "amount":
            return False
        if place == "stacked" or closed:
            self._put()
        now = self.now
        now.high += value
        return self._then(end, "closed" if closed else "both" if place == "both" else "high")

    def _low(self) -> bool:
        found = _script(self.text, self.at, "_", _LOW_SIGN)
        if found is None or self.place == "amount":
            return False
        value, end, _ = found
        if self.place in FRESH | {"apart", "before"}:
            if self.now.before_low:
                raise MathError("two scripts stand at one place")  # not shown
            self.now.before_low = value
            return self._then(end, "before")
        if self.place in ("low", "both", "stacked"):
            self._put()
        after_high = self.place in ("high", "closed")
        self.now.low = value
        return self._then(end, "stacked" if after_high else "low")


def _script(
    text: str, at: int, sign: str, plain_sign: re.Pattern[str]
) -> tuple[str, int, bool] | None:
    """The script at ``at``, where it ends, and whether it is closed."""
    if not text.startswith(sign, at):
        return None
    braced = group(text, at, f"{sign}{{", "}")
    if braced is not None:
        return *braced, True
    formula = group(text, at, f"{sign}$", "$")
    if formula is not None:
        return f"${formula[0]}$", formula[1], True
    found = plain_sign.match(text, at)
    if found is not None:
        return found[1], found.end(), False
    end = command(text, at + 1)
    return None if end is None else (text[at + 1 : end], end, False)
