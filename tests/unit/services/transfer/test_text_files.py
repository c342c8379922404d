"""Text files for a message: read whatever their coding, refused in words where they are no text."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from app.domain.errors import InvalidValueError
from app.services.transfer.text_files import MOST_BYTES, read_text

WORDS = "Zeile eins: ä ö ü\nzwei: 日本\n"


@pytest.mark.parametrize("coding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_text_is_read_in_the_coding_it_was_written_in(tmp_path: Path, coding: str) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes(WORDS.encode(coding))
    assert read_text(path) == WORDS


def test_a_text_of_an_old_windows_program_is_read_with_line_feeds(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_bytes("Größe\r\nund “Wort”".encode("cp1252"))
    assert read_text(path) == "Größe\nund “Wort”"


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"%PDF-1.7\0\1", "not a text"), (b"\xff\xfb\0\0", "not a text"), (None, "not a file")],
)
def test_what_is_no_text_is_refused_with_its_name(
    tmp_path: Path, content: bytes | None, why: str
) -> None:
    path = tmp_path / "thing"
    if content is None:
        path.mkdir()
    else:
        path.write_bytes(content)
    with pytest.raises(InvalidValueError) as refused:
        read_text(path)
    assert refused.value.what.startswith("thing ")
    assert why in refused.value.what


def test_a_file_larger_than_any_context_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "large.log"
    with path.open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(InvalidValueError, match="larger than the model can read"):
        read_text(path)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes with a name are of other systems")
def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)
    with pytest.raises(InvalidValueError, match="not a file"):
        read_text(path)
