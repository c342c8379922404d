"""A start that fails, as who clicked an icon meets it: a dialog on the screen, and its end."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.desktop import Start, missing

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(bool(missing()), reason=f"needs a display with a bus: {missing()}"),
]


def test_who_clicked_an_icon_sees_why_there_is_no_window(start: Start, tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file where the folder should be")
    program = start()
    program.reads("cannot be made: it is there already")
    program.reads("What was saved before is untouched.")
    program.press("Close")
    assert program.process.wait(timeout=60) == 1
