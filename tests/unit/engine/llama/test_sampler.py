"""Sampling values out of their range are refused in words, before any engine sees them."""

from __future__ import annotations

import pytest

from app.domain.errors import InvalidValueError
from app.domain.generation import MAX_SEED, Sampling, sampling_from_dict

INFINITE, NO_NUMBER = float("inf"), float("nan")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("temperature", value) for value in (-0.1, 5.1, INFINITE, NO_NUMBER)),
        *(("top_k", value) for value in (-1, 2_000_000)),
        *(("top_p", value) for value in (0.0, -1.0, 1.1, NO_NUMBER)),
        *(("min_p", value) for value in (-0.1, 1.1, NO_NUMBER)),
        *(("repeat_penalty", value) for value in (0.0, 3.0, INFINITE)),
        *(("repeat_last_n", value) for value in (-1, 2_000_000)),
        *(("seed", value) for value in (-1, MAX_SEED + 1)),
        *(("max_tokens", value) for value in (0, -5, 2**31)),
    ],
)
def test_values_out_of_range_are_refused_by_name(name: str, value: float) -> None:
    with pytest.raises(InvalidValueError) as caught:
        Sampling(**{name: value})  # type: ignore[arg-type]
    assert name.replace("_", " ").split()[0] in caught.value.what.replace("-", " ")


def test_an_empty_stop_string_is_refused() -> None:
    with pytest.raises(InvalidValueError):
        Sampling(stop=("",))


def test_stored_values_that_are_damaged_are_an_error_of_their_own() -> None:
    with pytest.raises(InvalidValueError):
        sampling_from_dict({"temperature": 99.0})
