"""Formulas are drawn, said in words, or refused with a reason; never blank, never slow."""

from __future__ import annotations

import contextlib
import os
import random
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.markup.latex.rewrite import prepare
from app.markup.latex.spoken import spoken
from app.markup.latex.tokens import MAX_SOURCE, MathError
from app.markup.maths.render import QUICK, Formula, FormulaStyle, render, render_cost

ROUNDS = int(os.environ.get("PHIAL_FUZZ", "150"))
DRAWN = (
    r"x^2 + y^2 = z^2",
    r"\frac{-b \pm \sqrt{b^2 - 4ac}}{2a}",
    r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}",
    r"\left[\begin{array}{cc|c} 1 & 2 & 3 \\ \hline 4 & 5 & 6 \end{array}\right]",
    r"f(x) = \begin{cases} x^2 & \text{if } x \ge 0 \\ -x & \text{otherwise} \end{cases}",
    r"\begin{align} a &= b + c \tag{1} \\[4pt] &= d + e \label{x} \end{align}",
    r"\begin{equation} E = mc^2 \tag{1} \end{equation}",
    r"\begin{gather*} a = b \\ c = d \end{gather*}",
    r"\begin{eqnarray} a &=& b \\ c &=& d \end{eqnarray}",
    r"\begin{alignat}{2} x &= y &\quad z &= w \end{alignat}",
    r"\begin{multline} a + b \\ + c \end{multline}",
    r"\begin{dcases} a & b \end{dcases} \begin{rcases} c \end{rcases}",
    r"a &= b \\ c &= d",
    r"\boxed{x = \frac{1}{2}}",
    r"\operatorname*{arg\,max}_{x} f(x) + \operatorname{rank}(A)",
    r"\binom{\frac{a}{b}}{k^{2}} + {n \choose k}",
    r"\mathbb{R}^n \bm{\beta} {\rm d}x \mathbf{1}_A",
    r"\ce{2H2 + O2 -> 2H2O} \ce{SO4^2-} \ce{Fe^{3+}} \ce{CO2 + H2O <=> H2CO3}",
    r"\text{if $x > 0$ then} \not= \not\in \bmod \pmod{n}",
    r"\SI{5}{\meter} \ket{0} \abs{x} \dv{f}{x} \cancel{x}",
    r"\sum_{\substack{i=1 \\ i \ne j}}^{n} a_{ij} || x ||",
    r"\underbrace{1 + 2}_{\text{sum}} \overrightarrow{AB} \xrightarrow{f}",
)
REFUSED = (
    "",
    "   ",
    r"\def\a{\a\a}\a",
    r"\newcommand{\x}{y} \x",
    r"\unknowncommand{x}",
    "\\text{\U0001e900}",
    "{" * 30 + "x" + "}" * 30,
    "x" * (MAX_SOURCE + 1),
    "x+" * 1000,
    r"\frac{1}{",
    r"\begin{align} a",
    r"\end{align}",
    r"\input{/etc/passwd}",
    r"\begin{pmatrix} a \end{bmatrix}",
    r"\left( x",
    "}",
)


@pytest.mark.parametrize("latex", DRAWN)
def test_what_models_write_is_drawn_with_ink_and_a_baseline(latex: str) -> None:
    formula = render(latex, FormulaStyle(display=True, size=16, colour="#123456"))
    tree = ET.fromstring(formula.svg)
    assert tree.findall(".//{*}path")
    assert b"#123456" in formula.svg
    assert b"#010203" not in formula.svg
    assert formula.width > 4
    assert 0 < formula.baseline < formula.height


@pytest.mark.parametrize("latex", REFUSED)
def test_what_cannot_be_drawn_is_refused_with_a_reason(latex: str) -> None:
    with pytest.raises(MathError, match=r"\w"):
        render(latex)


def test_a_refusal_that_is_asked_for_again_keeps_nobody_who_heard_of_it_before() -> None:
    for _ in range(3):
        with pytest.raises(MathError) as refused:
            render(r"\frac{")
    steps = [step.name for step in refused.traceback]
    assert steps.count("render") == 1, steps


def test_styled_letters_differ_from_plain_ones() -> None:
    pictures = [
        render(latex).svg
        for latex in ("R", r"\mathbb{R}", r"\mathbf{R}", r"\mathcal{R}", r"\mathrm{R}", r"\bm{R}")
    ]
    assert len(set(pictures)) == len(pictures)


def test_words_that_begin_with_a_hyphen_lose_nothing() -> None:
    assert render(r"2 + x \text{-a}").width > render(r"2 + x").width


