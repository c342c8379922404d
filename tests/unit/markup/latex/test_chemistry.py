r"""``\ce`` and ``\pu`` read as mhchem reads them.

tests/data/equations.tsv has equations as people and models write them, with the LaTeX that each
becomes. When it was written, each was equal to what mhchemparser 4.2.1 makes of it, but for the
boxes that it moves scripts with.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from app.markup.latex.chemistry.mhchem import MAX_LENGTH, chemistry
from app.markup.latex.chemistry.quantities import quantity
from app.markup.latex.tokens import MathError
from app.markup.maths.render import FormulaStyle, render

_FILE = Path(__file__).parents[3] / "data" / "equations.tsv"
LINES = [line.split("\t") for line in _FILE.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize(("kind", "source", "latex"), LINES)
def test_an_equation_reads_as_mhchem_reads_it(kind: str, source: str, latex: str) -> None:
    assert (chemistry if kind == "ce" else quantity)(source) == latex


def test_all_of_them_are_drawn() -> None:
    for kind, source, _ in LINES:
        assert b"<path" in render(f"\\{kind}{{{source}}}", FormulaStyle(display=True)).svg, source


@pytest.mark.parametrize(
    ("source", "same"),
    [
        ("Ag+(aq)", "Ag^+(aq)"),
        ("Fe^3+", "Fe^{3+}"),
        ("2 H2O", "2H2O"),
        ("A → B ⇌ C", "A -> B <=> C"),
        ("Na^{+} + Cl^{\u2212}", "Na+ + Cl-"),
        ("CaSO4·2H2O", "CaSO4*2H2O"),
        ("SO4^2-", "SO_4^{2-}"),
    ],
)
def test_two_ways_to_write_the_same_are_the_same(source: str, same: str) -> None:
    assert render(f"\\ce{{{source}}}").svg == render(f"\\ce{{{same}}}").svg


@pytest.mark.parametrize(
    "source",
    [
        r"A\bond{~}B",
        r"A\bond{x}B",
        "^1^2H",
        "x" * (MAX_LENGTH + 1),
        "\\ce{" * 10 + "H" + "}" * 10,
        r"\color{red}",
    ],
)
def test_what_chemistry_does_not_know_is_shown_as_its_source(source: str) -> None:
    with pytest.raises(MathError, match=r"\w"):
        chemistry(source)


def test_chemistry_among_mathematics_is_read_where_it_stands() -> None:
    assert render(
        r"K_a = \frac{[\ce{H+}][\ce{A-}]}{[\ce{HA}]} \quad \pu{1.8e-5 mol/L}", FormulaStyle(size=20)
    )
    assert b"<path" in render(r"\text{so } \ce{H2O} \text{ is polar}").svg
