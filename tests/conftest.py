"""What every test stands on: a home of its own, no network, no display, nothing left behind."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """CI runs on Linux and has what the tests need: what is skipped there has failed."""
    report = yield
    if report.skipped and os.environ.get("CI") and sys.platform == "linux":
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and CI skips nothing: {report.longrepr}"
    return report


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
