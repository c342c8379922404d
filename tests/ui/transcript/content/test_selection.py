from __future__ import annotations

from app.domain.parts import ReasoningPart
from app.ui.transcript.content.branch_model import BranchModel
from app.ui.transcript.content.row import Measures
from app.ui.transcript.content.runs import LINE, units
from app.ui.transcript.content.selection import (
    CopyAs,
    Position,
    Selection,
    answer_markdown,
    line_at,
    select_all,
    selected_text,
    word_at,
)
from tests.ui.transcript.making import chat_of, entry, thought

MEASURES = Measures(column=600, char_width=8, line=24, code_line=20, zoom=1.0)


def chat(*texts: str) -> BranchModel:
    made = BranchModel(MEASURES)
    made.set_messages(chat_of(texts))
    return made


def place(made: BranchModel, at: int, text: str, offset: int) -> Position:
    rows = made.open(at).rows
    row = next(i for i, row in enumerate(rows) if text in row.drawn_text())
    whole = rows[row].drawn_text()
    return Position(at, row, units(whole[: whole.index(text) + offset]))


def test_a_part_of_a_line_is_copied_without_its_marks() -> None:
    made = chat("hi", "A **bold** move with $x^2$ in it.")
    start, end = place(made, 1, "bold", 0), place(made, 1, "in it", 2)
    assert selected_text(made, Selection(start, end), CopyAs.PLAIN) == "bold move with $x^2$ in"


def test_the_order_of_the_ends_does_not_matter() -> None:
    made = chat("hi", "One.\n\nTwo.\n\nThree.")
    start, end = place(made, 1, "One", 1), place(made, 1, "Three", 3)
    forth = selected_text(made, Selection(start, end), CopyAs.PLAIN)
    assert forth == selected_text(made, Selection(end, start), CopyAs.PLAIN) == "ne.\n\nTwo.\n\nThr"


def test_a_whole_answer_as_markdown_is_its_source() -> None:
    source = "# Head\n\n- *a*\n- b\n\n```c\nint x;\n```\n"
    made = chat("hi", source)
    selection = Selection(Position(1, 0, 0), Position(1, len(made.open(1).rows) - 1, 0))
    assert selected_text(made, selection, CopyAs.MARKDOWN) == source


def test_everything_says_who_spoke() -> None:
    made = chat("first question", "first *answer*", "second question", "second answer")
    selection = select_all(made)
    assert selection is not None
    assert selected_text(made, selection, CopyAs.PLAIN) == (
        "You:\nfirst question\n\nPhial:\nfirst answer\n\n"
        "You:\nsecond question\n\nPhial:\nsecond answer"
    )
    assert "**Phial:**\n\nfirst *answer*" in selected_text(made, selection, CopyAs.MARKDOWN)


def test_code_is_copied_with_its_tabs() -> None:
    made = chat("hi", "```make\nall:\n\tcc x.c\n```")
    start, end = place(made, 1, "all", 1), place(made, 1, "cc", 2)
    assert selected_text(made, Selection(start, end), CopyAs.PLAIN) == "ll:\n\tcc"


def test_rich_text_keeps_structure() -> None:
    made = chat("hi", "A **bold** word.\n\n- item")
    selection = Selection(Position(1, 0, 0), Position(1, len(made.open(1).rows) - 1, 0))
    rich = selected_text(made, selection, CopyAs.RICH)
    assert "<strong>bold</strong>" in rich
    assert "<li>" in rich


def test_words_are_found_in_any_script() -> None:
    assert word_at("one two three", 5) == (4, 7)
    assert word_at("\U0001f389 party time", 4) == (3, 8)


def test_what_is_selected_in_a_row_is_clipped_to_it() -> None:
    selection = Selection(Position(3, 4, 2), Position(1, 1, 5))
    assert selection.within(1, 1, 9) == (5, 9)
    assert selection.within(2, 0, 9) == (0, 9)
    assert selection.within(3, 4, 9) == (0, 2)
    assert selection.within(3, 5, 9) is None
    assert selection.within(0, 0, 9) is None


