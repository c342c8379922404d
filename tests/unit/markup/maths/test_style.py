"""The short ways to a node's style and lengths say what ziamath's own say."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from ziamath.nodes import mnode
from ziamath.styles import MathStyle, parse_style

from app.markup.maths.render import MathError, render
from app.markup.maths.style import style_of

FORMULAS = (Path(__file__).parents[3] / "data" / "formulas.txt").read_text(encoding="utf-8")


def test_every_node_of_every_sample_has_the_style_that_ziamath_gives_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[MathStyle | None] = []

    def checked(element: Element, parent: MathStyle | None = None) -> MathStyle:
        asked.append(parent)
        assert style_of(element, parent) == parse_style(element, parent)
        return style_of(element, parent)

    monkeypatch.setattr(mnode, "parse_style", checked)
    for number, line in enumerate(FORMULAS.splitlines()):
        with suppress(MathError):  # a comment, or a formula that is shown as its source
            render(f"{line} {{}}", display=number % 2 == 0)  # not as it is kept from other tests
    assert len(asked) > 1000


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"displaystyle": "true"},
        {"displaystyle": "false", "scriptlevel": "2"},
        {"mathvariant": "bold-italic", "mathcolor": "red"},
        {"mathsize": "2em", "mathbackground": "yellow"},
        {"style": "color: blue; background: green", "mathcolor": "red"},
    ],
)
def test_what_an_element_says_goes_before_what_its_parent_says(said: dict[str, str]) -> None:
    outer = style_of(Element("math", {"displaystyle": "true"}))
    bold = style_of(Element("mrow", {"mathvariant": "bold", "scriptlevel": "1"}), outer)
    for parent in (None, outer, bold):
        assert style_of(Element("mi", said), parent) == parse_style(Element("mi", said), parent)


def test_styles_are_not_shared() -> None:
    outer = style_of(Element("math"))
    inner = style_of(Element("mrow"), outer)
    inner.mathvariant.bold = True
    inner.displaystyle = False
    assert outer == style_of(Element("math"))
