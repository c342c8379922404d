"""What an import would bring and what it did: values that say so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from pathlib import Path

from app.language import tr, trn
from app.markup.transfer.formats import READABLE
from app.markup.transfer.values import Unreadable


class ImportStatus(Enum):
    """Whether a chat that could be imported is in the library already."""

    NEW = "new"
    SAME = "same"  # with the same messages
    CHANGED = "changed"  # with other messages; importing adds a second chat
    TRASHED = "trashed"  # in the trash
    REPEATED = "repeated"  # a second time in the same import


@dataclass(frozen=True, slots=True)
class ImportItem:
    """One chat of a preview; its text stays in the file, so that a large import is not held.

    Attributes:
        key: Names it in :meth:`TransferService.import_`: its place among the chats of the files.
        title: May be empty.
        messages: How many, with all versions.
        updated_at: When its last message was written.
        format: The format it came in, for people.
        origin: The file it was found in.
        notes: What is not as it was, for people.
        status: See :class:`ImportStatus`.
        chat_id: Its id.
        mark: Its fingerprint, which says whether the file was changed since.
    """

    key: int
    title: str
    messages: int
    updated_at: datetime
    format: str
    origin: str
    notes: tuple[str, ...]
    status: ImportStatus
    chat_id: str
    mark: str


@dataclass(frozen=True, slots=True)
class ImportPreview:
    """What an import would bring; making it changed nothing.

    Attributes:
        paths: Where it was read, and will be read again.
        items: The chats, in the order of the files.
        unreadable: What could not be read, and why.
        ignored: How many files hold no chats.
        empty: How many chats in which nothing was said were set aside.
        cancelled: Whether reading was stopped before the end.
    """

    paths: tuple[Path, ...] = ()
    items: tuple[ImportItem, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    ignored: int = 0
    empty: int = 0
    cancelled: bool = False

    @property
    def suggested(self) -> tuple[int, ...]:
        """The keys of the chats that are not in the library yet."""
        return tuple(item.key for item in self.items if item.status is ImportStatus.NEW)

    @property
    def aside(self) -> tuple[str, ...]:
        """What was found beside chats."""
        told = []
        if self.empty:
            told.append(
                trn(
                    "{n} chat without messages left aside.",
                    "{n} chats without messages left aside.",
                    self.empty,
                )
            )
        if self.ignored:
            told.append(
                trn(
                    "{n} other file without chats left aside.",
                    "{n} other files without chats left aside.",
                    self.ignored,
                )
            )
        return tuple(told)

    @property
    def advice(self) -> str:
        """What could have been read, where nothing was and nobody has said so yet."""
        said = any(READABLE in one.reason for one in self.unreadable)
        return "" if self.items or said else tr("Phial reads {formats}.", formats=READABLE)


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    Attributes:
        imported: Ids of the chats that are now in the library.
        failed: Chats that could not be stored, and why.
        unreadable: What could not be read, from the preview.
        notes: What is not as it was in chats that were imported.
        cancelled: Whether it was stopped; what was imported before stays until it is undone.
        wanted: How many were to be imported.
    """

    imported: tuple[str, ...] = ()
    failed: tuple[Unreadable, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    notes: tuple[Unreadable, ...] = ()
    cancelled: bool = False
    wanted: int = 0


@dataclass(frozen=True, slots=True)
class Undone:
    """What taking an import back did.

    Attributes:
        removed: How many chats are gone; they stand in the files they came from.
        trashed: How many were changed since, and are in the trash.
        cancelled: Whether it was stopped; the same again goes on.
    """

    removed: int = 0
    trashed: int = 0
    cancelled: bool = False
