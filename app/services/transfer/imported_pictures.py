"""The pictures of chats that are imported: stored in Phial's folder, or said why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from enum import Enum

from app.domain.conversation import Message
from app.domain.errors import TransferError
from app.domain.parts import AttachmentPart, Part, PlacedPart, picture_file
from app.language import formats, trn
from app.markup.transfer.values import BESIDE, Chat, OtherFile
from app.services.library.kept_pictures import KeptPictures
from app.store.picture_folder import MOST_BYTES


class _Named(Enum):  # not shown
    """Why a picture is only named."""

    KIND = "its file is of another kind"
    LARGE = "it is too large"
    UNREADABLE = "its file cannot be read"
    MISSING = "its file is not there"

    def words(self, count: int) -> str:
        match self:
            case _Named.KIND:
                return trn(
                    "{n} picture is only named: its file is no PNG, JPEG, GIF or WebP.",
                    "{n} pictures are only named: their files are no PNG, JPEG, GIF or WebP.",
                    count,
                )
            case _Named.LARGE:
                return trn(
                    "{n} picture is only named: it is larger than {most}.",
                    "{n} pictures are only named: they are larger than {most}.",
                    count,
                    most=formats.size(MOST_BYTES),
                )
            case _Named.UNREADABLE:
                return trn(
                    "{n} picture is only named: its file could not be read.",
                    "{n} pictures are only named: their files could not be read.",
                    count,
                )
            case _Named.MISSING:
                return trn(
                    "{n} picture is only named: its file did not come with the chat.",
                    "{n} pictures are only named: their files did not come with the chat.",
                    count,
                )


class ImportedPictures:
    """Takes over the pictures of one chat.

    Args:
        kept: Where they go.
    """

    def __init__(self, kept: KeptPictures) -> None:
        self._kept = kept
        self._named: Counter[_Named] = Counter()

    def stored(self, chat: Chat) -> tuple[Chat, tuple[str, ...]]:
        """A chat whose attachments are what is here, and what is to be said of the others.

        Raises:
            DiskFullError: No room.
            StoreError: One cannot be written.
        """
        messages = tuple(self._message(message, chat.pictures) for message in chat.messages)
        told = tuple(one.words(self._named[one]) for one in _Named if self._named[one])
        return replace(chat, messages=messages, pictures={}), told

    def _message(self, message: Message, files: Mapping[str, OtherFile]) -> Message:
        if not any(isinstance(one.part, AttachmentPart) for one in message.placed):
            return message
        placed = (PlacedPart(one.at, self._part(one.part, files)) for one in message.placed)
        return replace(message, placed=tuple(placed))

    def _part(self, part: Part, files: Mapping[str, OtherFile]) -> Part:
        if not isinstance(part, AttachmentPart):
            return part
        if not part.reference.startswith(BESIDE) and not picture_file(part.reference):
            return part
        kept = self._file(part, files.get(part.reference))
        if isinstance(kept, AttachmentPart):
            return kept
        self._named[kept] += 1
        return replace(part, reference="")

    def _file(self, part: AttachmentPart, file: OtherFile | None) -> AttachmentPart | _Named:
        if file is None:
            return part if self._kept.path(part.reference) is not None else _Named.MISSING
        if file.size > MOST_BYTES:
            return _Named.LARGE
        try:
            content = file.read()
        except TransferError:  # told of with the chat
            return _Named.UNREADABLE
        return self._kept.keep(part, content) or _Named.KIND
