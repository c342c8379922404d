"""One message, one answer: what was said in another chat before makes no difference."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.llama

FACTS = (
    "Phial keeps chats in a library on this disk, and models in a folder. The window shows chats "
    "on the left side. A chat can be exported as Markdown. "
) * 3
OTHER = "x " * 250 + FACTS
MESSAGE = FACTS + " Hello"


def answer(home: Path, *lines: str, private: bool = False) -> str:
    """What ``phial chat`` says to the last line, at temperature 0."""
    home.mkdir(exist_ok=True)
    (home / "settings.json").write_text('{"temperature": 0}', "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "app", "chat", "--model", "demo", *["--private"] * private],
        input="\n".join([*lines, "/quit", ""]),
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PHIAL_HOME": str(home)},
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.partition("A new chat.")[2]


@pytest.mark.parametrize("private", [False, True], ids=["kept", "private"])
def test_a_message_gets_the_answer_that_it_gets_alone(tmp_path: Path, private: bool) -> None:
    alone = answer(tmp_path / "alone", "/new", MESSAGE)
    assert len(alone) > 10
    home = tmp_path / "after"
    assert answer(home, OTHER, "/new", MESSAGE, private=private) == alone
    assert answer(home, "/new", MESSAGE, private=private) == alone  # from what lies on disk
    assert answer(home, OTHER + "Hello", "/again", "/new", MESSAGE) == alone
