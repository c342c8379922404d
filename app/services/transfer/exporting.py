"""The export of chats: to a file, a folder of files, or an archive, whole or not at all."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from app.domain.errors import KnownError, TransferError
from app.language import tr
from app.markup.transfer.suffixes import ZIP
from app.markup.transfer.values import Chat, Exporter, ExportOptions, Unreadable
from app.services.transfer.transfer_files import atomic_file, free_name, names_in, safe_name

TransferProgress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What an export wrote.

    Attributes:
        files: The files, complete; one archive counts as one.
        chats: How many chats are in them.
        failed: Chats that could not be written, and why.
        cancelled: Whether it was stopped before the end.
    """

    files: tuple[Path, ...] = ()
    chats: int = 0
    failed: tuple[Unreadable, ...] = ()
    cancelled: bool = False


class ExportStoppedError(KnownError):
    """Leaves the writing of a file so that none is left behind."""

    def __init__(self) -> None:
        super().__init__(tr("The export was stopped."))


class ChatsToExport:
    """The chats of one export, read one by one, until the end or a stop.

    Attributes:
        count: How many were read so far.
        cancelled: Whether it was stopped.
    """

    def __init__(
        self,
        read: Callable[[str], Chat],
        ids: Sequence[str],
        cancel: threading.Event,
        progress: TransferProgress,
    ) -> None:
        self._read = read
        self._ids = ids
        self._cancel = cancel
        self._progress = progress
        self.count = 0
        self.cancelled = False

    def step(self, done: int, total: int) -> None:
        """Told how far the chat is that is being written; shown where it is the only one.

        Raises:
            ExportStoppedError: The export was stopped.
        """
        self.go_on()
        if len(self._ids) == 1 and done:
            self._progress(done, total)

    def go_on(self) -> None:
        """Look whether it was stopped.

        Raises:
            ExportStoppedError: It was.
        """
        if self._cancel.is_set():
            self.cancelled = True
            raise ExportStoppedError

    def __len__(self) -> int:
        return len(self._ids)

    def __iter__(self) -> Iterator[Chat]:
        for id_ in self._ids:
            self._progress(self.count, len(self._ids))
            if self._cancel.is_set():
                self.cancelled = True
                return
            yield self._read(id_)
            self.count += 1
        if len(self._ids) > 1:  # one that is read is not written yet
            self.tell()

    def tell(self) -> None:
        """Say how many are done."""
        self._progress(self.count, len(self._ids))


def write_chats(
    exporter: Exporter, chats: ChatsToExport, path: Path, options: ExportOptions
) -> ExportReport:
    """Write chats to where and as what ``path`` says; see :meth:`TransferService.export`.

    Raises:
        DiskFullError: No room; no half-written file is left.
        TransferError: A file cannot be written.
    """
    suffix = path.suffix.lower()
    if suffix == ZIP:
        return _to_archive(exporter, chats, path, options)
    one_file = exporter.format.several and suffix == exporter.format.suffix
    if (one_file or len(chats) == 1) and not path.is_dir():
        return _to_file(exporter, chats, path, options)
    return _to_folder(exporter, chats, path, options)


def _to_file(
    exporter: Exporter, chats: ChatsToExport, path: Path, options: ExportOptions
) -> ExportReport:
    try:
        content = exporter.write(tuple(chats), options, chats.step)
        chats.go_on()
    except ExportStoppedError:
        return ExportReport(cancelled=True)
    with atomic_file(path) as file:
        file.write(content)
    chats.tell()
    return ExportReport((path,), chats.count)


def _to_folder(
    exporter: Exporter, chats: ChatsToExport, folder: Path, options: ExportOptions
) -> ExportReport:
    files: list[Path] = []
    failed: list[Unreadable] = []
    for name, _chat, content in _one_by_one(exporter, chats, options, names_in(folder), failed):
        with atomic_file(folder / name) as file:
            file.write(content)
        files.append(folder / name)
    return ExportReport(tuple(files), len(files), tuple(failed), chats.cancelled)


def _to_archive(
    exporter: Exporter, chats: ChatsToExport, path: Path, options: ExportOptions
) -> ExportReport:
    failed: list[Unreadable] = []
    try:
        with atomic_file(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
            for name, chat, content in _one_by_one(exporter, chats, options, set(), failed):
                out.writestr(_zip_info(name, chat.conversation.updated_at), content)
            if chats.cancelled:
                raise ExportStoppedError
    except ExportStoppedError:
        return ExportReport(cancelled=True)
    return ExportReport((path,), chats.count - len(failed), tuple(failed))


def _one_by_one(
    exporter: Exporter,
    chats: ChatsToExport,
    options: ExportOptions,
    taken: set[str],
    failed: list[Unreadable],
) -> Iterator[tuple[str, Chat, bytes]]:
    """A file's name, its chat and its content, for each chat; ``failed`` notes those without."""
    for chat in chats:
        stem = safe_name(chat.conversation.title)
        try:
            content = exporter.write((chat,), options, chats.step)
        except ExportStoppedError:
            return
        except TransferError as error:
            failed.append(Unreadable(stem, error.what))
        else:
            yield free_name(stem, exporter.format.suffix, taken), chat, content


def _zip_info(name: str, moment: datetime) -> zipfile.ZipInfo:
    # An archive knows the years 1980 to 2107.
    stamp = moment if 1980 <= moment.year <= 2107 else datetime(1980, 1, 1, tzinfo=moment.tzinfo)
    info = zipfile.ZipInfo(name, stamp.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
