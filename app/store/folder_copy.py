"""A data folder as it is copied to another place: whole, compared byte by byte, or not at all.

The copy is made under another name beside its place and gets its own name only when each file was
read again and has the hash of what it was copied from. Until then nothing looks at it, and what is
copied is never changed. Other programs are kept out of the databases meanwhile.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import stat
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.domain.errors import StoreBusyError, StoreError
from app.domain.private_files import FILE_MODE
from app.language import tr
from app.store.database.failures import file_error, typed_errors
from app.store.database.files import make_folder, sync_folder, write_json
from app.store.database.owner_lock import OwnerLock

MARKER = "moved-from.json"
"""In a copy that was never opened: what it is a copy of."""
_STAGING = "{name}.phial-copy"  # what a copy is called until it is whole
_PIECE = 4 * 1024 * 1024  # bytes of one read
_DATABASES = ("phial.db", "documents.db")
_LEFT = (
    "-wal",
    "-shm",
    ".lock",
    ".lock-journal",
)  # empty while nobody has the databases open, and locks
_LEFT_NAMES = {"instance.channel", MARKER}
_LEFT_FOLDERS = {"instance"}

Tell = Callable[[int], object]
Step = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file that goes with the data.

    Attributes:
        name: Its path in the folder, with slashes.
        size: Bytes.
        modified: Nanoseconds, as the system tells them.
    """

    name: str
    size: int
    modified: int


class FolderMovedOnError(StoreError):
    """Something was written to a data folder while it was copied."""

    default_data = tr("Your data is where it was; the copy was removed.")
    default_action = tr("End other programs that use Phial's data, then try again.")


def files_of(folder: Path, without: tuple[Path, ...] = ()) -> list[CopiedFile]:
    """The files that go with a data folder, by name; locks and sockets do not.

    Args:
        folder: The data folder.
        without: Folders in it that stay, such as that of the log.

    Raises:
        OSError: It cannot be read.
    """
    found = []
    for path in _walk(folder, set(without)):
        about = path.lstat()
        if stat.S_ISREG(about.st_mode) or stat.S_ISLNK(about.st_mode):
            name = path.relative_to(folder).as_posix()
            found.append(CopiedFile(name, about.st_size, about.st_mtime_ns))
    return sorted(found, key=lambda one: one.name)


def _walk(folder: Path, without: set[Path]) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise error

    for above, inner, names in os.walk(folder, onerror=refuse):
        here = Path(above)
        top = here == folder
        links = [name for name in inner if (here / name).is_symlink()]
        inner[:] = [name for name in inner if name not in links and here / name not in without
                    and not (top and name in _LEFT_FOLDERS)]  # fmt: skip
        for name in (*names, *links):
            if not (name.endswith(_LEFT) or (top and name in _LEFT_NAMES)):
                yield here / name


@contextmanager
def alone(folder: Path) -> Iterator[ExitStack]:
    """Keep every other program out of the databases of a folder while the block runs.

    Gives a stack for what has to stay open until then: closing a file of a database would take
    SQLite's locks off it (see :func:`app.domain.private_files.make_file`).

    Raises:
        StoreBusyError: Another program uses them.
        StoreError: They cannot be opened.
    """
    with ExitStack() as held:
        with typed_errors():
            lock = OwnerLock.acquire(folder)
        if lock is None:
            raise _in_use()
        held.callback(lock.release)
        for name in _DATABASES:
            if (folder / name).exists():
                held.enter_context(closing(_taken(folder / name)))
        yield held


def _taken(path: Path) -> sqlite3.Connection:
    """A database of which everything is in its one file, and that nobody else can open."""
    with ExitStack() as undo:
        try:
            with typed_errors():
                connection = sqlite3.connect(path, timeout=0, isolation_level=None)
                undo.callback(connection.close)
                connection.execute("PRAGMA locking_mode=EXCLUSIVE")
                busy, log, done = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
                connection.execute("BEGIN EXCLUSIVE")
                connection.execute("COMMIT")  # in this mode the lock stays
        except StoreBusyError as error:
            raise _in_use() from error
        if busy or log != done:
            raise _in_use()
        undo.pop_all()
    return connection


