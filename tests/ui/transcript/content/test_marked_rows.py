"""Marks find their place in the rows, or none: never a wrong one."""

from __future__ import annotations

import pytest

from app.domain.conversation import MessageStatus
from app.ui.transcript.content.marks import Mark, MarkKind, MarkTone
from app.ui.transcript.content.message_model import MessageModel
from app.ui.transcript.content.runs import from_units
from tests.ui.transcript.content.test_selection import MEASURES
from tests.ui.transcript.making import entry


def marked(text: str, *words: str, which: int = 0) -> MessageModel:
    """A message with marks at the given words, at their occurrence ``which`` in the text."""
    marks = []
    for one in words:
        at = -1
        for _ in range(which + 1):
            at = text.index(one, at + 1)
        marks.append(Mark(at, at + len(one), MarkKind.SUM, MarkTone.WRONG, f"About {one}", "9"))
    model = MessageModel(entry(1, text), left_out=False)
    model.open(MEASURES)
    model.set_marks(tuple(marks), MEASURES)
    return model


def drawn(model: MessageModel) -> list[tuple[int, str]]:
    """The rows of marks, and the words that they stand at."""
    found = []
    for number, row in enumerate(model.rows[: model._text_end]):
        text = row.drawn_text()
        for one in row.marked:
            words = text[from_units(text, one.start) : from_units(text, one.end)]
            found.append((number, words))
    return found


@pytest.mark.parametrize(
    ("text", "words", "which", "at"),
    [
        ("So 1 + 1 = 3 here.", "1 + 1 = 3", 0, [(1, "1 + 1 = 3")]),
        ("So **1 + 1 = 3** here.", "1 + 1 = 3", 0, [(1, "1 + 1 = 3")]),
        ("So 1 + **1** = 3 here.", "1 + **1** = 3", 0, [(1, "1 + 1 = 3")]),
        ("\U0001f600 1 + 1 = 3", "1 + 1 = 3", 0, [(1, "1 + 1 = 3")]),
        ("1 = 2 and 1 = 2, then\n\n1 = 2", "1 = 2", 2, [(2, "1 = 2")]),
        ("1. 1 = 2\n2. 2 = 3\n3. 1 = 2", "1 = 2", 1, [(3, "1 = 2")]),
        ("A formula $1 + 1 = 3$ here.", "1 + 1 = 3", 0, [(1, "\ufffc")]),
        ("Above\n\n$$1 + 1 = 3$$", "1 + 1 = 3", 0, [(2, "\ufffc")]),
        ("| a | b |\n|---|---|\n| 7 | 8 |\n| 7 | 8 |", "8", 1, [(1, "8")]),
        ("```python\nx = 1  # 5 + 5 = 11\n```", "5 + 5 = 11", 0, [(2, "5 + 5 = 11")]),
        ("Read [1](https://e.org/[1]) and [1].", "[1]", 0, []),  # written more often than drawn
        ("So 1 &lt; 0 here.", "1 &lt; 0", 0, []),
    ],
)
def test_a_mark_stands_where_its_words_are_drawn(
    text: str, words: str, which: int, at: list[tuple[int, str]]
) -> None:
    model = marked(text, words, which=which)
    assert drawn(model) == at
    notes = [row for row in model.rows[model._text_end :] if row.marked]
    assert [row.marked[0].mark.words for row in notes] == ([] if at else [f"About {words}"])
    assert len(model.heights) == len(model.rows)


def test_a_mark_stays_while_the_text_grows_and_once_it_has_ended() -> None:
    streaming = entry(1, "", status=MessageStatus.STREAMING)
    model = MessageModel(streaming, left_out=False)
    model.open(MEASURES)
    model.feed("Well, 1 + 1 = 3. ", MEASURES)
    model.set_marks((Mark(6, 15, MarkKind.SUM, MarkTone.WRONG, "No.", "2"),), MEASURES)
    assert drawn(model) == [(1, "1 + 1 = 3")]
    model.feed("And so on", MEASURES)
    assert drawn(model) == [(1, "1 + 1 = 3")]
    model.feed(".\n\nAnother paragraph.", MEASURES)
    assert drawn(model) == [(1, "1 + 1 = 3")]
    text = "Well, 1 + 1 = 3. And so on.\n\nAnother paragraph."
    model.finish(entry(1, text).message, MEASURES)
    assert drawn(model) == [(1, "1 + 1 = 3")]
    model.close_rows()
    model.open(MEASURES)
    assert drawn(model) == [(1, "1 + 1 = 3")]
    model.set_marks((), MEASURES)
    assert drawn(model) == []
