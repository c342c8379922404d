"""What snapshots take on disk, as the user sees it; settings reach a running engine."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from app.engine.scripted import ScriptedEngine
from app.engine.segments import root_digest, split_segments
from app.engine.snapshots import DISK_SHARE, SnapshotStore, effective_cap
from app.services.core.events import RemovedForGood
from app.services.registry import Services
from tests.support.harness import PATIENCE, build

ROOT = root_digest("model")


def fill(folder: Path, chats: int) -> SnapshotStore:
    store = SnapshotStore(folder, 10**9)
    for chat in range(chats):
        (piece,) = split_segments([chat, 2, 3], ROOT)
        assert store.write(piece, [chat, 2, 3], b"state" * 100, 5)
    store.close()
    return store


def test_used_bytes_are_shown_and_cleared(tmp_path: Path) -> None:
    harness = build(tmp_path / "data")
    snapshots = harness.services.snapshots
    assert snapshots.used_bytes() == 0
    store = fill(tmp_path / "data" / "kv", 3)
    assert snapshots.used_bytes() == store.used_bytes() > 1_500
    assert snapshots.clear().result() == store.used_bytes()
    assert snapshots.used_bytes() == 0
    harness.services.close()


def test_a_running_engine_notices_that_its_snapshots_were_cleared(tmp_path: Path) -> None:
    harness = build(tmp_path / "data")
    store = fill(tmp_path / "data" / "kv", 1)
    (piece,) = split_segments([0, 2, 3], ROOT)
    assert store.has(piece)
    harness.services.snapshots.clear().result()
    assert not store.has(piece)  # so it is written again
    assert store.find([0, 2, 3], ROOT) == []
    assert store.used_bytes() == 0
    harness.services.close()


def kept_of(folder: Path, *chats: str) -> SnapshotStore:
    """A segment for each chat, as an engine writes them."""
    store = SnapshotStore(folder / "kv", 10**9)
    for chat in chats:
        tokens = list(chat.encode())
        pieces = split_segments(tokens, ROOT)
        store.admit(chat)
        assert store.own(chat, pieces)
        assert store.write(pieces[0], tokens, b"state" * 100, 5)
    store.close()
    return store


def is_kept(store: SnapshotStore, chat: str) -> bool:
    (piece,) = split_segments(list(chat.encode()), ROOT)
    return store.has(piece)


def until_gone(services: Services, store: SnapshotStore, chat: str) -> None:
    """The removal is heard of, and then done on the engine's thread."""
    late = time.monotonic() + PATIENCE
    while is_kept(store, chat) and time.monotonic() < late:
        services.executor.submit(lambda: None).result()
    assert not is_kept(store, chat)


@pytest.mark.parametrize("how", ["one", "trash", "message", "trashed message"])
def test_with_what_is_removed_for_good_goes_what_was_kept_of_it(tmp_path: Path, how: str) -> None:
    harness = build(tmp_path / "data")
    services = harness.services
    gone, _ = harness.ask("Gone")
    harness.ask("Gone too", gone)
    stays, _ = harness.ask("Stays")
    store = kept_of(tmp_path / "data", gone, stays)
    message = services.library.chats.branch(gone)[-2].message.id
    if how in {"one", "trash"}:
        services.library.trash.delete([gone])
    else:
        services.library.trash.delete_message(message).result()
    services.executor.submit(lambda: None).result()
    assert is_kept(store, gone)  # it may come back from the trash
    match how:
        case "one":
            services.library.trash.remove([gone]).result()
        case "message":
            services.library.trash.remove_message(message).result()
        case _:
            services.library.trash.empty().result()
    until_gone(services, store, gone)
    assert is_kept(store, stays)
    services.close()


def test_what_was_kept_of_chats_that_are_nowhere_goes_with_the_daily_round(tmp_path: Path) -> None:
    """Chats that another process removed, or that a backup does not have."""
    harness = build(tmp_path / "data")
    services = harness.services
    stays, _ = harness.ask("Stays")
    store = kept_of(tmp_path / "data", "f" * 32, stays)
    services.maintenance.start()
    harness.heard.wait_for(lambda event: isinstance(event, RemovedForGood))
    until_gone(services, store, "f" * 32)
    assert is_kept(store, stays)
    services.close()


def test_the_cap_is_what_was_set_and_less_on_a_small_disk() -> None:
    gib = 2**30
    assert effective_cap(8 * gib, 500 * gib, 0) == 8 * gib
    assert effective_cap(8 * gib, 10 * gib, 2 * gib) == int(12 * gib * DISK_SHARE)


def test_settings_reach_a_running_engine_at_once(tmp_path: Path) -> None:
    engine = ScriptedEngine()
    harness = build(tmp_path / "data", engine)
    harness.services.models.warm_up()
    harness.services.settings.update(kv_snapshot_gb=2.0)
    harness.services.settings.update(zoom=120)  # none of the engine's business
    harness.services.settings.update(kv_snapshots=False)
    harness.services.executor.submit(lambda: None).result()
    assert [options.snapshot_cap_bytes for options in engine.options] == [2 * 10**9] * 2
    assert engine.options[-1].snapshot_dir is None
    harness.services.close()
