"""An import is taken back in one step, wherever it ended; large ones hold little in memory."""

from __future__ import annotations

import json
import threading
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from app.domain.errors import DiskFullError
from app.markup.transfer.values import Chat
from app.services.transfer.import_preview import ImportReport, ImportStatus
from app.services.transfer.import_record import ImportRecord
from app.services.transfer.transfer_service import LARGE
from tests.support.harness import Harness, build


@pytest.fixture
def harness(tmp_path: Path) -> Iterator[Harness]:
    made = build(tmp_path / "data")
    yield made
    made.services.close()


def chats(path: Path, count: int, text: str = "hi") -> Path:
    """A file of OpenAI's lines."""
    rows = ({"messages": [{"role": "user", "content": f"{n} {text}"}]} for n in range(count))
    with path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(row) + "\n" for row in rows)
    return path


def imported(harness: Harness, path: Path, stop_at: int | None = None) -> ImportReport:
    transfer = harness.services.transfer
    stop = threading.Event()

    def progress(done: int, _total: int) -> None:
        if done == stop_at:
            stop.set()

    return transfer.import_chats(transfer.preview_import(path), cancel=stop, progress=progress)


def count(harness: Harness) -> tuple[int, int]:
    """Chats that are listed, and chats in the trash."""
    library = harness.services.library
    library.chats.get(harness.ask("flush")[0])  # every write before has ended
    listed = [c for c in library.chats.conversations() if not c.title.startswith("flush")]
    return len(listed), len(library.trash.chats())


def test_an_import_is_taken_back_and_can_be_done_again(harness: Harness, tmp_path: Path) -> None:
    file = chats(tmp_path / "a.jsonl", 5)
    transfer = harness.services.transfer
    assert transfer.undoable() == 0
    assert len(imported(harness, file).imported) == 5
    assert transfer.undoable() == 5
    done = transfer.undo_import()
    assert (done.removed, done.trashed) == (5, 0)
    assert count(harness) == (0, 0)
    assert transfer.undoable() == 0
    assert {item.status for item in transfer.preview_import(file).items} == {ImportStatus.NEW}


def test_an_import_that_was_stopped_says_how_far_it_came_and_is_taken_back(
    harness: Harness, tmp_path: Path
) -> None:
    report = imported(harness, chats(tmp_path / "a.jsonl", 5), stop_at=2)
    assert (report.cancelled, len(report.imported), report.wanted) == (True, 2, 5)
    assert harness.services.transfer.undo_import().removed == 2
    assert count(harness) == (0, 0)


