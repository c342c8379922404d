from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.conversation import MessageStatus
from app.domain.parts import TextPart
from app.ui.transcript.content.branch_model import BranchModel
from app.ui.transcript.content.flow_layout import FlowLayout
from app.ui.transcript.content.row import Measures
from tests.ui.transcript.making import MIXED, chat_of, entry, long_chat

MEASURES = Measures(column=600, char_width=8, line=24, code_line=20, zoom=1.0)


def layout(count: int, factor: float = 1.0) -> FlowLayout:
    chat = BranchModel(MEASURES)
    chat.set_messages(long_chat(count))

    def measure(at: int, row: int) -> int:
        # Real heights differ from the estimates, each by another share, but never change.
        return int(12 + factor * ((at * 7 + row * 13) % 90))

    made = FlowLayout(chat, measure)
    made.viewport = 500
    return made


def tops(made: FlowLayout) -> dict[tuple[int, int], int]:
    return {(p.at, p.row): p.y for p in made.placed}


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(-900, 900), min_size=1, max_size=25), st.floats(0.3, 3))
def test_what_stays_in_view_moves_by_exactly_what_was_scrolled(
    steps: list[int], factor: float
) -> None:
    made = layout(30, factor)
    made.jump(4000)
    made.arrange()
    for step in steps:
        before, position = tops(made), made.anchor
        made.scroll(step)
        made.arrange()
        after = tops(made)
        common = before.keys() & after.keys()
        moves = {after[key] - before[key] for key in common}
        assert len(moves) <= 1
        at_an_end = made.bottom_reached or made.anchor.at == 0
        if moves and not at_an_end and position.at > 0:
            assert moves == {-step}


@settings(deadline=None, max_examples=25)
@given(st.lists(st.integers(-1500, 1500), max_size=10))
def test_rows_lie_edge_to_edge_and_cover_the_viewport(steps: list[int]) -> None:
    made = layout(12)
    made.jump_to_end()
    made.arrange()
    for step in steps:
        made.scroll(step)
        made.arrange()
        for upper, lower in zip(made.placed, made.placed[1:], strict=False):
            assert upper.y + upper.height == lower.y
        assert made.placed[0].y <= 0
        assert made.placed[-1].y + made.placed[-1].height >= made.viewport


def test_the_end_is_the_end_whatever_was_estimated() -> None:
    made = layout(200)
    made.jump_to_end()
    made.arrange()
    last = made.placed[-1]
    assert (last.at, last.y + last.height) == (199, 500)
    assert made.bottom_reached


def test_a_line_that_is_out_of_view_is_not_the_end() -> None:
    made = layout(200)
    made.jump_to_end()
    for away, reached in ((0, True), (2, True), (3, False), (24, False), (200, False)):
        made.jump_to_end()
        made.scroll(-away)
        made.arrange()
        assert made.bottom_reached is reached, away


def test_a_short_chat_stands_at_the_top() -> None:
    made = layout(2, factor=0.1)
    made.viewport = 2000
    made.jump_to_end()
    made.arrange()
    assert made.placed[0].y == 0
    assert made.bottom_reached


def test_jumping_opens_only_the_messages_that_are_shown() -> None:
    made = layout(3000)
    made.jump(made.chat.index.total // 2)
    made.arrange()
    opened = sum(1 for model in made.chat.models if model.list is not None)
    assert opened <= 12


def test_an_empty_chat_is_laid_out() -> None:
    made = layout(0)
    made.jump_to_end()
    made.jump(100)
    assert made.arrange() == []
    assert made.bottom_reached


def test_following_an_answer_puts_its_rows_where_a_whole_arrangement_does() -> None:
    chat = BranchModel(MEASURES)
    answer = entry(1, "", status=MessageStatus.STREAMING)
    chat.set_messages([*chat_of(["A question."]), answer])
    model = chat.models[1]

    measured: list[int] = []

    def measure(at: int, row: int) -> int:
        measured.append(row)
        return 9 + len(chat.models[at].rows[row].drawn_text()) % 40

    made, other = FlowLayout(chat, measure), FlowLayout(chat, measure)
    made.viewport = other.viewport = 300
    text, grown, updates = MIXED * 4, 0, 0
    for start in range(0, len(text), 9):
        before = [*chat.open(1).rows]
        chat.feed(answer.message.id, TextPart(text[start : start + 9]))
        pairs = zip(before, model.rows, strict=False)
        same = next((n for n, (old, new) in enumerate(pairs) if old is not new), len(before))
        measured.clear()
        updates, followed = updates + 1, made.grow(1, same)
        grown += followed
        if followed:
            assert min(measured, default=same) >= same  # what stays is not measured again
        else:
            made.jump_to_end()
            made.arrange()
        other.jump_to_end()
        assert made.placed == other.arrange()
        assert (made.anchor, made.bottom_reached) == (other.anchor, other.bottom_reached)
    assert grown > updates / 2


def test_a_text_that_grows_below_moves_nothing_above() -> None:
    made = layout(6)
    made.jump(700)
    made.arrange()
    before = tops(made)
    made.chat.models[5].feed("\n\nmore and more text\n\n" * 10, MEASURES)
    made.chat.sync_heights(5)
    made.arrange()
    assert tops(made) == before
