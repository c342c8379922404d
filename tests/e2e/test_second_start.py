"""A second start of the window asks the first to come forward, and nobody else."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.system.instance_lock import InstanceLock

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="its channels are no files")


@pytest.fixture
def data(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A home with a short name, as a person's has."""
    with tempfile.TemporaryDirectory(dir="/tmp") as name:
        monkeypatch.setenv("PHIAL_HOME", name)
        monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
        yield Path(name)


def start(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "app", "--demo", *words], stderr=subprocess.PIPE, text=True
    )


def test_a_second_start_finds_the_first_in_the_users_own_folder(data: Path) -> None:
    """Also one that follows at once, as of a click too many: the first has no window yet.

    Ctrl+C in the terminal then ends the first as its button would.
    """
    first = start()
    try:
        while not (data / "instance.channel").exists():
            assert first.poll() is None
            time.sleep(0.02)
        second = start()
        _, told = second.communicate(timeout=100)
        assert (second.returncode, told) == (0, "")
        assert (data / "instance" / "window").exists()
        first.send_signal(signal.SIGINT)
        _, told = first.communicate(timeout=100)
        assert first.returncode == 0
        assert "Traceback" not in told
    finally:
        first.kill()
        first.communicate()


def test_a_stranger_who_listens_under_the_old_name_hears_nothing(data: Path) -> None:
    """Who took the name that was once in the temporary folder got the files' names."""
    with InstanceLock(data) as lock, socket.socket(socket.AF_UNIX) as stranger:
        assert lock.acquire()
        stranger.bind(lock.channel)
        if os.getuid() == 0:
            os.chown(lock.channel, 1, 1)
        else:
            Path(lock.channel).unlink()  # as good as somebody else's, which only root can make
        stranger.listen()
        stranger.setblocking(False)
        second = start("--open", "/home/somebody/secret.phial")
        try:
            assert second.stderr is not None
            assert "does not answer" in second.stderr.readline()  # and in a dialog, until it closes
            with pytest.raises(BlockingIOError):
                stranger.accept()
        finally:
            second.kill()
            second.communicate()
