"""A database that was removed, emptied or replaced: said, and the full backups are kept."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from app.store import open_store
from app.store.safety.backups import MAX_COUNT
from tests.unit.store.making import NOW
from tests.unit.store.safety.test_health import everything, fill


def two_weeks(folder: Path) -> None:
    """Daily backups of whatever is there."""
    for day in range(1, 15):
        opened = open_store(folder)
        assert opened.health.maintain(NOW + timedelta(days=day)).backup is not None
        opened.close()


@pytest.fixture
def full(tmp_path: Path) -> Path:
    """Five chats of twelve messages, with two backups."""
    opened = open_store(tmp_path)
    fill(opened.repository, chats=4)
    opened.health.maintain(NOW - timedelta(days=2))
    fill(opened.repository, chats=1)
    opened.health.maintain(NOW)
    assert opened.report.lost is None
    opened.close()
    return tmp_path


def removed(folder: Path) -> None:
    (folder / "phial.db").unlink()


def emptied(folder: Path) -> None:
    (folder / "phial.db").write_bytes(b"")


def a_new_one(folder: Path) -> None:
    (folder / "phial.db").unlink()
    elsewhere = folder / "elsewhere"
    opened = open_store(elsewhere)
    fill(opened.repository, chats=1, turns=2)
    opened.close()
    shutil.move(elsewhere / "phial.db", folder / "phial.db")


def an_older_one(folder: Path) -> None:
    oldest = min((folder / "backups").iterdir())
    shutil.copy(oldest, folder / "phial.db")


@pytest.mark.parametrize(
    ("replace", "here"), [(removed, 0), (emptied, 0), (a_new_one, 4), (an_older_one, 48)]
)
def test_what_a_backup_holds_and_the_database_does_not_is_told_and_kept(
    full: Path, replace: object, here: int
) -> None:
    assert callable(replace)
    replace(full)
    two_weeks(full)
    opened = open_store(full)
    lost = opened.report.lost
    assert lost is not None
    assert (lost.content.chats, lost.content.messages, lost.here.messages) == (5, 60, here)
    backups = opened.health.list_backups()
    assert len(backups) <= MAX_COUNT
    assert lost.backup in backups
    opened.health.restore(lost.backup)
    assert len(everything(opened.repository)) == 60
    opened.close()
    again = open_store(full)
    assert again.report.lost is None, "what was there before going back is no loss"
    assert len(everything(again.repository)) == 60
    again.close()


def test_who_keeps_it_as_it_is_hears_no_more_of_it(full: Path) -> None:
    removed(full)
    opened = open_store(full)
    assert opened.report.lost is not None
    opened.health.keep_as_it_is()
    opened.close()
    two_weeks(full)
    again = open_store(full)
    assert again.report.lost is None
    again.close()


def test_what_the_user_removed_for_good_is_not_missing(full: Path) -> None:
    opened = open_store(full)
    opened.repository.conversations.delete(
        [c.id for c in opened.repository.conversations.list_all()]
    )
    opened.repository.conversations.empty_trash().result()
    opened.close()
    again = open_store(full)
    assert again.repository.conversations.list_all() == ()
    assert again.report.lost is None
    again.close()


def test_going_back_to_an_older_backup_is_not_missing_what_came_after(full: Path) -> None:
    opened = open_store(full)
    oldest = opened.health.list_backups()[-1]
    opened.health.restore(oldest)
    opened.close()
    again = open_store(full)
    assert len(everything(again.repository)) == 48
    assert again.report.lost is None
    again.close()


def test_damage_takes_from_the_backup_that_has_most_and_is_no_loss(full: Path) -> None:
    removed(full)
    two_weeks(full)  # the newest backups are empty
    (full / "phial.db").write_bytes(b"damaged" * 10_000)
    opened = open_store(full)
    assert opened.report.recovery is not None
    assert opened.report.recovery.from_backup == 60
    assert opened.report.lost is None
    opened.close()


@pytest.mark.parametrize("rest", [None, b""], ids=["missing", "empty"])
def test_a_wal_whose_database_is_gone_is_not_thrown_away(
    tmp_path: Path, rest: bytes | None
) -> None:
    running, folder = tmp_path / "running", tmp_path / "found"
    opened = open_store(running)
    fill(opened.repository)
    folder.mkdir()
    shutil.copy(running / "phial.db-wal", folder / "phial.db-wal")
    opened.close()
    if rest is not None:
        (folder / "phial.db").write_bytes(rest)
    found = open_store(folder)
    assert found.report.recovery is not None
    assert len(everything(found.repository)) == 60
    assert list(folder.glob("*.damaged-*-wal"))
    found.close()
