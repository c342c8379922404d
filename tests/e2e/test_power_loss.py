"""The power goes at any moment; what was acknowledged is on the disk."""

from __future__ import annotations

import shutil
import sys

import pytest

from tests.benchmarks import power_loss

STRIDES = {"new": 60, "old": 40, "damaged": 40}


@pytest.mark.skipif(sys.platform != "linux", reason="LD_PRELOAD is Linux's")
@pytest.mark.skipif(not (shutil.which("cc") or shutil.which("g++")), reason="no compiler")
@pytest.mark.parametrize("life", power_loss.LIVES)
def test_power_loss_takes_nothing_that_was_acknowledged(life: str) -> None:
    row = power_loss.power_cuts(life, steps=15, stride=STRIDES[life], seed=20261121)
    assert row.acknowledged > 25
    assert row.cuts > 30
    assert row.broken == 0, row.first
