"""Export and import: formats by name, and the library behind them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import InvalidValueError
from app.language import tr
from app.markup.transfer.suffixes import ZIP
from app.services.core.events import EventBus, LibraryChanged
from app.services.library.chat_reader import ChatReader
from app.services.library.kept_pictures import KeptPictures
from app.services.library.trash import Trash
from app.services.transfer.import_record import ImportRecord

if TYPE_CHECKING:
    from app.markup.transfer.values import Chat, Exporter, ExportFormat, ExportOptions
    from app.services.transfer.exporting import ExportReport, TransferProgress
    from app.services.transfer.import_preview import ImportPreview, ImportReport, Undone

LARGE = 100  # chats; an import of so many is preceded by a backup


def _quiet(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


class TransferService:
    """Export and import. Its methods block; the window calls them from a worker.

    Args:
        chats: Reads what is exported, and what an import is compared with.
        trash: Takes an import back.
        bus: Told once when an import changed the library.
        record: Keeps what the last import brought.
        pictures: Of chats; some formats hold them, and imports bring some.
        back_up: Makes a backup before a large import.
    """

    def __init__(
        self,
        chats: ChatReader,
        trash: Trash,
        bus: EventBus,
        record: ImportRecord,
        pictures: KeptPictures,
        back_up: Callable[[], object],
    ) -> None:
        self._chats = chats
        self._trash = trash
        self._bus = bus
        self._record = record
        self._pictures = pictures
        self._back_up = back_up
        self._more: list[Callable[[], Exporter]] = []

    def add_exporter(self, exporter: Callable[[], Exporter]) -> None:
        """Offer a format that only the caller can write, such as PDF in the window.

        Args:
            exporter: Makes it, when exports are first asked for.
        """
        self._more.append(exporter)

    @cached_property
    def _exporters(self) -> dict[str, Exporter]:
        from app.markup.transfer.formats import EXPORTERS

        known = (*EXPORTERS, *(make() for make in self._more))
        return {exporter.format.name: exporter for exporter in known}

    def formats(self) -> tuple[ExportFormat, ...]:
        """What can be exported to, the default first."""
        return tuple(exporter.format for exporter in self._exporters.values())

    def format(self, name: str) -> ExportFormat:
        """A format by its name.

        Raises:
            InvalidValueError: There is none of that name.
        """
        return self._exporter(name).format

    # --- export -------------------------------------------------------------------------

    def export(
        self,
        conversation_ids: Sequence[str],
        format_name: str,
        path: Path,
        options: ExportOptions | None = None,
        *,
        cancel: threading.Event | None = None,
        progress: TransferProgress = _quiet,
    ) -> ExportReport:
        """Write chats.

        Args:
            conversation_ids: Which.
            format_name: One of :meth:`formats`.
            path: A file for one chat, replaced if it is there. For several: an archive if it ends
                in ".zip"; one file if it has the suffix of a format that holds several; else a
                folder, made if needed, in which no file is replaced.
            options: See :class:`ExportOptions`.
            cancel: Stops soon; files written before stay, an archive does not.
            progress: Called with how many of how many chats are written; of one chat, with how
                many of its characters.

        Raises:
            DiskFullError: No room; no half-written file is left.
            InvalidValueError: No such format, or no chats.
            NotFoundError: There is no such chat.
            TransferError: A file cannot be written.
        """
        from app.markup.transfer.values import ExportOptions
        from app.services.transfer.exporting import ChatsToExport, write_chats

        exporter = self._exporter(format_name)
        options = (options or ExportOptions()).settled()
        cancel = cancel or threading.Event()
        ids = tuple(dict.fromkeys(conversation_ids))
        if not ids:
            raise InvalidValueError(tr("No chat was chosen to export."), data="", action="")
        read = self._with_pictures if exporter.format.pictures and options.exact else self.chat
        chats = ChatsToExport(read, ids, cancel, progress)
        return write_chats(exporter, chats, path, options)

    def suggested_name(self, conversation_ids: Sequence[str], format_name: str) -> str:
        """A file name for one chat, or a name for several, safe on every system."""
        from app.services.transfer.transfer_files import safe_name

        suffix = self._exporter(format_name).format.suffix
        if len(conversation_ids) == 1:
            return safe_name(self._chats.get(conversation_ids[0]).title) + suffix
        today = f"{datetime.now().astimezone():%Y-%m-%d}"
        return tr("Phial chats {date}", date=today)

    def typed(self, path: Path, format_name: str, *, several: bool = False) -> Path:
        """Where a name that was typed without an ending leads: a file gets its format's.

        Args:
            path: As typed. A folder, or what names one, stays.
            format_name: One of :meth:`formats`.
            several: Several chats; without an ending that is a folder.
        """
        endings = {format_.suffix for format_ in self.formats()} | {ZIP}
        if several or path.suffix.lower() in endings or path.is_dir():
            return path
        return path.with_name(path.name + self._exporter(format_name).format.suffix)

    def free_folder(self, above: Path, name: str) -> Path:
        """A folder in ``above`` that is not there yet, named as close to ``name`` as can be.

        Raises:
            TransferError: ``above`` cannot be read.
        """
        from app.services.transfer.transfer_files import free_name, names_in

        return above / free_name(name, "", names_in(above))

    def free_file(self, path: Path) -> Path:
        """A name that is not there yet, as close to that of ``path`` as can be.

        Raises:
            TransferError: The folder cannot be read.
        """
        from app.services.transfer.transfer_files import free_name, names_in

        return path.with_name(free_name(path.stem, path.suffix, names_in(path.parent)))

    def chat(self, conversation_id: str) -> Chat:
        """A chat with everything in it.

        Raises:
            NotFoundError: There is none.
        """
        from app.services.transfer.importing import read_chat

        return read_chat(self._chats, conversation_id)

    def _with_pictures(self, conversation_id: str) -> Chat:
        chat = self.chat(conversation_id)
        return replace(chat, pictures=self._pictures.of(chat))

    def _exporter(self, name: str) -> Exporter:
        if name not in self._exporters:
            known = ", ".join(self._exporters)
            raise InvalidValueError(
                tr("There is no format “{name}”; there are: {formats}.", name=name, formats=known)
            )
        return self._exporters[name]

    # --- import -------------------------------------------------------------------------

    def preview_import(
        self,
        path: Path | Sequence[Path],
        *,
        cancel: threading.Event | None = None,
        progress: TransferProgress = _quiet,
    ) -> ImportPreview:
        """Read files, folders or archives without changing anything.

        Raises:
            TransferError: A path cannot be read, or an archive is refused.
        """
        from app.services.transfer.importing import preview_files

        paths = [path] if isinstance(path, Path) else list(path)
        return preview_files(self._chats, paths, cancel or threading.Event(), progress)

    def import_chats(
        self,
        preview: ImportPreview,
        keys: Collection[int] | None = None,
        *,
        cancel: threading.Event | None = None,
        progress: TransferProgress = _quiet,
    ) -> ImportReport:
        """Add chats of a preview; what is in the library is never changed.

        Args:
            preview: From :meth:`preview_import`.
            keys: Which of its items; None takes those that are new. One that is in the library
                already is added as a second chat.
            cancel: Stops between two chats.
            progress: Called with how many of how many chats are stored.

        Raises:
            DiskFullError: No room; chats added before it are there.
            KnownError: The backup before a large import could not be made; nothing was imported.
            StoreError: The library cannot be written.
        """
        from app.services.transfer.importing import ImportRun

        work = ImportRun(preview, keys, self._record, self._pictures)
        if len(work) >= LARGE:
            self._back_up()
        try:
            return work.run(cancel or threading.Event(), progress)
        finally:
            if work.imported:
                self._bus.publish(LibraryChanged(tuple(work.imported)))

    def undoable(self) -> int:
        """How many chats of the last import could be taken back."""
        return len(self._record.chats())

    def undo_import(
        self, *, cancel: threading.Event | None = None, progress: TransferProgress = _quiet
    ) -> Undone:
        """Take the last import back, whether it ended or was stopped.

        A chat that was not touched since is removed: it stands in the file it came from. One in
        which something was written or filed goes to the trash.

        Raises:
            StoreError: The library cannot be written.
        """
        from app.services.transfer.importing import undo

        try:
            stop = cancel or threading.Event()
            return undo(self._chats, self._trash, self._record, stop, progress)
        finally:
            self._bus.publish(LibraryChanged())
