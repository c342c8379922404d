"""A running hub with one small model, for each test that asks for it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.hub_kit import Kit, gguf, make_kit

CONTENT = gguf(random.Random(3).randbytes(400_000))


@pytest.fixture
def content() -> bytes:
    return CONTENT


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    with make_kit(tmp_path, CONTENT) as one:
        yield one
