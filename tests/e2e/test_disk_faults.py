"""The disk fails at one thing after another; what was there stays, and what was done is done."""

from __future__ import annotations

import shutil
import sys

import pytest

from tests.benchmarks import disk_faults

CHANGES = 18 + 3  # and opening: after a crash, in need of migration, damaged


@pytest.mark.skipif(sys.platform != "linux", reason="LD_PRELOAD is Linux's")
@pytest.mark.skipif(not (shutil.which("cc") or shutil.which("g++")), reason="no compiler")
def test_whatever_the_disk_refuses_nothing_is_lost_torn_or_damaged() -> None:
    done = disk_faults.start(["--stride", "29"])
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert "0 promises broken" in lines[-1]
    walked = [line for line in lines if line.split("  ")[-1].strip() == "0"]
    assert len(walked) == 2 * CHANGES
