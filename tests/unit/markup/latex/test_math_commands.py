r"""Commands and packages that answers use: names, units, quantum states, words with markup."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from latex2mathml.converter import convert

from app.markup.latex.chemistry.quantities import quantity
from app.markup.latex.rewrite import prepare
from app.markup.latex.siunitx import number, unit
from app.markup.latex.tokens import MathError
from app.markup.maths.mathml import tree_of
from app.markup.maths.render import FormulaStyle, render


def tree(latex: str, *, display: bool = True) -> ET.Element:
    mode = "block" if display else "inline"
    return tree_of(convert(prepare(latex), display=mode), ink="#000000", display=display)


def wider(latex: str, other: str) -> float:
    """By how many ems a formula is wider than another."""
    widths = [
        render(source, FormulaStyle(size=100, display=True)).width for source in (latex, other)
    ]
    return (widths[0] - widths[1]) / 100


@pytest.mark.parametrize("sign", [r"\sim", r"\perp", r"\nsim", r"\simeq", r"\not\to", r"\models"])
def test_every_relation_has_the_room_of_one(sign: str) -> None:
    widths = [
        node.get(side)
        for node in tree(f"X {sign} Y").iter()
        for side in ("lspace", "rspace", "width")
    ]
    assert widths.count("0.2778em") == 2


@pytest.mark.parametrize(
    ("latex", "thin_spaces"),
    [
        (r"a \left(b\right)", 1),
        (r"a \left(b\right) c", 2),
        (r"\left(a\right)\left(b\right)", 1),
        (r"\sin \left(a\right)", 1),
        (r"a (b) c", 0),
        (r"f_{a \left(b\right) c}", 0),
        (r"a \bigl(b\bigr) c", 0),
    ],
)
def test_a_pair_that_grows_has_a_thin_space_around_it(latex: str, thin_spaces: int) -> None:
    gaps = [node.get(side) for node in tree(latex).iter() for side in ("lspace", "rspace", "width")]
    assert gaps.count("0.1667em") == thin_spaces


@pytest.mark.parametrize("latex", [r"a\left(b\right)c", r"2\left[x\right]y"])
def test_the_space_is_the_same_on_both_sides_of_the_pair(latex: str) -> None:
    (gap,) = {node.get("width") for node in tree(latex).iter("mspace")}
    assert gap == "0.1667em"
    plain = latex.replace(r"\left", "").replace(r"\right", "")
    wider = (
        render(latex, FormulaStyle(size=100)).width - render(plain, FormulaStyle(size=100)).width
    )
    assert wider == pytest.approx(2 * 16.67, abs=3)


def test_a_quad_is_as_wide_as_its_font_is_high() -> None:
    assert wider(r"a \quad b", "a b") == pytest.approx(1.0, abs=0.02)
    assert wider(r"a \, b", "a b") == pytest.approx(0.167, abs=0.01)
    assert wider(r"a = b", "a {=} b") == pytest.approx(2 * 0.2778, abs=0.02)


@pytest.mark.parametrize("sign", [r"\int", r"\oint", r"\iint", r"\sum", r"\bigoplus", r"\bigvee"])
def test_a_large_sign_is_large_in_a_display_only_and_does_not_grow_with_its_neighbours(
    sign: str,
) -> None:
    inline = render(rf"{sign} x", FormulaStyle(size=100))
    display = render(rf"{sign} x", FormulaStyle(size=100, display=True))
    assert display.height > 1.2 * inline.height
    tall = r"\frac{\frac{a}{b}}{\frac{c}{d}}"
    assert (
        render(rf"{sign} {tall}", FormulaStyle(size=100, display=True)).height
        == render(tall, FormulaStyle(size=100, display=True)).height
    )


def test_an_integral_inside_a_line_leaves_the_line_as_it_is() -> None:
    assert render(r"\int_0^1 x\,dx", FormulaStyle(size=100)).height < 200


@pytest.mark.parametrize("sign", [r"\bigoplus", r"\bigvee", r"\bigotimes", r"\bigcup", r"\coprod"])
def test_limits_of_large_signs_stand_above_and_below_them_in_a_display(sign: str) -> None:
    limits = rf"{sign}_{{k=1}}^{{n}} V"
    assert render(limits, FormulaStyle(display=True)).height > 1.4 * render(limits).height


@pytest.mark.parametrize(
    "sign", [r"\sum", r"\coprod", r"\bigvee", r"\bigoplus", r"\int", r"\bigcup"]
)
@pytest.mark.parametrize("display", [True, False])
def test_large_signs_stand_in_the_middle_of_what_follows(sign: str, display: bool) -> None:
    formula, minus = (
        render(latex, FormulaStyle(size=100, display=display)) for latex in (sign, "-")
    )
    middle = formula.baseline - formula.height / 2
    assert middle == pytest.approx(minus.baseline - minus.height / 2, abs=6)


def test_an_array_in_brackets_that_take_back_its_room_does_not_overlap_them() -> None:
    old = render(r"\left(\!\begin{array}{c} n \\ k \end{array}\!\right)", FormulaStyle(size=100))
    assert old.width >= render(r"\binom{n}{k}", FormulaStyle(size=100)).width


def test_a_frame_adds_no_room_above_it() -> None:
    inner, boxed = (
        render(latex, FormulaStyle(size=100, display=True))
        for latex in (r"\frac{a}{b}", r"\boxed{\frac{a}{b}}")
    )
    above = boxed.baseline - inner.baseline
    below = boxed.height - boxed.baseline - (inner.height - inner.baseline)
    assert above == pytest.approx(below, abs=2)
    struck = render(r"\cancel{\frac{a}{b}}", FormulaStyle(size=100, display=True))
    assert struck.height < inner.height + 40


def test_an_accent_is_no_wider_than_what_it_stands_on() -> None:
    word, arrow = (
        render("AB", FormulaStyle(size=100)),
        render(r"\overrightarrow{AB}", FormulaStyle(size=100)),
    )
    assert arrow.width < word.width + 15


@pytest.mark.parametrize(
    "latex", [r"\argmax_x f", r"\operatorname*{arg\,max}_x f", r"\mathop{\rm Res}_z f"]
)
def test_what_is_below_a_name_of_ones_own_moves_beside_it_in_a_line(latex: str) -> None:
    below, beside = (
        render(latex, FormulaStyle(display=True)),
        render(latex, FormulaStyle(display=False)),
    )
    assert below.height > beside.height
    assert below.width < beside.width
    name = next(mo for mo in tree(latex).iter("mo"))
    assert (name.text or "").replace("\u2006", "").isalpha()


@pytest.mark.parametrize(
    ("source", "written"),
    [
        (r"\meter\per\second\squared", r"\mathrm {m}\,\mathrm {s}^{-2}"),
        (r"\joule\per\mole\per\kelvin", r"\mathrm {J}\,\mathrm {mol}^{-1}\,\mathrm {K}^{-1}"),
        (r"\kilo\gram", r"\mathrm {kg}"),
        (r"\micro\meter", r"\mathrm {\mu m}"),
        (r"\cubic\centi\meter", r"\mathrm {cm}^{3}"),
        ("m/s^2", r"\mathrm {m/s}^{2}"),
        ("kg.m", r"\mathrm {kg}\,\mathrm {m}"),
    ],
)
def test_units_are_upright_and_divide_by_a_power(source: str, written: str) -> None:
    assert unit(source) == written


def test_numbers_and_quantities_read_as_people_write_them() -> None:
    assert number("1.5e-3") == r"1.5\times 10^{-3}"
    assert number("e6") == "10^{6}"
    assert number("1{,}000") == "1{,}000"
    gap = r"\hspace {0.17em}"
    assert quantity("5 mol L-1") == rf"5~\mathrm {{mol}}{gap}\mathrm {{L}}^{{-1}}"
    assert prepare(r"\SI{20}{\celsius}").startswith(r"{20}\,")
    assert prepare(r"\ang{30}") == r"30^{\circ}"


@pytest.mark.parametrize(
    "latex",
    [
        r"\ketbra{0}{1}",
        r"\expval{A}",
        r"\mel{n}{H}{m}",
        r"\comm{A}{B} = \acomm{C}{D}",
        r"\dv[2]{f}{x} + \dv{x} + \pdv{f}{t}",
        r"\grad f + \curl \vec{A} + \laplacian u",
        r"\Big\langle x \Big\rangle \Big\| \bigl\{ y \bigr\} \left\{ x \middle\| y \right\}",
        r"\not\leftarrow \not\Rightarrow \not\approx \not\supset",
        r"\require{cancel} \cancel{x}",
        r"\unicode{x212B} \unicode{8491}",
        r"\text{a \textbf{b $x^2$} \emph{c}, \$5 \& more, 5\%, d < e}",
        r"\color{red}{x} + {\color{blue} y} + \textcolor{green}{z}",
        r"f \colon X \to Y",
        r"\braket{a}{b} = \braket{a|b}, \pdv{f}{x}{y}",
        r"\genfrac{(}{)}{0pt}{}{n}{k} + \genfrac{}{}{1pt}{1}{a}{b} \qed",
    ],
)
def test_what_answers_use_beyond_plain_latex_is_drawn(latex: str) -> None:
    assert b"<path" in render(latex, FormulaStyle(display=True)).svg


@pytest.mark.parametrize("latex", [r"\underline{\hspace{2cm}}", r"\rule{2cm}{1pt}"])
def test_a_blank_to_be_filled_in_is_a_line(latex: str) -> None:
    assert b"<rect" in render(latex, FormulaStyle(display=True)).svg
    assert render(latex, FormulaStyle(size=20)).width > 60


def test_a_relation_with_a_label_has_its_room_at_the_start_of_a_row_too() -> None:
    rows = r"\begin{align*} 5 &SIGN 3 \end{align*}"
    plain, labelled = (
        render(rows.replace("SIGN", sign), FormulaStyle(size=100, display=True)).width
        for sign in ("=", r"\overset{!}{=}")
    )
    assert labelled == pytest.approx(plain, abs=2)


def test_markup_among_words_is_markup() -> None:
    letters = {text.text: text.get("mathvariant") for text in tree(r"\text{a \textbf{b} c}").iter()}
    assert "bold" in str(letters["b"])
    assert r"\textbf" not in "".join(str(text) for text in letters)
    assert [text.text for text in tree(r"\text{\$5 \& 6\%}").iter("mtext")] == ["$5\u00a0&\u00a06%"]


def test_a_colour_before_a_group_is_that_of_the_group() -> None:
    assert render(r"\color{red}{x} y", FormulaStyle(colour="#abcdef")).svg.count(b'fill="red"') == 1
    assert (
        render(r"{\color{red} x y} z", FormulaStyle(colour="#abcdef")).svg.count(b'fill="red"') == 2
    )


@pytest.mark.parametrize("latex", [r"\unicode{zz}", r"\unicode{x110000}", r"\not\alpha"])
def test_what_makes_no_sense_is_shown_as_its_source(latex: str) -> None:
    with pytest.raises(MathError):
        render(latex)


@pytest.mark.parametrize(
    ("bracket", "loops"), [("|", 1), (r"\|", 2), ("(", 3), (r"\{", 5), (r"\lceil", 2)]
)
def test_a_tall_bracket_is_one_outline_whose_parts_do_not_overlap(bracket: str, loops: int) -> None:
    tall = r"\begin{matrix} 1 \\ 2 \\ 3 \\ 4 \\ 5 \\ 6 \end{matrix}"
    svg = ET.fromstring(render(rf"\left{bracket} {tall} \right.", FormulaStyle(display=True)).svg)
    (group,) = (part for part in svg.iter("{http://www.w3.org/2000/svg}g"))
    (path,) = group
    assert path.attrib["d"].count("Z") == loops
