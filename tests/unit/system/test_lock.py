"""The channel of the running copy: nobody else can take its name first, or answer under it."""

from __future__ import annotations

import os
import socket
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from app.system.instance_lock import InstanceLock

posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes of Windows are no files")


@pytest.fixture(autouse=True)
def no_runtime_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)


@pytest.fixture
def short() -> Iterator[Callable[[], Path]]:
    """Makes folders whose paths a socket's fits behind."""
    with ExitStack() as undo:
        yield lambda: Path(undo.enter_context(tempfile.TemporaryDirectory(dir="/tmp")))


def test_one_copy_holds_the_lock_and_the_next_may_after_it(tmp_path: Path) -> None:
    with InstanceLock(tmp_path) as first, InstanceLock(tmp_path) as second:
        assert first.acquire()
        assert not second.acquire()
        first.release()
        assert second.acquire()


@posix
def test_the_channel_lies_in_a_folder_of_the_users_alone(
    short: Callable[[], Path],
) -> None:
    data = short()
    with InstanceLock(data) as lock:
        assert lock.acquire()
        channel = Path(lock.channel)
    assert channel.parent == data / "instance"
    assert stat.S_IMODE(channel.parent.stat().st_mode) == 0o700


@posix
def test_the_runtime_folder_is_used_where_it_is_private(
    tmp_path: Path, short: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    runtime = short()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    with InstanceLock(tmp_path) as lock:
        assert lock.acquire()
        assert Path(lock.channel).parent == runtime
    runtime.chmod(0o755)
    with InstanceLock(tmp_path) as lock:
        assert lock.acquire()
        assert Path(lock.channel).parent != runtime


@posix
@pytest.mark.parametrize("how", ["open to others", "a link", "a file"])
def test_a_folder_that_others_reach_is_not_used_and_the_name_cannot_be_guessed(
    how: str, short: Callable[[], Path]
) -> None:
    data = short()
    match how:
        case "open to others":
            (data / "instance").mkdir()
            (data / "instance").chmod(0o777)
        case "a link":
            (data / "instance").symlink_to(short())
        case "a file":
            (data / "instance").touch()
    names = set()
    for _ in range(2):
        with InstanceLock(data) as lock:
            assert lock.acquire()
            names.add(lock.channel)
    assert len(names) == 2
    assert all(len(name) > 32 and "/" not in name for name in names)


@posix
def test_a_path_too_long_for_a_socket_gets_a_name_that_cannot_be_guessed(tmp_path: Path) -> None:
    data = tmp_path / ("d" * 100)
    data.mkdir()
    with InstanceLock(data) as lock:
        assert lock.acquire()
        assert "/" not in lock.channel


@posix
def test_the_name_is_the_users_to_read_and_no_link_is_followed(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    data = tmp_path / "data"
    data.mkdir()
    (data / "instance.channel").symlink_to(victim)
    with InstanceLock(data) as lock:
        assert lock.acquire()
    assert victim.read_text() == "precious"
    assert stat.S_IMODE((data / "instance.channel").stat().st_mode) == 0o600


@posix
def test_a_second_start_trusts_only_a_socket_of_its_own_user(
    short: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    data = short()
    with InstanceLock(data) as first, socket.socket(socket.AF_UNIX) as opened:
        assert first.acquire()
        second = InstanceLock(data)
        assert second.channel == ""  # nobody listens yet
        opened.bind(first.channel)
        assert second.channel == first.channel
        other = os.getuid() + 1
        monkeypatch.setattr(os, "getuid", lambda: other)
        assert second.channel == ""


def test_without_a_running_copy_there_is_no_channel(tmp_path: Path) -> None:
    assert InstanceLock(tmp_path).channel == ""
    (tmp_path / "instance.channel").write_bytes(b"\xff\xfe")
    assert InstanceLock(tmp_path).channel == ""


@pytest.mark.warns("No lock can be held")
def test_where_no_lock_can_be_made_any_number_may_read(tmp_path: Path) -> None:
    (tmp_path / "instance.lock").mkdir()
    assert InstanceLock(tmp_path).acquire()
    assert InstanceLock(tmp_path).acquire()


@pytest.mark.warns("No channel can be named")
def test_where_no_channel_can_be_named_the_lock_is_held_all_the_same(tmp_path: Path) -> None:
    (tmp_path / "instance.channel").mkdir()
    with InstanceLock(tmp_path) as first, InstanceLock(tmp_path) as second:
        assert first.acquire()
        assert not second.acquire()
        assert first.channel == ""
