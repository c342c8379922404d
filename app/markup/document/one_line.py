"""Raised and lowered text where all text stands on one line."""

from __future__ import annotations

import re

_RAISED = str.maketrans("0123456789+-\u2212=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_LOWERED = str.maketrans("0123456789+-\u2212=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_ASIDE = re.compile(r"(?i)st|nd|rd|th|tm|sm|\[.*|[*†‡®©]+|\W*")
"""Raised text that reads well without being raised: ordinals, marks, references, blanks."""


def plain_script(text: str, *, raised: bool) -> str:
    """Raised or lowered text where all text stands on one line: 10⁵, H₂O, x^(a/b), v_max.

    On the line itself ``10<sup>5</sup>`` would be another number.
    """
    signs = _RAISED if raised else _LOWERED
    if text and all(ord(sign) in signs for sign in text):
        return text.translate(signs)
    if _ASIDE.fullmatch(text):
        return text
    return f"{'^' if raised else '_'}{text if text.isalnum() else f'({text})'}"
