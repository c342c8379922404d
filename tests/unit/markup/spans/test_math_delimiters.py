"""What is a formula and what is money."""

from __future__ import annotations

import re

import pytest

from app.markup.document.blocks import MathBlock, Paragraph
from app.markup.parse import parse


def formulas(text: str) -> list[str]:
    return [
        found.replace("\\\\", "\\") for found in re.findall(r"source='(.*?)'", repr(parse(text)))
    ]


@pytest.mark.parametrize(
    "text",
    [
        "It is $5 and $6.",
        "between $5 and US$ 7",
        "$5-$10, or $1,000 and $2,000",
        "from $5 to 6$ or so",
        "$HOME/bin:$PATH",
        "export A=$B C=$D",
        "a $ b $ c",
        "$ x $",
        "`$x$`",
        "\\$x\\$",
        "cost: 5$ and 6$",
        "for $1 run `echo $x` now",
        "pay ($1) or ($x)",
        "pay $7.50, \\$9 or US$ 8",
        "$5 million and then $6 million",
        "$$",
        "$$$$",
        "$x",
        "\\(x",
        "\\[text\\](http://a.b)",
        "echo $$ and $$PID",
    ],
)
def test_money_and_shells_stay_text(text: str) -> None:
    assert formulas(text) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("$x^2$", ["x^2"]),
        ("the $n$th and $n$-th", ["n", "n"]),
        ("$5x + 3 = 7$", ["5x + 3 = 7"]),
        ("$x$, $y$; ($z$)", ["x", "y", "z"]),
        ("\\(a\\) and \\[b\\]", ["a", "b"]),
        ("**bold $x$**", ["x"]),
        ("| $x$ |\n|---|\n| \\(y\\) |", ["x", "y"]),
        ("# $E$", ["E"]),
        ("$a*b*c$", ["a*b*c"]),
        ("$\\text{cost} = \\$5$", ["\\text{cost} = \\$5"]),
        ("\u8bbe$x$\u4e3a", ["x"]),
        ("$$x$$", ["x"]),
    ],
)
def test_formulas_are_found(text: str, found: list[str]) -> None:
    assert formulas(text) == found


@pytest.mark.parametrize(
    ("text", "source", "environment"),
    [
        ("$$\nx\n$$", "x", None),
        ("\\[\nx\n= y\n- z\n\\]", "x\n= y\n- z", None),
        ("\\begin{align}\na &= b \\\\\n+ c\n\\end{align}", None, "align"),
        ("$$\\begin{cases} a \\\\ b \\end{cases}$$", None, "cases"),
        ("\\[\n\nx\n\n\\]", "x", None),
    ],
)
def test_display_formulas_are_blocks_whatever_their_lines_look_like(
    text: str, source: str | None, environment: str | None
) -> None:
    (block,) = parse(text)
    assert isinstance(block, MathBlock)
    assert source is None or block.source == source
    assert block.environment == environment


def test_a_display_formula_parts_its_paragraph_and_keeps_its_full_stop() -> None:
    blocks = parse("Thus $$x = 1$$.\nNext \\[y\\], and so on.")
    kinds = [type(block).__name__ for block in blocks]
    assert kinds == ["Paragraph", "MathBlock", "Paragraph", "MathBlock", "Paragraph"]
    assert isinstance(blocks[1], MathBlock)
    assert blocks[1].trailing == "."
    assert blocks[1].markdown == "$$x = 1$$."


def test_a_formula_in_a_list_may_be_indented_carelessly() -> None:
    blocks = parse("1. Solve:\n   \\[\nx = 1\n   \\]\n2. Done\n")
    assert len(blocks) == 1
    assert formulas("1. Solve:\n   \\[\nx = 1\n   \\]\n2. Done\n") == ["x = 1"]


def test_an_address_with_a_dollar_or_a_double_dollar_in_prose_is_no_formula() -> None:
    (block,) = parse("In bash $$ is the process id, $$ again too.")
    assert isinstance(block, Paragraph)
