"""Formulas look as TeX sets them: spaces, numbers, frames, brackets. Measured, not by picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from latex2mathml.converter import convert

from app.markup.document.blocks import Block, MathBlock
from app.markup.latex.rewrite import prepare
from app.markup.latex.tokens import MathError
from app.markup.maths.mathml import tree_of
from app.markup.maths.render import FormulaStyle, render
from app.markup.parse import parse
from app.markup.stream import MarkdownStream
from tests.unit.markup.formula_list import FORMULAS
from tests.unit.markup.markdown_samples import pieces_of


def behind_minus(latex: str) -> str:
    """The space between the first minus of a formula and what follows it."""
    tree = tree_of(convert(prepare(latex)), ink="#000000", display=True)
    return next(mo for mo in tree.iter("mo") if mo.text == "\u2212").get("rspace", "")


@pytest.mark.parametrize(
    "latex", ["-b", "(-b)", "a = -b", r"a \cdot -b", r"\{-1, -2\}", "|-x|", r"\sin -x", "a, -b"]
)
def test_a_sign_stands_at_its_number(latex: str) -> None:
    assert behind_minus(latex) == "0em"
    assert behind_minus("a - b") == "0.2222em"


def test_a_sign_stands_as_near_in_brackets_as_alone() -> None:
    alone = render("-3", FormulaStyle(size=100)).width - render("3", FormulaStyle(size=100)).width
    for around in ("({})", "[{}]", r"\{{{}\}}"):
        with_sign = render(around.format("-3"), FormulaStyle(size=100)).width
        assert with_sign - render(
            around.format("3"), FormulaStyle(size=100)
        ).width == pytest.approx(alone, abs=1)


@pytest.mark.parametrize(
    ("sign", "room"),
    [("=", "0.2778em"), (r"\times", "0.2222em"), (r"\in", "0.2778em"), (r"\pm", "0.2222em"),
     (r"\overset{!}{=}", "0.2778em"), (":=", "0.2778em"), (r"\cup", "0.2222em")],
)  # fmt: skip
def test_relations_and_products_have_as_much_room_on_both_sides(sign: str, room: str) -> None:
    tree = tree_of(convert(prepare(rf"a {sign} b")), ink="#000000", display=True)
    widths = [mo.get(side) for mo in tree.iter("mo") for side in ("lspace", "rspace")]
    widths += [gap.get("width") for gap in tree.iter("mspace")]
    assert widths.count(room) == 2


@pytest.mark.parametrize(
    ("latex", "gaps"),
    [
        (r"a = \left( b \right)", ["0.2778em", "0.2778em"]),
        (r"\left( a \right) = b", ["0.2778em", "0.2778em"]),
        (r"a + \left( b \right)", ["0.2222em", "0.2222em"]),
        (r"a \left( b \right)", ["0.1667em"]),
        (r"\left( a \right) \left[ b \right]", ["0.1667em"]),
        (r"a, \left( b \right)", ["0.1667em"]),
        (r"\left( \left( a \right) \right)", []),
    ],
)
def test_what_stands_between_growing_brackets_has_an_inner_formulas_room(
    latex: str, gaps: list[str]
) -> None:
    """The TeXbook, page 170, row and column Inner."""
    tree = tree_of(convert(prepare(latex)), ink="#000000", display=True)
    set_gaps = [node.get(side) for node in tree.iter() for side in ("lspace", "rspace", "width")]
    assert [gap for gap in set_gaps if gap not in (None, "0em")] == gaps


def test_a_power_stands_no_higher_on_a_bracket_than_on_a_letter() -> None:
    letter, bracket = render("x^2", FormulaStyle(size=100)), render("(x)^2", FormulaStyle(size=100))
    assert bracket.baseline < 1.15 * letter.baseline + 10


def test_matrices_side_by_side_keep_their_own_brackets() -> None:
    small = r"\begin{pmatrix} a \\ b \end{pmatrix}"
    tall = r"\begin{pmatrix} a \\ b \\ c \\ d \\ e \end{pmatrix}"
    tree = tree_of(convert(prepare(small + tall)), ink="#000000", display=True)
    rows = [row for row in tree.iter("mrow") if len(row) and row[0].get("fence") == "true"]
    assert len(rows) == 2


@pytest.mark.parametrize(
    ("array", "lines"),
    [
        (r"\begin{array}{cc} a & b \end{array}", 0),
        (r"\begin{array}{c|c} a & b \end{array}", 1),
        (r"\begin{array}{|c|c|} \hline a & b \\ \hline c & d \\ \hline \end{array}", 6),
        (r"\begin{array}{c} \hline a \\ b \\ \hline \end{array}", 2),
        (r"\begin{array}{|c|} a \\ b \end{array}", 2),
        (r"\begin{array}{*{2}{c}|c} a & b & c \end{array}", 1),
    ],
)
def test_arrays_have_the_lines_they_ask_for(array: str, lines: int) -> None:
    formula = render(array)
    assert formula.svg.count(b"<rect") == lines
    left, top, width, height = map(float, ET.fromstring(formula.svg).attrib["viewBox"].split())
    for rect in ET.fromstring(formula.svg).iter("{http://www.w3.org/2000/svg}rect"):
        assert left <= float(rect.attrib["x"]) <= left + width
        assert top <= float(rect.attrib["y"]) <= top + height


def test_the_last_row_of_a_framed_array_is_drawn_with_and_without_a_line_below_it() -> None:
    one, two = r"\begin{array}{|c|} a \end{array}", r"\begin{array}{|c|} a \\ b \end{array}"
    lined = r"\begin{array}{|c|} a \\ b \\ \hline \end{array}"
    assert render(two).height > 1.5 * render(one).height
    assert render(lined).height > 1.5 * render(one).height


def svg_of(latex: str) -> str:
    return render(latex, FormulaStyle(display=True)).svg.decode()


@pytest.mark.parametrize("name", [r"\lim", r"\sup", r"\inf", r"\max", r"\det", r"\gcd", r"\Pr"])
def test_what_is_below_a_name_stands_under_it_in_a_display_only(name: str) -> None:
    below, beside = (
        render(f"{name}_x", FormulaStyle(display=True)),
        render(f"{name}_x", FormulaStyle(display=False)),
    )
    assert below.width < beside.width
    assert below.height > beside.height


def test_limits_go_where_they_are_sent() -> None:
    assert (
        render(r"\sum_i^n", FormulaStyle(display=True)).height
        > render(r"\sum\nolimits_i^n", FormulaStyle(display=True)).height
    )
    for latex in (r"\mathop{X}_a", r"\mathop{X}\limits_a", r"\operatorname*{X}_a"):
        assert (
            render(latex, FormulaStyle(display=True)).width
            < render("X_a", FormulaStyle(display=True)).width + 4
        )


def test_the_hat_of_a_letter_is_no_wider_than_the_letter() -> None:
    assert svg_of(r"\hat{A}") != svg_of(r"\widehat{A}")
    assert svg_of(r"\hat{x}").count("<path") == 2
    assert (
        render(r"\hat{x}", FormulaStyle(size=100)).width
        < 1.2 * render("x", FormulaStyle(size=100)).width
    )


def test_an_arrow_is_longer_than_what_stands_at_it() -> None:
    label = 0.7 * render(r"\text{a long label}", FormulaStyle(size=100)).width  # script size
    for arrow in (r"\xrightarrow{\text{a long label}}", r"\xleftarrow[\text{a long label}]{}"):
        assert render(arrow, FormulaStyle(size=100)).width > label + 30


def test_the_rows_of_a_long_formula_begin_with_a_sign_that_has_room() -> None:
    tree = tree_of(
        convert(prepare(r"\begin{multline} a \\ + b \end{multline}")), ink="#000000", display=True
    )
    plus = next(mo for mo in tree.iter("mo") if mo.text == "+")
    assert plus.get("rspace") == "0.2222em"


@pytest.mark.parametrize(
    "latex", ["\\text{\u901f\u5ea6}", "\u901f\u5ea6", "\\text{\ud55c\uad6d (\u304b\u306a) abc}^2"]
)
def test_words_without_blanks_are_drawn_as_text_as_wide_as_it_will_be(latex: str) -> None:
    wide = sum(ord(char) > 0x2E7F for char in latex)
    formula = render(latex, FormulaStyle(size=100, colour="#abcdef"))
    assert b"<text" in formula.svg
    assert b"#010203" not in formula.svg
    assert formula.width >= 100 * wide


@pytest.mark.parametrize(
    "words",
    [
        "\u0627\u0644\u0633\u0631\u0639\u0629",
        "\u05de\u05d4\u05d9\u05e8\u05d5\u05ea",
        "\u0917\u0924\u093f",
        "\u0627\u0644\u0632\u0645\u0646 (5 s)",
    ],
)
def test_words_of_other_scripts_are_one_text_that_is_shaped_where_it_is_painted(
    words: str,
) -> None:
    svg = ET.fromstring(
        render(rf"\text{{{words}}} = \frac{{a}}{{b}}", FormulaStyle(display=True)).svg
    )
    (text,) = svg.iter("{http://www.w3.org/2000/svg}text")
    assert (text.text or "").replace("\u00a0", " ") == words


def test_letters_of_a_joined_script_that_stand_side_by_side_are_one_word() -> None:
    svg = svg_of("\u0633^2 + \u0643\u062a\u0644\u0629 = 25")
    assert svg.count("<text") == 2
    assert "\u0643\u062a\u0644\u0629" in svg


def test_a_blank_behind_words_from_right_to_left_is_on_the_side_of_what_follows() -> None:
    word = "\u05d0\u05dd"
    with_blank, without = (
        next(
            ET.fromstring(render(rf"\text{{{text}}} n").svg).iter(
                "{http://www.w3.org/2000/svg}text"
            )
        ).attrib["x"]
        for text in (f"{word} ", word)
    )
    assert with_blank == without


def test_chemistry_is_set_as_chemists_write_it() -> None:
    prepared = prepare(r"\ce{^{14}_{6}C -> ^{14}_{7}N + e-}")
    assert prepared.count("{}^{14}_{") == 2, "an isotope's numbers belong to what follows"
    assert "\\tfrac" in prepare(r"\ce{1/2 O2}")
    assert prepare(r"\ce{Fe^{III}}").endswith("{III}}")
    bond, minus = render(r"\ce{C-C}"), render(r"\mathrm{C} - \mathrm{C}")
    assert bond.width < minus.width


def test_a_boxed_result_does_not_touch_its_frame() -> None:
    inner, boxed = (
        render("42", FormulaStyle(size=100)),
        render(r"\boxed{42}", FormulaStyle(size=100)),
    )
    assert boxed.width > inner.width + 40
    assert boxed.height > inner.height + 30


# ---------------------------------------------------------------------------------------- numbers


def drawn(text: str) -> list[str]:
    return [block.drawn for block in parse(text) if isinstance(block, MathBlock)]


def test_equations_are_numbered_through_a_text() -> None:
    text = (
        "\\begin{equation}\na = b\n\\end{equation}\n\n"
        "\\[ c = d \\]\n\n"
        "\\begin{align}\na &= b \\\\\n&= c \\nonumber \\\\\n"
        "&= d \\tag{*} \\\\\n&= e\n\\end{align}\n\n"
        "\\begin{align*}\nx &= y\n\\end{align*}\n\n"
        "> $$\\begin{gather} p \\\\ q \\end{gather}$$\n\n"
        "\\begin{multline} r \\\\ s \\end{multline}\n"
    )
    tags = [
        [part.split("}")[0] for part in source.split("\\tag{")[1:]]
        for source in drawn(text.replace("> ", ""))
    ]
    assert tags == [["1"], [], ["2", "*", "3"], [], ["4", "5"], ["6"]]
    assert all(render(source, FormulaStyle(display=True)) for source in drawn(text))


def test_a_stream_numbers_equations_as_the_whole_parse_does() -> None:
    one = "Then\n\n\\begin{align}\na &= b \\\\\n&= c\n\\end{align}\n\n- item\n\n"
    text = one * 3 + "[a] again $$\\begin{equation} e \\end{equation}$$\n\n[a]: http://x.y\n"
    for size in (1, 7, 50):
        markdown = MarkdownStream()
        shown: list[Block] = []
        for piece in pieces_of(text, size):
            shown += [part.block for part in markdown.feed(piece).closed]
        settled = markdown.finish()
        shown += [part.block for part in settled.update.closed]
        assert settled.blocks == parse(text)
        numbers = [block.number for block in shown if isinstance(block, MathBlock)]
        assert numbers == [1, 3, 5, 7]


def test_tags_stand_under_each_other() -> None:
    def place(latex: str) -> int:
        tree = tree_of(convert(prepare(latex)), ink="#000000", display=True)
        return len({list(row).index(cell) for row in tree.iter("mtr") for cell in row
                    if cell.find("mtext") is not None})  # fmt: skip

    assert place(r"\begin{align} a &= b + c \tag{1} \\ d \tag{2} \end{align}") == 1
    assert place(r"\begin{gather} a \tag{1} \\ b + c + d \tag{2} \end{gather}") == 1


def test_copy_gives_back_what_was_written_without_numbers() -> None:
    source = "\\begin{equation}\nE = mc^2\n\\end{equation}"
    block = parse(source)[0]
    assert isinstance(block, MathBlock)
    assert block.markdown == source
    assert "\\tag{1}" in block.drawn


@pytest.mark.parametrize("mark", [r"\overline", r"\underline"])
def test_a_line_over_or_under_has_the_colour_of_what_it_belongs_to(mark: str) -> None:
    svg = ET.fromstring(render(rf"\textcolor{{red}}{{{mark}{{x}}}} + y").svg)
    assert [bar.get("fill") for bar in svg.findall(".//{*}rect")] == ["red"]


def test_a_blank_does_not_give_its_colour_to_the_letter_before_it() -> None:
    svg = render(r"\text{\textcolor{red}{a} b}", FormulaStyle(colour="#abcdef")).svg
    assert svg.count(b'fill="red"') == 1
    assert svg.count(b'fill="#abcdef"') == 1


@pytest.mark.parametrize(
    "hidden",
    [
        "x",
        r"\overline{x}",
        r"\underline{x}",
        r"\boxed{x}",
        r"\sqrt{\frac{x}{2}}",
        r"\colorbox{yellow}{x}",
        r"\begin{array}{|c|} \hline x \\ \hline \end{array}",
        r"\text{速度}",
        r"\text{مرحبا}",
        r"a \\ b",
    ],
)
def test_nothing_of_a_phantom_is_seen_and_it_takes_its_room(hidden: str) -> None:
    alone, beside = render("y"), render(rf"\phantom{{{hidden}}} y")
    seen = [part.tag for part in ET.fromstring(beside.svg).iter()]
    assert seen == [part.tag for part in ET.fromstring(alone.svg).iter()]
    assert beside.width > alone.width + 5


def test_of_what_answers_hold_nearly_all_is_drawn() -> None:
    refused = []
    for latex in FORMULAS:
        try:
            assert b"<path" in render(latex, FormulaStyle(display=True)).svg
        except MathError as error:
            refused.append((latex, str(error)))
    print(f"{len(FORMULAS)} formulas, {len(refused)} shown as their source: {refused}")
    assert len(FORMULAS) >= 150
    assert len(refused) <= len(FORMULAS) // 100, refused


def test_no_line_of_a_formula_keeps_a_colour_of_its_own() -> None:
    for latex in (r"\overline{AB}", r"\underline{x}", r"\cancel{x}", r"\boxed{x}", r"\sqrt{x}"):
        assert b"black" not in render(latex, FormulaStyle(colour="#abcdef")).svg, latex
