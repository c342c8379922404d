"""The import of chats: a preview that changes nothing, then those that were chosen, each whole."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Collection, Generator, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from app.domain.conversation import Message, MessageStatus
from app.domain.errors import InvalidValueError, NotFoundError
from app.domain.generation import Role
from app.domain.parts import AttachmentPart, PlacedPart
from app.language import tr
from app.markup.transfer.formats import Aside, read_each
from app.markup.transfer.readers.json_values import EPOCH
from app.markup.transfer.values import Chat, FoundChat, Unreadable
from app.services.core.first_words import title_from
from app.services.core.ids import new_id
from app.services.library.chat_reader import ChatReader
from app.services.library.kept_pictures import KeptPictures
from app.services.library.trash import Trash
from app.services.transfer.import_preview import (
    ImportItem,
    ImportPreview,
    ImportReport,
    ImportStatus,
    Undone,
)
from app.services.transfer.import_record import ImportRecord, fingerprint
from app.services.transfer.imported_pictures import ImportedPictures
from app.services.transfer.transfer_files import open_files

TransferProgress = Callable[[int, int], None]
_AT_ONCE = 200  # chats added or removed in one transaction
_TEXT_AT_ONCE = 2**22  # characters of chats added in one transaction; they are held meanwhile


def read_chat(chats: ChatReader, conversation_id: str) -> Chat:
    """A chat of the library with everything in it.

    Raises:
        NotFoundError: There is none.
    """
    conversation = chats.get(conversation_id)
    messages = chats.tree(conversation_id)
    known = {message.id for message in messages}
    chosen = {
        parent: child
        for parent, child in chats.selected_children(conversation_id).items()
        if child in known and (parent is None or parent in known)
    }
    return Chat(conversation, messages, chosen)


def preview_files(
    chats: ChatReader,
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

    seen: set[str] = set()
    items: list[ImportItem] = []
    unreadable: list[Unreadable] = []
    aside: Counter[Aside] = Counter()
    with open_files(paths) as opened:
        unreadable += opened.refused
        for found in read_each(opened.entries, step):
            if isinstance(found, FoundChat):
                items.append(_item(chats, len(items), found, seen))
            elif isinstance(found, Unreadable):
                unreadable.append(found)
            else:
                aside[found] += 1
    return ImportPreview(
        opened.paths,
        tuple(items),
        tuple(unreadable),
        aside[Aside.OTHER],
        aside[Aside.EMPTY],
        stop.is_set(),
    )


def _item(chats: ChatReader, key: int, found: FoundChat, seen: set[str]) -> ImportItem:
    chat = found.chat
    id_ = chat.conversation.id
    known = ImportStatus.REPEATED if id_ in seen else _known(chats, chat)
    seen.add(id_)
    return ImportItem(
        key,
        _titled(chat),
        len(chat.messages),
        _dated(chat.conversation.updated_at),
        found.format,
        found.origin,
        found.notes,
        known,
        id_,
        fingerprint(chat),
    )


class ImportRun:
    """One import under way.

    Args:
        preview: What the chats are taken from.
        keys: Which of its items; None takes those that are new.
        record: Where they go, so that they can be taken back.
        pictures: Where their pictures go.
    """

    def __init__(
        self,
        preview: ImportPreview,
        keys: Collection[int] | None,
        record: ImportRecord,
        pictures: KeptPictures,
    ) -> None:
        self._preview = preview
        wanted = set(preview.suggested if keys is None else keys)
        self._items = {item.key: item for item in preview.items if item.key in wanted}
        self._record = record
        self._pictures = pictures
        self._waiting: list[tuple[ImportItem, Chat]] = []  # for the next transaction
        self._failed: list[Unreadable] = []
        self._notes: list[Unreadable] = []
        self.imported: list[str] = []

    def __len__(self) -> int:
        return len(self._items)

    def run(self, stop: threading.Event, progress: TransferProgress) -> ImportReport:
        """Add the chats, some at a time; what is in the library is never changed.

        Raises:
            DiskFullError: No room; chats added before it are there.
            StoreError: The library cannot be written.
            TransferError: A file can no longer be read.
        """
        failed = self._failed
        self._record.begin()
        held = 0
        with closing(self._found(stop)) as found:
            for item, chat in found:
                progress(len(self.imported) + len(failed) + len(self._waiting), len(self))
                if stop.is_set():
                    break
                whole, told = ImportedPictures(self._pictures).stored(chat)
                self._notes += [Unreadable(item.title, note) for note in told]
                self._waiting.append((item, whole))
                held += sum(len(m.content) + len(m.reasoning) for m in chat.messages)
                if len(self._waiting) >= _AT_ONCE or held >= _TEXT_AT_ONCE:
                    self._add_waiting()
                    held = 0
        self._add_waiting()
        self._pictures.settle()
        done = len(self.imported) + len(failed)
        if done < len(self) and not stop.is_set():
            failed.append(
                Unreadable("", tr("The files were changed after they were looked through."))
            )
        if not stop.is_set():
            progress(len(self), len(self))
        return ImportReport(
            tuple(self.imported),
            tuple(failed),
            self._preview.unreadable,
            tuple(self._notes),
            stop.is_set() and done < len(self),
            len(self),
        )

    def _found(self, stop: threading.Event) -> Generator[tuple[ImportItem, Chat]]:
        """The chats that are wanted, read anew one by one."""
        left = set(self._items)
        with open_files(self._preview.paths) as opened:
            each = read_each(opened.entries, lambda _done, _total: not stop.is_set())
            chats = (one for one in each if isinstance(one, FoundChat))
            for key, found in enumerate(chats):
                item = self._items.get(key)
                if item is not None and fingerprint(found.chat) == item.mark:
                    yield item, found.chat
                left.discard(key)
                if not left:
                    return

    def _add_waiting(self) -> None:
        """Store those that wait in one transaction; each alone where one of them will not go in."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        try:
            self._store([(item, _fit(item, chat)) for item, chat in waiting])
        except (InvalidValueError, NotFoundError):
            for item, chat in waiting:
                self._add_alone(item, chat)

    def _add_alone(self, item: ImportItem, found: Chat) -> None:
        try:
            try:
                self._store([(item, _fit(item, found))])
            except InvalidValueError:  # an id is taken by a message of another chat
                self._store([(item, with_new_ids(settled(found)))])
        except (InvalidValueError, NotFoundError) as error:
            self._failed.append(Unreadable(item.title, error.what))

    def _store(self, chats: Sequence[tuple[ImportItem, Chat]]) -> None:
        self._record.add([chat for _, chat in chats])
        for item, chat in chats:
            self.imported.append(chat.conversation.id)
            self._notes += [Unreadable(item.title, note) for note in item.notes]


