"""An exported page: complete in itself, safe, drawn."""

from __future__ import annotations

from collections.abc import Sequence
from html.parser import HTMLParser

import pytest

from app.domain.parts import Part, ReasoningPart, TextPart
from app.markup.transfer.values import ExportOptions
from app.markup.transfer.writers.html import write_html
from tests.unit.markup.transfer.making import NASTY, conversation_of

HOSTILE = (
    "<script>alert(1)</script> <img src=x onerror=alert(1)>\n\n"
    "[click](javascript:alert(1)) ![pixel](https://example.org/p.png)\n\n"
    '[title](https://example.org "a\\" onclick=\\"b")'
)


class Reader(HTMLParser):
    """Collects tags with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def tags(page: str) -> list[tuple[str, dict[str, str | None]]]:
    reader = Reader()
    reader.feed(page)
    return reader.tags


def page(*texts: str | Sequence[Part], title: str = "A chat", fold: bool = True) -> str:
    return write_html(conversation_of(*texts, title=title), ExportOptions(fold_thinking=fold))


def test_nothing_is_loaded_and_nothing_runs() -> None:
    found = tags(page(HOSTILE, HOSTILE, title="</title><script>"))
    names = {tag for tag, _ in found}
    assert not names & {"script", "img", "iframe", "link", "object", "embed", "form"}
    attributes = {name for _, attrs in found for name in attrs}
    assert not {name for name in attributes if name.startswith("on")}
    links = [attrs["href"] for tag, attrs in found if tag == "a"]
    assert links == ["https://example.org/p.png", "https://example.org"] * 2


def test_formulas_are_drawn_and_code_is_coloured() -> None:
    text = page("q", "$x^2$ and\n\n```python\ndef f(): pass\n```")
    assert text.count("<svg") == 1
    assert "currentColor" in text
    assert '<span class="c-keyword">def</span>' in text


def test_a_table_of_formulas_can_be_stopped_within_it() -> None:
    steps: list[int] = []
    rows = "".join(f"| $x_{{{n}}}$ | $y$ |\n" for n in range(100))
    chat = conversation_of("q", f"| a | b |\n|---|---|\n{rows}")
    write_html(chat, ExportOptions(), lambda done, _total: steps.append(done))
    assert len(steps) > 300  # a line each, and two formulas
    assert steps == sorted(steps)


def test_a_formula_that_cannot_be_drawn_shows_its_source() -> None:
    assert "<code>$\\frac{$</code>" in page("q", "$\\frac{$")


def test_both_colour_schemes_and_paper_are_in_the_page() -> None:
    text = page("q")
    assert "prefers-color-scheme:dark" in text
    assert "@media print" in text


def test_reasoning_is_folded_if_wanted() -> None:
    answer = [ReasoningPart("why"), TextPart("so")]
    assert "<details><summary>Thinking" in page("q", answer)
    assert "<details open><summary>Thinking" in page("q", answer, fold=False)


@pytest.mark.parametrize("text", NASTY)
def test_every_text_makes_a_whole_page(text: str) -> None:
    made = page(text, text)
    made.encode("utf-8", "replace")
    assert made.endswith("</html>\n")
    assert [tag for tag, _ in tags(made)].count("section") == 2


def test_deeply_nested_quotes_do_not_exhaust_the_stack() -> None:
    assert page("> " * 3000 + "deep").endswith("</html>\n")


def test_scripts_breaks_and_lines_that_were_meant_are_in_the_page() -> None:
    answer = (
        "H<sub>2</sub>O, x<sup>2</sup><br>next\n\nWhich?\nA) one\nB) two\n\n| a |\n|---|\n| b |"
    )
    made = page("?", answer)
    assert "H<sub>2</sub>O, x<sup>2</sup><br>" in made
    assert "Which?<br>\nA) one<br>\nB) two" in made
    assert all(attrs.get("dir") == "auto" for tag, attrs in tags(made) if tag == "table")
