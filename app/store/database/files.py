"""Small files written whole or not at all, and damaged ones set aside under a new name."""

from __future__ import annotations

import errno
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from app.domain import private_files
from app.domain.errors import StoreBusyError
from app.domain.private_files import FILE_MODE, FOLDER_MODE, read_file
from app.store.database.failures import file_error

_LOCK_SECONDS = 2.0  # another Phial writes for milliseconds; the window waits meanwhile
_DEEPEST = 100  # levels of JSON; Phial's own files have four
# What file systems say, mostly those of a network, that have no folder to sync; or nothing to.
_NO_FOLDER_TO_SYNC = {errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS, errno.EROFS}


@contextmanager
def atomic_file(path: Path, mode: int | None = None) -> Iterator[IO[bytes]]:
    """A file that appears under ``path`` complete and on the disk, or not at all.

    Args:
        path: Replaced when the block is left without an error; its folder is made.
        mode: Who may read it; None for its owner alone. Folders that are missing follow it.

    Raises:
        OSError: What was there before is as it was.
    """
    make_folder(path.parent, FOLDER_MODE if mode is None else 0o777)
    handle, name = tempfile.mkstemp(prefix=".phial-", suffix=".part", dir=path.parent)
    part = Path(name)
    with ExitStack() as undo:
        undo.callback(part.unlink, missing_ok=True)
        with os.fdopen(handle, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            part.chmod(mode)
        part.replace(path)
        undo.pop_all()
    sync_folder(path.parent)


def write_atomically(path: Path, content: bytes) -> None:
    """Replace ``path`` so that after a crash either the old or the new content is there.

    Raises:
        DiskFullError: No room; the old file is as it was.
        ReadOnlyStoreError: The folder cannot be written to.
        StoreError: Another I/O error.
    """
    try:
        with atomic_file(path) as file:
            file.write(content)
    except OSError as error:
        raise file_error(error, path.name) from error


def make_folder(folder: Path, mode: int = FOLDER_MODE) -> None:
    """Make a folder that survives power loss, with those above it; it may be there already."""
    for one in private_files.make_folder(folder, mode):
        sync_folder(one.parent)


def sync_above(folder: Path) -> None:
    """Make a folder survive power loss that somebody else has made, with those above it."""
    for above in folder.absolute().parents:
        sync_folder(above)


def sync_file(path: Path) -> None:
    """Make a file's content survive power loss."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make a rename in ``folder`` survive power loss, where folders can be synced."""
    try:
        handle = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # Windows opens no folder; NTFS journals renames itself
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in _NO_FOLDER_TO_SYNC:
            raise
    finally:
        os.close(handle)


def free_name(path: Path, mark: str, now: datetime | None = None) -> Path:
    """A name beside ``path`` that is not taken: ``name.mark-20261121-093000``, then ``-2``, ..."""
    stamp = (now or datetime.now(UTC)).strftime("%Y%m%d-%H%M%S")
    first = path.with_name(f"{path.name}.{mark}-{stamp}")
    candidate, count = first, 1
    while candidate.exists():
        count += 1
        candidate = first.with_name(f"{first.name}-{count}")
    return candidate


def set_aside(path: Path) -> Path:
    """Rename a damaged file so that nothing overwrites it; returns its new name.

    Raises:
        KnownError: It could not be renamed.
    """
    target = free_name(path, "damaged")
    try:
        path.rename(target)
        sync_folder(path.parent)
    except OSError as error:
        raise file_error(error, path.name) from error
    return target


def read_json(path: Path) -> tuple[dict[str, object], Path | None]:
    """Read a JSON object.

    Returns:
        The object, empty where there is no file; and where a damaged file was set aside, if so.

    Raises:
        KnownError: The file is there and cannot be read.
    """
    text = _content(path)
    if text is None:
        return {}, None
    data = _parsed_object(text)
    return ({}, set_aside(path)) if data is None else (data, None)


def peek_json(path: Path) -> dict[str, object] | None:
    """A JSON object as :func:`read_json` reads it, but a file that is none stays where it is.

    Another program may be in the middle of writing it. None where there is no object.
    """
    text = _content(path)
    return None if text is None else _parsed_object(text)


def _content(path: Path) -> bytes | None:
    """What is in a file; None where there is no file."""
    try:
        return read_file(path)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise file_error(error, path.name) from error


def _parsed_object(text: bytes) -> dict[str, object] | None:
    """A JSON object; None for anything else."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):  # not JSON, not UTF-8, or nested without end
        return None
    return data if isinstance(data, dict) and not _is_deep(data) else None


def _is_deep(data: object) -> bool:
    """Whether values are nested so deeply that writing them again could end in RecursionError."""
    level = [data]
    for _ in range(_DEEPEST):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
    return bool(level)


def write_json(path: Path, data: dict[str, object]) -> None:
    """Replace ``path`` by a JSON object; pure ASCII, so every string survives.

    Raises:
        KnownError: See :func:`write_atomically`.
    """
    text = json.dumps(data, indent=2, sort_keys=True)
    write_atomically(path, text.encode("ascii") + b"\n")


@contextmanager
def alone(path: Path, busy: str) -> Iterator[None]:
    """No other process changes a file in this block, as long as it asks here too.

    Args:
        path: The file; its folder is made.
        busy: What is said where another Phial has it and does not let go.

    Raises:
        StoreBusyError: Another Phial does not let go of the file.
        KnownError: The folder cannot be written to, see :func:`write_atomically`.
    """
    from filelock import FileLock, Timeout  # not where files are only read

    lock = FileLock(f"{path}.lock", timeout=_LOCK_SECONDS, mode=FILE_MODE)
    with ExitStack() as held:
        try:
            make_folder(path.parent)
            held.enter_context(lock)
        except Timeout as error:
            raise StoreBusyError(busy) from error
        except OSError as error:
            raise file_error(error, path.name) from error
        yield