def test_an_import_that_failed_in_the_middle_is_taken_back(
    harness: Harness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    add, added = ImportRecord.add, []

    def full(record: ImportRecord, some: Sequence[Chat]) -> None:
        if added:
            raise DiskFullError("The disk is full.")
        added.extend(some)
        add(record, some)

    monkeypatch.setattr(ImportRecord, "add", full)
    with pytest.raises(DiskFullError):
        imported(harness, chats(tmp_path / "a.jsonl", 300))
    assert harness.services.transfer.undo_import().removed == len(added) == 200
    assert count(harness) == (0, 0)


def test_many_chats_are_stored_in_few_transactions_and_the_note_of_them_with_them(
    harness: Harness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What a kill leaves is what the disk holds after a commit: never a chat that is not noted.
    seen: list[tuple[int, int]] = []
    add = ImportRecord.add

    def watched(record: ImportRecord, some: Sequence[Chat]) -> None:
        add(record, some)
        seen.append((len(harness.services.library.chats.conversations()), len(record.chats())))

    monkeypatch.setattr(ImportRecord, "add", watched)
    imported(harness, chats(tmp_path / "a.jsonl", 500))
    assert seen == [(200, 200), (400, 400), (500, 500)]
    seen.clear()
    imported(harness, chats(tmp_path / "long.jsonl", 6, "x" * 1_500_000))
    assert [noted for _, noted in seen] == [3, 6]  # as much text as may be held


def test_one_chat_that_will_not_go_in_does_not_keep_the_others_out(
    harness: Harness, tmp_path: Path
) -> None:
    def message(key: str, text: str) -> dict[str, object]:
        return {"uuid": key, "sender": "human", "text": text}

    rows = [{"uuid": str(n), "name": str(n), "chat_messages": [message("a", "q")]} for n in "123"]
    (tmp_path / "c.json").write_text(json.dumps(rows))
    transfer = harness.services.transfer
    preview = transfer.preview_import(tmp_path / "c.json")
    transfer.import_chats(preview, [1])  # what was looked through as new is there meanwhile
    report = transfer.import_chats(preview)
    assert (len(report.imported), report.failed) == (3, ())
    assert count(harness) == (4, 0)


def test_what_was_changed_since_goes_to_the_trash_and_nothing_else_is_touched(
    harness: Harness, tmp_path: Path
) -> None:
    own, _ = harness.ask("mine")
    report = imported(harness, chats(tmp_path / "a.jsonl", 4))
    library = harness.services.library
    library.rename(report.imported[0], "A name").result()
    library.set_draft(report.imported[1], "half a thought")
    library.set_pinned(report.imported[2], True).result()
    done = harness.services.transfer.undo_import()
    assert (done.removed, done.trashed) == (1, 3)
    library.set_pinned(own, False).result()
    assert {chat.id for chat in library.trash.chats()} == set(report.imported[:3])
    assert library.chats.get(own).deleted_at is None


def test_only_the_last_import_is_taken_back(harness: Harness, tmp_path: Path) -> None:
    imported(harness, chats(tmp_path / "a.jsonl", 2, "first"))
    imported(harness, chats(tmp_path / "b.jsonl", 3, "second"))
    assert harness.services.transfer.undo_import().removed == 3
    assert count(harness) == (2, 0)


def test_a_backup_comes_before_a_large_import_and_not_before_a_small_one(
    harness: Harness, tmp_path: Path
) -> None:
    imported(harness, chats(tmp_path / "a.jsonl", LARGE - 1, "small"))
    reasons = [backup.reason for backup in harness.services.maintenance.backups()]
    assert "before-import" not in reasons
    imported(harness, chats(tmp_path / "b.jsonl", LARGE, "large"))
    reasons = [backup.reason for backup in harness.services.maintenance.backups()]
    assert reasons.count("before-import") == 1


def test_a_file_that_changed_after_it_was_looked_through_is_told(
    harness: Harness, tmp_path: Path
) -> None:
    transfer = harness.services.transfer
    preview = transfer.preview_import(chats(tmp_path / "a.jsonl", 3))
    chats(tmp_path / "a.jsonl", 3, "another")
    report = transfer.import_chats(preview)
    assert report.imported == ()
    assert "changed" in report.failed[0].reason


def test_a_large_file_is_read_bit_by_bit_and_says_how_far(harness: Harness, tmp_path: Path) -> None:
    # Lists of chats as well as lines: 32 MB, of which no more than some are held.
    file = tmp_path / "conversations.json"
    message = {"uuid": "1", "sender": "human", "text": "x" * 100_000}
    rows = [{"uuid": str(n), "name": "N", "chat_messages": [message]} for n in range(320)]
    file.write_text(json.dumps(rows), encoding="utf-8")
    size = file.stat().st_size
    told: list[int] = []
    tracemalloc.start()
    preview = harness.services.transfer.preview_import(
        file, progress=lambda done, _total: told.append(done)
    )
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert len(preview.items) == 320
    assert peak < size / 2
    assert told == sorted(told)
    assert len({done * 20 // size for done in told}) >= 20


def test_many_chats_go_to_the_trash_in_few_steps_that_are_told(
    harness: Harness, tmp_path: Path
) -> None:
    report = imported(harness, chats(tmp_path / "a.jsonl", 600))
    told: list[tuple[int, int]] = []
    ended = threading.Event()

    def progress(done: int, total: int) -> None:
        told.append((done, total))
        if done == total:
            ended.set()

    harness.services.library.trash.delete(report.imported, progress)
    assert ended.wait(20)
    assert told == [(250, 600), (500, 600), (600, 600)]
    assert count(harness) == (0, 600)
