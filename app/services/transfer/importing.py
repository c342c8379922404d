"""Chats into Phial: a preview that changes nothing, then those that were chosen, each whole."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import Enum
from pathlib import Path

from app.domain.conversation import MessageStatus
from app.domain.errors import InvalidValueError, NotFoundError
from app.markup.transfer.formats import read_files
from app.markup.transfer.values import Chat, FoundChat, Unreadable
from app.services.core.ids import new_id
from app.services.library.library_service import LibraryService
from app.services.transfer.transfer_files import open_files

TransferProgress = Callable[[int, int], None]


class ImportStatus(Enum):
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
        status: See :class:`ImportStatus`.
    """

    key: int
    found: FoundChat
    status: ImportStatus

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
        return tuple(item.key for item in self.items if item.status is ImportStatus.NEW)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Attributes:
        imported: Ids of the chats that are now in the library.
        failed: Chats that could not be stored, and why.
        unreadable: What could not be read, from the preview.
        notes: What is not as it was in chats that were imported.
        cancelled: Whether it was stopped; what was imported before stays.
    """

    imported: tuple[str, ...] = ()
    failed: tuple[Unreadable, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    notes: tuple[Unreadable, ...] = ()
    cancelled: bool = False


def read_chat(library: LibraryService, conversation_id: str) -> Chat:
    """A chat of the library with everything in it.

    Raises:
        NotFoundError: There is none.
    """
    conversation = library.get(conversation_id)
    messages = library.tree(conversation_id)
    known = {message.id for message in messages}
    chosen = {
        parent: child
        for parent, child in library.selected_children(conversation_id).items()
        if child in known and (parent is None or parent in known)
    }
    return Chat(conversation, messages, chosen)


def preview_files(
    library: LibraryService,
    paths: Sequence[Path],
    stop: threading.Event,
    progress: TransferProgress,
) -> ImportPreview:
    """What is in files, folders or archives, compared with what is in the library.

    Raises:
        TransferError: A path cannot be read, or an archive is refused.
    """

    def step(done: int, total: int) -> bool:
        progress(done, total)
        return not stop.is_set()

    with open_files(paths) as entries:
        reading = read_files(entries, step)
    seen: set[str] = set()
    items: list[ImportItem] = []
    for key, found in enumerate(reading.found):
        id_ = found.chat.conversation.id
        known = ImportStatus.REPEATED if id_ in seen else _known(library, found.chat)
        seen.add(id_)
        items.append(ImportItem(key, found, known))
    return ImportPreview(tuple(items), reading.unreadable, reading.ignored, stop.is_set())


class ImportRun:
    """One import under way.

    Args:
        library: Where the chats go.
        preview: What they are taken from.
        keys: Which of its items; None takes those that are new.
    """

    def __init__(
        self, library: LibraryService, preview: ImportPreview, keys: Collection[int] | None
    ) -> None:
        self._library = library
        self._preview = preview
        wanted = set(preview.suggested if keys is None else keys)
        self._items = [item for item in preview.items if item.key in wanted]
        self.imported: list[str] = []

    def run(self, stop: threading.Event, progress: TransferProgress) -> ImportReport:
        """Add the chats one by one; what is in the library is never changed.

        Raises:
            DiskFullError: No room; chats added before it are there.
            StoreError: The library cannot be written.
        """
        failed: list[Unreadable] = []
        notes: list[Unreadable] = []
        stopped = False
        for done, item in enumerate(self._items):
            progress(done, len(self._items))
            stopped = stop.is_set()
            if stopped:
                break
            try:
                self.imported.append(self._add(item))
            except (InvalidValueError, NotFoundError) as error:
                failed.append(Unreadable(item.title, error.what))
            else:
                notes += [Unreadable(item.title, note) for note in item.found.notes]
        else:
            progress(len(self._items), len(self._items))
        return ImportReport(
            tuple(self.imported), tuple(failed), self._preview.unreadable, tuple(notes), stopped
        )

    def _add(self, item: ImportItem) -> str:
        chat = _settled(item.found.chat)
        if item.status is not ImportStatus.NEW:
            chat = with_new_ids(chat)
        try:
            self._store(chat)
        except InvalidValueError:  # an id is taken by a message of another chat
            chat = with_new_ids(chat)
            self._store(chat)
        return chat.conversation.id

    def _store(self, chat: Chat) -> None:
        self._library.add_conversation(
            chat.conversation, chat.messages, chat.selected_children
        ).result()


def _known(library: LibraryService, chat: Chat) -> ImportStatus:
    try:
        there = library.get(chat.conversation.id)
    except NotFoundError:
        return ImportStatus.NEW
    if there.deleted_at is not None:
        return ImportStatus.TRASHED
    same = _said(read_chat(library, there.id)) == _said(chat)
    return ImportStatus.SAME if same else ImportStatus.CHANGED


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
    chosen = {
        None if p is None else ids[p]: ids[child] for p, child in chat.selected_children.items()
    }
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
