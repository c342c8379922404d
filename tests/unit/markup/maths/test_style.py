"""The nodes of formulas are Phial's own; their style and lengths are what ziamath's own say."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from xml.etree.ElementTree import Element

import pytest
from latex2mathml.converter import convert
from ziamath.nodes.mnode import Mnode
from ziamath.styles import parse_style

from app.markup.latex.rewrite import prepare
from app.markup.latex.tokens import MathError
from app.markup.maths.layout import lay_out
from app.markup.maths.mathml import tree_of
from app.markup.maths.nodes import MathNode, style_of

FORMULAS = (Path(__file__).parents[3] / "data" / "formulas.txt").read_text(encoding="utf-8")


def nodes_of(root: object) -> list[MathNode]:
    """A node and all in it that are made of elements."""
    if not isinstance(root, Mnode):
        return []
    assert isinstance(root, MathNode), f"a {type(root).__name__} of ziamath's own"
    return [root, *(node for inner in root.nodes for node in nodes_of(inner))]


def test_every_node_of_every_sample_is_phials_own_and_has_the_style_that_ziamath_gives_it() -> None:
    seen = 0
    for number, line in enumerate(FORMULAS.splitlines()):
        try:
            mathml = convert(prepare(line), display="inline" if number % 2 else "block")
            tree = tree_of(mathml, ink="#000000", display=number % 2 == 0)
        except MathError:  # a comment, or a formula that is shown as its source
            continue
        for node in nodes_of(lay_out(tree, 20)):
            for inner in nodes_of(node)[1:]:
                if inner.parent is node:
                    said = parse_style(inner.element, node.style)
                    said.mathvariant = inner.style.mathvariant  # letters slant theirs afterwards
                    assert inner.style == said
                    seen += 1
    assert seen > 1000


def test_ziamath_is_as_it_was_for_whoever_else_uses_it() -> None:
    """In a process of its own, since this one has imported the maths long ago."""
    script = """
import ziamath
from ziamath.nodes import mnode
MATHML = "<math><mfrac><mi>a</mi><msqrt><mi>b</mi></msqrt></mfrac><mtext>if</mtext></math>"
def seen():
    classes = set(mnode._node_classes.values()) | {mnode.Mnode}
    names = {(cls, name): value for cls in classes for name, value in vars(cls).items()}
    return names, vars(mnode).copy(), ziamath.Math(MATHML).svg(), repr(ziamath.config)
def kinds():
    return {tag: cls for tag, cls in mnode._node_classes.items() if tag != "phial"}
before, tags = seen(), kinds()
from app.markup.maths.render import render
assert b"<path" in render(r"\\frac{a}{\\sqrt b} \\text{if}").svg
mnode._node_classes.pop("phial", None)
assert kinds() == tags
assert seen() == before
"""
    subprocess.run([sys.executable, "-c", script], check=True, timeout=100)


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
