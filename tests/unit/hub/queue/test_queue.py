"""Several downloads, and what is left of them after a restart."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.domain.download import DownloadItem, DownloadState, UnsafeNameError
from app.domain.errors import NotFoundError
from app.hub.api.client import HubClient
from app.hub.download.rate_limit import RetryPolicy
from app.hub.local.installed_models import InstalledModels
from app.hub.queue.download_queue import DownloadQueue
from tests.support.hub_kit import FILE, REPO, Kit, gguf


class Watch:
    """Collects what the queue tells and waits for what is expected."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.seen: list[DownloadItem] = []

    def __call__(self, item: DownloadItem) -> None:
        with self._changed:
            self.seen.append(item)
            self._changed.notify_all()

    def until(self, condition: Callable[[DownloadItem], bool]) -> DownloadItem:
        with self._changed:
            for _ in range(1000):  # a server that went silent tells nothing: look again
                found = next((item for item in self.seen if condition(item)), None)
                if found is not None:
                    return found
                self._changed.wait(0.02)
        raise AssertionError([item.state for item in self.seen])

    def state(self, item: DownloadItem, state: DownloadState) -> DownloadItem:
        return self.until(lambda one: one.id == item.id and one.state is state)


@contextmanager
def running(kit: Kit) -> Iterator[tuple[DownloadQueue, Watch]]:
    watch = Watch()
    queue = kit.queue(on_change=watch)
    try:
        yield queue, watch
    finally:
        queue.close()


def on_disk(kit: Kit) -> int:
    """Bytes of unfinished files."""
    return sum(path.stat().st_size for path in kit.folder.rglob("*.part"))


def library(kit: Kit) -> InstalledModels:
    return InstalledModels(kit.folder / "library.json")


def test_a_finished_download_is_an_installed_model(kit: Kit, content: bytes) -> None:
    with running(kit) as (queue, watch):
        done = watch.state(queue.add(REPO, (FILE,)), DownloadState.DONE)
    assert done.done == done.total == len(content)
    assert done.files == (kit.folder / "models" / "acme--phi-4-GGUF" / FILE,)
    (model,) = library(kit).models()
    assert model.sha256 == (hashlib.sha256(content).hexdigest(),) == done.sha256
    assert (model.name, model.quantization, model.repository) == ("Phi-4", "Q4_K_M", REPO)
    assert model.owned
    assert model.verified
    assert model.context_length == 16_384


def test_downloads_run_one_after_the_other_in_order(kit: Kit) -> None:
    for name in ("a.gguf", "b.gguf", "c.gguf"):
        kit.hub.repos[REPO].files[name] = gguf(name.encode() * 1000, name=name)
    with running(kit) as (queue, watch):
        items = [queue.add(REPO, (name,)) for name in ("a.gguf", "b.gguf", "c.gguf")]
        for item in items:
            watch.state(item, DownloadState.DONE)
    order = [item.id for item in watch.seen if item.state is DownloadState.DONE]
    assert order == [item.id for item in items]
    assert len(library(kit).models()) == 3


def test_the_same_model_asked_for_twice_is_one_download(kit: Kit) -> None:
    kit.hub.faults.slow_bytes, kit.hub.faults.slow_seconds = 50_000, 0.02
    with running(kit) as (queue, watch):
        first = queue.add(REPO, (FILE,))
        watch.state(first, DownloadState.DOWNLOADING)
        assert queue.add(REPO, (FILE,)).id == first.id
        watch.state(first, DownloadState.DONE)
        assert len(queue.items()) == 1


def test_parts_of_a_split_model_are_one_download_with_one_progress(kit: Kit) -> None:
    paths = ("Q8_0/m-Q8_0-00001-of-00002.gguf", "Q8_0/m-Q8_0-00002-of-00002.gguf")
    for path in paths:
        kit.hub.repos[REPO].files[path] = gguf(path.encode() * 3000)
    with running(kit) as (queue, watch):
        done = watch.state(queue.add(REPO, paths), DownloadState.DONE)
    assert done.name == "m-Q8_0.gguf"
    counts = [item.done for item in watch.seen if item.state is DownloadState.VERIFYING]
    assert counts == sorted(counts)
    (model,) = library(kit).models()
    assert [path.name for path in model.paths] == [path.split("/")[1] for path in paths]
    assert model.size == done.total == sum(path.stat().st_size for path in model.paths)


