"""Chats out of Phial and into it: export, and import with a preview that changes nothing."""

from __future__ import annotations

import threading
import zipfile
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import Path

from app.domain.conversation import MessageStatus
from app.domain.errors import InvalidValueError, KnownError, NotFoundError, TransferError
from app.markup.transfer.registry import EXPORTERS, read_entries
from app.markup.transfer.values import (
    Chat,
    Exporter,
    ExportOptions,
    Format,
    FoundChat,
    Unreadable,
)
from app.services.events import EventBus, LibraryChanged
from app.services.ids import new_id
from app.services.library import LibraryService
from app.services.transfer_files import free_name, names_in, opened, safe_name, whole_file

Progress = Callable[[int, int], None]
ZIP = ".zip"


def _quiet(_done: int, _total: int) -> None:
    """Progress that nobody watches."""


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


class Known(Enum):
    """Whether a chat that could be imported is in the library already."""

    NEW = "new"
    SAME = "same"  # with the same messages
    CHANGED = "changed"  # with other messages; importing adds a second chat
    TRASHED = "trashed"  # in the trash
    REPEATED = "repeated"  # a second time in the same import


@dataclass(frozen=True, slots=True)
class ImportItem:
    """One chat of a preview.

    Attributes:
        key: Names it in :meth:`TransferService.import_`.
        found: The chat and where it was found.
        known: See :class:`Known`.
    """

    key: int
    found: FoundChat
    known: Known

    @property
    def title(self) -> str:
        """The chat's title; may be empty."""
        return self.found.chat.conversation.title

    @property
    def messages(self) -> int:
        """Messages with all versions."""
        return len(self.found.chat.messages)

    @property
    def updated_at(self) -> datetime:
        """When its last message was written."""
        return self.found.chat.conversation.updated_at


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would bring; making it changed nothing.

    Attributes:
        items: The chats, in the order of the files.
        unreadable: What could not be read, and why.
        ignored: How many files hold no chats.
        cancelled: Whether reading was stopped before the end.
    """

    items: tuple[ImportItem, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    ignored: int = 0
    cancelled: bool = False

    @property
    def suggested(self) -> tuple[int, ...]:
        """The keys of the chats that are not in the library yet."""
        return tuple(item.key for item in self.items if item.known is Known.NEW)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Attributes:
        imported: Ids of the chats that are now in the library.
        failed: Chats that could not be stored, and why.
        unreadable: What could not be read, from the preview.
        cancelled: Whether it was stopped; what was imported before stays.
    """

    imported: tuple[str, ...] = ()
    failed: tuple[Unreadable, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    cancelled: bool = False


class TransferService:
    """Export and import. Its methods block; a face with a window calls them from a worker.

    Args:
        library: Where chats come from and go to.
        bus: Told once when an import changed the library.
    """

    def __init__(self, library: LibraryService, bus: EventBus) -> None:
        self._library = library
        self._bus = bus
        self._exporters = {exporter.format.name: exporter for exporter in EXPORTERS}

    def add_exporter(self, exporter: Exporter) -> None:
        """Offer a format that only this face can write, such as PDF in the window."""
        self._exporters[exporter.format.name] = exporter

    def formats(self) -> tuple[Format, ...]:
        """What can be exported to, the default first."""
        return tuple(exporter.format for exporter in self._exporters.values())

    def format(self, name: str) -> Format:
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
        progress: Progress = _quiet,
    ) -> ExportReport:
        """Write chats.

        Args:
            conversation_ids: Which.
            format_name: One of :meth:`formats`.
            path: A file for one chat, replaced if it is there. For several: an archive if it ends
                in ".zip"; one file if it has the suffix of a format that holds several; else a
                folder, made if needed, in which no file is replaced.
            options: See :class:`ExportOptions`.
            cancel: Stops between two chats; files written before stay, an archive does not.
            progress: Told how many of how many chats are written.

        Raises:
            DiskFullError: No room; no half-written file is left.
            InvalidValueError: No such format, or no chats.
            NotFoundError: There is no such chat.
            TransferError: A file cannot be written.
        """
        exporter = self._exporter(format_name)
        options = options or ExportOptions()
        cancel = cancel or threading.Event()
        ids = tuple(dict.fromkeys(conversation_ids))
        if not ids:
            raise InvalidValueError("No chat was chosen to export.", data="", action="")
        chats = _Chats(self, ids, cancel, progress)
        suffix = path.suffix.lower()
        if suffix == ZIP:
            return self._to_archive(exporter, chats, path, options)
        if exporter.format.several and suffix == exporter.format.suffix and not path.is_dir():
            return self._to_file(exporter, chats, path, options)
        if len(ids) == 1 and not path.is_dir():
            return self._to_file(exporter, chats, path, options)
        return self._to_folder(exporter, chats, path, options)

    def suggested_name(self, conversation_ids: Sequence[str], format_name: str) -> str:
        """A file name for one chat, or a name for several, safe on every system."""
        suffix = self._exporter(format_name).format.suffix
        if len(conversation_ids) == 1:
            return safe_name(self._library.get(conversation_ids[0]).title) + suffix
        return f"Phial chats {datetime.now().astimezone():%Y-%m-%d}"

    def chat(self, conversation_id: str) -> Chat:
        """A chat with everything in it.

        Raises:
            NotFoundError: There is none.
        """
        conversation = self._library.get(conversation_id)
        messages = self._library.tree(conversation_id)
        known = {message.id for message in messages}
        chosen = {
            parent: child
            for parent, child in self._library.chosen_children(conversation_id).items()
            if child in known and (parent is None or parent in known)
        }
        return Chat(conversation, messages, chosen)

    def _exporter(self, name: str) -> Exporter:
        if name not in self._exporters:
            known = ", ".join(self._exporters)
            raise InvalidValueError(f"There is no format “{name}”; there are: {known}.")
        return self._exporters[name]

    def _to_file(
        self, exporter: Exporter, chats: _Chats, path: Path, options: ExportOptions
    ) -> ExportReport:
        content = exporter.write(tuple(chats), options)
        if chats.cancelled:
            return ExportReport(cancelled=True)
        with whole_file(path) as file:
            file.write(content)
        return ExportReport((path,), chats.count)

    def _to_folder(
        self, exporter: Exporter, chats: _Chats, folder: Path, options: ExportOptions
    ) -> ExportReport:
        files: list[Path] = []
        failed: list[Unreadable] = []
        taken = names_in(folder)
        for chat in chats:
            stem = safe_name(chat.conversation.title)
            try:
                content = exporter.write((chat,), options)
            except TransferError as error:
                failed.append(Unreadable(stem, error.what))
                continue
            target = folder / free_name(stem, exporter.format.suffix, taken)
            with whole_file(target) as file:
                file.write(content)
            files.append(target)
        return ExportReport(tuple(files), len(files), tuple(failed), chats.cancelled)

    def _to_archive(
        self, exporter: Exporter, chats: _Chats, path: Path, options: ExportOptions
    ) -> ExportReport:
        failed: list[Unreadable] = []
        taken: set[str] = set()
        try:
            with whole_file(path) as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as out:
                for chat in chats:
                    stem = safe_name(chat.conversation.title)
                    try:
                        content = exporter.write((chat,), options)
                    except TransferError as error:
                        failed.append(Unreadable(stem, error.what))
                        continue
                    name = free_name(stem, exporter.format.suffix, taken)
                    out.writestr(_zip_info(name, chat.conversation.updated_at), content)
                if chats.cancelled:
                    raise _StoppedError
        except _StoppedError:
            return ExportReport(cancelled=True)
        return ExportReport((path,), chats.count - len(failed), tuple(failed))

    # --- import -------------------------------------------------------------------------

    def preview_import(
        self,
        path: Path | Sequence[Path],
        *,
        cancel: threading.Event | None = None,
        progress: Progress = _quiet,
    ) -> ImportPreview:
        """Read files, folders or archives without changing anything.

        Raises:
            TransferError: A path cannot be read, or an archive is refused.
        """
        stop = cancel or threading.Event()

        def step(done: int, total: int) -> bool:
            progress(done, total)
            return not stop.is_set()

        with opened([path] if isinstance(path, Path) else list(path)) as entries:
            reading = read_entries(entries, step)
        seen: set[str] = set()
        items: list[ImportItem] = []
        for key, found in enumerate(reading.found):
            id_ = found.chat.conversation.id
            known = Known.REPEATED if id_ in seen else self._known(found.chat)
            seen.add(id_)
            items.append(ImportItem(key, found, known))
        return ImportPreview(tuple(items), reading.unreadable, reading.ignored, stop.is_set())

    def import_(
        self,
        preview: ImportPreview,
        keys: Collection[int] | None = None,
        *,
        cancel: threading.Event | None = None,
        progress: Progress = _quiet,
    ) -> ImportReport:
        """Add chats of a preview; what is in the library is never changed.

        Args:
            preview: From :meth:`preview_import`.
            keys: Which of its items; None takes those that are new. One that is in the library
                already is added as a second chat.
            cancel: Stops between two chats.
            progress: Told how many of how many chats are stored.

        Raises:
            DiskFullError: No room; chats added before it are there.
            StoreError: The library cannot be written.
        """
        wanted = set(preview.suggested if keys is None else keys)
        # The chat used last comes last, so that it stands on top.
        items = sorted((i for i in preview.items if i.key in wanted), key=lambda i: i.updated_at)
        imported: list[str] = []
        failed: list[Unreadable] = []
        stopped = False
        try:
            for done, item in enumerate(items):
                progress(done, len(items))
                stopped = cancel is not None and cancel.is_set()
                if stopped:
                    break
                try:
                    imported.append(self._add(item))
                except (InvalidValueError, NotFoundError) as error:
                    failed.append(Unreadable(item.title, error.what))
            else:
                progress(len(items), len(items))
        finally:
            if imported:
                self._bus.publish(LibraryChanged())
        return ImportReport(tuple(imported), tuple(failed), preview.unreadable, stopped)

    def _known(self, chat: Chat) -> Known:
        try:
            there = self._library.get(chat.conversation.id)
        except NotFoundError:
            return Known.NEW
        if there.deleted_at is not None:
            return Known.TRASHED
        same = _said(self.chat(there.id)) == _said(chat)
        return Known.SAME if same else Known.CHANGED

    def _add(self, item: ImportItem) -> str:
        chat = _settled(item.found.chat)
        if item.known is not Known.NEW:
            chat = with_new_ids(chat)
        try:
            self._store(chat)
        except InvalidValueError:  # an id is taken by a message of another chat
            chat = with_new_ids(chat)
            self._store(chat)
        return chat.conversation.id

    def _store(self, chat: Chat) -> None:
        self._library.add_whole(chat.conversation, chat.messages, chat.chosen).result()


