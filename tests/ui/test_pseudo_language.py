"""The window in pseudo-languages: no plain English on any screen, and nothing without room.

What is still there is counted in ``pseudo_allowance.json``, which may only fall; a run with
``PHIAL_PSEUDO=write`` writes what it finds. See ``tests/tools/pseudo_window.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.tools.pseudo_window import plain

ALLOWANCE = Path(__file__).with_name("pseudo_allowance.json")
ROOT = Path(__file__).parents[2]
KINDS = ("plain", "clipped")


@cache
def inspected(language: str) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "tests.tools.pseudo_window", folder],
            env={**os.environ, "PHIAL_LANGUAGE": language, "PHIAL_HOME": folder},
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def allowed() -> dict[str, dict[str, dict[str, int]]]:
    read: dict[str, dict[str, dict[str, int]]] = json.loads(ALLOWANCE.read_text("utf-8"))
    return read


@pytest.mark.parametrize("language", ["pseudo", "pseudo-rtl"])
def test_no_screen_has_more_plain_english_or_less_room_than_before(language: str) -> None:
    screens = inspected(language)["screens"]
    counts = {name: {kind: len(one[kind]) for kind in KINDS} for name, one in screens.items()}
    if os.environ.get("PHIAL_PSEUDO") == "write":
        table = {**allowed(), language: counts} if ALLOWANCE.exists() else {language: counts}
        ALLOWANCE.write_text(f"{json.dumps(table, indent=1)}\n", "utf-8")
    table = allowed()[language]
    more = [
        f"{name}: {counts[name][kind]} {kind}, not {table.get(name, {}).get(kind, 0)}: {one[kind]}"
        for name, one in screens.items()
        for kind in KINDS
        if counts[name][kind] > table.get(name, {}).get(kind, 0)
    ]
    assert more == []
    assert table.keys() == counts.keys()


def test_a_window_of_a_language_from_right_to_left_is_turned() -> None:
    assert inspected("pseudo-rtl")["right_to_left"]
    assert not inspected("pseudo")["right_to_left"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("[Çļéåř ~]", False),
        ("[Řéšéţ [Šéţţîñĝš ~] ţö ~~]", False),
        ("[Ļöåđ ~] Ctrl+L", False),
        ("4.5 GB · 12 %", False),
        ("Phi-4", False),
        ("Clear", True),
        ("[Ļöåđ ~] of it", True),
    ],
)
def test_plain_english_is_known(text: str, found: bool) -> None:
    assert plain(text) is found
