"""A window manager, and the program in a window of its own for each test that asks for one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.e2e.desktop import RunningWindow, ScreenReader, Start


@pytest.fixture(scope="session")
def window_manager() -> Iterator[None]:
    """Without one no window gets the keyboard."""
    if shutil.which("openbox") is None:
        pytest.skip("no window manager")
    manager = subprocess.Popen(["openbox"], stderr=subprocess.DEVNULL)
    yield
    manager.terminate()
    manager.wait(timeout=10)


@pytest.fixture
def start(tmp_path: Path, window_manager: None) -> Iterator[Start]:
    """Starts the program on a data folder of the test's own."""
    reader = ScreenReader()
    started: list[RunningWindow] = []

    def start_one(*arguments: str, within: Sequence[str] = ()) -> RunningWindow:
        started.append(RunningWindow(tmp_path / "home", reader, *arguments, within=within))
        return started[-1]

    yield start_one
    for one in started:
        if one.process.poll() is None:
            one.kill()
        one.drain()
    reader.close()
