"""The pictures of chats: kept while a chat has them, and gone with the last one that had them."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from app.domain.errors import StoreError
from app.domain.parts import AttachmentPart
from app.services.core.events import ErrorReported, Event, EventBus, LibraryReplaced, RemovedForGood
from app.store.picture_folder import FOLDER, PictureFolder

if TYPE_CHECKING:
    from app.markup.transfer.values import Chat, OtherFile
    from app.store import ConversationRepository

_IMPORT = "pictures are stored since"  # not shown: its name in the database
_STILL_AT_IT = 3_600.0  # seconds; until then another program may be importing


class KeptPictures:
    """The pictures in Phial's folder.

    A file is deleted when a chat that had it was removed for good and no other has it. One that no
    chat has for another reason stays: a backup that is gone back to may have it.

    Args:
        folder: Where they are.
        chats: Which messages have which.
        bus: Tells what was removed; is told what cannot be read.
    """

    def __init__(self, folder: PictureFolder, chats: ConversationRepository, bus: EventBus) -> None:
        self._folder = folder
        self._chats = chats
        self._bus = bus
        self._lock = Lock()
        self._had: frozenset[str] = frozenset()  # references that chats had when it was looked last
        self._coming: set[str] = set()  # of chats that are not stored yet

    def path(self, reference: str) -> Path | None:
        """The file of an attachment; None where it is none that is kept here."""
        return self._folder.path(reference)

    def of(self, chat: Chat) -> Mapping[str, OtherFile]:
        """The files of a chat's attachments, by their references."""
        from app.markup.transfer.values import OtherFile  # not at the start

        parts = (one.part for message in chat.messages for one in message.placed)
        references = {one.reference for one in parts if isinstance(one, AttachmentPart)}
        paths = {one: self._folder.path(one) for one in references}
        return {
            one: OtherFile(path.name, path.stat().st_size, partial(self._folder.read, one))
            for one, path in sorted(paths.items())
            if path is not None
        }

    def keep(self, part: AttachmentPart, content: bytes) -> AttachmentPart | None:
        """Store a picture for a chat that is stored next; see :meth:`PictureFolder.keep`."""
        if not self._coming and not self._chats.noted(_IMPORT):
            self._chats.note(_IMPORT, str(int(time.time()))).result()
        with self._lock:
            kept = self._folder.keep(part, content)
            if kept is not None:
                self._coming.add(kept.reference)
        return kept

    def settle(self) -> None:
        """The chats of all that was kept are stored."""
        with self._lock:
            coming, self._coming = self._coming, set()
            self._had |= coming
        if coming:
            self._chats.note(_IMPORT, "").result()

    def look(self) -> None:
        """Note which pictures chats have, and delete what an import left that came to no end.

        Reads the chats, so it is done once and away from the window.
        """
        here = self._folder.references()
        if not here:
            return
        had = self._chats.pictures()
        with self._lock:
            self._had |= had
            since = self._chats.noted(_IMPORT)
            if not since or self._coming or time.time() - float(since) < _STILL_AT_IT:
                return
            left = {one for one in here - had if self._folder.made_since(one, float(since))}
            self._folder.forget(left)
        self._chats.note(_IMPORT, "").result()

    def on_event(self, event: Event) -> None:
        """What goes for good takes its pictures along; a library that is replaced does not."""
        if not isinstance(event, RemovedForGood | LibraryReplaced) or not self._folder.references():
            return
        try:
            have = self._chats.pictures()
        except StoreError as error:
            self._bus.publish(ErrorReported(error))
            return
        with self._lock:
            gone = self._had - have - self._coming
            self._had = have
            if isinstance(event, RemovedForGood):
                self._folder.forget(gone)


def kept_pictures(data: Path, chats: ConversationRepository, bus: EventBus) -> KeptPictures:
    """The pictures in a data folder, which go with the chats that had them."""
    pictures = KeptPictures(PictureFolder(data / FOLDER), chats, bus)
    bus.subscribe(pictures.on_event)
    return pictures
