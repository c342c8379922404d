"""Settings of a file that somebody gave: what cannot be read changes nothing, and that is said."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.domain.errors import InvalidValueError
from app.domain.settings import Settings
from app.services.transfer.settings_file import FORMAT, read_settings

DEEP = 100_000


@pytest.mark.parametrize(
    "text",
    [
        "[" * DEEP,
        '{"format": "phial-settings", "settings": ' + '{"a":' * DEEP + "1" + "}" * (DEEP + 1),
        "no JSON",
        '{"format": "of another program", "settings": {}}',
        f'{{"format": "{FORMAT}"}}',
    ],
    ids=["nested", "nested inside", "no JSON", "another program's", "without settings"],
)
def test_a_file_that_is_none_changes_nothing_and_says_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "settings.json"
    path.write_text(text)
    with pytest.raises(InvalidValueError) as caught:
        read_settings(path, Settings())
    assert "Your settings are as they were" in caught.value.data


def test_a_file_that_is_no_text_changes_nothing_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "settings.json"
    path.write_bytes(bytes(range(256)) * 4)
    with pytest.raises(InvalidValueError) as caught:
        read_settings(path, Settings())
    assert "Your settings are as they were" in caught.value.data
