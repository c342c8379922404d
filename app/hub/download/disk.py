"""The disk under a download: its errors as sentences, its room, and making a rename last."""

from __future__ import annotations

import errno
import json
import os
import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from app.domain.download import ModelFolderError
from app.domain.errors import DiskFullError, HubError
from app.domain.private_files import make_file, make_folder
from app.language import tr
from app.language.numbers import write
from app.language.system_reasons import reason_of

SPARE = 256 * 1024 * 1024  # bytes of the disk that are never taken: the system needs room too
_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def disk_error(error: OSError, path: Path) -> HubError | DiskFullError:
    """The typed error for a write that failed at ``path``."""
    if error.errno in _FULL:
        return DiskFullError(
            tr("The disk that holds {folder} is full.", folder=str(path.parent)), detail=repr(error)
        )
    return ModelFolderError(
        tr(
            "{folder} cannot be written to: {reason}.",
            folder=str(path.parent),
            reason=reason_of(error),
        ),
        detail=repr(error),
    )


def free_bytes(folder: Path) -> int:
    """Bytes free for this user on the disk of ``folder`` or of its nearest existing parent."""
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return shutil.disk_usage(folder).free


def file_size(path: Path) -> int:
    """Bytes of a file; 0 where there is none that can be asked."""
    try:
        return path.stat().st_size
    except OSError:
        return 0


@dataclass(frozen=True, slots=True)
class DiskSpace:
    """The room on the disk of one folder.

    Attributes:
        folder: Where files go; need not exist yet.
        free_space: Bytes free in a folder.
        spare: Bytes to leave free.
    """

    folder: Path
    free_space: Callable[[Path], int] = free_bytes
    spare: int = SPARE

    def check(self, needed: int, what: str) -> None:
        """See before a download that ``needed`` more bytes find room.

        Raises:
            DiskFullError: They do not; says how many bytes are missing.
        """
        free = self.free_space(self.folder)
        if needed + self.spare <= free:
            return
        short = needed + self.spare - free
        raise DiskFullError(
            tr(
                "{what} needs {needed} GB more, and the disk that holds {folder} has "
                "{free} GB free ({spare} GB of them stay free for the system).",
                what=what,
                needed=write(needed / 1e9, digits=2),
                folder=str(self.folder),
                free=write(free / 1e9, digits=2),
                spare=write(self.spare / 1e9, digits=2),
            ),
            action=tr(
                "Free at least {missing} GB, or choose a smaller quantization.",
                missing=write(short / 1e9, digits=2),
            ),
        )

    def check_remaining(self, left: int) -> None:
        """See during a download with ``left`` bytes to come that nothing else fills the disk.

        Raises:
            DiskFullError: Something does.
        """
        free = self.free_space(self.folder)
        if free < min(self.spare, left):
            raise DiskFullError(
                tr(
                    "The disk that holds {folder} has only {free} MB left; "
                    "something else is filling it.",
                    folder=str(self.folder),
                    free=write(free / 1e6, digits=0),
                ),
            )


def delete_file(path: Path) -> None:
    """Delete a file that may be gone already.

    Raises:
        ModelFolderError: It cannot be deleted.
    """
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise disk_error(error, path) from error


def write_json(path: Path, value: object) -> None:
    """Write a small file so that a reader finds the old or the new one, never half.

    Raises:
        DiskFullError, ModelFolderError: It cannot be written.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        make_folder(path.parent)
        make_file(fresh)
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(value, file, indent=1, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
    except OSError as error:
        raise disk_error(error, path) from error


def sync_folder(folder: Path) -> None:
    """Make a rename inside ``folder`` survive a power cut."""
    # Windows cannot open a folder, and needs no such call: its rename is journaled.
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
