"""A setting whose default is of another type does not pass mypy."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DECLARED = """
from dataclasses import dataclass
from app.domain.model import KvType
from app.domain.options import Option, Section, option
from app.domain.appearance.choices import ThemeChoice
M = Section.MODEL

@dataclass(frozen=True, slots=True)
class Made:
    good: int | None = option(None, Option(M, "Good"))
    whole: int = option("100", Option(M, "A text"))
    none: float = option(None, Option(M, "No None"))
    choice: ThemeChoice = option(KvType.F16, Option(M, "Another enumeration"))
    switch: bool = option(1, Option(M, "A number"))
    unit: int = option(1, Option(M, "A unit that is none", unit=8))
"""


@pytest.mark.tools
def test_a_default_of_another_type_does_not_pass_mypy(tmp_path: Path) -> None:
    file = tmp_path / "made.py"
    file.write_text(DECLARED)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(tmp_path), str(file)],
        cwd=tmp_path, env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    found = [line for line in done.stdout.splitlines() if line.startswith("made.py")]
    lines = DECLARED.splitlines()
    wrong = [lines[int(line.split(":")[1]) - 1].split(":")[0].strip() for line in found]
    assert wrong == ["whole", "none", "choice", "switch", "unit"], done.stdout
