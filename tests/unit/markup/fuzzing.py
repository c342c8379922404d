"""Owns hostile input: seeded documents and formulas, and what is done with each."""

from __future__ import annotations

import contextlib
import random
import sys
from typing import TYPE_CHECKING

from app.markup.latex.spoken import spoken
from app.markup.latex.tokens import MathError
from app.markup.maths.render import FormulaStyle, render
from app.markup.stream import MarkdownStream
from app.markup.text import plain_text, to_rich_html
from tests.unit.markup.markdown_samples import document, pieces_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SLICE = 1_000
"""Characters that a transcript reads before it looks at the clock."""

UNITS = (
    ">", "> ", "- ", "1. ", "* ", "[", "![", "[a](", "*", "*a **a ", "_a ", "`a``b```", "$", "$a ",
    "\\(", "\\[", "<", "&", "a*_`~", "[a][", "[^1]", "[a]: ", "|", "|a", "a|\n-|\n", "<think>",
    "</think>", "\\begin{align}", "\\end{align}", "$$", "$$\n", "https://", "www.", "a@b.", "\t",
    "#", "# ", "~~", "~~~\n", "```\n", "- - - ", "\0", "\r", "\u202e", "\u0301", "![[]()", "\\",
    "  - a\n", "    ", "a\n", "a  \n", "[[a]", "<a href=", "&amp", "**a*b", "(((", "])",
    "\u00a0", "```\u00a0\n", "    a\n\n\n \n",
    "\U0001f468\u200d\U0001f469\u200d", "漢", "שלום ", "\u200b", "<!-- ", "[^a]: ", "1) ", "+ ",
)  # fmt: skip

LATEX = (
    "\\frac", "{", "}", "x", "^", "_", "\\sqrt", "[", "]", "\\left", "\\right", "(", ")", "|", "&",
    "\\\\", "\\begin{align}", "\\end{align}", "\\begin{pmatrix}", "\\end{pmatrix}", "\\text{",
    "\\sum", "\\int", "1", "+", "=", "\\alpha", "\\mathbb", "\\ce{", "\\tag{", "$", "%", "#",
    "\\ ", "\\,", "é", "漢", "\\boxed{", "\\operatorname{", "\\begin{cases}", "\\end{cases}",
    "\\begin{array}{c|c}", "\\begin{array}{|c|}", "\\end{array}", "\\hline", "\\over", "\\choose",
    "\\not", "\\color{red}", "\\hat", "\\overline", "'", "\\limits", "\\substack{", "\\binom",
    "\\rm", "\\newline", "~", "\\", "-", "\\binom{n}{k}", "^{2}", "_{i}", "\\frac{1}{2}", "{x}",
    "\\hspace{1cm}", "\\lim", "\\xrightarrow", "\\pmod{n}", "\\ref{a}", "\\phantom{", "\\dots",
    "\\begin{equation}", "\\end{equation}", "\\begin{gather}", "\\end{gather}", "\\nonumber",
    ":", ",", "\\pm", "<", "\\mid", "\\def\\a", "\\underbrace{", "\\stackrel", "\\big(",
)  # fmt: skip


def random_documents(count: int, first: int = 0) -> Iterator[str]:
    """Documents of up to a hundred random pieces, of the seeds from ``first`` on."""
    for seed in range(first, first + count):
        yield document(seed, most=100)


def hostile_documents(size: int) -> Iterator[str]:
    """One thing over and over, and everything nested a thousand deep."""
    for unit in UNITS:
        yield (unit * (size // len(unit) + 1))[:size]
    for opening, closing in (
        ("> ", ""), ("- ", ""), ("[", "](b)"), ("![", "](b)"), ("*", "*"), ("**a ", "**"),
        ("*a ", "a* "), ("<think>", ""), ("$", "$"), ("\\(", "\\)"), ("`", "`"), ("{", "}"),
    ):  # fmt: skip
        yield opening * 1000 + "deep" + closing * 1000
    yield "".join("  " * depth + "- a\n" for depth in range(500))
    yield "$$\n" + "x_{1} + " * (size // 8) + "\n$$\n"
    yield "|" + "a|" * 256 + "\n|" + "-|" * 256 + "\n" + "b\n" * 2000


def formulas(count: int, first: int = 0) -> Iterator[str]:
    """Formulas glued from random pieces, of the seeds from ``first`` on."""
    for seed in range(first, first + count):
        chance = random.Random(seed)
        yield "".join(chance.choice(LATEX) for _ in range(chance.randint(1, 16)))


def hostile_formulas() -> Iterator[str]:
    """Loops, a thousand levels, a million characters, and as much as is still drawn."""
    yield r"\def\a{\a\a}\a"
    yield r"\newcommand{\x}{\x\x}\x"
    yield r"\let\a\a \a"
    yield r"\input{/etc/passwd}"
    yield "x" * 1_000_000
    yield "{" * 1000 + "x" + "}" * 1000
    for opening, closing in (
        (r"\frac{", "}{2}"), (r"\sqrt{", "}"), ("x^{", "}"), (r"\left(", r"\right)"),
        (r"\boxed{", "}"), (r"\phantom{", "}"), (r"\overline{", "}"), (r"\text{", "}"),
        (r"\begin{pmatrix}", r"\end{pmatrix}"), (r"\binom{", "}{2}"), (r"\hat{", "}"),
    ):  # fmt: skip
        for depth in (5, 18, 1000):
            yield opening * depth + "x" + closing * depth
    yield r"\begin{pmatrix}" + r" 1 & 2 & 3 \\" * 100 + r"\end{pmatrix}"
    yield r"\begin{array}{*{99}{c}}" + "1 &" * 90 + r"\end{array}"


def stream_in_slices(text: str, clock: Callable[[], float]) -> Iterator[float]:
    """Seconds by ``clock`` of each slice of a document and each step of its end."""
    markdown = MarkdownStream()
    for piece in pieces_of(text, SLICE):
        start = clock()
        markdown.feed(piece)
        yield clock() - start
    start = clock()
    for settled in markdown.finishing():
        yield clock() - start
        if settled is not None:
            plain_text(settled.blocks)
            to_rich_html(settled.blocks)
        start = clock()


def try_formula(latex: str) -> bool:
    """Draw a formula and say it; whether it was drawn."""
    drawn = False
    with contextlib.suppress(MathError):
        render(latex, FormulaStyle(display=True))
        drawn = True
    spoken(latex)
    return drawn


_watching: list[str] = []


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if _watching and event in ("open", "socket.connect", "socket.__new__", "subprocess.Popen"):
        raise AssertionError(f"{event} {arguments!r}")


def forbid_files_and_sockets() -> None:
    """From now on whoever opens a file or a socket gets an AssertionError."""
    if not _watching:
        sys.addaudithook(_watch)
        _watching.append("files and sockets")


def allow_files_and_sockets() -> None:
    """The end of it; an audit hook itself can never be taken away."""
    _watching.clear()
