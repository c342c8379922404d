"""The hub of each test, and the table of all of them (run with ``-s`` to see it)."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.faults import CONTENT, Row
from tests.support.hub_kit import Kit, make_kit


@pytest.fixture(scope="session")
def table() -> Iterator[list[Row]]:
    rows: list[Row] = []
    yield rows
    print(f"\n{'fault':52} {'rounds':>6} {'requests':>8} {'bytes twice':>11}  outcome")
    for row in rows:
        print(
            f"{row.fault:52} {row.rounds:6} {row.requests:8} {row.extra_bytes:11,}  {row.outcome}"
        )


@pytest.fixture
def kit(tmp_path: Path) -> Iterator[Kit]:
    with make_kit(tmp_path, CONTENT) as one:
        yield one
