"""The cuts of a stream, each of which must end as the whole parse: how many, and which differ.

Run from the repository root:
``python tests/benchmarks/cut_plans.py [seconds] [first seed] [FILE …]``.
A plan is a document and the places it is cut at: each single cut, each pair of cuts of short
documents, and pieces of 1, 2, 3 and 7 characters. The documents are what answers consist of
(`KINDS`), the files that are named, and then seeded ones until the time is over.
"""

from __future__ import annotations

import itertools
import random
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.unit.markup.following import check
from tests.unit.markup.markdown_samples import EXTENDED, document, pieces_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PAIRS = 40
"""Characters of a document up to which each pair of cuts is tried."""
KINDS = (
    "Which?\nA) one\nB) two\n\n**Name:** Ann\n**Age:** 30\n\n• a\n• b\n",
    "| a | b |\n|:-:|--:|\n| $|x|$ | `a|b` |\n| x<br>y | H<sub>2</sub>O |\n\nend",
    "CO$_2$ costs $5 and $6, $ x $ and $$y^2$$ or \\(z\\)\\[w\\]\n\\[\na\n\\]\nb",
    "````markdown\n```py\nx\n```\n````\n```markdown\n# T\n```bash\nls\n```\n```\nend\n",
    "```math\nE=mc^2\n```\n- a\n  ```\n  b\n  ```\n  1. c\n     > d\n\ntext[^1]\n\n[^1]: note\n",
    "<think>\na\n\n- b\n</think>\n\n# T\n\n[a] *b **c** d* ~~e~~\n\n[a]: /u 't'\n",
    "x<sup>2</sup> <sub>a *b* </sub> <br/>c <b>d</b> &amp; \\* https://a.b/c. d\\\ne  \nf",
    "نص $x$ عربي\n\n| א | ב |\n|--|--|\n| ג | ד |\n",
)
ALPHABET = (
    *EXTENDED, "<br>", "<sub>", "</sub>", "<sup>", "</sup>", "\\|", "|", "$|x|$", "`a|b`", "CO$_2$",
    "```markdown\n", "````\n", "```math\n", "A) x\n", "• y\n", "**N:** v\n", "\\begin{cases}",
    "\\end{cases}", "\\ce{H2O}", "$`a`$", "$ ", " $", "$$ x $$", "\n$$\nx\n$$\n", "$1,000", "—",
)  # fmt: skip


def plans(text: str) -> Iterator[list[str]]:
    """The pieces of one document, in each way."""
    for at in range(1, len(text)):
        yield [text[:at], text[at:]]
    for size in (1, 2, 3, 7):
        yield pieces_of(text, size)
    if len(text) <= PAIRS:
        for first, second in itertools.combinations(range(1, len(text)), 2):
            yield [text[:first], text[first:second], text[second:]]


def documents(first: int, files: list[str]) -> Iterator[str]:
    """What is cut: kinds, files, then seeded documents without end."""
    yield from KINDS
    for name in files:
        yield Path(name).read_text(encoding="utf-8")
    for seed in itertools.count(first):
        yield document(seed, ALPHABET, random.Random(seed).choice((6, 12, 30)))


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60
    first = int(sys.argv[2]) if len(sys.argv) > 2 else 0
    end = time.monotonic() + seconds
    tried = texts = differ = 0
    for text in documents(first, sys.argv[3:]):
        if time.monotonic() > end:
            break
        texts += 1
        for pieces in plans(text):
            tried += 1
            try:
                check(text, pieces)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is a finding
                differ += 1
                print(f"{type(error).__name__}: {pieces!r}", flush=True)
                break
    print(f"{texts:,} documents, {tried:,} plans, {differ:,} documents differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
