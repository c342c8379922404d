"""The disk fails at one thing after another; what was there stays, and what was done is done."""

from __future__ import annotations

import importlib.util
import shutil
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "benchmarks" / "disk_faults.py"
CHANGES = 18 + 3  # and opening: after a crash, in need of migration, damaged


@pytest.mark.skipif(sys.platform != "linux", reason="LD_PRELOAD")
@pytest.mark.skipif(not (shutil.which("cc") or shutil.which("g++")), reason="no compiler")
def test_whatever_the_disk_refuses_nothing_is_lost_torn_or_damaged() -> None:
    spec = importlib.util.spec_from_file_location("disk_faults", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    faults = importlib.util.module_from_spec(spec)
    sys.modules["disk_faults"] = faults  # dataclasses look their module up
    spec.loader.exec_module(faults)
    done = faults.start(["--stride", "29"])
    assert done.returncode == 0, done.stdout
    lines = done.stdout.splitlines()
    assert "0 promises broken" in lines[-1]
    walked = [line for line in lines if line.split("  ")[-1].strip() == "0"]
    assert len(walked) == 2 * CHANGES