def test_a_picture_scales_with_the_text() -> None:
    small, large = render("x^2", FormulaStyle(size=10)), render("x^2", FormulaStyle(size=20))
    assert large.width == pytest.approx(2 * small.width)
    assert large.baseline == pytest.approx(2 * small.baseline)


def test_display_formulas_have_larger_signs() -> None:
    assert render(r"\sum_i x", FormulaStyle(display=True)).height > render(r"\sum_i x").height


def test_the_lines_of_an_augmented_matrix_are_drawn() -> None:
    with_line = render(r"\begin{array}{c|c} 1 & 2 \end{array}").svg
    assert with_line.count(b"<rect") == 1
    assert b"<rect" not in render(r"\begin{array}{cc} 1 & 2 \end{array}").svg


def test_cost_does_not_explode_with_nesting() -> None:
    def nodes(latex: str) -> int:
        return len(render(latex, FormulaStyle(display=True)).svg)

    for opening, closing in ((r"\sqrt{", "}"), (r"\left(", r"\right)"), (r"\frac{1}{", "}")):
        deep = nodes(opening * 15 + "x" + closing * 15)
        assert deep < 8 * nodes(opening * 3 + "x" + closing * 3)


def test_weight_tells_light_formulas_from_heavy_ones() -> None:
    assert render_cost(r"\frac{a}{b} + x^2") < QUICK
    assert render_cost("x + " * 100) > QUICK
    assert render_cost(r"\binom{" * 9 + "x" + "}{2}" * 9) > QUICK
    assert render_cost(r"\sqrt{1 + \frac{a}{\sqrt{b}}}") < QUICK
    with pytest.raises(MathError):
        render_cost(r"\def\x{}")


def test_nothing_grows_when_it_is_prepared() -> None:
    for latex in DRAWN:
        assert len(prepare(latex)) < 6 * len(latex) + 200


LATEX = (
    "\\frac", "{", "}", "x", "^", "_", "\\sqrt", "[", "]", "\\left", "\\right", "(", ")", "|", "&",
    "\\\\", "\\begin{align}", "\\end{align}", "\\begin{pmatrix}", "\\end{pmatrix}", "\\text{",
    "\\sum", "\\int", "1", "+", "=", "\\alpha", "\\mathbb", "\\ce{", "\\tag{", "$", "%", "#",
    "\\ ", "\\,", "é", "漢", "\\boxed{", "\\operatorname{", "\\begin{cases}", "\\end{cases}",
    "\\begin{array}{c|c}", "\\end{array}", "\\hline", "\\over", "\\choose", "\\not",
    "\\color{red}",
    "\\hat", "\\overline", "'", "\\limits", "\\substack{", "\\binom", "\\rm", "\\newline", "~",
    "\\", "-",
    "\\binom{n}{k}", "^{2}", "_{i}", "\\frac{1}{2}", "{x}", "\\hspace{1cm}", "\\lim",
)  # fmt: skip


def test_random_latex_is_drawn_or_refused_but_never_raises_anything_else() -> None:
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        latex = "".join(chance.choice(LATEX) for _ in range(chance.randint(1, 14)))
        with contextlib.suppress(MathError):
            assert isinstance(render(latex, FormulaStyle(display=bool(seed % 2))), Formula)
        assert isinstance(spoken(latex), str)


@pytest.mark.parametrize(
    ("latex", "words"),
    [
        (r"\frac{a}{b}", "a over b"),
        (r"x^2 + y^3", "x squared plus y cubed"),
        (r"\sqrt{x}", "the square root of x"),
        (r"\sum_{i=1}^{n} i", "sum from i equals 1 to n i"),
        (r"\begin{pmatrix} a & b \\ c & d \end{pmatrix}", "matrix; a, b; c, d end matrix"),
        (r"\text{if } x \in A", "if x in A"),
        (r"\unknown{x}", "unknown x"),
        ("}", "}"),
    ],
)
def test_formulas_are_said_in_words(latex: str, words: str) -> None:
    assert spoken(latex) == words


def test_threads_that_draw_at_once_draw_what_one_draws_alone() -> None:
    """The font is read by seeking, and texts switch its language; every source is a new one."""
    sources = [
        rf"f'_{{{i}}}(x) + \text{{if }} \left( \frac{{{i}}}{{\sqrt{{x}}}}" for i in range(40)
    ]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(render, [rf"{source} \right)" for source in sources]))
    alone = [render(rf"{source} {{}} \right)") for source in sources]  # not as it is kept
    assert [formula.svg for formula in together] == [formula.svg for formula in alone]
