"""CI skips nothing: a test that is skipped there fails, and elsewhere says why it was skipped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPED = """
import pytest

def test_that_runs() -> None:
    pass

def test_that_finds_something_missing() -> None:
    pytest.skip("no such thing here")

@pytest.mark.skipif(True, reason="another thing")
def test_that_is_marked() -> None:
    pass
"""


def run(folder: Path, ci: str) -> str:
    (folder / "test_skipped.py").write_text(SKIPPED)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-q", str(folder)]
    root = Path(__file__).parents[2]
    alone = {**os.environ, "CI": ci, "PYTEST_ADDOPTS": ""}  # CI's are for many processes
    done = subprocess.run(command, env=alone, cwd=root, capture_output=True, text=True, check=False)
    return done.stdout


@pytest.mark.skipif(sys.platform != "linux", reason="CI runs on Linux")
def test_what_is_skipped_in_ci_has_failed(tmp_path: Path) -> None:
    said = run(tmp_path, "true")
    assert "1 failed, 1 passed, 1 error" in said  # a mark skips before the test begins
    assert "CI skips nothing" in said
    assert "no such thing here" in said


def test_elsewhere_it_is_skipped(tmp_path: Path) -> None:
    assert "1 passed, 2 skipped" in run(tmp_path, "")


@pytest.mark.skipif(sys.platform != "linux", reason="CI runs on Linux")
def test_a_module_that_skips_itself_in_ci_has_failed(tmp_path: Path) -> None:
    whole = 'import pytest\n\npytest.skip("no such thing here", allow_module_level=True)\n'
    (tmp_path / "test_whole.py").write_text(whole)
    assert "CI skips nothing" in run(tmp_path, "true")
