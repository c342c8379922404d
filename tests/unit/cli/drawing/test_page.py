"""Markdown on a terminal: drawn once, the same whatever the pieces, wrapped at words, harmless."""

from __future__ import annotations

import random
import re

import pytest
from rich.cells import cell_len

from app.cli.drawing.page import AnswerPage
from app.cli.drawing.wrapped_text import Paint

COLUMNS = 46
TEXT = """# A heading

Some **bold text** and [link](http://x.y/) with `code` and words that go on beyond the line's width.

- one
- two with **more of it than stands in the lines of a verse
  on the next line** and even more words
  1. deep

> A quotation that is long enough to be wrapped more than once behind its bar, as it must be.

```python
def f(x):
    return "a" + 1  # why
```

| a | b |
|---|--:|
| 1 | 2 |

漢字かな交じり文は空白がないので、どこで折り返すかが問題になる。句読点は行頭に来ない。

**never closed and [broken](x
"""
DRAWN = """A heading

Some bold text and link (http://x.y/) with
code and words that go on beyond the line's
width.

• one
• two with more of it than stands in the
  lines of a verse on the next line and even
  more words
  1. deep

│ A quotation that is long enough to be
│ wrapped more than once behind its bar, as
│ it must be.

```python
def f(x):
    return "a" + 1  # why
```

a   b
─────
1   2

漢字かな交じり文は空白がないので、どこで折り
返すかが問題になる。句読点は行頭に来ない。

never closed and [broken](x
"""


def drawn(
    *pieces: str, colours: bool = False, columns: int = COLUMNS, thoughts: bool = False
) -> list[str]:
    """What is written after each piece, and at the end."""
    out: list[str] = []
    page = AnswerPage(Paint(columns, sequences=colours), out.append, thoughts=thoughts)
    for piece in pieces:
        page.feed(piece)
    page.finish()
    return out


def cut(text: str, seed: int) -> list[str]:
    pieces, chance = [], random.Random(seed)
    while text:
        size = chance.randint(1, 12)
        pieces.append(text[:size])
        text = text[size:]
    return pieces


def test_an_answer_is_drawn() -> None:
    assert "".join(drawn(TEXT)) == DRAWN


@pytest.mark.parametrize("seed", range(40))
def test_in_whatever_pieces_it_comes_no_letter_is_lost_or_written_twice(seed: int) -> None:
    once = "".join(drawn(*cut(TEXT, seed)))
    assert re.findall(r"\w", once) == re.findall(r"\w", DRAWN)
    # Marks that may still be closed are not shown; all else is the same to the letter.
    marks = str.maketrans("", "", "*[](")
    assert once.translate(marks) == DRAWN.translate(marks)


@pytest.mark.parametrize("seed", range(20))
def test_line_ends_that_were_meant_stay_and_raised_text_is_text(seed: int) -> None:
    text = (
        "Which is right, of all that can be said in more than fifty-five columns?\n"
        "A) H<sub>2</sub>O\nB) 10<sup>5</sup> or x<sup>a/b</sup>\n\n"
        "**Name:** Ann\n**Place of her birth:** Rome\n"
    )
    shown = (
        "Which is right, of all that can be said in more than fifty-five columns?\n"
        "A) H\u2082O\nB) 10\u2075 or x^(a/b)\n\nName: Ann\nPlace of her birth: Rome\n"
    )
    assert "".join(drawn(*cut(text, seed), columns=90)) == shown


def test_words_appear_before_their_paragraph_is_over() -> None:
    out: list[str] = []
    page = AnswerPage(Paint(COLUMNS, sequences=False), out.append)
    page.feed("These words are there, this o")
    assert "".join(out) == "These words are there, this"


def test_no_line_of_words_is_wider_than_the_terminal() -> None:
    for columns in (21, 30, 60, 200):
        words = TEXT.partition("```")[0]  # lines of code stay as they are
        for line in "".join(drawn(*cut(words * 2, 1), columns=columns)).splitlines():
            assert cell_len(line) < columns, line


def test_what_a_model_writes_commands_nothing() -> None:
    hostile = (
        "a \x1b[31mred\x07 \x9b2J `\x1b]0;t\x07`\n\n```sh\n\x1b[2J\n```\n\n|\x1b[1m|\n|-|\n|\x9b|\n"
    )
    for piece in (hostile, hostile.replace("\n\n", "\n")):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", "".join(drawn(*cut(piece, 3))))
        ours = re.sub(r"\x1b\[[0-9;]*m", "", "".join(drawn(piece, colours=True)))
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", ours)


def test_thoughts_are_dimmed_behind_a_bar_and_code_has_colours() -> None:
    written = "".join(drawn("Hm, yes.\n\n- a\n", colours=True, thoughts=True))
    assert "\x1b[2mHm,\x1b[0m" in written
    assert "".join(drawn("Hm, yes.\n\n- a\n", thoughts=True)) == "┊ Hm, yes.\n┊\n┊ • a\n"
    written = "".join(drawn("It is.\n\n```python\nreturn 1\n```\n", colours=True))
    assert "\x1b[35mreturn\x1b[0m" in written
    assert written.startswith("It is.\n")


def test_an_alert_stands_behind_a_thick_bar_below_its_heading() -> None:
    for pieces in (["> [!CAUTION]\n> It *burns*.\n"], list("> [!CAUTION]\n> It *burns*.\n")):
        assert "".join(drawn(*pieces)) == "\u2503 Caution\n\u2503\n\u2503 It burns.\n"
