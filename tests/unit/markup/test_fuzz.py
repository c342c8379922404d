"""A seeded slice of the fuzzing: nothing raises, reads a file or grows. See tests/benchmarks."""

from __future__ import annotations

import os
import tracemalloc
from collections.abc import Iterator

import pytest

from tests.unit.markup.fuzzing import (
    allow_files_and_sockets,
    forbid_files_and_sockets,
    formulas,
    hostile_documents,
    hostile_formulas,
    random_documents,
    stream_in_slices,
    try_formula,
)

ROUNDS = int(os.environ.get("PHIAL_FUZZ", "120"))


@pytest.fixture
def no_files() -> Iterator[None]:
    """Neither files nor sockets; the fonts of formulas are read before."""
    try_formula("x^2")
    forbid_files_and_sockets()
    yield
    allow_files_and_sockets()


@pytest.mark.usefixtures("no_files")
def test_random_documents_raise_nothing_and_touch_nothing() -> None:
    for text in random_documents(ROUNDS):
        assert all(step >= 0 for step in stream_in_slices(text, clock=float))


@pytest.mark.usefixtures("no_files")
def test_hostile_documents_raise_nothing_and_touch_nothing() -> None:
    for text in hostile_documents(4_000):
        assert all(step >= 0 for step in stream_in_slices(text, clock=float))


@pytest.mark.usefixtures("no_files")
def test_formulas_are_drawn_or_refused_and_touch_nothing() -> None:
    drawn = [try_formula(latex) for latex in formulas(ROUNDS)]
    assert 0 < sum(drawn) < len(drawn)
    for latex in hostile_formulas():
        try_formula(latex)


def test_a_hostile_document_takes_memory_in_proportion_to_its_length() -> None:
    def peak(size: int, unit: str) -> int:
        text = (unit * size)[:size]
        tracemalloc.start()
        list(stream_in_slices(text, clock=float))
        top = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return top

    for unit in ("a\n", "**a*b", "[a](", "a|\n-|\n"):
        assert peak(8_000, unit) < 6 * peak(2_000, unit) + 200_000, unit
