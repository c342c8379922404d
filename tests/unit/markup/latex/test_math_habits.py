r"""What answers write in formulas and converters draw wrong: drawn right, or shown as source.

What is drawn is read from the tree that goes to the renderer: its signs, and how they nest.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest
from latex2mathml.converter import convert

from app.markup.latex.rewrite import prepare
from app.markup.latex.tokens import MathError
from app.markup.maths.mathml import tree_of
from app.markup.maths.render import FormulaStyle, render

_NESTING = {
    "msup": "^",
    "msub": "_",
    "msubsup": "_^",
    "mfrac": "/",
    "msqrt": "root",
    "mroot": "root",
}
_CELLS = {"mtr": "row", "mtd": "cell"}


def tree(latex: str) -> ET.Element:
    return tree_of(convert(prepare(latex), display="block"), ink="#000000", display=True)


def written(element: ET.Element) -> str:
    """Signs, and scripts, fractions, roots and cells with what is in them."""
    name = _NESTING.get(element.tag) or _CELLS.get(element.tag)
    inner = [written(child) for child in element]
    text = (element.text or "").replace("\u2212", "-")
    if name is None:
        return text + "".join(inner)
    if name == "cell":
        return f"cell[{''.join(inner)}]"
    return f"{name}[{'|'.join(filter(None, inner))}]"


def letters(latex: str) -> dict[str, str]:
    return {
        (part.text or "").strip(): part.get("mathvariant", "")
        for part in tree(latex).iter()
        if part.tag in ("mtext", "mi")
    }


@pytest.mark.parametrize(
    ("latex", "signs"),
    [
        (r"\textcolor[RGB]{255,0,0}{x}y", "xy"),
        (r"\textcolor[HTML]{FF0000}{x}", "x"),
        (r"\color[rgb]{1,0,0} x + y", "x+y"),
        (r"\color[gray]{0.5}{x}", "x"),
        (r"\smash[b]{y} + \smash [t]{z} + \smash{w}", "y+z+w"),
        (r"\cfrac[l]{a}{b}", "/[a|b]"),
        (r"\framebox[2cm][c]{x}", "x"),
        (r"\makebox[2cm]{x}", "x"),
        (r"\raisebox{1ex}[0pt][0pt]{x}", "x"),
        (r"\rule[2pt]{1em}{1pt}x", "x"),
        (r"\sqrt[n]{x} + \sqrt [\frac{1}{[2]}]{y}", "root[x|n]+root[y|/[1|[2]]]"),
        (r"\xrightarrow[a]{b} \xLeftarrow[c]{d}", "\u27f6ba\u27f8dc"),
        (r"\begin{array}{c} a \\[2pt] b \end{array}", "row[cell[a]]row[cell[b]]"),
        (r"\begin{aligned}[t] a &= b \\*[1em] c &= d \end{aligned}",
         "row[cell[a]|cell[=b]]row[cell[c]|cell[=d]]"),
        (r"\begin{matrix} a \\[0, 1] \cr[c] \end{matrix}",
         "row[cell[a]]row[cell[[0,1]]]row[cell[[c]]]"),
        (r"\begin{align*}[A,B] &= 0 \end{align*}", "row[cell[[A,B]]|cell[=0]]"),
        (r"\begin{pmatrix} [a] & b \end{pmatrix}", "(row[cell[[a]]|cell[b]])"),
        (r"\stackrel[b]{a}{=}", "=ab"),
        (r"\underbracket[1pt][2pt]{x}", "x\u23b5"),
    ],
)  # fmt: skip
def test_an_option_in_brackets_is_no_part_of_the_formula(latex: str, signs: str) -> None:
    assert written(tree(latex)) == signs


def test_colours_of_every_model_are_colours() -> None:
    for latex in (
        r"\textcolor[RGB]{255,0,0}{x}", r"\textcolor[HTML]{FF0000}{x}", r"\color[rgb]{1,0,0} x",
        r"\textcolor[cmyk]{0,1,1,0}{x}", r"\textcolor{#ff0000}{x}",
    ):  # fmt: skip
        assert b'fill="#ff0000"' in render(latex).svg
    assert b'fill="forestgreen"' in render(r"\textcolor{ForestGreen}{x}").svg
    for name in ("Emerald", "red!50!black"):  # not known to pictures: in the colour of the text
        svg = render(
            rf"\textcolor{{{name}}}{{x}} \color{{{name}}} y", FormulaStyle(colour="#abcdef")
        ).svg
        assert svg.count(b'fill="#abcdef"') == svg.count(b"fill=")


@pytest.mark.parametrize(
    ("latex", "signs"),
    [
        (r"\texttt{foo\_bar()}", "foo_bar()"),
        (r"\textbf{a \textit{b} c}", "a b c"),
        (r"\textbf{50\% off \& more}", "50% off & more"),
        (r"\text{\% of \$5}", "% of $5"),
        (r"\text{5 cm and 3 in}", "5 cm and 3 in"),
        (r"\textbf{R\&D}", "R&D"),
        (r"\fbox{a \textbf{b}}", "a b"),
        (r"\fbox{$x^2=1$}", "^[x|2]=1"),
        (r"\mbox{if $a_1$}", "if _[a|1]"),
        (r"\text{\textcolor{red}{a} b}", "a b"),
        (r"\text{caf\'e na\"{\i}ve \c{c} \ss}", "caf\u00e9 na\u00efve \u00e7 \u00df"),
        (r"\text{``a'' -- b}", "\u201ca\u201d \u2013 b"),
        (r"\texttt{a--b}", "a--b"),
        (r"\text{{\bf a} b}", "a b"),
        (r"\text{if $x + \text{or $y$}$ don't}", "if x+or y don\u2019t"),
        (r"\verb|a_b \frac|", "a_b \u29f5frac"),
        (r"\llap{a $b$}", "a b"),
        (r"\text{CO\textsubscript{2} m\textsuperscript{3}}", "CO_[2] m^[3]"),
    ],
)
def test_words_are_words_whatever_letters_they_are_set_in(latex: str, signs: str) -> None:
    assert written(tree(latex)).replace("\u00a0", " ") == signs


def test_styles_of_words_nest() -> None:
    found = letters(r"\textbf{a \textit{b \texttt{c}} \textnormal{d}}")
    assert "bold" in found["a"]
    assert "italic" not in found["a"]
    assert "bold" in found["b"]
    assert "italic" in found["b"]
    assert "mono" in found["c"]
    assert found["d"] == ""
    plain, slanted = (render(rf"\textbf{{{word}}}").svg for word in ("b", r"\textit{b}"))
    assert plain != slanted


@pytest.mark.parametrize(
    ("latex", "signs"),
    [
        (r"\qty(\frac{a}{b})", "(/[a|b])"),
        (r"\qty(\left(a\right) + b)", "((a)+b)"),
        (r"\qty[x] + \qty{x} + \qty|x|", "[x]+{x}+|x|"),
        (r"\qty\Big(f(x) + (y))", "(f(x)+(y))"),
        (r"\qty{5}{\meter} + \qty[mode=text]{5}{m}", "5m+5m"),
        (r"\dd{x} \dd[3]{r}", "dx^[d|3]r"),
        (r"\eval{f(x)}_a^b", "_^[f(x)||a|b]"),
        (r"\dv{x} f", "/[d|dx]f"),
        (r"\SI[per-mode=symbol]{5}{\kW}", "5kW"),
        (r"\expval{A}{\psi} + \ev{B}", "\u27e8\u03c8|A|\u03c8\u27e9+\u27e8B\u27e9"),
        (r"\SI{5}{\%} \vb{E}", "5%E"),
        (r"\vb*{a} + \va*{r} + \vu*{n}", "a+r\u2192+n\u02c6"),
        (r"\dd*{x} \eval*{f}_0", "dx_[f||0]"),
        (r"\div{\vb{E}} = \div \vec{B}", "\u2207\u00b7E=\u2207\u00b7B\u2192"),
        (r"6 \div {2} + a{\div}b \div (2)", "6\u00f72+a\u00f7b\u00f7(2)"),
        (r"\times, \div", "\u00d7,\u00f7"),
        (r"\ang{30;15;5}", "^[30|\u2218]^[15|\u2032]^[5|\u2033]"),
    ],
)
def test_commands_of_physics_and_siunitx_are_read_as_they_are_written(
    latex: str, signs: str
) -> None:
    assert written(tree(latex)) == signs


@pytest.mark.parametrize(
    ("latex", "signs"),
    [
        ("f''^2 + y''^{2} + x'^n_i", "^[f|\u20332]+^[y|\u20332]+_^[x|i|\u2032n]"),
        (r"f'^\frac{1}{2}", "^[f|\u2032/[1|2]]"),
        (r"\sqrt12 + \frac12 + \hat12", "root[1]2+/[1|2]+1\u02c62"),
        (r"\binom nk2", "(/[n|k])2"),
        (r"\pi*r \cdot*2", "\u03c0*r\u00b7*2"),
        (r"a\hspace*{1em}b", "ab"),
        (r"5 mm^2 + 3ex", "5m^[m|2]+3ex"),
        (r"\operatorname{\mathbb{E}}[X]", "E[X]"),
        (r"\operatorname*{\mathbb{E}}_x", "Ex"),
        (r"x \tag{$\ast$}", "x(\u2217)"),
        (r"x \tag*{$\dagger 1'$}", "x\u20201\u2032"),
        (r"\begin{align} a &= b \tag{\textbf{A}} \end{align}", "row[cell[a]|cell[=b]|cell[(A)]]"),
    ],
)
def test_small_habits_are_drawn_as_tex_draws_them(latex: str, signs: str) -> None:
    assert written(tree(latex)) == signs


@pytest.mark.parametrize(
    ("latex", "signs"),
    [
        (r"\begin{matrix} a \over b & c \\ d & e \over f \end{matrix}",
         "row[cell[/[a|b]]|cell[c]]row[cell[d]|cell[/[e|f]]]"),
        (r"\left( a \over b \right)", "(/[a|b])"),
        (r"a+1 \over b+2", "/[a+1|b+2]"),
        (r"{a \over {b \over c}}", "/[a|/[b|c]]"),
        (r"\begin{cases} n \choose k & x \end{cases}", "{row[cell[(/[n|k])]|cell[x]]"),
        (r"{a \brack b} {a \brace b} {a \above 1pt b}", "[/[a|b]]{/[a|b]}/[a|b]"),
        (r"{a \overwithdelims<> b}", "\u27e8/[a|b]\u27e9"),
    ],
)  # fmt: skip
def test_an_old_fraction_parts_the_cell_or_group_it_stands_in(latex: str, signs: str) -> None:
    assert written(tree(latex)) == signs


@pytest.mark.parametrize(
    ("latex", "signs"),
    [
        (r"\left\uparrow x \right\Downarrow", "\u2191x\u21d3"),
        (r"\big\uparrow x \Bigr\updownarrow", "\u2191x\u2195"),
        (r"\left< x \right> \bigl< y \bigr>", "\u27e8x\u27e9\u27e8y\u27e9"),
        (r"\left\lgroup x \right\rgroup", "\u27eex\u27ef"),
        (r"\left. x \right| \bigl. y", "x|y"),
        (r"\left\{ x \middle\backslash y \right\}", "{x\\y}"),
        ("a < b > c", "a<b>c"),
    ],
)
def test_arrows_and_angles_are_brackets_where_a_bracket_is_asked_for(
    latex: str, signs: str
) -> None:
    assert written(tree(latex)) == signs


@pytest.mark.parametrize(
    "latex",
    [
        r"\textcolor[XYZ]{1}{x}", r"\textcolor{no such}{x}", r"\qty x", r"\qty(x", r"\abs(x)",
        r"\frac{a}",
        r"\left x \right)", r"\big x", r"\utilde{AB}", r"\mathchoice{a}{b}{c}{d}", r"\verb|a",
        r"\text{$x}", r"\si{\notaunit}", r"\hspace{x}", r"a \over b \over c", r"\over b",
        r"\tag{$x^2$} y", r"x''''''^2", r"\frac*{a}{b}", r"\sqrt*{x}", r"\SI*{5}{m}",
        r"\'e + \^a", r"a \@b", r"\(x\)", r"a \* b", r"\colorbox{red}{$x$}", r"x_a^b_c",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_shown_as_its_source(latex: str) -> None:
    with pytest.raises(MathError, match=r"\w"):
        render(latex, FormulaStyle(display=True))


def test_a_short_name_is_drawn_as_what_it_is_short_for() -> None:
    for short, long in (
        (r"\varlimsup_n a", r"\mathop{\overline{\lim}}_n a"),
        (r"\varinjlim_n A", r"\mathop{\underrightarrow{\lim}}_n A"),
        (r"\overbracket{a + b}^{n}", r"\overset{n}{\overbracket{a + b}}"),
        (r"\underbracket{a}_n", r"\underset{n}{\underbracket{a}}"),
        (r"a\-b\/c", "abc"),
    ):
        assert render(short).svg == render(long).svg