def test_whole_blocks_of_a_part_are_copied_as_they_were_written() -> None:
    made = chat("hi", "Intro with **bold** words.\n\n* one\n* two\n\n_End_ of it.")
    start, end = place(made, 1, "bold", 0), place(made, 1, "End", 3)
    copied = selected_text(made, Selection(start, end), CopyAs.MARKDOWN)
    assert copied == "**bold** words.\n\n* one\n* two\n\n*End*"


def test_cut_code_stays_code_as_markdown() -> None:
    made = chat("hi", "```python\na = 1\nb = 2\nc = 3\n```\n")
    start, end = place(made, 1, "b =", 0), place(made, 1, "c =", 1)
    copied = selected_text(made, Selection(start, end), CopyAs.MARKDOWN)
    assert copied == "```python\nb = 2\nc\n```"


def test_a_part_keeps_its_looks_as_rich_text() -> None:
    made = chat("hi", "Intro with **bold** words.\n\nEnd.")
    start, end = place(made, 1, "with", 0), place(made, 1, "words", 5)
    copied = selected_text(made, Selection(start, end), CopyAs.RICH)
    assert copied == "<p>with <strong>bold</strong> words</p>"


def test_a_paragraph_of_many_rows_is_copied_in_one_piece() -> None:
    text = " ".join(f"word{i}" for i in range(9000))
    made = chat("hi", f"Before.\n\n{text}\n\nAfter.")
    while made.open(1).has_unparsed:
        made.models[1].parse_slice(MEASURES)
    start, end = place(made, 1, "word5 ", 0), place(made, 1, "word8999", 8)
    assert end.row - start.row >= 4
    wanted = text[text.index("word5 ") :]
    assert selected_text(made, Selection(start, end), CopyAs.PLAIN) == wanted
    assert selected_text(made, Selection(start, end), CopyAs.MARKDOWN) == wanted


def test_a_line_ends_where_a_paragraph_a_line_of_code_or_a_cell_does() -> None:
    text = f"\U0001f600 one\ntwo three{LINE}four"
    assert line_at(text, 0) == (0, 6)
    assert line_at(text, 7) == (7, 16)
    assert line_at(text, 16) == (7, 16)
    assert line_at(text, 21) == (17, 21)
    assert line_at("", 0) == (0, 0)


def test_the_users_words_are_copied_as_typed() -> None:
    made = chat("if a < b:\n    c = *d*\n1. no list")
    everything = selected_text(made, Selection(Position(0, 0, 0), Position(0, 9, 0)), CopyAs.RICH)
    assert everything == "<p>if a &lt; b:<br>\u00a0 \u00a0 c = *d*<br>1. no list</p>"
    part = Selection(place(made, 0, "a <", 0), place(made, 0, "list", 4))
    assert selected_text(made, part, CopyAs.RICH) == everything.replace("if ", "")
    assert selected_text(made, part, CopyAs.MARKDOWN) == "a < b:\n    c = *d*\n1. no list"


def test_an_answer_is_copied_without_its_reasoning_unless_it_is_nothing_else() -> None:
    cut = entry(3, "", parts=[ReasoningPart("Hm, hm", closed=False)])
    made = BranchModel(MEASURES)
    made.set_messages(
        [entry(0, "Why?"), thought(1, "Hm.", "Because **so**.\n"), entry(2, "Go on"), cut]
    )
    everything = select_all(made)
    assert everything is not None
    assert selected_text(made, everything, CopyAs.MARKDOWN) == (
        "**You:**\n\nWhy?\n\n**Phial:**\n\nBecause **so**.\n\n\n"
        "**You:**\n\nGo on\n\n**Phial:**\n\nHm, hm"
    )
    assert answer_markdown(entry(1, "\n\nNone.\n").message) == "\n\nNone.\n"
