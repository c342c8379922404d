"""What the system refuses is said in the language in force, where the reason is a known one."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from app.language.sentence import Sentence
from app.language.system_reasons import reason_of


def test_a_reason_of_the_system_is_a_sentence_of_the_catalogue(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as found:
        (tmp_path / "nothing").read_text("utf-8")
    told = reason_of(found.value)
    assert isinstance(told, Sentence)
    assert told == "there is no such file or folder"


def test_what_is_not_known_is_said_in_the_systems_words() -> None:
    odd = errno.EXDEV
    assert reason_of(OSError(odd, os.strerror(odd))) == os.strerror(odd)
    assert reason_of(OSError("the network is gone")) == "the network is gone"
    assert reason_of(ValueError("it is too large")) == "it is too large"
