"""Server-sent events come whole out of bytes that are cut anywhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.remote.sse import EventStreamReader, EventTooLargeError

STREAM = 'data: {"a": "é😀"}\n\n: a comment\nevent: x\ndata: one\ndata: two\r\n\r\ndata:three\r\r'
EVENTS = ['{"a": "é😀"}', "one\ntwo", "three"]


def read(pieces: list[bytes]) -> list[str]:
    reader = EventStreamReader()
    return [event for piece in pieces for event in reader.feed(piece)] + reader.finish()


@given(st.sets(st.integers(0, len(STREAM.encode()))))
def test_any_cuts_give_the_same_events(cuts: set[int]) -> None:
    data = STREAM.encode()
    places = [0, *sorted(cuts), len(data)]
    assert read([data[a:b] for a, b in pairwise(places)]) == EVENTS


def test_a_byte_at_a_time_is_enough() -> None:
    assert read([bytes([byte]) for byte in STREAM.encode()]) == EVENTS


def test_an_event_without_its_last_line_end_comes_at_the_end_of_the_stream() -> None:
    assert read([b"data: last"]) == ["last"]


def test_a_byte_order_mark_is_no_part_of_the_first_line() -> None:
    assert read([b"\xef\xbb\xbfdata: x\n\n"]) == ["x"]


def test_letters_that_are_none_come_as_signs_and_not_as_an_error() -> None:
    assert read([b"data: \xff\n\n"]) == ["\ufffd"]


def feed_often(reader: EventStreamReader, line: bytes) -> None:
    for _ in range(10):
        reader.feed(line)


@pytest.mark.parametrize("line", [b"data: " + b"x" * 64, b"data: xxxx\n" * 16])
def test_what_grows_without_end_is_refused(line: bytes) -> None:
    reader = EventStreamReader(most=60)
    with pytest.raises(EventTooLargeError):
        feed_often(reader, line)