def _in_use() -> StoreBusyError:
    return StoreBusyError(
        tr("Another program uses Phial's data, perhaps “phial chat” in a terminal."),
        data=tr("Nothing was moved; your data is where it was."),
        action=tr("End it, then move the data again."),
    )


def copy_folder(
    source: Path,
    target: Path,
    held: ExitStack,
    *,
    logs: Path,
    cache: Path,
    tell: Tell = lambda _done: None,
    step: Step = lambda _name: None,
) -> None:
    """Make a whole copy of a data folder that nobody else uses, and give it its name.

    Args:
        source: The data folder.
        target: Where the copy is to be; not there yet, or an earlier copy that was never opened.
        held: From :func:`alone`.
        logs: The folder of logs, which may be in it and is not copied.
        cache: The folder of what can be worked out again, likewise.
        tell: Told how many bytes were copied or compared; twice the size of all in the end.
        step: Told what was done, after each step; the tests stop it there.

    Raises:
        DiskFullError: No room; what was copied is removed again.
        FolderMovedOnError: Something was written meanwhile; the copy is removed again.
        StoreError: A file cannot be read or written, or is not the same when it is read again.
    """
    staging, without = target.with_name(_STAGING.format(name=target.name)), (logs, cache)
    try:
        _discard(staging)
        _discard_unopened(source, target)
        step("cleared")
        files = files_of(source, without)
        make_folder(staging)
        _copy_files(source, staging, files, held, tell, step)
        if files_of(source, without) != files:
            raise FolderMovedOnError(tr("Your data was changed while it was copied."))
        _rewrite_paths(source, staging, target)
        listed = [[one.name, one.size, one.modified] for one in files]
        told: dict[str, object] = {"folder": str(source), "files": listed}
        if cache.is_relative_to(source):
            told["cache"] = cache.relative_to(source).as_posix()
        write_json(staging / MARKER, told)
        step("marked")
        staging.rename(target)
        sync_folder(target.parent)
        step("named")
    except OSError as error:
        raise file_error(error, str(getattr(error, "filename", None) or target)) from error
    finally:
        shutil.rmtree(staging, ignore_errors=True)  # where it was not renamed


def _copy_files(
    source: Path, staging: Path, files: list[CopiedFile], held: ExitStack, tell: Tell, step: Step
) -> None:
    hashes: dict[str, str] = {}
    done = 0
    for one in files:
        hashes[one.name] = _copy(source / one.name, staging / one.name, held, tell, done)
        done += one.size
        step(f"copied {one.name}")  # not shown
    for one in files:
        copy = staging / one.name
        if hashes[one.name] and _hash(copy, tell, done) != hashes[one.name]:
            raise StoreError(
                tr("{name} is not the same when it is read again.", name=one.name),
                data=tr("Your data is where it was; the copy was removed."),
                action=tr("Check the disk that it was to go to, or choose another one."),
            )
        done += one.size
    step("compared")


def _copy(source: Path, copy: Path, held: ExitStack, tell: Tell, done: int) -> str:
    """Copy a file, on the disk when this returns; its hash, which a link has not."""
    make_folder(copy.parent)
    if source.is_symlink():
        copy.symlink_to(Path(os.path.realpath(source)), target_is_directory=source.is_dir())
        return ""
    digest, about = hashlib.sha256(), source.stat()
    with ExitStack() as closed:
        file = source.open("rb")
        (held if source.name in _DATABASES else closed).callback(file.close)
        new = os.fdopen(os.open(copy, os.O_WRONLY | os.O_CREAT | os.O_EXCL, FILE_MODE), "wb")
        closed.callback(new.close)
        while piece := file.read(_PIECE):
            digest.update(piece)
            new.write(piece)
            done += len(piece)
            tell(done)
        new.flush()
        os.fsync(new.fileno())
    copy.chmod(stat.S_IMODE(about.st_mode))
    os.utime(copy, ns=(about.st_atime_ns, about.st_mtime_ns))  # the list of models looks at it
    sync_folder(copy.parent)
    return digest.hexdigest()


