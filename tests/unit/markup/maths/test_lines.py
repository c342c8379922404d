"""A displayed formula wider than its column is broken where TeX's author would break it."""

from __future__ import annotations

import itertools

import pytest

from app.markup.maths.render import FormulaStyle, render
from app.markup.maths.shapes import break_lines
from tests.unit.markup.formula_list import FORMULAS


def beginnings(latex: str) -> list[str]:
    return [piece.begins for piece in render(latex, FormulaStyle(display=True)).pieces]


@pytest.mark.parametrize(
    ("latex", "wanted"),
    [
        ("x", ["start"]),
        ("a = b + c", ["start", "relation", "operator"]),
        ("-a = -b", ["start", "relation"]),
        ("(a + b)^2 - c", ["start", "operator"]),
        (r"\left( a + b \right) + c", ["start", "operator"]),
        (r"f\left(a + b\right)^2 < c", ["start", "relation"]),
        (r"|x - y| + |x|^2 - z", ["start", "operator", "operator"]),
        (r"\{ x | x > 0 \} \cup A", ["start", "operator"]),
        (r"\frac{a + b}{c = d}", ["start"]),
        (r"a \quad b", ["start", "gap"]),
        (r"{a = b} \quad \text{by symmetry}", ["start", "relation", "gap"]),
        (r"a \; b", ["start"]),
        (r"\boxed{a = b}", ["start"]),
        (r"\begin{align} a &= b \\ c &= d \end{align}", ["start"]),
        (r"\begin{equation} a = b \tag{1} \end{equation}", ["start", "relation"]),
        (r"\sum_{i=1}^n x + \int f = 1", ["start", "operator", "relation"]),
        (r"a \overset{!}{=} b \le c", ["start", "relation", "relation"]),
    ],
)
def test_a_formula_may_be_broken_outside_brackets_only(latex: str, wanted: list[str]) -> None:
    assert beginnings(latex) == wanted


LONG = "y = " + " + ".join(rf"\frac{{a_{{{i}}}}}{{{i}}}" for i in range(2, 30)) + " = 1"


def test_what_fits_is_one_line() -> None:
    formula = render(LONG, FormulaStyle(display=True, size=20))
    assert len(break_lines(formula.pieces, formula.width, 20)) == 1


@pytest.mark.parametrize("room", [150, 300, 500, 900])
def test_the_lines_fit_and_hold_the_whole_picture(room: int) -> None:
    formula = render(LONG, FormulaStyle(display=True, size=20))
    lines = break_lines(formula.pieces, room, 20)
    assert len(lines) > 1
    assert lines[0].start == 0
    assert lines[-1].end == pytest.approx(formula.width)
    assert all(before.end == after.start for before, after in itertools.pairwise(lines))
    assert all(line.width <= room for line in lines)
    assert all(line.ascent <= formula.baseline for line in lines)


def test_relations_stand_under_each_other_and_sums_further_in() -> None:
    latex = "y = " + "a + " * 12 + "a = " + "b + " * 12 + "b"
    formula = render(latex, FormulaStyle(display=True, size=20))
    first = formula.pieces[1].start
    by_start = {piece.start: piece.begins for piece in formula.pieces}
    lines = break_lines(formula.pieces, 330, 20)
    assert {by_start[line.start] for line in lines} == {"start", "relation", "operator"}
    for line in lines[1:]:
        assert line.indent == (first if by_start[line.start] == "relation" else first + 30)


def test_a_formula_with_a_part_that_does_not_fit_stays_whole_and_is_scrolled() -> None:
    latex = r"A = \begin{pmatrix}" + " & ".join("abcdefghijklmnop") + r"\end{pmatrix} = B"
    formula = render(latex, FormulaStyle(display=True, size=20))
    assert len(break_lines(formula.pieces, 200, 20)) == 1


def test_the_pieces_of_every_formula_make_up_its_picture_without_the_numbers() -> None:
    for latex in FORMULAS:
        formula = render(latex, FormulaStyle(display=True))
        edges = [0.0, *(piece.end for piece in formula.pieces)]
        assert [piece.start for piece in formula.pieces] == edges[:-1], latex
        whole = formula.numbers.body if formula.numbers else formula.width
        assert edges[-1] == pytest.approx(whole), latex
        assert all(before < after for before, after in itertools.pairwise(edges)), latex


@pytest.mark.parametrize("em", [10, 20])
def test_a_formula_gives_its_lines_at_any_size(em: int) -> None:
    drawn = render(LONG, FormulaStyle(display=True, size=em))
    scaled = render(LONG, FormulaStyle(display=True, size=1)).scaled(em)
    assert [line.width for line in scaled.lines(drawn.width / 2, em)] == pytest.approx(
        [line.width for line in drawn.lines(drawn.width / 2, em)]
    )
    assert len(drawn.lines(drawn.width / 2, em)) > 1
    assert len(drawn.lines(drawn.width, em)) == 1


def test_one_line_of_a_numbered_formula_ends_before_its_number() -> None:
    formula = render(r"a = b \tag{1}", FormulaStyle(display=True))
    assert formula.numbers is not None
    (line,) = formula.lines(1000, 16)
    assert (line.start, line.end) == (0, formula.numbers.body)
    assert line.ascent + line.descent == pytest.approx(formula.height)
