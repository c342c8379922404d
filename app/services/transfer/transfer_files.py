"""The files of export and import: names every system takes, whole files, guarded archives."""

from __future__ import annotations

import errno
import os
import re
import stat
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO

from app.domain.errors import DiskFullError, KnownError, TransferError
from app.language import formats, paragraph, tr
from app.markup.transfer.suffixes import SUFFIXES
from app.markup.transfer.values import ImportFile, OtherFile, Unreadable, spoken_of
from app.store.database import files

GB = 10**9
MAX_FILE = GB  # bytes of one file; the largest known exports are about half of it
MAX_TOTAL = 2 * GB  # bytes read from one import, unpacked
MAX_PICTURES = 8 * GB  # bytes of pictures taken over in one import
MAX_ENTRIES = 100_000  # files in an archive or a folder
MAX_RATIO = 200  # unpacked to packed; JSON of chats packs about 10 to 1, a bomb 1,000 to 1
RATIO_FROM = 2**20  # bytes; below this any ratio is harmless
MAX_NAME = 120  # bytes of a file's name without suffix; every system allows 255 for all of it
CHUNK = 2**20

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_OF_MACOS = "__MACOSX"
_DRIVE = re.compile(r"[A-Za-z]:/")
_FORBIDDEN = re.compile(r'[<>:"/\\|?*]')
# Names that Windows keeps for devices, whatever follows the first dot, and blanks before it.
_DEVICES = {"CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"} | {
    f"{kind}{number}" for kind in ("COM", "LPT") for number in "0123456789¹²³"
}


# --- names -----------------------------------------------------------------------------------


def safe_name(title: str) -> str:
    """A file name without suffix, from a title, that Linux, macOS and Windows all take."""
    text = unicodedata.normalize("NFC", title)
    text = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    text = " ".join(_FORBIDDEN.sub("-", text).split())
    while len(text.encode("utf-8")) > MAX_NAME:
        text = text[:-1]
    text = text.strip(" .")
    stem, dot, rest = text.partition(".")
    if stem.upper().strip() in _DEVICES:
        text = f"{stem.strip()}_{dot}{rest}"
    return text or tr("Chat")


def free_name(stem: str, suffix: str, taken: set[str]) -> str:
    """A name that is not in ``taken`` (casefolded names), where it is added.

    Names that differ in case only are one file on some systems.
    """
    count = 1
    name = f"{stem}{suffix}"
    while name.casefold() in taken:
        count += 1
        name = f"{stem} ({count}){suffix}"
    taken.add(name.casefold())
    return name


def names_in(folder: Path) -> set[str]:
    """The casefolded names of what is in a folder; empty if there is none yet.

    Raises:
        TransferError: It is not a folder, or cannot be read.
    """
    try:
        return {path.name.casefold() for path in folder.iterdir()}
    except FileNotFoundError:
        return set()
    except OSError as error:
        raise write_error(error, folder) from error


# --- writing ---------------------------------------------------------------------------------


