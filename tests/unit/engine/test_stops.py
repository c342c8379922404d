from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from app.engine.llama.tokenizer import Detokenizer, encodable
from app.engine.stops import StopFilter


def test_text_before_a_stop_string_is_shown_and_nothing_after() -> None:
    stops = StopFilter(("END", "STOP"))
    shown = "".join(stops.feed(part) for part in ("Hello E", "N", "D of it STOP"))
    assert shown + stops.end() == "Hello "
    assert stops.met == "END"


def test_what_only_looked_like_a_stop_string_is_shown_after_all() -> None:
    stops = StopFilter(("END",))
    assert stops.feed("an EN") == "an "
    assert stops.feed("emy") == "ENemy"
    assert stops.end() == ""


@settings(deadline=None, max_examples=200)
@given(st.text("abc", max_size=30), st.lists(st.text("abc", min_size=1, max_size=4), max_size=3))
def test_streaming_shows_the_same_as_cutting_the_whole_text(text: str, stops: list[str]) -> None:
    streamed = StopFilter(stops)
    shown = "".join(streamed.feed(character) for character in text)
    ends = [text.find(stop) + len(stop) for stop in stops if stop in text]
    if not ends:
        assert shown + streamed.end() == text
        return
    assert text.startswith(shown)
    assert streamed.met in stops
    # Seen character by character, the stop string that is complete first wins.
    assert len(shown) + len(streamed.met) <= min(ends)


@settings(deadline=None, max_examples=200)
@given(st.text(max_size=40), st.integers(1, 3))
def test_the_detokenizer_never_splits_a_character(text: str, width: int) -> None:
    data = text.encode()
    decoder = Detokenizer()
    parts = [decoder.feed(data[at : at + width]) for at in range(0, len(data), width)]
    assert "".join(parts) + decoder.end() == text
    assert "\ufffd" not in "".join(parts) or "\ufffd" in text


def test_half_a_character_at_the_end_becomes_one_replacement() -> None:
    decoder = Detokenizer()
    assert decoder.feed("é".encode()[:1]) == ""
    assert decoder.end() == "\ufffd"


@settings(deadline=None, max_examples=100)
@given(st.text(st.characters(exclude_categories=()), max_size=40))
def test_every_python_text_has_bytes_for_the_tokenizer(text: str) -> None:
    data = encodable(text)
    if not any("\ud800" <= character <= "\udfff" for character in text):
        assert data == text.encode()
    data.decode()
