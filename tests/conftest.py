"""What every test stands on: a home of its own, no network, no display, nothing left behind."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All data of the test below its own folder."""
    folder = tmp_path / "phial-home"
    monkeypatch.setenv("PHIAL_HOME", str(folder))
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    return folder


@pytest.fixture(autouse=True)
def no_thread_left_behind() -> Iterator[None]:
    """Fails the test that leaves a thread running, and names it."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        left = [t for t in set(threading.enumerate()) - before if t.is_alive()]
        if not left:
            return
        for thread in left:
            thread.join(timeout=0.05)
    names = ", ".join(sorted(thread.name for thread in left))
    pytest.fail(f"threads left behind: {names}")
