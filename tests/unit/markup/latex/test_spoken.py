"""A formula in words, in a language other than that of the source."""

from __future__ import annotations

import os
import subprocess
import sys

SAY = "import sys; from app.markup.latex.spoken import spoken; print(ascii(spoken(sys.argv[1])))"


def test_a_formula_is_read_aloud_in_the_language_in_force() -> None:
    formula = r"\lim_{x \to 0} \frac{\sqrt{x}}{\vec{v}} = \sum_{i=1}^{n} a_i^2"
    said = subprocess.run(  # the language is chosen before anything is imported
        [sys.executable, "-c", SAY, formula],
        env={**os.environ, "PHIAL_LANGUAGE": "de"},
        capture_output=True,
        check=True,
        text=True,
    )
    assert said.stdout.strip() == repr(
        "Limes für x gegen 0 die Quadratwurzel aus x, durch Vektor v "
        "gleich Summe von i gleich 1 bis n a Index i hoch 2"
    ).replace("ü", "\\xfc")
