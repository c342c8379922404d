"""What keeps the computer awake, as the window's events say, and when it may sleep again."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace

import pytest
from pytestqt.qtbot import QtBot

from app.domain.download import DownloadState
from app.services.core.events import DownloadChanged
from app.ui.core.operations import Operations
from app.ui.desktop.awake import KeepAwake
from tests.support.chatting import say
from tests.support.window import Open
from tests.ui.core.test_taskbar import item


class Blocker:
    def __init__(self) -> None:
        self.calls: list[str] = []

    def hold(self, reason: str) -> None:
        self.calls.append(reason)

    def release(self) -> None:
        self.calls.append("")


@pytest.fixture
def blocker(monkeypatch: pytest.MonkeyPatch) -> Blocker:
    one = Blocker()
    monkeypatch.setattr("app.ui.desktop.awake.sleep_blocker", lambda: one)
    return one


@pytest.fixture
def operations(qtbot: QtBot) -> Iterator[Operations]:
    made = Operations(lambda _error: None)
    yield made
    made.close()


def test_the_computer_is_awake_while_an_answer_is_written_and_no_longer(
    qtbot: QtBot, open_window: Open, blocker: Blocker
) -> None:
    opened = open_window()
    say(qtbot, opened, "Hello")
    qtbot.waitUntil(lambda: len(blocker.calls) == 2)
    assert blocker.calls == ["Phial is writing an answer", ""]


def test_two_downloads_keep_it_awake_until_both_stand_still(
    operations: Operations, blocker: Blocker
) -> None:
    awake = KeepAwake(operations, operations)
    first, second = (
        (item(DownloadState.DOWNLOADING), item(DownloadState.PAUSED)),
        (item(DownloadState.QUEUED), item(DownloadState.WAITING), item(DownloadState.DONE)),
    )
    second = tuple(replace(one, id="2" * 32) for one in second)
    for one in (first[0], *second[:2], first[1], second[2]):
        awake.on_event(DownloadChanged(one))
    assert blocker.calls == ["Phial is fetching a model", ""]


def test_where_a_desktop_is_asked_that_is_done_off_the_gui_thread(
    qtbot: QtBot, operations: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[str, bool]] = []

    def note(what: str) -> bool:
        asked.append((what, threading.current_thread() is threading.main_thread()))
        return True

    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nowhere")
    monkeypatch.setattr("app.ui.desktop.awake.sleep_blocker", lambda: None)
    monkeypatch.setattr("app.ui.desktop.inhibitor.forbid_sleep", lambda _who, why: note(why))
    monkeypatch.setattr("app.ui.desktop.inhibitor.allow_sleep", lambda: note("over"))
    awake = KeepAwake(operations, operations)
    awake.on_event(DownloadChanged(item(DownloadState.DOWNLOADING)))
    awake.on_event(DownloadChanged(item(DownloadState.DONE)))
    qtbot.waitUntil(lambda: len(asked) == 2)
    assert asked == [("Phial is fetching a model", False), ("over", False)]
