"""The window in pseudo-languages: no plain English on any screen, and nothing without room.

One runs at 100 %, the other, from right to left, at 300 % of a screen of 1,600 by 1,200 pixels:
it is 533 by 400 to the window, less its frame. See ``tests/tools/pseudo_window.py``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.tools.pseudo_window import plain

ROOT = Path(__file__).parents[2]
SCALES = {"pseudo": "1", "pseudo-rtl": "3"}
SCREEN = {"name": "small", "x": 0, "y": 0, "width": 1600, "height": 1200, "dpr": 1,
          "logicalDpi": 96, "logicalBaseDpi": 96}  # fmt: skip
SCREENS = 64  # that are looked at, at least


def inspected(language: str) -> dict[str, Any]:
    with TemporaryDirectory() as folder:
        screen = Path(folder) / "screen.json"
        screen.write_text(json.dumps({"screens": [SCREEN]}), "utf-8")
        done = subprocess.run(
            [sys.executable, "-m", "tests.tools.pseudo_window", folder],
            env={
                **os.environ,
                "PHIAL_LANGUAGE": language,
                "PHIAL_HOME": folder,
                "QT_SCALE_FACTOR": SCALES[language],
                "QT_QPA_PLATFORM": f"offscreen:configfile={screen}",
            },
            cwd=ROOT, capture_output=True, text=True, check=False,
        )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("language", SCALES)
def test_no_screen_has_plain_english_or_too_little_room(language: str) -> None:
    seen = inspected(language)
    screens = seen["screens"]
    assert {name: one for name, one in screens.items() if one["plain"] or one["clipped"]} == {}
    assert len(screens) >= SCREENS
    assert seen["right_to_left"] is language.endswith("-rtl")  # its window is turned


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
