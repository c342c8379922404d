"""Ten things that a new user does without the manual, with mouse and keys, in one real window.

They are listed in app/README.md, section 7. Where a control stands is asked of the accessibility
bus, in the place of eyes; everything that is done is done with the mouse and the keyboard.
"""

from __future__ import annotations

import json
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from tests.e2e.desktop import RunningWindow, Start, missing, until
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model

pytestmark = [
    pytest.mark.window,
    pytest.mark.skipif(bool(missing()), reason=f"needs a display with a bus: {missing()}"),
]
FIRST, AGAIN = "What is a phial", "What is a bottle"


def rows(home: Path, question: str) -> list[tuple[object, ...]]:
    """What the database answers to a second, read-only connection."""
    with closing(sqlite3.connect(f"file:{home / 'phial.db'}?mode=ro", uri=True)) as connection:
        found = connection.execute(question).fetchall()
    return [tuple(one.decode() if isinstance(one, bytes) else one for one in row) for row in found]


def clipboard() -> str:
    """What another program would paste."""
    words = ["xclip", "-selection", "clipboard", "-o"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


def asks(window: RunningWindow, text: str) -> None:
    """Write a message and send it by Enter."""
    window.type(text)
    window.keys("Return")


def ended(home: Path) -> list[object]:
    """How each answer ended, the oldest first."""
    question = "SELECT stop_reason FROM messages WHERE role = 'assistant' ORDER BY seq"
    return [row[0] for row in rows(home, question)]


def titles(home: Path, gone: str = "IS NULL") -> list[object]:
    """Titles of the chats that are there."""
    question = f"SELECT title FROM conversations WHERE root IS NOT NULL AND deleted_at {gone}"
    return [row[0] for row in rows(home, question)]


def test_ten_tasks_of_a_new_user(start: Start, tmp_path: Path) -> None:
    spec = ModelSpec(
        script=pieces_of("A small glass bottle. "), loop=True, context=16_384, layers=8
    )
    window = start("--model", str(write_model(tmp_path / "glass.gguf", spec)))
    home = window.home
    window.control("Message")
    window.bring_forward()

    # 1 ask, 2 stop a long answer
    asks(window, FIRST)
    window.reads("tokens/s")
    window.click("Stop", "push button")
    until(lambda: ended(home) == ["stopped"], "the answer to stop")
    # 3 ask it in other words
    window.keys("Up", "ctrl+a")
    asks(window, AGAIN)
    window.reads("tokens/s")
    window.keys("Escape")
    until(lambda: ended(home) == ["stopped", "stopped"], "the second answer to stop")
    # 4 copy the answer
    window.point("Phial answered", "document frame")
    window.click("Copy answer", "push button")
    window.reads("Copied.")
    # 5 give the chat a name
    window.keys("F2", "ctrl+a")
    window.type("Glassware")
    window.keys("Return")
    until(lambda: titles(home) == ["Glassware"], "the name")
    # 6 another chat, and back to the first
    window.click("New chat", "push button")
    asks(window, "Something else")
    window.reads("tokens/s")
    window.keys("Escape")
    until(lambda: len(ended(home)) == 3, "the third answer")
    # 7 find the first by a word of it
    window.keys("ctrl+shift+f")
    window.type("bottle")
    window.reads("Glassware")
    window.keys("Down", "Return")
    window.reads(AGAIN)
    # 8 darker colours
    window.click("Settings", "push button")
    window.click("Appearance", "list item")
    window.click("Colours", "combo box")
    window.keys("End", "Return")
    settings = home / "settings.json"
    until(lambda: "theme" in json.loads(settings.read_text()), "the colours")
    # 9 which model suits this computer
    window.keys("Escape")
    window.click("Menu", "push button")
    # 10 throw the chat away, and take that back
    assert window.close() == 0
