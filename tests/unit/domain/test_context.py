from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.context import fit_turns, reserve_for
from app.domain.errors import ContextFullError, EngineError, PromptTooLongError
from app.domain.generation import OverflowPolicy, Role, Turn


def chat(count: int, *, system: bool = True) -> list[Turn]:
    turns = [Turn(Role.SYSTEM, "s")] if system else []
    for index in range(count):
        role = Role.USER if index % 2 == 0 else Role.ASSISTANT
        turns.append(Turn(role, "t", f"m{index}"))
    return turns


def test_a_chat_that_fits_is_kept_whole() -> None:
    turns = chat(5)
    fitted = fit_turns(turns, [10] * 6, overhead=3, context_size=100, reserve=20)
    assert fitted.kept == (0, 1, 2, 3, 4, 5)
    assert fitted.left_out == ()
    assert fitted.tokens == 63


def test_the_oldest_exchanges_go_first_and_the_system_prompt_stays() -> None:
    fitted = fit_turns(chat(5), [10] * 6, overhead=3, context_size=70, reserve=20)
    assert fitted.kept == (0, 3, 4, 5)
    assert fitted.left_out == ("m0", "m1")


def test_the_kept_history_begins_with_a_question() -> None:
    fitted = fit_turns(chat(7, system=False), [10] * 7, overhead=0, context_size=48, reserve=8)
    assert fitted.kept == (4, 5, 6)


def test_a_message_that_cannot_fit_is_refused_with_its_counts() -> None:
    with pytest.raises(PromptTooLongError) as caught:
        fit_turns(chat(3), [10, 10, 10, 500], overhead=3, context_size=200, reserve=50)
    assert caught.value.tokens == 513
    assert caught.value.limit == 168


def test_refusing_to_leave_turns_out_is_said_instead_of_done() -> None:
    with pytest.raises(ContextFullError):
        fit_turns(
            chat(5),
            [10] * 6,
            overhead=3,
            context_size=70,
            reserve=20,
            overflow=OverflowPolicy.REFUSE,
        )


def test_an_answer_that_fills_the_window_cannot_be_continued() -> None:
    with pytest.raises(ContextFullError):
        fit_turns(
            chat(4), [5, 5, 5, 5, 190], overhead=3, context_size=200, reserve=50, continuing=True
        )


def test_the_reserve_is_what_was_asked_but_at_most_a_quarter() -> None:
    assert reserve_for(100, 4_096) == 100
    assert reserve_for(None, 16_384) == 1_024
    assert reserve_for(5_000, 4_096) == 1_024


@settings(deadline=None, max_examples=200)
@given(
    st.lists(st.integers(1, 50), min_size=1, max_size=20),
    st.integers(40, 600),
    st.integers(1, 60),
    st.booleans(),
)
def test_what_is_kept_is_the_longest_recent_history_that_fits(
    costs: list[int], size: int, reserve: int, system: bool
) -> None:
    turns = chat(len(costs), system=system)
    costs = [4] * system + costs
    reserve = min(reserve, size // 4)
    try:
        fitted = fit_turns(turns, costs, overhead=2, context_size=size, reserve=reserve)
    except EngineError:
        return
    kept = list(fitted.kept)
    first = 1 if system else 0
    assert fitted.tokens == 2 + sum(costs[index] for index in kept) < size
    if system:
        assert kept[0] == 0
    history = kept[first:]
    assert history == list(range(history[0], len(turns)))
    assert [turn.message_id for turn in turns[first : history[0]]] == list(fitted.left_out)
    if fitted.left_out:
        assert turns[history[0]].role is Role.USER
        before = [i for i in range(first, history[0]) if turns[i].role is Role.USER]
        assert fitted.tokens + sum(costs[before[-1] : history[0]]) > size - reserve
