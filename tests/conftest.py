"""What every test stands on: a home of its own, no network, no display, nothing left behind."""

from __future__ import annotations

import gc
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.system.isolation.network_guard import NetworkGuard

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PHIAL_LANGUAGE"] = "en"  # whatever this machine speaks, in what tests start too


def pytest_collection_finish() -> None:
    """The collector need not look at what was collected again after each test: half a million."""
    gc.collect()
    gc.freeze()


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


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what opens the main window or starts the program: most of the suite's time is theirs."""
    folders = ("tests/scenarios/", "tests/e2e/")
    for item in items:
        if "open_window" in getattr(item, "fixturenames", ()) or item.nodeid.startswith(folders):
            item.add_marker("whole")


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """So has a module that skips itself while it is collected."""
    report = yield
    if report.skipped and os.environ.get("CI") and sys.platform == "linux":
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} skips itself, and CI skips nothing: {report.longrepr}"
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


@pytest.fixture(autouse=True)
def nothing_left_open() -> Iterator[None]:
    """Close the menu or modal dialog that a test leaves open: it has the mouse of all others.

    So has a button that stays pressed: Qt gives no later press a widget to move over, and the
    drags of whatever test this process runs next go nowhere.
    """
    yield
    widgets = sys.modules.get("PySide6.QtWidgets")
    if widgets is None or widgets.QApplication.instance() is None:
        return
    of_all = widgets.QApplication
    for left in (of_all.activePopupWidget(), of_all.activeModalWidget()):
        if left is not None:
            left.close()
    for button in of_all.mouseButtons():
        sys.modules["PySide6.QtTest"].QTest.mouseRelease(widgets.QWidget(), button)


LLAMA = "app.engine.llama.backend"  # what llama.cpp itself says of a file is no warning of ours


class _Kept(logging.Handler):
    """Keeps what is worth a look: warnings and worse of the program's own loggers.

    What the offscreen platform says that it cannot do is nothing of the program's, although
    `app.ui.application` logs what Qt says.
    """

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        of_platform = record.getMessage().startswith("Qt: This plugin does not support")
        if record.name.split(".")[0] == "app" and not of_platform:
            self.records.append(record)


@pytest.fixture(autouse=True)
def nothing_to_worry_about_in_the_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fails the test in which the program warned, unless the test says which warning it makes.

    ``@pytest.mark.warns("part of the message", …)`` names them; each must come. Where some of
    a test's cases warn and others do not, ``may_warn`` names what may come.
    """
    kept = _Kept()
    root = logging.getLogger()
    root.addHandler(kept)
    yield
    root.removeHandler(kept)
    expected = [text for mark in request.node.iter_markers("warns") for text in mark.args]
    messages = [record.getMessage() for record in kept.records]
    allowed = [text for mark in request.node.iter_markers("may_warn") for text in mark.args]
    known = (*expected, *allowed)
    ours = [r.getMessage() for r in kept.records if r.name != LLAMA]
    surprising = [one for one in ours if not any(text in one for text in known)]
    assert not surprising, f"the log has warnings: {surprising}"
    silent = [text for text in expected if not any(text in one for one in messages)]
    assert not silent, f"warnings that did not come: {silent}"


@pytest.fixture(autouse=True)
def no_connection_beyond_this_machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Refuses any socket to another machine, and the look-up of any other name."""
    tried: list[str] = []
    connect, connect_ex = socket.socket.connect, socket.socket.connect_ex
    look_up = socket.getaddrinfo

    def refuse(host: object) -> None:
        name = host.decode() if isinstance(host, bytes) else str(host or "")
        if not _is_here(name):
            tried.append(name)  # whoever catches the error does not hide it
            raise OSError(f"A test may not reach {name}.")

    def only_here(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse(address[0])
        connect(self, address)

    def only_here_ex(self: socket.socket, address: Any) -> int:
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse(address[0])
        return connect_ex(self, address)

    def look_up_here(host: Any, *arguments: Any, **named: Any) -> Any:
        refuse(host)
        return look_up(host, *arguments, **named)

    monkeypatch.setattr(socket.socket, "connect", only_here)
    monkeypatch.setattr(socket.socket, "connect_ex", only_here_ex)
    monkeypatch.setattr(socket, "getaddrinfo", look_up_here)
    yield
    assert not tried, f"reached for other machines: {tried}"


@pytest.fixture(autouse=True)
def no_audit_hook_that_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook cannot be taken out again, so a program that a test runs in this process sets none.

    Programs in processes of their own have it, as those of tests/unit/system/isolation do.
    """
    monkeypatch.setattr(NetworkGuard, "install", lambda guard: setattr(guard, "installed", True))


def _is_here(host: str) -> bool:
    return host in {"", "localhost", "::1", "0.0.0.0"} or host.startswith("127.")