@contextmanager
def atomic_file(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears under ``path`` complete, or not at all.

    Raises:
        DiskFullError: No room; what was there before is as it was.
        TransferError: It cannot be written.
    """
    try:
        with files.atomic_file(path, _usual_mode()) as file:
            yield file
    except OSError as error:
        raise write_error(error, path) from error


def write_file(path: Path, content: bytes) -> None:
    """Write a file, or nothing of it.

    Raises:
        DiskFullError: No room; what was there before is as it was.
        TransferError: It cannot be written.
    """
    with atomic_file(path) as file:
        file.write(content)


def _usual_mode() -> int:
    # What the store writes only its owner reads; an export is a usual file.
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def write_error(error: OSError, path: Path) -> KnownError:
    """What a failed write means, chosen by its errno."""
    if error.errno in _FULL:
        return DiskFullError(
            tr("The disk is full; “{name}” was not written.", name=path.name),
            data=tr("Your chats are untouched, and no half-written file was left behind."),
            detail=str(error),
        )
    return TransferError(
        tr("“{name}” could not be written.", name=path.name),
        data=tr("Your chats are untouched."),
        action=tr("Choose a folder you may write to."),
        detail=str(error),
    )


# --- reading ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenedFiles:
    """What is behind the paths of an import.

    Attributes:
        entries: The files, those in folders and archives too.
        paths: Those that could be opened.
        refused: The others, and why.
    """

    entries: list[ImportFile]
    paths: tuple[Path, ...]
    refused: tuple[Unreadable, ...] = ()


@contextmanager
def open_files(paths: Sequence[Path]) -> Iterator[OpenedFiles]:
    """The files behind paths: files, folders, and archives, which stay open meanwhile.

    One that cannot be opened takes no other with it.

    Raises:
        TransferError: No path can be opened, or there are more files than can be imported.
    """
    budget, pictures = _Budget(MAX_TOTAL), _Budget(MAX_PICTURES)
    entries: list[ImportFile] = []
    opened: list[Path] = []
    refused: list[tuple[Path, TransferError]] = []
    with ExitStack() as stack:
        for path in paths:
            try:
                entries += _opened(path, stack, budget, pictures)
            except TransferError as error:
                refused.append((path, error))
            else:
                opened.append(path)
            if len(entries) > MAX_ENTRIES:
                raise _too_many(path.name)
        if refused and not opened:
            raise refused[0][1]
        told = (Unreadable(path.name, paragraph(e.what, e.action)) for path, e in refused)
        yield OpenedFiles(entries, tuple(opened), tuple(told))


def _opened(path: Path, stack: ExitStack, budget: _Budget, pictures: _Budget) -> list[ImportFile]:
    try:
        if path.is_dir():
            return list(_folder(path, budget, pictures))
        if _is_zip(path):
            archive = stack.enter_context(zipfile.ZipFile(path))
            return list(_archive(archive, path, budget, pictures))
        return [_file(path, path.name, path.parent, budget, {})]
    except OSError as error:
        raise _read_error(error, path.name) from error
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise TransferError(
            tr("“{name}” is a damaged archive.", name=path.name),
            action=tr("Download or copy it once more."),
            detail=str(error),
        ) from error


class _Budget:
    # How much may still be read in this import, of chats or of pictures.

    def __init__(self, most: int) -> None:
        self._left = most

    def read(self, file: IO[bytes], size: int, name: str) -> Iterator[bytes]:
        got = 0
        while piece := file.read(CHUNK):
            got += len(piece)
            self._left -= len(piece)
            if got > size or got > MAX_FILE or self._left < 0:
                raise TransferError(
                    tr("“{name}” is larger than it says or than can be imported.", name=name),
                    action=tr("Import its chats in several smaller files."),
                )
            yield piece


def _file(
    path: Path, name: str, place: Path, budget: _Budget, others: Mapping[str, OtherFile]
) -> ImportFile:
    status = path.stat()
    if status.st_size > MAX_FILE:
        raise TransferError(
            tr(
                "“{name}” is larger than {most}, the most that can be imported.",
                name=name,
                most=formats.size(MAX_FILE),
            ),
            action=tr("Import its chats in several smaller files."),
        )

    chunks = _file_reader(path, name, status.st_size, budget)
    return ImportFile(name, status.st_size, partial(_joined, chunks), chunks, str(place), others)


def _file_reader(
    path: Path, name: str, size: int, budget: _Budget
) -> Callable[[], Iterator[bytes]]:
    def chunks() -> Iterator[bytes]:
        try:
            with path.open("rb") as file:
                yield from budget.read(file, size, name)
        except OSError as error:
            raise _read_error(error, name) from error

    return chunks


def _folder(folder: Path, budget: _Budget, pictures: _Budget) -> Iterable[ImportFile]:
    found: list[ImportFile] = []
    others: dict[str, OtherFile] = {}
    count = 0
    for parent, folders, names in os.walk(folder):  # links to other folders are not followed
        folders.sort()
        for name in sorted(names):
            count += 1
            if count > MAX_ENTRIES:
                raise _too_many(folder.name)
            path = Path(parent, name)
            if path.suffix.lower() not in SUFFIXES:
                called = spoken_of(name)
                if called and stat.S_ISREG(path.lstat().st_mode):
                    size = path.lstat().st_size
                    chunks = _file_reader(path, name, size, pictures)
                    others[called] = OtherFile(name, size, partial(_joined, chunks))
            elif stat.S_ISREG(path.lstat().st_mode):
                relative = path.relative_to(folder).as_posix()
                found.append(_file(path, relative, folder, budget, others))
    return found


def _is_zip(path: Path) -> bool:
    # A pipe would be waited for without end.
    if not stat.S_ISREG(path.stat().st_mode):
        raise TransferError(tr("“{name}” is not a file.", name=path.name))
    with path.open("rb") as file:
        return file.read(4) in {b"PK\x03\x04", b"PK\x05\x06"}


def _archive(
    archive: zipfile.ZipFile, path: Path, budget: _Budget, pictures: _Budget
) -> Iterable[ImportFile]:
    archive_name = path.name
    infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise _too_many(archive_name)
    names = {info.filename: _slashed(info.filename) for info in infos}
    for info in infos:
        if not _honest(names[info.filename]):
            raise TransferError(
                tr(
                    "“{name}” contains a file that points outside of it, and was refused.",
                    name=archive_name,
                ),
                action=tr("Do not trust this archive."),
                detail=info.filename,
            )
    wanted = [
        info
        for info in infos
        if not info.is_dir() and _is_wanted(PurePosixPath(names[info.filename]))
    ]
    for info in wanted:
        bomb = info.file_size > RATIO_FROM and info.file_size > MAX_RATIO * info.compress_size
        if bomb or info.file_size > MAX_FILE:
            raise _bomb(archive_name)
    if sum(info.file_size for info in wanted) > MAX_TOTAL:
        raise _bomb(archive_name)
    others = {
        called: OtherFile(
            PurePosixPath(name).name,
            info.file_size,
            partial(_joined, _reader(archive, info, pictures)),
        )
        for info in infos
        if not _is_wanted(PurePosixPath(name := names[info.filename]))
        and (called := spoken_of(name))
    }
    entries = []
    for info in wanted:
        chunks = _reader(archive, info, budget)
        name = names[info.filename]
        entries.append(
            ImportFile(name, info.file_size, partial(_joined, chunks), chunks, str(path), others)
        )
    return entries


def _is_wanted(path: PurePosixPath) -> bool:
    """Whether it may hold chats; macOS puts a file of its own beside each in an archive."""
    return path.suffix.lower() in SUFFIXES and path.parts[0] != _OF_MACOS


def _joined(chunks: Callable[[], Iterator[bytes]]) -> bytes:
    return b"".join(chunks())


def _slashed(name: str) -> str:
    """A name in an archive with slashes; some programs of Windows write its own separator."""
    return name.replace("\\", "/")


def _honest(name: str) -> bool:
    # Nothing is unpacked, so no name can do harm. Whoever wrote such a one meant harm, though.
    if not name or "\0" in name or name.startswith("/") or _DRIVE.match(name):
        return False
    return ".." not in PurePosixPath(name).parts


def _reader(
    archive: zipfile.ZipFile, info: zipfile.ZipInfo, budget: _Budget
) -> Callable[[], Iterator[bytes]]:
    def chunks() -> Iterator[bytes]:
        try:
            with archive.open(info) as file:
                yield from budget.read(file, info.file_size, info.filename)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError) as error:
            raise TransferError(
                tr("“{name}” is damaged inside the archive.", name=info.filename), detail=str(error)
            ) from error
        except (RuntimeError, NotImplementedError) as error:  # a password, a rare compression
            raise TransferError(
                tr("“{name}” is locked or packed in an unusual way.", name=info.filename),
                action=tr("Unpack the archive and import the files in it."),
                detail=str(error),
            ) from error

    return chunks


def _bomb(name: str) -> TransferError:
    return TransferError(
        tr(
            "“{name}” would unpack to far more than a collection of chats, and was refused.",
            name=name,
        ),
        action=tr("Do not trust this archive; unpack it yourself if you know where it is from."),
    )


def _too_many(name: str) -> TransferError:
    return TransferError(
        tr("“{name}” holds more than {most} files.", name=name, most=MAX_ENTRIES),
        action=tr("Choose a smaller folder."),
    )


def _read_error(error: OSError, name: str) -> TransferError:
    return TransferError(
        tr("“{name}” could not be read.", name=name),
        action=tr("Check that it exists and that you may open it."),
        detail=str(error),
    )
