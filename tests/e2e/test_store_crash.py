"""Real processes are killed, and really run out of disk, in the middle of writing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.store import open_store
from tests.benchmarks import crash_rounds as rounds


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of two megabytes."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(folder)]
    subprocess.run(command, check=True)
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_kill_nine_loses_nothing_acknowledged() -> None:
    tally = rounds.Tally()
    rounds.kill_rounds(15, 20261121, tally)
    assert tally.acknowledged > 20
    assert (tally.rounds, tally.lost, tally.wrong_texts, tally.damaged) == (15, 0, 0, 0)


@pytest.mark.skipif(sys.platform == "win32", reason="has no limit for the size of a file")
def test_writes_that_fail_lose_nothing_and_say_so() -> None:
    tally = rounds.Tally()
    rounds.fault_rounds(5, 20261121, tally)
    assert tally.acknowledged > 5
    assert set(tally.failed) == {"StoreError"}
    assert (tally.lost, tally.wrong_texts, tally.damaged) == (0, 0, 0)


@pytest.mark.mount
def test_a_full_disk_loses_nothing_and_is_named(small_disk: Path) -> None:
    tally = rounds.Tally()
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(900_000))
    folder = small_disk / "store"

    def look_and_make_room() -> None:
        opened = open_store(folder)
        assert any("full" in sentence for sentence in opened.report.sentences)
        assert opened.repository.conversations.list_all()
        opened.close()
        ballast.unlink()

    model = rounds.run_round(
        folder, rounds.Model(), 1, tally, steps=120, before_verify=look_and_make_room
    )
    assert tally.failed["DiskFullError"] > 0
    assert set(tally.failed) == {"DiskFullError"}
    before = tally.failed.total()
    rounds.run_round(folder, model, 2, tally, steps=5)
    assert tally.failed.total() == before
    assert (tally.lost, tally.wrong_texts, tally.damaged) == (0, 0, 0)
