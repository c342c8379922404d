"""Full disks, read-only folders, kill -9, two processes, pause."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from app.domain.download import (
    AlreadyDownloadingError,
    DownloadState,
    ModelFolderError,
    RemoteFile,
)
from app.domain.errors import DiskFullError
from app.system import reserve
from tests.support.faults import CONTENT, HASH, Row, note, nothing_usable, right_file
from tests.support.hub_kit import CHUNK, Kit


def test_a_full_disk_is_told_before_the_first_byte(kit: Kit, table: list[Row]) -> None:
    kit.free = len(CONTENT) - 1
    with pytest.raises(DiskFullError, match="needs"):
        kit.fetch()
    assert kit.hub.of_bytes() == []
    note(table, kit, "disk too small", "DiskFullError before the first byte")


@pytest.mark.skipif(sys.platform == "win32", reason="file size limits are Unix")
def test_a_disk_that_fills_in_the_middle_keeps_every_byte_that_found_room(
    kit: Kit, table: list[Row]
) -> None:
    import resource

    room = 700_001
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    file = kit.pin()
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        with pytest.raises(DiskFullError, match="full"):
            kit.fetch(file)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    nothing_usable(kit)
    assert kit.fetch(file).fetched == len(CONTENT) - room
    right_file(kit)
    note(table, kit, "disk full in the middle", "DiskFullError, then right file")


def test_a_disk_that_others_fill_stops_the_download(kit: Kit, table: list[Row]) -> None:
    kit.hub.faults.slow_bytes, kit.hub.faults.slow_seconds = 100_000, 0.05
    kit.spare = 20_000

    def shrink(progress: object) -> None:
        kit.free = 10_000

    file = kit.pin()
    with pytest.raises(DiskFullError, match="something else"):
        kit.downloader().fetch(file, kit.target, kit.control(), shrink)
    nothing_usable(kit)
    assert kit.part.exists()
    note(table, kit, "disk filled by others meanwhile", "DiskFullError, part kept")


@pytest.mark.skipif(sys.platform == "win32", reason="Unix permissions")
def test_a_read_only_folder_is_told(kit: Kit, table: list[Row]) -> None:
    file = kit.pin()
    with tempfile.TemporaryDirectory() as folder:
        kit.folder = Path(folder)
        kit.target.parent.mkdir()
        kit.target.parent.chmod(0o555)
        kit.folder.chmod(0o755)
        root = os.geteuid() == 0
        if root:
            os.seteuid(65534)  # root may write everywhere, nobody may not
        try:
            with pytest.raises(ModelFolderError):
                kit.fetch(file)
        finally:
            if root:
                os.seteuid(0)
            kit.target.parent.chmod(0o755)
    assert kit.hub.of_bytes() == []
    note(table, kit, "folder read-only", "ModelFolderError")


def test_a_folder_that_is_a_file_is_told(kit: Kit, table: list[Row]) -> None:
    kit.target.parent.write_text("not a folder")
    with pytest.raises(ModelFolderError):
        kit.fetch()
    assert kit.hub.of_bytes() == []
    note(table, kit, "folder cannot be made", "ModelFolderError")


# Without huggingface_hub, whose import takes longer than the download.
CHILD = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
from app.domain.download import RemoteFile
from app.hub.download.control import DownloadControl
from app.hub.download.downloader import Downloader
from app.hub.download.environment import DownloadEnvironment
from app.network.gate import NetworkGate
from app.hub.network.transport import Transport
gate = NetworkGate()
transport = Transport(gate, headers=lambda token: {{}})
downloader = Downloader(transport, gate, address=lambda file: {address!r}, token=lambda: None,
                        tools=DownloadEnvironment(chunk={chunk}, spare=0))
file = RemoteFile(*{file!r})
result = downloader.fetch(file, Path({target!r}), DownloadControl(), lambda p: None)
print(result.state, result.sha256, flush=True)
"""


def child(kit: Kit, file: RemoteFile) -> subprocess.Popen[str]:
    """A real process that downloads."""
    code = CHILD.format(
        root=str(Path(__file__).parents[3]),
        address=kit.client.address(file),
        chunk=CHUNK,
        file=(file.repository, file.path, file.size, file.sha256, file.commit),
        target=str(kit.target),
    )
    return subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def on_disk(kit: Kit) -> int:
    return kit.part.stat().st_size if kit.part.exists() else 0


