"""``phial chat`` at a real terminal (a pty): what is typed and pasted there arrives whole."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.generation import Role
from app.store import open_store
from tests.support.gguf_factory import ModelSpec, pieces_of, write_model

if sys.platform == "win32":
    pytest.skip("ptys", allow_module_level=True)

import fcntl
import pty
import termios

pytestmark = pytest.mark.llama

ANSWER = "Hello from a tiny model."
PROMPT = "> "


class Terminal:
    """A terminal with ``phial chat`` in it."""

    def __init__(self, model: Path) -> None:
        self._master, self._slave = pty.openpty()
        self.before = termios.tcgetattr(self._slave)
        self._process = subprocess.Popen(
            [sys.executable, "-m", "app", "chat", "--model", str(model)],
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - for Ctrl+C
        )
        self._shown, self._news = "", threading.Condition()
        self._seen = 0
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65_536)
            except OSError:  # EIO: nobody has the other end any more
                return
            with self._news:
                self._shown += data.decode("utf-8", "replace")
                self._news.notify_all()

    def wait_for(self, text: str) -> None:
        """Until the terminal shows ``text``, behind where this stopped the last time."""
        with self._news:
            shown = self._news.wait_for(lambda: self._shown.find(text, self._seen) >= 0, 20)
            assert shown, self._shown[-2_000:]
            self._seen = self._shown.index(text, self._seen) + len(text)

    def type(self, text: str) -> None:
        """What a terminal sends: Enter is a carriage return."""
        data = text.encode().replace(b"\n", b"\r")
        while data:
            data = data[os.write(self._master, data) :]

    def ask(self, text: str) -> None:
        """Send a message; its answer does not matter, it may be longer than the context."""
        self.type(f"{text}\n")
        self.wait_for(PROMPT)

    def leave(self) -> list[object]:
        """Ctrl+D; gives the modes the terminal is left in."""
        self.type("\x04")
        assert self._process.wait(20) == 0
        modes = termios.tcgetattr(self._slave)
        os.close(self._slave)
        self._reader.join()
        os.close(self._master)
        return modes


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    opened = Terminal(write_model(tmp_path / "tiny.gguf", ModelSpec(pieces_of(ANSWER))))
    opened.wait_for(PROMPT)
    yield opened
    opened._process.kill()
    opened._process.wait()


def questions(home: Path) -> list[str]:
    opened = open_store(home)
    chats = opened.repository.list_conversations()
    found = [m.content for chat in chats for m in opened.repository.tree(chat.id)
             if m.role is Role.USER]  # fmt: skip
    opened.close()
    return found


def test_a_line_longer_than_a_terminals_own_arrives_whole(terminal: Terminal, home: Path) -> None:
    line = "eine lange Zeile, Wörter, 漢字 und\u00a0mehr " * 300
    terminal.ask(f"{line}end")
    assert terminal.leave() == terminal.before
    assert questions(home) == [f"{line}end"]


def test_what_is_pasted_with_its_line_breaks_is_one_message(terminal: Terminal, home: Path) -> None:
    pasted = "def f():\n\treturn 1\n" + "x = 1  # a line\n" * 400
    terminal.ask(f"Explain:\x1b[200~{pasted}\x1b[201~")
    terminal.leave()
    assert questions(home) == [f"Explain:{pasted}"]


def test_lines_that_are_typed_ahead_wait_whole(terminal: Terminal, home: Path) -> None:
    lines = [letter * 6_000 for letter in "abc"]
    terminal.type("".join(f"{line}\n" for line in lines))
    for _ in lines:
        terminal.wait_for(PROMPT)
    terminal.leave()
    assert questions(home) == lines


def test_a_line_can_be_corrected(terminal: Terminal, home: Path) -> None:
    terminal.type("漢x\x7f\x7f字")
    terminal.wait_for("漢x\b \b\b \b\b \b字")
    terminal.type(" wrong word\x17\x17all\x15\x1b[Aright\x04\n")
    terminal.wait_for(ANSWER)
    terminal.wait_for(PROMPT)
    terminal.leave()
    assert questions(home) == ["right"]


def test_ctrl_c_at_the_prompt_leaves_the_terminal_as_it_was(terminal: Terminal) -> None:
    terminal.type("half a line\x03")
    terminal._process.wait(20)
    assert termios.tcgetattr(terminal._slave) == terminal.before
    os.close(terminal._slave)
    terminal._reader.join()
    os.close(terminal._master)
