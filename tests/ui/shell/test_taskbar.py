"""Progress on the program's icon: told when it changes, and taken away at the end."""

from __future__ import annotations

import pytest

from app.domain.download import DownloadItem, DownloadState
from app.system.taskbar import launcher_entry
from app.ui.taskbar import TaskbarProgress


def item(state: DownloadState, done: int = 0) -> DownloadItem:
    return DownloadItem("1" * 32, "a/b", "b.gguf", ("b.gguf",), state=state, done=done, total=100)


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, bool]]:
    found: list[tuple[float, bool]] = []

    def send(_self: TaskbarProgress, progress: float, *, visible: bool) -> None:
        found.append((progress, visible))

    monkeypatch.setattr(TaskbarProgress, "_send", send)
    monkeypatch.setattr("app.ui.taskbar.launcher_entry", lambda _name: "application://x.desktop")
    return found


def test_each_per_cent_is_told_once_and_the_bar_goes_with_the_last_download(
    told: list[tuple[float, bool]],
) -> None:
    progress = TaskbarProgress()
    progress.show([])
    for done in (0, 10, 10, 55):
        progress.show([item(DownloadState.DOWNLOADING, done)])
    progress.show([item(DownloadState.PAUSED, 55)])
    progress.show([item(DownloadState.PAUSED, 55)])
    assert told == [(0.0, True), (0.1, True), (0.55, True), (0.0, False)]


def test_two_downloads_share_one_bar(told: list[tuple[float, bool]]) -> None:
    TaskbarProgress().show([item(DownloadState.DOWNLOADING, 50), item(DownloadState.QUEUED)])
    assert told == [(0.25, True)]


def test_without_a_session_bus_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    assert launcher_entry("phial") == ""
