from __future__ import annotations

import itertools

from hypothesis import example, given, settings
from hypothesis import strategies as st

from app.domain.parts import ReasoningPart, TextPart
from app.markup.document.flow import flatten
from app.markup.parse import parse
from app.markup.parts.registry import blocks_of
from app.markup.parts.stream import PartStream
from app.markup.stream import MarkdownStream
from app.ui.transcript.content.row import Row
from app.ui.transcript.content.row_list import CODE_LINES, TABLE_LINES, RowList
from app.ui.transcript.content.rows import FoldRow, MathRow, ScrollBarRow, TableRow, TextRow
from app.ui.transcript.content.runs import (
    LINE,
    Run,
    from_units,
    split_runs,
    text_of,
    to_runs,
    to_units,
    units,
)
from app.ui.transcript.content.user_text import verbatim_flow
from app.ui.transcript.content.wide_blocks import CodeRow
from tests.ui.transcript.making import MIXED


def rows_of(text: str, *, reasoning: str = "", fold: bool = True) -> list[Row]:
    made = RowList(() if fold else {0})
    thought = [ReasoningPart(reasoning)] if reasoning else []
    made.extend(flatten(blocks_of([*thought, TextPart(text)])))
    return made.rows


def streamed_rows(text: str, reasoning: str, cuts: list[int], *, fold: bool = True) -> list[Row]:
    made, stream = RowList(() if fold else {0}), PartStream()
    mark = made.snapshot()
    whole = reasoning + text
    edges = sorted({0, *(cut for cut in cuts if cut < len(whole)), len(reasoning), len(whole)})
    for start, end in itertools.pairwise(edges):
        piece = whole[start:end]
        thinks = end <= len(reasoning)
        update = stream.take(ReasoningPart(piece, closed=False) if thinks else TextPart(piece))
        made.restore(mark)
        made.extend(flatten(update.closed))
        mark = made.snapshot()
        made.extend(flatten(update.tail))
    settled = stream.finish()
    if settled.changes:
        return rows_of(text, reasoning=reasoning, fold=fold)
    made.restore(mark)
    made.extend(flatten(settled.update.closed))
    return made.rows


def shape(rows: list[Row]) -> list[tuple[str, str]]:
    return [(type(row).__name__, row.drawn_text()) for row in rows]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, len(MIXED)), max_size=12), st.booleans())
@example([244], False)  # inside the closing fence
def test_streamed_rows_equal_the_rows_of_the_whole(cuts: list[int], fold: bool) -> None:
    thought = "First *this*.\n\n- then that\n"
    whole = rows_of(MIXED, reasoning=thought, fold=fold)
    assert shape(streamed_rows(MIXED, thought, cuts, fold=fold)) == shape(whole)


def test_rows_above_the_open_end_stay_the_same_objects() -> None:
    made, stream = RowList(), MarkdownStream()
    mark = made.snapshot()
    seen: list[Row] = []
    for start in range(0, len(MIXED), 7):
        before = list(made.rows)
        kept = mark.kept
        made.restore(mark)
        update = stream.feed(MIXED[start : start + 7])
        made.extend(flatten(update.closed))
        mark = made.snapshot()
        made.extend(flatten(update.tail))
        assert all(old is new for old, new in zip(before[:kept], made.rows, strict=False))
        seen = made.rows
    assert len(seen) > 10


def test_long_code_becomes_rows_of_bounded_length_that_share_one_state() -> None:
    lines = [f"line {i}" for i in range(2 * CODE_LINES + 5)]
    rows = rows_of("```c\n" + "\n".join(lines) + "\n```\n")
    code = [row for row in rows if isinstance(row, CodeRow)]
    assert [row.first for row in code] == [0, CODE_LINES, 2 * CODE_LINES]
    assert "\n".join(row.text for row in code).split("\n") == lines
    assert len({id(row.state) for row in code}) == 1
    assert isinstance(rows[-1], ScrollBarRow)


def test_a_long_table_becomes_rows_of_bounded_length_with_one_head() -> None:
    body = "".join(f"| {i} | x |\n" for i in range(3 * TABLE_LINES))
    tables = [r for r in rows_of("| a | b |\n|---|---|\n" + body) if isinstance(r, TableRow)]
    assert [row.head for row in tables] == [True, False, False, False]
    assert sum(len(row.lines) for row in tables) == 3 * TABLE_LINES + 1


def test_a_paragraph_of_a_megabyte_is_cut_at_spaces() -> None:
    rows = rows_of("word " * 40_000)
    texts = [row.text for row in rows if isinstance(row, TextRow)]
    assert max(map(len, texts)) <= 20_000
    assert "".join(texts).split() == ["word"] * 40_000


def test_folded_reasoning_is_one_line_and_counts_its_words() -> None:
    thought, text = "One two three.\n\nFour five.", "The answer."
    folded = rows_of(text, reasoning=thought)
    open_ = rows_of(text, reasoning=thought, fold=False)
    assert [type(row) for row in folded] == [FoldRow, TextRow]
    head = folded[0]
    assert isinstance(head, FoldRow)
    assert (head.label, head.open) == ("Reasoning \u00b7 5 words", False)
    assert [row.drawn_text() for row in open_] == [
        "",
        "One two three.",
        "Four five.",
        "The answer.",
    ]


