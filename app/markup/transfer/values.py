"""The values of export and import: a whole chat, the choices of an export, what was read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, tzinfo
from typing import Protocol

from app.domain.conversation import Conversation, Message, Version
from app.domain.generation import Role

# Told how many characters of how many of a chat are written; what it raises ends the writing.
ExportStep = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Chat:
    """A conversation with everything in it.

    Attributes:
        conversation: What sidebar and header know.
        messages: Every version, parents before children, oldest first among siblings.
        selected_children: The child selected below each message; None is above the first.
        pictures: Files of its attachments, by their references, where a file of chats holds them
            or is to hold them.
    """

    conversation: Conversation
    messages: tuple[Message, ...] = ()
    selected_children: Mapping[str | None, str] = field(default_factory=dict)
    pictures: Mapping[str, OtherFile] = field(default_factory=dict, compare=False)

    def branch(self) -> tuple[Message, ...]:
        """The active branch, first message first."""
        by_id = {message.id: message for message in self.messages}
        path: list[Message] = []
        at = self.conversation.head_id
        while at is not None and at in by_id:
            path.append(by_id.pop(at))
            at = path[-1].parent_id
        return tuple(reversed(path))

    def versions(self) -> dict[str, Version]:
        """For each message its place among its siblings of the same role."""
        families: dict[tuple[str | None, Role], list[str]] = {}
        for message in self.messages:
            families.setdefault((message.parent_id, message.role), []).append(message.id)
        return {
            id_: Version(index, len(family))
            for family in families.values()
            for index, id_ in enumerate(family, 1)
        }


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What an export contains.

    Attributes:
        exact: Carry ids, other versions, the draft, models and timings, so that the file imports
            back as the same chat. Without it the file holds only what is read.
        fold_thinking: Fold the reasoning part of answers where the format can.
        reasoning: Show the reasoning of answers at all.
        versions: Show every version of a message, not only the walked one.
        system_prompt: Show the system prompt.
        zone: The time zone of the dates that people read; None takes this computer's.
    """

    exact: bool = True
    fold_thinking: bool = True
    reasoning: bool = True
    versions: bool = False
    system_prompt: bool = True
    zone: tzinfo | None = None

    def settled(self) -> ExportOptions:
        """The same; an exact file holds everything, so that one that leaves out is not exact."""
        leaves_out = not self.reasoning or not self.system_prompt or self.versions
        return replace(self, exact=False) if leaves_out else self

    def local(self, moment: datetime) -> datetime:
        """A moment in the zone of the export; as it is where the calendar or the system ends."""
        try:
            return moment.astimezone(self.zone)
        except (OverflowError, OSError, ValueError):
            return moment


def no_step(_done: int, _total: int) -> None:
    """Nobody wants to know how far it is."""


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """A format chats can be exported to.

    Attributes:
        name: "markdown", as the command line says it.
        title: "Markdown", as a menu says it.
        suffix: ".md".
        description: One line on what it is good for.
        exact: Whether such a file can be imported back.
        several: Whether one file can hold several chats.
        folds: Whether reasoning can be folded.
        pictures: Whether an exact file holds the pictures themselves.
    """

    name: str
    title: str
    suffix: str
    description: str
    exact: bool = False
    several: bool = False
    folds: bool = False
    pictures: bool = False


class Exporter(Protocol):
    """Writes chats in one format."""

    @property
    def format(self) -> ExportFormat:
        """What it writes."""

    def write(
        self, chats: tuple[Chat, ...], options: ExportOptions, step: ExportStep = no_step
    ) -> bytes:
        """The file's content; exactly one chat unless ``format.several``.

        Args:
            chats: What it holds.
            options: What of them.
            step: Called again and again; an error of it is raised here.

        Raises:
            TransferError: It cannot be written in this format.
        """


@dataclass(frozen=True, slots=True)
class OtherFile:
    """A file beside those that hold chats, such as a picture.

    Attributes:
        name: Without folders.
        size: Bytes.
        read: Its content. Raises KnownError.
    """

    name: str
    size: int
    read: Callable[[], bytes] = field(compare=False)


BESIDE = "beside:"
"""With what :func:`spoken_of` makes of a file's name: the reference of an attachment whose file
lies beside that of its chat, until it is stored."""


_SPOKEN_OF = re.compile(r"file[-_][A-Za-z0-9]+")


def spoken_of(path: str) -> str:
    """What a chat calls a file that came with it: "file-a1" for "pictures/file-a1-cat.png"."""
    found = _SPOKEN_OF.match(path.rpartition("/")[2])
    return found[0] if found else ""


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file to import, or one inside an archive or a folder.

    Attributes:
        name: Path inside the archive or folder, with forward slashes.
        size: Bytes.
        read: Its content. Raises TransferError.
        open: The same piece by piece, for what is too large to be held; None where it is at hand.
        place: The folder or archive that the name counts from: two of them hold the same names.
        others: Files of that place that hold no chats, by what :func:`spoken_of` makes of their
            names: a chat may name them.
    """

    name: str
    size: int
    read: Callable[[], bytes]
    open: Callable[[], Iterator[bytes]] | None = None
    place: str = ""
    others: Mapping[str, OtherFile] = field(default_factory=dict)

    def chunks(self) -> Iterator[bytes]:
        """Its content, piece by piece. Raises TransferError."""
        if self.open is not None:
            yield from self.open()
        else:
            yield self.read()


@dataclass(frozen=True, slots=True)
class FoundChat:
    """A chat that an import can add.

    Attributes:
        chat: The chat, its tree checked.
        format: The format it came in, for people.
        origin: The file it was found in.
        notes: What is not as it was, for people.
    """

    chat: Chat
    format: str
    origin: str
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Something that looked like a chat and could not be read; ``reason`` is for people."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class ReadResult:
    """What a file, archive or folder holds.

    Attributes:
        found: The chats, in the order of the files.
        unreadable: What could not be read, and why.
        ignored: How many files were not chats at all.
        empty: How many chats hold no messages.
    """

    found: tuple[FoundChat, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    ignored: int = 0
    empty: int = 0
