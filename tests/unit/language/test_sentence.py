"""A sentence is its text, and is told anew in another language wherever it arrives."""

from __future__ import annotations

import copy
import json
import pickle

import pytest

from app.domain.errors import KnownError, PromptTooLongError
from app.engine.process.frames import decode, encode
from app.language import Sentence, paragraph, tr, trc, trn
from app.language.sentence import from_stored, sentence_from, to_stored
from app.process.messages import FailedReply
from tests.support.languages import speaking

TOO_LONG = "This message needs 5,000 tokens, and the context window has room for 4,096."


def test_a_sentence_is_its_text() -> None:
    said = tr("{label} has no value.", label="Seed")
    assert said == "Seed has no value."
    assert isinstance(said, str)
    assert json.dumps(said) == '"Seed has no value."'


def test_numbers_in_it_are_written_as_the_language_has_them() -> None:
    assert trn("{n} byte", "{n} bytes", 1234567) == "1,234,567 bytes"
    with speaking("de"):
        assert trn("{n} byte", "{n} bytes", 1234567) == "1.234.567 Bytes"
        assert trn("{n} byte", "{n} bytes", 1) == "1 Byte"


def test_braces_of_a_value_and_of_a_text_without_values_stay() -> None:
    assert tr("{label} has no value.", label="{x}") == "{x} has no value."
    assert tr("a {brace}") == "a {brace}"


def test_without_a_translation_it_is_english() -> None:
    with speaking("de"):
        assert tr("Nobody has translated this.") == "Nobody has translated this."
        assert trn("{n} zork", "{n} zorks", 2) == "2 zorks"
        assert trc("nowhere", "Zork") == "Zork"


def test_an_empty_text_stays_empty_in_every_language() -> None:
    for code in ("de", "pseudo", "pseudo-rtl"):
        with speaking(code):
            assert paragraph() == ""
            assert tr("") == ""


@pytest.mark.parametrize("again", [lambda one: pickle.loads(pickle.dumps(one)), copy.deepcopy])
def test_pickled_it_arrives_in_the_language_there(again: object) -> None:
    said = tr("Nothing was changed.")
    with speaking("de"):
        arrived = again(said)  # type: ignore[operator]
    assert arrived == "Es wurde nichts geändert."
    assert isinstance(arrived, Sentence)


def test_an_error_crosses_the_pipe_and_is_told_in_the_language_there() -> None:
    line = encode(FailedReply.of(3, PromptTooLongError(5000, 4096)))
    error = decode(line).error()
    assert isinstance(error, PromptTooLongError)
    assert error.what == TOO_LONG
    with speaking("de"):
        error = decode(line).error()
        assert "5.000 Token" in error.what
        assert error.action.startswith("Kürzen Sie")
        assert (error.tokens, error.limit) == (5000, 4096)


def test_a_stored_error_is_told_in_the_language_of_now() -> None:
    stored = to_stored(PromptTooLongError(5000, 4096).told)
    assert from_stored(stored).startswith(TOO_LONG)
    with speaking("de"):
        told = from_stored(stored)
    assert "5.000 Token" in told
    assert "Kürzen Sie" in told


def test_errors_stored_before_there_were_languages_are_read_as_they_are() -> None:
    old = "The engine ended. Your conversations are safe. Try again."
    assert from_stored(old) == old
    assert to_stored(old) == old


@pytest.mark.parametrize("text", ["\x1f", "a\x1f{}", "\x1f{", "a\x1fb\x1f", ""])
def test_a_text_that_is_no_sentence_comes_back_as_it_was(text: str) -> None:
    assert from_stored(to_stored(text)) == text


@pytest.mark.parametrize(
    "behind",
    [
        "{",
        "{}",
        '{"message": 1}',
        '{"values": []}',
        '{"message": "{x}", "values": {"x": null}}',
        '{"message": "{y}", "values": {"x": 1}}',
    ],
)
def test_what_a_newer_version_stored_is_at_least_its_text(behind: str) -> None:
    assert from_stored(f"As it was told.\x1f{behind}") == "As it was told."


def test_sentences_in_sentences_are_all_told_anew() -> None:
    error = KnownError(tr("{label} has no value.", label=tr("Seed")))
    data = json.loads(json.dumps(error.told.data()))
    with speaking("pseudo"):
        told = sentence_from(data)
    assert told.count("[") == 4  # what, its label, data, action
    assert "Seed" not in told
