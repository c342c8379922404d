"""Somebody writes in the window, and it is killed at any moment: nothing that was typed is lost."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.benchmarks.typing_rounds import Sessions

SESSIONS = 4


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.timeout(600)
def test_nothing_that_was_typed_is_lost_when_the_program_is_killed(tmp_path: Path) -> None:
    sessions = Sessions(tmp_path / "profile", seed=20261129)
    for _ in range(SESSIONS):
        sessions.run()
    assert sessions.counts["changes typed"] > 5 * SESSIONS  # some 70 on a machine of its own
    assert sessions.losses == []