def _hash(path: Path, tell: Tell, done: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
            done += len(piece)
            tell(done)
    return digest.hexdigest()


def _rewrite_paths(source: Path, staging: Path, target: Path) -> None:
    """Let lists and settings of the copy name files at their new place."""
    for path in sorted(staging.glob("*.json")):
        try:
            found = json.loads(path.read_bytes())
        except (ValueError, RecursionError):
            continue  # damaged, which whoever reads it says
        moved = _with_paths(found, str(source), str(target))
        if isinstance(moved, dict) and moved != found:
            write_json(path, moved)


def _with_paths(value: object, old: str, new: str) -> object:
    match value:
        case str() if value.startswith((old + "/", old + os.sep)):
            return new + value[len(old) :]
        case list():
            return [_with_paths(one, old, new) for one in value]
        case dict():
            return {key: _with_paths(one, old, new) for key, one in value.items()}
        case _:
            return value


def _discard(copy: Path) -> None:
    if copy.is_dir() and not copy.is_symlink():
        shutil.rmtree(copy)


def _discard_unopened(source: Path, target: Path) -> None:
    """Remove an earlier copy of the same folder that never came into force."""
    if is_unopened_copy(source, target):
        shutil.rmtree(target)
    elif target.is_dir() and not any(target.iterdir()):
        target.rmdir()


def is_unopened_copy(source: Path, target: Path) -> bool:
    """Whether a folder is a copy of another one that was never opened: it is as it was made."""
    listed = _marker(target)
    if listed is None or listed.get("folder") != str(source):
        return False
    files = listed.get("files")
    databases = [one for one in files if one[0] in _DATABASES] if isinstance(files, list) else []
    there, changed = _unchanged(target, databases)
    return len(there) == len(databases) and not changed


def _marker(folder: Path) -> dict[str, object] | None:
    try:
        found = json.loads((folder / MARKER).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


@dataclass(frozen=True, slots=True)
class Removed:
    """What became of the folder that the data was moved from.

    Attributes:
        folder: Where it was.
        freed: Bytes.
        changed: Names of files that were changed since they were copied; then all of it stays.
    """

    folder: Path
    freed: int
    changed: tuple[str, ...] = ()


def remove_original(folder: Path, step: Step = lambda _name: None) -> Removed | None:
    """Remove what a data folder is a copy of, now that it was opened.

    Only what was copied is removed, and only as it was then.

    Args:
        folder: The data folder in force.
        step: Told of each step; the tests stop it there.

    Returns:
        What was removed; None where it is no copy, or was opened before.

    Raises:
        StoreError: Something cannot be removed; the next start tries again.
    """
    listed = _marker(folder)
    if listed is None:
        return None
    source, freed = Path(str(listed.get("folder"))), 0
    try:
        there, changed = _unchanged(source, listed.get("files"))
        for path in there if not changed else ():
            freed += path.lstat().st_size
            path.unlink()
            step(f"removed {path.name}")  # not shown
        if not changed:
            _remove_rest(source, listed.get("cache"))
        (folder / MARKER).unlink()
        sync_folder(folder)
    except OSError as error:
        raise file_error(error, str(getattr(error, "filename", None) or source)) from error
    return Removed(source, freed, tuple(changed))


def _unchanged(source: Path, files: object) -> tuple[list[Path], list[str]]:
    """The files that are still there as they were copied, and the names of those that are not."""
    there, changed = [], []
    for name, size, modified in files if isinstance(files, list) else []:
        path = source / str(name)
        if not _is_there(path):
            continue
        about = path.lstat()
        if (about.st_size, about.st_mtime_ns) == (size, modified):
            there.append(path)
        else:
            changed.append(str(name))
    return there, changed


def _is_there(path: Path) -> bool:
    return path.is_symlink() or path.exists()


def _remove_rest(source: Path, cache: object) -> None:
    """Remove what Phial makes beside the data, and folders that are empty now."""
    if not source.is_dir():
        return
    if isinstance(cache, str) and Path(cache).name == cache:
        shutil.rmtree(source / cache, ignore_errors=True)
    for path in source.iterdir():
        if path.name.endswith(_LEFT) or path.name in _LEFT_NAMES:
            path.unlink()
    for above, _inner, _names in os.walk(source, topdown=False):
        if not any(Path(above).iterdir()):
            Path(above).rmdir()
