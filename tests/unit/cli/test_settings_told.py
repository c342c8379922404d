"""What a terminal command says of a settings file it cannot use."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.main import main


def test_a_value_that_cannot_be_used_is_told_and_the_command_goes_on(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home.mkdir()
    text = f'{{"temperature": 1{"0" * 400}}}'
    (home / "settings.json").write_text(text)
    assert main(["chats", "list"]) == 0
    told = capsys.readouterr()
    assert told.out == "No chats yet.\n"
    assert told.err.startswith("phial: Temperature is a number of about 401 digits; it must be ")
    assert (home / "settings.json").read_text() == text
