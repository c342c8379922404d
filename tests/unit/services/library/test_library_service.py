"""What is asked of the library of chats is kept as the user meant it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.harness import Harness, build


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    made = build(tmp_path / "data")
    yield made
    made.services.close()


@pytest.mark.parametrize(
    ("typed", "kept"), [("Work", "Work"), ("  Work \t", "Work"), (" \n", ""), ("A  B ", "A  B")]
)
@pytest.mark.parametrize("private", [True, False])
def test_blanks_around_a_folders_name_do_not_make_another_folder(
    harness: Harness, typed: str, kept: str, private: bool
) -> None:
    library = harness.services.library
    chat = library.create(private=private).id
    library.set_folder(chat, typed).result()
    assert library.chats.get(chat).folder == kept
