"""Speed, limits, waits."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.hub.download.rate_limit import BandwidthLimit, RetryPolicy, SpeedMeter
from app.network.replies import MAX_RETRY_AFTER, retry_after


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@given(
    st.floats(1_000, 1e8),
    st.lists(st.tuples(st.integers(1, 1_000_000), st.floats(0, 0.5)), min_size=5, max_size=60),
)
@settings(deadline=None, max_examples=60)
def test_the_limit_holds_on_average_whatever_the_pieces(
    limit: float, pieces: list[tuple[int, float]]
) -> None:
    clock = Clock()
    throttle = BandwidthLimit(lambda: limit, clock)
    start, total = clock.now, 0
    for size, idle in pieces:
        clock.now += idle
        total += size
        clock.now += throttle.delay_after(size)
    # One second of share may be saved up while idle.
    assert total <= limit * (clock.now - start + 1.0) * 1.001


def test_without_a_limit_nothing_waits_and_a_new_limit_starts_fresh() -> None:
    clock, limit = Clock(), [None]
    throttle = BandwidthLimit(lambda: limit[0], clock)
    assert throttle.delay_after(10**9) == 0
    assert throttle.read_size(1_000_000) == 1_000_000
    limit[0] = 1000.0  # type: ignore[call-overload]
    assert throttle.read_size(1_000_000) == 1024
    assert throttle.delay_after(2000) == pytest.approx(2.0)


def test_speed_follows_the_last_seconds_only() -> None:
    clock = Clock()
    meter = SpeedMeter(clock)
    assert meter.speed() == 0
    for speed in (1_000_000, 10_000):
        for _ in range(200):
            clock.now += 0.1
            meter.add(speed // 10)
        assert meter.speed() == pytest.approx(speed, rel=0.05)


def test_waits_grow_to_their_longest_and_no_two_programs_agree() -> None:
    policy = RetryPolicy(first=1, factor=2, longest=60)
    for failures in range(1, 20):
        grown = min(60, 2 ** (failures - 1))
        waits = [policy.wait(failures) for _ in range(20)]
        assert all(0.8 * grown <= wait <= grown for wait in waits)
        assert len(set(waits)) > 1
    assert policy.wait(1, asked=500) == 500


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("999999999", MAX_RETRY_AFTER),
        ("Thu, 01 Jan 1970 00:01:40 GMT", 40),
        ("Thu, 01 Jan 1970 00:00:01 GMT", 0),
        ("soon", None),
        ("", None),
        ("-5", None),
    ],
)
def test_retry_after_is_read_as_a_number_or_a_date(header: str, seconds: float | None) -> None:
    assert retry_after(header, now=lambda: 60.0) == seconds
