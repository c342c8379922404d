"""What is kept on the disk is counted by kind, and nothing twice."""

from __future__ import annotations

from pathlib import Path

from app.services.storage import storage_use


def test_every_kind_is_counted_once_and_the_largest_comes_first(tmp_path: Path) -> None:
    for name, size in (
        ("phial.db", 300),
        ("phial.db-wal", 20),
        ("documents.db", 400),
        ("documents/copy.pdf", 100),
        ("settings.json", 3),
        ("backups/one.db", 7),
        ("models/a.gguf", 4_000),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"x" * size)
    found = storage_use(tmp_path, tmp_path / "models", 90)
    assert [one.size for one in found] == [4_000, 500, 320, 90, 7, 3]
