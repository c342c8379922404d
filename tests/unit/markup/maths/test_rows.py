r"""Formulas of several rows: ``multline``, texts between rows, and numbers at the column's edge."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from latex2mathml.converter import convert

from app.markup.latex.rewrite import prepare
from app.markup.latex.tokens import MathError
from app.markup.maths.mathml import tree_of
from app.markup.maths.render import Formula, FormulaStyle, render
from app.markup.spans.math_delimiters import ENVIRONMENTS


def sides(latex: str) -> list[str | None]:
    """Where the first cell of each row stands."""
    tree = tree_of(convert(prepare(latex)), ink="#000000", display=True)
    return [row[0].get("columnalign") for row in tree.iter("mtr")]


def displayed(latex: str) -> Formula:
    return render(latex, FormulaStyle(display=True, size=100))


def test_the_first_row_of_a_multline_is_at_the_left_and_the_last_at_the_right() -> None:
    rows = sides(r"\begin{multline} a + b \\ + c \\ + d \\ + e \end{multline}")
    assert rows == ["left", "center", "center", "right"]
    assert sides(r"\begin{multline*} a \\ + b \end{multline*}") == ["left", "right"]


def test_rows_of_a_multline_that_are_as_long_as_each_other_are_not_flush() -> None:
    two, one = displayed(r"\begin{multline} abc \\ abc \end{multline}"), displayed("abc")
    assert two.width == pytest.approx(one.width + 200, abs=5)
    assert displayed(r"\begin{multline} abc \end{multline}").width == pytest.approx(
        one.width, abs=5
    )


def test_a_row_of_a_multline_begins_with_a_sign_that_has_room() -> None:
    tree = tree_of(
        convert(prepare(r"\begin{multline} a \\ + b \end{multline}")), ink="#000000", display=True
    )
    plus = next(mo for mo in tree.iter("mo") if mo.text == "+")
    assert plus.get("rspace") == "0.2222em"


@pytest.mark.parametrize(
    "latex",
    [
        r"\begin{equation} a = b \tag{1} \end{equation}",
        r"\begin{align} a &= b \tag{1} \\ &= c \tag{2} \end{align}",
        r"\begin{gather} a \tag{1} \\ b + c \end{gather}",
        r"\begin{multline} a \\ + b \tag{1} \end{multline}",
        r"a^2 + b^2 = c^2 \tag{7}",
        r"\tag*{[A]} x",
        r"\boxed{x} \tag{1}",
    ],
)
def test_the_numbers_are_told_apart_from_what_they_number(latex: str) -> None:
    formula = displayed(latex)
    assert formula.numbers is not None
    assert 0 < formula.numbers.body < formula.numbers.start - 20
    assert formula.numbers.end <= formula.width
    assert formula.pieces[-1].end == pytest.approx(formula.numbers.body)


@pytest.mark.parametrize("latex", ["a = b", r"\text{(1)}", r"\begin{align} a &= b \end{align}"])
def test_without_a_tag_there_is_no_number(latex: str) -> None:
    assert displayed(latex).numbers is None


def test_a_tag_before_the_formula_stands_behind_it() -> None:
    before, behind = displayed(r"\tag{7} a = b"), displayed(r"a = b \tag{7}")
    assert before == behind


def test_a_text_between_rows_is_a_row_of_its_own_at_the_left() -> None:
    latex = r"\begin{align} a &= b \\ \intertext{and so} c &= d \end{align}"
    assert sides(latex) == ["right", "left", "right"]
    plain = r"\begin{align} a &= b \\ c &= d \end{align}"
    assert displayed(latex).height > displayed(plain).height + 50


def test_the_columns_of_a_matrix_stand_as_it_says() -> None:
    assert sides(r"\begin{pmatrix*}[r] 1 \\ -1 \end{pmatrix*}") == ["right", "right"]
    assert r"\left(" in prepare(r"\begin{pmatrix*}[r] 1 \\ -1 \end{pmatrix*}")


@pytest.mark.parametrize("bars", [r"\left| {} \right|", r"\left\| {} \right\|"])
def test_an_array_does_not_touch_the_bars_around_it(bars: str) -> None:
    array = r"\begin{array}{cc} 1 & 2 \\ 3 & 4 \end{array}"
    tree = tree_of(convert(prepare(bars.replace("{}", array))), ink="#000000", display=True)
    signs = [mo for mo in tree.iter("mo") if mo.get("form")]
    assert [signs[0].get("rspace"), signs[-1].get("lspace")] == ["0.1667em", "0.1667em"]


@pytest.mark.parametrize("name", ["CD", "tabular", "tikzpicture", "theorem"])
def test_an_environment_that_is_not_of_mathematics_is_shown_as_its_source(name: str) -> None:
    with pytest.raises(MathError, match="not drawn"):
        prepare(rf"\begin{{{name}}} A @>>> B \end{{{name}}}")


def test_every_environment_that_opens_a_formula_is_drawn() -> None:
    for name in sorted(ENVIRONMENTS):
        columns = {"array": "{cc}", "alignat": "{2}", "alignat*": "{2}", "alignedat": "{2}"}
        latex = rf"\begin{{{name}}}{columns.get(name, '')} a & b \\ c & d \end{{{name}}}"
        assert ET.fromstring(displayed(latex).svg).tag.endswith("svg"), name