def test_a_question_is_shown_as_typed_but_its_fences_are_code() -> None:
    made = RowList()
    made.extend(verbatim_flow("def __init__(self):\n    x = *y*\n\n```py\nprint(1)\n```\nthanks"))
    texts = [row.drawn_text() for row in made.rows if row.drawn_text()]
    assert texts == ["def __init__(self):\u2028    x = *y*", "print(1)", "thanks"]


def test_unclosed_fences_in_a_question_cost_no_square() -> None:
    made = RowList()
    made.extend(verbatim_flow("```a\n" * 20_000))
    assert sum(row.drawn_text().count("```a") for row in made.rows) == 20_000


def test_formulas_are_copied_as_their_source() -> None:
    rows = rows_of("Let $x^2$ be, and\n\n$$\\frac12$$\n")
    assert rows[0].drawn_text() == "Let \ufffc be, and"
    assert rows[0].copied_text() == "Let $x^2$ be, and"
    assert isinstance(rows[1], MathRow)
    assert rows[1].copied_text() == "$$\\frac12$$"


def test_every_row_is_drawn_with_a_marker_where_an_item_begins() -> None:
    rows = rows_of("- a\n- [x] b\n\n3. c\n")
    assert [row.place.marker for row in rows] == ["\u2022", "\u2611", "3."]


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=30), st.data())
def test_positions_convert_to_utf_16_and_back(text: str, data: st.DataObject) -> None:
    text = text.encode("utf-8", "ignore").decode()
    index = data.draw(st.integers(0, len(text)))
    assert from_units(text, to_units(text, index)) == index
    assert units(text) == len(text.encode("utf-16-le")) // 2


@settings(deadline=None, max_examples=60)
@given(st.lists(st.text("ab c", max_size=40), max_size=6), st.integers(3, 30))
def test_cut_runs_hold_the_same_text(texts: list[str], limit: int) -> None:
    runs = tuple(Run(text) for text in texts)
    pieces = split_runs(runs, limit)
    assert "".join(text_of(piece) for piece in pieces) == "".join(texts)
    assert all(len(text_of(piece)) <= limit for piece in pieces)


def parts(text: str, limit: int) -> list[str]:
    return [text_of(piece) for piece in split_runs((Run(text),), limit)]


def test_a_long_paragraph_is_cut_at_the_end_of_a_sentence() -> None:
    sentence = "This is a sentence of some words, and it goes on. "
    pieces = parts(sentence * 40, 500)
    assert len(pieces) == 4
    assert all(piece.endswith("on. ") for piece in pieces)
    chinese = "\u8fd9\u662f\u4e00\u4e2a\u53e5\u5b50\uff0c\u5f88\u957f\u3002"
    assert all(piece.endswith("\u3002") for piece in parts(chinese * 90, 200))


def test_a_cut_never_parts_a_word_or_a_letter_where_it_can_be_helped() -> None:
    runs = tuple(Run(text) for text in ("word " * 99 + "last", "ing " * 30))
    pieces = [text_of(piece) for piece in split_runs(runs, 501)]
    assert pieces[0].split() == ["word"] * 99 + ["last"] or pieces[0].endswith("ing ")
    accented = "e\u0301" * 400
    assert all(piece.startswith("e") for piece in parts(accented, 101))
    family = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
    assert not any(piece.startswith("\u200d") for piece in parts(family * 90, 101))
    assert len(parts("\u0301" * 50_000, 1000)) == 50, "marks without a letter are not many rows"


def test_deeply_nested_emphasis_becomes_flat_runs() -> None:
    runs = to_runs(parse("*a **b " * 400)[0].spans)  # type: ignore[union-attr]
    assert text_of(runs).count("b") == 400


def test_marks_that_turn_letters_round_are_seen_and_code_is_copied_with_them() -> None:
    text = "Open \u202egnp.exe\u202c or `a\u2066b\u2069`: \u2067\u05e9\u05dc\u05d5\u05dd\u2069.\n\n"
    rows = rows_of(f"{text}```\nif x:\u202e # no\u202c\n```\n")
    prose, code = (row.drawn_text() for row in rows if row.drawn_text())
    assert (
        prose == "Open \ufffdgnp.exe\u202c or a\ufffdb\ufffd: \u2067\u05e9\u05dc\u05d5\u05dd\u2069."
    )
    assert code == "if x:\ufffd # no\ufffd"
    assert next(r.copied_text() for r in rows if isinstance(r, CodeRow)) == "if x:\u202e # no\u202c"


def test_scripts_and_lines_that_were_meant_are_drawn_as_such() -> None:
    (row,) = (
        row for row in rows_of("H<sub>2</sub>O x<sup>*n*</sup>\nA) one") if isinstance(row, TextRow)
    )
    assert [(run.text, run.script) for run in row.runs if run.script] == [("2", -1), ("n", 1)]
    assert LINE in [run.text for run in row.runs]