def _fit(item: ImportItem, found: Chat) -> Chat:
    """A chat as it goes in; another of the same id is never touched."""
    chat = settled(found)
    return chat if item.status is ImportStatus.NEW else with_new_ids(chat)


def undo(
    chats: ChatReader,
    trash: Trash,
    record: ImportRecord,
    stop: threading.Event,
    progress: TransferProgress,
) -> Undone:
    """Take the last import back: what was not touched since is removed, the rest is trashed.

    Raises:
        StoreError: The library cannot be written.
    """
    noted = record.chats()
    unchanged: list[str] = []
    changed: list[str] = []
    removed = trashed = 0
    for done, (id_, mark) in enumerate(noted.items(), 1):
        if stop.is_set():
            break
        try:
            chat = read_chat(chats, id_)
        except NotFoundError:
            continue
        if fingerprint(chat) == mark:
            unchanged.append(id_)
        elif chat.conversation.deleted_at is None:
            changed.append(id_)
        if len(unchanged) >= _AT_ONCE:
            removed += trash.remove(unchanged).result()
            unchanged = []
        progress(done, len(noted))
    if unchanged:
        removed += trash.remove(unchanged).result()
    if changed:
        trash.delete(changed)
        trashed = len(changed)
    if not stop.is_set():
        record.begin()
    return Undone(removed, trashed, stop.is_set())


def _known(chats: ChatReader, chat: Chat) -> ImportStatus:
    try:
        there = chats.get(chat.conversation.id)
    except NotFoundError:
        return ImportStatus.NEW
    if there.deleted_at is not None:
        return ImportStatus.TRASHED
    same = _said(read_chat(chats, there.id)) == _said(chat)
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


def settled(chat: Chat) -> Chat:
    """A chat from elsewhere as it may stand in the library: not in the trash, nothing running.

    One whose file tells no time is of now, and one without a title is called by its first words.
    """
    messages = tuple(
        replace(
            message,
            created_at=_dated(message.created_at),
            status=MessageStatus.INTERRUPTED
            if message.status is MessageStatus.STREAMING
            else message.status,
        )
        for message in chat.messages
    )
    c = chat.conversation
    conversation = replace(
        c,
        title=_titled(chat),
        created_at=_dated(c.created_at),
        updated_at=_dated(c.updated_at),
        deleted_at=None,
        private=False,
    )
    return replace(chat, conversation=conversation, messages=messages)


def _titled(chat: Chat) -> str:
    asked = (message.content for message in chat.messages if message.role is Role.USER)
    return chat.conversation.title or title_from(next(asked, ""))


def _dated(moment: datetime) -> datetime:
    return datetime.now(UTC) if moment == EPOCH else moment


def _said(chat: Chat) -> tuple[object, ...]:
    # What makes two chats the same to a reader.
    at = {message.id: index for index, message in enumerate(chat.messages)}
    return (
        chat.conversation.system_prompt,
        *((m.role, m.content, _named(m), at.get(m.parent_id or "")) for m in chat.messages),
    )


def _named(message: Message) -> tuple[PlacedPart, ...]:
    """The parts of a message without where a file is, which the import itself decides."""
    return tuple(
        PlacedPart(one.at, AttachmentPart(one.part.name))
        if isinstance(one.part, AttachmentPart)
        else one
        for one in message.placed
    )