class _StoppedError(KnownError):
    """Leaves the writing of an archive so that none is left behind."""

    def __init__(self) -> None:
        super().__init__("The export was stopped.")


class _Chats:
    # The chats to export, read one by one, until the end or a stop.

    def __init__(
        self,
        service: TransferService,
        ids: Sequence[str],
        cancel: threading.Event,
        progress: Progress,
    ) -> None:
        self._service = service
        self._ids = ids
        self._cancel = cancel
        self._progress = progress
        self.count = 0
        self.cancelled = False

    def __iter__(self) -> Iterator[Chat]:
        for id_ in self._ids:
            self._progress(self.count, len(self._ids))
            if self._cancel.is_set():
                self.cancelled = True
                return
            yield self._service.chat(id_)
            self.count += 1
        self._progress(self.count, len(self._ids))


def with_new_ids(chat: Chat) -> Chat:
    """The same chat as another one: every id is fresh."""
    ids = {message.id: new_id() for message in chat.messages}
    c = chat.conversation
    conversation = replace(
        c,
        id=new_id(),
        head_id=None if c.head_id is None else ids[c.head_id],
        scroll_message_id=ids.get(c.scroll_message_id or ""),
    )
    messages = tuple(
        replace(
            message,
            id=ids[message.id],
            conversation_id=conversation.id,
            parent_id=None if message.parent_id is None else ids[message.parent_id],
            left_out=tuple(ids[id_] for id_ in message.left_out if id_ in ids),
        )
        for message in chat.messages
    )
    chosen = {None if p is None else ids[p]: ids[child] for p, child in chat.chosen.items()}
    return Chat(conversation, messages, chosen)


def _settled(chat: Chat) -> Chat:
    # An import comes out of the trash, and no engine is writing in it.
    messages = tuple(
        replace(message, status=MessageStatus.INTERRUPTED)
        if message.status is MessageStatus.STREAMING
        else message
        for message in chat.messages
    )
    conversation = replace(chat.conversation, deleted_at=None, private=False)
    return replace(chat, conversation=conversation, messages=messages)


def _said(chat: Chat) -> tuple[object, ...]:
    # What makes two chats the same to a reader.
    at = {message.id: index for index, message in enumerate(chat.messages)}
    return (
        chat.conversation.system_prompt,
        *((m.role, m.content, at.get(m.parent_id or "")) for m in chat.messages),
    )


def _zip_info(name: str, moment: datetime) -> zipfile.ZipInfo:
    # An archive knows the years 1980 to 2107.
    stamp = moment if 1980 <= moment.year <= 2107 else datetime(1980, 1, 1, tzinfo=moment.tzinfo)
    info = zipfile.ZipInfo(name, stamp.timetuple()[:6])
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o644 << 16
    return info
