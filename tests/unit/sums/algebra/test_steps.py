"""A pupil's steps: planted errors are found in their line, right steps give no alarm."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from app.sums.algebra.steps import checked_steps

RIGHT = [
    "3x + 5 = 20\n3x = 15\nx = 5",
    "1. Solve $3x + 5 = 20$ for x.\n2. $3x = 15$ | -5\n3. $x = \\frac{15}{3}$",
    "x\u00b2 - 5x + 6 = 0\n(x-2)(x-3) = 0\nx = 2 or x = 3",
    "x^2 = 9\nx = 3\nx = -3",
    "2(x+3) - x\n= 2x + 6 - x\n= x + 6",
    "3x = 5\nx = 1.67",
    "10/3\n= 3.33",
    "2x = 8\nx = 4\n3x = 9\nx = 3",
    "Aufgabe 1: 3x = 9\nx = 3\nAufgabe 2: 2x = 2\nx = 1",
    "a) 2x = 8\nx = 4\nb) 3x = 9\nx = 3",
    "1,5x = 3\nx = 2",
    "x^3 = 8\nx = 2",
    "x + y = 5\n2x + 2y = 10\nx = 3",
    "f(x) = 2x+1\nf(3) = 7",
    "I bought 3 apples\n= 5 euros",
    "x < 5\nx = 7",
    "version 1.2 = 1.3\n\nx = 3",
    "9^9^9^9\n= 3\n" + "(" * 500 + "\nx^99999 = 2",
    "2x + 3 < 11\n2x < 8\nx < 4",
    "-2x < 6\nx > -3",
    "3 - x \u2265 5\n-x \u2265 2\nx \u2264 -2",
    "x^2 < 9\n-3 < x < 3",
    "x^2 > 9\nx > 3 or x < -3",
    "2x > 4 and x < 5\n2 < x < 5",
    "\u221a16 + 3\n= 4 + 3\n= 7",
    "\u221a2 \u00b7 \u221a8\n= \u221a16\n= 4",
    "x^2 = 9\nx = \u00b13",
    "x\u00b2 - 2x - 1 = 0\nx = 1 \u00b1 \u221a2",
    "x^2 = 2\nx = 1.41\nx = -1.41",
    "\u221a(x+3) = x - 3\nx + 3 = (x-3)^2\nx = 6",
    "2^3 \u00b7 2^4\n= 2^7\n= 128",
    "x^5 / x^2\n= x^3",
    "6/x = 2\n6 = 2x\nx = 3",
    "2^x = 8\nx = 3",
    "I: x + y = 5\nII: x - y = 1\nI + II: 2x = 6\nx = 3\n3 + y = 5\ny = 2",
    "(1) x + y = 5\n(2) x - y = 1\n(1) + (2): 2x = 6\nx = 3, y = 2",
    "y = 2x + 1\ny = 3x\ny = x + 7",
    "x = 3\ny = 4\nx = 5",
    "a^2 + b^2 = c^2\n9 + 16 = c^2\nc = 5",
    "3x = 5\nx \u2248 1.67",
    "3x = 6 => x = 2",
    "3x + 5 = 20 \u21d2 3x = 15 \u21d2 x = 5",
    "$x^{2} = 9 \\Rightarrow x = \\pm 3$",
    "3x = 6, so x = 2",
    "3x = 6; x = 2",
    "|x| = 3\nx = 3 or x = -3",
    "1. |x - 2| < 3\n2. -1 < x < 5",
    "5 = |2x - 1|\nx = 3\nx = -2",
    "3x = 15 |:3\nx = 5",
    "I was late so x = 3",
]
WRONG = {
    "3x + 5 = 20\n3x = 15\nx = 6": [(3, "x = 5")],
    "3x + 5 = 20\n3x = 25\nx = 25/3": [(2, "x = 5")],
    "2(x+3)\n= 2x + 3\n= 3 + 2x": [(2, "2x + 3")],
    "(3+4)*2\n= 7*2\n= 15": [(3, "14")],
    "We begin:\n7 \u00b7 8 = 54": [(2, "56")],
    "x^2 = 9\nx = 3": [(2, "x = \u22123")],
    "x(x-2) = 0\nx - 2 = 0\nx = 2": [(3, "x = 0")],
    "x^3 = 8\nx = 3": [(2, "x^3 = 8")],
    "x^2 = -1\nx = 1": [(2, "no solution")],
    "2x + 3 < 11\n2x < 8\nx < 5": [(3, "x < 4")],
    "-2x < 6\nx < -3": [(2, "x > \u22123")],
    "x^2 < 9\nx < 3": [(2, "\u22123 < x < 3")],
    "x^2 < -1\nx < 0": [(2, "no solution")],
    "1 < 2x + 1 < 7\n0 < x < 4": [(2, "0 < x < 3")],
    "\u221a16 + 3\n= 5 + 3\n= 8": [(2, "is 7")],
    "\u221a2 \u00b7 \u221a8\n= \u221a10": [(2, "is 4, not")],
    "x^2 = 2\nx = \u00b1\u221a3": [(2, "does not solve line 1")],
    "\u221a(x+3) = x - 3\nx + 3 = (x-3)^2\nx = 1": [(3, "does not solve line 1")],
    "2^3 \u00b7 2^4\n= 2^12": [(2, "is 128")],
    "x^5 / x^2\n= x^4": [(2, "not the same")],
    "6/x = 2\n6 = 2x\nx = 4": [(3, "x = 3")],
    "x + y = 5\nx - y = 1\n2x = 6\nx = 4\ny = 1": [(4, "x = 3 and y = 2")],
    "x + y = 5\nx - y = 1\nx = 3 and y = 3": [(3, "lines 1 and 2")],
    "2(x+3) = 2x + 6 = 2x + 5": [(1, "not the same")],
    " 1\t3x + 5 = 20\n 2\t3x = 15\n 3\tx = 6": [(3, "x = 5")],
    "3x = 6 => x = 3": [(1, "x = 2")],
    "3x + 5 = 20 \u21d2 3x = 15 \u2192 x = 6": [(1, "x = 5")],
    "3x = 6, so x = 3": [(1, "x = 2")],
    "3x = 6; x = 3": [(1, "x = 2")],
    "|x| = 3\nx = 4": [(2, "x = \u22123")],
    "|x| = 3\nx = 3": [(2, "x = \u22123")],
    "|x - 2| < 3\nx < 5": [(2, "\u22121 < x < 5")],
    "|x| > 2\nx > 2": [(2, "x < \u22122")],
    "10: 3x + 5 = 20\n11: 3x = 15\n12: x = 6": [(12, "x = 5")],
}


@pytest.mark.parametrize("text", RIGHT)
def test_right_steps_and_what_is_not_understood_give_no_alarm(text: str) -> None:
    assert checked_steps(text).findings == ()


@pytest.mark.parametrize("text", WRONG)
def test_a_wrong_step_is_found_in_its_line_once(text: str) -> None:
    found = checked_steps(text).findings
    assert [one.line for one in found] == [line for line, _ in WRONG[text]]
    assert all(words in one.said for one, (_, words) in zip(found, WRONG[text], strict=True))


def test_planted_errors_of_many_equations_are_found() -> None:
    draw = random.Random(20)
    for _ in range(300):
        a, b, root = draw.randint(2, 9), draw.randint(-20, 20), Fraction(draw.randint(-9, 9))
        c = draw.randint(1, a - 1)
        right = (a - c) * root + b
        lines = [
            f"{a}x + {b} = {c}x + {right}".replace("+ -", "- "),
            f"{a - c}x + {b} = {right}".replace("+ -", "- "),
            f"{a - c}x = {right - b}",
            f"x = {root}",
        ]
        assert checked_steps("\n".join(lines)).findings == (), lines
        at = draw.randint(1, 3)
        lines[at] = f"{lines[at].rpartition('=')[0]}= {right + b + 100}"
        assert checked_steps("\n".join(lines)).findings[0].line == at + 1, lines
