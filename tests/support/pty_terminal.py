"""``phial`` in a terminal (a pty), as a person has it: keys go in, and what is shown comes out."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.terminal import ENGINE_LOG, command, environment

PROMPT = "> "
PATIENCE = 20  # seconds
_SEQUENCE = re.compile(r"\x1b(\[[0-9;?]*[ -/]*[@-~]|[=>])|\r")


class Terminal:
    """A terminal with a command in it.

    Attributes:
        before: The modes it had before.
    """

    def __init__(self, *words: str | Path, log: Path | None = None, cwd: Path | None = None,
                 columns: int = 80, **more: str | None) -> None:  # fmt: skip
        self._master, self._slave = pty.openpty()
        fcntl.ioctl(self._slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.before = termios.tcgetattr(self._slave)
        recording = {ENGINE_LOG: str(log)} if log is not None else {}
        self.process = subprocess.Popen(
            command(*map(str, words), changed=log is not None),
            stdin=self._slave,
            stdout=self._slave,
            stderr=self._slave,
            cwd=cwd,
            env=environment(  # a test's own terminal is as wide as it says
                **{"TERM": "xterm-256color", "COLUMNS": None, "LINES": None, **recording, **more}
            ),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # noqa: PLW1509 - for Ctrl+C
        )
        self._raw, self._news = "", threading.Condition()
        self._seen = 0
        self._reader = threading.Thread(target=self._read)
        self._reader.start()

    @property
    def raw(self) -> str:
        """Everything that came, escape sequences included."""
        with self._news:
            return self._raw

    @property
    def shown(self) -> str:
        """Everything that came, without escape sequences."""
        return _SEQUENCE.sub("", self.raw)

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65_536)
            except OSError:  # EIO: nobody has the other end any more
                return
            with self._news:
                self._raw += data.decode("utf-8", "replace")
                self._news.notify_all()

    def wait_for(self, text: str) -> None:
        """Until the terminal shows ``text``, behind where this stopped the last time."""
        with self._news:
            found = self._news.wait_for(lambda: self._raw.find(text, self._seen) >= 0, PATIENCE)
            assert found, self._raw[-2_000:]
            self._seen = self._raw.index(text, self._seen) + len(text)

    def type(self, text: str) -> None:
        """What a terminal sends: Enter is a carriage return."""
        data = text.encode().replace(b"\n", b"\r")
        while data:
            data = data[os.write(self._master, data) :]

    def ask(self, text: str) -> None:
        """Send a message; its answer does not matter, it may be longer than the context."""
        self.type(f"{text}\n")
        self.wait_for(PROMPT)

    def ends(self, code: int = 0) -> list[object]:
        """Wait for its end; gives the modes the terminal is left in."""
        try:
            ended = self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired as error:
            raise AssertionError(f"it does not end: {self.raw[-2_000:]}") from error
        assert ended == code, self.raw[-2_000:]
        return termios.tcgetattr(self._slave)

    def leave(self) -> list[object]:
        """Ctrl+D; gives the modes the terminal is left in."""
        self.type("\x04")
        return self.ends()

    def close(self) -> None:
        """End the command, if it has not ended, and the terminal."""
        self.process.kill()
        self.process.wait()
        os.close(self._slave)
        self._reader.join()
        os.close(self._master)


@contextmanager
def terminal_with(
    *words: str | Path, log: Path | None = None, cwd: Path | None = None, columns: int = 80,
    **more: str | None,
) -> Iterator[Terminal]:  # fmt: skip
    """A terminal with a command in it, ended with the block."""
    opened = Terminal(*words, log=log, cwd=cwd, columns=columns, **more)
    try:
        yield opened
    finally:
        opened.close()