def test_after_a_restart_nothing_runs_until_the_user_says_so(kit: Kit, content: bytes) -> None:
    kit.stall_seconds = 30
    kit.hub.faults.stall_after = [300_000]
    with running(kit) as (queue, watch):
        item = queue.add(REPO, (FILE,))
        watch.until(lambda _: on_disk(kit) >= 300_000)
    before = len(kit.hub.requests)
    with running(kit) as (queue, watch):
        (left,) = queue.items()
        assert left.state is DownloadState.PAUSED
        assert len(kit.hub.requests) == before
        queue.resume(item.id)
        watch.state(item, DownloadState.DONE)
    assert kit.hub.sent == len(content)


def test_pause_and_resume(kit: Kit, content: bytes) -> None:
    kit.stall_seconds = 30
    kit.hub.faults.stall_after = [200_000]
    with running(kit) as (queue, watch):
        item = queue.add(REPO, (FILE,))
        watch.until(lambda _: on_disk(kit) >= 200_000)
        queue.pause(item.id)
        watch.state(item, DownloadState.PAUSED)
        queue.resume(item.id)
        watch.state(item, DownloadState.DONE)
    assert kit.hub.sent == len(content)


@pytest.mark.parametrize("running_when_cancelled", [True, False])
@pytest.mark.parametrize("keep_part", [True, False])
def test_cancel_keeps_or_deletes_the_part_as_asked(
    kit: Kit, keep_part: bool, running_when_cancelled: bool
) -> None:
    kit.stall_seconds = 30
    kit.hub.faults.stall_after = [200_000]
    with running(kit) as (queue, watch):
        item = queue.add(REPO, (FILE,))
        watch.until(lambda _: on_disk(kit) >= 200_000)
        if not running_when_cancelled:
            queue.pause(item.id)
            watch.state(item, DownloadState.PAUSED)
        queue.cancel(item.id, keep_part=keep_part)
        watch.state(item, DownloadState.CANCELLED)
        assert bool(list(kit.folder.rglob("*.part"))) is keep_part
        assert bool(list(kit.folder.rglob("*.journal"))) is keep_part
        queue.clear(item.id)
        assert queue.items() == ()
    assert library(kit).models() == ()


def test_cancel_of_a_split_model_deletes_the_parts_that_were_finished(kit: Kit) -> None:
    paths = ("m-00001-of-00002.gguf", "m-00002-of-00002.gguf")
    for path in paths:
        kit.hub.repos[REPO].files[path] = gguf(path.encode() * 3000)
    kit.stall_seconds = 30
    kit.hub.faults.stall_after = [10**9, 1000]
    with running(kit) as (queue, watch):
        item = queue.add(REPO, paths)
        watch.until(lambda _: len(kit.hub.of_bytes()) == 2)
        assert list(kit.folder.rglob(paths[0]))
        queue.cancel(item.id, keep_part=False)
        watch.state(item, DownloadState.CANCELLED)
    assert not list(kit.folder.rglob("*.gguf*"))


def test_cancel_while_the_hub_is_asked_deletes_what_an_earlier_try_left(kit: Kit) -> None:
    kit.stall_seconds = 30
    kit.hub.faults.stall_after = [200_000]
    with running(kit) as (queue, watch):
        queue.add(REPO, (FILE,))
        watch.until(lambda _: on_disk(kit) >= 200_000)
    kit.policy = RetryPolicy(first=60)
    kit.hub.faults.api_answers = [(503, {})]
    with running(kit) as (queue, watch):
        item = queue.resume(queue.items()[0].id)
        watch.state(item, DownloadState.WAITING)
        queue.cancel(item.id, keep_part=False)
        assert watch.state(item, DownloadState.CANCELLED).done == 0
    assert not list(kit.folder.rglob("*.part*"))


@pytest.mark.warns("could not be kept")
def test_a_list_that_cannot_be_kept_ends_no_download(kit: Kit, content: bytes) -> None:
    (kit.folder / "queue.json.new").mkdir()  # as a full disk would: the list cannot be written
    with running(kit) as (queue, watch):
        done = watch.state(queue.add(REPO, (FILE,)), DownloadState.DONE)
    assert done.files[0].read_bytes() == content
    assert not (kit.folder / "queue.json").exists()


@pytest.mark.parametrize(
    ("fault", "told"),
    [(OSError(5, "I/O error"), "the disk did not"), (ZeroDivisionError(), "mistake")],
)
def test_whatever_goes_wrong_is_told_and_the_next_download_runs(
    kit: Kit, monkeypatch: pytest.MonkeyPatch, fault: Exception, told: str
) -> None:
    broken = [fault]
    pin = HubClient.pin

    def fail_once(self: HubClient, *asked: object) -> object:
        if broken:
            raise broken.pop()
        return pin(self, *asked)  # type: ignore[arg-type]

    monkeypatch.setattr(HubClient, "pin", fail_once)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)  # the log is told of ours
    with running(kit) as (queue, watch):
        item = queue.add(REPO, (FILE,))
        assert told in watch.state(item, DownloadState.FAILED).error
        queue.resume(item.id)
        watch.state(item, DownloadState.DONE)