def kill_round(kit: Kit, file: RemoteFile, killed_at: int) -> int:
    """Kill a downloading process, let another finish; bytes that were here and came again."""
    kit.hub.faults.slow_bytes, kit.hub.faults.slow_seconds = 20_000, 0.002
    first = child(kit, file)
    while on_disk(kit) < killed_at and first.poll() is None:
        threading.Event().wait(0.001)
    first.kill()
    first.communicate()
    had, before = on_disk(kit), len(kit.hub.of_bytes())
    kit.hub.faults.slow_bytes = 0
    second = child(kit, file)
    out, err = second.communicate(timeout=60)
    assert f"done {HASH}" in out, err
    right_file(kit)
    kit.target.unlink()
    again = kit.hub.of_bytes()[before:]
    start = again[0].headers.get("range", "bytes=0-") if again else f"bytes={had}-"
    return had - int(start.removeprefix("bytes=").rstrip("-"))


def test_killed_at_random_moments_the_file_is_right_and_little_is_fetched_twice(
    kit: Kit, table: list[Row]
) -> None:
    rounds = int(os.environ.get("PHIAL_KILL_ROUNDS", "4"))
    file, chance = kit.pin(), random.Random()
    lost = [kill_round(kit, file, chance.randrange(len(CONTENT))) for _ in range(rounds)]
    assert max(lost) <= CHUNK
    table.append(
        Row("kill -9 at random moments", rounds, "right file", len(kit.hub.of_bytes()), max(lost))
    )


def test_a_second_process_leaves_the_first_one_alone(kit: Kit, table: list[Row]) -> None:
    file = kit.pin()
    kit.hub.faults.slow_bytes, kit.hub.faults.slow_seconds = 50_000, 0.05
    first = child(kit, file)
    while kit.hub.sent == 0:
        assert first.poll() is None
        threading.Event().wait(0.01)
    with pytest.raises(AlreadyDownloadingError):
        kit.fetch(file)
    out, err = first.communicate(timeout=60)
    assert f"done {HASH}" in out, err
    assert kit.fetch(file).fetched == 0  # it is there: hashed, not fetched
    assert kit.hub.sent == len(CONTENT)
    note(table, kit, "two processes, one file", "second told, right file once")


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait at most ten seconds for something another thread does."""
    for _ in range(1000):
        if condition():
            return
        threading.Event().wait(0.01)
    raise AssertionError("it did not happen")


def test_pause_interrupts_a_silent_connection_and_resume_goes_on(
    kit: Kit, table: list[Row]
) -> None:
    kit.stall_seconds = 30
    kit.hub.faults.stall_after = [700_000]
    file, control = kit.pin(), kit.control()
    results: list[DownloadState] = []
    thread = threading.Thread(target=lambda: results.append(kit.fetch(file, control).state))
    thread.start()
    wait_for(lambda: kit.part.exists() and kit.part.stat().st_size == 700_000)
    control.pause()
    thread.join(5)
    assert results == [DownloadState.PAUSED]
    assert kit.fetch(file).fetched == len(CONTENT) - 700_000
    right_file(kit)
    note(table, kit, "pause during a stall, resume", "right file")


@pytest.mark.skipif(sys.platform != "linux", reason="st_blocks shows it on Linux")
def test_room_is_reserved_while_it_runs_and_given_back_when_it_stops(
    kit: Kit, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Where the tests' folder is in memory, room could be reserved and is not: see below.
    monkeypatch.setattr(reserve, "_in_memory", lambda _libc, _handle: False)
    kit.stall_seconds = 30
    kit.hub.faults.stall_after = [100_000]
    file, control = kit.pin(), kit.control()
    thread = threading.Thread(target=kit.fetch, args=(file, control))
    thread.start()
    wait_for(lambda: on_disk(kit) == 100_000)
    reserved = kit.part.stat().st_blocks * 512
    control.pause()
    thread.join()
    assert reserved >= file.size
    assert kit.part.stat().st_size == 100_000
    assert kit.part.stat().st_blocks * 512 < 200_000


@pytest.mark.skipif(sys.platform != "linux", reason="/dev/shm is Linux's")
def test_no_room_is_reserved_where_files_live_in_memory() -> None:
    with tempfile.TemporaryFile(dir="/dev/shm") as file:
        assert not reserve.reserve_space(file.fileno(), 1 << 20)
        assert os.fstat(file.fileno()).st_blocks == 0
