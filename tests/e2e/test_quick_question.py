"""`phial --quick` as a person uses it: real keys, real windows, one copy."""

from __future__ import annotations

import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.desktop import Start, missing, until
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(bool(missing()), reason=f"needs a display with a bus: {missing()}"),
]


def said(home: Path) -> list[str]:
    """What is stored, in the order in which it was said."""
    file = home / "phial.db"
    if not file.exists():
        return []
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
        rows = connection.execute("SELECT content FROM messages ORDER BY seq").fetchall()
    return [row[0].decode() if isinstance(row[0], bytes) else row[0] for row in rows]


def test_a_question_without_a_running_copy_ends_with_its_window(
    start: Start, tmp_path: Path
) -> None:
    spec = ModelSpec(script=pieces_of("Seven times six is 42."))
    quick = start("--quick", "--model", str(write_model(tmp_path / "m.gguf", spec)))
    quick.control("Open in Phial")
    quick.bring_forward()
    quick.type("How much")
    quick.keys("Return")
    until(lambda: said(quick.home) == ["How much", "Seven times six is 42."], "the answer")
    quick.keys("Escape")
    assert quick.process.wait(timeout=60) == 0


def test_a_second_start_asks_the_running_copy_and_goes_on_in_its_window(
    start: Start, tmp_path: Path
) -> None:
    spec = ModelSpec(script=pieces_of("Seven times six is 42."))
    window = start("--model", str(write_model(tmp_path / "m.gguf", spec)))
    window.control("Message")
    second = start("--quick")
    assert second.process.wait(timeout=60) == 0
    window.control("Open in Phial")
    subprocess.run(["xdotool", "search", "--sync", "--name", "Quick question"], check=True)
    window.type("How much")
    window.keys("Return")
    until(lambda: said(window.home)[1:] == ["Seven times six is 42."], "the answer")
    window.keys("ctrl+o")
    until(
        lambda: (
            "showing" not in window.ask("facts", name="Open in Phial", role="").get("states", ())
        ),
        "it to close",
    )
    window.reads("Seven times six is 42.")
    assert window.close() == 0