def test_a_file_of_the_users_in_the_way_is_left_alone(kit: Kit, content: bytes) -> None:
    mine = kit.folder / "models" / "acme--phi-4-GGUF" / FILE
    mine.parent.mkdir(parents=True)
    mine.write_bytes(b"mine")
    with running(kit) as (queue, watch):
        done = watch.state(queue.add(REPO, (FILE,)), DownloadState.DONE)
    assert mine.read_bytes() == b"mine"
    assert done.files[0].parent.name == "acme--phi-4-GGUF@cccccccc"
    assert done.files[0].read_bytes() == content


def test_a_failed_download_says_why_and_can_be_tried_again(kit: Kit) -> None:
    kit.hub.faults.flip_at = 1000
    with running(kit) as (queue, watch):
        item = queue.add(REPO, (FILE,))
        failed = watch.state(item, DownloadState.FAILED)
        assert "SHA-256" in failed.error
        kit.hub.faults.flip_at = None
        queue.resume(item.id)
        assert watch.state(item, DownloadState.DONE).error == ""


def test_questions_before_a_download_are_asked_again_when_the_hub_is_busy(kit: Kit) -> None:
    kit.hub.faults.api_answers = [(503, {}), (429, {"Retry-After": "0"})]
    with running(kit) as (queue, watch):
        item = queue.add(REPO, (FILE,))
        watch.state(item, DownloadState.WAITING)
        watch.state(item, DownloadState.DONE)


def test_going_offline_pauses_and_says_so(kit: Kit) -> None:
    kit.stall_seconds = 30
    kit.hub.faults.stall_after = [200_000]
    with running(kit) as (queue, watch):
        item = queue.add(REPO, (FILE,))
        watch.until(lambda _: on_disk(kit) >= 200_000)
        kit.gate.set_offline(True)
        assert "Offline" in watch.state(item, DownloadState.PAUSED).error


def test_a_file_that_is_no_model_is_listed_so_that_it_can_be_removed(kit: Kit) -> None:
    kit.hub.repos[REPO].files["junk.gguf"] = b"not a model" * 100
    with running(kit) as (queue, watch):
        failed = watch.state(queue.add(REPO, ("junk.gguf",)), DownloadState.FAILED)
    assert "GGUF" in failed.error
    (model,) = library(kit).models()
    assert library(kit).remove(model.path) == 1100


def test_all_parts_must_find_room_before_the_first_is_fetched(kit: Kit) -> None:
    paths = ("m-00001-of-00002.gguf", "m-00002-of-00002.gguf")
    for path in paths:
        kit.hub.repos[REPO].files[path] = gguf(b"x" * 50_000)
    kit.free = 60_000
    with running(kit) as (queue, watch):
        failed = watch.state(queue.add(REPO, paths), DownloadState.FAILED)
    assert "needs" in failed.error
    assert kit.hub.of_bytes() == []


def test_unsafe_and_unknown_names_are_refused(kit: Kit) -> None:
    with running(kit) as (queue, _):
        with pytest.raises(UnsafeNameError):
            queue.add(REPO, ("../x.gguf",))
        with pytest.raises(UnsafeNameError):
            queue.add("../x", (FILE,))
        with pytest.raises(NotFoundError):
            queue.pause("nothing")


@pytest.mark.parametrize("text", ["", "{}", "[]", "not json", '{"format": 1, "downloads": [{}]}'])
def test_a_damaged_list_counts_as_empty(kit: Kit, text: str) -> None:
    (kit.folder / "queue.json").write_text(text)
    with running(kit) as (queue, _):
        assert queue.items() == ()


def test_closing_an_idle_queue_is_quick_and_can_be_repeated(kit: Kit) -> None:
    queue = kit.queue()
    queue.close()
    queue.close()


def test_paths_are_kept_as_they_were(kit: Kit) -> None:
    with running(kit) as (queue, watch):
        done = watch.state(queue.add(REPO, (FILE,), "main"), DownloadState.DONE)
    with running(kit) as (queue, _):
        (again,) = queue.items()
        assert (again.paths, again.revision, again.files) == ((FILE,), "main", done.files)
        assert all(isinstance(path, Path) for path in again.files)
