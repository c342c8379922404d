"""An answer that grows looks as if it had been laid out and drawn anew at each of its states."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.conversation import MessageStatus
from app.ui.transcript.view import TranscriptView
from tests.ui.transcript.making import entry, settle

SCENES = sorted((Path(__file__).parent / "scenes").glob("*.md"))

TURNS = """Words that **turn bold**, then *lean*, `code` and a [link](https://example.org/a) that

was only brackets before; a price of $5 and $6, and $x^2$ that is a formula. A long paragraph goes
on for several lines, so that its last word moves to the next line when it grows, and **moves back
when a mark that was text becomes a mark**. Then a $\\frac{a}{b}$ in the midst of a line, $y$, and
$n$th
and $k$**-fold**, more words after it until the line is full and another one begins, with ~~struck~~
ones.

| n | square | in words |
|--:|--:|:--|
| 1 | 1 | one |
| 2 | 4 | `four`, or **two times two** |
| 3 | $9$ | nine and very much wider than all the others were before it |

```diff
 unchanged
-gone
+here = "and a string"
```

```python
def f(x):
    '''Over
    two lines.'''
    return x + 1  # words
```

\u05e9\u05dc\u05d5\u05dd abc \u05e2\u05d5\u05dc\u05dd

The end.
"""


TEXTS = {"turns": TURNS} | {path.stem: path.read_text(encoding="utf-8") for path in SCENES}


def seen(view: TranscriptView) -> QImage:
    """What stands on the screen, without anything being drawn for it."""
    return view.screen().grabWindow(view.winId()).toImage()


def streamed(view: TranscriptView, text: str) -> None:
    """An answer of which ``text`` was written so far."""
    answer = entry(1, text, status=MessageStatus.STREAMING)
    view.set_branch([entry(0, "Go on."), answer])
    view.begin_answer(answer.message.id)


@pytest.mark.parametrize("name", TEXTS)
def test_every_state_of_an_answer_looks_as_if_it_were_drawn_anew(
    make_view: Callable[..., TranscriptView], qtbot: QtBot, name: str
) -> None:
    text = TEXTS[name]
    chance = random.Random(len(text))
    view = make_view(height=900)
    streamed(view, "")
    key = view._layout.branch.streaming
    done = compared = 0
    while done < len(text):
        piece = text[done : done + chance.choice((1, 3, 4, 5, 9))]
        view.feed(key, piece)
        done += len(piece)
        QApplication.processEvents()
        if chance.random() < 0.03 or done == len(text):
            settle(view, qtbot)
            grown = seen(view)
            view._layout.widgets.drop_items()
            view._layout.relayout()
            settle(view, qtbot)
            assert grown == seen(view), f"after {text[max(0, done - 60) : done]!r}"
            compared += 1
    assert compared > 3


def test_rows_that_grow_are_not_made_anew(view: TranscriptView) -> None:
    streamed(view, "A line of text that")
    key = view._layout.branch.streaming
    row = view._layout.flow.placed[-2]
    item = view._layout.widgets.item(row.at, row.row)
    for word in ("goes", "on and", "**on**", "until", "the end."):
        view.feed(key, f" {word}")
        assert view._layout.widgets.item(row.at, row.row) is item
    message = view._layout.branch.models[1].message
    view.finish(replace(message, content="", status=MessageStatus.COMPLETE))
