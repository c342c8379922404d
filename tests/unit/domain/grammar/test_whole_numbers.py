"""Bounds of whole numbers: every number within them, none outside."""

from __future__ import annotations

import random
import re

import pytest

from app.domain.errors import InvalidValueError
from app.domain.grammar.json_schema import grammar_for
from app.domain.grammar.whole_numbers import whole_numbers


def allowed(low: int | None, high: int | None) -> re.Pattern[str]:
    """The grammar as a regular expression: it has only texts, sets, groups and choices."""
    return re.compile(whole_numbers(low, high).replace('"', "").replace(" ", ""))


def test_every_number_within_and_none_outside() -> None:
    draw = random.Random(1)
    for _ in range(200):
        low = draw.randint(-1200, 1200)
        high = low + draw.choice([0, 1, 7, 95, draw.randint(0, 2000)])
        pattern = allowed(low, high)
        for number in range(low - 120, high + 120):
            assert bool(pattern.fullmatch(str(number))) is (low <= number <= high), (low, high)
        assert not pattern.fullmatch(f"0{high}")
        assert not pattern.fullmatch("-0")


def test_bounds_on_one_side() -> None:
    assert allowed(5, None).fullmatch("9" * 15)
    assert not allowed(5, None).fullmatch("4")
    assert allowed(None, -3).fullmatch("-3000")
    assert not allowed(None, -3).fullmatch("-2")


def test_schemas_have_them() -> None:
    assert '"7"' in grammar_for({"type": "integer", "minimum": 7, "maximum": 7})
    assert "[0-4]" in grammar_for({"type": "integer", "minimum": 0, "exclusiveMaximum": 5})
    for odd in (
        {"type": "integer", "minimum": 3, "maximum": 2},
        {"type": "integer", "minimum": 1.5, "maximum": 1.75},
        {"type": "integer", "minimum": 10**40},
    ):
        with pytest.raises(InvalidValueError):
            grammar_for(odd)
