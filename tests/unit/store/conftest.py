"""A real library on a real disk for each test, and short ways to make values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store import Library, open_library


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Library]:
    opened = open_library(tmp_path)
    yield opened.library
    opened.library.close()
