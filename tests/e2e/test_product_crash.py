"""The whole program is killed at random moments: what its window had shown is there."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).resolve().parents[1] / "benchmarks" / "product_rounds.py"


@pytest.fixture(scope="module")
def product() -> ModuleType:
    spec = importlib.util.spec_from_file_location("product_rounds", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["product_rounds"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
@pytest.mark.timeout(600)
def test_kill_nine_of_the_whole_program_loses_nothing_it_had_shown(
    product: ModuleType, tmp_path: Path
) -> None:
    rounds = product.Rounds(tmp_path / "rounds", seed=20261121)
    for activity in product.ACTIVITIES:
        rounds.run(activity)
    assert sum(row.shown for row in rounds.rows.values()) > 4_000
    assert {name: row.broken for name, row in rounds.rows.items()} == dict.fromkeys(
        product.ACTIVITIES, 0
    )
