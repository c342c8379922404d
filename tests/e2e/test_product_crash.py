"""The whole program is killed at random moments: what its window had shown is there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.benchmarks import product_rounds as product


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.timeout(600)
def test_kill_nine_of_the_whole_program_loses_nothing_it_had_shown(tmp_path: Path) -> None:
    rounds = product.Rounds(tmp_path / "rounds", seed=20261121)
    for activity in product.ACTIVITIES:
        rounds.run(activity)
    assert sum(row.shown for row in rounds.rows.values()) > 4_000
    assert {name: row.broken for name, row in rounds.rows.items()} == dict.fromkeys(
        product.ACTIVITIES, 0
    )
