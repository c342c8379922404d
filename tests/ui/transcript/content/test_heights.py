from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.ui.transcript.content.heights import HeightIndex

HEIGHTS = st.lists(st.integers(0, 500), max_size=70)


def index_of(heights: list[int]) -> HeightIndex:
    index = HeightIndex()
    index.reset(heights)
    return index


@settings(deadline=None, max_examples=80)
@given(HEIGHTS)
def test_tops_are_sums_of_the_heights_before(heights: list[int]) -> None:
    index = index_of(heights)
    assert [index.top(i) for i in range(len(heights) + 1)] == [
        sum(heights[:i]) for i in range(len(heights) + 1)
    ]
    assert index.total == sum(heights)


@settings(deadline=None, max_examples=80)
@given(HEIGHTS, st.data())
def test_any_sequence_of_changes_equals_a_fresh_index(
    heights: list[int], data: st.DataObject
) -> None:
    index, model = index_of(heights), list(heights)
    for _ in range(data.draw(st.integers(0, 12))):
        what = data.draw(st.sampled_from(("set", "append", "truncate")))
        if what == "set" and model:
            at, height = data.draw(st.integers(0, len(model) - 1)), data.draw(st.integers(0, 400))
            assert index.set(at, height) == height - model[at]
            model[at] = height
        elif what == "append":
            height = data.draw(st.integers(0, 400))
            index.append(height)
            model.append(height)
        elif what == "truncate":
            count = data.draw(st.integers(0, len(model)))
            index.truncate(count)
            del model[count:]
    assert len(index) == len(model)
    assert [index.top(i) for i in range(len(model) + 1)] == [
        sum(model[:i]) for i in range(len(model) + 1)
    ]


@settings(deadline=None, max_examples=80)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=40), st.integers(-10, 2100))
def test_find_gives_the_row_under_a_position(heights: list[int], position: int) -> None:
    index = index_of(heights)
    row = index.find(position)
    assert 0 <= row < len(heights)
    if 0 <= position < index.total:
        assert index.top(row) <= position < index.top(row) + heights[row]
    elif position >= index.total:
        assert row == len(heights) - 1


def test_an_empty_index_answers() -> None:
    index = HeightIndex()
    assert index.total == 0
    assert index.find(10) == 0
    index.append(7)
    assert (index.total, index.find(3), index.find(99)) == (7, 0, 0)
