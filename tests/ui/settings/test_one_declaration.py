"""A setting is one declaration: dialog, search, reset, file and command line follow from it.

A copy of the program is given a made-up setting, and is asked for it everywhere.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
BEFORE = "    welcomed: bool = option("
DECLARED = """    moon_phase: int | None = option(
        None,
        Option(
            _A, "Phase of the moon", "Waxes.", 1, 28, 1, "days", "today's", flag="--moon"
        ),
    )
"""
IN_THE_WINDOW = """
import json, sys
from pathlib import Path
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit
from app.services.core.events import EventBus
from app.services.core.settings import SettingsService
from app.store import SettingsStore
from app.ui.application import make_application
from app.ui.settings.number_field import NumberField
from app.ui.settings.settings_page import SettingsPage
from app.ui.style.theme import LIGHT

application = make_application()
file = Path(sys.argv[1])
service = SettingsService(SettingsStore(file), EventBus())
dialog = SettingsPage(service, LIGHT)
dialog.show()
search = next(one for one in dialog.findChildren(QLineEdit) if one.placeholderText())
QTest.keyClicks(search, "moon waxes")
(field,) = (one for one in dialog.findChildren(NumberField) if one.isVisible())
assert field.accessibleName() == "Phase of the moon"
assert field.text() == "7", field.text()
field.selectAll()
QTest.keyClicks(field, "21")
QTest.keyClick(field, Qt.Key.Key_Return)
assert json.loads(file.read_text()) == {"moon_phase": 21}
(reset,) = (one for one in dialog.findChildren(QAbstractButton) if one.isVisible()
            and one.accessibleName() == "Reset Phase of the moon to its default")
QTest.mouseClick(reset, Qt.MouseButton.LeftButton)
assert json.loads(file.read_text()) == {}
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """The program with one declaration more."""
    folder = tmp_path / "copy"
    shutil.copytree(ROOT / "app", folder / "app", ignore=shutil.ignore_patterns("__pycache__"))
    for shared in ("assets", "models", "packaging"):
        (folder / shared).symlink_to(ROOT / shared)
    file = folder / "app" / "domain" / "settings.py"
    before, found, after = file.read_text(encoding="utf-8").partition(BEFORE)
    assert found
    file.write_text(before + DECLARED + found + after, encoding="utf-8")
    return folder


def test_a_setting_that_is_declared_is_in_dialog_search_reset_file_and_command_line(
    copy: Path, home: Path
) -> None:
    def run(*words: str) -> str:
        done = subprocess.run(
            [sys.executable, *words], cwd=copy, capture_output=True, text=True, check=False,
            env={**os.environ, "PYTHONPATH": str(copy), "QT_QPA_PLATFORM": "offscreen"},
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    phial = ("-m", "app")
    run(*phial, "settings", "set", "moon-phase", "7")
    file = home / "settings.json"
    assert json.loads(file.read_text()) == {"moon_phase": 7}
    assert "moon_phase           7 days\n" in run(*phial, "settings", "list")
    assert run(*phial, "settings", "get", "moon_phase") == (
        "Phase of the moon: 7 days\nWaxes.\n"
        "It may be between 1 and 28 days, or default (today's).\n"
    )
    run("-c", IN_THE_WINDOW, str(file))
    run(*phial, "settings", "set", "moon_phase", "9")
    run(*phial, "settings", "reset", "moon_phase")
    assert json.loads(file.read_text()) == {}
    for command in ("ask", "chat"):
        assert "--moon VALUE" in run(*phial, command, "--help")
    assert "moon_phase" in run(*phial, "completion", "bash")
