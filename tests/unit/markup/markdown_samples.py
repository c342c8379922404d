"""Owns pieces of Markdown that tests glue together, and documents of the kinds that get long."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMON = (
    "# H\n", "para text ", "**bold", "** ", "*it*", "`code` ", "```py\nx=1\n", "```\n", "\n",
    "\n\n", "- ", "  - ", "1. ", "2) ", "> ", ">> ", "---\n", "===\n", "***\n", "a", "[a]",
    "<b>", "  \n", "\\\n", "![i](u)", '[l](http://a.b "t")', "&amp;", "~~s~~", "漢字", "_e_ ",
    "=", "-", "+ ", "~~~\n", "   ", "\\*", "word\n", "* * *\n", "10. x\n", "`` ` ``",
    "<http://a.b>", "## \n", "#x\n", "> - ", "- > ", "\n- a\n", " -\n",
)  # fmt: skip
EXTENDED = (
    *COMMON, "    ", "\t", "[a]: /url\n", "[a]: <b> 'title'\n", "| a | b |\n", "|---|---|\n",
    "| 1 | 2 |\n", "a|b\n", ":-:|--\n", "$$", "$x^2$", "\\[", "\\]", "\\(", "\\)", "$", "$$\n",
    "\\begin{align}\n", "\\end{align}\n", "x = 1\n", "- y + 2\n", "[^1]", "[^1]: note\n",
    "<think>", "</think>", "<think>\n", "[ ] ", "[x] ", "\r\n", "\r", "\0", "https://x.y/z ",
    "www.a.b c@d.e ", "$5 and $6 ", "é🙂", "שלום ", "\u00a0", "```\u00a0\n", " \n", "\u2028",
    "> [!NOTE]\n", "> [!tip] \n", "> ", ">\n", "[!WARNING]", "\n\n> [!CAUTION]\n> ",
)  # fmt: skip


def document(seed: int, pieces: tuple[str, ...] = EXTENDED, most: int = 30) -> str:
    """A document glued from random pieces, the same for the same seed."""
    chance = random.Random(seed)
    return "".join(chance.choice(pieces) for _ in range(chance.randint(1, most)))


def long_documents(scale: int) -> Iterator[tuple[str, str]]:
    """Name and text of each kind that must cost linearly; ``scale`` 100 is the full size."""
    prose = "The **quick** fox, see [link](http://a.b) and `code` for $x^2$. It costs $5.\n\n"
    yield "prose", prose * (10 * scale)
    rows = "".join(f"| row {i} | **{i}** | $x_{i}$ |\n" for i in range(20 * scale))
    yield "one table", "| a | b | c |\n|---|---|---|\n" + rows
    items = "".join("  " * (i % 5) + f"- item **{i}** with text\n" for i in range(20 * scale))
    yield "one nested list", items
    code = "def f(x):\n    return x + 1  # comment\n" * (55 * scale)
    yield "one code block", f"```python\n{code}```\n"
    yield "one paragraph", "word and **bold** `c` and more, " * (32 * scale)
    yield "short formulas", "".join(f"$x_{i}$ and " for i in range(50 * scale))
    yield "deep quotes", "".join(">" * (i % 60 + 1) + f" text {i}\n" for i in range(20 * scale))
    yield "unclosed everything", "*a **b [c `d $e ~~f " * (30 * scale)
    yield "an open formula", "$$\n" + "x + 1\n" * (100 * scale)
    yield "one line of code", "```\n" + "x" * (1000 * scale)
    yield "one row", "|a|b|\n|-|-|\n|" + "x " * (300 * scale) + "|b|\n"
    yield "raw HTML", "<div>\n<b>x</b>\n" * (50 * scale)
    yield "reasoning", "<think>\n" + prose * (5 * scale) + "\n</think>\n" + prose * (5 * scale)
    yield (
        "late definitions",
        "".join(f"[a{i}]\n\n" for i in range(10 * scale))
        + "".join(f"[a{i}]: http://x.y\n" for i in range(10 * scale)),
    )


def pieces_of(text: str, size: int) -> list[str]:
    """``text`` cut every ``size`` characters."""
    return [text[at : at + size] for at in range(0, len(text), size)]
