"""What Phial keeps on the disk: how much of what, and where."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from app.language import tr


@dataclass(frozen=True, slots=True)
class StorageUse:
    """One kind of what is kept.

    Attributes:
        name: For people.
        path: Its folder or file.
        size: Bytes.
    """

    name: str
    path: Path
    size: int


def storage_use(data: Path, models: Path, snapshots: int) -> list[StorageUse]:
    """Everything that is kept, the largest first. Reads folders: away from the GUI thread.

    Args:
        data: The data folder.
        models: The folder of models.
        snapshots: Bytes of the remembered state of chats.
    """
    library = sum(_size(one) for one in data.glob("phial.db*")) + _size(data / "pictures")
    documents = sum(_size(one) for one in data.glob("documents*"))
    small = sum(_bytes(one) for one in data.glob("*.json*") if one.is_file())
    kinds = (
        StorageUse(tr("Models"), models, _size(models)),
        StorageUse(tr("Chats"), data / "phial.db", library),
        StorageUse(tr("Backups of chats"), data / "backups", _size(data / "backups")),
        StorageUse(tr("What was read of documents"), data / "documents", documents),
        StorageUse(tr("Remembered state of chats"), data, snapshots),
        StorageUse(tr("Settings and lists"), data / "settings.json", small),
    )
    return sorted(kinds, key=lambda one: -one.size)


def _size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; what goes away meanwhile counts nothing."""
    if path.is_file():
        return _bytes(path)
    return sum(_bytes(Path(folder) / name) for folder, _, names in os.walk(path) for name in names)


def _bytes(path: Path) -> int:
    try:
        return path.lstat().st_size
    except OSError:
        return 0
