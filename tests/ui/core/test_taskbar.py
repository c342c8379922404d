"""Progress on the program's icon: told when it changes, and taken away at the end."""

from __future__ import annotations

import ctypes
import sys
from ctypes import CFUNCTYPE, POINTER, c_int, c_long, c_ulonglong, c_void_p

import pytest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from app.domain.download import DownloadItem, DownloadState
from app.system.taskbar import launcher_entry
from app.system.taskbar_list import TaskbarList, taskbar_list
from app.ui.core.taskbar import TaskbarProgress


def item(state: DownloadState, done: int = 0) -> DownloadItem:
    return DownloadItem("1" * 32, "a/b", "b.gguf", ("b.gguf",), state=state, done=done, total=100)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    widget = QWidget()
    qtbot.addWidget(widget)
    return widget


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, bool]]:
    found: list[tuple[float, bool]] = []

    def send(_self: TaskbarProgress, progress: float, *, visible: bool) -> None:
        found.append((progress, visible))

    monkeypatch.setattr(TaskbarProgress, "_send", send)
    monkeypatch.setattr(
        "app.ui.core.taskbar.launcher_entry", lambda _name: "application://x.desktop"
    )
    return found


def test_each_per_cent_is_told_once_and_the_bar_goes_with_the_last_download(
    told: list[tuple[float, bool]], window: QWidget
) -> None:
    progress = TaskbarProgress(window)
    progress.show([])
    for done in (0, 10, 10, 55):
        progress.show([item(DownloadState.DOWNLOADING, done)])
    progress.show([item(DownloadState.PAUSED, 55)])
    progress.show([item(DownloadState.PAUSED, 55)])
    assert told == [(0.0, True), (0.1, True), (0.55, True), (0.0, False)]


def test_two_downloads_share_one_bar(told: list[tuple[float, bool]], window: QWidget) -> None:
    TaskbarProgress(window).show([item(DownloadState.DOWNLOADING, 50), item(DownloadState.QUEUED)])
    assert told == [(0.25, True)]


def test_without_a_session_bus_nobody_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    assert launcher_entry("phial") == ""


class Table:
    """An ``ITaskbarList3`` in memory that notes how it is called, in the order of shobjidl.h."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self._kept = (
            CFUNCTYPE(c_long, c_void_p)(self._initialise),
            CFUNCTYPE(c_long, c_void_p, c_void_p, c_ulonglong, c_ulonglong)(self._value),
            CFUNCTYPE(c_long, c_void_p, c_void_p, c_int)(self._state),
        )
        self._functions = (c_void_p * 11)()
        for place, function in zip((3, 9, 10), self._kept, strict=True):
            self._functions[place] = ctypes.cast(function, c_void_p)
        self._head = ctypes.cast(self._functions, POINTER(c_void_p))

    @property
    def pointer(self) -> int:
        return ctypes.addressof(self._head)

    def _initialise(self, this: int) -> int:
        self.calls.append(("HrInit", this == self.pointer))
        return 0

    def _value(self, _this: int, window: int, done: int, total: int) -> int:
        self.calls.append(("SetProgressValue", window, done, total))
        return 0

    def _state(self, _this: int, window: int, flags: int) -> int:
        self.calls.append(("SetProgressState", window, flags))
        return 0


def test_windows_taskbar_is_called_as_its_header_says(
    monkeypatch: pytest.MonkeyPatch, window: QWidget
) -> None:
    table = Table()
    monkeypatch.setattr("app.system.taskbar_list.taskbar_list", lambda: TaskbarList(table.pointer))
    progress = TaskbarProgress(window)
    progress.show([item(DownloadState.DOWNLOADING, 55)])
    progress.show([item(DownloadState.DONE, 100)])
    handle = int(window.winId())
    assert table.calls == [
        ("HrInit", True),
        ("SetProgressValue", handle, 55, 100),
        ("SetProgressState", handle, 0),
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="there it is one")
def test_elsewhere_there_is_no_such_taskbar() -> None:
    assert taskbar_list() is None
