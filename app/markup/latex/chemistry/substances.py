r"""A substance of chemistry: its places, and how they stand around its symbol."""

from __future__ import annotations

import re
from dataclasses import dataclass

from app.markup.latex.chemistry.parts import amount, high, low, oxidation, symbol

_GAP = "\\,"
_OXIDATION = re.compile(r"(?:[+-]?[IVX]+|(?:\\pm|\$\\pm\$|\+-|\+/-)\s*0)$")


@dataclass(slots=True)
class Substance:
    """A substance while it is read; each place as it was written, empty where nothing was."""

    amount: str = ""
    before_high: str = ""
    before_low: str = ""
    base: str = ""
    low: str = ""
    high: str = ""
    high_first: bool = False

    def any(self) -> bool:
        """Whether anything of it is there."""
        return bool(self.amount or self.base or self.low or self.high) or self.before()

    def before(self) -> bool:
        """Whether scripts stand before the symbol."""
        return bool(self.before_high or self.before_low)

    def written(self) -> str:
        """The substance as LaTeX."""
        lead = ""
        if self.amount:
            count = amount(self.amount)
            lead = (f"{{{count}}}" if count[0] in "+-" else count) + _GAP
        if self.before():
            lead += f"{{}}{_raised(high(self.before_high))}{_lowered(low(self.before_low))}"
        base = symbol(self.base)
        base = f"{{{base}}}" if base[:1] in ("+", "-") else base
        below = _lowered(low(self.low))
        if self.high_first and self.base and _OXIDATION.match(self.high):
            above = _raised(oxidation(self.high))
            return f"{lead}{base}{above}{'{}' if below else ''}{below}"
        above = _raised(high(self.high))
        if self.high_first and self.low:
            return f"{lead}{base or '{}'}{above}{below}"
        base = base or "{}" * bool(below or above)
        return f"{lead}{base}{below}{'{}' * bool(below and above)}{above}"


def _raised(text: str) -> str:
    return f"^{{{text}}}" if text else ""


def _lowered(text: str) -> str:
    return f"_{{{text}}}" if text else ""
